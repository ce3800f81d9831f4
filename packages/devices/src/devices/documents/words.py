"""Amounts in words, as a cheque, an invoice or a cash-out slip carries them.

Only the cardinals of whole numbers come from num2words: its currency forms take an integer for
cents, lose the sign of -0.5, miss the "d'" of "un million d'euros" and know few currencies. That
part of it keeps no state between calls, so that threads may share it; a test proves it.
"""

from __future__ import annotations

from devices.documents.currency_words import ENGLISH, FRENCH, CurrencyWords, Noun
from devices.errors import WordsError
from shared_kernel import FaultKind, Faults, Money, minor_digits, shown, to_minor
from shared_kernel.numerals import language_of

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
NOT_AN_AMOUNT = FaultKind(
    "words.not_an_amount", '{given} is not an amount: write money("12.50", "EUR")'
)
UNKNOWN_CURRENCY = FaultKind(
    "words.unknown_currency", "{given} has no name in words here: give one of {accepted}"
)
UNKNOWN_LANGUAGE = FaultKind(
    "words.unknown_language", "{given} is not a language written here: give one of {accepted}"
)

_CURRENCIES = {"fr": FRENCH, "en": ENGLISH}
_MINUS = {"fr": "moins", "en": "minus"}
_AND = {"fr": "et", "en": "and"}


def number_in_words(number: int, *, locale: str = "fr", feminine: bool = False) -> str:
    """A whole number in words.

    Args:
        number: from -(10**15 - 1) to 10**15 - 1.
        locale: French or English; a region is left aside (``"fr_FR"``).
        feminine: in French, whether a final "un" agrees as "une" ("vingt et une").

    Raises:
        WordsError: not an int, too large, or a language not written here.

    >>> number_in_words(80)
    'quatre-vingts'
    >>> number_in_words(-1_999, locale="en")
    'minus one thousand, nine hundred and ninety-nine'
    """
    from num2words import num2words

    language = _language(locale)
    if isinstance(number, bool) or not isinstance(number, int):
        raise WordsError.of(NOT_AN_INTEGER, given=shown(number))
    if abs(number) > LARGEST:
        raise WordsError.of(TOO_LARGE, given=shown(number), largest=LARGEST)
    words: str = num2words(abs(number), lang=language)
    if feminine and language == "fr" and (words == "un" or words.endswith((" un", "-un"))):
        words += "e"
    return f"{_MINUS[language]} {words}" if number < 0 else words


def amount_in_words(amount: Money, *, locale: str = "fr") -> str:
    """An amount in words, with its currency and subunit.

    The decimals are those ISO 4217 gives the currency: two for EUR, three for TND, none for GNF.
    In French what is under two is singular ("zéro euro", "un euro") and a round number of millions
    takes "de" ("un million d'euros"). The apostrophe is the typewriter's, for it is the one that
    the code pages of receipt printers have.

    Args:
        amount: an amount without more decimals than its currency has.
        locale: French or English; a region is left aside (``"fr_FR"``).

    Raises:
        WordsError: not an amount, too large, or a currency or language not written here.
        MoneyError: more decimals than the currency has.

    >>> from shared_kernel import money
    >>> amount_in_words(money("1234.56", "EUR"))
    'mille deux cent trente-quatre euros et cinquante-six centimes'
    >>> amount_in_words(money("-1000000", "EUR"))
    "moins un million d'euros"
    >>> amount_in_words(money("2.005", "TND"), locale="en")
    'two Tunisian dinars and five millimes'
    """
    language = _language(locale)
    words = _currency(amount, language)
    minor = to_minor(amount)
    whole, part = divmod(abs(minor), 10 ** minor_digits(amount.currency.code))
    text = _counted(whole, words.unit, language)
    if part and words.subunit is not None:
        text = f"{text} {_AND[language]} {_counted(part, words.subunit, language)}"
    return f"{_MINUS[language]} {text}" if minor < 0 else text


def spoken_currencies() -> tuple[str, ...]:
    """The currencies that have a name in words, in every language, sorted.

    >>> "GNF" in spoken_currencies()
    True
    """
    return tuple(sorted(FRENCH.keys() & ENGLISH.keys()))


def _counted(number: int, noun: Noun, language: str) -> str:
    """A number and the noun it counts."""
    words = number_in_words(number, locale=language, feminine=noun.feminine)
    if language == "fr":
        name = noun.singular if number < 2 else noun.plural
        # "million" and "milliard" are nouns: what they count needs a preposition.
        if number and number % 1_000_000 == 0:
            name = f"d'{name}" if name[0] in "aeiouéè" else f"de {name}"
    else:
        name = noun.singular if number == 1 else noun.plural
    return f"{words} {name}"


def _language(locale: str) -> str:
    """The language of a locale, or WordsError when it has no words here."""
    try:
        return language_of(locale)
    except Faults:
        accepted = ", ".join(_CURRENCIES)
        raise WordsError.of(UNKNOWN_LANGUAGE, given=shown(locale), accepted=accepted) from None


def _currency(amount: Money, language: str) -> CurrencyWords:
    """How the currency of an amount is called, or WordsError."""
    given: object = amount
    if not isinstance(given, Money):
        raise WordsError.of(NOT_AN_AMOUNT, given=shown(given))
    code = amount.currency.code
    if code not in _CURRENCIES[language]:
        accepted = ", ".join(spoken_currencies())
        raise WordsError.of(UNKNOWN_CURRENCY, given=code, accepted=accepted)
    return _CURRENCIES[language][code]
