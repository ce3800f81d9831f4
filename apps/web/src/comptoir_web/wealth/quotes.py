"""`QuoteService`: prices and rates, refreshed, entered by hand, and who uses them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from attrs import frozen
from sqlalchemy import Engine, select

from shared_kernel.engine import reading, transaction
from wealth_core.errors import NoRate
from wealth_core.quotes import crypto
from wealth_core.quotes.refresh import refresh
from wealth_core.storage.holding_tables import wealth_holdings
from wealth_core.storage.quote_keeper import QuoteKeeper, source_states
from wealth_core.storage.quotes import QuoteStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.settings import Settings
    from wealth_core.quotes import QuoteBook
    from wealth_core.quotes.ports import PriceSource, SourceState
    from wealth_core.quotes.refresh import RefreshReport
    from wealth_core.storage.quotes import QuoteRow

__all__ = ["QuoteBoard", "QuoteService", "QuoteUse", "sources_for"]

_AT_ONCE: Final = 1_000
# In a document kept as text a quotation mark that a person typed is escaped: what this finds is
# ours.
_NAMED: Final = re.compile(r'"(currency|symbol)":\s*"([A-Z0-9]{1,20})"')


def sources_for(settings: Settings) -> tuple[PriceSource, ...]:
    """The sources that the settings name, in the order they are asked.

    Raises:
        ExtraMissing: One is named and the extra ``quotes`` of comptoir-wealth is not installed.
    """
    made: list[PriceSource] = []
    for name in settings.quote_sources:
        if name == "binance":
            from wealth_core.adapters.binance import Binance

            made.append(Binance())
        if name == "ecb":
            from wealth_core.adapters.ecb import Ecb

            made.append(Ecb())
    return tuple(made)


@frozen(kw_only=True)
class QuoteUse:
    """An asset that clients hold, or count in.

    Attributes:
        asset: ``USD``, ``crypto:BTC``.
        clients: How many clients need its price.
        missing: Whether no price leads from it to the currency of one of them.
        stale: Whether the price that does is old.
    """

    asset: str
    clients: int
    missing: bool
    stale: bool


@frozen(kw_only=True)
class QuoteBoard:
    """Everything the page of the prices shows, read at one moment.

    Attributes:
        at: The moment.
        rows: The price in use of each pair, with its age.
        upcoming: Rates entered that come into effect later, the next one first.
        sources: What is remembered of each source that was ever asked.
        uses: What clients need a price of, those without one first.
        asked: The names of the sources that a refresh asks; none reaches nobody.
    """

    at: datetime
    rows: tuple[QuoteRow, ...]
    upcoming: tuple[QuoteRow, ...]
    sources: tuple[SourceState, ...]
    uses: tuple[QuoteUse, ...]
    asked: tuple[str, ...]


@frozen
class QuoteService:
    """The prices of an installation.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        sources: Asked by `refresh`, in this order; empty reaches nobody.
    """

    engine: Engine
    clock: Callable[[], datetime]
    sources: Sequence[PriceSource] = ()

    def refresh(self, *, wanted: Sequence[str] = ()) -> RefreshReport:
        """Ask every source once; one that fails keeps its last good prices.

        No transaction is open while a source is waited for.

        Args:
            wanted: Crypto-assets to keep the price of (``crypto:SOL``), beside the well-known ones
                and those that clients hold.
        """
        held = {asset for asset, _base in self._needs() if asset.startswith("crypto:")}
        return refresh(
            QuoteKeeper(self.engine), self.sources, self.clock(), wanted={*held, *wanted}
        )

    def set(
        self, base: str, quote: str, price: Decimal, *, as_of: date | datetime, by: str
    ) -> QuoteRow:
        """Enter a rate in the platform's own table: 1 ``base`` = ``price`` ``quote``.

        A day counts from its first moment (UTC); it may be ahead, within a year. Entered again for
        the same moment, the rate is corrected.

        Raises:
            QuoteFaults: What is wrong with the pair, the price or the moment.
        """
        with transaction(self.engine) as connection:
            return QuoteStore(connection).set(
                base, quote, price, as_of=as_of, by=by, at=self.clock()
            )

    def unset(self, base: str, quote: str, *, as_of: date | datetime) -> bool:
        """Take a rate out of the platform's own table; whether there was one."""
        with transaction(self.engine) as connection:
            return QuoteStore(connection).unset(base, quote, as_of=as_of)

    def book(self, *, at: datetime | None = None) -> QuoteBook:
        """The prices known at a moment (None: now)."""
        with reading(self.engine) as connection:
            return QuoteStore(connection).book(at=at or self.clock())

    def latest(self) -> tuple[QuoteRow, ...]:
        """The price in use of each pair with its age and whether it is stale."""
        with reading(self.engine) as connection:
            return QuoteStore(connection).latest(self.clock())

    def history(
        self, base: str, quote: str, *, since: datetime | None = None, limit: int = 500
    ) -> tuple[QuoteRow, ...]:
        """The prices kept of a pair, the newest first.

        Raises:
            QuoteFaults: These are not two assets.
        """
        with reading(self.engine) as connection:
            return QuoteStore(connection).history(
                base, quote, at=self.clock(), since=since, limit=limit
            )

    def source_states(self) -> tuple[SourceState, ...]:
        """What each source answered last, and until when it asks to be left alone."""
        with reading(self.engine) as connection:
            return source_states(connection)

    def board(self) -> QuoteBoard:
        """Everything the page of the prices shows."""
        at = self.clock()
        with reading(self.engine) as connection:
            store = QuoteStore(connection)
            return QuoteBoard(
                at=at,
                rows=store.latest(at),
                upcoming=store.upcoming(at),
                sources=source_states(connection),
                uses=_uses(_needs(connection), store.book(at=at)),
                asked=tuple(source.name for source in self.sources),
            )

    def _needs(self) -> Counter[tuple[str, str]]:
        with reading(self.engine) as connection:
            return _needs(connection)


def _needs(connection: Connection) -> Counter[tuple[str, str]]:
    """How many clients need the price of an asset in a currency."""
    found: Counter[tuple[str, str]] = Counter()
    for document, base in _documents(connection):
        found.update((asset, base) for asset in _assets(document) if asset != base)
    return found


def _documents(connection: Connection) -> Iterator[tuple[str, str]]:
    columns = select(wealth_holdings.c.document, wealth_holdings.c.base_currency)
    for row in connection.execute(columns.execution_options(yield_per=_AT_ONCE)):
        yield row[0], row[1]


def _assets(document: str) -> set[str]:
    return {code if kind == "currency" else crypto(code) for kind, code in _NAMED.findall(document)}


def _uses(needs: Counter[tuple[str, str]], book: QuoteBook) -> tuple[QuoteUse, ...]:
    clients: Counter[str] = Counter()
    missing: set[str] = set()
    stale: set[str] = set()
    for (asset, base), count in needs.items():
        clients[asset] += count
        try:
            if book.convert(asset, base).stale:
                stale.add(asset)
        except NoRate:
            missing.add(asset)
    uses = (
        QuoteUse(asset=asset, clients=count, missing=asset in missing, stale=asset in stale)
        for asset, count in clients.items()
    )
    return tuple(
        sorted(uses, key=lambda use: (not use.missing, not use.stale, -use.clients, use.asset))
    )
