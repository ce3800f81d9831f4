"""Checks that every domain shares. Each records a fault and says whether all was well.

The kinds of fault are declared here, beside the rules they belong to; measures have theirs in
`logistics_core.measures`.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TypeVar, cast

from logistics_core.measures import BAD_COUNT
from shared_kernel import (
    FaultKind,
    FaultList,
    Money,
    from_minor,
    minor_digits,
    shown,
    to_minor,
)
from shared_kernel.rounding import EXACT_CONTEXT
from shared_kernel.texts import is_one_line

NOT_AN_AMOUNT = FaultKind(
    "freight.not_an_amount", '{given} is not an amount: make one, such as money("10000", "CNY")'
)
AMOUNT_OUT_OF_RANGE = FaultKind(
    "freight.amount_out_of_range", "{given} is out of range: from {least} to {most} is accepted"
)
OTHER_CURRENCY = FaultKind(
    "freight.other_currency", "{given} is in another currency: give an amount in {currency}"
)
NOT_A_MOMENT = FaultKind(
    "freight.not_a_moment", "{given} is not a moment: give a time with its zone"
)
MOMENT_OUT_OF_RANGE = FaultKind(
    "freight.moment_out_of_range", "{given} is not between the years {first} and {last}"
)
EMPTY_TEXT = FaultKind("freight.empty_text", "the text is empty: write at least one character")
NOT_ONE_LINE = FaultKind(
    "freight.not_one_line",
    "{given} cannot be shown: write letters, figures and signs, on one line of at most {most}",
)
NOT_A_TEXT = FaultKind(
    "freight.not_a_text",
    "{given} cannot be shown: write letters, figures and signs, at most {most} of them",
)
NOT_SEVERAL = FaultKind(
    "freight.not_several", "{given} is not a list: give from {least} to {most} of {accepted}"
)

MOST_MINOR: Final = 10**12
"""The largest amount that is told by a person, in minor units: ten thousand million yuan."""
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2399

T = TypeVar("T")


def check_amount(
    found: FaultList,
    path: str,
    value: object,
    *,
    currency: str | None = None,
    least: int = 1,
    most: int = MOST_MINOR,
) -> bool:
    """An amount in whole minor units, from `least` to `most` of them.

    Args:
        found: where a fault goes.
        path: the field.
        value: what should be an amount.
        currency: the code of the currency it must be in; None for any.
        least: the least accepted, in minor units.
        most: the most accepted, likewise.
    """
    if not isinstance(value, Money):
        found.add(NOT_AN_AMOUNT, path, given=shown(value))
        return False
    code = value.currency.code
    if currency is not None and code != currency:
        found.add(OTHER_CURRENCY, path, given=_written(value), currency=currency)
        return False
    with found.collect(path):
        if are_amounts([value], code, least=least, most=most):
            return True
        to_minor(value)
        bounds = {"least": from_minor(least, code), "most": from_minor(most, code)}
        written = {name: _written(bound) for name, bound in bounds.items()}
        found.add(AMOUNT_OUT_OF_RANGE, path, given=_written(value), **written)
    return False


def are_amounts(values: Iterable[object], currency: str, *, least: int, most: int) -> bool:
    """Whether all are amounts in a currency, in whole minor units, from `least` to `most` of them.

    A quote has a dozen amounts, nearly always right: this says so fast, and `check_amount` says
    what is wrong when it does not.

    Raises:
        MoneyError: the currency is unknown.
    """
    digits = minor_digits(currency)
    for value in values:
        if not isinstance(value, Money) or value.currency.code != currency:
            return False
        minor = value.amount.scaleb(digits, EXACT_CONTEXT)
        # In this order: a number that is none has no order, and an absurd one is not written out.
        if not (minor.is_finite() and least <= minor <= most):
            return False
        if minor != minor.to_integral_value():
            return False
    return True


def _written(value: Money) -> str:
    return f"{value.amount:f} {value.currency.code}"


def check_moment(found: FaultList, path: str, value: object) -> bool:
    """A moment with its zone, in the years that every database and every calendar keeps."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        found.add(NOT_A_MOMENT, path, given=shown(value))
        return False
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return True
    found.add(MOMENT_OUT_OF_RANGE, path, given=shown(value), first=FIRST_YEAR, last=LAST_YEAR)
    return False


def in_utc(value: datetime) -> datetime:
    """A moment in UTC; what is none is left for `check_moment` to refuse."""
    given: object = value
    if isinstance(given, datetime) and given.tzinfo is not UTC and given.utcoffset() is not None:
        with suppress(OverflowError):  # the ends of the calendar, refused by their year
            return given.astimezone(UTC)
    return value


def in_utc_or_none(value: datetime | None) -> datetime | None:
    """A moment in UTC, or none."""
    return None if value is None else in_utc(value)


def check_line(found: FaultList, path: str, value: object, *, most: int, least: int = 1) -> bool:
    """A text on one line that shows all it holds; not blank, unless `least` is 0."""
    if not isinstance(value, str) or len(value) > most or not is_one_line(value):
        found.add(NOT_ONE_LINE, path, given=shown(value), most=most)
        return False
    return found.check(bool(value.strip()) or not least, EMPTY_TEXT, path)


def check_text(found: FaultList, path: str, value: object, *, most: int) -> bool:
    """A text of several lines, each of which shows all it holds; it may be empty."""
    shows = (
        isinstance(value, str)
        and len(value) <= most
        and all(is_one_line(line) for line in value.split("\n"))
    )
    return found.check(shows, NOT_A_TEXT, path, given=shown(value), most=most)


def in_lines(text: str) -> str:
    """A text whose lines end as they do here, whichever system wrote it."""
    given: object = text
    return text.replace("\r\n", "\n") if isinstance(given, str) else text


def check_whole(found: FaultList, path: str, value: object, *, least: int, most: int) -> bool:
    """A whole number from `least` to `most`."""
    # bool is an int in Python, and True is a slip rather than a 1.
    if type(value) is int and least <= value <= most:
        return True
    found.add(BAD_COUNT, path, given=shown(value), least=least, most=most)
    return False


def kept(values: Iterable[T]) -> tuple[T, ...]:
    """Several values as a tuple; what is not several is left for the check to refuse."""
    given: object = values
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes)
    return tuple(values) if several else cast("tuple[T, ...]", values)
