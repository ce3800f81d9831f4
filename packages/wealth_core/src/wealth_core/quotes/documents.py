"""Prices as a JSON list, and back.

A file of prices is a list of objects::

    [{"base": "BTC", "quote": "EUR", "price": "95000.00", "as_of": "2025-12-09T12:00:00Z",
      "source": "manual"}]

An asset that is no currency in use is taken for a crypto's symbol; ``"crypto:EUR"`` names the
crypto where the two could be confused. A price is a text or a number; its digits are kept as they
are written. Without a source it is ``"manual"``.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from shared_kernel import Fault, FaultList, Faults, JsonNumber, dump_json, parse_json
from shared_kernel.faults import shown
from shared_kernel.json_text import key_path
from wealth_core.errors import QuoteFaults
from wealth_core.quotes import _faults
from wealth_core.quotes.values import CRYPTO, Quote, asset_label, is_asset

__all__ = [
    "asset_from",
    "quotes_from_document",
    "quotes_from_json",
    "quotes_to_document",
    "quotes_to_json",
]

MANUAL: Final = "manual"
MAX_BYTES: Final = 5_000_000

_REQUIRED: Final = ("base", "quote", "price", "as_of")
_FIELDS: Final = frozenset({*_REQUIRED, "source"})


def asset_from(text: str) -> str:
    """Gives the asset that a person's text names.

    Raises:
        QuoteFaults: it names none.

    >>> asset_from("EUR"), asset_from("btc"), asset_from("crypto:EUR")
    ('EUR', 'crypto:BTC', 'crypto:EUR')
    """
    given: object = text
    if isinstance(given, str):
        typed = given.strip()
        name = asset_label(typed).upper()
        if typed == asset_label(typed) and is_asset(name):
            return name
        if is_asset(CRYPTO + name):
            return CRYPTO + name
    raise QuoteFaults.of(_faults.NOT_AN_ASSET, "asset", given=shown(given))


def quotes_to_document(quotes: Iterable[Quote]) -> list[dict[str, str]]:
    """Gives prices as plain data, in their order.

    >>> at = datetime(2025, 12, 9, 12, tzinfo=UTC)
    >>> quotes_to_document([Quote("USD", "EUR", Decimal("0.860"), at, "manual")])[0]["price"]
    '0.860'
    """
    return [
        {
            "base": quote.base,
            "quote": quote.quote,
            "price": f"{quote.price:f}",
            "as_of": quote.as_of.isoformat(),
            "source": quote.source,
        }
        for quote in quotes
    ]


def quotes_to_json(quotes: Iterable[Quote]) -> str:
    """Gives prices as JSON text."""
    return dump_json(quotes_to_document(quotes))


def quotes_from_json(data: bytes | str) -> tuple[Quote, ...]:
    """Reads prices from JSON text.

    Raises:
        QuoteFaults: every fault, each with its path: ``[2].price``.

    >>> quotes_from_json('[{"base":"USD","quote":"EUR","price":0.86,"as_of":"2025-12-09"}]')
    (Quote('USD', 'EUR', 0.86, 2025-12-09T00:00:00+00:00, 'manual'),)
    """
    try:
        document = parse_json(data, max_bytes=MAX_BYTES, max_depth=4)
    except Faults as error:
        raise QuoteFaults(error.faults) from None
    return quotes_from_document(document)


def quotes_from_document(document: object) -> tuple[Quote, ...]:
    """Reads prices from plain data; raises as `quotes_from_json`."""
    if not isinstance(document, list):
        raise QuoteFaults.of(_faults.NOT_A_DOCUMENT)
    found = FaultList()
    quotes = []
    for place, entry in enumerate(document):
        with found.collect(f"[{place}]"):
            quotes.append(_quote(entry))
    found.raise_if_any(QuoteFaults)
    return tuple(quotes)


def _quote(entry: object) -> Quote:
    if not isinstance(entry, dict):
        raise QuoteFaults.of(_faults.NOT_A_DOCUMENT)
    missing = [name for name in _REQUIRED if name not in entry]
    strange = [key for key in entry if key not in _FIELDS]
    faults = [
        *(Fault(name, _faults.FIELD_MISSING, {"field": name}) for name in missing),
        *(Fault(key_path(key), _faults.FIELD_UNKNOWN, {"given": shown(key)}) for key in strange),
    ]
    if faults:
        raise QuoteFaults(faults)
    # What cannot be read goes through as it is: the value refuses it, with all that is wrong.
    made: dict[str, object] = {
        "base": _asset(entry["base"]),
        "quote": _asset(entry["quote"]),
        "price": _price(entry["price"]),
        "as_of": _moment(entry["as_of"]),
        "source": entry.get("source", MANUAL),
    }
    return Quote(**made)  # type: ignore[arg-type]  # Quote checks each of them itself


def _asset(given: object) -> object:
    if not isinstance(given, str) or is_asset(given):
        return given
    return CRYPTO + given if is_asset(CRYPTO + given) else given


def _price(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, str | int | JsonNumber):
        return given
    text = str(given)
    if len(text) > 80 or "_" in text:
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _moment(given: object) -> object:
    """A moment with its time zone, or a day: from its first instant on, in UTC."""
    if not isinstance(given, str):
        return given
    try:
        if len(given) == len("2025-12-09"):
            day = date.fromisoformat(given)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        return datetime.fromisoformat(given)
    except ValueError:
        return given
