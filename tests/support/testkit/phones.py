"""Phones of tests: numbers that nobody has, the code that came to one, the pages it is typed on."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from comptoir_web.sms import MemorySms
from testkit.pages import post

__all__ = [
    "AGAIN",
    "CODE_PAGE",
    "MERCHANT_PHONE",
    "PHONE_PAGE",
    "UNKNOWN",
    "ask_on_page",
    "code_in",
    "last_code",
    "signed_in",
    "wrong",
]

MERCHANT_PHONE = "+224620000001"
"""The phone of a merchant that a test makes."""
UNKNOWN = "+224620000002"
"""The phone of nobody."""

PHONE_PAGE = "/plateforme/telephone"
CODE_PAGE = f"{PHONE_PAGE}/code"
AGAIN = f"{CODE_PAGE}/nouveau"

_CODE = re.compile(r"^@\S+ #([0-9]{6})$", re.MULTILINE)


def code_in(text: str) -> str:
    """The code of a message, read on its last line as a phone reads it."""
    found = _CODE.findall(text)
    if not found:
        raise AssertionError("no code in this message")
    return str(found[-1])


def last_code(sms: MemorySms, phone: str = MERCHANT_PHONE) -> str:
    """The code of the last message sent to a phone."""
    sent = [one for one in sms.sent if one.phone == phone]
    if not sent:
        raise AssertionError(f"no message was sent to {phone}")
    return code_in(sent[-1].text)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def ask_on_page(client: FlaskClient, phone: str = "620 00 00 01") -> TestResponse:
    """Ask for a code on the page."""
    return post(client, PHONE_PAGE, {"phone": phone})


def signed_in(client: FlaskClient) -> bool:
    """Whether the browser has an open session."""
    return client.get("/plateforme/compte/").status_code == 200
