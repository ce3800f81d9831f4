"""Days moved by whole months, as instalments and subscriptions fall due. No clock here."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, shown

__all__ = ["add_months"]

OUT_OF_CALENDAR = FaultKind(
    "dates.out_of_calendar",
    "{months} months from {day} is outside the calendar: stay between the years 1 and 9999",
)

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def add_months(day: date, months: int) -> date:
    """Returns the same day, ``months`` later; the month's last day where it has no such day.

    Months are always counted from the first day of a series, so that a loan due on the 31st comes
    back to the 31st after February: ``add_months(first_due, n)``, never one month at a time.

    Args:
        day: the day to start from.
        months: how many months later; negative goes back.

    Raises:
        Faults: the year would be outside 1 to 9999.

    >>> add_months(date(2025, 1, 31), 1), add_months(date(2024, 1, 31), 1)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29))
    >>> add_months(date(2025, 1, 31), 2), add_months(date(2025, 1, 31), -2)
    (datetime.date(2025, 3, 31), datetime.date(2024, 11, 30))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise Faults.of(OUT_OF_CALENDAR, months=shown(months), day=day.isoformat())
    last = 29 if month == 1 and calendar.isleap(year) else _MONTH_DAYS[month]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
