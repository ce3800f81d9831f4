"""The clock as a service: what reads the time asks for it, so that a test can set it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "utc_now"]


class Clock(Protocol):
    """Tells the time: aware, in UTC."""

    def __call__(self) -> datetime:
        """The present moment."""
        ...


def utc_now() -> datetime:
    """The clock of a real installation."""
    return datetime.now(UTC)
