"""What a handler is given: its services, its checkpoint, and the ways to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import svcs
from attrs import define, field
from sqlalchemy import Connection, Engine

from comptoir_web.files import FileStore
from comptoir_web.jobs.errors import JobInterrupted, LeaseLost
from comptoir_web.jobs.model import Job, Lease, Sentence
from comptoir_web.jobs.store import JobStore
from shared_kernel.engine import transaction

__all__ = ["JobContext"]

_Service = TypeVar("_Service")


@define(kw_only=True)
class JobContext:
    """One claim of one job, seen by its handler.

    Every method that writes first proves that the claim still holds, and raises a `JobStopped` when
    the handler must leave: the owner cancelled, the process is stopping, or another worker took
    over. Handlers let it pass.
    """

    job: Job
    lease: Lease
    services: svcs.Container
    engine: Engine
    clock: Callable[[], datetime]
    duration: timedelta
    must_stop: Callable[[], bool]
    is_lost: Callable[[], bool]
    checkpoint: Mapping[str, object] = field(factory=dict)
    done: int = 0
    total: int | None = None

    def service(self, kind: type[_Service]) -> _Service:
        """The service of this type, as the shell wired it."""
        return self.services.get(kind)

    @property
    def files(self) -> FileStore:
        """Where files are kept."""
        return self.services.get(FileStore)

    def keep_going(self) -> None:
        """Raise when the handler must leave; cheap, for long computations between two steps."""
        if self.is_lost():
            raise LeaseLost(self.job.id)
        if self.must_stop():
            raise JobInterrupted(self.job.id)

    def progress(
        self, done: int, total: int | None = None, *, message: Sentence | None = None
    ) -> None:
        """Say how far the work is; the page shows it.

        Args:
            done: How many steps are behind.
            total: Of how many, when it is known.
            message: What is being done now.
        """
        with self.step(done=done, total=total, message=message):
            pass

    @contextmanager
    def step(
        self,
        checkpoint: Mapping[str, object] | None = None,
        *,
        done: int | None = None,
        total: int | None = None,
        message: Sentence | None = None,
    ) -> Iterator[Connection]:
        """One transaction: the fence, the effect made on the connection given, the new checkpoint.

        All three are committed together, or none: what is written on this connection happens once,
        however many times the worker is killed. An effect elsewhere (a file, a mail) must be made
        so that making it twice is harmless, before the step that records it.
        """
        self.keep_going()
        values: dict[str, object] = {}
        if checkpoint is not None:
            values["checkpoint"] = dict(checkpoint)
        if done is not None:
            values["done"] = done
        if total is not None:
            values["total"] = total
        if message is not None:
            values["message"] = message.document()
        with transaction(self.engine) as connection:
            now = self.clock()
            JobStore(connection).hold(self.lease, at=now, until=now + self.duration, **values)
            yield connection
        # Only now that the commit is in: a checkpoint seen by the handler is one that is kept.
        if checkpoint is not None:
            self.checkpoint = dict(checkpoint)
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
