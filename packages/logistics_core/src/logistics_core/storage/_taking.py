"""Room taken from a container for a fresh order, all of it or none, in the fewest statements.

The row of the container is the one that everybody waits for. On PostgreSQL all is one statement,
sent just before the commit, so that nobody holds the row while a program thinks. On SQLite there is
one writer and no such statement: the same is said in four, the container first, so that a refusal
leaves nothing written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Executable,
    Update,
    bindparam,
    insert,
    literal,
    select,
    update,
)

from logistics_core.storage.events import SubjectKind
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_orders,
)

__all__ = ["room_taken", "take"]

_LITRES: Final = bindparam("taken_litres", type_=logistics_bookings.c.litres.type)
_GRAMS: Final = bindparam("taken_grams", type_=logistics_bookings.c.grams.type)
_AT: Final = bindparam("moment", type_=logistics_events.c.at.type)
_ORDER: Final = bindparam("the_order", type_=logistics_orders.c.id.type)
_CONTAINER: Final = bindparam("the_container", type_=logistics_containers.c.id.type)

_BOOKED: Final = {
    "order_id": _ORDER,
    "container_id": _CONTAINER,
    "litres": _LITRES,
    "grams": _GRAMS,
    "booked_at": _AT,
}
_NOTED: Final = {
    "at": _AT,
    "actor": bindparam("the_actor", type_=logistics_events.c.actor.type),
    "subject_kind": literal(SubjectKind.ORDER.value),
    "subject_id": _ORDER,
    "action": literal("booked"),
    "detail": bindparam("the_detail", type_=logistics_events.c.detail.type),
}


def room_taken() -> Update:
    """The statement that takes room from a container if it has it, and if it takes bookings.

    Its parameters are ``the_container``, ``taken_litres``, ``taken_grams`` and ``moment``.
    """
    table = logistics_containers
    return (
        update(table)
        .where(
            table.c.id == _CONTAINER,
            table.c.closed_at.is_(None),
            table.c.cancelled_at.is_(None),
            table.c.booked_litres + _LITRES <= table.c.billed_litres,
            table.c.booked_grams + _GRAMS <= table.c.payload_grams,
        )
        .values(
            booked_litres=table.c.booked_litres + _LITRES,
            booked_grams=table.c.booked_grams + _GRAMS,
            version=table.c.version + 1,
            updated_at=_AT,
        )
        .returning(*table.c)
    )


def _confirmed() -> Update:
    table = logistics_orders
    return (
        update(table)
        .where(table.c.id == _ORDER)
        .values(
            state=bindparam("new_state", type_=table.c.state.type),
            waiting_litres=0,
            waiting_grams=0,
            waiting_since=None,
            version=table.c.version + 1,
            updated_at=_AT,
        )
    )


def _at_once() -> Executable:
    """Everything in one statement, each part of it done only where the room was taken."""
    orders = logistics_orders
    held = (
        select(orders.c.id)
        .where(
            orders.c.id == _ORDER,
            orders.c.version == bindparam("seen_version", type_=orders.c.version.type),
        )
        .with_for_update()
        .cte("held")
    )
    room = room_taken().where(select(held.c.id).exists()).cte("room")
    taken = select(room.c.id).exists()
    confirmed = _confirmed().where(taken).cte("confirmed")
    booked = (
        insert(logistics_bookings)
        .from_select(list(_BOOKED), select(*_BOOKED.values()).select_from(room))
        .cte("booked")
    )
    noted = (
        insert(logistics_events)
        .from_select(list(_NOTED), select(*_NOTED.values()).select_from(room))
        .cte("noted")
    )
    return select(room).add_cte(confirmed, booked, noted)


_AT_ONCE: Final = _at_once()
_ROOM: Final = room_taken()
_ONE_BY_ONE: Final = (
    _confirmed(),
    insert(logistics_bookings).values(_BOOKED),
    insert(logistics_events).values(_NOTED),
)


def take(connection: Connection, values: Mapping[str, object]) -> Mapping[str, Any] | None:
    """Takes room for a fresh order that is still at the version that was seen.

    Args:
        connection: the caller's transaction.
        values: ``the_order``, ``seen_version``, ``new_state``, ``the_container``,
            ``taken_litres``, ``taken_grams``, ``moment``, ``the_actor``, ``the_detail``.

    Returns:
        The row of the container; None, and nothing written, where it has not the room, or the
        order was changed meanwhile. ``Any`` because its columns are of every kind.
    """
    if connection.dialect.name == "postgresql":
        return connection.execute(_AT_ONCE, values).mappings().one_or_none()
    # Nobody else writes since this transaction began: the order is the one that was seen.
    row = connection.execute(_ROOM, values).mappings().one_or_none()
    if row is not None:
        for statement in _ONE_BY_ONE:
            connection.execute(statement, values)
    return row
