"""How each currency and its subunit are called, in French and in English.

The names are those of daily life, with the adjective of the country where the word alone would be
in doubt (dinar, franc, dollar). A currency has a subunit here where ISO 4217 gives it decimals.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

__all__ = ["ENGLISH", "FRENCH", "CurrencyWords", "Noun"]


@frozen
class Noun:
    """A countable noun: its two numbers, and its gender where the language has one.

    Args:
        singular: as after "un" or "one".
        plural: as after "deux" or "two".
        feminine: whether "un" becomes "une" before it.
    """

    singular: str
    plural: str
    feminine: bool = False


@frozen
class CurrencyWords:
    """A currency in words.

    Args:
        unit: the currency itself.
        subunit: what its decimals count, or None when ISO 4217 gives it none.
    """

    unit: Noun
    subunit: Noun | None = None


_CENTIME = Noun("centime", "centimes")
_CENT = Noun("cent", "cents")
_MILLIME = Noun("millime", "millimes")

FRENCH: Mapping[str, CurrencyWords] = MappingProxyType(
    {
        "CAD": CurrencyWords(Noun("dollar canadien", "dollars canadiens"), _CENT),
        "CHF": CurrencyWords(Noun("franc suisse", "francs suisses"), _CENTIME),
        "CNY": CurrencyWords(Noun("yuan", "yuans"), Noun("fen", "fens")),
        "DZD": CurrencyWords(Noun("dinar algérien", "dinars algériens"), _CENTIME),
        "EUR": CurrencyWords(Noun("euro", "euros"), _CENTIME),
        "GBP": CurrencyWords(
            Noun("livre sterling", "livres sterling", feminine=True), Noun("penny", "pence")
        ),
        "GNF": CurrencyWords(Noun("franc guinéen", "francs guinéens")),
        "MAD": CurrencyWords(Noun("dirham marocain", "dirhams marocains"), _CENTIME),
        "TND": CurrencyWords(Noun("dinar tunisien", "dinars tunisiens"), _MILLIME),
        "USD": CurrencyWords(Noun("dollar américain", "dollars américains"), _CENT),
        "XAF": CurrencyWords(Noun("franc CFA", "francs CFA")),
        "XOF": CurrencyWords(Noun("franc CFA", "francs CFA")),
    }
)

ENGLISH: Mapping[str, CurrencyWords] = MappingProxyType(
    {
        "CAD": CurrencyWords(Noun("Canadian dollar", "Canadian dollars"), _CENT),
        "CHF": CurrencyWords(Noun("Swiss franc", "Swiss francs"), _CENTIME),
        "CNY": CurrencyWords(Noun("yuan", "yuan"), Noun("fen", "fen")),
        "DZD": CurrencyWords(Noun("Algerian dinar", "Algerian dinars"), _CENTIME),
        "EUR": CurrencyWords(Noun("euro", "euros"), _CENT),
        "GBP": CurrencyWords(Noun("pound sterling", "pounds sterling"), Noun("penny", "pence")),
        "GNF": CurrencyWords(Noun("Guinean franc", "Guinean francs")),
        "MAD": CurrencyWords(Noun("Moroccan dirham", "Moroccan dirhams"), _CENTIME),
        "TND": CurrencyWords(Noun("Tunisian dinar", "Tunisian dinars"), _MILLIME),
        "USD": CurrencyWords(Noun("US dollar", "US dollars"), _CENT),
        "XAF": CurrencyWords(Noun("CFA franc", "CFA francs")),
        "XOF": CurrencyWords(Noun("CFA franc", "CFA francs")),
    }
)
