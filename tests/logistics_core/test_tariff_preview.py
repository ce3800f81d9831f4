"""What a tariff would change to the quotes that are open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs

from logistics_core.tariffs import Purchase, effects, quote, starting_tariff
from shared_kernel import Money, money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TARIFF = starting_tariff(effective_from=NOON)


def gnf(amount: int) -> Money:
    """An amount in francs guinéens."""
    return money(amount, "GNF")


def test_each_open_quote_is_told_both_ways() -> None:
    """Its total as told and as asked again, and what each earns at the new costs."""
    goods = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
    gadgets = Purchase(goods=money("15000", "CNY"), category="ELECTRONIQUE", volume_cbm=3)
    agreed = Decimal("0.04")
    told = quote(goods, TARIFF, at=NOON).client
    agreed_told = quote(gadgets, TARIFF, at=NOON, commission=agreed).client
    dearer = attrs.evolve(
        TARIFF,
        effective_from=NOON + timedelta(days=1),
        rate=Decimal(1300),
        real_rate=Decimal(1280),
        categories=[
            attrs.evolve(TARIFF.categories[1], price=gnf(5_100_000), real_cost=gnf(4_500_000))
        ],
    )
    first, gone = effects(
        [("a", goods, told, None), ("b", gadgets, agreed_told, agreed)], dearer, at=NOON
    )
    assert (first.id, first.before, first.after) == ("a", gnf(28_125_000), gnf(28_950_000))
    # The goods now cost 12.8 million and the transport 13.5.
    assert first.margin_before == gnf(28_125_000 - 12_800_000 - 13_500_000)
    assert first.margin_after == gnf(28_950_000 - 12_800_000 - 13_500_000)
    assert (gone.id, gone.before, gone.after) == ("b", gnf(37_500_000), None)
    assert (gone.margin_before, gone.margin_after) == (None, None)
    assert [fault.path for fault in gone.faults] == ["category"]
    assert "margin" not in repr(first)


def test_the_same_tariff_changes_nothing() -> None:
    """Before is after, and the commission that was agreed is kept."""
    goods = Purchase(goods=money("15000", "CNY"), category="ELECTRONIQUE", volume_cbm=3)
    made = quote(goods, TARIFF, at=NOON, commission=Decimal("0.04"))
    (effect,) = effects([("a", goods, made.client, Decimal("0.04"))], TARIFF, at=NOON)
    assert effect.before == effect.after == gnf(37_500_000)
    assert effect.margin_before == effect.margin_after == gnf(3_150_000)


def test_amounts_in_two_currencies_are_not_compared() -> None:
    """A tariff in another currency quotes anew, and says nothing of what the old price earns."""
    goods = Purchase(goods=money("10000", "CNY"), category="A", volume_cbm=3)
    old = attrs.evolve(TARIFF, categories=[attrs.evolve(TARIFF.categories[0], code="A")])
    new = attrs.evolve(
        TARIFF,
        currency="XOF",
        rate=Decimal(85),
        real_rate=None,
        categories=[
            attrs.evolve(
                old.categories[0], price=money(400_000, "XOF"), real_cost=money(300_000, "XOF")
            )
        ],
    )
    (effect,) = effects([("a", goods, quote(goods, old, at=NOON).client, None)], new, at=NOON)
    assert (effect.after, effect.margin_before) == (money(2_092_500, "XOF"), None)
    assert effect.margin_after == money(342_500, "XOF")
