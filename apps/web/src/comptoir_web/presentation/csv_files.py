"""A table as a file that a spreadsheet opens with a double click.

French spreadsheets expect a semicolon between cells and a comma in numbers; English ones the
other way round. Both guess the encoding unless the file starts with a byte order mark. Dates are
written as ISO 8601, which both read as dates.

A text that starts like a formula (`=`, `+`, `-`, `@`, a tab, a carriage return) would be run as
one: it gets an apostrophe in front, as OWASP advises ("CSV Injection"). Numbers and dates are
ours, so they keep their minus.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Response

__all__ = ["Cell", "csv_bytes", "csv_response", "safe_text"]

Cell = str | int | Decimal | date

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(text: str) -> str:
    """The text as a spreadsheet may show it, never run it.

    >>> safe_text("=1+1"), safe_text("Flat in Lyon")
    ("'=1+1", 'Flat in Lyon')
    """
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA) else text


def csv_bytes(rows: Iterable[Sequence[Cell]], *, locale: str) -> bytes:
    r"""The file of some rows.

    Args:
        rows: Texts, whole numbers, exact decimals and dates. Amounts are decimals, without
            thousands
            separators or sign.
        locale: `fr` or `en`.

    Returns:
        UTF-8 with a byte order mark, lines ended by CR LF (RFC 4180).

    >>> csv_bytes([["Due", "Capital"], [date(2025, 10, 1), Decimal("-0.50")]], locale="fr")
    b'\xef\xbb\xbfDue;Capital\r\n2025-10-01;-0,50\r\n'
    """
    french = locale == "fr"
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if french else ",")
    for row in rows:
        writer.writerow([_written(cell, french=french) for cell in row])
    return (_BOM + file.getvalue()).encode()


def csv_response(rows: Iterable[Sequence[Cell]], *, name: str) -> Response:
    """The file of some rows as a download called ``name.csv``, in the reader's language."""
    from flask import Response  # late: jobs write these files too, without Flask

    from .languages import language

    response = Response(csv_bytes(rows, locale=language()), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def _written(cell: Cell, *, french: bool) -> str:
    match cell:
        case str():
            return safe_text(cell)
        case date():
            return cell.isoformat()
        case Decimal():
            text = f"{cell:f}"
            return text.replace(".", ",") if french else text
        case _:
            return str(cell)
