"""How a serving process gets its work done: by a thread of its own, or by telling Celery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import svcs
from sqlalchemy import Engine

from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.queue import JobQueue, SilentAnnouncer

if TYPE_CHECKING:
    from flask import Flask

    from comptoir_web.clock import Clock
    from comptoir_web.jobs.registry import JobRegistry
    from comptoir_web.settings import Settings

__all__ = ["init_jobs", "queue_for"]


def queue_for(
    settings: Settings, engine: Engine, clock: Clock, *, policy: JobPolicy | None = None
) -> JobQueue:
    """The queue of any process: it tells Celery when a broker is set, and otherwise nobody.

    Raises:
        ExtraMissing: A broker is set and the extra ``celery`` is not installed.
    """
    policy = policy or JobPolicy()
    if not settings.broker_url:
        return JobQueue(engine, clock, announcer=SilentAnnouncer(), policy=policy)
    from comptoir_web.jobs.celery import CeleryAnnouncer, make_celery

    app = make_celery(settings.broker_url.value, policy=policy)
    return JobQueue(engine, clock, announcer=CeleryAnnouncer(app), policy=policy)


def init_jobs(
    app: Flask,
    services: svcs.Registry,
    settings: Settings,
    *,
    policy: JobPolicy | None = None,
    handlers: JobRegistry | None = None,
) -> None:
    """Let this application's processes run jobs, unless Celery does or it is under test.

    The thread starts with the first request that a process answers: by then every fork is past.
    A request to ``/livez`` does not count, for it touches nothing. The same thread asks for the
    work of the clock, unless the kinds of job are given.
    """
    if settings.broker_url or app.testing:
        return
    from comptoir_web.clock import Clock
    from comptoir_web.jobs.registry import load_handlers
    from comptoir_web.jobs.runner import JobRunner
    from comptoir_web.jobs.schedule import Scheduler
    from comptoir_web.jobs.threads import RunnerThread

    policy = policy or JobPolicy()

    def runner() -> JobRunner:
        if handlers is not None:
            return JobRunner(services, handlers=handlers, policy=policy)
        known = load_handlers()  # before the schedules are read: they stand beside the handlers
        scheduler = Scheduler(services, policy=policy)
        return JobRunner(services, handlers=known, policy=policy, scheduler=scheduler)

    thread = RunnerThread(runner, stop_wait_s=policy.stop_wait.total_seconds())
    with svcs.Container(services) as container:
        engine: Engine = container.get(Engine)
        clock = container.get(Clock)
    services.register_value(JobQueue, JobQueue(engine, clock, announcer=thread, policy=policy))

    @app.before_request
    def start_jobs() -> None:
        from flask import request

        if request.endpoint != "operations.livez":
            thread.ensure_started()
