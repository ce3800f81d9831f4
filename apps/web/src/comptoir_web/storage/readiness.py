"""Is the database the one this code expects? Asked before the first page, then as it serves."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine

from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import file_identity
from shared_kernel.migrations import require_current

__all__ = ["RECHECK_S", "Readiness"]

RECHECK_S = 10.0
"""How long the tables are believed to be as they were: another process may upgrade them."""


class Readiness:
    """Remembers for a while that the tables are those of this code; while not, asks each time.

    An SQLite file is looked at before every page, which costs microseconds: one that was moved away
    or put back from a backup is not the one that was checked.

    Args:
        engine: The database.
        clock_s: Seconds that only grow.
    """

    def __init__(self, engine: Engine, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock_s = clock_s
        self._believed: tuple[object, float] | None = None

    def require(self) -> None:
        """Do nothing when the tables are right.

        Raises:
            DatabaseMissing, DatabaseOlder, DatabaseNewer, DatabaseUnreachable: the message names
                the command that mends it.
        """
        now, file = self._clock_s(), file_identity(self._engine.url)
        if self._believed is not None and self._believed[0] == file and now < self._believed[1]:
            return
        self._believed = None
        require_current(self._engine, ALL_MIGRATIONS)
        self._believed = (file, now + RECHECK_S)
