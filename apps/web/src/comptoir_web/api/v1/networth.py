"""Net worth: the figure shown, the one way to change it, its history, its projection.

Reading computes nothing. What is shown is the last complete snapshot; one that lacks a price is
answered by the request that took it, says what is missing, and never takes its place.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import attrs
from flask import Blueprint
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.openapi import operation
from comptoir_web.api.problems import NOT_FOUND, ApiProblem, answer_with_problems, api_locale
from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import services
from shared_kernel import Money
from shared_kernel.translations import translate_fault
from wealth_core.errors import HoldingsMissing
from wealth_core.loans import CENT, Rounding
from wealth_core.networth import Category, CategoryTotal, DebtValue, LineState
from wealth_core.quotes import Quote
from wealth_core.storage import Snapshot, SnapshotLine

__all__ = ["blueprint"]

TAG = Tag(name="net worth", description="What the account is worth, as of when, and why.")

blueprint = Blueprint("api_networth", __name__, url_prefix="/api/v1/wealth")
blueprint.before_request(api_reached_by(Role.CLIENT))
answer_with_problems(blueprint)


@attrs.frozen(kw_only=True)
class Recomputation:
    """What to value.

    Attributes:
        on: The day; today (UTC) when left out. Prices are those known at its end.
        loan_rounding: `cent` (the table of a bank), `exact` or `level`.
    """

    on: date | None = None
    loan_rounding: Rounding = attrs.field(default=CENT, metadata={"schema": {"default": "cent"}})


@attrs.frozen(kw_only=True)
class DebtValued:
    """A loan on the day, the owner's share of it.

    Attributes:
        id: The identifier of the debt.
        label: What its owner calls it.
        balance: What is owed, in the currency of the loan.
        value: The same in the currency of the totals; null when no price leads there.
        next_due: The day of the next instalment; null after the last.
        next_instalment: Its interest and capital.
        ends_on: The day of the last instalment.
        instalments_paid: How many instalments are due on or before the day.
        months: How many instalments there are in all.
    """

    id: str
    label: str
    balance: Money
    value: Money | None
    next_due: date | None
    next_instalment: Money | None
    ends_on: date
    instalments_paid: int
    months: int


@attrs.frozen(kw_only=True)
class LineValued:
    """A line on the day.

    Attributes:
        id: Its identifier in the holdings.
        label: What its owner calls it.
        category: Of the assets; null for a credit.
        value: What it adds to its total, net of its loans; null when it has no value.
        gross: The same before its loans.
        debts: Its loans.
        source: `declared`, `loan`, or the sources of the prices it was converted with.
        as_of: The day of the oldest thing the value is made of.
        age_days: The days from there to the day of the valuation.
        state: `valued`, `stale` or `unpriced`.
        reason: Why it is stale or unpriced, in the reader's language.
    """

    id: str
    label: str
    category: Category | None
    value: Money | None
    gross: Money | None
    debts: tuple[DebtValued, ...]
    source: str
    as_of: date
    age_days: int
    state: LineState
    reason: str | None


@attrs.frozen(kw_only=True)
class Valuation:
    """A net worth: its totals, its lines, and what is missing.

    Attributes:
        on: The day it is the net worth of.
        complete: Whether no line was left out of the totals.
        net_worth: `total_assets` less `credits`.
        total_assets: The sum of the categories.
        credits: What is owed beside the loans of properties.
        categories: The five of them, in order; their percentages add up to 100.00.
        lines: Every line.
        unpriced: The identifiers of the lines without a value, which are in no total.
        stale: The identifiers of those at an old value.
        quotes: The prices the values went through.
        base_currency: The currency of the totals.
        loan_rounding: The table the loans were read in.
        holdings_version: The version of the holdings it was computed from.
        taken_at: When it was computed, in UTC.
    """

    on: date
    complete: bool
    net_worth: Money
    total_assets: Money
    credits: Money
    categories: tuple[CategoryTotal, ...]
    lines: tuple[LineValued, ...]
    unpriced: tuple[str, ...]
    stale: tuple[str, ...]
    quotes: tuple[Quote, ...]
    base_currency: str
    loan_rounding: Rounding
    holdings_version: int
    taken_at: datetime


@attrs.frozen(kw_only=True)
class Since:
    """From when.

    Attributes:
        since: Leave out what was valued before this day.
    """

    since: date | None = None


@attrs.frozen(kw_only=True)
class HistoryPoint:
    """The totals of a day.

    Attributes:
        on: The day.
        taken_at: When they were computed, in UTC.
        cash: Of the accounts.
        investments: Of the investments.
        real_estate: Of the properties, net of their loans.
        crypto: Of the cryptos.
        other_goods: Of the rest.
        total_assets: Their sum.
        credits: What is owed beside the loans of properties.
        net_worth: The difference of the two.
    """

    on: date
    taken_at: datetime
    cash: Money
    investments: Money
    real_estate: Money
    crypto: Money
    other_goods: Money
    total_assets: Money
    credits: Money
    net_worth: Money


@attrs.frozen(kw_only=True)
class History:
    """The totals of each day that was valued completely, the oldest first.

    Attributes:
        items: One a day.
    """

    items: tuple[HistoryPoint, ...]


@attrs.frozen(kw_only=True)
class ProjectionToMake:
    """What to project.

    Attributes:
        until: The last day; ten years from now when left out.
    """

    until: date | None = None


@attrs.frozen(kw_only=True)
class ReturnAssumed:
    """What is assumed of a category.

    Attributes:
        category: The category.
        mean: Its return a year, a fraction.
        volatility: Its volatility a year, a fraction.
    """

    category: Category
    mean: Decimal
    volatility: Decimal


@attrs.frozen(kw_only=True)
class Paths:
    """Three estimates of a net worth, one figure a month, in whole units of the currency.

    Attributes:
        low: What one path in ten lies under.
        middle: What half of them lie under.
        high: What nine in ten lie under.
    """

    low: tuple[int, ...]
    middle: tuple[int, ...]
    high: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Projected:
    """Estimates month by month, and what they assume.

    Attributes:
        currency: The currency.
        on: The day they start from.
        net_worth: The net worth of that day.
        months: The first day, and the same day of each month to the end.
        nominal: The estimates in the money of each month.
        real: The same in the money of the first day.
        contributions: What the plan has put in since the first day, in all.
        debts: What is still owed.
        returns: What is assumed of each category.
        inflation: What is assumed of prices, a fraction a year.
        seed: Gives the same paths again.
        paths: How many were drawn.
    """

    currency: str
    on: date
    net_worth: Money
    months: tuple[date, ...]
    nominal: Paths
    real: Paths
    contributions: tuple[int, ...]
    debts: tuple[int, ...]
    returns: tuple[ReturnAssumed, ...]
    inflation: Decimal
    seed: int
    paths: int


@blueprint.get("/networth")
@operation("getNetWorth", tag=TAG, answer=Valuation, problems=(404,))
def get_net_worth() -> Valuation:
    """Give the net worth that is shown; 404 before a first complete one."""
    shown = services().get(WealthService).shown(signed_in_user().id)
    if shown is None:
        raise ApiProblem(NOT_FOUND)
    return _valuation(shown)


@blueprint.post("/networth/recompute")
@operation("recomputeNetWorth", tag=TAG, answer=Valuation, body=Recomputation, problems=(404, 507))
def recompute(body: Recomputation) -> Valuation:
    """Value the holdings and save a snapshot; an incomplete one is not shown afterwards."""
    try:
        snapshot = (
            services()
            .get(WealthService)
            .recompute(signed_in_user().id, on=body.on, loan_rounding=body.loan_rounding)
        )
    except HoldingsMissing:
        raise ApiProblem(NOT_FOUND) from None
    return _valuation(snapshot)


@blueprint.get("/snapshots")
@operation("listSnapshots", tag=TAG, answer=History, query=Since)
def list_snapshots(query: Since) -> History:
    """List the totals of each day that was valued, the oldest first."""
    points = services().get(WealthService).history(signed_in_user().id, since=query.since)
    return History(
        items=tuple(
            HistoryPoint(
                on=point.valued_on,
                taken_at=point.taken_at,
                **{category.value: point.total_of(category) for category in Category},
                total_assets=point.total_assets,
                credits=point.credits,
                net_worth=point.net_worth,
            )
            for point in points
        )
    )


@blueprint.post("/projection")
@operation("project", tag=TAG, answer=Projected, body=ProjectionToMake, problems=(404,))
def project(body: ProjectionToMake) -> Projected:
    """Project the holdings month by month with the saved plan; nothing is saved."""
    try:
        found = services().get(WealthService).project(signed_in_user().id, until=body.until)
    except HoldingsMissing:
        raise ApiProblem(NOT_FOUND) from None
    assumed = found.assumptions
    return Projected(
        currency=found.start.base_currency,
        on=found.start.on,
        net_worth=found.start.net_worth,
        months=found.months,
        nominal=Paths(low=found.low, middle=found.middle, high=found.high),
        real=Paths(low=found.real_low, middle=found.real_middle, high=found.real_high),
        contributions=found.contributions,
        debts=found.debts,
        returns=tuple(
            ReturnAssumed(category=category, mean=each.mean, volatility=each.volatility)
            for category, each in assumed.returns.items()
        ),
        inflation=assumed.inflation,
        seed=assumed.seed,
        paths=assumed.paths,
    )


def _valuation(snapshot: Snapshot) -> Valuation:
    return Valuation(
        on=snapshot.valued_on,
        taken_at=snapshot.taken_at,
        complete=snapshot.complete,
        base_currency=snapshot.base_currency,
        loan_rounding=snapshot.loan_rounding,
        categories=snapshot.categories,
        total_assets=snapshot.total_assets,
        credits=snapshot.credits,
        net_worth=snapshot.net_worth,
        holdings_version=snapshot.holdings_version,
        lines=tuple(map(_line, snapshot.lines)),
        unpriced=tuple(line.id for line in snapshot.unpriced),
        stale=tuple(line.id for line in snapshot.stale),
        quotes=snapshot.quotes_used,
    )


def _line(line: SnapshotLine) -> LineValued:
    return LineValued(
        id=line.id,
        label=line.label,
        category=line.category,
        value=line.value,
        gross=line.gross,
        debts=tuple(map(_debt, line.debts)),
        source=line.source,
        as_of=line.as_of,
        age_days=line.age_days,
        state=line.state,
        reason=None if line.reason is None else translate_fault(line.reason, api_locale()),
    )


def _debt(debt: DebtValue) -> DebtValued:
    return DebtValued(
        id=debt.id,
        label=debt.label,
        balance=debt.balance,
        value=debt.value,
        instalments_paid=debt.instalments_paid,
        months=debt.months,
        next_due=debt.next_due,
        next_instalment=debt.next_instalment,
        ends_on=debt.ends_on,
    )
