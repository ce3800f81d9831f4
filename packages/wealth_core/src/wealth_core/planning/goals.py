"""The goal of the year: what should be put aside by now, what is, and the gap."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs

from shared_kernel import Money, add_months, from_minor, rounded_money
from wealth_core.planning.actions import Action
from wealth_core.planning.months import Month
from wealth_core.planning.plan import InvestmentPlan
from wealth_core.planning.profile import percent_of

MONTHS_A_YEAR = 12


@attrs.frozen(kw_only=True)
class GoalProgress:
    """How far the goal of the current year of a plan is.

    Args:
        goal: what is to be put aside in the year.
        starts_on: the first day of the year: an anniversary of the plan's start.
        ends_on: its last day.
        months_elapsed: the whole months since `starts_on`, 0 to 11.
        expected: what should be put aside by now: that many twelfths of the goal, half up.
        done: what the actions of the year's months put aside.
        percent: `done` in percent of the goal, half up to 0.01; it may pass 100.
        gap: `done` less `expected`; negative when the plan is behind.
        uncounted: actions of the year with an amount in another currency, which nothing adds up.
    """

    goal: Money
    starts_on: date
    ends_on: date
    months_elapsed: int
    expected: Money
    done: Money
    percent: Decimal
    gap: Money
    uncounted: tuple[Action, ...] = ()

    @property
    def behind(self) -> bool:
        """Whether less is put aside than should be by now."""
        return self.gap.amount < 0


def goal_progress(plan: InvestmentPlan, actions: Iterable[Action], on: date) -> GoalProgress:
    """Gives how far the goal of the year is, counted from the day the plan really started.

    A year of the plan goes from its start to the day before the anniversary, whatever the calendar
    says; its twelve months of actions are the month of that start and the eleven that follow.
    Before the plan starts, its first year stands there with nothing elapsed.

    Args:
        plan: as it is now.
        actions: those of the owner, of whatever months; the others are left out.
        on: the day.

    >>> from shared_kernel import money
    >>> plan = InvestmentPlan(
    ...     monthly_capacity=money("500", "EUR"),
    ...     starts_on=date(2025, 10, 15),
    ...     yearly_goal=money("6000", "EUR"),
    ... )
    >>> found = goal_progress(plan, [], date(2026, 1, 20))
    >>> found.months_elapsed, found.expected.amount, found.gap.amount
    (3, Decimal('1500.00'), Decimal('-1500.00'))
    """
    start = plan.starts_on
    elapsed = max(_whole_months(start, on), 0)
    year, months = divmod(elapsed, MONTHS_A_YEAR)
    first = plan.first_month.number + year * MONTHS_A_YEAR
    ours = [
        action
        for action in actions
        if action.amount is not None and 0 <= action.month.number - first < MONTHS_A_YEAR
    ]
    done = from_minor(0, plan.currency)
    uncounted: list[Action] = []
    for action in ours:
        if action.amount is not None and action.amount.currency == done.currency:
            done += action.amount
        else:
            uncounted.append(action)
    goal = plan.goal
    expected = rounded_money(Fraction(goal.amount) * months / MONTHS_A_YEAR, goal.currency)
    return GoalProgress(
        goal=goal,
        starts_on=add_months(start, year * MONTHS_A_YEAR),
        ends_on=add_months(start, (year + 1) * MONTHS_A_YEAR) - timedelta(days=1),
        months_elapsed=months,
        expected=expected,
        done=done,
        percent=percent_of(done, goal),
        gap=done - expected,
        uncounted=tuple(uncounted),
    )


def _whole_months(start: date, on: date) -> int:
    """The months that are over between two days: the 31st is followed by the last day of April."""
    months = Month.of(on).number - Month.of(start).number
    return months if on >= add_months(start, months) else months - 1
