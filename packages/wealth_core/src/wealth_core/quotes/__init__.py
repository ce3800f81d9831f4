"""Prices of cryptos and currencies, with their age; conversion by chain, every step told.

The map::

    values      assets, and the price of one in another: Quote
    parities    the CFA francs, fixed by law
    book        the prices of a moment, and what they chain into: QuoteBook
    documents   prices as a JSON list, and back
    ports       what a vendor's adapter and a keeper of prices promise
    refresh     ask the vendors, keep what is good, remember what went wrong

The vendors are in `wealth_core.adapters`, the database in `wealth_core.storage`. Nothing here reads
a clock, a network or a database.
"""

from wealth_core.quotes.book import MAX_STEPS, Conversion, QuoteBook, QuotePolicy, Step
from wealth_core.quotes.documents import (
    asset_from,
    quotes_from_document,
    quotes_from_json,
    quotes_to_document,
    quotes_to_json,
)
from wealth_core.quotes.parities import PARITY, fixed_quotes, parity_of
from wealth_core.quotes.ports import (
    Fetched,
    HistorySource,
    Kept,
    PriceKeeper,
    PriceSource,
    SourceState,
)
from wealth_core.quotes.refresh import (
    WELL_KNOWN,
    Outcome,
    RefreshReport,
    SourceReport,
    backfill,
    refresh,
)
from wealth_core.quotes.values import (
    Quote,
    asset_label,
    crypto,
    is_asset,
    is_crypto,
    pair_label,
)

__all__ = [
    "MAX_STEPS",
    "PARITY",
    "WELL_KNOWN",
    "Conversion",
    "Fetched",
    "HistorySource",
    "Kept",
    "Outcome",
    "PriceKeeper",
    "PriceSource",
    "Quote",
    "QuoteBook",
    "QuotePolicy",
    "RefreshReport",
    "SourceReport",
    "SourceState",
    "Step",
    "asset_from",
    "asset_label",
    "backfill",
    "crypto",
    "fixed_quotes",
    "is_asset",
    "is_crypto",
    "pair_label",
    "parity_of",
    "quotes_from_document",
    "quotes_from_json",
    "quotes_to_document",
    "quotes_to_json",
    "refresh",
]
