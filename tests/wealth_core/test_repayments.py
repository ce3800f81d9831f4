"""Early repayments: what they leave, what they cost, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from shared_kernel import Money, money
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    CENT,
    EXACT,
    LEVEL,
    Fee,
    FeeTiming,
    Keep,
    Loan,
    RateChange,
    Repayment,
    Rounding,
    balance_on,
    balloon,
    constant_principal,
    interest_only,
    partial,
    schedule,
    total_cost,
)

LOAN = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))


def euros(amount: str) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


def test_keeping_the_term_lowers_the_instalment() -> None:
    """A repayment that keeps the term leaves the instalments of a loan of what is left."""
    table = schedule(LOAN, repayments=[Repayment(60, euros("50000"))])
    left = table[59].balance
    assert len(table) == 300
    assert left == schedule(LOAN)[59].balance - euros("50000")
    fresh = Loan(left, LOAN.annual_rate, 240, date(2030, 10, 1))
    assert table[60].instalment == schedule(fresh).instalment
    assert [row.balance for row in table[60:]] == [row.balance for row in schedule(fresh)]


def test_keeping_the_instalment_ends_earlier() -> None:
    """A repayment that keeps the instalment leaves it unchanged; the last one is the rest."""
    for rounding in Rounding:
        table = schedule(
            LOAN,
            rounding=rounding,
            repayments=[Repayment(60, euros("50000"), keep=Keep.INSTALMENT)],
        )
        assert len(table) == 218
        if rounding is not EXACT:
            assert {row.instalment for row in table[60:-1]} == {euros("1059.12")}
        assert euros("0") < table[-1].instalment < euros("1059.12")


def test_the_row_holds_the_repayment_and_the_indemnity() -> None:
    """A repayment is in the instalment and the principal of its row; its indemnity in the fees."""
    plain = schedule(LOAN)[59]
    row = schedule(LOAN, repayments=[Repayment(date(2030, 9, 1), euros("50000"))])[59]
    assert row.instalment == plain.instalment + euros("50000")
    assert row.principal == plain.principal + euros("50000")
    assert row.interest == plain.interest
    assert row.fees == euros("837.50")  # six months of 3.35 % on 50,000
    free = schedule(LOAN, repayments=[Repayment(60, euros("50000"), indemnity=False)])[59]
    assert free.fees == euros("0")


def test_the_indemnity_is_at_most_three_percent_of_what_is_owed() -> None:
    """At 8 % six months' interest on all the capital is more than 3 % of it: 3 % it is."""
    dear = attrs.evolve(LOAN, annual_rate=Decimal("0.08"))
    owed = schedule(dear)[11].balance
    table = schedule(dear, repayments=[Repayment(12)])
    assert table.total_fees == euros(str(round(owed.amount * Decimal("0.03"), 2)))
    assert len(table) == 12
    assert table[-1].balance == euros("0")


def test_a_whole_repayment_ends_the_loan_under_every_rounding() -> None:
    """Repaying all, or exactly what is shown as owed, ends the loan that day with its exit fee."""
    loan = attrs.evolve(LOAN, fees=[Fee(euros("100"), when=FeeTiming.AT_END)])
    for rounding in (CENT, EXACT, LEVEL):
        owed = schedule(loan, rounding=rounding)[59].balance
        for amount in (None, owed):
            table = schedule(loan, rounding=rounding, repayments=[Repayment(60, amount)])
            assert len(table) == 60
            assert table[-1].balance == euros("0")
            assert table[-1].fees > euros("100")
            assert table.last_due == date(2030, 9, 1)


def test_a_balance_after_the_loan_was_repaid_is_zero() -> None:
    """Nothing is owed once a repayment has ended the loan."""
    gone = [Repayment(60)]
    assert balance_on(LOAN, date(2030, 8, 31), repayments=gone) > euros("0")
    assert balance_on(LOAN, date(2030, 9, 1), repayments=gone) == euros("0")
    assert balance_on(LOAN, date(2049, 1, 1), repayments=gone) == euros("0")


def test_repaying_early_costs_less() -> None:
    """Interest saved is more than the indemnity, here."""
    assert total_cost(LOAN, repayments=[Repayment(12)]) < total_cost(LOAN)


def test_a_rate_change_after_a_shortened_term_keeps_the_new_end() -> None:
    """The instalment of a rate change is computed over the term that a repayment had shortened."""
    loan = attrs.evolve(LOAN, rate_changes=[RateChange(121, Decimal("0.02"))])
    table = schedule(loan, repayments=[Repayment(60, euros("50000"), keep=Keep.INSTALMENT)])
    assert len(table) == 218
    assert table[120].instalment < euros("1059.12")
    assert len({row.instalment for row in table[120:-1]}) == 1


def test_several_repayments_follow_each_other() -> None:
    """A later repayment starts from what an earlier one left, in either order of writing."""
    one, two = Repayment(12, euros("10000")), Repayment(24, keep=Keep.TERM)
    table = schedule(LOAN, repayments=[two, one])
    assert len(table) == 24
    assert table[11].principal > euros("10000")
    assert table[23].balance == euros("0")


def test_a_constant_capital_is_shared_again_or_kept() -> None:
    """Keeping the term shares what is left; keeping the instalment keeps the part of capital."""
    loan = Loan(euros("120000"), Decimal("0.03"), 120, date(2025, 1, 5), kind=constant_principal)
    term = schedule(loan, repayments=[Repayment(20, euros("50000"))])
    assert term[20].principal == euros("500.00")
    assert len(term) == 120
    kept = schedule(loan, repayments=[Repayment(20, euros("50000"), keep=Keep.INSTALMENT)])
    assert kept[20].principal == euros("1000.00")
    assert len(kept) == 70


def test_a_balloon_shrinks_first() -> None:
    """Keeping the instalment of a balloon loan lowers the balloon, then the term."""
    loan = Loan(
        euros("100000"), Decimal("0.04"), 60, date(2025, 1, 5), kind=balloon(euros("40000"))
    )
    kept = schedule(loan, repayments=[Repayment(12, euros("10000"), keep=Keep.INSTALMENT)])
    assert len(kept) == 60
    assert {row.instalment for row in kept[12:59]} == {kept.instalment}
    assert kept[-1].principal < euros("31000")
    far = schedule(loan, repayments=[Repayment(12, euros("70000"), keep=Keep.INSTALMENT)])
    assert len(far) < 60
    term = schedule(loan, repayments=[Repayment(12, euros("10000"))])
    assert len(term) == 60
    assert term[13].instalment < kept.instalment
    low = schedule(loan, repayments=[Repayment(12, euros("70000"))])
    assert low[13].principal == euros("0")  # all that is left is the balloon


def test_repaying_an_interest_only_loan_lowers_its_interest() -> None:
    """The interest after a repayment is on what is left."""
    loan = Loan(euros("100000"), Decimal("0.06"), 24, date(2025, 1, 5), kind=interest_only)
    table = schedule(loan, repayments=[Repayment(12, euros("40000"))])
    assert table[11].interest == euros("500.00")
    assert table[12].interest == euros("300.00")
    assert table[-1].principal == euros("60000")


REFUSED = {
    "not a due date": (Repayment(date(2026, 1, 2), euros("5")), "on", "2026-01-01 and 2026-02-01"),
    "before the first": (Repayment(date(2025, 9, 1), euros("5")), "on", "2025-10-01"),
    "after the last": (Repayment(date(2060, 9, 1), euros("5")), "on", "2050-09-01"),
    "an instalment too far": (Repayment(301, euros("5")), "on", "from 1 to 300"),
    "above the balance": (
        Repayment(3, euros("213619.43")),
        "amount",
        "at most 213619.42 EUR with instalment 3",
    ),
    "the last instalment": (Repayment(300, euros("5")), "on", "nothing is owed"),
    "another currency": (Repayment(3, money(5, "XOF")), "amount", "write it in EUR"),
}


@pytest.mark.parametrize(("repayment", "field", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_repayments_that_cannot_be(repayment: Repayment, field: str, fix: str) -> None:
    """A repayment off its due date or above what is owed is refused, and what could be is named."""
    with pytest.raises(LoanFaults) as refused:
        schedule(LOAN, repayments=[Repayment(1, euros("1")), repayment][1:])
    assert [fault.path for fault in refused.value.faults] == [f"repayments[0].{field}"]
    assert fix in refused.value.faults[0].message


def test_repayments_come_in_any_collection() -> None:
    """A list, a tuple or what gives them one by one is the same; a repayment alone is refused."""
    one = Repayment(3, euros("5"))
    expected = schedule(LOAN, repayments=[one]).rows
    assert schedule(LOAN, repayments=(one,)).rows == expected
    gives_one: Any = (each for each in [one])
    assert schedule(LOAN, repayments=gives_one).rows == expected
    alone: Any = one
    with pytest.raises(LoanFaults, match=r"repayments: .* give a list of Repayment"):
        schedule(LOAN, repayments=alone)


def test_two_repayments_on_a_day_are_refused() -> None:
    """By its day or its number, an instalment has one repayment."""
    both = [Repayment(3, euros("5")), Repayment(date(2025, 12, 1), euros("5"))]
    with pytest.raises(LoanFaults, match=r"repayments\[1\].on: instalment 3 already"):
        schedule(LOAN, repayments=both)


def test_a_repayment_after_the_end_is_refused() -> None:
    """Once a repayment has ended the loan, a later one has nothing to repay."""
    with pytest.raises(LoanFaults, match=r"repayments\[1\].on: nothing is owed any more after ins"):
        schedule(LOAN, repayments=[Repayment(12), Repayment(24, euros("5"))])


def test_there_is_no_instalment_to_keep() -> None:
    """During a deferral, and for an interest-only loan, keeping the instalment means nothing."""
    kept = [Repayment(3, euros("5"), keep=Keep.INSTALMENT)]
    for loan in (
        attrs.evolve(LOAN, deferral=partial(6)),
        attrs.evolve(LOAN, kind=interest_only),
    ):
        with pytest.raises(LoanFaults, match=r"repayments\[0\].keep: no level instalment"):
            schedule(loan, repayments=kept)
    deferred = attrs.evolve(LOAN, deferral=partial(6))
    for number, is_paid in ((6, False), (7, True)):
        last = [Repayment(number, euros("5"), keep=Keep.INSTALMENT)]
        if is_paid:
            assert schedule(deferred, repayments=last)[6].instalment > euros("5")
            continue
        with pytest.raises(LoanFaults, match="no level instalment is paid at instalment 6"):
            schedule(deferred, repayments=last)
    assert schedule(deferred, repayments=[Repayment(3, euros("15000"))])[2].balance == euros(
        "200000"
    )
