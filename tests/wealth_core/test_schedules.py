"""Schedules: each kind of loan, its options, and the sequence they come as."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from shared_kernel import Money, money
from wealth_core.errors import DateBeforeLoan, LoanFaults
from wealth_core.loans import (
    EXACT,
    LEVEL,
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    Loan,
    RateChange,
    apr,
    balance_on,
    balloon,
    constant_principal,
    instalments_paid,
    interest_only,
    partial,
    schedule,
    total,
    total_cost,
)

LOAN = Loan(money("100000", "EUR"), Decimal("0.06"), 120, date(2025, 1, 31))


def euros(amount: str) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


def test_a_partial_deferral_pays_interest_alone() -> None:
    """During a partial deferral the capital waits; then it is repaid over the months left."""
    table = schedule(attrs.evolve(LOAN, deferral=partial(12)))
    assert {row.instalment for row in table[:12]} == {euros("500.00")}
    assert {row.balance for row in table[:12]} == {euros("100000")}
    after = schedule(attrs.evolve(LOAN, months=108))
    assert table.instalment == after.instalment
    assert [row.balance for row in table[12:]] == [row.balance for row in after]


def test_a_total_deferral_adds_the_interest_to_the_capital() -> None:
    """During a total deferral nothing but insurance is paid and the interest is capitalised."""
    insured = attrs.evolve(LOAN, deferral=total(12), insurance=[Insurance(Decimal("0.0036"))])
    table = schedule(insured)
    assert {row.instalment for row in table[:12]} == {euros("0")}
    assert {row.insurance for row in table} == {euros("30.00")}
    assert table[0].principal == euros("-500.00")
    assert table[1].interest == euros("502.50")
    assert table[11].balance == euros("106167.79")
    after = schedule(attrs.evolve(LOAN, principal=euros("106167.79"), months=108))
    assert table.instalment == after.instalment


def test_interest_only_with_a_total_deferral_capitalises_then_pays_interest() -> None:
    """Interest-only and deferred in total: interest is paid on the grown capital."""
    table = schedule(attrs.evolve(LOAN, kind=interest_only, deferral=total(2)))
    assert table[1].balance == euros("101002.50")
    assert table[2].instalment == euros("505.01")
    assert table[-1].principal == euros("101002.50")


def test_an_interest_only_loan_repays_at_the_end() -> None:
    """Interest each month, and the whole capital with the last instalment."""
    table = schedule(attrs.evolve(LOAN, kind=interest_only))
    assert {row.instalment for row in table[:-1]} == {euros("500.00")}
    assert table[-1].instalment == euros("100500.00")
    assert table.instalment == euros("500.00")


def test_a_balloon_of_an_amount_is_left_for_the_last_day() -> None:
    """The last instalment pays the balloon and an instalment, to the cents that rounding left."""
    table = schedule(attrs.evolve(LOAN, kind=balloon(euros("30000"))))
    regular = table.instalment
    assert {row.instalment for row in table[:-1]} == {regular}
    assert abs(table[-1].instalment - regular - euros("30000")) < euros("1")
    level = schedule(attrs.evolve(LOAN, kind=balloon(euros("30000"))), rounding=LEVEL)
    assert level[-1].instalment == regular + euros("30000")


def test_a_balloon_at_zero_percent_is_shared() -> None:
    """At 0 % a balloon by amount or by term leaves its part for the end."""
    free = attrs.evolve(LOAN, annual_rate=Decimal(0))
    by_amount = schedule(attrs.evolve(free, kind=balloon(euros("40000"))))
    assert by_amount.instalment == euros("500.00")
    assert by_amount[-1].instalment == euros("40500.00")
    by_term = schedule(attrs.evolve(free, kind=balloon(amortised_over=200)), rounding=LEVEL)
    assert by_term.instalment == euros("500.00")
    assert by_term[-1].instalment == euros("40500.00")


def test_a_rate_change_computes_the_instalment_over_what_remains() -> None:
    """From its instalment on, interest is at the new rate; the loan still ends on its day."""
    for kind in (LOAN.kind, balloon(euros("30000")), balloon(amortised_over=240)):
        table = schedule(
            attrs.evolve(LOAN, kind=kind, rate_changes=[RateChange(61, Decimal("0.03"))])
        )
        before = table[59].balance
        assert table[60].interest == euros(str(round(before.amount * Decimal("0.0025"), 2)))
        assert table[60].instalment < table[59].instalment
        assert len(table) == 120
    annuity = schedule(attrs.evolve(LOAN, rate_changes=[RateChange(61, Decimal("0.03"))]))
    rest = Loan(annuity[59].balance, Decimal("0.03"), 60, date(2030, 1, 31))
    assert annuity[60].instalment == schedule(rest).instalment


def test_the_first_period_bears_its_real_days() -> None:
    """Days beyond a month add a 365th of a year's interest each; the loan still ends on its day."""
    longer = attrs.evolve(LOAN, first_period_days=41)  # 31 December to 31 January, and ten days
    table = schedule(longer)
    assert table[0].interest == euros("664.38")  # 500 + 100,000 x 6 % x 10 / 365
    assert longer.start == date(2024, 12, 21)
    assert len({row.instalment for row in table[:-1]}) == 1
    assert abs(table[-1].instalment - table.instalment) < euros("1")
    shorter = schedule(attrs.evolve(LOAN, first_period_days=21))
    assert shorter.instalment < schedule(LOAN).instalment < table.instalment
    same = schedule(attrs.evolve(LOAN, first_period_days=31))
    assert [row.balance for row in same] == [row.balance for row in schedule(LOAN)]


def test_several_persons_are_insured_for_their_shares() -> None:
    """Each premium is rounded by itself, on the capital lent or on what is owed."""
    loan = attrs.evolve(
        LOAN,
        insurance=[
            Insurance(Decimal("0.0031"), share=Decimal("0.6")),
            Insurance(Decimal("0.0045"), base=InsuranceBase.OUTSTANDING, share=Decimal("0.5")),
        ],
    )
    table = schedule(loan)
    assert table[0].insurance == euros("15.50") + euros("18.75")
    owed = table[0].balance.amount
    assert table[1].insurance == euros("15.50") + euros(
        str(round(owed * Decimal("0.0045") / 24, 2))
    )
    assert table.total_insurance == sum((row.insurance for row in table[1:]), table[0].insurance)


def test_fees_fall_when_they_are_paid() -> None:
    """Up front beside the table, monthly and by twelfths in every row, at the end in the last."""
    loan = attrs.evolve(
        LOAN,
        fees=[
            Fee(euros("500"), label="dossier"),
            Fee(euros("2"), when=FeeTiming.MONTHLY),
            Fee(euros("100"), when=FeeTiming.YEARLY_BY_TWELFTHS),
            Fee(euros("50"), when=FeeTiming.AT_END),
        ],
    )
    table = schedule(loan)
    assert {row.fees for row in table[:-1]} == {euros("10.33")}
    assert table[-1].fees == euros("60.33")
    assert table.upfront_fees == euros("500")
    assert table.total_fees == euros("1789.60")  # 500 + 120 x 10.33 + 50
    assert total_cost(loan) == total_cost(LOAN) + table.total_fees


def test_interest_without_end_is_refused() -> None:
    """Capitalised for decades at a usurious rate, what is owed is refused before it overflows."""
    endless = Loan(euros("100000000"), Decimal("0.99"), 600, date(2025, 1, 1), deferral=total(599))
    with pytest.raises(LoanFaults, match=r"deferral\.months: by instalment"):
        schedule(endless)


def test_a_schedule_is_a_sequence() -> None:
    """Rows come by number, by slice and in order; equal rows are equal."""
    table = schedule(LOAN)
    assert len(table) == len(table.rows) == 120
    assert table[-1] == table[119] == table.rows[119]
    assert hash(table[0]) == hash(schedule(LOAN)[0])
    assert table[0] != table[1]
    assert table[0] != "a row"
    assert [row.number for row in table[:3]] == [1, 2, 3]
    assert table[2] in table
    with pytest.raises(IndexError, match="120 instalments"):
        table[120]
    assert repr(table[0]) == (
        "Row(1, 2025-01-31, instalment=1110.21, interest=500.00, principal=610.21, "
        "insurance=0.00, fees=0.00, balance=99389.79)"
    )
    assert repr(table) == "<Schedule of 120 instalments, cent, last on 2034-12-31>"


def test_balances_before_during_and_after() -> None:
    """A date before the loan is refused; the first day all is owed; after the end nothing is."""
    assert LOAN.start == date(2024, 12, 31)
    with pytest.raises(DateBeforeLoan, match="2024-12-30 is before the loan, which starts on 2024"):
        balance_on(LOAN, date(2024, 12, 30))
    with pytest.raises(DateBeforeLoan):
        balance_on(LOAN, date.min)
    assert balance_on(LOAN, date(2024, 12, 31)) == euros("100000")
    assert balance_on(LOAN, date(2025, 1, 30)) == euros("100000")
    assert balance_on(LOAN, date(2025, 1, 31)) == euros("99389.79")
    assert balance_on(LOAN, date(2025, 2, 28)) == schedule(LOAN)[1].balance
    assert balance_on(LOAN, date(2034, 12, 30)) > euros("0")
    assert balance_on(LOAN, date(2034, 12, 31)) == euros("0")
    assert balance_on(LOAN, date.max) == euros("0")
    assert balance_on(LOAN, date.max, rounding=EXACT) == euros("0")


def test_instalments_are_counted_by_the_calendar() -> None:
    """The instalment of a day is paid that day; a loan that starts in October has paid three by
    9 December.
    """
    october = Loan(euros("215000"), Decimal("0.0335"), 300, date(2025, 10, 1))
    assert instalments_paid(october, date(2025, 12, 9)) == 3
    assert [instalments_paid(LOAN, day) for day in (date(2025, 2, 27), date(2025, 2, 28))] == [1, 2]
    assert instalments_paid(LOAN, date.max) == 120
    assert instalments_paid(LOAN, LOAN.start) == 0


def test_a_day_is_a_date() -> None:
    """A balance is asked for a day, and a text is refused with the fix."""
    with pytest.raises(LoanFaults, match=r"on: 2025-12-09 is not a date"):
        balance_on(LOAN, "2025-12-09")  # type: ignore[arg-type]  # what is refused is the point


@pytest.mark.parametrize("rounding", ["exact", "LEVEL", None, True])
def test_a_rounding_is_one_of_the_three(rounding: Any) -> None:
    """The text of a rounding, or anything else, is refused instead of being taken for CENT."""
    for ask in (
        lambda: schedule(LOAN, rounding=rounding),
        lambda: balance_on(LOAN, date(2026, 1, 31), rounding=rounding),
        lambda: total_cost(LOAN, rounding=rounding),
        lambda: apr(LOAN, rounding=rounding),
    ):
        with pytest.raises(LoanFaults, match=r"rounding: .* give CENT \| EXACT \| LEVEL"):
            ask()


def test_a_constant_capital_and_a_deferral_and_a_change() -> None:
    """The parts of the capital are those of the months after the deferral, whatever the rate."""
    table = schedule(
        attrs.evolve(
            LOAN,
            kind=constant_principal,
            deferral=partial(20),
            rate_changes=[RateChange(50, Decimal("0.03"))],
        )
    )
    assert {row.principal for row in table[20:]} == {euros("1000.00")}
    assert table[49].interest == euros("177.50")  # 71,000 x 3 % / 12
