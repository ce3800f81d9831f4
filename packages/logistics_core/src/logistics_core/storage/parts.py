"""An order split over containers, with its merchant's agreement; a rest of it may wait.

It works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs
from sqlalchemy import Connection, RowMapping

from logistics_core.errors import PoolFaults
from logistics_core.measures import BAD_COUNT
from logistics_core.pooling.rooms import Capacity, grams_of_parts, is_full
from logistics_core.storage import _locks
from logistics_core.storage._desk import (
    check_fits_any,
    confirmed_state,
    container_missing,
    has_its_place,
    held_order,
    is_fresh,
    is_id,
    refuse_room,
)
from logistics_core.storage._order_rows import Order, bookings_of
from logistics_core.storage._taking import Part, place, take_room
from logistics_core.storage.containers import ContainerStore, PooledContainer, container_of
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.sailing import sail
from shared_kernel import FaultKind, FaultList, shown

__all__ = ["BookedParts", "book_part"]

MOST_PARTS: Final = 100
MOST_LITRES: Final = 1_000_000

NO_PARTS = FaultKind(
    "order.no_parts", "no container is named: say how many litres go into which, {most} at most"
)
NOT_AGREED = FaultKind(
    "order.split_not_agreed",
    "the order would travel in several parts: its merchant must agree to that first",
)
NOT_ALL_OF_IT = FaultKind(
    "order.parts_not_all",
    "the parts make {given} litres of the {litres}: place all of them, or let the rest wait",
)
MORE_THAN_IT = FaultKind(
    "order.parts_more", "the parts make {given} litres, and the order has {litres}: take less"
)
PART_TOO_SMALL = FaultKind(
    "order.part_too_small",
    "{given} litres are less than the smallest booking, {least}: make this part larger",
)


@attrs.frozen(kw_only=True)
class BookedParts:
    """An order that has its place in one container or more; a rest of it may wait in the pool.

    Args:
        order: as it is now.
        containers: as they are now, in the order they were opened.
        sailed: the ids of those that are full and have gone to sea.
    """

    order: Order
    containers: tuple[PooledContainer, ...]
    sailed: tuple[str, ...]


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

    A quote is confirmed by it. The weight goes by volume, to the gram. The same parts again, of an
    order that has them already, are answered as they are: a double click books once.

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
        PoolFaults: the merchant did not agree, a part is under the smallest booking, the parts are
            not the order, or the rest is larger than any container; each fault with its path.
        NoRoom: one of the containers has not the room; `.offer` is made for that one. Nothing was
            written or locked: the transaction can go on.
        QuoteExpired, MoveRefused, OrderMissing, ContainerMissing: as `booking.book`.
    """
    _check_given(parts)
    with _locks.letting_go(connection):
        # A fresh order comes before containers; one that is none is answered without waiting more.
        row = held_order(connection, order_id, owner=owner)
        if not is_fresh(row):
            places = bookings_of(connection, [order_id]).get(order_id, ())
            if parts.items() <= {each.container_id: each.litres for each in places}.items():
                return _booked(connection, order_id, parts)
            raise has_its_place(row)
        state = confirmed_state(row, at)
        held = _locks.hold_containers(connection, filter(is_id, parts))
        if held.keys() != parts.keys():
            raise container_missing()
        rest = _check_parts(row, parts, held, rest_waits=rest_waits, agreed=agreed)
        made = _made(row, parts, held, rest)
        if rest:
            opened = ContainerStore(connection).open()
            kinds = [Capacity(), *(each.capacity for each in opened)]
            check_fits_any(rest, row["grams"] - sum(part.grams for part in made), kinds)
        full = []
        for part in made:
            taken = take_room(connection, part.container["id"], part.litres, part.grams, at=at)
            if taken is None:
                container = container_of(part.container)
                raise refuse_room(connection, container, part.litres, part.grams)
            now = container_of(taken)
            if is_full(now.capacity, now.load, smallest_litres=now.smallest_litres):
                full.append(taken)
        place(connection, made, states={order_id: state}, at=at, actor=actor)
        sail(connection, full, by="full", at=at, actor=actor)
    return _booked(connection, order_id, parts)


def _check_given(parts: Mapping[str, int]) -> None:
    found = FaultList()
    found.check(0 < len(parts) <= MOST_PARTS, NO_PARTS, "parts", most=MOST_PARTS)
    for container_id, litres in parts.items():
        whole = type(litres) is int and 1 <= litres <= MOST_LITRES
        told = {"given": shown(litres), "least": 1, "most": MOST_LITRES}
        found.check(whole, BAD_COUNT, f"parts[{shown(container_id)}]", **told)
    found.raise_if_any(PoolFaults)


def _check_parts(
    row: RowMapping,
    parts: Mapping[str, int],
    held: Mapping[str, RowMapping],
    *,
    rest_waits: bool,
    agreed: bool,
) -> int:
    """The litres that are left to wait, if the parts may be booked.

    Raises:
        PoolFaults: every fault, each with its path.
    """
    litres, given = row["litres"], sum(parts.values())
    rest: int = litres - given
    found = FaultList()
    found.check(agreed or (len(parts) == 1 and not rest), NOT_AGREED, "agreed")
    found.check(rest >= 0, MORE_THAN_IT, "parts", given=given, litres=litres)
    found.check(rest <= 0 or rest_waits, NOT_ALL_OF_IT, "parts", given=given, litres=litres)
    smallest = {each: held[each]["smallest_litres"] for each in parts}
    for container_id, part in parts.items():
        least = smallest[container_id]
        enough = part >= least or part == litres
        found.check(enough, PART_TOO_SMALL, f"parts[{container_id}]", given=part, least=least)
    if rest > 0:
        least = min(smallest.values())
        found.check(rest >= least, PART_TOO_SMALL, "rest", given=rest, least=least)
    found.raise_if_any(PoolFaults)
    return rest


def _made(
    row: RowMapping,
    parts: Mapping[str, int],
    held: Mapping[str, RowMapping],
    rest: int,
) -> list[Part]:
    """The parts with their weights, in the order they were asked."""
    volumes = [*parts.values(), *([rest] if rest else ())]
    weights = grams_of_parts(volumes, litres=row["litres"], grams=row["grams"])
    return [
        Part(order=row, container=held[container_id], litres=litres, grams=grams)
        for (container_id, litres), grams in zip(parts.items(), weights, strict=False)
    ]


def _booked(connection: Connection, order_id: str, parts: Mapping[str, int]) -> BookedParts:
    containers = ContainerStore(connection).several(parts)
    return BookedParts(
        order=OrderStore(connection).get(order_id),
        containers=containers,
        sailed=tuple(each.id for each in containers if each.closed_at is not None),
    )
