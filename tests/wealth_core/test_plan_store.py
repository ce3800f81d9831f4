"""Kept profiles, plans, actions and alerts, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, event, func, select

from shared_kernel import Money, money
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import differences, upgrade
from wealth_core.errors import ActionMissing, HoldingsMissing, PlanFaults, StaleVersion
from wealth_core.networth import CashKind, Envelope, Holdings, Investment, net_worth
from wealth_core.planning import (
    Action,
    ActionState,
    AlertRule,
    Direction,
    InvestmentPlan,
    InvestorProfile,
    Month,
    PlanLine,
    RiskAnswers,
    late_months,
    stale_prices,
)
from wealth_core.quotes import Quote, QuoteBook
from wealth_core.storage import MIGRATIONS, AlertStore, HoldingsStore, PlanStore, metadata
from wealth_core.storage.planning_tables import (
    wealth_actions,
    wealth_alert_rules,
    wealth_alerts,
    wealth_events,
    wealth_investors,
    wealth_plans,
)

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
DECEMBER = Month(2025, 12)
OURS = (
    wealth_actions, wealth_alert_rules, wealth_alerts, wealth_events, wealth_investors,
    wealth_plans,
)  # fmt: skip
PROFILE = InvestorProfile(
    monthly_income=money("3200", "EUR"),
    monthly_charges=money("2350", "EUR"),
    risk=RiskAnswers(drop=2, horizon=3, liquidity=2, experience=2, reaction=3),
)
WORLD = PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA, reference="ETF World")
SAFETY = PlanLine(id="safety", percent=Decimal(30), cash=CashKind.LIVRET_A)
PLAN = InvestmentPlan(
    monthly_capacity=money("500", "EUR"), starts_on=date(2025, 10, 15), lines=(WORLD, SAFETY)
)
HELD = Holdings(
    investments=[Investment("pea", "PEA", Envelope.PEA, money("1000", "EUR"), date(2025, 6, 1))]
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A writing transaction on a database that has the tables of the library."""
    upgrade(engine, [MIGRATIONS])
    with transaction(engine) as open_connection:
        yield open_connection


@pytest.fixture
def store(connection: Connection) -> PlanStore:
    """A store in it, where ann has the plan above."""
    kept = PlanStore(connection)
    kept.save_plan("ann", PLAN, version=0, at=NOON, actor="ann")
    return kept


@pytest.fixture
def world(store: PlanStore, connection: Connection) -> Action:
    """The waiting action of ann's first line, and her holdings, which have a PEA."""
    HoldingsStore(connection).save("ann", HELD, version=0, at=NOON, actor="ann")
    return store.ensure_actions("ann", DECEMBER, at=NOON)[0]


def decide(
    store: PlanStore, action: Action, state: ActionState, amount: Money | None = None, **more: Any
) -> Action:
    """What ann says of an action."""
    told = {"version": action.version, "at": LATER, "actor": "ann", **more}
    return store.decide("ann", action.id, state, amount, **told)


def held(connection: Connection) -> Holdings:
    """Ann's holdings."""
    return HoldingsStore(connection).get("ann").holdings


def test_the_migrations_make_the_declared_tables(engine: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    upgrade(engine, [MIGRATIONS])
    assert differences(engine, metadata, MIGRATIONS) == []


def test_profiles_and_plans_come_back_as_saved(store: PlanStore) -> None:
    """Each with its version; nothing is there before the first one."""
    assert (store.profile("ann"), store.plan("bob")) == (None, None)
    saved = store.save_profile("ann", PROFILE, version=0, at=NOON, actor="adviser")
    assert store.profile("ann") == saved
    assert (saved.profile, saved.version, saved.created_at) == (PROFILE, 1, NOON)
    plan = store.plan("ann")
    assert plan is not None
    assert (plan.plan, plan.version) == (PLAN, 1)
    assert store.owners() == ("ann",)
    assert store.owners(after="ann") == ()


def test_an_overtaken_change_is_refused(store: PlanStore) -> None:
    """A version that is not the last one saves nothing, first saves included."""
    changed = attrs.evolve(PLAN, monthly_capacity=money("600", "EUR"))
    for version in (0, 2):
        with pytest.raises(StaleVersion, match="not the last one, 1"):
            store.save_plan("ann", changed, version=version, at=LATER, actor="ann")
    with pytest.raises(StaleVersion, match="profile was changed"):
        store.save_profile("ann", PROFILE, version=3, at=LATER, actor="ann")
    plan = store.plan("ann")
    assert plan is not None
    assert plan.plan == PLAN
    again = store.save_plan("ann", changed, version=1, at=LATER, actor="ann")
    assert (again.version, again.created_at, again.updated_at) == (2, NOON, LATER)


def test_actions_are_made_once_however_often_asked(store: PlanStore) -> None:
    """The same ones come back; none before the start, none of a month that has not begun."""
    made = store.ensure_actions("ann", DECEMBER, at=NOON)
    assert [(each.line_id, str(each.expected.amount)) for each in made] == [
        ("world", "300.00"), ("safety", "150.00"),
    ]  # fmt: skip
    assert {each.state for each in made} == {ActionState.TO_DO}
    for _ in range(3):
        assert store.ensure_actions("ann", DECEMBER, at=LATER) == made
    assert store.actions("ann") == made
    assert store.action("ann", made[0].id) == made[0]
    assert store.ensure_actions("ann", Month(2025, 9), at=NOON) == ()
    assert store.ensure_actions("ann", Month(2026, 1), at=NOON) == ()
    assert store.ensure_actions("bob", DECEMBER, at=NOON) == ()
    assert store.ensure_actions("ann", Month(2025, 10), at=NOON) != ()
    # On the last evening of a month the next one has begun somewhere.
    midnight = datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert len(store.ensure_actions("ann", Month(2026, 1), at=midnight)) == 2
    assert [str(each.month) for each in store.actions("ann", since=DECEMBER)] == [
        "2026-01", "2026-01", "2025-12", "2025-12",
    ]  # fmt: skip
    with pytest.raises(ActionMissing):
        store.action("bob", made[0].id)


def test_looking_again_writes_nothing(store: PlanStore, connection: Connection) -> None:
    """Once its actions are there, a month asked for again sends no statement that writes."""
    store.ensure_actions("ann", DECEMBER, at=NOON)
    written: list[str] = []

    def watch(*arguments: Any) -> None:
        if not arguments[2].lstrip().upper().startswith("SELECT"):
            written.append(arguments[2])

    event.listen(connection, "before_cursor_execute", watch)
    store.ensure_actions("ann", DECEMBER, at=LATER)
    store.catch_up("ann", date(2025, 12, 31), at=LATER)
    event.remove(connection, "before_cursor_execute", watch)
    assert written == []


def test_waiting_actions_follow_a_changed_plan(store: PlanStore) -> None:
    """Amounts follow, lines go and come; what was decided stays, and so do the months before."""
    store.ensure_actions("ann", Month(2025, 11), at=NOON - timedelta(days=20))
    world, safety = store.ensure_actions("ann", DECEMBER, at=NOON)
    decide(store, safety, ActionState.SKIPPED)
    november = store.actions("ann", month=Month(2025, 11))
    changed = attrs.evolve(
        PLAN,
        lines=(
            PlanLine(id="new", percent=Decimal(20), envelope=Envelope.PER),
            attrs.evolve(WORLD, percent=Decimal(40), envelope=Envelope.CTO),
        ),
    )
    store.save_plan("ann", changed, version=1, at=LATER, actor="ann")
    by_line = {each.line_id: each for each in store.actions("ann", month=DECEMBER)}
    assert by_line["world"].id == world.id
    assert (by_line["world"].expected, by_line["world"].version) == (money("200", "EUR"), 2)
    assert by_line["world"].envelope is Envelope.CTO
    assert by_line["new"].expected == money("100", "EUR")
    assert (by_line["safety"].state, by_line["safety"].version) == (ActionState.SKIPPED, 2)
    assert store.actions("ann", month=Month(2025, 11)) == november
    assert store.ensure_actions("ann", Month(2025, 11), at=LATER) == november
    # What someone saw before the change is not what they would decide now.
    with pytest.raises(StaleVersion):
        decide(store, world, ActionState.DONE)
    later = attrs.evolve(changed, starts_on=date(2026, 3, 1))
    store.save_plan("ann", later, version=2, at=LATER, actor="ann")
    assert [each.line_id for each in store.actions("ann", month=DECEMBER)] == ["safety"]


def test_months_without_a_visit_are_made_up_for(store: PlanStore) -> None:
    """Every month since the plan was saved gets its actions, and none of those before."""
    march = datetime(2026, 3, 2, tzinfo=UTC)
    present = store.catch_up("ann", march.date(), at=march)
    assert {str(each.month) for each in present} == {"2026-03"}
    assert sorted({str(each.month) for each in store.actions("ann")}) == [
        "2025-12", "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip
    assert store.catch_up("bob", march.date(), at=march) == ()


def test_done_moves_the_money_and_undoing_takes_it_back(
    store: PlanStore, connection: Connection, world: Action
) -> None:
    """The action, the holdings' next version and the audit change together, and back."""
    done = decide(store, world, ActionState.DONE, actor="adviser")
    assert (done.state, done.amount, done.moved_to) == (
        ActionState.DONE, money("300", "EUR"), "pea",
    )  # fmt: skip
    assert (done.version, done.decided_at) == (2, LATER)
    assert held(connection).investments[0].value == money("1300", "EUR")
    assert store.action("ann", world.id) == done
    back = store.undo("ann", world.id, version=2, at=LATER, actor="ann")
    assert back == attrs.evolve(world, version=3)
    assert held(connection) == HELD
    versions = HoldingsStore(connection).versions("ann")
    assert [(each.version, each.actor) for each in versions] == [
        (1, "ann"), (2, "adviser"), (3, "ann"),
    ]  # fmt: skip
    told = {event.kind: event for event in store.events("ann")}
    assert set(told) == {"plan.saved", "action.decided", "action.undone"}
    decided = told["action.decided"]
    assert (decided.subject, decided.actor, decided.at) == (world.id, "adviser", LATER)
    assert decided.details == {
        "month": "2025-12", "line_id": "world", "state": "done", "amount_minor": 30000,
        "amount_currency": "EUR", "moved_to": "pea", "holdings_version": 2,
    }  # fmt: skip


def test_a_form_sent_twice_moves_the_money_once(
    store: PlanStore, connection: Connection, world: Action
) -> None:
    """The same decision again gives the action as it is; another one must be undone first."""
    once = decide(store, world, ActionState.ADJUSTED, money("120.50", "EUR"))
    for version in (1, 2):
        again = decide(store, world, ActionState.ADJUSTED, money("120.50", "EUR"), version=version)
        assert again == once
    with pytest.raises(PlanFaults, match="undo that decision first"):
        decide(store, once, ActionState.SKIPPED)
    with pytest.raises(StaleVersion):
        decide(store, world, ActionState.SKIPPED)
    assert held(connection).investments[0].value == money("1120.50", "EUR")
    undone = store.undo("ann", world.id, version=2, at=LATER, actor="ann")
    assert store.undo("ann", world.id, version=2, at=LATER, actor="ann") == undone
    with pytest.raises(StaleVersion):  # the first form, back once more after all
        decide(store, world, ActionState.ADJUSTED, money("120.50", "EUR"))
    assert held(connection) == HELD
    done = decide(store, undone, ActionState.DONE)
    with pytest.raises(StaleVersion):
        store.undo("ann", world.id, version=2, at=LATER, actor="ann")
    assert store.action("ann", world.id) == done
    assert len(store.events("ann")) == 4


def test_nothing_is_kept_of_a_refused_decision(engine: Engine) -> None:
    """Money that cannot go where the plan says, or no longer be taken back, changes nothing."""
    upgrade(engine, [MIGRATIONS])
    francs = attrs.evolve(HELD.investments[0], value=money("1000", "XOF"))
    with transaction(engine) as connection:
        kept = PlanStore(connection)
        kept.save_plan("ann", PLAN, version=0, at=NOON, actor="ann")
        world = kept.ensure_actions("ann", DECEMBER, at=NOON)[0]
        holdings = HoldingsStore(connection)
        holdings.save("ann", Holdings(investments=[francs]), version=0, at=NOON, actor="ann")
    with pytest.raises(PlanFaults, match="kept in XOF"), transaction(engine) as connection:
        decide(PlanStore(connection), world, ActionState.DONE)
    with transaction(engine) as connection:
        assert PlanStore(connection).action("ann", world.id) == world
        HoldingsStore(connection).save("ann", HELD, version=1, at=NOON, actor="ann")
        done = decide(PlanStore(connection), world, ActionState.DONE)
        HoldingsStore(connection).save("ann", Holdings(), version=3, at=NOON, actor="ann")
    with pytest.raises(PlanFaults, match="no longer among"), transaction(engine) as connection:
        PlanStore(connection).undo("ann", world.id, version=2, at=LATER, actor="ann")
    with reading(engine) as connection:
        assert PlanStore(connection).action("ann", world.id) == done
        kinds = [each.kind for each in PlanStore(connection).events("ann")]
        assert "action.undone" not in kinds


def test_a_skipped_action_touches_no_holdings(store: PlanStore, connection: Connection) -> None:
    """Nothing moves, so nothing of the holdings is read, made or versioned."""
    world = store.ensure_actions("ann", DECEMBER, at=NOON)[0]
    skipped = decide(store, world, ActionState.SKIPPED)
    assert (skipped.amount, skipped.moved_to) == (money("0", "EUR"), "")
    with pytest.raises(HoldingsMissing):
        held(connection)
    back = store.undo("ann", world.id, version=2, at=LATER, actor="ann")
    assert back.state is ActionState.TO_DO


def test_money_of_someone_without_holdings_makes_the_first_ones(
    store: PlanStore, connection: Connection
) -> None:
    """They are kept in the currency of the plan; undoing leaves them empty."""
    safety = store.ensure_actions("ann", DECEMBER, at=NOON)[1]
    done = decide(store, safety, ActionState.DONE, on=date(2025, 12, 8), label="Mon livret")
    saved = HoldingsStore(connection).get("ann")
    (made,) = saved.holdings.cash
    assert (made.label, made.balance, made.as_of) == (
        "Mon livret", money("150", "EUR"), date(2025, 12, 8),
    )  # fmt: skip
    assert (saved.base_currency, done.made_line) == ("EUR", True)
    store.undo("ann", safety.id, version=2, at=LATER, actor="ann")
    assert held(connection) == Holdings()


RULE = AlertRule(
    id="rich", subject="net_worth", direction=Direction.ABOVE, level=money("1200", "EUR")
)
BOOK = QuoteBook([], at=NOON)


def worth(value: str, *, complete: bool = True) -> Any:
    """A valuation of a PEA of that value; incomplete, it has an account in dollars as well."""
    line = attrs.evolve(HELD.investments[0], value=money(value, "EUR"))
    lines = [line]
    if not complete:
        lines.append(attrs.evolve(line, id="usd", value=money("1", "USD")))
    return net_worth(Holdings(investments=lines), on=NOON.date(), quotes=BOOK)


def test_a_level_is_told_once_a_crossing(connection: Connection) -> None:
    """Not at the first look, not while it stays beyond, not by what is incomplete."""
    alerts = AlertStore(connection)
    alerts.put_rule("ann", RULE, at=NOON)
    course = ["1300", "1100", "1300", "1400", "1100", "1200"]
    told = [len(alerts.look("ann", at=NOON, valuation=worth(value))) for value in course]
    assert told == [0, 0, 1, 0, 0, 1]
    for missing in (worth("9", complete=False), None):
        assert alerts.look("ann", at=NOON, valuation=missing) == ()
    assert alerts.look("ann", at=NOON, valuation=worth("1300")) == ()
    (saved,) = alerts.rules("ann")
    assert (saved.rule, saved.crossed, saved.figure) == (RULE, 2, money("1300", "EUR"))
    assert {each.key for each in alerts.alerts("ann")} == {"threshold:rich:1", "threshold:rich:2"}
    # A changed rule begins anew, and its next crossing is not mistaken for an old one.
    alerts.put_rule("ann", attrs.evolve(RULE, level=money("2000", "EUR")), at=LATER)
    assert alerts.look("ann", at=LATER, valuation=worth("2500")) == ()
    alerts.look("ann", at=LATER, valuation=worth("1500"))
    (raised,) = alerts.look("ann", at=LATER, valuation=worth("2500"))
    assert raised.key == "threshold:rich:3"
    assert alerts.remove_rule("ann", "rich")
    assert not alerts.remove_rule("ann", "rich")


def test_an_owner_watches_a_bounded_number_of_levels(connection: Connection) -> None:
    """Fifty, any of which can still be changed."""
    alerts = AlertStore(connection)
    for number in range(50):
        alerts.put_rule("ann", attrs.evolve(RULE, id=f"r{number}"), at=NOON)
    with pytest.raises(PlanFaults, match="50 levels"):
        alerts.put_rule("ann", RULE, at=NOON)
    alerts.put_rule("ann", attrs.evolve(RULE, id="r7", level=money("1", "EUR")), at=NOON)
    alerts.put_rule("bob", RULE, at=NOON)


def test_what_is_found_is_kept_read_and_mailed_once(
    store: PlanStore, connection: Connection
) -> None:
    """A stale price and a late month are told once each, whoever finds them and however often."""
    old = Quote("USD", "EUR", Decimal("0.86"), NOON - timedelta(days=9), "ecb")
    holdings = Holdings(investments=[attrs.evolve(HELD.investments[0], value=money("1", "USD"))])
    valued = net_worth(holdings, on=NOON.date(), quotes=QuoteBook([old], at=NOON))
    store.ensure_actions("ann", DECEMBER, at=NOON)
    findings = [
        *stale_prices(line.conversion for line in valued.lines),
        *late_months(store.actions("ann"), date(2026, 1, 1)),
    ]
    alerts = AlertStore(connection)
    raised = alerts.look("ann", at=NOON, findings=findings)
    assert [each.key for each in raised] == [
        "stale_price:USD:2025-11-30T12:00:00Z", "plan_late:2025-12",
    ]  # fmt: skip
    assert alerts.look("ann", at=LATER, findings=findings) == ()
    assert len(alerts.look("bob", at=LATER, findings=findings)) == 2
    assert alerts.mark_read("ann", raised[0].id, at=LATER) == 1
    assert [each.key for each in alerts.alerts("ann", unread=True)] == ["plan_late:2025-12"]
    assert alerts.mark_read("ann", at=LATER) == 1
    assert alerts.mark_read("ann", at=LATER) == 0
    first = alerts.claim_mails(at=LATER, limit=3)
    assert {each.owner for each in first[:2]} == {"ann"}
    rest = alerts.claim_mails(at=LATER)
    assert len({each.id for each in (*first, *rest)}) == len(first) + len(rest) == 4
    assert alerts.claim_mails(at=LATER) == ()
    alerts.release_mail(first[0].id)
    assert [each.id for each in alerts.claim_mails(at=LATER)] == [first[0].id]


def test_all_of_an_owner_is_exported_and_erased(
    store: PlanStore, connection: Connection, world: Action
) -> None:
    """The export is plain JSON of everything; erasing leaves no row of theirs and all of others."""
    for owner in ("ann", "bob"):
        AlertStore(connection).put_rule(owner, RULE, at=NOON)
        for value in ("1", "1300"):
            AlertStore(connection).look(owner, at=NOON, valuation=worth(value))
        store.save_profile(owner, PROFILE, version=0, at=NOON, actor=owner)
    store.save_plan("bob", PLAN, version=0, at=NOON, actor="bob")
    store.ensure_actions("bob", DECEMBER, at=NOON)
    decide(store, world, ActionState.DONE)
    exported = {**store.export("ann"), **AlertStore(connection).export("ann")}
    again = json.loads(json.dumps(exported))
    assert again["profile"]["document"]["monthly_income"]["amount"] == "3200.00"
    assert again["plan"]["version"] == 1
    assert {each["state"] for each in again["actions"]} == {"done", "todo"}
    assert len(again["events"]) == 3
    assert [each["id"] for each in again["rules"]] == ["rich"]
    assert [each["key"] for each in again["alerts"]] == ["threshold:rich:1"]
    assert store.export("eve") == {"profile": None, "plan": None, "actions": [], "events": []}

    def rows(owner: str) -> list[int]:
        counted = (
            select(func.count()).select_from(table).where(table.c.owner == owner) for table in OURS
        )
        return [connection.execute(each).scalar_one() for each in counted]

    before = rows("bob")
    assert all(before)
    assert store.erase("ann") + AlertStore(connection).erase("ann") == 2 + 1 + 1 + 3 + 1 + 1
    assert (rows("ann"), rows("bob")) == ([0] * len(OURS), before)
