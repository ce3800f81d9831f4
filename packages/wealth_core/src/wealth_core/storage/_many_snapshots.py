"""Hundreds of snapshots at once, each as `SnapshotStore.save` writes one.

Rows go past SQLAlchemy's types, which would cost more than the rows: what stands in a `Record` is
what the columns take, and the two moments are turned into text once for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import BindParameter, Connection, String, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError

from shared_kernel.copying import copy_rows, copy_text
from wealth_core.networth.records import Record
from wealth_core.storage.holding_tables import wealth_snapshots
from wealth_core.storage.snapshots import upsert

__all__ = ["write_snapshots"]

_TABLE: Final = wealth_snapshots
_COLUMNS: Final = tuple(column.name for column in _TABLE.columns)

Kept = tuple[str, Record]
"""An owner's record."""


def write_snapshots(
    connection: Connection, records: Sequence[Kept], *, on: date, at: datetime
) -> None:
    """Adds the records of their owners as snapshots, or moves those there are to this moment.

    Args:
        connection: a writing transaction.
        records: at most one an owner.
        on: the day they are all of.
        at: the moment they were taken.
    """
    if not records:
        return
    if connection.dialect.name == "sqlite":
        _insert_sqlite(connection, records, on, at)
        return
    fresh = _not_there_yet(connection, records, on, at)
    if not fresh:
        return
    try:
        with connection.begin_nested():
            copy_rows(connection, _TABLE, _COLUMNS, _copied(fresh, on, at))
    except IntegrityError:
        # One came since we looked, and COPY cannot step over it.
        rows = [{"owner": owner, "taken_at": at, **record._asdict()} for owner, record in fresh]
        connection.execute(upsert(connection), rows)


def _insert_sqlite(connection: Connection, records: Sequence[Kept], on: date, at: datetime) -> None:
    dialect = connection.dialect
    # The texts of the two moments are those that SQLAlchemy's types write.
    day, moment = (
        column.type.dialect_impl(dialect).bind_processor(dialect)(value)  # type: ignore[misc]  # both types have one
        for column, value in ((_TABLE.c.valued_on, on), (_TABLE.c.taken_at, at))
    )
    compiled = upsert(connection).compile(dialect=dialect)
    rows = [(owner, day, record[1], moment, *record[2:]) for owner, record in records]
    connection.exec_driver_sql(str(compiled), rows)


def _not_there_yet(
    connection: Connection, records: Sequence[Kept], on: date, at: datetime
) -> Sequence[Kept]:
    """Moves the snapshots there are to this moment, and gives the records that have none."""
    owners = [owner for owner, _ in records]
    # A look at the index for each owner, whatever the years of history beside that day.
    same_day = (_TABLE.c.owner == any_(_texts("owners", owners))) & (_TABLE.c.valued_on == on)
    found = connection.execute(select(_TABLE.c.owner, _TABLE.c.fingerprint).where(same_day))
    there = {(owner, fingerprint) for owner, fingerprint in found}
    again = [(owner, record) for owner, record in records if (owner, record.fingerprint) in there]
    if not again:
        return records
    pairs = (
        func.unnest(
            _texts("owners", [owner for owner, _ in again]),
            _texts("fingerprints", [record.fingerprint for _, record in again]),
        )
        .table_valued("owner", "fingerprint", name="again")
        .render_derived()
    )
    connection.execute(
        update(_TABLE)
        .where(
            _TABLE.c.owner == pairs.c.owner,
            _TABLE.c.valued_on == on,
            _TABLE.c.fingerprint == pairs.c.fingerprint,
            _TABLE.c.taken_at < at,
        )
        .values(taken_at=at)
    )
    return [
        (owner, record) for owner, record in records if (owner, record.fingerprint) not in there
    ]


def _texts(name: str, values: Sequence[str]) -> BindParameter[Sequence[str]]:
    return bindparam(name, values, ARRAY(String))


def _copied(records: Sequence[Kept], on: date, at: datetime) -> str:
    """The rows as COPY reads them. Only an owner and the details can hold what it would misread."""
    day, moment = on.isoformat(), at.isoformat()
    return "".join(
        f"{copy_text(owner)}\t{day}\t{record[1]}\t{moment}\t{_fields(record)}\n"
        for owner, record in records
    )


def _fields(record: Record) -> str:
    """What comes after the moment: numbers and codes, then the details."""
    return "\t".join([*map(str, record[2:-1]), copy_text(record[-1])])
