"""Holdings as JSON documents: exact, closed, versioned, every fault told with its path."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from shared_kernel import money, parse_json
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import CENT, InterestOnly, Repayment, balance_on
from wealth_core.networth import (
    CashKind,
    Envelope,
    Holdings,
    holdings_from_document,
    holdings_from_json,
    holdings_to_document,
    holdings_to_json,
)
from wealth_core.testing import holdings
from wealth_core.testing.worked import WORKED_ON, worked_atlas_document, worked_holdings

DOCUMENTS = Path(__file__).parent / "documents"
EUR = {"amount": "10.00", "currency": "EUR"}
ACCOUNT = {"label": "Livret A", "kind": "livret_a", "balance": EUR, "as_of": "2025-12-09"}
LOAN = {"principal": EUR, "annual_rate": "0.03", "months": 12, "first_due": "2025-10-01"}
FLAT = {"label": "Studio", "value": EUR, "as_of": "2025-12-09"}
COIN = {"label": "Bitcoin", "symbol": "BTC", "quantity": "0.5", "as_of": "2025-12-09"}


@settings(max_examples=15)
@given(held=holdings())
def test_a_document_gives_the_holdings_back(held: Holdings) -> None:
    """Whatever the holdings, their document and their text give them back exactly."""
    assert holdings_from_document(holdings_to_document(held)) == held
    text = holdings_to_json(held)
    assert holdings_from_json(text.encode()) == held
    assert holdings_to_json(holdings_from_json(text)) == text


def test_a_document_is_made_of_exact_texts() -> None:
    """Amounts and shares are texts, days are ISO, a credit says its type; no float anywhere."""
    document = holdings_to_document(worked_holdings())
    assert document["version"] == 1
    assert document["cash"][0] == {
        "id": "cash-1",
        "label": "Livret A",
        "kind": "livret_a",
        "balance": {"amount": "3500.00", "currency": "EUR"},
        "as_of": "2025-12-09",
    }
    assert document["properties"][0]["loans"][0]["loan"]["annual_rate"] == "0.0335"
    assert document["properties"][0]["ownership"] == "1"
    assert document["credits"][0]["type"] == "balance"


def test_version_1_is_read_for_good() -> None:
    """A document of version 1 that was once written is read as it was meant, ids given by place."""
    held = holdings_from_json((DOCUMENTS / "holdings_1.json").read_bytes())
    assert held.size == 9
    assert held.cash[0].balance == money("-120.40", "EUR")
    assert held.investments[0].envelope is Envelope.PEA_PME
    house, studio = held.properties
    assert (house.ownership, house.value) == (Decimal("0.5"), money("98000000", "XOF"))
    assert house.loans[0].id == "property-1-loan-1"
    assert house.loans[0].loan.kind == InterestOnly()
    assert house.loans[0].repayments == (Repayment(6, money("5000", "EUR")),)
    assert house.loans[0].share == Decimal("0.25")
    assert studio.sold_on == date(2025, 2, 3)
    assert held.crypto[0].quantity == Decimal("1E-18")
    assert [line.id for _, line in held.lines()][-3:] == ["good-1", "credit-1", "credit-2"]


def test_version_0_is_read_for_good() -> None:
    """A profile of the platform that came before is a document too, of the day that is told."""
    held = holdings_from_json((DOCUMENTS / "holdings_0.json").read_bytes(), as_of=WORKED_ON)
    assert [account.kind for account in held.cash] == [
        CashKind.LIVRET_A,
        CashKind.LDDS,
        CashKind.CURRENT,
        CashKind.CUSTOM,
    ]
    assert held.cash[3].label == "Livret <b>B</b>"
    assert held.other_goods[0].label == "=Voiture"
    (owed,) = held.properties[0].loans
    assert balance_on(owed.loan, WORKED_ON, rounding=CENT) == money("213619.42", "EUR")
    assert [credit.label for credit in held.credits] == ["Crédit auto", "Travaux"]
    assert [(coin.symbol, coin.quantity) for coin in held.crypto] == [("BTC", Decimal("0.1"))]


def test_version_0_needs_its_day_and_all_of_it() -> None:
    """Version 0 is refused without a day, and when anything that counts would be left out."""
    profile = worked_atlas_document()
    assert holdings_from_document({**profile, "version": 0}, as_of=WORKED_ON) == worked_holdings()
    with pytest.raises(HoldingsFaults, match="as_of: "):
        holdings_from_document(profile)
    with pytest.raises(HoldingsFaults) as refused:
        holdings_from_document({**profile, "yachts_value": 5.5, "pea_value": -1}, as_of=WORKED_ON)
    assert [fault.path for fault in refused.value.faults] == ["pea_value", "yachts_value"]


def document(**lists: Any) -> dict[str, Any]:
    """A document with some lists (of any values)."""
    return {"version": 1, **lists}


def without(line: dict[str, Any], *names: str) -> dict[str, Any]:
    """A line without some of its fields."""
    return {name: value for name, value in line.items() if name not in names}


BAD_DOCUMENTS: dict[str, tuple[object, list[str]]] = {
    "a list": ([], [""]),
    "nothing": (None, [""]),
    "no version": ({"cash": []}, ["version"]),
    "another version": ({"version": 2}, ["version"]),
    "a version that is true": ({"version": True}, ["version"]),
    "an unknown list": (document(boats=[]), ["boats"]),
    "a list that is none": (document(cash={}), ["cash"]),
    "a line that is none": (document(cash=[3, None]), ["cash[0]", "cash[1]"]),
    "an unknown key": (document(cash=[{**ACCOUNT, "colour": "red"}]), ["cash[0].colour"]),
    "an amount as a float": (
        document(cash=[{**ACCOUNT, "balance": {"amount": 10.5, "currency": "EUR"}}]),
        ["cash[0].balance.amount"],
    ),
    "an unknown currency": (
        document(cash=[{**ACCOUNT, "balance": {"amount": "10", "currency": "FRF"}}]),
        ["cash[0].balance.currency"],
    ),
    "too many decimals for francs": (
        document(cash=[{**ACCOUNT, "balance": {"amount": "10.5", "currency": "XOF"}}]),
        ["cash[0].balance.amount"],
    ),
    "an unknown kind and a bad day": (
        document(cash=[{**ACCOUNT, "kind": "livret_b", "as_of": "2025-02-30"}]),
        ["cash[0].kind", "cash[0].as_of"],
    ),
    "a share over 100 % and a missing name": (
        document(properties=[{**without(FLAT, "label"), "ownership": "1.5"}]),
        ["properties[0].label", "properties[0].ownership"],
    ),
    "a loan on a sold property": (
        document(
            properties=[
                {**FLAT, "sold_on": "2025-01-01", "loans": [{"label": "Prêt", "loan": LOAN}]}
            ]
        ),
        ["properties[0].loans"],
    ),
    "a loan of no month, at a rate in percent": (
        document(
            properties=[
                FLAT,
                {
                    **FLAT,
                    "loans": [{"label": "", "loan": {**LOAN, "months": 0, "annual_rate": "3"}}],
                },
            ]
        ),
        [
            "properties[1].loans[0].label",
            "properties[1].loans[0].loan.annual_rate",
            "properties[1].loans[0].loan.months",
        ],
    ),
    "a negative quantity, and no name": (
        document(crypto=[{**without(COIN, "label"), "quantity": "-1"}]),
        ["crypto[0].label", "crypto[0].quantity"],
    ),
    "a quantity as a float": (document(crypto=[{**COIN, "quantity": 0.5}]), ["crypto[0].quantity"]),
    "ids that are repeated": (
        document(cash=[{**ACCOUNT, "id": "x"}], crypto=[{**COIN, "id": "x"}]),
        ["crypto[0].id"],
    ),
    "an id that is null": (document(crypto=[{**COIN, "id": None}]), ["crypto[0].id"]),
    "a credit without a type": (document(credits=[{"label": "Auto"}]), ["credits[0].type"]),
    "a credit of an unknown type": (document(credits=[{"type": "gift"}]), ["credits[0].type"]),
    "faults of two lists": (
        document(cash=[{**ACCOUNT, "kind": ""}], credits=[{"type": "balance"}]),
        ["cash[0].kind", "credits[0].as_of", "credits[0].balance", "credits[0].label"],
    ),
}


@pytest.mark.parametrize(("bad", "paths"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS.keys())
def test_bad_documents_tell_every_fault(bad: object, paths: list[str]) -> None:
    """Faults of shape and of values are told together, each at its path."""
    with pytest.raises(HoldingsFaults) as refused:
        holdings_from_document(bad)
    assert sorted(fault.path for fault in refused.value.faults) == sorted(paths)


@pytest.mark.parametrize("text", ["", "{", '{"version": 1, "version": 1}', "[" * 5000, b"\xff\xfe"])
def test_bad_texts_are_refused(text: str | bytes) -> None:
    """What is no JSON, repeats a key or is too deep is refused as holdings are."""
    with pytest.raises(HoldingsFaults):
        holdings_from_json(text)


def test_given_identifiers_never_collide() -> None:
    """A line without an identifier gets one by its place that no other line has."""
    named = {**ACCOUNT, "id": "cash-2"}
    lent = {"label": "Prêt", "loan": LOAN}
    held = holdings_from_document(
        document(
            cash=[ACCOUNT, ACCOUNT, named],
            properties=[
                {**FLAT, "id": "y" * 64, "loans": [lent, {**lent, "id": "property-loan-2"}, lent]},
                {**FLAT, "loans": [lent]},
            ],
        )
    )
    assert [account.id for account in held.cash] == ["cash-1", "cash-3", "cash-2"]
    assert [debt.id for each in held.properties for debt in each.loans] == [
        "property-loan-1",
        "property-loan-2",
        "property-loan-3",
        "property-2-loan-1",
    ]


def test_fifty_thousand_lines_are_refused_at_once() -> None:
    """An import of 50,000 lines is refused in one clear sentence."""
    many = document(cash=[dict(ACCOUNT) for _ in range(50_000)])
    with pytest.raises(HoldingsFaults) as refused:
        holdings_from_document(many)
    assert [fault.message for fault in refused.value.faults] == [
        "there are 50000 lines, more than one person's holdings may have: keep at most 1000"
    ]


def test_a_text_with_floats_is_refused_where_they_are() -> None:
    """A number with a fraction in a text is refused at its path, with how to write it."""
    text = json.dumps(document(crypto=[COIN])).replace('"0.5"', "0.5")
    assert parse_json(text)
    with pytest.raises(HoldingsFaults, match=r'crypto\[0\].quantity: 0.5 .* write .*"0.5"'):
        holdings_from_json(text)
