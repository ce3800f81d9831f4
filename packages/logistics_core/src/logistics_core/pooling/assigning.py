"""Orders into the fewest containers, with the bound that tells how good the answer is.

Rules of thumb first, which meet the bound on ordinary orders; then, where they do not and OR-tools
is installed (extra ``optimise``), an exact method within a time limit. The answer says what it is
worth: `lower_bound`, and whether it is `proven`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import attrs

from logistics_core._checks import check_whole
from logistics_core.measures import NOT_ACCEPTED
from logistics_core.pooling import _packing
from logistics_core.pooling._bounds import fewest
from logistics_core.pooling._checks import check_once, raise_faults, several
from logistics_core.pooling._packing import Packing, worth
from logistics_core.pooling.choosing import PoolOrder
from logistics_core.pooling.rooms import Capacity, Room
from shared_kernel import FaultKind, FaultList, shown

__all__ = ["Assignment", "Method", "assign"]

BAD_LIMIT = FaultKind(
    "pool.bad_limit", "{given} is not a number of seconds: from {least} to {most} is accepted"
)

_MOST_SECONDS: Final = 3600
_MOST_SEED: Final = 2**31 - 1
_MOST_FILLINGS: Final = 2_000_000
"""Orders times containers up to which each container is also filled exactly: half a second."""


class Method(StrEnum):
    """What found the answer, or proved it."""

    BEST_FIT = "best_fit_decreasing"
    """Each order, the largest first, where it leaves the least."""
    FILLING = "exact_filling"
    """Container after container, each filled exactly around the largest order left."""
    BALANCED = "balanced"
    """Container after container, volume and weight brought to their ends together."""
    LOADS = "loads"
    """The exact method over every load that wastes little enough."""
    PLACES = "places"
    """The exact method over which order goes where."""


@attrs.frozen(kw_only=True)
class Assignment:
    """Which orders go in which container.

    Args:
        loads: the ids in each container, in the order of the containers, the largest order first.
        unplaced: the ids of the orders left out: those that no container takes even alone, and
            those for which the containers do not suffice.
        too_large: those of them that no container takes even alone.
        used: how many containers are used.
        lower_bound: no assignment of the orders that are placed uses fewer.
        proven: whether no assignment of the orders that a container takes places more litres, nor
            as many in fewer containers.
        method: what found it, or proved it.
    """

    loads: tuple[tuple[str, ...], ...]
    unplaced: tuple[str, ...]
    too_large: tuple[str, ...]
    used: int
    lower_bound: int
    proven: bool
    method: Method


def assign(
    orders: Iterable[PoolOrder],
    containers: Sequence[Capacity | Room],
    *,
    time_limit_s: float = 5.0,
    seed: int = 0,
) -> Assignment:
    """Orders into the fewest of the containers, none above its billed volume or its payload.

    Places as many litres as it can first, then spares containers; priorities mean nothing here.
    The same input has the same answer, unless the solver was stopped by its time limit.

    Source of the bound: Martello and Toth, L2 (1990), by volume and by weight.

    Args:
        orders: up to 10,000.
        containers: what each can take: empty ones, or what is left of those begun; up to 10,000.
        time_limit_s: what the exact method may take; 0 leaves it out.
        seed: what the solver's choices are drawn from.

    Raises:
        PoolFaults: an order comes twice, or an argument is refused; every fault with its path.

    >>> orders = [PoolOrder(str(litres), litres) for litres in (40_000, 39_000, 36_000, 30_000)]
    >>> found = assign(orders, [Capacity()] * 3)
    >>> found.loads, found.used, found.lower_bound, found.proven
    ((('40000', '36000'), ('39000', '30000'), ()), 2, 2, True)
    """
    faults = FaultList()
    pool = several(faults, "orders", orders, PoolOrder)
    rooms = _rooms(faults, containers)
    _check_limits(faults, time_limit_s, seed)
    raise_faults(faults)
    check_once(faults, "orders", tuple(order.id for order in pool))
    raise_faults(faults)

    kinds = set(rooms)
    placeable: list[PoolOrder] = []
    too_large: list[PoolOrder] = []
    for one in pool:
        takes = any(one.litres <= room.litres and one.grams <= room.grams for room in kinds)
        (placeable if takes else too_large).append(one)
    packing, method = _by_rules(placeable, rooms)
    least, proven = _bound(packing, rooms), _is_best(packing, placeable, rooms)
    if not proven:
        from logistics_core.pooling import _solving

        solved = _solving.solve(
            placeable, rooms, packing, fewest=least, time_limit_s=time_limit_s, seed=seed
        )
        packing = solved.packing + [[] for _ in rooms[len(solved.packing) :]]
        proven = solved.proven
        # Where the containers do not suffice, the solver may place other orders: another bound.
        least = max(_bound(packing, rooms), solved.fewest)
        method = Method(solved.method) if solved.method else method
    used = -worth(packing)[1]
    placed = {one.id for load in packing for one in load}
    key = _packing.largest_first(rooms)
    return Assignment(
        loads=tuple(tuple(one.id for one in sorted(load, key=key)) for load in packing),
        unplaced=tuple(one.id for one in pool if one.id not in placed),
        too_large=tuple(one.id for one in too_large),
        used=used,
        lower_bound=used if proven else least,
        proven=proven,
        method=method,
    )


def _rooms(faults: FaultList, containers: Sequence[Capacity | Room]) -> list[Room]:
    """What each container can take; a stranger among them has its place."""
    rooms = []
    for place, one in enumerate(several(faults, "containers", containers, object)):
        if isinstance(one, Capacity):
            rooms.append(Room(one.billed_litres, one.payload_grams))
        elif isinstance(one, Room):
            rooms.append(one)
        else:
            path, accepted = f"containers[{place}]", "Capacity, Room"
            faults.add(NOT_ACCEPTED, path, given=shown(one), accepted=accepted)
    return rooms


def _check_limits(faults: FaultList, time_limit_s: object, seed: object) -> None:
    number = isinstance(time_limit_s, int | float) and not isinstance(time_limit_s, bool)
    lasts = number and 0 <= time_limit_s <= _MOST_SECONDS  # type: ignore[operator]  # a number
    bounds = {"least": 0, "most": _MOST_SECONDS}
    faults.check(lasts, BAD_LIMIT, "time_limit_s", given=shown(time_limit_s), **bounds)
    check_whole(faults, "seed", seed, least=0, most=_MOST_SEED)


def _by_rules(orders: Sequence[PoolOrder], rooms: Sequence[Room]) -> tuple[Packing, Method]:
    packing, method = _packing.best_fit_decreasing(orders, rooms), Method.BEST_FIT
    few = len(orders) * -worth(packing)[1] <= _MOST_FILLINGS
    weighed = any(one.grams for one in orders)
    for rule, other, applies in (
        (_packing.fill_each, Method.FILLING, few),
        (_packing.balanced, Method.BALANCED, weighed),
    ):
        if applies and not _is_best(packing, orders, rooms):
            found = rule(orders, rooms)
            if worth(found) > worth(packing):
                packing, method = found, other
    return packing, method


def _is_best(packing: Packing, orders: Sequence[PoolOrder], rooms: Sequence[Room]) -> bool:
    """Whether the bounds alone say that a packing of these orders is the best."""
    placed, spared = worth(packing)
    if sum(map(len, packing)) < len(orders):
        return placed == sum(room.litres for room in rooms)
    return -spared == _bound(packing, rooms)


def _bound(packing: Packing, rooms: Sequence[Room]) -> int:
    """A number of containers below which the orders of a packing do not fit."""
    placed = [one for load in packing for one in load]
    used, best = -worth(packing)[1], min(1, len(placed))
    for sizes, capacities in (
        ([one.litres for one in placed], [room.litres for room in rooms]),
        ([one.grams for one in placed], [room.grams for room in rooms]),
    ):
        if best < used:
            best = max(best, fewest(sizes, capacities, enough=used))
    return best
