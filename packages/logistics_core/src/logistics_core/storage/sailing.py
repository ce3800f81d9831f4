"""The stages of containers, walked one by one; the orders in them that are paid go along.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, update

from logistics_core.errors import MoveRefused
from logistics_core.pooling.stages import SEA_ROUTE
from logistics_core.storage import _locks
from logistics_core.storage._desk import catch_up, container_missing, is_id
from logistics_core.storage.containers import ContainerStore, PooledContainer
from logistics_core.storage.events import SubjectKind, event_row
from logistics_core.storage.pooling_tables import logistics_containers, logistics_events

__all__ = ["advance", "close_container", "sail"]


def close_container(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> PooledContainer:
    """Sends a container to sea before it is full: it takes no booking any more.

    One that has left already stays as it is.

    Raises:
        MoveRefused: it was cancelled.
        ContainerMissing: there is no such container.
    """
    row = _held(connection, container_id)
    if row["closed_at"] is None:
        sail(connection, [row], by="closed", at=at, actor=actor)
    return ContainerStore(connection).get(container_id)


def advance(
    connection: Connection, container_id: str, to_stage: str, *, at: datetime, actor: str
) -> PooledContainer:
    """Moves a container to its next stage, and the paid orders in it with it.

    One that is at that stage already stays as it is: a double click moves once.

    Args:
        connection: the caller's transaction.
        container_id: which container.
        to_stage: the code of the stage that comes next on `pooling.SEA_ROUTE`.
        at: the moment, an aware datetime.
        actor: who moves it.

    Raises:
        MoveRefused: it is another stage than the next, or the container was cancelled.
        PoolFaults: no stage has that code.
        ContainerMissing: there is no such container.
    """
    row = _held(connection, container_id)
    if row["stage"] != to_stage:
        SEA_ROUTE.check_move(row["stage"], to_stage)
        _move(connection, [row], to_stage, by="moved", at=at, actor=actor)
    return ContainerStore(connection).get(container_id)


def sail(
    connection: Connection,
    rows: Iterable[RowMapping],
    *,
    by: str,
    at: datetime,
    actor: str,
) -> None:
    """Sends containers to sea, and the paid orders in them with them.

    Args:
        connection: the caller's transaction, which holds the containers.
        rows: of the containers.
        by: why: ``full`` or ``closed``.
        at: the moment.
        actor: who made them leave.
    """
    _move(connection, list(rows), SEA_ROUTE.departure.code, by=by, at=at, actor=actor)


def _move(
    connection: Connection,
    rows: list[RowMapping],
    stage: str,
    *,
    by: str,
    at: datetime,
    actor: str,
) -> None:
    if not rows:
        return
    table = logistics_containers
    ids = [row["id"] for row in rows]
    left = {"closed_at": at} if rows[0]["closed_at"] is None else {}
    connection.execute(
        update(table)
        .where(table.c.id.in_(ids))
        .values(stage=stage, version=table.c.version + 1, updated_at=at, **left)
    )
    events = [
        event_row(
            SubjectKind.CONTAINER,
            row["id"],
            "sailed" if left else "moved",
            at=at,
            actor=actor,
            detail={"from": row["stage"], "to": stage, "by": by},
        )
        for row in rows
    ]
    connection.execute(insert(logistics_events), events)
    # Of all of them at once, so that orders are held in one order whatever container they are in.
    orders = _locks.hold_orders(connection, _locks.orders_in(connection, ids))
    catch_up(connection, orders.values(), at=at, actor=actor)


def _held(connection: Connection, container_id: str) -> RowMapping:
    """Locks a container that was not cancelled, and gives its row as it is now."""
    given = [container_id] if is_id(container_id) else []
    row = _locks.hold_containers(connection, given).get(container_id)
    if row is None:
        raise container_missing()
    if row["cancelled_at"] is not None:
        raise MoveRefused(
            "the container {reference} was cancelled: it goes nowhere any more",
            reference=row["reference"],
        )
    return row
