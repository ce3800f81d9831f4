"""Tariffs: what a purchase is charged, and apart from it, what it earns.

The map::

    tariff      what merchants are charged from a moment on, by category, and what it really costs
    purchase    goods and the room they take
    quoting     quote(): the merchant's quote and the platform's, two values of two types
    preview     what a tariff would change to the quotes that are open
    documents   each of them as a versioned JSON document, and back
    starting    the tariff that a platform may begin with

Nothing here reads a clock, a network or a database: the moment comes in as an argument.

>>> from datetime import UTC, datetime
>>> from shared_kernel import money
>>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
>>> goods = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
>>> quote(goods, starting_tariff(effective_from=noon), at=noon).client.total.amount
Decimal('28125000')
"""

from importlib import import_module
from typing import TYPE_CHECKING

from logistics_core.tariffs.purchase import MOST_CBM, Purchase
from logistics_core.tariffs.quoting import ClientQuote, InternalQuote, Quote, quote
from logistics_core.tariffs.starting import starting_tariff
from logistics_core.tariffs.tariff import MAX_CATEGORIES, Category, Tariff

if TYPE_CHECKING:
    from logistics_core.tariffs.documents import (
        client_quote_from_document,
        client_quote_from_json,
        client_quote_to_document,
        client_quote_to_json,
        internal_quote_from_document,
        internal_quote_from_json,
        internal_quote_to_document,
        internal_quote_to_json,
        purchase_from_document,
        purchase_from_json,
        purchase_to_document,
        purchase_to_json,
        tariff_from_document,
        tariff_from_json,
        tariff_to_document,
        tariff_to_json,
    )
    from logistics_core.tariffs.preview import Effect, Quoted, effects

__all__ = [
    "MAX_CATEGORIES",
    "MOST_CBM",
    "Category",
    "ClientQuote",
    "Effect",
    "InternalQuote",
    "Purchase",
    "Quote",
    "Quoted",
    "Tariff",
    "client_quote_from_document",
    "client_quote_from_json",
    "client_quote_to_document",
    "client_quote_to_json",
    "effects",
    "internal_quote_from_document",
    "internal_quote_from_json",
    "internal_quote_to_document",
    "internal_quote_to_json",
    "purchase_from_document",
    "purchase_from_json",
    "purchase_to_document",
    "purchase_to_json",
    "quote",
    "starting_tariff",
    "tariff_from_document",
    "tariff_from_json",
    "tariff_to_document",
    "tariff_to_json",
]

_PREVIEW = frozenset({"Effect", "Quoted", "effects"})


def __getattr__(name: str) -> object:
    """Imports documents (cattrs) and the preview when they are first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "preview" if name in _PREVIEW else "documents"
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
