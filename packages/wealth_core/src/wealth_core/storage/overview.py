"""Many owners at once: the snapshot that stands for each, and how the whole moved.

What follows are parts of queries, for whoever lists owners (`wealth_core` does not know who they
are): a table of accounts is joined with the snapshot shown of each in one statement. The snapshot
is found through the primary key, so that its cost does not grow with the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, extract, func, literal, or_, select, tuple_, union_all

from wealth_core.storage.holding_tables import wealth_snapshots
from wealth_core.storage.snapshots import in_order

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, FromClause, Select

__all__ = ["has_stale_lines", "latest_snapshot", "month_moves"]

_STALE: Final = '%,"stale",[%'
"""In the details, the state of a line followed by its reason. No text of a person can hold it: a
quotation mark is escaped there."""


def latest_snapshot(
    owner: ColumnElement[str], name: str, *, complete: bool
) -> tuple[FromClause, ColumnElement[bool]]:
    """Gives the table of snapshots under a name, and what joins each owner with one of them.

    Args:
        owner: the column of owners it is joined to.
        name: what the joined table is called in the statement.
        complete: the snapshot to show (see `SnapshotStore.shown`); otherwise the last one, whatever
            it leaves out (`SnapshotStore.last`).

    Returns:
        The table and the condition, for an outer join: an owner without one has nulls.
    """
    joined, found = wealth_snapshots.alias(name), wealth_snapshots.alias(f"{name}_found")
    query = select(found.c.valued_on, found.c.fingerprint).where(found.c.owner == owner)
    if complete:
        query = query.where(found.c.complete)
    latest = (
        query.order_by(*(column.desc() for column in in_order(found)))
        .limit(1)
        .correlate_except(found)
        .scalar_subquery()
    )
    key = tuple_(joined.c.valued_on, joined.c.fingerprint)
    return joined, and_(joined.c.owner == owner, key == latest)


def has_stale_lines(snapshot: FromClause) -> ColumnElement[bool]:
    """Gives the condition that a snapshot counts a line at an old value."""
    return snapshot.c.details.like(_STALE)


def month_moves(owners: Select[Any], *, currency: str, since: date) -> Select[Any]:
    """Gives by how much each month changes the whole, in the snapshots of one currency.

    The last complete snapshot of a month counts from that month until the month of the next one of
    its owner; the sum of the moves up to a month is therefore the whole at its end.

    Args:
        owners: whose snapshots count, a statement of one column.
        currency: ISO 4217 code; what an owner counts in another one is left out.
        since: what comes before this day is in the first moves, however long it is ago.

    Returns:
        A statement of months (years x 12 + month - 1), of the change of the net worth in minor
        units, and of the change of the number of owners.
    """
    table, before = wealth_snapshots.c, wealth_snapshots.alias("before")
    people = owners.subquery("people")
    owner = people.c[0]
    # Where each owner begins: the last day before, or else that day. What is older is not read.
    earlier = (
        select(func.max(before.c.valued_on))
        .where(before.c.owner == owner, before.c.complete, before.c.valued_on < since)
        .correlate_except(before)
        .scalar_subquery()
    )
    begins = select(owner.label("owner"), func.coalesce(earlier, since).label("day")).cte("begins")
    months = extract("year", table.valued_on) * 12 + extract("month", table.valued_on) - 1
    following = func.lead(months).over(
        partition_by=table.owner, order_by=in_order(wealth_snapshots)
    )
    points = (
        select(
            months.label("month"),
            following.label("following"),
            table.base_currency,
            table.net_worth_minor.label("worth"),
        )
        .join(begins, and_(table.owner == begins.c.owner, table.valued_on >= begins.c.day))
        .where(table.complete)
        .cte("points")
    )
    last_of_month = or_(points.c.following.is_(None), points.c.following > points.c.month)
    moves = union_all(
        select(points.c.month.label("month"), points.c.worth.label("worth"), _one(1)).where(
            points.c.base_currency == currency, last_of_month
        ),
        select(points.c.following, -points.c.worth, _one(-1)).where(
            points.c.base_currency == currency, points.c.following > points.c.month
        ),
    ).subquery("moves")
    return (
        select(moves.c.month, func.sum(moves.c.worth), func.sum(moves.c.owners))
        .group_by(moves.c.month)
        .order_by(moves.c.month)
    )


def _one(sign: int) -> ColumnElement[int]:
    return literal(sign).label("owners")
