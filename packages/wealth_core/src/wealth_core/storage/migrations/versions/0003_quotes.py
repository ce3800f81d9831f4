"""The prices of cryptos and currencies, and what is remembered of their vendors."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String

from shared_kernel.columns import ExactDecimal, JsonDocument, OpaqueId, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes ``wealth_quotes`` and ``wealth_quote_sources``."""
    op.create_table(
        "wealth_quotes",
        Column("pair", String(60), nullable=False),
        Column("as_of", UtcDateTime(), nullable=False),
        Column("source", String(30), nullable=False),
        Column("price", ExactDecimal(), nullable=False),
        Column("doubtful", Boolean(), nullable=False),
        Column("put_at", UtcDateTime(), nullable=False),
        Column("put_by", OpaqueId(), nullable=True),
        PrimaryKeyConstraint("pair", "as_of", "source", name="pk_wealth_quotes"),
    )
    op.create_table(
        "wealth_quote_sources",
        Column("name", String(30), nullable=False),
        Column("last_success_at", UtcDateTime(), nullable=True),
        Column("last_failure_at", UtcDateTime(), nullable=True),
        Column("failure_code", String(64), nullable=True),
        Column("failure_params", JsonDocument(), nullable=True),
        Column("failures", Integer(), nullable=False),
        Column("not_before", UtcDateTime(), nullable=True),
        PrimaryKeyConstraint("name", name="pk_wealth_quote_sources"),
    )
