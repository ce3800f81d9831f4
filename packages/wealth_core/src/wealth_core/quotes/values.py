"""A price, and the assets it stands between: frozen values, checked once.

An asset is a text: the ISO 4217 code of a currency, ``"EUR"``, or a crypto under its symbol,
``"crypto:BTC"``. The prefix is needed because symbols are not chosen with care for currencies.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import attrs

from shared_kernel import FaultList, currency_codes
from shared_kernel.faults import shown
from wealth_core.errors import QuoteFaults
from wealth_core.quotes import _faults

__all__ = ["Quote", "asset_label", "crypto", "is_asset", "is_crypto", "pair_label"]

CRYPTO: Final = "crypto:"
PARITY: Final = "parity"
"""The source of a price that is fixed by law; such a price has no age."""
FIXED_BY_LAW: Final = {("EUR", franc): Decimal("655.957") for franc in ("XAF", "XOF")}
"""The prices that name it, and nothing else may: see `wealth_core.quotes.parities`."""
MAX_DIGITS: Final = 40
MAX_EXPONENT: Final = 30
MAX_SOURCE: Final = 30

_SYMBOL: Final = re.compile(r"[A-Z0-9]{1,20}", re.ASCII)
_SOURCE: Final = re.compile(r"[a-z][a-z0-9-]{0,29}", re.ASCII)
_CURRENCIES: Final = frozenset(currency_codes())


def crypto(symbol: str) -> str:
    """Gives the asset of a crypto's symbol.

    Raises:
        QuoteFaults: the symbol is not 1 to 20 capital letters and figures.

    >>> crypto("BTC")
    'crypto:BTC'
    """
    # Any value may come from a form or a file.
    given: object = symbol
    if not isinstance(given, str) or not _SYMBOL.fullmatch(given):
        raise QuoteFaults.of(_faults.NOT_AN_ASSET, "symbol", given=shown(given))
    return CRYPTO + given


def is_crypto(asset: str) -> bool:
    """Whether an asset is a crypto and not a currency.

    >>> is_crypto("crypto:BTC"), is_crypto("EUR")
    (True, False)
    """
    return asset.startswith(CRYPTO)


def asset_label(asset: str) -> str:
    """Gives what a person calls an asset: its symbol or its code.

    >>> asset_label("crypto:BTC"), asset_label("EUR")
    ('BTC', 'EUR')
    """
    return asset.removeprefix(CRYPTO)


def pair_label(base: str, quote: str) -> str:
    """Gives what a person calls the price of one asset in another.

    >>> pair_label("crypto:BTC", "EUR")
    'BTC/EUR'
    """
    return f"{asset_label(base)}/{asset_label(quote)}"


def is_asset(asset: object) -> bool:
    """Whether this is the text of an asset: a currency in use, or a crypto.

    >>> is_asset("XOF"), is_asset("crypto:SHIB"), is_asset("BTC"), is_asset("crypto:btc")
    (True, True, False, False)
    """
    if not isinstance(asset, str):
        return False
    if asset.startswith(CRYPTO):
        return _SYMBOL.fullmatch(asset, len(CRYPTO)) is not None
    return asset in _CURRENCIES


@attrs.frozen
class Quote:
    """What one unit of an asset was worth in another, at a moment, and who said so.

    Args:
        base: the asset that has the price.
        quote: the asset the price is told in: 1 `base` = `price` `quote`.
        price: above zero, exact, at most 40 figures, within 1E-30 and 1E+30.
        as_of: the moment it holds from, aware; kept in UTC.
        source: who said so: ``"binance"``, ``"ecb"``, ``"table"``, ``"manual"``; ``"parity"`` is
            for the prices that the law fixes, which have no age.

    Raises:
        QuoteFaults: every fault, each with its path.

    >>> Quote("crypto:BTC", "EUR", Decimal("81234.50"), datetime(2025, 12, 9, tzinfo=UTC), "manual")
    Quote('crypto:BTC', 'EUR', 81234.50, 2025-12-09T00:00:00+00:00, 'manual')
    >>> Quote("BTC", "EUR", Decimal(0), datetime(2025, 12, 9), "manual")
    Traceback (most recent call last):
        ...
    wealth_core.errors.QuoteFaults: base: BTC is neither a currency in use nor a crypto: write for \
example EUR or crypto:BTC
    price: a price of 0 is not above zero: write a price above zero
    as_of: 2025-12-09 00:00:00 is not a moment with its time zone: write for example \
2025-12-09T12:00:00Z
    """

    base: str
    quote: str
    price: Decimal
    as_of: datetime
    source: str

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        known = check_pair(found, self.base, self.quote)
        known = check_price(found, "price", self.price) and known
        if check_moment(found, "as_of", self.as_of) and self.as_of.tzinfo is not UTC:
            object.__setattr__(self, "as_of", self.as_of.astimezone(UTC))
        if check_source(found, "source", self.source) and self.source == PARITY and known:
            fixed = FIXED_BY_LAW.get(self.pair) == self.price
            found.check(fixed, _faults.NOT_A_PARITY, "source", given=PARITY)
        found.raise_if_any(QuoteFaults)

    def __repr__(self) -> str:
        moment = self.as_of.isoformat()
        return f"Quote({self.base!r}, {self.quote!r}, {self.price}, {moment}, {self.source!r})"

    @property
    def pair(self) -> tuple[str, str]:
        """The two assets."""
        return self.base, self.quote


def check_pair(found: FaultList, base: object, quote: object) -> bool:
    """Two assets, not the same."""
    before = len(found)
    for path, asset in (("base", base), ("quote", quote)):
        found.check(is_asset(asset), _faults.NOT_AN_ASSET, path, given=shown(asset))
    if len(found) == before:
        found.check(base != quote, _faults.SAME_ASSET, "quote", given=shown(quote))
    return len(found) == before


def check_price(found: FaultList, path: str, price: object) -> bool:
    """A number above zero, exact, of a size that a market knows."""
    if not isinstance(price, Decimal) or not price.is_finite():
        found.add(_faults.NOT_A_PRICE, path, given=shown(price))
    elif price <= 0:
        found.add(_faults.PRICE_NOT_POSITIVE, path, given=shown(price))
    elif len(price.as_tuple().digits) > MAX_DIGITS or abs(price.adjusted()) > MAX_EXPONENT:
        found.add(
            _faults.PRICE_OUT_OF_RANGE,
            path,
            given=shown(price),
            digits=MAX_DIGITS,
            least=f"1E-{MAX_EXPONENT}",
            most=f"1E+{MAX_EXPONENT}",
        )
    else:
        return True
    return False


def check_moment(found: FaultList, path: str, moment: object) -> bool:
    """A date and time with its time zone, within the years that UTC has too."""
    ok = isinstance(moment, datetime) and moment.utcoffset() is not None
    if ok and isinstance(moment, datetime):
        ok = 1 < moment.year < 9999
    return found.check(ok, _faults.NOT_A_MOMENT, path, given=shown(moment))


def check_source(found: FaultList, path: str, source: object) -> bool:
    """The name of a source."""
    return found.check(
        isinstance(source, str) and _SOURCE.fullmatch(source) is not None,
        _faults.NOT_A_SOURCE,
        path,
        given=shown(source),
        most=MAX_SOURCE,
    )
