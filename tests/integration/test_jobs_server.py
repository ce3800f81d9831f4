"""The default mode with a real server: granian's processes each work by a thread of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import frozen
from sqlalchemy import Engine, text
from testkit.processes import free_port, stop

from comptoir_web.jobs.model import Job, JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

HERE = Path(__file__).parent
PATIENCE_S = 40.0
STEPS = 8


def eventually(what: str, check: Callable[[], bool]) -> None:
    """Wait for what another process brings about."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s for: {what}"
        time.sleep(0.05)


@frozen
class Server:
    """A granian with two processes."""

    process: subprocess.Popen[bytes]
    port: int

    def get(self, path: str) -> int | None:
        """The status of a page; None while nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=10
            ) as answer:
                return int(answer.status)
        except OSError:
            return None


@frozen
class Site:
    """A migrated database that servers share."""

    engine: Engine
    url: str
    folder: Path

    @contextlib.contextmanager
    def server(self) -> Iterator[Server]:
        """A server that answers, ended with all its processes after the block."""
        port = free_port()
        said = self.folder / f"server-{port}.log"
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"]
        command += ["--blocking-threads", "2", "--host", "127.0.0.1", "--port", str(port)]
        with said.open("wb") as log:
            process = subprocess.Popen(
                [*command, "jobs_process:application"],
                cwd=HERE,
                env={
                    **os.environ,
                    "DATABASE": self.url,
                    "FILES": str(self.folder / "files"),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(process, port)
        try:
            eventually("the server", lambda: server.get("/livez") == 200)
            # A process of granian that is still starting does not hear a signal to stop.
            eventually("both processes", lambda: said.read_text().count("Started worker-") == 2)
            yield server
        finally:
            stop(process, grace_s=15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    @property
    def queue(self) -> JobQueue:
        """Where to ask: from outside of the servers, so that they find the job by looking."""
        return JobQueue(self.engine, lambda: datetime.now(UTC))

    def ask(self, pause_ms: int) -> str:
        """Ask for a job that writes a row a step."""
        arguments = {"steps": STEPS, "pause_ms": pause_ms}
        return self.queue.submit("test.steps", arguments, owner="ann", request_id="r1").id

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return self.queue.get(job_id, owner="ann")

    def effects(self, job_id: str) -> list[int]:
        """The steps that were done, each as often as it was."""
        with reading(self.engine) as connection:
            query = text("SELECT step FROM effects WHERE job = :job ORDER BY step")
            return [int(step) for step in connection.scalars(query, {"job": job_id})]


@pytest.fixture
def site(engine: Engine, database_url: str, tmp_path: Path) -> Site:
    """See `Site`; a table of effects without constraints beside."""
    upgrade(engine, ALL_MIGRATIONS)
    with transaction(engine) as connection:
        connection.execute(
            text(
                "CREATE TABLE effects (job VARCHAR(64), step INTEGER, pid INTEGER, attempt INTEGER)"
            )
        )
    return Site(engine, database_url, tmp_path)


@pytest.mark.slow
def test_a_killed_server_goes_on_after_its_restart(site: Site) -> None:
    """Kill -9 of every process in the middle: the next server ends the job, each step once."""
    job_id = site.ask(pause_ms=200)
    with site.server() as server:
        time.sleep(0.5)
        assert site.effects(job_id) == []  # alive is not serving: nothing has started yet
        assert server.get("/readyz") == 200
        eventually("three steps", lambda: len(site.effects(job_id)) >= 3)
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
    assert site.job(job_id).state is JobState.RUNNING
    with site.server() as server:
        assert server.get("/readyz") == 200
        eventually("the end of the job", lambda: site.job(job_id).state.finished)
    job = site.job(job_id)
    assert (job.state, job.attempts, job.result) == (JobState.DONE, 2, {"steps": STEPS})
    assert site.effects(job_id) == list(range(STEPS))


@pytest.mark.slow
def test_a_stopped_server_gives_its_job_back(site: Site) -> None:
    """SIGTERM to granian: the thread ends its step, and the job waits without a lost lease."""
    job_id = site.ask(pause_ms=400)
    with site.server() as server:
        assert server.get("/readyz") == 200
        eventually("two steps", lambda: len(site.effects(job_id)) >= 2)
        server.process.terminate()
        assert server.process.wait(20) == 0
    job = site.job(job_id)
    assert job.state is JobState.QUEUED
    assert job.checkpoint == {"next": len(site.effects(job_id))}
    assert len(site.effects(job_id)) < STEPS
