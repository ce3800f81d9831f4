"""What a projection knows for certain: the months, the debts, the contributions, the sales.

Chance moves the values of the categories; everything else of the future is written here once, in
plain numbers, before any path is drawn.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from shared_kernel import FaultList, Money, minor_digits, round_ratio, to_minor
from wealth_core.loans import Loan, Repayment, schedule
from wealth_core.networth.categories import Category
from wealth_core.networth.holdings import CreditBalance, CreditLoan, Debt, Holdings
from wealth_core.networth.rates import Rates
from wealth_core.networth.valuation import NetWorth
from wealth_core.planning.plan import InvestmentPlan

_WHOLE: Final = Decimal(1)


@attrs.frozen
class Course:
    """The certain part of a projection, in whole units of its currency, as floats.

    Args:
        months: the days the projection looks at: its first one, and the same day of each month.
        start: what each category is worth before its loans, on the first day.
        monthly: what the plan puts into each category in a month.
        first_monthly: the place of the first month that it does.
        received: the money of loans lent later, which becomes cash, by the place of the month.
        sold: the part of what real estate is left that is sold, and becomes cash, by place.
        debts: what is owed on each of the days.
    """

    months: tuple[date, ...]
    start: dict[Category, float]
    monthly: dict[Category, float]
    first_monthly: int
    received: dict[int, float]
    sold: dict[int, float]
    debts: tuple[float, ...]

    def contributed(self, place: int) -> float:
        """What the plan has put in since the first day, on one of the days."""
        times = max(place - self.first_monthly + 1, 0)
        return times * sum(self.monthly.values())


class Surveyor:
    """Writes a course; what has no rate is a fault, each with its path.

    Args:
        holdings: what is owned and owed.
        months: the days to look at; the first is that of `start`.
        start: a complete net worth of the same holdings.
        rates: the rates of that day, which are held for all the others.
    """

    def __init__(
        self, holdings: Holdings, months: tuple[date, ...], start: NetWorth, rates: Rates
    ) -> None:
        self._holdings = holdings
        self._months = months
        self._start = start
        self._rates = rates
        self._unit = 10 ** minor_digits(start.base_currency)
        self.found = FaultList()

    def course(self, plan: InvestmentPlan | None) -> Course:
        """The course; of no use when a fault was found."""
        gross: dict[str, int] = {}
        start = dict.fromkeys(Category, 0)
        for line in self._start.lines:
            if line.category is not None and line.gross is not None:
                gross[line.id] = to_minor(line.gross)
                start[line.category] += gross[line.id]
        debts, received = self._debts()
        return Course(
            self._months,
            {category: minor / self._unit for category, minor in start.items()},
            self._monthly(plan),
            self._first_monthly(plan),
            received,
            self._sales(gross, start[Category.REAL_ESTATE]),
            debts,
        )

    def _debts(self) -> tuple[tuple[float, ...], dict[int, float]]:
        owed = [0] * len(self._months)
        received: dict[int, float] = {}
        for path, debt, share in self._lent():
            lent = bisect_left(self._months, debt.loan.start)
            for place, balance in enumerate(self._balances(debt.loan, debt.repayments, lent)):
                owed[place] += self._minor(balance, share, debt.loan.currency, path)
            if 0 < lent < len(self._months):
                principal = to_minor(debt.loan.principal)
                minor = self._minor(principal, share, debt.loan.currency, path)
                received[lent] = received.get(lent, 0.0) + minor / self._unit
        for place, credit in enumerate(self._holdings.credits):
            if isinstance(credit, CreditBalance):
                minor = self._converted(credit.balance, f"holdings.credits[{place}].balance")
                owed = [before + minor for before in owed]
        return tuple(minor / self._unit for minor in owed), received

    def _lent(self) -> Iterator[tuple[str, Debt | CreditLoan, Decimal]]:
        for place, each in enumerate(self._holdings.properties):
            for number, debt in enumerate(each.loans):
                share = each.ownership if debt.share is None else debt.share
                yield f"holdings.properties[{place}].loans[{number}].loan", debt, share
        for place, credit in enumerate(self._holdings.credits):
            if isinstance(credit, CreditLoan):
                yield f"holdings.credits[{place}].loan", credit, _WHOLE

    def _balances(self, loan: Loan, repayments: Sequence[Repayment], lent: int) -> Iterator[int]:
        table = schedule(loan, rounding=self._start.loan_rounding, repayments=repayments)
        after = [to_minor(loan.principal), *table.balance_column]
        for place, day in enumerate(self._months):
            yield after[bisect_right(table.dues, day)] if place >= lent else 0

    def _monthly(self, plan: InvestmentPlan | None) -> dict[Category, float]:
        monthly = dict.fromkeys(Category, 0.0)
        if plan is not None:
            for line, share in zip(plan.lines, plan.shares(), strict=True):
                minor = self._converted(share, "plan.monthly_capacity")
                monthly[line.category] += minor / self._unit
        return monthly

    def _first_monthly(self, plan: InvestmentPlan | None) -> int:
        if plan is None:
            return len(self._months)
        since = (plan.starts_on.year, plan.starts_on.month)
        asked = [(day.year, day.month) >= since for day in self._months[1:]]
        return 1 + (asked.index(True) if True in asked else len(asked))

    def _sales(self, gross: dict[str, int], left: int) -> dict[int, float]:
        sold: dict[int, int] = {}
        for each in self._holdings.properties:
            if each.sold_on is not None and each.sold_on > self._start.on:
                place = bisect_left(self._months, each.sold_on)
                sold[place] = sold.get(place, 0) + gross[each.id]
        parts = {}
        for place in sorted(sold):
            parts[place] = sold[place] / left if left else 0.0
            left -= sold[place]
        return parts

    def _converted(self, amount: Money, path: str) -> int:
        return self._minor(to_minor(amount), _WHOLE, amount.currency.code, path)

    def _minor(self, minor: int, share: Decimal, currency: str, path: str) -> int:
        """A share of an amount in minor units of the projection, as a net worth has it."""
        rate = self._rates.of(currency)
        if rate.missing is not None:
            if minor and not any(fault.path == path for fault in self.found.faults):
                self.found.add(rate.missing.kind, path, **rate.missing.params)
            return 0
        part, parts = share.as_integer_ratio()
        return round_ratio(minor * part * rate.numerator, parts * rate.denominator)
