"""Hypothesis strategies for the values of the library, and fakes, for other projects' tests.

The map::

    strategies   cartons, shipments, measurings
    tariffs      tariffs, purchases, suppliers
    pooling      orders that wait, capacities, Falkenauer's triplets
    orange       Orange's server: payments with their page, text messages; import it by its module

They need the extra ``testing``: ``pip install 'comptoir-logistics[testing]'``.
"""

from logistics_core.testing.pooling import (
    POOL_NOW,
    TRIPLET_LITRES,
    capacities,
    pool_orders,
    rooms,
    triplet_orders,
)
from logistics_core.testing.strategies import cartons, measurings, shipments, sides_cm, weights_kg
from logistics_core.testing.tariffs import (
    TARIFFS_BEGIN,
    purchases,
    suppliers,
    tariffs,
    tariffs_and_purchases,
)

__all__ = [
    "POOL_NOW",
    "TARIFFS_BEGIN",
    "TRIPLET_LITRES",
    "capacities",
    "cartons",
    "measurings",
    "pool_orders",
    "purchases",
    "rooms",
    "shipments",
    "sides_cm",
    "suppliers",
    "tariffs",
    "tariffs_and_purchases",
    "triplet_orders",
    "weights_kg",
]
