"""What the modules of the booking desk share: reading, refusing, and catching up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection, RowMapping, insert, select, update

from logistics_core.errors import (
    ContainerMissing,
    MoveRefused,
    NoRoom,
    OrderMissing,
    PoolFaults,
    QuoteExpired,
)
from logistics_core.pooling.rooms import Capacity, fits, offer
from logistics_core.pooling.stages import SEA_ROUTE, Stage
from logistics_core.pooling.states import OrderState, catching_up
from logistics_core.storage import _locks
from logistics_core.storage.events import SubjectKind, event_row
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_orders,
)
from shared_kernel import FaultKind

if TYPE_CHECKING:
    from logistics_core.storage.containers import PooledContainer

LARGER_THAN_ANY = FaultKind(
    "order.larger_than_any",
    "an order of {given} CBM is larger than any container, which takes {most}: split it over "
    "several, or make several orders of it",
)
HEAVIER_THAN_ANY = FaultKind(
    "order.heavier_than_any",
    "an order of {given} kg is heavier than any container takes, {most}: split it over several, "
    "or make several orders of it",
)


def is_id(value: object) -> bool:
    """Whether a text can name something here; what cannot is simply not there."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= 64
        and value.isprintable()
        and value == value.strip()
    )


def order_missing() -> OrderMissing:
    """What is raised for an order that is not there, and for another's, alike."""
    return OrderMissing("there is no such order here")


def container_missing() -> ContainerMissing:
    """What is raised for a container that is not there."""
    return ContainerMissing("there is no such container here")


def held_order(connection: Connection, order_id: str, *, owner: str | None = None) -> RowMapping:
    """Locks an order, and gives its row as it is now.

    Raises:
        OrderMissing: there is no such order, or it is another's.
    """
    row = _locks.hold_orders(connection, [order_id]).get(order_id) if is_id(order_id) else None
    return theirs(row, owner)


def theirs(row: RowMapping | None, owner: str | None) -> RowMapping:
    """The row of an order, if there is one and whoever asks may see it."""
    if row is None or (owner is not None and row["owner"] != owner):
        raise order_missing()
    return row


def is_fresh(row: RowMapping) -> bool:
    """Whether an order has nothing in any container, and can be given its place."""
    nothing_booked: bool = row["waiting_litres"] == row["litres"]
    return nothing_booked or row["state"] == OrderState.QUOTE.value


def asked(row: RowMapping) -> tuple[int, int]:
    """The litres and grams that an order still asks for: all of a quote, what waits of others."""
    if row["state"] == OrderState.QUOTE.value:
        return row["litres"], row["grams"]
    return row["waiting_litres"], row["waiting_grams"]


def confirmed_state(row: RowMapping, at: datetime) -> str:
    """The state an order has once it has its place.

    Raises:
        QuoteExpired: it is a quote, and was not confirmed in time.
    """
    state: str = row["state"]
    if state != OrderState.QUOTE.value:
        return state
    if at >= row["valid_until"]:
        raise QuoteExpired(
            "this quote was valid until {until}: ask for another one",
            until=row["valid_until"].isoformat(timespec="minutes"),
        )
    return OrderState.CONFIRMED.value


def has_its_place(row: RowMapping) -> MoveRefused:
    """What is raised for an order that asks for no room."""
    if OrderState(row["state"]).is_over:
        return MoveRefused(
            "the order {number} is {state}: it takes no room any more",
            number=str(row["number"]),
            state=row["state"],
        )
    return MoveRefused(
        "the order {number} has its place already: cancel it first", number=str(row["number"])
    )


def check_fits_any(litres: int, grams: int, containers: Iterable[Capacity]) -> None:
    """Does nothing when some container, empty, takes an order whole.

    Raises:
        PoolFaults: it is larger, or heavier, than every one of them.
    """
    some = list(containers)
    if any(fits(litres, grams, capacity=each) for each in some):
        return
    most_litres = max(each.billed_litres for each in some)
    if litres > most_litres:
        told = {"given": _thousandth(litres), "most": _thousandth(most_litres)}
        raise PoolFaults.of(LARGER_THAN_ANY, "volume_cbm", **told)
    most_grams = max(each.payload_grams for each in some if each.billed_litres >= litres)
    told = {"given": _thousandth(grams), "most": _thousandth(most_grams)}
    raise PoolFaults.of(HEAVIER_THAN_ANY, "weight_kg", **told)


def refuse_room(
    connection: Connection, container: PooledContainer, litres: int, grams: int
) -> NoRoom:
    """What is raised when a container does not take so much, with what can be had instead.

    Raises:
        PoolFaults: no container takes it, even empty.
    """
    from logistics_core.storage.containers import ContainerStore

    others = ContainerStore(connection).open()
    check_fits_any(litres, grams, [container.capacity, *(each.capacity for each in others)])
    proposed = offer(
        litres,
        grams,
        container=container,
        others=others,
        smallest_litres=container.smallest_litres,
    )
    if not container.takes_bookings:
        error = NoRoom(
            "the container {reference} takes no bookings any more: choose another one, or wait "
            "for room",
            reference=container.reference,
        )
        proposed = attrs.evolve(proposed, part_litres=None)
    elif litres > container.free_litres:
        error = NoRoom(
            "the container {reference} has {free} CBM left, and {asked} are asked: choose another "
            "one, book a part, or wait for room",
            reference=container.reference,
            free=_thousandth(container.free_litres),
            asked=_thousandth(litres),
        )
    else:
        error = NoRoom(
            "the container {reference} takes {free} kg more, and {asked} are asked: choose another "
            "one, book a part, or wait for room",
            reference=container.reference,
            free=_thousandth(container.free_grams),
            asked=_thousandth(grams),
        )
    error.offer = proposed
    return error


def _thousandth(value: int) -> str:
    """Litres as CBM, grams as kilograms, without needless zeros.

    >>> _thousandth(76_000), _thousandth(76_100), _thousandth(5)
    ('76', '76.1', '0.005')
    """
    whole, rest = divmod(value, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def catch_up(
    connection: Connection,
    rows: Iterable[RowMapping],
    *,
    paid: bool = False,
    at: datetime,
    actor: str,
) -> None:
    """Brings orders up to their containers, whose stages are read now; each move is recorded.

    Args:
        connection: the caller's transaction.
        rows: of the orders, held by this transaction and as they are now.
        paid: the payment of these orders has just been completed.
        at: the moment.
        actor: who did what they follow.
    """
    following = {row["id"]: row for row in rows if paid or row["state"] in (_PAID, _SHIPPED)}
    stages = _stages_of(connection, following)
    ends: dict[str, list[str]] = {}
    events = []
    for order_id, row in following.items():
        before = row["state"]
        moves = catching_up(
            OrderState(before),
            paid=True,
            stages=stages.get(order_id, ()),
            waits=row["waiting_litres"] > 0,
        )
        for move in moves:
            detail = {"from": before, "to": move.value}
            action = _ACTIONS[move]
            events.append(
                event_row(SubjectKind.ORDER, order_id, action, at=at, actor=actor, detail=detail)
            )
            before = move.value
        if moves:
            ends.setdefault(before, []).append(order_id)
    table = logistics_orders
    for state, order_ids in ends.items():
        for some in _locks.rounds(order_ids):
            connection.execute(
                update(table)
                .where(table.c.id.in_(some))
                .values(state=state, version=table.c.version + 1, updated_at=at)
            )
    if events:
        connection.execute(insert(logistics_events), events)


_PAID = OrderState.PAID.value
_SHIPPED = OrderState.SHIPPED.value
_ACTIONS = {
    OrderState.PAID: "settled",
    OrderState.SHIPPED: "shipped",
    OrderState.RECEIVED: "received",
}


def _stages_of(connection: Connection, order_ids: Iterable[str]) -> dict[str, list[Stage]]:
    """The stage of the container of each part, by the order's id."""
    bookings, containers = logistics_bookings.c, logistics_containers.c
    found: dict[str, list[Stage]] = {}
    for some in _locks.rounds(order_ids):
        statement = (
            select(bookings.order_id, containers.stage)
            .join_from(
                logistics_bookings, logistics_containers, bookings.container_id == containers.id
            )
            .where(bookings.order_id.in_(some))
        )
        for order_id, stage in connection.execute(statement):
            found.setdefault(order_id, []).append(SEA_ROUTE.get(stage))
    return found
