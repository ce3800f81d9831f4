"""Checks that the terms of a loan share. Each records a fault and says whether all was well."""

from datetime import date
from decimal import Decimal
from typing import Final

from shared_kernel import FaultList, Money, from_minor, to_minor
from shared_kernel.faults import shown
from wealth_core._checks import TOO_PRECISE, check_day, has_at_most
from wealth_core.loans import _faults

MAX_MINOR: Final = 10**13
"""The largest amount of a loan, in minor units: a hundred billion euros."""
MAX_MONTHS: Final = 600
RATE_DIGITS: Final = 10
FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2400


def check_amount(found: FaultList, path: str, value: object, *, currency: str = "") -> bool:
    """An amount above zero, in whole minor units, in the currency of the loan when it is known."""
    if not isinstance(value, Money):
        found.add(_faults.NOT_AN_AMOUNT, path, given=shown(value))
        return False
    code = value.currency.code
    before = len(found.faults)
    with found.collect(path):
        minor = to_minor(value)
        if minor <= 0:
            found.add(_faults.AMOUNT_NOT_POSITIVE, path, given=f"{value.amount} {code}")
        elif minor > MAX_MINOR:
            largest = from_minor(MAX_MINOR, code)
            found.add(
                _faults.AMOUNT_TOO_LARGE,
                path,
                given=f"{value.amount} {code}",
                largest=f"{largest.amount} {code}",
            )
        elif currency and code != currency:
            found.add(
                _faults.OTHER_CURRENCY, path, given=f"{value.amount} {code}", currency=currency
            )
    return len(found.faults) == before


def check_rate(found: FaultList, path: str, value: object) -> bool:
    """An annual rate as a fraction: 0 or more, under 1, exact."""
    if not isinstance(value, Decimal) or not value.is_finite():
        found.add(_faults.NOT_A_RATE, path, given=shown(value))
    elif value < 0:
        found.add(_faults.RATE_NEGATIVE, path, given=shown(value))
    elif value >= 1:
        suggestion = shown(value.scaleb(-2)) if value.adjusted() < 9 else "0.0335"
        found.add(_faults.RATE_IS_A_PERCENTAGE, path, given=shown(value), suggestion=suggestion)
    elif not has_at_most(value, RATE_DIGITS):
        found.add(TOO_PRECISE, path, given=shown(value), digits=RATE_DIGITS)
    else:
        return True
    return False


def check_whole(
    found: FaultList, path: str, value: object, *, example: int, least: int, most: int
) -> bool:
    """A whole number within bounds; True and False are not numbers."""
    if not isinstance(value, int) or isinstance(value, bool):
        found.add(_faults.NOT_A_WHOLE_NUMBER, path, given=shown(value), example=example)
        return False
    return found.check(
        least <= value <= most,
        _faults.OUT_OF_RANGE,
        path,
        given=shown(value),
        least=least,
        most=most,
    )


def check_date(found: FaultList, path: str, value: object) -> bool:
    """A day on which a loan may have an instalment."""
    if not check_day(found, path, value) or not isinstance(value, date):
        return False
    return found.check(
        FIRST_YEAR <= value.year <= LAST_YEAR,
        _faults.DATE_OUT_OF_RANGE,
        path,
        given=value.isoformat(),
        least=FIRST_YEAR,
        most=LAST_YEAR,
    )
