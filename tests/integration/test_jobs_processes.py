"""Jobs with real processes: killed, stopped, frozen and racing; both databases, both modes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import frozen
from sqlalchemy import Engine, text
from testkit.children import children

from comptoir_web.jobs.model import Job, JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.serving import queue_for
from comptoir_web.settings import Secret, Settings
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

HERE = Path(__file__).parent
PATIENCE_S = 40.0
STEPS = 8

Process = subprocess.Popen[bytes]


def now() -> datetime:
    """The real time: these tests are about real processes."""
    return datetime.now(UTC)


def eventually(what: str, check: Callable[[], bool]) -> None:
    """Wait for a condition that another process brings about."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s for: {what}"
        time.sleep(0.05)


@frozen
class Site:
    """An installation: a database, a broker or none, a folder."""

    engine: Engine
    url: str
    broker_url: str
    folder: Path

    @property
    def queue(self) -> JobQueue:
        """Where to ask."""
        settings = Settings(database_url=Secret(self.url), broker_url=Secret(self.broker_url))
        return queue_for(settings, self.engine, now)

    def ask(self, *, steps: int = STEPS, pause_ms: int = 150, request_id: str = "r1") -> str:
        """Ask for a job that writes a row a step."""
        arguments = {"steps": steps, "pause_ms": pause_ms}
        return self.queue.submit("test.steps", arguments, owner="ann", request_id=request_id).id

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return self.queue.get(job_id, owner="ann")

    def effects(self, job_id: str) -> list[tuple[int, int, int]]:
        """What was really done: step, process, attempt, in order."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                text("SELECT step, pid, attempt FROM effects WHERE job = :job ORDER BY step, pid"),
                {"job": job_id},
            )
            return [(int(row[0]), int(row[1]), int(row[2])) for row in rows]

    def steps_done(self, job_id: str) -> list[int]:
        """The steps that were done, each as often as it was."""
        return [step for step, _, _ in self.effects(job_id)]

    @contextlib.contextmanager
    def workers(self, count: int = 1) -> Iterator[Sequence[Process]]:
        """Worker processes, killed by their pid after the block."""
        command = [sys.executable, str(HERE / "jobs_process.py"), self.url, self.broker_url]
        started: list[Process] = []
        with (self.folder / "workers.log").open("ab") as log:
            try:
                while len(started) < count:
                    process = subprocess.Popen(
                        [*command, str(self.folder / "files")],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        # A group of its own: a test that kills one kills its children too.
                        start_new_session=True,
                    )
                    started.append(process)
                yield started
            finally:
                # At once: how a worker ends when it is asked to is a test of its own.
                for process in started:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def wait_for(self, job_id: str, steps: int) -> None:
        """Wait until that many steps are done."""
        eventually(f"{steps} steps", lambda: len(self.effects(job_id)) >= steps)

    def wait_for_end(self, job_id: str) -> Job:
        """Wait until the job is done, failed or cancelled."""
        eventually("the end of the job", lambda: self.job(job_id).state.finished)
        return self.job(job_id)


def prepare(engine: Engine) -> None:
    """Migrate; make the table of effects, without any constraint: a step done twice must show."""
    upgrade(engine, ALL_MIGRATIONS)
    with transaction(engine) as connection:
        connection.execute(
            text(
                "CREATE TABLE effects (job VARCHAR(64), step INTEGER, pid INTEGER, attempt INTEGER)"
            )
        )


@pytest.fixture(params=["alone", "celery"])
def site(request: pytest.FixtureRequest, engine: Engine, database_url: str, tmp_path: Path) -> Site:
    """An installation without a broker, then one with Celery over Redis."""
    prepare(engine)
    broker = str(request.getfixturevalue("redis_url")) if request.param == "celery" else ""
    return Site(engine, database_url, broker, tmp_path)


def assert_done_once(site: Site, job_id: str, *, attempts: int) -> None:
    """The job is done, every step happened exactly once, and the row says what is true."""
    job = site.wait_for_end(job_id)
    assert job.state is JobState.DONE, job.error
    assert job.result == {"steps": STEPS}
    assert site.steps_done(job_id) == list(range(STEPS))
    assert (job.done, job.total, job.attempts) == (STEPS, STEPS, attempts)
    assert (job.worker, job.lease_until) == (None, None)


@pytest.mark.slow
def test_a_killed_worker_is_replaced(site: Site) -> None:
    """Kill -9 of the whole worker in the middle: another goes on, and each step happens once."""
    job_id = site.ask()
    with site.workers() as (first,):
        site.wait_for(job_id, 3)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    before = site.steps_done(job_id)
    assert 3 <= len(before) < STEPS
    assert site.job(job_id).state is JobState.RUNNING  # the dead can't say that they are
    with site.workers():
        assert_done_once(site, job_id, attempts=2)
    assert site.steps_done(job_id)[: len(before)] == before
    assert len({pid for _, pid, _ in site.effects(job_id)}) == 2


@pytest.mark.slow
def test_a_killed_child_of_celery_is_replaced(
    engine: Engine, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Kill -9 of the child that works, its parent alive: a new child goes on where it was."""
    prepare(engine)
    site = Site(engine, database_url, redis_url, tmp_path)
    job_id = site.ask()
    with site.workers() as (parent,):
        site.wait_for(job_id, 3)
        child = site.effects(job_id)[0][1]
        assert child != parent.pid
        os.kill(child, signal.SIGKILL)
        assert_done_once(site, job_id, attempts=2)
        assert parent.poll() is None


def test_a_process_does_not_fork_while_its_thread_writes(engine: Engine, database_url: str) -> None:
    """A child made in the middle of the sweep of its parent's thread finds the database free."""
    prepare(engine)
    code = """
        import os, sys, threading, time, warnings
        from sqlalchemy import text
        from comptoir_web.jobs.worker import no_fork
        from shared_kernel.engine import create_engine, transaction

        # Python 3.12 warns of what Celery does as well: a fork beside a thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        engine = create_engine(sys.argv[1])
        inside = threading.Event()

        def write(name, pause_s):
            with transaction(engine) as connection:
                line = "INSERT INTO effects VALUES (:name, 0, 0, 0)"
                connection.execute(text(line), {"name": name})
                inside.set()
                time.sleep(pause_s)

        def sweep():
            with no_fork(engine):
                write("thread", 1)

        thread = threading.Thread(target=sweep)
        thread.start()
        inside.wait()
        child = os.fork()
        if child == 0:
            write("child", 0)
            os._exit(0)
        thread.join()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        engine.dispose()
    """
    with children(1, code, database_url) as (parent,):
        assert parent.line() == "0"
    with reading(engine) as connection:
        written = connection.scalars(text("SELECT job FROM effects ORDER BY job")).all()
    assert written == ["child", "thread"]


@pytest.mark.slow
def test_a_worker_that_wakes_up_too_late_writes_nothing(site: Site) -> None:
    """Frozen past its lease, overtaken, then awake again: its claim is over and it knows."""
    job_id = site.ask()
    with site.workers() as (frozen_one,):
        site.wait_for(job_id, 2)
        os.killpg(frozen_one.pid, signal.SIGSTOP)
        try:
            with site.workers():
                assert_done_once(site, job_id, attempts=2)
        finally:
            os.killpg(frozen_one.pid, signal.SIGCONT)
        time.sleep(1.0)  # time enough to write, if it could
        assert_done_once(site, job_id, attempts=2)
        assert frozen_one.poll() is None


@pytest.mark.slow
def test_a_worker_asked_to_stop_gives_its_job_back(site: Site) -> None:
    """SIGTERM: it ends at the next step with code 0, and the job waits with its checkpoint."""
    job_id = site.ask(steps=STEPS, pause_ms=400)
    with site.workers() as (first,):
        site.wait_for(job_id, 2)
        asked = time.monotonic()
        first.terminate()
        assert first.wait(20) == 0
        assert time.monotonic() - asked < 15
        job = site.job(job_id)
        assert job.state is JobState.QUEUED
        assert job.max_attempts - job.attempts == 5  # the stop cost no attempt
        assert job.checkpoint == {"next": len(site.steps_done(job_id))}
    with site.workers():
        assert_done_once(site, job_id, attempts=2)


@pytest.mark.slow
def test_two_workers_never_run_one_job(site: Site) -> None:
    """Three workers and twenty jobs: each job is claimed once, by one, and several take part."""
    ids = [site.ask(steps=3, pause_ms=20, request_id=f"r{n}") for n in range(20)]
    with site.workers(3):
        for job_id in ids:
            assert site.wait_for_end(job_id).state is JobState.DONE
    workers = set()
    for job_id in ids:
        effects = site.effects(job_id)
        assert [(step, attempt) for step, _, attempt in effects] == [(0, 1), (1, 1), (2, 1)]
        pids = {pid for _, pid, _ in effects}
        assert len(pids) == 1
        workers |= pids
    assert len(workers) > 1


@pytest.mark.slow
def test_a_lost_message_is_sent_again(
    engine: Engine, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """A job asked for while the broker is away waits in the database; the sweep finds it."""
    prepare(engine)
    away = Site(engine, database_url, "redis://127.0.0.1:1/0", tmp_path)
    job_id = away.ask(steps=STEPS, pause_ms=0)
    assert away.job(job_id).state is JobState.QUEUED
    back = Site(engine, database_url, redis_url, tmp_path)
    with back.workers():
        assert_done_once(back, job_id, attempts=1)


def test_the_same_request_from_many_processes_is_one_job(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    """Four processes send the same form at the same moment: one job, one answer."""
    prepare(engine)
    site = Site(engine, database_url, "", tmp_path)
    code = """
        import sys
        from datetime import UTC, datetime
        from comptoir_web.jobs.queue import JobQueue
        from shared_kernel.engine import create_engine
        queue = JobQueue(create_engine(sys.argv[1]), lambda: datetime.now(UTC))
        print("ready", flush=True)
        sys.stdin.readline()
        print(queue.submit("test.steps", {}, owner="ann", request_id="same").id, flush=True)
        queue.engine.dispose()
    """
    with children(4, code, site.url) as racers:
        for racer in racers:
            assert racer.line() == "ready"
        for racer in racers:
            racer.tell()
        ids = {racer.line() for racer in racers}
    assert len(ids) == 1
    assert site.queue.count("ann") == 1
