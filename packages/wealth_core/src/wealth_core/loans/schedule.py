"""The schedule of a loan: every instalment, to the minor unit, in one of three named roundings.

* `CENT` is the table of a bank: the instalment and each month's interest are rounded half up to the
  minor unit, no instalment is above what is owed, and the last one takes the rest.
* `EXACT` is not rounded: only what is shown is. Each balance is the rounding of the unrounded one,
  and the other figures of a row are within a unit or so of theirs, for they must add up.
* `LEVEL` is `CENT` with the quoted instalment repeated unchanged to the end, which is how the
  European Commission's examples of the annual percentage rate are computed: the interest of the
  last instalment takes the difference. A constant part of the capital is shared as evenly as whole
  units allow, instead of leaving the difference to the last one.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import repeat
from operator import sub
from typing import overload

from shared_kernel import Money, add_months, from_minor, shown, to_minor
from shared_kernel.rounding import EXACT_CONTEXT
from wealth_core._checks import NOT_ACCEPTED
from wealth_core.errors import LoanFaults
from wealth_core.loans._minor import MONTHS_A_YEAR, half_up
from wealth_core.loans._table import FINE, Run, Table, plain_table, shown_minor
from wealth_core.loans.repayments import Repayment, by_instalment
from wealth_core.loans.terms import Annuity, FeeTiming, InsuranceBase, Loan

LAST_DAY_OF_EVERY_MONTH = 28
_SHORTEST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Rounding(StrEnum):
    """How a table is rounded; see the module."""

    CENT = "cent"
    EXACT = "exact"
    LEVEL = "level"


CENT = Rounding.CENT
EXACT = Rounding.EXACT
LEVEL = Rounding.LEVEL


class Row(tuple["Schedule", int]):
    """One instalment of a schedule: a light view, whose amounts are made when they are asked for.

    ``instalment = interest + principal``; insurance and fees are paid beside it. In a total
    deferral the instalment is zero and the principal negative: the interest is added to what is
    owed. An early repayment is in the instalment and the principal of its row, its indemnity in
    the fees.
    """

    # A tuple of the schedule and the place in it, and not an attrs class: a row holds no value of
    # its own, a schedule makes hundreds at a time, and a tuple is made twice as fast.
    __slots__ = ()

    @property
    def _schedule(self) -> "Schedule":
        return self[0]

    @property
    def _place(self) -> int:
        return self[1]

    @property
    def number(self) -> int:
        """The number of the instalment, from 1."""
        return self._place + 1

    @property
    def due(self) -> date:
        """The day it is due."""
        return self._schedule.dues[self._place]

    @property
    def instalment(self) -> Money:
        """What is paid, insurance and fees aside: interest and principal."""
        return self._money(self._schedule.instalment_column)

    @property
    def interest(self) -> Money:
        """The part that is interest."""
        return self._money(self._schedule.interest_column)

    @property
    def principal(self) -> Money:
        """The part that is capital; negative while interest is capitalised."""
        return self._money(self._schedule.principal_column)

    @property
    def insurance(self) -> Money:
        """The premiums of all the persons insured."""
        return self._money(self._schedule.insurance_column)

    @property
    def fees(self) -> Money:
        """The fees paid with this instalment, an indemnity included."""
        return self._money(self._schedule.fees_column)

    @property
    def balance(self) -> Money:
        """What is owed once it is paid."""
        return self._money(self._schedule.balance_column)

    @property
    def total(self) -> Money:
        """All that is paid that day: instalment, insurance and fees."""
        place, schedule = self._place, self._schedule
        return schedule.amount(
            schedule.instalment_column[place]
            + schedule.insurance_column[place]
            + schedule.fees_column[place]
        )

    def _money(self, column: Sequence[int]) -> Money:
        return self._schedule.amount(column[self._place])

    def _values(self) -> tuple[object, ...]:
        return (
            self.number,
            self.due,
            self.instalment,
            self.interest,
            self.principal,
            self.insurance,
            self.fees,
            self.balance,
        )

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if isinstance(other, Row) else NotImplemented

    def __ne__(self, other: object) -> bool:  # a tuple has its own
        return not self == other

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return (
            f"Row({self.number}, {self.due.isoformat()}, instalment={self.instalment.amount}, "
            f"interest={self.interest.amount}, principal={self.principal.amount}, "
            f"insurance={self.insurance.amount}, fees={self.fees.amount}, "
            f"balance={self.balance.amount})"
        )


class Schedule(Sequence[Row]):
    """Every instalment of a loan, as a sequence of `Row`; made by `schedule`.

    The figures are held as columns of minor units (``balance_column`` and the others, for array
    code and charts), each computed the first time it is asked for.
    """

    def __init__(
        self, loan: Loan, principal: int, table: Table, rounding: Rounding, currency: str
    ) -> None:
        self.loan = loan
        self.rounding = rounding
        self.currency = currency
        self._principal = principal
        self._table = table
        self._amounts: dict[int, Money] = {}

    def __len__(self) -> int:
        return len(self._table.balances)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return self.rows[place]
        count = len(self)
        if not -count <= place < count:
            raise IndexError(f"the schedule has {count} instalments")
        return Row((self, place % count))

    def __iter__(self) -> Iterator[Row]:
        return map(Row, zip(repeat(self), range(len(self))))

    def __repr__(self) -> str:
        return f"<Schedule of {len(self)} instalments, {self.rounding}, last on {self.last_due}>"

    def amount(self, minor: int) -> Money:
        """A figure of a column as money; made once, for a table repeats its instalment and zero."""
        made = self._amounts.get(minor)
        if made is None:
            made = self._amounts[minor] = from_minor(minor, self.currency)
        return made

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row."""
        return tuple(self)

    @property
    def instalment(self) -> Money:
        """The quoted instalment: the regular one, when repayment starts, insurance aside.

        Interest alone for an interest-only loan; the first one of a constant part of the capital;
        zero when the loan is repaid before any.
        """
        return from_minor(self._shown(self._table.quoted), self.currency)

    @property
    def last_due(self) -> date:
        """The day of the last instalment."""
        return self.dues[-1]

    @property
    def total_interest(self) -> Money:
        """The interest of every row."""
        return from_minor(sum(self.interest_column), self.currency)

    @property
    def total_insurance(self) -> Money:
        """The premiums of every row."""
        return from_minor(sum(self.insurance_column), self.currency)

    @property
    def upfront_fees(self) -> Money:
        """The fees paid the day the money is lent, which no row has."""
        return from_minor(self.upfront_minor, self.currency)

    @property
    def total_fees(self) -> Money:
        """Every fee: those of the first day, those of the rows, the indemnities."""
        return from_minor(self.upfront_minor + sum(self.fees_column), self.currency)

    @cached_property
    def dues(self) -> tuple[date, ...]:
        """The due date of each row."""
        first = self.loan.first_due
        day = first.day
        start = first.year * MONTHS_A_YEAR + first.month - 1
        months = range(start, start + len(self))
        if day <= LAST_DAY_OF_EVERY_MONTH:
            return tuple(
                date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, day) for month in months
            )
        return tuple(
            date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, day)
            if day <= _SHORTEST_DAYS[month % MONTHS_A_YEAR]
            else add_months(first, month - start)
            for month in months
        )

    @cached_property
    def balance_column(self) -> list[int]:
        """What is owed after each instalment, in minor units."""
        return self._shown_all(self._table.balances)

    @cached_property
    def principal_column(self) -> list[int]:
        """The capital of each instalment, in minor units: the fall of the balance shown."""
        after = self.balance_column
        return list(map(sub, [self._principal, *after[:-1]], after))

    @cached_property
    def interest_column(self) -> list[int]:
        """The interest of each instalment, in minor units."""
        if self._table.scale == 1:
            return list(map(sub, self._table.instalments, self.principal_column))
        # Four figures are shown of three numbers, and they must add up. The balance is rounded, the
        # principal is its fall; the interest is the whole unit under or above the unrounded one
        # that lets the instalment show its own rounding, so that a level instalment looks level.
        return [
            min(
                max(shown_minor(instalment) - principal, interest // FINE),
                -(-interest // FINE),
            )
            for instalment, principal, interest in zip(
                self._table.instalments,
                self.principal_column,
                self._table.interest(self._principal),
                strict=True,
            )
        ]

    @cached_property
    def instalment_column(self) -> list[int]:
        """Interest and principal of each instalment, in minor units."""
        if self._table.scale == 1:
            return self._table.instalments
        return [
            interest + principal
            for interest, principal in zip(self.interest_column, self.principal_column, strict=True)
        ]

    @cached_property
    def insurance_column(self) -> list[int]:
        """The premiums of each row, in minor units."""
        return self._shown_all(self._premiums)

    @cached_property
    def fees_column(self) -> list[int]:
        """The fees of each row, in minor units."""
        return self._shown_all(self._fees)

    @cached_property
    def upfront_minor(self) -> int:
        """The fees of the first day, in minor units."""
        return self._fees_at(FeeTiming.UPFRONT)

    @cached_property
    def paid_units(self) -> list[int]:
        """All that is paid with each row, unrounded for `EXACT`, in `units` of the minor unit."""
        return [
            instalment + premium + fee
            for instalment, premium, fee in zip(
                self._table.instalments, self._premiums, self._fees, strict=True
            )
        ]

    @property
    def units(self) -> int:
        """How many units of `paid_units` make a minor unit."""
        return self._table.scale

    @cached_property
    def _premiums(self) -> list[int]:
        """The premiums of each row, in units of the table."""
        count = len(self)
        premiums = [0] * count
        initial = self._principal * self._table.scale
        for insurance in self.loan.insurance:
            insured = EXACT_CONTEXT.multiply(insurance.annual_rate, insurance.share)
            rate, parts = insured.as_integer_ratio()
            parts *= MONTHS_A_YEAR
            if insurance.base is InsuranceBase.INITIAL:
                level = half_up(initial * rate, parts)
                premiums = [premium + level for premium in premiums]
            else:
                owed = [initial, *self._table.balances[:-1]]
                premiums = [
                    premium + half_up(balance * rate, parts)
                    for premium, balance in zip(premiums, owed, strict=True)
                ]
        return premiums

    @cached_property
    def _fees(self) -> list[int]:
        """The fees of each row, in units of the table."""
        scale = self._table.scale
        monthly = self._fees_at(FeeTiming.MONTHLY) * scale
        for fee in self.loan.fees:
            if fee.when is FeeTiming.YEARLY_BY_TWELFTHS:
                monthly += half_up(to_minor(fee.amount) * scale, MONTHS_A_YEAR)
        fees = [monthly] * len(self)
        fees[-1] += self._fees_at(FeeTiming.AT_END) * scale
        for number, indemnity in self._table.indemnities.items():
            fees[number - 1] += indemnity
        return fees

    def _fees_at(self, when: FeeTiming) -> int:
        return sum(to_minor(fee.amount) for fee in self.loan.fees if fee.when is when)

    def _shown(self, units: int) -> int:
        return units if self._table.scale == 1 else shown_minor(units)

    def _shown_all(self, units: list[int]) -> list[int]:
        return units if self._table.scale == 1 else [shown_minor(each) for each in units]


def schedule(
    loan: Loan, *, rounding: Rounding = CENT, repayments: Sequence[Repayment] = ()
) -> Schedule:
    """Every instalment of a loan; their principal parts add up to the loan to the unit.

    Args:
        loan: the terms.
        rounding: `CENT` (the table of a bank), `EXACT` or `LEVEL`; see the module.
        repayments: early repayments, on due dates.

    Returns:
        The rows, whose amounts are in the currency of the loan. Fewer than the months of the loan
        when rounding or a repayment pays it off early.

    Raises:
        LoanFaults: a repayment that is not on a due date, or above what is owed; a rounding that is
            none of the three; interest capitalised beyond any amount.

    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> table = schedule(loan)
    >>> table.instalment.amount, table[2].due, table[2].balance.amount
    (Decimal('1059.12'), datetime.date(2025, 12, 1), Decimal('213619.42'))
    >>> table[-1].instalment.amount, table.total_interest.amount
    (Decimal('1060.04'), Decimal('102736.92'))
    """
    named: object = rounding
    if not isinstance(named, Rounding):  # the text "exact" would be taken for CENT in silence
        accepted = " | ".join(each.name for each in Rounding)
        raise LoanFaults.of(NOT_ACCEPTED, "rounding", given=shown(named), accepted=accepted)
    principal = to_minor(loan.principal)
    scale = FINE if rounding is EXACT else 1
    level = rounding is LEVEL
    if not repayments and _is_plain(loan):
        table = plain_table(loan, principal, scale=scale, level=level)
    else:
        placed = by_instalment(loan, repayments) if repayments else {}
        table = Run(loan, principal, scale=scale, level=level, repayments=placed).table()
    return Schedule(loan, principal, table, rounding, loan.currency)


def _is_plain(loan: Loan) -> bool:
    """Whether the loan is an annuity without any option that moves its balances."""
    return (
        isinstance(loan.kind, Annuity)
        and loan.deferral is None
        and not loan.rate_changes
        and not loan.extra_days
    )
