"""What a month asks for, how it ends, and the money that it moves into the holdings.

A plan gives one action a line a month. It waits to be done until someone says that it was done (the
amount expected), adjusted (another amount) or skipped (nothing). What was put aside is added to a
line of the holdings, and can be taken back from there exactly.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from shared_kernel import FaultList, Money, from_minor, to_minor
from shared_kernel.faults import shown
from wealth_core.errors import PlanFaults
from wealth_core.networth.categories import CashKind, Envelope
from wealth_core.networth.holdings import CashAccount, Holdings, Investment
from wealth_core.planning import _faults
from wealth_core.planning._checks import check_money, said
from wealth_core.planning.months import Month
from wealth_core.planning.plan import InvestmentPlan, PlanLine

Receiver: TypeAlias = CashAccount | Investment


class ActionState(StrEnum):
    """How an action stands; all but the first are decisions."""

    TO_DO = "todo"
    DONE = "done"
    """The amount expected was put aside."""
    ADJUSTED = "adjusted"
    """Another amount above zero was."""
    SKIPPED = "skipped"
    """Nothing was."""


@attrs.frozen(kw_only=True)
class PlannedAction:
    """What a line of a plan asks for in a month.

    Args:
        line_id: the line of the plan.
        month: the month.
        expected: the amount to put aside, above zero.
        envelope: the kind of investment that it feeds, or None.
        cash: the kind of savings account that it feeds, or None.
        reference: what is bought there; it may be empty.
        target: the id of the holding that the plan names for it; it may be empty.
    """

    line_id: str
    month: Month
    expected: Money
    envelope: Envelope | None = None
    cash: CashKind | None = None
    reference: str = ""
    target: str = ""

    @property
    def destination(self) -> Envelope | CashKind:
        """The kind of holding that it feeds."""
        return self.envelope or self.cash or CashKind.CUSTOM


@attrs.frozen(kw_only=True)
class Action(PlannedAction):
    """An action as it is kept: what was planned, and what became of it.

    Args:
        id: its identifier.
        owner: whose it is.
        state: whether it waits, or how it ended.
        amount: what was put aside, 0 when skipped; None while it waits.
        decided_at: when that was said (UTC); None while it waits.
        version: 1, and 1 more with each change.
        moved_to: the id of the line of the holdings that received the money; empty without any.
        made_line: whether that line was made for it.
    """

    id: str
    owner: str
    state: ActionState = ActionState.TO_DO
    amount: Money | None = None
    decided_at: datetime | None = None
    version: int = 1
    moved_to: str = ""
    made_line: bool = False


CASH_WORDS: Final = {
    CashKind.LIVRET_A: "Livret A",
    CashKind.LDDS: "LDDS",
    CashKind.PEL: "PEL",
    CashKind.CEL: "CEL",
    CashKind.CURRENT: "Current account",
    CashKind.CUSTOM: "Savings account",
}
"""What each kind of account is called; keys of the catalogue."""
ENVELOPE_WORDS: Final = {
    Envelope.PEA: "PEA",
    Envelope.PEA_PME: "PEA-PME",
    Envelope.PER: "PER",
    Envelope.LIFE_INSURANCE: "Life insurance",
    Envelope.CTO: "Securities account (CTO)",
    Envelope.PEE: "PEE",
    Envelope.PERCO: "PERCO",
    Envelope.SCPI: "SCPI",
    Envelope.PRIVATE_EQUITY: "Private equity",
    Envelope.CROWDFUNDING: "Crowdfunding",
    Envelope.CUSTOM: "Investment",
}
"""What each envelope is called; keys of the catalogue."""


def destination_words(asked: PlannedAction | PlanLine) -> str:
    """Gives what the destination of an action or a line is called, a key of the catalogue."""
    if asked.envelope is not None:
        return ENVELOPE_WORDS[asked.envelope]
    return CASH_WORDS[asked.cash or CashKind.CUSTOM]


def planned_actions(plan: InvestmentPlan, month: Month) -> tuple[PlannedAction, ...]:
    """Gives what a plan asks for in a month, in the order of its lines.

    Nothing is asked before the month the plan starts in, and a share that is less than half the
    smallest unit of the currency asks for nothing.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> from wealth_core.planning.plan import PlanLine
    >>> plan = InvestmentPlan(
    ...     monthly_capacity=money("500", "EUR"),
    ...     starts_on=date(2025, 10, 15),
    ...     lines=[PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA)],
    ... )
    >>> [str(action.expected.amount) for action in planned_actions(plan, Month(2025, 10))]
    ['300.00']
    >>> planned_actions(plan, Month(2025, 9))
    ()
    """
    if month < plan.first_month:
        return ()
    return tuple(
        PlannedAction(
            line_id=line.id,
            month=month,
            expected=share,
            envelope=line.envelope,
            cash=line.cash,
            reference=line.reference,
            target=line.target,
        )
        for line, share in zip(plan.lines, plan.shares(), strict=True)
        if to_minor(share)
    )


def decision(
    action: PlannedAction, state: ActionState, amount: Money | None = None
) -> tuple[ActionState, Money]:
    """Gives how an action ends and the amount that it puts aside, once they make sense together.

    Args:
        action: what was asked for.
        state: done, adjusted or skipped.
        amount: needed when adjusted: above zero, in the currency of the plan. Otherwise it may be
            left out, or repeat what the state says.

    Returns:
        The state and the amount; adjusted to the very amount expected is done.

    Raises:
        PlanFaults: the state is no decision, or the amount does not go with it.

    >>> from shared_kernel import money
    >>> asked = PlannedAction(line_id="a", month=Month(2025, 12), expected=money("300", "EUR"))
    >>> [str(decision(asked, state)[1].amount) for state in (ActionState.DONE, ActionState.SKIPPED)]
    ['300.00', '0.00']
    >>> decision(asked, ActionState.ADJUSTED)
    Traceback (most recent call last):
        ...
    wealth_core.errors.PlanFaults: amount: the amount is missing: say how much was really put aside
    """
    found = FaultList()
    given: object = state
    if not isinstance(given, ActionState) or state is ActionState.TO_DO:
        raise PlanFaults.of(_faults.NOT_A_DECISION, "state", given=shown(given))
    expected = action.expected
    nothing = from_minor(0, expected.currency)
    if amount is None:
        found.check(state is not ActionState.ADJUSTED, _faults.AMOUNT_MISSING, "amount")
        found.raise_if_any(PlanFaults)
        return state, expected if state is ActionState.DONE else nothing
    skipped = state is ActionState.SKIPPED
    if check_money(found, "amount", amount, zero=skipped, currency=expected.currency.code):
        if state is ActionState.DONE:
            same = amount == expected
            found.check(
                same,
                _faults.NOT_THE_EXPECTED,
                "amount",
                given=said(amount),
                expected=said(expected),
            )
        elif skipped:
            found.check(amount == nothing, _faults.NOTHING_SKIPPED, "amount", given=said(amount))
    found.raise_if_any(PlanFaults)
    return ActionState.DONE if amount == expected else state, amount


def move_into(
    holdings: Holdings, action: Action, *, on: date, label: str = ""
) -> tuple[Holdings, str]:
    """Adds what an action put aside to the holdings.

    It goes to the line that the plan names; else to a line of that envelope or kind of account,
    the one called as the reference before the others; else to a new line. The day of the value of a
    line that was there stays what it was: adding money says nothing of what the rest is worth.

    Args:
        holdings: where the money goes.
        action: a decided one, with its amount.
        on: the day; a new line is as of it.
        label: what a new line is called when the action has no reference; the English name of its
            kind by default.

    Returns:
        The holdings with the money, and the id of the line that has it.

    Raises:
        PlanFaults: nothing was put aside (path ``amount``), the line named is no account, or it is
            kept in another currency (path ``target``).
        HoldingsFaults: the holdings would be refused: too many lines, too large an amount.
    """
    amount = _moved(action)
    line = _receiver(holdings, action)
    if line is None:
        made = _new_line(holdings, action, amount, on, label)
        return holdings.with_line(made), made.id
    if (held := _held(line)).currency != amount.currency:
        raise PlanFaults.of(
            _faults.LINE_IN_OTHER_CURRENCY,
            "target",
            given=said(amount),
            label=shown(line.label),
            currency=held.currency.code,
        )
    return holdings.with_line(_holding(line, held + amount)), line.id


def take_back(holdings: Holdings, action: Action) -> Holdings:
    """Takes what an action put aside out of the holdings again: the inverse of `move_into`.

    A line that was made for the action goes away with the last of its money.

    Raises:
        PlanFaults: the action moved nothing (path ``amount``); its line is gone, is kept in another
            currency now, or holds less than the amount (path ``moved_to``). A current account may
            be overdrawn, and always gives it back.
    """
    amount = _moved(action)
    line = next((each for _, each in holdings.lines() if each.id == action.moved_to), None)
    if not isinstance(line, Receiver):
        raise PlanFaults.of(_faults.LINE_GONE, "moved_to", id=action.moved_to)
    held = _held(line)
    texts = {"given": said(amount), "label": shown(line.label)}
    if held.currency != amount.currency:
        code = held.currency.code
        raise PlanFaults.of(_faults.KEPT_IN_OTHER_CURRENCY, "moved_to", currency=code, **texts)
    overdraft = isinstance(line, CashAccount) and line.kind is CashKind.CURRENT
    if held < amount and not overdraft:
        raise PlanFaults.of(_faults.LINE_HOLDS_LESS, "moved_to", held=said(held), **texts)
    left = held - amount
    if action.made_line and not to_minor(left):
        return holdings.without(line.id)
    return holdings.with_line(_holding(line, left))


def late_actions(actions: Iterable[Action], on: date) -> tuple[Action, ...]:
    """Gives the actions that still wait after the end of their month, the oldest first."""
    late = [
        action
        for action in actions
        if action.state is ActionState.TO_DO and action.month.last_day < on
    ]
    return tuple(sorted(late, key=lambda action: action.month))


def _moved(action: Action) -> Money:
    if action.amount is None or to_minor(action.amount) <= 0:
        raise PlanFaults.of(_faults.NOT_MOVED, "amount")
    return action.amount


def _receiver(holdings: Holdings, action: PlannedAction) -> Receiver | None:
    """The line that the money goes to; None when there is none yet."""
    for _, line in holdings.lines():
        if action.target and line.id == action.target:
            if isinstance(line, Receiver):
                return line
            label = shown(line.label)
            raise PlanFaults.of(_faults.CANNOT_RECEIVE, "target", label=label)
    fitting: list[Receiver] = (
        [line for line in holdings.cash if line.kind is action.cash]
        if action.envelope is None
        else [line for line in holdings.investments if line.envelope is action.envelope]
    )
    called = action.reference.strip().casefold()
    named = [line for line in fitting if line.label.strip().casefold() == called]
    if not named and action.destination.value == CashKind.CUSTOM.value:
        return None  # two custom lines have nothing in common but that
    currency = action.expected.currency
    ours = [line for line in (*named, *fitting) if _held(line).currency == currency]
    return next(iter((*ours, *fitting)), None)


def _new_line(
    holdings: Holdings, action: PlannedAction, amount: Money, on: date, label: str
) -> Receiver:
    taken = {line.id for _, line in holdings.lines()}
    taken.update(debt.id for each in holdings.properties for debt in each.loans)
    base = f"plan-{action.destination.value}"
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    free = next(name for name in (base, *numbered) if name not in taken)
    called = action.reference.strip() or label or destination_words(action)
    if action.envelope is None:
        return CashAccount(free, called, action.cash or CashKind.CUSTOM, amount, on)
    return Investment(free, called, action.envelope, amount, on)


def _held(line: Receiver) -> Money:
    return line.balance if isinstance(line, CashAccount) else line.value


def _holding(line: Receiver, amount: Money) -> Receiver:
    if isinstance(line, CashAccount):
        return attrs.evolve(line, balance=amount)
    return attrs.evolve(line, value=amount)
