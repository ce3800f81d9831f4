"""The service of net worth: what is computed, what is only read, and in how long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest
import svcs
from sqlalchemy import Engine, event, select
from testkit.pages import FrozenClock

from comptoir_web.identity.users import User
from comptoir_web.jobs.tables import JOBS
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from shared_kernel.engine import reading, transaction
from wealth_core.errors import (
    HoldingsMissing,
    NetWorthFaults,
    PlanFaults,
    ProjectionFaults,
    StaleVersion,
)
from wealth_core.loans import EXACT
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CryptoHolding,
    Envelope,
    Holdings,
    net_worth,
)
from wealth_core.networth.holdings import Investment
from wealth_core.planning import (
    ActionState,
    AlertRule,
    Direction,
    InvestmentPlan,
    InvestorProfile,
    Month,
    PlanLine,
)
from wealth_core.planning.profile import Situation
from wealth_core.storage.quotes import QuoteStore
from wealth_core.storage.snapshots import SnapshotStore
from wealth_core.testing.worked import (
    WORKED_AT,
    WORKED_NET_WORTH,
    WORKED_ON,
    worked_atlas_document,
    worked_holdings,
    worked_prices,
    worked_quotes,
)

MakeUser = Callable[..., User]


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of the application: the moment of the worked profile."""
    return FrozenClock(WORKED_AT)


@pytest.fixture
def wealth(container: svcs.Container) -> WealthService:
    """The service."""
    return container.get(WealthService)


@pytest.fixture
def owner(make_user: MakeUser) -> str:
    """A client."""
    return make_user().id


@pytest.fixture
def prices(web_engine: Engine) -> None:
    """The prices of the worked profile."""
    with transaction(web_engine) as connection:
        QuoteStore(connection).put(worked_prices(), at=WORKED_AT)


def plan(*, goal: str | None = None) -> InvestmentPlan:
    """Three hundred a month into shares, two hundred into savings."""
    return InvestmentPlan(
        monthly_capacity=money("500", "EUR"),
        starts_on=date(2025, 11, 1),
        yearly_goal=None if goal is None else money(goal, "EUR"),
        lines=[
            PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA),
            PlanLine(id="safety", percent=Decimal(40), cash=CashKind.LIVRET_A),
        ],
    )


@contextmanager
def counted_writes(engine: Engine) -> Iterator[list[str]]:
    """The statements that would change a row, as the database gets them."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        word = statement.lstrip("( \n").split(None, 1)[0].upper()
        if word not in {"SELECT", "WITH", "PRAGMA", "BEGIN", "SHOW", "SET"}:
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("prices")
def test_the_worked_profile_and_its_reading(
    wealth: WealthService, owner: str, web_engine: Engine, clock: FrozenClock
) -> None:
    """Saving moves no figure, recomputing gives the known one, and reading changes no row."""
    assert wealth.holdings(owner) is None
    with pytest.raises(HoldingsMissing):
        wealth.recompute(owner)
    wealth.save_holdings(owner, worked_holdings(), version=0, actor=owner)
    before = wealth.dashboard(owner)
    assert (before.shown, before.last, before.edited_since) == (None, None, True)
    assert wealth.recompute(owner, loan_rounding=EXACT).net_worth == WORKED_NET_WORTH

    clock.forward(hours=1)
    with counted_writes(web_engine) as writes:
        read = wealth.dashboard(owner)
        assert read.shown is not None
        assert read.shown.net_worth == WORKED_NET_WORTH
        assert wealth.shown(owner) == wealth.last(owner) == read.shown == read.last
        assert len(wealth.history(owner)) == 1
        wealth.profile(owner), wealth.plan(owner), wealth.goal(owner), wealth.actions(owner)
        wealth.alerts(owner), wealth.alert_rules(owner), wealth.export(owner)
        wealth.project(owner, until=date(2026, 6, 9))
    assert writes == []
    # Nor does a recomputation that finds the same: the same row says that it still holds.
    again = wealth.recompute(owner, loan_rounding=EXACT)
    assert attrs.evolve(again, taken_at=read.shown.taken_at) == read.shown
    assert len(wealth.history(owner)) == 1


@pytest.mark.usefixtures("prices")
def test_what_has_no_price_never_takes_the_place_of_a_figure(
    wealth: WealthService, owner: str, clock: FrozenClock
) -> None:
    """An incomplete computation is told, and the last complete figure stays the one shown."""
    saved = wealth.save_holdings(owner, worked_holdings(), version=0, actor=owner)
    wealth.recompute(owner, loan_rounding=EXACT)
    unknown = CryptoHolding("x", "Inconnu", "NOBODY", Decimal(1), WORKED_ON)
    wealth.save_holdings(
        owner, saved.holdings.with_line(unknown), version=saved.version, actor=None
    )
    clock.forward(days=1)
    assert not wealth.recompute(owner, loan_rounding=EXACT).complete
    read = wealth.dashboard(owner)
    assert read.shown is not None
    assert read.last is not None
    assert read.incomplete
    assert read.shown.net_worth == WORKED_NET_WORTH
    assert [line.label for line in read.last.unpriced] == ["Inconnu"]
    with pytest.raises(ProjectionFaults):
        wealth.project(owner)


@pytest.mark.usefixtures("prices")
def test_a_day_is_valued_with_the_prices_of_its_end(
    wealth: WealthService, owner: str, container: svcs.Container, clock: FrozenClock
) -> None:
    """An earlier day takes the prices of then; one still to come is refused."""
    held = Holdings(crypto=[CryptoHolding("b", "Bitcoin", "BTC", Decimal(1), date(2025, 12, 1))])
    wealth.save_holdings(owner, held, version=0, actor=owner)
    clock.forward(days=10)
    quotes = container.get(QuoteService)
    quotes.set("crypto:BTC", "EUR", Decimal(70_000), as_of=date(2025, 12, 15), by=owner)
    assert wealth.recompute(owner, on=WORKED_ON).net_worth == money("95000", "EUR")
    assert wealth.recompute(owner).net_worth == money("70000", "EUR")
    with pytest.raises(NetWorthFaults) as refused:
        wealth.recompute(owner, on=date(2026, 1, 1))
    assert [fault.path for fault in refused.value.faults] == ["on"]
    read = wealth.dashboard(owner)
    assert read.change is not None
    assert (read.change.amount, read.change.since) == (money("-25000", "EUR"), WORKED_ON)


def test_two_edits_at_once(wealth: WealthService, owner: str) -> None:
    """The second of two edits made from the same version is refused, and the first one kept."""
    first = wealth.save_holdings(owner, Holdings(), version=0, actor=owner, base_currency="XOF")
    assert (first.version, first.base_currency) == (1, "XOF")
    account = CashAccount("a", "Livret A", CashKind.LIVRET_A, money("1", "EUR"), WORKED_ON)
    wealth.save_holdings(owner, Holdings(cash=[account]), version=1, actor=owner)
    with pytest.raises(StaleVersion):
        wealth.save_holdings(owner, Holdings(), version=1, actor=owner)
    kept = wealth.holdings(owner)
    assert kept is not None
    assert (kept.holdings.cash, kept.base_currency) == ((account,), "XOF")
    assert [one.version for one in wealth.versions(owner)] == [1, 2]
    assert wealth.version(owner, 1) == Holdings()


def test_a_decision_moves_money_and_its_undoing_takes_it_back(
    wealth: WealthService, owner: str, clock: FrozenClock
) -> None:
    """Saving a plan makes the month's actions; done and undone leave the holdings as they were."""
    pea = Investment("pea", "PEA", Envelope.PEA, money("1000", "EUR"), WORKED_ON)
    wealth.save_holdings(owner, Holdings(investments=[pea]), version=0, actor=owner)
    wealth.save_plan(owner, plan(goal="6000"), version=0, actor=owner)
    december = Month(2025, 12)
    first, second = wealth.actions(owner, month=december)
    assert wealth.ensure_actions(owner) == (first, second)
    done = wealth.decide(owner, first.id, ActionState.DONE, version=first.version, actor=owner)
    kept = wealth.holdings(owner)
    assert kept is not None
    assert kept.holdings.investments[0].value == money("1300", "EUR")
    goal = wealth.goal(owner)
    assert goal is not None
    assert goal.done == money("300", "EUR")
    with pytest.raises(PlanFaults):
        wealth.decide(owner, second.id, ActionState.ADJUSTED, version=second.version, actor=owner)
    back = wealth.undo(owner, first.id, version=done.version, actor=owner)
    assert back.state is ActionState.TO_DO
    kept = wealth.holdings(owner)
    assert kept is not None
    assert kept.holdings == Holdings(investments=[pea])

    clock.forward(days=40)
    read = wealth.dashboard(owner)
    assert read.month == Month(2026, 1)
    assert read.actions == ()
    assert [action.month for action in read.late] == [december, december]
    assert read.plan is not None
    assert read.goal is not None


def test_files_are_read_whatever_their_form(wealth: WealthService) -> None:
    """A profile of the platform before, a table and nonsense are told apart; nothing is raised."""
    text = json.dumps(worked_atlas_document())
    atlas = wealth.import_preview(text.encode(), "profil.json")
    assert (atlas.format, atlas.faults) == ("atlas", ())
    assert atlas.holdings is not None
    wrong = wealth.import_preview(b"\xff\xfe not a table", "avoirs.csv")
    assert wrong.holdings is None
    assert wrong.faults


@pytest.mark.usefixtures("prices")
def test_everything_of_a_person_goes_and_comes_along(
    wealth: WealthService, owner: str, make_user: MakeUser
) -> None:
    """An export has what is kept; an erasure leaves nothing of this owner, and all of others."""
    other = make_user(email="other@example.com").id
    profile = InvestorProfile(
        monthly_income=money("3000", "EUR"),
        monthly_charges=money("2000", "EUR"),
        situation=Situation(),
    )
    level = money("80000", "EUR")
    rule = AlertRule(id="r", subject="net_worth", direction=Direction.BELOW, level=level)
    for each in (owner, other):
        wealth.save_holdings(each, worked_holdings(), version=0, actor=each)
        wealth.recompute(each)
        wealth.save_profile(each, profile, version=0, actor=each)
        wealth.save_plan(each, plan(), version=0, actor=each)
        saved = wealth.add_alert_rule(each, rule)
        assert saved.figure is not None  # looked at once, so that it can be crossed from here
    kept = wealth.export(owner)
    assert set(kept) == {"holdings", "snapshots", "planning", "alerts", "loans", "quotes"}
    before = wealth.export(other)
    wealth.erase(owner)
    empty = wealth.export(owner)
    assert not any(
        any(part.values()) if isinstance(part, dict) else part for part in empty.values()
    )
    assert wealth.holdings(owner) is None
    assert wealth.dashboard(owner).shown is None
    assert wealth.export(other) == before


@pytest.mark.usefixtures("prices")
def test_an_alert_found_by_a_recomputation_is_told_at_once(
    wealth: WealthService, owner: str, web_engine: Engine, clock: FrozenClock
) -> None:
    """A level crossed is on the page after the recomputation, and its mail is asked for."""
    saved = wealth.save_holdings(owner, worked_holdings(), version=0, actor=owner)
    wealth.recompute(owner)
    level = money("90000", "EUR")
    rule = AlertRule(id="r", subject="net_worth", direction=Direction.ABOVE, level=level)
    wealth.add_alert_rule(owner, rule)
    lottery = CashAccount("gain", "Livret", CashKind.LDDS, money("9000", "EUR"), WORKED_ON)
    wealth.save_holdings(
        owner, saved.holdings.with_line(lottery), version=saved.version, actor=owner
    )
    assert wealth.alerts(owner) == ()
    clock.forward(minutes=1)
    wealth.recompute(owner)
    wealth.recompute(owner)
    (alert,) = wealth.dashboard(owner).alerts
    assert alert.kind == "threshold"
    with reading(web_engine) as connection:
        kinds = connection.scalars(select(JOBS.c.kind)).all()
    assert kinds == ["wealth.alerts"]
    assert wealth.mark_read(owner) == 1
    assert wealth.dashboard(owner).alerts == ()
    assert len(wealth.alerts(owner)) == 1


@pytest.mark.usefixtures("prices")
def test_ten_years_of_months_are_on_the_dashboard(
    wealth: WealthService, owner: str, web_engine: Engine
) -> None:
    """Ten years of monthly snapshots of thirty lines are read with the figure shown."""
    saved = wealth.save_holdings(owner, _thirty_lines(), version=0, actor=owner)
    wealth.save_plan(owner, plan(goal="6000"), version=0, actor=owner)
    last = wealth.recompute(owner)
    worth = net_worth(saved.holdings, on=WORKED_ON, quotes=worked_quotes())
    with transaction(web_engine) as connection:
        store = SnapshotStore(connection)
        for months in range(1, 121):
            on = add_months(WORKED_ON, -months)
            store.save(
                owner,
                attrs.evolve(worth, on=on),
                holdings_version=1,
                at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
            )
    read = wealth.dashboard(owner)
    assert read.shown == last
    assert len(read.history) == 121
    assert read.change is not None


def _thirty_lines() -> Holdings:
    """The worked profile and accounts up to thirty lines."""
    held = worked_holdings()
    for number in range(30 - sum(1 for _ in held.lines())):
        amount = money(str(100 + number), "EUR")
        held = held.with_line(
            CashAccount(f"more-{number}", f"Compte {number}", CashKind.CUSTOM, amount, WORKED_ON)
        )
    return held
