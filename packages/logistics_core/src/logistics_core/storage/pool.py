"""The waiting pool: which of the orders that wait fill a container best, and booking them.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs
from sqlalchemy import Connection, RowMapping

from logistics_core.errors import MoveRefused
from logistics_core.pooling.choosing import Choice, PoolOrder, choose
from logistics_core.pooling.rooms import Load, is_full, room_left
from logistics_core.storage import _locks
from logistics_core.storage._desk import asked, container_missing, is_id
from logistics_core.storage._taking import Part, place, take_room
from logistics_core.storage.containers import ContainerStore, PooledContainer, container_of
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.sailing import sail

__all__ = ["Filled", "fill_from_pool", "propose_from_pool"]


@attrs.frozen(kw_only=True)
class Filled:
    """A container that was filled from the pool.

    Args:
        choice: what was chosen, and whether nothing fills it better.
        booked: the ids of the orders that now have their place, in the order of the choice.
        container: as it is now.
        sailed: whether it is full and has gone to sea.
    """

    choice: Choice
    booked: tuple[str, ...]
    container: PooledContainer
    sailed: bool


def propose_from_pool(connection: Connection, container_id: str, *, at: datetime) -> Choice:
    """Gives the orders of the pool that would fill a container best; writes nothing.

    Raises:
        MoveRefused: it takes no bookings any more.
        ContainerMissing: there is no such container.
    """
    container = _taking_bookings(ContainerStore(connection).get(container_id))
    return _choice(OrderStore(connection).waiting(), container, at)


def fill_from_pool(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> Filled:
    """Books the orders of the pool that fill a container best.

    An order that somebody else holds at this moment is left out, and the choice made without it.

    Args:
        connection: the caller's transaction.
        container_id: which container.
        at: the moment, an aware datetime: those who wait long come first.
        actor: who fills it.

    Raises:
        MoveRefused: it takes no bookings any more.
        ContainerMissing: there is no such container.
    """
    given = [container_id] if is_id(container_id) else []
    row = _locks.hold_containers(connection, given).get(container_id)
    if row is None:
        raise container_missing()
    container = _taking_bookings(container_of(row))
    busy: set[str] = set()
    beside_held = False
    while True:
        pool = [each for each in OrderStore(connection).waiting() if each.id not in busy]
        choice = _choice(pool, container, at)
        if not choice.ids:
            return Filled(choice=choice, booked=(), container=container, sailed=False)
        if _fills(choice, container) and not beside_held:
            # Those that go along are held before those that are chosen: see `_locks`.
            _locks.hold_orders(connection, _locks.orders_in(connection, [container_id]))
            beside_held = True
        try:
            with _locks.letting_go(connection):
                _take(connection, container, choice, pool, at=at, actor=actor)
        except _Missed as missed:
            busy |= missed.order_ids
            continue
        now = ContainerStore(connection).get(container_id)
        sailed = now.closed_at is not None
        return Filled(choice=choice, booked=choice.ids, container=now, sailed=sailed)


class _Missed(Exception):
    """Chosen orders that somebody else holds, or that changed since they were read."""

    def __init__(self, order_ids: Iterable[str]) -> None:
        super().__init__()
        self.order_ids = frozenset(order_ids)


def _take(
    connection: Connection,
    container: PooledContainer,
    choice: Choice,
    pool: Iterable[PoolOrder],
    *,
    at: datetime,
    actor: str,
) -> None:
    """Books what was chosen, if every order of it is free and as it was."""
    wanted = {each.id: (each.litres, each.grams) for each in pool}
    held = _locks.hold_free_orders(connection, choice.ids)
    missed = [each for each in choice.ids if each not in held or asked(held[each]) != wanted[each]]
    if missed:
        raise _Missed(missed)
    taken = take_room(connection, container.id, choice.litres, choice.grams, at=at)
    if taken is None:  # the row is held, and was chosen for
        raise _locks.changed_meanwhile()
    parts = [_part(held[each], taken) for each in choice.ids]
    place(connection, parts, at=at, actor=actor)
    if _fills(choice, container):
        sail(connection, [taken], by="full", at=at, actor=actor)


def _part(order: RowMapping, container: RowMapping) -> Part:
    litres, grams = asked(order)
    return Part(order=order, container=container, litres=litres, grams=grams)


def _taking_bookings(container: PooledContainer) -> PooledContainer:
    if not container.takes_bookings:
        raise MoveRefused(
            "the container {reference} takes no bookings any more: fill another one",
            reference=container.reference,
        )
    return container


def _choice(pool: Iterable[PoolOrder], container: PooledContainer, at: datetime) -> Choice:
    return choose(pool, room_left(container.capacity, container.load), at=at)


def _fills(choice: Choice, container: PooledContainer) -> bool:
    """Whether a choice fills a container, so that it goes to sea."""
    load = container.load + Load(choice.litres, choice.grams)
    return is_full(container.capacity, load, smallest_litres=container.smallest_litres)
