"""How few containers could do: bounds that no assignment goes below, without looking for one.

Source: Martello and Toth, "Lower bounds and reduction procedures for the bin packing problem"
(Discrete Applied Mathematics 28, 1990), the bound L2. Containers that differ are taken as if all
were as large as the largest, which only lowers the bound, and are also counted by what the largest
of them hold together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

__all__ = ["fewest"]


def fewest(sizes: Sequence[int], capacities: Sequence[int], *, enough: int) -> int:
    """A number of containers below which these sizes do not fit, whatever else is asked.

    Args:
        sizes: the sizes, none above the largest capacity; those of 0 count for nothing.
        capacities: those of the containers at hand, in any order. Where all of them together are
            too small, the bound is more than there are.
        enough: a number of containers that is known to do: a bound that reaches it is the best.
    """
    wanted = sum(sizes)
    if not wanted:
        return 0
    held = list(accumulate(sorted(capacities, reverse=True)))
    together = bisect_left(held, wanted) + 1
    return together if together >= enough else max(together, martello_toth(sizes, max(capacities)))


def martello_toth(sizes: Sequence[int], capacity: int) -> int:
    """The bound L2 for containers of one capacity, at least 1.

    For a threshold t: what is larger than the capacity less t shares with nothing of t or more;
    what is larger than half the capacity stands alone among its like; the room left beside the
    latter takes what it can of the rest, from t to half, and what remains is poured like water.
    """
    ascending = sorted(sizes)
    poured = [0, *accumulate(ascending)]
    half = bisect_right(ascending, capacity // 2)
    best = 1
    thresholds = dict.fromkeys([0, *ascending[:half]])
    for threshold in thresholds:
        alone = bisect_right(ascending, capacity - threshold)
        # A threshold of at most half the capacity: those that stand alone are all above half.
        small = bisect_left(ascending, threshold)
        beside = (alone - half) * capacity - (poured[alone] - poured[half])
        rest = poured[half] - poured[small] - beside
        best = max(best, len(ascending) - half + max(0, -(-rest // capacity)))
    return best
