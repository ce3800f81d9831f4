"""The tariff that a platform may begin with: the worked figures of the price list.

Source: the price list of the group-import platform, in francs guinéens: a yuan at 1,250, 5 % of
commission, and three categories of goods.
"""

from datetime import datetime
from decimal import Decimal

from logistics_core.tariffs.tariff import Category, Tariff
from shared_kernel import money

__all__ = ["starting_tariff"]


def starting_tariff(*, effective_from: datetime) -> Tariff:
    """The first tariff of a platform, not published yet: one to begin with and to change.

    >>> from datetime import UTC
    >>> tariff = starting_tariff(effective_from=datetime(2026, 1, 5, tzinfo=UTC))
    >>> [(category.code, int(category.price.amount)) for category in tariff.categories]
    [('ELECTRONIQUE', 6000000), ('TEXTILE', 5000000), ('DIVERS', 4500000)]
    """
    figures = (
        ("ELECTRONIQUE", "Électronique", "Electronics", 6_000_000, 5_200_000),
        ("TEXTILE", "Textile", "Textiles", 5_000_000, 4_200_000),
        ("DIVERS", "Divers", "Miscellaneous", 4_500_000, 3_700_000),
    )
    return Tariff(
        effective_from=effective_from,
        goods_currency="CNY",
        currency="GNF",
        rate=Decimal(1250),
        commission=Decimal("0.05"),
        categories=[
            Category(code, in_french, in_english, money(price, "GNF"), money(cost, "GNF"))
            for code, in_french, in_english, price, cost in figures
        ],
    )
