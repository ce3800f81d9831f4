"""Accounts and their movements, payments asked of providers, proofs."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables."""
