"""The loans that people keep."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, UniqueConstraint

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes ``wealth_loans``."""
    op.create_table(
        "wealth_loans",
        Column("id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("label", String(120), nullable=False),
        Column("document", JsonDocument(), nullable=False),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("deleted_at", UtcDateTime(), nullable=True),
        Column("request_key", String(64), nullable=True),
        PrimaryKeyConstraint("id", name="pk_wealth_loans"),
        UniqueConstraint("owner", "request_key", name="uq_wealth_loans_owner_request_key"),
    )
    op.create_index("ix_wealth_loans_owner_created_at", "wealth_loans", ["owner", "created_at"])
