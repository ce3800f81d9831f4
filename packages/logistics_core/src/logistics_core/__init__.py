"""Group freight: volumes, weights and the revenue ton, exact and explained.

The map::

    logistics_core
    |-- measures     cartons and shipments: volume, weight, and the revenue ton they are billed
    |-- containers   what a container holds, billed and stowable, which are two numbers
    |-- testing      Hypothesis strategies for other projects' tests (extra: testing)
    `-- errors       every error, in one tree

>>> from logistics_core import Carton, Shipment, measure
>>> measure(Shipment([Carton(60, 40, 50, 5, count=20)])).revenue_tons
Decimal('2.400')
"""

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
    "Occupancy",
    "Shipment",
    "SideRounding",
    "measure",
    "occupancy",
    "stands_inside",
]
