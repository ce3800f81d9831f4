"""The prices that are kept: every one with its moment and its source, the latest found fast.

The store takes a connection and never commits: the caller decides what belongs to one transaction.
It asks for no clock either. `QuoteKeeper` in `wealth_core.storage.quote_keeper` is what a refresh
talks to; it opens its own short transactions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs
from sqlalchemy import Connection, String, delete, exists, func, select, true, update

from shared_kernel import FaultList
from shared_kernel.engine import inserting
from wealth_core.errors import QuoteFaults
from wealth_core.quotes import _faults
from wealth_core.quotes.book import QuoteBook, QuotePolicy, rank
from wealth_core.quotes.parities import parity_of
from wealth_core.quotes.values import Quote, check_moment, check_pair, is_asset, pair_label
from wealth_core.storage.quote_tables import wealth_quotes

if TYPE_CHECKING:
    from sqlalchemy import CTE, ColumnElement, RowMapping, ScalarSelect

__all__ = ["TABLE", "QuoteRow", "QuoteStore"]

TABLE: Final = "table"
"""The source of the prices that people enter."""
FURTHEST_AHEAD: Final = timedelta(days=366)
"""How far ahead a price may be entered: a year typed wrong is further."""
MOST_LISTED: Final = 5_000


@attrs.frozen(kw_only=True)
class QuoteRow:
    """A price as it is kept.

    Args:
        quote: the price.
        age: how old it was at the moment asked about; negative for one still to come into effect.
        stale: whether that is too old.
        doubtful: whether it jumped too far to be used; see `wealth_core.quotes.refresh`.
        put_at: when it was kept.
        put_by: who entered it; None for a vendor's.
        aside: a later price that jumped too far and waits to be confirmed; None without one.
    """

    quote: Quote
    age: timedelta
    stale: bool
    doubtful: bool
    put_at: datetime
    put_by: str | None = None
    aside: Quote | None = None


class QuoteStore:
    """Keeps prices.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
        policy: how old a price may be before it is called stale.
    """

    def __init__(self, connection: Connection, *, policy: QuotePolicy | None = None) -> None:
        self._connection = connection
        self._policy = QuotePolicy() if policy is None else policy

    def put(
        self,
        quotes: Iterable[Quote],
        *,
        at: datetime,
        by: str | None = None,
        doubtful: Collection[Quote] = (),
    ) -> int:
        """Keeps prices; one already kept is kept once, and one that was corrected is corrected.

        Args:
            quotes: prices of this moment or an earlier one.
            at: the moment.
            by: who entered them; None for a vendor's.
            doubtful: those of them to be set aside.

        Returns:
            How many are new, or other than they were.

        Raises:
            QuoteFaults: one comes after `at`.
            ColumnRefused: `by` is not an identifier, or `at` has no time zone.
        """
        found = FaultList()
        check_moment(found, "at", at)
        found.raise_if_any(QuoteFaults)
        rows: dict[tuple[str, datetime, str], dict[str, Any]] = {}
        aside = set(doubtful)
        for place, quote in enumerate(quotes):
            found.check(
                quote.as_of <= at,
                _faults.FROM_THE_FUTURE,
                f"quotes[{place}].as_of",
                given=f"{pair_label(*quote.pair)} ({quote.as_of.isoformat()})",
                at=at.isoformat(),
            )
            row = _values(quote, at=at, by=by, doubtful=quote in aside)
            rows[_pair(*quote.pair), quote.as_of, quote.source] = row
        found.raise_if_any(QuoteFaults)
        # In one order whoever writes: two processes never wait for each other crosswise.
        ordered = [rows[key] for key in sorted(rows)]
        return self._upsert(ordered)

    def set(
        self,
        base: str,
        quote: str,
        price: Decimal,
        *,
        as_of: datetime | date,
        by: str,
        at: datetime,
    ) -> QuoteRow:
        """Enters a price into the platform's own table, from a moment on.

        Entered again for the same moment, it is corrected. It may come into effect later: until
        then the one before it holds.

        Args:
            base: the asset that has the price, ``"EUR"``.
            quote: the asset it is told in, ``"GNF"``.
            price: 1 `base` = `price` `quote`.
            as_of: from when it holds; a day holds from its first instant, in UTC.
            by: who entered it.
            at: the moment it is entered.

        Raises:
            QuoteFaults: the assets, the price or the moment is refused; the pair is fixed by law;
                or it would come into effect in more than a year.
            ColumnRefused: `by` is not an identifier.
        """
        entered = Quote(base, quote, price, _first_instant(as_of), TABLE)
        found = FaultList()
        check_moment(found, "at", at)
        fixed = parity_of(base, quote)
        if fixed is not None:
            told = f"{fixed.price} {fixed.quote} = 1 {fixed.base}"
            found.add(_faults.FIXED_PARITY, "base", given=pair_label(base, quote), price=told)
        found.raise_if_any(QuoteFaults)
        latest = at + FURTHEST_AHEAD
        if entered.as_of > latest:
            given, most = entered.as_of.date().isoformat(), latest.date().isoformat()
            raise QuoteFaults.of(_faults.TOO_FAR_AHEAD, "as_of", given=given, most=most)
        values = _values(entered, at=at, by=by, doubtful=False)
        self._upsert([values])
        return self._row(values, at)

    def unset(self, base: str, quote: str, *, as_of: datetime | date) -> bool:
        """Takes a price out of the platform's own table; gives whether there was one."""
        wrong = delete(wealth_quotes).where(
            wealth_quotes.c.pair == _pair(base, quote),
            wealth_quotes.c.as_of == _first_instant(as_of),
            wealth_quotes.c.source == TABLE,
        )
        return self._connection.execute(wrong).rowcount > 0

    def book(self, *, at: datetime) -> QuoteBook:
        """Gives the prices to use at a moment: of each pair the latest one that is not after it.

        One query, whatever the years kept. Prices set aside as doubtful are left out.
        """
        rows = self._latest(at)
        return QuoteBook(
            [_quote(row) for row in rows if not row["doubtful"]], at=at, policy=self._policy
        )

    def latest(self, at: datetime) -> tuple[QuoteRow, ...]:
        """Gives the price in use of each pair, with its age, in the order of the pairs.

        A later price that waits to be confirmed stands beside it; a pair that has only such ones
        is given with the last of them.
        """
        found: dict[str, dict[bool, QuoteRow]] = {}
        for mapping in self._latest(at):
            row = self._row(mapping, at)
            last = found.setdefault(mapping["pair"], {})
            before = last.get(row.doubtful)
            if before is None or rank(row.quote) > rank(before.quote):
                last[row.doubtful] = row
        return tuple(_shown(last.get(False), last.get(True)) for last in found.values())

    def history(
        self,
        base: str,
        quote: str,
        *,
        at: datetime,
        since: datetime | None = None,
        limit: int = 500,
    ) -> tuple[QuoteRow, ...]:
        """Gives the prices kept of a pair, the newest first, those still to come included.

        Args:
            base: the asset that has the price.
            quote: the asset it is told in.
            at: the moment their ages are counted to.
            since: leave out what is older.
            limit: at most how many, 1 to 5,000.
        """
        chosen = select(wealth_quotes).where(wealth_quotes.c.pair == _pair(base, quote))
        if since is not None:
            chosen = chosen.where(wealth_quotes.c.as_of >= since)
        ordered = chosen.order_by(wealth_quotes.c.as_of.desc(), wealth_quotes.c.source)
        found = self._connection.execute(ordered.limit(max(1, min(limit, MOST_LISTED)))).mappings()
        return tuple(self._row(row, at) for row in found)

    def upcoming(self, at: datetime) -> tuple[QuoteRow, ...]:
        """Gives the prices entered that come into effect after a moment, the next one first."""
        chosen = (
            select(wealth_quotes)
            .where(wealth_quotes.c.source == TABLE, wealth_quotes.c.as_of > at)
            .order_by(wealth_quotes.c.as_of, wealth_quotes.c.pair)
        )
        return tuple(self._row(row, at) for row in self._connection.execute(chosen).mappings())

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Gives every pair that has a price."""
        pairs = _pairs()
        names = select(pairs.c.pair).where(pairs.c.pair.is_not(None))
        return tuple(_assets(name) for name in self._connection.execute(names).scalars())

    def aside(self, base: str, quote: str, *, since: datetime) -> tuple[Quote, ...]:
        """Gives the prices of a pair set aside after a moment, the oldest first."""
        chosen = (
            select(wealth_quotes)
            .where(
                wealth_quotes.c.pair == _pair(base, quote),
                wealth_quotes.c.doubtful,
                wealth_quotes.c.as_of > since,
            )
            .order_by(wealth_quotes.c.as_of)
        )
        return tuple(_quote(row) for row in self._connection.execute(chosen).mappings())

    def thin(self, pairs: Iterable[tuple[str, str]], source: str, *, before: datetime) -> int:
        """Leaves of each day of the week before a moment only the last price of each pair.

        A vendor asked every few minutes fills the disk otherwise; what a day ended at is what
        valuations of the past read.

        Returns:
            How many prices were dropped.
        """
        later = wealth_quotes.alias("later")
        superseded = exists().where(
            later.c.pair == wealth_quotes.c.pair,
            later.c.source == wealth_quotes.c.source,
            later.c.as_of > wealth_quotes.c.as_of,
            later.c.as_of < before,
            func.date(later.c.as_of) == func.date(wealth_quotes.c.as_of),
            ~later.c.doubtful,
        )
        dropped = delete(wealth_quotes).where(
            wealth_quotes.c.pair.in_([_pair(*pair) for pair in pairs]),
            wealth_quotes.c.source == source,
            wealth_quotes.c.as_of < before,
            wealth_quotes.c.as_of >= before - timedelta(days=7),
            superseded,
        )
        return self._connection.execute(dropped).rowcount

    def erase(self, owner: str) -> int:
        """Forgets who entered prices, not the prices; gives how many it was."""
        mine = wealth_quotes.c.put_by == owner
        return self._connection.execute(
            update(wealth_quotes).where(mine).values(put_by=None)
        ).rowcount

    def export(self, owner: str) -> tuple[dict[str, object], ...]:
        """Gives the prices that this person entered, ready for JSON, oldest first."""
        mine = (
            select(wealth_quotes)
            .where(wealth_quotes.c.put_by == owner)
            .order_by(wealth_quotes.c.put_at, wealth_quotes.c.pair, wealth_quotes.c.as_of)
        )
        return tuple(
            {
                "pair": row["pair"],
                "price": f"{row['price']:f}",
                "as_of": row["as_of"].isoformat(),
                "put_at": row["put_at"].isoformat(),
            }
            for row in self._connection.execute(mine).mappings()
        )

    def _upsert(self, rows: Sequence[dict[str, Any]]) -> int:
        if not rows:
            return 0
        statement = inserting(self._connection, wealth_quotes)
        new = statement.excluded
        changed = {name: new[name] for name in ("price", "doubtful", "put_at", "put_by")}
        kept = statement.on_conflict_do_update(
            index_elements=["pair", "as_of", "source"],
            set_=changed,
            # A price in use stays so: the same one told again is no reason to set it aside.
            where=wealth_quotes.c.price != new.price,
        ).returning(wealth_quotes.c.pair)
        return len(self._connection.execute(kept, rows).all())

    def _latest(self, at: datetime) -> Sequence[RowMapping]:
        """The last good price of each pair and the last of any kind, at a moment."""
        pairs = _pairs()
        last = (
            select(
                pairs.c.pair,
                _last(pairs, at, ~_other.c.doubtful).label("good_at"),
                _last(pairs, at, true()).label("any_at"),
            )
            .where(pairs.c.pair.is_not(None))
            .cte("last")
        )
        same_pair = wealth_quotes.c.pair == last.c.pair
        good = select(wealth_quotes).join(
            last, same_pair & (wealth_quotes.c.as_of == last.c.good_at) & ~wealth_quotes.c.doubtful
        )
        any_kind = select(wealth_quotes).join(
            last, same_pair & (wealth_quotes.c.as_of == last.c.any_at)
        )
        found = self._connection.execute(good.union(any_kind)).mappings().all()
        rows = sorted(found, key=lambda row: (row["pair"], row["as_of"], row["source"]))
        # A currency that this version no longer knows stands in nobody's way.
        return [row for row in rows if all(map(is_asset, _assets(row["pair"])))]

    def _row(self, row: RowMapping | dict[str, Any], at: datetime) -> QuoteRow:
        quote = _quote(row)
        return QuoteRow(
            quote=quote,
            age=at - quote.as_of,
            stale=self._policy.is_stale(quote, at),
            doubtful=row["doubtful"],
            put_at=row["put_at"],
            put_by=row["put_by"],
        )


def _shown(good: QuoteRow | None, waiting: QuoteRow | None) -> QuoteRow:
    if good is None or waiting is None:
        return good or waiting  # type: ignore[return-value]  # a pair has one of the two
    return attrs.evolve(good, aside=waiting.quote)


_other: Final = wealth_quotes.alias("other")


def _last(pairs: CTE, at: datetime, condition: ColumnElement[bool]) -> ScalarSelect[datetime]:
    """The moment of a pair's last price: one step along the index."""
    return (
        select(_other.c.as_of)
        .where(_other.c.pair == pairs.c.pair, _other.c.as_of <= at, condition)
        .order_by(_other.c.as_of.desc())
        .limit(1)
        .scalar_subquery()
    )


def _pairs() -> CTE:
    """Every pair there is, found by stepping from one to the next along the index."""
    first = select(func.min(wealth_quotes.c.pair, type_=String(60)).label("pair")).cte(
        "pairs", recursive=True
    )
    following = (
        select(func.min(_other.c.pair, type_=String(60)))
        .where(_other.c.pair > first.c.pair)
        .scalar_subquery()
    )
    return first.union_all(select(following).where(first.c.pair.is_not(None)))


def _pair(base: str, quote: str) -> str:
    found = FaultList()
    check_pair(found, base, quote)
    found.raise_if_any(QuoteFaults)
    return f"{base}/{quote}"


def _assets(pair: str) -> tuple[str, str]:
    base, _, quote = pair.partition("/")
    return base, quote


def _quote(row: RowMapping | dict[str, Any]) -> Quote:
    base, quote = _assets(str(row["pair"]))
    return Quote(base, quote, row["price"], row["as_of"], row["source"])


def _values(quote: Quote, *, at: datetime, by: str | None, doubtful: bool) -> dict[str, Any]:
    return {
        "pair": _pair(*quote.pair),
        "as_of": quote.as_of,
        "source": quote.source,
        "price": quote.price,
        "doubtful": doubtful,
        "put_at": at,
        "put_by": by,
    }


def _first_instant(moment: datetime | date) -> datetime:
    """A moment as it is; of a day, its first instant in UTC."""
    if isinstance(moment, datetime) or not isinstance(moment, date):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
