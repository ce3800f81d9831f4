"""Profiles, plans, the actions of each month, alerts, and what was done to them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String, UniqueConstraint

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime, money_columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables of planning."""
    for name in ("wealth_investors", "wealth_plans"):
        op.create_table(
            name,
            Column("owner", OpaqueId(), nullable=False),
            Column("document", JsonDocument(), nullable=False),
            Column("version", Integer(), nullable=False),
            Column("created_at", UtcDateTime(), nullable=False),
            Column("updated_at", UtcDateTime(), nullable=False),
            PrimaryKeyConstraint("owner", name=f"pk_{name}"),
        )
    op.create_table(
        "wealth_actions",
        Column("id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("line_id", String(64), nullable=False),
        Column("month", String(7), nullable=False),
        Column("place", Integer(), nullable=False),
        Column("envelope", String(32), nullable=True),
        Column("cash", String(32), nullable=True),
        Column("reference", String(120), nullable=False),
        Column("target", String(64), nullable=False),
        *money_columns("expected"),
        Column("state", String(16), nullable=False),
        *money_columns("amount", nullable=True),
        Column("decided_at", UtcDateTime(), nullable=True),
        Column("version", Integer(), nullable=False),
        Column("moved_to", String(64), nullable=False),
        Column("made_line", Boolean(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_wealth_actions"),
        UniqueConstraint("owner", "month", "line_id", name="uq_wealth_actions_owner_month_line_id"),
    )
    op.create_table(
        "wealth_alert_rules",
        Column("owner", OpaqueId(), nullable=False),
        Column("id", String(64), nullable=False),
        Column("subject", String(32), nullable=False),
        Column("direction", String(8), nullable=False),
        *money_columns("level"),
        *money_columns("figure", nullable=True),
        Column("crossed", Integer(), nullable=False),
        Column("created_at", UtcDateTime(), nullable=False),
        PrimaryKeyConstraint("owner", "id", name="pk_wealth_alert_rules"),
    )
    op.create_table(
        "wealth_alerts",
        Column("id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("key", String(200), nullable=False),
        Column("details", JsonDocument(), nullable=False),
        Column("at", UtcDateTime(), nullable=False),
        Column("read_at", UtcDateTime(), nullable=True),
        Column("mailed_at", UtcDateTime(), nullable=True),
        PrimaryKeyConstraint("id", name="pk_wealth_alerts"),
        UniqueConstraint("owner", "key", name="uq_wealth_alerts_owner_key"),
    )
    op.create_index("ix_wealth_alerts_mailed_at_at", "wealth_alerts", ["mailed_at", "at"])
    op.create_table(
        "wealth_events",
        Column("id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("at", UtcDateTime(), nullable=False),
        Column("actor", OpaqueId(), nullable=False),
        Column("kind", String(32), nullable=False),
        Column("subject", String(64), nullable=False),
        Column("details", JsonDocument(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_wealth_events"),
    )
    op.create_index("ix_wealth_events_owner_at", "wealth_events", ["owner", "at"])
