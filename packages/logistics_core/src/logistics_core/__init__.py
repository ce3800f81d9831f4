"""Group freight: quotes with a hidden margin, containers that never overfill, wallets, payments.

The map::

    logistics_core
    |-- measures     cartons and shipments: volume, weight, and the revenue ton they are billed
    |-- containers   what a container holds, billed and stowable, which are two numbers
    |-- tariffs      what a purchase is charged, and apart from it, what it earns
    |-- pooling      stages, states, which order goes in which container
    |-- wallets      deposits, participations, refunds: movements that always balance
    |-- payments     proofs of payment, mobile money: what is asked of a provider
    |-- merchants    what was agreed with a merchant
    |-- suppliers    those a merchant may buy from
    |-- simulation   a whole filling, played on the real code         (extra: storage)
    |-- adapters     vendors of payments and messages, one module each (extra: payments)
    |-- storage      tables, one store a domain, migrations            (extra: storage)
    |-- testing      Hypothesis strategies and fakes for other tests   (extra: testing)
    `-- errors       every error, in one tree

The names below are loaded when they are first asked for, so that importing the package costs
nothing: neither numpy nor SQLAlchemy nor Pillow nor httpx is imported before it is used.

>>> from logistics_core import Carton, Shipment, measure
>>> measure(Shipment([Carton(60, 40, 50, 5, count=20)])).revenue_tons
Decimal('2.400')
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logistics_core import payments, pooling, suppliers, tariffs, wallets
    from logistics_core.containers import (
        HIGH_CUBE_40,
        Container,
        Occupancy,
        occupancy,
        stands_inside,
    )
    from logistics_core.errors import LogisticsError, MeasureFaults
    from logistics_core.measures import (
        AIR,
        ROAD,
        SEA,
        Basis,
        Carton,
        Measured,
        Measuring,
        Shipment,
        SideRounding,
        measure,
    )
    from logistics_core.merchants import MerchantTerms

__all__ = [
    "AIR",
    "HIGH_CUBE_40",
    "ROAD",
    "SEA",
    "Basis",
    "Carton",
    "Container",
    "LogisticsError",
    "MeasureFaults",
    "Measured",
    "Measuring",
    "MerchantTerms",
    "Occupancy",
    "Shipment",
    "SideRounding",
    "measure",
    "occupancy",
    "payments",
    "pooling",
    "stands_inside",
    "suppliers",
    "tariffs",
    "wallets",
]

_PACKAGES = frozenset({"payments", "pooling", "suppliers", "tariffs", "wallets"})
_MODULES = {
    "containers": "HIGH_CUBE_40 Container Occupancy occupancy stands_inside",
    "measures": "AIR ROAD SEA Basis Carton Measured Measuring Shipment SideRounding measure",
    "merchants": "MerchantTerms",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Imports a public name the first time it is asked for, so that importing stays light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    home = _HOMES.get(name, "errors")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
