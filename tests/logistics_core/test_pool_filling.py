"""Filling a container from the pool: what is proposed is what is booked, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection
from testkit.pooling import DONE, LATER, a_container, an_order, give

from logistics_core.errors import ContainerMissing, MoveRefused
from logistics_core.pooling import OrderState
from logistics_core.storage import ContainerStore, OrderStore
from logistics_core.storage.booking import book, book_part, wait
from logistics_core.storage.cancelling import cancel_container, cancel_order
from logistics_core.storage.paying import record_payment
from logistics_core.storage.pool import fill_from_pool, propose_from_pool
from logistics_core.storage.sailing import close_container


def waiting(connection: Connection, *litres: int, **told: object) -> list[str]:
    """Orders of these volumes that wait; their ids."""
    made = [an_order(connection, each, **told) for each in litres]  # type: ignore[arg-type]  # named
    for order in made:
        wait(connection, order.id, **DONE)
    return [order.id for order in made]


def test_what_is_proposed_is_booked(connection: Connection) -> None:
    """The exact best of the pool; the rest waits on, and a proposal writes nothing."""
    container = a_container(connection, litres=10_000)
    book(connection, an_order(connection, 1_000).id, container.id, **DONE)
    ids = waiting(connection, 5_000, 4_600, 3_900, 700)
    proposed = propose_from_pool(connection, container.id, at=LATER)
    assert (set(proposed.ids), proposed.litres) == ({ids[0], ids[2]}, 8_900)
    assert ContainerStore(connection).get(container.id).load.litres == 1_000
    filled = fill_from_pool(connection, container.id, **DONE)
    assert (filled.choice, filled.booked, filled.sailed) == (proposed, proposed.ids, True)
    assert filled.container == ContainerStore(connection).get(container.id)
    assert (filled.container.stage, filled.container.load.litres) == ("mer", 9_900)
    store = OrderStore(connection)
    assert {order.id for order in store.waiting()} == {ids[1], ids[3]}
    placed = store.get(ids[0])
    assert (placed.state, placed.waits, placed.waiting_since) == (OrderState.CONFIRMED, False, None)
    booked = store.history(ids[0])[-1]
    assert (booked.action, booked.actor, booked.after) == ("booked", "ann", None)


def test_the_most_urgent_come_first_and_nobody_waits_for_ever(connection: Connection) -> None:
    """A class of priority gives up no litre for a fuller container; the overdue before all."""
    container = a_container(connection, litres=10_000)
    (late,) = waiting(connection, 6_000, priority=9)
    overdue = DONE["at"] + timedelta(days=28)
    urgent = an_order(connection, 5_000, priority=0)
    usual = an_order(connection, 9_999)
    for order in (urgent, usual):
        wait(connection, order.id, at=LATER + timedelta(hours=1), actor="ann")
    assert propose_from_pool(connection, container.id, at=LATER).ids == (urgent.id,)
    assert propose_from_pool(connection, container.id, at=overdue).ids[0] == late


def test_a_filling_takes_paid_orders_along(connection: Connection) -> None:
    """A rest beside its first part, a paid order that waited: shipped when it goes to sea."""
    container = a_container(connection, litres=10_000)
    split = an_order(connection, 6_000)
    told = {"rest_waits": True, "agreed": True, **DONE}
    book_part(connection, split.id, {container.id: 2_000}, **told)
    (other,) = waiting(connection, 3_700)
    for order_id in (split.id, other):
        order = OrderStore(connection).get(order_id)
        give(connection, "ann", order.quote.total, key=order_id)
        record_payment(connection, order_id, key=f"{order_id} paid", **DONE)
    filled = fill_from_pool(connection, container.id, **DONE)
    assert (filled.sailed, set(filled.booked)) == (True, {split.id, other})
    store = OrderStore(connection)
    assert {store.get(each).state for each in filled.booked} == {OrderState.SHIPPED}
    (place,) = store.get(split.id).bookings
    assert (place.litres, store.get(split.id).waits) == (6_000, False)


def test_a_payload_is_never_exceeded(connection: Connection) -> None:
    """The weights of what waits count as well as the volumes."""
    container = a_container(connection, litres=10_000, kg=1_000)
    heavy = an_order(connection, 9_000, kg=1_001)
    light = an_order(connection, 2_000, kg=900)
    book(connection, heavy.id, a_container(connection, "B").id, **DONE)
    waiting(connection, 8_000, kg=200)
    wait(connection, light.id, **DONE)
    filled = fill_from_pool(connection, container.id, **DONE)
    assert (filled.choice.weight_bound, filled.container.load.grams <= 1_000_000) == (True, True)
    assert len(filled.booked) == 1


def test_what_takes_no_bookings_is_not_filled(connection: Connection) -> None:
    """A closed container, a cancelled one, one that is not there; an empty pool fills nothing."""
    open_one, closed, gone = (a_container(connection, name) for name in ("A", "B", "C"))
    close_container(connection, closed.id, **DONE)
    cancel_container(connection, gone.id, **DONE)
    (order_id,) = waiting(connection, 1_000)
    for container in (closed, gone):
        with pytest.raises(MoveRefused):
            propose_from_pool(connection, container.id, at=LATER)
        with pytest.raises(MoveRefused):
            fill_from_pool(connection, container.id, **DONE)
    for container_id in ("nothing", "x" * 99):
        with pytest.raises(ContainerMissing):
            fill_from_pool(connection, container_id, **DONE)
    cancel_order(connection, order_id, **DONE)
    filled = fill_from_pool(connection, open_one.id, **DONE)
    assert (filled.booked, filled.container, filled.sailed) == ((), open_one, False)
