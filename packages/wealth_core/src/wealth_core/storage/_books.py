"""The prices of a run as one text, and back: whoever takes the run up values with the same ones."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from wealth_core.quotes.book import QuoteBook, QuotePolicy
from wealth_core.quotes.documents import quotes_from_document, quotes_to_document
from wealth_core.quotes.parities import PARITY

__all__ = ["book_from_text", "book_to_text"]


def book_to_text(book: QuoteBook) -> str:
    """Gives a book as JSON text: its moment, its limits of age in seconds, its prices."""
    policy = book.policy
    return json.dumps(
        {
            "at": book.at.isoformat(),
            "stale_after": {
                source: limit.total_seconds() for source, limit in policy.stale_after.items()
            },
            "otherwise": policy.otherwise.total_seconds(),
            # The parities are in every book.
            "quotes": quotes_to_document(one for one in book.quotes if one.source != PARITY),
        }
    )


def book_from_text(text: str) -> QuoteBook:
    """Gives the book of a text that `book_to_text` wrote."""
    kept = json.loads(text)
    limits = {source: timedelta(seconds=limit) for source, limit in kept["stale_after"].items()}
    return QuoteBook(
        quotes_from_document(kept["quotes"]),
        at=datetime.fromisoformat(kept["at"]),
        policy=QuotePolicy(limits, otherwise=timedelta(seconds=kept["otherwise"])),
    )
