"""Cancelling: the room of an order is freed, and what was paid goes back to the wallet.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from logistics_core.errors import MoveRefused
from logistics_core.pooling.stages import SEA_ROUTE
from logistics_core.pooling.states import OrderState, check_move
from logistics_core.storage import _locks
from logistics_core.storage._desk import container_missing, is_id, order_missing, theirs
from logistics_core.storage._order_rows import Order
from logistics_core.storage.containers import ContainerStore, PooledContainer
from logistics_core.storage.events import SubjectKind, event_row, note
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_orders,
)
from logistics_core.storage.wallets import WalletStore

__all__ = ["CancelledContainer", "cancel_container", "cancel_order"]


@attrs.frozen(kw_only=True)
class CancelledContainer:
    """A container that was cancelled, with the orders it took along.

    Args:
        container: as it is now.
        orders: cancelled with it, the oldest first; none when it was cancelled before.
    """

    container: PooledContainer
    orders: tuple[Order, ...]


def cancel_order(
    connection: Connection,
    order_id: str,
    *,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> Order:
    """Cancels an order while its containers still take bookings, and refunds what was paid.

    The room it had can be booked by others at once. An order that is cancelled already stays as it
    is.

    Args:
        connection: the caller's transaction.
        order_id: which order.
        owner: whose order it must be; None for whoever may cancel every order.
        at: the moment, an aware datetime.
        actor: who cancels.

    Raises:
        MoveRefused: it has left, or was received.
        OrderMissing: there is no such order, or it is another's.
    """
    if not is_id(order_id):
        raise order_missing()

    def containers() -> set[str]:
        return _locks.containers_of(connection, [order_id])

    held, orders = _locks.holding(connection, containers, lambda: {order_id})
    row = theirs(orders.get(order_id), owner)
    if row["state"] != _CANCELLED:
        check_move(OrderState(row["state"]), OrderState.CANCELLED)
        for container in held.values():
            if container["closed_at"] is not None:
                raise MoveRefused(
                    "the order {number} has left with the container {reference}: it can be "
                    "cancelled with its container only",
                    number=str(row["number"]),
                    reference=container["reference"],
                )
        _cancel(connection, [row], at=at, actor=actor, detail={})
    return OrderStore(connection).get(order_id)


def cancel_container(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> CancelledContainer:
    """Cancels a container: every order of it is cancelled and refunded to its merchant's wallet.

    The parts those orders have in other containers are freed. A container that is cancelled already
    stays as it is.

    Args:
        connection: the caller's transaction.
        container_id: which container, at any stage but the last.
        at: the moment, an aware datetime.
        actor: who cancels.

    Raises:
        MoveRefused: it has arrived: its orders were handed over.
        ContainerMissing: there is no such container.
    """
    if not is_id(container_id):
        raise container_missing()

    def orders() -> set[str]:
        return _locks.orders_in(connection, [container_id])

    def containers() -> set[str]:
        return {container_id, *_locks.containers_of(connection, orders())}

    held, rows = _locks.holding(connection, containers, orders)
    container = held.get(container_id)
    if container is None:
        raise container_missing()
    if container["cancelled_at"] is None:
        if SEA_ROUTE.get(container["stage"]).final:
            raise MoveRefused(
                "the container {reference} has arrived, and its orders were handed over: it "
                "cannot be cancelled any more",
                reference=container["reference"],
            )
        detail = {"container": container_id, "reference": container["reference"]}
        _cancel(connection, rows.values(), at=at, actor=actor, detail=detail)
        table = logistics_containers
        connection.execute(
            update(table)
            .where(table.c.id == container_id)
            .values(cancelled_at=at, version=table.c.version + 1, updated_at=at)
        )
        note(
            connection,
            SubjectKind.CONTAINER,
            container_id,
            "cancelled",
            at=at,
            actor=actor,
            detail={"stage": container["stage"], "orders": len(rows)},
        )
    return CancelledContainer(
        container=ContainerStore(connection).get(container_id),
        orders=OrderStore(connection).several(rows),
    )


_CANCELLED = OrderState.CANCELLED.value


def _cancel(
    connection: Connection,
    rows: Iterable[RowMapping],
    *,
    at: datetime,
    actor: str,
    detail: Mapping[str, object],
) -> None:
    """Cancels orders: their room is freed, and what was paid goes back.

    Args:
        connection: the caller's transaction, which holds the orders and all their containers.
        rows: of the orders.
        at: the moment.
        actor: who cancels.
        detail: what else their events tell.
    """
    by_id = {row["id"]: row for row in rows}
    if not by_id:
        return
    _free(connection, by_id, at=at)
    table = logistics_orders
    for some in _locks.rounds(by_id):
        connection.execute(
            update(table)
            .where(table.c.id.in_(some))
            .values(
                state=_CANCELLED,
                waiting_litres=0,
                waiting_grams=0,
                waiting_since=None,
                version=table.c.version + 1,
                updated_at=at,
            )
        )
    events = [
        event_row(
            SubjectKind.ORDER,
            order_id,
            "cancelled",
            at=at,
            actor=actor,
            detail={**detail, "from": row["state"], "to": _CANCELLED},
        )
        for order_id, row in by_id.items()
    ]
    connection.execute(insert(logistics_events), events)
    _refund(connection, by_id, at=at, actor=actor)


def _free(connection: Connection, order_ids: Iterable[str], *, at: datetime) -> None:
    """Takes the orders out of every container, whose room is free at once."""
    table = logistics_bookings
    freed: dict[str, tuple[int, int]] = {}
    for some in _locks.rounds(order_ids):
        here = table.c.order_id.in_(some)
        for row in connection.execute(select(table).where(here)):
            litres, grams = freed.get(row.container_id, (0, 0))
            freed[row.container_id] = litres + row.litres, grams + row.grams
        connection.execute(delete(table).where(here))
    containers = logistics_containers
    for container_id, (litres, grams) in sorted(freed.items()):
        connection.execute(
            update(containers)
            .where(containers.c.id == container_id)
            .values(
                booked_litres=containers.c.booked_litres - litres,
                booked_grams=containers.c.booked_grams - grams,
                version=containers.c.version + 1,
                updated_at=at,
            )
        )


def _refund(
    connection: Connection, rows: Mapping[str, RowMapping], *, at: datetime, actor: str
) -> None:
    """Gives what was paid into each order back to its merchant's wallet, once."""
    wallets = WalletStore(connection)
    paid = [
        (row["currency"], order_id, row["owner"])
        for order_id, row in rows.items()
        if row["state"] != OrderState.QUOTE.value
    ]
    for currency in sorted({each[0] for each in paid}):
        mine = [each[1:] for each in sorted(paid) if each[0] == currency]
        wallets.hold(
            owners={owner for _, owner in mine},
            orders={order_id for order_id, _ in mine},
            currency=currency,
        )
        for order_id, owner in mine:
            amount = wallets.paid(order_id, currency)
            if not amount.amount:
                continue
            key = f"refund:{order_id}"
            wallets.refund(owner, order_id, amount, key=key, at=at, actor=actor)
            note(
                connection,
                SubjectKind.ORDER,
                order_id,
                "refunded",
                at=at,
                actor=actor,
                detail={"amount": f"{amount.amount:f}", "currency": currency},
            )
