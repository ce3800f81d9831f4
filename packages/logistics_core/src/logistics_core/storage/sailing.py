"""The stages of containers, walked one by one; the orders in them that are paid go along.

Every function works in the caller's transaction; see `storage.booking`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from logistics_core.storage.containers import PooledContainer

__all__ = ["advance", "close_container"]


def close_container(
    connection: Connection, container_id: str, *, at: datetime, actor: str
) -> PooledContainer:
    """Sends a container to sea before it is full: it takes no booking any more.

    One that has left already stays as it is.

    Raises:
        MoveRefused: it was cancelled.
        ContainerMissing: there is no such container.
    """
    raise NotImplementedError


def advance(
    connection: Connection, container_id: str, to_stage: str, *, at: datetime, actor: str
) -> PooledContainer:
    """Moves a container to its next stage, and the paid orders in it with it.

    One that is at that stage already stays as it is: a double click moves once.

    Args:
        connection: the caller's transaction.
        container_id: which container.
        to_stage: the code of the stage that comes next on `pooling.SEA_ROUTE`.
        at: the moment, an aware datetime.
        actor: who moves it.

    Raises:
        MoveRefused: it is another stage than the next, or the container was cancelled.
        PoolFaults: no stage has that code.
        ContainerMissing: there is no such container.
    """
    raise NotImplementedError
