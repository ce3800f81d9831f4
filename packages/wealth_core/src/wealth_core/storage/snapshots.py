"""Snapshots of net worth: added and never changed, the last complete one shown.

Reading them computes nothing. What is shown of an owner is the last snapshot that left no line out;
one that lacks a price is kept beside it, to say what is missing, and never takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs
from sqlalchemy import Connection, delete, select

from shared_kernel import Fault, FaultKind, Money, from_minor
from shared_kernel.engine import inserting
from wealth_core.errors import NetWorthFaults
from wealth_core.loans.schedule import Rounding
from wealth_core.networth.allocation import allocation
from wealth_core.networth.categories import Category
from wealth_core.networth.records import SnapshotLine, details_of, record_of
from wealth_core.networth.valuation import CategoryTotal, LineState
from wealth_core.quotes.documents import quotes_to_document
from wealth_core.storage import _locks
from wealth_core.storage.holding_tables import wealth_snapshots

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, Row, Select
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    from wealth_core.networth.valuation import NetWorth
    from wealth_core.quotes.values import Quote

__all__ = [
    "Snapshot",
    "SnapshotPoint",
    "SnapshotStore",
    "check_day",
    "in_order",
    "upsert",
]

STILL_TO_COME = FaultKind(
    "networth.still_to_come", "{given} is still to come: give {today} or an earlier day"
)

_FURTHEST_EAST: Final = timedelta(hours=14)
_TABLE: Final = wealth_snapshots
_PLACES: Final = {category: place for place, category in enumerate(Category)}
_CATEGORY_COLUMNS: Final = tuple(_TABLE.c[f"{category.value}_minor"] for category in Category)
_TOTAL_COLUMNS: Final = (
    *_CATEGORY_COLUMNS,
    _TABLE.c.total_assets_minor,
    _TABLE.c.credits_minor,
    _TABLE.c.net_worth_minor,
)
_KEY: Final = ("owner", "valued_on", "fingerprint")


def in_order(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Gives what the snapshots of an owner are ordered by, from the first to the last.

    Of two taken at the same moment the one of the later holdings is the later one; the fingerprint
    only makes the order the same each time.
    """
    names = ("valued_on", "taken_at", "holdings_version", "fingerprint")
    return tuple(table.c[name] for name in names)


_ORDER: Final = in_order(_TABLE)


@attrs.frozen(kw_only=True)
class Snapshot:
    """A net worth as it was computed, and all that it was made of.

    Args:
        id: of all that it follows from; computing the same again gives the same one.
        owner: whose it is.
        valued_on: the day it is the net worth of.
        taken_at: when it was computed, the last time when it was several times (UTC).
        complete: whether no line was left out.
        base_currency: the currency of its totals.
        loan_rounding: the table the loans were read in.
        categories: the five of them, in order; real estate is net of its loans.
        total_assets: the sum of the categories.
        credits: what is owed beside the loans of properties.
        net_worth: `total_assets` less `credits`.
        holdings_version: the version of the holdings it was computed from.
        lines: every line, in the order of the holdings.
        quotes_used: the prices the values went through, by pair.
    """

    id: str
    owner: str
    valued_on: date
    taken_at: datetime
    complete: bool
    base_currency: str
    loan_rounding: Rounding
    categories: tuple[CategoryTotal, ...]
    total_assets: Money
    credits: Money
    net_worth: Money
    holdings_version: int
    lines: tuple[SnapshotLine, ...]
    quotes_used: tuple[Quote, ...]

    @property
    def unpriced(self) -> tuple[SnapshotLine, ...]:
        """The lines that had no value, and are in no total."""
        return tuple(line for line in self.lines if line.state is LineState.UNPRICED)

    @property
    def stale(self) -> tuple[SnapshotLine, ...]:
        """The lines that count at an old value."""
        return tuple(line for line in self.lines if line.state is LineState.STALE)

    def total_of(self, category: Category) -> Money:
        """The total of a category."""
        return next(each.total for each in self.categories if each.category is category)


@attrs.frozen
class SnapshotPoint:
    """The totals of a day, for a history: amounts become money when they are asked for.

    Args:
        valued_on: the day.
        taken_at: when they were computed (UTC).
        base_currency: their currency.
        minors: in minor units: the five categories in order, then total assets, credits, net worth.
    """

    valued_on: date
    taken_at: datetime
    base_currency: str
    minors: tuple[int, ...]

    @cached_property
    def categories(self) -> tuple[CategoryTotal, ...]:
        """The five of them, in order, each with its percentage."""
        return _categories(self.minors[: len(Category)], self.base_currency)

    def minor_of(self, category: Category) -> int:
        """The total of a category, in minor units."""
        return self.minors[_PLACES[category]]

    def total_of(self, category: Category) -> Money:
        """The total of a category."""
        return self._money(self.minor_of(category))

    @property
    def net_worth_minor(self) -> int:
        """Total assets less credits, in minor units."""
        return self.minors[-1]

    @property
    def total_assets(self) -> Money:
        """The sum of the categories."""
        return self._money(self.minors[-3])

    @property
    def credits(self) -> Money:
        """What is owed beside the loans of properties."""
        return self._money(self.minors[-2])

    @property
    def net_worth(self) -> Money:
        """Total assets less credits."""
        return self._money(self.minors[-1])

    def _money(self, minor: int) -> Money:
        return from_minor(minor, self.base_currency)


class SnapshotStore:
    """Keeps the snapshots of each owner, for ever.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(
        self, owner: str, networth: NetWorth, *, holdings_version: int, at: datetime
    ) -> Snapshot:
        """Adds a snapshot; the same net worth again only says that it still holds.

        Args:
            owner: whose it is.
            networth: the net worth, complete or not.
            holdings_version: the version of the holdings it was computed from.
            at: the moment, an aware datetime. Where the same snapshot is there already, its
                `taken_at` moves forward to this moment, and never back.

        Raises:
            NetWorthFaults: the day is still to come at that moment.
            ColumnRefused: the owner is not an identifier, or `at` has no time zone.
        """
        check_day(networth.on, at=at)
        _locks.writing(self._connection)
        record = record_of(networth, holdings_version=holdings_version)
        self._connection.execute(
            upsert(self._connection),
            {"owner": owner, "taken_at": at, **record._asdict()},
        )
        statement = select(_TABLE).where(
            _TABLE.c.owner == owner,
            _TABLE.c.valued_on == record.valued_on,
            _TABLE.c.fingerprint == record.fingerprint,
        )
        return _snapshot(self._connection.execute(statement).one())

    def shown(self, owner: str) -> Snapshot | None:
        """Gives the snapshot to show: of the latest day the last one that left no line out.

        None where there never was one.
        """
        return self._first(_latest(owner).where(_TABLE.c.complete))

    def last(self, owner: str) -> Snapshot | None:
        """Gives the last snapshot, complete or not: what it leaves out is what is missing now."""
        return self._first(_latest(owner))

    def history(self, owner: str, *, since: date | None = None) -> tuple[SnapshotPoint, ...]:
        """Gives the totals day by day, the first day first: the last complete snapshot of each.

        Args:
            owner: whose.
            since: leave out the days before this one.
        """
        statement = (
            select(_TABLE.c.valued_on, _TABLE.c.taken_at, _TABLE.c.base_currency, *_TOTAL_COLUMNS)
            .where(_TABLE.c.owner == owner, _TABLE.c.complete)
            .order_by(*_ORDER)
        )
        if since is not None:
            statement = statement.where(_TABLE.c.valued_on >= since)
        # Later ones of a day take the place of earlier ones, in the order of the days.
        last_of = {row[0]: row for row in self._connection.execute(statement)}
        return tuple(SnapshotPoint(row[0], row[1], row[2], row[3:]) for row in last_of.values())

    def erase(self, owner: str) -> int:
        """Deletes all snapshots of an owner; gives how many it was."""
        _locks.erasing(self._connection)
        erased = delete(_TABLE).where(_TABLE.c.owner == owner)
        return self._connection.execute(erased).rowcount

    def export(self, owner: str) -> tuple[dict[str, object], ...]:
        """Gives all snapshots of an owner, ready for JSON, the first day first."""
        statement = select(_TABLE).where(_TABLE.c.owner == owner).order_by(*_ORDER)
        rows = self._connection.execute(statement)
        return tuple(_exported(_snapshot(row)) for row in rows)

    def _first(self, statement: Select[Any]) -> Snapshot | None:
        row = self._connection.execute(statement.limit(1)).one_or_none()
        return None if row is None else _snapshot(row)


def check_day(on: date, *, at: datetime) -> None:
    """Refuses a day that has begun nowhere on earth: its figure would be shown until that day.

    Raises:
        NetWorthFaults: the day is still to come at that moment.
    """
    today = (at + _FURTHEST_EAST).date()
    if on > today:
        params = {"given": on.isoformat(), "today": today.isoformat()}
        raise NetWorthFaults.of(STILL_TO_COME, "on", **params)


def upsert(connection: Connection) -> PostgresInsert | SqliteInsert:
    """Gives the statement that adds a snapshot, or moves the same one's `taken_at` forward."""
    adding: PostgresInsert | SqliteInsert = inserting(connection, _TABLE)
    taken_at = adding.excluded.taken_at
    return adding.on_conflict_do_update(
        index_elements=_KEY,
        set_={"taken_at": taken_at},
        where=_TABLE.c.taken_at < taken_at,
    )


def _latest(owner: str) -> Select[Any]:
    return (
        select(_TABLE)
        .where(_TABLE.c.owner == owner)
        .order_by(*(column.desc() for column in _ORDER))
    )


def _snapshot(row: Row[Any]) -> Snapshot:
    base = row.base_currency
    kept = row._mapping  # noqa: SLF001  # public, named so by SQLAlchemy
    details = details_of(row.details, base_currency=base)
    return Snapshot(
        id=row.fingerprint,
        owner=row.owner,
        valued_on=row.valued_on,
        taken_at=row.taken_at,
        complete=row.complete,
        base_currency=base,
        loan_rounding=Rounding(row.loan_rounding),
        categories=_categories([kept[column] for column in _CATEGORY_COLUMNS], base),
        total_assets=from_minor(row.total_assets_minor, base),
        credits=from_minor(row.credits_minor, base),
        net_worth=from_minor(row.net_worth_minor, base),
        holdings_version=row.holdings_version,
        lines=details.lines,
        quotes_used=details.quotes,
    )


def _categories(minors: Sequence[int], base: str) -> tuple[CategoryTotal, ...]:
    return tuple(
        CategoryTotal(category, from_minor(minor, base), percent)
        for category, minor, percent in zip(Category, minors, allocation(minors), strict=True)
    )


def _exported(snapshot: Snapshot) -> dict[str, object]:
    """A snapshot as plain data: amounts and days as texts, a reason as its sentence."""
    plain = attrs.asdict(snapshot, value_serializer=_plain)
    del plain["id"], plain["owner"]
    plain["quotes_used"] = quotes_to_document(snapshot.quotes_used)
    return plain


# `Any` is what attrs calls it with: a value of any field of any class.
def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency.code}
    if isinstance(value, Fault):
        return value.message
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.value if isinstance(value, StrEnum) else value
