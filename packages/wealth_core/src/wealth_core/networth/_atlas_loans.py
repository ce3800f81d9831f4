"""The loans of a profile of Atlas: their terms, and which of them are missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from shared_kernel import Money, money, shown
from wealth_core.errors import DateBeforeLoan
from wealth_core.loans import Loan, balance_on
from wealth_core.networth import _faults
from wealth_core.networth import atlas_names as names
from wealth_core.networth._atlas_line import Line, LineReader
from wealth_core.networth._atlas_values import first_day, number_of

RATE_PLACES: Final = 10
_MOST_MONTHS: Final = 10_000
"""Beyond it a term is no number of months; `Loan` has the true bound."""


@attrs.frozen
class Terms:
    """What is told of a loan.

    Args:
        loan: the loan, when its terms are whole.
        lent: what was lent; None for nothing.
        left: what is told to be owed still.
        missing: the fields of the terms that are not told, or that cannot be read.
    """

    loan: Loan | None
    lent: Money | None
    left: Money | None
    missing: str = ""

    @property
    def told(self) -> Money | None:
        """The one amount to keep when the terms are not whole."""
        return self.lent if self.left is None else self.left


def terms_of(reader: LineReader, line: Line, *, start: str = "") -> Terms:
    """The terms of the loan of a line, whose fields begin with `start`.

    Raises:
        LoanFaults: the terms are whole, and no loan has them.
    """

    def fields(of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(start + name for name in of)

    lent = reader.amount_of(line, fields(names.LENT), "principal", needed=False) or None
    left = reader.amount_of(line, fields(names.LEFT), "left", needed=False)
    rate = _rate(reader, line, fields(names.RATE), fields(names.APR))
    months = _months(line, fields(names.MONTHS), fields(names.YEARS))
    began = _began(reader, line, fields(names.START))
    if lent is not None and rate is not None and months is not None and began is not None:
        return Terms(Loan(lent, rate, months, began), lent, left)
    wanted = {names.LENT: lent, names.RATE: rate, names.YEARS: months, names.START: began}
    missing = [fields(of)[0] for of, value in wanted.items() if value is None]
    return Terms(None, lent, left, ", ".join(missing))


def owed_on(loan: Loan, day: date) -> Money:
    """What is owed on a day; nothing before the loan."""
    try:
        return balance_on(loan, day)
    except DateBeforeLoan:
        return money(0, loan.currency)


def _rate(
    reader: LineReader, line: Line, rates: tuple[str, ...], aprs: tuple[str, ...]
) -> Decimal | None:
    """The rate a year as a fraction; the annual percentage rate where no other is told."""
    percent = number_of(line.take(rates, "annual_rate")[1])
    field, value = line.take(aprs)
    if percent is None and (percent := number_of(value)) is not None:
        line.sources["annual_rate"] = field
        reader.note(_faults.APR_AS_RATE, line.path_of("annual_rate"), given=shown(value))
    return None if percent is None else reader.hundredth(percent, RATE_PLACES)


def _months(line: Line, months: tuple[str, ...], years: tuple[str, ...]) -> int | None:
    number = number_of(line.take(months, "months")[1])
    if number is None and (told := number_of(line.take(years, "months")[1])) is not None:
        number = told * 12
    if number is None or not 0 < number < _MOST_MONTHS or number != int(number):
        return None
    return int(number)


def _began(reader: LineReader, line: Line, fields: tuple[str, ...]) -> date | None:
    """The day of the first instalment: the first of the month the loan is told to start in."""
    _, value = line.take(fields, "first_due")
    read = first_day(value)
    if read is None:
        return None
    first, told = read
    if told != 1:
        path = line.path_of("first_due")
        reader.note(_faults.DAY_MOVED, path, given=shown(value), kept=first.isoformat())
    return first
