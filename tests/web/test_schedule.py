"""What the clock asks for: once a slot whatever the number of processes, never piled up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import svcs
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from testkit.pages import FrozenClock

from comptoir_web.jobs.model import Job, JobPolicy, JobState
from comptoir_web.jobs.registry import JobRegistry, load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.schedule import SCHEDULES, Scheduler, Schedules, slot_start
from comptoir_web.jobs.store import JobStore
from comptoir_web.jobs.tables import JOBS
from comptoir_web.settings import Settings
from comptoir_web.wiring import Clock
from shared_kernel.engine import create_engine, reading, transaction

NOON = datetime(2025, 12, 9, 12, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of every process."""
    return FrozenClock(NOON)


@pytest.fixture
def schedules() -> Schedules:
    """One kind of work, each hour."""
    made = Schedules()
    made.every("demo.tidy", timedelta(hours=1))
    return made


def services(engine: Engine, clock: FrozenClock, settings: Settings | None = None) -> svcs.Registry:
    """The wiring of one process."""
    registry = svcs.Registry()
    registry.register_value(Engine, engine)
    registry.register_value(Clock, clock)
    registry.register_value(Settings, settings or Settings())
    return registry


def kept(engine: Engine) -> list[tuple[str, str]]:
    """The request and the state of every job."""
    with reading(engine) as connection:
        rows = connection.execute(select(JOBS.c.request_id, JOBS.c.state).order_by("request_id"))
        return [(row[0], row[1]) for row in rows]


def finish(engine: Engine, job: Job) -> None:
    """The work was done."""
    with transaction(engine) as connection:
        done = {"state": JobState.DONE.value, "finished_at": NOON}
        connection.execute(JOBS.update().where(JOBS.c.id == job.id).values(**done))


@pytest.fixture
def processes(
    database_url: str, clock: FrozenClock, schedules: Schedules
) -> Iterator[tuple[Engine, list[Scheduler]]]:
    """Four processes on one database, each with connections of its own."""
    engines = [create_engine(database_url) for _ in range(4)]
    JOBS.create(engines[0])
    yield (
        engines[0],
        [Scheduler(services(engine, clock), schedules=schedules) for engine in engines],
    )
    for engine in engines:
        engine.dispose()


def test_a_slot_is_asked_for_once_by_many(
    processes: tuple[Engine, list[Scheduler]], clock: FrozenClock
) -> None:
    """Processes that look at the same moment leave one job; a new one comes with the next slot."""
    engine, schedulers = processes
    together = Barrier(len(schedulers))

    def look(scheduler: Scheduler) -> None:
        together.wait()
        scheduler.submit_due()

    with ThreadPoolExecutor(len(schedulers)) as pool:
        list(pool.map(look, schedulers))
        assert kept(engine) == [("slot-2025-12-09T12:00:00", "queued")]
        clock.forward(minutes=29)
        list(pool.map(look, schedulers))
        assert len(kept(engine)) == 1
        with reading(engine) as connection:
            job = JobStore(connection).asked("schedule", "demo.tidy", "slot-2025-12-09T12:00:00")
        assert job is not None
        finish(engine, job)
        clock.forward(minutes=1)
        list(pool.map(look, schedulers))
    assert kept(engine) == [
        ("slot-2025-12-09T12:00:00", "done"),
        ("slot-2025-12-09T13:00:00", "queued"),
    ]


def test_work_does_not_pile_up(
    processes: tuple[Engine, list[Scheduler]], clock: FrozenClock
) -> None:
    """Slots nobody saw are not made up for; one that finds the last job at work is let go."""
    engine, (scheduler, *_others) = processes
    (job,) = scheduler.submit_due()
    clock.forward(hours=5)
    assert scheduler.submit_due() == ()
    finish(engine, job)
    assert scheduler.submit_due() == ()  # its slot was let go
    clock.forward(hours=1)
    assert [one.request_id for one in scheduler.submit_due()] == ["slot-2025-12-09T18:00:00"]


def test_the_runner_asks_and_runs(sqlite_url: str, clock: FrozenClock) -> None:
    """A runner with a schedule does the work of a slot by itself, once."""
    engine = create_engine(sqlite_url)
    JOBS.create(engine)
    handlers, schedules, runs = JobRegistry(), Schedules(), []
    schedules.every("demo.tidy", timedelta(hours=1))

    @handlers.job("demo.tidy")
    def tidy(context: object, arguments: object) -> dict[str, object]:
        runs.append(clock.now)
        if len(runs) == 1:
            clock.forward(hours=1)
        else:
            runner.stop()
        return {}

    registry = services(engine, clock)
    # No tidying in this test: it needs a store of files.
    policy = JobPolicy(poll=timedelta(milliseconds=1), keep_finished=timedelta(days=400))
    scheduler = Scheduler(registry, schedules=schedules, policy=policy)
    runner = JobRunner(registry, handlers=handlers, policy=policy, scheduler=scheduler)
    runner.run_forever()
    assert runs == [NOON, NOON + timedelta(hours=1)]
    engine.dispose()


def test_what_the_platform_asks_for_follows_the_settings() -> None:
    """Prices are asked for when a source is named and minutes are set; nothing without wealth."""
    load_handlers()

    def asked(**settings: object) -> dict[str, timedelta]:
        known = Settings(**settings)  # type: ignore[arg-type]  # the values are those of each case
        periods = {one.kind: one.period_of(known) for one in SCHEDULES}
        return {kind: period for kind, period in periods.items() if period is not None}

    assert "quotes.refresh" not in asked()
    assert asked()["wealth.alerts"] == timedelta(hours=6)
    some = asked(quote_sources=("ecb",), quotes_refresh_minutes=15)
    assert some["quotes.refresh"] == timedelta(minutes=15)
    assert "quotes.refresh" not in asked(quote_sources=("ecb",), quotes_refresh_minutes=0)
    assert asked(sections=("cards",), quote_sources=("ecb",)) == {}


def test_a_kind_is_scheduled_once_and_within_a_day() -> None:
    """Two schedules of a kind, and a slot longer than jobs are remembered, are refused."""
    schedules = Schedules()
    schedules.every("demo.tidy", lambda _: timedelta(days=2))
    with pytest.raises(ValueError, match="twice"):
        schedules.every("demo.tidy", timedelta(hours=1))
    (schedule,) = schedules
    with pytest.raises(ValueError, match="a day"):
        schedule.period_of(Settings())


@given(
    st.integers(0, 10**10),
    st.integers(1, 86_400),
)
def test_slots_tile_the_clock(second: int, seconds: int) -> None:
    """A moment is in one slot, and the slot of its beginning is itself."""
    at = datetime.fromtimestamp(second, UTC)
    period = timedelta(seconds=seconds)
    start = slot_start(at, period)
    assert start <= at < start + period
    assert slot_start(start, period) == start
