"""Sharing a container: its stages and its room, the states of an order, and what goes where.

The map::

    stages     the stages of a container, as data: SEA_ROUTE
    states     the states of an order, the legal moves, and those its containers bring about
    rooms      what a container holds, what is left, and what is offered when an order does not fit
    choosing   choose(): the orders that fill one container best, exactly
    assigning  assign(): orders into the fewest containers, with the bound that proves it

Nothing here reads a clock, a network or a database. Volumes are whole litres, weights whole grams.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from logistics_core.pooling.rooms import (
    EMPTY,
    SMALLEST_LITRES,
    Capacity,
    HasRoom,
    Load,
    Offer,
    Room,
    Space,
    fits,
    grams_of_parts,
    is_full,
    offer,
    room_left,
)
from logistics_core.pooling.stages import SEA_ROUTE, Route, Stage
from logistics_core.pooling.states import (
    LEGAL_MOVES,
    OrderState,
    catching_up,
    check_move,
    implied_states,
)

if TYPE_CHECKING:
    from logistics_core.pooling.assigning import Assignment, Method, assign
    from logistics_core.pooling.choosing import (
        AGEING,
        OVERDUE,
        Choice,
        ClassChoice,
        PoolOrder,
        choose,
    )

__all__ = [
    "AGEING",
    "EMPTY",
    "LEGAL_MOVES",
    "OVERDUE",
    "SEA_ROUTE",
    "SMALLEST_LITRES",
    "Assignment",
    "Capacity",
    "Choice",
    "ClassChoice",
    "HasRoom",
    "Load",
    "Method",
    "Offer",
    "OrderState",
    "PoolOrder",
    "Room",
    "Route",
    "Space",
    "Stage",
    "assign",
    "catching_up",
    "check_move",
    "choose",
    "fits",
    "grams_of_parts",
    "implied_states",
    "is_full",
    "offer",
    "room_left",
]

_HOMES = {
    "AGEING": "choosing",
    "OVERDUE": "choosing",
    "Assignment": "assigning",
    "Choice": "choosing",
    "ClassChoice": "choosing",
    "Method": "assigning",
    "PoolOrder": "choosing",
    "assign": "assigning",
    "choose": "choosing",
}


def __getattr__(name: str) -> object:
    """Imports what chooses and assigns when it is first asked for."""
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
