"""The investor's profile, the plan, and the actions of a month with how they end."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import attrs
from flask import Blueprint
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.openapi import OPAQUE_ID, SCHEMAS, Answer, operation
from comptoir_web.api.problems import (
    CHANGED_MEANWHILE,
    NOT_FOUND,
    ApiProblem,
    answer_with_problems,
)
from comptoir_web.api.versions import ChangeHeaders, etag
from comptoir_web.api.wealth_documents import PLAN_EXAMPLE
from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock, services
from shared_kernel import Money
from wealth_core.errors import ActionMissing, StaleVersion
from wealth_core.networth import CashKind, Envelope
from wealth_core.planning import Action, ActionState, InvestmentPlan, InvestorProfile, Month
from wealth_core.storage import SavedPlan, SavedProfile

__all__ = ["blueprint"]

TAG = Tag(name="plan", description="Who the investor is, what is put aside, and what was done.")

blueprint = Blueprint("api_planning", __name__, url_prefix="/api/v1/wealth")
blueprint.before_request(api_reached_by(Role.CLIENT))
answer_with_problems(blueprint)


@attrs.frozen(kw_only=True)
class KeptProfile:
    """The investor's profile as it is saved.

    Attributes:
        profile: The profile.
        version: 1, and 1 more with each change.
        updated_at: When it was last changed, in UTC.
    """

    profile: InvestorProfile
    version: int
    updated_at: datetime


@attrs.frozen(kw_only=True)
class KeptPlan:
    """The plan as it is saved.

    Attributes:
        plan: The plan.
        version: 1, and 1 more with each change.
        updated_at: When it was last changed, in UTC.
    """

    plan: InvestmentPlan
    version: int
    updated_at: datetime


@attrs.frozen(kw_only=True)
class MonthAsked:
    """Which month.

    Attributes:
        month: The month; the present one (UTC) when left out.
    """

    month: Month | None = None


@attrs.frozen(kw_only=True)
class KeptAction:
    """An action of a month.

    Attributes:
        id: Its identifier.
        line_id: The line of the plan it comes from.
        month: Its month.
        envelope: The kind of investment it feeds; null when it feeds an account.
        cash: The kind of account it feeds; null when it feeds an investment.
        reference: What is bought.
        expected: What the plan asks for.
        state: `todo`, `done`, `adjusted` or `skipped`.
        amount: What was put aside; null while it waits.
        decided_at: When that was said, in UTC.
        version: 1, and 1 more with each change.
        moved_to: The line of the holdings that received the money; empty without any.
    """

    id: str
    line_id: str
    month: Month
    envelope: Envelope | None
    cash: CashKind | None
    reference: str
    expected: Money
    state: ActionState
    amount: Money | None
    decided_at: datetime | None
    version: int
    moved_to: str


@attrs.frozen(kw_only=True)
class KeptActions:
    """The actions of a month, in the order of the plan.

    Attributes:
        items: The actions.
    """

    items: tuple[KeptAction, ...]


@attrs.frozen(kw_only=True)
class Decision:
    """How an action ends.

    Attributes:
        state: `done` (the amount expected), `adjusted` (another amount) or `skipped` (nothing).
        amount: With `adjusted`: what was put aside.
    """

    state: Literal["done", "adjusted", "skipped"]
    amount: Money | None = None


SCHEMAS.example(InvestmentPlan, PLAN_EXAMPLE)
SCHEMAS.example(Decision, {"state": "adjusted", "amount": {"amount": "250.50", "currency": "EUR"}})


@blueprint.get("/profile")
@operation("getProfile", tag=TAG, answer=KeptProfile, problems=(404,), answer_headers=("ETag",))
def get_profile() -> Answer:
    """Give the investor's profile; 404 before it is first saved."""
    saved = services().get(WealthService).profile(signed_in_user().id)
    if saved is None:
        raise ApiProblem(NOT_FOUND)
    return _profile(saved)


@blueprint.put("/profile")
@operation(
    "saveProfile",
    tag=TAG,
    answer=KeptProfile,
    body=InvestorProfile,
    headers=ChangeHeaders,
    problems=(412, 428, 507),
    answer_headers=("ETag",),
)
def save_profile(headers: ChangeHeaders, body: InvestorProfile) -> Answer:
    """Save the profile, from the version that `If-Match` names; `"0"` the first time."""
    user = signed_in_user()
    service = services().get(WealthService)
    try:
        saved = service.save_profile(user.id, body, version=headers.version(), actor=user.id)
    except StaleVersion:
        raise ApiProblem(CHANGED_MEANWHILE) from None
    return _profile(saved)


@blueprint.get("/plan")
@operation("getPlan", tag=TAG, answer=KeptPlan, problems=(404,), answer_headers=("ETag",))
def get_plan() -> Answer:
    """Give the plan; 404 before it is first saved."""
    saved = services().get(WealthService).plan(signed_in_user().id)
    if saved is None:
        raise ApiProblem(NOT_FOUND)
    return _plan(saved)


@blueprint.put("/plan")
@operation(
    "savePlan",
    tag=TAG,
    answer=KeptPlan,
    body=InvestmentPlan,
    headers=ChangeHeaders,
    problems=(412, 428, 507),
    answer_headers=("ETag",),
)
def save_plan(headers: ChangeHeaders, body: InvestmentPlan) -> Answer:
    """Save the plan, from the version that `If-Match` names; `"0"` the first time."""
    user = signed_in_user()
    service = services().get(WealthService)
    try:
        saved = service.save_plan(user.id, body, version=headers.version(), actor=user.id)
    except StaleVersion:
        raise ApiProblem(CHANGED_MEANWHILE) from None
    return _plan(saved)


@blueprint.get("/actions")
@operation("listActions", tag=TAG, answer=KeptActions, query=MonthAsked)
def list_actions(query: MonthAsked) -> KeptActions:
    """List the actions of a month that are made; reading makes none."""
    clock: Clock = services().get(Clock)
    month = query.month or Month.of(clock().date())
    found = services().get(WealthService).actions(signed_in_user().id, month=month)
    return KeptActions(items=tuple(map(_action, found)))


@blueprint.post("/actions")
@operation("makeActions", tag=TAG, answer=KeptActions, body=MonthAsked, problems=(507,))
def make_actions(body: MonthAsked) -> KeptActions:
    """Make the actions of a month, once a line however often it is asked."""
    found = services().get(WealthService).ensure_actions(signed_in_user().id, body.month)
    return KeptActions(items=tuple(map(_action, found)))


@blueprint.post(f"/actions/<{OPAQUE_ID}:action_id>/decision")
@operation(
    "decideAction",
    tag=TAG,
    answer=KeptAction,
    body=Decision,
    headers=ChangeHeaders,
    problems=(404, 412, 428, 507),
    answer_headers=("ETag",),
)
def decide(action_id: str, headers: ChangeHeaders, body: Decision) -> Answer:
    """End an action, from the version that `If-Match` names; its money moves into its envelope."""
    user = signed_in_user()
    try:
        found = (
            services()
            .get(WealthService)
            .decide(
                user.id,
                action_id,
                ActionState(body.state),
                amount=body.amount,
                version=headers.version(),
                actor=user.id,
            )
        )
    except ActionMissing:
        raise ApiProblem(NOT_FOUND) from None
    except StaleVersion:
        raise ApiProblem(CHANGED_MEANWHILE) from None
    return Answer(_action(found), headers={"ETag": etag(found.version)})


@blueprint.post(f"/actions/<{OPAQUE_ID}:action_id>/undo")
@operation(
    "undoAction",
    tag=TAG,
    answer=KeptAction,
    headers=ChangeHeaders,
    problems=(404, 412, 428, 507),
    answer_headers=("ETag",),
)
def undo(action_id: str, headers: ChangeHeaders) -> Answer:
    """Take a decision back: its money leaves the envelope and the action waits again."""
    user = signed_in_user()
    service = services().get(WealthService)
    try:
        found = service.undo(user.id, action_id, version=headers.version(), actor=user.id)
    except ActionMissing:
        raise ApiProblem(NOT_FOUND) from None
    except StaleVersion:
        raise ApiProblem(CHANGED_MEANWHILE) from None
    return Answer(_action(found), headers={"ETag": etag(found.version)})


def _profile(saved: SavedProfile) -> Answer:
    kept = KeptProfile(profile=saved.profile, version=saved.version, updated_at=saved.updated_at)
    return Answer(kept, headers={"ETag": etag(saved.version)})


def _plan(saved: SavedPlan) -> Answer:
    kept = KeptPlan(plan=saved.plan, version=saved.version, updated_at=saved.updated_at)
    return Answer(kept, headers={"ETag": etag(saved.version)})


def _action(action: Action) -> KeptAction:
    names = (field.name for field in attrs.fields(KeptAction))
    return KeptAction(**{name: getattr(action, name) for name in names})
