"""How orders are looked for: by what they are, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, select

from logistics_core.pooling.states import OrderState
from logistics_core.storage.pooling_tables import logistics_bookings, logistics_orders

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["OrderSort", "filters", "of_number", "sorted_by"]


class OrderSort(StrEnum):
    """In which order a list of orders is."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    """By volume."""
    DEAREST = "dearest"
    """By what the merchant pays."""


def filters(
    state: OrderState | Iterable[OrderState] | None,
    category: str | None,
    container_id: str | None,
    owner: str | Iterable[str] | None,
    waiting: bool | None,
    search: str,
) -> list[ColumnElement[bool]]:
    """What the orders looked for must be; see `OrderStore.page`."""
    table = logistics_orders.c
    found: list[ColumnElement[bool]] = []
    if state is not None:
        states = [state] if isinstance(state, OrderState) else list(state)
        found.append(table.state.in_([each.value for each in states]))
    if category is not None:
        found.append(table.category == category)
    if container_id is not None:
        bookings = logistics_bookings.c
        inside = select(bookings.order_id).where(bookings.container_id == container_id)
        found.append(table.id.in_(inside))
    if owner is not None:
        found.append(table.owner.in_([owner] if isinstance(owner, str) else list(owner)))
    if waiting is not None:
        found.append(table.waiting_litres > 0 if waiting else table.waiting_litres == 0)
    if search.strip():
        digits = search.strip().removeprefix("#").strip()
        told = digits.isascii() and digits.isdigit() and len(digits) < 10
        found.append(of_number(int(digits)) if told else false())
    return found


def of_number(number: int) -> ColumnElement[bool]:
    """The order that people call by a number."""
    # What is beyond the column's 32 bits is a number that no order has, and no error.
    return logistics_orders.c.number == number if 0 < number < 2**31 else false()


def sorted_by(sort: OrderSort) -> tuple[ColumnElement[Any], ...]:
    """The columns that orders are sorted by. ``Any`` because they are of every kind."""
    table = logistics_orders.c
    newest = table.number.desc()
    orders: dict[OrderSort, tuple[ColumnElement[Any], ...]] = {
        OrderSort.NEWEST: (newest,),
        OrderSort.OLDEST: (table.number,),
        OrderSort.LARGEST: (table.litres.desc(), newest),
        OrderSort.DEAREST: (table.total_minor.desc(), newest),
    }
    return orders[sort]
