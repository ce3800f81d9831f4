"""An insert that knows of conflicts: each database has a class of its own for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["inserting"]


def inserting(connection: Connection, table: Table) -> Any:
    """An insert into a table, with ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    ``Any`` because the two classes have the two methods alike, and no parent that has them.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
