"""Alerts: a threshold crossed, a price stale, a plan late. Each is told once.

What makes an alert one and the same is its *key*: a threshold's key counts its crossings, a stale
price's names the price (the asset, and the moment it holds from), a late plan's names the month.
Whoever looks, and however often, finds the same keys, and the store keeps each once an owner.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from shared_kernel import FaultList, Money, rounded_money
from shared_kernel.faults import shown
from wealth_core._checks import check_is
from wealth_core.errors import NoRate, PlanFaults
from wealth_core.networth.categories import Category
from wealth_core.planning import _faults
from wealth_core.planning._checks import check_id, check_money
from wealth_core.planning.actions import Action, late_actions
from wealth_core.quotes import is_asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wealth_core.quotes import Conversion, QuoteBook

NET_WORTH: Final = "net_worth"
"""The subject of a rule that watches the whole."""


class Direction(StrEnum):
    """Which way a level is passed."""

    ABOVE = "above"
    BELOW = "below"


class AlertKind(StrEnum):
    """What an alert is about."""

    THRESHOLD = "threshold"
    """A level was passed."""
    STALE_PRICE = "stale_price"
    """A price is too old."""
    PLAN_LATE = "plan_late"
    """Actions of a month that is over still wait."""


@attrs.frozen(kw_only=True)
class AlertRule:
    """A level to watch.

    Args:
        id: its identifier, 1 to 64 letters, figures, hyphens or underscores.
        subject: ``net_worth``, a category (``cash``, ``real_estate`` ...), or an asset whose price
            is watched (``crypto:BTC``, ``USD``).
        direction: whether reaching the level from below, or from above, is told.
        level: zero or more; a price is watched in the currency of its level.

    Raises:
        PlanFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> AlertRule(
    ...     id="a", subject="gold", direction=Direction.ABOVE, level=money("1", "EUR")
    ... )  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    wealth_core.errors.PlanFaults: subject: gold cannot be watched: write net_worth, a category ...
    """

    id: str
    subject: str
    direction: Direction
    level: Money

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_id(found, "id", self.id)
        check_is(found, "direction", self.direction, (Direction,))
        level_ok = check_money(found, "level", self.level, zero=True)
        price = is_asset(self.subject)
        ok = price or self.subject == NET_WORTH or self.subject in tuple(Category)
        if ok and price and level_ok:  # a currency in itself is always 1
            ok = self.subject != self.level.currency.code
        found.check(ok, _faults.NOT_A_SUBJECT, "subject", given=shown(self.subject))
        found.raise_if_any(PlanFaults)

    def reached(self, figure: Money) -> bool:
        """Whether a figure, in the currency of the level, is on the far side of it, or on it."""
        if self.direction is Direction.ABOVE:
            return figure >= self.level
        return figure <= self.level


@attrs.frozen(kw_only=True)
class Finding:
    """Something to tell, before it is kept.

    Args:
        kind: what it is about.
        key: what makes it unique for its owner.
        details: what fills its words (`alert_words`), as plain texts.
    """

    kind: AlertKind
    key: str
    details: Mapping[str, str] = attrs.field(factory=dict, hash=False)


class CategoryFigure(Protocol):
    """The total of a category, as a valuation has it."""

    @property
    def category(self) -> Category:
        """Which category."""

    @property
    def total(self) -> Money:
        """Its total."""


class Valuation(Protocol):
    """What alerts look at: a `NetWorth`, or a snapshot of one."""

    @property
    def complete(self) -> bool:
        """Whether every line has its value."""

    @property
    def net_worth(self) -> Money:
        """The net worth."""

    @property
    def categories(self) -> "Sequence[CategoryFigure]":
        """The totals of the categories."""


def figures(
    rules: Iterable[AlertRule], *, valuation: Valuation | None, book: "QuoteBook | None"
) -> dict[str, Money]:
    """Gives what each rule looks at, in the currency of its level, by the id of the rule.

    A rule has no figure, and so cannot be crossed, while the valuation is missing or incomplete,
    while no price leads to its currency, or while the price is stale.

    Args:
        rules: those of an owner.
        valuation: the last one of that owner, complete or not; None without any.
        book: the prices of the moment; None without any.
    """
    found: dict[str, Money] = {}
    for rule in rules:
        figure = _figure(rule, valuation, book)
        if figure is not None:
            found[rule.id] = figure
    return found


def crossings(
    rules: Iterable[AlertRule], before: Mapping[str, Money], after: Mapping[str, Money]
) -> tuple[AlertRule, ...]:
    """Gives the rules whose level was passed between two sets of figures.

    A rule without a figure on either side is not crossed: what stands beyond its level when it is
    first looked at is told once it came back and passed it again.

    Args:
        rules: those of an owner.
        before: the last known figures, by the id of the rule.
        after: the figures of now.

    >>> from shared_kernel import money
    >>> rule = AlertRule(
    ...     id="a", subject="net_worth", direction=Direction.ABOVE, level=money("100", "EUR")
    ... )
    >>> low, high = {"a": money("99", "EUR")}, {"a": money("100", "EUR")}
    >>> [len(crossings([rule], *pair)) for pair in ((low, high), (high, low), (high, high))]
    [1, 0, 0]
    >>> crossings([rule], {}, high)
    ()
    """
    return tuple(
        rule
        for rule in rules
        if (earlier := _comparable(rule, before)) is not None
        and (later := _comparable(rule, after)) is not None
        and rule.reached(later)
        and not rule.reached(earlier)
    )


def threshold_crossed(rule: AlertRule, figure: Money, number: int) -> Finding:
    """Gives what is told of a crossing, the `number`-th of its rule."""
    return Finding(
        kind=AlertKind.THRESHOLD,
        key=f"threshold:{rule.id}:{number}",
        details={
            "subject": rule.subject,
            "direction": rule.direction.value,
            "level": f"{rule.level.amount:f}",
            "figure": f"{figure.amount:f}",
            "currency": rule.level.currency.code,
        },
    )


def stale_prices(conversions: "Iterable[Conversion | None]") -> tuple[Finding, ...]:
    """Gives what is told of the stale prices among those a valuation used, one an asset.

    Args:
        conversions: those of the lines of a `NetWorth`; None where a line needed none.
    """
    oldest: dict[str, Conversion] = {}
    for each in conversions:
        if each is not None and each.stale:
            known = oldest.get(each.asset)
            oldest[each.asset] = each if known is None else min(known, each, key=_as_of)
    return tuple(
        Finding(
            kind=AlertKind.STALE_PRICE,
            key=f"stale_price:{asset}:{_moment(each.as_of)}",
            details={
                "asset": asset,
                "as_of": _moment(each.as_of),
                "sources": ", ".join(each.sources),
            },
        )
        for asset, each in sorted(oldest.items())
    )


def late_months(actions: Iterable[Action], on: date) -> tuple[Finding, ...]:
    """Gives what is told of the actions that still wait after their month, one a month."""
    counts: dict[str, int] = {}
    for action in late_actions(actions, on):
        counts[str(action.month)] = counts.get(str(action.month), 0) + 1
    return tuple(
        Finding(
            kind=AlertKind.PLAN_LATE,
            key=f"plan_late:{month}",
            details={"month": month, "count": str(count)},
        )
        for month, count in counts.items()
    )


WORDS: Final = {
    Direction.ABOVE: "{subject} reached {figure}: you asked to be told at {level} or more",
    Direction.BELOW: "{subject} fell to {figure}: you asked to be told at {level} or less",
    AlertKind.STALE_PRICE: "The price of {asset} has not changed since {as_of}: it may be outdated",
    AlertKind.PLAN_LATE: "Actions of {month} still to be done: {count}",
}
"""The sentence of each alert, a key of the catalogue; its holes are in the details."""


def alert_words(finding: Finding) -> str:
    """Gives the sentence of an alert, a key of the catalogue, with named holes.

    The holes are filled from the details, once each is written for the reader: `subject` and
    `asset` by their names, `level` and `figure` as amounts of `currency`, `as_of` and `month` as
    dates.
    """
    if finding.kind is AlertKind.THRESHOLD:
        return WORDS[Direction(finding.details["direction"])]
    return WORDS[finding.kind]


def _comparable(rule: AlertRule, known: Mapping[str, Money]) -> Money | None:
    figure = known.get(rule.id)
    return figure if figure is not None and figure.currency == rule.level.currency else None


def _figure(rule: AlertRule, valuation: Valuation | None, book: "QuoteBook | None") -> Money | None:
    code = rule.level.currency.code
    if is_asset(rule.subject):
        return _price(rule.subject, code, book)
    if valuation is None or not valuation.complete:
        return None
    if rule.subject == NET_WORTH:
        total = valuation.net_worth
    else:
        totals = {str(each.category.value): each.total for each in valuation.categories}
        total = totals[rule.subject]
    if total.currency.code == code or book is None:
        return total if total.currency.code == code else None
    rate = _rate(total.currency.code, code, book)
    return None if rate is None else rounded_money(rate.rate * Fraction(total.amount), code)


def _price(asset: str, code: str, book: "QuoteBook | None") -> Money | None:
    rate = None if book is None else _rate(asset, code, book)
    return None if rate is None else rounded_money(rate.rate, code)


def _rate(asset: str, to: str, book: "QuoteBook") -> "Conversion | None":
    try:
        found = book.convert(asset, to)
    except NoRate:
        return None
    return None if found.stale else found


def _as_of(conversion: "Conversion") -> datetime:
    return conversion.as_of


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
