"""The booking desk: orders into containers, into parts of several, or into the waiting pool.

Every function works in the caller's transaction, which commits it: all of it or nothing, and one
operation a transaction. It is exact whoever else books at that moment, in any process and on both
databases; `_locks` says why, and why no two of them ever wait for one another.

What the desk does is spread over a few modules::

    booking       book: an order whole, or the rest of it; wait: into the pool
    parts         book_part: an order split over containers, with its merchant's agreement
    cancelling    cancel_order, cancel_container: room freed, money back in the wallets
    sailing       close_container, advance: the stages, and the orders that go along
    paying        record_payment: from the wallet into the order; hold_order
    pool          propose_from_pool, fill_from_pool: the orders that wait, chosen exactly
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

import attrs
from sqlalchemy import Connection, RowMapping, bindparam, select, update

from logistics_core.pooling.rooms import Capacity, Load, is_full
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
from logistics_core.storage._order_rows import Order, bookings_of, order_of
from logistics_core.storage._taking import Part, place, take, take_room
from logistics_core.storage.containers import ContainerStore, PooledContainer, container_of
from logistics_core.storage.events import SubjectKind, note
from logistics_core.storage.orders import Booking, OrderStore
from logistics_core.storage.parts import BookedParts, book_part
from logistics_core.storage.pooling_tables import logistics_containers, logistics_orders
from logistics_core.storage.sailing import sail

__all__ = ["Booked", "BookedParts", "book", "book_part", "wait"]


@attrs.frozen(kw_only=True)
class Booked:
    """An order that has its place.

    Args:
        order: as it is now.
        container: as it is now.
        sailed: whether the container has gone to sea, filled by this booking.
    """

    order: Order
    container: PooledContainer
    sailed: bool


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
            be had instead. Nothing was written or locked: the transaction can go on.
        PoolFaults: the order is larger than any container.
        QuoteExpired: the quote was not confirmed in time.
        MoveRefused: the order has its place already, or is over.
        OrderMissing: there is no such order, or it is another's.
        ContainerMissing: there is no such container.
        StaleVersion: the order was changed at this very moment, again and again: read it again.
    """
    for _ in range(_locks.ATTEMPTS):
        seen = _seen(connection, order_id, container_id, owner)
        # Somebody may be quicker with the order, or with the last of the room: then look again.
        with suppress(_locks.Again):
            if is_fresh(seen):
                return _book_fresh(connection, seen, at=at, actor=actor)
            return _book_again(connection, seen, at=at, actor=actor)
    raise _locks.changed_meanwhile()


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
    litres, grams = row["litres"], row["grams"]
    opened = ContainerStore(connection).open()
    check_fits_any(litres, grams, [Capacity(), *(each.capacity for each in opened)])
    table = logistics_orders
    waits = update(table).where(table.c.id == order_id)
    connection.execute(
        waits.values(
            state=state,
            waiting_litres=litres,
            waiting_grams=grams,
            waiting_since=at,
            version=row["version"] + 1,
            updated_at=at,
        )
    )
    detail = {"from": row["state"], "to": state, "litres": litres}
    note(connection, SubjectKind.ORDER, order_id, "waits", at=at, actor=actor, detail=detail)
    return OrderStore(connection).get(order_id)


_PREFIX: Final = "container_"
_SEEN: Final = (
    select(
        *logistics_orders.c,
        *(column.label(_PREFIX + column.name) for column in logistics_containers.c),
    )
    .select_from(
        logistics_orders.outerjoin(
            logistics_containers, logistics_containers.c.id == bindparam("the_container")
        )
    )
    .where(logistics_orders.c.id == bindparam("the_order"))
)


def _seen(
    connection: Connection, order_id: str, container_id: str, owner: str | None
) -> RowMapping:
    """The rows of an order and of a container, read at once and without a lock."""
    if not is_id(order_id):
        raise order_missing()
    # What cannot be an identifier is looked for under one that nothing has.
    values = {"the_order": order_id, "the_container": container_id if is_id(container_id) else "-"}
    row = theirs(connection.execute(_SEEN, values).mappings().one_or_none(), owner)
    if row[_PREFIX + "id"] is None:
        raise container_missing()
    return row


def _book_fresh(connection: Connection, seen: RowMapping, *, at: datetime, actor: str) -> Booked:
    """Books an order that has nothing anywhere."""
    container = container_of(seen, _PREFIX)
    litres, grams = asked(seen)
    state = confirmed_state(seen, at)
    _check_room(connection, container, litres, grams)
    order = order_of(seen, ())
    detail = {
        "container": container.id,
        "reference": container.reference,
        "litres": litres,
        "grams": grams,
    }
    if state != seen["state"]:
        detail |= {"from": seen["state"], "to": state}
    values = {
        "the_order": order.id,
        "seen_version": order.version,
        "new_state": state,
        "the_container": container.id,
        "taken_litres": litres,
        "taken_grams": grams,
        "moment": at,
        "the_actor": actor,
        "the_detail": detail,
    }
    row = take(connection, values)
    container = container_of(row)
    if _is_full(container):
        sail(connection, [row], by="full", at=at, actor=actor)
        return _booked(connection, order.id, container.id)
    booking = Booking(
        container_id=container.id,
        reference=container.reference,
        stage=container.stage,
        litres=litres,
        grams=grams,
        booked_at=container.updated_at,
    )
    order = attrs.evolve(
        order,
        state=OrderState(state),
        waiting_litres=0,
        waiting_grams=0,
        waiting_since=None,
        bookings=(booking,),
        version=order.version + 1,
        updated_at=container.updated_at,
    )
    return Booked(order=order, container=container, sailed=False)


def _book_again(connection: Connection, seen: RowMapping, *, at: datetime, actor: str) -> Booked:
    """Answers a double click, or books the rest of a split order."""
    order_id, container_id = seen["id"], seen[_PREFIX + "id"]
    places = bookings_of(connection, [order_id]).get(order_id, ())
    if any(each.container_id == container_id for each in places):
        return _booked(connection, order_id, container_id)
    if not seen["waiting_litres"]:
        raise has_its_place(seen)
    with _locks.letting_go(connection):
        held = _locks.hold_containers(connection, [container_id])[container_id]
        container = container_of(held)
        litres, grams = asked(seen)
        _check_room(connection, container, litres, grams)
        filled = attrs.evolve(container, load=container.load + Load(litres, grams))
        beside = _locks.orders_in(connection, [container_id]) if _is_full(filled) else set()
        row = _locks.hold_orders(connection, {order_id, *beside})[order_id]
        if asked(row) != (litres, grams):
            raise _locks.Again  # its rest was placed, or it was cancelled, while we waited
        taken = take_room(connection, container_id, litres, grams, at=at)
        if taken is None:
            raise _locks.Again
        part = Part(order=row, container=taken, litres=litres, grams=grams)
        place(connection, [part], at=at, actor=actor)
        if _is_full(container_of(taken)):
            sail(connection, [taken], by="full", at=at, actor=actor)
    return _booked(connection, order_id, container_id)


def _check_room(
    connection: Connection, container: PooledContainer, litres: int, grams: int
) -> None:
    """Does nothing when a container takes so much."""
    fits = litres <= container.free_litres and grams <= container.free_grams
    if not (fits and container.takes_bookings):
        raise refuse_room(connection, container, litres, grams)


def _is_full(container: PooledContainer) -> bool:
    return is_full(container.capacity, container.load, smallest_litres=container.smallest_litres)


def _booked(connection: Connection, order_id: str, container_id: str) -> Booked:
    container = ContainerStore(connection).get(container_id)
    return Booked(
        order=OrderStore(connection).get(order_id),
        container=container,
        sailed=container.closed_at is not None,
    )
