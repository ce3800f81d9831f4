"""What keeps an erasure and the writing of figures apart.

A recomputation reads holdings, works, and writes a snapshot; an erasure deletes both. Were the two
to run at once, the snapshot of somebody erased could come after. On SQLite they cannot: there is
one writer. On PostgreSQL whoever writes shares a lock that an erasure takes alone. It is taken
before anything else of these tables, always, so that no two transactions wait for one another; and
it is one lock for all owners, since locking two hundred thousand rows one by one costs more than
valuing them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

__all__ = ["erasing", "writing"]

_KEY: Final = 7_301_949_624_118_305
"""Any number that no other part of the house uses for an advisory lock."""


def writing(connection: Connection) -> None:
    """Waits for an erasure to end, and keeps others from beginning, until the transaction ends."""
    _lock(connection, "pg_advisory_xact_lock_shared")


def erasing(connection: Connection) -> None:
    """Waits for those who write to end, and keeps others from beginning, likewise."""
    _lock(connection, "pg_advisory_xact_lock")


def _lock(connection: Connection, function: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT {function}(:key)"), {"key": _KEY})
