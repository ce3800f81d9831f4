"""The month-by-month run of a loan, in whole units: the one engine behind every rounding.

A unit is a minor unit for the bank's table, and `FINE` parts of one for the exact table: running
the same integers with thirty more digits leaves an error no figure shown can see, and needs no
second engine. What is shown of the fine units is rounded by `shown_minor`.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final, assert_never

import attrs

from shared_kernel import FaultList, from_minor, to_minor
from wealth_core.errors import LoanFaults
from wealth_core.loans import _faults
from wealth_core.loans._minor import (
    half_up,
    instalment_ratio,
    level_balances_minor,
    period_rate,
    quoted_instalment_minor,
)
from wealth_core.loans.repayments import Keep, Repayment, indemnity_minor
from wealth_core.loans.terms import (
    Annuity,
    Balloon,
    ConstantPrincipal,
    DeferralType,
    InterestOnly,
    Loan,
)

FINE: Final = 10**30
_SNAP: Final = 10**15
CEILING_MINOR: Final = 10**15
"""What is owed may not grow above this by capitalised interest: sums then fit in 64 bits."""


def shown_minor(fine: int) -> int:
    """Fine units as minor units, half up; what is within 1e-15 of a tie is the tie.

    >>> shown_minor(FINE // 2 - 1), shown_minor(FINE // 2 - 2 * 10**15)
    (1, 0)
    """
    return half_up(half_up(fine, _SNAP), _SNAP)


@attrs.frozen
class Table:
    """What a run gives, in units of the table, one element an instalment.

    `instalments` include the early repayments, and neither insurance nor fees; `indemnities` are by
    the number of the instalment; `quoted` is the regular instalment when repayment starts.
    """

    scale: int
    quoted: int
    balances: list[int]
    instalments: list[int]
    indemnities: dict[int, int]

    def interest(self, principal: int) -> list[int]:
        """The interest of each instalment: what is not capital."""
        owed = [principal * self.scale, *self.balances]
        return [
            instalment - before + after
            for instalment, (before, after) in zip(self.instalments, pairwise(owed), strict=True)
        ]


def plain_table(loan: Loan, principal: int, *, scale: int, level: bool) -> Table:
    """The table of an annuity with no option: the same figures as `Run`, several times faster."""
    numerator, denominator = period_rate(loan.annual_rate)
    owed = principal * scale
    quoted = quoted_instalment_minor(owed, numerator, denominator, loan.months)
    balances = level_balances_minor(owed, numerator, denominator, loan.months, quoted)
    if level:
        balances += [0] * (loan.months - len(balances))
        return Table(scale, quoted, balances, [quoted] * loan.months, {})
    before_last = balances[-2] if len(balances) > 1 else owed
    instalments = [quoted] * len(balances)
    instalments[-1] = before_last + half_up(before_last * numerator, denominator)
    return Table(scale, quoted, balances, instalments, {})


class Run:
    """One run through a loan, instalment after instalment.

    Args:
        loan: the terms.
        principal: the capital, in minor units.
        scale: the units in a minor unit: 1, or `FINE`.
        level: repeat the quoted instalment unchanged to the end.
        repayments: by the number of their instalment, each with its place in the input.
    """

    def __init__(
        self,
        loan: Loan,
        principal: int,
        *,
        scale: int,
        level: bool,
        repayments: Mapping[int, tuple[int, Repayment]],
    ) -> None:
        self._loan = loan
        self._kind = loan.kind
        self._scale = scale
        self._level = level
        self._repayments = repayments
        # Fine units may miss an end that falls exactly on a due date by less than this.
        self._tolerance = 0 if scale == 1 else _SNAP
        self._balance = principal * scale
        self._rate = period_rate(loan.annual_rate)
        self._end = loan.months
        self._horizon = loan.months  # what the instalment is computed over, never before the end
        self._residual = 0
        if isinstance(loan.kind, Balloon):
            if loan.kind.amount is not None:
                self._residual = to_minor(loan.kind.amount) * scale
            self._horizon = loan.kind.amortised_over or loan.months
        self._regular = 0  # the level instalment, or the level part of the capital
        self._shared = 0, 1  # a capital shared evenly, and between how many instalments
        self._left = 0  # what the quoted instalments leave for the last day
        self._kept = False  # an instalment was kept: the last one is what is left, even if LEVEL

    def table(self) -> Table:
        """Runs to the end.

        Raises:
            LoanFaults: a repayment above what is owed, or after the end; interest capitalised
                beyond any amount that can be held.
        """
        loan = self._loan
        deferral = loan.deferral
        deferred = deferral.months if deferral else 0
        changes = {change.from_instalment: change for change in loan.rate_changes}
        balances: list[int] = []
        instalments: list[int] = []
        indemnities: dict[int, int] = {}
        quoted: int | None = None
        planned = False
        number = 0
        while number < self._end:
            number += 1
            if number in changes:
                self._rate = period_rate(changes[number].annual_rate)
                planned = False
            interest = half_up(*self._interest_ratio(number))
            if deferral is not None and number <= deferred:
                paid = interest if deferral.type is DeferralType.PARTIAL else 0
                after = self._balance + interest - paid
            else:
                if not planned:
                    self._plan(number)
                    planned = True
                    quoted = self._quote() if quoted is None else quoted
                paid, after = self._pay(number, interest)
            if after > CEILING_MINOR * self._scale:
                raise LoanFaults.of(
                    _faults.CAPITALISED_TOO_MUCH,
                    "deferral.months" if deferral else "first_period_days",
                    number=number,
                )
            self._balance = after
            if number in self._repayments:
                repaid, indemnity = self._repay(number)
                paid += repaid
                if indemnity:
                    indemnities[number] = indemnity
                planned = planned and self._kept
            balances.append(self._balance)
            instalments.append(paid)
            ended = self._balance == 0 and number in self._repayments
            if ended or (self._balance == 0 and not (self._level and not self._kept)):
                break
        self._refuse_late(number)
        return Table(self._scale, quoted or 0, balances, instalments, indemnities)

    def _interest_ratio(self, number: int) -> tuple[int, int]:
        """The interest of an instalment, as an exact ratio; the first bears its real days."""
        numerator, denominator = self._rate
        if number == 1 and self._loan.extra_days:
            # A month and `extra_days` 365ths of a year: p/q (1 + 12 days / 365).
            numerator *= 365 + 12 * self._loan.extra_days
            denominator *= 365
        return self._balance * numerator, denominator

    def _plan(self, number: int) -> None:
        """Computes the instalment over what remains, from this instalment on."""
        months = self._end - number + 1
        numerator, denominator = self._rate
        owed, parts = self._balance, 1
        if number == 1 and self._loan.extra_days:
            # The first period's interest, discounted by a month: what an ordinary first month would
            # have had to start from, so that the loan still ends on its last day.
            first_interest, first_parts = self._interest_ratio(number)
            owed = (self._balance * first_parts + first_interest) * denominator
            parts = first_parts * (denominator + numerator)
        self._kept = False
        match self._kind:
            case InterestOnly():
                self._regular, self._left = 0, self._balance
            case ConstantPrincipal():
                self._regular, self._left = half_up(self._balance, months), 0
                self._shared = self._balance, months
            case Annuity() | Balloon(amount=None):
                horizon = self._horizon - number + 1
                top, bottom = instalment_ratio(owed, numerator, denominator, horizon)
                self._regular = half_up(top, bottom * parts)
                self._left = self._left_after(owed, parts, months, horizon)
            case Balloon():
                residual = min(self._residual, self._balance)
                top, bottom = instalment_ratio(
                    owed, numerator, denominator, months, residual=residual * parts
                )
                self._regular, self._left = half_up(top, bottom * parts), residual
            case _:
                assert_never(self._kind)

    def _left_after(self, owed: int, parts: int, months: int, horizon: int) -> int:
        """What an annuity over `horizon` months leaves after `months` of them, unrounded before."""
        if horizon == months:
            return 0
        numerator, denominator = self._rate
        if numerator == 0:
            return half_up(owed * (horizon - months), horizon * parts)
        grown = (denominator + numerator) ** (horizon - months)
        still = denominator ** (horizon - months)
        by_end = (denominator + numerator) ** months
        return half_up(
            owed * by_end * (grown - still), parts * (grown * by_end - still * denominator**months)
        )

    def _quote(self) -> int:
        """The regular instalment, for an ordinary month."""
        if isinstance(self._kind, Annuity | Balloon):
            return self._regular
        numerator, denominator = self._rate
        return self._regular + half_up(self._balance * numerator, denominator)

    def _pay(self, number: int, interest: int) -> tuple[int, int]:
        """The instalment and the balance after it, neither of them more than is owed."""
        level = isinstance(self._kind, Annuity | Balloon)
        paid = self._regular if level else self._regular + interest
        owed = self._balance + interest
        if self._level and not self._kept:
            if isinstance(self._kind, ConstantPrincipal):
                # The parts as level as whole units allow, where CENT leaves the rest to the last.
                capital, months = self._shared
                after = half_up(capital * (self._end - number), months)
                return owed - after, after
            if number == self._end:
                return paid + self._left, 0
            return paid, max(owed - paid, 0)
        if number == self._end or paid + self._tolerance >= owed:
            return owed, 0
        return paid, owed - paid

    def _repay(self, number: int) -> tuple[int, int]:
        """Takes an early repayment off the balance; gives what is repaid and its indemnity."""
        place, repayment = self._repayments[number]
        balance = self._balance
        if balance == 0:
            raise LoanFaults.of(_faults.NOTHING_TO_REPAY, f"repayments[{place}].on", number=number)
        repaid = balance
        if repayment.amount is not None:
            asked = to_minor(repayment.amount)
            most = shown_minor(balance) if self._scale == FINE else balance
            if asked > most:
                owed = from_minor(most, self._loan.currency)
                raise LoanFaults.of(
                    _faults.REPAID_TOO_MUCH,
                    f"repayments[{place}].amount",
                    given=f"{repayment.amount.amount} {self._loan.currency}",
                    balance=f"{owed.amount} {self._loan.currency}",
                    number=number,
                )
            # The balance as it is shown is the whole balance, whatever the digits behind it.
            repaid = balance if asked == most else asked * self._scale
        self._balance = balance - repaid
        indemnity = indemnity_minor(repaid, balance, *self._rate) if repayment.indemnity else 0
        self._kept = repayment.keep is Keep.INSTALMENT
        if self._kept and self._balance:
            self._shorten(number)
        return repaid, indemnity

    def _shorten(self, number: int) -> None:
        """Finds the end that the kept instalment leads to."""
        numerator, denominator = self._rate
        level = isinstance(self._kind, Annuity | Balloon)
        balance = self._balance
        for later in range(number + 1, self._horizon + 1):
            interest = half_up(balance * numerator, denominator)
            paid = self._regular if level else self._regular + interest
            if paid + self._tolerance >= balance + interest:
                self._horizon = later
                self._end = min(self._end, later)
                if later == self._end:
                    self._residual = 0
                return
            balance += interest - paid
            if later == self._end and self._residual:
                self._residual = balance

    def _refuse_late(self, last: int) -> None:
        late = FaultList()
        for number, (place, _) in sorted(self._repayments.items()):
            late.check(
                number <= last, _faults.NOTHING_TO_REPAY, f"repayments[{place}].on", number=last
            )
        late.raise_if_any(LoanFaults)
