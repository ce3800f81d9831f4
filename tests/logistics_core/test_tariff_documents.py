"""Tariffs, purchases and quotes as JSON: exactly back, and every fault of what others wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from logistics_core.errors import PurchaseFaults, TariffFaults
from logistics_core.tariffs import (
    Purchase,
    Tariff,
    client_quote_from_document,
    client_quote_from_json,
    client_quote_to_document,
    client_quote_to_json,
    internal_quote_from_json,
    internal_quote_to_document,
    internal_quote_to_json,
    purchase_from_document,
    purchase_from_json,
    purchase_to_document,
    purchase_to_json,
    quote,
    starting_tariff,
    tariff_from_document,
    tariff_from_json,
    tariff_to_document,
    tariff_to_json,
)
from logistics_core.testing import TARIFFS_BEGIN, tariffs_and_purchases
from shared_kernel import Faults, money

TARIFF = tariff_to_document(starting_tariff(effective_from=TARIFFS_BEGIN))
GOODS = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
PURCHASE = purchase_to_document(GOODS)


@settings(max_examples=60)
@given(tariffs_and_purchases())
def test_everything_comes_back_exactly(pair: tuple[Tariff, Purchase]) -> None:
    """A tariff, a purchase and both views of its quote are the same after JSON; so is its text."""
    tariff, purchase = pair
    made = quote(purchase, tariff, at=TARIFFS_BEGIN)
    assert tariff_from_json(tariff_to_json(tariff)) == tariff
    assert purchase_from_json(purchase_to_json(purchase)) == purchase
    assert client_quote_from_json(client_quote_to_json(made.client)) == made.client
    assert internal_quote_from_json(internal_quote_to_json(made.internal)) == made.internal
    again = tariff_from_document(json.loads(json.dumps(tariff_to_document(tariff))))
    assert tariff_to_json(again) == tariff_to_json(tariff)


def test_the_document_of_a_merchant_names_no_cost() -> None:
    """Neither a field nor a figure of it is the platform's own."""
    made = quote(GOODS, tariff_from_document(TARIFF), at=TARIFFS_BEGIN)
    told = client_quote_to_json(made.client)
    assert "margin" not in told
    assert "real" not in told
    hidden = internal_quote_to_document(made.internal)
    assert set(hidden) & set(client_quote_to_document(made.client)) == {
        "version",
        "tariff_version",
    }


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"rate": 1250.0}, ["rate"]),
        ({"rate": "12,5", "color": "red"}, ["color", "rate"]),
        ({"categories": [{"code": "a"}]}, [
            *(f"categories[0].{name}" for name in ("label_fr", "label_en", "price", "real_cost")),
            "categories[0].code",
        ]),
        ({"categories": {}, "commission": "2"}, ["categories", "commission"]),
        ({"validity": "7 days"}, ["validity"]),
        ({"validity": 10**12}, ["validity"]),
        ({"validity": 60.5}, ["validity"]),
        ({"effective_from": "2026-01-05"}, ["effective_from"]),
        ({"version": 2}, ["version"]),
        ({"number": "1"}, ["version"]),
        ({"volume_rounding": "sideways"}, ["volume_rounding"]),
    ],
)  # fmt: skip
def test_a_bad_tariff_document_tells_every_fault(changes: dict[str, Any], paths: list[str]) -> None:
    """Floats, unknown keys, missing ones, and terms that a tariff refuses, all at once."""
    with pytest.raises(TariffFaults) as caught:
        tariff_from_document({**TARIFF, **changes})
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"volume_cbm": 3.0}, ["volume_cbm"]),
        ({"volume_cbm": "1e3", "goods": {"amount": "0", "currency": "CNY"}}, [
            *("volume_cbm", "goods"),
        ]),
        ({"goods": {"amount": 10.5, "currency": "CNY"}}, ["goods.amount"]),
        ({"goods": {"amount": "10", "currency": "cny", "cents": 1}}, ["goods.cents"]),
        ({"cartons": []}, ["cartons"]),
        ({"cartons": [{"length_cm": "0", "width_cm": "1", "height_cm": "1", "weight_kg": "1"}]}, [
            "cartons[0].length_cm",
        ]),
        ({"real_cost": "1"}, ["real_cost"]),
        ({"version": None}, ["version"]),
    ],
)  # fmt: skip
def test_a_bad_purchase_document_tells_every_fault(
    changes: dict[str, Any], paths: list[str]
) -> None:
    """What a merchant's program may send wrong, each with its path."""
    with pytest.raises(PurchaseFaults) as caught:
        purchase_from_document({**PURCHASE, **changes})
    assert [fault.path for fault in caught.value.faults] == paths


def test_cartons_may_stand_for_the_volume_and_the_weight() -> None:
    """Of cartons alone both are worked out; a volume that is not theirs is refused."""
    carton = {"length_cm": "60", "width_cm": "40", "height_cm": "50", "weight_kg": "5", "count": 20}
    document = {
        "version": 1,
        "goods": {"amount": "10000.00", "currency": "CNY"},
        "category": "TEXTILE",
        "cartons": [carton],
    }
    purchase = purchase_from_document(document)
    assert (purchase.litres, purchase.grams) == (2400, 100_000)
    assert purchase_from_document(purchase_to_document(purchase)) == purchase
    with pytest.raises(PurchaseFaults) as caught:
        purchase_from_document({**document, "volume_cbm": "1", "weight_kg": "100"})
    assert [fault.path for fault in caught.value.faults] == ["volume_cbm"]
    with pytest.raises(PurchaseFaults) as caught:
        purchase_from_document({**document, "cartons": [{**carton, "count": 0}]})
    assert [fault.path for fault in caught.value.faults] == ["cartons[0].count"]


def test_a_quote_that_was_tampered_with_is_refused() -> None:
    """A kept quote is checked when it is read: its total is the sum of its parts."""
    made = quote(GOODS, tariff_from_document(TARIFF), at=TARIFFS_BEGIN)
    document = client_quote_to_document(made.client)
    document["total"] = {"amount": "1", "currency": "GNF"}
    with pytest.raises(PurchaseFaults) as caught:
        client_quote_from_document(document)
    assert [fault.path for fault in caught.value.faults] == ["total"]


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1, "version": 1}', "null", '{"a": NaN}'])
def test_a_text_that_is_no_document_is_refused(text: str) -> None:
    """As the fault of its own kind, whatever is wrong with it."""
    for read in (tariff_from_json, purchase_from_json, client_quote_from_json):
        with pytest.raises(Faults):
            read(text)
