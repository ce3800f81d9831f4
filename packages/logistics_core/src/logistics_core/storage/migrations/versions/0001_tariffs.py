"""The tariffs, versioned, and who published them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

from shared_kernel.columns import OpaqueId, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "logistics_tariffs",
        Column("version", Integer(), autoincrement=False, nullable=False),
        Column("effective_from", UtcDateTime(), nullable=False),
        Column("effective_until", UtcDateTime(), nullable=True),
        Column("document", Text(), nullable=False),
        Column("published_at", UtcDateTime(), nullable=False),
        Column("published_by", OpaqueId(), nullable=False),
        Column("note", Text(), nullable=False),
        PrimaryKeyConstraint("version", name="pk_logistics_tariffs"),
        UniqueConstraint("effective_from", name="uq_logistics_tariffs_effective_from"),
    )
