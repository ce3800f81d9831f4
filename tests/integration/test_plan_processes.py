"""Plans with real processes: asked at once, decided at once, and killed in the middle."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from testkit.children import child, children

from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade
from wealth_core.networth import CashKind, Envelope, Holdings, Investment
from wealth_core.planning import (
    Action,
    ActionState,
    AlertRule,
    Direction,
    InvestmentPlan,
    Month,
    PlanLine,
)
from wealth_core.quotes import Quote, QuoteBook
from wealth_core.storage import MIGRATIONS, AlertStore, HoldingsStore, PlanStore

pytestmark = pytest.mark.once

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
DECEMBER = Month(2025, 12)
PLAN = InvestmentPlan(
    monthly_capacity=money("500", "EUR"),
    starts_on=date(2025, 10, 15),
    lines=[
        PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA),
        PlanLine(id="safety", percent=Decimal(30), cash=CashKind.LIVRET_A),
    ],
)
HELD = Holdings(
    investments=[Investment("pea", "PEA", Envelope.PEA, money("1000", "EUR"), date(2025, 6, 1))]
)

# What every child begins with: the stores, told to wait until the test says go.
PREPARED = """
    import sys
    from datetime import UTC, datetime
    from shared_kernel.engine import create_engine, transaction
    from wealth_core.errors import WealthError
    from wealth_core.planning import ActionState, Month
    from wealth_core.storage import AlertStore, HoldingsStore, PlanStore

    NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
    engine = create_engine(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def tables(engine: Engine) -> Engine:
    """A database where ann has a plan and a PEA."""
    upgrade(engine, [MIGRATIONS])
    with transaction(engine) as connection:
        PlanStore(connection).save_plan("ann", PLAN, version=0, at=NOON, actor="ann")
        HoldingsStore(connection).save("ann", HELD, version=0, at=NOON, actor="ann")
    return engine


def race(count: int, code: str, *arguments: str) -> list[str]:
    """Starts so many children, lets them go at the same moment, and gives what each said."""
    with children(count, PREPARED + code, *arguments) as racers:
        for racer in racers:
            assert racer.line() == "ready"
        for racer in racers:
            racer.tell()
        return [racer.finish().strip() for racer in racers]


def made(tables: Engine) -> tuple[Action, ...]:
    """Ann's actions of December, made here."""
    with transaction(tables) as connection:
        return PlanStore(connection).ensure_actions("ann", DECEMBER, at=NOON)


def test_a_month_asked_for_by_many_processes_is_made_once(
    tables: Engine, database_url: str
) -> None:
    """Two of them ask at the same moment, and each is given the same two actions."""
    code = """
    with transaction(engine) as connection:
        actions = PlanStore(connection).ensure_actions("ann", Month(2025, 12), at=NOON)
    print(" ".join(action.id for action in actions))
    engine.dispose()
    """
    said = race(2, code, database_url)
    with reading(tables) as connection:
        kept = PlanStore(connection).actions("ann")
    assert [each.line_id for each in kept] == ["world", "safety"]
    assert set(said) == {" ".join(each.id for each in kept)}


def test_decisions_of_many_processes_move_each_sum_once(tables: Engine, database_url: str) -> None:
    """One form sent by two processes, another action decided by a third, an edit by a fourth.

    The money of each action goes in once, and nobody's change of the holdings is lost.
    """
    world, safety = made(tables)
    decide = """
    action_id = sys.argv[2]
    with transaction(engine) as connection:
        done = PlanStore(connection).decide(
            "ann", action_id, ActionState.DONE, version=1, at=NOON, actor="ann"
        )
    print(done.state.value, done.version)
    engine.dispose()
    """
    edit = """
    import attrs
    while True:
        try:
            with transaction(engine) as connection:
                store = HoldingsStore(connection)
                saved = store.get("ann")
                line = saved.holdings.line("pea")
                renamed = saved.holdings.with_line(attrs.evolve(line, label="Mon PEA"))
                store.save("ann", renamed, version=saved.version, at=NOON, actor="ann")
            break
        except WealthError:
            pass
    print("edited")
    engine.dispose()
    """
    with (
        children(2, PREPARED + decide, database_url, world.id) as twins,
        child(PREPARED + decide, database_url, safety.id) as other,
        child(PREPARED + edit, database_url) as editor,
    ):
        racers = [*twins, other, editor]
        for racer in racers:
            assert racer.line() == "ready"
        for racer in racers:
            racer.tell()
        assert [racer.finish().strip() for racer in racers] == ["done 2"] * 3 + ["edited"]
    with reading(tables) as connection:
        saved = HoldingsStore(connection).get("ann")
        kinds = [each.kind for each in PlanStore(connection).events("ann")]
    (pea,) = saved.holdings.investments
    (livret,) = saved.holdings.cash
    assert (pea.label, pea.value) == ("Mon PEA", money("1300", "EUR"))
    assert livret.balance == money("150", "EUR")
    assert saved.version == 4
    assert kinds.count("action.decided") == 2


def test_a_process_killed_while_deciding_leaves_nothing_half_done(
    tables: Engine, database_url: str
) -> None:
    """Kill -9 once all is written and nothing committed: the action waits, the money is not moved.

    The next process decides it as if the first had never been.
    """
    world = made(tables)[0]
    code = """
    with transaction(engine) as connection:
        PlanStore(connection).decide(
            "ann", sys.argv[2], ActionState.DONE, version=1, at=NOON, actor="ann"
        )
        assert HoldingsStore(connection).get("ann").version == 2
        print("written", flush=True)
        sys.stdin.readline()
    """
    with child(PREPARED + code, database_url, world.id) as dying:
        assert dying.line() == "ready"
        dying.tell()
        assert dying.line() == "written"
        dying.kill()
    with reading(tables) as connection:
        assert PlanStore(connection).action("ann", world.id) == world
        assert HoldingsStore(connection).get("ann").holdings == HELD
        assert len(PlanStore(connection).events("ann")) == 1
    with transaction(tables) as connection:
        done = PlanStore(connection).decide(
            "ann", world.id, ActionState.DONE, version=1, at=NOON, actor="ann"
        )
        assert done.state is ActionState.DONE
        (pea,) = HoldingsStore(connection).get("ann").holdings.investments
        assert pea.value == money("1300", "EUR")


def test_alerts_are_found_and_mailed_by_one_process(tables: Engine, database_url: str) -> None:
    """Two look at the same figures and take the mails: one alert, one mail."""
    rule = AlertRule(
        id="btc", subject="crypto:BTC", direction=Direction.ABOVE, level=money("90000", "EUR")
    )
    low = Quote("crypto:BTC", "EUR", Decimal(80000), NOON, "binance")
    with transaction(tables) as connection:
        AlertStore(connection).put_rule("ann", rule, at=NOON)
        AlertStore(connection).look("ann", at=NOON, book=QuoteBook([low], at=NOON))
    code = """
    from decimal import Decimal
    from wealth_core.quotes import Quote, QuoteBook

    book = QuoteBook([Quote("crypto:BTC", "EUR", Decimal(95000), NOON, "binance")], at=NOON)
    with transaction(engine) as connection:
        found = len(AlertStore(connection).look("ann", at=NOON, book=book))
    with transaction(engine) as connection:
        mailed = len(AlertStore(connection).claim_mails(at=NOON))
    print(found, mailed)
    engine.dispose()
    """
    said = [line.split() for line in race(2, code, database_url)]
    assert sorted(found for found, _ in said) == ["0", "1"]
    assert sorted(mailed for _, mailed in said) == ["0", "1"]
    with reading(tables) as connection:
        (kept,) = AlertStore(connection).alerts("ann")
    assert (kept.key, kept.mailed_at) == ("threshold:btc:1", NOON)
