"""Runs jobs in this process: claim, beat, call the handler, write how it ended.

The same runner stands behind the three ways to work: a thread of the server, the foreground process
of ``comptoir worker``, and a Celery task.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import svcs
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from comptoir_web.clock import Clock
from comptoir_web.files import FilesFull, FileStore, FileStoreError, FilesUnreachable
from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.errors import (
    JobCancelled,
    JobError,
    JobInterrupted,
    JobUnavailable,
    LeaseLost,
)
from comptoir_web.jobs.heartbeat import Heartbeat
from comptoir_web.jobs.model import Job, JobPolicy, Lease, Sentence
from comptoir_web.jobs.registry import JobRegistry
from comptoir_web.jobs.store import JobStore
from shared_kernel import DatabaseBusy, DatabaseUnreachable, DiskFull, StorageError
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from comptoir_web.jobs.schedule import Scheduler

__all__ = ["BROKEN", "UNAVAILABLE", "JobRunner", "job_folder"]

_log = logging.getLogger(__name__)

BROKEN = (
    "The work stopped on an unexpected error. What was done is kept: try again, and if it fails "
    "once more, give the reference {reference} to the person who runs this site."
)
UNAVAILABLE = (
    "The work was tried {attempts} times while something it needs was not answering. What was done "
    "is kept: try again later to go on from there."
)

_AWAY = (
    JobUnavailable,
    DatabaseBusy,
    DatabaseUnreachable,
    DiskFull,
    FilesFull,
    FilesUnreachable,
    OperationalError,
    ConnectionError,
    TimeoutError,
)


def job_folder(job_id: str) -> str:
    """The folder of the file store that belongs to one job; it goes when the job goes.

    >>> job_folder("0a1b")
    'jobs/0a1b'
    """
    return f"jobs/{job_id}"


class JobRunner:
    """Claims and runs jobs, one at a time, until `stop` is called.

    Args:
        services: The wiring: an Engine, a Clock, a FileStore, and what handlers ask for.
        handlers: The kinds this process can run; others are left for other processes.
        policy: Leases, pauses and attempts.
        worker: Who claims, for people to read; host, process and a random part by default.
        stopping: Another reason to stop than `stop`, for a pool whose parent is told.
        scheduler: Asks for the work of the clock while `run_forever` runs.
    """

    def __init__(
        self,
        services: svcs.Registry,
        *,
        handlers: JobRegistry,
        policy: JobPolicy,
        worker: str | None = None,
        stopping: Callable[[], bool] | None = None,
        scheduler: Scheduler | None = None,
    ) -> None:
        self._services = services
        self._handlers = handlers
        self._policy = policy
        self.worker = worker or f"{socket.gethostname()[:64]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopped = threading.Event()
        self._told_to_stop = stopping or (lambda: False)
        self._wake = threading.Event()
        self._scheduler = scheduler
        with svcs.Container(services) as container:
            self._engine: Engine = container.get(Engine)
            self._clock: Callable[[], datetime] = container.get(Clock)

    # -- the loop -----------------------------------------------------------------------------

    def run_forever(self) -> None:
        """Take jobs until `stop`, looking again at once after each and every ``poll`` otherwise."""
        next_tidy = self._clock()
        while not self.stopping:
            worked = False
            try:
                if self._clock() >= next_tidy:
                    next_tidy = self._clock() + self._policy.tidy
                    self.tidy()
                if self._scheduler is not None:
                    self._scheduler.submit_due()
                worked = self.run_next()
            except (StorageError, SQLAlchemyError) as error:
                # The database is away: nothing can be claimed; look again after a pause.
                _log.warning("jobs: the database did not answer (%s)", type(error).__name__)
            if not worked:
                self._wake.wait(self._policy.poll.total_seconds())
                self._wake.clear()

    def wake(self) -> None:
        """Look for work now rather than at the next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Stop after the current step: the job goes back to the queue with its checkpoint."""
        self._stopped.set()
        self._wake.set()

    @property
    def stopping(self) -> bool:
        """Whether this runner takes no more jobs and leaves its own at the next step."""
        return self._stopped.is_set() or self._told_to_stop()

    # -- one job ------------------------------------------------------------------------------

    def run_next(self) -> bool:
        """Run one job of any kind known here; false when there was none to take."""
        now = self._clock()
        with reading(self._engine) as connection:
            if not JobStore(connection).has_work(at=now, kinds=self._handlers.kinds):
                return False
        return self._take(None)

    def run_job(self, job_id: str) -> bool:
        """Run this job; false when it is finished, unknown, or held by a living worker."""
        return self._take(job_id)

    def tidy(self) -> None:
        """Delete the jobs that ended ``keep_finished`` ago, with their files."""
        limit = self._clock() - self._policy.keep_finished
        with reading(self._engine) as connection:
            old = JobStore(connection).finished_before(limit)
        if not old:
            return
        with svcs.Container(self._services) as container:
            files = container.get(FileStore)
            for job_id in old:
                with transaction(self._engine) as connection:
                    gone = JobStore(connection).forget(job_id, finished_before=limit)
                if gone:
                    try:
                        files.delete_tree(job_folder(job_id))
                    except FileStoreError as error:
                        _log.warning("job %s: its files stay (%s)", job_id, type(error).__name__)

    def _take(self, job_id: str | None) -> bool:
        if self.stopping:
            return False
        with transaction(self._engine) as connection:
            job = JobStore(connection).claim(
                worker=self.worker,
                at=self._clock(),
                lease=self._policy.lease,
                kinds=self._handlers.kinds,
                job_id=job_id,
            )
        if job is None:
            return False
        self._run(job)
        return True

    def _run(self, job: Job) -> None:
        lease = Lease(job.id, job.attempts, self.worker)
        _log.info("job %s (%s): attempt %s starts", job.id, job.kind, job.attempts)
        try:
            with Heartbeat(self._engine, self._clock, lease, self._policy) as heartbeat:
                self._call(job, lease, heartbeat)
        except LeaseLost:
            _log.warning("job %s: attempt %s lost its lease", job.id, job.attempts)

    def _call(self, job: Job, lease: Lease, heartbeat: Heartbeat) -> None:
        try:
            with svcs.Container(self._services) as container:
                context = JobContext(
                    job=job,
                    lease=lease,
                    services=container,
                    engine=self._engine,
                    clock=self._clock,
                    duration=self._policy.lease,
                    must_stop=lambda: self.stopping,
                    is_lost=heartbeat.lost,
                    checkpoint=job.checkpoint,
                    done=job.done,
                    total=job.total,
                )
                result = self._handlers.handler(job.kind)(context, job.arguments)
            with transaction(self._engine) as connection:
                JobStore(connection).finish(lease, at=self._clock(), result=result)
        except LeaseLost:
            raise
        except JobInterrupted:
            with transaction(self._engine) as connection:
                JobStore(connection).release(lease, at=self._clock())
        except JobCancelled:
            with transaction(self._engine) as connection:
                JobStore(connection).cancelled(lease, at=self._clock())
        except JobError as error:
            self._fail(lease, error.sentence)
        except _AWAY as error:
            self._postpone(job, lease, error)
        except Exception as error:  # noqa: BLE001 -- the last frame before the queue: a broken handler
            # must fail its own job and leave the worker alive for the others.
            self._broken(job, lease, error)

    def _postpone(self, job: Job, lease: Lease, error: BaseException) -> None:
        _log.warning("job %s: something is away (%s)", job.id, type(error).__name__)
        if job.attempts >= job.max_attempts:
            self._fail(lease, Sentence(UNAVAILABLE, {"attempts": str(job.attempts)}))
            return
        until = self._clock() + self._policy.delay(job.attempts)
        with transaction(self._engine) as connection:
            JobStore(connection).postpone(lease, until=until)

    def _broken(self, job: Job, lease: Lease, error: Exception) -> None:
        # The text of an exception may hold an address, a password or a client's figures: neither
        # the row nor the log gets it. The reference ties them; type and frames say where to look.
        reference = secrets.token_hex(4)
        frames = "\n".join(
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        )
        _log.error(
            "job %s (%s) broke with %s, reference %s\n%s",
            job.id,
            job.kind,
            type(error).__name__,
            reference,
            frames,
        )
        self._fail(lease, Sentence(BROKEN, {"reference": reference}))

    def _fail(self, lease: Lease, error: Sentence) -> None:
        with transaction(self._engine) as connection:
            JobStore(connection).fail(lease, at=self._clock(), error=error)
