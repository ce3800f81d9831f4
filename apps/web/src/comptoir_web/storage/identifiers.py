"""What may be an identifier: known before a database is asked for it."""

from __future__ import annotations

from typing import Final

__all__ = ["may_be_id"]

LONGEST: Final = 64


def may_be_id(text: str) -> bool:
    """Whether a store may have given this: what the columns of identifiers accept.

    >>> may_be_id("7f3a"), may_be_id(""), may_be_id(" 7f3a"), may_be_id("x" * 65)
    (True, False, False, False)
    """
    return 1 <= len(text) <= LONGEST and text.isprintable() and text.strip() == text
