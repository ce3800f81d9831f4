"""From the forms to a plan, a profile, a threshold, and from a plan or a profile back to its form.

The fields are read first (`presentation.fields`); then the library's own rules speak, and each of
its faults is put beside its field, in the reader's language.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from comptoir_web.blueprints.loans.address import plain
from comptoir_web.presentation.fields import AmountField, DayField, fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from shared_kernel import FaultList, from_minor, known_currency, parse_money
from wealth_core.networth import CashKind, Envelope
from wealth_core.planning import (
    AlertRule,
    Direction,
    FamilySituation,
    Goal,
    InvestmentPlan,
    InvestorProfile,
    PlanLine,
    RiskAnswers,
    Situation,
)

from .forms import RISK_FIELDS, GoalForm, PlanForm, PlanLineForm, ProfileForm, RowsForm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wtforms import Form
    from wtforms.fields.core import Field

    from shared_kernel import Fault, Money

    from .forms import RuleForm

__all__ = ["plan_fields", "profile_fields", "read_plan", "read_profile", "read_rule"]

# What stands in for what is missing, so that what is wrong with the rest is said at once.
_SOME_DAY = date(2025, 1, 1)
_SOME_NAME = "-"
_SOME_MINOR = 10**10


def _refuse(field: Field, message: str) -> None:
    if not field.errors:
        field.errors = [message]


def _amount(form: Form, field: AmountField, code: str, *, wanted: str = "") -> Money | None:
    """The amount of a field in a currency; None when it holds none, which is said if `wanted`."""
    if field.data is None:
        if wanted:
            _refuse(field, wanted)
        return None
    found = FaultList()
    amount: Money | None = None
    with found.collect():
        amount = parse_money(field.typed, code, locale=language())
    _say(form, found, {"": field})
    return amount


def _or_else(amount: Money | None, code: str) -> Money:
    return from_minor(_SOME_MINOR, code) if amount is None else amount


def _day(field: DayField) -> date:
    if field.data is None:
        _refuse(field, _("Write a date, for example 01/10/2025."))
    return field.data or _SOME_DAY


def _say(form: Form, found: FaultList, fields: dict[str, Field] | None = None) -> None:
    """Put each fault beside its field; one without a field goes on top of the form."""
    fields = fields or {}
    for fault in found.faults:
        field = fields.get(fault.path) or _field(form, fault)
        if field is None:
            form.form_errors.append(fault_sentence(fault))
        else:
            _refuse(field, fault_sentence(fault))


def _field(form: Form, fault: Fault) -> Field | None:
    name = fault.path.rpartition(".")[2]
    return form[name] if name in form else None  # noqa: SIM401 (a form has no get)


def _currency(form: Form) -> str:
    """The code chosen; the one of the euro stands in for what is no currency, which is said."""
    field = form["currency"]
    found = FaultList()
    with found.collect():
        known_currency(field.data)
    _say(form, found, {"": field})
    return "EUR" if found else str(field.data)


def _right(form: Form) -> bool:
    return not form.errors and not form.form_errors


# -- the plan -----------------------------------------------------------------------------------


def read_plan(form: PlanForm) -> InvestmentPlan | None:
    """The plan a form describes; None when something is wrong, which the form then says."""
    form.validate()
    code = _currency(form)
    capacity = _amount(
        form, form.monthly_capacity, code, wanted=_("Write an amount, for example 500.")
    )
    goal = _amount(form, form.yearly_goal, code)
    starts = _day(form.starts_on)
    rows = [row for row in form.rows if isinstance(row, PlanLineForm) and row.written]
    lines = [_plan_line(row) for row in _named(form, rows)]
    plan: InvestmentPlan | None = None
    found = FaultList()
    with found.collect():
        plan = InvestmentPlan(
            monthly_capacity=_or_else(capacity, code),
            starts_on=starts,
            lines=[line for line in lines if line is not None],
            yearly_goal=goal,
        )
    _say(form, found, {"lines": form.lines})
    return plan if _right(form) and _right_rows(form) else None


def _named(form: RowsForm, rows: list[PlanLineForm]) -> Iterator[PlanLineForm]:
    """The rows, each with an id: those added in this form are named by it, the same if sent again.

    An id that was used before would take the actions of the line that had it.
    """
    taken = {row.id.data for row in rows}
    place = 0
    for row in rows:
        while not row.id.data:
            place += 1
            name = f"{form.seed.data}-{place}"
            if name not in taken:
                row.id.data = name
        yield row


def _plan_line(row: PlanLineForm) -> PlanLine | None:
    kind, _colon, value = row.destination.data.partition(":")
    if not kind:
        _refuse(row.destination, _("Choose what this share feeds."))
    share = row.percent.data
    if share is None:
        _refuse(row.percent, _("Write a share in percent, for example 25."))
    if share is None or row.errors:
        return None
    line: PlanLine | None = None
    found = FaultList()
    with found.collect():
        line = PlanLine(
            id=row.id.data or "",
            percent=share,
            envelope=Envelope(value) if kind == "envelope" else None,
            cash=CashKind(value) if kind == "cash" else None,
            reference=(row.reference.data or "").strip(),
            target=row.target.data,
        )
    _say(row, found)
    return line


def _right_rows(form: RowsForm) -> bool:
    return all(not row.errors and not row.form_errors for row in form.rows)


def plan_fields(plan: InvestmentPlan, version: int) -> MultiDict[str, str]:
    """The fields of the form that describe a plan, as every language reads them."""
    given: dict[str, object] = {
        "version": version,
        "monthly_capacity": plain(plan.monthly_capacity.amount),
        "currency": plan.currency,
        "starts_on": plan.starts_on,
        "yearly_goal": plan.yearly_goal and plain(plan.yearly_goal.amount),
    }
    for place, line in enumerate(plan.lines):
        kind = f"envelope:{line.envelope.value}" if line.envelope else ""
        given |= {
            f"lines-{place}-id": line.id,
            f"lines-{place}-destination": kind or f"cash:{(line.cash or CashKind.CUSTOM).value}",
            f"lines-{place}-reference": line.reference,
            f"lines-{place}-percent": plain(line.percent),
            f"lines-{place}-target": line.target,
        }
    return _fields(given)


def _fields(given: dict[str, object]) -> MultiDict[str, str]:
    return MultiDict({name: str(value) for name, value in given.items() if value is not None})


# -- the profile --------------------------------------------------------------------------------


def read_profile(form: ProfileForm) -> InvestorProfile | None:
    """The profile a form describes; None when something is wrong, which the form then says."""
    form.validate()
    code = _currency(form)
    example = _("Write an amount, for example 2500.")
    income = _amount(form, form.monthly_income, code, wanted=example)
    charges = _amount(form, form.monthly_charges, code, wanted=example)
    capacity = _amount(form, form.savings_capacity, code)
    goals = [_goal(row, code) for row in form.rows if isinstance(row, GoalForm) and row.written]
    profile: InvestorProfile | None = None
    found = FaultList()
    with found.collect():
        profile = InvestorProfile(
            monthly_income=_or_else(income, code),
            monthly_charges=_or_else(charges, code),
            savings_capacity=capacity,
            situation=_situation(form),
            goals=[goal for goal in goals if goal is not None],
            risk=_risk(form),
        )
    _say(form, found)
    return profile if _right(form) and _right_rows(form) else None


def _situation(form: ProfileForm) -> Situation:
    try:
        family = FamilySituation(form.family.data)
    except ValueError:  # refused beside its field
        family = FamilySituation.SINGLE
    return Situation(
        family=family,
        dependants=form.dependants.data or 0,
        birth_year=form.birth_year.data,
        profession=(form.profession.data or "").strip(),
    )


def _goal(row: GoalForm, code: str) -> Goal | None:
    label = (row.label.data or "").strip()
    if not label:
        _refuse(row.label, _("Write what it is for, for example “A car”."))
    target = _amount(row, row.target, code, wanted=_("Write an amount, for example 20000."))
    by = _day(row.by)
    goal: Goal | None = None
    found = FaultList()
    with found.collect():
        goal = Goal(label or _SOME_NAME, _or_else(target, code), by)
    _say(row, found)
    return goal


def _risk(form: ProfileForm) -> RiskAnswers | None:
    """The answers; all five questions are answered, or none."""
    if not form.answered:
        return None
    missing = [name for name in RISK_FIELDS if name not in form.answered]
    for name in missing:
        _refuse(form[name], _("Choose an answer: the profile needs all five."))
    points = {name: str(form[name].data) for name in form.answered}
    # What is no number is refused by the library, as no answer of its question.
    known = {name: int(text) if text.isdecimal() else -1 for name, text in points.items()}
    return None if missing else RiskAnswers(**known)


def profile_fields(profile: InvestorProfile, version: int) -> MultiDict[str, str]:
    """The fields of the form that describe a profile, as every language reads them."""
    situation, capacity = profile.situation, profile.savings_capacity
    given: dict[str, object] = {
        "version": version,
        "monthly_income": plain(profile.monthly_income.amount),
        "currency": profile.currency,
        "monthly_charges": plain(profile.monthly_charges.amount),
        "savings_capacity": None if capacity is None else plain(capacity.amount),
        "family": situation.family.value,
        "dependants": situation.dependants,
        "birth_year": situation.birth_year,
        "profession": situation.profession,
    }
    for place, goal in enumerate(profile.goals):
        given |= {
            f"goals-{place}-label": goal.label,
            f"goals-{place}-target": plain(goal.target.amount),
            f"goals-{place}-by": goal.by,
        }
    if profile.risk is not None:
        given |= {name: getattr(profile.risk, name) for name in RISK_FIELDS}
    return _fields(given)


# -- a threshold --------------------------------------------------------------------------------


def read_rule(form: RuleForm, rule_id: str) -> AlertRule | None:
    """The threshold a form describes; None when something is wrong, which the form then says."""
    form.validate()
    code = _currency(form)
    level = _amount(form, form.level, code, wanted=_("Write an amount, for example 100000."))
    if not _right(form) or level is None:
        return None
    rule: AlertRule | None = None
    found = FaultList()
    with found.collect():
        rule = AlertRule(
            id=rule_id,
            subject=form.subject.data,
            direction=Direction(form.direction.data),
            level=level,
        )
    _say(form, found)
    return rule if _right(form) else None
