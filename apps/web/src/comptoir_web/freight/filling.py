"""What the pool would fill containers with, and what the platform would earn by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from comptoir_web.freight.listing import office_orders
from comptoir_web.freight.office_values import Pool, Proposal
from logistics_core.pooling import Capacity, assign, choose, room_left
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.orders import OrderStore
from shared_kernel import from_minor, rounded_money

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection

    from comptoir_web.freight.office_values import OfficeOrder
    from logistics_core.pooling import Choice, PoolOrder
    from logistics_core.storage.containers import PooledContainer
    from shared_kernel import Money

__all__ = ["proposal_of", "read_pool", "read_proposals"]


def proposal_of(
    container: PooledContainer,
    choice: Choice,
    orders: Sequence[OfficeOrder],
    waiting: dict[str, int],
    *,
    currency: str,
) -> Proposal:
    """A choice with what it brings.

    A rest of a split order brings its part of the order, by volume. What is in another currency
    than the first order is not added up.

    Args:
        container: What is filled.
        choice: What was chosen.
        orders: Those chosen, and maybe others.
        waiting: The litres that wait of each order, by its id.
        currency: Of the sums when nothing is chosen.
    """
    by_id = {each.order.id: each for each in orders}
    chosen = tuple(by_id[each] for each in choice.ids if each in by_id)
    code = chosen[0].order.quote.total.currency.code if chosen else currency
    gain = revenue = from_minor(0, code)
    for each in chosen:
        if each.order.quote.total.currency.code == code:
            part = waiting.get(each.order.id, each.order.litres), each.order.litres
            gain += _part(each.internal.margin, *part)
            revenue += _part(each.order.quote.total, *part)
    return Proposal(
        container=container,
        orders=chosen,
        litres=choice.litres,
        left_litres=choice.left_litres,
        gain=gain,
        revenue=revenue,
        proven=choice.proven,
    )


def _part(amount: Money, litres: int, whole: int) -> Money:
    if litres == whole:
        return amount
    exact: Decimal = amount.amount * litres / whole
    return rounded_money(exact, amount.currency.code)


def read_proposals(
    connection: Connection,
    containers: Sequence[PooledContainer],
    *,
    at: datetime,
    currency: str,
) -> tuple[Proposal, ...]:
    """What the pool would fill each of some containers with, as if the others were not there."""
    waiting = OrderStore(connection).waiting()
    choices = [
        choose(waiting, room_left(each.capacity, each.load), at=at)
        if each.takes_bookings
        else choose((), 0)
        for each in containers
    ]
    wanted = {one for choice in choices for one in choice.ids}
    orders = office_orders(connection, OrderStore(connection).several(wanted))
    litres = _litres(waiting)
    return tuple(
        proposal_of(container, choice, orders, litres, currency=currency)
        for container, choice in zip(containers, choices, strict=True)
    )


def read_pool(connection: Connection, *, at: datetime, currency: str) -> Pool:
    """The orders that wait, in the order they wait in, and what is proposed for them."""
    waiting = OrderStore(connection).waiting()
    orders = OrderStore(connection).several(each.id for each in waiting)
    by_id = {each.order.id: each for each in office_orders(connection, orders)}
    return Pool(
        orders=tuple(by_id[each.id] for each in waiting if each.id in by_id),
        litres=sum(each.litres for each in waiting),
        proposals=read_proposals(
            connection, ContainerStore(connection).open(), at=at, currency=currency
        ),
        containers_needed=_needed(waiting),
    )


def _needed(waiting: Sequence[PoolOrder]) -> int:
    """How many new containers of the usual size would take all that waits, by rules of thumb."""
    if not waiting:
        return 0
    usual = Capacity()
    litres = sum(each.litres for each in waiting) // usual.billed_litres
    grams = sum(each.grams for each in waiting) // usual.payload_grams
    # Twice what the sums say: two that follow one another hold more than one together.
    return assign(waiting, [usual] * (2 * (litres + grams) + 2), time_limit_s=0).used


def _litres(waiting: Sequence[PoolOrder]) -> dict[str, int]:
    return {each.id: each.litres for each in waiting}
