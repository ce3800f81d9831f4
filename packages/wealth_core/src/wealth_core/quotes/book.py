"""The prices of a moment, and the conversion of any asset into any other, every step told.

A book is made once and asked often: what it found is remembered, so that many thousands of profiles
share one. It reads no clock: the moment it stands at comes in with the prices.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from shared_kernel import FaultList
from shared_kernel.faults import shown
from wealth_core.errors import NoRate, QuoteFaults
from wealth_core.quotes import _faults
from wealth_core.quotes.parities import PARITY, fixed_quotes, parity_of
from wealth_core.quotes.values import Quote, asset_label, check_moment, pair_label

__all__ = ["MAX_STEPS", "Conversion", "QuoteBook", "QuotePolicy", "Step"]

MAX_STEPS: Final = 4
"""The longest chain: a crypto in another, that one in euros, those in dollars, those in a franc."""

_HUBS: Final = {"EUR": 0, "USD": 1, "crypto:USDT": 2}
_FIRST_SOURCES: Final = {PARITY: 0, "table": 1, "manual": 2}
_DAY: Final = timedelta(days=1)


def _limits(given: Mapping[str, timedelta]) -> dict[str, timedelta]:
    return dict(given)


@attrs.frozen
class QuotePolicy:
    """How old a price may be, by who said so, before it is called stale.

    Args:
        stale_after: the age beyond which a source's price is stale. Euro rates are published on
            working days: six days let Easter pass.
        otherwise: that age for a source that is not named.

    >>> QuotePolicy().limit("binance"), QuotePolicy().limit("parity")
    (datetime.timedelta(days=1), None)
    """

    stale_after: Mapping[str, timedelta] = attrs.field(
        factory=lambda: {
            "binance": _DAY,
            "ecb": 6 * _DAY,
            "table": 35 * _DAY,
            "manual": 35 * _DAY,
        },
        converter=_limits,
        hash=False,
    )
    otherwise: timedelta = attrs.field(default=35 * _DAY, kw_only=True)

    def limit(self, source: str) -> timedelta | None:
        """Gives the age a source's price may have; None for a parity, which has no age."""
        return None if source == PARITY else self.stale_after.get(source, self.otherwise)

    def is_stale(self, quote: Quote, at: datetime) -> bool:
        """Whether a price is too old at a moment."""
        limit = self.limit(quote.source)
        return limit is not None and at - quote.as_of > limit


@attrs.frozen
class Step:
    """One price used in a conversion.

    Args:
        base: the asset the price is of, as the source told it.
        quote: the asset it is told in.
        price: 1 `base` = `price` `quote`.
        inverted: whether it was used backwards, from `quote` to `base`.
        source: who said so.
        as_of: the moment it holds from.
        age: how old it was at the moment of the book.
        stale: whether that is too old; never for a fixed parity.
    """

    base: str
    quote: str
    price: Decimal
    inverted: bool
    source: str
    as_of: datetime
    age: timedelta
    stale: bool

    @property
    def rate(self) -> Fraction:
        """What the step multiplies by."""
        return 1 / Fraction(self.price) if self.inverted else Fraction(self.price)


@attrs.frozen
class Conversion:
    """What one unit of an asset is worth in another, and how that was found.

    Args:
        asset: what is converted.
        to: what it is converted into.
        rate: 1 `asset` = `rate` `to`, exact; rounding is for whoever multiplies by it.
        steps: the prices used, in order; none when the two assets are the same.
        as_of: the moment of the oldest of them, fixed parities left out; the book's own moment
            where nothing has an age.
        stale: whether one of them is too old.
        sources: who said so, each once, in the order of the steps.
    """

    asset: str
    to: str
    rate: Fraction
    steps: tuple[Step, ...]
    as_of: datetime
    stale: bool
    sources: tuple[str, ...]


class QuoteBook:
    """The latest prices at a moment, one a pair; whatever they can be chained into.

    The fixed parities of the CFA francs are always in, whatever is given for those pairs.

    Args:
        quotes: prices, in any order; of several for a pair the latest is used, and of equally late
            ones the platform's own table first.
        at: the moment the book stands at: ages are counted to it.
        policy: how old a price may be before it is stale.

    Raises:
        QuoteFaults: a price comes after `at`, or `at` has no time zone.

    >>> from datetime import UTC
    >>> noon = datetime(2025, 12, 9, 12, tzinfo=UTC)
    >>> book = QuoteBook(
    ...     [
    ...         Quote("crypto:SOL", "crypto:USDT", Decimal("130"), noon, "binance"),
    ...         Quote("EUR", "crypto:USDT", Decimal("1.16"), noon, "binance"),
    ...     ],
    ...     at=noon,
    ... )
    >>> found = book.convert("crypto:SOL", "XOF")
    >>> [(step.base, step.quote, step.inverted) for step in found.steps]
    [('crypto:SOL', 'crypto:USDT', False), ('EUR', 'crypto:USDT', True), ('EUR', 'XOF', False)]
    >>> round(found.rate, 2), found.sources
    (Fraction(3675621, 50), ('binance', 'parity'))
    """

    def __init__(
        self, quotes: Iterable[Quote], *, at: datetime, policy: QuotePolicy | None = None
    ) -> None:
        found = FaultList()
        at_ok = check_moment(found, "at", at)
        latest: dict[tuple[str, str], Quote] = {}
        given: Iterable[object] = quotes
        for place, quote in enumerate(given):
            path = f"quotes[{place}]"
            if not isinstance(quote, Quote):
                found.add(_faults.NOT_QUOTES, path, given=shown(quote))
            elif at_ok and quote.as_of > at:
                found.add(
                    _faults.FROM_THE_FUTURE,
                    f"{path}.as_of",
                    given=f"{pair_label(*quote.pair)} ({quote.as_of.isoformat()})",
                    at=at.isoformat(),
                )
            elif parity_of(*quote.pair) is None:
                known = latest.get(quote.pair)
                if known is None or rank(quote) > rank(known):
                    latest[quote.pair] = quote
        found.raise_if_any(QuoteFaults)
        latest.update((one.pair, one) for one in fixed_quotes())
        self._at = at
        self._policy = QuotePolicy() if policy is None else policy
        self._quotes = {pair: latest[pair] for pair in sorted(latest)}
        self._roads: dict[bool, dict[str, tuple[str, ...]]] = {}
        self._found: dict[tuple[str, str], Conversion | None] = {}

    @property
    def at(self) -> datetime:
        """The moment the book stands at."""
        return self._at

    @property
    def policy(self) -> QuotePolicy:
        """How old a price may be here."""
        return self._policy

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The prices used, one a pair, in the order of their assets; the parities too."""
        return tuple(self._quotes.values())

    def find(self, base: str, quote: str) -> Quote | None:
        """Gives the price of a pair as it was told; None where nobody told one that way round."""
        return self._quotes.get((base, quote))

    def convert(self, asset: str, to: str) -> Conversion:
        """Finds what one unit of an asset is worth in another.

        The shortest chain of at most four prices, each used forwards or backwards; of equally short
        ones the one through EUR, then USD, then USDT, then in the order of the assets' names. A
        chain without a stale price goes before one with: a pair that a vendor stopped quoting does
        not stand in the way of two that it quotes. The same prices always give the same chain.

        Raises:
            NoRate: no such chain.
        """
        try:
            known = self._found[asset, to]
        except KeyError:
            known = self._found[asset, to] = self._search(asset, to)
        if known is None:
            raise NoRate(asset_label(asset), asset_label(to))
        return known

    def _search(self, asset: str, to: str) -> Conversion | None:
        if asset == to:
            return Conversion(asset, to, Fraction(1), (), self._at, stale=False, sources=())
        for fresh_only in (True, False):
            assets = self._chain(asset, to, fresh_only=fresh_only)
            if assets:
                return self._conversion(assets)
        return None

    def _chain(self, asset: str, to: str, *, fresh_only: bool) -> tuple[str, ...]:
        """Gives the assets on the way, both ends included; none where there is no way."""
        roads = self._roads_of(fresh_only=fresh_only)
        reached: dict[str, tuple[str, ...]] = {asset: (asset,)}
        waiting = deque([asset])
        # Breadth first, and from each asset the hubs first: the first way found is the one wanted.
        while waiting:
            here = waiting.popleft()
            way = reached[here]
            if here == to:
                return way
            if len(way) > MAX_STEPS:
                continue
            for following in roads.get(here, ()):
                if following not in reached:
                    reached[following] = (*way, following)
                    waiting.append(following)
        return ()

    def _roads_of(self, *, fresh_only: bool) -> Mapping[str, tuple[str, ...]]:
        known = self._roads.get(fresh_only)
        if known is None:
            ends: dict[str, set[str]] = {}
            for quote in self._quotes.values():
                if fresh_only and self._policy.is_stale(quote, self._at):
                    continue
                ends.setdefault(quote.base, set()).add(quote.quote)
                ends.setdefault(quote.quote, set()).add(quote.base)
            known = self._roads[fresh_only] = {
                asset: _hubs_first(others) for asset, others in ends.items()
            }
        return known

    def _conversion(self, assets: tuple[str, ...]) -> Conversion:
        steps = tuple(map(self._step, assets, assets[1:]))
        rate = Fraction(1)
        for step in steps:
            rate *= step.rate
        return Conversion(
            asset=assets[0],
            to=assets[-1],
            rate=rate,
            steps=steps,
            as_of=min((s.as_of for s in steps if s.source != PARITY), default=self._at),
            stale=any(step.stale for step in steps),
            sources=tuple(dict.fromkeys(step.source for step in steps)),
        )

    def _step(self, base: str, to: str) -> Step:
        told = [self._quotes.get((base, to)), self._quotes.get((to, base))]
        # Told both ways round, the later one; equally late, the one that needs no division.
        quote = max((one for one in told if one is not None), key=rank)
        return Step(
            base=quote.base,
            quote=quote.quote,
            price=quote.price,
            inverted=quote.base != base,
            source=quote.source,
            as_of=quote.as_of,
            age=self._at - quote.as_of,
            stale=self._policy.is_stale(quote, self._at),
        )


def rank(quote: Quote) -> tuple[datetime, int, str]:
    """What makes one price go before another of the same pair: the greater, the better."""
    return quote.as_of, -_FIRST_SOURCES.get(quote.source, len(_FIRST_SOURCES)), quote.source


def _hubs_first(assets: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(assets, key=lambda asset: (_HUBS.get(asset, len(_HUBS)), asset)))
