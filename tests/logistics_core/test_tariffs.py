"""Tariffs and purchases: what is refused, each fault told, and what is never shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest

from logistics_core import Carton, Shipment
from logistics_core.errors import PurchaseFaults, TariffFaults
from logistics_core.tariffs import Category, Purchase, Tariff, starting_tariff
from shared_kernel import Money, money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TARIFF = starting_tariff(effective_from=NOON)
TEXTILE = TARIFF.categories[1]
GOODS = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
CARTONS = Shipment([Carton(60, 40, 50, 5, count=20)])


def gnf(amount: int) -> Money:
    """An amount in francs guinéens."""
    return money(amount, "GNF")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"code": "textile"}, ["code"]),
        ({"code": "A" * 33, "label_fr": ""}, ["code", "label_fr"]),
        ({"label_en": "two\nlines"}, ["label_en"]),
        ({"label_fr": "a" * 61, "label_en": None}, ["label_fr", "label_en"]),
        ({"price": gnf(0)}, ["price"]),
        ({"price": gnf(-1), "real_cost": gnf(-1)}, ["price", "real_cost"]),
        ({"price": 5_000_000.0}, ["price"]),
        ({"price": gnf(1) * Decimal("NaN")}, ["price.amount"]),
        ({"price": gnf(1) * Decimal("Infinity")}, ["price.amount"]),
        ({"price": gnf(1) * Decimal("0.5")}, ["price.amount"]),
        ({"price": gnf(10**12 + 1)}, ["price"]),
        ({"real_cost": money("1", "EUR")}, ["real_cost"]),
    ],
)
def test_a_bad_category_is_refused(changes: dict[str, Any], paths: list[str]) -> None:
    """Zero, negative, none, absurd or fractional prices, a float, another currency, bad words."""
    with pytest.raises(TariffFaults) as caught:
        attrs.evolve(TEXTILE, **changes)
    assert [fault.path for fault in caught.value.faults] == paths


def test_a_cost_of_nothing_and_a_price_below_the_cost_are_let() -> None:
    """A platform may carry in its own lorry, and may sell at a loss."""
    assert attrs.evolve(TEXTILE, real_cost=gnf(0)).real_cost == gnf(0)
    assert attrs.evolve(TEXTILE, price=gnf(1)).price == gnf(1)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"rate": Decimal(0)}, ["rate"]),
        ({"rate": Decimal(-1)}, ["rate"]),
        ({"rate": Decimal("NaN")}, ["rate"]),
        ({"rate": Decimal("Infinity")}, ["rate"]),
        ({"rate": Decimal("1e999999")}, ["rate"]),
        ({"rate": Decimal("1250.1234567")}, ["rate"]),
        ({"rate": 1250.0, "real_rate": None}, ["rate"]),
        ({"real_rate": Decimal(0)}, ["real_rate"]),
        ({"commission": Decimal("1.01")}, ["commission"]),
        ({"commission": Decimal("-0.01")}, ["commission"]),
        ({"commission": 0.05}, ["commission"]),
        ({"version": -1}, ["version"]),
        ({"version": True}, ["version"]),
        ({"goods_currency": "RMB", "currency": "gnf"}, [
            *("goods_currency", "currency"),
            *(f"categories[{place}].price" for place in range(3)),
        ]),
        ({"categories": ()}, ["categories"]),
        ({"categories": "TEXTILE"}, ["categories"]),
        ({"categories": [TEXTILE, None]}, ["categories[1]"]),
        ({"categories": [TEXTILE, TEXTILE]}, ["categories[1].code"]),
        ({"categories": [TEXTILE] * 101}, ["categories"]),
        ({"minimum_freight": gnf(0)}, ["minimum_freight"]),
        ({"minimum_freight": money("10", "EUR")}, ["minimum_freight"]),
        ({"kg_per_cbm": Decimal("0.5")}, ["kg_per_cbm"]),
        ({"volume_places": 4, "volume_rounding": "up"}, ["volume_places", "volume_rounding"]),
        ({"validity": timedelta(0)}, ["validity"]),
        ({"validity": timedelta(days=367)}, ["validity"]),
        ({"validity": timedelta(days=1, microseconds=1)}, ["validity"]),
        ({"effective_from": datetime(2026, 1, 5)}, ["effective_from"]),  # noqa: DTZ001 - refused
        ({"effective_from": datetime(1999, 1, 5, tzinfo=UTC)}, ["effective_from"]),
        ({"effective_from": datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))}, [
            "effective_from",
        ]),
        ({"effective_until": NOON}, ["effective_until"]),
        ({"effective_until": "2026-02-01"}, ["effective_until"]),
    ],
)  # fmt: skip
def test_a_bad_tariff_is_refused(changes: dict[str, Any], paths: list[str]) -> None:
    """Rates, commissions, dates, categories and rules out of their range: every fault, its path."""
    with pytest.raises(TariffFaults) as caught:
        attrs.evolve(TARIFF, **changes)
    assert [fault.path for fault in caught.value.faults] == paths


def test_the_real_rate_is_the_rate_unless_it_is_told() -> None:
    """Nothing is earned on the exchange by a tariff that says nothing of it."""
    assert TARIFF.real_rate == TARIFF.rate == Decimal(1250)
    told = attrs.evolve(TARIFF, real_rate=Decimal("1200.5"))
    assert (told.rate, told.real_rate) == (Decimal(1250), Decimal("1200.5"))
    assert attrs.evolve(told, real_rate=None) == TARIFF


def test_no_repr_tells_a_cost() -> None:
    """Whatever logs a tariff or a category logs no cost and no real rate."""
    tariff = attrs.evolve(TARIFF, real_rate=Decimal("987.654"))
    for shown in (repr(tariff), repr(tariff.categories), f"{tariff}"):
        assert "4200000" not in shown
        assert "987" not in shown
        assert "real" not in shown


def test_a_tariff_is_in_force_from_its_beginning_and_not_at_its_end() -> None:
    """In whatever zone the moment is told; one that has no end goes on."""
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    ending = attrs.evolve(TARIFF, effective_from=there, effective_until=NOON + timedelta(days=1))
    assert ending.effective_from.tzinfo is UTC
    moments = [NOON - timedelta(microseconds=1), NOON, there, NOON + timedelta(days=1)]
    assert [ending.in_force(at) for at in moments] == [False, True, True, False]
    assert TARIFF.in_force(NOON + timedelta(days=9999))


def test_categories_are_found_and_named() -> None:
    """By their code; in French for French, in English for others."""
    assert TARIFF.category("ELECTRONIQUE").label("fr") == "Électronique"
    assert TARIFF.category("ELECTRONIQUE").label("en_GB") == "Electronics"
    with pytest.raises(PurchaseFaults, match="one of ELECTRONIQUE, TEXTILE, DIVERS"):
        TARIFF.category("electronique")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"goods": money("0", "CNY")}, ["goods"]),
        ({"goods": money("-1", "CNY")}, ["goods"]),
        ({"goods": money("1", "CNY") * Decimal("NaN")}, ["goods.amount"]),
        ({"goods": money("1", "CNY") * Decimal("0.001")}, ["goods.amount"]),
        ({"goods": money("99999999999", "CNY")}, ["goods"]),
        ({"goods": 10_000.0}, ["goods"]),
        ({"category": "textile; drop"}, ["category"]),
        ({"volume_cbm": Decimal(0)}, ["volume_cbm"]),
        ({"volume_cbm": Decimal(-3)}, ["volume_cbm"]),
        ({"volume_cbm": Decimal("NaN")}, ["volume_cbm"]),
        ({"volume_cbm": Decimal("Infinity")}, ["volume_cbm"]),
        ({"volume_cbm": Decimal("1000.000001")}, ["volume_cbm"]),
        ({"volume_cbm": Decimal("1e-999999")}, ["volume_cbm"]),
        ({"volume_cbm": Decimal("3.0000001")}, ["volume_cbm"]),
        ({"volume_cbm": 3.0}, ["volume_cbm"]),
        ({"volume_cbm": True}, ["volume_cbm"]),
        ({"weight_kg": Decimal(0)}, ["weight_kg"]),
        ({"weight_kg": Decimal(10_000_000)}, ["weight_kg"]),
        ({"weight_kg": "12"}, ["weight_kg"]),
        ({"note": "a" * 501}, ["note"]),
        ({"note": "nul\0"}, ["note"]),
        ({"note": "\N{RIGHT-TO-LEFT OVERRIDE}txt"}, ["note"]),
        ({"note": None}, ["note"]),
        ({"cartons": CARTONS}, ["volume_cbm", "weight_kg"]),
        ({"cartons": [1]}, ["cartons"]),
        ({"goods": None, "category": 3, "volume_cbm": None}, ["goods", "category", "volume_cbm"]),
    ],
)
def test_a_bad_purchase_is_refused(changes: dict[str, Any], paths: list[str]) -> None:
    """Zero, negative, none, absurd or too fine figures, floats, unshowable texts: every fault."""
    with pytest.raises(PurchaseFaults) as caught:
        attrs.evolve(GOODS, **changes)
    assert [fault.path for fault in caught.value.faults] == paths


def test_the_room_of_a_purchase_is_rounded_up() -> None:
    """To the litre and to the gram, so that what is booked is never less than what comes."""
    small = attrs.evolve(
        GOODS, volume_cbm=Decimal("1.000001"), weight_kg=Decimal("0.0001"), note="a\r\nb"
    )
    assert (small.litres, small.grams, small.note) == (1001, 1, "a\nb")
    assert (GOODS.litres, GOODS.grams) == (3000, 0)


def test_cartons_make_the_volume_and_the_weight() -> None:
    """Rounded up to a cubic centimetre; cartons that are none, or too many, are refused."""
    exact = Shipment([Carton(Decimal("0.7"), Decimal("0.1"), Decimal("0.1"), Decimal("0.5"))])
    purchase = Purchase.of_cartons(money("1", "CNY"), "DIVERS", exact)
    assert (purchase.volume_cbm, purchase.weight_kg) == (Decimal("0.000001"), Decimal("0.5"))
    assert purchase.cartons is exact
    huge = Shipment([Carton(1000, 1000, 1000, 1, count=1001)])
    for cartons, paths in ((huge, ["volume_cbm"]), ([], ["cartons"])):
        with pytest.raises(PurchaseFaults) as caught:
            # Any: the second is no shipment.
            Purchase.of_cartons(money("1", "CNY"), "DIVERS", cartons)  # type: ignore[arg-type]
        assert [fault.path for fault in caught.value.faults] == paths


def test_categories_are_data() -> None:
    """A platform that carries other things elsewhere has a tariff of its own."""
    fish = Category("FISH_1", "Poisson", "Fish", money("80.50", "EUR"), money("75", "EUR"))
    tariff = Tariff(
        effective_from=NOON,
        goods_currency="XOF",
        currency="EUR",
        rate=Decimal("0.001524"),
        commission=0,
        categories=[fish],
    )
    assert tariff.category("FISH_1") is fish
    assert tariff.commission == Decimal(0)
