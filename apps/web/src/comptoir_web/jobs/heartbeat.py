"""The heartbeat of one claim: a thread that renews the lease while the handler computes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from comptoir_web.jobs.errors import LeaseLost
from comptoir_web.jobs.model import JobPolicy, Lease
from comptoir_web.jobs.store import JobStore
from shared_kernel import StorageError
from shared_kernel.engine import transaction

__all__ = ["Heartbeat"]

_log = logging.getLogger(__name__)


class Heartbeat:
    """Renews a lease every third of its length between ``__enter__`` and ``__exit__``.

    A beat that the database does not take is tried again at the next one: either it passes before
    the lease runs out, or another worker claims the job and `lost` becomes true. The truth is in
    the database in any case: `lost` only makes the handler leave earlier.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], lease: Lease, policy: JobPolicy
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lease = lease
        self._policy = policy
        self._over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(
            target=self._beat, name=f"comptoir-heartbeat-{lease.job_id[:8]}", daemon=True
        )

    def lost(self) -> bool:
        """Whether another worker holds the job now."""
        return self._lost.is_set()

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._policy.heartbeat.total_seconds()):
            try:
                with transaction(self._engine) as connection:
                    now = self._clock()
                    JobStore(connection).renew(self._lease, at=now, until=now + self._policy.lease)
            except LeaseLost:
                self._lost.set()
                return
            except (StorageError, SQLAlchemyError) as error:
                _log.warning(
                    "job %s: the heartbeat was missed (%s)",
                    self._lease.job_id,
                    type(error).__name__,
                )
