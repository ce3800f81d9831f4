"""Monthly actions: what a month asks for, how it ends, where the money goes and comes back from."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import Money, from_minor, money
from wealth_core.errors import PlanFaults
from wealth_core.networth import (
    CashAccount,
    CashKind,
    Envelope,
    Holdings,
    Investment,
    OtherGood,
)
from wealth_core.planning import (
    Action,
    ActionState,
    InvestmentPlan,
    Month,
    PlanLine,
    PlannedAction,
    decision,
    destination_words,
    late_actions,
    move_into,
    planned_actions,
    take_back,
)
from wealth_core.testing.planning import investment_plans, months

DAY = date(2025, 12, 9)
BEFORE = date(2025, 6, 1)
DECEMBER = Month(2025, 12)


def action(put: str = "300", currency: str = "EUR", **changes: Any) -> Action:
    """An action that put an amount aside for a PEA, changed as told."""
    put_aside = money(put, currency)
    made = Action(
        id="a1",
        owner="ann",
        line_id="world",
        month=DECEMBER,
        expected=put_aside,
        envelope=Envelope.PEA,
        state=ActionState.DONE,
        amount=put_aside,
    )
    return attrs.evolve(made, **changes)


def to_livret(**changes: Any) -> Action:
    """The same for a livret A."""
    return action(envelope=None, **{"cash": CashKind.LIVRET_A, **changes})


def pea(
    line_id: str = "pea", label: str = "PEA", value: str = "1000", code: str = "EUR"
) -> Investment:
    """A PEA."""
    return Investment(line_id, label, Envelope.PEA, money(value, code), BEFORE)


def livret(line_id: str = "livret", balance: str = "1000") -> CashAccount:
    """A livret A."""
    return CashAccount(line_id, "Livret A", CashKind.LIVRET_A, money(balance, "EUR"), BEFORE)


HELD = Holdings(
    cash=[livret()],
    investments=[pea("first"), pea("second", "ETF World")],
    other_goods=[OtherGood("car", "Voiture", money("8000", "EUR"), BEFORE)],
)


@given(investment_plans(), months(1999, 2061))
@settings(max_examples=80)
def test_a_month_asks_each_line_for_its_share(plan: InvestmentPlan, month: Month) -> None:
    """Nothing before the plan's month; then each line's share, of at most the capacity together."""
    asked = planned_actions(plan, month)
    if month < Month.of(plan.starts_on):
        assert asked == ()
        return
    shares = dict(zip((line.id for line in plan.lines), plan.shares(), strict=True))
    nothing = from_minor(0, plan.currency)
    assert {each.line_id: each.expected for each in asked} == {
        name: share for name, share in shares.items() if share != nothing
    }
    assert {each.month for each in asked} <= {month}
    for each in asked:
        line = plan.line(each.line_id)
        assert line is not None
        kept = (each.envelope, each.cash, each.reference, each.target)
        assert kept == (line.envelope, line.cash, line.reference, line.target)
        assert destination_words(each)


@pytest.mark.parametrize(
    ("state", "amount", "ends"),
    [
        (ActionState.DONE, None, (ActionState.DONE, "300.00")),
        (ActionState.DONE, "300", (ActionState.DONE, "300.00")),
        (ActionState.ADJUSTED, "120.50", (ActionState.ADJUSTED, "120.50")),
        (ActionState.ADJUSTED, "300", (ActionState.DONE, "300.00")),
        (ActionState.SKIPPED, None, (ActionState.SKIPPED, "0.00")),
        (ActionState.SKIPPED, "0", (ActionState.SKIPPED, "0.00")),
    ],
)
def test_how_an_action_ends(
    state: ActionState, amount: str | None, ends: tuple[ActionState, str]
) -> None:
    """Done is the amount expected, adjusted another one, skipped nothing."""
    given_amount = None if amount is None else money(amount, "EUR")
    found, put_aside = decision(action(), state, given_amount)
    assert (found, put_aside) == (ends[0], money(ends[1], "EUR"))


@pytest.mark.parametrize(
    ("state", "amount", "code"),
    [
        (ActionState.TO_DO, None, "action.not_a_decision"),
        ("finished", None, "action.not_a_decision"),
        (ActionState.DONE, money("299.99", "EUR"), "action.not_the_expected"),
        (ActionState.DONE, money("300", "XOF"), "planning.other_currency"),
        (ActionState.ADJUSTED, None, "action.amount_missing"),
        (ActionState.ADJUSTED, money("0", "EUR"), "planning.not_positive"),
        (ActionState.ADJUSTED, money("-5", "EUR"), "planning.not_positive"),
        (ActionState.ADJUSTED, 300, "planning.not_an_amount"),
        (ActionState.SKIPPED, money("1", "EUR"), "action.nothing_skipped"),
    ],
)
def test_a_decision_without_sense_is_refused(state: ActionState, amount: Money, code: str) -> None:
    """An amount that does not go with the state, or that is none, is refused."""
    with pytest.raises(PlanFaults) as caught:
        decision(action(), state, amount)
    assert [fault.code for fault in caught.value.faults] == [code]


@pytest.mark.parametrize(
    ("moved", "to"),
    [
        (action(), "first"),
        (action(reference="etf world "), "second"),
        (action(target="second"), "second"),
        (action(target="livret"), "livret"),  # what the plan names comes before the envelope
        (action(target="gone"), "first"),
        (to_livret(), "livret"),
    ],
    ids=["envelope", "reference", "target", "other-kind", "target-gone", "cash"],
)
def test_money_goes_to_the_matching_line(moved: Action, to: str) -> None:
    """The line named, else the one called as the reference, else the first of that envelope."""
    after, line_id = move_into(HELD, moved, on=DAY)
    assert line_id == to
    line = after.line(to)
    assert isinstance(line, CashAccount | Investment)
    held = line.balance if isinstance(line, CashAccount) else line.value
    # What it was worth was known on its own day, and adding to it does not make it newer.
    assert (held, line.as_of) == (money("1300", "EUR"), BEFORE)
    assert after.size == HELD.size
    assert take_back(after, attrs.evolve(moved, moved_to=to)) == HELD


def test_money_without_a_line_makes_one() -> None:
    """It is called by the reference, by the name given, or by its kind; it goes as it came."""
    called = [
        move_into(Holdings(), moved, on=DAY, label=label)[0].investments[0].label
        for moved, label in (
            (action(reference="ETF World"), "Mon PEA"),
            (action(), "Mon PEA"),
            (action(), ""),
        )
    ]
    assert called == ["ETF World", "Mon PEA", "PEA"]
    moved = to_livret()
    taken = OtherGood("plan-livret_a", "Voiture", money("1", "EUR"), BEFORE)
    held = Holdings(other_goods=[taken])
    after, line_id = move_into(held, moved, on=DAY)
    made = CashAccount("plan-livret_a-2", "Livret A", CashKind.LIVRET_A, money("300", "EUR"), DAY)
    assert (line_id, after.cash) == (made.id, (made,))
    back = attrs.evolve(moved, moved_to=line_id, made_line=True)
    assert take_back(after, back) == held
    more = after.with_line(attrs.evolve(made, balance=money("300.01", "EUR")))
    assert take_back(more, back).cash[0].balance == money("0.01", "EUR")
    # A line that its owner made stays when it is emptied.
    assert take_back(after, attrs.evolve(back, made_line=False)).cash[0].balance.amount == 0


def test_custom_lines_are_matched_by_their_name_alone() -> None:
    """Two custom accounts have nothing in common: another name is another line."""
    other = CashAccount("box", "Tirelire", CashKind.CUSTOM, money("5", "EUR"), BEFORE)
    moved = to_livret(reference="Coffre", cash=CashKind.CUSTOM)
    held = Holdings(cash=[other])
    assert move_into(held, moved, on=DAY)[1] == "plan-custom"
    assert move_into(held, attrs.evolve(moved, reference="tirelire"), on=DAY)[1] == "box"


def test_what_cannot_receive_the_money_says_so() -> None:
    """A car, and an account in another currency, refuse it; one in the right currency is found."""
    with pytest.raises(PlanFaults, match="Voiture cannot receive the money") as caught:
        move_into(HELD, action(target="car"), on=DAY)
    assert caught.value.faults[0].path == "target"
    francs = Holdings(investments=[pea("xof", code="XOF")])
    with pytest.raises(PlanFaults, match="PEA, which is kept in XOF"):
        move_into(francs, action(), on=DAY)
    both = francs.with_line(pea("eur"))
    assert move_into(both, action(), on=DAY)[1] == "eur"
    with pytest.raises(PlanFaults, match="kept in XOF"):
        move_into(both, action(target="xof"), on=DAY)
    for nothing in (None, money("0", "EUR")):
        with pytest.raises(PlanFaults, match="moved no money"):
            move_into(HELD, action(amount=nothing), on=DAY)


@pytest.mark.parametrize(
    ("holdings", "code"),
    [
        (Holdings(), "action.line_gone"),
        (Holdings(investments=[pea("first", value="299.99")]), "action.line_holds_less"),
        (Holdings(investments=[pea("first", code="USD")]), "action.kept_in_other_currency"),
        (
            Holdings(other_goods=[OtherGood("first", "Voiture", money("900", "EUR"), DAY)]),
            "action.line_gone",
        ),
    ],
)
def test_money_that_is_no_longer_there_is_not_taken_back(holdings: Holdings, code: str) -> None:
    """A line gone, emptied, or kept in another currency since: refused, and it is said why."""
    with pytest.raises(PlanFaults) as caught:
        take_back(holdings, action(moved_to="first"))
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("moved_to", code)]


def test_a_current_account_gives_back_what_it_overdraws() -> None:
    """It may be below zero before and after: the money went in, and comes out."""
    overdrawn = CashAccount("c", "Compte", CashKind.CURRENT, money("-500", "EUR"), BEFORE)
    moved = to_livret(cash=CashKind.CURRENT)
    after, line_id = move_into(Holdings(cash=[overdrawn]), moved, on=DAY)
    assert after.cash[0].balance == money("-200", "EUR")
    assert take_back(after, attrs.evolve(moved, moved_to=line_id)) == Holdings(cash=[overdrawn])


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.booleans(), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_undoing_in_any_order_gives_back_the_holdings(
    moves: list[tuple[int, bool, bool]], random: object
) -> None:
    """Whatever was moved, and in whatever order it is taken back, the amounts are as before."""
    start = Holdings(investments=[pea("first")])
    held = start
    moved: list[Action] = []
    for minor, to_pea, named in moves:
        put_aside = from_minor(minor, "EUR")
        each = action() if to_pea else to_livret()
        each = attrs.evolve(each, amount=put_aside, reference="ETF World" if named else "")
        size = held.size
        held, line_id = move_into(held, each, on=DAY)
        moved.append(attrs.evolve(each, moved_to=line_id, made_line=held.size > size))
    random.shuffle(moved)  # type: ignore[attr-defined]  # a Random, as Hypothesis gives it
    for each in moved:
        held = take_back(held, each)
    assert held.investments == start.investments
    assert all(account.balance.amount == 0 for account in held.cash)


def test_what_is_late() -> None:
    """An action is late once its month is over, and only while it waits; the oldest comes first."""
    waiting = [
        action(id=month, month=Month.parse(month), state=ActionState.TO_DO, amount=None)
        for month in ("2025-12", "2025-11", "2025-10")
    ]
    decided = action(month=Month(2025, 9))
    every = [*waiting, decided]
    assert [each.id for each in late_actions(every, date(2025, 12, 31))] == ["2025-10", "2025-11"]
    assert [each.id for each in late_actions(every, date(2026, 1, 1))][-1] == "2025-12"


def test_a_share_too_small_for_the_currency_asks_for_nothing() -> None:
    """A hundredth of a percent of ten francs is no franc: there is nothing to put aside."""
    plan = InvestmentPlan(
        monthly_capacity=money("10", "XOF"),
        starts_on=DAY,
        lines=[PlanLine(id="a", percent=Decimal("0.01"), envelope=Envelope.CUSTOM)],
    )
    assert planned_actions(plan, DECEMBER) == ()
    unsaid = PlannedAction(line_id="a", month=DECEMBER, expected=money("1", "XOF"))
    assert destination_words(unsaid) == "Savings account"
