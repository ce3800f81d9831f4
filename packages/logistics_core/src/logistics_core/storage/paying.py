"""Paying an order from its merchant's wallet.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select

from logistics_core.errors import KeyReused, MoveRefused, PoolFaults
from logistics_core.pooling.states import OrderState
from logistics_core.storage._desk import catch_up, held_order
from logistics_core.storage._order_rows import Order, orders_of
from logistics_core.storage.events import SubjectKind, note
from logistics_core.storage.money_tables import logistics_movements
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.wallets.accounts import order_account
from shared_kernel import FaultKind, from_minor

if TYPE_CHECKING:
    from shared_kernel import Money

__all__ = ["hold_order", "record_payment"]

MORE_THAN_DUE = FaultKind(
    "order.more_than_due", "{given} are more than what is due, {due}: pay that much at most"
)
NOT_POSITIVE = FaultKind("order.pays_nothing", "{given} pays nothing: give an amount above 0")
OTHER_CURRENCY = FaultKind(
    "order.other_currency", "{given} is in another currency: this order is paid in {currency}"
)


def hold_order(connection: Connection, order_id: str, *, owner: str | None = None) -> Order:
    """Keeps an order from being changed by others until the transaction ends, and gives it.

    A transaction that brings money into a wallet and then pays an order with it (a proof that is
    validated, a payment that is settled) calls this **first**: orders are locked before accounts,
    and whoever did it the other way round could wait for somebody who waits for them.

    Raises:
        OrderMissing: there is no such order, or it is another's.
    """
    (order,) = orders_of(connection, [held_order(connection, order_id, owner=owner)])
    return order


def record_payment(
    connection: Connection,
    order_id: str,
    amount: Money | None = None,
    *,
    key: str,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> Order:
    """Takes money from the merchant's wallet into a confirmed order.

    Once nothing is due the order is paid, and it catches up with its containers at once: one that
    is at sea makes it shipped, each move recorded.

    Args:
        connection: the caller's transaction.
        order_id: which order.
        amount: how much; all that is due by default, and nothing when nothing is due any more.
        key: what makes it the same payment when it is sent again.
        owner: whose order it must be; None for whoever may record every payment.
        at: the moment, an aware datetime.
        actor: who pays.

    Raises:
        NotEnough: the wallet holds less; nothing was written.
        PoolFaults: more than what is due, nothing at all, or in another currency.
        MoveRefused: the order is a quote still, or is cancelled.
        KeyReused: the key was used for another payment.
        OrderMissing: there is no such order, or it is another's.
    """
    row = held_order(connection, order_id, owner=owner)
    if row["state"] in (OrderState.QUOTE.value, OrderState.CANCELLED.value):
        raise MoveRefused(
            "the order {number} is {state}: an order is paid once it is confirmed",
            number=str(row["number"]),
            state=row["state"],
        )
    if not _is_known(connection, order_id, amount, key):
        _pay(connection, row, amount, key=key, at=at, actor=actor)
    return OrderStore(connection).get(order_id)


def _is_known(connection: Connection, order_id: str, amount: Money | None, key: str) -> bool:
    """Whether this payment was made already, under this key."""
    table = logistics_movements.c
    columns = (table.target, table.amount_minor, table.currency)
    row = connection.execute(select(*columns).where(table.key == key)).one_or_none()
    if row is None:
        return False
    same = amount is None or amount == from_minor(row.amount_minor, row.currency)
    if row.target != order_account(order_id) or not same:
        raise KeyReused("this key was used already, for another movement: choose another one")
    return True


def _pay(
    connection: Connection,
    row: RowMapping,
    amount: Money | None,
    *,
    key: str,
    at: datetime,
    actor: str,
) -> None:
    """Takes the money, and has the order catch up where nothing is due any more."""
    wallets = WalletStore(connection)
    order_id, currency = row["id"], row["currency"]
    due = from_minor(row["total_minor"], currency) - wallets.paid(order_id, currency)
    taken = due if amount is None else amount
    if amount is not None:
        _check_amount(amount, due)
    if taken.amount:
        wallets.participate(row["owner"], order_id, taken, key=key, at=at, actor=actor)
        due -= taken
        detail = {
            "amount": f"{taken.amount:f}",
            "currency": currency,
            "due": f"{due.amount:f}",
        }
        note(connection, SubjectKind.ORDER, order_id, "paid", at=at, actor=actor, detail=detail)
    if not due.amount:
        catch_up(connection, [row], paid=True, at=at, actor=actor)


def _check_amount(amount: Money, due: Money) -> None:
    given = f"{amount.amount:f} {amount.currency.code}"
    currency = due.currency.code
    if amount.currency.code != currency:
        raise PoolFaults.of(OTHER_CURRENCY, "amount", given=given, currency=currency)
    if amount.amount <= 0:
        raise PoolFaults.of(NOT_POSITIVE, "amount", given=given)
    if amount > due:
        told = {"given": given, "due": f"{due.amount:f} {currency}"}
        raise PoolFaults.of(MORE_THAN_DUE, "amount", **told)
