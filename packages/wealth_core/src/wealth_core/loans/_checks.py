"""Checks that the terms of a loan share. Each records a fault and says whether all was well."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar, cast

from shared_kernel import FaultList, Money, from_minor, to_minor
from shared_kernel.faults import shown
from wealth_core.loans import _faults

MAX_MINOR: Final = 10**13
"""The largest amount of a loan, in minor units: a hundred billion euros."""
MAX_MONTHS: Final = 600
RATE_DIGITS: Final = 10
FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2400
_UNSHOWN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters (NUL is one), halves of characters, separators of lines and paragraphs."""
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Controls that show what follows in another order: "10 EUR" could read "01 EUR"."""

T = TypeVar("T")


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
    elif not _has_at_most(value, RATE_DIGITS):
        found.add(_faults.RATE_TOO_PRECISE, path, given=shown(value), digits=RATE_DIGITS)
    else:
        return True
    return False


def check_share(found: FaultList, path: str, value: object) -> bool:
    """The share of a loan that an insurance covers: above 0, up to 1."""
    if not isinstance(value, Decimal) or not value.is_finite():
        found.add(_faults.NOT_A_RATE, path, given=shown(value))
    elif not 0 < value <= 1:
        found.add(_faults.SHARE_OUT_OF_RANGE, path, given=shown(value))
    elif not _has_at_most(value, RATE_DIGITS):
        found.add(_faults.RATE_TOO_PRECISE, path, given=shown(value), digits=RATE_DIGITS)
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


def check_label(found: FaultList, path: str, value: object, *, most: int) -> bool:
    """A text on one line, without the characters that no screen shows; it may be empty."""
    return found.check(
        isinstance(value, str) and len(value) <= most and is_one_line(value),
        _faults.LABEL_NOT_TEXT,
        path,
        given=shown(value),
        most=most,
    )


def is_one_line(text: str) -> bool:
    """Whether a text stays on one line and shows all it holds, in its order."""
    return not any(
        unicodedata.category(character) in _UNSHOWN
        or unicodedata.bidirectional(character) in _TURNING
        for character in text
    )


def check_day(found: FaultList, path: str, value: object) -> bool:
    """A day, without a time of day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        found.add(_faults.NOT_A_DATE, path, given=shown(value))
        return False
    return True


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


def kept(values: Iterable[T]) -> tuple[T, ...]:
    """Several values as a tuple; what is not several is left for `check_are` to refuse."""
    given: object = values
    return tuple(values) if isinstance(given, Iterable) else cast("tuple[T, ...]", values)


def check_are(found: FaultList, path: str, values: object, accepted: type, *, most: int) -> bool:
    """Several values of one class, not too many of them."""
    if not isinstance(values, tuple):
        found.add(_faults.NOT_A_LIST, path, given=shown(values), accepted=accepted.__name__)
        return False
    before = len(found.faults)
    found.check(len(values) <= most, _faults.TOO_MANY, path, given=len(values), most=most)
    for place, value in enumerate(values[:most]):
        check_is(found, f"{path}[{place}]", value, (accepted,))
    return len(found.faults) == before


def check_is(found: FaultList, path: str, value: object, accepted: tuple[type, ...]) -> bool:
    """A value of one of the classes that may stand there."""
    return found.check(
        isinstance(value, accepted),
        _faults.NOT_ACCEPTED,
        path,
        given=shown(value),
        accepted=" | ".join(each.__name__ for each in accepted),
    )


def _has_at_most(value: Decimal, digits: int) -> bool:
    """Whether a Decimal below 1 has no more than so many decimals, trailing zeros aside."""
    _, figures, exponent = value.as_tuple()
    places = -int(exponent)
    trailing = 0
    for figure in reversed(figures):
        if figure or trailing >= places:
            break
        trailing += 1
    return not value or places - trailing <= digits
