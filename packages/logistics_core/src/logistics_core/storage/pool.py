"""The waiting pool: which of the orders that wait fill a container best, and booking them.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection

from logistics_core.storage.containers import PooledContainer

if TYPE_CHECKING:
    from logistics_core.pooling.choosing import Choice

__all__ = ["Filled", "fill_from_pool", "propose_from_pool"]


@attrs.frozen(kw_only=True)
class Filled:
    """A container that was filled from the pool.

    Args:
        choice: what was chosen, and whether nothing fills it better.
        booked: the ids of the orders that now have their place, in the order of the choice.
        container: as it is now.
        sailed: whether it is full and has gone to sea.
    """

    choice: Choice
    booked: tuple[str, ...]
    container: PooledContainer
    sailed: bool


def propose_from_pool(connection: Connection, container_id: str, *, at: datetime) -> Choice:
    """Gives the orders of the pool that would fill a container best; writes nothing.

    Raises:
        MoveRefused: it takes no bookings any more.
        ContainerMissing: there is no such container.
    """
    raise NotImplementedError


def fill_from_pool(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> Filled:
    """Books the orders of the pool that fill a container best.

    An order that somebody else holds at this moment is left out, and the choice made without it.

    Args:
        connection: the caller's transaction.
        container_id: which container.
        at: the moment, an aware datetime: those who wait long come first.
        actor: who fills it.

    Raises:
        MoveRefused: it takes no bookings any more.
        ContainerMissing: there is no such container.
    """
    raise NotImplementedError
