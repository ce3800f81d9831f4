"""``comptoir worker``: a process that only runs jobs, alone or as one of many.

Without a broker it looks in the database itself. With one it is a Celery worker whose parent also
sweeps: what waits too long, or whose worker has died, is sent again. SIGTERM and SIGINT stop it
after the step in hand; its jobs go back to the queue with their checkpoints.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType

import svcs
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from comptoir_web.clock import Clock
from comptoir_web.jobs.celery import CeleryAnnouncer, add_task, make_celery
from comptoir_web.jobs.errors import AnnouncerDown
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.queue import Announcer
from comptoir_web.jobs.registry import JobRegistry, load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.schedule import SCHEDULES, Scheduler, Schedules
from comptoir_web.jobs.store import JobStore
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from shared_kernel import StorageError
from shared_kernel.engine import transaction
from shared_kernel.migrations import require_current

__all__ = ["Sweeper", "no_fork", "run_worker"]

_log = logging.getLogger(__name__)

_forking = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_forking.acquire,
        after_in_parent=_forking.release,
        after_in_child=_forking.release,
    )


@contextmanager
def no_fork(engine: Engine) -> Iterator[None]:
    """Keep this process from forking inside the block; close the engine's connections after it.

    SQLite keeps the locks of a process in its memory, which a fork copies: a child made while a
    thread of its parent held the write lock would find the database locked for as long as it lives.
    """
    with _forking:
        try:
            yield
        finally:
            engine.dispose()


BuildServices = Callable[[Settings], svcs.Registry]


def run_worker(
    settings: Settings,
    *,
    concurrency: int = 1,
    policy: JobPolicy | None = None,
    handlers: JobRegistry | None = None,
    schedules: Schedules | None = None,
    build: BuildServices = build_registry,
) -> None:
    """Run jobs in the foreground until SIGTERM or SIGINT.

    Args:
        settings: With ``COMPTOIR_BROKER_URL`` set, a Celery worker; without, a runner of its own.
        concurrency: Celery processes; without a broker, start several workers instead.
        policy: Leases, pauses and attempts.
        handlers: The kinds to run; the platform's by default.
        schedules: What the clock asks for; by default the platform's with the platform's kinds,
            and nothing with others.
        build: Makes the services, once a process.

    Raises:
        DatabaseMissing, DatabaseOlder, DatabaseNewer: The tables are not those of this code.
        ExtraMissing: A broker is set and the extra ``celery`` is not installed.
    """
    policy = policy or JobPolicy()
    if schedules is None:
        schedules = SCHEDULES if handlers is None else Schedules()
    handlers = handlers or load_handlers()
    with closing(build(settings)) as services:
        with svcs.Container(services) as container:
            require_current(container.get(Engine), ALL_MIGRATIONS)
        if not settings.broker_url:
            _run_alone(services, handlers, policy, schedules)
            return
    _run_celery(settings, concurrency, policy, handlers, schedules, build)


def _run_alone(
    services: svcs.Registry, handlers: JobRegistry, policy: JobPolicy, schedules: Schedules
) -> None:
    scheduler = Scheduler(services, schedules=schedules, policy=policy)
    runner = JobRunner(services, handlers=handlers, policy=policy, scheduler=scheduler)

    def stop(_number: int, _frame: FrameType | None) -> None:
        runner.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        runner.run_forever()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run_celery(
    settings: Settings,
    concurrency: int,
    policy: JobPolicy,
    handlers: JobRegistry,
    schedules: Schedules,
    build: BuildServices,
) -> None:
    app = make_celery(settings.broker_url.value, policy=policy)
    from celery.signals import (  # type: ignore[import-untyped]  # Celery ships no types
        worker_ready,
        worker_shutting_down,
    )

    # Shared with the children by the fork: one byte, without a lock that a killed child could keep.
    told = multiprocessing.RawValue("b", 0)
    runners = _RunnerOfProcess(
        lambda: JobRunner(
            build(settings), handlers=handlers, policy=policy, stopping=lambda: bool(told.value)
        )
    )
    add_task(app, runners)
    sweeper = Sweeper(
        lambda: build(settings), CeleryAnnouncer(app), handlers, policy, schedules=schedules
    )

    def ready(**_: object) -> None:
        sweeper.start()

    def shutting_down(**_: object) -> None:
        told.value = 1
        sweeper.stop()

    worker_ready.connect(ready)
    worker_shutting_down.connect(shutting_down)
    try:
        app.Worker(
            pool="prefork",
            concurrency=concurrency,
            optimization="fair",
            loglevel="WARNING",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()
    finally:
        shutting_down()
        worker_ready.disconnect(ready)
        worker_shutting_down.disconnect(shutting_down)
        sweeper.join()


class _RunnerOfProcess:
    """The runner of the process that asks: connections do not cross a fork."""

    def __init__(self, make: Callable[[], JobRunner]) -> None:
        self._make = make
        self._pid: int | None = None
        self._runner: JobRunner | None = None

    def __call__(self) -> JobRunner:
        if self._runner is None or self._pid != os.getpid():
            self._runner = self._make()
            self._pid = os.getpid()
        return self._runner


class Sweeper:
    """A thread that sends again the jobs whose message was lost or whose worker died.

    It asks for the work of the clock as well, and sends it as any other.

    Args:
        make_services: Makes services of its own, in its thread.
        announcer: Sends.
        handlers: Only to tidy with.
        policy: How often, and how long a message is given.
        schedules: What the clock asks for.
    """

    def __init__(
        self,
        make_services: Callable[[], svcs.Registry],
        announcer: Announcer,
        handlers: JobRegistry,
        policy: JobPolicy,
        *,
        schedules: Schedules | None = None,
    ) -> None:
        self._make_services = make_services
        self._announcer = announcer
        self._handlers = handlers
        self._schedules = schedules or Schedules()
        self._policy = policy
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="comptoir-sweep", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._over.set()

    def join(self) -> None:
        """Wait a few seconds for the thread to end."""
        if self._thread.ident is not None:
            self._thread.join(5)

    def _run(self) -> None:
        with closing(self._make_services()) as services:
            with svcs.Container(services) as container:
                engine: Engine = container.get(Engine)
                clock = container.get(Clock)
            runner = JobRunner(services, handlers=self._handlers, policy=self._policy)
            scheduler = Scheduler(services, schedules=self._schedules, policy=self._policy)
            next_tidy = clock()
            while not self._over.is_set():
                try:
                    with no_fork(engine):
                        scheduler.submit_due()
                    self.sweep(engine, clock)
                    if clock() >= next_tidy:
                        next_tidy = clock() + self._policy.tidy
                        with no_fork(engine):
                            runner.tidy()
                except (StorageError, SQLAlchemyError) as error:
                    _log.warning("sweep: the database did not answer (%s)", type(error).__name__)
                self._over.wait(self._policy.sweep.total_seconds())

    def sweep(self, engine: Engine, clock: Clock) -> int:
        """Send every job that waits and was not sent lately; how many were."""
        now = clock()
        with no_fork(engine), transaction(engine) as connection:
            waiting = JobStore(connection).to_announce(
                at=now, not_since=now - self._policy.announce_again
            )
        for sent, job_id in enumerate(waiting):
            try:
                self._announcer.announce(job_id)
            except AnnouncerDown as error:
                _log.warning("sweep: the broker did not answer (%s)", error)
                return sent
        return len(waiting)
