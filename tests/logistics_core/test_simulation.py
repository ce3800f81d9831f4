"""A simulated filling: its five checks hold, and each of them fails when what is kept is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest
from sqlalchemy import Engine, delete, update

from logistics_core._simulation_checks import report
from logistics_core._simulation_play import Play
from logistics_core.errors import PoolFaults
from logistics_core.pooling import OrderState
from logistics_core.simulation import SimulationReport, simulate
from logistics_core.storage import (
    MIGRATIONS,
    logistics_accounts,
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_order_margins,
    logistics_orders,
)
from shared_kernel.engine import create_engine
from shared_kernel.migrations import upgrade
from shared_kernel.testing import catalogue_gaps

BEGINS = datetime(2026, 1, 5, 8, tzinfo=UTC)
VOLUME, STAGES, CAPACITY, MARGIN, STORED = range(5)


@pytest.fixture
def scratch() -> Iterator[Engine]:
    """A scratch database in memory: fifty plays take as long as one on a disk."""
    engine = create_engine("sqlite://")
    upgrade(engine, [MIGRATIONS])
    yield engine
    engine.dispose()


@cache
def of_one(clients: int, seed: int) -> SimulationReport:
    """The report of a play in a database of its own, in memory: no disk is waited for."""
    engine = create_engine("sqlite://")
    try:
        upgrade(engine, [MIGRATIONS])
        return simulate(engine, clients=clients, seed=seed, at=BEGINS)
    finally:
        engine.dispose()


def test_a_filling_passes_its_checks_on_both_databases(engine: Engine) -> None:
    """A container went to sea by itself and arrived; another was cancelled and refunded."""
    upgrade(engine, [MIGRATIONS])
    told = simulate(engine, clients=20, seed=2026, at=BEGINS)
    assert [check.name for check in told.checks if not check.passed] == []
    assert told.passed
    assert [check.name for check in told.checks] == [
        "volume is the sum of orders",
        "stage moved",
        "never above capacity",
        "margin is the sum of margins",
        "all orders stored",
    ]
    assert told.revenue == sum(row.revenue for row in told.by_category)
    assert told.margin == sum(row.margin for row in told.by_category)
    assert sum(told.by_state.values()) == told.orders >= 20
    assert {"livre"} <= {row.stage for row in told.containers}
    assert any(row.cancelled for row in told.containers)
    assert told.refunded.amount > 0
    assert told.refused["NoRoom"] > 0
    # The same seed plays the same, on whatever database.
    assert told == of_one(20, 2026)
    sentences = [text for check in told.checks for text in (check.name, check.template)]
    assert catalogue_gaps("logistics_core", "fr", messages=sentences) == []
    assert told.checks[CAPACITY].label("fr") == "jamais au-delà de la capacité"
    assert "76\u202f000" in told.checks[CAPACITY].told("fr").replace("\u00a0", "\u202f")


@pytest.mark.parametrize(("clients", "seed"), [(1, 1), (2, 5), (30, 3)])
def test_any_number_of_merchants_fills_a_container(clients: int, seed: int) -> None:
    """One merchant alone, or thirty; another seed plays otherwise."""
    told = of_one(clients, seed)
    assert [check for check in told.checks if not check.passed] == []
    assert told.orders != of_one(20, 2026).orders


def test_nobody_or_too_many_is_refused(scratch: Engine) -> None:
    """And so is a moment without its zone; all at once."""
    with pytest.raises(PoolFaults) as refused:
        simulate(scratch, clients=0, seed=1, at=BEGINS.replace(tzinfo=None))
    assert [fault.path for fault in refused.value.faults] == ["clients", "at"]


def test_each_check_can_fail(scratch: Engine) -> None:
    """What is kept is falsified in one way after the other, and the check it concerns tells it."""
    play = Play(scratch, clients=12, seed=4, at=BEGINS)
    play.run()
    orders, containers = logistics_orders, logistics_containers
    received = orders.c.state == OrderState.RECEIVED.value
    arrived = containers.c.stage == "livre"
    falsified = (
        (update(containers).where(arrived).values(booked_litres=0), {VOLUME, CAPACITY}),
        (update(logistics_bookings).values(litres=1), {VOLUME}),
        (update(orders).where(received).values(waiting_litres=1), {VOLUME}),
        (update(containers).where(arrived).values(stage="port"), {STAGES}),
        (update(orders).where(received).values(state="expedie"), {STAGES}),
        (delete(logistics_events).where(logistics_events.c.action == "moved"), {STAGES}),
        (delete(logistics_events).where(logistics_events.c.action == "booked"), {STAGES, CAPACITY}),
        (update(logistics_order_margins).values(margin_minor=1), {MARGIN}),
        (update(logistics_order_margins).values(margin_freight_minor=1), {MARGIN}),
        (update(orders).where(received).values(commission=Decimal("0.9")), {MARGIN}),
        (update(orders).where(received).values(owner="nobody"), {STORED}),
        (update(logistics_accounts).values(balance_minor=5), {STORED}),
    )
    with scratch.connect() as connection:
        known = report(connection, play)
        assert known.passed
        for statement, concerned in falsified:
            with connection.begin_nested() as falsifying:
                connection.execute(statement)
                told = report(connection, play)
                falsifying.rollback()
            failed = {place for place, check in enumerate(told.checks) if not check.passed}
            assert failed == concerned, statement
        play.made["lost"] = ("nobody", known.revenue)
        assert not report(connection, play).checks[STORED].passed
