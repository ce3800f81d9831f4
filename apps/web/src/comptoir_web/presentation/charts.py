"""Data for the charts: text in a `data-chart` attribute, which our script reads and draws.

Amounts travel as decimal strings, so nothing is rounded on the way; the script turns them into
numbers only to place them on the screen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from shared_kernel import from_minor, minor_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

__all__ = [
    "BarsChart",
    "EvolutionChart",
    "FanChart",
    "RateChart",
    "RingChart",
    "StepsChart",
    "YearsChart",
]


@attrs.frozen(kw_only=True)
class YearsChart:
    """Stacked bars, one a year.

    Attributes:
        currency: ISO 4217 code of the amounts.
        abscissa: The name of the horizontal axis.
        unit: The name of the vertical one.
        labels: One a bar.
        series: For each part of the bars, its name and its amounts in minor units.
    """

    currency: str
    abscissa: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]

    def json(self) -> str:
        """The text of the attribute.

        >>> YearsChart(
        ...     currency="EUR", abscissa="Year", unit="EUR", labels=("2025",),
        ...     series=(("Interest", (150,)),),
        ... ).json()  # doctest: +ELLIPSIS
        '{"currency":"EUR","decimals":2,...,"series":[{"label":"Interest","values":["1.50"]}]}'
        """
        return _text(
            self.currency,
            abscissa=self.abscissa,
            unit=self.unit,
            labels=self.labels,
            series=[
                {"label": label, "values": _amounts(values, self.currency)}
                for label, values in self.series
            ],
        )


@attrs.frozen(kw_only=True)
class RingChart:
    """What a whole is made of: a ring, whose colours are those of `chart-keys`, in order.

    Attributes:
        currency: ISO 4217 code of the amounts.
        labels: One a part.
        values: Their amounts in minor units; a part that is not above zero takes no room.
    """

    currency: str
    labels: tuple[str, ...]
    values: tuple[int, ...]

    def json(self) -> str:
        """The text of the attribute.

        >>> RingChart(currency="EUR", labels=("Cash", "Debt"), values=(150, -20)).json()
        '{"currency":"EUR","decimals":2,"kind":"ring","labels":["Cash","Debt"],"values":["1.50","0.00"]}'
        """
        values = _amounts([max(0, value) for value in self.values], self.currency)
        return _text(self.currency, kind="ring", labels=self.labels, values=values)


@attrs.frozen(kw_only=True)
class EvolutionChart:
    """A line through the days: one amount a day, the days as far apart as they are.

    Attributes:
        currency: ISO 4217 code of the amounts.
        label: What the line is of.
        days: In order.
        values: The amounts in minor units, one a day.
        colour: Which of the six colours.
    """

    currency: str
    label: str
    days: tuple[date, ...]
    values: tuple[int, ...]
    colour: int = 1

    def json(self) -> str:
        """The text of the attribute.

        >>> from datetime import date
        >>> EvolutionChart(
        ...     currency="XOF", label="Net worth", days=(date(2025, 12, 9),), values=(150,)
        ... ).json()  # doctest: +ELLIPSIS
        '{"currency":"XOF","decimals":0,"kind":"line",...,"days":["2025-12-09"],"values":["150"]}'
        """
        return _text(
            self.currency,
            kind="line",
            label=self.label,
            colour=self.colour,
            days=[day.isoformat() for day in self.days],
            values=_amounts(self.values, self.currency),
        )


@attrs.frozen(kw_only=True)
class RateChart:
    """A line through the days, of a price with the decimals it needs.

    Attributes:
        unit: What it is told in: a currency, or a crypto-asset.
        label: What the line is of.
        days: In order.
        values: The prices, one a day.
        decimals: How many are shown.
    """

    unit: str
    label: str
    days: tuple[date, ...]
    values: tuple[Decimal, ...]
    decimals: int

    def json(self) -> str:
        """The text of the attribute.

        >>> from datetime import date
        >>> from decimal import Decimal
        >>> RateChart(
        ...     unit="USD", label="EUR/USD", days=(date(2025, 12, 9),), values=(Decimal("1.16"),),
        ...     decimals=4,
        ... ).json()  # doctest: +ELLIPSIS
        '{"unit":"USD","decimals":4,"kind":"line",...,"days":["2025-12-09"],"values":["1.16"]}'
        """
        return _dumped(
            {
                "unit": self.unit,
                "decimals": self.decimals,
                "kind": "line",
                "label": self.label,
                "colour": 1,
                "days": [day.isoformat() for day in self.days],
                "values": [f"{value:f}" for value in self.values],
            }
        )


@attrs.frozen(kw_only=True)
class StepsChart:
    """Lines through the days that hold their value until the next: rates that were published.

    Attributes:
        unit: What they are told in.
        days: In order.
        series: For each line, its name and its values, one a day.
    """

    unit: str
    days: tuple[date, ...]
    series: tuple[tuple[str, tuple[Decimal, ...]], ...]

    def json(self) -> str:
        """The text of the attribute.

        >>> from datetime import date
        >>> from decimal import Decimal
        >>> StepsChart(
        ...     unit="GNF", days=(date(2026, 1, 5),), series=(("Charged", (Decimal("1250"),)),)
        ... ).json()  # doctest: +ELLIPSIS
        '{"unit":"GNF","decimals":0,"kind":"steps","days":["2026-01-05"],"series":[{"label":"Charged",...'
        """
        values = [value for _label, values in self.series for value in values]
        return _dumped(
            {
                "unit": self.unit,
                "decimals": max(map(_decimals, values), default=0),
                "kind": "steps",
                "days": [day.isoformat() for day in self.days],
                "series": [
                    {
                        "label": label,
                        "colour": place,
                        "stepped": True,
                        "values": [f"{value:f}" for value in values],
                    }
                    for place, (label, values) in enumerate(self.series, start=1)
                ],
            }
        )


@attrs.frozen(kw_only=True)
class BarsChart:
    """Bars of something that is no money: one a label.

    Attributes:
        abscissa: The name of the horizontal axis.
        unit: The name of the vertical one.
        label: What the bars are of.
        labels: One a bar.
        values: One a bar.
        decimals: How many are shown.
    """

    abscissa: str
    unit: str
    label: str
    labels: tuple[str, ...]
    values: tuple[Decimal, ...]
    decimals: int = 0

    def json(self) -> str:
        """The text of the attribute.

        >>> from decimal import Decimal
        >>> BarsChart(
        ...     abscissa="Month", unit="CBM", label="Volume", labels=("01/2026",),
        ...     values=(Decimal("7.5"),), decimals=1,
        ... ).json()  # doctest: +ELLIPSIS
        '{"decimals":1,"abscissa":"Month","unit":"CBM",...[{"label":"Volume","values":["7.5"]}]}'
        """
        return _dumped(
            {
                "decimals": self.decimals,
                "abscissa": self.abscissa,
                "unit": self.unit,
                "labels": self.labels,
                "series": [
                    {"label": self.label, "values": [f"{value:f}" for value in self.values]}
                ],
            }
        )


@attrs.frozen(kw_only=True)
class FanChart:
    """What may become of an amount: a middle line, and the band between a low and a high one.

    Attributes:
        currency: ISO 4217 code of the estimates.
        days: In order.
        low: The name of the lowest line and its estimates, in whole units, one a day.
        middle: The same of the middle one.
        high: The same of the highest.
    """

    currency: str
    days: tuple[date, ...]
    low: tuple[str, tuple[int, ...]]
    middle: tuple[str, tuple[int, ...]]
    high: tuple[str, tuple[int, ...]]

    def json(self) -> str:
        """The text of the attribute: estimates have no decimals.

        >>> from datetime import date
        >>> FanChart(
        ...     currency="EUR", days=(date(2035, 12, 9),), low=("Low", (1,)),
        ...     middle=("Middle", (2,)), high=("High", (3,)),
        ... ).json()  # doctest: +ELLIPSIS
        '{"currency":"EUR","decimals":0,"kind":"fan","days":["2035-12-09"],"series":[{"label":"Low",...'
        """
        # The middle comes last: it is drawn over the band.
        lines = (("low", self.low, 4), ("high", self.high, 4), ("middle", self.middle, 1))
        return _dumped(
            {
                "currency": self.currency,
                "decimals": 0,
                "kind": "fan",
                "days": [day.isoformat() for day in self.days],
                "series": [
                    {"label": label, "line": line, "colour": colour, "values": values}
                    for line, (label, values), colour in lines
                ],
            }
        )


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _amounts(values: Iterable[int], currency: str) -> list[str]:
    return [str(from_minor(value, currency).amount) for value in values]


def _text(currency: str, **more: object) -> str:
    about: Mapping[str, object] = {"currency": currency, "decimals": minor_digits(currency)}
    return _dumped({**about, **more})


def _dumped(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
