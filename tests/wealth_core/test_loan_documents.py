"""Loans as JSON documents: exact, closed, versioned, every fault told with its path."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared_kernel import money
from wealth_core.errors import LoanFaults
from wealth_core.loans import (
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    Loan,
    RateChange,
    balloon,
    loan_from_document,
    loan_from_json,
    loan_to_document,
    loan_to_json,
    total,
)

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
