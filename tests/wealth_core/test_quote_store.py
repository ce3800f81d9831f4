"""Kept prices: the latest found fast, each once, the platform's own table with its dates."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, insert, select

from shared_kernel.engine import reading, transaction
from shared_kernel.errors import ColumnRefused
from shared_kernel.migrations import differences, upgrade
from wealth_core.errors import NoRate, QuoteFaults
from wealth_core.quotes import Quote, QuoteBook, QuotePolicy, fixed_quotes
from wealth_core.storage import MIGRATIONS, metadata
from wealth_core.storage.quote_tables import wealth_quotes
from wealth_core.storage.quotes import QuoteRow, QuoteStore
from wealth_core.testing.quotes import quotes

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)


def quote(base: str, to: str, price: str, *, source: str = "ecb", days: float = 0) -> Quote:
    """A price so many days old at noon."""
    return Quote(base, to, Decimal(price), NOON - timedelta(days=days), source)


@pytest.fixture
def store(connection: Connection) -> QuoteStore:
    """A store in that transaction."""
    return QuoteStore(connection)


def test_the_migrations_make_the_declared_tables(tables: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    found = [one for one in differences(tables, metadata, MIGRATIONS) if "quote" in str(one)]
    assert found == []


def test_the_book_of_a_moment_is_one_query(tables: Engine) -> None:
    """Of each pair the latest price that is not after the moment, whatever came since."""
    with transaction(tables) as connection:
        kept = QuoteStore(connection).put(
            [
                quote("EUR", "USD", "1.10", days=3),
                quote("EUR", "USD", "1.1650", days=1),
                quote("EUR", "USD", "1.20"),
                quote("crypto:BTC", "EUR", "81234.50", source="binance", days=2),
                quote("EUR", "XOF", "999"),  # the parity is not up for discussion
            ],
            at=NOON,
        )
        assert kept == 5
    asked: list[str] = []
    with reading(tables) as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        book = QuoteStore(connection).book(at=NOON - timedelta(hours=1))
    assert len([one for one in asked if "wealth_" in one]) == 1
    assert book.convert("crypto:BTC", "USD").rate == Fraction("81234.50") * Fraction("1.1650")
    assert book.convert("EUR", "XOF").rate == Fraction("655.957")
    assert len(book.quotes) == 4
    with reading(tables) as connection:
        long_ago = QuoteStore(connection).book(at=NOON - timedelta(days=400))
        impatient = QuoteStore(connection, policy=QuotePolicy({"ecb": timedelta(hours=1)}))
        assert impatient.book(at=NOON - timedelta(hours=1)).convert("EUR", "USD").stale
    assert long_ago.quotes == fixed_quotes()


@pytest.mark.parametrize("engine_url", ["sqlite://"])
def test_a_book_from_the_store_is_the_book_of_its_prices(engine_url: str) -> None:
    """Whatever was put, in whatever order: the same prices serve, at any moment."""
    from shared_kernel.engine import create_engine

    engine = create_engine(engine_url)
    upgrade(engine, [MIGRATIONS])

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(quotes(at=NOON), max_size=10), st.integers(0, 60 * 24))
    def check(several: list[Quote], hours: int) -> None:
        at = NOON - timedelta(hours=hours)
        with transaction(engine) as connection:
            store = QuoteStore(connection)
            store.put(several, at=NOON)
            assert store.put(several, at=NOON) == 0
            # Of two prices of one moment, pair and source the last one told is kept.
            last = {(one.pair, one.as_of, one.source): one for one in several}
            known = [one for one in last.values() if one.as_of <= at]
            assert store.book(at=at).quotes == QuoteBook(known, at=at).quotes
            in_use = {row.quote for row in store.latest(at)}
            fixed = {"XOF", "XAF"}
            assert {one for one in in_use if not set(one.pair) & fixed} == {
                one for one in QuoteBook(known, at=at).quotes if not set(one.pair) & fixed
            }
            connection.execute(wealth_quotes.delete())

    check()
    engine.dispose()


def test_a_price_is_kept_once_and_can_be_corrected(store: QuoteStore) -> None:
    """The same told again changes nothing; another of the same moment and source corrects it."""
    first = quote("EUR", "USD", "1.1650", days=1)
    assert store.put([first, first], at=NOON) == 1
    assert store.put([first], at=NOON + timedelta(hours=1)) == 0
    assert store.put([attrs.evolve(first, price=Decimal("1.16500"))], at=NOON) == 0
    assert store.put([attrs.evolve(first, price=Decimal("1.17"))], at=NOON) == 1
    assert store.put([attrs.evolve(first, source="manual")], at=NOON) == 1
    (row,) = store.latest(NOON)
    assert (row.quote.source, row.quote.price) == ("manual", Decimal("1.165"))
    assert len(store.history("EUR", "USD", at=NOON)) == 2
    assert store.put([], at=NOON) == 0
    with pytest.raises(QuoteFaults, match="comes after"):
        store.put([first, quote("EUR", "CAD", "1.6", days=-1)], at=NOON)
    with pytest.raises(QuoteFaults, match="not a moment"):
        store.put([first], at=NOON.replace(tzinfo=None))


def test_the_table_takes_effect_on_its_dates(store: QuoteStore) -> None:
    """A price entered for later is kept, shown as to come, and used from its day on, not before."""
    entered = store.set(
        "EUR", "GNF", Decimal(10150), as_of=date(2025, 12, 1), by="admin-1", at=NOON
    )
    assert entered == QuoteRow(
        quote=Quote("EUR", "GNF", Decimal(10150), datetime(2025, 12, 1, tzinfo=UTC), "table"),
        age=timedelta(days=8, hours=12),
        stale=False,
        doubtful=False,
        put_at=NOON,
        put_by="admin-1",
    )
    january = date(2026, 1, 1)
    store.set("EUR", "GNF", Decimal(10300), as_of=january, by="admin-1", at=NOON)
    store.set("EUR", "DZD", Decimal("151.2"), as_of=NOON, by="admin-2", at=NOON)
    assert store.book(at=NOON).convert("XOF", "GNF").rate == Fraction(10150) / Fraction("655.957")
    eve = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert store.book(at=eve).convert("EUR", "GNF").rate == 10150
    assert store.book(at=eve + timedelta(seconds=1)).convert("EUR", "GNF").rate == 10300
    assert [row.quote.price for row in store.upcoming(NOON)] == [10300]
    ages = [row.age for row in store.history("EUR", "GNF", at=NOON)]
    assert ages == [timedelta(days=-22, hours=-12), timedelta(days=8, hours=12)]
    # Entered again for the same day it is corrected; taken out it is gone.
    store.set("EUR", "GNF", Decimal(10310), as_of=january, by="admin-2", at=NOON)
    (corrected,) = store.upcoming(NOON)
    assert (corrected.quote.price, corrected.put_by) == (Decimal(10310), "admin-2")
    assert store.unset("EUR", "GNF", as_of=january)
    assert not store.unset("EUR", "GNF", as_of=january)
    assert store.upcoming(NOON) == ()
    with pytest.raises(NoRate):
        store.book(at=NOON - timedelta(days=30)).convert("EUR", "GNF")


def test_what_cannot_be_entered_is_refused(store: QuoteStore) -> None:
    """A fixed parity, a year typed wrong, a pair that is none, a person without a name."""

    def refused(base: str, to: str, price: str, day: date | datetime) -> list[str]:
        with pytest.raises(QuoteFaults) as error:
            store.set(base, to, Decimal(price), as_of=day, by="admin-1", at=NOON)
        return [fault.code for fault in error.value.faults]

    today = NOON.date()
    assert refused("EUR", "XOF", "655.957", today) == ["quote.fixed_parity"]
    assert refused("XAF", "EUR", "0.0015", today) == ["quote.fixed_parity"]
    assert refused("EUR", "GNF", "10150", date(2052, 12, 9)) == ["quote.too_far_ahead"]
    assert refused("EUR", "GNF", "-1", datetime(2025, 12, 9)) == [  # noqa: DTZ001 - what is refused
        "quote.price_not_positive",
        "quote.not_a_moment",
    ]
    assert refused("EUR", "BTC", "1", today) == ["quote.not_an_asset"]
    with pytest.raises(ColumnRefused):
        store.set("EUR", "GNF", Decimal(1), as_of=today, by="", at=NOON)
    with pytest.raises(QuoteFaults):
        store.history("EUR", "EUR", at=NOON)
    assert store.pairs() == ()


def test_a_price_set_aside_is_shown_and_not_used(store: QuoteStore) -> None:
    """The book keeps to the last good one; a page sees both."""
    good = quote("crypto:BTC", "EUR", "81000", source="binance", days=1)
    glitch = quote("crypto:BTC", "EUR", "810", source="binance")
    only = quote("crypto:XYZ", "EUR", "3", source="binance")
    store.put([good, glitch, only], at=NOON, doubtful=[glitch, only])
    assert store.book(at=NOON).find("crypto:BTC", "EUR") == good
    with pytest.raises(NoRate):
        store.book(at=NOON).convert("crypto:XYZ", "EUR")
    rows = store.latest(NOON)
    assert [(row.quote, row.doubtful, row.aside) for row in rows] == [
        (good, False, glitch),
        (only, True, None),
    ]
    assert store.aside("crypto:BTC", "EUR", since=good.as_of) == (glitch,)
    assert store.pairs() == (("crypto:BTC", "EUR"), ("crypto:XYZ", "EUR"))


def test_old_days_keep_their_last_price(store: QuoteStore) -> None:
    """Of a day asked about every few minutes what it ended at stays; recent days stay whole."""
    several = [
        quote("crypto:BTC", "EUR", str(80_000 + hour), source="binance", days=hour / 24)
        for hour in range(24 * 4)
    ]
    others = [quote("EUR", "USD", "1.1", days=3 + hour / 24) for hour in range(5)]
    store.put([*several, *others], at=NOON)
    dropped = store.thin([("crypto:BTC", "EUR")], "binance", before=NOON - timedelta(days=2))
    left = [row.quote for row in store.history("crypto:BTC", "EUR", at=NOON)]
    old = [one.as_of for one in left if one.as_of < NOON - timedelta(days=2)]
    assert len({moment.date() for moment in old}) == len(old) == 3
    assert {moment.hour for moment in old} == {11, 23}
    assert len(left) == len(several) - dropped == 49 + 3
    assert len(store.history("EUR", "USD", at=NOON)) == 5


def test_a_currency_of_another_version_stands_in_nobodys_way(
    store: QuoteStore, connection: Connection
) -> None:
    """A row whose currency is not known here is passed over, and the others serve."""
    store.put([quote("EUR", "USD", "1.1650")], at=NOON)
    strange = {"pair": "EUR/QQQ", "as_of": NOON, "source": "ecb", "price": Decimal(1)}
    connection.execute(insert(wealth_quotes).values(**strange, doubtful=False, put_at=NOON))
    assert len(store.book(at=NOON).quotes) == 3
    assert [row.quote.quote for row in store.latest(NOON)] == ["USD"]


def test_a_person_is_forgotten_and_the_prices_stay(
    store: QuoteStore, connection: Connection
) -> None:
    """The export is plain JSON; erasing takes the name off the prices."""
    store.set("EUR", "GNF", Decimal("10150.50"), as_of=NOON, by="admin-1", at=NOON)
    store.set("EUR", "DZD", Decimal(151), as_of=NOON, by="admin-2", at=NOON)
    assert json.loads(json.dumps(store.export("admin-1"))) == [
        {
            "pair": "EUR/GNF",
            "price": "10150.5",
            "as_of": "2025-12-09T12:00:00+00:00",
            "put_at": "2025-12-09T12:00:00+00:00",
        }
    ]
    assert (store.erase("admin-1"), store.erase("admin-1")) == (1, 0)
    left = connection.execute(select(wealth_quotes.c.put_by).order_by(wealth_quotes.c.pair))
    assert left.scalars().all() == ["admin-2", None]


def test_a_long_history_is_cut(store: QuoteStore) -> None:
    """The newest first, from a day on, and no more than asked for."""
    store.put([quote("EUR", "USD", "1.1", days=day) for day in range(40)], at=NOON)
    newest = store.history("EUR", "USD", at=NOON, limit=3)
    assert [row.age.days for row in newest] == [0, 1, 2]
    assert [row.stale for row in store.history("EUR", "USD", at=NOON)][5:8] == [False, False, True]
    since = store.history("EUR", "USD", at=NOON, since=NOON - timedelta(days=9))
    assert len(since) == 10
    assert store.history("USD", "EUR", at=NOON) == ()
