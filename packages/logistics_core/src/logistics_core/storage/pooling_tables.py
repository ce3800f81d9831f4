"""The tables of pooling: orders and their margins, containers, what is booked, and every move.

No table refers to another by a foreign key: the key of a booking would lock the row of its
container a second time, which is the one row that everybody books against. Bookings are written by
the booking desk alone, which holds both rows.

A margin has a table of its own, so that no query made for a merchant can bring one along.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from logistics_core.storage.metadata import metadata
from shared_kernel.columns import (
    CurrencyCode,
    ExactDecimal,
    JsonDocument,
    MinorUnits,
    OpaqueId,
    UtcDateTime,
)

__all__ = [
    "logistics_bookings",
    "logistics_containers",
    "logistics_events",
    "logistics_order_margins",
    "logistics_orders",
    "order_numbers",
]

order_numbers = Sequence("logistics_order_numbers")
"""Where PostgreSQL takes the numbers of orders from: two that are made at once never wait for one
another. SQLite has one writer, and takes the next one."""

_WAITS = text("waiting_litres > 0")

logistics_orders = Table(
    "logistics_orders",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("owner", OpaqueId, nullable=False),
    Column("state", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("purchase", Text, nullable=False),
    Column("client_quote", Text, nullable=False),
    Column("tariff_version", Integer, nullable=False),
    # What was agreed with its merchant instead of the tariff's; NULL is the tariff's.
    Column("commission", ExactDecimal),
    Column("total_minor", MinorUnits, nullable=False),
    Column("currency", CurrencyCode, nullable=False),
    Column("litres", Integer, nullable=False),
    Column("grams", BigInteger, nullable=False),
    Column("priority", Integer, nullable=False),
    # What waits in the pool: all of it, the rest of a split order, or nothing. All of it says that
    # nothing is booked, which the desk must know from this row alone.
    Column("waiting_litres", Integer, nullable=False),
    Column("waiting_grams", BigInteger, nullable=False),
    Column("waiting_since", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("request_key", String(128)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("valid_until", UtcDateTime, nullable=False),
    UniqueConstraint("number"),
    UniqueConstraint("owner", "request_key"),
    CheckConstraint("litres > 0 AND grams >= 0", name="room"),
    CheckConstraint(
        "waiting_litres >= 0 AND waiting_litres <= litres AND waiting_grams >= 0", name="waiting"
    ),
    Index("ix_logistics_orders_owner", "owner", "number"),
    Index("ix_logistics_orders_state", "state", "number"),
    Index(
        "ix_logistics_orders_waiting",
        "waiting_since",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
)

logistics_order_margins = Table(
    "logistics_order_margins",
    metadata,
    Column("order_id", OpaqueId, primary_key=True),
    Column("internal", Text, nullable=False),
    Column("margin_minor", MinorUnits, nullable=False),
    Column("margin_exchange_minor", MinorUnits, nullable=False),
    Column("margin_commission_minor", MinorUnits, nullable=False),
    Column("margin_freight_minor", MinorUnits, nullable=False),
    Column("currency", CurrencyCode, nullable=False),
)

logistics_containers = Table(
    "logistics_containers",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("reference", String(64), nullable=False),
    Column("billed_litres", Integer, nullable=False),
    Column("stowable_litres", Integer, nullable=False),
    Column("payload_grams", BigInteger, nullable=False),
    Column("booked_litres", Integer, nullable=False),
    Column("booked_grams", BigInteger, nullable=False),
    # No index on what a booking changes: PostgreSQL then writes the new row beside the old one.
    Column("stage", String(16), nullable=False),
    Column("smallest_litres", Integer, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("cancelled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("reference"),
    # Whatever a program does, the database refuses the litre too many.
    CheckConstraint("booked_litres >= 0 AND booked_litres <= billed_litres", name="volume"),
    CheckConstraint("booked_grams >= 0 AND booked_grams <= payload_grams", name="weight"),
)

logistics_bookings = Table(
    "logistics_bookings",
    metadata,
    Column("order_id", OpaqueId, nullable=False),
    Column("container_id", OpaqueId, nullable=False),
    Column("litres", Integer, nullable=False),
    Column("grams", BigInteger, nullable=False),
    Column("booked_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("order_id", "container_id"),
    CheckConstraint("litres > 0 AND grams >= 0", name="room"),
    Index("ix_logistics_bookings_container_id", "container_id"),
)

logistics_events = Table(
    "logistics_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", OpaqueId, nullable=False),
    Column("subject_kind", String(16), nullable=False),
    Column("subject_id", OpaqueId, nullable=False),
    Column("action", String(32), nullable=False),
    # Never a cost or a margin: a merchant reads the events of their orders.
    Column("detail", JsonDocument, nullable=False),
    Index("ix_logistics_events_subject", "subject_kind", "subject_id", "id"),
)
