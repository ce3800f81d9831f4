"""The exact methods, on the solver CP-SAT of OR-tools (extra ``optimise``); nothing without it.

Two models, the first where it is small enough:

* loads: every load that can stand in a solution with so many containers, and how often each is
  used (Gilmore and Gomory, Operations Research 9, 1961). Few loads can where little is wasted,
  which are the instances that the rules of thumb fail on;
* places: which order goes in which container, as many containers as there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from math import ceil, gcd, isfinite
from typing import TYPE_CHECKING, Any, Final

import attrs

from logistics_core.pooling._packing import Packing, worth

if TYPE_CHECKING:
    from types import ModuleType

    from logistics_core.pooling.choosing import PoolOrder
    from logistics_core.pooling.rooms import Room

__all__ = ["Solved", "solve"]

_MOST_LOADS: Final = 30_000
_MOST_STEPS: Final = 400_000
"""How far loads are listed: about half a second."""
_MOST_PLACES: Final = 100_000
"""Kinds of orders times containers: beyond, the model of places is not tried."""


@attrs.frozen
class Solved:
    """What the exact methods came to.

    Args:
        packing: the best packing known, theirs or the one that was given; the containers after its
            last one stay empty.
        fewest: no packing of the same orders uses fewer containers, as far as they know.
        proven: whether the packing is the best.
        method: the model that found it, or proved the one that was given; "" where none did.
    """

    packing: Packing
    fewest: int
    proven: bool
    method: str = ""


@attrs.frozen
class _Kind:
    """Orders of the same volume and weight, which are the same to the solver."""

    litres: int
    grams: int
    orders: list[PoolOrder]

    @property
    def count(self) -> int:
        return len(self.orders)


class _Limit:
    """The seconds that are left to the solver: it tells itself how many it took."""

    def __init__(self, seconds: float, seed: int) -> None:
        self.left = seconds
        self._seed = seed

    def solver(self, cp_model: Any) -> Any:  # OR-tools is optional: its types are not known here
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = self.left
        # One thread and one seed: the same answer each time, unless the time runs out.
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed
        return solver

    def spend(self, solver: Any) -> None:  # idem
        self.left -= float(solver.wall_time)


def solve(
    orders: Sequence[PoolOrder],
    rooms: Sequence[Room],
    known: Packing,
    *,
    fewest: int,
    time_limit_s: float,
    seed: int,
) -> Solved:
    """A better packing than the known one, or the proof that it is the best, in a limited time.

    Args:
        orders: those to place, each of which fits a container alone.
        rooms: the containers.
        known: the best packing so far.
        fewest: no packing of the same orders as the known one uses fewer containers.
        time_limit_s: what the solver may take, in its own seconds.
        seed: what its choices are drawn from.
    """
    cp_model = _cp_model()
    if cp_model is None or time_limit_s <= 0:
        return Solved(known, fewest, proven=False)
    limit = _Limit(time_limit_s, seed)
    kinds = _kinds(orders)
    used = -worth(known)[1]
    all_placed = sum(map(len, known)) == len(orders)
    if all_placed and len(set(rooms)) == 1:
        fewest = max(fewest, 1)
        while fewest < used and limit.left > 0:
            loads = _loads(kinds, rooms[0], fewest)
            if loads is None:
                break
            found = _by_loads(cp_model, limit, kinds, loads, fewest)
            if found is None:
                return Solved(known, fewest, proven=False)
            if found:
                return Solved(found, fewest, proven=True, method="loads")
            fewest += 1
        else:
            return Solved(known, fewest, proven=fewest >= used, method="loads")
        # More of the same than are known to do are not needed.
        rooms, known = rooms[:used], [load for load in known if load]
    if limit.left <= 0 or len(kinds) * len(rooms) > _MOST_PLACES:
        return Solved(known, fewest, proven=False)
    return _by_places(cp_model, limit, kinds, rooms, known, fewest, all_placed=all_placed)


def _cp_model() -> ModuleType | None:
    try:
        return import_module("ortools.sat.python.cp_model")
    except ModuleNotFoundError:
        return None


def _kinds(orders: Sequence[PoolOrder]) -> list[_Kind]:
    """The kinds of orders, the largest first."""
    alike: dict[tuple[int, int], list[PoolOrder]] = {}
    for one in sorted(orders, key=lambda one: (-one.litres, -one.grams, one.id)):
        alike.setdefault((one.litres, one.grams), []).append(one)
    return [_Kind(litres, grams, members) for (litres, grams), members in alike.items()]


def _loads(kinds: Sequence[_Kind], room: Room, containers: int) -> list[Counter[int]] | None:
    """Every load that may stand among so many containers: how many of each kind; None if too many.

    Together the containers waste what they hold beyond the orders, so none wastes more than that.
    """
    unit = gcd(*(kind.litres for kind in kinds))
    sizes = [kind.litres // unit for kind in kinds]
    most = room.litres // unit
    wasted = containers * most - sum(
        size * kind.count for size, kind in zip(sizes, kinds, strict=True)
    )
    if wasted < 0:
        return []
    # Bit s of the k-th: some of the kinds from the k-th on make s units.
    makes = [1]
    for size, kind in zip(reversed(sizes), reversed(kinds), strict=True):
        reachable = makes[-1]
        for _ in range(min(kind.count, most // size)):
            reachable |= reachable << size
        makes.append(reachable & ((1 << (most + 1)) - 1))
    makes.reverse()
    loads: list[Counter[int]] = []
    steps = 0
    # Kinds are added from the largest to the smallest, so that each load is met once.
    begun: list[tuple[int, int, int, tuple[int, ...]]] = [(0, most, room.grams, ())]
    while begun:
        place, left, grams, load = begun.pop()
        if left <= wasted:
            loads.append(Counter(load))
        for at in range(place, len(kinds)):
            steps += 1
            if left - wasted > 0 and not makes[at] >> (left - wasted) & ((1 << (wasted + 1)) - 1):
                break  # nor do fewer kinds make it
            kind, size = kinds[at], sizes[at]
            if size <= left and kind.grams <= grams and load.count(at) < kind.count:
                begun.append((at, left - size, grams - kind.grams, (*load, at)))
        if steps > _MOST_STEPS or len(loads) > _MOST_LOADS:
            return None
    return loads


def _by_loads(
    cp_model: Any,  # OR-tools is optional: its types are not known here
    limit: _Limit,
    kinds: Sequence[_Kind],
    loads: Sequence[Counter[int]],
    containers: int,
) -> Packing | None:
    """The orders in so many containers; an empty packing when they cannot be, None when untold."""
    model = cp_model.CpModel()
    uses = [
        model.new_int_var(0, min(kinds[at].count // many for at, many in load.items()), f"u{place}")
        for place, load in enumerate(loads)
    ]
    model.add(sum(uses) == containers)
    holding: list[list[Any]] = [[] for _ in kinds]  # idem: expressions of the solver
    for use, load in zip(uses, loads, strict=True):
        for at, many in load.items():
            holding[at].append(many * use)
    for kind, terms in zip(kinds, holding, strict=True):
        model.add(sum(terms) == kind.count)
    solver = limit.solver(cp_model)
    status = solver.solve(model)
    limit.spend(solver)
    if status == cp_model.INFEASIBLE:
        return []
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    waiting = [list(kind.orders) for kind in kinds]
    return [
        [waiting[at].pop() for at, many in sorted(load.items()) for _ in range(many)]
        for use, load in zip(uses, loads, strict=True)
        for _ in range(solver.value(use))
    ]


def _by_places(
    cp_model: Any,  # OR-tools is optional: its types are not known here
    limit: _Limit,
    kinds: Sequence[_Kind],
    rooms: Sequence[Room],
    known: Packing,
    fewest: int,
    *,
    all_placed: bool,
) -> Solved:
    """The most litres placed, then the fewest containers, from what is known on."""
    model = cp_model.CpModel()
    used = [model.new_bool_var(f"c{place}") for place in range(len(rooms))]
    holds: list[list[Any]] = [[] for _ in rooms]  # idem: variables of the solver
    kind_of = {one.id: place for place, kind in enumerate(kinds) for one in kind.orders}
    hints = [Counter(kind_of[one.id] for one in load) for load in known]
    for at, kind in enumerate(kinds):
        for place, room in enumerate(rooms):
            most = min(kind.count, room.litres // kind.litres)
            if kind.grams:
                most = min(most, room.grams // kind.grams)
            many = model.new_int_var(0, most, f"k{at}c{place}")
            model.add_hint(many, hints[place][at])
            holds[place].append(many)
        placed = sum(load[at] for load in holds)
        model.add(placed == kind.count if all_placed else placed <= kind.count)
    for place, (room, load) in enumerate(zip(rooms, holds, strict=True)):
        litres = sum(kind.litres * many for kind, many in zip(kinds, load, strict=True))
        grams = sum(kind.grams * many for kind, many in zip(kinds, load, strict=True))
        model.add(litres <= room.litres * used[place])
        model.add(grams <= room.grams * used[place])
        model.add_hint(used[place], bool(known[place]))
        if place and room == rooms[place - 1]:
            model.add_implication(used[place], used[place - 1])
    count = sum(used)
    if all_placed:
        model.add(count >= fewest)
        model.minimize(count)
    else:
        spread = len(rooms) + 1
        left_out = sum(
            kind.litres * (kind.count - sum(load[at] for load in holds))
            for at, kind in enumerate(kinds)
        )
        model.minimize(spread * left_out + count)
    solver = limit.solver(cp_model)
    status = solver.solve(model)
    limit.spend(solver)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved(known, fewest, proven=False)
    if all_placed:
        reached = solver.best_objective_bound
        fewest = max(fewest, ceil(reached - 1e-6)) if isfinite(reached) else fewest
    else:
        fewest = 0  # other orders may be placed than those of the known packing
    proven = status == cp_model.OPTIMAL
    waiting = [list(kind.orders) for kind in kinds]
    found = [
        [waiting[at].pop() for at, many in enumerate(load) for _ in range(solver.value(many))]
        for load in holds
    ]
    better = max((known, found), key=worth)  # the known one where they are even
    return Solved(
        better, fewest, proven=proven, method="places" if proven or better is found else ""
    )
