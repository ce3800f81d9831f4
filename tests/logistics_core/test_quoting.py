"""Quotes: the worked figures, the laws, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_core.errors import PurchaseFaults, TariffMissing
from logistics_core.tariffs import (
    Category,
    ClientQuote,
    InternalQuote,
    Purchase,
    Quote,
    Tariff,
    quote,
    starting_tariff,
)
from logistics_core.testing import TARIFFS_BEGIN, tariffs_and_purchases
from shared_kernel import Money, RoundingMode, from_minor, money, round_ratio, to_minor

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TARIFF = starting_tariff(effective_from=NOON)
PAIRS = tariffs_and_purchases()


def bought(category: str, volume: str, goods: str = "10000") -> Purchase:
    """A purchase in yuan."""
    return Purchase(goods=money(goods, "CNY"), category=category, volume_cbm=Decimal(volume))


def gnf(amount: int) -> Money:
    """An amount in francs guinéens."""
    return money(amount, "GNF")


def test_the_price_list_is_what_is_charged() -> None:
    """The two worked quotes: each figure the merchant sees, and each one the platform earns."""
    client = quote(bought("TEXTILE", "3"), TARIFF, at=NOON).client
    assert client.total == gnf(28_125_000)
    assert (client.goods_value, client.commission) == (gnf(12_500_000), gnf(625_000))
    assert (client.freight, client.price_per_cbm) == (gnf(15_000_000), gnf(5_000_000))
    assert (client.volume_cbm, client.billed_cbm) == (Decimal(3), Decimal(3))
    assert client.minimum_applied is False

    both = quote(
        bought("ELECTRONIQUE", "3.0", "15000"), TARIFF, at=NOON, commission=Decimal("0.04")
    )
    assert both.client.total == gnf(37_500_000)
    assert both.client.commission_rate == Decimal("0.04")
    internal = both.internal
    assert internal.margin == gnf(3_150_000)
    assert (internal.margin_exchange, internal.margin_commission) == (gnf(0), gnf(750_000))
    assert (internal.margin_freight, internal.margin_percent) == (gnf(2_400_000), Decimal("8.40"))


def test_a_full_container_earns_what_the_price_list_says() -> None:
    """28 CBM of electronics, 30 of textiles and 18 of others earn 60.8 million on freight."""
    cargo = {"ELECTRONIQUE": "28.0", "TEXTILE": "30.0", "DIVERS": "18.0"}
    earned = {
        category: quote(bought(category, volume), TARIFF, at=NOON).internal.margin_freight
        for category, volume in cargo.items()
    }
    assert earned == {
        "ELECTRONIQUE": gnf(22_400_000),
        "TEXTILE": gnf(24_000_000),
        "DIVERS": gnf(14_400_000),
    }
    assert sum(earned.values(), gnf(0)) == gnf(60_800_000)


def half_up(exact: Fraction) -> int:
    """A number rounded half up, by another way than the library's."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


@settings(max_examples=80)
@given(PAIRS)
def test_every_figure_is_rounded_half_up_once(pair: tuple[Tariff, Purchase]) -> None:
    """Each amount is the nearest unit to its exact fraction, and sums are exact."""
    tariff, purchase = pair
    made = quote(purchase, tariff, at=TARIFFS_BEGIN)
    client, internal = made.client, made.internal
    category = tariff.category(purchase.category)
    # The minor units of one unit of the currency charged.
    unit = to_minor(money(1, tariff.currency))
    goods = Fraction(purchase.goods.amount) * Fraction(tariff.rate) * unit
    billed = Fraction(client.billed_cbm)

    assert to_minor(client.goods_value) == half_up(goods)
    assert to_minor(client.commission) == half_up(goods * Fraction(tariff.commission))
    carried = half_up(billed * to_minor(category.price))
    least = 0 if tariff.minimum_freight is None else to_minor(tariff.minimum_freight)
    assert to_minor(client.freight) == max(carried, least)
    assert client.minimum_applied is (carried < least)
    assert client.total == client.goods_value + client.commission + client.freight

    real = Fraction(purchase.goods.amount) * Fraction(tariff.real_rate) * unit
    assert to_minor(internal.real_goods_value) == half_up(real)
    assert to_minor(internal.real_freight) == half_up(billed * to_minor(category.real_cost))
    margins = (internal.margin_exchange, internal.margin_commission, internal.margin_freight)
    assert internal.margin == sum(margins[1:], margins[0])
    assert internal.margin == client.total - internal.real_goods_value - internal.real_freight
    if client.total:
        share = Fraction(to_minor(internal.margin), to_minor(client.total)) * 100
        assert abs(Fraction(internal.margin_percent) - share) <= Fraction(1, 200)


@settings(max_examples=80)
@given(PAIRS)
def test_what_is_billed_is_the_revenue_ton(pair: tuple[Tariff, Purchase]) -> None:
    """The greater of volume and weight, rounded once as the tariff says, and never nothing."""
    tariff, purchase = pair
    client = quote(purchase, tariff, at=TARIFFS_BEGIN).client
    step = Fraction(1, 10**tariff.volume_places)
    exact = Fraction(purchase.volume_cbm)
    if tariff.kg_per_cbm is not None and purchase.weight_kg is not None:
        exact = max(exact, Fraction(purchase.weight_kg) / Fraction(tariff.kg_per_cbm))
    units = exact / step
    rounded = round_ratio(units.numerator, units.denominator, mode=tariff.volume_rounding)
    assert Fraction(client.billed_cbm) == max(rounded, 1) * step
    assert client.volume_cbm <= client.billed_cbm


@settings(max_examples=40)
@given(PAIRS, st.integers(0, 10**8), st.decimals("0.000001", 1000, places=6))
def test_the_client_quote_never_depends_on_what_is_real(
    pair: tuple[Tariff, Purchase], cost: int, real_rate: Decimal
) -> None:
    """With any other costs and any other real rate the merchant is told the very same."""
    tariff, purchase = pair
    other = attrs.evolve(
        tariff,
        real_rate=real_rate,
        categories=[
            attrs.evolve(each, real_cost=from_minor(cost, tariff.currency))
            for each in tariff.categories
        ],
    )
    told = quote(purchase, tariff, at=TARIFFS_BEGIN).client
    assert quote(purchase, other, at=TARIFFS_BEGIN).client == told


@settings(max_examples=40)
@given(PAIRS, st.integers(2, 9))
def test_a_larger_purchase_is_charged_in_proportion(
    pair: tuple[Tariff, Purchase], times: int
) -> None:
    """So many times the goods and the room are so many times the price, but for the roundings."""
    tariff, purchase = pair
    tariff = attrs.evolve(tariff, minimum_freight=None, kg_per_cbm=None, volume_places=3)
    once = Purchase(
        goods=purchase.goods,
        category=purchase.category,
        volume_cbm=min(Decimal(purchase.litres).scaleb(-3), Decimal(100)),
    )
    several = attrs.evolve(once, goods=once.goods * times, volume_cbm=once.volume_cbm * times)
    one, many = (quote(each, tariff, at=TARIFFS_BEGIN).client for each in (once, several))
    assert abs(to_minor(many.total) - times * to_minor(one.total)) <= 3 * (times + 1) // 2
    assert many.total >= one.total


@settings(max_examples=40)
@given(PAIRS)
def test_the_context_of_the_caller_changes_nothing(pair: tuple[Tariff, Purchase]) -> None:
    """A quote is exact under a decimal context of two digits that traps every rounding."""
    tariff, purchase = pair
    made = quote(purchase, tariff, at=TARIFFS_BEGIN)
    with localcontext(Context(prec=2, traps=[Inexact, Rounded])):
        assert quote(purchase, tariff, at=TARIFFS_BEGIN) == made


def test_a_quote_holds_for_its_validity_and_no_longer_than_its_tariff() -> None:
    """Seven days unless the tariff ends before; at the last moment it is over."""
    ending = attrs.evolve(TARIFF, effective_until=NOON + timedelta(days=3))
    for tariff, until in ((TARIFF, timedelta(days=7)), (ending, timedelta(days=3))):
        client = quote(bought("DIVERS", "1"), tariff, at=NOON).client
        assert (client.quoted_at, client.valid_until) == (NOON, NOON + until)
        assert client.valid_at(NOON)
        assert not client.valid_at(NOON + until)
        assert not client.valid_at(NOON - timedelta(seconds=1))


def test_the_least_freight_is_charged_and_said() -> None:
    """A small parcel pays the minimum; the margin on freight is what it leaves."""
    tariff = attrs.evolve(TARIFF, minimum_freight=gnf(1_000_000))
    made = quote(bought("DIVERS", "0.1"), tariff, at=NOON)
    assert (made.client.freight, made.client.minimum_applied) == (gnf(1_000_000), True)
    assert made.internal.margin_freight == gnf(630_000)


def test_a_volume_is_rounded_as_the_tariff_says_and_never_to_nothing() -> None:
    """Up, down, to the nearest; a carton smaller than the last decimal is billed one of it."""
    for mode, billed in ((RoundingMode.UP, "1.3"), (RoundingMode.DOWN, "1.2")):
        tariff = attrs.evolve(TARIFF, volume_places=1, volume_rounding=mode)
        client = quote(bought("DIVERS", "1.26"), tariff, at=NOON).client
        assert client.billed_cbm == Decimal(billed)
        assert quote(bought("DIVERS", "0.000001"), tariff, at=NOON).client.freight == gnf(450_000)


@pytest.mark.parametrize(
    ("purchase", "changes", "commission", "paths"),
    [
        (bought("PLASTIQUE", "1"), {}, None, ["category"]),
        (bought("DIVERS", "1"), {"goods_currency": "USD"}, None, ["goods"]),
        (bought("DIVERS", "1"), {"kg_per_cbm": Decimal(1000)}, None, ["weight_kg"]),
        (bought("DIVERS", "1"), {}, Decimal("1.5"), ["commission"]),
        (bought("DIVERS", "1"), {}, Decimal("-0.1"), ["commission"]),
        (bought("DIVERS", "1"), {}, Decimal("0.0000001"), ["commission"]),
        (bought("DIVERS", "1"), {}, Decimal("NaN"), ["commission"]),
        (bought("DIVERS", "1"), {}, 0.05, ["commission"]),
        (
            bought("PLASTIQUE", "1"),
            {"goods_currency": "USD", "kg_per_cbm": Decimal(1000)},
            Decimal(2),
            ["commission", "goods", "weight_kg", "category"],
        ),
    ],
    ids=[
        *("category", "currency", "weight", "over one", "negative", "decimals", "nan", "float"),
        "all of them",
    ],
)
def test_what_does_not_go_together_is_refused(
    purchase: Purchase,
    changes: dict[str, object],
    commission: Decimal | None,
    paths: list[str],
) -> None:
    """Every fault at once, each with its path."""
    # Any: the changes are of several fields.
    tariff = attrs.evolve(TARIFF, **changes)  # type: ignore[arg-type]
    with pytest.raises(PurchaseFaults) as caught:
        quote(purchase, tariff, at=NOON, commission=commission)
    assert [fault.path for fault in caught.value.faults] == paths


def test_an_unknown_category_tells_those_there_are() -> None:
    """The merchant who mistyped sees what can be typed."""
    with pytest.raises(PurchaseFaults, match="ELECTRONIQUE, TEXTILE, DIVERS"):
        quote(bought("PLASTIQUE", "1"), TARIFF, at=NOON)


def test_only_the_tariff_in_force_quotes() -> None:
    """Before its beginning, and from its end on, a tariff quotes nothing; no local time does."""
    ending = attrs.evolve(TARIFF, effective_until=NOON + timedelta(days=1))
    for moment in (NOON - timedelta(seconds=1), NOON + timedelta(days=1)):
        with pytest.raises(TariffMissing):
            quote(bought("DIVERS", "1"), ending, at=moment)
    with pytest.raises(PurchaseFaults) as caught:
        quote(bought("DIVERS", "1"), TARIFF, at=NOON.replace(tzinfo=None))
    assert [fault.path for fault in caught.value.faults] == ["at"]


def test_the_absurd_is_refused_without_a_word_of_the_costs() -> None:
    """What passes every bound, by its price or by its cost, is too large: the same sentence."""
    most = from_minor(10**12, "GNF")
    dear = Category("DIVERS", "Divers", "Others", most, gnf(1))
    costly = Category("DIVERS", "Divers", "Others", gnf(1), most)
    said = set()
    for category in (dear, costly):
        tariff = attrs.evolve(TARIFF, categories=[category], kg_per_cbm=Decimal(1))
        heavy = attrs.evolve(bought("DIVERS", "1000"), weight_kg=Decimal(1_000_000))
        with pytest.raises(PurchaseFaults) as caught:
            quote(heavy, tariff, at=NOON)
        said.add(str(caught.value))
    assert said == {"goods: this purchase is too large to be quoted: divide it into smaller ones"}


def test_an_internal_quote_shows_nothing() -> None:
    """Neither its ``repr`` nor that of the whole quote tells a cost or a margin."""
    costs = [money(f"4{n}1234567", "GNF") for n in range(3)]
    categories = [
        attrs.evolve(each, real_cost=cost)
        for each, cost in zip(TARIFF.categories, costs, strict=True)
    ]
    tariff = attrs.evolve(TARIFF, categories=categories, real_rate=Decimal("1187.654321"))
    made = quote(bought("TEXTILE", "1"), tariff, at=NOON)
    shown = f"{made} {made!r} {made.internal} {tariff} {tariff.categories!r}"
    secret = [made.internal.margin, made.internal.real_freight, made.internal.margin_exchange]
    for figure in (*costs, *secret):
        assert f"{figure.amount:f}" not in shown
    assert "1187" not in shown
    assert repr(made.internal) == "InternalQuote()"


QUOTE = quote(bought("DIVERS", "2"), TARIFF, at=NOON)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"total": gnf(1)}, ["total"]),
        ({"freight": money("9000000", "XOF")}, ["freight"]),
        ({"total": money("1", "EUR")}, ["goods_value", "commission", "freight", "price_per_cbm"]),
        ({"freight": gnf(-1)}, ["freight"]),
        ({"freight": gnf(1) * Decimal("0.5")}, ["freight.amount"]),
        ({"total": gnf(1) * Decimal("NaN")}, ["total.amount"]),
        ({"total": 28_125_000.0}, ["total"]),
        ({"rate": Decimal("Infinity"), "billed_cbm": 2.0}, ["rate", "billed_cbm"]),
        ({"valid_until": NOON}, ["valid_until"]),
        ({"quoted_at": datetime(2026, 1, 5), "minimum_applied": 0}, [  # noqa: DTZ001 - refused
            "minimum_applied",
            "quoted_at",
        ]),
        ({"tariff_version": -1, "category": "divers", "commission_rate": Decimal(2)}, [
            *("tariff_version", "category", "commission_rate"),
        ]),
        ({"goods": gnf(0)}, ["goods"]),
    ],
)  # fmt: skip
def test_a_quote_that_does_not_add_up_is_refused(
    changes: dict[str, object], paths: list[str]
) -> None:
    """The quote of a merchant is checked wherever it comes from."""
    with pytest.raises(PurchaseFaults) as caught:
        # Any: the changes are of several fields.
        attrs.evolve(QUOTE.client, **changes)  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == paths


def test_an_internal_quote_that_does_not_add_up_is_refused() -> None:
    """So is the platform's own."""
    with pytest.raises(PurchaseFaults) as caught:
        attrs.evolve(QUOTE.internal, margin=gnf(1))
    assert [fault.path for fault in caught.value.faults] == ["margin"]
    loss = attrs.evolve(QUOTE.internal, margin_exchange=gnf(-10), margin=gnf(2_224_990))
    assert loss.margin_exchange == gnf(-10)


def test_the_two_views_share_no_type() -> None:
    """What a merchant is given is no kind of what the platform knows, and holds none of it."""
    assert not issubclass(ClientQuote, InternalQuote | Quote)
    hidden = {field.name for field in attrs.fields(InternalQuote)} - {"tariff_version"}
    assert not hidden & {field.name for field in attrs.fields(ClientQuote)}
