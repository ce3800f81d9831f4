"""The tables of profiles, plans, their actions, the alerts, and what was done to them.

A profile and a plan are kept as documents; an action has columns, because a month's actions are
made once, listed by month and decided one by one.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime, money_columns
from wealth_core.storage.tables import metadata

__all__ = [
    "wealth_actions",
    "wealth_alert_rules",
    "wealth_alerts",
    "wealth_events",
    "wealth_investors",
    "wealth_plans",
]


def _documents(name: str) -> Table:
    """A table of one document an owner; a change states the version it was made from."""
    return Table(
        name,
        metadata,
        Column("owner", OpaqueId, primary_key=True),
        Column("document", JsonDocument, nullable=False),
        Column("version", Integer, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
    )


wealth_investors = _documents("wealth_investors")
wealth_plans = _documents("wealth_plans")

wealth_actions = Table(
    "wealth_actions",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("owner", OpaqueId, nullable=False),
    Column("line_id", String(64), nullable=False),
    Column("month", String(7), nullable=False),  # as 2025-12, in the order of time
    Column("place", Integer, nullable=False),  # of its line in the plan
    Column("envelope", String(32)),
    Column("cash", String(32)),
    Column("reference", String(120), nullable=False),
    Column("target", String(64), nullable=False),
    *money_columns("expected"),
    Column("state", String(16), nullable=False),
    *money_columns("amount", nullable=True),
    Column("decided_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("moved_to", String(64), nullable=False),
    Column("made_line", Boolean, nullable=False),
    # Once a line a month, whoever asks and however often.
    UniqueConstraint("owner", "month", "line_id"),
)

wealth_alert_rules = Table(
    "wealth_alert_rules",
    metadata,
    Column("owner", OpaqueId, primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("subject", String(32), nullable=False),
    Column("direction", String(8), nullable=False),
    *money_columns("level"),
    # The last figure looked at, and how often the level was passed: the next crossing has a key of
    # its own, and there is none before the figure came back.
    *money_columns("figure", nullable=True),
    Column("crossed", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

wealth_alerts = Table(
    "wealth_alerts",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("owner", OpaqueId, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(200), nullable=False),
    Column("details", JsonDocument, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    # When somebody took it to mail it: whoever sets it first is the one who sends.
    Column("mailed_at", UtcDateTime),
    UniqueConstraint("owner", "key"),
    Index("ix_wealth_alerts_mailed_at_at", "mailed_at", "at"),
)

wealth_events = Table(
    "wealth_events",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("owner", OpaqueId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", OpaqueId, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JsonDocument, nullable=False),
    Index("ix_wealth_events_owner_at", "owner", "at"),
)
