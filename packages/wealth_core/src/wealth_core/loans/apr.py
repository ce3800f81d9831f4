"""The annual percentage rate of European law, and XIRR.

Directives 2008/48/EC (annex I) and 2014/17/EU (annex I), with the remarks of directive
2011/90/EU: the rate ``X`` makes the flows ``sum(amount / (1 + X)^t)`` worth nothing, ``t`` being
the years since the first one. Between two dates, whole months are counted *back* from the later
one, and the days that remain are divided by the days (365 or 366) of the year that ends where they
end.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs

from shared_kernel import FaultList, Money, add_months, shown, to_minor
from shared_kernel.rounding import round_decimal
from wealth_core._checks import check_are, check_day, check_is, kept
from wealth_core.errors import AprUndefined, LoanFaults
from wealth_core.loans import _faults
from wealth_core.loans._minor import MONTHS_A_YEAR
from wealth_core.loans._solver import decimal_of, rate_of
from wealth_core.loans.schedule import LAST_DAY_OF_EVERY_MONTH, LEVEL, Rounding, Schedule, schedule
from wealth_core.loans.terms import Loan

DAYS_A_YEAR = 365
MAX_FLOWS = 10_000
XIRR_PLACES = 14


@attrs.frozen
class Flow:
    """An amount that changes hands at a time.

    Args:
        at: a day, or the years since the first flow as a Fraction, 0 or more.
        amount: above zero when the borrower receives it, below when he pays it.

    Raises:
        LoanFaults: the time or the amount is something else.

    >>> from shared_kernel import money
    >>> Flow(Fraction(546, 365), money("-1200", "EUR")).at
    Fraction(546, 365)
    """

    at: date | Fraction
    amount: Money

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        is_day = isinstance(self.at, date) and not isinstance(self.at, datetime)
        found.check(
            is_day or (isinstance(self.at, Fraction) and self.at >= 0),
            _faults.NOT_A_TIME,
            "at",
            given=shown(self.at),
        )
        if check_is(found, "amount", self.amount, (Money,)):
            with found.collect("amount"):
                to_minor(self.amount)
        found.raise_if_any(LoanFaults)


def apr(loan: Loan, *, signed_on: date | None = None, rounding: Rounding = LEVEL) -> Decimal:
    """The annual percentage rate of a loan, all its costs included, right to ten decimals.

    Args:
        loan: the terms, with insurance and fees where they are required to obtain the loan.
        signed_on: the day the money is received, when the real dates count. Without it the first
            instalment falls a month after (plus the days of `first_period_days` beyond a month,
            over 365), and the others a month apart.
        rounding: the table the payments are taken from. `LEVEL`, the instalment as quoted repeated
            to the end, is what the European Commission's examples use.

    Returns:
        The rate a year as a fraction, with ten decimals: ``Decimal("0.0643441231")`` is 6.43 %.

    Raises:
        AprUndefined: the fees of the first day take all that is lent, or the rate is beyond any
            figure.
        LoanFaults: `signed_on` is not a day before the first instalment, or the schedule is
            refused.

    >>> from shared_kernel import money
    >>> from wealth_core.loans import Fee
    >>> loan = Loan(
    ...     money("200000", "EUR"), Decimal("0.06"), 240, date(2015, 2, 1),
    ...     fees=[Fee(money("4000", "EUR"))],
    ... )
    >>> round(100 * apr(loan), 6)
    Decimal('6.434412')
    """
    if signed_on is not None:
        found = FaultList()
        if check_day(found, "signed_on", signed_on):
            found.check(
                signed_on < loan.first_due,
                _faults.SIGNED_TOO_LATE,
                "signed_on",
                given=signed_on.isoformat(),
                first_due=loan.first_due.isoformat(),
            )
        found.raise_if_any(LoanFaults)
    table = schedule(loan, rounding=rounding)
    received = to_minor(loan.principal) - table.upfront_minor
    if received <= 0:
        raise AprUndefined("the fees of the first day take all that is lent: nothing is received")
    amounts = [received * table.units]
    amounts += [-paid for paid in table.paid_units]
    spans = _spans(table, signed_on)
    times = [months / MONTHS_A_YEAR + days / year for months, days, year in spans]
    return rate_of(amounts, times, lambda: [_years(span) for span in spans])


def apr_of(flows: Sequence[Flow]) -> Decimal:
    """The annual percentage rate of any flows, right to ten decimals.

    Args:
        flows: received above zero, paid below, in any order; timed by dates alone or by Fractions
            alone. The earliest is time zero. For payments a number of weeks apart, which the law
            counts as 52nds of a year, give Fractions.

    Returns:
        The rate a year as a fraction, with ten decimals.

    Raises:
        AprUndefined: all the flows go the same way, or no rate or several satisfy the equation.
        LoanFaults: two currencies, or times of two sorts.

    The second example of directive 98/7/EC, annex III, is 12.96 %:

    >>> from shared_kernel import money
    >>> flows = [
    ...     Flow(Fraction(0), money("1000", "EUR")),
    ...     Flow(Fraction(546, 365), money("-1200", "EUR")),
    ... ]
    >>> apr_of(flows)
    Decimal('0.1296203771')
    """
    flows = kept(flows)
    amounts, dated = _checked(flows)
    if dated is None:
        exact = [flow.at for flow in flows if isinstance(flow.at, Fraction)]
    else:
        since = _Since(min(dated))
        exact = [_years(since(day)) for day in dated]
    return _rate(amounts, exact)


def xirr(flows: Sequence[Flow]) -> Decimal:
    """The internal rate of return of dated flows, on years of 365 days, as spreadsheets count it.

    Args:
        flows: dated, in any order; received above zero, paid below.

    Returns:
        The rate a year as a fraction, with fourteen decimals, the last of them as exact as floats
        allow (pyxirr computes it).

    Raises:
        AprUndefined: all the flows go the same way, or no rate satisfies the equation.
        LoanFaults: two currencies, or a flow without a date.

    >>> from shared_kernel import money
    >>> bought, sold = money("-1000", "EUR"), money("1100", "EUR")
    >>> xirr([Flow(date(2025, 1, 1), bought), Flow(date(2026, 1, 1), sold)])
    Decimal('0.10000000000000')
    """
    amounts, dated = _checked(kept(flows), only_dates=True)
    # Here, and not above: importing the compiled module takes longer than the rest of the package.
    import pyxirr

    try:
        rate = pyxirr.xirr(dated or [], [float(amount) for amount in amounts])
    except pyxirr.InvalidPaymentsError:
        raise AprUndefined(
            "all the flows go the same way: a rate needs an amount received and an amount paid"
        ) from None
    if rate is None:
        raise AprUndefined("no rate makes what is received worth what is paid")
    if not math.isfinite(rate):
        raise AprUndefined("the rate is beyond any figure: look at the amounts and the dates again")
    return round_decimal(decimal_of(rate), XIRR_PLACES)


Span = tuple[int, int, int]  # whole months, days more, and the days of the year that ends there


def _years(span: Span) -> Fraction:
    months, days, year = span
    return Fraction(months, MONTHS_A_YEAR) + Fraction(days, year)


class _Since:
    """Measures days from a first one, as directive 2011/90/EU says.

    What remains beside whole months depends on the day of the month alone, so that it is worked out
    once for each.
    """

    def __init__(self, first: date) -> None:
        self._first = first
        self._known: dict[int, Span] = {}

    def __call__(self, at: date) -> Span:
        first = self._first
        months = (at.year - first.year) * MONTHS_A_YEAR + at.month - first.month
        if at.day == first.day:
            return months, 0, DAYS_A_YEAR
        if at.day < first.day and (at + timedelta(days=1)).day == 1:
            # The last day of a shorter month: the 28th of February is a month after the 31st of
            # January, as instalments due on the last day of the month have it.
            return months, 0, DAYS_A_YEAR
        known = self._known.get(at.day)
        if known is None:
            borrowed = 0
            end = add_months(at, -months)
            if end < first:
                borrowed = 1
                end = add_months(at, 1 - months)
            year = (end - add_months(end, -MONTHS_A_YEAR)).days
            known = self._known[at.day] = (-borrowed, (end - first).days, year)
        return months + known[0], known[1], known[2]


def _spans(table: Schedule, signed_on: date | None) -> list[Span]:
    """The times of a loan's flows, the first being the day it is lent."""
    if signed_on is not None:
        since = _Since(signed_on)
        if table.loan.first_due.day > LAST_DAY_OF_EVERY_MONTH:
            return [(0, 0, DAYS_A_YEAR), *map(since, table.dues)]
        # The same day of every month: what remains beside whole months never changes.
        months, days, year = since(table.loan.first_due)
        return [
            (0, 0, DAYS_A_YEAR),
            *((months + later, days, year) for later in range(len(table))),
        ]
    extra = table.loan.extra_days
    return [
        (0, 0, DAYS_A_YEAR),
        *((month, extra, DAYS_A_YEAR) for month in range(1, len(table) + 1)),
    ]


def _rate(amounts: Sequence[int], exact: Sequence[Fraction]) -> Decimal:
    order = sorted(range(len(exact)), key=exact.__getitem__)
    ordered = [exact[place] for place in order]
    return rate_of(
        [amounts[place] for place in order], [float(time) for time in ordered], lambda: ordered
    )


def _checked(
    flows: tuple[Flow, ...], *, only_dates: bool = False
) -> tuple[list[int], list[date] | None]:
    """The amounts in minor units, and the dates when the flows have some; refuses mixtures."""
    found = FaultList()
    if not check_are(found, "flows", flows, Flow, most=MAX_FLOWS):
        found.raise_if_any(LoanFaults)
    if len(flows) < 2:
        raise AprUndefined("a rate needs an amount received and an amount paid: give two flows")
    currency = flows[0].amount.currency.code
    dated = [flow.at for flow in flows if isinstance(flow.at, date)]
    for place, flow in enumerate(flows):
        code = flow.amount.currency.code
        found.check(
            code == currency,
            _faults.OTHER_CURRENCY,
            f"flows[{place}].amount",
            given=f"{flow.amount.amount} {code}",
            currency=currency,
        )
        if only_dates:
            found.check(
                isinstance(flow.at, date),
                _faults.DATES_WANTED,
                f"flows[{place}].at",
                given=shown(flow.at),
            )
    if not only_dates:
        found.check(len(dated) in (0, len(flows)), _faults.MIXED_TIMES, "flows")
    found.raise_if_any(LoanFaults)
    return [to_minor(flow.amount) for flow in flows], dated or None
