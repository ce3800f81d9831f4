"""What a loan page says: the answer, the figures that matter, the chart of the years.

Everything is computed once from the question; nothing is read from a database and nothing is kept.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from comptoir_web.presentation.charts import YearsChart
from comptoir_web.presentation.formats import day, money, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import ngettext
from shared_kernel import from_minor
from wealth_core.errors import AprUndefined
from wealth_core.loans import (
    ConstantPrincipal,
    InterestOnly,
    apr,
    instalments_paid,
    schedule,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from shared_kernel import Money
    from wealth_core.loans import Schedule

    from .question import LoanQuestion

__all__ = ["Answer", "Fact", "YearTotals", "answer_to"]

#: Under a tenth of a percent, a rate was most likely typed as a fraction.
_TINY_RATE = 1000


@attrs.frozen
class Fact:
    """A figure with its name."""

    label: str
    value: str


@attrs.frozen
class YearTotals:
    """What one calendar year pays, in minor units; `first` and `last` are places in the table."""

    year: int
    first: int
    last: int
    principal_minor: int
    interest_minor: int
    balance_minor: int
    currency: str

    @property
    def principal(self) -> str:
        """The capital repaid that year."""
        return money(from_minor(self.principal_minor, self.currency))

    @property
    def interest(self) -> str:
        """The interest of that year."""
        return money(from_minor(self.interest_minor, self.currency))

    @property
    def balance(self) -> str:
        """What is owed when it ends."""
        return money(from_minor(self.balance_minor, self.currency))


@attrs.frozen(slots=False)
class Answer:
    """The answer to a question about a loan.

    Attributes:
        question: The loan and what was asked.
        schedule: Its table.
        balance: What is owed on the day asked.
        paid: How many instalments are paid by then.
    """

    question: LoanQuestion
    schedule: Schedule
    balance: Money
    paid: int

    @cached_property
    def years(self) -> tuple[YearTotals, ...]:
        """The totals of each calendar year of the table."""
        table = self.schedule
        dues = table.dues
        found = []
        for year, places in groupby(range(len(table)), key=lambda place: dues[place].year):
            held = list(places)
            cut = slice(held[0], held[-1] + 1)
            found.append(
                YearTotals(
                    year,
                    held[0],
                    held[-1],
                    sum(table.principal_column[cut]),
                    sum(table.interest_column[cut]),
                    table.balance_column[held[-1]],
                    table.currency,
                )
            )
        return tuple(found)

    @property
    def sentence(self) -> str:
        """What follows the amount, in the sentence of the answer."""
        on = day(self.question.on)
        if self.question.on >= self.schedule.last_due:
            return _("are owed on %(day)s: the loan is repaid.", day=on)
        if self.paid == 0:
            return _("are owed on %(day)s, before the first instalment.", day=on)
        return ngettext(
            "are owed on %(day)s, once %(num)s of %(total)s instalments is paid.",
            "are owed on %(day)s, once %(num)s of %(total)s instalments are paid.",
            self.paid,
            day=on,
            total=len(self.schedule),
        )

    @cached_property
    def apr(self) -> Decimal | None:
        """The annual percentage rate; None where the flows have none."""
        try:
            return apr(self.question.loan)
        except AprUndefined:
            return None

    @cached_property
    def cost(self) -> Money:
        """All that is paid beside the capital."""
        table = self.schedule
        return table.total_interest + table.total_insurance + table.total_fees

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The instalment, the rate that counts everything, the cost, the end."""
        table = self.schedule
        label = {
            InterestOnly: _("Instalment (interest)"),
            ConstantPrincipal: _("First instalment"),
        }.get(type(self.question.loan.kind), _("Instalment"))
        facts = [Fact(label, money(table.instalment))]
        premium = table.insurance_column[0] if table.insurance_column else 0
        if premium:
            facts.append(Fact(_("Insurance at first"), money(from_minor(premium, table.currency))))
        facts.append(Fact(_("APR"), _("undefined") if self.apr is None else percent(self.apr)))
        facts.append(Fact(_("Total cost"), money(self.cost)))
        facts.append(Fact(_("Last instalment"), day(table.last_due)))
        return tuple(facts)

    @property
    def hint(self) -> str:
        """A doubt about what was typed, or nothing."""
        rate = self.question.loan.annual_rate
        if 0 < rate * _TINY_RATE < 1:
            return _(
                "The rate is %(rate)s. If you meant %(other)s, write it in percent.",
                rate=percent(rate, 4),
                other=percent(rate * 100),
            )
        return ""

    @property
    def finding(self) -> str:
        """The title of the chart: what it shows."""
        years = self.years
        total = self.schedule.total_interest
        if not total.amount:
            return _("Without interest, every instalment repays capital")
        first = next((y for y in years if y.principal_minor > y.interest_minor), years[-1])
        rest = years[years.index(first) :]
        stays = all(year.principal_minor >= year.interest_minor for year in rest)
        if first is years[0] and stays:
            return _("Every year repays more capital than interest")
        if first is years[-1]:
            return _(
                "The capital is repaid at the end, in %(year)s: until then interest is most of it",
                year=first.year,
            )
        if stays:
            return _(
                "From %(year)s on, each year repays more capital than interest", year=first.year
            )
        return _("Interest costs %(amount)s over the whole loan", amount=money(total))

    @property
    def chart(self) -> str:
        """The chart's data, as the script reads it."""
        currency = self.schedule.currency
        return YearsChart(
            currency=currency,
            abscissa=_("Year"),
            unit=_("%(currency)s a year", currency=currency),
            labels=tuple(str(year.year) for year in self.years),
            series=(
                (_("Capital repaid"), tuple(y.principal_minor for y in self.years)),
                (_("Interest"), tuple(y.interest_minor for y in self.years)),
            ),
        ).json()


def answer_to(question: LoanQuestion) -> Answer:
    """Compute the answer.

    Raises:
        LoanFaults: A repayment that the loan does not allow.
        DateBeforeLoan: The day asked comes before the loan.
    """
    paid = instalments_paid(question.loan, question.on)
    table = schedule(question.loan, rounding=question.rounding, repayments=question.repayments)
    paid = min(paid, len(table))
    # The same figure as `balance_on`, from the table that is shown anyway.
    balance = table[paid - 1].balance if paid else question.loan.principal
    return Answer(question, table, balance, paid)
