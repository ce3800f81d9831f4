"""What was agreed with each merchant.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from logistics_core.merchants import MerchantTerms
from logistics_core.storage._versioned import save_version
from logistics_core.storage.catalogue_tables import logistics_merchants
from logistics_core.storage.events import SubjectKind, note
from logistics_core.storage.pooling_tables import logistics_events

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

__all__ = ["MerchantStore"]


class MerchantStore:
    """Keeps the terms of merchants.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def terms(self, owner: str) -> MerchantTerms:
        """Gives the terms of a merchant; those of anybody, version 0, where none were agreed."""
        statement = select(logistics_merchants).where(logistics_merchants.c.owner == owner)
        row = self._connection.execute(statement).mappings().one_or_none()
        return MerchantTerms(owner=owner) if row is None else _terms(row)

    def save(
        self, terms: MerchantTerms, *, version: int, at: datetime, actor: str
    ) -> MerchantTerms:
        """Saves terms over the version they were made from.

        Args:
            terms: what was agreed; their own version is of no account.
            version: the version that was read and changed; 0 where there was none.
            at: the moment, an aware datetime.
            actor: who saves them.

        Returns:
            The terms with their new version.

        Raises:
            StaleVersion: they were changed since that version; nothing is written.
            ColumnRefused: the owner or the actor is not an identifier, or `at` has no time zone.
        """
        content = {"commission": terms.commission, "priority": terms.priority, "note": terms.note}
        key = logistics_merchants.c.owner
        row = save_version(self._connection, key, terms.owner, version, content, at=at, actor=actor)
        kind = SubjectKind.MERCHANT
        note(self._connection, kind, terms.owner, "terms", at=at, actor=actor)
        return _terms(row)

    def all(self) -> tuple[MerchantTerms, ...]:
        """Gives the terms of every merchant with whom some were agreed, by owner."""
        statement = select(logistics_merchants).order_by(logistics_merchants.c.owner)
        return tuple(_terms(row) for row in self._connection.execute(statement).mappings())

    def erase(self, owner: str) -> int:
        """Deletes the terms of a merchant and what is told of them; gives how many rows it was."""
        events = logistics_events.c
        about = (events.subject_kind == SubjectKind.MERCHANT.value) & (events.subject_id == owner)
        erased = self._connection.execute(delete(logistics_events).where(about)).rowcount
        mine = logistics_merchants.c.owner == owner
        return erased + self._connection.execute(delete(logistics_merchants).where(mine)).rowcount

    def export(self, owner: str) -> dict[str, object]:
        """Gives what is kept of a merchant here, ready for JSON.

        The note is left out: it is what administrators wrote for one another.
        """
        statement = select(logistics_merchants).where(logistics_merchants.c.owner == owner)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            return {"terms": None}
        commission = row["commission"]
        return {
            "terms": {
                "commission": None if commission is None else f"{commission:f}",
                "priority": row["priority"],
                "version": row["version"],
                "created_at": row["created_at"].isoformat(),
                "updated_at": row["updated_at"].isoformat(),
            }
        }


def _terms(row: RowMapping) -> MerchantTerms:
    return MerchantTerms(
        owner=row["owner"],
        commission=row["commission"],
        priority=row["priority"],
        note=row["note"],
        version=row["version"],
    )
