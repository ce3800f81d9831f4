"""The tables of prices and of what is remembered of their vendors."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String, Table

from shared_kernel.columns import ExactDecimal, JsonDocument, OpaqueId, UtcDateTime
from wealth_core.storage.tables import metadata

__all__ = ["wealth_quote_sources", "wealth_quotes"]

wealth_quotes = Table(
    "wealth_quotes",
    metadata,
    # The two assets as one text, "crypto:BTC/EUR": the pairs there are can then be stepped through
    # along the index, without reading the prices of years.
    Column("pair", String(60), nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("source", String(30), nullable=False),
    Column("price", ExactDecimal, nullable=False),
    # Jumped too far from the last good one: set aside until a later answer says the same.
    Column("doubtful", Boolean, nullable=False),
    Column("put_at", UtcDateTime, nullable=False),
    # Who entered a price of the platform's own table; nobody did a vendor's.
    Column("put_by", OpaqueId),
    PrimaryKeyConstraint("pair", "as_of", "source"),
)

wealth_quote_sources = Table(
    "wealth_quote_sources",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("last_success_at", UtcDateTime),
    Column("last_failure_at", UtcDateTime),
    # Why it failed, as the code of a fault and what fills its sentence; empty after a success.
    Column("failure_code", String(64)),
    Column("failure_params", JsonDocument),
    Column("failures", Integer, nullable=False),
    Column("not_before", UtcDateTime),
)
