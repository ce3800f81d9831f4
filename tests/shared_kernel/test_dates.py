"""Months added to a day."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel import Faults, add_months
from shared_kernel.testing import days


def test_the_month_end_is_kept() -> None:
    """31 January plus a month is the last day of February, in leap years too."""
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2000, 1, 31), 1) == date(2000, 2, 29)
    assert add_months(date(1900, 1, 31), 1) == date(1900, 2, 28)
    assert add_months(date(2025, 1, 31), 13) == date(2026, 2, 28)


@given(days(), st.integers(-1_000, 1_000))
def test_the_day_is_the_same_or_the_last_of_its_month(day: date, months: int) -> None:
    """The month moves by exactly ``months``; the day stays, or is the month's last."""
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    last = calendar.monthrange(moved.year, moved.month)[1]
    assert moved.day == min(day.day, last)


@given(days(), st.integers(0, 600))
def test_a_series_counts_from_its_first_day(first: date, count: int) -> None:
    """A series is in order, a day a month, and back on its day whenever the month has it."""
    assert add_months(first, count) < add_months(first, count + 1)
    assert add_months(first, count + 12).month == add_months(first, count).month


@pytest.mark.parametrize(("day", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1)])
def test_outside_the_calendar_is_refused(day: date, months: int) -> None:
    """A year before 1 or after 9999 is refused with a message, not an OverflowError."""
    with pytest.raises(Faults, match="between the years 1 and 9999"):
        add_months(day, months)


def test_a_time_keeps_its_hour() -> None:
    """A datetime is a date too: its hour and its zone stay."""
    start = datetime(2025, 1, 31, 9, 30, tzinfo=UTC)
    assert add_months(start, 1) == datetime(2025, 2, 28, 9, 30, tzinfo=UTC)
