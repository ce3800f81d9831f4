"""The booking desk: orders into containers, into parts of several, or into the waiting pool.

Every function works in the caller's transaction, which commits it: all of it or nothing. It is
exact whoever else books at that moment, in any process and on both databases; `_locks` says why,
and why no two of them ever wait for one another.

What the desk does is spread over a few modules, all of them named here::

    booking       book, book_part, wait
    cancelling    cancel_order, cancel_container: room freed, money back in the wallets
    sailing       close_container, advance: the stages, and the orders that go along
    paying        record_payment: from the wallet into the order
    pool          propose_from_pool, fill_from_pool: the orders that wait, chosen exactly
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs
from sqlalchemy import Connection, bindparam, insert, select, update

from logistics_core.errors import PoolFaults
from logistics_core.pooling.rooms import Capacity, Load, grams_of_parts, is_full
from logistics_core.pooling.states import OrderState
from logistics_core.storage import _locks
from logistics_core.storage._desk import (
    asked,
    check_fits_any,
    confirmed_state,
    container_missing,
    has_its_place,
    held_order,
    is_fresh,
    is_id,
    order_missing,
    refuse_room,
    theirs,
)
from logistics_core.storage._order_rows import booking_of, bookings_of, order_of
from logistics_core.storage._taking import room_taken, take
from logistics_core.storage.containers import ContainerStore, PooledContainer, container_of
from logistics_core.storage.events import SubjectKind, event_row, noting
from logistics_core.storage.orders import Order, OrderStore
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_orders,
)
from logistics_core.storage.sailing import sail
from shared_kernel import FaultKind, FaultList, shown

__all__ = ["Booked", "BookedParts", "book", "book_part", "wait"]


@attrs.frozen(kw_only=True)
class Booked:
    """An order that has its place.

    Args:
        order: as it is now.
        container: as it is now.
        sailed: whether this booking filled it, so that it has gone to sea.
    """

    order: Order
    container: PooledContainer
    sailed: bool


@attrs.frozen(kw_only=True)
class BookedParts:
    """An order that has its place in one container or more; a rest of it may wait in the pool.

    Args:
        order: as it is now.
        containers: as they are now, by their id.
        sailed: the ids of those that this filled, so that they have gone to sea.
    """

    order: Order
    containers: tuple[PooledContainer, ...]
    sailed: tuple[str, ...]


def book(
    connection: Connection,
    order_id: str,
    container_id: str,
    *,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> Booked:
    """Books an order whole into a container, or the rest of it that waits in the pool.

    A quote is confirmed by it. An order that is booked in that container already is answered as it
    is: a double click books once.

    Args:
        connection: the caller's transaction.
        order_id: which order.
        container_id: which container.
        owner: whose order it must be; None for whoever may book every order.
        at: the moment, an aware datetime.
        actor: who books.

    Raises:
        NoRoom: the container has not the room, or takes nothing any more; `.offer` says what can
            be had instead. Nothing was written: the transaction can go on.
        PoolFaults: the order is larger than any container.
        QuoteExpired: the quote was not confirmed in time.
        MoveRefused: the order has its place already, or is over.
        OrderMissing: there is no such order, or it is another's.
        ContainerMissing: there is no such container.
        StaleVersion: the order was changed at this very moment: read it again.
    """
    for _ in range(_locks.ATTEMPTS):
        seen = _seen(connection, order_id, container_id, owner)
        if not is_fresh(seen):
            return _book_again(connection, seen, container_id, at=at, actor=actor)
        booked = _book_fresh(connection, seen, at=at, actor=actor)
        if booked is not None:
            return booked
        # Somebody was quicker with the order, or with the last of the room: look again.
    raise _locks.changed_meanwhile()


def book_part(
    connection: Connection,
    order_id: str,
    parts: Mapping[str, int],
    *,
    rest_waits: bool = False,
    agreed: bool,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> BookedParts:
    """Books an order in parts: each container gets the litres said, and a rest may wait.

    A quote is confirmed by it. The same parts again, of an order that has them already, are
    answered as they are.

    Args:
        connection: the caller's transaction.
        order_id: which order: a quote, or one of which everything waits.
        parts: the litres for each container, by its id.
        rest_waits: whether what the parts leave waits in the pool; without it they must be all.
        agreed: whether the merchant agrees to have the order split.
        owner: whose order it must be; None for whoever may book every order.
        at: the moment, an aware datetime.
        actor: who books.

    Raises:
        PoolFaults: the merchant did not agree, or a part is under the smallest booking, or the
            parts are not the order; every fault, each with its path.
        NoRoom: one of the containers has not the room; `.offer` is made for that one. Nothing was
            written.
        QuoteExpired, MoveRefused, OrderMissing, ContainerMissing: as `book`.
    """
    found = FaultList()
    _check_parts(found, parts)
    found.raise_if_any(PoolFaults)
    with _locks.letting_go(connection):
        row = held_order(connection, order_id, owner=owner)
        if not is_fresh(row):
            return _has_these_parts(connection, row, parts)
        state = confirmed_state(row, at)
        rest = row["litres"] - sum(parts.values())
        found.check(agreed or (len(parts) == 1 and not rest), NOT_AGREED, "agreed")
        found.check(rest == 0 or (rest > 0 and rest_waits), NOT_THE_ORDER, "parts",
                    given=sum(parts.values()), litres=row["litres"])  # fmt: skip
        found.raise_if_any(PoolFaults)
        return _book_parts(connection, row, state, parts, at=at, actor=actor)


def wait(
    connection: Connection,
    order_id: str,
    *,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> Order:
    """Confirms a quote into the waiting pool; an order that waits already stays as it is.

    Raises:
        PoolFaults: the order is larger than any container.
        QuoteExpired, MoveRefused, OrderMissing: as `book`.
    """
    row = held_order(connection, order_id, owner=owner)
    if row["state"] != OrderState.QUOTE.value:
        if not is_fresh(row):
            raise has_its_place(row)
        return order_of(row, ())
    state = confirmed_state(row, at)
    opened = ContainerStore(connection).open()
    check_fits_any(
        row["litres"], row["grams"], [Capacity(), *(each.capacity for each in opened)]
    )
    detail = {"from": row["state"], "to": state, "litres": row["litres"]}
    _confirm(connection, row, state, (row["litres"], row["grams"]), at=at)
    event = event_row(
        SubjectKind.ORDER, order_id, "waits", at=at, actor=actor, detail=detail
    )
    connection.execute(noting(), event)
    return OrderStore(connection).get(order_id)


def _seen(
    connection: Connection, order_id: str, container_id: str, owner: str | None
) -> Mapping[str, Any]:
    """The rows of an order and of a container, read at once and without a lock."""
    row = None
    if is_id(order_id):
        if not is_id(container_id):
            theirs(connection.execute(_ORDER, {"the_order": order_id}).mappings().one_or_none(), owner)
            raise container_missing()
        values = {"the_order": order_id, "the_container": container_id}
        row = connection.execute(_SEEN, values).mappings().one_or_none()
    found = theirs(row, owner)
    if found["container_id"] is None:
        raise container_missing()
    return found
