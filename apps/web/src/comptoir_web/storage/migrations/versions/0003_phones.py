"""Phones beside e-mail addresses, and the codes sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared_kernel.columns import OpaqueId, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an account have a phone, an address or both; make the table of codes."""
    # SQLite cannot loosen a column: the table is made again, and the keys to it are not looked at
    # meanwhile.
    with op.batch_alter_table("web_users") as users:
        users.alter_column("email", existing_type=sa.String(254), nullable=True)
        users.add_column(sa.Column("phone", sa.String(16), nullable=True))
        users.create_unique_constraint(op.f("uq_web_users_phone"), ["phone"])
        users.create_check_constraint(
            op.f("ck_web_users_contact"), "email IS NOT NULL OR phone IS NOT NULL"
        )
    op.create_table(
        "web_one_time_codes",
        sa.Column("id", OpaqueId(), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("asked_from", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_one_time_codes")),
        sa.UniqueConstraint("request_hash", name=op.f("uq_web_one_time_codes_request_hash")),
    )
    op.create_index("ix_web_one_time_codes_phone", "web_one_time_codes", ["phone"])
    op.create_index("ix_web_one_time_codes_expires_at", "web_one_time_codes", ["expires_at"])
