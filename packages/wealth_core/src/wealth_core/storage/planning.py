"""Profiles, plans and their monthly actions: what is planned, decided, undone, and by whom.

The store takes a connection and never commits; it asks for no clock (`at`). A decision changes the
action, the holdings and the audit in the caller's one transaction: all of it is kept, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, delete, insert, select, update

from shared_kernel.engine import inserting
from wealth_core.errors import ActionMissing, HoldingsMissing, PlanFaults, StaleVersion
from wealth_core.networth.holdings import Holdings
from wealth_core.planning import _faults
from wealth_core.planning.actions import (
    Action,
    ActionState,
    PlannedAction,
    decision,
    move_into,
    planned_actions,
    take_back,
)
from wealth_core.planning.documents import plan_to_document, profile_to_document
from wealth_core.planning.months import Month
from wealth_core.storage import _locks
from wealth_core.storage._planning_rows import (
    SavedPlan,
    SavedProfile,
    WealthEvent,
    action_of,
    action_values,
    asked_of,
    plain_row,
    plan_of,
    planned_fields,
    planned_values,
    profile_of,
    told,
    written,
)
from wealth_core.storage.holdings import HoldingsStore
from wealth_core.storage.planning_tables import (
    wealth_actions,
    wealth_events,
    wealth_investors,
    wealth_plans,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping, Table

    from shared_kernel import Money
    from wealth_core.planning import InvestmentPlan, InvestorProfile

__all__ = ["PlanStore", "SavedPlan", "SavedProfile", "WealthEvent"]

_ATTEMPTS: Final = 5
_ZONES: Final = (timedelta(hours=-12), timedelta(hours=14))
"""How far the clocks of the earth are from UTC: a month begins and ends somewhere before here."""


class PlanStore:
    """Keeps the profile, the plan and the actions of each owner.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it; what only reads does so in a
            reading one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def profile(self, owner: str) -> SavedProfile | None:
        """Gives the profile of an owner; None before the first one."""
        row = self._document(wealth_investors, owner)
        return None if row is None else profile_of(row)

    def save_profile(
        self, owner: str, profile: InvestorProfile, *, version: int, at: datetime, actor: str
    ) -> SavedProfile:
        """Saves a profile over the version it was made from, 0 for the first one.

        Raises:
            StaleVersion: it was changed since `version` was read; nothing is saved.
        """
        row = self._put(wealth_investors, owner, profile_to_document(profile), version, at)
        if row is None:
            now = self.profile(owner)
            raise StaleVersion(
                "the profile was changed meanwhile: version {given} is not the last one, {now}",
                given=str(version),
                now=str(now.version if now else 0),
            )
        self._note(owner, at, actor, "profile.saved", details={"version": version + 1})
        return profile_of(row)

    def plan(self, owner: str) -> SavedPlan | None:
        """Gives the plan of an owner; None before the first one."""
        row = self._document(wealth_plans, owner)
        return None if row is None else plan_of(row)

    def save_plan(
        self, owner: str, plan: InvestmentPlan, *, version: int, at: datetime, actor: str
    ) -> SavedPlan:
        """Saves a plan over the version it was made from, 0 for the first one.

        The actions already made of the month, and of no earlier one, follow it at once where they
        still wait: see `ensure_actions`. What was decided stays as it was decided.

        Raises:
            StaleVersion: it was changed since `version` was read; nothing is saved.
        """
        document = plan_to_document(plan)
        row = self._put(wealth_plans, owner, document, version, at)
        if row is None:
            now = self.plan(owner)
            raise StaleVersion(
                "the plan was changed meanwhile: version {given} is not the last one, {now}",
                given=str(version),
                now=str(now.version if now else 0),
            )
        details = {"version": version + 1, "document": document}
        self._note(owner, at, actor, "plan.saved", details=details)
        months = self._connection.execute(
            select(wealth_actions.c.month)
            .where(wealth_actions.c.owner == owner)
            .where(wealth_actions.c.month >= str(_months_at(at)[0]))
            .distinct()
        )
        for month in sorted(months.scalars()):
            self.ensure_actions(owner, Month.parse(month), at=at)
        return plan_of(row)

    def owners(self, *, after: str = "", limit: int | None = None) -> tuple[str, ...]:
        """Gives those who have a plan, in the order of the database, those up to `after` aside."""
        owner = wealth_plans.c.owner
        statement = select(owner).order_by(owner).limit(limit)
        if after:
            statement = statement.where(owner > after)
        return tuple(self._connection.execute(statement).scalars())

    def ensure_actions(self, owner: str, month: Month, *, at: datetime) -> tuple[Action, ...]:
        """Makes the actions of a month, once a line, whoever asks and however often.

        Those of the present month that still wait follow the plan as it is now: the amounts, the
        destinations, the lines that came and those that went. What was decided never changes, nor
        does a month that is over once its actions were made; one without any gets those of the
        plan of now. A month that has begun nowhere on earth has none, nor has one before the plan.

        Args:
            owner: whose plan.
            month: which month.
            at: the moment, an aware datetime.

        Returns:
            The actions of the month, decided or not, in the order of the plan's lines.
        """
        _locks.writing(self._connection)
        # Shared with others who ask, kept from who changes it: the plan that is read here is the
        # last one until the end of the transaction.
        row = self._document(wealth_plans, owner, shared=True)
        known = self.actions(owner, month=month)
        present, latest = _months_at(at)
        if row is not None and month <= latest and (month >= present or not known):
            planned = planned_actions(plan_of(row).plan, month)
            if self._follow(owner, planned, known):
                known = self.actions(owner, month=month)
        return known

    def catch_up(self, owner: str, on: date, *, at: datetime) -> tuple[Action, ...]:
        """Makes the actions of every month from when the plan was first saved, up to a day.

        Returns:
            The actions of the day's month, as `ensure_actions` gives them.
        """
        saved = self.plan(owner)
        last = Month.of(on)
        if saved is not None:
            first = max(saved.plan.first_month, Month.of(saved.created_at.date()))
            for month in first.up_to(last):
                self.ensure_actions(owner, month, at=at)
        return self.actions(owner, month=last)

    def actions(
        self, owner: str, *, month: Month | None = None, since: Month | None = None
    ) -> tuple[Action, ...]:
        """Gives the actions of an owner, the newest month first, in the order of the plan's lines.

        Args:
            owner: whose.
            month: only those of this month.
            since: only those of this month and later ones.
        """
        table = wealth_actions.c
        statement = select(wealth_actions).where(table.owner == owner)
        if month is not None:
            statement = statement.where(table.month == str(month))
        if since is not None:
            statement = statement.where(table.month >= str(since))
        ordered = statement.order_by(table.month.desc(), table.place, table.line_id)
        return tuple(action_of(row) for row in self._connection.execute(ordered).mappings())

    def action(self, owner: str, action_id: str) -> Action:
        """Gives one action of an owner.

        Raises:
            ActionMissing: the owner has no such action.
        """
        return self._action(owner, action_id, locked=False)

    def decide(
        self,
        owner: str,
        action_id: str,
        state: ActionState,
        amount: Money | None = None,
        *,
        version: int,
        at: datetime,
        actor: str,
        on: date | None = None,
        label: str = "",
    ) -> Action:
        """Ends an action, and moves what was put aside into the holdings.

        The same decision from the same version again (a form sent twice) changes nothing and moves
        nothing.

        Args:
            owner: whose.
            action_id: which action.
            state: done, adjusted or skipped.
            amount: what was put aside when adjusted; see `wealth_core.planning.decision`.
            version: the version of the action that was looked at.
            at: the moment, an aware datetime.
            actor: who says so.
            on: the day of a new line of the holdings; the one of `at` in UTC by default.
            label: what a new line is called; see `wealth_core.planning.move_into`.

        Raises:
            ActionMissing: the owner has no such action.
            PlanFaults: the decision makes no sense, the action was already decided otherwise, or
                the money cannot go where the plan says.
            HoldingsFaults: the holdings would be refused.
            StaleVersion: the action was changed since `version` was read.
        """
        _locks.writing(self._connection)
        action = self._action(owner, action_id, locked=True)
        state, put_aside = decision(action, state, amount)
        if action.state is not ActionState.TO_DO:
            same = (action.state, action.amount) == (state, put_aside)
            if same and version in (action.version, action.version - 1):
                return action
            if version == action.version:
                given = action.state.value
                raise PlanFaults.of(_faults.DECIDED, "state", given=given)
        _check_version(action, version)
        decided = attrs.evolve(
            action, state=state, amount=put_aside, decided_at=at, version=version + 1
        )
        details = told(decided)
        if put_aside.amount > 0:
            moved_to = ""
            made = False

            def add(holdings: Holdings) -> Holdings:
                nonlocal moved_to, made
                size = holdings.size
                changed, moved_to = move_into(holdings, decided, on=on or at.date(), label=label)
                made = changed.size > size
                return changed

            details["holdings_version"] = self._change_holdings(decided, add, at, actor)
            details["moved_to"] = moved_to
            decided = attrs.evolve(decided, moved_to=moved_to, made_line=made)
        return self._end(decided, at, actor, "action.decided", details)

    def undo(self, owner: str, action_id: str, *, version: int, at: datetime, actor: str) -> Action:
        """Makes a decided action wait again, and takes its money back out of the holdings.

        An action that already waits stays as it is: undoing twice is undoing once.

        Raises:
            ActionMissing: the owner has no such action.
            PlanFaults: the line that has the money is gone, holds less, or changed its currency.
            StaleVersion: the action was changed since `version` was read.
        """
        _locks.writing(self._connection)
        action = self._action(owner, action_id, locked=True)
        if action.state is ActionState.TO_DO:
            return action
        _check_version(action, version)
        details = {**told(action), "moved_to": action.moved_to}
        if action.moved_to:

            def take(holdings: Holdings) -> Holdings:
                return take_back(holdings, action)

            details["holdings_version"] = self._change_holdings(action, take, at, actor)
        waiting = attrs.evolve(
            action,
            state=ActionState.TO_DO,
            amount=None,
            decided_at=None,
            version=version + 1,
            moved_to="",
            made_line=False,
        )
        return self._end(waiting, at, actor, "action.undone", details)

    def events(self, owner: str, *, limit: int = 100) -> tuple[WealthEvent, ...]:
        """Gives what was done with the plan of an owner, the latest first."""
        table = wealth_events.c
        columns = (table.owner, table.at, table.actor, table.kind, table.subject, table.details)
        statement = select(*columns).where(table.owner == owner)
        ordered = statement.order_by(table.at.desc(), table.id).limit(limit)
        return tuple(WealthEvent(**row) for row in self._connection.execute(ordered).mappings())

    def erase(self, owner: str) -> int:
        """Deletes all that is kept here of an owner, the audit too; gives how many rows it was."""
        _locks.erasing(self._connection)
        tables = (wealth_actions, wealth_plans, wealth_investors, wealth_events)
        return sum(
            self._connection.execute(delete(table).where(table.c.owner == owner)).rowcount
            for table in tables
        )

    def export(self, owner: str) -> dict[str, object]:
        """Gives all that is kept here of an owner, ready for JSON."""
        profile = self._document(wealth_investors, owner)
        plan = self._document(wealth_plans, owner)
        return {
            "profile": None if profile is None else plain_row(profile),
            "plan": None if plan is None else plain_row(plan),
            "actions": [
                {**action_values(action), "id": action.id, "decided_at": written(action.decided_at)}
                for action in self.actions(owner)
            ],
            "events": [
                {**attrs.asdict(event), "at": written(event.at)}
                for event in self.events(owner, limit=1_000_000)
            ],
        }

    def _document(self, table: Table, owner: str, *, shared: bool = False) -> RowMapping | None:
        statement = select(table).where(table.c.owner == owner)
        if shared:
            statement = statement.with_for_update(read=True)
        return self._connection.execute(statement).mappings().one_or_none()

    def _put(
        self, table: Table, owner: str, document: object, version: int, at: datetime
    ) -> RowMapping | None:
        """Writes a document over a version; None when that is not the one that is kept."""
        _locks.writing(self._connection)
        values = {"document": document, "version": version + 1, "updated_at": at}
        statement: Any  # an insert or an update: both can be executed, and have no name in common
        if version:
            here = (table.c.owner == owner) & (table.c.version == version)
            statement = update(table).where(here).values(values)
        else:
            statement = self._insert(table).values(owner=owner, created_at=at, **values)
            statement = statement.on_conflict_do_nothing(index_elements=["owner"])
        written = self._connection.execute(statement.returning(*table.c))
        row: RowMapping | None = written.mappings().one_or_none()
        return row

    def _insert(self, table: Table) -> Any:
        """An insert that knows of conflicts: each database has a class of its own for it."""
        return inserting(self._connection, table)

    def _follow(
        self, owner: str, planned: tuple[PlannedAction, ...], known: tuple[Action, ...]
    ) -> bool:
        """Makes the waiting actions of a month those planned; gives whether any changed."""
        table = wealth_actions
        asked = {each.line_id: (place, each) for place, each in enumerate(planned)}
        changed = False
        for action in known:
            place, wanted = asked.pop(action.line_id, (0, None))
            if action.state is not ActionState.TO_DO or wanted == asked_of(action):
                continue
            # Whoever decides it at this moment comes first: the state is looked at once more.
            waits = (
                (table.c.id == action.id)
                & (table.c.state == ActionState.TO_DO.value)
                & (table.c.version == action.version)
            )
            if wanted is None:
                self._connection.execute(delete(table).where(waits))
            else:
                values = {**planned_values(wanted), "place": place, "version": action.version + 1}
                self._connection.execute(update(table).where(waits).values(values))
            changed = True
        for place, wanted in asked.values():
            made = Action(id=uuid4().hex, owner=owner, **planned_fields(wanted))
            values = {**action_values(made), "id": made.id, "owner": owner, "place": place}
            once = self._insert(table).values(values)
            self._connection.execute(
                once.on_conflict_do_nothing(index_elements=["owner", "month", "line_id"])
            )
            changed = True
        return changed

    def _action(self, owner: str, action_id: str, *, locked: bool) -> Action:
        statement = select(wealth_actions).where(_one(owner, action_id))
        if locked:
            statement = statement.with_for_update()
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise ActionMissing(
                "there is no action {id} here: the plan no longer asks for it, or never did",
                id=action_id,
            )
        return action_of(row)

    def _change_holdings(
        self, action: Action, change: Callable[[Holdings], Holdings], at: datetime, actor: str
    ) -> int:
        """Changes the holdings of an action's owner, and gives their new version.

        Whoever edits them at this moment comes first, and the change is made to what they leave:
        the person who decides an action has not looked at the holdings.
        """
        store = HoldingsStore(self._connection)
        left = _ATTEMPTS
        while True:
            left -= 1
            try:
                saved = store.get(action.owner)
                held, version, base = saved.holdings, saved.version, saved.base_currency
            except HoldingsMissing:
                held, version, base = Holdings(), 0, action.expected.currency.code
            try:
                return store.save(
                    action.owner,
                    change(held),
                    version=version,
                    at=at,
                    actor=actor,
                    base_currency=base,
                ).version
            except StaleVersion:
                if not left:
                    raise

    def _end(
        self, action: Action, at: datetime, actor: str, kind: str, details: dict[str, object]
    ) -> Action:
        """Writes what became of an action, and who did it."""
        statement = update(wealth_actions).where(_one(action.owner, action.id))
        self._connection.execute(statement.values(action_values(action)))
        self._note(action.owner, at, actor, kind, subject=action.id, details=details)
        return action

    def _note(
        self,
        owner: str,
        at: datetime,
        actor: str,
        kind: str,
        *,
        subject: str = "",
        details: Mapping[str, object],
    ) -> None:
        self._connection.execute(
            insert(wealth_events).values(
                id=uuid4().hex,
                owner=owner,
                at=at,
                actor=actor,
                kind=kind,
                subject=subject,
                details=dict(details),
            )
        )


def _one(owner: str, action_id: str) -> ColumnElement[bool]:
    return (wealth_actions.c.owner == owner) & (wealth_actions.c.id == action_id)


def _months_at(at: datetime) -> tuple[Month, Month]:
    """The earliest and the latest of the months that a calendar on earth shows at a moment."""
    earliest, latest = (Month.of((at + zone).date()) for zone in _ZONES)
    return earliest, latest


def _check_version(action: Action, version: int) -> None:
    if action.version != version:
        raise StaleVersion(
            "the action {id} was changed meanwhile: version {given} is not the last one, {now}",
            id=action.id,
            given=str(version),
            now=str(action.version),
        )
