"""The terms of a loan: what was signed, checked once, in frozen values.

Every value reports all its faults together, each with its path, through
`wealth_core.errors.LoanFaults`. A rate is an exact fraction a year: ``Decimal("0.0335")`` for
3.35 %.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import reduce

import attrs

from shared_kernel import FaultList, Money, add_months
from shared_kernel.rounding import EXACT_CONTEXT
from wealth_core._checks import check_are, check_is, check_label, check_share, kept
from wealth_core.errors import LoanFaults
from wealth_core.loans import _faults
from wealth_core.loans._checks import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_MONTHS,
    check_amount,
    check_date,
    check_rate,
    check_whole,
)

MAX_INSURANCES = 20
MAX_FEES = 100
MAX_FIRST_PERIOD_DAYS = 366
MAX_LABEL = 200


@attrs.frozen
class Annuity:
    """Equal instalments, interest first: the usual mortgage."""


@attrs.frozen
class InterestOnly:
    """Interest alone each month, and the whole capital with the last instalment (*in fine*)."""


@attrs.frozen
class ConstantPrincipal:
    """The same part of the capital each month, with the interest on what is left."""


@attrs.frozen(kw_only=True)
class Balloon:
    """Equal instalments that leave a part of the capital, paid with the last one.

    Args:
        amount: the capital left for the end; under the principal.
        amortised_over: or the number of months, above the loan's, that the instalments would need
            to repay it all; it counts a deferral as the loan's months do.

    Raises:
        LoanFaults: both are given, or neither, or one of them is not above zero.

    >>> Balloon(amortised_over=360)
    Balloon(amount=None, amortised_over=360)
    """

    amount: Money | None = None
    amortised_over: int | None = None

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        if (self.amount is None) == (self.amortised_over is None):
            found.add(_faults.BALLOON_NEEDS_ONE)
        if self.amount is not None:
            check_amount(found, "amount", self.amount)
        if self.amortised_over is not None:
            check_whole(
                found,
                "amortised_over",
                self.amortised_over,
                example=360,
                least=2,
                most=2 * MAX_MONTHS,
            )
        found.raise_if_any(LoanFaults)


Kind = Annuity | InterestOnly | ConstantPrincipal | Balloon

annuity = Annuity()
interest_only = InterestOnly()
constant_principal = ConstantPrincipal()


def balloon(amount: Money | None = None, *, amortised_over: int | None = None) -> Balloon:
    """The kind of loan that leaves a part of the capital for its last day; see `Balloon`."""
    return Balloon(amount=amount, amortised_over=amortised_over)


class DeferralType(StrEnum):
    """What is paid during a deferral."""

    PARTIAL = "partial"
    """The interest and the insurance; the capital waits."""
    TOTAL = "total"
    """The insurance alone; the interest is added to the capital each month."""


@attrs.frozen
class Deferral:
    """The first months of a loan, during which no capital is repaid.

    Args:
        months: how many; the months of the loan count them.
        type: what is paid meanwhile.

    Raises:
        LoanFaults: the months are not a whole number above zero.
    """

    months: int
    type: DeferralType

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_whole(found, "months", self.months, example=12, least=1, most=MAX_MONTHS)
        check_is(found, "type", self.type, (DeferralType,))
        found.raise_if_any(LoanFaults)


def partial(months: int) -> Deferral:
    """A deferral of the capital: interest and insurance are paid.

    >>> partial(12)
    Deferral(months=12, type=<DeferralType.PARTIAL: 'partial'>)
    """
    return Deferral(months, DeferralType.PARTIAL)


def total(months: int) -> Deferral:
    """A deferral of capital and interest: insurance alone is paid, the interest is capitalised.

    >>> total(12)
    Deferral(months=12, type=<DeferralType.TOTAL: 'total'>)
    """
    return Deferral(months, DeferralType.TOTAL)


class InsuranceBase(StrEnum):
    """What an insurance rate is applied to."""

    INITIAL = "initial"
    """The capital lent, the same each month."""
    OUTSTANDING = "outstanding"
    """The capital still owed before the instalment."""


@attrs.frozen
class Insurance:
    """A borrower's insurance, paid beside each instalment.

    A month's premium is ``base x annual_rate / 12 x share``, rounded half up to the minor unit.

    Args:
        annual_rate: the premium of a year, as a fraction of the base; 0 or more, under 1.
        base: the capital lent, or the capital still owed.
        share: the part of the loan this person is insured for, above 0 and up to 1. The shares of
            all the persons cover the loan: 1 or more in all.

    Raises:
        LoanFaults: a rate or a share out of its range, or not exact.

    >>> Insurance(Decimal("0.0036"), share=Decimal("0.5")).base
    <InsuranceBase.INITIAL: 'initial'>
    """

    annual_rate: Decimal
    base: InsuranceBase = attrs.field(default=InsuranceBase.INITIAL, kw_only=True)
    share: Decimal = attrs.field(default=Decimal(1), kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_rate(found, "annual_rate", self.annual_rate)
        check_is(found, "base", self.base, (InsuranceBase,))
        check_share(found, "share", self.share)
        found.raise_if_any(LoanFaults)


class FeeTiming(StrEnum):
    """When a fee is paid."""

    UPFRONT = "upfront"
    """The day the money is lent: it lowers what is received."""
    MONTHLY = "monthly"
    """With every instalment."""
    YEARLY_BY_TWELFTHS = "yearly_by_twelfths"
    """An amount a year, a twelfth of it (half up) with every instalment."""
    AT_END = "at_end"
    """With the last instalment, also when the loan is repaid early."""


@attrs.frozen
class Fee:
    """A cost of the loan beside interest and insurance.

    Args:
        amount: above zero, in the currency of the loan.
        when: when it is paid.
        label: what it is called on screen: one line, at most 200 characters.

    Raises:
        LoanFaults: the amount is not above zero, or the label is not such a text.
    """

    amount: Money
    when: FeeTiming = attrs.field(default=FeeTiming.UPFRONT, kw_only=True)
    label: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_amount(found, "amount", self.amount)
        check_is(found, "when", self.when, (FeeTiming,))
        check_label(found, "label", self.label, most=MAX_LABEL)
        found.raise_if_any(LoanFaults)


@attrs.frozen
class RateChange:
    """A new annual rate, from an instalment on; the instalment is computed again over what remains.

    Args:
        from_instalment: the number of the first instalment whose interest is at the new rate; 2 or
            more.
        annual_rate: the new rate, a fraction a year.

    Raises:
        LoanFaults: the rate is out of its range, or the number is not one of an instalment.
    """

    from_instalment: int
    annual_rate: Decimal

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_whole(
            found, "from_instalment", self.from_instalment, example=61, least=2, most=MAX_MONTHS
        )
        check_rate(found, "annual_rate", self.annual_rate)
        found.raise_if_any(LoanFaults)


# One converter a type: mypy does not infer the type of a field from a generic one.
def _insurances(values: Iterable[Insurance]) -> tuple[Insurance, ...]:
    return kept(values)


def _fees(values: Iterable[Fee]) -> tuple[Fee, ...]:
    return kept(values)


def _rate_changes(values: Iterable[RateChange]) -> tuple[RateChange, ...]:
    return kept(values)


@attrs.frozen
class Loan:
    """A loan repaid by monthly instalments: all its terms, checked.

    Args:
        principal: the capital lent, above zero.
        annual_rate: the nominal rate a year as a fraction, 0 or more and under 1, at most ten
            decimals; a month bears a twelfth of it.
        months: the number of instalments, a deferral counted, 1 to 600.
        first_due: the day of the first instalment. The next ones fall on the same day of the
            following months, or on their last day: 31 January, 28 February, 31 March.
        kind: `annuity`, `interest_only`, `constant_principal` or `balloon`.
        deferral: `partial` or `total`, for some of the first months.
        insurance: one for each person insured.
        fees: costs beside interest and insurance.
        rate_changes: in the order of their instalments.
        first_period_days: the real number of days from the loan to the first instalment. A month
            is counted when it is left out; otherwise each day more (or less) than the month before
            the first instalment bears a 365th of a year's interest, paid within the instalments.

    Raises:
        LoanFaults: every fault of the terms, each with its path.

    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> loan.start, loan.due(5), loan.due(300)
    (datetime.date(2025, 9, 1), datetime.date(2026, 2, 1), datetime.date(2050, 9, 1))
    >>> Loan(money("215000", "EUR"), Decimal("5"), 0, date(2025, 10, 1))
    Traceback (most recent call last):
        ...
    wealth_core.errors.LoanFaults: annual_rate: 5 looks like a percentage: write 0.05 for 5 %
    months: 0 is not between 1 and 600
    """

    principal: Money
    annual_rate: Decimal
    months: int
    first_due: date
    kind: Kind = attrs.field(default=annuity, kw_only=True)
    deferral: Deferral | None = attrs.field(default=None, kw_only=True)
    insurance: tuple[Insurance, ...] = attrs.field(default=(), kw_only=True, converter=_insurances)
    fees: tuple[Fee, ...] = attrs.field(default=(), kw_only=True, converter=_fees)
    rate_changes: tuple[RateChange, ...] = attrs.field(
        default=(), kw_only=True, converter=_rate_changes
    )
    first_period_days: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        principal_ok = check_amount(found, "principal", self.principal)
        check_rate(found, "annual_rate", self.annual_rate)
        months_ok = check_whole(found, "months", self.months, example=300, least=1, most=MAX_MONTHS)
        if check_date(found, "first_due", self.first_due) and months_ok:
            self._check_calendar(found)
        if self.first_period_days is not None:
            check_whole(
                found,
                "first_period_days",
                self.first_period_days,
                example=34,
                least=1,
                most=MAX_FIRST_PERIOD_DAYS,
            )
        kind_ok = check_is(
            found, "kind", self.kind, (Annuity, InterestOnly, ConstantPrincipal, Balloon)
        )
        if kind_ok and isinstance(self.kind, Balloon):
            self._check_balloon(found, self.kind, principal_ok=principal_ok, months_ok=months_ok)
        if self.deferral is not None and check_is(found, "deferral", self.deferral, (Deferral,)):
            self._check_deferral(found, self.deferral, months_ok=months_ok)
        self._check_insurance(found)
        self._check_fees(found, principal_ok=principal_ok)
        self._check_rate_changes(found, months_ok=months_ok)
        found.raise_if_any(LoanFaults)

    def _check_calendar(self, found: FaultList) -> None:
        last_year = self.first_due.year + self.months // 12 + 1
        found.check(
            self.first_due.year > FIRST_YEAR and last_year <= LAST_YEAR,
            _faults.DATE_OUT_OF_RANGE,
            "first_due",
            given=self.first_due.isoformat(),
            least=FIRST_YEAR,
            most=LAST_YEAR,
        )

    def _check_balloon(
        self, found: FaultList, kind: Balloon, *, principal_ok: bool, months_ok: bool
    ) -> None:
        if kind.amount is not None and principal_ok:
            code = self.principal.currency.code
            if check_amount(found, "kind.amount", kind.amount, currency=code):
                found.check(
                    kind.amount.amount < self.principal.amount,
                    _faults.BALLOON_TOO_LARGE,
                    "kind.amount",
                    given=f"{kind.amount.amount} {code}",
                    principal=f"{self.principal.amount} {code}",
                )
        if kind.amortised_over is not None and months_ok:
            found.check(
                kind.amortised_over > self.months,
                _faults.BALLOON_TOO_SHORT,
                "kind.amortised_over",
                given=kind.amortised_over,
                months=self.months,
            )

    def _check_deferral(self, found: FaultList, deferral: Deferral, *, months_ok: bool) -> None:
        if months_ok:
            found.check(
                deferral.months < self.months,
                _faults.DEFERRAL_TOO_LONG,
                "deferral.months",
                given=deferral.months,
                months=self.months,
            )
        found.check(
            not isinstance(self.kind, InterestOnly) or deferral.type is DeferralType.TOTAL,
            _faults.DEFERRAL_POINTLESS,
            "deferral",
        )

    def _check_insurance(self, found: FaultList) -> None:
        if check_are(found, "insurance", self.insurance, Insurance, most=MAX_INSURANCES):
            covered = reduce(EXACT_CONTEXT.add, (each.share for each in self.insurance), Decimal(0))
            found.check(
                not self.insurance or covered >= 1,
                _faults.SHARES_UNDER_ONE,
                "insurance",
                given=covered,
            )

    def _check_fees(self, found: FaultList, *, principal_ok: bool) -> None:
        if check_are(found, "fees", self.fees, Fee, most=MAX_FEES) and principal_ok:
            for place, fee in enumerate(self.fees):
                check_amount(found, f"fees[{place}].amount", fee.amount, currency=self.currency)

    def _check_rate_changes(self, found: FaultList, *, months_ok: bool) -> None:
        if not check_are(found, "rate_changes", self.rate_changes, RateChange, most=MAX_MONTHS):
            return
        previous = 0
        for place, change in enumerate(self.rate_changes):
            path = f"rate_changes[{place}].from_instalment"
            number = change.from_instalment
            if months_ok:
                found.check(
                    number <= self.months,
                    _faults.RATE_CHANGE_OUT_OF_RANGE,
                    path,
                    given=number,
                    months=self.months,
                )
            found.check(
                number > previous,
                _faults.RATE_CHANGES_OUT_OF_ORDER,
                path,
                given=number,
                previous=previous,
            )
            previous = max(previous, number)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the principal."""
        return self.principal.currency.code

    @property
    def start(self) -> date:
        """The day the money is lent, a month or `first_period_days` before the first instalment."""
        if self.first_period_days is None:
            return add_months(self.first_due, -1)
        return self.first_due - timedelta(days=self.first_period_days)

    @property
    def extra_days(self) -> int:
        """The days of the first period beyond a month; negative when it is shorter."""
        if self.first_period_days is None:
            return 0
        return self.first_period_days - (self.first_due - add_months(self.first_due, -1)).days

    def due(self, number: int) -> date:
        """The day of an instalment, the first being number 1."""
        return add_months(self.first_due, number - 1)
