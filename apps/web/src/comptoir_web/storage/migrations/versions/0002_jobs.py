"""The table of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create ``web_jobs``: see `comptoir_web.jobs.tables`."""
    op.create_table(
        "web_jobs",
        sa.Column("id", OpaqueId(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("owner", OpaqueId(), nullable=False),
        sa.Column("request_id", OpaqueId(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("arguments", JsonDocument(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("available_at", UtcDateTime(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=True),
        sa.Column("worker", sa.String(128), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("heartbeat_at", UtcDateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("message", JsonDocument(), nullable=True),
        sa.Column("checkpoint", JsonDocument(), nullable=False),
        sa.Column("result", JsonDocument(), nullable=True),
        sa.Column("error", JsonDocument(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_jobs")),
        sa.UniqueConstraint("owner", "kind", "request_id", name=op.f("uq_web_jobs_request")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_web_jobs_state"),
        ),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_web_jobs_lease")
        ),
    )
    op.create_index("ix_web_jobs_state_available", "web_jobs", ["state", "available_at"])
    op.create_index("ix_web_jobs_owner_created", "web_jobs", ["owner", "created_at"])
