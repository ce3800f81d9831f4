"""Accounts and their movements, payments asked of providers, proofs."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from shared_kernel.columns import CurrencyCode, MinorUnits, OpaqueId, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables of money."""
    op.create_table(
        "logistics_accounts",
        Column("name", String(80), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        Column("balance_minor", MinorUnits(), nullable=False),
        PrimaryKeyConstraint("name", "currency", name="pk_logistics_accounts"),
        CheckConstraint(
            "balance_minor >= 0 OR name = 'outside'",
            name=op.f("ck_logistics_accounts_never_below_zero"),
        ),
    )
    op.create_table(
        "logistics_movements",
        Column("number", Integer(), nullable=False),
        Column("id", OpaqueId(), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("source", String(80), nullable=False),
        Column("target", String(80), nullable=False),
        Column("amount_minor", MinorUnits(), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        Column("key", String(128), nullable=False),
        Column("at", UtcDateTime(), nullable=False),
        Column("actor", OpaqueId(), nullable=False),
        Column("reference", String(120), nullable=False),
        PrimaryKeyConstraint("number", name="pk_logistics_movements"),
        UniqueConstraint("id", name="uq_logistics_movements_id"),
        UniqueConstraint("key", name="uq_logistics_movements_key"),
        CheckConstraint("amount_minor > 0", name=op.f("ck_logistics_movements_amount")),
    )
    for column in ("source", "target"):
        op.create_index(f"ix_logistics_movements_{column}", "logistics_movements", [column, "at"])
    op.create_table(
        "logistics_payments",
        Column("id", OpaqueId(), nullable=False),
        Column("reference", String(30), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("order_id", OpaqueId(), nullable=True),
        Column("provider", String(32), nullable=False),
        Column("amount_minor", MinorUnits(), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        Column("state", String(16), nullable=False),
        Column("key", String(128), nullable=False),
        Column("pay_token", String(255), nullable=True),
        Column("payment_url", Text(), nullable=True),
        Column("notify_digest", String(64), nullable=True),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        Column("credited_at", UtcDateTime(), nullable=True),
        PrimaryKeyConstraint("id", name="pk_logistics_payments"),
        UniqueConstraint("reference", name="uq_logistics_payments_reference"),
        UniqueConstraint("owner", "key", name="uq_logistics_payments_owner_key"),
        CheckConstraint("amount_minor > 0", name=op.f("ck_logistics_payments_amount")),
    )
    op.create_index("ix_logistics_payments_state", "logistics_payments", ["state", "updated_at"])
    op.create_index("ix_logistics_payments_order_id", "logistics_payments", ["order_id"])
    op.create_table(
        "logistics_proofs",
        Column("id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("order_id", OpaqueId(), nullable=False),
        Column("amount_minor", MinorUnits(), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        Column("state", String(16), nullable=False),
        Column("reason", String(500), nullable=False),
        Column("request_key", String(128), nullable=False),
        Column("file_key", String(255), nullable=False),
        Column("format", String(8), nullable=False),
        Column("bytes", Integer(), nullable=False),
        Column("width", Integer(), nullable=False),
        Column("height", Integer(), nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("decided_at", UtcDateTime(), nullable=True),
        Column("decided_by", OpaqueId(), nullable=True),
        Column("version", Integer(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_logistics_proofs"),
        UniqueConstraint("owner", "request_key", name="uq_logistics_proofs_owner_request_key"),
        UniqueConstraint("file_key", name="uq_logistics_proofs_file_key"),
        CheckConstraint("amount_minor > 0", name=op.f("ck_logistics_proofs_amount")),
    )
    op.create_index("ix_logistics_proofs_state", "logistics_proofs", ["state", "created_at"])
    op.create_index("ix_logistics_proofs_order_id", "logistics_proofs", ["order_id"])
    op.create_index("ix_logistics_proofs_sha256", "logistics_proofs", ["sha256"])
