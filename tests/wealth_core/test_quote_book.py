"""Prices and what they chain into: exact, each step told, the same whatever the order."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import KernelError, translate_error
from wealth_core.errors import NoRate, QuoteFaults, SourceDown
from wealth_core.quotes import (
    MAX_STEPS,
    PARITY,
    Quote,
    QuoteBook,
    QuotePolicy,
    asset_from,
    asset_label,
    crypto,
    fixed_quotes,
    quotes_from_document,
    quotes_from_json,
    quotes_to_document,
    quotes_to_json,
)
from wealth_core.testing.quotes import assets, books, quotes

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)


def quote(base: str, to: str, price: str, *, source: str = "manual", days: float = 0) -> Quote:
    """A price so many days old at noon."""
    return Quote(base, to, Decimal(price), NOON - timedelta(days=days), source)


MARKET = [
    quote("crypto:BTC", "EUR", "81234.50", source="binance"),
    quote("crypto:SOL", "crypto:USDT", "130.10", source="binance"),
    quote("EUR", "crypto:USDT", "1.164", source="binance"),
    quote("EUR", "USD", "1.1650", source="ecb", days=1),
    quote("EUR", "GNF", "10150", source="table", days=20),
]


def told(book: QuoteBook, asset: str, to: str) -> list[str]:
    """The steps of a conversion, in short."""
    return [
        f"{'/' if step.inverted else '*'}{asset_label(step.base)}{asset_label(step.quote)}"
        for step in book.convert(asset, to).steps
    ]


def test_every_step_is_told() -> None:
    """A crypto priced in USDT comes to a Guinean franc through the euro, each price named."""
    book = QuoteBook(MARKET, at=NOON)
    found = book.convert("crypto:SOL", "GNF")
    assert told(book, "crypto:SOL", "GNF") == ["*SOLUSDT", "/EURUSDT", "*EURGNF"]
    assert found.rate == Fraction("130.10") / Fraction("1.164") * 10150
    assert found.sources == ("binance", "table")
    assert found.as_of == NOON - timedelta(days=20)
    assert [step.age.days for step in found.steps] == [0, 0, 20]
    assert not found.stale
    assert told(book, "USD", "XAF") == ["/EURUSD", "*EURXAF"]
    assert book.convert("USD", "XAF").as_of == NOON - timedelta(days=1)  # a parity has no age
    assert book.find("EUR", "USD") == MARKET[3]
    assert book.find("USD", "EUR") is None


def test_nothing_is_needed_to_stay_where_one_is() -> None:
    """An asset is worth itself, one for one, without a step or a source."""
    same = QuoteBook([], at=NOON).convert("GNF", "GNF")
    assert (same.rate, same.as_of) == (Fraction(1), NOON)
    assert not same.steps
    assert not same.sources
    assert not same.stale


def test_the_parities_are_in_and_cannot_be_contradicted() -> None:
    """655.957 CFA francs a euro, never stale, whatever a source says of that pair."""
    lies = [quote("EUR", "XOF", "700"), quote("XAF", "EUR", "0.002")]
    book = QuoteBook(lies, at=NOON)
    assert book.quotes == fixed_quotes()
    found = book.convert("XOF", "EUR")
    assert found.rate == 1 / Fraction("655.957")
    assert (found.stale, found.sources, found.as_of) == (False, (PARITY,), NOON)
    assert book.convert("XOF", "XAF").rate == 1
    assert QuotePolicy().limit(PARITY) is None


def test_without_a_price_nothing_is_converted() -> None:
    """No chain is an error that names both ends, in French too, and never a one or a zero."""
    book = QuoteBook(MARKET, at=NOON)
    for _ in range(2):  # the second time from memory
        with pytest.raises(NoRate) as refused:
            book.convert("crypto:XMR", "EUR")
    assert str(refused.value) == (
        "no price leads from XMR to EUR: refresh the prices, or enter one"
    )
    assert "aucun cours ne permet de convertir XMR en EUR" in translate_error(refused.value, "fr")
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)
    with pytest.raises(NoRate):
        book.convert("EUR", "DZD")


def test_a_chain_has_at_most_four_steps() -> None:
    """Five prices in a row lead nowhere: nobody would believe them."""
    codes = ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]
    row = [quote(one, other, "2") for one, other in pairwise(codes)]
    book = QuoteBook(row, at=NOON)
    assert book.convert("USD", "SGD").rate == 16
    assert len(book.convert("USD", "SGD").steps) == MAX_STEPS
    with pytest.raises(NoRate):
        book.convert("USD", "HKD")


def test_equally_short_chains_go_through_the_euro_first() -> None:
    """EUR, then USD, then USDT, then by name: the figures do not hang on the order of rows."""
    several = [quote("CAD", via, "2") for via in ("AUD", "crypto:USDT", "USD", "EUR")]
    several += [quote(via, "JPY", "3") for via in ("AUD", "crypto:USDT", "USD", "EUR")]
    for gone, via in enumerate(("EUR", "USD", "USDT", "AUD")):
        left = [
            one for one in several if asset_label(one.base) not in ("EUR", "USD", "USDT")[:gone]
        ]
        assert told(QuoteBook(left, at=NOON), "CAD", "JPY") == [f"*CAD{via}", f"*{via}JPY"]


def test_a_pair_that_is_no_longer_quoted_does_not_stand_in_the_way() -> None:
    """A longer chain of fresh prices goes before a stale pair, which serves where there is none."""
    old = quote("crypto:SOL", "EUR", "90", source="binance", days=40)
    found = QuoteBook([*MARKET, old], at=NOON).convert("crypto:SOL", "EUR")
    assert (len(found.steps), found.stale) == (2, False)
    found = QuoteBook([old], at=NOON).convert("crypto:SOL", "EUR")
    assert (found.rate, found.stale, found.steps[0].stale) == (Fraction(90), True, True)


@pytest.mark.parametrize(
    ("source", "days", "stale"),
    [
        ("binance", 1, False),
        ("binance", 1.01, True),
        ("ecb", 6, False),
        ("ecb", 6.01, True),
        ("table", 35, False),
        ("table", 35.01, True),
        ("elsewhere", 35.01, True),
    ],
)
def test_a_price_goes_stale_by_its_source(source: str, days: float, stale: bool) -> None:
    """A day for a market, over Easter for the bank, five weeks for what people enter."""
    book = QuoteBook([quote("USD", "EUR", "0.86", source=source, days=days)], at=NOON)
    assert book.convert("USD", "EUR").stale is stale
    patient = QuotePolicy({source: timedelta(days=100)})
    book = QuoteBook(book.quotes, at=NOON, policy=patient)
    assert not book.convert("USD", "EUR").stale


def test_the_latest_price_of_a_pair_is_used() -> None:
    """Whatever the order; equally late, what people entered goes before a vendor's."""
    older, newer = quote("EUR", "USD", "1.10", days=2), quote("EUR", "USD", "1.20", days=1)
    backwards = quote("USD", "EUR", "0.5")
    entered = attrs.evolve(backwards, price=Decimal("0.4"), source="table")
    for several in ([older, newer], [newer, older]):
        assert QuoteBook(several, at=NOON).convert("EUR", "USD").rate == Fraction("1.2")
        assert QuoteBook([*several, backwards], at=NOON).convert("EUR", "USD").rate == 2
        ties = QuoteBook([backwards, *several, entered, backwards], at=NOON)
        assert ties.convert("EUR", "USD").rate == Fraction("2.5")


def test_prices_of_the_future_are_refused() -> None:
    """Every one of them is named; a price of this very moment is not of the future."""
    late = [quote("EUR", "USD", "1.1", days=-1), MARKET[0], quote("EUR", "GNF", "9", days=-0.001)]
    with pytest.raises(QuoteFaults) as refused:
        QuoteBook(late, at=NOON)
    assert [fault.path for fault in refused.value.faults] == ["quotes[0].as_of", "quotes[2].as_of"]
    with pytest.raises(QuoteFaults, match="not a moment"):
        QuoteBook([], at=NOON.replace(tzinfo=None))
    nothing: Any = [None]
    with pytest.raises(QuoteFaults, match="null is not a list of prices"):
        QuoteBook(nothing, at=NOON)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"base": "BTC"}, ["base"]),
        ({"base": "crypto:btc", "quote": "FRF"}, ["base", "quote"]),
        ({"base": "crypto:"}, ["base"]),
        ({"base": "crypto:A\n"}, ["base"]),
        ({"base": None, "price": None}, ["base", "price"]),
        ({"quote": "crypto:BTC"}, ["quote"]),
        ({"price": Decimal(0)}, ["price"]),
        ({"price": Decimal(-1)}, ["price"]),
        ({"price": Decimal("NaN")}, ["price"]),
        ({"price": Decimal("Infinity")}, ["price"]),
        ({"price": Decimal("1E+31")}, ["price"]),
        ({"price": Decimal("1." + "1" * 50)}, ["price"]),
        ({"price": 81234.5}, ["price"]),
        ({"as_of": datetime(2025, 12, 9, 12)}, ["as_of"]),  # noqa: DTZ001 - what is refused
        ({"as_of": "2025-12-09"}, ["as_of"]),
        ({"source": "The Market"}, ["source"]),
        ({"source": ""}, ["source"]),
        ({"source": "parity"}, ["source"]),  # which would make it a price without an age
        ({"base": "EUR", "quote": "XOF", "price": Decimal(1), "source": "parity"}, ["source"]),
        ({"base": [], "source": "parity"}, ["base"]),
    ],
)
def test_a_price_is_refused_with_all_its_faults(
    changes: dict[str, Any], paths: Sequence[str]
) -> None:
    """An asset, a price, a moment or a source that is none is refused, each at its path."""
    with pytest.raises(QuoteFaults) as refused:
        attrs.evolve(MARKET[0], **changes)
    assert [fault.path for fault in refused.value.faults] == list(paths)


def test_a_moment_is_kept_in_utc() -> None:
    """The same moment written in another zone is the same price."""
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    moved = attrs.evolve(MARKET[0], as_of=paris)
    assert (moved, moved.as_of.tzinfo) == (MARKET[0], UTC)
    assert hash(moved) == hash(copy.copy(MARKET[0]))


def test_symbols_and_codes_are_not_confused() -> None:
    """A person's text is a currency when it is one in use, else a crypto's symbol."""
    typed = ["eur", " XOF ", "btc", "crypto:EUR", "crypto:eth", "1INCH"]
    named = ["EUR", "XOF", "crypto:BTC", "crypto:EUR", "crypto:ETH", "crypto:1INCH"]
    assert [asset_from(text) for text in typed] == named
    for wrong in ("", "B T C", "€", "crypto:", "crypto:crypto:EUR", "X" * 21, None, 3):
        with pytest.raises(QuoteFaults):
            asset_from(wrong)  # type: ignore[arg-type]  # whatever comes from a form
    with pytest.raises(QuoteFaults):
        crypto("btc")


def test_a_file_of_prices_is_read_with_all_its_faults() -> None:
    """Symbols or assets, texts or numbers, moments or days; what is wrong is told, line by line."""
    read = quotes_from_json(
        '[{"base":"BTC","quote":"EUR","price":"95000.00","as_of":"2025-12-09T12:00:00Z"},'
        '{"base":"crypto:EUR","quote":"USD","price":1.10,"as_of":"2025-12-09","source":"table"}]'
    )
    assert [(one.base, str(one.price), one.source) for one in read] == [
        ("crypto:BTC", "95000.00", "manual"),
        ("crypto:EUR", "1.10", "table"),
    ]
    assert quotes_from_json(quotes_to_json(read)) == read
    good = quotes_to_document(read)[0]
    wrong: list[object] = [
        good,
        {**good, "price": "1e9999"},
        {**good, "price": True, "as_of": "2025-13-01"},
        {**good, "base": "b t c", "note": "x"},
        {"base": "EUR"},
        3,
        {**good, "base": "crypto:crypto:EUR"},
        {**good, "as_of": 20251209, "price": "1_0"},
    ]
    with pytest.raises(QuoteFaults) as refused:
        quotes_from_document(json.loads(json.dumps(wrong)))
    paths = [fault.path for fault in refused.value.faults]
    assert paths == [
        "[1].price",
        "[2].price",
        "[2].as_of",
        "[3].note",
        "[4].quote",
        "[4].price",
        "[4].as_of",
        "[5]",
        "[6].base",
        "[7].price",
        "[7].as_of",
    ]
    for text in ("{}", "[", '[{"base":NaN}]', "[" * 10, b"\xff"):
        with pytest.raises(QuoteFaults):
            quotes_from_json(text)


def test_a_failure_says_why_and_for_how_long() -> None:
    """The error of a vendor keeps its reason and its delay through a process boundary."""
    from shared_kernel import Fault
    from wealth_core.quotes import _faults

    down = SourceDown(Fault("", _faults.BANNED, {"source": "binance"}), timedelta(minutes=2))
    again: SourceDown = pickle.loads(pickle.dumps(down))
    assert isinstance(again, KernelError)
    assert (again.retry_after, again.reason) == (down.retry_after, down.reason)
    assert translate_error(again, "fr").startswith("binance a banni cette adresse")


@settings(max_examples=120)
@given(books(), assets(), assets(), st.randoms(use_true_random=False))
def test_there_and_back_is_where_one_began(
    book: QuoteBook, asset: str, to: str, random: Any
) -> None:
    """One price there and back is exactly one; no rate hangs on the order of the prices."""
    shuffled = list(book.quotes)
    random.shuffle(shuffled)
    try:
        there = book.convert(asset, to)
    except NoRate:
        with pytest.raises(NoRate):
            QuoteBook(shuffled, at=book.at).convert(to, asset)
        return
    assert QuoteBook(shuffled, at=book.at).convert(asset, to) == there
    assert there is book.convert(asset, to)
    back = book.convert(to, asset)
    assert len(back.steps) == len(there.steps) <= MAX_STEPS
    if len(there.steps) == 1:
        assert there.rate * back.rate == 1
    product = Fraction(1)
    here = asset
    for step in there.steps:
        assert here == (step.quote if step.inverted else step.base)
        here = step.base if step.inverted else step.quote
        product *= step.rate
        assert step.age >= timedelta()
    assert (here, product) == (to, there.rate)
    assert there.stale is any(step.stale for step in there.steps)


@settings(max_examples=60)
@given(st.lists(quotes(), min_size=1, max_size=8), st.integers(1, 1000))
def test_scaling_every_price_of_an_asset_scales_its_rate(several: list[Quote], by: int) -> None:
    """An asset that is worth so many times more everywhere is so many times more in anything."""
    asset = several[0].base
    if asset in ("EUR", "XOF", "XAF"):
        return  # a parity does not scale
    scaled = [
        attrs.evolve(one, price=one.price * by)
        if one.base == asset
        else attrs.evolve(one, base=asset, quote=one.base, price=Decimal(by))
        if one.quote == asset
        else one
        for one in several
    ]
    plain = [
        attrs.evolve(one, base=asset, quote=one.base, price=Decimal(1))
        if one.quote == asset
        else one
        for one in several
    ]
    to = several[0].quote
    one, other = QuoteBook(plain, at=NOON), QuoteBook(scaled, at=NOON)
    assert other.convert(asset, to).rate == one.convert(asset, to).rate * by
