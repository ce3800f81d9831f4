"""Phones of tests: numbers that nobody has, and the code that came to one."""

from __future__ import annotations

import re

from comptoir_web.sms import MemorySms

__all__ = ["MERCHANT_PHONE", "code_in", "last_code"]

MERCHANT_PHONE = "+224620000001"
"""The phone of a merchant that a test makes."""

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
