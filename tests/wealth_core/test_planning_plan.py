"""Plans: lines of at most 100 %, what each gets a month, the progress of a year of the plan."""

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import add_months, from_minor, money, to_minor
from wealth_core.errors import PlanFaults
from wealth_core.networth import CashKind, Category, Envelope
from wealth_core.planning import (
    Action,
    ActionState,
    InvestmentPlan,
    Month,
    PlanLine,
    goal_progress,
    plan_from_document,
    plan_from_json,
    plan_to_document,
    plan_to_json,
)
from wealth_core.testing.planning import investment_plans, months

PEA = PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA, reference="ETF World")
LIVRET = PlanLine(id="safety", percent=Decimal("39.99"), cash=CashKind.LIVRET_A)
PLAN = InvestmentPlan(
    monthly_capacity=money("500", "EUR"),
    starts_on=date(2025, 10, 15),
    lines=(PEA, LIVRET),
    yearly_goal=money("6000", "EUR"),
)


def done(month: str, amount: str, currency: str = "EUR", *, line: str = "world") -> Action:
    """An action of a month that put an amount aside."""
    return Action(
        id=f"{line}-{month}",
        owner="ann",
        line_id=line,
        month=Month.parse(month),
        expected=money("300", currency),
        envelope=Envelope.PEA,
        state=ActionState.ADJUSTED,
        amount=money(amount, currency),
    )


@given(investment_plans())
@settings(max_examples=80)
def test_shares_lose_no_cent(plan: InvestmentPlan) -> None:
    """Each share is within a unit of its exact part; lines of 100 % share the whole capacity."""
    capacity = to_minor(plan.monthly_capacity)
    shares = [to_minor(share) for share in plan.shares()]
    for line, share in zip(plan.lines, shares, strict=True):
        assert abs(share - capacity * line.percent / 100) < 1
    assert sum(shares) == to_minor(plan.planned) <= capacity
    if plan.percent == 100:
        assert sum(shares) == capacity
    assert plan.goal == (plan.yearly_goal or plan.planned * 12)


def test_a_hundred_percent_and_not_a_hundredth_more() -> None:
    """Lines may share all of the capacity; 100.01 % is refused with the sum."""
    rest = PlanLine(id="rest", percent=Decimal("0.01"), cash=CashKind.CURRENT)
    full = attrs.evolve(PLAN, lines=(PEA, LIVRET, rest))
    assert (full.percent, full.planned) == (Decimal(100), full.monthly_capacity)
    with pytest.raises(PlanFaults) as caught:
        attrs.evolve(full, lines=(*full.lines, attrs.evolve(rest, id="more")))
    assert [(fault.path, fault.params["given"]) for fault in caught.value.faults] == [
        ("lines", "100.01")
    ]


def test_every_fault_of_a_line_is_told() -> None:
    """A percentage out of range, two destinations or none, a bad id, a reference of two lines."""
    wrong = ("0", "100.01", "33.333", "NaN", "-5")
    for percent in wrong:
        with pytest.raises(PlanFaults, match="percent"):
            PlanLine(id="a", percent=Decimal(percent), envelope=Envelope.PER)
    with pytest.raises(PlanFaults) as caught:
        PlanLine(id="a b", percent=Decimal(5), reference="two\nlines", target="é")
    assert [fault.path for fault in caught.value.faults] == ["id", "", "reference", "target"]
    with pytest.raises(PlanFaults, match="exactly one"):
        PlanLine(id="a", percent=Decimal(5), envelope=Envelope.PER, cash=CashKind.PEL)
    assert (PEA.category, LIVRET.category) == (Category.INVESTMENTS, Category.CASH)


def test_every_fault_of_a_plan_is_told() -> None:
    """Nothing to share, two lines of one name, a goal in another currency, too many lines."""
    with pytest.raises(PlanFaults) as caught:
        InvestmentPlan(
            monthly_capacity=money("0", "EUR"),
            starts_on=date(3000, 1, 1),
            lines=(PEA, attrs.evolve(LIVRET, id="world")),
            yearly_goal=money("0", "EUR"),
        )
    assert [fault.path for fault in caught.value.faults] == [
        "monthly_capacity", "starts_on", "lines[1].id", "yearly_goal",
    ]  # fmt: skip
    with pytest.raises(PlanFaults, match="every amount here in EUR"):
        attrs.evolve(PLAN, yearly_goal=money("6000", "XOF"))
    many = tuple(
        PlanLine(id=f"l{n}", percent=Decimal("0.01"), cash=CashKind.PEL) for n in range(101)
    )
    with pytest.raises(PlanFaults, match="at most 100"):
        attrs.evolve(PLAN, lines=many)


@given(investment_plans())
@settings(max_examples=60)
def test_a_plan_comes_back_from_its_document(plan: InvestmentPlan) -> None:
    """What was written is read again, as data and as text."""
    assert plan_from_document(plan_to_document(plan)) == plan
    assert plan_from_json(plan_to_json(plan)) == plan


def test_lines_without_a_name_get_one_by_their_place() -> None:
    """A line without an id is called by its place, and never as another line is."""
    document = plan_to_document(PLAN)
    for line in document["lines"]:
        del line["id"]
    assert [line.id for line in plan_from_document(document).lines] == ["line-1", "line-2"]
    document["lines"][0]["id"] = "line-2"
    assert [line.id for line in plan_from_document(document).lines] == ["line-2", "line-2-a"]


def test_a_refused_document_tells_every_fault() -> None:
    """Faults of shape and of sense, with their paths; a version of the future is not read."""
    document = plan_to_document(PLAN)
    document["lines"][0] |= {"percent": 60.5, "envelope": "pee_a", "surprise": 1}
    document["lines"][1] |= {"percent": "100"}
    document["starts_on"] = "2025-10"
    document["yearly_goal"] = {"amount": "-1", "currency": "EUR"}
    with pytest.raises(PlanFaults) as caught:
        plan_from_document(document)
    assert {fault.path for fault in caught.value.faults} == {
        "lines[0].percent", "lines[0].envelope", "lines[0].surprise", "starts_on", "yearly_goal",
    }  # fmt: skip
    for wrong in ({**document, "version": 7}, {**document, "lines": "none"}, "plan"):
        with pytest.raises(PlanFaults):
            plan_from_document(wrong)


def test_months() -> None:
    """They follow each other over a year's end; what is not one is refused."""
    assert [str(month) for month in Month(2025, 11).up_to(Month(2026, 2))] == [
        "2025-11", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip
    assert list(Month(2025, 12).up_to(Month(2025, 11))) == []
    for wrong in ("2025-1", "2025-00", "12/2025", "٢٠٢٥-12", 202512, None, "9999-01"):
        with pytest.raises(PlanFaults, match="2025-12"):
            Month.parse(wrong)


@given(months(), st.integers(-600, 600))
@settings(max_examples=40)
def test_months_are_ordered_as_time_is(month: Month, shift: int) -> None:
    """Their numbers, their order, their texts and their days agree."""
    other = Month.of(add_months(month.first_day, shift))
    assert other.number - month.number == shift
    assert (other > month) == (str(other) > str(month)) == (shift > 0)
    assert month.last_day + timedelta(days=1) == month.next().first_day


@pytest.mark.parametrize(
    ("on", "elapsed", "starts_on"),
    [
        ("2025-01-01", 0, "2025-10-15"),  # before the start
        ("2025-10-15", 0, "2025-10-15"),
        ("2025-11-14", 0, "2025-10-15"),
        ("2025-11-15", 1, "2025-10-15"),
        ("2026-01-01", 2, "2025-10-15"),  # a new year of the calendar, not of the plan
        ("2026-10-14", 11, "2025-10-15"),
        ("2026-10-15", 0, "2026-10-15"),  # the anniversary
        ("2028-12-31", 2, "2028-10-15"),
    ],
)
def test_progress_counts_from_the_real_start(on: str, elapsed: int, starts_on: str) -> None:
    """Months elapse from the day the plan started; a year ends on the eve of its anniversary."""
    found = goal_progress(PLAN, (), date.fromisoformat(on))
    assert (found.months_elapsed, found.starts_on.isoformat()) == (elapsed, starts_on)
    assert found.expected == money(500 * elapsed, "EUR")
    assert found.gap == -found.expected
    assert found.behind == (elapsed > 0)
    assert found.ends_on == add_months(found.starts_on, 12) - timedelta(days=1)


def test_progress_counts_what_was_put_aside_in_the_year_of_the_plan() -> None:
    """Each year has its own twelve months of actions; another currency is told, not added."""
    actions = (
        done("2025-09", "1"),  # of another plan
        done("2025-10", "300"),
        done("2025-12", "700.50", line="safety"),
        done("2026-01", "9000", "XOF"),
        done("2026-10", "40"),  # of the second year
        attrs.evolve(done("2025-11", "1"), state=ActionState.TO_DO, amount=None),
    )
    found = goal_progress(PLAN, actions, date(2026, 1, 20))
    assert (found.done, found.percent) == (money("1000.50", "EUR"), Decimal("16.68"))
    assert found.gap == money("-499.50", "EUR")
    assert found.uncounted == (actions[3],)
    second = goal_progress(PLAN, actions, date(2026, 10, 20))
    assert (second.done, second.months_elapsed) == (money("40", "EUR"), 0)
    assert not second.behind


def test_a_start_on_the_last_day_of_a_month_counts_every_month() -> None:
    """A plan that started on the 31st has its month over on the last day of a shorter one."""
    plan = attrs.evolve(PLAN, starts_on=date(2025, 1, 31), yearly_goal=money("100", "EUR"))
    days = (date(2025, 2, 27), date(2025, 2, 28), date(2025, 4, 30), date(2026, 1, 30))
    assert [goal_progress(plan, (), on).months_elapsed for on in days] == [0, 1, 3, 11]
    assert goal_progress(plan, (), date(2025, 2, 28)).expected == money("8.33", "EUR")
    empty = attrs.evolve(PLAN, lines=(), yearly_goal=None)
    found = goal_progress(empty, (), date(2026, 1, 20))
    assert (found.goal, found.percent) == (from_minor(0, "EUR"), Decimal("0.00"))
