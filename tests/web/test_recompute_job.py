"""Everyone's net worth as a job: in steps, by several workers, and after being killed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import svcs
from sqlalchemy import Engine, select, update
from testkit.pages import FrozenClock

from comptoir_web.files import LocalFiles
from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.jobs.model import Job, JobPolicy, JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.tables import JOBS
from comptoir_web.mail import MemoryMailer
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wealth import jobs as wealth_jobs
from comptoir_web.wealth.jobs import ALERTS, RECOMPUTE_ALL, RECOMPUTE_SHARE
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import build_registry
from shared_kernel import money
from shared_kernel.engine import create_engine, reading, transaction
from shared_kernel.migrations import upgrade
from wealth_core.networth import CashAccount, CashKind, CryptoHolding, Holdings
from wealth_core.quotes import QuoteBook
from wealth_core.storage.holding_tables import wealth_holdings, wealth_snapshots
from wealth_core.storage.recompute import run_report, start_run

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
TODAY = NOON.date()
CLIENTS = 12


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of every worker."""
    return FrozenClock(NOON)


@pytest.fixture
def workers(
    database_url: str, clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[svcs.Registry]]:
    """Three workers on one database, chunks of two clients, each client with an account."""

    def small(*args: object, **options: object) -> str:
        return start_run(*args, chunk=2, **options)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(wealth_jobs, "start_run", small)
    settings, files = Settings(), LocalFiles(tmp_path / "files")
    engines = [create_engine(database_url) for _ in range(3)]
    upgrade(engines[0], ALL_MIGRATIONS)
    service = WealthService(engines[0], clock)
    for number in range(CLIENTS):
        amount = money(str(1000 + number), "EUR")
        account = CashAccount("a", "Livret A", CashKind.LIVRET_A, amount, date(2025, 12, 1))
        service.save_holdings(f"client-{number:02}", Holdings(cash=[account]), version=0, actor="a")
    yield [
        build_registry(settings, engine=engine, clock=clock, mailer=MemoryMailer(), files=files)
        for engine in engines
    ]
    for engine in engines:
        engine.dispose()


def engine_of(worker: svcs.Registry) -> Engine:
    """The database of a worker."""
    with svcs.Container(worker) as container:
        engine: Engine = container.get(Engine)
        return engine


def ask(worker: svcs.Registry) -> Job:
    """Ask for everyone's net worth as an administrator does."""
    with svcs.Container(worker) as container:
        queue: JobQueue = container.get(JobQueue)
        return queue.submit(RECOMPUTE_ALL, {}, owner="admin", request_id="one")


def work(worker: svcs.Registry) -> None:
    """Run what there is to run, the schedule aside."""
    runner = JobRunner(worker, handlers=load_handlers(), policy=JobPolicy())
    while runner.run_next():
        pass


def jobs(engine: Engine) -> dict[str, list[str]]:
    """The states of the jobs, by kind."""
    with reading(engine) as connection:
        found: dict[str, list[str]] = {}
        for kind, state in connection.execute(select(JOBS.c.kind, JOBS.c.state)):
            found.setdefault(kind, []).append(state)
        return found


def snapshots(engine: Engine) -> dict[str, int]:
    """The net worth kept of each client, in cents; one row each."""
    with reading(engine) as connection:
        columns = select(wealth_snapshots.c.owner, wealth_snapshots.c.net_worth_minor)
        rows = connection.execute(columns).all()
    found = {row.owner: row.net_worth_minor for row in rows}
    assert len(found) == len(rows)
    return found


EVERYONE = {f"client-{number:02}": 100 * (1000 + number) for number in range(CLIENTS)}


def finished(worker: svcs.Registry, job: Job) -> Job:
    """The job, which has to be done."""
    with svcs.Container(worker) as container:
        queue: JobQueue = container.get(JobQueue)
        found = queue.get(job.id, owner="admin")
    assert found.state is JobState.DONE, found.error
    return found


def test_everyone_is_valued_by_several_workers(workers: list[svcs.Registry]) -> None:
    """Each client is valued once, the count ends at the whole, and the alerts are looked at."""
    job = ask(workers[0])
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(work, workers))
    engine = engine_of(workers[0])
    done = finished(workers[0], job)
    assert (done.done, done.total, done.percent) == (CLIENTS, CLIENTS, 100)
    assert done.result == {"done": CLIENTS, "failed": 0, "failures": []}
    assert snapshots(engine) == EVERYONE
    states = jobs(engine)
    helpers = [] if engine.dialect.name == "sqlite" else ["done"] * 3
    assert states.pop(RECOMPUTE_SHARE, []) == helpers
    assert states == {RECOMPUTE_ALL: ["done"], ALERTS: ["done"]}


def test_a_worker_that_dies_leaves_nothing_half(
    workers: list[svcs.Registry], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed inside a chunk, then by a stop between two, the run goes on to the same figures."""
    job = ask(workers[0])
    engine = engine_of(workers[0])
    real, calls = run_report, []

    class Killed(BaseException):
        """What no handler catches."""

    def dying(*args: object) -> object:
        calls.append(args)
        if len(calls) == 3:
            raise Killed
        return real(*args)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(wealth_jobs, "run_report", dying)
    with pytest.raises(Killed):
        work(workers[0])
    with reading(engine) as connection:
        kept = connection.execute(select(JOBS).where(JOBS.c.id == job.id)).mappings().one()
    assert (kept["state"], kept["done"], kept["checkpoint"]) == ("running", 4, {"run": job.id})
    assert len(snapshots(engine)) == 4

    clock.forward(minutes=2)  # the lease is over: another worker takes the job, with its prices
    stopped: list[object] = []
    runner = JobRunner(
        workers[1], handlers=load_handlers(), policy=JobPolicy(), stopping=lambda: bool(stopped)
    )

    def stopping(*args: object) -> object:
        if len(snapshots(engine)) >= 8:
            stopped.append(args)
        return real(*args)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(wealth_jobs, "run_report", stopping)
    runner.run_job(job.id)
    with reading(engine) as connection:
        state = connection.scalar(select(JOBS.c.state).where(JOBS.c.id == job.id))
    assert state == "queued"
    monkeypatch.setattr(wealth_jobs, "run_report", real)
    work(workers[2])
    assert finished(workers[2], job).result == {"done": CLIENTS, "failed": 0, "failures": []}
    assert snapshots(engine) == EVERYONE


def test_a_bad_profile_is_told_and_the_rest_go_on(
    workers: list[svcs.Registry], clock: FrozenClock
) -> None:
    """Holdings that cannot be read are in the result with the reason; what is shown stays."""
    engine = engine_of(workers[0])
    service = WealthService(engine, clock)
    before = service.recompute("client-03")
    with transaction(engine) as connection:
        broken = update(wealth_holdings).where(wealth_holdings.c.owner == "client-03")
        connection.execute(broken.values(document='{"version": 99}'))
    job = ask(workers[0])
    work(workers[0])
    result = finished(workers[0], job).result
    assert result is not None
    assert (result["done"], result["failed"]) == (CLIENTS - 1, 1)
    failures = result["failures"]
    assert isinstance(failures, list)
    assert failures[0][0] == "client-03"
    assert service.shown("client-03") == before
    assert len(snapshots(engine)) == CLIENTS


def test_a_share_ends_with_the_job_it_helps(
    workers: list[svcs.Registry], clock: FrozenClock
) -> None:
    """A helper whose main job was cancelled, or never was, does nothing more."""
    engine = engine_of(workers[0])
    service = WealthService(engine, clock)
    unknown = CryptoHolding("x", "Inconnu", "NOBODY", Decimal(1), TODAY)
    service.save_holdings("client-00", Holdings(crypto=[unknown]), version=1, actor="a")
    with svcs.Container(workers[0]) as container:
        queue: JobQueue = container.get(JobQueue)
        job = queue.submit(RECOMPUTE_ALL, {}, owner="admin", request_id="two")
        queue.cancel(job.id, owner="admin")
        with transaction(engine) as connection:
            no_prices = QuoteBook([], at=NOON)
            start_run(connection, on=TODAY, at=NOON, book=no_prices, run_id=job.id)
        for number, run in enumerate((job.id, "never")):
            arguments = {"run": run}
            queue.submit(RECOMPUTE_SHARE, arguments, owner=PLATFORM, request_id=f"s{number}")
    work(workers[0])
    assert jobs(engine)[RECOMPUTE_SHARE] == ["done", "done"]
    assert snapshots(engine) == {}
