"""`WealthService`: what a client owns and owes, for the pages, the API and the command line alike.

Each method is one transaction. ``owner`` is the opaque id of an account; ``actor`` is the id of who
does it (None: the command line), kept in the audit of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.jobs.queue import JobQueue
from comptoir_web.wealth.alerts import ask_for_mails, look_at
from comptoir_web.wealth.dashboard import Dashboard, read_dashboard
from shared_kernel import FaultKind, add_months
from shared_kernel.engine import reading, transaction
from wealth_core.errors import HoldingsMissing, NetWorthFaults, PlanFaults
from wealth_core.loans import CENT
from wealth_core.networth.files import Preview, read_file
from wealth_core.planning import Month, goal_progress
from wealth_core.storage.alerts import AlertStore
from wealth_core.storage.holdings import HoldingsStore
from wealth_core.storage.loans import LoanStore
from wealth_core.storage.planning import PlanStore
from wealth_core.storage.quotes import QuoteStore
from wealth_core.storage.snapshots import SnapshotStore

if TYPE_CHECKING:
    from shared_kernel import Money
    from wealth_core.loans import Rounding
    from wealth_core.networth import Assumptions, Holdings, Projection
    from wealth_core.planning import (
        Action,
        ActionState,
        AlertRule,
        GoalProgress,
        InvestmentPlan,
        InvestorProfile,
    )
    from wealth_core.storage.alerts import RaisedAlert, SavedAlertRule
    from wealth_core.storage.holdings import HoldingsVersion, SavedHoldings
    from wealth_core.storage.planning import SavedPlan, SavedProfile
    from wealth_core.storage.snapshots import Snapshot, SnapshotPoint

__all__ = ["COMMAND_LINE", "WealthService", "moment_of"]

COMMAND_LINE = "command-line"
"""The actor of what is done without an account."""

YEARS_PROJECTED = 10

FIRST_DAY = date(1900, 1, 1)
"""Nothing is valued before: no line has an earlier day."""

NOT_YET = FaultKind(
    "wealth.not_yet", "{given} is still to come: give today, {today}, or an earlier day"
)
MONTH_TOO_FAR = FaultKind(
    "wealth.month_too_far", "{given} is too far ahead: give {latest} or an earlier month"
)
TOO_EARLY = FaultKind("wealth.too_early", "{given} is too long ago: give {first} or a later day")


def moment_of(on: date, *, now: datetime) -> datetime:
    """The moment whose prices value a day: its last one, or now for the present day.

    >>> now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    >>> moment_of(date(2026, 1, 5), now=now) == now
    True
    >>> moment_of(date(2025, 12, 9), now=now).isoformat()
    '2025-12-09T23:59:59.999999+00:00'

    Raises:
        NetWorthFaults: The day is still to come, or before 1900 (path ``on``).
    """
    if on < FIRST_DAY:
        first = FIRST_DAY.isoformat()
        raise NetWorthFaults.of(TOO_EARLY, "on", given=on.isoformat(), first=first)
    if on > now.date():
        today = now.date().isoformat()
        raise NetWorthFaults.of(NOT_YET, "on", given=on.isoformat(), today=today)
    following = datetime.combine(on, time(), UTC) + timedelta(days=1)
    return min(now, following - timedelta(microseconds=1))


@frozen
class WealthService:
    """Net worth, plan, actions and alerts of the clients of an installation.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        queue: Where the mails of new alerts are asked for; None leaves them to the schedule.
    """

    engine: Engine
    clock: Callable[[], datetime]
    queue: JobQueue | None = None

    # -- what one owns and owes ---------------------------------------------------------------

    def holdings(self, owner: str) -> SavedHoldings | None:
        """The holdings as they are now with their version; None before the first save."""
        with reading(self.engine) as connection:
            try:
                return HoldingsStore(connection).get(owner)
            except HoldingsMissing:
                return None

    def save_holdings(
        self,
        owner: str,
        holdings: Holdings,
        *,
        version: int,
        actor: str | None,
        base_currency: str | None = None,
    ) -> SavedHoldings:
        """Keep the holdings; the figure shown does not move until `recompute`.

        Args:
            owner: Whose they are.
            holdings: All of them.
            version: The version they were edited from; 0 for the first save.
            actor: Who saves them.
            base_currency: The currency of the totals; None keeps the present one (EUR at first).

        Raises:
            StaleVersion: Someone saved meanwhile; nothing was written.
        """
        with transaction(self.engine) as connection:
            store = HoldingsStore(connection)
            return store.save(
                owner,
                holdings,
                version=version,
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                base_currency=base_currency or _base_of(store, owner),
            )

    def recompute(
        self,
        owner: str,
        *,
        on: date | None = None,
        loan_rounding: Rounding | None = None,
    ) -> Snapshot:
        """Value the holdings and save the snapshot: the one way a figure shown ever changes.

        Alerts that follow from it are kept, and mailed by a job.

        Args:
            owner: Whose.
            on: The day; None is today (UTC). Prices are those known at that day's end.
            loan_rounding: None is the bank's cent.

        Raises:
            HoldingsMissing: Nothing was ever saved for this owner.
            NetWorthFaults: The day is still to come, or before 1900.
        """
        from wealth_core.storage.recompute import recompute  # late: it loads numpy

        now = self.clock()
        on = on or now.date()
        with transaction(self.engine) as connection:
            book = QuoteStore(connection).book(at=moment_of(on, now=now))
            snapshot = recompute(
                connection, owner, on=on, at=now, book=book, loan_rounding=loan_rounding or CENT
            )
            raised = look_at(connection, owner, at=now)
        if raised and self.queue is not None:
            ask_for_mails(self.queue)
        return snapshot

    # -- what is read: nothing below computes a figure ----------------------------------------

    def dashboard(self, owner: str) -> Dashboard:
        """Everything the first page shows, in one reading transaction."""
        with reading(self.engine) as connection:
            return read_dashboard(connection, owner, at=self.clock())

    def shown(self, owner: str) -> Snapshot | None:
        """The snapshot to show: the last complete one."""
        with reading(self.engine) as connection:
            return SnapshotStore(connection).shown(owner)

    def last(self, owner: str) -> Snapshot | None:
        """The last snapshot, complete or not: it says what is missing or stale."""
        with reading(self.engine) as connection:
            return SnapshotStore(connection).last(owner)

    def history(self, owner: str, *, since: date | None = None) -> tuple[SnapshotPoint, ...]:
        """One point a day valued, complete ones only, the oldest first."""
        with reading(self.engine) as connection:
            return SnapshotStore(connection).history(owner, since=since)

    def versions(self, owner: str) -> tuple[HoldingsVersion, ...]:
        """The versions of the holdings with who saved each, the first one first."""
        with reading(self.engine) as connection:
            return HoldingsStore(connection).versions(owner)

    def version(self, owner: str, number: int) -> Holdings:
        """The lines of one version; `HoldingsMissing` when there is no such one."""
        with reading(self.engine) as connection:
            return HoldingsStore(connection).version(owner, number)

    # -- files --------------------------------------------------------------------------------

    def import_preview(self, data: bytes, name: str, *, as_of: date | None = None) -> Preview:
        """What a file (JSON of ours, JSON of the original, CSV) would bring in; saves nothing.

        Args:
            data: The file.
            name: Its name; the extension helps to tell CSV from JSON.
            as_of: The day given to lines that carry none; None is today.
        """
        return read_file(data, name, as_of=as_of or self.clock().date())

    # -- projection ---------------------------------------------------------------------------

    def project(
        self,
        owner: str,
        *,
        on: date | None = None,
        until: date | None = None,
        assumptions: Assumptions | None = None,
        plan: InvestmentPlan | None = None,
        loan_rounding: Rounding | None = None,
    ) -> Projection:
        """Project the holdings month by month; nothing is saved.

        Args:
            owner: Whose.
            on: The day it starts from; None is today (UTC). Prices are those known at its end.
            until: The last month; None is ten years after that day.
            assumptions: None is `DEFAULT_ASSUMPTIONS`.
            plan: Instead of the saved one.
            loan_rounding: None is the bank's cent.

        Raises:
            HoldingsMissing: Nothing was ever saved for this owner.
            NetWorthFaults: The day is still to come, or before 1900.
            ProjectionFaults: The start is incomplete, or what was asked is out of range.
        """
        from wealth_core.networth import DEFAULT_ASSUMPTIONS, project  # late: it loads numpy

        now = self.clock()
        on = on or now.date()
        moment = moment_of(on, now=now)
        with reading(self.engine) as connection:
            saved = HoldingsStore(connection).get(owner)
            book = QuoteStore(connection).book(at=moment)
            kept = PlanStore(connection).plan(owner) if plan is None else None
        if kept is not None:
            plan = kept.plan
        return project(
            saved.holdings,
            plan,
            assumptions or DEFAULT_ASSUMPTIONS,
            until or add_months(on, 12 * YEARS_PROJECTED),
            on=on,
            quotes=book,
            base_currency=saved.base_currency,
            loan_rounding=loan_rounding or CENT,
        )

    # -- profile, plan, actions ---------------------------------------------------------------

    def profile(self, owner: str) -> SavedProfile | None:
        """The investor's profile with its version; None before the first save."""
        with reading(self.engine) as connection:
            return PlanStore(connection).profile(owner)

    def save_profile(
        self, owner: str, profile: InvestorProfile, *, version: int, actor: str | None
    ) -> SavedProfile:
        """Keep the profile; `StaleVersion` when someone saved meanwhile (0: the first save)."""
        with transaction(self.engine) as connection:
            return PlanStore(connection).save_profile(
                owner, profile, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def plan(self, owner: str) -> SavedPlan | None:
        """The investment plan with its version; None before the first save."""
        with reading(self.engine) as connection:
            return PlanStore(connection).plan(owner)

    def save_plan(
        self, owner: str, plan: InvestmentPlan, *, version: int, actor: str | None
    ) -> SavedPlan:
        """Keep the plan and make the actions of the present month.

        Raises:
            StaleVersion: Someone saved meanwhile (0: the first save).
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            store = PlanStore(connection)
            saved = store.save_plan(
                owner, plan, version=version, at=now, actor=actor or COMMAND_LINE
            )
            store.ensure_actions(owner, Month.of(now.date()), at=now)
            return saved

    def ensure_actions(self, owner: str, month: Month | None = None) -> tuple[Action, ...]:
        """The actions of a month (None: the present one), made once a line whoever asks.

        It writes: a page that only reads uses `actions`. A schedule makes those of everyone.

        Raises:
            PlanFaults: The month comes after the next one.
        """
        now = self.clock()
        latest = Month.of(now.date()).next()
        if month is not None and month.number > latest.number:
            raise PlanFaults.of(MONTH_TOO_FAR, "month", given=str(month), latest=str(latest))
        with transaction(self.engine) as connection:
            store = PlanStore(connection)
            return store.ensure_actions(owner, month or Month.of(now.date()), at=now)

    def actions(self, owner: str, *, month: Month | None = None) -> tuple[Action, ...]:
        """The actions of one month, or of every month, the newest month first."""
        with reading(self.engine) as connection:
            return PlanStore(connection).actions(owner, month=month)

    def action(self, owner: str, action_id: str) -> Action:
        """One action; `ActionMissing` when this owner has no such action."""
        with reading(self.engine) as connection:
            return PlanStore(connection).action(owner, action_id)

    def decide(
        self,
        owner: str,
        action_id: str,
        state: ActionState,
        *,
        amount: Money | None = None,
        version: int,
        actor: str | None,
        label: str = "",
    ) -> Action:
        """End an action: done (the expected amount), adjusted (``amount``) or skipped.

        The action, the holdings that the money moves into and the audit line change together. A
        line made for the money is called as the action's reference, else ``label``.

        Raises:
            ActionMissing: No such action.
            StaleVersion: It was decided meanwhile.
            PlanFaults: The amount does not fit the state.
        """
        with transaction(self.engine) as connection:
            return PlanStore(connection).decide(
                owner,
                action_id,
                state,
                amount,
                version=version,
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                label=label,
            )

    def undo(self, owner: str, action_id: str, *, version: int, actor: str | None) -> Action:
        """Bring an action back to be done and take its money out of the holdings.

        Raises:
            ActionMissing, StaleVersion: As `decide`.
            PlanFaults: The line it moved into is gone or holds less now.
        """
        with transaction(self.engine) as connection:
            return PlanStore(connection).undo(
                owner, action_id, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def goal(self, owner: str) -> GoalProgress | None:
        """How far the present year's goal is; None without a plan or a goal."""
        today = self.clock().date()
        with reading(self.engine) as connection:
            store = PlanStore(connection)
            saved = store.plan(owner)
            if saved is None:
                return None
            since = Month.of(add_months(today, -12))
            return goal_progress(saved.plan, store.actions(owner, since=since), today)

    # -- alerts -------------------------------------------------------------------------------

    def alert_rules(self, owner: str) -> tuple[SavedAlertRule, ...]:
        """The thresholds this owner watches."""
        with reading(self.engine) as connection:
            return AlertStore(connection).rules(owner)

    def add_alert_rule(self, owner: str, rule: AlertRule) -> SavedAlertRule:
        """Watch a threshold, in the place of the one of the same id.

        Raises:
            PlanFaults: Too many are watched already.
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            AlertStore(connection).put_rule(owner, rule, at=now)
            # A level is crossed from somewhere: what the figure is now is looked at here.
            look_at(connection, owner, at=now)
            kept = AlertStore(connection).rules(owner)
        return next(one for one in kept if one.rule.id == rule.id)

    def remove_alert_rule(self, owner: str, rule_id: str) -> None:
        """Watch it no more; unknown ones are already gone."""
        with transaction(self.engine) as connection:
            AlertStore(connection).remove_rule(owner, rule_id)

    def alerts(
        self, owner: str, *, unread: bool = False, limit: int = 50
    ) -> tuple[RaisedAlert, ...]:
        """What was raised, the newest first; only what was not read where asked."""
        with reading(self.engine) as connection:
            return AlertStore(connection).alerts(owner, unread=unread, limit=limit)

    def mark_read(self, owner: str, alert_id: str | None = None) -> int:
        """Mark an alert as read, or all of them; how many were not."""
        with transaction(self.engine) as connection:
            return AlertStore(connection).mark_read(owner, alert_id, at=self.clock())

    # -- a person's data ----------------------------------------------------------------------

    def erase(self, owner: str) -> None:
        """Delete everything kept of this owner: holdings, snapshots, plan, actions, alerts."""
        with transaction(self.engine) as connection:
            HoldingsStore(connection).erase(owner)
            SnapshotStore(connection).erase(owner)
            PlanStore(connection).erase(owner)
            AlertStore(connection).erase(owner)
            LoanStore(connection).erase(owner)
            QuoteStore(connection).erase(owner)

    def export(self, owner: str) -> Mapping[str, object]:
        """Everything kept of this owner, ready for JSON."""
        with reading(self.engine) as connection:
            return {
                "holdings": HoldingsStore(connection).export(owner),
                "snapshots": SnapshotStore(connection).export(owner),
                "planning": PlanStore(connection).export(owner),
                "alerts": AlertStore(connection).export(owner),
                "loans": LoanStore(connection).export(owner),
                "quotes": QuoteStore(connection).export(owner),
            }


def _base_of(store: HoldingsStore, owner: str) -> str:
    try:
        return store.get(owner).base_currency
    except HoldingsMissing:
        return "EUR"
