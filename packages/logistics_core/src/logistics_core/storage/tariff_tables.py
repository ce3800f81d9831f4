"""The table of tariffs, one row a version."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text, UniqueConstraint

from logistics_core.storage.metadata import metadata
from shared_kernel.columns import OpaqueId, UtcDateTime

__all__ = ["logistics_tariffs"]

logistics_tariffs = Table(
    "logistics_tariffs",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", UtcDateTime, nullable=False),
    Column("effective_until", UtcDateTime),
    # The costs are in it: it is read by `TariffStore` alone.
    Column("document", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_by", OpaqueId, nullable=False),
    Column("note", Text, nullable=False),
    # Two tariffs never begin at one moment, whoever writes.
    UniqueConstraint("effective_from"),
)
