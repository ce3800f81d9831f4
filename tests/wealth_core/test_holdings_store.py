"""Kept holdings: every version stays, one writer at a time, exported and erased for their owner."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from sqlalchemy import Connection, Engine, select, update
from testkit.children import children

from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import ColumnRefused
from shared_kernel.migrations import differences
from wealth_core.errors import HoldingsFaults, HoldingsMissing, StaleVersion
from wealth_core.networth import Holdings, OtherGood, holdings_from_document
from wealth_core.quotes import QuoteBook
from wealth_core.storage import MIGRATIONS, HoldingsStore, SnapshotStore, metadata, start_run
from wealth_core.storage.holding_tables import (
    wealth_holding_versions,
    wealth_holdings,
    wealth_recompute_chunks,
    wealth_recompute_failures,
    wealth_snapshots,
)
from wealth_core.storage.recompute import open_run, recompute, recompute_chunk
from wealth_core.testing.worked import WORKED_ON, worked_holdings, worked_quotes

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
WORKED = worked_holdings()
CAR = OtherGood("good-2", "Moto <b>=1+1</b>", money("3000", "EUR"), WORKED_ON)
MORE = WORKED.with_line(CAR)


@pytest.fixture
def store(connection: Connection) -> HoldingsStore:
    """A store in that transaction."""
    return HoldingsStore(connection)


def test_the_migrations_make_the_declared_tables(tables: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    assert differences(tables, metadata, MIGRATIONS) == []


def test_holdings_come_back_as_they_were_saved(tables: Engine) -> None:
    """Every line, the currency, the moments in UTC: the same in another transaction."""
    paris = timezone(timedelta(hours=1))
    with transaction(tables) as connection:
        saved = HoldingsStore(connection).save(
            "client-1", MORE, version=0, at=NOON.astimezone(paris), actor="adviser"
        )
    with reading(tables) as connection:
        assert HoldingsStore(connection).get("client-1") == saved
    assert (saved.holdings, saved.base_currency, saved.version) == (MORE, "EUR", 1)
    assert (saved.created_at, saved.updated_at) == (NOON, NOON)
    assert saved.created_at.tzinfo is UTC


def test_each_change_counts_and_every_version_stays(store: HoldingsStore) -> None:
    """A change gives the next version; who made which and when can be told, and each be read."""
    store.save("client-1", WORKED, version=0, at=NOON, actor="client-1")
    changed = store.save(
        "client-1", MORE, version=1, at=LATER, actor="adviser", base_currency="XOF"
    )
    assert (changed.version, changed.created_at, changed.updated_at) == (2, NOON, LATER)
    assert (changed.holdings, changed.base_currency) == (MORE, "XOF")
    assert store.get("client-1") == changed
    told = [
        (one.version, one.base_currency, one.at, one.actor) for one in store.versions("client-1")
    ]
    assert told == [(1, "EUR", NOON, "client-1"), (2, "XOF", LATER, "adviser")]
    assert [store.version("client-1", number) for number in (1, 2)] == [WORKED, MORE]
    with pytest.raises(HoldingsMissing):
        store.version("client-1", 3)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_stale_write_is_refused_and_changes_nothing(store: HoldingsStore, version: int) -> None:
    """Whoever did not see the last version is told which it is; what is kept stays."""
    store.save("client-1", WORKED, version=0, at=NOON, actor="a")
    kept = store.save("client-1", MORE, version=1, at=LATER, actor="b")
    with pytest.raises(StaleVersion, match=f"version {version} is not the last one, 2"):
        store.save("client-1", WORKED, version=version, at=LATER, actor="a")
    assert store.get("client-1") == kept
    assert len(store.versions("client-1")) == 2


def test_nothing_kept_is_said(store: HoldingsStore) -> None:
    """Of an owner without holdings nothing is made up; a version of nothing is stale."""
    with pytest.raises(HoldingsMissing):
        store.get("nobody")
    with pytest.raises(StaleVersion, match="version 1 is not the last one, 0"):
        store.save("nobody", WORKED, version=1, at=NOON, actor="a")
    assert (store.owners(), store.versions("nobody")) == ((), ())


def test_owners_and_moments_are_checked(store: HoldingsStore) -> None:
    """An owner is an identifier, a moment has its time zone, a currency is one."""
    with pytest.raises(ColumnRefused):
        store.save("", WORKED, version=0, at=NOON, actor="a")
    with pytest.raises(ColumnRefused):
        store.save("client-1", WORKED, version=0, at=NOON.replace(tzinfo=None), actor="a")
    with pytest.raises(ColumnRefused):
        store.save("client-1", WORKED, version=0, at=NOON, actor="a", base_currency="BTC")


def test_owners_are_listed_a_page_at_a_time(store: HoldingsStore) -> None:
    """In one order, after any of them, as many as asked."""
    for number in range(5):
        store.save(f"client-{number}", Holdings(), version=0, at=NOON, actor="a")
    assert store.owners() == tuple(f"client-{number}" for number in range(5))
    assert store.owners(after="client-1", limit=2) == ("client-2", "client-3")


def test_a_damaged_document_is_told_and_can_be_replaced(
    store: HoldingsStore, connection: Connection
) -> None:
    """What cannot be read is refused with its fault, exported as it is, and overwritten."""
    store.save("client-1", WORKED, version=0, at=NOON, actor="a")
    connection.execute(update(wealth_holdings).values(document='{"version": 1, "cash": '))
    with pytest.raises(HoldingsFaults, match="not JSON"):
        store.get("client-1")
    exported = store.export("client-1")["holdings"]
    assert isinstance(exported, dict)
    assert exported["document"] == '{"version": 1, "cash": '
    store.save("client-1", WORKED, version=1, at=LATER, actor="a")
    assert store.get("client-1").holdings == WORKED


def test_an_owner_takes_everything_along(store: HoldingsStore) -> None:
    """The export is plain JSON, and gives every version back."""
    store.save("client-1", WORKED, version=0, at=NOON, actor="client-1")
    store.save("client-1", MORE, version=1, at=LATER, actor="adviser")
    store.save("client-2", WORKED, version=0, at=NOON, actor="client-2")
    exported = json.loads(json.dumps(store.export("client-1")))
    assert holdings_from_document(exported["holdings"]["document"]) == MORE
    assert exported["holdings"]["updated_at"] == "2025-12-09T13:00:00+00:00"
    versions = exported["versions"]
    assert [holdings_from_document(one["document"]) for one in versions] == [WORKED, MORE]
    assert [one["actor"] for one in versions] == ["client-1", "adviser"]
    assert store.export("nobody") == {"holdings": None, "versions": []}


def test_an_erased_owner_leaves_nothing(store: HoldingsStore, connection: Connection) -> None:
    """Not in a table of ours, not as the border of a chunk; and the others are all recomputed."""
    for number in range(1, 5):
        owner = f"client-{number}"
        store.save(owner, WORKED, version=0, at=NOON, actor=owner)
        recompute(connection, owner, on=WORKED_ON, at=NOON, book=worked_quotes())
    bad = update(wealth_holdings).where(wealth_holdings.c.owner == "client-1")
    connection.execute(bad.values(document="{"))
    run_id = start_run(connection, on=WORKED_ON, at=LATER, book=QuoteBook([], at=NOON), chunk=1)
    run = open_run(connection, run_id)
    recompute_chunk(connection, run)
    for owner in ("client-1", "client-3", "client-4"):
        assert store.erase(owner) >= 3
        assert store.erase(owner) == 0
        assert SnapshotStore(connection).export(owner) == ()
    for table in (
        wealth_holdings,
        wealth_holding_versions,
        wealth_snapshots,
        wealth_recompute_chunks,
        wealth_recompute_failures,
    ):
        rows = connection.execute(select(table)).all()
        assert not [row for row in rows if {"client-1", "client-3", "client-4"} & set(row)]
    store.save("client-5", WORKED, version=0, at=NOON, actor="client-5")
    while recompute_chunk(connection, run) is not None:
        pass
    recomputed = select(wealth_snapshots.c.owner).where(wealth_snapshots.c.taken_at == LATER)
    found = connection.execute(recomputed.distinct()).scalars().all()
    assert sorted(found) == ["client-2", "client-5"]


EDITOR = """
    import sys
    from datetime import UTC, date, datetime

    from shared_kernel import money
    from shared_kernel.engine import create_engine, reading, transaction
    from wealth_core.errors import StaleVersion
    from wealth_core.networth import OtherGood
    from wealth_core.storage import HoldingsStore

    engine = create_engine(sys.argv[1], lock_timeout_s=60)
    now = datetime(2025, 12, 9, 12, tzinfo=UTC)
    with reading(engine) as connection:
        HoldingsStore(connection).get("client-1")
    print("ready", flush=True)
    name = sys.stdin.readline().strip()
    for turn in range(15):
        line = OtherGood(f"{name}-{turn}", "Montre", money("1", "EUR"), date(2025, 12, 9))
        while True:
            with reading(engine) as connection:
                kept = HoldingsStore(connection).get("client-1")
            try:
                with transaction(engine) as connection:
                    HoldingsStore(connection).save(
                        "client-1", kept.holdings.with_line(line), version=kept.version,
                        at=now, actor=name,
                    )
                break
            except StaleVersion:
                continue
    engine.dispose()
"""


def test_two_editors_at_once_lose_nothing(tables: Engine, database_url: str) -> None:
    """Whoever is refused reads again and adds to what the other one wrote: every line is there."""
    with transaction(tables) as connection:
        HoldingsStore(connection).save("client-1", Holdings(), version=0, at=NOON, actor="a")
    with children(2, EDITOR, database_url) as editors:
        for editor in editors:
            assert editor.line() == "ready"
        for name, editor in zip("ab", editors, strict=True):
            editor.tell(name)
        for editor in editors:
            editor.finish()
    with reading(tables) as connection:
        store = HoldingsStore(connection)
        kept = store.get("client-1")
        versions = store.versions("client-1")
    assert {line.id for line in kept.holdings.other_goods} == {
        f"{name}-{turn}" for name in "ab" for turn in range(15)
    }
    assert kept.version == len(versions) == 31
    assert sorted(one.actor for one in versions[1:]) == ["a"] * 15 + ["b"] * 15
    assert attrs.evolve(kept, holdings=Holdings()).updated_at == NOON
