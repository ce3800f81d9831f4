"""Orders, containers, what is booked in them, and each move."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)

from shared_kernel.columns import (
    CurrencyCode,
    ExactDecimal,
    JsonDocument,
    MinorUnits,
    OpaqueId,
    UtcDateTime,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE logistics_order_numbers")
    _orders()
    _containers()
    op.create_table(
        "logistics_events",
        Column("id", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
        Column("at", UtcDateTime(), nullable=False),
        Column("actor", OpaqueId(), nullable=False),
        Column("subject_kind", String(16), nullable=False),
        Column("subject_id", OpaqueId(), nullable=False),
        Column("action", String(32), nullable=False),
        Column("detail", JsonDocument(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_logistics_events"),
    )
    op.create_index(
        "ix_logistics_events_subject", "logistics_events", ["subject_kind", "subject_id", "id"]
    )


def _orders() -> None:
    op.create_table(
        "logistics_orders",
        Column("id", OpaqueId(), nullable=False),
        Column("number", Integer(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("state", String(16), nullable=False),
        Column("category", String(32), nullable=False),
        Column("purchase", Text(), nullable=False),
        Column("client_quote", Text(), nullable=False),
        Column("tariff_version", Integer(), nullable=False),
        Column("commission", ExactDecimal(), nullable=True),
        Column("total_minor", MinorUnits(), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        Column("litres", Integer(), nullable=False),
        Column("grams", BigInteger(), nullable=False),
        Column("priority", Integer(), nullable=False),
        Column("waiting_litres", Integer(), nullable=False),
        Column("waiting_grams", BigInteger(), nullable=False),
        Column("waiting_since", UtcDateTime(), nullable=True),
        Column("version", Integer(), nullable=False),
        Column("request_key", String(128), nullable=True),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        Column("valid_until", UtcDateTime(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_logistics_orders"),
        UniqueConstraint("number", name="uq_logistics_orders_number"),
        UniqueConstraint("owner", "request_key", name="uq_logistics_orders_owner_request_key"),
        CheckConstraint("litres > 0 AND grams >= 0", name="ck_logistics_orders_room"),
        CheckConstraint(
            "waiting_litres >= 0 AND waiting_litres <= litres AND waiting_grams >= 0",
            name="ck_logistics_orders_waiting",
        ),
    )
    op.create_index("ix_logistics_orders_owner", "logistics_orders", ["owner", "number"])
    op.create_index("ix_logistics_orders_state", "logistics_orders", ["state", "number"])
    waits = text("waiting_litres > 0")
    op.create_index(
        "ix_logistics_orders_waiting",
        "logistics_orders",
        ["waiting_since"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_table(
        "logistics_order_margins",
        Column("order_id", OpaqueId(), nullable=False),
        Column("internal", Text(), nullable=False),
        Column("margin_minor", MinorUnits(), nullable=False),
        Column("margin_exchange_minor", MinorUnits(), nullable=False),
        Column("margin_commission_minor", MinorUnits(), nullable=False),
        Column("margin_freight_minor", MinorUnits(), nullable=False),
        Column("currency", CurrencyCode(), nullable=False),
        PrimaryKeyConstraint("order_id", name="pk_logistics_order_margins"),
    )


def _containers() -> None:
    op.create_table(
        "logistics_containers",
        Column("id", OpaqueId(), nullable=False),
        Column("reference", String(64), nullable=False),
        Column("billed_litres", Integer(), nullable=False),
        Column("stowable_litres", Integer(), nullable=False),
        Column("payload_grams", BigInteger(), nullable=False),
        Column("booked_litres", Integer(), nullable=False),
        Column("booked_grams", BigInteger(), nullable=False),
        Column("stage", String(16), nullable=False),
        Column("smallest_litres", Integer(), nullable=False),
        Column("closed_at", UtcDateTime(), nullable=True),
        Column("cancelled_at", UtcDateTime(), nullable=True),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        Column("version", Integer(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_logistics_containers"),
        UniqueConstraint("reference", name="uq_logistics_containers_reference"),
        CheckConstraint(
            "booked_litres >= 0 AND booked_litres <= billed_litres",
            name="ck_logistics_containers_volume",
        ),
        CheckConstraint(
            "booked_grams >= 0 AND booked_grams <= payload_grams",
            name="ck_logistics_containers_weight",
        ),
    )
    op.create_table(
        "logistics_bookings",
        Column("order_id", OpaqueId(), nullable=False),
        Column("container_id", OpaqueId(), nullable=False),
        Column("litres", Integer(), nullable=False),
        Column("grams", BigInteger(), nullable=False),
        Column("booked_at", UtcDateTime(), nullable=False),
        PrimaryKeyConstraint("order_id", "container_id", name="pk_logistics_bookings"),
        CheckConstraint("litres > 0 AND grams >= 0", name="ck_logistics_bookings_room"),
    )
    op.create_index("ix_logistics_bookings_container_id", "logistics_bookings", ["container_id"])
