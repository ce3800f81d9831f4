"""Recomputing: one owner's net worth when asked, or everybody's, chunk after chunk.

What belongs to a run over everybody, for those who commit each chunk themselves, is in
`wealth_core.storage.runs`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine

from shared_kernel.engine import transaction
from shared_kernel.errors import DatabaseBusy
from wealth_core.loans.schedule import CENT, Rounding
from wealth_core.networth.valuation import net_worth
from wealth_core.storage import _locks
from wealth_core.storage.holdings import HoldingsStore
from wealth_core.storage.quotes import QuoteStore
from wealth_core.storage.runs import (
    ChunkReport,
    Run,
    RunReport,
    finish_run,
    open_run,
    recompute_chunk,
    run_report,
    start_run,
)
from wealth_core.storage.snapshots import Snapshot, SnapshotStore

if TYPE_CHECKING:
    from wealth_core.quotes.book import QuoteBook

__all__ = [
    "ChunkReport",
    "Run",
    "RunReport",
    "finish_run",
    "open_run",
    "recompute",
    "recompute_all",
    "recompute_chunk",
    "run_report",
    "start_run",
]

PAUSE_SHARE: Final = 0.2
"""The part of a chunk's time that SQLite is left to others after it."""
MOST_BUSY: Final = 20
"""How many times in a row a chunk may meet a database that is busy before that is an error."""


def recompute(
    connection: Connection,
    owner: str,
    *,
    on: date,
    at: datetime,
    book: QuoteBook,
    loan_rounding: Rounding = CENT,
) -> Snapshot:
    """Values an owner's holdings and saves the snapshot; the caller commits.

    Args:
        connection: a writing transaction.
        owner: whose.
        on: the day to value them on.
        at: the moment, an aware datetime.
        book: the prices.
        loan_rounding: the table the loans are read in.

    Returns:
        The snapshot, complete or not; an incomplete one is not what `SnapshotStore.shown` gives.

    Raises:
        HoldingsMissing: nothing is kept of this owner.
        HoldingsFaults: what is kept cannot be read.
        NetWorthFaults: the day is still to come at that moment.
    """
    _locks.writing(connection)
    saved = HoldingsStore(connection).get(owner)
    worth = net_worth(
        saved.holdings,
        on=on,
        quotes=book,
        base_currency=saved.base_currency,
        loan_rounding=loan_rounding,
    )
    return SnapshotStore(connection).save(owner, worth, holdings_version=saved.version, at=at)


def recompute_all(
    engine: Engine,
    *,
    on: date,
    at: datetime,
    book: QuoteBook | None = None,
    loan_rounding: Rounding = CENT,
    run_id: str | None = None,
    chunk: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RunReport:
    """Recomputes everybody, chunk after chunk, beside whoever does the same.

    Each chunk is a transaction. Stopped anywhere and called again with the same `run_id`, it does
    what is left; called in several processes with it, they share the chunks, and each returns when
    all are done.

    Args:
        engine: the database.
        on: the day to value everybody on.
        at: the moment the snapshots bear.
        book: the prices; those kept in the database at that moment by default.
        loan_rounding: the table the loans are read in.
        run_id: of a run to go on with, or to begin under that identifier; a new one by default.
            What the run began with goes before the other arguments.
        chunk: how many owners a transaction takes.
        progress: told after each chunk how many owners are done, by all workers, and how many
            there are. What it raises stops this worker, between two chunks.

    Raises:
        NetWorthFaults: the day is still to come at that moment.
        StorageError: the database is gone, full, or was busy for too long.
    """
    with transaction(engine) as connection:
        run = open_run(
            connection,
            start_run(
                connection,
                on=on,
                at=at,
                book=QuoteStore(connection).book(at=at) if book is None else book,
                loan_rounding=loan_rounding,
                run_id=run_id,
                chunk=chunk,
            ),
        )
    while (counts := _next_chunk(engine, run)) is not None:
        if progress is not None:
            progress(counts, run.total)
    with transaction(engine) as connection:
        return finish_run(connection, run.id)


def _next_chunk(engine: Engine, run: Run) -> int | None:
    """Does a chunk; gives how many owners all workers have done, or None when none is left."""
    wait = False
    busy = 0
    while True:
        began = time.monotonic()
        try:
            with transaction(engine) as connection:
                found = recompute_chunk(connection, run, wait=wait)
                done = run_report(connection, run.id).seen
        except DatabaseBusy:
            busy += 1
            if busy > MOST_BUSY:
                raise
            continue
        if found is not None:
            if engine.dialect.name == "sqlite":
                # Those who wait for the write lock look for it now and then, and would never find
                # it free.
                time.sleep((time.monotonic() - began) * PAUSE_SHARE)
            return done
        if wait:
            return None
        wait = True  # others have what is left: their chunks come back should they be killed
