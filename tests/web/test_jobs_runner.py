"""The runner: what a handler is given, and what becomes of its job however it ends."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import svcs
from attrs import define, field
from sqlalchemy import Engine, select, text

from comptoir_web.files import FileAbsent, FileStore, LocalFiles
from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.errors import JobError, JobUnavailable, KindUnknown
from comptoir_web.jobs.model import Job, JobPolicy, JobState, Sentence
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import JobRegistry
from comptoir_web.jobs.runner import JobRunner, job_folder
from comptoir_web.jobs.store import JobStore
from comptoir_web.jobs.tables import JOBS
from comptoir_web.jobs.threads import RunnerThread
from comptoir_web.wiring import Clock
from shared_kernel.engine import reading, transaction

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
Arguments = Mapping[str, object]


@define
class House:
    """A database with the table of jobs, a clock that tests set, a runner and its queue."""

    engine: Engine
    files: LocalFiles
    now: datetime = NOON
    policy: JobPolicy = field(factory=lambda: JobPolicy(max_attempts=3))

    def clock(self) -> datetime:
        """The time the test has set."""
        return self.now

    def services(self) -> svcs.Registry:
        """The wiring."""
        registry = svcs.Registry()
        registry.register_value(Engine, self.engine)
        registry.register_value(Clock, self.clock)
        registry.register_value(FileStore, self.files)
        return registry

    def runner(self, handlers: JobRegistry) -> JobRunner:
        """A runner of these kinds."""
        return JobRunner(self.services(), handlers=handlers, policy=self.policy)

    def queue(self) -> JobQueue:
        """Where to ask."""
        return JobQueue(self.engine, self.clock, policy=self.policy)

    def ask(self, **arguments: object) -> str:
        """Ask for the job of the tests."""
        job = self.queue().submit("demo.work", arguments, owner="ann", request_id="r1")
        return job.id

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return self.queue().get(job_id, owner="ann")


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """See `House`; a table of effects beside."""
    JOBS.create(engine)
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE effects (step INTEGER NOT NULL)"))
    return House(engine, LocalFiles(tmp_path / "files"))


def effects(house: House) -> list[int]:
    """The effects that were committed, in order."""
    with reading(house.engine) as connection:
        return list(connection.scalars(text("SELECT step FROM effects ORDER BY step")))


def test_a_job_runs_and_keeps_its_result(house: House) -> None:
    """The handler gets the arguments and its services; the result and the times are kept."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        house.now = NOON + timedelta(seconds=5)
        context.progress(1, 2, message=Sentence("half"))
        assert context.service(Engine) is house.engine
        seen = house.job(context.job.id)
        assert (seen.done, seen.total, seen.message) == (1, 2, Sentence("half"))
        return {"doubled": int(str(arguments["n"])) * 2}

    job_id = house.ask(n=21)
    runner = house.runner(handlers)
    assert runner.run_next()
    assert not runner.run_next()
    job = house.job(job_id)
    assert (job.state, job.result) == (JobState.DONE, {"doubled": 42})
    assert (job.started_at, job.finished_at) == (NOON, NOON + timedelta(seconds=5))


def test_a_step_is_one_transaction_with_its_checkpoint(house: House) -> None:
    """A step that raises leaves neither effect nor checkpoint; the next attempt makes both."""
    handlers = JobRegistry()
    fail_at = [2]

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        for step in range(int(str(context.checkpoint.get("next", 0))), 4):
            with context.step({"next": step + 1}, done=step + 1, total=4) as connection:
                connection.execute(text("INSERT INTO effects VALUES (:step)"), {"step": step})
                if fail_at == [step]:
                    fail_at.clear()
                    raise JobUnavailable("away")
        return {}

    job_id = house.ask()
    house.runner(handlers).run_next()
    between = house.job(job_id)
    assert (between.state, between.checkpoint, between.done) == (JobState.QUEUED, {"next": 2}, 2)
    assert effects(house) == [0, 1]
    house.now += timedelta(minutes=1)
    house.runner(handlers).run_next()
    assert house.job(job_id).state is JobState.DONE
    assert effects(house) == [0, 1, 2, 3]


def test_a_handler_that_gives_up_says_why(house: House) -> None:
    """The job fails at once with the handler's own sentence, ready to be translated."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        raise JobError("there are {count} loans", count="0")

    job_id = house.ask()
    house.runner(handlers).run_next()
    job = house.job(job_id)
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error == Sentence("there are {count} loans", {"count": "0"})


def test_a_broken_handler_tells_no_secret(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The row and the log hold a reference, the type and the place, never the exception's text."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        raise RuntimeError("postgresql://comptoir:hunter2@db/prod refused 215000")

    job_id = house.ask()
    with caplog.at_level(logging.DEBUG):
        house.runner(handlers).run_next()
    with reading(house.engine) as connection:
        row = str(connection.execute(select(JOBS)).one())
    job = house.job(job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    reference = job.error.params["reference"]
    assert reference in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_jobs_runner.py" in caplog.text
    for secret in ("hunter2", "215000"):
        assert secret not in row
        assert secret not in caplog.text


def test_what_is_away_is_tried_later(house: House) -> None:
    """The job waits longer each time, then fails with a sentence that says it can go on."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        raise JobUnavailable("the bucket")

    job_id = house.ask()
    runner = house.runner(handlers)
    assert runner.run_next()
    assert house.job(job_id).available_at == NOON + timedelta(seconds=5)
    assert not runner.run_next()
    house.now += timedelta(seconds=5)
    assert runner.run_next()
    assert house.job(job_id).available_at == house.now + timedelta(seconds=10)
    house.now += timedelta(seconds=10)
    assert runner.run_next()
    job = house.job(job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert "3 times" in job.error.english()


def test_a_stopping_runner_gives_its_job_back(house: House) -> None:
    """The step in hand is kept, the job is queued again at once, and another runner ends it."""
    handlers = JobRegistry()
    runners: list[JobRunner] = []

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        for step in range(int(str(context.checkpoint.get("next", 0))), 3):
            with context.step({"next": step + 1}) as connection:
                connection.execute(text("INSERT INTO effects VALUES (:step)"), {"step": step})
            if step == 0:
                runners[0].stop()
        return {}

    job_id = house.ask()
    runners.append(house.runner(handlers))
    runners[0].run_forever()
    job = house.job(job_id)
    assert (job.state, job.checkpoint) == (JobState.QUEUED, {"next": 1})
    assert not runners[0].run_job(job_id)
    assert house.runner(handlers).run_job(job_id)
    assert house.job(job_id).state is JobState.DONE
    assert effects(house) == [0, 1, 2]


def test_cancelling_stops_at_the_next_step(house: House) -> None:
    """The step that was committed stays; the one after is never made."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        for step in range(3):
            with context.step({"next": step + 1}) as connection:
                connection.execute(text("INSERT INTO effects VALUES (:step)"), {"step": step})
            if step == 1:
                house.queue().cancel(context.job.id, owner="ann")
        return {}

    job_id = house.ask()
    house.runner(handlers).run_next()
    assert house.job(job_id).state is JobState.CANCELLED
    assert effects(house) == [0, 1]


def test_a_worker_overtaken_in_the_middle_of_its_work_leaves(house: House) -> None:
    """Another worker claims the job: the first one's next step raises and writes nothing."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        house.now += timedelta(minutes=1)  # asleep for longer than the lease
        with transaction(house.engine) as connection:
            taken = JobStore(connection).claim(
                worker="other",
                at=house.now,
                lease=house.policy.lease,
                kinds=handlers.kinds,
            )
        assert taken is not None
        with context.step({"next": 1}) as connection:
            connection.execute(text("INSERT INTO effects VALUES (0)"))
        raise AssertionError("the step above raises")

    job_id = house.ask()
    house.runner(handlers).run_next()
    job = house.job(job_id)
    assert (job.state, job.worker, job.attempts) == (JobState.RUNNING, "other", 2)
    assert job.checkpoint == {}
    assert effects(house) == []


def test_a_heartbeat_keeps_a_long_step_alive(engine: Engine, tmp_path: Path) -> None:
    """A handler that computes for several leases keeps its job; real time, a lease of 0.6 s."""
    JOBS.create(engine)
    services = svcs.Registry()
    services.register_value(Engine, engine)
    services.register_value(Clock, lambda: datetime.now(UTC))
    services.register_value(FileStore, LocalFiles(tmp_path))
    handlers = JobRegistry()
    claims: list[Job | None] = []

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        for _ in range(6):
            time.sleep(0.3)
            with transaction(engine) as connection:
                claims.append(
                    JobStore(connection).claim(
                        worker="other",
                        at=datetime.now(UTC),
                        lease=timedelta(seconds=1),
                        kinds=("demo.work",),
                    )
                )
        return {}

    policy = JobPolicy(lease=timedelta(seconds=0.6))
    queue = JobQueue(engine, lambda: datetime.now(UTC))
    job = queue.submit("demo.work", {}, owner="ann", request_id="r1")
    assert JobRunner(services, handlers=handlers, policy=policy).run_job(job.id)
    assert claims == [None] * 6
    ended = queue.get(job.id, owner="ann")
    assert (ended.state, ended.attempts) == (JobState.DONE, 1)


def test_old_jobs_go_with_their_files(house: House) -> None:
    """A job that ended a week ago is deleted with its folder; a later one stays."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        key = f"{job_folder(context.job.id)}/made.txt"
        context.service(LocalFiles).put(key, b"made")
        return {"file": key}

    services = house.services()
    services.register_value(LocalFiles, house.files)
    runner = JobRunner(services, handlers=handlers, policy=house.policy)
    job_id = house.ask()
    runner.run_next()
    key = house.job(job_id).file
    assert key is not None
    house.now += house.policy.keep_finished
    runner.tidy()
    with house.files.open(key) as file:
        assert file.read() == b"made"
    house.now += timedelta(seconds=1)
    runner.tidy()
    with pytest.raises(FileAbsent):
        house.files.open(key)
    assert house.queue().count("ann") == 0


def test_an_unknown_kind_is_said_with_those_known() -> None:
    """A kind without a handler is named, with those that have one; a name is taken once."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        return {}

    with pytest.raises(KindUnknown, match=r"demo\.other.*demo\.work"):
        handlers.handler("demo.other")
    with pytest.raises(ValueError, match="two handlers"):
        handlers.job("demo.work")(work)


def test_a_thread_of_the_server_runs_what_is_asked(house: House) -> None:
    """The thread starts once, is woken by the queue, gives its job back when the process ends."""
    handlers = JobRegistry()
    reached, go_on = threading.Event(), threading.Event()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        reached.set()
        go_on.wait(10)
        with context.step({"next": 1}):
            pass
        return {}

    # Woken, not polled: within the test's patience a poll of an hour never comes.
    policy = JobPolicy(poll=timedelta(hours=1))
    thread = RunnerThread(
        lambda: JobRunner(house.services(), handlers=handlers, policy=policy), stop_wait_s=10
    )
    thread.ensure_started()
    thread.ensure_started()
    assert [t.name for t in threading.enumerate()].count("comptoir-jobs") == 1
    queue = JobQueue(house.engine, house.clock, announcer=thread)
    job = queue.submit("demo.work", {}, owner="ann", request_id="r1")
    assert reached.wait(10)
    stopper = threading.Thread(target=thread.stop)
    stopper.start()
    time.sleep(0.1)
    go_on.set()
    stopper.join(10)
    after = house.job(job.id)
    assert after.state is JobState.QUEUED


def test_the_runner_survives_a_database_that_is_away(house: House) -> None:
    """The loop goes on when a claim fails, and takes jobs again once the tables are back."""
    handlers = JobRegistry()
    ran = threading.Event()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        ran.set()
        return {}

    house.policy = JobPolicy(poll=timedelta(seconds=0.05))
    house.ask()
    with transaction(house.engine) as connection:
        connection.execute(text("ALTER TABLE web_jobs RENAME TO away"))
    runner = house.runner(handlers)
    loop = threading.Thread(target=runner.run_forever)
    loop.start()
    try:
        time.sleep(0.2)
        assert not ran.is_set()
        assert loop.is_alive()
        with transaction(house.engine) as connection:
            connection.execute(text("ALTER TABLE away RENAME TO web_jobs"))
        assert ran.wait(10)
    finally:
        runner.stop()
        loop.join(10)


def test_a_stream_is_no_result_of_a_job(house: House) -> None:
    """A result that JSON cannot hold fails the job instead of the worker."""
    handlers = JobRegistry()

    @handlers.job("demo.work")
    def work(context: JobContext, arguments: Arguments) -> Arguments:
        return {"stream": io.BytesIO()}

    job_id = house.ask()
    house.runner(handlers).run_next()
    assert house.job(job_id).state is JobState.FAILED
