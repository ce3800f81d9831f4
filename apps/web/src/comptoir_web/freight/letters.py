"""What merchants are told of their orders: a text message in their language, or a mail.

A message is asked for as a job in the transaction of the move that it tells, so that it is neither
lost nor sent for a move that was undone. It holds the number of the order and the merchant's own
money, never what the platform earns.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comptoir_web.identity.letters import N_
from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.jobs.store import JobStore
from comptoir_web.mail import Mail
from logistics_core.pooling import OrderState
from logistics_core.storage.orders import OrderStore
from shared_kernel import format_money
from shared_kernel.translations import catalogue

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from comptoir_web.identity.users import User
    from comptoir_web.jobs.queue import JobQueue
    from logistics_core.storage.orders import Order
    from shared_kernel import Money

__all__ = [
    "MESSAGE",
    "Told",
    "message_mail",
    "message_text",
    "tell",
    "tell_cancelled",
    "tell_container",
    "tell_moved",
]

MESSAGE: Final = "freight.message"
_AT_ONCE: Final = 200


class Told(StrEnum):
    """What a message tells of an order."""

    SHIPPED = "shipped"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REFUSED = "refused"
    """A proof of its payment was refused."""


_TEXTS: Final = {
    Told.SHIPPED: N_("{business}: your order no. {number} has gone to sea."),
    Told.RECEIVED: N_("{business}: your order no. {number} has arrived. You can collect it."),
    Told.CANCELLED: N_("{business}: your order no. {number} was cancelled."),
    Told.REFUNDED: N_(
        "{business}: your order no. {number} was cancelled. {amount} came back to your wallet."
    ),
    Told.REFUSED: N_(
        "{business}: a proof of payment of your order no. {number} was refused. Its page says why."
    ),
}
_SUBJECT: Final = N_("{business}: your order no. {number}")
_MOVED: Final = {OrderState.SHIPPED: Told.SHIPPED, OrderState.RECEIVED: Told.RECEIVED}


def tell(
    connection: Connection,
    queue: JobQueue | None,
    order: Order,
    told: Told,
    *,
    at: datetime,
    key: str = "",
) -> None:
    """Ask for a message to the merchant of an order, with the move that it tells.

    Args:
        connection: The transaction of the move.
        queue: Where it is asked for; None asks for nothing.
        order: As it is after the move.
        told: What is told.
        at: Now.
        key: Tells two messages of one kind on one order apart.
    """
    if queue is None:
        return
    JobStore(connection).add(
        MESSAGE,
        {"user": order.owner, "order": order.id, "told": told.value},
        owner=PLATFORM,
        request_id=f"{order.id}-{told.value}{key and '-'}{key[:16]}",
        at=at,
        max_attempts=queue.policy.max_attempts,
    )


def tell_moved(
    connection: Connection, queue: JobQueue | None, orders: Iterable[Order], *, at: datetime
) -> None:
    """Tell the merchants of those orders that have left or arrived; each is told once."""
    for order in orders:
        told = _MOVED.get(order.state)
        if told is not None:
            tell(connection, queue, order, told, at=at)


def tell_container(
    connection: Connection, queue: JobQueue | None, container_id: str, *, at: datetime
) -> None:
    """Tell the merchants of the orders of a container that has just moved."""
    if queue is None:
        return
    store, number, moved = OrderStore(connection), 1, tuple(_MOVED)
    while found := store.page(
        state=moved, container_id=container_id, number=number, per_page=_AT_ONCE
    ):
        tell_moved(connection, queue, found, at=at)
        number += 1


def tell_cancelled(
    connection: Connection, queue: JobQueue | None, orders: Iterable[Order], *, at: datetime
) -> None:
    """Tell the merchants of orders that the platform has just cancelled."""
    for order in orders:
        tell(connection, queue, order, Told.CANCELLED, at=at)


def message_text(
    told: Told, order: Order, refund: Money | None, *, business: str, locale: str
) -> str:
    """The text of a message, short enough for one or two text messages."""
    if told is Told.CANCELLED and refund is not None:
        told = Told.REFUNDED
    amount = "" if refund is None else format_money(refund, locale=locale)
    text = catalogue("comptoir_web", locale).gettext(_TEXTS[told])
    # What the alphabet of text messages (GSM 03.38) lacks makes a message of 70 characters of 160.
    filled = text.format(business=business, number=order.number, amount=amount)
    return filled.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2019", "'")


def message_mail(user: User, order: Order, text: str, *, business: str, locale: str) -> Mail | None:
    """The same as a mail, for an account that has an address and no phone."""
    if not user.email:
        return None
    subject = catalogue("comptoir_web", locale).gettext(_SUBJECT)
    return Mail(
        to=user.email, subject=subject.format(business=business, number=order.number), text=text
    )
