"""The worked examples of the European Commission and of the directives, to the printed digits.

200,000 EUR lent for 240 months at 6 % unless said, 4,000 EUR of fees up front: "Calculations of
the APRC", January 2015, and directive 98/7/EC, annex III. `curo` solves the same equation
independently.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from curo import (  # type: ignore[import-untyped]  # it ships no types
    EU200848EC,
    Calculator,
    Mode,
    SeriesAdvance,
    SeriesCharge,
    SeriesPayment,
)

from shared_kernel import Money, money
from wealth_core.loans import (
    CENT,
    EXACT,
    LEVEL,
    Fee,
    FeeTiming,
    Flow,
    Insurance,
    Loan,
    apr,
    apr_of,
    balance_on,
    balloon,
    constant_principal,
    interest_only,
    schedule,
    total_cost,
    xirr,
)


def euros(amount: str) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


UPFRONT = Fee(euros("4000"))
EXAMPLE_1 = Loan(euros("200000"), Decimal("0.06"), 240, date(2015, 2, 1), fees=(UPFRONT,))


@attrs.frozen
class Example:
    """What the Commission prints of an example; None where it prints nothing."""

    loan: Loan
    monthly: str
    percent: str
    signed_on: date | None = None


EXAMPLES = {
    "1 equal instalments": Example(EXAMPLE_1, "1432.86", "6.434412"),
    "2.1 first period of 34 days": Example(
        attrs.evolve(EXAMPLE_1, first_due=date(2012, 2, 15), first_period_days=34),
        "1433.57",
        "6.434185",
    ),
    "2.1 the same, from the date of signature": Example(
        attrs.evolve(EXAMPLE_1, first_due=date(2012, 2, 15), first_period_days=34),
        "1433.57",
        "6.434185",
        signed_on=date(2012, 1, 12),
    ),
    "3 home insurance of 200 a year by twelfths": Example(
        attrs.evolve(
            EXAMPLE_1,
            fees=(UPFRONT, Fee(euros("200"), when=FeeTiming.YEARLY_BY_TWELFTHS)),
        ),
        "1449.53",
        "6.588554",
    ),
    "4 insurance of 1 % of the initial capital": Example(
        attrs.evolve(EXAMPLE_1, insurance=(Insurance(Decimal("0.01")),)), "1599.53", "7.946625"
    ),
    "6 exit cost of 100": Example(
        attrs.evolve(EXAMPLE_1, fees=(UPFRONT, Fee(euros("100"), when=FeeTiming.AT_END))),
        "1432.86",
        "6.436359",
    ),
    "7 amortised on 30 years, balloon at month 180": Example(
        attrs.evolve(EXAMPLE_1, months=180, kind=balloon(amortised_over=360)),
        "1199.10",
        "6.409523",
    ),
    "8 interest only at 7 %": Example(
        attrs.evolve(EXAMPLE_1, annual_rate=Decimal("0.07"), kind=interest_only),
        "1166.67",
        "7.430479",
    ),
    "13 constant capital": Example(
        attrs.evolve(EXAMPLE_1, kind=constant_principal), "1833.33", "6.476009"
    ),
}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_example_gives_its_printed_digits(example: Example) -> None:
    """What is paid monthly and the annual percentage rate are those the Commission prints."""
    first = schedule(example.loan, rounding=LEVEL)[0]
    assert first.total == euros(example.monthly)
    rate = apr(example.loan, signed_on=example.signed_on)
    assert round(100 * rate, 6) == Decimal(example.percent)


def test_example_1_in_full() -> None:
    """Example 1: its total cost, its balance after a year, its last instalment, its exact APR."""
    bank = schedule(EXAMPLE_1)
    assert bank.instalment == euros("1432.86")
    assert total_cost(EXAMPLE_1) == euros("147886.40")
    assert bank[11].balance == euros("194660.43")
    assert schedule(EXAMPLE_1, rounding=EXACT)[11].balance == euros("194660.40")
    assert bank[-1].instalment == euros("1433.76")
    assert schedule(EXAMPLE_1, rounding=LEVEL)[-1].instalment == euros("1432.86")
    assert round(100 * apr(EXAMPLE_1, rounding=EXACT), 6) == Decimal("6.434432")


def test_example_7_balloon() -> None:
    """Example 7: the balloon of month 180 is the unrounded balance, rounded."""
    loan = EXAMPLES["7 amortised on 30 years, balloon at month 180"].loan
    last = schedule(loan, rounding=LEVEL)[-1]
    assert last.instalment == euros("1199.10") + euros("142097.69")
    thirty_years = attrs.evolve(loan, months=360, kind=EXAMPLE_1.kind)
    assert schedule(thirty_years, rounding=EXACT)[179].balance == euros("142097.69")


def test_example_13_first_instalment() -> None:
    """Example 13: 833.33 of capital each month, and the interest on what is left."""
    row = schedule(EXAMPLES["13 constant capital"].loan)[0]
    assert (row.principal, row.interest) == (euros("833.33"), euros("1000.00"))


def test_directive_98_7_example() -> None:
    """1,000 lent and 1,200 paid 546 days later, on years of 365 days: 12.96 %."""
    flows = [
        Flow(Fraction(0), euros("1000")),
        Flow(Fraction(546, 365), euros("-1200")),
    ]
    assert round(100 * apr_of(flows), 2) == Decimal("12.96")


def test_directive_98_7_example_in_months() -> None:
    """The same from 1 January 1994 to 1 July 1995 is a year and a half: 12.92 %."""
    flows = [Flow(date(1994, 1, 1), euros("1000")), Flow(date(1995, 7, 1), euros("-1200"))]
    assert round(100 * apr_of(flows), 2) == Decimal("12.92")


def test_the_reference_mortgage() -> None:
    """215,000 EUR at 3.35 % over 25 years from October 2025, on 9 December 2025."""
    loan = Loan(euros("215000"), Decimal("0.0335"), 300, date(2025, 10, 1))
    assert schedule(loan).instalment == euros("1059.12")
    assert balance_on(loan, date(2025, 12, 9), rounding=CENT) == euros("213619.42")
    assert balance_on(loan, date(2025, 12, 9), rounding=EXACT) == euros("213619.41")


def test_xirr_of_the_spreadsheet() -> None:
    """The example of the spreadsheets' own manual."""
    amounts = ["-10000", "2500", "2000", "3000", "4000"]
    days = [
        date(2007, 1, 12),
        date(2008, 2, 14),
        date(2008, 3, 3),
        date(2008, 6, 14),
        date(2008, 12, 1),
    ]
    flows = [Flow(day, euros(amount)) for day, amount in zip(days, amounts, strict=True)]
    assert xirr(flows) == Decimal("0.10064378342638")


@pytest.mark.parametrize(
    ("loan", "signed_on"),
    [
        (EXAMPLE_1, date(2015, 1, 1)),
        (
            attrs.evolve(EXAMPLE_1, first_due=date(2012, 2, 15), first_period_days=34),
            date(2012, 1, 12),
        ),
        (
            Loan(euros("215000"), Decimal("0.0335"), 300, date(2024, 3, 15), fees=(UPFRONT,)),
            date(2024, 2, 29),
        ),
        (Loan(euros("12000"), Decimal("0.049"), 48, date(2025, 1, 5)), date(2024, 11, 20)),
    ],
)
def test_curo_agrees(loan: Loan, signed_on: date) -> None:
    """An independent solver of the European equation finds the same rate from the same dates."""
    table = schedule(loan, rounding=LEVEL)
    peer = Calculator()
    peer.add(SeriesAdvance(amount=float(loan.principal.amount), post_date_from=signed_on))
    if loan.fees:
        peer.add(SeriesCharge(amount=float(table.upfront_fees.amount), post_date_from=signed_on))
    peer.add(
        SeriesPayment(
            number_of=loan.months,
            amount=float(table.instalment.amount),
            post_date_from=loan.first_due,
            mode=Mode.ADVANCE,
        )
    )
    theirs = peer.solve_rate(EU200848EC())
    assert float(apr(loan, signed_on=signed_on)) == pytest.approx(theirs, abs=2e-8)
