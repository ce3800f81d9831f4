"""Orange, as its public documentation describes it: payments with their page, and text messages.

`FakeOrange` stands for the network (``OrangeMoney(transport=fake.transport(), ...)``) or is a real
server on the loopback (``with fake.serving() as url: OrangeMoney(base_url=url, ...)``) whose pages
a browser can open: the page of a payment has a button to pay and one to give up; either tells
``notif_url`` and leads back to ``return_url`` or ``cancel_url``. It reads no clock.

>>> from logistics_core.adapters import OrangeMoney
>>> from shared_kernel import money
>>> fake = FakeOrange()
>>> orange = OrangeMoney(transport=fake.transport(), **fake.credentials)
>>> price = money(28_125_000, "GNF")
>>> asked = orange.ask(
...     reference="GP1",
...     amount=price,
...     return_url="https://shop.example/done",
...     cancel_url="https://shop.example/given-up",
...     notify_url="https://shop.example/told",
...     language="fr",
... )
>>> fake.pay("GP1")
>>> orange.status(reference="GP1", amount=price, pay_token=asked.pay_token).value
'SUCCESS'
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from typing import Final, TypedDict
from urllib.parse import parse_qsl

import attrs

from logistics_core.payments.ports import PaymentStatus
from shared_kernel.testing import FakeAnswer, FakeRequest, FakeVendor

__all__ = ["FakeOrange", "FakePayment"]

_SMS: Final = re.compile(r"/smsmessaging/v1/outbound/tel%3A%2B[0-9]+/requests", re.ASCII)
_PAGE: Final = re.compile(r"/payment/([0-9a-f]+)(?:/(pay|cancel))?", re.ASCII)
_BEARER: Final = "Bearer"
_EXPIRED: Final = {"code": 42, "message": "Expired credentials", "description": "the token expired"}


@attrs.define
class FakePayment:
    """A payment as Orange keeps it."""

    order_id: str
    amount: int
    currency: str
    return_url: str
    cancel_url: str
    notif_url: str
    pay_token: str
    notif_token: str
    status: PaymentStatus = PaymentStatus.INITIATED
    txnid: str | None = None


class Credentials(TypedDict):
    """What `OrangeMoney` and this fake must agree on."""

    client_id: str
    client_secret: str
    merchant_key: str


class FakeOrange(FakeVendor):
    """Orange's server.

    Args:
        country: ``dev`` is the sandbox.
        currency: what a payment must be in.
        token_seconds: how long a token is said to be valid.
    """

    def __init__(
        self, *, country: str = "dev", currency: str = "OUV", token_seconds: int = 7_776_000
    ) -> None:
        super().__init__()
        self.country = country
        self.currency = currency
        self.token_seconds = token_seconds
        names = ("client_id", "client_secret", "merchant_key")
        fake_id, fake_secret, fake_key = (f"fake-{name}" for name in names)
        self.credentials = Credentials(
            client_id=fake_id, client_secret=fake_secret, merchant_key=fake_key
        )
        """What is asked of whoever comes; pass it on: ``OrangeMoney(**fake.credentials)``."""
        self.payments: dict[str, FakePayment] = {}
        """By ``order_id``."""
        self.messages: list[tuple[str, str]] = []
        """The text messages sent: to whom, and what."""
        self.notified: list[tuple[str, int]] = []
        """The notifications sent: where to, and the status answered; 0 where nobody answered."""
        self.tokens: list[str] = []
        """The tokens given that are still good."""
        self.lie: dict[str, object] = {}
        """What the answers about a payment say instead of the truth."""
        self._count = 0

    def forget_tokens(self) -> None:
        """Makes every token given so far expire."""
        self.tokens.clear()

    def pay(self, order_id: str, status: PaymentStatus = PaymentStatus.SUCCESS) -> None:
        """Ends a payment, as its payer does on his phone; tells nobody."""
        payment = self.payments[order_id]
        payment.status = status
        payment.txnid = f"MP250101.1200.A{self._secret()[:5]}"

    def notification(self, order_id: str) -> dict[str, object]:
        """Gives what Orange tells ``notif_url`` of a payment."""
        payment = self.payments[order_id]
        return {
            "status": payment.status.value,
            "notif_token": payment.notif_token,
            "txnid": payment.txnid,
        }

    def notify(self, order_id: str) -> int:
        """Tells ``notif_url``; gives the status answered, 0 where nobody answered."""
        import httpx

        url = self.payments[order_id].notif_url
        try:
            told = httpx.post(url, json=self.notification(order_id), timeout=10, trust_env=False)
            status = told.status_code
        except httpx.HTTPError:
            status = 0
        self.notified.append((url, status))
        return status

    def _good(self, request: FakeRequest) -> FakeAnswer:
        page = _PAGE.fullmatch(request.path)
        if page is not None:
            return self._page(page[1], page[2] if request.method == "POST" else "")
        if request.method != "POST":
            return FakeAnswer(404, b"<html><body>Not found</body></html>")
        if request.path == "/oauth/v3/token":
            return self._token(request)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            return _json(401, _EXPIRED)
        said = json.loads(request.body)
        folder = f"/orange-money-webpay/{self.country}/v1"
        if request.path == f"{folder}/webpayment":
            return self._webpayment(said, request.headers.get("host", ""))
        if request.path == f"{folder}/transactionstatus":
            return self._status(said)
        if _SMS.fullmatch(request.path):
            return self._message(said["outboundSMSMessageRequest"])
        return _refusal(404, 60, "Resource not found")

    def _token(self, request: FakeRequest) -> FakeAnswer:
        pair = f"{self.credentials['client_id']}:{self.credentials['client_secret']}"
        expected = f"Basic {base64.b64encode(pair.encode()).decode()}"
        form = dict(parse_qsl(request.body.decode()))
        if request.headers.get("authorization") != expected:
            return _json(401, {"error": "invalid_client"})
        if form != {"grant_type": "client_credentials"}:
            return _json(400, {"error": "unsupported_grant_type"})
        token = self._secret()
        self.tokens.append(token)
        told = {"access_token": token, "expires_in": self.token_seconds}
        return _json(200, {"token_type": _BEARER, **told})

    def _webpayment(self, said: Mapping[str, object], host: str) -> FakeAnswer:
        if said.get("merchant_key") != self.credentials["merchant_key"]:
            return _refusal(400, 25, "Invalid merchant key")
        amount, order_id = said["amount"], str(said["order_id"])
        lengths = (order_id, 30), (str(said["reference"]), 30), (str(said["notif_url"]), 120)
        if any(len(text) > most for text, most in lengths):
            return _refusal(400, 24, "Invalid parameter")
        if type(amount) is not int or amount < 1 or said["currency"] != self.currency:
            return _refusal(400, 24, "Invalid parameter")
        if order_id in self.payments:
            return _refusal(400, 1201, "Order already exists")
        payment = FakePayment(
            order_id=order_id,
            amount=amount,
            currency=self.currency,
            return_url=str(said["return_url"]),
            cancel_url=str(said["cancel_url"]),
            notif_url=str(said["notif_url"]),
            pay_token=self._secret(),
            notif_token=self._secret(),
        )
        self.payments[order_id] = payment
        scheme = "http" if host.startswith("127.0.0.1") else "https"
        return _json(
            201,
            {
                "status": 201,
                "message": "OK",
                "pay_token": payment.pay_token,
                "payment_url": f"{scheme}://{host}/payment/{payment.pay_token}",
                "notif_token": payment.notif_token,
                **self.lie,
            },
        )

    def _status(self, said: Mapping[str, object]) -> FakeAnswer:
        payment = self.payments.get(str(said["order_id"]))
        asked = said["amount"], said["pay_token"]
        if payment is None or (payment.amount, payment.pay_token) != asked:
            return _refusal(404, 1202, "Transaction not found")
        about = {"order_id": payment.order_id, "txnid": payment.txnid}
        return _json(201, {"status": payment.status.value, **about, **self.lie})

    def _message(self, said: Mapping[str, object]) -> FakeAnswer:
        text = said["outboundSMSTextMessage"]
        if not isinstance(text, dict):
            return _refusal(400, 24, "Invalid parameter")
        self.messages.append((str(said["address"]).removeprefix("tel:"), str(text["message"])))
        resource = {"resourceURL": f"https://api.orange.com/sms/{self._secret()}"}
        return _json(201, {"outboundSMSMessageRequest": {**said, **resource}})

    def _page(self, pay_token: str, done: str | None) -> FakeAnswer:
        found = [one for one in self.payments.values() if one.pay_token == pay_token]
        if not found:
            return FakeAnswer(404, b"<html><body>Not found</body></html>")
        (payment,) = found
        if done and payment.status.is_open:
            good = done == "pay"
            self.pay(payment.order_id, PaymentStatus.SUCCESS if good else PaymentStatus.FAILED)
            self.notify(payment.order_id)
            url = payment.return_url if good else payment.cancel_url
            return FakeAnswer(303, headers={"Location": url})
        body = _HTML.format(
            amount=f"{payment.amount:,}".replace(",", "\N{NO-BREAK SPACE}"),
            currency=escape(payment.currency),
            order=escape(payment.order_id),
            place=f"/payment/{payment.pay_token}",
            off="" if payment.status.is_open else " disabled",
        )
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return FakeAnswer(200, body.encode(), headers)

    def _secret(self) -> str:
        self._count += 1
        return hashlib.sha256(f"fake-orange-{self._count}".encode()).hexdigest()[:32]


_HTML: Final = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Orange Money (essai)</title>
</head>
<body>
<main>
<h1>Orange Money (essai)</h1>
<p>Commande {order} : <strong>{amount} {currency}</strong></p>
<form method="post" action="{place}/pay"><button{off}>Payer</button></form>
<form method="post" action="{place}/cancel"><button{off}>Annuler</button></form>
</main>
</body>
</html>
"""


def _json(status: int, value: object) -> FakeAnswer:
    body = json.dumps(value, separators=(",", ":")).encode()
    return FakeAnswer(status, body, {"Content-Type": "application/json"})


def _refusal(status: int, code: int, message: str) -> FakeAnswer:
    return _json(status, {"code": code, "message": message, "description": message})
