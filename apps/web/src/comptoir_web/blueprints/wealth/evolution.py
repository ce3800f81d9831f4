"""The history of a net worth: its curves, what each of them says, and its table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from comptoir_web.presentation.charts import EvolutionChart
from comptoir_web.presentation.formats import day, money
from comptoir_web.presentation.languages import gettext as _
from shared_kernel import from_minor, to_minor

from .words import CATEGORIES, CREDITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from wealth_core.networth import Category
    from wealth_core.storage import SnapshotPoint

__all__ = ["Curve", "curve_of", "curves_of", "same_currency"]

_SHOWN_IN_TABLE = 12


@attrs.frozen(kw_only=True)
class Curve:
    """One line of a chart, with the finding that is its title.

    Attributes:
        key: A word of its own, for the address of its title.
        name: What the line is of.
        finding: What it shows.
        chart: The data, as the script reads it.
        points: The latest days and amounts, the newest first, for the table under it.
        more: Whether there are more than these.
    """

    key: str
    name: str
    finding: str
    chart: str
    points: tuple[tuple[date, str], ...]
    more: bool


def same_currency(history: Sequence[SnapshotPoint]) -> tuple[SnapshotPoint, ...]:
    """The points of the currency the last one counts in: amounts of two make no curve."""
    if not history:
        return ()
    currency = history[-1].base_currency
    return tuple(point for point in history if point.base_currency == currency)


def curve_of(history: Sequence[SnapshotPoint]) -> Curve | None:
    """The curve of the net worth; None before there are two points to join."""
    points = same_currency(history)
    if len(points) < 2:
        return None
    return _curve(points, "net", _("Net worth"), lambda point: point.net_worth_minor, 1)


def curves_of(history: Sequence[SnapshotPoint]) -> tuple[Curve, ...]:
    """A curve a category, then the credits; those that were never anything are left out."""
    points = same_currency(history)
    if len(points) < 2:
        return ()
    found = [
        _curve(points, category.value, str(name), partial(_total, category=category), colour)
        for colour, (category, name) in enumerate(CATEGORIES.items(), start=1)
        if any(point.minor_of(category) for point in points)
    ]
    if any(point.credits.amount for point in points):
        found.append(
            _curve(points, "credits", str(CREDITS), lambda point: to_minor(point.credits), 6)
        )
    return tuple(found)


def _total(point: SnapshotPoint, *, category: Category) -> int:
    return point.minor_of(category)


def _curve(
    points: Sequence[SnapshotPoint],
    key: str,
    name: str,
    minor: Callable[[SnapshotPoint], int],
    colour: int,
) -> Curve:
    values = tuple(minor(point) for point in points)
    currency = points[-1].base_currency
    latest = list(zip((point.valued_on for point in points), values, strict=True))[::-1]
    return Curve(
        key=key,
        name=name,
        finding=_finding(name, points[0].valued_on, values[-1] - values[0], currency),
        chart=EvolutionChart(
            currency=currency,
            label=name,
            days=tuple(point.valued_on for point in points),
            values=values,
            colour=colour,
        ).json(),
        points=tuple(
            (on, money(from_minor(value, currency))) for on, value in latest[:_SHOWN_IN_TABLE]
        ),
        more=len(latest) > _SHOWN_IN_TABLE,
    )


def _finding(name: str, since: date, change: int, currency: str) -> str:
    said = {"name": name, "amount": money(from_minor(abs(change), currency)), "day": day(since)}
    if change > 0:
        return _("%(name)s: %(amount)s more since %(day)s", **said)
    if change < 0:
        return _("%(name)s: %(amount)s less since %(day)s", **said)
    return _("%(name)s: the same as on %(day)s", name=name, day=day(since))
