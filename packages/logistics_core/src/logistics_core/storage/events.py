"""Every move, with who made it and when: of orders, containers, tariffs, merchants, payments.

An event is written in the transaction that makes the move, so that none is there without the other,
and never changed. Where a state or a stage changes, `Event.before` and `Event.after` say from what
to what. A merchant reads the events of their orders: none ever tells a cost or a margin.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection, Insert, insert, select, update

from logistics_core.storage.pooling_tables import logistics_events

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

__all__ = ["Event", "SubjectKind", "history", "latest", "note"]


class SubjectKind(StrEnum):
    """What an event is about."""

    ORDER = "order"
    CONTAINER = "container"
    TARIFF = "tariff"
    MERCHANT = "merchant"


@attrs.frozen(kw_only=True)
class Event:
    """One thing that was done.

    Args:
        id: its number: a later event has a greater one, within one transaction.
        at: when (UTC).
        actor: who did it.
        subject_kind: what it was done to.
        subject_id: which one.
        action: what was done: ``booked``, ``paid``, ``sailed``.
        detail: what else there is to tell: texts, whole numbers, truth values.
    """

    id: int
    at: datetime
    actor: str
    subject_kind: SubjectKind
    subject_id: str
    action: str
    detail: Mapping[str, object]

    @property
    def before(self) -> str | None:
        """The state or the stage before; None where neither changed."""
        return _text(self.detail.get("from"))

    @property
    def after(self) -> str | None:
        """The state or the stage after; None where neither changed."""
        return _text(self.detail.get("to"))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def note(
    connection: Connection,
    kind: SubjectKind,
    subject_id: str,
    action: str,
    *,
    at: datetime,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Writes an event, in the transaction of what it tells.

    Args:
        connection: the caller's transaction.
        kind: what it is about.
        subject_id: which one.
        action: what was done, in 1 to 32 characters.
        at: the moment, an aware datetime.
        actor: who does it.
        detail: what else there is to tell; never a cost or a margin.
    """
    row = event_row(kind, subject_id, action, at=at, actor=actor, detail=detail)
    connection.execute(noting(), row)


def noting() -> Insert:
    """The statement that writes events, for those who write several at once."""
    return insert(logistics_events)


def event_row(
    kind: SubjectKind,
    subject_id: str,
    action: str,
    *,
    at: datetime,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The row of an event; see `note`."""
    return {
        "at": at,
        "actor": actor,
        "subject_kind": kind.value,
        "subject_id": subject_id,
        "action": action,
        "detail": dict(detail or {}),
    }


def history(connection: Connection, kind: SubjectKind, subject_id: str) -> tuple[Event, ...]:
    """Gives all that was done to something, the first event first."""
    table = logistics_events
    here = (table.c.subject_kind == kind.value) & (table.c.subject_id == subject_id)
    statement = select(table).where(here).order_by(table.c.id)
    return tuple(_event(row) for row in connection.execute(statement).mappings())


def latest(
    connection: Connection, *, kind: SubjectKind | None = None, limit: int = 100
) -> tuple[Event, ...]:
    """Gives the latest events, the last one first; of one kind of subject where it is asked."""
    table = logistics_events
    statement = select(table).order_by(table.c.id.desc()).limit(limit)
    if kind is not None:
        statement = statement.where(table.c.subject_kind == kind.value)
    return tuple(_event(row) for row in connection.execute(statement).mappings())


def forget_actor(connection: Connection, actor: str, *, instead: str) -> int:
    """Takes the name of somebody out of every event; gives how many it was."""
    table = logistics_events
    statement = update(table).where(table.c.actor == actor).values(actor=instead)
    return connection.execute(statement).rowcount


def _event(row: RowMapping) -> Event:
    return Event(
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        subject_kind=SubjectKind(row["subject_kind"]),
        subject_id=row["subject_id"],
        action=row["action"],
        detail=row["detail"],
    )
