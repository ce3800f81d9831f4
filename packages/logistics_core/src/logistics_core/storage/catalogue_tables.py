"""The tables of suppliers, and of what was agreed with merchants."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text

from logistics_core.storage.metadata import metadata
from shared_kernel.columns import ExactDecimal, OpaqueId, UtcDateTime, money_columns

__all__ = ["logistics_merchants", "logistics_suppliers"]

logistics_suppliers = Table(
    "logistics_suppliers",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("category", String(32), nullable=False),
    Column("country", String(2), nullable=False),
    Column("city", String(80), nullable=False),
    # Each between blanks, " verified samples ", so that one is looked for with its blanks.
    Column("badges", String(120), nullable=False),
    *money_columns("minimum_order", nullable=True),
    Column("url", String(500), nullable=False),
    Column("description", Text, nullable=False),
    Column("listed", Boolean, nullable=False),
    # Name, city and description without case and accents: neither database folds them alike.
    Column("searched", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", OpaqueId, nullable=False),
    Index("ix_logistics_suppliers_category_country", "category", "country"),
)

logistics_merchants = Table(
    "logistics_merchants",
    metadata,
    Column("owner", OpaqueId, primary_key=True),
    Column("commission", ExactDecimal),
    Column("priority", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", OpaqueId, nullable=False),
    CheckConstraint("priority >= 0 AND priority <= 9", name="priority"),
)
