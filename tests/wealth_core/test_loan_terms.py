"""The terms of a loan: what is refused, where, and with which fix."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import moneyed
import pytest

from shared_kernel import Faults, Money, money
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    Balloon,
    Fee,
    Insurance,
    Loan,
    RateChange,
    Repayment,
    annuity,
    balloon,
    interest_only,
    partial,
    schedule,
    total,
)


def loan(**changes: Any) -> Loan:
    """A loan of 1,200.00 EUR over 12 months, with some of its terms changed (of any type)."""
    terms: dict[str, Any] = {
        "principal": money("1200", "EUR"),
        "annual_rate": Decimal("0.03"),
        "months": 12,
        "first_due": date(2025, 10, 1),
    }
    return Loan(**{**terms, **changes})


BAD_TERMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a float for money": ({"principal": 1200.0}, "principal", 'write money("215000", "EUR")'),
    "a text for money": ({"principal": "1200"}, "principal", 'write money("215000", "EUR")'),
    "nothing lent": ({"principal": money(0, "EUR")}, "principal", "an amount above zero"),
    "a negative amount": ({"principal": money(-5, "EUR")}, "principal", "an amount above zero"),
    "too large": ({"principal": money(10**12, "EUR")}, "principal", "at most 100000000000.00 EUR"),
    "a percentage": ({"annual_rate": Decimal("3.35")}, "annual_rate", "write 0.0335 for 3.35 %"),
    "one is 100 %": ({"annual_rate": Decimal(1)}, "annual_rate", "write 0.01 for 1 %"),
    "a float rate": ({"annual_rate": 0.0335}, "annual_rate", 'write Decimal("0.0335")'),
    "a NaN rate": ({"annual_rate": Decimal("NaN")}, "annual_rate", "not an exact rate"),
    "a signalling NaN": ({"annual_rate": Decimal("sNaN")}, "annual_rate", "not an exact rate"),
    "an infinite rate": ({"annual_rate": Decimal("Infinity")}, "annual_rate", "not an exact rate"),
    "a huge rate": ({"annual_rate": Decimal("1E+400")}, "annual_rate", "write 0.0335"),
    "a negative rate": ({"annual_rate": Decimal("-0.01")}, "annual_rate", "0 or more"),
    "a rate of 11 decimals": (
        {"annual_rate": Decimal("0.03350000001")},
        "annual_rate",
        "more than 10 decimals",
    ),
    "a rate like dust": ({"annual_rate": Decimal("1E-999999")}, "annual_rate", "10 decimals"),
    "no months": ({"months": 0}, "months", "between 1 and 600"),
    "negative months": ({"months": -12}, "months", "between 1 and 600"),
    "too many months": ({"months": 601}, "months", "between 1 and 600"),
    "far too many months": ({"months": 10**100}, "months", "between 1 and 600"),
    "months with a fraction": ({"months": 12.0}, "months", "write for example 300"),
    "months that are true": ({"months": True}, "months", "write for example 300"),
    "a day with a time": (
        {"first_due": datetime(2025, 10, 1, tzinfo=UTC)},
        "first_due",
        "write date(2025, 10, 1)",
    ),
    "a text for a day": ({"first_due": "2025-10-01"}, "first_due", "write date(2025, 10, 1)"),
    "the first year": ({"first_due": date.min}, "first_due", "between the years 1800 and 2400"),
    "the last year": ({"first_due": date.max}, "first_due", "between the years 1800 and 2400"),
    "an end too far": (
        {"first_due": date(2390, 1, 1), "months": 600},
        "first_due",
        "between the years 1800 and 2400",
    ),
    "a first period of no day": (
        {"first_period_days": 0},
        "first_period_days",
        "between 1 and 366",
    ),
    "a kind that is a text": ({"kind": "annuity"}, "kind", "Annuity | InterestOnly"),
    "a deferral that is a number": ({"deferral": 3}, "deferral", "Deferral"),
    "a deferral to the end": ({"deferral": partial(12)}, "deferral.months", "write less"),
    "a pointless deferral": (
        {"deferral": partial(3), "kind": interest_only},
        "deferral",
        "leave the partial deferral out",
    ),
    "an insurance that is a rate": ({"insurance": [Decimal("0.01")]}, "insurance[0]", "Insurance"),
    "an insurance alone": (
        {"insurance": Insurance(Decimal("0.01"))},
        "insurance",
        "give a list of Insurance",
    ),
    "no list of fees": ({"fees": None}, "fees", "null is not a list: give a list of Fee"),
    "a number of changes": ({"rate_changes": 2}, "rate_changes", "give a list of RateChange"),
    "shares under 100 %": (
        {"insurance": [Insurance(Decimal("0.003"), share=Decimal("0.4"))] * 2},
        "insurance",
        "add up to 0.8",
    ),
    "too many insurances": (
        {"insurance": [Insurance(Decimal("0.003"))] * 21},
        "insurance",
        "at most 20",
    ),
    "too many fees": ({"fees": [Fee(money(1, "EUR"))] * 101}, "fees", "at most 100"),
    "a fee in francs": ({"fees": [Fee(money(1, "XOF"))]}, "fees[0].amount", "write it in EUR"),
    "a balloon in francs": (
        {"kind": balloon(money(1, "XOF"))},
        "kind.amount",
        "write it in EUR",
    ),
    "a balloon of it all": (
        {"kind": balloon(money("1200", "EUR"))},
        "kind.amount",
        "less than 1200.00 EUR",
    ),
    "a balloon over the term": (
        {"kind": balloon(amortised_over=12)},
        "kind.amortised_over",
        "more than 12",
    ),
    "a change after the end": (
        {"rate_changes": [RateChange(13, Decimal("0.04"))]},
        "rate_changes[0].from_instalment",
        "from 2 to 12",
    ),
    "changes out of order": (
        {"rate_changes": [RateChange(6, Decimal("0.04")), RateChange(6, Decimal("0.05"))]},
        "rate_changes[1].from_instalment",
        "one an instalment",
    ),
}


@pytest.mark.parametrize(("terms", "path", "fix"), BAD_TERMS.values(), ids=BAD_TERMS.keys())
def test_bad_terms_are_refused_with_the_fix(terms: dict[str, Any], path: str, fix: str) -> None:
    """Each bad term is the one fault told, at its path, and the message says what to write."""
    with pytest.raises(LoanFaults) as refused:
        loan(**terms)
    assert [fault.path for fault in refused.value.faults] == [path]
    assert fix in refused.value.faults[0].message
    assert len(refused.value.faults[0].message) < 250


BAD_VALUES: dict[str, tuple[Callable[[], object], list[str]]] = {
    "an insurance": (
        lambda: Insurance(Decimal("0.5") * 4, share=Decimal("1.5")),
        ["annual_rate", "share"],
    ),
    "an insurance for nobody": (
        lambda: Insurance(Decimal("0.003"), share=Decimal(0)),
        ["share"],
    ),
    "a share of a thousand decimals": (
        lambda: Insurance(Decimal("0.003"), share=1 - Decimal("1E-20")),
        ["share"],
    ),
    "a fee": (lambda: Fee(money(0, "EUR"), label="two\nlines"), ["amount", "label"]),
    "a label that turns around": (lambda: Fee(money(1, "EUR"), label="10\u202e EUR"), ["label"]),
    "a label that is a number": (lambda: Fee(money(1, "EUR"), label=7), ["label"]),  # type: ignore[arg-type]  # refused
    "a balloon of both": (lambda: Balloon(amount=money(5, "EUR"), amortised_over=9), [""]),
    "a balloon of neither": (Balloon, [""]),
    "a balloon of nothing": (lambda: Balloon(amount=money(0, "EUR")), ["amount"]),
    "a rate change": (lambda: RateChange(1, Decimal(4)), ["from_instalment", "annual_rate"]),
    "a deferral": (lambda: total(0), ["months"]),
    "a repayment": (lambda: Repayment(0, money(-1, "EUR")), ["on", "amount"]),
    "a repayment at a time": (lambda: Repayment(datetime(2025, 1, 1, tzinfo=UTC)), ["on"]),
}


@pytest.mark.parametrize(("make", "paths"), BAD_VALUES.values(), ids=BAD_VALUES.keys())
def test_bad_values_tell_all_their_faults(make: Callable[[], object], paths: list[str]) -> None:
    """A part of a loan tells every fault it has, by the names of its own fields."""
    with pytest.raises(LoanFaults) as refused:
        make()
    assert [fault.path for fault in refused.value.faults] == paths


def test_a_float_smuggled_into_money_is_refused() -> None:
    """py-moneyed takes NaN, infinity and more decimals in silence; a loan does not."""
    for amount in ("NaN", "Infinity", "0.001"):
        smuggled = moneyed.Money(Decimal(amount), "EUR")
        with pytest.raises(LoanFaults) as refused:
            loan(principal=smuggled)
        assert refused.value.faults[0].path.startswith("principal")


def test_an_unknown_currency_is_refused() -> None:
    """A loan cannot be in a currency that does not exist."""
    with pytest.raises(Faults, match="ZZZ"):
        loan(principal=money("1200", "ZZZ"))


def test_all_the_faults_are_told_at_once() -> None:
    """A loan with many faults tells each of them, in the order of its fields."""
    with pytest.raises(LoanFaults) as refused:
        loan(
            principal=money(0, "EUR"),
            annual_rate=Decimal("3.35"),
            months=0,
            first_due="tomorrow",
            insurance=[Insurance(Decimal("0.003"), share=Decimal("0.5"))],
            first_period_days=-1,
        )
    assert [fault.path for fault in refused.value.faults] == [
        "principal",
        "annual_rate",
        "months",
        "first_due",
        "first_period_days",
        "insurance",
    ]
    assert all(fault.path in str(refused.value) for fault in refused.value.faults)


def test_a_loan_at_zero_percent_is_shared() -> None:
    """At 0 % the instalments are the capital shared, the last one taking the rest."""
    table = schedule(loan(principal=money("100", "EUR"), annual_rate=Decimal(0), months=3))
    assert [row.instalment for row in table] == [
        money("33.33", "EUR"),
        money("33.33", "EUR"),
        money("33.34", "EUR"),
    ]
    assert table.total_interest == money(0, "EUR")


def test_a_loan_of_one_month_is_repaid_at_once() -> None:
    """One instalment repays it all, with a month's interest."""
    table = schedule(loan(months=1))
    assert [row.instalment for row in table] == [money("1203.00", "EUR")]


def test_rounding_may_end_a_tiny_loan_early() -> None:
    """A cent over 60 months is repaid by the first instalment that rounding brings to a cent."""
    hundred_cents = schedule(loan(principal=money("1", "EUR"), annual_rate=Decimal(0), months=60))
    assert len(hundred_cents) == 50
    one_cent = schedule(loan(principal=money("0.01", "EUR"), months=60))
    assert [row.balance for row in one_cent][-2:] == [money("0.01", "EUR"), money(0, "EUR")]


def test_trailing_zeros_of_a_rate_do_not_count() -> None:
    """A rate written with more zeros is the same exact rate."""
    assert loan(annual_rate=Decimal("0.0335000000000000")).kind == annuity


def test_a_loan_cannot_be_changed() -> None:
    """The terms are frozen, and lists become tuples."""
    made = loan(fees=[Fee(money(1, "EUR"))])
    assert isinstance(made.fees, tuple)
    assert hash(made) == hash(loan(fees=(Fee(money(1, "EUR")),)))
    with pytest.raises(AttributeError):
        made.months = 3  # type: ignore[misc]  # what is refused is the point


def test_currencies_have_their_own_units() -> None:
    """The CFA franc has no cent and the dinar a thousandth: instalments are whole units of each."""
    francs = schedule(loan(principal=money("1000000", "XOF")))
    assert francs.instalment == money("84694", "XOF")
    dinars = schedule(loan(principal=money("1000.000", "TND")))
    assert dinars.instalment == money("84.694", "TND")
    assert isinstance(dinars[0].interest, Money)
