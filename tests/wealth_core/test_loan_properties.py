"""What holds for every loan, whatever its kind, deferral, repayments and rounding."""

from datetime import date, timedelta
from decimal import Context, Decimal, FloatOperation, Inexact, Rounded, localcontext

import attrs
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from shared_kernel import from_minor, money, to_minor
from wealth_core.errors import AprUndefined, LoanFaults
from wealth_core.loans import (
    CENT,
    EXACT,
    LEVEL,
    Fee,
    FeeTiming,
    Insurance,
    Loan,
    Rounding,
    _minor,
    apr,
    balance_on,
    constant_principal,
    instalments_paid,
    loan_from_json,
    loan_to_json,
    schedule,
)
from wealth_core.loans._minor import half_up, interest_minor, period_rate
from wealth_core.loans._table import FINE, Run, plain_table
from wealth_core.testing import loans, rates, repayments_of, simple_loans

roundings = st.sampled_from(Rounding)
# A machine that runs other things at once may take its time over an example.
unhurried = settings(deadline=None)


@unhurried
@given(st.data(), loans(), roundings)
def test_the_principal_parts_add_up_and_no_balance_is_negative(
    data: st.DataObject, loan: Loan, rounding: Rounding
) -> None:
    """The principal parts are the loan to the unit, balances follow them and end at zero."""
    repayments = data.draw(repayments_of(loan, rounding=rounding))
    table = schedule(loan, rounding=rounding, repayments=repayments)
    principal = to_minor(loan.principal)
    assert sum(table.principal_column) == principal
    assert min(table.balance_column) >= 0
    assert table.balance_column[-1] == 0
    assert len(table) <= loan.months
    owed = principal
    for part, balance in zip(table.principal_column, table.balance_column, strict=True):
        owed -= part
        assert owed == balance


@unhurried
@given(st.data(), loans(), roundings)
def test_an_instalment_is_interest_and_principal(
    data: st.DataObject, loan: Loan, rounding: Rounding
) -> None:
    """In each row the instalment is interest and principal, and the total all that is paid."""
    repayments = data.draw(repayments_of(loan, rounding=rounding))
    table = schedule(loan, rounding=rounding, repayments=repayments)
    for row in table:
        assert row.instalment == row.interest + row.principal
        assert row.total == row.instalment + row.insurance + row.fees
    rows = table.rows
    if rows:
        assert sum((row.interest for row in rows[1:]), rows[0].interest) == table.total_interest


@unhurried
@given(st.data(), loans(costs=False))
def test_a_bank_table_never_asks_for_more_than_is_owed(data: st.DataObject, loan: Loan) -> None:
    """Under CENT each interest is half up of the balance; no instalment is above the debt."""
    repayments = data.draw(repayments_of(loan))
    table = schedule(loan, repayments=repayments)
    changes = {change.from_instalment: change.annual_rate for change in loan.rate_changes}
    rate = period_rate(loan.annual_rate)
    before = to_minor(loan.principal)
    for row, interest, instalment in zip(
        table, table.interest_column, table.instalment_column, strict=True
    ):
        if row.number in changes:
            rate = period_rate(changes[row.number])
        assert 0 <= instalment <= before + interest
        if row.number > 1 or loan.first_period_days is None:
            assert interest == interest_minor(before, *rate)
        before = table.balance_column[row.number - 1]


@unhurried
@given(loans(costs=False))
def test_what_is_shown_of_an_exact_table_is_close_to_it(loan: Loan) -> None:
    """EXACT rounds what is shown alone: the balances to the nearest, what follows within a unit."""
    table = schedule(loan, rounding=EXACT)
    unrounded = Run(loan, to_minor(loan.principal), scale=FINE, level=False, repayments={}).table()
    interests = unrounded.interest(to_minor(loan.principal))
    for place, balance in enumerate(unrounded.balances):
        assert abs(table.balance_column[place] * FINE - balance) <= FINE // 2 + 10**15
        assert abs(table.interest_column[place] * FINE - interests[place]) < FINE
        off = abs(table.instalment_column[place] * FINE - unrounded.instalments[place])
        assert off <= 3 * FINE // 2 + 10**15
        if interests[place] == 0:
            assert table.interest_column[place] == 0


@unhurried
@given(simple_loans(max_months=360), st.booleans())
def test_the_fast_way_gives_the_figures_of_the_general_one(loan: Loan, level: bool) -> None:
    """An annuity without options has a faster way to the same table, column by column."""
    principal = to_minor(loan.principal)
    for scale in (1, FINE):
        fast = plain_table(loan, principal, scale=scale, level=level)
        slow = Run(loan, principal, scale=scale, level=level, repayments={}).table()
        assert fast == slow


@unhurried
@given(simple_loans())
def test_the_quoted_instalment_repays_the_loan(loan: Loan) -> None:
    """The instalment is the annuity to half a unit: discounted, it is worth the principal."""
    table = schedule(loan)
    p, q = period_rate(loan.annual_rate)
    worth_of_one = sum(
        Decimal(q) ** month / Decimal(q + p) ** month for month in range(1, loan.months + 1)
    )
    exact = Decimal(to_minor(loan.principal)) / worth_of_one
    assert abs(to_minor(table.instalment) - exact) <= Decimal("0.5000001")


@unhurried
@given(st.data(), loans(), roundings)
def test_a_balance_at_a_date_is_the_one_of_the_table(
    data: st.DataObject, loan: Loan, rounding: Rounding
) -> None:
    """A balance is that of the last row due by that day: the principal before, zero after."""
    repayments = data.draw(repayments_of(loan, rounding=rounding))
    table = schedule(loan, rounding=rounding, repayments=repayments)
    days = (table.last_due - loan.start).days
    on = loan.start + timedelta(days=data.draw(st.integers(0, days + 400)))
    paid = [row for row in table if row.due <= on]
    expected = paid[-1].balance if paid else loan.principal
    assert balance_on(loan, on, rounding=rounding, repayments=repayments) == expected
    assert instalments_paid(loan, on) >= len(paid)


@unhurried
@given(loans())
def test_level_repeats_the_quoted_instalment(loan: Loan) -> None:
    """LEVEL pays what CENT pays, but for the end; a constant capital is shared to the unit."""
    bank, level = schedule(loan), schedule(loan, rounding=LEVEL)
    assert len(level) == loan.months
    if loan.kind == constant_principal:
        parts = level.principal_column[loan.deferral.months if loan.deferral else 0 :]
        assert max(parts) - min(parts) <= 1
        return
    kept = len(bank) - 1
    assert level.instalment_column[:kept] == bank.instalment_column[:kept]
    assert level.balance_column[:kept] == bank.balance_column[:kept]
    assert level.instalment == bank.instalment


@unhurried
@given(loans(max_months=48), rates(most="0.02"), st.integers(1, 10**4), st.sampled_from(FeeTiming))
def test_more_insurance_or_fees_never_lowers_the_apr(
    loan: Loan, rate: Decimal, fee: int, when: FeeTiming
) -> None:
    """Each cost added to a loan leaves its annual percentage rate where it was, or higher."""
    insured = attrs.evolve(loan, insurance=(*loan.insurance, Insurance(rate)))
    charged = attrs.evolve(loan, fees=(*loan.fees, Fee(from_minor(fee, loan.currency), when=when)))
    try:
        plain = apr(loan)
        with_insurance = apr(insured)
        with_fee = apr(charged)
    except AprUndefined:
        reject()
    assert with_insurance >= plain
    assert with_fee >= plain


@unhurried
@given(loans(), roundings)
def test_the_context_of_the_caller_changes_nothing(loan: Loan, rounding: Rounding) -> None:
    """Every figure is exact under a decimal context of two digits that traps what it can."""

    def figures() -> tuple[object, ...]:
        again = loan_from_json(loan_to_json(loan))
        table = schedule(again, rounding=rounding)
        try:
            rate = str(apr(again, rounding=rounding))
        except AprUndefined as error:
            rate = str(error)
        return table.rows, table.instalment, table.total_fees, rate

    try:
        expected = figures()
    except LoanFaults:
        reject()
    traps = [Inexact, Rounded, FloatOperation]
    with localcontext(Context(prec=2, Emin=-2, Emax=2, traps=traps)):
        assert figures() == expected


@unhurried
@given(loans())
def test_a_document_gives_the_loan_back(loan: Loan) -> None:
    """A loan written as JSON and read again is the same loan, and the same text."""
    text = loan_to_json(loan)
    again = loan_from_json(text)
    assert again == loan
    assert loan_to_json(again) == text


@unhurried
@given(st.integers(0, 10**20), st.integers(1, 10**20))
def test_half_up_is_the_nearest_and_goes_up_at_a_tie(numerator: int, denominator: int) -> None:
    """The one division of the loans is exact: never more than half away, up at exactly half."""
    rounded = half_up(numerator, denominator)
    assert -denominator < 2 * (numerator - rounded * denominator) < denominator or (
        2 * (rounded * denominator - numerator) == denominator
    )


@pytest.mark.parametrize("rounding", [CENT, EXACT, LEVEL])
def test_due_dates_come_back_to_their_day(rounding: Rounding) -> None:
    """A loan due on the 31st is due on the last day of shorter months, and on the 31st again."""
    loan = Loan(from_minor(10**6, "EUR"), Decimal("0.03"), 14, date(2024, 1, 31))
    dues = [row.due for row in schedule(loan, rounding=rounding)]
    assert dues[:5] == [
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 30),
        date(2024, 5, 31),
    ]
    assert dues[13] == date(2025, 2, 28)
    assert dues == [loan.due(number) for number in range(1, 15)]


@given(
    st.integers(1, 10**13),
    st.integers(0, 999_999_999),
    st.integers(1, 600),
)
@example(principal=200, rate=30_000_000, months=1)  # 200.50: half-way between two units
@example(principal=1, rate=0, months=2)
def test_the_quick_instalment_is_the_exact_one(principal: int, rate: int, months: int) -> None:
    """The instalment told by floats is the one whole numbers tell, ties included."""
    numerator, denominator = _minor.period_rate(Decimal(rate) / 10**9)
    loan = principal, numerator, denominator, months
    assert _minor.quoted_instalment_minor(*loan) == _minor.exact_instalment_minor(*loan)


def test_rows_compare_by_what_they_say() -> None:
    """Two rows with the same figures are equal, whichever schedule made them; else they differ."""
    loan = Loan(money("1200", "EUR"), Decimal("0.05"), 4, date(2026, 1, 31))
    one, other = schedule(loan), schedule(loan)
    assert one[0] == other[0]
    assert (one[0] != other[0]) is False
    assert one[0] != other[1]
    assert hash(one[0]) == hash(other[0])
