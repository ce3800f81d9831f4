"""Where everything is kept: tables, their history, one store a domain. Needs the extra ``storage``.

The map::

    metadata           the collection of all the tables
    tariff_tables      tariffs, one row a version
    catalogue_tables   suppliers, and the terms of merchants
    pooling_tables     orders and their margins, containers, bookings, events
    money_tables       accounts, movements, payments, proofs
    migrations         how a database comes to have them; `MIGRATIONS` is their history
    tariffs            `TariffStore`: each published once, one in force at a moment
    catalogue          `SupplierStore`: the catalogue that administrators keep
    merchants          `MerchantStore`: what was agreed with each of them
    orders             `OrderStore`: what was bought, the quote it was sold under
    containers         `ContainerStore`: what they take, what is booked, how far they are
    booking            the booking desk: `book`, `wait`
    parts              `book_part`: an order split over containers, as its merchant agrees
    cancelling         `cancel_order`, `cancel_container`: room freed, money back
    sailing            `close_container`, `advance`: stage by stage
    paying             `record_payment`: from the wallet into the order; `hold_order`
    pool               `propose_from_pool`, `fill_from_pool`: the orders that wait
    events             every move, with who made it and when
    wallets            `WalletStore`: what wallets and orders hold, each movement between them
    payments           `PaymentStore`: payments asked of providers
    proofs             `ProofStore`: pictures of payments, validated or refused

A store takes a connection and leaves the commit to the caller. The tables stand alone: an owner is
an opaque id, no key of another library is referred to. The order in which rows are locked is told
in `storage._locks`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from shared_kernel.errors import ExtraMissing

try:
    import sqlalchemy  # noqa: F401  # the extra brings it: asked for here, to say which extra
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-logistics", "storage") from error

# All of them, so that `metadata` is whole for whoever looks at it.
from logistics_core.storage.catalogue_tables import logistics_merchants, logistics_suppliers
from logistics_core.storage.metadata import metadata
from logistics_core.storage.money_tables import (
    logistics_accounts,
    logistics_movements,
    logistics_payments,
    logistics_proofs,
)
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_order_margins,
    logistics_orders,
)
from logistics_core.storage.tariff_tables import logistics_tariffs
from shared_kernel.migrations import Migrations

if TYPE_CHECKING:
    from logistics_core.storage.booking import Booked, BookedParts, book, book_part, wait
    from logistics_core.storage.cancelling import (
        CancelledContainer,
        cancel_container,
        cancel_order,
    )
    from logistics_core.storage.catalogue import (
        Facets,
        SavedSupplier,
        SupplierPage,
        SupplierStore,
    )
    from logistics_core.storage.containers import ContainerStore, PooledContainer
    from logistics_core.storage.events import Event, SubjectKind
    from logistics_core.storage.merchants import MerchantStore
    from logistics_core.storage.orders import (
        Booking,
        OpenQuote,
        Order,
        OrderSort,
        OrderStore,
    )
    from logistics_core.storage.paying import hold_order, record_payment
    from logistics_core.storage.payments import PaymentStore
    from logistics_core.storage.pool import Filled, fill_from_pool, propose_from_pool
    from logistics_core.storage.proofs import ProofStore
    from logistics_core.storage.sailing import advance, close_container
    from logistics_core.storage.tariffs import PublishedTariff, TariffStore
    from logistics_core.storage.wallets import WalletStore

__all__ = [
    "MIGRATIONS",
    "Booked",
    "BookedParts",
    "Booking",
    "CancelledContainer",
    "ContainerStore",
    "Event",
    "Facets",
    "Filled",
    "MerchantStore",
    "OpenQuote",
    "Order",
    "OrderSort",
    "OrderStore",
    "PaymentStore",
    "PooledContainer",
    "ProofStore",
    "PublishedTariff",
    "SavedSupplier",
    "SubjectKind",
    "SupplierPage",
    "SupplierStore",
    "TariffStore",
    "WalletStore",
    "advance",
    "book",
    "book_part",
    "cancel_container",
    "cancel_order",
    "close_container",
    "fill_from_pool",
    "hold_order",
    "logistics_accounts",
    "logistics_bookings",
    "logistics_containers",
    "logistics_events",
    "logistics_merchants",
    "logistics_movements",
    "logistics_order_margins",
    "logistics_orders",
    "logistics_payments",
    "logistics_proofs",
    "logistics_suppliers",
    "logistics_tariffs",
    "metadata",
    "propose_from_pool",
    "record_payment",
    "wait",
]

MIGRATIONS = Migrations("logistics", "logistics_core")
"""The history of the ``logistics_`` tables."""

_MODULES = {
    "booking": "Booked BookedParts book book_part wait",
    "cancelling": "CancelledContainer cancel_container cancel_order",
    "catalogue": "Facets SavedSupplier SupplierPage SupplierStore",
    "containers": "ContainerStore PooledContainer",
    "events": "Event SubjectKind",
    "merchants": "MerchantStore",
    "orders": "Booking OpenQuote Order OrderSort OrderStore",
    "paying": "hold_order record_payment",
    "payments": "PaymentStore",
    "pool": "Filled fill_from_pool propose_from_pool",
    "proofs": "ProofStore",
    "sailing": "advance close_container",
    "tariffs": "PublishedTariff TariffStore",
    "wallets": "WalletStore",
}
_HOMES = {
    name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names.split()
}


def __getattr__(name: str) -> object:
    """Imports a store, and the values it keeps, when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
