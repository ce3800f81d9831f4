"""The whole under advice: by category and currency, by size, by month.

Sums of what is shown of each client; nothing is converted from one currency to another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from shared_kernel import Money, from_minor, minor_digits
from wealth_core.networth.categories import Category

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

__all__ = [
    "AMOUNTS",
    "Bracket",
    "CurrencyTotals",
    "MonthTotal",
    "brackets_of",
    "evolution_of",
    "totals_of",
]

AMOUNTS: Final = {category: f"{category.value}_minor" for category in Category}
"""The column of each category in a snapshot."""

_SUMS: Final = ("total_assets_minor", "credits_minor", "net_worth_minor")
_BRACKETS: Final = (0, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
_SCALE: Final = {"XOF": 500, "XAF": 500, "GNF": 5_000, "DZD": 100, "MAD": 10}
"""How many times larger the limits are in a currency whose unit is worth less."""


@frozen(kw_only=True)
class CurrencyTotals:
    """What is under advice in one currency, from the snapshots shown.

    Attributes:
        currency: ISO 4217 code.
        clients: How many clients count in it.
        categories: The assets by category, in the order of `Category`.
        total_assets: Their sum.
        credits: What is owed beside the properties.
        net_worth: The difference.
    """

    currency: str
    clients: int
    categories: tuple[tuple[Category, Money], ...]
    total_assets: Money
    credits: Money
    net_worth: Money

    def of(self, category: Category) -> Money:
        """The total of a category."""
        return next(total for each, total in self.categories if each is category)


@frozen(kw_only=True)
class Bracket:
    """How many clients are worth from ``least`` to below ``below``; None is no bound."""

    least: Money | None
    below: Money | None
    clients: int


@frozen(kw_only=True)
class MonthTotal:
    """The net worth under advice at the end of a month, and of how many clients."""

    month: date
    net_worth: Money
    clients: int


def totals_of(rows: Sequence[RowMapping]) -> tuple[CurrencyTotals, ...]:
    """The totals of each currency, that of most clients first; who has no figure is left out."""
    names = (*AMOUNTS.values(), *_SUMS)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*names, "clients"), 0))
    for row in rows:
        if row["base_currency"] is not None:
            into = sums[row["base_currency"]]
            into["clients"] += 1
            for name in names:
                into[name] += row[name]
    found = [_totals(currency, into) for currency, into in sums.items()]
    return tuple(sorted(found, key=lambda one: (-one.clients, one.currency)))


def _totals(currency: str, sums: Mapping[str, int]) -> CurrencyTotals:
    def amount(name: str) -> Money:
        return from_minor(sums[name], currency)

    return CurrencyTotals(
        currency=currency,
        clients=sums["clients"],
        categories=tuple((category, amount(name)) for category, name in AMOUNTS.items()),
        total_assets=amount("total_assets_minor"),
        credits=amount("credits_minor"),
        net_worth=amount("net_worth_minor"),
    )


def brackets_of(rows: Iterable[RowMapping], currency: str) -> tuple[Bracket, ...]:
    """How many clients who count in a currency are between two round amounts."""
    unit = 10 ** minor_digits(currency) * _SCALE.get(currency, 1)
    bounds = [bound * unit for bound in _BRACKETS]
    counts = [0] * (len(bounds) + 1)
    for row in rows:
        if row["base_currency"] == currency:
            counts[sum(row["net_worth_minor"] >= bound for bound in bounds)] += 1
    edges = [None, *(from_minor(bound, currency) for bound in bounds), None]
    return tuple(
        Bracket(least=least, below=below, clients=count)
        for (least, below), count in zip(pairwise(edges), counts, strict=True)
    )


def evolution_of(
    moves: Iterable[Sequence[Any]], currency: str, *, last: date, months: int
) -> tuple[MonthTotal, ...]:
    """The whole at the end of each month up to a day, from the moves of the months."""
    # PostgreSQL adds big integers into a decimal.
    by_month = {int(row[0]): (int(row[1]), int(row[2])) for row in moves}
    if not by_month:
        return ()
    numbers = range(min(by_month), _number(last) + 1)
    worths = accumulate(by_month.get(number, (0, 0))[0] for number in numbers)
    clients = accumulate(by_month.get(number, (0, 0))[1] for number in numbers)
    totals = [
        MonthTotal(
            month=date(number // 12, number % 12 + 1, 1),
            net_worth=from_minor(worth, currency),
            clients=count,
        )
        for number, worth, count in zip(numbers, worths, clients, strict=True)
    ]
    return tuple(totals[-months:])


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1
