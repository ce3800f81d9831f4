"""The parities fixed by law: the CFA francs, 655.957 for one euro.

Source: the franc was fixed at 100 CFA francs for one French franc on 12 January 1994, and Council
Regulation (EC) No 2866/98 at 6.55957 French francs for one euro on 1 January 1999; Council Decision
98/683/EC keeps the monetary agreements that hold it (XOF for the West African union, XAF for the
Central African one).
"""

from datetime import UTC, datetime
from typing import Final

from wealth_core.quotes.values import FIXED_BY_LAW, PARITY, Quote

__all__ = ["PARITY", "fixed_quotes", "parity_of"]

_SINCE: Final = datetime(1999, 1, 1, tzinfo=UTC)
_FIXED: Final = tuple(Quote(*pair, price, _SINCE, PARITY) for pair, price in FIXED_BY_LAW.items())
_PAIRS: Final = {pair: one for one in _FIXED for pair in (one.pair, one.pair[::-1])}


def fixed_quotes() -> tuple[Quote, ...]:
    """Gives the fixed prices.

    >>> [(one.quote, str(one.price)) for one in fixed_quotes()]
    [('XAF', '655.957'), ('XOF', '655.957')]
    """
    return _FIXED


def parity_of(base: str, quote: str) -> Quote | None:
    """Gives the fixed price between two assets, in the direction it is told; None without one.

    >>> parity_of("XOF", "EUR").price, parity_of("USD", "EUR")
    (Decimal('655.957'), None)
    """
    return _PAIRS.get((base, quote))
