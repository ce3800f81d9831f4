"""Ask the vendors, keep what is good, remember what went wrong.

A vendor that fails changes no price: the last good one stays, and its age tells. What a vendor
demands (to wait, to stay away) is remembered by the keeper and obeyed by every process. A price
that jumps tenfold is kept aside, flagged, until a later answer says the same: a glitch passes
before that, a real jump (a token made a thousand of one) does not.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import attrs

from shared_kernel import Fault, FaultKind
from shared_kernel.faults import shown
from wealth_core.errors import SourceFailed, SourceNonsense
from wealth_core.quotes import _faults
from wealth_core.quotes.ports import (
    Fetched,
    HistorySource,
    PriceKeeper,
    PriceSource,
    SourceState,
)
from wealth_core.quotes.values import Quote, crypto, is_crypto

__all__ = [
    "WELL_KNOWN",
    "Outcome",
    "RefreshReport",
    "SourceReport",
    "backfill",
    "is_doubtful",
    "is_wanted",
    "refresh",
]

_SYMBOLS: Final = (
    "AAVE ADA ALGO ATOM AVAX BCH BNB BTC DOGE DOT ETC ETH FIL LINK LTC NEAR PEPE POL SHIB SOL SUI "
    "TON TRX UNI USDC USDT XLM XRP"
)
WELL_KNOWN: Final = frozenset(crypto(symbol) for symbol in _SYMBOLS.split())
"""The cryptos whose prices are kept before anybody holds them."""

JUMP: Final = 10
"""A price is set aside when it is so many times the last good one, or less than that part of it."""
CONFIRMED_WITHIN: Final = 2
"""Two prices confirm each other when one is at most so many times the other."""
CONFIRMED_AFTER: Final = timedelta(minutes=2)
"""How long after the jump the confirmation must come: the same answer read twice confirms nothing.
"""
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""A good price older than this says nothing against a new one."""

_GAP: Final = timedelta(days=3)
_FIRST_HISTORY: Final = timedelta(days=89)


class Outcome(StrEnum):
    """How the asking of a source ended."""

    REFRESHED = "refreshed"
    """It gave prices."""
    WAITING = "waiting"
    """It was not asked: it wants to be left alone for a while yet."""
    FAILED = "failed"
    """It gave none; the prices kept stay as they are."""


@attrs.frozen(kw_only=True)
class SourceReport:
    """What became of one source.

    Args:
        source: its name.
        outcome: how it ended.
        fetched: how many prices it gave.
        kept: how many of them are kept and new, or other than they were.
        ignored: how many of its entries were no price.
        doubtful: the prices that jumped, set aside until they are confirmed.
        reason: why it failed, or why it is left alone; None otherwise.
        retry_at: the moment before which it will not be asked again; None when it may be.
    """

    source: str
    outcome: Outcome
    fetched: int = 0
    kept: int = 0
    ignored: int = 0
    doubtful: tuple[Quote, ...] = ()
    reason: Fault | None = None
    retry_at: datetime | None = None


@attrs.frozen
class RefreshReport:
    """What a refresh did, source by source.

    Args:
        at: when it was asked for.
        sources: one report a source, in the order they were given.
        unknown: the cryptos asked for by name that no answering vendor of cryptos has.
    """

    at: datetime
    sources: tuple[SourceReport, ...]
    unknown: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """How many prices are new, or other than they were."""
        return sum(one.kept for one in self.sources)

    @property
    def failed(self) -> tuple[SourceReport, ...]:
        """The sources that gave nothing, though they were asked."""
        return tuple(one for one in self.sources if one.outcome is Outcome.FAILED)


def refresh(
    keeper: PriceKeeper,
    sources: Iterable[PriceSource],
    at: datetime,
    *,
    wanted: Collection[str] = (),
) -> RefreshReport:
    """Asks each source that may be asked, and keeps what it gives.

    A source that also has a history is asked for what was missed, after a gap or the first time.
    No transaction is open while a vendor is asked. Running it from several processes at once is
    safe: each price is kept once.

    Args:
        keeper: what remembers, for example `wealth_core.storage.QuoteKeeper(engine)`.
        sources: whom to ask, in this order; one that fails does not stop the others.
        at: the moment it is.
        wanted: crypto assets to keep the prices of, beside the well-known ones and those that have
            a price already: what the clients hold.
    """
    asked = frozenset(asset for asset in wanted if is_crypto(asset))
    kept = asked | WELL_KNOWN
    reports = []
    known: set[str] = set()
    for source in sources:
        state = keeper.state(source.name)
        if not state.may_be_asked(at):
            reports.append(_waiting(state))
            continue
        try:
            fetched = _asked(source, state, at)
        except SourceFailed as error:
            reports.append(_failed(keeper.fail(source.name, error, at=at), error))
            continue
        known.update(asset for quote in fetched.quotes for asset in quote.pair if is_crypto(asset))
        reports.append(_stored(keeper, fetched, source=source.name, wanted=kept, at=at))
    unknown = tuple(sorted(asked - known)) if known else ()
    return RefreshReport(at, tuple(reports), unknown)


def backfill(
    keeper: PriceKeeper, source: HistorySource, at: datetime, *, since: date
) -> SourceReport:
    """Keeps a source's prices of earlier days, from `since` on; safe to interrupt and to repeat."""
    state = keeper.state(source.name)
    if not state.may_be_asked(at):
        return _waiting(state)
    try:
        fetched = _guarded(source.name, lambda: source.history(since=since, at=at), at)
    except SourceFailed as error:
        return _failed(keeper.fail(source.name, error, at=at), error)
    return _stored(keeper, fetched, source=source.name, wanted=WELL_KNOWN, at=at, screened=False)


def is_wanted(quote: Quote, cryptos: Collection[str]) -> bool:
    """Whether a price is worth keeping: every crypto in it is among those wanted.

    >>> from datetime import UTC
    >>> at = datetime(2025, 12, 9, tzinfo=UTC)
    >>> is_wanted(Quote("EUR", "USD", Decimal("1.16"), at, "ecb"), ())
    True
    >>> is_wanted(Quote("crypto:XYZ", "EUR", Decimal("2"), at, "binance"), {"crypto:BTC"})
    False
    """
    return all(asset in cryptos for asset in quote.pair if is_crypto(asset))


def is_doubtful(quote: Quote, last_good: Quote | None, aside: Sequence[Quote] = ()) -> bool:
    """Whether a price jumped too far to be used at once.

    Args:
        quote: the new price.
        last_good: the price of the pair in use so far; None for the first one, which is taken.
        aside: the prices set aside since then: one that is old enough and says the same as the new
            one confirms it.

    >>> from datetime import UTC
    >>> at = datetime(2025, 12, 9, tzinfo=UTC)
    >>> good = Quote("crypto:BTC", "EUR", Decimal("81000"), at, "binance")
    >>> glitch = attrs.evolve(good, price=Decimal("810"), as_of=at + timedelta(minutes=5))
    >>> again = attrs.evolve(glitch, as_of=at + timedelta(minutes=10))
    >>> is_doubtful(glitch, good), is_doubtful(again, good, [glitch])
    (True, False)
    """
    if last_good is None or quote.as_of - last_good.as_of > FORGOTTEN_AFTER:
        return False
    if _apart(quote.price, last_good.price) < JUMP:
        return False
    return not any(
        quote.as_of - other.as_of >= CONFIRMED_AFTER
        and _apart(quote.price, other.price) <= CONFIRMED_WITHIN
        for other in aside
    )


def _apart(one: Decimal, other: Decimal) -> Decimal:
    """How many times the smaller the larger is; digits beyond the 28th do not matter here."""
    return max(one, other) / min(one, other)


def _asked(source: PriceSource, state: SourceState, at: datetime) -> Fetched:
    if isinstance(source, HistorySource):
        last = state.last_success_at
        if last is None or at - last > _GAP:
            earliest = at - _FIRST_HISTORY
            since = earliest if last is None else max(last - _GAP, earliest)
            day = since.date()
            return _guarded(source.name, lambda: source.history(since=day, at=at), at)
    return _guarded(source.name, lambda: source.fetch(at=at), at)


def _guarded(name: str, ask: Callable[[], Fetched], at: datetime) -> Fetched:
    """Asks, and turns whatever goes wrong into a failure of that source alone."""
    try:
        fetched = ask()
    except SourceFailed:
        raise
    except Exception as error:  # one vendor's surprise must not keep the others from being asked
        why = f"{type(error).__name__} {error}"
        raise _nonsense(_faults.UNEXPECTED, source=name, why=shown(why)) from error
    for quote in fetched.quotes:
        if quote.as_of > at:
            day = quote.as_of.date().isoformat()
            raise _nonsense(_faults.DATED_IN_THE_FUTURE, source=name, day=day)
    return fetched


def _nonsense(kind: FaultKind, **params: str) -> SourceNonsense:
    return SourceNonsense(Fault("", kind, params))


def _waiting(state: SourceState) -> SourceReport:
    return SourceReport(
        source=state.name,
        outcome=Outcome.WAITING,
        reason=state.failure,
        retry_at=state.not_before,
    )


def _failed(state: SourceState, error: SourceFailed) -> SourceReport:
    return SourceReport(
        source=state.name,
        outcome=Outcome.FAILED,
        reason=error.reason,
        retry_at=state.not_before,
    )


def _stored(
    keeper: PriceKeeper,
    fetched: Fetched,
    *,
    source: str,
    wanted: Collection[str],
    at: datetime,
    screened: bool = True,
) -> SourceReport:
    kept = keeper.keep(source, fetched, wanted=wanted, at=at, screened=screened)
    return SourceReport(
        source=source,
        outcome=Outcome.REFRESHED,
        fetched=len(fetched.quotes),
        kept=kept.kept,
        ignored=fetched.ignored,
        doubtful=kept.doubtful,
        retry_at=kept.state.not_before,
    )
