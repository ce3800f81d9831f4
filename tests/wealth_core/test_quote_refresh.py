"""Refreshing prices: a vendor that fails changes none, what it demands is obeyed by everybody."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select, update
from testkit.children import children

from shared_kernel import Fault, translate_fault
from shared_kernel.engine import reading, transaction
from wealth_core.adapters import Binance, Ecb
from wealth_core.errors import SourceDown, SourceNonsense
from wealth_core.quotes import (
    Fetched,
    Outcome,
    PriceSource,
    Quote,
    RefreshReport,
    SourceReport,
    asset_label,
    backfill,
    refresh,
)
from wealth_core.quotes import _faults as faults
from wealth_core.storage.quote_keeper import QuoteKeeper, source_states
from wealth_core.storage.quote_tables import wealth_quote_sources, wealth_quotes
from wealth_core.storage.quotes import QuoteStore
from wealth_core.testing.quotes import FakeBinance, FakeEcb

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAYS = {
    date(2025, 12, 8): {"USD": "1.1640", "JPY": "181.70"},
    date(2025, 12, 5): {"USD": "1.1630", "JPY": "181.20"},
}


class Vendors:
    """Both vendors, what asks them, and the database they are kept in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.keeper = QuoteKeeper(engine)
        self.binance = FakeBinance(
            {"BTCEUR": "81234.50", "SOLUSDT": "130.10", "OBSCUREEUR": "0.5", "EURUSDT": "1.164"}
        )
        self.ecb = FakeEcb(DAYS)

    def refresh(self, at: datetime, *wanted: str) -> RefreshReport:
        """Ask both."""
        sources: list[PriceSource] = [
            Binance(transport=self.binance.transport()),
            Ecb(transport=self.ecb.transport()),
        ]
        return refresh(self.keeper, sources, at, wanted=wanted)

    def price(self, base: str, quote: str, at: datetime) -> Decimal | None:
        """The price in use."""
        with reading(self.engine) as connection:
            found = QuoteStore(connection).book(at=at).find(base, quote)
        return None if found is None else found.price

    def rows(self) -> int:
        """How many prices are kept."""
        with reading(self.engine) as connection:
            counted = select(func.count()).select_from(wealth_quotes)
            return connection.execute(counted).scalar_one()


@pytest.fixture
def vendors(tables: Engine) -> Vendors:
    """Two vendors that answer well, and an empty database."""
    return Vendors(tables)


def test_a_refresh_keeps_what_is_wanted_and_says_so(vendors: Vendors) -> None:
    """The cryptos held and the well-known ones, every currency; of thousands of others nothing."""
    report = vendors.refresh(NOON, "crypto:NONE", "EUR")
    binance, ecb = report.sources
    assert binance == SourceReport(source="binance", outcome=Outcome.REFRESHED, fetched=4, kept=3)
    assert ecb == SourceReport(source="ecb", outcome=Outcome.REFRESHED, fetched=4, kept=4)
    assert (report.unknown, report.kept, report.failed) == (("crypto:NONE",), 7, ())
    assert vendors.price("crypto:OBSCURE", "EUR", NOON) is None
    report = vendors.refresh(NOON + MINUTE, "crypto:OBSCURE")
    assert (report.sources[0].kept, report.unknown) == (4, ())
    # What has a price once is kept up to date, whoever still asks for it.
    assert vendors.refresh(NOON + 2 * MINUTE).sources[0].kept == 4
    with reading(vendors.engine) as connection:
        book = QuoteStore(connection).book(at=NOON + 2 * MINUTE)
        states = source_states(connection)
    steps = [step.quote for step in book.convert("crypto:SOL", "XOF").steps]
    assert steps == ["crypto:USDT", "crypto:USDT", "XOF"]
    assert [(one.name, one.last_success_at, one.failing) for one in states] == [
        ("binance", NOON + 2 * MINUTE, False),
        ("ecb", NOON + 2 * MINUTE, False),
    ]


def test_the_days_missed_are_caught_up(vendors: Vendors) -> None:
    """The first time, and after days without an answer, the history is asked for; else today's."""
    vendors.refresh(NOON)
    vendors.refresh(NOON + MINUTE)
    vendors.ecb.days = {date(2025, 12, 15): {"USD": "1.17"}, **vendors.ecb.days}
    vendors.refresh(NOON + timedelta(days=7))
    asked = [path.removeprefix("/stats/eurofxref/eurofxref-") for path in vendors.ecb.requests]
    assert asked == ["hist-90d.xml", "daily.xml", "hist-90d.xml"]
    assert vendors.price("EUR", "USD", datetime(2025, 12, 6, tzinfo=UTC)) == Decimal("1.1630")
    assert vendors.price("EUR", "USD", NOON + timedelta(days=7)) == Decimal("1.17")
    vendors.ecb.days[date(2001, 2, 2)] = {"USD": "0.9400"}
    ecb = Ecb(transport=vendors.ecb.transport())
    report = backfill(vendors.keeper, ecb, NOON + timedelta(days=8), since=date(2000, 1, 1))
    assert (report.outcome, report.fetched, report.kept) == (Outcome.REFRESHED, 6, 1)
    assert vendors.price("EUR", "USD", datetime(2001, 2, 3, tzinfo=UTC)) == Decimal("0.94")
    vendors.ecb.say("", status=500)
    report = backfill(vendors.keeper, ecb, NOON + timedelta(days=9), since=date(2000, 1, 1))
    assert report.outcome is Outcome.FAILED
    vendors.ecb.say("", status=403)
    backfill(vendors.keeper, ecb, NOON + timedelta(days=9), since=date(2000, 1, 1))
    report = backfill(vendors.keeper, ecb, NOON + timedelta(days=9), since=date(2000, 1, 1))
    assert report.outcome is Outcome.WAITING


NONSENSE: Mapping[str, Callable[[FakeBinance], None]] = {
    "html": lambda fake: fake.say("<html><body>Maintenance</body></html>"),
    "half": lambda fake: fake.say('[{"symbol":"BTCEUR","pri'),
    "nothing": lambda fake: fake.say(""),
    "silence": FakeBinance.hang,
    "error": lambda fake: fake.say("", status=500),
    "negative": lambda fake: fake.prices.update(BTCEUR="-1", EURUSDT="-1"),
    "nan": lambda fake: fake.prices.update(BTCEUR="NaN", EURUSDT="NaN"),
    "zero": lambda fake: fake.prices.update(BTCEUR="0.00000000", EURUSDT="0"),
    "gone": lambda fake: fake.prices.clear(),
    "jump up": lambda fake: fake.prices.update(BTCEUR="812345.00", EURUSDT="11.64"),
    "jump down": lambda fake: fake.prices.update(BTCEUR="8123.45", EURUSDT="0.1164"),
}


def test_nonsense_never_changes_a_good_price(vendors: Vendors) -> None:
    """The last good price stays and grows old, and the other vendor is asked all the same."""
    good = {"BTCEUR": "81234.50", "EURUSDT": "1.164"}
    for turn, (name, nonsense) in enumerate(NONSENSE.items()):
        start = NOON + turn * timedelta(days=2)
        vendors.binance.behave()
        vendors.binance.prices = dict(good)
        assert vendors.refresh(start).sources[0].kept == 2, name
        nonsense(vendors.binance)
        later = start + timedelta(hours=30)
        report = vendors.refresh(later)
        binance, ecb = report.sources
        assert ecb.outcome is Outcome.REFRESHED, name
        assert report.failed or binance.doubtful or binance.ignored, name
        with reading(vendors.engine) as connection:
            book = QuoteStore(connection).book(at=later)
        for base, quote in (("crypto:BTC", "EUR"), ("EUR", "crypto:USDT")):
            found = book.find(base, quote)
            assert found is not None
            assert (found.price, found.as_of) == (
                Decimal(good[asset_label(base) + asset_label(quote)]),
                start,
            )
        assert book.convert("crypto:BTC", "EUR").stale, name


def test_a_jump_is_believed_when_it_is_said_again(vendors: Vendors) -> None:
    """A token made a thousand of one: set aside, flagged, and in use some minutes later."""
    vendors.refresh(NOON)
    vendors.binance.prices["BTCEUR"] = "81.20"
    first = vendors.refresh(NOON + 5 * MINUTE).sources[0]
    assert [(one.base, one.price) for one in first.doubtful] == [("crypto:BTC", Decimal("81.20"))]
    with reading(vendors.engine) as connection:
        rows = QuoteStore(connection).latest(NOON + 5 * MINUTE)
        shown = {row.quote.base: row.aside for row in rows}
    assert shown["crypto:BTC"] == first.doubtful[0]
    # Another process that read the same answer at that moment confirms nothing.
    assert vendors.refresh(NOON + 6 * MINUTE).sources[0].doubtful
    assert vendors.price("crypto:BTC", "EUR", NOON + 6 * MINUTE) == Decimal("81234.50")
    vendors.binance.prices["BTCEUR"] = "84.00"
    assert not vendors.refresh(NOON + 10 * MINUTE).sources[0].doubtful
    assert vendors.price("crypto:BTC", "EUR", NOON + 10 * MINUTE) == Decimal(84)
    # A rate corrected out of all proportion does not take the place of the one it corrects.
    vendors.ecb.days[date(2025, 12, 8)] = {"USD": "116.40", "JPY": "181.71"}
    corrected = vendors.refresh(NOON + 20 * MINUTE).sources[1]
    assert ([one.quote for one in corrected.doubtful], corrected.kept) == (["USD"], 1)
    assert vendors.price("EUR", "USD", NOON + 20 * MINUTE) == Decimal("1.1640")


def test_what_a_vendor_demands_is_obeyed_by_every_process(vendors: Vendors) -> None:
    """Asked to wait, nobody asks again before: not another process, not after a restart."""
    vendors.refresh(NOON)
    vendors.binance.weight = 6_000
    refused = vendors.refresh(NOON + MINUTE).sources[0]
    until = NOON + MINUTE + timedelta(seconds=37)
    assert (refused.outcome, refused.retry_at) == (Outcome.FAILED, until)
    other = Vendors(vendors.engine)
    waiting = other.refresh(until - timedelta(seconds=1)).sources[0]
    assert (waiting.outcome, waiting.retry_at) == (Outcome.WAITING, until)
    assert waiting.reason == refused.reason
    assert other.binance.requests == []
    assert other.refresh(until).sources[0].outcome is Outcome.REFRESHED
    other.binance.weight = 5_500  # near the limit: a success, and a minute's rest
    rested = other.refresh(until + MINUTE).sources[0]
    assert (rested.outcome, rested.retry_at) == (Outcome.REFRESHED, until + 2 * MINUTE)
    waiting = vendors.refresh(until + MINUTE).sources[0]
    assert (waiting.outcome, waiting.reason) == (Outcome.WAITING, None)


def test_the_failures_are_remembered_and_translated(vendors: Vendors) -> None:
    """When, why and how often, in the reader's language, until the next success."""
    vendors.binance.say("", status=418, headers={"Retry-After": "120"})
    vendors.refresh(NOON)
    vendors.binance.say("<html>", status=200)
    vendors.refresh(NOON + 5 * MINUTE)
    state = vendors.keeper.state("binance")
    assert (state.failures, state.last_failure_at, state.last_success_at) == (
        2,
        NOON + 5 * MINUTE,
        None,
    )
    assert state.failure is not None
    assert state.failing
    french = translate_fault(state.failure, "fr")
    assert french.startswith("la réponse de binance n’est pas conforme à sa documentation")
    # A failure that another version of the program noted is told all the same.
    with transaction(vendors.engine) as connection:
        named = wealth_quote_sources.c.name == "binance"
        connection.execute(
            update(wealth_quote_sources).where(named).values(failure_code="source.other")
        )
    unknown = vendors.keeper.state("binance").failure
    assert unknown is not None
    assert unknown.params == {"code": "source.other"}
    vendors.binance.behave()
    vendors.refresh(NOON + 10 * MINUTE)
    state = vendors.keeper.state("binance")
    assert (state.failure, state.failures, state.last_failure_at) == (None, 0, NOON + 5 * MINUTE)
    assert vendors.keeper.state("nobody").may_be_asked(NOON)


class Odd:
    """A source of another project, and what it does."""

    name = "odd"

    def __init__(self, does: Callable[[datetime], Fetched]) -> None:
        self._does = does

    def fetch(self, *, at: datetime) -> Fetched:
        """Do it."""
        return self._does(at)


def _broken(at: datetime) -> Fetched:
    raise ZeroDivisionError(f"at {at}")


def _future(at: datetime) -> Fetched:
    return Fetched((Quote("EUR", "USD", Decimal(1), at + timedelta(days=2), "odd"),))


def _absurd(_: datetime) -> Fetched:
    raise SourceDown(Fault("", faults.BANNED, {"source": "odd"}), timedelta(days=36_500))


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (_broken, "source.unexpected"),
        (_future, "source.dated_in_the_future"),
        (_absurd, "source.banned"),
    ],
)
def test_a_source_that_misbehaves_stops_nobody(
    vendors: Vendors, does: Callable[[datetime], Fetched], code: str
) -> None:
    """An error nobody foresaw, a price of the future, a wait of a century: noted, and bounded."""
    sources: list[PriceSource] = [Odd(does), Ecb(transport=vendors.ecb.transport())]
    report = refresh(vendors.keeper, sources, NOON)
    assert report.failed == report.sources[:1]
    reason = report.sources[0].reason
    assert reason is not None
    assert reason.code == code
    assert report.sources[1].kept == 4
    until = vendors.keeper.state("odd").not_before
    assert until is None or until == NOON + timedelta(days=3)


def test_a_failure_that_comes_late_hides_no_success(vendors: Vendors) -> None:
    """Two processes ask at once: the one that began first and failed last changes nothing."""
    vendors.refresh(NOON + MINUTE)
    late = SourceNonsense(Fault("", faults.NOTHING_USABLE, {"source": "binance"}))
    state = vendors.keeper.fail("binance", late, at=NOON)
    assert (state.failure, state.last_success_at) == (None, NOON + MINUTE)
    down = SourceDown(Fault("", faults.BANNED, {"source": "binance"}), timedelta(hours=1))
    vendors.keeper.fail("binance", down, at=NOON + 5 * MINUTE)
    fetched = Fetched((Quote("EUR", "crypto:USDT", Decimal("1.2"), NOON, "binance"),))
    kept = vendors.keeper.keep("binance", fetched, wanted={"crypto:USDT"}, at=NOON)
    assert kept.state.not_before == NOON + timedelta(hours=1) + 5 * MINUTE
    assert kept.state.failing


REFRESHER = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal

    from shared_kernel.engine import create_engine
    from wealth_core.quotes import Fetched, Outcome, Quote, refresh
    from wealth_core.storage.quote_keeper import QuoteKeeper

    class Source:
        def __init__(self, name, assets):
            self.name, self.assets = name, assets

        def fetch(self, *, at):
            ten = Decimal(10)
            return Fetched(tuple(Quote(one, "EUR", ten, at, self.name) for one in self.assets))

    engine = create_engine(sys.argv[1], lock_timeout_s=60)
    keeper = QuoteKeeper(engine)
    keeper.state("binance")  # everything is loaded and connected
    cryptos = [f"crypto:{name}" for name in ("BTC", "ETH", "SOL", "ADA", "XRP")]
    sources = [Source("binance", cryptos), Source("ecb", ["USD", "JPY"])]
    print("ready", flush=True)
    if sys.stdin.readline() == "1\\n":
        cryptos.reverse()
        sources.reverse()
    at = datetime(2025, 12, 9, 12, tzinfo=UTC)
    for turn in range(10):
        report = refresh(keeper, sources, at + turn * timedelta(minutes=5))
        assert all(one.outcome is Outcome.REFRESHED for one in report.sources), report
    engine.dispose()
    """
)


def test_processes_that_refresh_at_once_keep_each_price_once(
    vendors: Vendors, database_url: str
) -> None:
    """In opposite orders, at the same moments: no deadlock, no price twice, none lost."""
    with children(2, REFRESHER, database_url) as both:
        for one in both:
            assert one.line() == "ready"
        for place, one in enumerate(both):
            one.tell(str(place))
        for one in both:
            one.finish()
    assert vendors.rows() == 10 * 7
    assert not vendors.keeper.state("binance").failing


def test_without_its_extra_the_adapters_say_which() -> None:
    """Where httpx is not installed, the error names the extra; books work all the same."""
    code = """
        import sys

        sys.modules["httpx"] = None
        import wealth_core.quotes
        from shared_kernel import ExtraMissing

        try:
            import wealth_core.adapters
        except ExtraMissing as error:
            print(error)
        """
    with children(1, code) as (one,):
        assert "pip install 'comptoir-wealth[quotes]'" in one.finish()
