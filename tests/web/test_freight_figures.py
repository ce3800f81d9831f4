"""What was sold, by category, by month and by container: the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from sqlalchemy import Engine
from testkit.freight import a_purchase, francs
from testkit.pages import FrozenClock

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import UserStore
from comptoir_web.storage import ALL_MIGRATIONS
from logistics_core.storage.orders import Order
from logistics_core.tariffs import starting_tariff
from shared_kernel import Money, money
from shared_kernel.engine import create_engine, transaction
from shared_kernel.migrations import upgrade


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    """A migrated database, SQLite then PostgreSQL."""
    engine = create_engine(database_url)
    try:
        upgrade(engine, ALL_MIGRATIONS)
        yield engine
    finally:
        engine.dispose()


def total(amounts: Iterator[Money]) -> Money:
    """Their sum."""
    return sum(amounts, francs(0))


def test_figures_by_category_and_month(migrated: Engine, clock: FrozenClock) -> None:
    """Only what was sold counts, in the month it was made; the parts add up to the whole."""
    desk, office = FreightDesk(migrated, clock), FreightOffice(migrated, clock)
    assert office.figures() == ()
    with transaction(migrated) as connection:
        user, _ = UserStore(connection).add(
            email="m@example.com", name="M", role=Role.MERCHANT, at=clock.now
        )
    me = user.id
    clock.forward(days=-70)
    office.publish(
        evolve(starting_tariff(effective_from=clock.now), real_rate=Decimal(1200)), actor=None
    )
    box = office.add_container("GN-1", actor=None)
    plan = ((0, "TEXTILE", "3"), (0, "DIVERS", "2"), (40, "TEXTILE", "5"), (30, "TEXTILE", "1"))
    orders: list[Order] = []
    for days, category, volume in plan:
        clock.forward(days=days)
        made = desk.save_quote(
            me, a_purchase(10_000, volume, category), request_id=str(len(orders))
        )
        orders.append(desk.confirm(me, made.id, container_id=box.id).order)
    desk.save_quote(me, a_purchase(), request_id="only a quote")
    cancelled = desk.save_quote(me, a_purchase(), request_id="cancelled")
    desk.confirm(me, cancelled.id)
    desk.cancel(me, cancelled.id)

    (found,) = office.figures(since=date(2025, 10, 1))
    assert (found.currency, found.orders, found.volume_cbm) == ("GNF", 4, Decimal(11))
    assert found.revenue == total(each.quote.total for each in orders)
    # 10,000 CNY at 1,250 instead of 1,200; 5 percent of 12.5 million; 800,000 a CBM.
    assert found.margins.exchange == francs(4 * 500_000)
    assert found.margins.commission == francs(4 * 625_000)
    assert found.margins.freight == francs(11 * 800_000)
    assert found.margins.total == francs(13_300_000)
    assert {each.code: (each.orders, each.litres) for each in found.categories} == {
        "TEXTILE": (3, 9_000),
        "DIVERS": (1, 2_000),
    }
    assert [(each.month, each.orders) for each in found.months] == [
        (date(2025, 10, 1), 2),
        (date(2025, 11, 1), 0),
        (date(2025, 12, 1), 1),
        (date(2026, 1, 1), 1),
    ]
    for parts in (found.categories, found.months):
        assert total(each.revenue for each in parts) == found.revenue
        assert total(each.margins.total for each in parts) == found.margins.total
    (figures,) = office.containers().containers
    assert (figures.revenue, figures.margins) == (found.revenue, found.margins)
    assert office.merchant(me).margin == found.margins.total
    assert office.figures(since=date(2025, 12, 5), until=date(2025, 12, 6))[0].orders == 1
    assert office.figures(since=date(2027, 1, 1), until=date(2027, 2, 1)) == ()
    assert len(office.figures(since=date(1990, 1, 1), until=date(2026, 1, 1))) == 0


def test_currencies_are_told_apart(migrated: Engine, clock: FrozenClock) -> None:
    """What is charged in another currency has its own figures, the larger first."""
    desk, office = FreightDesk(migrated, clock), FreightOffice(migrated, clock)
    first = starting_tariff(effective_from=clock.now)
    office.publish(first, actor=None)
    office.add_container("GN-1", actor=None)
    for name in ("a", "b"):
        desk.confirm("m" * 32, desk.save_quote("m" * 32, a_purchase(), request_id=name).id)
    clock.forward(days=1)
    euros = evolve(
        first,
        effective_from=clock.now + timedelta(seconds=1),
        currency="EUR",
        rate=Decimal("0.13"),
        real_rate=None,
        categories=tuple(
            evolve(each, price=money("500", "EUR"), real_cost=money("400", "EUR"))
            for each in first.categories
        ),
    )
    office.publish(euros, actor=None)
    clock.forward(seconds=2)
    desk.confirm("m" * 32, desk.save_quote("m" * 32, a_purchase(), request_id="c").id)
    francs_of, euros_of = office.figures()
    assert (francs_of.currency, francs_of.orders) == ("GNF", 2)
    assert (euros_of.currency, euros_of.margins.freight) == ("EUR", money("300", "EUR"))
