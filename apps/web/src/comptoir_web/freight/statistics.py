"""What was sold: revenue, volume and margin by category, by month and by container.

Quotes and cancelled orders count for nothing. Nothing is converted from one currency to another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field
from sqlalchemy import case, func, select

from comptoir_web.freight.office_values import (
    CategoryFigures,
    ContainerFigures,
    Figures,
    Margins,
    MonthFigures,
)
from logistics_core.pooling import OrderState
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_order_margins,
    logistics_orders,
)
from shared_kernel import add_months, allocate, from_minor, to_minor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from logistics_core.storage.containers import PooledContainer

__all__ = ["SOLD", "container_figures", "figures_of", "months_between"]

SOLD: Final = (OrderState.CONFIRMED, OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED)
"""The states of what was sold."""

_ORDERS: Final = logistics_orders.c
_MARGINS: Final = logistics_order_margins.c
_BOOKED: Final = logistics_bookings.c
_IS_SOLD: Final = _ORDERS.state.in_([state.value for state in SOLD])
_AMOUNTS: Final = (
    _ORDERS.total_minor,
    _MARGINS.margin_exchange_minor,
    _MARGINS.margin_commission_minor,
    _MARGINS.margin_freight_minor,
)
"""Revenue, then what is earned on exchange, commission and freight."""
_WITH_MARGINS: Final = logistics_orders.join(
    logistics_order_margins, _MARGINS.order_id == _ORDERS.id
)
_AT_ONCE: Final = 500


@define
class _Sum:
    """Orders added up; amounts are minor units of one currency, in the order of `_AMOUNTS`."""

    orders: int = 0
    litres: int = 0
    amounts: list[int] = field(factory=lambda: [0] * len(_AMOUNTS))

    def add(self, orders: int, litres: int, amounts: Iterable[int]) -> None:
        self.orders += orders
        self.litres += litres
        self.amounts = [had + more for had, more in zip(self.amounts, amounts, strict=True)]

    def figures(self, currency: str) -> dict[str, Any]:
        """What the classes of figures have in common, by their names."""
        revenue, exchange, commission, freight = (
            from_minor(amount, currency) for amount in self.amounts
        )
        return {
            "orders": self.orders,
            "litres": self.litres,
            "revenue": revenue,
            "margins": Margins(exchange=exchange, commission=commission, freight=freight),
        }


# -- by category and by month ---------------------------------------------------------------------


def months_between(since: date | None, until: date | None, *, today: date) -> tuple[date, ...]:
    """The first days of the months asked for, at most ten years of them.

    >>> [str(day) for day in months_between(date(2025, 11, 9), None, today=date(2026, 1, 5))]
    ['2025-11-01', '2025-12-01', '2026-01-01']
    >>> len(months_between(None, None, today=date(2026, 1, 5)))
    12
    """
    last = (until or today).replace(day=1)
    first = add_months(last, -11) if since is None else since.replace(day=1)
    number = (last.year - first.year) * 12 + last.month - first.month
    return tuple(add_months(first, each) for each in range(min(max(number, 0), 119) + 1))


def figures_of(connection: Connection, months: Sequence[date]) -> tuple[Figures, ...]:
    """What was sold in some months that follow one another, one a currency, the largest first.

    An order counts in the month in which it was made (UTC).
    """
    starts = [datetime(day.year, day.month, 1, tzinfo=UTC) for day in months]
    following = add_months(months[-1], 1)
    end = datetime(following.year, following.month, 1, tzinfo=UTC)
    month = case(
        *((_ORDERS.created_at >= start, place) for place, start in reversed([*enumerate(starts)])),
        else_=0,
    )
    query = (
        select(
            _ORDERS.currency,
            _ORDERS.category,
            month.label("month"),
            func.count(),
            func.sum(_ORDERS.litres),
            *(func.sum(amount) for amount in _AMOUNTS),
        )
        .select_from(_WITH_MARGINS)
        .where(_IS_SOLD, _ORDERS.created_at >= starts[0], _ORDERS.created_at < end)
        .group_by(_ORDERS.currency, _ORDERS.category, month)
    )
    found: dict[str, list[tuple[str, int, tuple[int, ...]]]] = defaultdict(list)
    for currency, category, place, *sums in connection.execute(query):
        # PostgreSQL adds big integers into a decimal.
        found[currency].append((category, place, tuple(map(int, sums))))
    made = (_figures(currency, groups, months) for currency, groups in found.items())
    return tuple(sorted(made, key=lambda one: (-one.orders, one.currency)))


def _figures(
    currency: str, groups: Iterable[tuple[str, int, tuple[int, ...]]], months: Sequence[date]
) -> Figures:
    whole = _Sum()
    by_category: dict[str, _Sum] = defaultdict(_Sum)
    by_month = [_Sum() for _ in months]
    for category, place, (orders, litres, *amounts) in groups:
        for into in (whole, by_category[category], by_month[place]):
            into.add(orders, litres, amounts)
    return Figures(
        currency=currency,
        **whole.figures(currency),
        categories=_categories(by_category, currency),
        months=tuple(
            MonthFigures(month=day, **one.figures(currency))
            for day, one in zip(months, by_month, strict=True)
        ),
    )


def _categories(sums: Mapping[str, _Sum], currency: str) -> tuple[CategoryFigures, ...]:
    return tuple(
        CategoryFigures(code=code, **sums[code].figures(currency)) for code in sorted(sums)
    )


# -- by container ---------------------------------------------------------------------------------


def container_figures(
    connection: Connection, containers: Sequence[PooledContainer], *, currency: str
) -> tuple[ContainerFigures, ...]:
    """What some containers carry and earn.

    An order that is split over several places is shared out by their volumes, without losing a
    unit. A container is told in the currency of its first orders (``currency`` when it is empty).
    """
    found: list[ContainerFigures] = []
    for start in range(0, len(containers), _AT_ONCE):
        some = containers[start : start + _AT_ONCE]
        shares = _shares(connection, [each.id for each in some])
        found += [_container(each, shares.get(each.id, ()), currency) for each in some]
    return tuple(found)


_Share = tuple[str, str, int, tuple[int, ...]]
"""Category, currency, litres, amounts of the part of an order that a container has."""


def _container(
    container: PooledContainer, shares: Sequence[_Share], currency: str
) -> ContainerFigures:
    code = shares[0][1] if shares else currency
    whole = _Sum()
    by_category: dict[str, _Sum] = defaultdict(_Sum)
    for category, its_currency, litres, amounts in shares:
        if its_currency == code:
            for into in (whole, by_category[category]):
                into.add(1, litres, amounts)
    figures = whole.figures(code)
    return ContainerFigures(
        container=container,
        orders=figures["orders"],
        revenue=figures["revenue"],
        margins=figures["margins"],
        categories=_categories(by_category, code),
    )


def _shares(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[_Share]]:
    """What each of some containers has of each order that is in it, the oldest order first."""
    inside = select(_BOOKED.order_id).where(_BOOKED.container_id.in_(list(ids)))
    parts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    every = select(_BOOKED.order_id, _BOOKED.container_id, _BOOKED.litres)
    for order_id, container_id, litres in connection.execute(
        every.where(_BOOKED.order_id.in_(inside)).order_by(_BOOKED.booked_at, _BOOKED.container_id)
    ):
        parts[order_id].append((container_id, litres))
    query = (
        select(_ORDERS.id, _ORDERS.category, _ORDERS.currency, _ORDERS.waiting_litres, *_AMOUNTS)
        .select_from(_WITH_MARGINS)
        .where(_IS_SOLD, _ORDERS.id.in_(inside))
        .order_by(_ORDERS.number)
    )
    shares: dict[str, list[_Share]] = defaultdict(list)
    for order_id, category, currency, waiting, *amounts in connection.execute(query):
        places = parts[order_id]
        weights = [litres for _, litres in places] + [waiting] * (waiting > 0)
        shared = [_shared(amount, weights, currency) for amount in amounts]
        for place, (container_id, litres) in enumerate(places):
            its_own = tuple(each[place] for each in shared)
            shares[container_id].append((category, currency, litres, its_own))
    return shares


def _shared(amount: int, weights: Sequence[int], currency: str) -> Sequence[int]:
    if len(weights) == 1:
        return [amount]
    return [to_minor(part) for part in allocate(from_minor(amount, currency), weights)]
