"""Is the database the one this code expects? Asked before the first page, not at every one."""

from __future__ import annotations

from sqlalchemy import Engine

from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.migrations import require_current

__all__ = ["Readiness"]


class Readiness:
    """Remembers that the tables are those of this code; while they are not, asks each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._current = False

    def require(self) -> None:
        """Do nothing when the tables are right.

        Raises:
            DatabaseMissing, DatabaseOlder, DatabaseNewer, DatabaseUnreachable: the message names
                the command that mends it.
        """
        if not self._current:
            require_current(self._engine, ALL_MIGRATIONS)
            self._current = True
