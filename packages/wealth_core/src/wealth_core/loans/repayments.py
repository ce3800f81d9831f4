"""Early repayments: what is paid back before its time, and the indemnity it costs in France."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import attrs

from shared_kernel import FaultList, Money
from wealth_core._checks import check_are, check_is, kept
from wealth_core.errors import LoanFaults
from wealth_core.loans import _faults
from wealth_core.loans._checks import MAX_MONTHS, check_amount, check_date, check_whole
from wealth_core.loans._minor import half_up
from wealth_core.loans.terms import InterestOnly, Loan


class Keep(StrEnum):
    """What an early repayment leaves as it was."""

    TERM = "term"
    """The last due date: the instalment is computed again, and falls."""
    INSTALMENT = "instalment"
    """The instalment: the loan ends earlier (a balloon shrinks first)."""


@attrs.frozen
class Repayment:
    """An amount repaid before its time, on a due date, beside that day's instalment.

    Args:
        on: a due date of the loan, or the number of its instalment.
        amount: how much of the capital; None is all that is owed after that day's instalment.
        keep: the term, or the instalment.
        indemnity: whether the lender asks for the French indemnity; see `indemnity_minor`.

    Raises:
        LoanFaults: the amount is not above zero, or `on` is neither a day nor a number.

    >>> Repayment(12, keep=Keep.INSTALMENT).amount is None
    True
    """

    on: date | int
    amount: Money | None = None
    keep: Keep = attrs.field(default=Keep.TERM, kw_only=True)
    indemnity: bool = attrs.field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        if isinstance(self.on, date):
            check_date(found, "on", self.on)
        else:
            check_whole(found, "on", self.on, example=12, least=1, most=MAX_MONTHS)
        if self.amount is not None:
            check_amount(found, "amount", self.amount)
        check_is(found, "keep", self.keep, (Keep,))
        check_is(found, "indemnity", self.indemnity, (bool,))
        found.raise_if_any(LoanFaults)


def indemnity_minor(repaid: int, balance: int, rate_numerator: int, rate_denominator: int) -> int:
    """The most a lender may ask in France for an early repayment, half up to the unit.

    The lesser of six months' interest on the capital repaid, at the rate of the loan, and of 3 % of
    the capital owed before the repayment (articles L313-47 and R313-25 of the Code de la
    consommation).

    Args:
        repaid: the capital repaid early.
        balance: the capital owed just before, that day's instalment being paid.
        rate_numerator: with `rate_denominator`, the rate of a month.
        rate_denominator: see above.

    >>> indemnity_minor(5_000_000, 20_000_000, 67, 24_000)
    83750
    >>> indemnity_minor(20_000_000, 20_000_000, 1, 100)
    600000
    """
    return min(half_up(6 * repaid * rate_numerator, rate_denominator), half_up(3 * balance, 100))


def by_instalment(loan: Loan, repayments: Sequence[Repayment]) -> dict[int, tuple[int, Repayment]]:
    """The repayments by the number of their instalment, each with its place in the input.

    Raises:
        LoanFaults: a day that is not a due date (the nearest are named), a number beyond the loan,
            two repayments on a day, another currency, or an instalment to keep where there is none.
    """
    found = FaultList()
    placed: dict[int, tuple[int, Repayment]] = {}
    repayments = kept(repayments)
    if not check_are(found, "repayments", repayments, Repayment, most=MAX_MONTHS):
        found.raise_if_any(LoanFaults)
    for place, repayment in enumerate(repayments):
        path = f"repayments[{place}]"
        number = _number(loan, repayment.on, f"{path}.on", found)
        if repayment.amount is not None:
            check_amount(found, f"{path}.amount", repayment.amount, currency=loan.currency)
        if number is None:
            continue
        if found.check(number not in placed, _faults.REPAID_TWICE, f"{path}.on", given=number):
            placed[number] = (place, repayment)
        deferred = loan.deferral.months if loan.deferral else 0
        found.check(
            repayment.keep is Keep.TERM
            or repayment.amount is None
            or (number > deferred and not isinstance(loan.kind, InterestOnly)),
            _faults.NO_INSTALMENT_TO_KEEP,
            f"{path}.keep",
            number=number,
        )
    found.raise_if_any(LoanFaults)
    return placed


def _number(loan: Loan, on: date | int, path: str, found: FaultList) -> int | None:
    if isinstance(on, date):
        dues = [loan.due(number) for number in range(1, loan.months + 1)]
        place = bisect_left(dues, on)
        if place < len(dues) and dues[place] == on:
            return place + 1
        found.add(
            _faults.NOT_A_DUE_DATE,
            path,
            given=on.isoformat(),
            before=dues[max(place - 1, 0)].isoformat(),
            after=dues[min(place, len(dues) - 1)].isoformat(),
        )
        return None
    in_range = found.check(
        1 <= on <= loan.months,
        _faults.NO_SUCH_INSTALMENT,
        path,
        given=on,
        months=loan.months,
    )
    return on if in_range else None
