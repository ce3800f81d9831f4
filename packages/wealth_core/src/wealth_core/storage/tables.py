"""The tables of the library (prefix ``wealth_``).

A loan is kept as the document of its plan (`wealth_core.loans.documents`), so that a new kind of
loan needs no new column; what a list or a lock looks at has a column of its own.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, UniqueConstraint

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

__all__ = ["LABEL_CHARACTERS", "metadata", "wealth_loans"]

LABEL_CHARACTERS = 120

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

wealth_loans = Table(
    "wealth_loans",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("owner", OpaqueId, nullable=False),
    Column("label", String(LABEL_CHARACTERS), nullable=False),
    Column("document", JsonDocument, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # Counts the changes: a change states the version it was made from, and is refused when another
    # one came first.
    Column("version", Integer, nullable=False),
    # A removed loan stays until its owner is erased, so that a removal can be undone.
    Column("deleted_at", UtcDateTime),
    # What was sent, and under which request: the same form sent twice meets the constraint.
    Column("request_key", String(64)),
    UniqueConstraint("owner", "request_key"),
    Index("ix_wealth_loans_owner_created_at", "owner", "created_at"),
)
