"""What is typed at the terminal and is not text: a day, a rate, a decimal number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from comptoir_cli.language import gettext as _

__all__ = ["day", "number", "rate"]


class Day(click.ParamType[date, Any]):
    """A day, ISO 8601: ``2025-10-01``."""

    name = "yyyy-mm-dd"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the day, or say how it is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            text = _("{given} is not a date: write 2025-10-01").format(given=value)
            return self.fail(text, param, ctx)


class Rate(click.ParamType[Decimal, Any]):
    """A rate a year: ``0.0335``, or ``3.35%``."""

    name = "rate"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read the rate as a fraction."""
        text = str(value).strip().replace(",", ".")
        try:
            if text.endswith("%"):
                return Decimal(text[:-1].strip()).scaleb(-2)
            return Decimal(text)
        except InvalidOperation:
            said = _("{given} is not a rate: write 0.0335 or 3.35%").format(given=value)
            return self.fail(said, param, ctx)


class Number(click.ParamType[Decimal, Any]):
    """A decimal number, with a point or a comma: ``3.5``. Its range is the library's business."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read the number, or say how it is written."""
        if isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            text = _("{given} is not a number: write 3.5").format(given=value)
            return self.fail(text, param, ctx)


rate = Rate()
day = Day()
number = Number()
