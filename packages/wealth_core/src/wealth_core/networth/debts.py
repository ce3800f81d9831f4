"""What is owed of a loan on a day, and what comes next of it: the figures of one debt.

The rules are those of `wealth_core.loans`: the figures are the ones of `balance_on` and of the row
that follows in the schedule. A whole schedule costs as much as ten other lines of a net worth, so
that an annuity without any option, which is what most people sign, takes a shorter way here: as
many steps of the bank's table as there are instalments paid, or the closed form for the exact
table. The shorter way knows when it could be wrong (a table that ends early, a figure too near to
half a unit for floats to tell), and reads the schedule then.
"""

from collections.abc import Sequence
from datetime import date
from itertools import repeat
from math import expm1, floor, log1p
from typing import Final

import attrs

from shared_kernel import to_minor
from wealth_core.loans import (
    CENT,
    EXACT,
    Annuity,
    Loan,
    Repayment,
    Rounding,
    instalments_paid,
    schedule,
)
from wealth_core.loans._minor import (
    LARGEST_FLOAT_INT,
    half_up,
    period_rate,
    quoted_instalment_minor,
)

_RELATIVE_ERROR: Final = 2.0**-44
"""Of the closed form in floats: log1p and expm1 within 4 units each would need 2^-48."""
_ABSOLUTE_ERROR: Final = 1e-8
"""Above what the exact table itself may be off in 600 months at the highest rate."""


@attrs.frozen
class DebtState:
    """A loan on a day, in minor units of its own currency, as if one person owed it all.

    Args:
        balance_minor: what is owed at the end of the day; 0 before the money is lent.
        instalments_paid: how many are due on or before the day.
        months: how many there are in all; an early repayment may have made them fewer.
        next_due: the day of the next instalment; None after the last one.
        next_instalment_minor: its interest and capital, insurance and fees aside.
        ends_on: the day of the last instalment.
    """

    balance_minor: int
    instalments_paid: int
    months: int
    next_due: date | None
    next_instalment_minor: int
    ends_on: date


def debt_on(
    loan: Loan, on: date, *, rounding: Rounding = CENT, repayments: Sequence[Repayment] = ()
) -> DebtState:
    """What is owed of a loan at the end of a day, and what comes next.

    Args:
        loan: the terms.
        on: the day; before the loan starts nothing is owed yet.
        rounding: the table that is read, as for `wealth_core.loans.balance_on`.
        repayments: early repayments, on due dates.

    Raises:
        LoanFaults: a repayment that the loan does not allow, or interest capitalised beyond any
            amount.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> debt_on(loan, date(2025, 12, 9), rounding=EXACT).balance_minor
    21361941
    >>> state = debt_on(loan, date(2025, 12, 9))
    >>> state.balance_minor, state.instalments_paid, state.next_due, state.next_instalment_minor
    (21361942, 3, datetime.date(2026, 1, 1), 105912)
    >>> debt_on(loan, date(2025, 8, 31)).balance_minor, debt_on(loan, date(2050, 9, 1)).next_due
    (0, None)
    """
    lent = on >= loan.first_due or on >= loan.start
    paid = instalments_paid(loan, on) if lent else 0
    figures = None if repayments else _plain_figures(loan, paid, rounding)
    if figures is not None:
        balance, instalment = figures
        months = loan.months
    else:
        table = schedule(loan, rounding=rounding, repayments=repayments)
        months = len(table)
        paid = min(paid, months)
        balance = table.balance_column[paid - 1] if paid else to_minor(loan.principal)
        instalment = table.instalment_column[paid] if paid < months else 0
    return DebtState(
        balance if lent else 0,
        paid,
        months,
        loan.due(paid + 1) if paid < months else None,
        instalment,
        loan.due(months),
    )


def _plain_figures(loan: Loan, paid: int, rounding: Rounding) -> tuple[int, int] | None:
    """The balance and the next instalment by the shorter way; None where it is not sure of them."""
    if (
        type(loan.kind) is not Annuity
        or loan.deferral is not None
        or loan.rate_changes
        or loan.extra_days
    ):
        return None
    months = loan.months
    if paid >= months:
        # The last day of a table that ends early is not known here.
        principal = to_minor(loan.principal)
        rate = period_rate(loan.annual_rate)
        return (0, 0) if _ends_at_term(principal, *rate, months, rounding) else None
    principal = to_minor(loan.principal)
    numerator, denominator = period_rate(loan.annual_rate)
    if rounding is EXACT:
        return _exact_figures(principal, numerator, denominator, months, paid)
    if not _ends_at_term(principal, numerator, denominator, months, rounding):
        return None
    quoted = quoted_instalment_minor(principal, numerator, denominator, months)
    # A step of `level_balances_minor`, as often as an instalment is paid.
    doubled = 2 * denominator
    growth = doubled + 2 * numerator
    shift = denominator - quoted * doubled
    balance = principal
    for _ in repeat(None, paid):
        balance = (balance * growth + shift) // doubled
    if paid == months - 1 and rounding is CENT:
        return balance, balance + half_up(balance * numerator, denominator)
    return balance, quoted


def _ends_at_term(
    principal: int, numerator: int, denominator: int, months: int, rounding: Rounding
) -> bool:
    """Whether the rounding of a table surely leaves something to the last instalment.

    The instalment and each interest are off by half a unit at most, and what one month is off the
    next ones bear interest on: after every instalment but the last the balance is within
    ``((1 + r)^n - 1) / r`` of the exact one, which is ``E / (1 + r)``.
    """
    if rounding is EXACT:
        return True
    if numerator == 0:
        return principal > 2 * months * months
    rate = numerator / denominator
    grown = expm1(months * log1p(rate))
    instalment = principal * rate * (grown + 1) / grown
    return instalment / (1 + rate) > 1.01 * grown / rate + 1


def _exact_figures(
    principal: int, numerator: int, denominator: int, months: int, paid: int
) -> tuple[int, int] | None:
    """The same from the exact table, by its closed form; None where floats cannot round it."""
    if principal >= LARGEST_FLOAT_INT:
        return None
    if numerator == 0:
        balance = half_up(principal * (months - paid), months)
        return balance, balance - half_up(principal * (months - paid - 1), months)
    rate = numerator / denominator
    force = log1p(rate)
    whole = expm1(-months * force)
    owed = principal * expm1((paid - months) * force) / whole
    before = _nearest(owed, principal) if paid else principal
    after = _nearest(principal * expm1((paid + 1 - months) * force) / whole, principal)
    instalment = _nearest(principal * rate / -whole, principal)
    # As in `Schedule.interest_column`: the whole unit under or above the unrounded interest that
    # lets the instalment show its own rounding.
    interest = owed * rate
    least = floor(interest)
    if (
        before is None
        or after is None
        or instalment is None
        or min(interest - least, least + 1 - interest) <= _error(interest, principal)
    ):
        return None
    capital = before - after
    return before, capital + min(max(instalment - capital, least), least + 1)


def _nearest(value: float, principal: int) -> int | None:
    """A float to the nearest unit; None when it is too near to half-way to say which."""
    shifted = value + 0.5
    unit = floor(shifted)
    error = _error(value, principal)
    return unit if error < shifted - unit < 1 - error else None


def _error(value: float, principal: int) -> float:
    return max(value, principal) * _RELATIVE_ERROR + _ABSOLUTE_ERROR
