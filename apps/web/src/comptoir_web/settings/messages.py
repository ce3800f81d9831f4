"""The checks of what goes out: mails, text messages, and payments asked of Orange Money.

Orange's accounts are one: the same application's id and secret open its messages and its payments.
Its address is https, but in development, where it may be a server of this machine that stands for
Orange's.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from attrs import frozen

from comptoir_web.settings.checking import Checker
from comptoir_web.settings.environment import Environment
from shared_kernel import FaultKind

__all__ = ["Orange", "check_mail", "checked_orange", "checked_region"]

MAIL_WRONG = FaultKind(
    "settings.mail_wrong", "{given} is not a mail address, for example comptoir@example.com"
)
REGION_WRONG = FaultKind(
    "settings.region_wrong", "{given} is not a country: write its two letters, for example GN"
)
COUNTRY_WRONG = FaultKind(
    "settings.country_wrong",
    "{given} is not a country of Orange Money: write its two letters, for example gn, or dev",
)
CURRENCY_WRONG = FaultKind(
    "settings.currency_wrong", "{given} is not a currency: write its three letters, for example GNF"
)
SENDER_WRONG = FaultKind(
    "settings.sender_wrong",
    "{given} is not the number of a sender: write it with its country, for example +2240000",
)

CREDENTIAL_WRONG = FaultKind(
    "settings.credential_wrong", "this is not as Orange gives it: copy it again, without a blank"
)

_CREDENTIAL = re.compile(r"[!-~]{0,512}")
_COUNTRY = re.compile(r"[a-z]{2}|dev")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SENDER = re.compile(r"\+[1-9][0-9]{3,14}")


@frozen(kw_only=True)
class Orange:
    """What the variables say of Orange, checked; its secrets stay where they were read."""

    country: str
    currency: str
    sms_sender: str
    base_url: str


def check_mail(check: Checker, raw: Environment) -> None:
    """The sender of the mails, and an account on the mail server that is whole."""
    sender = raw.mail_from
    good = sender.count("@") == 1 and not any(c.isspace() for c in sender) and sender[0] != "@"
    good = good and sender[-1] != "@"
    check.faults.check(good, MAIL_WRONG, check.path("mail_from"), given=sender)
    if raw.smtp_user:
        check.needs("smtp_user", "smtp_password", met=bool(raw.smtp_password))
        check.needs("smtp_user", "smtp_host", met=bool(raw.smtp_host))


def checked_region(check: Checker, raw: Environment) -> str:
    """The country of a phone number written without its code."""
    region = raw.phone_region.upper()
    good = region == "GN"
    if not good:
        from phonenumbers import SUPPORTED_REGIONS  # imported late: its tables take a while

        good = region in SUPPORTED_REGIONS
    check.faults.check(good, REGION_WRONG, check.path("phone_region"), given=raw.phone_region)
    return region


def checked_orange(check: Checker, raw: Environment, *, development: bool) -> Orange:
    """What Orange needs: an account that is whole for whatever is switched on."""
    by_sms = raw.sms.lower() == "orange"
    account = {
        "orange_client_id": bool(raw.orange_client_id),
        "orange_client_secret": bool(raw.orange_client_secret),
    }
    wanted = {**account, "orange_merchant_key": bool(raw.orange_merchant_key), "sms": by_sms}
    present = next((name for name, on in wanted.items() if on), None)
    if present is not None:
        for missing, met in account.items():
            check.needs(present, missing, met=met)
    if by_sms:
        check.needs("sms", "orange_sms_sender", met=bool(raw.orange_sms_sender))
    for name in ("orange_client_id", "orange_client_secret", "orange_merchant_key"):
        # The value stays out of the message: two of the three are secrets.
        good = _CREDENTIAL.fullmatch(getattr(raw, name)) is not None
        check.faults.check(good, CREDENTIAL_WRONG, check.path(name))
    country = raw.orange_country.lower()
    check.faults.check(
        _COUNTRY.fullmatch(country) is not None,
        COUNTRY_WRONG,
        check.path("orange_country"),
        given=raw.orange_country,
    )
    currency = raw.orange_currency.upper() or ("OUV" if country == "dev" else "GNF")
    check.faults.check(
        _CURRENCY.fullmatch(currency) is not None,
        CURRENCY_WRONG,
        check.path("orange_currency"),
        given=raw.orange_currency,
    )
    sender = "".join(raw.orange_sms_sender.split())
    check.faults.check(
        not sender or _SENDER.fullmatch(sender) is not None,
        SENDER_WRONG,
        check.path("orange_sms_sender"),
        given=raw.orange_sms_sender,
    )
    base_url = raw.orange_base_url.rstrip("/")
    here = development and _of_this_machine(base_url)
    accepted = ("http", "https") if here else ("https",)
    check.url("orange_base_url", base_url, accepted, "https://api.orange.com")
    return Orange(country=country, currency=currency, sms_sender=sender, base_url=base_url)


def _of_this_machine(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
