"""Loans and plans as JSON documents: exact, closed, versioned, every fault told with its path."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from shared_kernel import money
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    EXACT,
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    Keep,
    Loan,
    LoanPlan,
    RateChange,
    Repayment,
    balloon,
    loan_from_document,
    loan_from_json,
    loan_to_document,
    loan_to_json,
    plan_from_document,
    plan_from_json,
    plan_to_document,
    plan_to_json,
    total,
)
from wealth_core.testing import plans

LOAN = Loan(
    money("215000", "EUR"),
    Decimal("0.0335"),
    300,
    date(2025, 10, 1),
    kind=balloon(amortised_over=360),
    deferral=total(6),
    insurance=[Insurance(Decimal("0.0036"), base=InsuranceBase.OUTSTANDING)],
    fees=[Fee(money("100", "EUR"), when=FeeTiming.AT_END, label="mainlevée")],
    rate_changes=[RateChange(61, Decimal("0.0400"))],
    first_period_days=34,
)


def document(**changes: Any) -> dict[str, Any]:
    """The smallest document, with some keys changed (to values of any type)."""
    smallest: dict[str, Any] = {
        "version": 1,
        "principal": {"amount": "1200.00", "currency": "EUR"},
        "annual_rate": "0.03",
        "months": 12,
        "first_due": "2025-10-01",
    }
    return {**smallest, **changes}


def test_a_document_is_made_of_exact_texts() -> None:
    """Amounts and rates are texts, days are ISO, the kind says its type; nothing is a float."""
    assert loan_to_document(LOAN) == {
        "version": 1,
        "principal": {"amount": "215000.00", "currency": "EUR"},
        "annual_rate": "0.0335",
        "months": 300,
        "first_due": "2025-10-01",
        "kind": {"type": "balloon", "amount": None, "amortised_over": 360},
        "deferral": {"months": 6, "type": "total"},
        "insurance": [{"annual_rate": "0.0036", "base": "outstanding", "share": "1"}],
        "fees": [
            {
                "amount": {"amount": "100.00", "currency": "EUR"},
                "when": "at_end",
                "label": "mainlevée",
            }
        ],
        "rate_changes": [{"from_instalment": 61, "annual_rate": "0.0400"}],
        "first_period_days": 34,
    }


def test_what_is_left_out_is_the_default() -> None:
    """A document needs the four terms alone."""
    assert loan_from_document(document()) == Loan(
        money("1200", "EUR"), Decimal("0.03"), 12, date(2025, 10, 1)
    )


def test_text_and_bytes() -> None:
    """A document comes as text or as bytes."""
    assert loan_from_json(loan_to_json(LOAN).encode()) == loan_from_json(loan_to_json(LOAN)) == LOAN


BAD_DOCUMENTS: dict[str, tuple[object, list[str]]] = {
    "a list": ([], [""]),
    "nothing": (None, [""]),
    "no version": ({"months": 12}, ["version"]),
    "another version": (document(version=2), ["version"]),
    "a version that is true": (document(version=True), ["version"]),
    "an unknown key": (document(monhts=12), ["monhts"]),
    "a rate as a float": (document(annual_rate=0.03), ["annual_rate"]),
    "an amount as a float": (
        document(principal={"amount": 1200.5, "currency": "EUR"}),
        ["principal.amount"],
    ),
    "an unknown currency": (
        document(principal={"amount": "1200", "currency": "ZZZ"}),
        ["principal.currency"],
    ),
    "an unknown kind": (document(kind={"type": "lease"}), ["kind.type"]),
    "a kind with a key too many": (
        document(kind={"type": "annuity", "amount": "1"}),
        ["kind.amount"],
    ),
    "a share under 100 %": (
        document(insurance=[{"annual_rate": "0.003", "share": "0.5"}]),
        ["insurance"],
    ),
    "a bad share, a bad month and a bad fee": (
        document(
            months=0,
            insurance=[{"annual_rate": "0.003"}, {"annual_rate": "0.003", "share": "1.5"}],
            fees=[{"amount": {"amount": "0", "currency": "EUR"}}],
        ),
        ["insurance[1].share", "fees[0].amount", "months"],
    ),
    "a missing key and a bad rate": (
        {key: value for key, value in document(annual_rate="3").items() if key != "months"},
        ["months", "annual_rate"],
    ),
    "a missing principal and a fee in francs": (
        {
            key: value
            for key, value in document(
                fees=[{"amount": {"amount": "1", "currency": "XOF"}}], first_due="2025-02-30"
            ).items()
            if key != "principal"
        },
        ["principal", "first_due"],
    ),
}


@pytest.mark.parametrize(("bad", "paths"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS.keys())
def test_bad_documents_tell_every_fault(bad: object, paths: list[str]) -> None:
    """Faults of shape and of terms are told together, each at its path."""
    with pytest.raises(LoanFaults) as refused:
        loan_from_document(bad)
    assert sorted(fault.path for fault in refused.value.faults) == sorted(paths)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"version": 1, "version": 1}',
        '{"version": NaN}',
        json.dumps(document()).replace('"0.03"', "0.03"),
        "[" * 5000,
        " " * 10_000_001,
    ],
)
def test_bad_texts_are_refused(text: str) -> None:
    """What is no JSON, repeats a key, holds a float, is too deep or of 10 MB is refused."""
    with pytest.raises(LoanFaults):
        loan_from_json(text)


PLAN = LoanPlan(
    LOAN,
    repayments=[
        Repayment(date(2026, 10, 1), money("5000", "EUR"), indemnity=False),
        Repayment(60, keep=Keep.INSTALMENT),
    ],
    rounding=EXACT,
)


def test_the_document_of_a_plan_holds_that_of_its_loan() -> None:
    """The terms stand under `loan`; a repayment has its day or its number, and all is said."""
    terms = {key: value for key, value in loan_to_document(LOAN).items() if key != "version"}
    assert plan_to_document(PLAN) == {
        "version": 2,
        "loan": terms,
        "repayments": [
            {
                "on": "2026-10-01",
                "amount": {"amount": "5000.00", "currency": "EUR"},
                "keep": "term",
                "indemnity": False,
            },
            {"on": 60, "amount": None, "keep": "instalment", "indemnity": True},
        ],
        "rounding": "exact",
    }


@settings(deadline=None)
@given(plans())
def test_every_plan_comes_back_and_its_figures_with_it(plan: LoanPlan) -> None:
    """Whatever plan can be made is read as it was written, and its table is the same."""
    text = plan_to_json(plan)
    again = plan_from_json(text.encode())
    assert again == plan
    assert plan_to_json(again) == text
    assert again.schedule().rows == plan.schedule().rows


def test_a_loan_is_a_plan_without_repayments() -> None:
    """The document of a loan, which is version 1, is read where a plan is."""
    assert plan_from_json(loan_to_json(LOAN)) == LoanPlan(LOAN)
    assert plan_from_document(plan_document()) == plan_from_document(document())


def test_a_plan_is_not_read_as_a_loan() -> None:
    """Its repayments would be lost: the version is refused where a loan alone is meant."""
    with pytest.raises(LoanFaults, match="version: 2 is not a version") as refused:
        loan_from_json(plan_to_json(PLAN))
    assert refused.value.faults[0].params["accepted"] == "1"


def plan_document(**changes: Any) -> dict[str, Any]:
    """The smallest document of a plan, with some keys changed (to values of any type)."""
    terms = {key: value for key, value in document().items() if key != "version"}
    return {"version": 2, "loan": terms, **changes}


OWED: dict[str, Any] = {"amount": "1200.01", "currency": "EUR"}
CAPITALISED: dict[str, Any] = {
    "months": 600,
    "annual_rate": "0.99",
    "deferral": {"months": 599, "type": "total"},
}
BAD_PLANS: dict[str, tuple[object, list[str]]] = {
    "a text": ("plan", [""]),
    "no version": ({"loan": {}}, ["version"]),
    "a version to come": (plan_document(version=3), ["version"]),
    "a version that is true": (plan_document(version=True), ["version"]),
    "a plan that says it is a loan": (
        plan_document(version=1),
        ["loan", "principal", "annual_rate", "months", "first_due"],
    ),
    "a loan that says it is a plan": (
        document(version=2),
        ["loan", "principal", "annual_rate", "months", "first_due"],
    ),
    "an unknown key": (plan_document(roundings="cent"), ["roundings"]),
    "a loan with a version": (plan_document(loan=document()), ["loan.version"]),
    "an unknown rounding": (plan_document(rounding="up"), ["rounding"]),
    "no list": (plan_document(repayments={}), ["repayments"]),
    "faults of the loan and of a repayment": (
        plan_document(loan=document(months=0), repayments=[{"on": 1, "keep": "x"}, {"on": 1.5}]),
        ["loan.version", "loan.months", "repayments[0].keep", "repayments[1].on"],
    ),
    "repayments that do not fit": (
        plan_document(
            repayments=[
                {"on": "2025-10-02"},
                {"on": 13},
                {"on": 2, "amount": {"amount": "1", "currency": "XOF"}},
                {"on": 2},
            ]
        ),
        ["repayments[0].on", "repayments[1].on", "repayments[2].amount", "repayments[3].on"],
    ),
    "more than is owed": (
        plan_document(repayments=[{"on": 1, "amount": OWED}]),
        ["repayments[0].amount"],
    ),
    "nothing owed any more": (
        plan_document(repayments=[{"on": 1}, {"on": 2}]),
        ["repayments[1].on"],
    ),
    "interest beyond any amount": (
        plan_document(loan={**plan_document()["loan"], **CAPITALISED}),
        ["loan.deferral.months"],
    ),
    "a loan alone, beyond any amount": (document(**CAPITALISED), ["deferral.months"]),
}


@pytest.mark.parametrize(("bad", "paths"), BAD_PLANS.values(), ids=BAD_PLANS.keys())
def test_bad_plans_tell_every_fault(bad: object, paths: list[str]) -> None:
    """Faults of the loan stand under `loan`, those of a repayment at its place in the list."""
    with pytest.raises(LoanFaults) as refused:
        plan_from_document(bad)
    assert sorted(fault.path for fault in refused.value.faults) == sorted(paths)
