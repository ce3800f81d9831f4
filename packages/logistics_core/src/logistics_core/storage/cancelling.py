"""Cancelling: the room of an order is freed, and what was paid goes back to the wallet.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from datetime import datetime

import attrs
from sqlalchemy import Connection

from logistics_core.storage.containers import PooledContainer
from logistics_core.storage.orders import Order

__all__ = ["CancelledContainer", "cancel_container", "cancel_order"]


@attrs.frozen(kw_only=True)
class CancelledContainer:
    """A container that was cancelled, with the orders it took along.

    Args:
        container: as it is now.
        orders: cancelled with it, the oldest first; none when it was cancelled before.
    """

    container: PooledContainer
    orders: tuple[Order, ...]


def cancel_order(
    connection: Connection,
    order_id: str,
    *,
    owner: str | None = None,
    at: datetime,
    actor: str,
) -> Order:
    """Cancels an order while its containers still take bookings, and refunds what was paid.

    The room it had can be booked by others at once. An order that is cancelled already stays as it
    is.

    Args:
        connection: the caller's transaction.
        order_id: which order.
        owner: whose order it must be; None for whoever may cancel every order.
        at: the moment, an aware datetime.
        actor: who cancels.

    Raises:
        MoveRefused: it has left, or was received.
        OrderMissing: there is no such order, or it is another's.
    """
    raise NotImplementedError


def cancel_container(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> CancelledContainer:
    """Cancels a container: every order of it is cancelled and refunded to its merchant's wallet.

    The parts those orders have in other containers are freed. A container that is cancelled already
    stays as it is.

    Args:
        connection: the caller's transaction.
        container_id: which container, at any stage but the last.
        at: the moment, an aware datetime.
        actor: who cancels.

    Raises:
        MoveRefused: it has arrived: its orders were handed over.
        ContainerMissing: there is no such container.
    """
    raise NotImplementedError
