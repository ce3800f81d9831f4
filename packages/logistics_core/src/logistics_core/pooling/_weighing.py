"""The fullest load that a payload allows: for each volume, the lightest load that makes it.

Class after class, the volume of the earlier ones is settled and, among the loads that make it, the
lightest leaves the most payload to those that follow: so the answer is exact for all the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logistics_core.pooling.choosing import PoolOrder

__all__ = ["MOST_CELLS", "within"]

MOST_CELLS: Final = 10**9
"""Orders times units of volume: a few seconds and 125 MB. More are taken as they come."""
_INT32_LIMIT: Final = 2**30


def within(
    classes: Sequence[Sequence[PoolOrder]], litres: int, grams: int
) -> tuple[list[list[PoolOrder]], bool]:
    """What is chosen of each class, and whether it is proven to be the best."""
    chosen: list[list[PoolOrder]] = []
    proven = True
    for members in classes:
        fitting = [one for one in members if one.litres <= litres and one.grams <= grams]
        volume, weight = (sum(one.litres for one in fitting), sum(one.grams for one in fitting))
        if volume <= litres and weight <= grams:
            taken = fitting
        elif len(fitting) * (litres // gcd(*(one.litres for one in fitting))) <= MOST_CELLS:
            taken = _lightest_fullest(fitting, litres, grams)
        else:
            taken, proven = _as_they_come(fitting, litres, grams), False
        litres -= sum(one.litres for one in taken)
        grams -= sum(one.grams for one in taken)
        chosen.append(taken)
    return chosen, proven


def _lightest_fullest(orders: Sequence[PoolOrder], litres: int, grams: int) -> list[PoolOrder]:
    unit = gcd(*(one.litres for one in orders))
    room, beyond = litres // unit, grams + 1
    # Half the width is twice the speed, where no sum of two weights overflows it.
    width = "int32" if beyond < _INT32_LIMIT else "int64"
    least = np.full(room + 1, beyond, dtype=width)  # the weight of the lightest load of v units
    least[0] = 0
    top = 0  # no load makes more units than this yet
    better_at = []
    for one in orders:
        size = one.litres // unit
        top = min(room, top + size)
        with_it = least[: top + 1 - size] + one.grams
        better = with_it < least[size : top + 1]
        np.copyto(least[size : top + 1], with_it, where=better)
        better_at.append(np.packbits(better))
    volume = int(np.flatnonzero(least <= grams)[-1])
    taken = []
    for one, bits in zip(reversed(orders), reversed(better_at), strict=True):
        place = volume - one.litres // unit
        if place >= 0 and place >> 3 < len(bits) and bits[place >> 3] >> (7 - place % 8) & 1:
            taken.append(one)
            volume = place
    return taken[::-1]


def _as_they_come(orders: Sequence[PoolOrder], litres: int, grams: int) -> list[PoolOrder]:
    taken = []
    for one in orders:
        if one.litres <= litres and one.grams <= grams:
            taken.append(one)
            litres, grams = litres - one.litres, grams - one.grams
    return taken
