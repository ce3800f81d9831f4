"""Orange Money Web Payment: the payer pays on Orange's page, then we ask whether it was paid.

Source: developer.orange.com, "Orange Money Web Payment" (getting started and API reference).
``webpayment`` gives a page and two tokens: one to ask for the status, one that Orange's
notification bears. ``transactionstatus`` says INITIATED, PENDING, EXPIRED, SUCCESS or FAILED. In
the sandbox (country ``dev``) the currency is OUV, which is no money.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from logistics_core.adapters._orange import (
    BASE_URL,
    NOT_A_CREDENTIAL,
    OrangeApi,
    Reach,
    check_credential,
    is_secure,
    nonsense,
    utc_now,
)
from logistics_core.errors import PaymentFaults, ProviderNonsense
from logistics_core.payments.ports import (
    LONGEST_NOTIFY_URL,
    LONGEST_REFERENCE,
    Asked,
    PaymentStatus,
)
from shared_kernel import FaultKind, FaultList, JsonNumber, Money, shown

if TYPE_CHECKING:
    import httpx

    from shared_kernel.vendors import Limits

__all__ = ["OrangeMoney"]

NAME: Final = "orange_money"
SHOWN_NAME: Final = "Orange Money"
SANDBOX: Final = "dev"
SANDBOX_CURRENCY: Final = "OUV"
LANGUAGES: Final = frozenset({"fr", "en"})
MOST: Final = 10**12
LONGEST_URL: Final = 2_000

_COUNTRY: Final = re.compile(r"[a-z]{2,3}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_REFERENCE: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_REFERENCE}}}", re.ASCII)
_TOKEN: Final = re.compile(r"[!-~]{1,255}", re.ASCII)

BAD_COUNTRY = FaultKind(
    "orange.bad_country", "{given} is not a country of Orange Money: write dev, or gn for example"
)
BAD_CURRENCY = FaultKind(
    "orange.bad_currency", "{given} is not the code of a currency: write GNF for example"
)
BAD_REFERENCE = FaultKind(
    "orange.bad_reference",
    "{given} is not a reference: write at most {most} letters, figures, - and _",
)
BAD_AMOUNT = FaultKind(
    "orange.bad_amount", "{given} cannot be paid: give whole {currency}, from 1 to {most}"
)
BAD_URL = FaultKind(
    "orange.bad_url",
    "{given} is not an address to come back to: give a whole one of at most {most} characters",
)
BAD_LANGUAGE = FaultKind("orange.bad_language", "{given} is not a language of Orange: write fr")


class OrangeMoney:
    """A `logistics_core.payments.PaymentProvider`: payments by Orange Money.

    Args:
        client_id: the application's identifier.
        client_secret: its secret.
        merchant_key: the merchant's key.
        country: ``dev`` is the sandbox, ``gn`` is Guinea.
        currency: the code that Orange is told; by default OUV in the sandbox, elsewhere that of
            the amounts.
        charged: the currency of the amounts that are asked for.
        base_url: where Orange is: ``https``, or the loopback.
        limits: how long it may take.
        transport: what stands for the network in a test.
        clock: tells when a token expires.

    Raises:
        PaymentFaults: a setting is refused; no credential is told.
    """

    name = NAME

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        merchant_key: str,
        country: str = SANDBOX,
        currency: str | None = None,
        charged: str = "GNF",
        base_url: str = BASE_URL,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        told = currency or (SANDBOX_CURRENCY if country == SANDBOX else charged)
        found = FaultList()
        check_credential(found, "merchant_key", merchant_key)
        found.check(
            _COUNTRY.fullmatch(country) is not None, BAD_COUNTRY, "country", given=shown(country)
        )
        found.check(
            _CURRENCY.fullmatch(told) is not None and (told == charged or country == SANDBOX),
            BAD_CURRENCY,
            "currency",
            given=shown(told),
        )
        with found.collect():
            reach = Reach(base_url, limits, transport, clock)
            self._api = OrangeApi(SHOWN_NAME, client_id, client_secret, reach)
        found.raise_if_any(PaymentFaults)
        self._merchant_key = merchant_key
        self._path = f"/orange-money-webpay/{country}/v1"
        self._currency = told
        self._charged = charged
        self._is_remote = base_url.startswith("https://")

    def __repr__(self) -> str:
        return f"OrangeMoney(path={self._path!r}, currency={self._currency!r})"

    def ask(
        self,
        *,
        reference: str,
        amount: Money,
        return_url: str,
        cancel_url: str,
        notify_url: str,
        language: str = "fr",
    ) -> Asked:
        """Asks for a payment; see `logistics_core.payments.PaymentProvider`.

        Raises:
            PaymentFaults: every fault of what is asked.
            ProviderDown: no answer, or a refusal.
            ProviderNonsense: the answer has no page and tokens, or is about something else.
        """
        found = FaultList()
        self._check(found, reference, amount)
        for path, url, most in (
            ("return_url", return_url, LONGEST_URL),
            ("cancel_url", cancel_url, LONGEST_URL),
            ("notify_url", notify_url, LONGEST_NOTIFY_URL),
        ):
            good = len(url) <= most and is_secure(url)
            found.check(good, BAD_URL, path, given=shown(url), most=most)
        found.check(language in LANGUAGES, BAD_LANGUAGE, "language", given=shown(language))
        found.raise_if_any(PaymentFaults)
        said = self._api.post(
            f"{self._path}/webpayment",
            {
                "merchant_key": self._merchant_key,
                "currency": self._currency,
                "order_id": reference,
                "amount": int(amount.amount),
                "return_url": return_url,
                "cancel_url": cancel_url,
                "notif_url": notify_url,
                "lang": language,
                "reference": reference,
            },
        )
        self._check_same(said, reference, amount)
        pay_token, page, token = (said.get(n) for n in ("pay_token", "payment_url", "notif_token"))
        if not (isinstance(pay_token, str) and _TOKEN.fullmatch(pay_token)):
            raise nonsense(SHOWN_NAME, "no token to ask for the status")
        if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
            raise nonsense(SHOWN_NAME, "no token for the notification")
        if not (isinstance(page, str) and len(page) <= LONGEST_URL and self._is_page(page)):
            raise nonsense(SHOWN_NAME, "no page to pay on")
        return Asked(pay_token=pay_token, payment_url=page, notify_token=token)

    def status(self, *, reference: str, amount: Money, pay_token: str) -> PaymentStatus:
        """Asks where a payment stands; see `logistics_core.payments.PaymentProvider`.

        Raises:
            PaymentFaults: the payment is not one that was asked for.
            ProviderDown: no answer, or a refusal.
            ProviderNonsense: no status, or another payment's, of another amount or currency.
        """
        found = FaultList()
        self._check(found, reference, amount)
        found.check(_TOKEN.fullmatch(pay_token) is not None, NOT_A_CREDENTIAL, "pay_token")
        found.raise_if_any(PaymentFaults)
        said = self._api.post(
            f"{self._path}/transactionstatus",
            {"order_id": reference, "amount": int(amount.amount), "pay_token": pay_token},
        )
        if "order_id" not in said:
            raise nonsense(SHOWN_NAME, "a status that is nobody's")
        self._check_same(said, reference, amount)
        status = next((one for one in PaymentStatus if one.value == said.get("status")), None)
        if status is None:
            raise nonsense(SHOWN_NAME, "no status that is known")
        return status

    def _is_page(self, url: str) -> bool:
        """Whether a payer may be sent there: on this machine only where Orange itself is."""
        return is_secure(url) and (url.startswith("https://") or not self._is_remote)

    def _check(self, found: FaultList, reference: str, amount: Money) -> None:
        found.check(
            _REFERENCE.fullmatch(reference) is not None,
            BAD_REFERENCE,
            "reference",
            given=shown(reference),
            most=LONGEST_REFERENCE,
        )
        found.check(
            amount.currency.code == self._charged
            and amount.amount.is_finite()
            and 1 <= amount.amount <= MOST
            and amount.amount == int(amount.amount),
            BAD_AMOUNT,
            "amount",
            given=shown(amount),
            currency=self._charged,
            most=MOST,
        )

    def _check_same(self, said: Mapping[str, object], reference: str, amount: Money) -> None:
        """Refuses an answer about another payment than the one that was asked about."""
        about: list[tuple[str, bool]] = [
            ("order_id", said.get("order_id", reference) == reference),
            ("currency", said.get("currency", self._currency) == self._currency),
            ("amount", "amount" not in said or _number(said["amount"]) == amount.amount),
        ]
        if other := [name for name, same in about if not same]:
            raise _of_another(other)


def _of_another(names: list[str]) -> ProviderNonsense:
    return nonsense(SHOWN_NAME, f"it is of another payment ({', '.join(names)})")


def _number(value: object) -> Decimal | None:
    """A number as Orange writes one: in figures, or in a text of figures."""
    text = value.text if isinstance(value, JsonNumber) else str(value)
    try:
        return Decimal(text) if len(text) <= 40 else None
    except InvalidOperation:
        return None
