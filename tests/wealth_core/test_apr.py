"""The annual percentage rate: right to ten decimals, and refused where there is none."""

import random
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from shared_kernel import Money, money
from wealth_core.errors import AprUndefined, LoanFaults
from wealth_core.loans import EXACT, Fee, Flow, Loan, apr, apr_of, schedule, xirr
from wealth_core.loans import _solver as solver
from wealth_core.testing import flows as any_flows

LOAN = Loan(
    money("215000", "EUR"),
    Decimal("0.0335"),
    300,
    date(2025, 10, 1),
    fees=[Fee(money("1500", "EUR"))],
)


def euros(amount: str) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


def slow_rate(flows: list[Flow] | tuple[Flow, ...]) -> Decimal:
    """The same equation by bisection, on sixty decimals: slow, and with no idea of its own."""
    with localcontext(prec=60):
        terms = [
            (Decimal(flow.amount.amount), Decimal(flow.at.numerator) / flow.at.denominator)
            for flow in flows
            if isinstance(flow.at, Fraction)
        ]

        def worth(rate: Decimal) -> Decimal:
            growth = (1 + rate).ln()
            return sum((amount * (-growth * time).exp() for amount, time in terms), Decimal(0))

        low: Decimal = Decimal("-0.999999")
        high: Decimal = Decimal(1)
        while worth(high) < 0:
            high *= 4
        while high - low > Decimal("1E-16") * (1 + abs(high)):
            middle = (low + high) / 2
            low, high = (middle, high) if worth(middle) < 0 else (low, middle)
        return low


def at(*pairs: tuple[str | int, str]) -> list[Flow]:
    """Flows from times in years and amounts in euros."""
    return [Flow(Fraction(time), euros(amount)) for time, amount in pairs]


@settings(max_examples=40, deadline=None)
@given(any_flows(max_payments=12))
def test_ten_decimals_are_right(flows: list[Flow]) -> None:
    """Against a slow solver on sixty decimals, the rate is the true one rounded to ten."""
    assert abs(apr_of(flows) - slow_rate(flows)) <= Decimal("5.0001E-11")


@settings(max_examples=25, deadline=None)
@given(any_flows(max_payments=12))
def test_polishing_gives_the_same_rate(flows: list[Flow]) -> None:
    """The slower way on decimals, taken when floats leave a doubt, finds the same ten decimals."""
    pairs = sorted(
        (flow.at, int(flow.amount.amount * 1000)) for flow in flows if isinstance(flow.at, Fraction)
    )
    times, amounts = [time for time, _ in pairs], [amount for _, amount in pairs]
    rate = apr_of(flows)
    polished = solver._polished(amounts, times, float((1 + rate).ln()))
    assert polished == rate


def test_the_order_and_the_unit_do_not_matter() -> None:
    """Flows may come in any order, and a rate does not depend on what is lent."""
    flows = at((0, "1000"), (1, "-400"), (2, "-400"), ("5/2", "-400"))
    shuffled = flows[::-1]
    random.Random(1).shuffle(shuffled)
    ten_times = [attrs.evolve(flow, amount=flow.amount * 10) for flow in flows]
    assert apr_of(flows) == apr_of(shuffled) == apr_of(ten_times)


def test_the_lender_sees_the_same_rate() -> None:
    """Paid first and received later, as an investment is, the rate is the same."""
    flows = at((0, "1000"), (1, "-600"), (2, "-600"))
    mirrored = [attrs.evolve(flow, amount=-flow.amount) for flow in flows]
    assert apr_of(flows) == apr_of(mirrored)


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        (at((0, "1000"), (1, "-1100")), "0.1000000000"),
        (at((0, "1000"), (1, "-1000")), "0.0000000000"),
        (at((0, "1000"), (1, "-0.01")), "-0.9999900000"),
        (at((0, "1000"), (2, "-1210")), "0.1000000000"),
        (at((0, "1000"), ("1/12", "-1010")), "0.1268250301"),
        (at((0, "500"), (0, "500"), (1, "-1100")), "0.1000000000"),
        (at((0, "1000"), (1, "1000"), (2, "-2310")), "0.1000000000"),
        (at((0, "1000"), (0, "-100"), (1, "-990")), "0.1000000000"),
        # 1.1 to the power of 365: floats hold 17 of these digits.
        (at((0, "1000"), ("1/365", "-1100")), "1283305580313351.6968994480"),
    ],
)
def test_known_rates(flows: list[Flow], rate: str) -> None:
    """Rates that can be had by hand, the largest of them beyond what floats hold."""
    assert f"{apr_of(flows):f}" == rate


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([], "give two flows"),
        (at((0, "1000")), "give two flows"),
        (at((0, "1000"), (1, "1000")), "go the same way"),
        (at((0, "-1000"), (1, "-1000")), "go the same way"),
        (at((0, "0"), (1, "-1000")), "go the same way"),
        (at((0, "1000"), (0, "-1000")), "go the same way"),
        (at((0, "1000"), (1, "-2000"), (2, "1500")), "no rate makes"),
        (at((0, "1000"), (1, "-2500"), (2, "1540")), "several rates make .*0.100000, 0.400000"),
        (at((0, "0.01"), ("1/3660000", "-100000000")), "beyond any figure"),
    ],
)
def test_no_rate(flows: list[Flow], why: str) -> None:
    """Without a rate, or with several, the reason is told."""
    with pytest.raises(AprUndefined, match=why):
        apr_of(flows)


def test_fees_that_take_it_all() -> None:
    """A loan whose fees take what is lent has no rate."""
    eaten = attrs.evolve(LOAN, fees=[Fee(money("215000", "EUR"))])
    with pytest.raises(AprUndefined, match="fees of the first day"):
        apr(eaten)


def test_without_costs_the_exact_rate_compounds_the_nominal_one() -> None:
    """An unrounded loan without costs has the annual rate that twelve months of interest make."""
    for rate in ("0.0335", "0", "0.19", "0.0001"):
        loan = Loan(money("215000", "EUR"), Decimal(rate), 300, date(2025, 10, 1))
        with localcontext(prec=40):
            compounded = (1 + Decimal(rate) / 12) ** 12 - 1
        assert apr(loan, rounding=EXACT) == round(compounded, 10)


@pytest.mark.parametrize("due", [date(2025, 10, 1), date(2025, 10, 31), date(2028, 2, 29)])
@pytest.mark.parametrize("days", [1, 12, 31, 34, 61, 400])
def test_a_loan_and_its_flows_have_one_rate(due: date, days: int) -> None:
    """The rate of a loan from its dates is that of its flows, written one by one."""
    loan = attrs.evolve(LOAN, first_due=due, months=60)
    signed_on = due - timedelta(days=days)
    table = schedule(loan, rounding=EXACT)
    flows = [Flow(signed_on, loan.principal - table.upfront_fees)]
    flows += [Flow(row.due, -row.total) for row in table]
    assert abs(apr(loan, signed_on=signed_on, rounding=EXACT) - apr_of(flows)) < Decimal("1E-7")


def dated(*pairs: tuple[date, str]) -> list[Flow]:
    """Flows from dates and amounts in euros."""
    return [Flow(day, euros(amount)) for day, amount in pairs]


@pytest.mark.parametrize(
    ("received", "paid", "years"),
    [
        (date(2012, 1, 12), date(2012, 2, 15), Fraction(1, 12) + Fraction(3, 365)),
        (date(2024, 2, 29), date(2025, 2, 28), Fraction(1)),
        (date(2024, 1, 31), date(2024, 2, 29), Fraction(1, 12)),
        (date(2025, 2, 28), date(2025, 3, 31), Fraction(1, 12)),
        (date(2025, 1, 1), date(2025, 1, 16), Fraction(15, 366)),
        (date(2024, 12, 20), date(2025, 1, 10), Fraction(21, 366)),
        (date(2023, 12, 20), date(2024, 1, 10), Fraction(21, 365)),
        (date(2024, 2, 10), date(2024, 3, 5), Fraction(24, 366)),
    ],
)
def test_months_are_counted_back_and_days_over_their_year(
    received: date, paid: date, years: Fraction
) -> None:
    """Whole months back from the payment, then days over the year that ends where they end."""
    by_dates = apr_of(dated((received, "1000"), (paid, "-1100")))
    by_years = apr_of([Flow(Fraction(0), euros("1000")), Flow(years, euros("-1100"))])
    assert by_dates == by_years


def test_a_signature_after_the_first_instalment_is_refused() -> None:
    """The money is received before it is paid back."""
    with pytest.raises(LoanFaults, match="signed_on: 2025-10-01 is not before the first inst"):
        apr(LOAN, signed_on=date(2025, 10, 1))


def test_flows_come_in_any_collection() -> None:
    """A list, a tuple or what gives them one by one is the same; a flow alone is refused."""
    flows = dated((date(2024, 1, 1), "-1000"), (date(2025, 1, 1), "1100"))
    for rate in (apr_of, xirr):
        gives_them: Any = (flow for flow in flows)
        assert rate(gives_them) == rate(tuple(flows)) == rate(flows)
        alone: Any = flows[0]
        with pytest.raises(LoanFaults, match=r"flows: .* is not a list: give a list of Flow"):
            rate(alone)


def test_flows_that_cannot_be() -> None:
    """Times of two sorts, two currencies, a time below zero, an amount that is none."""
    mixed = [Flow(Fraction(0), euros("1")), Flow(date(2025, 1, 1), euros("-1"))]
    with pytest.raises(LoanFaults, match="flows: the flows are timed in two ways"):
        apr_of(mixed)
    currencies = [Flow(Fraction(0), euros("1")), Flow(Fraction(1), money("-1", "XOF"))]
    with pytest.raises(LoanFaults, match=r"flows\[1\].amount: -1 XOF is not in the currency"):
        apr_of(currencies)
    with pytest.raises(LoanFaults, match="at: -1 is not a time"):
        Flow(Fraction(-1), euros("1"))
    with pytest.raises(LoanFaults) as refused:
        Flow(0.5, 100)  # type: ignore[arg-type]  # what is refused is the point
    assert [fault.path for fault in refused.value.faults] == ["at", "amount"]
    with pytest.raises(LoanFaults, match=r"flows\[0\]: 12 cannot stand here"):
        apr_of([12, 13])  # type: ignore[list-item]  # what is refused is the point


def test_xirr_counts_days_over_365() -> None:
    """XIRR divides days by 365 where the European rate counts months."""
    flows = dated((date(2024, 1, 1), "-1000"), (date(2025, 1, 1), "1100"))
    expected = (Decimal("1.1").ln() * 365 / 366).exp() - 1
    assert abs(xirr(flows) - expected) < Decimal("1E-12")
    assert apr_of(flows) == Decimal("0.1")


def test_xirr_without_a_rate() -> None:
    """Flows of one direction, without a root or beyond figures have no XIRR; dates are needed."""
    with pytest.raises(AprUndefined, match="go the same way"):
        xirr(dated((date(2024, 1, 1), "1"), (date(2025, 1, 1), "1")))
    no_root = dated((date(2024, 1, 1), "10"), (date(2025, 1, 1), "-20"), (date(2026, 1, 1), "15"))
    with pytest.raises(AprUndefined, match="no rate makes"):
        xirr(no_root)
    with pytest.raises(AprUndefined, match="beyond any figure"):
        xirr(dated((date(2024, 1, 1), "0.01"), (date(2024, 1, 2), "-100000000")))
    with pytest.raises(LoanFaults, match=r"flows\[0\].at: 0 is not a date"):
        xirr(at((0, "1"), (1, "-1")))
