"""The pages that change the plan and the profile.

Both carry the version they were opened at. Where someone saved meanwhile nothing is written over:
what was typed stays in the form, and what differs is shown beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from comptoir_web.blueprints.loans.address import plain
from comptoir_web.identity.access import visitor
from comptoir_web.presentation.formats import day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from shared_kernel import to_minor
from wealth_core.errors import StaleVersion
from wealth_core.networth import CashAccount, Investment
from wealth_core.planning import QUESTIONS, RiskLevel, risk_profile, savings_rate

from .actions import version_of
from .drafts import plan_fields, profile_fields, read_plan, read_profile
from .forms import PlanForm, PlanLineForm, ProfileForm
from .reading import labels_of
from .views import blueprint, current_holdings, service, today
from .words import FAMILIES, destination_name, library_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from wealth_core.planning import InvestmentPlan, InvestorProfile

__all__: list[str] = []

_HUNDRED = 100


@attrs.frozen
class Difference:
    """A term as it was typed, and as it is saved."""

    label: str
    typed: str
    saved: str


def _differences(typed: Mapping[str, str], saved: Mapping[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(label, typed.get(label, ""), saved.get(label, ""))
        for label in dict.fromkeys([*typed, *saved])
        if typed.get(label) != saved.get(label)
    )


# -- the plan -----------------------------------------------------------------------------------


@blueprint.route("/modifier", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Write the plan, or change it; the actions of the month follow it where they still wait."""
    if request.method == "GET":
        return _plan_page(PlanForm(_opened_plan()))
    touched = PlanForm.touched(request.form)
    if touched is not None:
        return _plan_page(touched)
    form = PlanForm(request.form)
    form.propose(_targets())
    plan = read_plan(form)
    if plan is None:
        return _plan_page(form), 422
    me = visitor().id
    try:
        service().save_plan(me, plan, version=version_of(form.version.data), actor=me)
    except StaleVersion:
        saved = service().plan(me)
        if saved is None or saved.plan != plan:  # the same one is a form that was sent twice
            form.version.data = str(saved.version if saved else 0)
            differs = _differences(
                _plan_texts(plan), {} if saved is None else _plan_texts(saved.plan)
            )
            return _plan_page(form, differs), 409
    flash(_("The plan is saved, and the actions of the month follow it."), "success")
    return redirect(url_for("planning.index"), code=303)


def _opened_plan() -> MultiDict[str, str]:
    me = visitor().id
    saved = service().plan(me)
    if saved is not None:
        return plan_fields(saved.plan, saved.version)
    given = {"version": "0", "starts_on": today().isoformat(), "lines-0-reference": ""}
    known = service().profile(me)
    if known is not None:
        given["currency"] = known.profile.currency
        if to_minor(known.profile.capacity):
            given["monthly_capacity"] = plain(known.profile.capacity.amount)
    return MultiDict(given)


def _targets() -> list[tuple[str, str]]:
    """The holdings that can receive money, each an id and its name."""
    held = current_holdings()
    lines = [] if held is None else [line for _kind, line in held.lines()]
    return [(line.id, line.label) for line in lines if isinstance(line, CashAccount | Investment)]


def _plan_page(form: PlanForm, differences: tuple[Difference, ...] | None = None) -> str:
    form.propose(_targets())
    shares = (row.percent.data for row in form.rows if isinstance(row, PlanLineForm))
    total = sum((share for share in shares if share is not None), start=Decimal(0))
    return render_template(
        "planning/edit.html",
        form=form,
        spare=form.spare(),
        differences=differences,
        shared=percent(total.scaleb(-2)),
        over=total > _HUNDRED,
        is_new=form.version.data == "0",
    )


def _plan_texts(plan: InvestmentPlan) -> dict[str, str]:
    """What a plan says, by the names of its terms."""
    labels = labels_of(current_holdings())
    texts = {
        _("Amount a month"): money(plan.monthly_capacity),
        _("Since"): day_short(plan.starts_on),
        _("Goal of a year"): "" if plan.yearly_goal is None else money(plan.yearly_goal),
    }
    for number, line in enumerate(plan.lines, start=1):
        parts = (
            destination_name(line.envelope, line.cash),
            line.reference,
            percent(line.percent.scaleb(-2)),
            labels.get(line.target, line.target),
        )
        texts[_("Line %(number)s", number=number)] = " · ".join(part for part in parts if part)
    return texts


# -- the profile --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class ProfileAnswer:
    """What a saved profile says: the answer of the page."""

    capacity: str
    rate: str
    income: str
    charges: str
    risk_title: str
    risk_words: str
    score: int
    level: str


@blueprint.route("/profil", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Who invests: what can be saved, the situation, the goals, and the five questions."""
    me = visitor().id
    if request.method == "GET":
        saved = service().profile(me)
        given = (
            MultiDict({"version": "0"})
            if saved is None
            else profile_fields(saved.profile, saved.version)
        )
        return _profile_page(ProfileForm(given), saved.profile if saved else None)
    touched = ProfileForm.touched(request.form)
    if touched is not None:
        return _profile_page(touched, None)
    form = ProfileForm(request.form)
    typed = read_profile(form)
    if typed is None:
        return _profile_page(form, None), 422
    try:
        service().save_profile(me, typed, version=version_of(form.version.data), actor=me)
    except StaleVersion:
        saved = service().profile(me)
        if saved is None or saved.profile != typed:
            form.version.data = str(saved.version if saved else 0)
            theirs = {} if saved is None else _profile_texts(saved.profile)
            return _profile_page(form, None, _differences(_profile_texts(typed), theirs)), 409
    flash(_("Your profile is saved."), "success")
    return redirect(url_for("planning.profile"), code=303)


def _profile_page(
    form: ProfileForm,
    shown: InvestorProfile | None,
    differences: tuple[Difference, ...] | None = None,
) -> str:
    return render_template(
        "planning/profile.html",
        form=form,
        spare=form.spare(),
        answer=None if shown is None else _answer(shown),
        differences=differences,
        questions=[form[question.field] for question in QUESTIONS],
    )


def _answer(profile: InvestorProfile) -> ProfileAnswer:
    risk = None if profile.risk is None else risk_profile(profile.risk)
    return ProfileAnswer(
        capacity=money(profile.capacity),
        rate=percent(savings_rate(profile).scaleb(-2)),
        income=money(profile.monthly_income),
        charges=money(profile.monthly_charges),
        risk_title="" if risk is None else library_text(risk.title),
        risk_words="" if risk is None else library_text(risk.words),
        score=0 if risk is None else risk.score,
        level=(RiskLevel.PRUDENT if risk is None else risk.level).value,
    )


def _profile_texts(profile: InvestorProfile) -> dict[str, str]:
    """What a profile says, by the names of its terms."""
    situation, risk = profile.situation, profile.risk
    texts = {
        _("Income a month"): money(profile.monthly_income),
        _("Charges a month"): money(profile.monthly_charges),
        _("What can be put aside a month"): money(profile.capacity),
        _("Family situation"): str(FAMILIES[situation.family]),
        _("Dependants"): str(situation.dependants),
        _("Year of birth"): str(situation.birth_year or ""),
        _("Profession"): situation.profession,
    }
    for number, goal in enumerate(profile.goals, start=1):
        texts[_("Goal %(number)s", number=number)] = " · ".join(
            (goal.label, money(goal.target), day_short(goal.by))
        )
    for question in QUESTIONS:
        points = None if risk is None else getattr(risk, question.field)
        words = next((one.words for one in question.answers if one.points == points), "")
        texts[library_text(question.words)] = library_text(words) if words else ""
    return texts
