"""Checks that holdings share. Each records a fault and says whether all was well."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from shared_kernel import FaultList, Money, from_minor, to_minor
from shared_kernel.faults import shown
from wealth_core._checks import TOO_PRECISE, check_day, check_label, has_at_most
from wealth_core.networth import _faults

MAX_ID: Final = 64
MAX_LABEL: Final = 120
MAX_MINOR: Final = 10**15
"""The largest amount of a line, in minor units: as many lines as there may be fit in 64 bits."""
MAX_QUANTITY: Final = 10**15
QUANTITY_DIGITS: Final = 18
MAX_SYMBOL: Final = 20
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2399, 12, 31)

_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_ID}}}", re.ASCII)
_SYMBOL = re.compile(rf"[A-Z0-9]{{1,{MAX_SYMBOL}}}", re.ASCII)


def check_id(found: FaultList, value: object) -> bool:
    """An identifier: 1 to 64 letters, figures, hyphens and underscores."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return True
    found.add(_faults.NOT_AN_ID, "id", given=shown(value), most=MAX_ID)
    return False


def check_name(found: FaultList, value: object) -> bool:
    """What a line is called: one line of 1 to 120 characters; nothing is read in it."""
    if isinstance(value, str) and not value.strip():
        found.add(_faults.LABEL_EMPTY, "label")
        return False
    return check_label(found, "label", value, most=MAX_LABEL)


def check_value(
    found: FaultList, path: str, value: object, *, overdraft: bool | None = None
) -> bool:
    """An amount in whole minor units, 0 or more; below 0 too where an overdraft is allowed.

    Args:
        found: where a fault goes.
        path: the field.
        value: what should be an amount.
        overdraft: for the balance of an account, whether it may be negative.
    """
    if not isinstance(value, Money):
        found.add(_faults.NOT_AN_AMOUNT, path, given=shown(value))
        return False
    before = len(found)
    with found.collect(path):
        minor = to_minor(value)
        code = value.currency.code
        if minor < 0 and not overdraft:
            kind = _faults.AMOUNT_NEGATIVE if overdraft is None else _faults.OVERDRAWN
            found.add(kind, path, given=f"{value.amount} {code}")
        elif abs(minor) > MAX_MINOR:
            found.add(
                _faults.AMOUNT_TOO_LARGE,
                path,
                given=f"{value.amount} {code}",
                largest=f"{from_minor(MAX_MINOR, code).amount} {code}",
            )
    return len(found) == before


def check_quantity(found: FaultList, value: object) -> bool:
    """How much of a crypto-asset is held: exact, 0 or more, at most 18 decimals."""
    if not isinstance(value, Decimal) or not value.is_finite():
        found.add(_faults.NOT_A_QUANTITY, "quantity", given=shown(value))
    elif value < 0:
        found.add(_faults.QUANTITY_NEGATIVE, "quantity", given=shown(value))
    elif value > MAX_QUANTITY:
        found.add(_faults.QUANTITY_TOO_LARGE, "quantity", given=shown(value), largest=MAX_QUANTITY)
    elif not has_at_most(value, QUANTITY_DIGITS):
        found.add(TOO_PRECISE, "quantity", given=shown(value), digits=QUANTITY_DIGITS)
    else:
        return True
    return False


def check_symbol(found: FaultList, value: object) -> bool:
    """The symbol a crypto-asset is quoted under."""
    if isinstance(value, str) and _SYMBOL.fullmatch(value):
        return True
    found.add(_faults.NOT_A_SYMBOL, "symbol", given=shown(value), most=MAX_SYMBOL)
    return False


def check_when(found: FaultList, path: str, value: object) -> bool:
    """A day of the calendar that every database and every loan keeps."""
    if not check_day(found, path, value) or not isinstance(value, date):
        return False
    return found.check(
        FIRST_DAY <= value <= LAST_DAY,
        _faults.DAY_OUT_OF_RANGE,
        path,
        given=value.isoformat(),
        first=FIRST_DAY.isoformat(),
        last=LAST_DAY.isoformat(),
    )
