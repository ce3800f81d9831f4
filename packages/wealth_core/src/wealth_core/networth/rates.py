"""What one minor unit of an asset is worth on a day, in minor units of the currency of the total.

The one place that says when a price may be used: none later than the day, none from an incomplete
chain. Both `net_worth` and the columnar engine take their rates here, so that they cannot disagree.
"""

from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Final

import attrs

from shared_kernel import Fault, FaultKind, minor_digits
from wealth_core.errors import NoRate
from wealth_core.quotes.book import Conversion, QuoteBook
from wealth_core.quotes.parities import PARITY
from wealth_core.quotes.values import Quote, asset_label, is_crypto, pair_label

NO_PRICE = FaultKind(
    "networth.no_price", "no price leads from {asset} to {to}: refresh the prices, or enter one"
)
PRICE_AFTER = FaultKind(
    "networth.price_after",
    "the price {pair} is of {as_of}, after {on}: give one of that day or before",
)
PRICE_STALE = FaultKind(
    "networth.price_stale", "the price {pair} is {days} days old: refresh it, or enter a new one"
)

IDENTITY: Final = (1, 1)


@attrs.frozen
class Rate:
    """What an asset is worth on a day, or why that is not known.

    Args:
        numerator: with `denominator`, what one minor unit of the asset is worth in minor units of
            the currency of the total; a crypto has no minor unit, and the ratio is of a whole one.
        denominator: see above.
        conversion: how the rate came about; None for the currency of the total itself.
        missing: why there is no rate; None when there is one.
        stale: why the rate is an old one; None when it is not.
        as_of: the day of the oldest price it is made of, fixed parities aside; None without any.
    """

    numerator: int
    denominator: int
    conversion: Conversion | None = None
    missing: Fault | None = None
    stale: Fault | None = None
    as_of: date | None = None

    @property
    def is_identity(self) -> bool:
        """Whether the asset is the currency of the total."""
        return self.conversion is None and self.missing is None

    @property
    def ratio(self) -> tuple[int, int]:
        """The rate as a pair of integers."""
        return self.numerator, self.denominator


class Rates:
    """The rates of a day into one currency; each asset is looked up once.

    Args:
        quotes: the prices.
        on: the day; no price later than it is used.
        base_currency: the currency of the totals.
    """

    def __init__(self, quotes: QuoteBook, *, on: date, base_currency: str) -> None:
        self._quotes = quotes
        self._on = on
        self._base = base_currency
        self._digits = minor_digits(base_currency)
        self._known = {base_currency: Rate(*IDENTITY)}

    def of(self, asset: str) -> Rate:
        """The rate of an asset: a currency, or a crypto as `wealth_core.quotes.crypto` writes it.

        >>> from decimal import Decimal
        >>> book = QuoteBook(
        ...     [Quote("USD", "EUR", Decimal("0.8"), datetime(2025, 12, 8, tzinfo=UTC), "table")],
        ...     at=datetime(2025, 12, 9, tzinfo=UTC),
        ... )
        >>> rates = Rates(book, on=date(2025, 12, 9), base_currency="EUR")
        >>> rates.of("USD").ratio, rates.of("USD").stale, rates.of("EUR").is_identity
        ((4, 5), None, True)
        >>> rates.of("crypto:BTC").missing.message
        'no price leads from BTC to EUR: refresh the prices, or enter one'
        >>> Rates(book, on=date(2025, 12, 7), base_currency="EUR").of("USD").missing.message
        'the price USD/EUR is of 2025-12-08, after 2025-12-07: give one of that day or before'
        """
        known = self._known.get(asset)
        if known is None:
            known = self._known[asset] = self._found(asset)
        return known

    def used(self, conversion: Conversion) -> tuple[Quote, ...]:
        """The prices that a conversion went through, as they were given."""
        found = (self._quotes.find(step.base, step.quote) for step in conversion.steps)
        return tuple(quote for quote in found if quote is not None)

    def _found(self, asset: str) -> Rate:
        try:
            conversion = self._quotes.convert(asset, self._base)
        except NoRate:
            params = {"asset": asset_label(asset), "to": self._base}
            return Rate(*IDENTITY, missing=Fault("", NO_PRICE, params))
        missing = stale = as_of = None
        for step in conversion.steps:
            if step.source == PARITY:
                continue  # fixed by law: it has no age
            day = step.as_of.date()
            as_of = day if as_of is None else min(as_of, day)
            pair = pair_label(step.base, step.quote)
            if day > self._on:
                dates = {"as_of": day.isoformat(), "on": self._on.isoformat()}
                missing = missing or Fault("", PRICE_AFTER, {"pair": pair, **dates})
            elif step.stale or self._is_old(step.base, step.quote):
                days = str((self._on - day).days)
                stale = stale or Fault("", PRICE_STALE, {"pair": pair, "days": days})
        rate = Fraction(conversion.rate)
        from_digits = 0 if is_crypto(asset) else minor_digits(asset)
        ratio = rate * Fraction(10**self._digits, 10**from_digits)
        return Rate(ratio.numerator, ratio.denominator, conversion, missing, stale, as_of)

    def _is_old(self, base: str, quote: str) -> bool:
        """Whether a price is too old on the day itself, when that is later than the book."""
        given = self._quotes.find(base, quote)
        if given is None or self._on <= self._quotes.at.date():
            return False
        return self._quotes.policy.is_stale(given, datetime.combine(self._on, time(), UTC))
