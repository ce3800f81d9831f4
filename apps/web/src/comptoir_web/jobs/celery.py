"""The grown way to work: Celery over Redis. The message carries a job's id and nothing else.

Redis may lose a message, deliver it twice, or deliver it while its first receiver still works
(its visibility time-out is a guess): none of it matters, for the claim in the database decides who
runs a job, and a sweep in every worker sends again what waits too long. The settings below make
Celery itself redeliver what a killed child was doing, which it does not by default.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from comptoir_web.jobs.errors import AnnouncerDown, JobUnavailable
from comptoir_web.jobs.model import JobPolicy
from shared_kernel import ExtraMissing

if TYPE_CHECKING:
    from celery import Celery  # type: ignore[import-untyped]  # Celery ships no types

    from comptoir_web.jobs.runner import JobRunner

__all__ = ["TASK", "CeleryAnnouncer", "make_celery", "ping"]

TASK = "comptoir.run_job"
QUEUE = "comptoir-jobs"
SOCKET_S = 5
"""No command to the broker waits longer than this."""

_log = logging.getLogger(__name__)


def make_celery(broker_url: str, *, policy: JobPolicy) -> Celery:
    """A Celery application with every setting that a crash depends on.

    Raises:
        ExtraMissing: The extra ``celery`` of comptoir-web is not installed.
    """
    try:
        from celery import Celery
    except ImportError as error:
        raise ExtraMissing("comptoir-web", "celery") from error

    app = Celery("comptoir", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUE,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=SOCKET_S,
        broker_transport_options={
            # Longer than a lease, so that a redelivered job can be claimed.
            "visibility_timeout": max(policy.lease.total_seconds() * 2, 5),
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": SOCKET_S,
            "socket_connect_timeout": SOCKET_S,
            "socket_keepalive": True,
        },
        enable_utc=True,
    )
    return app


def add_task(app: Celery, runner: Callable[[], JobRunner]) -> None:
    """Give a worker's application the one task it runs; the runner is that of its process."""

    def run_job(job_id: str) -> None:
        runner().run_job(job_id)

    app.task(run_job, name=TASK)


class CeleryAnnouncer:
    """Sends a job's id to the workers.

    Args:
        app: From `make_celery`.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app

    def announce(self, job_id: str) -> None:
        """Send the message once, within a few seconds.

        Raises:
            AnnouncerDown: The broker did not take it.
        """
        from kombu.exceptions import OperationalError

        try:
            self._app.send_task(TASK, args=[job_id], ignore_result=True, retry=False)
        except (OperationalError, OSError) as error:
            # The error's text may hold the broker's address and password.
            raise AnnouncerDown(type(error).__name__) from None


def ping(broker_url: str, *, timeout_s: float = 2) -> None:
    """Return when the broker answers.

    Raises:
        JobUnavailable: It does not, or the extra ``celery`` is missing.
    """
    try:
        import redis
    except ImportError:
        raise JobUnavailable("install comptoir-web[celery]") from None
    try:
        with redis.Redis.from_url(
            broker_url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise JobUnavailable(type(error).__name__) from None
