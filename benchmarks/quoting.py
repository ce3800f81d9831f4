"""One quote: the merchant's and the platform's, checked, beside the bare arithmetic in decimals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.harness import Result, cpu_times

LIMIT_S = 0.000_040
UNIT, THOUSANDTH, HUNDREDTH = Decimal(1), Decimal("0.001"), Decimal("0.01")


def bare(
    goods: Decimal,
    rate: Decimal,
    commission: Decimal,
    volume: Decimal,
    price: Decimal,
    cost: Decimal,
) -> tuple[Decimal, Decimal, Decimal]:
    """Compute the total, the margin and its percentage, with no currency and no check."""
    billed = volume.quantize(THOUSANDTH, ROUND_HALF_UP)
    value = (goods * rate).quantize(UNIT, ROUND_HALF_UP)
    fee = (goods * rate * commission).quantize(UNIT, ROUND_HALF_UP)
    freight = (billed * price).quantize(UNIT, ROUND_HALF_UP)
    total = value + fee + freight
    margin = fee + freight - (billed * cost).quantize(UNIT, ROUND_HALF_UP)
    return total, margin, (margin / total * 100).quantize(HUNDREDTH, ROUND_HALF_UP)


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure the second worked quote of the price list."""
    from logistics_core.tariffs import Purchase, quote, starting_tariff
    from shared_kernel import money

    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    tariff = starting_tariff(effective_from=noon)
    goods = money("15000", "CNY")
    purchase = Purchase(goods=goods, category="ELECTRONIQUE", volume_cbm=Decimal("3.0"))
    agreed = Decimal("0.04")
    category = tariff.category("ELECTRONIQUE")
    figures = (purchase.volume_cbm, category.price.amount, category.real_cost.amount)
    made = quote(purchase, tariff, at=noon, commission=agreed)
    peer = bare(goods.amount, tariff.rate, agreed, *figures)
    told = (made.client.total.amount, made.internal.margin.amount, made.internal.margin_percent)
    if peer != told:
        raise RuntimeError(f"the two quotes differ: {told} and {peer}")
    times = cpu_times(
        {
            "ours": lambda: quote(purchase, tariff, at=noon, commission=agreed),
            "bare": lambda: bare(goods.amount, tariff.rate, agreed, *figures),
        },
        runs=5 if quick else 21,
    )
    yield Result(
        subject="quoting",
        name="one quote, both views: CPU",
        median=times["ours"],
        at_most=LIMIT_S,
        peer="the formula in decimals",
        peer_median=times["bare"],
        note="ours with amounts, currencies, dates and every check; the peer three bare decimals",
    )
