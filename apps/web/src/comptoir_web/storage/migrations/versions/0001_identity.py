"""The tables of identity, and the triggers that keep the audit log append only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

revision = "0001"
down_revision = None

_SQLITE = """
CREATE TRIGGER web_audit_{verb} BEFORE {verb} ON web_audit
BEGIN SELECT RAISE(ABORT, 'web_audit is append only'); END
"""
_FUNCTION = """
CREATE FUNCTION web_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'web_audit is append only'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER web_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON web_audit
FOR EACH STATEMENT EXECUTE FUNCTION web_audit_append_only()
"""


def _user_key() -> sa.Column[str]:
    return sa.Column("user_id", OpaqueId(), nullable=False)


def _user_constraint(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["web_users.id"], name=f"fk_{table}_user_id", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "web_users",
        sa.Column("id", OpaqueId(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(8)),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("password_changed_at", UtcDateTime()),
        sa.Column("totp_secret", sa.Text()),
        sa.Column("totp_pending", sa.Text()),
        sa.Column("totp_enrolled_at", UtcDateTime()),
        sa.Column("totp_last_step", sa.BigInteger()),
        sa.Column("disabled_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("request_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_web_users"),
        sa.UniqueConstraint("email", name="uq_web_users_email"),
        sa.UniqueConstraint("request_id", name="uq_web_users_request_id"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id", OpaqueId(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        _user_key(),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_web_sessions_token_hash"),
        _user_constraint("web_sessions"),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])
    op.create_table(
        "web_tokens",
        sa.Column("id", OpaqueId(), nullable=False),
        sa.Column("family_id", OpaqueId(), nullable=False),
        _user_key(),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_web_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_web_tokens_token_hash"),
        _user_constraint("web_tokens"),
    )
    op.create_index("ix_web_tokens_family_id", "web_tokens", ["family_id"])
    op.create_index("ix_web_tokens_user_id", "web_tokens", ["user_id"])
    op.create_index("ix_web_tokens_expires_at", "web_tokens", ["expires_at"])
    op.create_table(
        "web_links",
        sa.Column("id", OpaqueId(), nullable=False),
        _user_key(),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_web_links"),
        sa.UniqueConstraint("token_hash", name="uq_web_links_token_hash"),
        _user_constraint("web_links"),
    )
    op.create_index("ix_web_links_user_id", "web_links", ["user_id"])
    op.create_table(
        "web_attempts",
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("locked_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("scope", "subject", name="pk_web_attempts"),
    )
    op.create_table(
        "web_recovery_codes",
        sa.Column("id", OpaqueId(), nullable=False),
        _user_key(),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_web_recovery_codes"),
        _user_constraint("web_recovery_codes"),
    )
    op.create_index("ix_web_recovery_codes_user_id", "web_recovery_codes", ["user_id"])
    _audit()


def _audit() -> None:
    op.create_table(
        "web_audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            autoincrement=True,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("actor_id", OpaqueId()),
        sa.Column("subject_id", OpaqueId()),
        sa.Column("address", sa.String(45)),
        sa.Column("detail", JsonDocument(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_audit"),
    )
    op.create_index("ix_web_audit_at", "web_audit", ["at"])
    op.create_index("ix_web_audit_actor_id", "web_audit", ["actor_id"])
    op.create_index("ix_web_audit_subject_id", "web_audit", ["subject_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(verb=verb))
    else:
        op.execute(_FUNCTION)
        op.execute(_POSTGRESQL)
