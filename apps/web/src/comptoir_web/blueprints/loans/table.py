"""The table of a loan as a page shows it: one calendar year at a time, or all of them.

Figures are written straight from the schedule's columns of minor units: a page of six hundred
lines costs a few milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from comptoir_web.presentation.formats import day_short
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from shared_kernel import format_decimal, from_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wealth_core.loans import Schedule

    from .answer import Answer

__all__ = ["Line", "TablePage", "columns_of", "table_page"]

WHOLE = "all"


@attrs.frozen
class Line:
    """One instalment, written; `last_paid` marks the last one paid on the day asked."""

    cells: tuple[str, ...]
    last_paid: bool = False


@attrs.frozen(kw_only=True)
class TablePage:
    """What the page shows of the table.

    Attributes:
        title: What is shown, of which currency.
        labels: The headers; the second column is the date.
        lines: The instalments shown.
        totals: A label, then one total a column (the last has none).
        year: The year shown, or that of the day asked when all are.
        whole: Whether all years are shown.
        all_years: Those one can choose.
        kept: The arguments of the address that a choice keeps.
        previous_url: The year before, or None.
        next_url: The year after, or None.
    """

    title: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: tuple[str, ...]
    year: int
    whole: bool
    all_years: tuple[int, ...]
    kept: tuple[tuple[str, str], ...] = ()
    previous_url: str | None = None
    next_url: str | None = None


def columns_of(
    schedule: Schedule, translate: Callable[[str], str]
) -> list[tuple[str, Sequence[int], bool]]:
    """The columns of amounts that a table has: name, minor units, whether a total makes sense.

    Insurance and fees, and the total with them, show only where there are some.
    """
    columns: list[tuple[str, Sequence[int], bool]] = [
        (translate("Instalment"), schedule.instalment_column, True),
        (translate("Interest"), schedule.interest_column, True),
        (translate("Capital"), schedule.principal_column, True),
    ]
    insurance, fees = schedule.insurance_column, schedule.fees_column
    if any(insurance):
        columns.append((translate("Insurance"), insurance, True))
    if any(fees):
        columns.append((translate("Fees"), fees, True))
    if any(insurance) or any(fees):
        paid = [
            sum(parts) for parts in zip(schedule.instalment_column, insurance, fees, strict=True)
        ]
        columns.append((translate("To pay"), paid, True))
    columns.append((translate("Capital owed"), schedule.balance_column, False))
    return columns


def table_page(answer: Answer, asked: str | None) -> TablePage:
    """The part of the table that the address asks for: a year, `all`, or that of the day asked."""
    years = {year.year: year for year in answer.years}
    default = min(max(answer.question.on.year, min(years)), max(years))
    whole = asked == WHOLE
    year = int(asked) if asked and asked.isdecimal() and len(asked) == 4 else default
    if year not in years:
        year = default
    table = answer.schedule
    first, last = (0, len(table) - 1) if whole else (years[year].first, years[year].last)
    columns = columns_of(table, _)
    locale, currency = language(), table.currency

    def written(minor: int) -> str:
        return format_decimal(from_minor(minor, currency).amount, locale=locale)

    lines = tuple(
        Line(
            (
                str(place + 1),
                day_short(table.dues[place]),
                *(written(column[place]) for _name, column, _summed in columns),
            ),
            place + 1 == answer.paid,
        )
        for place in range(first, last + 1)
    )
    totals = [_("Total")]
    totals += [
        written(sum(column[first : last + 1])) if summed else ""
        for _name, column, summed in columns
    ]
    return TablePage(
        title=(
            _("All instalments, in %(currency)s", currency=currency)
            if whole
            else _("Instalments of %(year)s, in %(currency)s", year=year, currency=currency)
        ),
        labels=(_("No."), _("Due"), *(name for name, _column, _summed in columns)),
        lines=lines,
        totals=tuple(totals),
        year=year,
        whole=whole,
        all_years=tuple(years),
    )
