"""The tables of money: accounts and their movements, payments asked of providers, proofs."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from logistics_core.storage.metadata import metadata
from shared_kernel.columns import CurrencyCode, MinorUnits, OpaqueId, UtcDateTime

__all__ = [
    "logistics_accounts",
    "logistics_movements",
    "logistics_payments",
    "logistics_proofs",
]

logistics_accounts = Table(
    "logistics_accounts",
    metadata,
    Column("name", String(80), nullable=False),
    Column("currency", CurrencyCode, nullable=False),
    Column("balance_minor", MinorUnits, nullable=False),
    PrimaryKeyConstraint("name", "currency"),
    CheckConstraint("balance_minor >= 0 OR name = 'outside'", name="never_below_zero"),
)

logistics_movements = Table(
    "logistics_movements",
    metadata,
    # The order of those of one moment: a deposit comes before what is paid with it.
    Column("number", Integer, primary_key=True),
    Column("id", OpaqueId, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", String(80), nullable=False),
    Column("target", String(80), nullable=False),
    Column("amount_minor", MinorUnits, nullable=False),
    Column("currency", CurrencyCode, nullable=False),
    Column("key", String(128), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", OpaqueId, nullable=False),
    Column("reference", String(120), nullable=False),
    UniqueConstraint("id"),
    UniqueConstraint("key"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_logistics_movements_source", "source", "at"),
    Index("ix_logistics_movements_target", "target", "at"),
)

logistics_payments = Table(
    "logistics_payments",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("reference", String(30), nullable=False),
    Column("owner", OpaqueId, nullable=False),
    Column("order_id", OpaqueId),
    Column("provider", String(32), nullable=False),
    Column("amount_minor", MinorUnits, nullable=False),
    Column("currency", CurrencyCode, nullable=False),
    Column("state", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    # What asks the provider for the status, and where the merchant pays.
    Column("pay_token", String(255)),
    Column("payment_url", Text),
    # Of the token that a notification must carry, its SHA-256 alone: whoever reads the database
    # cannot forge one.
    Column("notify_digest", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("credited_at", UtcDateTime),
    UniqueConstraint("reference"),
    UniqueConstraint("owner", "key"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_logistics_payments_state", "state", "updated_at"),
    Index("ix_logistics_payments_order_id", "order_id"),
)

logistics_proofs = Table(
    "logistics_proofs",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("owner", OpaqueId, nullable=False),
    Column("order_id", OpaqueId, nullable=False),
    Column("amount_minor", MinorUnits, nullable=False),
    Column("currency", CurrencyCode, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("request_key", String(128), nullable=False),
    Column("file_key", String(255), nullable=False),
    Column("format", String(8), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", OpaqueId),
    Column("version", Integer, nullable=False),
    UniqueConstraint("owner", "request_key"),
    UniqueConstraint("file_key"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_logistics_proofs_state", "state", "created_at"),
    Index("ix_logistics_proofs_order_id", "order_id"),
    Index("ix_logistics_proofs_sha256", "sha256"),
)
