"""Where a net worth may go: many futures drawn month by month, and what lies between them.

An estimate and no promise: its figures are whole units of the currency, as ints, and never money.

The model, month after month for each path:

* the value of each category is multiplied by ``exp(m + s z)``, where ``s`` is its volatility over
  the square root of 12, ``m = ln(1 + mean) / 12 - s^2 / 2`` and ``z`` is drawn from the standard
  normal law. So a year's growth is log-normal, and ``1 + mean`` on average: the geometric Brownian
  motion of Black and Scholes (The Pricing of Options and Corporate Liabilities, 1973; Hull,
  Options, Futures, and Other Derivatives, the chapter on Wiener processes). The middle path of what
  is volatile lies below the mean: it is the median.
* the categories are drawn apart from each other: no correlation is assumed, which makes the low
  path of a varied fortune less low than in a crisis that takes everything along.
* then the contributions of the plan come in, the same amount each month, into the categories of its
  lines. What the plan leaves of the capacity stays out (`Projection.unplanned`).
* loans run down on their own schedules, to the cent; their instalments are paid from income and
  not from what is owned. A credit of which the balance alone is known stays as it is. The money of
  a loan lent later becomes cash that day, and so does a property that is to be sold.
* currencies and today's prices are held; taxes, rents and costs are no part of it.

A category has a stream of chance of its own, made of the seed and of its place: the same seed gives
the same paths with one version of numpy, and another line of crypto changes nothing in the shares.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import exp, floor, isfinite, log1p, sqrt
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from shared_kernel import FaultKind, FaultList, Money, add_months, shown
from wealth_core.errors import ProjectionFaults
from wealth_core.loans import CENT, Rounding
from wealth_core.networth._course import Course, Surveyor
from wealth_core.networth.assumptions import DEFAULT_ASSUMPTIONS, Assumptions, Return
from wealth_core.networth.categories import Category
from wealth_core.networth.holdings import Holdings
from wealth_core.networth.rates import Rates
from wealth_core.networth.valuation import NetWorth, net_worth
from wealth_core.planning.plan import InvestmentPlan
from wealth_core.quotes.book import QuoteBook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["DEFAULT_ASSUMPTIONS", "Assumptions", "Projection", "Return", "project"]

MONTHS_A_YEAR: Final = 12
MAX_YEARS: Final = 60
PERCENTILES: Final = (10, 50, 90)
HIGHEST: Final = 10**15
"""The largest estimate, in whole units; beyond it the assumptions say nothing any more."""

NOT_A_DAY = FaultKind(
    "projection.not_a_day", "{given} is not a day without a time: write date(2055, 12, 9)"
)
ENDS_BEFORE = FaultKind(
    "projection.ends_before", "{given} is before the first day, {on}: give a later day"
)
TOO_LONG = FaultKind(
    "projection.too_long", "{given} is more than {years} years ahead: give {last} at the latest"
)
NOT_ACCEPTED = FaultKind("projection.not_accepted", "{given} cannot stand here: give {accepted}")
NO_VALUE = FaultKind(
    "projection.no_value",
    "{label} has no value on {on}, and a projection starts from every line: give its price first",
)
BEYOND = FaultKind(
    "projection.beyond",
    "with these assumptions the estimates go beyond {largest}: lower the returns, or end earlier",
)


@attrs.frozen(kw_only=True)
class Projection:
    """Low, middle and high estimates of a net worth, month by month, and what they assume.

    Every sequence has one element a month, in whole units of the currency of `start`: the 10th,
    50th and 90th percentiles of the paths (the nearest rank, month by month: no single path need
    follow them).

    Args:
        months: the first day, and the same day of each month to the end.
        low: the net worth that one path in ten lies under.
        middle: the one that half of them lie under.
        high: the one that nine in ten lie under.
        real_low: `low` in the money of the first day.
        real_middle: `middle` in it.
        real_high: `high` in it.
        contributions: what the plan has put in since the first day, in all.
        debts: what is still owed.
        assumptions: what was assumed, to be shown beside.
        start: the net worth it starts from.
        unplanned: what the plan leaves of its monthly capacity, and is no part of the estimates;
            None without a plan.
    """

    months: tuple[date, ...]
    low: tuple[int, ...]
    middle: tuple[int, ...]
    high: tuple[int, ...]
    real_low: tuple[int, ...]
    real_middle: tuple[int, ...]
    real_high: tuple[int, ...]
    contributions: tuple[int, ...]
    debts: tuple[int, ...]
    assumptions: Assumptions
    start: NetWorth
    unplanned: Money | None


def project(
    holdings: Holdings,
    plan: InvestmentPlan | None,
    assumptions: Assumptions,
    until: date,
    *,
    on: date,
    quotes: QuoteBook,
    base_currency: str = "EUR",
    loan_rounding: Rounding = CENT,
) -> Projection:
    """Estimates a net worth month by month; the module says how.

    Args:
        holdings: what is owned and owed.
        plan: what is put aside each month; None for nothing.
        assumptions: returns, inflation, and how chance is drawn; `DEFAULT_ASSUMPTIONS` to begin.
        until: the day to end at, at most 60 years ahead; the last whole month before it is told.
        on: the first day.
        quotes: the prices of that day.
        base_currency: the currency of the estimates.
        loan_rounding: the table the loans are read in.

    Raises:
        ProjectionFaults: an end that is no day, too early or too far; a line without a value on the
            first day, each by its path (``holdings.btc``); an amount without a rate; estimates
            beyond any amount.
        NetWorthFaults: what `wealth_core.networth.net_worth` refuses.

    >>> from datetime import UTC
    >>> from shared_kernel import money
    >>> from wealth_core.networth.holdings import OtherGood
    >>> day = date(2025, 12, 9)
    >>> book = QuoteBook([], at=datetime(2025, 12, 9, 12, tzinfo=UTC))
    >>> car = Holdings(other_goods=[OtherGood("g1", "Voiture", money("8000", "EUR"), day)])
    >>> ahead = project(car, None, DEFAULT_ASSUMPTIONS, date(2026, 12, 9), on=day, quotes=book)
    >>> ahead.months[-1], ahead.middle[-1], ahead.real_middle[-1]
    (datetime.date(2026, 12, 9), 8000, 7843)
    """
    found = FaultList()
    given: tuple[tuple[str, object, tuple[type, ...], str], ...] = (
        ("assumptions", assumptions, (Assumptions,), "Assumptions"),
        ("plan", plan, (InvestmentPlan, type(None)), "InvestmentPlan | None"),
    )
    for name, value, accepted, said in given:
        if not isinstance(value, accepted):
            found.add(NOT_ACCEPTED, name, given=shown(value), accepted=said)
    end: object = until
    if not isinstance(end, date) or isinstance(end, datetime):
        found.add(NOT_A_DAY, "until", given=shown(end))
    found.raise_if_any(ProjectionFaults)
    start = net_worth(
        holdings, on=on, quotes=quotes, base_currency=base_currency, loan_rounding=loan_rounding
    )
    _check_start(found, start, until)
    found.raise_if_any(ProjectionFaults)
    surveyor = Surveyor(
        holdings,
        _months(on, until),
        start,
        Rates(quotes, on=on, base_currency=base_currency),
    )
    course = surveyor.course(plan)
    surveyor.found.raise_if_any(ProjectionFaults)
    lines = _drawn(course, assumptions)
    low, middle, high = lines
    inflation = log1p(float(assumptions.inflation)) / MONTHS_A_YEAR
    deflators = [exp(-inflation * place) for place in range(len(course.months))]
    real_low, real_middle, real_high = (
        [value * deflator for value, deflator in zip(line, deflators, strict=True)]
        for line in lines
    )
    places = range(len(course.months))
    return Projection(
        months=course.months,
        low=_units(low),
        middle=_units(middle),
        high=_units(high),
        real_low=_units(real_low),
        real_middle=_units(real_middle),
        real_high=_units(real_high),
        contributions=_units([course.contributed(place) for place in places]),
        debts=_units(course.debts),
        assumptions=assumptions,
        start=start,
        unplanned=None if plan is None else plan.monthly_capacity - plan.planned,
    )


def _check_start(found: FaultList, start: NetWorth, until: date) -> None:
    on = start.on
    found.check(until >= on, ENDS_BEFORE, "until", given=until.isoformat(), on=on.isoformat())
    # Compared without the last day there may be, which the calendar may not have.
    if (until.year - MAX_YEARS, until.month, until.day) > (on.year, on.month, on.day):
        last = add_months(on, MAX_YEARS * MONTHS_A_YEAR).isoformat()
        found.add(TOO_LONG, "until", given=until.isoformat(), years=MAX_YEARS, last=last)
    for line in start.unpriced:
        found.add(NO_VALUE, f"holdings.{line.id}", label=shown(line.label), on=on.isoformat())


def _months(on: date, until: date) -> tuple[date, ...]:
    # Counted from the first day: a projection from the 31st comes back to it after February.
    months = (until.year - on.year) * MONTHS_A_YEAR + until.month - on.month
    days = [add_months(on, place) for place in range(months + 1)]
    return tuple(days[:-1] if days[-1] > until else days)


def _steps(returns: Mapping[Category, Return]) -> dict[Category, tuple[float, float]]:
    """The drift and the deviation of a month's logarithm, by category."""
    steps = {}
    for category, each in returns.items():
        deviation = float(each.volatility) / sqrt(MONTHS_A_YEAR)
        drift = log1p(float(each.mean)) / MONTHS_A_YEAR - deviation * deviation / 2
        steps[category] = drift, deviation
    return steps


def _drawn(course: Course, assumptions: Assumptions) -> tuple[list[float], ...]:
    """Draws every path, a month at a time, and keeps the percentiles of each month.

    All the paths of a month are one array, and no month is kept but the last: the memory is that of
    a few arrays of as many numbers as there are paths, however long the projection.

    Raises:
        ProjectionFaults: a path goes beyond any amount.
    """
    count = assumptions.paths
    ranks = [-(-count * percent // 100) - 1 for percent in PERCENTILES]
    steps = _steps(assumptions.returns)
    values: dict[Category, Floats | float] = dict(course.start)
    streams = {}
    for number, category in enumerate(Category):
        if steps[category][1] and _ever_holds(course, category):
            values[category] = np.full(count, course.start[category])
            seeds = np.random.SeedSequence((assumptions.seed, number))
            streams[category] = np.random.Generator(np.random.PCG64(seeds))
    shock = np.empty(count)
    lines: tuple[list[float], ...] = tuple([] for _ in ranks)
    for place, owed in enumerate(course.debts):
        if place:
            for category, (drift, deviation) in steps.items():
                value = values[category]
                # Without chance of its own cash still differs by path once a property is sold.
                if category not in streams or isinstance(value, float):
                    values[category] = value * exp(drift)
                    continue
                streams[category].standard_normal(out=shock)
                np.multiply(shock, deviation, out=shock)
                np.add(shock, drift, out=shock)
                np.exp(shock, out=shock)
                np.multiply(value, shock, out=value)
            _move(course, place, values)
        certain = sum(value for value in values.values() if isinstance(value, float)) - owed
        total = np.zeros(count)
        for value in values.values():
            if not isinstance(value, float):
                np.add(total, value, out=total)
        total += certain
        total.partition(ranks)
        for line, rank in zip(lines, ranks, strict=True):
            line.append(float(total[rank]))
        if not abs(lines[-1][-1]) <= HIGHEST or not isfinite(lines[0][-1]):
            raise ProjectionFaults.of(BEYOND, "assumptions", largest=f"{HIGHEST:,}")
    return lines


def _ever_holds(course: Course, category: Category) -> bool:
    if course.start[category] or course.monthly[category]:
        return True
    return category is Category.CASH and bool(course.received or course.sold)


def _move(course: Course, place: int, values: "dict[Category, Floats | float]") -> None:
    """What comes in and changes hands in a month, once it has grown."""
    if place >= course.first_monthly:
        for category, amount in course.monthly.items():
            if amount:
                values[category] = values[category] + amount
    cash = course.received.get(place, 0.0)
    if cash:
        values[Category.CASH] = values[Category.CASH] + cash
    part = course.sold.get(place, 0.0)
    if part:
        sold = values[Category.REAL_ESTATE] * part
        values[Category.REAL_ESTATE] = values[Category.REAL_ESTATE] - sold
        values[Category.CASH] = values[Category.CASH] + sold


def plain_path(
    course: Course,
    returns: Mapping[Category, Return],
    shocks: Mapping[Category, Sequence[float]] | None = None,
) -> list[float]:
    """One path in plain Python: what the arrays are proven against.

    Args:
        course: what is certain.
        returns: by category.
        shocks: the normal numbers of each category, one a month; without them the path is that of
            no chance at all.
    """
    steps = _steps(returns)
    values: dict[Category, Floats | float] = dict(course.start)
    path = []
    for place, owed in enumerate(course.debts):
        if place:
            for category, (drift, deviation) in steps.items():
                shock = shocks[category][place - 1] if shocks and deviation else 0.0
                values[category] = values[category] * exp(drift + deviation * shock)
            _move(course, place, values)
        path.append(float(sum(values.values())) - owed)
    return path


def _units(values: Sequence[float]) -> tuple[int, ...]:
    return tuple(floor(value + 0.5) for value in values)
