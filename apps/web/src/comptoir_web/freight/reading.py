"""How an order is read for its merchant: what was paid, what is due, what comes next.

Nothing here reads a cost or a margin.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from comptoir_web.freight.values import Expected, OrderDetail, Step
from comptoir_web.storage.identifiers import may_be_id
from logistics_core.errors import ContainerMissing, TariffMissing
from logistics_core.pooling import SEA_ROUTE, OrderState
from logistics_core.storage.money_tables import logistics_accounts, logistics_proofs
from logistics_core.storage.proofs import ProofStore
from logistics_core.storage.tariffs import TariffStore
from logistics_core.wallets import order_account
from shared_kernel import from_minor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from logistics_core.payments import Payment, Proof
    from logistics_core.storage.orders import Order
    from logistics_core.storage.tariffs import PublishedTariff
    from shared_kernel import Money

__all__ = [
    "COMMAND_LINE",
    "cancellable",
    "check_container_ids",
    "currency_at",
    "detail_of",
    "details_of",
    "due_of",
    "expected_of",
    "key_of",
    "paid_of",
    "steps_of",
    "tariff_at",
    "within",
]

CURRENCY: Final = "GNF"
"""Of the wallets while no tariff says another."""
COMMAND_LINE: Final = "command-line"
"""The actor of what is done without an account."""

_LINE: Final = (
    OrderState.QUOTE,
    OrderState.CONFIRMED,
    OrderState.PAID,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
)
_MINE_TO_CANCEL: Final = frozenset({OrderState.QUOTE, OrderState.CONFIRMED, OrderState.PAID})


def key_of(*parts: str) -> str:
    """The key of a request, made of whose it is, what for, and what its sender calls it.

    Whatever a sender writes, two senders never have the same key, nor two things that one asks.

    >>> len(key_of("order", "owner", "form-1"))
    64
    >>> key_of("a", "bc") == key_of("ab", "c")
    False
    """
    whole = b"".join(b"%d:%s," % (len(part.encode()), part.encode()) for part in parts)
    return hashlib.sha256(whole).hexdigest()


def check_container_ids(*container_ids: str) -> None:
    """Say of what no store has given, typed into a form or a request, that it names no container.

    Raises:
        ContainerMissing: One of them cannot be an identifier.
    """
    if not all(may_be_id(each) for each in container_ids):
        raise ContainerMissing("there is no such container")


def currency_at(connection: Connection, at: datetime) -> str:
    """The currency that merchants are charged in; the francs of Guinea while there is no tariff."""
    try:
        return TariffStore(connection).in_force(at).currency
    except TariffMissing:
        return CURRENCY


def tariff_at(connection: Connection, at: datetime) -> PublishedTariff | None:
    """The tariff in force at a moment as it was published; None when there is none."""
    store = TariffStore(connection)
    try:
        return store.version(store.in_force(at).version)
    except TariffMissing:
        return None


def within(number: int, per_page: int, total: int) -> int:
    """The number of a page that there is: the last one at most, the first at least.

    >>> within(9, 20, 41), within(0, 20, 0)
    (3, 1)
    """
    return max(1, min(number, -(-total // per_page) or 1))


def paid_of(connection: Connection, orders: Sequence[Order]) -> Mapping[str, Money]:
    """What was paid into each of some orders, refunds taken off, by their ids."""
    accounts = {order_account(order.id): order for order in orders}
    paid = {order.id: 0 * order.quote.total for order in orders}
    table = logistics_accounts.c
    query = select(table.name, table.currency, table.balance_minor)
    for row in connection.execute(query.where(table.name.in_(list(accounts)))):
        order = accounts[row.name]
        if row.currency == order.quote.total.currency.code:
            paid[order.id] = from_minor(row.balance_minor, row.currency)
    return paid


def due_of(order: Order, paid: Money) -> Money:
    """What remains to be paid of an order; nothing once it is cancelled."""
    nothing = 0 * order.quote.total
    if order.state is OrderState.CANCELLED:
        return nothing
    return max(order.quote.total - paid, nothing)


def cancellable(order: Order) -> bool:
    """Whether its merchant may cancel an order: no part of it has left."""
    ashore = all(booking.stage == SEA_ROUTE.first.code for booking in order.bookings)
    return order.state in _MINE_TO_CANCEL and ashore


def expected_of(order: Order, *, expired: bool) -> Expected:
    """What an order waits for next."""
    match order.state:
        case OrderState.QUOTE:
            return Expected.QUOTE_AGAIN if expired else Expected.CONFIRM
        case OrderState.CONFIRMED:
            return Expected.PAY if order.bookings else Expected.ROOM
        case OrderState.PAID:
            return Expected.ROOM if order.waiting_litres else Expected.DEPARTURE
        case OrderState.SHIPPED:
            return Expected.ARRIVAL
    return Expected.NOTHING


def steps_of(state: OrderState) -> tuple[Step, ...]:
    """The line of states of an order; a cancelled one ends where it began.

    >>> [step.code for step in steps_of(OrderState.PAID) if step.reached]
    ['devis', 'confirme', 'paye']
    >>> [step.code for step in steps_of(OrderState.CANCELLED)]
    ['devis', 'annule']
    """
    line = _LINE if state in _LINE else (OrderState.QUOTE, OrderState.CANCELLED)
    here = line.index(state)
    return tuple(
        Step(code=each.value, reached=place <= here, current=place == here)
        for place, each in enumerate(line)
    )


def details_of(
    connection: Connection,
    orders: Sequence[Order],
    *,
    at: datetime,
    payments: tuple[Payment, ...] = (),
) -> tuple[OrderDetail, ...]:
    """What merchants are shown of some orders; an order without proofs costs no statement."""
    paid = paid_of(connection, orders)
    proofs = _proofs_of(connection, [order.id for order in orders])
    return tuple(
        detail_of(order, paid[order.id], at=at, proofs=proofs.get(order.id, ()), payments=payments)
        for order in orders
    )


def detail_of(
    order: Order,
    paid: Money,
    *,
    at: datetime,
    proofs: Iterable[Proof] = (),
    payments: tuple[Payment, ...] = (),
) -> OrderDetail:
    """What a merchant is shown of an order into which so much was paid."""
    due = due_of(order, paid)
    expired = order.state is OrderState.QUOTE and not order.quote.valid_at(at)
    return OrderDetail(
        order=order,
        paid=paid,
        due=due,
        expired=expired,
        can_cancel=cancellable(order),
        can_pay=order.state is OrderState.CONFIRMED and bool(due),
        steps=steps_of(order.state),
        expected=expected_of(order, expired=expired),
        proofs=tuple(proofs),
        payments=payments,
    )


def _proofs_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[Proof]]:
    """The proofs of some orders, the newest first; the orders that have none cost one statement."""
    found: dict[str, list[Proof]] = defaultdict(list)
    table = logistics_proofs.c
    have = select(table.order_id).where(table.order_id.in_(list(ids))).distinct()
    for order_id in connection.execute(have).scalars():
        found[order_id].extend(ProofStore(connection).page(order_id=order_id, per_page=50))
    return found
