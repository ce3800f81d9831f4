"""Plans: a loan, its early repayments and its rounding, which can always be computed together."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from shared_kernel import money
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    CENT,
    EXACT,
    Keep,
    Loan,
    LoanPlan,
    Repayment,
    balance_on,
    schedule,
    total,
)

LOAN = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
DAY = date(2025, 12, 9)


def test_a_loan_alone_is_the_banks_table() -> None:
    """Without anything else a plan has no repayment and is read to the cent."""
    plan = LoanPlan(LOAN)
    assert (plan.repayments, plan.rounding) == ((), CENT)
    assert plan.balance_on(DAY) == money("213619.42", "EUR")


def test_the_figures_are_those_of_its_parts() -> None:
    """The table and the balance count the repayments, in the rounding of the plan."""
    repayments = [Repayment(date(2025, 12, 1), money("13619.41", "EUR"), keep=Keep.INSTALMENT)]
    plan = LoanPlan(LOAN, repayments=repayments, rounding=EXACT)
    parts = schedule(LOAN, rounding=EXACT, repayments=repayments)
    assert plan.schedule().rows == parts.rows
    assert len(parts) < 300
    owed = balance_on(LOAN, DAY, rounding=EXACT, repayments=repayments)
    assert plan.balance_on(DAY) == owed == money("200000.00", "EUR")


def test_plans_compare_by_what_they_hold() -> None:
    """A list of repayments becomes a tuple: equal plans are equal and hash alike."""
    one = LoanPlan(LOAN, repayments=[Repayment(12)])
    assert one == LoanPlan(LOAN, repayments=(Repayment(12),))
    assert hash(one) == hash(attrs.evolve(one))
    assert one != LoanPlan(LOAN)


def test_the_rounding_decides_what_is_owed() -> None:
    """A cent more than the exact table owes is refused there and taken in the bank's table."""
    whole = [Repayment(3, money("213619.42", "EUR"))]
    assert LoanPlan(LOAN, repayments=whole).balance_on(DAY) == money("0", "EUR")
    with pytest.raises(LoanFaults, match=r"repay at most 213619\.41 EUR"):
        LoanPlan(LOAN, repayments=whole, rounding=EXACT)


ENDLESS = Loan(money("215000", "EUR"), Decimal("0.99"), 600, date(2025, 10, 1), deferral=total(599))
BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no loan": ({"loan": None}, ["loan"]),
    "a rounding as a text": ({"rounding": "exact"}, ["rounding"]),
    "no loan and no rounding": ({"loan": "x", "rounding": None}, ["loan", "rounding"]),
    "repayments that are none": ({"repayments": 5}, ["repayments"]),
    "an amount for a repayment": (
        {"repayments": [Repayment(1), money("5", "EUR")]},
        ["repayments[1]"],
    ),
    "days that are not due, and a rounding": (
        {"repayments": [Repayment(DAY), Repayment(301)], "rounding": "cent"},
        ["repayments[0].on", "repayments[1].on", "rounding"],
    ),
    "twice on a day": (
        {"repayments": [Repayment(3), Repayment(date(2025, 12, 1))]},
        ["repayments[1].on"],
    ),
    "more than is owed": (
        {"repayments": [Repayment(3, money("215000", "EUR"))]},
        ["repayments[0].amount"],
    ),
    "after the end": ({"repayments": [Repayment(9), Repayment(8)]}, ["repayments[0].on"]),
    "interest beyond any amount": ({"loan": ENDLESS}, ["loan.deferral.months"]),
}


@pytest.mark.parametrize(("change", "paths"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_computed_is_refused(change: dict[str, Any], paths: list[str]) -> None:
    """Every fault at its path: of the plan, of a repayment, of the terms under `loan`."""
    with pytest.raises(LoanFaults) as refused:
        LoanPlan(**{"loan": LOAN, **change})
    assert [fault.path for fault in refused.value.faults] == paths
