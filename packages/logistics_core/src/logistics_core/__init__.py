"""Group freight: volumes, weights and the revenue ton, exact and explained.

The map:

- `measures`: cartons and shipments, their volume and weight, and the revenue ton they are billed;
- `containers`: what a container holds, billed and stowable, which are two numbers;
- `errors`: the error tree;
- `testing`: Hypothesis strategies for other projects' tests (extra ``testing``).
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
