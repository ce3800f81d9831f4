"""Requests that made something which has no key of its own: sent again, they are recognised.

What was asked for is written among the events, in the transaction that made it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from logistics_core.storage.events import note
from logistics_core.storage.pooling_tables import logistics_events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from logistics_core.storage.events import SubjectKind

__all__ = ["note_request", "requested"]

_ACTION: Final = "requested"


def note_request(
    connection: Connection,
    kind: SubjectKind,
    subject_id: str,
    key: str,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Write which request made something, in the transaction that makes it."""
    note(connection, kind, subject_id, _ACTION, at=at, actor=actor, detail={"request": key})


def requested(
    connection: Connection, kind: SubjectKind, key: str, *, subject_id: str | None = None
) -> str | None:
    """The first thing of a kind that a request made, when it made one.

    Args:
        connection: Any transaction.
        kind: What was made.
        key: Of the request.
        subject_id: Only this one is looked at.
    """
    table = logistics_events.c
    query = select(table.subject_id, table.detail).where(
        table.subject_kind == kind.value, table.action == _ACTION
    )
    if subject_id is not None:
        query = query.where(table.subject_id == subject_id)
    for found, detail in connection.execute(query.order_by(table.id)):
        if detail.get("request") == key:
            return str(found)
    return None
