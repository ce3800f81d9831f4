"""Amounts in words, in French and in English."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import DevicesError, WordsError, amount_in_words, number_in_words, spoken_currencies
from devices.documents.currency_words import ENGLISH, FRENCH
from devices.documents.words import LARGEST
from devices.testing import spoken_amounts
from shared_kernel import KernelError, Money, from_minor, minor_digits, money
from shared_kernel.testing import catalogue_gaps


@pytest.mark.parametrize(
    ("amount", "currency", "french", "english"),
    [
        ("0", "EUR", "zéro euro", "zero euros"),
        ("0.01", "EUR", "zéro euro et un centime", "zero euros and one cent"),
        ("1", "EUR", "un euro", "one euro"),
        ("1.50", "EUR", "un euro et cinquante centimes", "one euro and fifty cents"),
        ("-0.50", "EUR", "moins zéro euro et cinquante centimes",
         "minus zero euros and fifty cents"),
        ("21", "GBP", "vingt et une livres sterling", "twenty-one pounds sterling"),
        ("1.01", "GBP", "une livre sterling et un penny", "one pound sterling and one penny"),
        ("80", "EUR", "quatre-vingts euros", "eighty euros"),
        ("80000", "EUR", "quatre-vingt mille euros", "eighty thousand euros"),
        ("80000000", "EUR", "quatre-vingts millions d'euros", "eighty million euros"),
        ("1000000", "EUR", "un million d'euros", "one million euros"),
        ("2000000000", "GNF", "deux milliards de francs guinéens", "two billion Guinean francs"),
        ("1000001", "EUR", "un million un euros", "one million and one euros"),
        ("1200000", "DZD", "un million deux cent mille dinars algériens",
         "one million, two hundred thousand Algerian dinars"),
        ("200", "XOF", "deux cents francs CFA", "two hundred CFA francs"),
        ("71.10", "MAD", "soixante et onze dirhams marocains et dix centimes",
         "seventy-one Moroccan dirhams and ten centimes"),
        ("2.005", "TND", "deux dinars tunisiens et cinq millimes",
         "two Tunisian dinars and five millimes"),
    ],
)  # fmt: skip
def test_worked_amounts(amount: str, currency: str, french: str, english: str) -> None:
    """Sign, plural, "de", gender, subunit and their absence come out as a cheque needs them."""
    assert amount_in_words(money(amount, currency)) == french
    assert amount_in_words(money(amount, currency), locale="en") == english


@given(spoken_amounts(), st.sampled_from(["fr", "en"]))
def test_opposite_amounts_differ_by_the_sign_alone(amount: Money, locale: str) -> None:
    """A negative amount is written as the positive one, after its sign."""
    positive = amount_in_words(abs(amount), locale=locale)
    negative = amount_in_words(-abs(amount), locale=locale)
    minus = {"fr": "moins ", "en": "minus "}[locale]
    assert negative == (f"{minus}{positive}" if amount.amount else positive)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["fr", "en"]))
def test_two_amounts_never_read_the_same(one: int, other: int, locale: str) -> None:
    """Different amounts have different words: nothing is lost on the way."""
    words = [amount_in_words(from_minor(minor, "EUR"), locale=locale) for minor in (one, other)]
    assert (words[0] == words[1]) == (one == other)


def test_threads_write_what_one_thread_writes() -> None:
    """Sixteen threads at once give the words a single one gives."""
    amounts = [from_minor(minor, "EUR") for minor in range(1, 4_000_000, 1_999)]
    languages = ["fr", "en"] * len(amounts)
    alone = [
        amount_in_words(amount, locale=locale)
        for amount, locale in zip(amounts * 2, languages, strict=True)
    ]
    with ThreadPoolExecutor(16) as pool:
        together = list(
            pool.map(lambda pair: amount_in_words(pair[0], locale=pair[1]),
                     zip(amounts * 2, languages, strict=True))
        )  # fmt: skip
    assert together == alone


def test_every_currency_is_named_in_both_languages() -> None:
    """The two tables name the same currencies, and a subunit exactly where ISO 4217 has one."""
    assert FRENCH.keys() == ENGLISH.keys() == set(spoken_currencies())
    for code, words in [*FRENCH.items(), *ENGLISH.items()]:
        assert (words.subunit is not None) == (minor_digits(code) > 0), code


@pytest.mark.parametrize("number", [1.5, 2.0, Decimal(3), True, "4"])
def test_only_integers_are_numbers_here(number: Any) -> None:
    """A float, a Decimal, a bool or a string is refused, with what to give instead."""
    with pytest.raises(WordsError, match="give an int"):
        number_in_words(number)


def test_a_number_too_large_is_refused() -> None:
    """Past 10^15 the names of the powers are not agreed on: refused, naming the limit."""
    assert number_in_words(LARGEST).startswith("neuf cent quatre-vingt-dix-neuf")
    with pytest.raises(WordsError, match=str(LARGEST)):
        number_in_words(LARGEST + 1)


def test_an_unnamed_currency_or_language_is_refused() -> None:
    """A currency or language without words is refused, listing those that have some."""
    with pytest.raises(WordsError, match="EUR"):
        amount_in_words(money("1", "JPY"))
    with pytest.raises(WordsError, match="fr, en"):
        amount_in_words(money("1", "EUR"), locale="de")


@pytest.mark.parametrize("value", [150, "12.50", Decimal(1), None])
def test_only_an_amount_has_a_currency(value: Any) -> None:
    """A number without a currency is refused, with what to write: nobody takes 150 for cents."""
    with pytest.raises(WordsError, match=r'is not an amount: write money\("12.50", "EUR"\)'):
        amount_in_words(value)


def test_a_region_speaks_its_language() -> None:
    """A locale with a region is written as its language is."""
    assert number_in_words(71, locale="fr_FR") == number_in_words(71)
    assert amount_in_words(money("2", "EUR"), locale="en-GB") == "two euros"


def test_one_except_catches_the_family() -> None:
    """A refusal is an error of the library, of the kernel and a ValueError."""
    assert issubclass(WordsError, DevicesError)
    assert issubclass(DevicesError, KernelError)
    assert issubclass(WordsError, ValueError)


def test_every_sentence_has_its_french() -> None:
    """Each fault is translated, with its holes and with French typography."""
    assert catalogue_gaps("devices", "fr") == []


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """Without Hypothesis, the strategies say which extra brings it."""
    code = "import sys; sys.modules['hypothesis'] = None; import devices.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'comptoir-devices[testing]'" in ran.stderr
