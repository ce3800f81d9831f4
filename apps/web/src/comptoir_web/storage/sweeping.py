"""Deleting rows that are over while others come and go."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, delete, select

__all__ = ["sweep"]


def sweep(connection: Connection, table: Table, over: ColumnElement[bool]) -> int:
    """Delete the rows that are over and that nobody else is changing; give how many.

    Two sweeps at once would meet the same rows in different orders, and PostgreSQL would end one of
    them as a deadlock; the rows left out are taken by the next sweep.
    """
    free = select(table.c.id).where(over).with_for_update(skip_locked=True)
    return connection.execute(delete(table).where(table.c.id.in_(free))).rowcount
