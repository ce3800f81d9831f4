"""What every part of freight's administration shares: the database, the time, what was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import Engine

from logistics_core.errors import StaleVersion

if TYPE_CHECKING:
    from comptoir_web.jobs.queue import JobQueue

__all__ = ["Office", "check_seen"]


@frozen
class Office:
    """What the parts of `FreightOffice` share.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        queue: Where text messages are asked for; None asks for none.
        smallest_litres: The smallest bookable volume of a new container.
    """

    engine: Engine
    clock: Callable[[], datetime]
    queue: JobQueue | None = None
    smallest_litres: int = 500


def check_seen(after: int, seen: int | None, *, changes: int = 1) -> None:
    """Refuse what was just done when it was not done to what had been seen.

    It is asked in the transaction of the act, which holds the row: nobody comes in between, and the
    transaction is given up when this raises.

    Args:
        after: The version that the act left.
        seen: The version that was read before deciding; None: any.
        changes: How many versions the act itself made.

    Raises:
        StaleVersion: It was changed in between.
    """
    before = after - changes
    # The version that is there afterwards was read after the same act, which changed nothing now.
    if seen is not None and seen not in (before, after):
        raise StaleVersion(
            "this was changed meanwhile: version {given} is not the last one, {now}",
            given=str(seen),
            now=str(before),
        )
