"""Paying an order from its merchant's wallet.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from logistics_core.storage.orders import Order

if TYPE_CHECKING:
    from shared_kernel import Money

__all__ = ["hold_order", "record_payment"]


def hold_order(connection: Connection, order_id: str, *, owner: str | None = None) -> Order:
    """Keeps an order from being changed by others until the transaction ends, and gives it.

    A transaction that brings money into a wallet and then pays an order with it (a proof that is
    validated, a payment that is settled) calls this **first**: orders are locked before accounts,
    and whoever did it the other way round could wait for somebody who waits for them.

    Raises:
        OrderMissing: there is no such order, or it is another's.
    """
    raise NotImplementedError


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
    raise NotImplementedError
