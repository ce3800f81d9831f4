"""The tables of identity: who may come in, how, and what was done.

Nothing secret is stored as it is: passwords are argon2id, tokens of sessions, links and the API
are SHA-256 of 256 random bits, the second factor's secret is encrypted, a code sent to a phone is
hashed with a key. ``web_audit`` is append
only: triggers of the first migration refuse an update or a deletion.

The jobs' table is in `comptoir_web.jobs.tables`, on the same `metadata`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from comptoir_web.storage.metadata import metadata
from shared_kernel.columns import JsonDocument, OpaqueId, UtcDateTime

__all__ = [
    "web_attempts",
    "web_audit",
    "web_links",
    "web_one_time_codes",
    "web_recovery_codes",
    "web_sessions",
    "web_tokens",
    "web_users",
]

_COUNTER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only an INTEGER key

web_users = Table(
    "web_users",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("email", String(254), unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("locale", String(8)),
    Column("password_hash", String(255)),
    Column("password_changed_at", UtcDateTime()),
    Column("totp_secret", Text),
    Column("totp_pending", Text),
    Column("totp_enrolled_at", UtcDateTime()),
    Column("totp_last_step", BigInteger),
    Column("disabled_at", UtcDateTime()),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("request_id", String(64), unique=True),
    Column("phone", String(16), unique=True),
    CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="contact"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", OpaqueId(), ForeignKey("web_users.id", ondelete="CASCADE"), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("seen_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("address", String(45), nullable=False),
    Column("agent", String(200), nullable=False),
    Index("ix_web_sessions_user_id", "user_id"),
    Index("ix_web_sessions_expires_at", "expires_at"),
)

web_tokens = Table(
    "web_tokens",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("family_id", OpaqueId(), nullable=False),
    Column("user_id", OpaqueId(), ForeignKey("web_users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime()),
    Column("revoked_at", UtcDateTime()),
    Index("ix_web_tokens_family_id", "family_id"),
    Index("ix_web_tokens_user_id", "user_id"),
    Index("ix_web_tokens_expires_at", "expires_at"),
)

web_links = Table(
    "web_links",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("user_id", OpaqueId(), ForeignKey("web_users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime()),
    Index("ix_web_links_user_id", "user_id"),
)

web_one_time_codes = Table(
    "web_one_time_codes",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("request_hash", String(64), nullable=False, unique=True),
    Column("phone", String(16), nullable=False),
    Column("asked_from", String(64), nullable=False),
    Column("code_hash", String(64)),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", UtcDateTime()),
    Index("ix_web_one_time_codes_phone", "phone"),
    Index("ix_web_one_time_codes_expires_at", "expires_at"),
)

web_attempts = Table(
    "web_attempts",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime(), nullable=False),
    Column("locked_until", UtcDateTime()),
)

web_recovery_codes = Table(
    "web_recovery_codes",
    metadata,
    Column("id", OpaqueId(), primary_key=True),
    Column("user_id", OpaqueId(), ForeignKey("web_users.id", ondelete="CASCADE"), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime()),
    Index("ix_web_recovery_codes_user_id", "user_id"),
)

web_audit = Table(
    "web_audit",
    metadata,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("action", String(40), nullable=False),
    Column("actor_id", OpaqueId()),
    Column("subject_id", OpaqueId()),
    Column("address", String(45)),
    Column("detail", JsonDocument(), nullable=False),
    Index("ix_web_audit_at", "at"),
    Index("ix_web_audit_actor_id", "actor_id"),
    Index("ix_web_audit_subject_id", "subject_id"),
)
