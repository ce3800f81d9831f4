"""A run over everybody, in chunks that several workers share.

A *run* revalues everyone on one day with the same prices, which it keeps: taken up tomorrow, it
goes on as it began. Its *chunks* are ranges of owners. A worker claims a chunk, values it and
writes its snapshots in one transaction; killed on the way, it leaves the chunk as it found it for
the next one. A chunk that is done twice writes the same snapshots, which are then the same rows.

On PostgreSQL a claim is ``FOR UPDATE SKIP LOCKED``, so that workers take different chunks. On
SQLite the transaction has the one write lock from its beginning: workers take turns.

An owner whose holdings cannot be read or valued is told with the reason, and the others go on; what
is shown of that owner stays what it was.

Everything here takes a connection and leaves the commit to the caller, a job for example; whoever
wants all of it done calls `wealth_core.storage.recompute.recompute_all`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, and_, delete, func, insert, select, true, update

from shared_kernel.engine import inserting
from wealth_core.errors import RunMissing
from wealth_core.loans.schedule import CENT, Rounding
from wealth_core.networth.bulk import Bulk, Profile, Refused
from wealth_core.networth.records import Record
from wealth_core.storage import _locks
from wealth_core.storage._books import book_from_text, book_to_text
from wealth_core.storage._many_snapshots import write_snapshots
from wealth_core.storage.holding_tables import (
    wealth_holdings,
    wealth_recompute_chunks,
    wealth_recompute_failures,
    wealth_recompute_runs,
)
from wealth_core.storage.holdings import seal
from wealth_core.storage.snapshots import check_day

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

    from wealth_core.quotes.book import QuoteBook

__all__ = [
    "ChunkReport",
    "Run",
    "RunReport",
    "finish_run",
    "open_run",
    "recompute_chunk",
    "run_report",
    "start_run",
]

CHUNK: Final = 1_000
"""Owners in a chunk on PostgreSQL: some 50 ms of work, lost at most when a worker is killed."""
CHUNK_SQLITE: Final = 500
"""And on SQLite, where everybody else who writes waits meanwhile."""
REASON_CHARACTERS: Final = 1_000
RUNS_KEPT: Final = timedelta(days=92)
"""How long what is known of a finished run is kept: its failures, its prices."""

_RUNS: Final = wealth_recompute_runs
_CHUNKS: Final = wealth_recompute_chunks
_FAILURES: Final = wealth_recompute_failures


@attrs.frozen
class Run:
    """A run that is open: made by `open_run`, for one worker, and good for all its chunks.

    Args:
        id: its identifier.
        on: the day everyone is valued on.
        at: the moment its snapshots bear.
        loan_rounding: the table the loans are read in.
        total: how many owners there were when it began.
        bulk: what values them.
    """

    id: str
    on: date
    at: datetime
    loan_rounding: Rounding
    total: int
    bulk: Bulk = attrs.field(repr=False, eq=False)


@attrs.frozen
class ChunkReport:
    """A chunk that was recomputed.

    Args:
        number: its place in the run, from 0.
        done: how many owners have their snapshot.
        failed: those who have none, each with the reason.
    """

    number: int
    done: int
    failed: tuple[tuple[str, str], ...]


@attrs.frozen
class RunReport:
    """How far a run is.

    Args:
        run_id: its identifier.
        total: how many owners there were when it began; some may have come or gone since.
        done: how many have their snapshot.
        failed: those who have none, each with the reason, in the order of owners.
        finished: whether every chunk is done.
    """

    run_id: str
    total: int
    done: int
    failed: tuple[tuple[str, str], ...]
    finished: bool

    @property
    def seen(self) -> int:
        """How many owners were looked at: those who have their snapshot, and those who failed."""
        return self.done + len(self.failed)


def start_run(
    connection: Connection,
    *,
    on: date,
    at: datetime,
    book: QuoteBook,
    loan_rounding: Rounding = CENT,
    run_id: str | None = None,
    chunk: int | None = None,
) -> str:
    """Begins a run over everybody, and values nobody yet; the caller commits.

    Args:
        connection: a writing transaction.
        on: the day to value them on.
        at: the moment the snapshots bear.
        book: the prices; they are kept with the run.
        loan_rounding: the table the loans are read in.
        run_id: an identifier of the caller's, a job's for example: when there is such a run
            already, it is that one, as it began.
        chunk: how many owners a transaction takes.

    Returns:
        The identifier of the run.

    Raises:
        NetWorthFaults: the day is still to come at that moment.
    """
    check_day(on, at=at)
    size = chunk or (CHUNK if connection.dialect.name == "postgresql" else CHUNK_SQLITE)
    identifier = run_id or uuid4().hex
    owner = wealth_holdings.c.owner
    values = {
        "id": identifier,
        "valued_on": on,
        "taken_at": at,
        "loan_rounding": loan_rounding.value,
        "quotes": book_to_text(book),
        "total": connection.execute(select(func.count()).select_from(wealth_holdings)).scalar_one(),
        "done": 0,
        "failed": 0,
        "finished": False,
    }
    added = connection.execute(
        inserting(connection, _RUNS).values(**values).on_conflict_do_nothing(index_elements=["id"])
    )
    if added.rowcount:
        _forget_runs(connection, before=at - RUNS_KEPT)
        place = func.row_number().over(order_by=owner).label("place")
        numbered = select(owner, place).subquery()
        firsts = connection.execute(
            select(numbered.c.owner)
            .where((numbered.c.place - 1) % size == 0)
            .order_by(numbered.c.owner)
        ).scalars()
        rows = _chunk_rows(identifier, list(firsts))
        connection.execute(insert(_CHUNKS), rows)
    return identifier


def open_run(connection: Connection, run_id: str) -> Run:
    """Gives a run to recompute chunks of.

    Raises:
        RunMissing: there is no such run.
    """
    row = _run_row(connection, run_id)
    rounding = Rounding(row["loan_rounding"])
    book = book_from_text(row["quotes"])
    bulk = Bulk(on=row["valued_on"], quotes=book, loan_rounding=rounding)
    return Run(row["id"], row["valued_on"], row["taken_at"], rounding, row["total"], bulk)


def recompute_chunk(connection: Connection, run: Run, *, wait: bool = False) -> ChunkReport | None:
    """Claims a chunk of a run and recomputes it; the caller commits, or nothing happened.

    Args:
        connection: a writing transaction.
        run: the run.
        wait: wait for the chunks that other workers have claimed, and take those that they let go.

    Returns:
        What was done; None when no chunk is left, or free when it did not wait.
    """
    _locks.writing(connection)
    claim = (
        select(_CHUNKS)
        .where(_CHUNKS.c.run_id == run.id, _CHUNKS.c.pending)
        .order_by(_CHUNKS.c.number)
        .limit(1)
        .with_for_update(skip_locked=not wait)
    )
    chunk = connection.execute(claim).mappings().one_or_none()
    if chunk is None:
        return None
    records: list[tuple[str, Record]] = []
    failed: list[tuple[str, str]] = []
    with _collector_at_rest():
        for owner, found in _valued(connection, run, chunk):
            if isinstance(found, Refused):
                failed.append((owner, found.reason[:REASON_CHARACTERS]))
            else:
                records.append((owner, found))
        write_snapshots(connection, records, on=run.on, at=run.at)
    _write_failures(connection, run.id, failed)
    connection.execute(
        update(_CHUNKS)
        .where(_CHUNKS.c.run_id == run.id, _CHUNKS.c.number == chunk["number"])
        # Who was in it is of no use any more, and would outlive an erasure.
        .values(
            pending=False, first_owner="", before_owner=None, done=len(records), failed=len(failed)
        )
    )
    return ChunkReport(chunk["number"], len(records), tuple(failed))


def finish_run(connection: Connection, run_id: str) -> RunReport:
    """Closes a run whose chunks are all done; one that is not, or is closed, stays as it is.

    Raises:
        RunMissing: there is no such run.
    """
    row = _run_row(connection, run_id, lock=True)
    pending, done, failed = _counts(connection, run_id)
    if not row["finished"] and not pending:
        connection.execute(
            update(_RUNS)
            .where(_RUNS.c.id == run_id)
            .values(finished=True, done=done, failed=failed)
        )
        connection.execute(delete(_CHUNKS).where(_CHUNKS.c.run_id == run_id))
    return run_report(connection, run_id)


def run_report(connection: Connection, run_id: str) -> RunReport:
    """Gives how far a run is; changes nothing.

    Raises:
        RunMissing: there is no such run.
    """
    row = _run_row(connection, run_id)
    _, done, _ = _counts(connection, run_id)
    failures = connection.execute(
        select(_FAILURES.c.owner, _FAILURES.c.reason)
        .where(_FAILURES.c.run_id == run_id)
        .order_by(_FAILURES.c.owner)
    )
    return RunReport(
        run_id,
        row["total"],
        row["done"] if row["finished"] else done,
        tuple((owner, reason) for owner, reason in failures),
        row["finished"],
    )


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keeps Python's collector of cycles from running for the moment that a chunk takes.

    Documents are made by the thousand, hold no cycle and are gone at once; yet for their number the
    collector would walk over all that the process holds, again and again: half of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _valued(
    connection: Connection, run: Run, chunk: RowMapping
) -> Iterator[tuple[str, Record | Refused]]:
    table = wealth_holdings.c
    rows = connection.execute(
        select(table.owner, table.version, table.base_currency, table.document, table.seal)
        .where(_between(table.owner, chunk["first_owner"], chunk["before_owner"]))
        .order_by(table.owner)
    ).all()
    profiles = [
        Profile(version, base, document, seal(document) == sealed)
        for _, version, base, document, sealed in rows
    ]
    return zip((row[0] for row in rows), run.bulk.records(profiles), strict=True)


def _between(owner: ColumnElement[str], first: str, before: str | None) -> ColumnElement[bool]:
    after = owner >= first if first else true()
    return after if before is None else and_(after, owner < before)


def _chunk_rows(run_id: str, firsts: Sequence[str]) -> list[dict[str, object]]:
    """The chunks that begin at these owners: the first at the very beginning, the last endless."""
    begins = ["", *firsts[1:]]
    return [
        {
            "run_id": run_id,
            "number": number,
            "first_owner": first,
            "before_owner": before,
            "pending": True,
            "done": 0,
            "failed": 0,
        }
        for number, (first, before) in enumerate(zip(begins, [*begins[1:], None], strict=True))
    ]


def _forget_runs(connection: Connection, *, before: datetime) -> None:
    old = select(_RUNS.c.id).where(_RUNS.c.finished, _RUNS.c.taken_at < before)
    connection.execute(delete(_FAILURES).where(_FAILURES.c.run_id.in_(old)))
    connection.execute(delete(_RUNS).where(_RUNS.c.finished, _RUNS.c.taken_at < before))


def _run_row(connection: Connection, run_id: str, *, lock: bool = False) -> RowMapping:
    statement = select(_RUNS).where(_RUNS.c.id == run_id)
    if lock:
        statement = statement.with_for_update()
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise RunMissing("there is no recomputation {id}: start another one", id=run_id)
    return row


def _counts(connection: Connection, run_id: str) -> tuple[int, int, int]:
    """How many chunks are pending, how many owners are done, and how many failed."""
    pending = func.count().filter(_CHUNKS.c.pending)
    sums = (func.coalesce(func.sum(column), 0) for column in (_CHUNKS.c.done, _CHUNKS.c.failed))
    statement = select(pending, *sums).where(_CHUNKS.c.run_id == run_id)
    waiting, done, failed = connection.execute(statement).one()
    return waiting, int(done), int(failed)


def _write_failures(connection: Connection, run_id: str, failed: Sequence[tuple[str, str]]) -> None:
    if not failed:
        return
    rows = [{"run_id": run_id, "owner": owner, "reason": reason} for owner, reason in failed]
    connection.execute(insert(_FAILURES), rows)
