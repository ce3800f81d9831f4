"""The blueprint, the first page, and what the pages share.

Opening a page computes nothing and writes nothing: the figure moves by the button alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import day, money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Page, page_number
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock, services
from wealth_core.errors import HoldingsMissing, NetWorthFaults
from wealth_core.loans import Rounding

from .dashboard import page_of
from .evolution import curve_of, curves_of
from .forms import RecomputeForm
from .words import CATEGORIES, CREDITS

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from wealth_core.storage import Snapshot

__all__ = ["blueprint", "recompute_form", "today"]

blueprint = Blueprint("wealth", __name__, url_prefix="/plateforme/patrimoine")
# What a client owns is shown to an adviser by pages of their own.
blueprint.before_request(reached_by(Role.CLIENT))

POINTS_PER_PAGE = 12


def today() -> date:
    """The day it is, in UTC."""
    clock: Clock = services().get(Clock)
    return clock().date()


@blueprint.get("/")
def dashboard() -> ResponseReturnValue:
    """What one is worth, how it moved, and what it is made of, as last computed."""
    return _dashboard(None)


@blueprint.post("/recalculer")
def recompute() -> ResponseReturnValue:
    """Value everything on a day and keep the result."""
    form = RecomputeForm(request.form)
    form.validate()
    on = form.on.data
    if on is not None and on > today():
        form.on.errors = [
            _("This day is still to come: write today, or a day before, such as 01/10/2025.")
        ]
    if form.errors:
        return _dashboard(form), 422
    try:
        taken = (
            services()
            .get(WealthService)
            .recompute(visitor().id, on=on, loan_rounding=Rounding(form.rounding.data))
        )
    except HoldingsMissing:
        return redirect(url_for("wealth.dashboard"), code=303)
    except NetWorthFaults as error:
        form.on.errors = [fault_sentence(fault) for fault in error.faults]
        return _dashboard(form), 422
    if taken.complete:
        flash(
            _(
                "Recalculated: %(amount)s on %(day)s.",
                amount=money(taken.net_worth),
                day=day(taken.valued_on),
            ),
            "success",
        )
    return redirect(url_for("wealth.dashboard"), code=303)


def _dashboard(form: RecomputeForm | None) -> str:
    read = services().get(WealthService).dashboard(visitor().id)
    saved = read.saved
    return render_template(
        "wealth/dashboard.html",
        page=page_of(read),
        saved=saved,
        empty=saved is None or not any(saved.holdings.lines()),
        form=form or recompute_form(read.last),
    )


def recompute_form(last: Snapshot | None) -> RecomputeForm:
    """The form as it is proposed: today, and the loans reckoned as the last time."""
    given = {"on": today().isoformat()}
    if last is not None:
        given["rounding"] = last.loan_rounding.value
    return RecomputeForm(MultiDict(given))


@blueprint.get("/historique")
def history() -> ResponseReturnValue:
    """Every figure that was ever shown, a day a line, and a chart a category."""
    points = services().get(WealthService).history(visitor().id)
    page = Page(
        number=page_number(len(points), size=POINTS_PER_PAGE),
        size=POINTS_PER_PAGE,
        total=len(points),
    )
    return render_template(
        "wealth/history.html",
        page=page,
        points=points[::-1][page.offset : page.offset + page.size],
        whole=curve_of(points),
        curves=curves_of(points),
        names=CATEGORIES,
        credits_name=CREDITS,
    )
