"""Where it may lead: the page of the projection, and the part of it that follows the sliders.

The arithmetic is the library's, here as everywhere: a slider that moves asks the server, and the
page without scripts asks with a button. Nothing is saved.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs
from flask import render_template, request

from comptoir_web.blueprints.wealth.words import CATEGORIES
from comptoir_web.identity.access import visitor
from comptoir_web.presentation.charts import FanChart
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import day, money, number, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language, ngettext
from comptoir_web.presentation.navigation import page_url
from shared_kernel import Faults, add_months, format_money, from_minor, to_minor
from shared_kernel import money as exact_money
from wealth_core.errors import HoldingsMissing, ProjectionFaults
from wealth_core.networth import CashKind
from wealth_core.planning import InvestmentPlan, PlanLine

from .sliders import Question, SlidersForm, read_question
from .views import blueprint, current_holdings, service, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from shared_kernel import Money
    from wealth_core.networth import Projection

__all__: list[str] = []

MONTHS_A_YEAR: Final = 12
_WHOLE: Final = Decimal(100)
_DRAWN_EVERY_MONTH: Final = 20 * MONTHS_A_YEAR
"""A longer curve is drawn by quarters: the eye sees no difference, the page is lighter."""


@attrs.frozen(kw_only=True)
class Year:
    """A line of the table: a day, the three estimates, what was put in, what is owed."""

    on: str
    low: str
    middle: str
    high: str
    contributions: str
    debts: str


@attrs.frozen(kw_only=True)
class Assumed:
    """What is assumed of a category."""

    name: str
    mean: str
    volatility: str


@attrs.frozen(kw_only=True)
class Answer:
    """What the projection says.

    Attributes:
        middle: The middle estimate at the end, in the money that was asked for.
        when: The rest of that sentence.
        range: Between what and what eight futures of ten end.
        other: The middle estimate in the other money.
        facts: Names and amounts: what one starts from, what is put in, what is owed at the end.
        finding: The title of the picture.
        chart: The picture, as the script reads it.
        years: The table.
        assumed: What is assumed, by category.
        inflation: A year's.
        paths: How many futures are drawn.
        seed: What chance starts from.
        notes: What is said of the plan.
    """

    middle: str
    when: str
    range: str
    other: str
    facts: tuple[tuple[str, str], ...]
    finding: str
    chart: str
    years: tuple[Year, ...]
    assumed: tuple[Assumed, ...]
    inflation: str
    paths: str
    seed: int
    notes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Mend:
    """What keeps the projection from starting, and the page that mends it."""

    reason: str
    url: str


@attrs.frozen(kw_only=True)
class Page:
    """The form and what follows from it."""

    form: SlidersForm
    answer: Answer | None = None
    mends: tuple[Mend, ...] = ()
    empty: bool = False

    @property
    def status(self) -> int:
        """422 for an address that asks for what cannot be."""
        return 422 if self.form.errors else 200


@blueprint.get("/projection")
def projection() -> ResponseReturnValue:
    """The sliders, and the estimate that follows from them."""
    page = _page()
    return render_template("planning/projection.html", page=page), page.status


@blueprint.get("/projection/reponse")
def projected() -> ResponseReturnValue:
    """The estimate alone: what the script puts in its place when a slider moves."""
    page = _page()
    return render_template("planning/_projected.html", page=page), page.status


def _page() -> Page:
    me = visitor().id
    saved = service().plan(me)
    plan = None if saved is None else saved.plan
    proposed = _proposed(plan)
    form = SlidersForm(request.args, monthly=proposed)
    question = read_question(form, monthly=proposed)
    if question is None:
        return Page(form=form)
    try:
        found = service().project(
            me,
            until=add_months(today(), MONTHS_A_YEAR * question.years),
            assumptions=question.assumptions,
            plan=_plan_asked(plan, question.monthly),
        )
    except HoldingsMissing:
        return Page(form=form, empty=True)
    except ProjectionFaults as error:
        return _refused(form, error)
    except Faults as error:  # what is owned cannot be valued: a loan, a rate
        return Page(form=form, mends=_mends(error))
    return Page(form=form, answer=_answer(found, question, plan))


def _proposed(plan: InvestmentPlan | None) -> Money:
    if plan is not None:
        return plan.monthly_capacity
    saved = service().profile(visitor().id)
    if saved is not None:
        return saved.profile.capacity
    held = service().holdings(visitor().id)
    return from_minor(0, "EUR" if held is None else held.base_currency)


def _plan_asked(plan: InvestmentPlan | None, monthly: Money) -> InvestmentPlan | None:
    """The plan with another amount a month; without a plan the money is kept as cash savings."""
    if plan is not None and not monthly.amount:
        return attrs.evolve(plan, lines=())  # the saved plan would stand in for none
    if plan is not None:
        return attrs.evolve(plan, monthly_capacity=monthly, yearly_goal=None)
    if not monthly.amount:
        return None
    whole = PlanLine(id="all", percent=_WHOLE, cash=CashKind.LIVRET_A)
    return InvestmentPlan(monthly_capacity=monthly, starts_on=today(), lines=[whole])


def _refused(form: SlidersForm, error: ProjectionFaults) -> Page:
    """The assumptions are refused beside the sliders; the lines are to be mended elsewhere."""
    ours = [fault for fault in error.faults if fault.path.partition(".")[0] == "assumptions"]
    if ours:
        form.form_errors += [fault_sentence(fault) for fault in ours]
        return Page(form=form)
    return Page(form=form, mends=_mends(error))


def _mends(error: Faults) -> tuple[Mend, ...]:
    held = current_holdings()
    present = set() if held is None else {line.id for _kind, line in held.lines()}
    mends = []
    for fault in error.faults:
        where, _dot, line_id = fault.path.partition(".")
        url = page_url("planning.edit") if where == "plan" else None
        if line_id in present:
            url = page_url("wealth.line", line_id=line_id)
        mends.append(Mend(reason=fault_sentence(fault), url=url or ""))
    return tuple(mends)


# -- what it says --------------------------------------------------------------------------------


def _answer(found: Projection, question: Question, plan: InvestmentPlan | None) -> Answer:
    currency = found.start.base_currency
    nominal = found.low, found.middle, found.high
    in_todays = found.real_low, found.real_middle, found.real_high
    lines, others = (in_todays, nominal) if question.real else (nominal, in_todays)
    low, middle, high = lines
    ended = _whole(middle[-1], currency)
    other = _whole(others[1][-1], currency)
    years = ngettext("in %(num)s year", "in %(num)s years", question.years)
    rows = range(0, len(found.months), MONTHS_A_YEAR)
    return Answer(
        middle=ended,
        when=_(
            "%(years)s, on %(day)s: one future in two ends higher.",
            years=years,
            day=day(found.months[-1]),
        ),
        range=_(
            "Eight futures in ten end between %(low)s and %(high)s.",
            low=_whole(low[-1], currency),
            high=_whole(high[-1], currency),
        ),
        other=_("In the money of that day: %(amount)s.", amount=other)
        if question.real
        else _("In today’s money: %(amount)s.", amount=other),
        facts=(
            (_("Net worth today"), money(found.start.net_worth)),
            (_("Put in by then"), _whole(found.contributions[-1], currency)),
            (_("Still owed then"), _whole(found.debts[-1], currency)),
        ),
        finding=_finding(middle, currency, years),
        chart=_chart(found, lines),
        years=tuple(
            Year(
                on=day(found.months[place]),
                low=_whole(low[place], currency),
                middle=_whole(middle[place], currency),
                high=_whole(high[place], currency),
                contributions=_whole(found.contributions[place], currency),
                debts=_whole(found.debts[place], currency),
            )
            for place in rows
        ),
        assumed=tuple(
            Assumed(
                name=str(CATEGORIES[category]),
                mean=percent(each.mean),
                volatility=percent(each.volatility, 0),
            )
            for category, each in question.assumptions.returns.items()
        ),
        inflation=percent(question.assumptions.inflation),
        paths=_count(question.assumptions.paths),
        seed=question.assumptions.seed,
        notes=tuple(_notes(found, question, plan)),
    )


def _count(value: int) -> str:
    return number(Decimal(value))


def _whole(units: int, currency: str) -> str:
    """An estimate, in whole units: more figures would promise what it does not know."""
    return format_money(exact_money(units, currency), locale=language(), decimals=0)


def _finding(middle: tuple[int, ...], currency: str, years: str) -> str:
    change = middle[-1] - middle[0]
    amount = _whole(abs(change), currency)
    if change > 0:
        return _("In the middle, %(amount)s more %(years)s", amount=amount, years=years)
    if change < 0:
        return _("In the middle, %(amount)s less %(years)s", amount=amount, years=years)
    return _("In the middle, as much %(years)s", years=years)


def _chart(found: Projection, lines: tuple[tuple[int, ...], ...]) -> str:
    step = 1 if len(found.months) <= _DRAWN_EVERY_MONTH + 1 else 3
    low, middle, high = (line[::step] for line in lines)
    return FanChart(
        currency=found.start.base_currency,
        days=found.months[::step],
        low=(_("Low"), low),
        middle=(_("Middle"), middle),
        high=(_("High"), high),
    ).json()


def _notes(found: Projection, question: Question, plan: InvestmentPlan | None) -> list[str]:
    monthly = question.monthly
    if not monthly.amount:
        return [_("Nothing is put aside in this estimate.")]
    if plan is None:
        return [_("You have no plan: what is put aside is counted as cash savings.")]
    if found.unplanned is not None and to_minor(found.unplanned):
        return [
            _(
                "%(amount)s a month, which your plan leaves unshared, are no part of the estimate.",
                amount=money(found.unplanned),
            )
        ]
    return []
