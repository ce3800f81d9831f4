"""Jobs in the database: asked once, claimed by one worker, written by its holder alone.

Every method runs on the caller's connection and the caller commits. What must be decided by one
process only (asking, claiming, finishing) is one conditional update inside that transaction: an
immediate transaction on SQLite, a row lock taken with SKIP LOCKED on PostgreSQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from comptoir_web.jobs.errors import JobCancelled, JobUnknown, LeaseLost
from comptoir_web.jobs.model import Job, JobState, Lease, Sentence
from comptoir_web.jobs.tables import JOBS

__all__ = ["INTERRUPTED_TOO_OFTEN", "JobStore"]

INTERRUPTED_TOO_OFTEN = (
    "The work was interrupted {attempts} times and was given up. What was done is kept: try again "
    "to go on from there."
)

_FREE: Mapping[str, object] = {"worker": None, "lease_until": None}


@frozen
class JobStore:
    """The table ``web_jobs`` behind one connection.

    Args:
        connection: An open transaction. Methods that change anything need a writing one.
    """

    connection: Connection

    # -- what an owner does -------------------------------------------------------------------

    def add(
        self,
        kind: str,
        arguments: Mapping[str, object],
        *,
        owner: str,
        request_id: str,
        at: datetime,
        max_attempts: int,
    ) -> Job:
        """Ask for a job once: the same owner, kind and request give the job that is already there.

        Args:
            kind: The name of the handler.
            arguments: What the handler needs, as JSON values; no secret, for they are stored as is.
            owner: The opaque id of the person the work is for.
            request_id: Chosen by the form that asks; a form sent twice carries the same.
            at: Now, aware.
            max_attempts: How many claims are allowed before the job is given up.
        """
        known = self.asked(owner, kind, request_id)
        if known is not None:
            return known
        job_id = uuid.uuid4().hex
        try:
            with self.connection.begin_nested():
                self.connection.execute(
                    JOBS.insert().values(
                        id=job_id,
                        kind=kind,
                        owner=owner,
                        request_id=request_id,
                        state=JobState.QUEUED.value,
                        arguments=dict(arguments),
                        attempts=0,
                        max_attempts=max_attempts,
                        cancel_requested=False,
                        available_at=at,
                        done=0,
                        checkpoint={},
                        created_at=at,
                    )
                )
        except IntegrityError:
            # Another process asked for the same thing between our look and our insert.
            known = self.asked(owner, kind, request_id)
            if known is None:
                raise
            return known
        return self.get(job_id)

    def get(self, job_id: str, *, owner: str | None = None) -> Job:
        """The job, or `JobUnknown`; with an owner, the jobs of others do not exist."""
        query = select(JOBS).where(JOBS.c.id == job_id)
        if owner is not None:
            query = query.where(JOBS.c.owner == owner)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise JobUnknown(job_id)
        return _job(row)

    def list(self, owner: str, *, limit: int = 50, offset: int = 0) -> Sequence[Job]:
        """The jobs of one owner, the newest first."""
        query = (
            select(JOBS)
            .where(JOBS.c.owner == owner)
            .order_by(JOBS.c.created_at.desc(), JOBS.c.id)
            .limit(limit)
            .offset(offset)
        )
        return tuple(_job(row) for row in self.connection.execute(query))

    def count(self, owner: str) -> int:
        """How many jobs the owner has."""
        query = select(func.count()).select_from(JOBS).where(JOBS.c.owner == owner)
        return int(self.connection.execute(query).scalar_one())

    def asked(self, owner: str, kind: str, request_id: str) -> Job | None:
        """The job of that request, or None when it was never asked for."""
        row = self.connection.execute(
            select(JOBS).where(
                JOBS.c.owner == owner, JOBS.c.kind == kind, JOBS.c.request_id == request_id
            )
        ).one_or_none()
        return None if row is None else _job(row)

    def unfinished(self, owner: str, kind: str) -> bool:
        """Whether a job of that kind waits or is at work for the owner."""
        states = [JobState.QUEUED.value, JobState.RUNNING.value]
        query = select(JOBS.c.id).where(
            JOBS.c.owner == owner, JOBS.c.kind == kind, JOBS.c.state.in_(states)
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def cancel(self, job_id: str, *, owner: str, at: datetime) -> Job:
        """Cancel a queued job now; a running one stops at its next step; leave a finished one."""
        mine = and_(JOBS.c.id == job_id, JOBS.c.owner == owner)
        self._update(
            and_(mine, JOBS.c.state == JobState.QUEUED.value),
            state=JobState.CANCELLED.value,
            finished_at=at,
        )
        self._update(and_(mine, JOBS.c.state == JobState.RUNNING.value), cancel_requested=True)
        return self.get(job_id, owner=owner)

    def try_again(self, job_id: str, *, owner: str, at: datetime, max_attempts: int) -> Job:
        """Queue a failed or cancelled job again from its checkpoint; leave any other as it is."""
        self._update(
            and_(
                JOBS.c.id == job_id,
                JOBS.c.owner == owner,
                JOBS.c.state.in_([JobState.FAILED.value, JobState.CANCELLED.value]),
            ),
            state=JobState.QUEUED.value,
            cancel_requested=False,
            available_at=at,
            announced_at=None,
            max_attempts=JOBS.c.attempts + max_attempts,
            error=None,
            finished_at=None,
        )
        return self.get(job_id, owner=owner)

    def erase(self, owner: str) -> Sequence[str]:
        """Delete every job of the owner; the ids are given back so that their files go too.

        A worker in the middle of one finds its lease gone and stops without writing.
        """
        ids = tuple(self.connection.scalars(select(JOBS.c.id).where(JOBS.c.owner == owner)))
        self.connection.execute(JOBS.delete().where(JOBS.c.owner == owner))
        return ids

    def export(self, owner: str) -> Sequence[Mapping[str, object]]:
        """What is kept about the owner's jobs, as JSON values, the oldest first."""
        query = select(JOBS).where(JOBS.c.owner == owner).order_by(JOBS.c.created_at, JOBS.c.id)
        return tuple(
            {
                "id": job.id,
                "kind": job.kind,
                "state": job.state.value,
                "arguments": dict(job.arguments),
                "created_at": job.created_at.isoformat(),
                "finished_at": job.finished_at.isoformat() if job.finished_at else None,
                "result": dict(job.result) if job.result is not None else None,
                "error": job.error.english() if job.error else None,
            }
            for job in map(_job, self.connection.execute(query))
        )

    # -- what a worker does -------------------------------------------------------------------

    def has_work(self, *, at: datetime, kinds: Collection[str]) -> bool:
        """Whether a claim could succeed: a read, so that an idle worker never takes a lock."""
        query = select(JOBS.c.id).where(_ready(at), JOBS.c.kind.in_(kinds)).limit(1)
        return self.connection.execute(query).first() is not None

    def claim(
        self,
        *,
        worker: str,
        at: datetime,
        lease: timedelta,
        kinds: Collection[str],
        job_id: str | None = None,
    ) -> Job | None:
        """Take one job that is queued or whose holder has gone silent; None when there is none.

        A silent job that was taken ``max_attempts`` times is failed here, and one whose owner asked
        to cancel is cancelled here: neither is given out.

        Args:
            worker: Who claims, for people to read.
            at: Now, aware.
            lease: How long the claim holds without a heartbeat.
            kinds: The kinds this process can run.
            job_id: Only this job.
        """
        query = (
            select(JOBS)
            .where(_ready(at), JOBS.c.kind.in_(kinds))
            .order_by(JOBS.c.available_at, JOBS.c.created_at, JOBS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job_id is not None:
            query = query.where(JOBS.c.id == job_id)
        while (row := self.connection.execute(query).one_or_none()) is not None:
            job = _job(row)
            as_seen = and_(JOBS.c.id == job.id, JOBS.c.attempts == job.attempts, _ready(at))
            if job.cancel_requested:
                self._update(as_seen, **_FREE, state=JobState.CANCELLED.value, finished_at=at)
            elif job.attempts >= job.max_attempts:
                error = Sentence(INTERRUPTED_TOO_OFTEN, {"attempts": str(job.attempts)})
                self._update(
                    as_seen,
                    **_FREE,
                    state=JobState.FAILED.value,
                    finished_at=at,
                    error=error.document(),
                )
            elif self._update(
                as_seen,
                state=JobState.RUNNING.value,
                worker=worker,
                attempts=job.attempts + 1,
                lease_until=at + lease,
                heartbeat_at=at,
                started_at=job.started_at or at,
            ):
                return self.get(job.id)
        return None

    def renew(self, lease: Lease, *, at: datetime, until: datetime) -> None:
        """The heartbeat: keep the lease, cancelled or not, until its holder has stopped.

        Raises:
            LeaseLost: Another worker claimed the job, or it was erased.
        """
        if not self._update(_held(lease), heartbeat_at=at, lease_until=until):
            raise LeaseLost(lease.job_id)

    def hold(self, lease: Lease, *, at: datetime, until: datetime, **values: object) -> None:
        """Renew a lease and write what its holder says, or raise when it holds nothing any more.

        Inside a longer transaction this is the fence: on PostgreSQL the row stays locked until the
        commit, so that nobody can claim the job before the effect beside it is in.

        Raises:
            LeaseLost: Another worker claimed the job, or it was erased.
            JobCancelled: The owner asked to cancel; nothing was written.
        """
        held = and_(_held(lease), JOBS.c.cancel_requested.is_(False))
        if self._update(held, heartbeat_at=at, lease_until=until, **values):
            return
        if self.connection.execute(select(JOBS.c.id).where(_held(lease))).first() is None:
            raise LeaseLost(lease.job_id)
        raise JobCancelled(lease.job_id)

    def finish(self, lease: Lease, *, at: datetime, result: Mapping[str, object]) -> None:
        """The work is done, whatever was asked meanwhile."""
        self._end(
            lease,
            state=JobState.DONE.value,
            finished_at=at,
            result=dict(result),
            error=None,
            message=None,
            cancel_requested=False,
        )

    def fail(self, lease: Lease, *, at: datetime, error: Sentence) -> None:
        """The work cannot be done; its owner reads why."""
        self._end(lease, state=JobState.FAILED.value, finished_at=at, error=error.document())

    def cancelled(self, lease: Lease, *, at: datetime) -> None:
        """The worker has stopped as its owner asked."""
        self._end(lease, state=JobState.CANCELLED.value, finished_at=at)

    def release(self, lease: Lease, *, at: datetime) -> None:
        """Give a job back to the queue when a worker stops in good order; this costs no attempt."""
        self._end(
            lease,
            state=JobState.QUEUED.value,
            available_at=at,
            announced_at=None,
            max_attempts=JOBS.c.max_attempts + 1,
        )

    def postpone(self, lease: Lease, *, until: datetime) -> None:
        """Give a job back to the queue for a later attempt."""
        self._end(lease, state=JobState.QUEUED.value, available_at=until, announced_at=None)

    # -- what keeps the whole in order --------------------------------------------------------

    def to_announce(self, *, at: datetime, not_since: datetime, limit: int = 100) -> Sequence[str]:
        """Mark and give the ids of jobs that wait and whose message may have been lost.

        Several processes may sweep at once: the mark is a conditional update, so each id is given
        to one of them.
        """
        stale = or_(JOBS.c.announced_at.is_(None), JOBS.c.announced_at <= not_since)
        candidates = self.connection.scalars(
            select(JOBS.c.id)
            .where(_ready(at), stale)
            .order_by(JOBS.c.available_at, JOBS.c.id)
            .limit(limit)
        ).all()
        return tuple(
            job_id
            for job_id in candidates
            if self._update(and_(JOBS.c.id == job_id, _ready(at), stale), announced_at=at)
        )

    def announced(self, job_id: str, *, at: datetime) -> None:
        """Note that a message for the job has been sent."""
        self._update(JOBS.c.id == job_id, announced_at=at)

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs are in each state, zero included."""
        query = select(JOBS.c.state, func.count()).group_by(JOBS.c.state)
        found = {str(state): int(number) for state, number in self.connection.execute(query)}
        return {state: found.get(state.value, 0) for state in JobState}

    def finished_before(self, at: datetime, *, limit: int = 100) -> Sequence[str]:
        """The ids of jobs that ended before this time: their files and rows may go."""
        query = select(JOBS.c.id).where(JOBS.c.finished_at < at).limit(limit)
        return tuple(self.connection.scalars(query))

    def forget(self, job_id: str, *, finished_before: datetime) -> bool:
        """Delete one job that ended before this time; false when it has been taken up again."""
        gone = self.connection.execute(
            JOBS.delete().where(JOBS.c.id == job_id, JOBS.c.finished_at < finished_before)
        )
        return gone.rowcount == 1

    # -- inside -------------------------------------------------------------------------------

    def _update(self, condition: ColumnElement[bool], **values: object) -> bool:
        return self.connection.execute(update(JOBS).where(condition).values(**values)).rowcount == 1

    def _end(self, lease: Lease, **values: object) -> None:
        if not self._update(_held(lease), **_FREE, **values):
            raise LeaseLost(lease.job_id)


def _ready(at: datetime) -> ColumnElement[bool]:
    """Queued and due, or running under a lease that has run out."""
    return or_(
        and_(JOBS.c.state == JobState.QUEUED.value, JOBS.c.available_at <= at),
        and_(JOBS.c.state == JobState.RUNNING.value, JOBS.c.lease_until < at),
    )


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        JOBS.c.id == lease.job_id,
        JOBS.c.state == JobState.RUNNING.value,
        JOBS.c.attempts == lease.attempt,
        JOBS.c.worker == lease.worker,
    )


def _job(row: Row[tuple[object, ...]]) -> Job:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for the row as a mapping
    values["state"] = JobState(values["state"])
    values["message"] = Sentence.from_document(values["message"])
    values["error"] = Sentence.from_document(values["error"])
    del values["announced_at"]
    return Job(**values)
