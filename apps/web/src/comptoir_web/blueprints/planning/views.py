"""The blueprint, and the page of the plan.

Opening it writes nothing: actions are made by saving a plan, by the schedule, or by a button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from flask import Blueprint, render_template, request

from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.presentation.tables import Page, page_number, same_filters
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock, services

from .reading import decided, labels_of, months_of, page_of, rows_of

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from wealth_core.networth import Holdings

__all__ = ["Refused", "blueprint", "current_holdings", "plan_page", "service", "today"]

blueprint = Blueprint("planning", __name__, url_prefix="/plateforme/plan")
# An adviser looks at a client's plan by pages of their own.
blueprint.before_request(reached_by(Role.CLIENT))

ROWS_PER_PAGE = 24


@attrs.frozen
class Refused:
    """An amount that was refused for an action: which one, what was typed, what is wrong."""

    id: str
    typed: str
    message: str


def service() -> WealthService:
    """The service behind every page."""
    found: WealthService = services().get(WealthService)
    return found


def today() -> date:
    """The day it is, in UTC."""
    clock: Clock = services().get(Clock)
    return clock().date()


def current_holdings() -> Holdings | None:
    """What the visitor owns and owes; None before the first save."""
    saved = service().holdings(visitor().id)
    return None if saved is None else saved.holdings


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The plan, the actions of the month, what is late, and what was done."""
    return plan_page()


def plan_page(refused: Refused | None = None) -> str:
    """The page of the plan; with the amount of an action that was refused, where one was."""
    me = visitor().id
    saved = service().plan(me)
    actions = service().actions(me)
    labels = labels_of(current_holdings())
    month = request.args.get("mois", "")
    history = decided(actions, month)
    page = Page(
        number=page_number(len(history), size=ROWS_PER_PAGE),
        size=ROWS_PER_PAGE,
        total=len(history),
    )
    return render_template(
        "planning/index.html",
        plan=None if saved is None else page_of(saved.plan, actions, labels, today()),
        profile=service().profile(me),
        history=rows_of(history[page.offset : page.offset + page.size], labels),
        page=page,
        months=months_of(decided(actions)),
        month=month,
        browsing=bool(month) or "page" in request.args,
        csv_url=same_filters("planning.actions_csv"),
        unread=len(service().alerts(me, unread=True)),
        refused=refused,
    )
