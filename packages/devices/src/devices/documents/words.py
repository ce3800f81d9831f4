"""Amounts in words, as a cheque, an invoice or a cash-out slip carries them.

Only the cardinals of whole numbers come from num2words: its currency forms take an integer for
cents, lose the sign of -0.5, miss the "d'" of "un million d'euros" and know few currencies. That
part of it keeps no state between calls, so that threads may share it; a test proves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.documents.currency_words import ENGLISH, FRENCH, CurrencyWords, Noun
from devices.errors import WordsError
from shared_kernel import minor_digits, to_minor
from shared_kernel.faults import FaultKind, shown

if TYPE_CHECKING:
    from shared_kernel import Money

__all__ = ["LARGEST", "amount_in_words", "number_in_words", "spoken_currencies"]

LARGEST = 10**15 - 1
"""The largest whole number written in words: beyond, the names of the powers differ by country."""

TOO_LARGE = FaultKind(
    "words.too_large", "{given} is too large to be written in words: at most {largest}"
)
NOT_AN_INTEGER = FaultKind(
    "words.not_an_integer",
    "{given} is not a whole number: give an int, or an amount to amount_in_words",
)
UNKNOWN_CURRENCY = FaultKind(
    "words.unknown_currency", "{given} has no name in words here: one of {accepted}"
)
UNKNOWN_LANGUAGE = FaultKind(
    "words.unknown_language", "{given} is not a language written here: one of {accepted}"
)

_CURRENCIES = {"fr": FRENCH, "en": ENGLISH}
_MINUS = {"fr": "moins", "en": "minus"}
_AND = {"fr": "et", "en": "and"}


def number_in_words(number: int, *, locale: str = "fr", feminine: bool = False) -> str:
    """Write a whole number in words.

    Args:
        number: From -(10**15 - 1) to 10**15 - 1.
        locale: ``"fr"`` or ``"en"``.
        feminine: In French, whether a final "un" agrees as "une" ("vingt et une").

    Raises:
        WordsError: Not an int, too large, or a language not written here.

    >>> number_in_words(80)
    'quatre-vingts'
    >>> number_in_words(-1_999, locale="en")
    'minus one thousand, nine hundred and ninety-nine'
    """
    from num2words import num2words

    _language(locale)
    if isinstance(number, bool) or not isinstance(number, int):
        raise WordsError.of(NOT_AN_INTEGER, given=shown(number))
    if abs(number) > LARGEST:
        raise WordsError.of(TOO_LARGE, given=shown(number), largest=LARGEST)
    words: str = num2words(abs(number), lang=locale)
    if feminine and locale == "fr" and (words == "un" or words.endswith((" un", "-un"))):
        words += "e"
    return f"{_MINUS[locale]} {words}" if number < 0 else words


def amount_in_words(amount: Money, *, locale: str = "fr") -> str:
    """Write an amount in words, with its currency and subunit.

    The decimals are those ISO 4217 gives the currency: two for EUR, three for TND, none for GNF.
    In French what is under two is singular ("zéro euro", "un euro") and a round number of millions
    takes "de" ("un million d'euros").

    Args:
        amount: An amount without more decimals than its currency has.
        locale: ``"fr"`` or ``"en"``.

    Raises:
        WordsError: Too large, or a currency or language not written here.
        MoneyError: More decimals than the currency has.

    >>> from shared_kernel import money
    >>> amount_in_words(money("1234.56", "EUR"))
    'mille deux cent trente-quatre euros et cinquante-six centimes'
    >>> amount_in_words(money("-1000000", "EUR"))
    "moins un million d'euros"
    >>> amount_in_words(money("2.005", "TND"), locale="en")
    'two Tunisian dinars and five millimes'
    """
    words = _currency(amount, locale)
    minor = to_minor(amount)
    whole, part = divmod(abs(minor), 10 ** minor_digits(amount.currency.code))
    text = _counted(whole, words.unit, locale)
    if part and words.subunit is not None:
        text = f"{text} {_AND[locale]} {_counted(part, words.subunit, locale)}"
    return f"{_MINUS[locale]} {text}" if minor < 0 else text


def spoken_currencies() -> tuple[str, ...]:
    """List the currencies that have a name in words, in every language, sorted.

    >>> "GNF" in spoken_currencies()
    True
    """
    return tuple(sorted(FRENCH.keys() & ENGLISH.keys()))


def _counted(number: int, noun: Noun, locale: str) -> str:
    """Join a number to the noun it counts."""
    words = number_in_words(number, locale=locale, feminine=noun.feminine)
    if locale == "fr":
        name = noun.singular if number < 2 else noun.plural
        # "million" and "milliard" are nouns: what they count needs a preposition.
        if number and number % 1_000_000 == 0:
            name = f"d'{name}" if name[0] in "aeiouéè" else f"de {name}"
    else:
        name = noun.singular if number == 1 else noun.plural
    return f"{words} {name}"


def _language(locale: str) -> None:
    """Refuse a language without words here."""
    if locale not in _CURRENCIES:
        raise WordsError.of(UNKNOWN_LANGUAGE, given=shown(locale), accepted=", ".join(_CURRENCIES))


def _currency(amount: Money, locale: str) -> CurrencyWords:
    """Find how a currency is called, or say which ones are."""
    _language(locale)
    code = amount.currency.code
    if code not in _CURRENCIES[locale]:
        accepted = ", ".join(spoken_currencies())
        raise WordsError.of(UNKNOWN_CURRENCY, given=code, accepted=accepted)
    return _CURRENCIES[locale][code]
