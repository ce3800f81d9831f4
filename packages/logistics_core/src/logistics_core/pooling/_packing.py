"""Orders into containers by rules of thumb: quick, good, and always the same for the same input."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from logistics_core.pooling.choosing import PoolOrder, fullest

if TYPE_CHECKING:
    from logistics_core.pooling.rooms import Room

__all__ = ["Packing", "balanced", "best_fit_decreasing", "fill_each", "largest_first", "worth"]

Packing: TypeAlias = list[list[PoolOrder]]
"""The orders of each container, in the order of the containers."""


def worth(packing: Packing) -> tuple[int, int]:
    """What a packing is compared by, the greater the better: litres placed, containers spared."""
    placed = sum(one.litres for load in packing for one in load)
    return placed, -sum(1 for load in packing if load)


def largest_first(rooms: Sequence[Room]) -> Callable[[PoolOrder], tuple[float, int, str]]:
    """The key that sorts orders by what they take of the largest container, the most first."""
    litres = max(1, *(room.litres for room in rooms)) if rooms else 1
    grams = max(1, *(room.grams for room in rooms)) if rooms else 1
    return lambda one: (-max(one.litres / litres, one.grams / grams), -one.litres, one.id)


def best_fit_decreasing(orders: Sequence[PoolOrder], rooms: Sequence[Room]) -> Packing:
    """Each order, the largest first, where it leaves the least volume; a new container if need be.

    A new container is the largest that is still empty, so that few are opened.
    """
    packing: Packing = [[] for _ in rooms]
    weights = [room.grams for room in rooms]
    # From the smallest to the largest, the first of equals at the end, where it is taken from.
    closed = sorted(
        range(len(rooms)), key=lambda place: (rooms[place].litres, rooms[place].grams, -place)
    )
    opened: list[tuple[int, int]] = []  # (litres left, place), the fullest first
    for one in sorted(orders, key=largest_first(rooms)):
        found = bisect_left(opened, (one.litres, -1))
        while found < len(opened) and weights[opened[found][1]] < one.grams:
            found += 1
        if found < len(opened):
            left, place = opened.pop(found)
        else:
            fitting = (
                at
                for at in range(len(closed) - 1, -1, -1)
                if rooms[closed[at]].litres >= one.litres and rooms[closed[at]].grams >= one.grams
            )
            at = next(fitting, None)
            if at is None:
                continue
            place = closed.pop(at)
            left = rooms[place].litres
        packing[place].append(one)
        weights[place] -= one.grams
        insort(opened, (left - one.litres, place))
    return packing


def fill_each(orders: Sequence[PoolOrder], rooms: Sequence[Room]) -> Packing:
    """Container after container: the largest order left, then what fills the rest exactly.

    Source: the minimum bin slack rule of Gupta and Ho (Production Planning & Control 10, 1999),
    its search replaced by an exact subset sum. Where that load is too heavy, its orders are taken
    as they come, the largest first.
    """
    packing: Packing = [[] for _ in rooms]
    left = sorted(orders, key=largest_first(rooms))
    for place in _largest_rooms(rooms):
        room = rooms[place]
        first = next(
            (one for one in left if one.litres <= room.litres and one.grams <= room.grams), None
        )
        if first is None:
            continue
        others = [one for one in left if one is not first]
        load = [first, *fullest(others, room.litres - first.litres)]
        if sum(one.grams for one in load) > room.grams:
            load = _within([first, *others], room)
        taken = {one.id for one in load}
        left = [one for one in left if one.id not in taken]
        packing[place] = load
    return packing


def balanced(orders: Sequence[PoolOrder], rooms: Sequence[Room]) -> Packing:
    """Container after container, the order that best brings volume and weight down together.

    Source: the norm-based greedy rule of Panigrahy, Talwar, Uyeda and Wieder, "Heuristics for
    vector bin packing" (Microsoft Research, 2011), each dimension weighted by how many containers
    it would fill alone.
    """
    import numpy as np

    packing: Packing = [[] for _ in rooms]
    waiting = sorted(orders, key=largest_first(rooms))
    taken = np.array([(one.litres, one.grams) for one in waiting], dtype=np.int64).reshape(-1, 2)
    largest = np.array([(max(1, room.litres), max(1, room.grams)) for room in rooms]).max(axis=0)
    shares = taken / largest
    counts = shares.sum(axis=0)
    free = np.ones(len(waiting), dtype=bool)
    for place in _largest_rooms(rooms):
        left = np.array((rooms[place].litres, rooms[place].grams), dtype=np.int64)
        while True:
            fitting = np.flatnonzero(free & (taken <= left).all(axis=1))
            if not len(fitting):
                break
            apart = (counts * (left / largest - shares[fitting]) ** 2).sum(axis=1)
            chosen = int(fitting[np.argmin(apart)])
            packing[place].append(waiting[chosen])
            free[chosen] = False
            left -= taken[chosen]
        if not free.any():
            break
    return packing


def _largest_rooms(rooms: Sequence[Room]) -> list[int]:
    """The places of the containers, the largest first, equals in their order."""
    return sorted(
        range(len(rooms)), key=lambda place: (-rooms[place].litres, -rooms[place].grams, place)
    )


def _within(orders: Sequence[PoolOrder], room: Room) -> list[PoolOrder]:
    litres, grams, load = room.litres, room.grams, []
    for one in orders:
        if one.litres <= litres and one.grams <= grams:
            load.append(one)
            litres, grams = litres - one.litres, grams - one.grams
    return load
