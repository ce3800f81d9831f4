"""Strategies for loans: every kind, deferral, insurance, fee, rate change and repayment."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-wealth", "testing") from error

from shared_kernel import Money, from_minor, to_minor
from shared_kernel.texts import is_one_line
from wealth_core.loans import (
    CENT,
    Balloon,
    Deferral,
    DeferralType,
    Fee,
    FeeTiming,
    Flow,
    Insurance,
    InsuranceBase,
    InterestOnly,
    Keep,
    Kind,
    Loan,
    LoanPlan,
    RateChange,
    Repayment,
    Rounding,
    annuity,
    constant_principal,
    interest_only,
    schedule,
)

CURRENCIES = ("EUR", "USD", "XOF", "TND")
"""Two decimals, none, and three."""


def _rate(ten_millionths: int, places: int) -> Decimal:
    return round(Decimal(ten_millionths).scaleb(-7), places)


def rates(*, most: str = "0.25") -> st.SearchStrategy[Decimal]:
    """Annual rates from 0 to `most`, with four to seven decimals."""
    return st.builds(
        _rate,
        st.integers(0, int(Decimal(most).scaleb(7))),
        st.sampled_from((4, 6, 7)),
    )


def _amounts(currency: str, *, most: int = 10**9) -> st.SearchStrategy[Money]:
    # Amounts of a few units are where rounding bites, so that they are drawn as often.
    return (st.integers(1, 2_000) | st.integers(1, most)).map(
        lambda minor: from_minor(minor, currency)
    )


def _days() -> st.SearchStrategy[date]:
    return st.dates(date(1990, 1, 1), date(2060, 12, 31)) | st.builds(
        date, st.integers(1990, 2060), st.sampled_from((1, 3, 5, 7, 8, 10, 12)), st.just(31)
    )


def simple_loans(*, max_months: int = 120) -> st.SearchStrategy[Loan]:
    """Annuities without any option: principal, rate, months and first day."""
    return st.sampled_from(CURRENCIES).flatmap(
        lambda currency: st.builds(
            Loan, _amounts(currency), rates(), st.integers(1, max_months), _days()
        )
    )


@st.composite
def loans(draw: st.DrawFn, *, max_months: int = 72, costs: bool = True) -> Loan:
    """Loans of every kind, with any of their options.

    Args:
        draw: given by Hypothesis.
        max_months: the longest one.
        costs: whether they may have insurance and fees.
    """
    currency = draw(st.sampled_from(CURRENCIES))
    principal = draw(_amounts(currency))
    months = draw(st.integers(1, max_months))
    kind = draw(_kinds(to_minor(principal), currency, months))
    return Loan(
        principal,
        draw(rates()),
        months,
        draw(_days()),
        kind=kind,
        deferral=draw(_deferrals(kind, months)),
        insurance=draw(_insurances()) if costs else (),
        fees=draw(st.lists(_fees(currency), max_size=3)) if costs else (),
        rate_changes=draw(_rate_changes(months)),
        first_period_days=draw(st.none() | st.integers(1, 70)),
    )


@st.composite
def repayments_of(
    draw: st.DrawFn, loan: Loan, *, rounding: Rounding = CENT, most: int = 3
) -> Sequence[Repayment]:
    """Early repayments that a loan allows under a rounding, in the order of their days."""
    made: list[Repayment] = []
    after = 0
    for _ in range(draw(st.integers(0, most))):
        table = schedule(loan, rounding=rounding, repayments=made)
        owed = [place for place in range(after, len(table)) if table.balance_column[place] > 0]
        if not owed:
            break
        place = draw(st.sampled_from(owed))
        after = place + 1
        deferred = loan.deferral is not None and place < loan.deferral.months
        level = not deferred and not isinstance(loan.kind, InterestOnly)
        amount = draw(st.none() | st.integers(1, table.balance_column[place]))
        made.append(
            Repayment(
                table.dues[place] if draw(st.booleans()) else place + 1,
                None if amount is None else from_minor(amount, loan.currency),
                keep=draw(st.sampled_from(Keep)) if level else Keep.TERM,
                indemnity=draw(st.booleans()),
            )
        )
    return made


@st.composite
def plans(draw: st.DrawFn, *, max_months: int = 72) -> LoanPlan:
    """Plans: loans of every kind, with the early repayments they allow, in every rounding."""
    loan = draw(loans(max_months=max_months))
    rounding = draw(st.sampled_from(Rounding))
    repayments = draw(repayments_of(loan, rounding=rounding))
    return LoanPlan(loan, repayments=repayments, rounding=rounding)


@st.composite
def flows(draw: st.DrawFn, *, max_payments: int = 40) -> Sequence[Flow]:
    """An amount received, then payments of one or more amounts, at fractions of years."""
    currency = draw(st.sampled_from(CURRENCIES))
    received = draw(st.integers(10**4, 10**8))
    times = draw(
        st.lists(
            st.builds(Fraction, st.integers(30, 10_000), st.sampled_from((365, 366, 52))),
            min_size=1,
            max_size=max_payments,
        )
    )
    # Between a third and three times what was received, so that the rate is one of this world.
    shares = [draw(st.integers(1, 9)) for _ in times]
    paid = draw(st.integers(received // 3, 3 * received))
    return [
        Flow(Fraction(0), from_minor(received, currency)),
        *(
            Flow(time, from_minor(-max(1, paid * share // sum(shares)), currency))
            for time, share in zip(times, shares, strict=True)
        ),
    ]


def _kinds(principal: int, currency: str, months: int) -> st.SearchStrategy[Kind]:
    kinds: list[st.SearchStrategy[Kind]] = [
        st.sampled_from((annuity, interest_only, constant_principal)),
        st.integers(months + 1, 2 * months + 1).map(lambda over: Balloon(amortised_over=over)),
    ]
    if principal > 1:
        kinds.append(
            st.integers(1, principal - 1).map(
                lambda minor: Balloon(amount=from_minor(minor, currency))
            )
        )
    return st.one_of(kinds)


def _deferrals(kind: Kind, months: int) -> st.SearchStrategy[Deferral | None]:
    if months == 1:
        return st.none()
    types = [DeferralType.TOTAL] if isinstance(kind, InterestOnly) else list(DeferralType)
    return st.none() | st.builds(
        Deferral, st.integers(1, min(months - 1, 36)), st.sampled_from(types)
    )


def _insurances() -> st.SearchStrategy[list[Insurance]]:
    half = Decimal("0.5")
    shares = st.sampled_from([[], [Decimal(1)], [half, half], [Decimal(1), Decimal(1)]])
    return shares.flatmap(
        lambda parts: st.tuples(
            *(
                st.builds(
                    Insurance,
                    rates(most="0.02"),
                    base=st.sampled_from(InsuranceBase),
                    share=st.just(part),
                )
                for part in parts
            )
        ).map(list)
    )


def _fees(currency: str) -> st.SearchStrategy[Fee]:
    return st.builds(
        Fee,
        _amounts(currency, most=10**5),
        when=st.sampled_from(FeeTiming),
        label=st.text(max_size=20).filter(is_one_line),
    )


def _rate_changes(months: int) -> st.SearchStrategy[list[RateChange]]:
    if months == 1:
        return st.just([])
    return st.lists(
        st.builds(RateChange, st.integers(2, months), rates()),
        max_size=3,
        unique_by=lambda change: change.from_instalment,
    ).map(lambda changes: sorted(changes, key=lambda change: change.from_instalment))
