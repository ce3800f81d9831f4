"""How people write numbers in French and in English, and how what they write is read back.

French writes ``1 234 567,89`` with a narrow no-break space (U+202F) between thousands, English
writes ``1,234,567.89``: these are the forms of the Unicode CLDR. Reading is wider than writing:
a plain space, the other language's decimal mark and grouped points are understood, as long as only
one reading is possible.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, shown

__all__ = ["Language", "Reading", "language_of", "read_number", "write_number"]

Language = Literal["fr", "en"]

UNKNOWN_LANGUAGE = FaultKind(
    "formatting.unknown_language", "{given} is not a language spoken here: write fr or en"
)

_THOUSANDS: Final = {"fr": "\u202f", "en": ","}
_MARK: Final = {"fr": ",", "en": "."}

_PLAIN = re.compile(r"([0-9]+)(?:([.,])([0-9]+))?", re.ASCII)
_SPACED = re.compile(
    r"([1-9][0-9]{0,2}(?:([ \u00a0\u202f])[0-9]{3})(?:\2[0-9]{3})*)(?:[.,]([0-9]+))?", re.ASCII
)
_COMMA_GROUPS = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)
_POINT_GROUPS = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,([0-9]+))?", re.ASCII)


class Reading(NamedTuple):
    """What a written number can mean; ``thousands`` is the second reading when there is one."""

    value: Decimal
    thousands: Decimal | None = None


def language_of(locale: str) -> Language:
    """Returns the language of a locale: ``fr``, ``fr_FR`` and ``fr-CA`` are French.

    Raises:
        Faults: neither French nor English.

    >>> language_of("fr"), language_of("en-GB")
    ('fr', 'en')
    """
    start = locale.replace("-", "_").partition("_")[0].lower()
    if start == "fr":
        return "fr"
    if start == "en":
        return "en"
    raise Faults.of(UNKNOWN_LANGUAGE, "locale", given=shown(locale))


def write_number(value: Decimal, language: Language) -> str:
    """Writes a finite Decimal with the decimals it has.

    >>> write_number(Decimal("-1234567.50"), "en")
    '-1,234,567.50'
    """
    text = f"{value:,f}"
    if language == "fr":
        # The marks swap places: ',' leaves as a space before '.' becomes ','.
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def read_number(text: str, language: Language) -> Reading | None:
    """Reads an unsigned number; None when it is none, two readings when it is in doubt.

    One mark followed by exactly three digits, after one to three digits that do not start with 0,
    is in doubt: it may part thousands or decimals. The language decides when the mark is its own
    (in French the comma parts decimals; in English the comma parts thousands and the point
    decimals). A point stays in doubt in French, where many write thousands with it.

    >>> read_number("1 234,5", "fr")
    Reading(value=Decimal('1234.5'), thousands=None)
    >>> read_number("1.234", "fr")
    Reading(value=Decimal('1.234'), thousands=Decimal('1234'))
    """
    if match := _PLAIN.fullmatch(text):
        whole, mark, decimals = match.groups()
        if mark is None:
            return Reading(Decimal(whole))
        value = Decimal(f"{whole}.{decimals}")
        if len(decimals) != 3 or len(whole) > 3 or whole[0] == "0" or mark == _MARK[language]:
            return Reading(value)
        if mark == _THOUSANDS[language]:
            return Reading(Decimal(whole + decimals))
        return Reading(value, Decimal(whole + decimals))
    if match := _SPACED.fullmatch(text):
        return _joined(match[1], match[3])
    for pattern in (_COMMA_GROUPS, _POINT_GROUPS):
        if match := pattern.fullmatch(text):
            return _joined(match[1], match[2])
    return None


def _joined(groups: str, decimals: str | None) -> Reading:
    whole = re.sub(r"[^0-9]", "", groups, flags=re.ASCII)
    return Reading(Decimal(f"{whole}.{decimals}" if decimals else whole))
