"""What is owed at a date, how many instalments are paid by then, and what the whole loan costs."""

from collections.abc import Sequence
from datetime import date

from shared_kernel import FaultList, Money, from_minor, to_minor
from wealth_core._checks import check_day
from wealth_core.errors import DateBeforeLoan, LoanFaults
from wealth_core.loans._minor import MONTHS_A_YEAR
from wealth_core.loans.repayments import Repayment
from wealth_core.loans.schedule import CENT, LEVEL, Rounding, schedule
from wealth_core.loans.terms import Loan


def balance_on(
    loan: Loan, on: date, *, rounding: Rounding = CENT, repayments: Sequence[Repayment] = ()
) -> Money:
    """What is owed at the end of a day: every instalment due on or before it being paid.

    Args:
        loan: the terms.
        on: the day.
        rounding: the table it is read from; `EXACT` is rounded half up to the unit at the end.
        repayments: early repayments, on due dates.

    Returns:
        The capital owed; the principal on the day it is lent, zero after the last instalment.

    Raises:
        DateBeforeLoan: the money was not lent yet that day.
        LoanFaults: a repayment that the loan does not allow.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> from wealth_core.loans import EXACT
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> balance_on(loan, date(2025, 12, 9)).amount
    Decimal('213619.42')
    >>> balance_on(loan, date(2025, 12, 9), rounding=EXACT).amount
    Decimal('213619.41')
    """
    paid = instalments_paid(loan, on)
    table = schedule(loan, rounding=rounding, repayments=repayments)
    if paid == 0:
        return loan.principal
    return table[min(paid, len(table)) - 1].balance


def instalments_paid(loan: Loan, on: date) -> int:
    """How many instalments of the calendar are due on or before a day, at most the loan's months.

    Raises:
        DateBeforeLoan: the money was not lent yet that day.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> instalments_paid(loan, date(2025, 9, 1)), instalments_paid(loan, date(2025, 12, 9))
    (0, 3)
    """
    found = FaultList()
    check_day(found, "on", on)
    found.raise_if_any(LoanFaults)
    if on < loan.start:
        raise DateBeforeLoan(
            "{given} is before the loan, which starts on {start}: give that day or a later one",
            given=on.isoformat(),
            start=loan.start.isoformat(),
        )
    first = loan.first_due
    months = (on.year - first.year) * MONTHS_A_YEAR + on.month - first.month
    if months >= loan.months:
        return loan.months
    if months < 0:
        return 0
    # The instalment of that month may fall later in it.
    return months + 1 if loan.due(months + 1) <= on else months


def total_cost(
    loan: Loan, *, rounding: Rounding = LEVEL, repayments: Sequence[Repayment] = ()
) -> Money:
    """What a loan costs the borrower: all that is paid, less the capital.

    Interest, insurance and fees of every kind, as in the total cost of credit of directives
    2008/48/EC and 2014/17/EU (article 3, point g, and article 4, point 13).

    Args:
        loan: the terms.
        rounding: the table that is added up; `LEVEL`, as the law wants it, by default.
        repayments: early repayments, on due dates; their indemnities are a cost.

    Raises:
        LoanFaults: a repayment that the loan does not allow.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> from wealth_core.loans import Fee
    >>> loan = Loan(
    ...     money("200000", "EUR"), Decimal("0.06"), 240, date(2015, 2, 1),
    ...     fees=[Fee(money("4000", "EUR"))],
    ... )
    >>> total_cost(loan).amount
    Decimal('147886.40')
    """
    table = schedule(loan, rounding=rounding, repayments=repayments)
    paid = (
        sum(table.instalment_column)
        + sum(table.insurance_column)
        + sum(table.fees_column)
        + table.upfront_minor
    )
    return from_minor(paid - to_minor(loan.principal), loan.currency)
