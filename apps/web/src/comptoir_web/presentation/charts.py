"""Data for the charts: text in a `data-chart` attribute, which our script reads and draws.

Amounts travel as decimal strings, so nothing is rounded on the way; the script turns them into
numbers only to place them on the screen.
"""

from __future__ import annotations

import json

import attrs

from shared_kernel import from_minor, minor_digits

__all__ = ["YearsChart"]


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
        return json.dumps(
            {
                "currency": self.currency,
                "decimals": minor_digits(self.currency),
                "abscissa": self.abscissa,
                "unit": self.unit,
                "labels": self.labels,
                "series": [
                    {
                        "label": label,
                        "values": [
                            str(from_minor(value, self.currency).amount) for value in values
                        ],
                    }
                    for label, values in self.series
                ],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
