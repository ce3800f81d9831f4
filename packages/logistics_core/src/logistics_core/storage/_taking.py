"""Room taken from a container, only where it has it, and what is written with it.

The row of the container is the one that everybody waits for. For a fresh order, `take` says all in
one statement on PostgreSQL, sent just before the commit, so that nobody holds the row while a
program thinks. On SQLite there is one writer and no such statement: the same is said in four, the
container first, so that a refusal leaves nothing written.

`take_room` and `place` are the parts of it, for those who hold the container already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
from sqlalchemy import (
    Connection,
    Executable,
    RowMapping,
    Update,
    bindparam,
    insert,
    literal,
    select,
    update,
)

from logistics_core.storage._locks import Again, letting_go
from logistics_core.storage.events import SubjectKind, event_row, noting
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_orders,
)
from shared_kernel.engine import inserting

__all__ = ["Part", "place", "take", "take_room"]

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


def _room_taken() -> Update:
    """Takes room from a container if it has it, and if it takes bookings."""
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


def _placed(**waiting: object) -> Update:
    """Gives an order its state, and what of it waits; by default nothing does."""
    table = logistics_orders
    nothing = {"waiting_litres": 0, "waiting_grams": 0, "waiting_since": None}
    return (
        update(table)
        .where(table.c.id == _ORDER)
        .values(
            state=bindparam("new_state", type_=table.c.state.type),
            **{**nothing, **waiting},
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
    room = _room_taken().where(select(held.c.id).exists()).cte("room")
    taken = select(room.c.id).exists()
    placed = _placed().where(taken).cte("placed")
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
    return select(room).add_cte(placed, booked, noted)


_AT_ONCE: Final = _at_once()
_ROOM: Final = _room_taken()
_ONE_BY_ONE: Final = (
    _placed(),
    insert(logistics_bookings).values(_BOOKED),
    insert(logistics_events).values(_NOTED),
)


def take(connection: Connection, values: Mapping[str, object]) -> RowMapping:
    """Takes room for a fresh order that is still at the version that was seen.

    Args:
        connection: the caller's transaction.
        values: ``the_order``, ``seen_version``, ``new_state``, ``the_container``,
            ``taken_litres``, ``taken_grams``, ``moment``, ``the_actor``, ``the_detail``.

    Returns:
        The row of the container as it is now.

    Raises:
        Again: it has not the room any more, or the order was changed; nothing is written or held.
    """
    if connection.dialect.name == "postgresql":
        # Whoever waited in vain holds what it waited for, unless it goes back to before.
        with letting_go(connection):
            row = connection.execute(_AT_ONCE, values).mappings().one_or_none()
            if row is None:
                raise Again
            return row
    # Nobody else writes since this transaction began: the order is the one that was seen.
    row = connection.execute(_ROOM, values).mappings().one_or_none()
    if row is None:
        raise Again
    for statement in _ONE_BY_ONE:
        connection.execute(statement, values)
    return row


@attrs.frozen(kw_only=True)
class Part:
    """What one order gets in one container, of those that hold both.

    Args:
        order: the order's row, as it is.
        container: the container's row.
        litres: what it gets.
        grams: what that weighs.
    """

    order: RowMapping
    container: RowMapping
    litres: int
    grams: int


_PLACED: Final = _placed(
    waiting_litres=bindparam("left_litres", type_=logistics_orders.c.waiting_litres.type),
    waiting_grams=bindparam("left_grams", type_=logistics_orders.c.waiting_grams.type),
    waiting_since=bindparam("left_since", type_=logistics_orders.c.waiting_since.type),
)


def take_room(
    connection: Connection, container_id: str, litres: int, grams: int, *, at: datetime
) -> RowMapping | None:
    """Takes room from a container, and gives its row; None where it has not the room."""
    values = {
        "the_container": container_id,
        "taken_litres": litres,
        "taken_grams": grams,
        "moment": at,
    }
    return connection.execute(_ROOM, values).mappings().one_or_none()


def place(
    connection: Connection,
    parts: Sequence[Part],
    *,
    states: Mapping[str, str] | None = None,
    at: datetime,
    actor: str,
) -> None:
    """Writes what orders get in containers whose room was taken: bookings, what waits, events.

    Args:
        connection: the caller's transaction, which holds the orders and the containers.
        parts: what each gets; a quote or what waits becomes less by it.
        states: the new states, by the order's id; those not named stay.
        at: the moment.
        actor: who books.
    """
    given = states or {}
    left: dict[str, dict[str, Any]] = {}  # parameters are of every kind
    events = []
    for part in parts:
        order = part.order
        before, after = order["state"], given.get(order["id"], order["state"])
        now = left.setdefault(order["id"], _asking(order, after, at))
        detail = {
            "container": part.container["id"],
            "reference": part.container["reference"],
            "litres": part.litres,
            "grams": part.grams,
        }
        if before != after and now["first"]:
            detail |= {"from": before, "to": after}
        now["first"] = False
        now["left_litres"] -= part.litres
        now["left_grams"] -= part.grams
        events.append(
            event_row(SubjectKind.ORDER, order["id"], "booked", at=at, actor=actor, detail=detail)
        )
    for now in left.values():
        if not now["left_litres"]:
            now |= {"left_grams": 0, "left_since": None}
    if parts:
        connection.execute(_added(connection), [_booked(part, at) for part in parts])
        connection.execute(_PLACED, list(left.values()))
        connection.execute(noting(), events)


def _asking(order: RowMapping, state: str, at: datetime) -> dict[str, Any]:
    """What an order asks for before it is given anything; a quote begins to wait now.

    ``Any`` because the parameters of a statement are of every kind.
    """
    is_quote = order["state"] != state
    return {
        "the_order": order["id"],
        "new_state": state,
        "left_litres": order["litres"] if is_quote else order["waiting_litres"],
        "left_grams": order["grams"] if is_quote else order["waiting_grams"],
        "left_since": at if is_quote else order["waiting_since"],
        "moment": at,
        "first": True,
    }


def _booked(part: Part, at: datetime) -> dict[str, object]:
    return {
        "order_id": part.order["id"],
        "container_id": part.container["id"],
        "litres": part.litres,
        "grams": part.grams,
        "booked_at": at,
    }


def _added(connection: Connection) -> Any:
    """Bookings; the rest of an order joins what it has in the same container.

    ``Any`` because each database has a class of its own for it.
    """
    table = logistics_bookings
    once = inserting(connection, table)
    return once.on_conflict_do_update(
        index_elements=["order_id", "container_id"],
        set_={
            "litres": table.c.litres + once.excluded.litres,
            "grams": table.c.grams + once.excluded.grams,
        },
    )
