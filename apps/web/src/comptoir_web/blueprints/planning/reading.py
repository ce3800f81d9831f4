"""The page of the plan: what is planned, what this month asks for, what is late, what was done.

Nothing is written, and nothing is computed but shares and sums: what the page reads is what the
stores keep.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from comptoir_web.blueprints.wealth.dashboard import action_of, goal_of, month_name
from comptoir_web.presentation.formats import day, day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from wealth_core.planning import ActionState, Month, goal_progress, late_actions

from .words import STATE_ICONS, STATES, destination_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from comptoir_web.blueprints.wealth.dashboard import ActionRow, GoalBar
    from shared_kernel import Money
    from wealth_core.networth import Holdings
    from wealth_core.planning import Action, InvestmentPlan

__all__ = [
    "Choice",
    "Done",
    "PlanPage",
    "decided",
    "labels_of",
    "months_of",
    "page_of",
    "rows_of",
]


@attrs.frozen(kw_only=True)
class LineRow:
    """A line of the plan; `hundredths` is its percentage for the bar."""

    label: str
    reference: str
    target: str
    percent: str
    hundredths: int
    amount: str


@attrs.frozen(kw_only=True)
class LateMonth:
    """A month that is over, and its actions that wait."""

    name: str
    rows: tuple[ActionRow, ...]


@attrs.frozen(kw_only=True)
class Done:
    """A decided action in the history."""

    id: str
    version: int
    month: str
    label: str
    reference: str
    expected: str
    state: str
    icon: str
    amount: str
    moved_to: str
    on: str


@attrs.frozen(kw_only=True)
class Choice:
    """A month that the history may be of."""

    value: str
    name: str


@attrs.frozen(kw_only=True)
class PlanPage:
    """All that the page says.

    Attributes:
        capacity: What is put aside a month.
        shared: The part of it that the lines share, in percent.
        rest: What they leave, an amount; empty when nothing is left.
        planned: What the lines ask for in a month.
        lines: The lines.
        goal: The progress of the year.
        expected: What should be put aside by now, and of how many months.
        uncounted: How many actions of the year are in another currency.
        month: The present month.
        actions: Its actions.
        waiting: How many of them wait.
        to_prepare: Whether the actions of the month are not made yet.
        starts: When the plan starts, where that is still to come.
        late: What waits of earlier months, the oldest first.
        late_count: How many these are.
    """

    capacity: str
    shared: str
    rest: str
    planned: str
    lines: tuple[LineRow, ...]
    goal: GoalBar
    expected: str
    uncounted: int
    month: str
    actions: tuple[ActionRow, ...]
    waiting: int
    to_prepare: bool
    starts: str
    late: tuple[LateMonth, ...]
    late_count: int


def page_of(
    plan: InvestmentPlan, actions: Sequence[Action], labels: dict[str, str], today: date
) -> PlanPage:
    """Say a plan and its actions.

    Args:
        plan: The plan.
        actions: All of its owner's.
        labels: The names of the holdings, by their ids.
        today: The day.
    """
    month = Month.of(today)
    present = [action for action in actions if action.month == month]
    late = late_actions(actions, today)
    progress = goal_progress(plan, actions, today)
    rest = plan.monthly_capacity - plan.planned
    return PlanPage(
        capacity=money(plan.monthly_capacity),
        shared=percent(plan.percent.scaleb(-2)),
        rest=money(rest) if rest.amount else "",
        planned=money(plan.planned),
        lines=_lines(plan, labels),
        goal=goal_of(progress),
        expected=_expected(progress.months_elapsed, progress.expected),
        uncounted=len(progress.uncounted),
        month=month_name(today),
        actions=tuple(action_of(action) for action in present),
        waiting=sum(action.state is ActionState.TO_DO for action in present),
        to_prepare=not present and bool(plan.lines) and month >= plan.first_month,
        starts=day(plan.starts_on) if month < plan.first_month else "",
        late=tuple(
            LateMonth(name=month_name(each.first_day), rows=tuple(map(action_of, group)))
            for each, group in groupby(late, key=lambda action: action.month)
        ),
        late_count=len(late),
    )


def _lines(plan: InvestmentPlan, labels: dict[str, str]) -> tuple[LineRow, ...]:
    return tuple(
        LineRow(
            label=destination_name(line.envelope, line.cash),
            reference=line.reference,
            target=labels.get(line.target, _("a line that is no longer there"))
            if line.target
            else "",
            percent=percent(line.percent.scaleb(-2)),
            hundredths=int(line.percent.scaleb(2)),
            amount=money(share),
        )
        for line, share in zip(plan.lines, plan.shares(), strict=True)
    )


def _expected(months: int, amount: Money) -> str:
    if not months:
        return _("The first month of the year of the plan is under way.")
    return _("%(amount)s should be put aside by now.", amount=money(amount))


def labels_of(holdings: Holdings | None) -> dict[str, str]:
    """The names of the lines of the holdings, by their ids."""
    return {} if holdings is None else {line.id: line.label for _kind, line in holdings.lines()}


def decided(actions: Sequence[Action], month: str = "") -> tuple[Action, ...]:
    """The decided actions, the newest month first; only those of a month where one is given."""
    return tuple(
        action
        for action in actions
        if action.state is not ActionState.TO_DO and month in {"", str(action.month)}
    )


def months_of(actions: Sequence[Action]) -> tuple[Choice, ...]:
    """The months of some actions, the newest first."""
    months = sorted({action.month for action in actions}, reverse=True)
    return tuple(Choice(value=str(each), name=month_name(each.first_day)) for each in months)


def rows_of(actions: Sequence[Action], labels: dict[str, str]) -> tuple[Done, ...]:
    """The rows of the history."""
    return tuple(
        Done(
            id=action.id,
            version=action.version,
            month=month_name(action.month.first_day),
            label=destination_name(action.envelope, action.cash),
            reference=action.reference,
            expected=money(action.expected),
            state=str(STATES[action.state]),
            icon=STATE_ICONS[action.state],
            amount="" if action.amount is None else money(action.amount),
            moved_to=labels.get(action.moved_to, ""),
            on="" if action.decided_at is None else day_short(action.decided_at.date()),
        )
        for action in actions
    )
