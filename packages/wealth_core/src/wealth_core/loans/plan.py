"""What is kept of a loan: its terms, the early repayments meant, the rounding it is read in."""

from collections.abc import Iterable
from datetime import date

import attrs

from shared_kernel import FaultList, Money
from wealth_core._checks import check_is, kept
from wealth_core.errors import LoanFaults
from wealth_core.loans.balance import balance_on
from wealth_core.loans.repayments import Repayment, by_instalment
from wealth_core.loans.schedule import CENT, Rounding, Schedule, schedule
from wealth_core.loans.terms import Loan


def _repayments(values: Iterable[Repayment]) -> tuple[Repayment, ...]:
    return kept(values)


@attrs.frozen
class LoanPlan:
    """A loan with its early repayments and its rounding: all that its figures come from.

    A plan that could be made can be computed: what a schedule would refuse is refused here.

    Args:
        loan: the terms that were signed.
        repayments: early repayments, on due dates.
        rounding: the table that is read: `CENT` (the bank's), `EXACT` or `LEVEL`.

    Raises:
        LoanFaults: a repayment that the loan does not allow in that rounding
            (``repayments[0].on``, ``repayments[0].amount``), or a loan whose capitalised interest
            grows beyond any amount (``loan.deferral.months``).

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> plan = LoanPlan(loan, repayments=[Repayment(60, money("50000", "EUR"))])
    >>> plan.schedule()[59].balance.amount, plan.balance_on(date(2025, 12, 9)).amount
    (Decimal('135070.26'), Decimal('213619.42'))
    >>> LoanPlan(loan, repayments=[Repayment(301), Repayment(1, money("1", "XOF"))])
    Traceback (most recent call last):
        ...
    wealth_core.errors.LoanFaults: repayments[0].on: the loan has no instalment 301: write an \
instalment from 1 to 300
    repayments[1].amount: 1 XOF is not in the currency of the loan: write it in EUR
    """

    loan: Loan
    repayments: tuple[Repayment, ...] = attrs.field(default=(), kw_only=True, converter=_repayments)
    rounding: Rounding = attrs.field(default=CENT, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        if check_is(found, "loan", self.loan, (Loan,)):
            with found.collect():
                by_instalment(self.loan, self.repayments)
        check_is(found, "rounding", self.rounding, (Rounding,))
        found.raise_if_any(LoanFaults)
        try:
            self.schedule()
        except LoanFaults as error:
            # A fault that is not of a repayment is of the terms, a level below here.
            raise LoanFaults(
                fault if fault.path.startswith("repayments") else fault.prefixed("loan")
                for fault in error.faults
            ) from None

    def schedule(self) -> Schedule:
        """Every instalment; see `wealth_core.loans.schedule`."""
        return schedule(self.loan, rounding=self.rounding, repayments=self.repayments)

    def balance_on(self, on: date) -> Money:
        """What is owed at the end of a day; see `wealth_core.loans.balance_on`.

        Raises:
            DateBeforeLoan: the money was not lent yet that day.
        """
        return balance_on(self.loan, on, rounding=self.rounding, repayments=self.repayments)
