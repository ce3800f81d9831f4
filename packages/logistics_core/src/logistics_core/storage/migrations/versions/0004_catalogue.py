"""Merchants' terms and the catalogue of suppliers."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
)

from shared_kernel.columns import ExactDecimal, OpaqueId, UtcDateTime, money_columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "logistics_suppliers",
        Column("id", OpaqueId(), nullable=False),
        Column("name", String(120), nullable=False),
        Column("category", String(32), nullable=False),
        Column("country", String(2), nullable=False),
        Column("city", String(80), nullable=False),
        Column("badges", String(120), nullable=False),
        *money_columns("minimum_order", nullable=True),
        Column("url", String(500), nullable=False),
        Column("description", Text(), nullable=False),
        Column("listed", Boolean(), nullable=False),
        Column("searched", Text(), nullable=False),
        *_kept(),
        PrimaryKeyConstraint("id", name="pk_logistics_suppliers"),
    )
    op.create_index(
        "ix_logistics_suppliers_category_country", "logistics_suppliers", ["category", "country"]
    )
    op.create_table(
        "logistics_merchants",
        Column("owner", OpaqueId(), nullable=False),
        Column("commission", ExactDecimal(), nullable=True),
        Column("priority", Integer(), nullable=False),
        Column("note", Text(), nullable=False),
        *_kept(),
        PrimaryKeyConstraint("owner", name="pk_logistics_merchants"),
        CheckConstraint("priority >= 0 AND priority <= 9", name="ck_logistics_merchants_priority"),
    )


def _kept() -> tuple[Column[int], ...]:
    return (
        Column("version", Integer(), nullable=False),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        Column("updated_by", OpaqueId(), nullable=False),
    )
