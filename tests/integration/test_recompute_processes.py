"""Recomputing everybody in several real processes: shared, killed, beside edits and erasures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from testkit.children import child, children

from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade
from wealth_core.storage import (
    MIGRATIONS,
    HoldingsStore,
    SnapshotStore,
    recompute_all,
    run_report,
    start_run,
    wealth_holdings,
    wealth_snapshots,
)
from wealth_core.storage.recompute import recompute
from wealth_core.testing.worked import WORKED_ON, worked_holdings, worked_quotes

pytestmark = pytest.mark.once

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
OWNERS = 240
CHUNK = 20

WORKER = """
    import sys
    from datetime import UTC, date, datetime

    from shared_kernel.engine import create_engine
    from wealth_core.storage import recompute_all

    url, slow = sys.argv[1:]
    engine = create_engine(url, lock_timeout_s=20)
    print("ready", flush=True)
    sys.stdin.readline()
    mine = 0

    def told(done, total):
        global mine
        mine += 1
        print(f"chunk {mine}", flush=True)
        if slow == "slow":
            sys.stdin.readline()

    report = recompute_all(
        engine, on=date(2025, 12, 9), at=datetime(2025, 12, 9, 12, tzinfo=UTC), run_id="run",
        progress=told,
    )
    engine.dispose()
    print(f"end {mine} {report.done} {len(report.failed)} {report.finished}", flush=True)
"""

HOLDER = """
    import sys

    from shared_kernel.engine import create_engine, transaction
    from wealth_core.storage import open_run, recompute_chunk

    engine = create_engine(sys.argv[1], lock_timeout_s=20)
    with transaction(engine) as connection:
        run = open_run(connection, "run")
        print(recompute_chunk(connection, run).done, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def tables(engine: Engine) -> Engine:
    """A database with two hundred and forty owners, and a run that waits to be done."""
    upgrade(engine, [MIGRATIONS])
    with transaction(engine) as connection:
        store = HoldingsStore(connection)
        for number in range(OWNERS):
            owner = f"client-{number:03d}"
            store.save(owner, worked_holdings(), version=0, at=NOON, actor=owner)
        book = worked_quotes()
        start_run(connection, on=WORKED_ON, at=NOON, book=book, run_id="run", chunk=CHUNK)
    return engine


def kept(engine: Engine) -> tuple[int, int]:
    """How many snapshots there are, and of how many owners."""
    with reading(engine) as connection:
        owner = wealth_snapshots.c.owner
        counted = select(func.count(owner), func.count(owner.distinct()))
        snapshots, owners = connection.execute(counted).one()
        return snapshots, owners


def test_workers_share_a_run(tables: Engine, database_url: str) -> None:
    """Two processes do every chunk once between them, and both return when all is done."""
    with children(2, WORKER, database_url, "fast") as workers:
        for worker in workers:
            assert worker.line() == "ready"
        for worker in workers:
            worker.tell()
        ends = [worker.finish().splitlines()[-1].split() for worker in workers]
    assert [end[0] for end in ends] == ["end", "end"]
    assert sum(int(end[1]) for end in ends) == OWNERS // CHUNK
    assert {tuple(end[2:]) for end in ends} == {(str(OWNERS), "0", "True")}
    assert kept(tables) == (OWNERS, OWNERS)


def test_a_killed_worker_leaves_whole_chunks(tables: Engine, database_url: str) -> None:
    """After `kill -9`, between two chunks and within one, whoever comes next does what is left."""
    with child(WORKER, database_url, "slow") as worker:
        assert worker.line() == "ready"
        for number in (1, 2):
            worker.tell()
            assert worker.line() == f"chunk {number}"
        worker.kill()
    assert kept(tables) == (2 * CHUNK, 2 * CHUNK)
    with child(HOLDER, database_url) as holder:
        assert holder.line() == str(CHUNK)  # all written, and not committed
        holder.kill()
    assert kept(tables) == (2 * CHUNK, 2 * CHUNK)
    report = recompute_all(tables, on=WORKED_ON, at=NOON, run_id="run", book=worked_quotes())
    assert (report.done, report.failed, report.finished) == (OWNERS, (), True)
    assert kept(tables) == (OWNERS, OWNERS)
    with transaction(tables) as connection:
        first = recompute(connection, "client-000", on=WORKED_ON, at=NOON, book=worked_quotes())
    assert first.complete
    assert kept(tables) == (OWNERS, OWNERS)  # the same snapshot as one by one


def test_who_waits_takes_over_what_a_killed_worker_held(tables: Engine, database_url: str) -> None:
    """A worker that has nothing left to claim stays until the others are done, or dead."""
    with child(HOLDER, database_url) as holder, child(WORKER, database_url, "fast") as worker:
        assert holder.line() == str(CHUNK)
        assert worker.line() == "ready"
        worker.tell()
        if tables.dialect.name == "postgresql":  # on SQLite nobody writes meanwhile
            for number in range(1, OWNERS // CHUNK):
                assert worker.line() == f"chunk {number}"
        holder.kill()
        assert worker.finish().splitlines()[-1] == f"end {OWNERS // CHUNK} {OWNERS} 0 True"
    assert kept(tables) == (OWNERS, OWNERS)


def test_an_erased_owner_does_not_come_back(tables: Engine, database_url: str) -> None:
    """Those erased while everybody is recomputed have no snapshot when all is done."""
    erased = [f"client-{number:03d}" for number in range(5, OWNERS, 12)]
    with child(WORKER, database_url, "fast") as worker:
        assert worker.line() == "ready"
        worker.tell()
        for owner in erased:
            with transaction(tables) as connection:
                HoldingsStore(connection).erase(owner)
        assert worker.finish().splitlines()[-1].endswith("True")
    with reading(tables) as connection:
        holders = set(connection.execute(select(wealth_holdings.c.owner)).scalars())
        valued = set(connection.execute(select(wealth_snapshots.c.owner)).scalars())
        assert run_report(connection, "run").finished
    assert valued == holders
    assert not valued & set(erased)


def test_edits_meanwhile_are_not_lost(tables: Engine, database_url: str) -> None:
    """A client saves and recomputes during the run: that figure is the one shown, of version 2."""
    later = NOON + timedelta(minutes=1)
    with child(WORKER, database_url, "fast") as worker:
        assert worker.line() == "ready"
        worker.tell()
        for number in range(0, OWNERS, 30):
            owner = f"client-{number:03d}"
            with transaction(tables) as connection:
                held = worked_holdings().without("good-1")
                HoldingsStore(connection).save(owner, held, version=1, at=later, actor=owner)
                recompute(connection, owner, on=WORKED_ON, at=later, book=worked_quotes())
        assert worker.finish().splitlines()[-1].endswith("True")
    with reading(tables) as connection:
        for number in range(0, OWNERS, 30):
            shown = SnapshotStore(connection).shown(f"client-{number:03d}")
            assert shown is not None
            assert (shown.holdings_version, shown.taken_at) == (2, later)
