"""Amounts, numbers and dates as people write them, in French and in English, and read back.

What is written is what the Unicode CLDR says (through Babel for the signs of the currencies), by a
shorter way: a page writes thousands of amounts. Two choices differ from it. The decimals of an
amount are those of ISO 4217, and English dates put the day first (``9 December 2025``), because
the readers are in Europe and in Africa.

What is read may be typed by hand: see :mod:`shared_kernel.numerals` for what is in doubt.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from moneyed import Money

from shared_kernel.amounts import NO_DECIMALS, TOO_MANY_DECIMALS, money
from shared_kernel.currencies import currency_codes, currency_of, minor_digits
from shared_kernel.errors import Faults, MoneyError
from shared_kernel.faults import Fault, FaultKind, shown
from shared_kernel.numerals import Language, language_of, read_number, write_number
from shared_kernel.rounding import EXACT_CONTEXT, round_decimal

if TYPE_CHECKING:
    from moneyed import Currency

__all__ = [
    "format_date",
    "format_decimal",
    "format_money",
    "format_percent",
    "parse_date",
    "parse_decimal",
    "parse_money",
    "parse_percent",
]

EMPTY = FaultKind("formatting.empty", "nothing is written here: write a number, such as {example}")
NOT_A_NUMBER = FaultKind(
    "formatting.not_a_number", "{given} is not a number: write digits only, such as {example}"
)
IN_DOUBT = FaultKind(
    "formatting.in_doubt", "{given} can be read in two ways: write {decimal} or {thousands}"
)
THOUSANDS_MEANT = FaultKind(
    "formatting.thousands_meant",
    "{given} has more decimals than {currency} takes: "
    "write {decimal}, or {thousands} if thousands are meant",
)
OTHER_CURRENCY = FaultKind(
    "formatting.other_currency", "{given} is in another currency: an amount in {currency} is needed"
)
NOT_A_DATE = FaultKind(
    "formatting.not_a_date",
    "{given} is not a date: write the day, the month and the year, such as {example}",
)
NOT_IN_CALENDAR = FaultKind(
    "formatting.not_in_calendar",
    "{given} is not a day of the calendar: write the day, then the month, such as {example}",
)
SHORT_YEAR = FaultKind(
    "formatting.short_year", "{given} has a short year: write four digits, such as {suggestion}"
)

_NBSP: Final = "\u00a0"
_LONGEST: Final = 80  # characters; no amount, rate or date needs as many
_MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
_MONTH_NAMES: Final = {language: names.split() for language, names in _MONTHS.items()}
_OTHER_SIGNS: Final = {"XOF": {"f", "cfa", "fcfa"}, "XAF": {"f", "cfa", "fcfa"}, "GNF": {"fg"}}
_SIGNS = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.ASCII | re.DOTALL)
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4}|[0-9]{2})", re.ASCII)


def format_money(value: Money, *, locale: str = "fr", decimals: int | None = None) -> str:
    """Writes an amount with the sign or the code of its currency.

    Args:
        value: the amount; rounded half up to the decimals shown.
        locale: French or English.
        decimals: how many; those of the currency by default.

    Raises:
        Faults: the amount is not finite, or the locale is neither French nor English.

    >>> format_money(money("213619.42", "EUR")).replace("\u202f", "_").replace("\u00a0", "~")
    '213_619,42~€'
    >>> format_money(money("-213619.42", "EUR"), locale="en")
    '-€213,619.42'
    """
    before, after, places, language = _dress(value.currency.code, locale)
    rounded = round_decimal(value.amount, places if decimals is None else decimals)
    text = write_number(rounded or rounded.copy_abs(), language)  # there is no minus zero
    if before and text[0] == "-":
        return f"-{before}{text[1:]}{after}"
    return f"{before}{text}{after}"


def format_decimal(value: Decimal | int, *, locale: str = "fr", decimals: int | None = None) -> str:
    """Writes a number; with the decimals it has, or rounded half up to ``decimals``.

    >>> format_decimal(Decimal("1234.50"), locale="en"), format_decimal(Decimal("0.125"))
    ('1,234.50', '0,125')
    >>> format_decimal(Decimal("0.125"), decimals=2)
    '0,13'
    """
    given: object = value
    number = Decimal(given) if type(given) is int else value
    if not isinstance(number, Decimal):
        raise TypeError(f"format_decimal takes a Decimal or an int, not {type(value).__name__}")
    if decimals is None:
        exponent = number.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    rounded = round_decimal(number, decimals)
    return write_number(rounded or rounded.copy_abs(), language_of(locale))


def format_percent(fraction: Decimal, *, decimals: int = 2, locale: str = "fr") -> str:
    r"""Writes a fraction as a percentage, rounded half up.

    Args:
        fraction: 0.0335 is 3.35 %.
        decimals: how many of the percentage.
        locale: French or English.

    Raises:
        Faults: the fraction is not finite, or the locale is neither French nor English.

    >>> format_percent(Decimal("0.0335"), locale="en"), format_percent(Decimal("0.0335"))
    ('3.35%', '3,35\xa0%')
    """
    sign = "%" if language_of(locale) == "en" else f"{_NBSP}%"
    rounded = round_decimal(fraction, decimals + 2)  # refuses what is not a number as well
    hundredfold = rounded.scaleb(2, EXACT_CONTEXT)
    return format_decimal(hundredfold, locale=locale, decimals=decimals) + sign


def format_date(day: date, *, locale: str = "fr", style: Literal["long", "short"] = "long") -> str:
    """Writes a date, the day first in both languages.

    >>> format_date(date(2025, 12, 9)), format_date(date(2025, 12, 1), locale="en")
    ('9 décembre 2025', '1 December 2025')
    >>> format_date(date(2025, 12, 1)), format_date(date(2025, 12, 9), style="short")
    ('1er décembre 2025', '09/12/2025')
    """
    language = language_of(locale)
    if style == "short":
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {_MONTH_NAMES[language][day.month - 1]} {day.year}"


def parse_decimal(text: str, *, path: str = "", locale: str = "fr") -> Decimal:
    """Reads a number typed by a person: the inverse of :func:`format_decimal`, and more.

    A decimal comma and a decimal point are both understood, and thousands parted by spaces, or by
    the mark that does not part the decimals.

    Args:
        text: what was typed.
        path: where it was typed, for the fault.
        locale: the language of the form, which settles ``1,234``.

    Raises:
        Faults: not a number; or a number in doubt, with both readings to choose from.

    >>> parse_decimal("3,35"), parse_decimal("3.35"), parse_decimal("215 000,5")
    (Decimal('3.35'), Decimal('3.35'), Decimal('215000.5'))
    >>> parse_decimal("1,234"), parse_decimal("1,234", locale="en")
    (Decimal('1.234'), Decimal('1234'))
    >>> parse_decimal("1.234", path="rate")
    Traceback (most recent call last):
        ...
    shared_kernel.errors.Faults: rate: 1.234 can be read in two ways: write 1,234 or 1\u202f234
    """
    language = language_of(locale)
    stripped = _stripped(text, path, language)
    negative = stripped[0] in "-\u2212"
    reading = read_number(stripped[negative:], language)
    if reading is None:
        raise Faults.of(NOT_A_NUMBER, path, given=shown(text), example=_example(language))
    if reading.thousands is not None:
        raise Faults.of(
            IN_DOUBT,
            path,
            given=shown(text),
            decimal=write_number(reading.value, language),
            thousands=write_number(reading.thousands, language),
        )
    return reading.value.copy_negate() if negative and reading.value else reading.value


def parse_percent(text: str, *, path: str = "", locale: str = "fr") -> Decimal:
    """Reads a percentage, with or without its sign, as a fraction.

    >>> parse_percent("3,35 %"), parse_percent("3.35")
    (Decimal('0.0335'), Decimal('0.0335'))
    """
    bare = text.strip().removesuffix("%")
    return parse_decimal(bare, path=path, locale=locale).scaleb(-2, EXACT_CONTEXT)


def parse_money(
    text: str, currency: str | Currency, *, path: str = "", locale: str = "fr"
) -> Money:
    """Reads an amount typed by a person, with or without the sign or the code of its currency.

    Args:
        text: what was typed, such as :func:`format_money` writes it, or by hand.
        currency: the currency expected.
        path: where it was typed, for the fault.
        locale: the language of the form.

    Raises:
        Faults: not a number, or in doubt (both readings are given).
        MoneyError: more decimals than the currency takes (``1,234`` euros: ``1,23`` or ``1 234``
            are offered), another currency's sign, too large, or an unknown currency.

    >>> parse_money("213 619,42 €", "EUR"), parse_money("€213,619.42", "EUR", locale="en")
    (Money('213619.42', 'EUR'), Money('213619.42', 'EUR'))
    >>> parse_money("1,234", "EUR", path="fee")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    shared_kernel.errors.MoneyError: fee: 1,234 has more decimals than EUR takes: write 1,23, ...
    """
    language = language_of(locale)
    known = currency_of(currency)
    number = _without_sign(_stripped(text, path, language), known, path, text)
    reading = read_number(number.lstrip("-"), language)
    if reading is None:
        raise Faults.of(NOT_A_NUMBER, path, given=shown(text), example=_example(language))
    digits = minor_digits(known)
    value = reading.value
    rounded = round_decimal(value, digits)
    if reading.thousands is None and rounded == value:
        try:
            return money(value.copy_negate() if number[0] == "-" and value else value, known)
        except MoneyError as error:  # too large: seen from the form, the path is the field's
            raise MoneyError(Fault(path, f.kind, f.params) for f in error.faults) from None
    thousands = reading.thousands
    if thousands is None and re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", number.lstrip("-")):
        thousands = value.scaleb(3, EXACT_CONTEXT)
    if thousands is None and digits == 0:
        raise MoneyError.of(
            NO_DECIMALS,
            path,
            given=shown(text),
            currency=known.code,
            suggestion=write_number(rounded, language),
        )
    if thousands is None:
        raise MoneyError.of(
            TOO_MANY_DECIMALS,
            path,
            given=shown(text),
            digits=digits,
            currency=known.code,
            suggestion=write_number(rounded, language),
        )
    params = {
        "given": shown(text),
        "decimal": write_number(rounded, language),
        "thousands": write_number(round_decimal(thousands, 0), language),
    }
    if rounded == value:
        raise Faults.of(IN_DOUBT, path, **params)
    raise MoneyError.of(THOUSANDS_MEANT, path, currency=known.code, **params)


def parse_date(text: str, *, path: str = "") -> date:
    """Reads a date: ISO (``2025-12-09``) or the day first (``09/12/2025``).

    Raises:
        Faults: not a date, a day that is not in the calendar, or a year of two digits.

    >>> parse_date("2025-12-09"), parse_date("9/12/2025")
    (datetime.date(2025, 12, 9), datetime.date(2025, 12, 9))
    """
    stripped = text.strip()
    if match := _ISO_DATE.fullmatch(stripped):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(stripped):
        day, month, year = match.groups()
        if len(year) == 2:
            suggestion = f"{int(day):02}/{int(month):02}/20{year}"
            raise Faults.of(SHORT_YEAR, path, given=shown(text), suggestion=suggestion)
    else:
        raise Faults.of(NOT_A_DATE, path, given=shown(text), example="31/12/2025")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Faults.of(NOT_IN_CALENDAR, path, given=shown(text), example="31/12/2025") from None


@lru_cache(maxsize=1024)
def _dress(code: str, locale: str) -> tuple[str, str, int, Language]:
    """Returns what stands before and after an amount, its decimals, and the language."""
    language = language_of(locale)
    sign = _symbol(code, language)
    if language == "fr":
        return "", _NBSP + sign, minor_digits(code), language
    # CLDR's alphaNextToNumber pattern: letters keep away from the digits.
    return sign + (_NBSP if sign[-1].isalpha() else ""), "", minor_digits(code), language


@lru_cache(maxsize=1024)
def _symbol(code: str, language: Language) -> str:
    from babel.numbers import get_currency_symbol

    return str(get_currency_symbol(code, locale=language))


@lru_cache(maxsize=256)
def _signs_of(code: str) -> frozenset[str]:
    """Returns every way a currency may be named beside an amount, lower case, without spaces."""
    languages: tuple[Language, ...] = ("fr", "en")
    names = {code, *(_symbol(code, language) for language in languages)}
    return frozenset({_squeezed(name) for name in names} | _OTHER_SIGNS.get(code, set()))


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()


def _without_sign(text: str, currency: Currency, path: str, given: str) -> str:
    """Returns the number of an amount, a minus in front if it has one, without its currency."""
    match = _SIGNS.fullmatch(text)
    head, number, tail = match.groups() if match else ("", text, "")
    minus = "-" if head[:1] in ("-", "\u2212") else ""
    named = [name for name in (_squeezed(head[len(minus) :]), _squeezed(tail)) if name]
    if len(named) > 1 or not match:
        return text
    if named and named[0] not in _signs_of(currency.code):
        if named[0].upper() in currency_codes() or named[0] in "€$£¥":
            raise MoneyError.of(OTHER_CURRENCY, path, given=shown(given), currency=currency.code)
        return text
    return minus + number


def _stripped(text: str, path: str, language: Language) -> str:
    stripped = text.strip()
    if not stripped:
        raise Faults.of(EMPTY, path, example=_example(language))
    if len(stripped) > _LONGEST:
        raise Faults.of(NOT_A_NUMBER, path, given=shown(text), example=_example(language))
    return stripped


def _example(language: Language) -> str:
    return write_number(Decimal("1234.56"), language)
