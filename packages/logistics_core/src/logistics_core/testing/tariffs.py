"""Tariffs of every kind, purchases that they quote, suppliers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-logistics", "testing") from error

from logistics_core.measures import Carton, Shipment
from logistics_core.suppliers import COUNTRY_CODES, Badge, Supplier
from logistics_core.tariffs import Category, Purchase, Tariff
from shared_kernel import RoundingMode, from_minor

__all__ = ["TARIFFS_BEGIN", "purchases", "suppliers", "tariffs", "tariffs_and_purchases"]

TARIFFS_BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When the tariffs that are drawn begin to be in force."""

_CODES = ("ELECTRONIQUE", "TEXTILE", "DIVERS", "A", "B_2")


def _decimals(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda units: Decimal(units).scaleb(-places))


def _lines(least: int) -> st.SearchStrategy[str]:
    # Few and telling: drawing texts letter by letter costs more than all the rest of a tariff.
    return st.sampled_from(("Électronique", "=1+1", "<b>x</b>", "电子", "a" * 40, "")[: 6 - least])


def _categories(code: str, currency: str) -> st.SearchStrategy[Category]:
    amounts = st.integers(1, 10**8).map(lambda minor: from_minor(minor, currency))
    costs = st.integers(0, 10**8).map(lambda minor: from_minor(minor, currency))
    return st.builds(Category, st.just(code), _lines(1), _lines(1), amounts, costs)


@st.composite
def tariffs(draw: st.DrawFn, *, begin: datetime = TARIFFS_BEGIN) -> Tariff:
    """Tariffs that are in force from a moment on: every currency pair, rule and rounding.

    Args:
        draw: given by Hypothesis.
        begin: when they begin to be in force.
    """
    currency = draw(st.sampled_from(("GNF", "XOF", "EUR", "TND")))
    codes = draw(st.sampled_from((_CODES[:1], _CODES[:3], _CODES[3:])))
    least = st.integers(1, 10**8).map(lambda minor: from_minor(minor, currency))
    ends = st.integers(1, 20).map(lambda days: begin + timedelta(days=days))
    return Tariff(
        version=draw(st.integers(0, 40)),
        effective_from=begin,
        effective_until=draw(st.none() | ends),
        goods_currency=draw(st.sampled_from(("CNY", "USD", "JPY"))),
        currency=currency,
        rate=draw(_decimals(1, 10**10, 6)),
        real_rate=draw(st.none() | _decimals(1, 10**10, 6)),
        commission=draw(_decimals(0, 10**6, 6)),
        categories=[draw(_categories(code, currency)) for code in codes],
        minimum_freight=draw(st.none() | least),
        kg_per_cbm=draw(st.none() | _decimals(100_000, 2_000_000, 3)),
        volume_places=draw(st.integers(0, 3)),
        volume_rounding=draw(st.sampled_from(RoundingMode)),
        validity=draw(st.integers(1, 400).map(lambda hours: timedelta(hours=hours))),
    )


@st.composite
def purchases(draw: st.DrawFn, *, tariff: Tariff | None = None) -> Purchase:
    """Purchases, told by their volume or by their cartons.

    Args:
        draw: given by Hypothesis.
        tariff: what they can be quoted under; None for any.
    """
    codes = _CODES if tariff is None else tuple(each.code for each in tariff.categories)
    code = "CNY" if tariff is None else tariff.goods_currency
    goods = draw(st.integers(1, 10**9).map(lambda minor: from_minor(minor, code)))
    category, note = draw(st.sampled_from(codes)), draw(_lines(0))
    if draw(st.integers(0, 4)) == 0:
        sides = _decimals(1, 2000, 1)
        carton = st.builds(
            Carton, sides, sides, sides, _decimals(1, 10**5, 3), count=st.integers(1, 12)
        )
        shipment = Shipment(draw(st.lists(carton, min_size=1, max_size=3)))
        return Purchase.of_cartons(goods, category, shipment, note=note)
    weights = _decimals(1, 10**8, 3)
    needed = tariff is not None and tariff.kg_per_cbm is not None
    return Purchase(
        goods=goods,
        category=category,
        volume_cbm=draw(_decimals(1, 10**8, 6)),
        weight_kg=draw(weights if needed else st.none() | weights),
        note=note,
    )


@st.composite
def tariffs_and_purchases(draw: st.DrawFn) -> tuple[Tariff, Purchase]:
    """A tariff, and a purchase that it quotes."""
    tariff = draw(tariffs())
    return tariff, draw(purchases(tariff=tariff))


def suppliers() -> st.SearchStrategy[Supplier]:
    """Suppliers of every kind, each with an identifier of its own making."""
    amounts = st.integers(1, 10**8).map(lambda minor: from_minor(minor, "CNY"))
    sites = st.integers(1, 99).map(lambda number: f"https://supplier-{number}.example/fr?a=1")
    return st.builds(
        Supplier,
        id=st.uuids().map(lambda made: made.hex),
        name=_lines(1),
        category=st.sampled_from(_CODES),
        country=st.sampled_from(sorted(COUNTRY_CODES)),
        city=_lines(0),
        badges=st.lists(st.sampled_from(Badge)),
        minimum_order=st.none() | amounts,
        url=st.just("") | sites,
        description=_lines(0),
        listed=st.booleans(),
    )
