"""What each owner has and owes: one document an owner, every version of it kept.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs
from sqlalchemy import Connection, delete, insert, select, update

from shared_kernel.engine import inserting
from wealth_core.errors import HoldingsMissing, StaleVersion
from wealth_core.networth.documents import VERSION, holdings_from_json, holdings_to_json
from wealth_core.storage import _locks
from wealth_core.storage.holding_tables import (
    wealth_holding_versions,
    wealth_holdings,
    wealth_recompute_chunks,
    wealth_recompute_failures,
    wealth_snapshots,
)

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from wealth_core.networth import Holdings

__all__ = ["HoldingsStore", "HoldingsVersion", "SavedHoldings", "seal"]

_PERSON: Final = f"holdings {VERSION}".encode()


@attrs.frozen(kw_only=True)
class SavedHoldings:
    """Holdings as they are kept.

    Args:
        owner: whose they are: an identifier that means nothing here.
        holdings: the lines.
        base_currency: the currency its owner counts in.
        version: 1, and 1 more with each change; a change states the version it was made from.
        created_at: when they were first saved (UTC).
        updated_at: when they were last changed (UTC).
    """

    owner: str
    holdings: Holdings
    base_currency: str
    version: int
    created_at: datetime
    updated_at: datetime


@attrs.frozen(kw_only=True)
class HoldingsVersion:
    """One version of an owner's holdings, the lines left aside.

    Args:
        version: its number, from 1.
        base_currency: the currency its owner counted in.
        at: when it was saved (UTC).
        actor: who saved it.
    """

    version: int
    base_currency: str
    at: datetime
    actor: str


class HoldingsStore:
    """Keeps what each owner has and owes, and every version of it.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.

    A change that another one overtook raises `StaleVersion`, whether the other one was committed
    before or at the same moment in another process; nothing is overwritten unseen.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, owner: str) -> SavedHoldings:
        """Gives the holdings of an owner as they are now.

        Raises:
            HoldingsMissing: nothing is kept of this owner.
            HoldingsFaults: what is kept is not a document that can be read.
        """
        statement = select(wealth_holdings).where(wealth_holdings.c.owner == owner)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise _missing()
        return _saved(row, holdings_from_json(row["document"]))

    def save(
        self,
        owner: str,
        holdings: Holdings,
        *,
        version: int,
        at: datetime,
        actor: str,
        base_currency: str = "EUR",
    ) -> SavedHoldings:
        """Saves holdings over the version they were made from.

        Args:
            owner: whose they are.
            holdings: all the lines; what they replace stays as a version.
            version: the version that was read and changed; 0 where there was none.
            at: the moment, an aware datetime.
            actor: who saves them: the owner, an adviser, an import.
            base_currency: the currency the owner counts in.

        Returns:
            What is kept now, with its new version.

        Raises:
            StaleVersion: they were changed, or erased, since `version` was read; nothing is saved.
            ColumnRefused: the owner or the actor is not an identifier, the currency is not one, or
                `at` has no time zone.
        """
        _locks.writing(self._connection)
        document = holdings_to_json(holdings)
        content = {"base_currency": base_currency, "document": document}
        values = {**content, "seal": seal(document), "version": version + 1, "updated_at": at}
        row = self._written(owner, version, values, at)
        if row is None:
            raise self._stale(owner, version)
        self._connection.execute(
            insert(wealth_holding_versions).values(
                owner=owner, version=version + 1, at=at, actor=actor, **content
            )
        )
        return _saved(row, holdings)

    def versions(self, owner: str) -> tuple[HoldingsVersion, ...]:
        """Gives the versions of an owner's holdings, the first one first, without their lines."""
        table = wealth_holding_versions.c
        statement = (
            select(table.version, table.base_currency, table.at, table.actor)
            .where(table.owner == owner)
            .order_by(table.version)
        )
        rows = self._connection.execute(statement).mappings()
        return tuple(HoldingsVersion(**row) for row in rows)

    def version(self, owner: str, number: int) -> Holdings:
        """Gives the lines of one version.

        Raises:
            HoldingsMissing: the owner has no such version.
            HoldingsFaults: what is kept is not a document that can be read.
        """
        table = wealth_holding_versions.c
        statement = select(table.document).where(table.owner == owner, table.version == number)
        document = self._connection.execute(statement).scalar_one_or_none()
        if document is None:
            raise _missing()
        return holdings_from_json(document)

    def owners(self, *, after: str = "", limit: int | None = None) -> tuple[str, ...]:
        """Gives those of whom holdings are kept, in the order of the database.

        Args:
            after: leave out this owner and those before.
            limit: at most how many; None for all.
        """
        owner = wealth_holdings.c.owner
        statement = select(owner).order_by(owner).limit(limit)
        if after:
            statement = statement.where(owner > after)
        return tuple(self._connection.execute(statement).scalars())

    def erase(self, owner: str) -> int:
        """Deletes all kept of an owner: the holdings, every version, and what was computed of them.

        Snapshots go as well because they state the version of the holdings, whose count begins
        again. A recomputation that runs meanwhile ends first, or finds nothing.

        Returns:
            How many rows it was.
        """
        _locks.erasing(self._connection)
        self._move_chunks(owner)
        erased = 0
        for table in (
            wealth_holdings,
            wealth_holding_versions,
            wealth_snapshots,
            wealth_recompute_failures,
        ):
            mine = table.c.owner == owner
            erased += self._connection.execute(delete(table).where(mine)).rowcount
        return erased

    def export(self, owner: str) -> dict[str, object]:
        """Gives all the holdings kept of an owner, ready for JSON: the current ones, the versions.

        Each version has its document as `wealth_core.networth.holdings_from_document` reads it;
        one that cannot be read is given as the text it is. Snapshots have an `export` of their own.
        """
        statement = select(wealth_holdings).where(wealth_holdings.c.owner == owner)
        now = self._connection.execute(statement).mappings().one_or_none()
        table = wealth_holding_versions
        kept = select(table).where(table.c.owner == owner).order_by(table.c.version)
        return {
            "holdings": now
            and {
                **_plain(now),
                "created_at": now["created_at"].isoformat(),
                "updated_at": now["updated_at"].isoformat(),
            },
            "versions": [
                {**_plain(row), "at": row["at"].isoformat(), "actor": row["actor"]}
                for row in self._connection.execute(kept).mappings()
            ],
        }

    def _written(
        self, owner: str, version: int, values: dict[str, object], at: datetime
    ) -> RowMapping | None:
        """Writes the current row; None when it is not at that version, or not there."""
        table = wealth_holdings
        if version == 0:
            added = (
                inserting(self._connection, table)
                .values(owner=owner, created_at=at, **values)
                .on_conflict_do_nothing(index_elements=["owner"])
                .returning(*table.c)
            )
            return self._connection.execute(added).mappings().one_or_none()
        # The version stands in the statement itself: of two writers that read the same one, the
        # second finds no row, whichever way their transactions overlap.
        changed = (
            update(table)
            .where(table.c.owner == owner, table.c.version == version)
            .values(**values)
            .returning(*table.c)
        )
        return self._connection.execute(changed).mappings().one_or_none()

    def _stale(self, owner: str, version: int) -> StaleVersion:
        statement = select(wealth_holdings.c.version).where(wealth_holdings.c.owner == owner)
        now = self._connection.execute(statement).scalar_one_or_none()
        return StaleVersion(
            "the holdings were changed meanwhile: version {given} is not the last one, {now}",
            given=str(version),
            now=str(now or 0),
        )

    def _move_chunks(self, owner: str) -> None:
        """Makes the chunks of unfinished runs begin at the next owner instead of this one."""
        following = (
            select(wealth_holdings.c.owner)
            .where(wealth_holdings.c.owner > owner)
            .order_by(wealth_holdings.c.owner)
            .limit(1)
            .scalar_subquery()
        )
        chunks = wealth_recompute_chunks
        # A chunk that is done names nobody. Without a next owner a chunk begins nowhere and goes:
        # the one before it has no end any more, and takes in whoever comes.
        self._connection.execute(
            update(chunks).where(chunks.c.before_owner == owner).values(before_owner=following)
        )
        self._connection.execute(
            delete(chunks).where(chunks.c.first_owner == owner, following.is_(None))
        )
        self._connection.execute(
            update(chunks).where(chunks.c.first_owner == owner).values(first_owner=following)
        )


def seal(document: str) -> str:
    """Gives what marks a document as one that `HoldingsStore.save` wrote, of holdings it checked.

    A document altered by any other hand no longer bears it, and one written under another version
    of the rules bears another.

    >>> seal('{"version":1}') == seal('{"version":1} ')
    False
    """
    return hashlib.blake2b(document.encode(), digest_size=16, person=_PERSON).hexdigest()


def _missing() -> HoldingsMissing:
    return HoldingsMissing("nothing is kept yet of what this owner has: save the holdings first")


def _saved(row: RowMapping, holdings: Holdings) -> SavedHoldings:
    return SavedHoldings(
        owner=row["owner"],
        holdings=holdings,
        base_currency=row["base_currency"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _plain(row: RowMapping) -> dict[str, object]:
    try:
        document = json.loads(row["document"])
    except ValueError:
        document = row["document"]
    return {
        "version": row["version"],
        "base_currency": row["base_currency"],
        "document": document,
    }
