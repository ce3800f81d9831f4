"""Everything the first page of a client shows, read in one transaction and computed from nothing.

The figure is the one the last complete recomputation saved. What was edited since, what is stale
and what has no price is told beside it, with what mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from shared_kernel import add_months
from wealth_core.errors import HoldingsMissing
from wealth_core.planning import Month, goal_progress, late_actions
from wealth_core.storage.alerts import AlertStore
from wealth_core.storage.holdings import HoldingsStore
from wealth_core.storage.planning import PlanStore
from wealth_core.storage.snapshots import SnapshotStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared_kernel import Money
    from wealth_core.planning import Action, GoalProgress
    from wealth_core.storage.alerts import RaisedAlert
    from wealth_core.storage.holdings import SavedHoldings
    from wealth_core.storage.planning import SavedPlan
    from wealth_core.storage.snapshots import Snapshot, SnapshotPoint

__all__ = ["Change", "Dashboard", "change_since", "read_dashboard"]

ALERTS_SHOWN = 5
YEARS_SHOWN = 10
"""How far back the evolution goes here; the page of the history has the rest."""
ACTION_MONTHS = 13
"""Actions of so many months are read: a year of the goal, and what is late since."""


@frozen(kw_only=True)
class Change:
    """How the net worth moved between two snapshots of the same currency.

    Attributes:
        amount: The later less the earlier.
        since: The day the earlier one was valued on.
        before: The earlier net worth.
    """

    amount: Money
    since: date
    before: Money


@frozen(kw_only=True)
class Dashboard:
    """What the first page shows.

    Attributes:
        owner: Whose.
        saved: The holdings as they are now; None before the first save.
        shown: The last complete snapshot: the figure to show; None before the first one.
        last: The last snapshot whatever it is: its `complete`, `lines` and reasons say what is
            missing or stale. Often the same as `shown`.
        history: One point a day valued, complete ones only, the oldest first; ten years of them.
        change: Against the snapshot of about a month before the one shown; None without one.
        edited_since: The holdings were changed since the last recomputation.
        month: The present month.
        plan: The investment plan; None without one.
        actions: Those of the month; empty until `WealthService.ensure_actions` made them.
        late: Those of the months of a year before that still wait, the oldest first.
        goal: How far the year's goal is; None without a plan or a goal.
        alerts: The latest alerts that were not read, the newest first.
        at: When this was read.
    """

    owner: str
    saved: SavedHoldings | None
    shown: Snapshot | None
    last: Snapshot | None
    history: tuple[SnapshotPoint, ...]
    change: Change | None
    edited_since: bool
    month: Month
    plan: SavedPlan | None
    actions: tuple[Action, ...]
    late: tuple[Action, ...]
    goal: GoalProgress | None
    alerts: tuple[RaisedAlert, ...]
    at: datetime

    @property
    def incomplete(self) -> bool:
        """Whether the last recomputation left something out: the figure shown is an earlier one."""
        return self.last is not None and not self.last.complete


def change_since(shown: Snapshot | None, history: Sequence[SnapshotPoint]) -> Change | None:
    """How the net worth shown moved over about a month, in the same currency.

    Against the earlier point nearest to a month before: figures are taken when someone asks.
    """
    if shown is None:
        return None
    earlier = [
        point
        for point in history
        if point.valued_on < shown.valued_on and point.base_currency == shown.base_currency
    ]
    if not earlier:
        return None
    month_before = add_months(shown.valued_on, -1)
    point = min(earlier, key=lambda one: (abs(one.valued_on - month_before), one.valued_on))
    return Change(
        amount=shown.net_worth - point.net_worth, since=point.valued_on, before=point.net_worth
    )


def read_dashboard(connection: Connection, owner: str, *, at: datetime) -> Dashboard:
    """Read everything on the connection of one reading transaction; nothing is written."""
    snapshots, plans = SnapshotStore(connection), PlanStore(connection)
    today = at.date()
    month = Month.of(today)
    try:
        saved = HoldingsStore(connection).get(owner)
    except HoldingsMissing:
        saved = None
    last = snapshots.last(owner)
    shown = last if last is None or last.complete else snapshots.shown(owner)
    history = snapshots.history(owner, since=add_months(today, -YEARS_SHOWN * 12))
    plan = plans.plan(owner)
    recent = Month.of(add_months(month.first_day, -ACTION_MONTHS))
    actions = plans.actions(owner, since=recent) if plan is not None else ()
    return Dashboard(
        owner=owner,
        saved=saved,
        shown=shown,
        last=last,
        history=history,
        change=change_since(shown, history),
        edited_since=saved is not None and (last is None or saved.version > last.holdings_version),
        month=month,
        plan=plan,
        actions=tuple(action for action in actions if action.month == month),
        late=late_actions(actions, today),
        goal=None if plan is None else goal_progress(plan.plan, actions, today),
        alerts=AlertStore(connection).alerts(owner, unread=True, limit=ALERTS_SHOWN),
        at=at,
    )
