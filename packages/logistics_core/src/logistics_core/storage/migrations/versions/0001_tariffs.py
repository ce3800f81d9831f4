"""The tariffs, versioned, and who published them."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
