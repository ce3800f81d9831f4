"""Whether a text shows all that it holds, in its order, on one line."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["is_one_line"]

_UNSHOWN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters (NUL is one), halves of characters, separators of lines and paragraphs."""
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Controls that show what follows in another order: "10 EUR" could read "01 EUR"."""


def is_one_line(text: str) -> bool:
    r"""Says whether a text stays on one line and shows all it holds, in its order.

    >>> is_one_line("Électronique"), is_one_line("two\nlines"), is_one_line("nul\0")
    (True, False, False)
    """
    # Of ASCII, what is printable is on one line: the usual case is told fast.
    return (text.isascii() and text.isprintable()) or not any(
        unicodedata.category(character) in _UNSHOWN
        or unicodedata.bidirectional(character) in _TURNING
        for character in text
    )
