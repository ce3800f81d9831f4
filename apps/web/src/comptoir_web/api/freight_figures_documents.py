"""What freight earns on the wire, for administrators alone: by category, by month, in all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from shared_kernel import Money

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import (
        CategoryFigures,
        Figures,
        Margins,
        MonthFigures,
    )

__all__ = [
    "FiguresQuestion",
    "OfficeFigures",
    "OfficeFiguresList",
    "OfficeMargins",
    "OfficeSum",
]


@attrs.frozen(kw_only=True)
class OfficeMargins:
    """What the platform earns, by where it comes from.

    Attributes:
        exchange: On the rate of exchange.
        commission: On the commission.
        freight: On the price of freight.
        total: All of it.
    """

    exchange: Money
    commission: Money
    freight: Money
    total: Money

    @classmethod
    def of(cls, margins: Margins) -> OfficeMargins:
        """Write margins."""
        return cls(
            exchange=margins.exchange,
            commission=margins.commission,
            freight=margins.freight,
            total=margins.total,
        )


@attrs.frozen(kw_only=True)
class OfficeSum:
    """Orders added up.

    Attributes:
        name: The code of a category, or a month.
        orders: How many.
        volume_cbm: Their volume.
        revenue: What merchants pay.
        margins: What the platform earns.
    """

    name: str
    orders: int
    volume_cbm: Decimal
    revenue: Money
    margins: OfficeMargins

    @classmethod
    def of(cls, name: str, sums: CategoryFigures | MonthFigures) -> OfficeSum:
        """Write a sum."""
        return cls(
            name=name,
            orders=sums.orders,
            volume_cbm=sums.volume_cbm,
            revenue=sums.revenue,
            margins=OfficeMargins.of(sums.margins),
        )


@attrs.frozen(kw_only=True)
class OfficeFigures:
    """What was sold in one currency.

    Attributes:
        currency: ISO 4217.
        orders: How many.
        volume_cbm: Their volume.
        revenue: What merchants pay.
        margins: What the platform earns.
        categories: The same by category.
        months: The same by month, the oldest first.
    """

    currency: str
    orders: int
    volume_cbm: Decimal
    revenue: Money
    margins: OfficeMargins
    categories: tuple[OfficeSum, ...]
    months: tuple[OfficeSum, ...]

    @classmethod
    def of(cls, figures: Figures) -> OfficeFigures:
        """Write figures."""
        return cls(
            currency=figures.currency,
            orders=figures.orders,
            volume_cbm=figures.volume_cbm,
            revenue=figures.revenue,
            margins=OfficeMargins.of(figures.margins),
            categories=tuple(OfficeSum.of(each.code, each) for each in figures.categories),
            months=tuple(OfficeSum.of(f"{each.month:%Y-%m}", each) for each in figures.months),
        )


@attrs.frozen(kw_only=True)
class FiguresQuestion:
    """Which months.

    Attributes:
        since: Any day of the first; a year before the last when left out.
        until: Any day of the last; the present month when left out.
    """

    since: date | None = attrs.field(default=None, metadata={"type": date})
    until: date | None = attrs.field(default=None, metadata={"type": date})


@attrs.frozen(kw_only=True)
class OfficeFiguresList:
    """What was sold, one a currency, the largest first."""

    items: tuple[OfficeFigures, ...]
