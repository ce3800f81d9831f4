"""Kept snapshots: the last complete one is shown, the history is light, reading changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from sqlalchemy import Connection, Engine, event, insert, literal, select

from shared_kernel import add_months, money
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import ColumnRefused
from wealth_core.errors import NetWorthFaults
from wealth_core.loans import EXACT, Loan
from wealth_core.networth import Category, Debt, Holdings, NetWorth, Property, net_worth
from wealth_core.networth.records import record_of
from wealth_core.quotes import Quote, QuoteBook
from wealth_core.storage import (
    HoldingsStore,
    SnapshotStore,
    start_run,
    wealth_snapshots,
)
from wealth_core.storage.overview import latest_snapshot
from wealth_core.testing.worked import (
    WORKED_AT,
    WORKED_CREDITS,
    WORKED_NET_WORTH,
    WORKED_ON,
    WORKED_TOTAL_ASSETS,
    WORKED_TOTALS,
    worked_holdings,
    worked_quotes,
)

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_PRICES = QuoteBook([], at=WORKED_AT)


def worth(on: date = WORKED_ON, *, quotes: QuoteBook | None = None) -> NetWorth:
    """The worked profile's, complete unless there are no prices."""
    book = worked_quotes() if quotes is None else quotes
    return net_worth(worked_holdings(), on=on, quotes=book, loan_rounding=EXACT)


@pytest.fixture
def store(connection: Connection) -> SnapshotStore:
    """A store in that transaction."""
    return SnapshotStore(connection)


def test_a_snapshot_says_all_that_was_computed(store: SnapshotStore) -> None:
    """Totals, percentages, lines with their loans, prices: as the net worth had them."""
    computed = worth()
    saved = store.save("client-1", computed, holdings_version=3, at=NOON)
    assert store.shown("client-1") == store.last("client-1") == saved
    assert (saved.owner, saved.valued_on, saved.taken_at) == ("client-1", WORKED_ON, NOON)
    assert (saved.complete, saved.base_currency, saved.loan_rounding) == (True, "EUR", EXACT)
    assert saved.holdings_version == 3
    assert saved.categories == computed.categories
    assert saved.total_assets == WORKED_TOTAL_ASSETS
    assert (saved.credits, saved.net_worth) == (WORKED_CREDITS, WORKED_NET_WORTH)
    assert {c.value: saved.total_of(c) for c in Category} == WORKED_TOTALS
    assert saved.quotes_used == computed.quotes_used
    flat = next(line for line in saved.lines if line.category is Category.REAL_ESTATE)
    assert (flat.value, flat.gross) == (money("36380.59", "EUR"), money("250000", "EUR"))
    assert flat.debts[0].next_instalment == money("1059.12", "EUR")
    assert saved.stale == saved.unpriced == ()


def test_the_same_again_is_the_same_row(store: SnapshotStore, connection: Connection) -> None:
    """Computing the same twice only says when it last held, and never an earlier moment."""
    first = store.save("client-1", worth(), holdings_version=1, at=NOON)
    assert store.save("client-1", worth(), holdings_version=1, at=NOON) == first
    later = store.save("client-1", worth(), holdings_version=1, at=NOON + HOUR)
    assert later == attrs.evolve(first, taken_at=NOON + HOUR)
    assert store.save("client-1", worth(), holdings_version=1, at=NOON) == later
    assert len(connection.execute(select(wealth_snapshots)).all()) == 1
    other = store.save("client-1", worth(), holdings_version=2, at=NOON + HOUR)
    assert other.id != first.id
    assert len(connection.execute(select(wealth_snapshots)).all()) == 2


def test_a_missing_price_never_lowers_what_is_shown(store: SnapshotStore) -> None:
    """An incomplete snapshot is kept and can be asked for; the last complete one stays shown."""
    assert store.shown("client-1") is None
    assert store.last("client-1") is None
    lacking = store.save("client-1", worth(quotes=NO_PRICES), holdings_version=1, at=NOON)
    assert store.shown("client-1") is None
    assert not lacking.complete
    assert [line.label for line in lacking.unpriced] == ["Bitcoin", "Ethereum"]
    whole = store.save("client-1", worth(), holdings_version=1, at=NOON + HOUR)
    for later in (2 * HOUR, 3 * HOUR + DAY):
        on = (NOON + later).date()
        store.save("client-1", worth(on, quotes=NO_PRICES), holdings_version=1, at=NOON + later)
        assert store.shown("client-1") == whole
        last = store.last("client-1")
        assert last is not None
        assert (last.taken_at, last.complete) == (NOON + later, False)
        assert last.net_worth < whole.net_worth


def test_the_latest_day_is_shown_then_the_latest_moment(
    store: SnapshotStore, connection: Connection
) -> None:
    """What is computed later of an earlier day stays behind; of two at once the newer holdings."""
    today = WORKED_ON + DAY
    first = store.save("client-1", worth(today), holdings_version=1, at=NOON)
    assert store.save("client-1", worth(), holdings_version=1, at=NOON + HOUR).complete
    assert store.shown("client-1") == first
    for version in range(2, 12):
        newest = store.save("client-1", worth(today), holdings_version=version, at=NOON)
        assert store.shown("client-1") == newest
        # Whoever lists many owners sees the same one.
        owners = select(literal("client-1").label("owner")).subquery()
        found, joins = latest_snapshot(owners.c.owner, "shown", complete=True)
        listed = select(found.c.fingerprint).select_from(owners.outerjoin(found, joins))
        assert connection.execute(listed).scalar_one() == newest.id
    # What held before holds again.
    again = store.save("client-1", worth(today), holdings_version=1, at=NOON + HOUR)
    assert store.shown("client-1") == again


def test_a_day_to_come_is_refused(store: SnapshotStore, connection: Connection) -> None:
    """Its figure would be shown until that day, whatever is recomputed meanwhile."""
    noon_in_kiribati = datetime(2025, 12, 8, 22, tzinfo=UTC)
    store.save("client-1", worth(quotes=NO_PRICES), holdings_version=1, at=noon_in_kiribati)
    early = noon_in_kiribati - 13 * HOUR
    with pytest.raises(NetWorthFaults, match="2025-12-09 is still to come"):
        store.save("client-1", worth(), holdings_version=1, at=early)
    with pytest.raises(NetWorthFaults, match="2025-12-09 is still to come"):
        start_run(connection, on=WORKED_ON, at=early, book=NO_PRICES)


def test_a_line_tells_what_its_loans_were_converted_from(store: SnapshotStore) -> None:
    """A flat in euros with a loan in francs went through the price of the franc."""
    loan = Loan(money("1000", "CHF"), Decimal("0.01"), 120, WORKED_ON)
    flat = Property("p", "Studio", money("9000", "EUR"), WORKED_ON, loans=[Debt("d", "Prêt", loan)])
    book = QuoteBook([Quote("EUR", "CHF", Decimal("0.94"), NOON, "ecb")], at=NOON)
    lent = net_worth(Holdings(properties=[flat]), on=WORKED_ON, quotes=book)
    (line,) = store.save("client-1", lent, holdings_version=1, at=NOON).lines
    assert (line.asset, line.converted) == (None, ("CHF",))


def test_the_history_has_a_point_a_day(store: SnapshotStore) -> None:
    """The last complete snapshot of each day, in order, from a day on; amounts when asked for."""
    empty = net_worth(Holdings(), on=WORKED_ON, quotes=NO_PRICES)
    store.save("client-1", empty, holdings_version=1, at=NOON)
    store.save("client-1", worth(), holdings_version=2, at=NOON + HOUR)
    store.save("client-1", worth(quotes=NO_PRICES), holdings_version=2, at=NOON + 2 * HOUR)
    later = NOON + 2 * DAY
    store.save("client-1", worth(WORKED_ON + 2 * DAY), holdings_version=2, at=later)
    store.save("client-2", worth(WORKED_ON + DAY), holdings_version=1, at=later)
    point, after = store.history("client-1")
    assert [point.valued_on, after.valued_on] == [WORKED_ON, WORKED_ON + 2 * DAY]
    assert (point.taken_at, point.base_currency) == (NOON + HOUR, "EUR")
    assert (point.total_assets, point.credits) == (WORKED_TOTAL_ASSETS, WORKED_CREDITS)
    assert point.net_worth == WORKED_NET_WORTH
    assert point.net_worth_minor == 84_945_28
    assert {c.value: point.total_of(c) for c in Category} == WORKED_TOTALS
    assert point.categories == worth().categories
    assert store.history("client-1", since=WORKED_ON + DAY) == (after,)
    assert store.history("client-3") == ()


def test_an_owner_takes_the_snapshots_along_or_has_them_erased(store: SnapshotStore) -> None:
    """The export is plain JSON of every snapshot; erasing leaves those of the others."""
    store.save("client-1", worth(), holdings_version=1, at=NOON)
    store.save("client-1", worth(quotes=NO_PRICES), holdings_version=1, at=NOON)
    theirs = store.save("client-2", worth(), holdings_version=1, at=NOON)
    exported = {one["complete"]: one for one in json.loads(json.dumps(store.export("client-1")))}
    whole, lacking = exported[True], exported[False]
    assert whole["net_worth"] == {"amount": "84945.28", "currency": "EUR"}
    assert whole["valued_on"] == "2025-12-09"
    assert whole["categories"][0]["percent"] == "5.42"
    assert whole["lines"][6]["debts"][0]["balance"]["amount"] == "213619.41"
    assert [one["base"] for one in whole["quotes_used"]] == ["crypto:BTC", "crypto:ETH"]
    assert "BTC" in lacking["lines"][7]["reason"]
    assert store.erase("client-1") == 2
    assert store.erase("client-1") == 0
    assert store.export("client-1") == ()
    assert store.shown("client-2") == theirs


def test_owners_and_moments_are_checked(store: SnapshotStore) -> None:
    """An owner is an identifier; a moment has its time zone."""
    with pytest.raises(ColumnRefused):
        store.save("", worth(), holdings_version=1, at=NOON)
    with pytest.raises(ColumnRefused):
        store.save("client-1", worth(), holdings_version=1, at=NOON.replace(tzinfo=None))


def test_no_read_changes_a_row(tables: Engine) -> None:
    """Every read of both stores runs where the database refuses writes, and sends none."""
    with transaction(tables) as connection:
        HoldingsStore(connection).save("c", worked_holdings(), version=0, at=NOON, actor="c")
        SnapshotStore(connection).save("c", worth(), holdings_version=1, at=NOON)
    sent: list[str] = []
    event.listen(
        tables, "before_cursor_execute", lambda *event_: sent.append(str(event_[2]).split()[0])
    )

    def read(connection: Connection) -> None:
        held, kept = HoldingsStore(connection), SnapshotStore(connection)
        held.get("c")
        held.versions("c")
        held.version("c", 1)
        held.owners()
        held.export("c")
        kept.shown("c")
        kept.last("c")
        kept.history("c")
        kept.export("c")

    with transaction(tables) as connection:  # which would let a write through
        before = _rows_changed(connection)
        read(connection)
        assert _rows_changed(connection) == before
    with reading(tables) as connection:
        read(connection)
    assert set(sent) <= {"SELECT", "BEGIN", "PRAGMA"}


def _rows_changed(connection: Connection) -> int:
    """How many rows the database says this connection, or this transaction, has changed."""
    if connection.dialect.name == "sqlite":
        changed: int = connection.connection.total_changes
        return changed
    counted = connection.exec_driver_sql(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
    )
    return int(counted.scalar_one())


def test_ten_years_of_months_are_read_by_the_key(tables: Engine) -> None:
    """The history of an owner is found by the key, whatever the others have."""
    months = [add_months(date(2016, 1, 1), number) for number in range(120)]
    record = record_of(worth(), holdings_version=1)
    rows = [
        {"owner": owner, "taken_at": NOON, **record._asdict(), "valued_on": on}
        for owner in ("a", "b", "c")
        for on in months
    ]
    with transaction(tables) as connection:
        connection.execute(insert(wealth_snapshots), rows)
    with reading(tables) as connection:
        store = SnapshotStore(connection)
        assert len(store.history("b")) == 120
        plan = connection.exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if tables.dialect.name == "sqlite" else "EXPLAIN ")
            + "SELECT net_worth_minor FROM wealth_snapshots WHERE owner = 'b' ORDER BY valued_on"
        )
        said = " ".join(str(row) for row in plan)
    if tables.dialect.name == "sqlite":  # PostgreSQL reads a table this small from end to end
        assert "USING INDEX" in said
