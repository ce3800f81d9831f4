"""How the rest of the shell asks for work, follows it, cancels it and tries it again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import field, frozen
from sqlalchemy import Engine

from comptoir_web.jobs.errors import AnnouncerDown
from comptoir_web.jobs.model import Job, JobPolicy, JobState
from comptoir_web.jobs.store import JobStore
from shared_kernel.engine import reading, transaction

__all__ = ["Announcer", "JobQueue", "SilentAnnouncer"]

_log = logging.getLogger(__name__)


class Announcer(Protocol):
    """Tells the workers that a job waits; only its id travels."""

    def announce(self, job_id: str) -> None:
        """Tell them, or raise `AnnouncerDown`."""
        ...


class SilentAnnouncer:
    """Tells nobody: workers find the job when they look, within ``JobPolicy.poll``."""

    def announce(self, job_id: str) -> None:
        """Do nothing."""


@frozen
class JobQueue:
    """The service through which jobs are asked for.

    Args:
        engine: Where ``web_jobs`` is.
        clock: Gives now, aware.
        announcer: Tells the workers.
        policy: Attempts allowed.
    """

    engine: Engine
    clock: Callable[[], datetime]
    announcer: Announcer = field(factory=SilentAnnouncer, kw_only=True)
    policy: JobPolicy = field(factory=JobPolicy, kw_only=True)

    def submit(
        self, kind: str, arguments: Mapping[str, object], *, owner: str, request_id: str
    ) -> Job:
        """Ask for work once: submitting the same request again gives the same job.

        Args:
            kind: The name of the handler, for example ``loans.export``.
            arguments: What it needs, as JSON values, without any secret.
            owner: The id of the user the work is for.
            request_id: Chosen by the form; a form sent twice carries the same.
        """
        with transaction(self.engine) as connection:
            job = JobStore(connection).add(
                kind,
                arguments,
                owner=owner,
                request_id=request_id,
                at=self.clock(),
                max_attempts=self.policy.max_attempts,
            )
        if job.state is JobState.QUEUED:
            self._announce(job.id)
        return job

    def get(self, job_id: str, *, owner: str) -> Job:
        """The owner's job, or `JobUnknown`."""
        with reading(self.engine) as connection:
            return JobStore(connection).get(job_id, owner=owner)

    def list(self, owner: str, *, limit: int = 50, offset: int = 0) -> Sequence[Job]:
        """The owner's jobs, the newest first."""
        with reading(self.engine) as connection:
            return JobStore(connection).list(owner, limit=limit, offset=offset)

    def count(self, owner: str) -> int:
        """How many jobs the owner has."""
        with reading(self.engine) as connection:
            return JobStore(connection).count(owner)

    def cancel(self, job_id: str, *, owner: str) -> Job:
        """Cancel a queued job now, a running one at its next step."""
        with transaction(self.engine) as connection:
            return JobStore(connection).cancel(job_id, owner=owner, at=self.clock())

    def try_again(self, job_id: str, *, owner: str) -> Job:
        """Queue a failed or cancelled job again; it goes on from its checkpoint."""
        with transaction(self.engine) as connection:
            job = JobStore(connection).try_again(
                job_id, owner=owner, at=self.clock(), max_attempts=self.policy.max_attempts
            )
        if job.state is JobState.QUEUED:
            self._announce(job.id)
        return job

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs are in each state, of every owner."""
        with reading(self.engine) as connection:
            return JobStore(connection).counts()

    def _announce(self, job_id: str) -> None:
        try:
            self.announcer.announce(job_id)
        except AnnouncerDown as error:
            _log.warning("job %s: not announced (%s); it waits for the sweep", job_id, error)
            return
        with transaction(self.engine) as connection:
            JobStore(connection).announced(job_id, at=self.clock())
