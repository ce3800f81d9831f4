"""The table of jobs: asked once, held by one worker, written by its holder alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from comptoir_web.jobs.errors import JobCancelled, JobUnknown, LeaseLost
from comptoir_web.jobs.model import Job, JobState, Lease, Sentence
from comptoir_web.jobs.store import JobStore
from comptoir_web.jobs.tables import JOBS
from shared_kernel.engine import transaction

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
KINDS = ("demo.work",)


@pytest.fixture
def jobs(engine: Engine) -> Engine:
    """A database that holds the table of jobs and nothing else."""
    JOBS.create(engine)
    return engine


def add(engine: Engine, *, request_id: str = "r1", owner: str = "ann", at: datetime = NOON) -> Job:
    """Ask for a job."""
    with transaction(engine) as connection:
        return JobStore(connection).add(
            "demo.work", {"n": 3}, owner=owner, request_id=request_id, at=at, max_attempts=3
        )


def claim(engine: Engine, worker: str = "w1", *, at: datetime = NOON) -> Job | None:
    """Try to take a job."""
    with transaction(engine) as connection:
        return JobStore(connection).claim(worker=worker, at=at, lease=LEASE, kinds=KINDS)


def claimed(engine: Engine, worker: str = "w1", *, at: datetime = NOON) -> tuple[Job, Lease]:
    """Take a job that is there to be taken."""
    job = claim(engine, worker, at=at)
    assert job is not None
    return job, Lease(job.id, job.attempts, worker)


def get(engine: Engine, job_id: str) -> Job:
    """The job as it stands."""
    with transaction(engine) as connection:
        return JobStore(connection).get(job_id)


def test_the_same_request_gives_the_same_job(jobs: Engine) -> None:
    """A form sent twice asks for one job; another owner's same request is another job."""
    first, again = add(jobs), add(jobs)
    assert first == again
    assert first.state is JobState.QUEUED
    assert first.arguments == {"n": 3}
    assert add(jobs, owner="bob").id != first.id


def test_a_claim_holds_until_its_lease_runs_out(jobs: Engine) -> None:
    """A held job is given to nobody; once its holder is silent, it is, with a new number."""
    add(jobs)
    job, _ = claimed(jobs)
    assert job.state is JobState.RUNNING
    assert (job.attempts, job.worker, job.lease_until) == (1, "w1", NOON + LEASE)
    assert claim(jobs, "w2", at=NOON + LEASE) is None
    later = NOON + LEASE + timedelta(microseconds=1)
    taken, _ = claimed(jobs, "w2", at=later)
    assert (taken.id, taken.attempts, taken.worker) == (job.id, 2, "w2")
    assert taken.started_at == NOON


def test_jobs_are_taken_in_the_order_they_were_asked(jobs: Engine) -> None:
    """The oldest request is served first, and each one once."""
    ids = [add(jobs, request_id=str(n), at=NOON + timedelta(seconds=n)).id for n in range(3)]
    late = NOON + timedelta(minutes=1)
    assert [claimed(jobs, at=late)[0].id for _ in ids] == ids
    assert claim(jobs, at=late) is None


def test_a_process_takes_only_kinds_it_knows(jobs: Engine) -> None:
    """A job of a kind unknown here is left for a process of another version."""
    add(jobs)
    with transaction(jobs) as connection:
        store = JobStore(connection)
        assert not store.has_work(at=NOON, kinds=("other.work",))
        assert (
            store.claim(worker="w1", at=NOON, lease=LEASE, kinds=("other.work",), job_id=None)
            is None
        )


def test_a_renewed_lease_keeps_the_job(jobs: Engine) -> None:
    """A heartbeat moves the end of the lease, so nobody else takes the job."""
    add(jobs)
    _, lease = claimed(jobs)
    beat = NOON + timedelta(seconds=20)
    with transaction(jobs) as connection:
        JobStore(connection).renew(lease, at=beat, until=beat + LEASE)
    assert claim(jobs, "w2", at=NOON + timedelta(seconds=40)) is None


STALE_WRITES: dict[str, Callable[[JobStore, Lease], None]] = {
    "renew": lambda store, lease: store.renew(lease, at=NOON, until=NOON + LEASE),
    "hold": lambda store, lease: store.hold(lease, at=NOON, until=NOON + LEASE, done=9),
    "finish": lambda store, lease: store.finish(lease, at=NOON, result={"file": "stale"}),
    "fail": lambda store, lease: store.fail(lease, at=NOON, error=Sentence("stale")),
    "cancelled": lambda store, lease: store.cancelled(lease, at=NOON),
    "release": lambda store, lease: store.release(lease, at=NOON),
    "postpone": lambda store, lease: store.postpone(lease, until=NOON),
}


@pytest.mark.parametrize("action", STALE_WRITES)
def test_a_worker_that_lost_its_lease_writes_nothing(jobs: Engine, action: str) -> None:
    """Every write repeats the number of its claim: a stale one is refused and changes nothing.

    The worker that claims again has the same name: the number alone makes the difference.
    """
    add(jobs)
    job, stale = claimed(jobs)
    claimed(jobs, at=NOON + timedelta(minutes=5))
    before = get(jobs, job.id)
    with transaction(jobs) as connection, pytest.raises(LeaseLost):
        STALE_WRITES[action](JobStore(connection), stale)
    assert get(jobs, job.id) == before


def test_what_the_holder_writes_is_kept(jobs: Engine) -> None:
    """The holder's progress and checkpoint are read back, and handed to the next attempt."""
    add(jobs)
    job, lease = claimed(jobs)
    with transaction(jobs) as connection:
        JobStore(connection).hold(
            lease,
            at=NOON,
            until=NOON + LEASE,
            checkpoint={"next": 2},
            done=2,
            total=5,
            message=Sentence("{done} done", {"done": "2"}).document(),
        )
    taken, _ = claimed(jobs, "w2", at=NOON + timedelta(minutes=1))
    assert taken.id == job.id
    assert taken.checkpoint == {"next": 2}
    assert (taken.done, taken.total, taken.percent) == (2, 5, 40)
    assert taken.message == Sentence("{done} done", {"done": "2"})


def test_a_finished_job_is_done_for_good(jobs: Engine) -> None:
    """Its result is kept, its lease is free, and neither cancel nor retry moves it."""
    add(jobs)
    job, lease = claimed(jobs)
    with transaction(jobs) as connection:
        JobStore(connection).finish(lease, at=NOON, result={"file": "jobs/x/y.zip"})
    done = get(jobs, job.id)
    assert (done.state, done.file, done.percent) == (JobState.DONE, "jobs/x/y.zip", 100)
    assert (done.worker, done.lease_until) == (None, None)
    with transaction(jobs) as connection:
        store = JobStore(connection)
        assert store.cancel(job.id, owner="ann", at=NOON) == done
        assert store.try_again(job.id, owner="ann", at=NOON, max_attempts=3) == done
    assert claim(jobs, at=NOON + timedelta(days=1)) is None


def test_a_queued_job_is_cancelled_at_once(jobs: Engine) -> None:
    """Nobody claims it any more, until its owner asks for it again."""
    job = add(jobs)
    with transaction(jobs) as connection:
        assert JobStore(connection).cancel(job.id, owner="ann", at=NOON).state.finished
    assert claim(jobs) is None
    with transaction(jobs) as connection:
        JobStore(connection).try_again(job.id, owner="ann", at=NOON, max_attempts=3)
    assert claimed(jobs)[0].id == job.id


def test_a_running_job_is_cancelled_by_its_holder(jobs: Engine) -> None:
    """The holder's next step is refused and undone; its heartbeat is not; then it says so."""
    add(jobs)
    job, lease = claimed(jobs)
    with transaction(jobs) as connection:
        asked = JobStore(connection).cancel(job.id, owner="ann", at=NOON)
    assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
    with transaction(jobs) as connection:
        JobStore(connection).renew(lease, at=NOON, until=NOON + LEASE)
    with pytest.raises(JobCancelled), transaction(jobs) as connection:
        JobStore(connection).hold(lease, at=NOON, until=NOON + LEASE, done=1)
    with transaction(jobs) as connection:
        JobStore(connection).cancelled(lease, at=NOON)
    ended = get(jobs, job.id)
    assert (ended.state, ended.done) == (JobState.CANCELLED, 0)


def test_a_cancelled_job_whose_worker_died_is_not_run_again(jobs: Engine) -> None:
    """Its lease runs out, and the next claim only writes that it is cancelled."""
    add(jobs)
    job, _ = claimed(jobs)
    with transaction(jobs) as connection:
        JobStore(connection).cancel(job.id, owner="ann", at=NOON)
    assert claim(jobs, at=NOON + timedelta(minutes=1)) is None
    assert get(jobs, job.id).state is JobState.CANCELLED


def test_a_job_that_kills_its_workers_is_given_up(jobs: Engine) -> None:
    """After ``max_attempts`` claims that went silent it fails, and says so."""
    job = add(jobs)
    for attempt in range(3):
        claimed(jobs, at=NOON + timedelta(minutes=attempt))
    assert claim(jobs, at=NOON + timedelta(minutes=4)) is None
    ended = get(jobs, job.id)
    assert ended.state is JobState.FAILED
    assert ended.error is not None
    assert "3 times" in ended.error.english()


def test_a_worker_that_stops_in_good_order_costs_no_attempt(jobs: Engine) -> None:
    """A released job is queued at once, however many times its workers were restarted."""
    job = add(jobs)
    for _ in range(5):
        _, lease = claimed(jobs)
        with transaction(jobs) as connection:
            JobStore(connection).release(lease, at=NOON)
    after = get(jobs, job.id)
    assert after.state is JobState.QUEUED
    assert after.max_attempts - after.attempts == 3


def test_trying_again_goes_on_from_the_checkpoint(jobs: Engine) -> None:
    """A failed job is queued with what it had done and a fresh allowance of attempts."""
    add(jobs)
    job, lease = claimed(jobs)
    with transaction(jobs) as connection:
        store = JobStore(connection)
        store.hold(lease, at=NOON, until=NOON + LEASE, checkpoint={"next": 4})
        store.fail(lease, at=NOON, error=Sentence("no"))
    with transaction(jobs) as connection:
        again = JobStore(connection).try_again(job.id, owner="ann", at=NOON, max_attempts=3)
    assert (again.state, again.error, again.finished_at) == (JobState.QUEUED, None, None)
    taken, new = claimed(jobs)
    assert taken.checkpoint == {"next": 4}
    assert new.attempt == 2  # never a number that was used before
    assert taken.max_attempts == 4


def test_the_jobs_of_others_do_not_exist(jobs: Engine) -> None:
    """An owner reads, cancels and lists their own jobs only."""
    job = add(jobs)
    with transaction(jobs) as connection:
        store = JobStore(connection)
        assert store.list("bob") == ()
        assert store.count("ann") == 1
        with pytest.raises(JobUnknown):
            store.get(job.id, owner="bob")
        with pytest.raises(JobUnknown):
            store.cancel(job.id, owner="bob", at=NOON)
    assert get(jobs, job.id) == job


def test_erasing_an_owner_stops_the_worker(jobs: Engine) -> None:
    """The rows go, the ids come back for the files, and the holder can write no more."""
    job = add(jobs)
    add(jobs, owner="bob", at=NOON + timedelta(seconds=1))
    _, lease = claimed(jobs)
    with transaction(jobs) as connection:
        store = JobStore(connection)
        assert [line["id"] for line in store.export("ann")] == [job.id]
        assert store.erase("ann") == (job.id,)
        assert store.export("ann") == ()
        assert store.count("bob") == 1
        with pytest.raises(LeaseLost):
            store.hold(lease, at=NOON, until=NOON + LEASE, done=1)


def test_a_sweep_sends_each_waiting_job_once(jobs: Engine) -> None:
    """What waits is given to one sweep, and given again when it still waits much later."""
    waiting = add(jobs)
    add(jobs, request_id="r2", at=NOON + timedelta(hours=1))  # not due yet
    minute = timedelta(minutes=1)

    def sweep(at: datetime) -> tuple[str, ...]:
        with transaction(jobs) as connection:
            return tuple(JobStore(connection).to_announce(at=at, not_since=at - minute))

    assert sweep(NOON) == (waiting.id,)
    assert sweep(NOON + timedelta(seconds=30)) == ()
    assert sweep(NOON + minute) == (waiting.id,)
    claimed(jobs, at=NOON + minute)
    assert sweep(NOON + minute + LEASE) == ()  # held by a living worker
    assert sweep(NOON + 3 * minute) == (waiting.id,)  # whose lease has run out


def test_jobs_are_counted_by_state(jobs: Engine) -> None:
    """Every state has its number, zero included."""
    add(jobs)
    add(jobs, request_id="r2")
    claimed(jobs)
    with transaction(jobs) as connection:
        counts = JobStore(connection).counts()
    assert counts == {
        JobState.QUEUED: 1,
        JobState.RUNNING: 1,
        JobState.DONE: 0,
        JobState.FAILED: 0,
        JobState.CANCELLED: 0,
    }
