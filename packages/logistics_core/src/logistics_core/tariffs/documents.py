"""Tariffs, purchases and quotes as JSON documents, and back: what is stored and exported.

Each is an object with version 1 and the fields of its value. Of a purchase::

    {"version": 1, "goods": {"amount": "10000.00", "currency": "CNY"}, "category": "TEXTILE",
     "volume_cbm": "3", "weight_kg": null, "cartons": null, "note": ""}

``cartons`` is a list, ``[{"length_cm": "60", "width_cm": "40", ..., "count": 20}]``; where it is
given, the volume and the weight may be left out. The version of a tariff is its ``number``, for
``version`` is that of the document, and its ``validity`` is in seconds. Amounts, rates and volumes
are texts, so that no reader can round them.

The documents of a tariff and of an internal quote hold costs and margins: they are for
administrators and for the store, never for a merchant.
"""

from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import attrs
from cattrs import Converter

from logistics_core.errors import MeasureFaults, PurchaseFaults, TariffFaults
from logistics_core.measures import Carton, Shipment
from logistics_core.tariffs.purchase import MOST_CBM, Purchase, volume_and_weight
from logistics_core.tariffs.quoting import ClientQuote, InternalQuote
from logistics_core.tariffs.tariff import Category, Tariff
from shared_kernel import (
    FaultKind,
    Faults,
    dump_json,
    make_converter,
    shown,
    structure,
    unstructure,
)
from shared_kernel.documents import opened, parsed, tell_every_fault

VERSION: Final = 1
"""Of every document written here."""

NOT_SECONDS = FaultKind(
    "tariff.not_seconds", "{given} is not a number of seconds: write a whole number, such as 604800"
)

T = TypeVar("T")


def tariff_to_document(tariff: Tariff) -> dict[str, Any]:
    """A tariff as JSON data, costs included: for administrators and for the store.

    ``Any`` because the values of a JSON object are of every kind.
    """
    fields = unstructure(tariff, converter=_converter())
    return {"version": VERSION, "number": fields.pop("version"), **fields}


def tariff_from_document(document: object) -> Tariff:
    """The tariff of a document, checked as any tariff is.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it; ``number`` may be left out of
            a tariff that is not published.

    Raises:
        TariffFaults: every fault with its path: an unknown or missing key, a float, a term that a
            tariff refuses.

    >>> tariff_from_document({"version": 1, "rate": 1250.5, "categories": [],
    ...                       "commission": "0.05", "effective_from": "2026-01-05T00:00:00Z"})
    Traceback (most recent call last):
        ...
    logistics_core.errors.TariffFaults: rate: 1250.5 is a number that computers round: write it as \
a text, "1250.5"
    categories: [] is not a list: give from 1 to 100 of Category
    """
    _, fields = opened(document, TariffFaults, VERSION)
    if "number" in fields:
        fields["version"] = fields.pop("number")
    return _read(fields, Tariff, TariffFaults)


def purchase_to_document(purchase: Purchase) -> dict[str, Any]:
    """A purchase as JSON data.

    >>> from shared_kernel import money
    >>> goods = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
    >>> purchase_to_document(goods)["volume_cbm"]
    '3'
    """
    return _written(purchase)


def purchase_from_document(document: object) -> Purchase:
    """The purchase of a document; of cartons alone, the volume and the weight are worked out.

    Raises:
        PurchaseFaults: every fault with its path (``cartons[0].length_cm``).

    >>> purchase_from_document({"version": 1, "category": "TEXTILE", "volume_cbm": "0",
    ...                         "goods": {"amount": "NaN", "currency": "CNY"}})
    Traceback (most recent call last):
        ...
    logistics_core.errors.PurchaseFaults: goods.amount: NaN is not an amount: write digits and a \
point, such as 1234.50
    volume_cbm: 0 is out of range: from 0.000001 to 1000 is accepted
    """
    _, fields = opened(document, PurchaseFaults, VERSION)
    cartons: object = fields.get("cartons")
    if cartons is not None and "volume_cbm" not in fields and "weight_kg" not in fields:
        fields |= _measured(cartons)
    return _read(fields, Purchase, PurchaseFaults)


def client_quote_to_document(quote: ClientQuote) -> dict[str, Any]:
    """A merchant's quote as JSON data; it tells no cost and no margin."""
    return _written(quote)


def client_quote_from_document(document: object) -> ClientQuote:
    """The merchant's quote of a document, checked: its total is the sum of its parts.

    Raises:
        PurchaseFaults: every fault with its path.
    """
    _, fields = opened(document, PurchaseFaults, VERSION)
    return _read(fields, ClientQuote, PurchaseFaults)


def internal_quote_to_document(quote: InternalQuote) -> dict[str, Any]:
    """The costs and the margins as JSON data: for administrators and for the store."""
    return _written(quote)


def internal_quote_from_document(document: object) -> InternalQuote:
    """The costs and the margins of a document, checked: the margin is the sum of its parts.

    Raises:
        PurchaseFaults: every fault with its path; for administrators, as it may tell a figure.
    """
    _, fields = opened(document, PurchaseFaults, VERSION)
    return _read(fields, InternalQuote, PurchaseFaults)


def tariff_to_json(tariff: Tariff) -> str:
    """A tariff as JSON text, the same for equal ones; see `tariff_to_document`."""
    return dump_json(tariff_to_document(tariff))


def tariff_from_json(text: str | bytes) -> Tariff:
    """What `tariff_to_json` wrote, or what somebody else did.

    Raises:
        TariffFaults: see `tariff_from_document`; also a text that is not JSON.
    """
    return tariff_from_document(parsed(text, TariffFaults))


def purchase_to_json(purchase: Purchase) -> str:
    """A purchase as JSON text, the same for equal ones; see `purchase_to_document`."""
    return dump_json(purchase_to_document(purchase))


def purchase_from_json(text: str | bytes) -> Purchase:
    """What `purchase_to_json` wrote, or what somebody else did.

    Raises:
        PurchaseFaults: see `purchase_from_document`; also a text that is not JSON.
    """
    return purchase_from_document(parsed(text, PurchaseFaults))


def client_quote_to_json(quote: ClientQuote) -> str:
    """A merchant's quote as JSON text, the same for equal ones; see `client_quote_to_document`."""
    return dump_json(client_quote_to_document(quote))


def client_quote_from_json(text: str | bytes) -> ClientQuote:
    """What `client_quote_to_json` wrote, or what somebody else did.

    Raises:
        PurchaseFaults: see `client_quote_from_document`; also a text that is not JSON.
    """
    return client_quote_from_document(parsed(text, PurchaseFaults))


def internal_quote_to_json(quote: InternalQuote) -> str:
    """Costs and margins as JSON text, the same for equal ones; see `internal_quote_to_document`."""
    return dump_json(internal_quote_to_document(quote))


def internal_quote_from_json(text: str | bytes) -> InternalQuote:
    """What `internal_quote_to_json` wrote, or what somebody else did.

    Raises:
        PurchaseFaults: see `internal_quote_from_document`; also a text that is not JSON.
    """
    return internal_quote_from_document(parsed(text, PurchaseFaults))


def _measured(cartons: object) -> dict[str, Decimal | None]:
    """The volume and the weight of the cartons of a document, where those can be read."""
    try:
        shipment = structure(cartons, Shipment, converter=_converter())
    except Faults:
        return {"volume_cbm": MOST_CBM, "weight_kg": None}  # of no use: the cartons are refused
    volume_cbm, weight_kg = volume_and_weight(shipment)
    return {"volume_cbm": volume_cbm, "weight_kg": weight_kg}


def _written(value: object) -> dict[str, Any]:
    return {"version": VERSION, **unstructure(value, converter=_converter())}


def _read(fields: dict[Any, Any], cls: type[T], error: type[Faults]) -> T:
    try:
        return structure(fields, cls, converter=_converter())
    except Faults as refused:
        raise error(refused.faults) from None


@cache
def _converter() -> Converter:
    converter = make_converter()
    converter.register_structure_hook(timedelta, _duration)
    converter.register_unstructure_hook(timedelta, lambda value: int(value.total_seconds()))
    converter.register_structure_hook(Shipment, lambda data, _: _shipment(data, converter))
    converter.register_unstructure_hook(
        Shipment, lambda shipment: [converter.unstructure(each) for each in shipment.cartons]
    )
    tell_every_fault(converter, Carton, MeasureFaults)
    tell_every_fault(converter, Category, TariffFaults)
    tell_every_fault(converter, Tariff, TariffFaults)
    for cls in (Purchase, ClientQuote, InternalQuote):
        tell_every_fault(converter, cls, PurchaseFaults)
    return converter


def _duration(value: object, _: object) -> timedelta:
    if type(value) is not int or not 0 <= value < 10**9:
        raise Faults.of(NOT_SECONDS, given=shown(value))
    return timedelta(seconds=value)


def _shipment(data: object, converter: Converter) -> Shipment:
    """A shipment is the list of its cartons, and so are the paths of its faults."""
    cartons = converter.structure(data, tuple[Carton, ...])
    try:
        return Shipment(cartons)
    except MeasureFaults as refused:
        faults = (attrs.evolve(fault, path="") for fault in refused.faults)
        raise MeasureFaults(faults) from None
