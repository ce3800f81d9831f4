"""Orders as values, and between their rows and those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection, RowMapping, select

from logistics_core.pooling.states import OrderState
from logistics_core.storage._locks import rounds
from logistics_core.storage.pooling_tables import logistics_bookings, logistics_containers
from logistics_core.tariffs.documents import (
    client_quote_from_json,
    client_quote_to_document,
    purchase_from_json,
    purchase_to_document,
)

if TYPE_CHECKING:
    from logistics_core.storage.events import Event
    from logistics_core.tariffs import ClientQuote, Purchase

__all__ = [
    "Booking",
    "Order",
    "booking_of",
    "bookings_of",
    "order_document",
    "order_of",
    "orders_of",
]


@attrs.frozen(kw_only=True)
class Booking:
    """What an order has in one container.

    Args:
        container_id: which container.
        reference: what people call it.
        stage: the code of its stage now.
        litres: the volume booked there.
        grams: the weight booked there; 0 where it was not told.
        booked_at: when (UTC).
    """

    container_id: str
    reference: str
    stage: str
    litres: int
    grams: int
    booked_at: datetime


@attrs.frozen(kw_only=True)
class Order:
    """An order as it is kept. Nothing in it tells a cost or a margin.

    Args:
        id: its identifier.
        number: what people call it: 1, 2, 3 ...
        owner: the merchant: an identifier that means nothing here.
        state: where it stands.
        purchase_json: what is bought, as it is kept; `purchase` reads it.
        quote_json: what it is sold under, as it is kept; `quote` reads it.
        commission: what was agreed with the merchant instead of the tariff's; None is the tariff's.
        litres: the room it takes.
        grams: its weight; 0 where it was not told.
        priority: 0 is the most urgent, 9 the least.
        waiting_litres: what of it waits in the pool for room: all, a rest, or nothing.
        waiting_grams: the weight of that.
        waiting_since: since when it waits (UTC); None when nothing does.
        bookings: what is booked, the first booking first, then by the reference.
        version: 1, and 1 more with each change.
        created_at: when it was added (UTC).
        updated_at: when it was last changed (UTC).
    """

    id: str
    number: int
    owner: str
    state: OrderState
    purchase_json: str = attrs.field(repr=False)
    quote_json: str = attrs.field(repr=False)
    commission: Decimal | None = None
    litres: int
    grams: int
    priority: int
    waiting_litres: int
    waiting_grams: int
    waiting_since: datetime | None
    bookings: tuple[Booking, ...]
    version: int
    created_at: datetime
    updated_at: datetime

    # Read when they are asked for: a booking has no use for them, and a list may be long.
    @cached_property
    def purchase(self) -> Purchase:
        """What is bought.

        Raises:
            PurchaseFaults: what is kept is not a document that can be read.
        """
        return purchase_from_json(self.purchase_json)

    @cached_property
    def quote(self) -> ClientQuote:
        """What it is sold under.

        Raises:
            PurchaseFaults: what is kept is not a document that can be read.
        """
        return client_quote_from_json(self.quote_json)

    @property
    def booked_litres(self) -> int:
        """The volume that has its place in containers."""
        return sum(each.litres for each in self.bookings)

    @property
    def waits(self) -> bool:
        """Whether all of it, or a rest, waits in the pool."""
        return self.waiting_litres > 0


def order_of(row: RowMapping, bookings: Sequence[Booking]) -> Order:
    """The order of a row."""
    return Order(
        id=row["id"],
        number=row["number"],
        owner=row["owner"],
        state=OrderState(row["state"]),
        purchase_json=row["purchase"],
        quote_json=row["client_quote"],
        commission=row["commission"],
        litres=row["litres"],
        grams=row["grams"],
        priority=row["priority"],
        waiting_litres=row["waiting_litres"],
        waiting_grams=row["waiting_grams"],
        waiting_since=row["waiting_since"],
        bookings=tuple(bookings),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def orders_of(connection: Connection, rows: Iterable[RowMapping]) -> tuple[Order, ...]:
    """The orders of rows, in their order, with what is booked of each."""
    kept = list(rows)
    booked = bookings_of(connection, [row["id"] for row in kept])
    return tuple(order_of(row, booked.get(row["id"], ())) for row in kept)


def bookings_of(connection: Connection, order_ids: Iterable[str]) -> dict[str, list[Booking]]:
    """What is booked of several orders, the first booking first, by the order's id."""
    table, containers = logistics_bookings.c, logistics_containers.c
    found: dict[str, list[Booking]] = {}
    for some in rounds(order_ids):
        statement = (
            select(logistics_bookings, containers.reference, containers.stage)
            .join_from(
                logistics_bookings, logistics_containers, table.container_id == containers.id
            )
            .where(table.order_id.in_(some))
            .order_by(table.booked_at, containers.reference)
        )
        for row in connection.execute(statement).mappings():
            found.setdefault(row["order_id"], []).append(booking_of(row))
    return found


def booking_of(row: RowMapping) -> Booking:
    """What a row books."""
    return Booking(
        container_id=row["container_id"],
        reference=row["reference"],
        stage=row["stage"],
        litres=row["litres"],
        grams=row["grams"],
        booked_at=row["booked_at"],
    )


def order_document(order: Order, events: Iterable[Event]) -> dict[str, object]:
    """All that is kept of an order, ready for JSON; no cost and no margin."""
    return {
        "id": order.id,
        "number": order.number,
        "state": order.state.value,
        "purchase": purchase_to_document(order.purchase),
        "quote": client_quote_to_document(order.quote),
        "litres": order.litres,
        "grams": order.grams,
        "waiting_litres": order.waiting_litres,
        "waiting_since": order.waiting_since and order.waiting_since.isoformat(),
        "bookings": [
            {
                "container": each.reference,
                "stage": each.stage,
                "litres": each.litres,
                "grams": each.grams,
                "booked_at": each.booked_at.isoformat(),
            }
            for each in order.bookings
        ],
        "events": [
            {
                "at": each.at.isoformat(),
                "actor": each.actor,
                "action": each.action,
                "detail": dict(each.detail),
            }
            for each in events
        ],
        "created_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
    }
