"""Jinja filters for what a reader sees: amounts, percentages, dates, in the reader's language.

The writing itself is `shared_kernel.formatting`; a filter only adds the language.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from shared_kernel.formatting import format_date, format_decimal, format_money, format_percent

from .languages import gettext, language

if TYPE_CHECKING:
    from decimal import Decimal

    from flask import Flask

    from shared_kernel import Money

__all__ = ["colon", "day", "day_short", "install_formats", "moment", "money", "number", "percent"]


def money(value: Money) -> str:
    """An amount with its sign: `213 619,42 €`."""
    return format_money(value, locale=language())


def number(value: Decimal) -> str:
    """A decimal number with the reader's separators."""
    return format_decimal(value, locale=language())


def percent(value: Decimal, decimals: int = 2) -> str:
    """A fraction as a percentage: 0.0335 is `3,35 %`."""
    return format_percent(value, decimals=decimals, locale=language())


def day(value: date) -> str:
    """A date in a sentence: `9 décembre 2025`."""
    return format_date(value, locale=language(), style="long")


def day_short(value: date) -> str:
    """A date in a table: `09/12/2025`."""
    return format_date(value, locale=language(), style="short")


def moment(value: datetime) -> str:
    """A time to the minute, in UTC: `9 décembre 2025 à 14:05 UTC`."""
    return gettext("%(day)s at %(time)s UTC", day=day(value.date()), time=value.strftime("%H:%M"))


def colon() -> str:
    """A colon as the reader's language sets it: French puts a no-break space before it."""
    return "\u00a0:" if language() == "fr" else ":"


def install_formats(app: Flask) -> None:
    """Register the filters: `money`, `number`, `percent`, `day`, `day_short`, `moment`."""
    app.jinja_env.filters.update(
        money=money, number=number, percent=percent, day=day, day_short=day_short, moment=moment
    )
    app.jinja_env.globals["colon"] = colon
