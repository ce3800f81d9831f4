"""Every table again by fractions, month by month, from the rules as the documentation has them.

Nothing of the engine is used: rates, instalments and balances are fractions, rounded (or not) where
the rules say so.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import attrs
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from shared_kernel import Money, money, to_minor
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    CENT,
    EXACT,
    Annuity,
    Balloon,
    ConstantPrincipal,
    DeferralType,
    Keep,
    Kind,
    Loan,
    RateChange,
    Repayment,
    Rounding,
    annuity,
    balloon,
    schedule,
)
from wealth_core.testing import loans, repayments_of


def half_up(value: Fraction) -> int:
    """The nearest whole number, the upper one at a tie."""
    return floor(value + Fraction(1, 2))


def level_instalment(
    owed: Fraction, rate: Fraction, months: int, left: Fraction = Fraction(0)
) -> Fraction:
    """What brings a debt down to what is left, paid each month."""
    if rate == 0:
        return (owed - left) / months
    growth = (1 + rate) ** months
    return rate * (owed * growth - left) / (growth - 1)


@attrs.define
class Reference:
    """A loan run through under CENT or EXACT; the columns are not rounded but where CENT rounds."""

    loan: Loan
    repayments: dict[int, Repayment]
    rounding: Rounding
    balances: list[Fraction] = attrs.field(factory=list)
    instalments: list[Fraction] = attrs.field(factory=list)
    interests: list[Fraction] = attrs.field(factory=list)
    indemnities: list[Fraction] = attrs.field(factory=list)
    rate: Fraction = Fraction(0)
    end: int = 0
    horizon: int = 0
    left: Fraction = Fraction(0)
    level: Fraction | None = None
    capital: Fraction = Fraction(0)

    def rounded(self, value: Fraction) -> Fraction:
        """To the minor unit under CENT."""
        return Fraction(half_up(value)) if self.rounding is CENT else value

    def run(self) -> None:
        """Fills the columns."""
        loan, kind = self.loan, self.loan.kind
        owed = Fraction(to_minor(loan.principal))
        self.rate = Fraction(loan.annual_rate) / 12
        self.end = self.horizon = loan.months
        if isinstance(kind, Balloon) and kind.amount is not None:
            self.left = Fraction(to_minor(kind.amount))
        elif isinstance(kind, Balloon):
            self.horizon = kind.amortised_over or 0
        changes = {change.from_instalment: change.annual_rate for change in loan.rate_changes}
        planned = False
        number = 0
        while owed and number < self.end:
            number += 1
            if number in changes:
                self.rate, planned = Fraction(changes[number]) / 12, False
            rate = self.rate
            if number == 1:
                rate += self.rate * 12 * Fraction(loan.extra_days, 365)
            interest = self.rounded(owed * rate)
            if loan.deferral is not None and number <= loan.deferral.months:
                paid = interest if loan.deferral.type is DeferralType.PARTIAL else Fraction(0)
            else:
                if not planned:
                    self.plan(number, owed, (1 + rate) / (1 + self.rate))
                    planned = True
                paid = self.capital + interest if self.level is None else self.level
                if number == self.end or paid > owed + interest:
                    paid = owed + interest
            owed += interest - paid
            repaid, indemnity = self.repay(number, owed)
            if repaid:
                owed -= repaid
                kept = self.repayments[number].keep is Keep.INSTALMENT
                planned = planned and kept
                if kept and owed:
                    self.shorten(number, owed)
            self.balances.append(owed)
            self.instalments.append(paid + repaid)
            self.interests.append(interest)
            self.indemnities.append(indemnity)

    def plan(self, number: int, owed: Fraction, longer: Fraction) -> None:
        """The instalment from this one on, the days of a longer first period spread over all."""
        kind, months = self.loan.kind, self.end - number + 1
        self.level, self.capital = None, Fraction(0)
        if isinstance(kind, ConstantPrincipal):
            self.capital = self.rounded(owed / months)
        elif isinstance(kind, Balloon) and kind.amount is not None:
            left = min(self.left, owed)
            self.level = self.rounded(level_instalment(owed * longer, self.rate, months, left))
        elif isinstance(kind, Annuity | Balloon):
            horizon = max(self.horizon, self.end) - number + 1
            self.level = self.rounded(level_instalment(owed * longer, self.rate, horizon))

    def repay(self, number: int, owed: Fraction) -> tuple[Fraction, Fraction]:
        """What is repaid early with an instalment, and its indemnity."""
        repayment = self.repayments.get(number)
        if repayment is None:
            return Fraction(0), Fraction(0)
        amount = owed if repayment.amount is None else Fraction(to_minor(repayment.amount))
        if amount == half_up(owed):  # the balance as it is shown is the whole balance
            amount = owed
        indemnity = min(self.rounded(6 * amount * self.rate), self.rounded(owed * Fraction(3, 100)))
        return amount, indemnity if repayment.indemnity else Fraction(0)

    def shorten(self, number: int, owed: Fraction) -> None:
        """The end that a kept instalment leads to; a balloon shrinks before the term does."""
        for later in range(number + 1, max(self.end, self.horizon) + 1):
            interest = self.rounded(owed * self.rate)
            paid = self.capital + interest if self.level is None else self.level
            if paid >= owed + interest:
                self.horizon = later
                if later <= self.end:
                    self.end, self.left = later, Fraction(0)
                return
            owed += interest - paid
            if later == self.end and self.left:
                self.left = owed


def checked(loan: Loan, repayments: Sequence[Repayment], rounding: Rounding) -> None:
    """Compares a table with its reference, figure by figure."""
    table = schedule(loan, rounding=rounding, repayments=repayments)
    placed = {
        each.on if isinstance(each.on, int) else table.dues.index(each.on) + 1: each
        for each in repayments
    }
    reference = Reference(loan, placed, rounding)
    reference.run()
    assert table.balance_column == [half_up(balance) for balance in reference.balances]
    shown = [half_up(indemnity) for indemnity in reference.indemnities]
    assert table.fees_column == shown
    if rounding is CENT:
        assert table.instalment_column == reference.instalments
        assert table.interest_column == reference.interests


@settings(deadline=None, max_examples=300)
@given(st.data(), loans(costs=False), st.sampled_from((CENT, EXACT)))
def test_a_table_is_the_one_fractions_give(
    data: st.DataObject, loan: Loan, rounding: Rounding
) -> None:
    """Balances and indemnities to the unit, and under CENT every instalment and interest too."""
    try:
        repayments = data.draw(repayments_of(loan, rounding=rounding))
    except LoanFaults:  # interest capitalised beyond any amount
        reject()
    checked(loan, repayments, rounding)


@pytest.mark.parametrize("months", [6, 14, 18, 22, 26, 42])
def test_a_tie_of_an_exact_table_goes_up(months: int) -> None:
    """Half a franc owed half-way is shown as one, though a sixth of it has no last digit."""
    loan = Loan(money(1, "XOF"), Decimal(0), months, date(2025, 1, 31))
    assert schedule(loan, rounding=EXACT).balance_column[months // 2 - 1] == 1
    checked(loan, [], EXACT)


def euros(amount: int) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


KINDS: dict[str, Kind] = {
    "40,000 left": balloon(euros(40_000)),
    "over 120 months": balloon(amortised_over=120),
    "an annuity": annuity,
}
KEPT: dict[str, tuple[Loan, list[Repayment]]] = {
    f"{name}, {repaid} repaid": (
        Loan(
            euros(100_000),
            Decimal("0.04"),
            60,
            date(2025, 1, 31),
            kind=kind,
            rate_changes=[RateChange(30, Decimal("0.015"))],
        ),
        [Repayment(12, euros(repaid), keep=Keep.INSTALMENT)],
    )
    for name, kind in KINDS.items()
    for repaid in (1, 10_000, 30_000, 60_000)
}


@pytest.mark.parametrize("rounding", [CENT, EXACT])
@pytest.mark.parametrize(("loan", "repayments"), KEPT.values(), ids=KEPT.keys())
def test_a_kept_instalment_then_another_rate(
    loan: Loan, repayments: list[Repayment], rounding: Rounding
) -> None:
    """A rate change after a kept instalment starts from the term and the balloon that were left."""
    checked(loan, repayments, rounding)
