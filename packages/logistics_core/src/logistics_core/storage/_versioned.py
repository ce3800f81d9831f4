"""Rows that are changed one version after the other, so that nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Table, select, update

from logistics_core.errors import StaleVersion
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

__all__ = ["save_version"]


def save_version(
    connection: Connection,
    key: Column[str],
    value: str,
    version: int,
    content: Mapping[str, object],
    *,
    at: datetime,
    actor: str,
) -> RowMapping:
    """Writes a row over the version it was made from, and gives it as it is now.

    Args:
        connection: the caller's transaction.
        key: the column that names the rows of its table.
        value: which row.
        version: the version that was read and changed; 0 where there was none.
        content: the other columns, but for the version and who wrote it when.
        at: the moment, an aware datetime.
        actor: who writes it.

    Raises:
        StaleVersion: it was changed, or removed, since that version; nothing is written.
    """
    table = key.table
    if not isinstance(table, Table):
        raise TypeError("the column of a table is wanted")
    values = {**content, "version": version + 1, "updated_at": at, "updated_by": actor}
    if version == 0:
        statement = (
            inserting(connection, table)
            .values({key.name: value, "created_at": at, **values})
            .on_conflict_do_nothing(index_elements=[key.name])
            .returning(*table.c)
        )
        row = connection.execute(statement).mappings().one_or_none()
    else:
        # The version stands in the statement itself: of two writers that read the same one, the
        # second finds no row, whichever way their transactions overlap.
        changed = (
            update(table)
            .where(key == value, table.c.version == version)
            .values(**values)
            .returning(*table.c)
        )
        row = connection.execute(changed).mappings().one_or_none()
    if row is None:
        now = connection.execute(select(table.c.version).where(key == value)).scalar_one_or_none()
        raise StaleVersion(
            "this was changed meanwhile: version {given} is not the last one, {now}",
            given=str(version),
            now=str(now or 0),
        )
    return row
