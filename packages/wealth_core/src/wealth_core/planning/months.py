"""A calendar month, as plans count them: ``2025-12``."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, Self

import attrs

from shared_kernel import add_months, shown
from wealth_core.errors import PlanFaults
from wealth_core.loans._checks import FIRST_YEAR, LAST_YEAR
from wealth_core.planning import _faults

_WRITTEN: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


@attrs.frozen(order=True)
class Month:
    """A month of a year; months compare as they follow each other.

    Args:
        year: from 1800 to 2400.
        month: 1 to 12.

    Raises:
        PlanFaults: there is no such month.

    >>> Month.parse("2025-12"), str(Month.of(date(2025, 12, 9))), Month(2025, 12).next()
    (Month(year=2025, month=12), '2025-12', Month(year=2026, month=1))
    >>> Month(2024, 2).last_day
    datetime.date(2024, 2, 29)
    >>> Month.parse("2025-13")
    Traceback (most recent call last):
        ...
    wealth_core.errors.PlanFaults: month: 2025-13 is not a month: write it as 2025-12
    """

    year: int
    month: int

    def __attrs_post_init__(self) -> None:
        whole = type(self.year) is int and type(self.month) is int
        if not (whole and FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.month <= 12):
            given = str(self) if whole else f"{shown(self.year)}-{shown(self.month)}"
            raise PlanFaults.of(_faults.NOT_A_MONTH, "month", given=given)

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: object) -> Self:
        """The month of a text such as ``2025-12``, and of nothing else.

        Raises:
            PlanFaults: the text is not one of a month (path ``month``).
        """
        found = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise PlanFaults.of(_faults.NOT_A_MONTH, "month", given=shown(text))
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def number(self) -> int:
        """How many months it is after January of the year 0: differences are counted with it."""
        return self.year * 12 + self.month - 1

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its last day, the 28th to the 31st."""
        return add_months(self.first_day, 1) - timedelta(days=1)

    def next(self) -> "Month":
        """The month after."""
        return Month.of(add_months(self.first_day, 1))

    def up_to(self, last: "Month") -> Iterator["Month"]:
        """This month and those after it, up to `last` with it; none when `last` is before."""
        month = self
        while month <= last:
            yield month
            month = month.next()
