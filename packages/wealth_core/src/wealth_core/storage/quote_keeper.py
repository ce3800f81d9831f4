"""What a refresh of the prices talks to: short transactions, one a source.

While a vendor is asked no transaction is open. What is kept of a source is written under the lock
of its row, so that two processes that refresh at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs
from sqlalchemy import Connection, Engine, Select, select, update

from shared_kernel import Fault, all_fault_kinds
from shared_kernel.engine import inserting, reading, transaction
from wealth_core.errors import SourceDown, SourceFailed
from wealth_core.quotes import _faults
from wealth_core.quotes.ports import Fetched, Kept, SourceState
from wealth_core.quotes.refresh import is_doubtful, is_wanted
from wealth_core.quotes.values import Quote, is_crypto
from wealth_core.storage.quote_tables import wealth_quote_sources
from wealth_core.storage.quotes import QuoteStore

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

__all__ = ["QuoteKeeper", "source_states"]

LONGEST_WAIT: Final = timedelta(days=3)
"""The longest ban a vendor announces; more is taken for a mistake."""
THINNED_AFTER: Final = timedelta(days=7)
"""The age from which one price a day is enough."""


class QuoteKeeper:
    """Keeps prices and the states of their vendors; a `wealth_core.quotes.ports.PriceKeeper`.

    Args:
        engine: where they are kept. Each method is one transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self, source: str) -> SourceState:
        """Gives what is remembered of a source; an empty state for one never asked."""
        with reading(self._engine) as connection:
            found = connection.execute(_one(source)).mappings().one_or_none()
        return SourceState(name=source) if found is None else _state(found)

    def keep(
        self,
        source: str,
        fetched: Fetched,
        *,
        wanted: Collection[str],
        at: datetime,
        screened: bool = True,
    ) -> Kept:
        """Keeps those of the prices whose cryptos are wanted or kept already, and the success."""
        with transaction(self._engine) as connection:
            state = _locked(connection, source)
            store = QuoteStore(connection)
            known = {asset for pair in store.pairs() for asset in pair if is_crypto(asset)}
            cryptos = {*wanted, *known}
            quotes = [quote for quote in fetched.quotes if is_wanted(quote, cryptos)]
            doubtful: list[Quote] = []
            if screened:
                quotes, doubtful = _screened(store, quotes, at)
            kept = store.put(quotes, at=at, doubtful=doubtful)
            pairs = {quote.pair for quote in quotes}
            store.thin(sorted(pairs), source, before=at - THINNED_AFTER)
            now = _succeeded(state, fetched, at)
            _write(connection, now)
        return Kept(kept=kept, doubtful=tuple(doubtful), state=now)

    def fail(self, source: str, error: SourceFailed, *, at: datetime) -> SourceState:
        """Remembers a failure; the prices stay as they are."""
        with transaction(self._engine) as connection:
            now = _after_failure(_locked(connection, source), error, at)
            _write(connection, now)
        return now


def source_states(connection: Connection) -> tuple[SourceState, ...]:
    """Gives what is remembered of every source, in the order of their names."""
    rows = select(wealth_quote_sources).order_by(wealth_quote_sources.c.name)
    return tuple(_state(row) for row in connection.execute(rows).mappings())


def _screened(
    store: QuoteStore, quotes: Iterable[Quote], at: datetime
) -> tuple[list[Quote], list[Quote]]:
    """Gives the prices to keep, and those of all that jumped too far to be used."""
    in_use = {row.quote.pair: row.quote for row in store.latest(at) if not row.doubtful}
    kept, doubtful = [], []
    for quote in sorted(quotes, key=lambda one: (one.as_of, one.pair)):
        good = in_use.get(quote.pair)
        if good is None or quote.as_of > good.as_of:
            since = None if good is None else good.as_of
            aside = () if since is None else store.aside(*quote.pair, since=since)
            if is_doubtful(quote, good, aside):
                doubtful.append(quote)
            else:
                in_use[quote.pair] = quote
        elif quote.as_of == good.as_of and is_doubtful(quote, good):
            # It would stand in the place of the good one: it is told of, and not written.
            doubtful.append(quote)
            continue
        kept.append(quote)
    return kept, doubtful


def _one(source: str) -> Select[tuple[object, ...]]:
    return select(wealth_quote_sources).where(wealth_quote_sources.c.name == source)


def _locked(connection: Connection, source: str) -> SourceState:
    """Gives the state of a source under the lock of its row, which is made when there is none."""
    made = inserting(connection, wealth_quote_sources).values(name=source, failures=0)
    connection.execute(made.on_conflict_do_nothing(index_elements=["name"]))
    # SQLite holds its one lock already, and leaves FOR UPDATE out.
    row = connection.execute(_one(source).with_for_update()).mappings().one()
    return _state(row)


def _write(connection: Connection, state: SourceState) -> None:
    failure = state.failure
    values = {
        "last_success_at": state.last_success_at,
        "last_failure_at": state.last_failure_at,
        "failure_code": None if failure is None else failure.code,
        "failure_params": None if failure is None else dict(failure.params),
        "failures": state.failures,
        "not_before": state.not_before,
    }
    named = wealth_quote_sources.c.name == state.name
    connection.execute(update(wealth_quote_sources).where(named).values(values))


def _succeeded(state: SourceState, fetched: Fetched, at: datetime) -> SourceState:
    wanted = None if fetched.wait is None else at + min(fetched.wait, LONGEST_WAIT)
    now = attrs.evolve(
        state,
        last_success_at=_later(state.last_success_at, at),
        # What another process was told meanwhile still holds.
        not_before=_later(_ahead(state.not_before, at), wanted),
    )
    if state.last_failure_at is not None and state.last_failure_at > at:
        return now
    return attrs.evolve(now, failure=None, failures=0)


def _after_failure(state: SourceState, error: SourceFailed, at: datetime) -> SourceState:
    wait = error.retry_after if isinstance(error, SourceDown) else None
    until = None if wait is None else at + min(wait, LONGEST_WAIT)
    now = attrs.evolve(state, not_before=_later(_ahead(state.not_before, at), until))
    if state.last_success_at is not None and state.last_success_at > at:
        return now  # another process asked later, and was answered
    return attrs.evolve(
        now,
        last_failure_at=_later(state.last_failure_at, at),
        failure=error.reason,
        failures=state.failures + 1,
    )


def _ahead(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment is not None and moment > at else None


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _state(row: RowMapping) -> SourceState:
    return SourceState(
        name=row["name"],
        last_success_at=row["last_success_at"],
        last_failure_at=row["last_failure_at"],
        failure=_reason(row["failure_code"], row["failure_params"]),
        failures=row["failures"],
        not_before=row["not_before"],
    )


def _reason(code: str | None, params: Mapping[str, str] | None) -> Fault | None:
    if code is None:
        return None
    kind = next((known for known in all_fault_kinds() if known.code == code), None)
    if kind is None or kind.fields != (params or {}).keys():
        # Noted by an older or a newer version, whose sentence this one does not have.
        return Fault("", _faults.UNTOLD, {"code": code})
    return Fault("", kind, dict(params or {}))
