"""Checks shared by the values of planning. Each records a fault and says whether all was well."""

import re
from typing import Final

from shared_kernel import FaultList, Money, from_minor, to_minor
from shared_kernel.faults import shown
from wealth_core._checks import check_label
from wealth_core.planning import _faults

MAX_MINOR: Final = 10**13
"""The largest amount of a plan or a profile, in minor units: a hundred billion euros."""
MAX_LABEL: Final = 120
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def said(value: Money) -> str:
    """An amount as a message shows it: figures, then the code of the currency."""
    return f"{value.amount:f} {value.currency.code}"


def check_money(
    found: FaultList, path: str, value: object, *, zero: bool = False, currency: str = ""
) -> bool:
    """An amount above zero (or zero where it may be), not too large, in the right currency."""
    if not isinstance(value, Money):
        found.add(_faults.NOT_AN_AMOUNT, path, given=shown(value))
        return False
    before = len(found)
    with found.collect(path):
        minor = to_minor(value)
        given = said(value)
        low = _faults.NEGATIVE if zero else _faults.NOT_POSITIVE
        found.check(minor > 0 or (zero and minor == 0), low, path, given=given)
        largest = said(from_minor(MAX_MINOR, value.currency))
        found.check(minor <= MAX_MINOR, _faults.TOO_LARGE, path, given=given, largest=largest)
        same = not currency or value.currency.code == currency
        found.check(same, _faults.OTHER_CURRENCY, path, given=given, currency=currency)
    return len(found) == before


def check_number(found: FaultList, path: str, value: object, *, least: int, most: int) -> bool:
    """A whole number within bounds; True and False are not numbers."""
    ok = type(value) is int and least <= value <= most
    return found.check(ok, _faults.NOT_A_NUMBER, path, given=shown(value), least=least, most=most)


def check_name(found: FaultList, path: str, value: object) -> bool:
    """A text of one line that is not empty."""
    if isinstance(value, str) and not value.strip():
        found.add(_faults.EMPTY_TEXT, path)
        return False
    return check_label(found, path, value, most=MAX_LABEL)


def check_id(found: FaultList, path: str, value: object) -> bool:
    """An identifier, written as those of the holdings."""
    ok = isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None
    return found.check(ok, _faults.NOT_AN_ID, path, given=shown(value))
