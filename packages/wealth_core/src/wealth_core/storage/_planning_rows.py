"""The rows of planning as the values they hold, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from shared_kernel.columns import money_from, money_values, optional_money_from
from wealth_core.networth.categories import CashKind, Envelope
from wealth_core.planning.actions import Action, ActionState, PlannedAction
from wealth_core.planning.documents import plan_from_document, profile_from_document
from wealth_core.planning.months import Month

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from wealth_core.planning import InvestmentPlan, InvestorProfile


@attrs.frozen(kw_only=True)
class SavedProfile:
    """An investor's profile as it is kept; its version is 1, and 1 more with each change."""

    owner: str
    profile: InvestorProfile
    version: int
    created_at: datetime
    updated_at: datetime


@attrs.frozen(kw_only=True)
class SavedPlan:
    """An investment plan as it is kept; its version is 1, and 1 more with each change."""

    owner: str
    plan: InvestmentPlan
    version: int
    created_at: datetime
    updated_at: datetime


@attrs.frozen(kw_only=True)
class WealthEvent:
    """Something that was done, for whoever audits.

    Args:
        owner: whose things it changed.
        at: when (UTC).
        actor: who did it.
        kind: ``profile.saved``, ``plan.saved``, ``action.decided`` or ``action.undone``.
        subject: the id of the action; empty otherwise.
        details: plain data: states, amounts, where the money went, the versions.
    """

    owner: str
    at: datetime
    actor: str
    kind: str
    subject: str
    details: Mapping[str, Any]  # plain JSON data, of every kind


def _dated(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("owner", "version", "created_at", "updated_at")}


def profile_of(row: RowMapping) -> SavedProfile:
    return SavedProfile(profile=profile_from_document(row["document"]), **_dated(row))


def plan_of(row: RowMapping) -> SavedPlan:
    return SavedPlan(plan=plan_from_document(row["document"]), **_dated(row))


def plain_row(row: RowMapping) -> dict[str, object]:
    dated = {name: written(row[name]) for name in ("created_at", "updated_at")}
    return {"document": row["document"], "version": row["version"], **dated}


def written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def planned_fields(planned: PlannedAction) -> dict[str, Any]:
    return {each.name: getattr(planned, each.name) for each in attrs.fields(PlannedAction)}


def asked_of(action: Action) -> PlannedAction:
    return PlannedAction(**planned_fields(action))


def planned_values(planned: PlannedAction) -> dict[str, object]:
    return {
        "line_id": planned.line_id,
        "month": str(planned.month),
        "envelope": planned.envelope and planned.envelope.value,
        "cash": planned.cash and planned.cash.value,
        "reference": planned.reference,
        "target": planned.target,
        **money_values("expected", planned.expected),
    }


def action_values(action: Action) -> dict[str, object]:
    return {
        **planned_values(action),
        "state": action.state.value,
        **money_values("amount", action.amount),
        "decided_at": action.decided_at,
        "version": action.version,
        "moved_to": action.moved_to,
        "made_line": action.made_line,
    }


def told(action: Action) -> dict[str, object]:
    """What the audit keeps of a decided action."""
    return {
        "month": str(action.month),
        "line_id": action.line_id,
        "state": action.state.value,
        **money_values("amount", action.amount),
    }


def action_of(row: RowMapping) -> Action:
    values = dict(row)
    return Action(
        id=row["id"],
        owner=row["owner"],
        line_id=row["line_id"],
        month=Month.parse(row["month"]),
        envelope=None if row["envelope"] is None else Envelope(row["envelope"]),
        cash=None if row["cash"] is None else CashKind(row["cash"]),
        reference=row["reference"],
        target=row["target"],
        expected=money_from(values, "expected"),
        state=ActionState(row["state"]),
        amount=optional_money_from(values, "amount"),
        decided_at=row["decided_at"],
        version=row["version"],
        moved_to=row["moved_to"],
        made_line=row["made_line"],
    )
