"""What is asked of a vendor's adapter and of whoever keeps the prices, and what they answer.

An adapter (`wealth_core.adapters`) asks one vendor; a keeper (`wealth_core.storage`) remembers.
`refresh` stands between the two and knows neither.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

import attrs

from shared_kernel import Fault
from wealth_core.errors import SourceFailed
from wealth_core.quotes.values import Quote

__all__ = ["Fetched", "HistorySource", "Kept", "PriceKeeper", "PriceSource", "SourceState"]


@attrs.frozen
class Fetched:
    """What a vendor gave.

    Args:
        quotes: its prices, none later than the moment it was asked at.
        ignored: how many of its entries were no price (a price of zero, say) and were left out.
        wait: how long it wants to be left alone; None where it does not mind.
    """

    quotes: tuple[Quote, ...]
    ignored: int = attrs.field(default=0, kw_only=True)
    wait: timedelta | None = attrs.field(default=None, kw_only=True)


class PriceSource(Protocol):
    """A vendor of prices."""

    @property
    def name(self) -> str:
        """The source its prices name: ``"binance"``."""
        ...

    def fetch(self, *, at: datetime) -> Fetched:
        """Asks for the prices of now, in bounded time and memory.

        Args:
            at: the moment it is.

        Raises:
            SourceDown: the vendor did not answer, or refused.
            SourceNonsense: what it answered cannot be believed: nothing of it is taken.
        """
        ...


@runtime_checkable
class HistorySource(Protocol):
    """A vendor that also gives the prices of earlier days."""

    @property
    def name(self) -> str:
        """The source its prices name: ``"ecb"``."""
        ...

    def history(self, *, since: date, at: datetime) -> Fetched:
        """Asks for every price from a day on, today's included; raises as `PriceSource.fetch`."""
        ...


@attrs.frozen(kw_only=True)
class SourceState:
    """What is remembered of a source, for every process to obey.

    Args:
        name: the source.
        last_success_at: when it last gave prices; None when it never did.
        last_failure_at: when it last failed; None when it never did.
        failure: why it last failed, while it has not succeeded since; None otherwise.
        failures: how many times in a row it has failed.
        not_before: the moment before which it is not asked; None when it may be.
    """

    name: str
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    failure: Fault | None = None
    failures: int = 0
    not_before: datetime | None = None

    @property
    def failing(self) -> bool:
        """Whether its last answer was a failure."""
        return self.failures > 0

    def may_be_asked(self, at: datetime) -> bool:
        """Whether nothing forbids to ask it at a moment."""
        return self.not_before is None or self.not_before <= at


@attrs.frozen(kw_only=True)
class Kept:
    """What a keeper did with what was fetched.

    Args:
        kept: how many prices are new, or other than they were.
        doubtful: those that jumped too far to be used until a later answer confirms them.
        state: the state of the source now.
    """

    kept: int
    doubtful: tuple[Quote, ...] = ()
    state: SourceState


class PriceKeeper(Protocol):
    """Whoever keeps prices and the states of the sources; each method is all or nothing."""

    def state(self, source: str) -> SourceState:
        """Gives what is remembered of a source; an empty state for one never asked."""
        ...

    def keep(
        self,
        source: str,
        fetched: Fetched,
        *,
        wanted: Collection[str],
        at: datetime,
        screened: bool = True,
    ) -> Kept:
        """Keeps those of the prices whose cryptos are wanted or kept already, and the success.

        Args:
            source: who gave them.
            fetched: what it gave.
            wanted: the crypto assets to keep the prices of.
            at: the moment it was asked.
            screened: whether a price that jumped is set aside (`wealth_core.quotes.refresh`).
        """
        ...

    def fail(self, source: str, error: SourceFailed, *, at: datetime) -> SourceState:
        """Remembers a failure; the prices stay as they are."""
        ...
