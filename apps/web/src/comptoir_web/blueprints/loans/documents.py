"""The table of a loan as a CSV file and as a PDF.

Both take the language as an argument and read no request: a job that exports every loan calls
them too.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from comptoir_web.presentation.csv_files import csv_bytes
from shared_kernel import (
    catalogue,
    format_date,
    format_decimal,
    format_money,
    format_percent,
    from_minor,
)
from shared_kernel.pdf import render_pdf
from wealth_core.errors import AprUndefined
from wealth_core.loans import apr

from .table import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from comptoir_web.presentation.csv_files import Cell
    from wealth_core.loans import Schedule

__all__ = ["file_stem", "schedule_csv", "schedule_pdf"]

_TEMPLATE = Path(__file__).parent / "typst" / "loan_table.typ"


def file_stem(label: str) -> str:
    """A label as a file name any system takes: letters without accents, figures and hyphens.

    >>> file_stem("Résidence à Lyon, 2e étage")
    'residence-a-lyon-2e-etage'
    >>> file_stem("../..")
    'loan'
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(words)[:60].strip("-") or "loan"


def schedule_csv(schedule: Schedule, *, locale: str, year: int | None = None) -> bytes:
    """The table as CSV: of one calendar year, or whole.

    Args:
        schedule: The table.
        locale: `fr` (semicolons, decimal comma) or `en`.
        year: The calendar year, or None for all.
    """
    translate = catalogue("comptoir_web", locale).gettext
    columns = columns_of(schedule, translate)
    currency = schedule.currency
    head = [translate("No."), translate("Due")]
    head += [f"{name} ({currency})" for name, _column, _summed in columns]
    rows: list[list[Cell]] = [list(head)]
    for place, due in enumerate(schedule.dues):
        if year is None or due.year == year:
            amounts = [from_minor(column[place], currency).amount for _n, column, _s in columns]
            rows.append([place + 1, due, *amounts])
    return csv_bytes(rows, locale=locale)


def schedule_pdf(
    schedule: Schedule,
    *,
    locale: str,
    label: str = "",
    on: date | None = None,
    business_name: str = "Comptoir",
) -> bytes:
    """The table as a PDF on A4, with the terms on top and the totals of each year.

    Args:
        schedule: The table.
        locale: `fr` or `en`.
        label: What the loan is called; the title says "Loan" when it is empty.
        on: The day of the figure on top: what is owed then; left out when None.
        business_name: Who issues the document, at the foot of each page.
    """
    translate = catalogue("comptoir_web", locale).gettext
    head = [translate("No."), translate("Due")]
    head += [name for name, _column, _summed in columns_of(schedule, translate)]
    data = {
        "lang": locale,
        "title": label or translate("Loan"),
        "subtitle": translate("Repayment table"),
        "business": business_name,
        "page": translate("Page"),
        "facts": _facts(schedule, translate, locale, on),
        "head": head,
        "years": _years(schedule, translate, locale),
        "note": _note(schedule, translate),
    }
    return render_pdf(_TEMPLATE, data)


def _facts(
    schedule: Schedule, translate: Callable[[str], str], locale: str, on: date | None
) -> list[list[str]]:
    loan = schedule.loan
    facts = [
        [translate("Amount borrowed"), format_money(loan.principal, locale=locale)],
        [translate("Annual nominal rate"), format_percent(loan.annual_rate, locale=locale)],
        [translate("Duration"), f"{len(schedule)} {translate('months')}"],
        [translate("Instalment"), format_money(schedule.instalment, locale=locale)],
        [translate("First due date"), format_date(loan.first_due, locale=locale)],
        [translate("Last instalment"), format_date(schedule.last_due, locale=locale)],
    ]
    try:
        facts.append([translate("APR"), format_percent(apr(loan), locale=locale)])
    except AprUndefined:
        facts.append([translate("APR"), translate("undefined")])
    cost = schedule.total_interest + schedule.total_insurance + schedule.total_fees
    facts.append([translate("Total cost"), format_money(cost, locale=locale)])
    if on is not None and on >= loan.start:
        paid = sum(due <= on for due in schedule.dues)
        owed = schedule[paid - 1].balance if paid else loan.principal
        owed_on = translate("Owed on %(day)s") % {"day": format_date(on, locale=locale)}
        facts.append([owed_on, format_money(owed, locale=locale)])
    return facts


def _years(
    schedule: Schedule, translate: Callable[[str], str], locale: str
) -> list[dict[str, object]]:
    columns = columns_of(schedule, translate)
    currency = schedule.currency

    def written(minor: int) -> str:
        return format_decimal(from_minor(minor, currency).amount, locale=locale)

    years: dict[int, list[int]] = {}
    for place, due in enumerate(schedule.dues):
        years.setdefault(due.year, []).append(place)
    return [
        {
            "total": [
                translate("Total of %(year)s") % {"year": year},
                *(
                    written(sum(column[places[0] : places[-1] + 1])) if summed else ""
                    for _name, column, summed in columns
                ),
            ],
            "rows": [
                [
                    str(place + 1),
                    format_date(schedule.dues[place], locale=locale, style="short"),
                    *(written(column[place]) for _name, column, _summed in columns),
                ]
                for place in places
            ],
        }
        for year, places in years.items()
    ]


def _note(schedule: Schedule, translate: Callable[[str], str]) -> str:
    notes = {
        "cent": translate(
            "Amounts in %(currency)s. The instalment and each month's interest are rounded to the "
            "minor unit; the last instalment takes the difference."
        ),
        "exact": translate(
            "Amounts in %(currency)s, computed without rounding, then shown rounded."
        ),
        "level": translate(
            "Amounts in %(currency)s. The quoted instalment is repeated unchanged to the end."
        ),
    }
    return notes[schedule.rounding.value] % {"currency": schedule.currency}
