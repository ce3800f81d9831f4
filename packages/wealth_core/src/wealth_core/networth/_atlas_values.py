"""What a single field of Atlas holds: numbers that were floats, months, names, flags.

Each function gives None for what it does not understand; who asks makes a note of it.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared_kernel import Faults, JsonNumber, parse_decimal

_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})(?:[T ].*)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_SIGNS = re.compile(r"\s*(?:€|euros?|EUR|%)\s*$", re.IGNORECASE)
_LARGEST: Final = 40


def is_blank(value: object) -> bool:
    """Whether a field is as good as not there: null, a blank text, an empty list."""
    return (
        value is None
        or (isinstance(value, str | list | dict) and not value)
        or (isinstance(value, str) and not value.strip())
    )


def number_of(value: object) -> Decimal | None:
    """The number of a field, exactly as it is written; a float is read from its shortest text.

    >>> number_of(JsonNumber("250000.0")), number_of(0.1), number_of("1 234,50 €")
    (Decimal('250000.0'), Decimal('0.1'), Decimal('1234.50'))
    >>> number_of(True), number_of("beaucoup")
    (None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal | JsonNumber):
        text = str(value) if not isinstance(value, float) else float.__repr__(value)
    elif isinstance(value, str):
        text = _SIGNS.sub("", value.strip())
    else:
        return None
    if _PLAIN.fullmatch(text):
        number = Decimal(text)
        return number if not number or abs(number.adjusted()) < _LARGEST else None
    with suppress(Faults):
        return parse_decimal(text)
    return None


def first_day(value: object) -> tuple[date, int] | None:
    """The first day of the month that a field names, and the day of the month it was told with.

    >>> first_day("2024-10"), first_day("10/2024"), first_day("2024-10-15")[1]
    ((datetime.date(2024, 10, 1), 1), (datetime.date(2024, 10, 1), 1), 15)
    """
    if isinstance(value, date):
        return date(value.year, value.month, 1), value.day
    if not isinstance(value, str):
        return None
    text = value.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        (month, year), day = match.groups(), None
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    with suppress(ValueError):  # there is no month 13, nor a 30 February
        told = date(int(year), int(month), int(day or 1))
        return told.replace(day=1), told.day
    return None


def flag_of(value: object) -> bool | None:
    """Whether a flag is up; None when it is not told."""
    if isinstance(value, str):
        words = {"true": True, "oui": True, "on": True, "false": False, "non": False, "off": False}
        return words.get(value.strip().lower())
    return bool(value) if isinstance(value, bool | int) else None


def one_line(text: str, *, most: int) -> str:
    """A name on one line, cut at `most` characters."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= most else words[: most - 1] + "…"


def pick(line: Mapping[str, Any], names: Sequence[str]) -> tuple[str, Any]:
    """The first of some fields that is told, and what it holds; ``("", None)`` if none is.

    ``Any``, because JSON data may be of every kind.
    """
    for name in names:
        if name in line and not is_blank(line[name]):
            return name, line[name]
    return "", None
