"""The table of jobs: what was asked, who works on it until when, how far it is.

The claim of a job is a lease: ``worker`` holds it until ``lease_until`` and renews it by a
heartbeat. ``attempts`` counts the claims and never goes back: it is the fencing number that every
later write of that claim repeats, so that a worker that lost its lease can write nothing more.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
)

from comptoir_web.storage import metadata
from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

__all__ = ["JOBS"]

JOBS = Table(
    "web_jobs",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("owner", OpaqueId(), nullable=False),
    Column("request_id", OpaqueId(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("arguments", JsonDocument(), nullable=False),
    Column("attempts", Integer(), nullable=False),
    Column("max_attempts", Integer(), nullable=False),
    Column("cancel_requested", Boolean(), nullable=False, server_default=false()),
    Column("available_at", UtcDateTime(), nullable=False),
    Column("announced_at", UtcDateTime(), nullable=True),
    Column("worker", String(128), nullable=True),
    Column("lease_until", UtcDateTime(), nullable=True),
    Column("heartbeat_at", UtcDateTime(), nullable=True),
    Column("done", Integer(), nullable=False),
    Column("total", Integer(), nullable=True),
    Column("message", JsonDocument(), nullable=True),
    Column("checkpoint", JsonDocument(), nullable=False),
    Column("result", JsonDocument(), nullable=True),
    Column("error", JsonDocument(), nullable=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("started_at", UtcDateTime(), nullable=True),
    Column("finished_at", UtcDateTime(), nullable=True),
    UniqueConstraint("owner", "kind", "request_id", name="uq_web_jobs_request"),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease"),
    Index("ix_web_jobs_state_available", "state", "available_at"),
    Index("ix_web_jobs_owner_created", "owner", "created_at"),
)
