"""Which orders fill one container best: exactly, by priority, and so that nobody waits for ever.

An order that is *overdue* goes before all others, the oldest first, one by one. The others are in
strict classes of priority: the fullest load of the most urgent class, then the fullest load of the
next one in what is left, and so on. A priority gains a rank a whole period waited.

Inside a class the question is a subset sum: which orders leave the least room. It is answered
exactly with one big integer: bit r says that some load leaves r litres free, and taking an order of
w litres is a shift by w (dynamic programming after Bellman, 1957; on bits, Pisinger, "Dynamic
programming on the word RAM", Algorithmica 35, 2003). Where the payload forbids that answer, the
lightest load of each volume is worked out instead, exactly too (see `_weighing`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import gcd
from operator import attrgetter
from typing import Final, TypeAlias

import attrs

from logistics_core._checks import check_moment, check_whole, in_utc, in_utc_or_none
from logistics_core.measures import NOT_ACCEPTED
from logistics_core.pooling._checks import (
    MOST_GRAMS,
    MOST_LITRES,
    check_id,
    check_once,
    raise_faults,
    several,
)
from logistics_core.pooling.rooms import Capacity, Room
from shared_kernel import FaultKind, FaultList, shown

__all__ = ["AGEING", "OVERDUE", "Choice", "ClassChoice", "PoolOrder", "choose"]

NOT_A_PERIOD = FaultKind(
    "pool.not_a_period", "{given} is not a period: give a timedelta of a second at least"
)

AGEING: Final = timedelta(days=7)
"""What an order waits to gain a rank of priority."""
OVERDUE: Final = timedelta(days=28)
"""What an order waits to go before all others."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NEVER: Final = 2**63
"""Later than every moment: an order that says no time of waiting comes after those that do."""
_LEAST_PERIOD: Final = timedelta(seconds=1)
_LAST_PRIORITY: Final = 9


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@attrs.frozen
class PoolOrder:
    """An order that waits for room, or a part of one.

    Args:
        id: what names it.
        litres: its volume, above 0.
        grams: its weight, 0 when it is not told.
        priority: from 0, the most urgent, to 9.
        waiting_since: the moment it began to wait; an order without one never grows older.

    Raises:
        PoolFaults: every fault, each with its path.
    """

    id: str
    litres: int
    grams: int = attrs.field(default=0, kw_only=True)
    priority: int = attrs.field(default=1, kw_only=True)
    waiting_since: datetime | None = attrs.field(
        default=None, kw_only=True, converter=in_utc_or_none
    )
    since_microseconds: int = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_id(faults, "id", self.id)
        check_whole(faults, "litres", self.litres, least=1, most=MOST_LITRES)
        check_whole(faults, "grams", self.grams, least=0, most=MOST_GRAMS)
        check_whole(faults, "priority", self.priority, least=0, most=_LAST_PRIORITY)
        since = self.waiting_since
        if since is not None:
            check_moment(faults, "waiting_since", since)
        raise_faults(faults)
        # An integer is compared ten times faster than a moment, and a choice compares thousands.
        when = _NEVER if since is None else _microseconds(since)
        object.__setattr__(self, "since_microseconds", when)


Limits: TypeAlias = Capacity | Room | int
"""An empty container, what is left of one, or litres alone where weight does not count."""


@attrs.frozen(kw_only=True)
class ClassChoice:
    """What was chosen of one class of orders.

    Args:
        priority: the rank of the class, the ages counted; None for an order that is overdue.
        offered: how many orders the class has.
        offered_litres: their volume.
        ids: those chosen, the oldest first.
        litres: their volume.
    """

    priority: int | None
    offered: int
    offered_litres: int
    ids: tuple[str, ...]
    litres: int


@attrs.frozen(kw_only=True)
class Choice:
    """The orders chosen for a container.

    Args:
        ids: those chosen, by class, the oldest of each first.
        litres: their volume.
        grams: the weight they told.
        left_litres: the room they leave.
        weight_bound: whether the payload kept more volume from being chosen.
        proven: whether no other choice is better; False only where the weights of very many orders
            bind, and the orders were then taken as they came.
        classes: what was chosen of each class, the first served first.
    """

    ids: tuple[str, ...]
    litres: int
    grams: int
    left_litres: int
    weight_bound: bool
    proven: bool
    classes: tuple[ClassChoice, ...]


_Class: TypeAlias = tuple[int | None, list[PoolOrder]]
_Chosen: TypeAlias = list[list[PoolOrder]]
"""What is chosen of each class."""


def choose(
    orders: Iterable[PoolOrder],
    capacity: Limits,
    *,
    at: datetime | None = None,
    ageing: timedelta = AGEING,
    overdue: timedelta = OVERDUE,
) -> Choice:
    """The orders that fill a container best: exactly, by class, and always the same for the same.

    An order that waited for `overdue` or more is taken before the others where it still fits, the
    oldest first: whatever fits an empty container is chosen sooner or later. Then come the classes
    of priority, each filled as far as what the more urgent ones left allows; a class gives up no
    litre for one below it. Of two loads of a class that fill as much, the one is taken whose newest
    order is the older, then the next newest (equal ages by their ids); where the payload forbids
    that load, light orders come before old ones.

    Args:
        orders: those that wait, in any order; up to 10,000.
        capacity: an empty container, what is left of one, or a volume in litres alone.
        at: the moment; without it nobody has aged.
        ageing: what an order waits to gain a rank of priority, up to 0, the most urgent.
        overdue: what an order waits to go before all the others.

    Raises:
        PoolFaults: an order comes twice, or an argument is refused; every fault with its path.

    >>> waiting = [PoolOrder("a", 3_000), PoolOrder("b", 2_500), PoolOrder("c", 1_500)]
    >>> choose(waiting, 4_000).ids
    ('b', 'c')
    >>> choose([*waiting, PoolOrder("d", 500, priority=0)], 4_000).ids
    ('d', 'a')
    """
    faults = FaultList()
    pool = several(faults, "orders", orders, PoolOrder)
    litres, grams = _limits(faults, capacity)
    if at is not None:
        check_moment(faults, "at", at)
    for path, period in (("ageing", ageing), ("overdue", overdue)):
        given: object = period
        lasts = isinstance(given, timedelta) and given >= _LEAST_PERIOD
        faults.check(lasts, NOT_A_PERIOD, path, given=shown(given))
    raise_faults(faults)
    check_once(faults, "orders", tuple(order.id for order in pool))
    raise_faults(faults)

    classes = _classes(pool, at, ageing, overdue)
    best = _by_volume(classes, litres)
    chosen, proven = best, True
    if grams is not None and _weight(best) > grams:
        chosen, proven = _within(classes, litres, grams)
    return _told(classes, chosen, best, litres, proven=proven)


def _limits(faults: FaultList, capacity: Limits) -> tuple[int, int | None]:
    given: object = capacity
    if isinstance(given, Capacity):
        return given.billed_litres, given.payload_grams
    if isinstance(given, Room):
        return given.litres, given.grams
    if type(given) is int:
        check_whole(faults, "capacity", given, least=0, most=MOST_LITRES)
        return given, None
    accepted = "Capacity, Room, int"
    faults.add(NOT_ACCEPTED, "capacity", given=shown(given), accepted=accepted)
    return 0, None


def _classes(
    pool: Sequence[PoolOrder], at: datetime | None, ageing: timedelta, overdue: timedelta
) -> list[_Class]:
    """The orders in classes, the first served first, and in each the oldest first."""
    # Two sorts by plain keys are faster than one by pairs, and the last one decides.
    ordered = sorted(pool, key=attrgetter("id"))
    ordered.sort(key=attrgetter("since_microseconds"))
    late: list[_Class] = []
    ranks: list[list[PoolOrder]] = [[] for _ in range(_LAST_PRIORITY + 1)]
    if at is None:
        for order in ordered:
            ranks[order.priority].append(order)
    else:
        now, period, limit = (
            _microseconds(in_utc(at)),
            ageing // _MICROSECOND,
            overdue // _MICROSECOND,
        )
        for order in ordered:
            waited = now - order.since_microseconds  # far below 0 for an order without a time
            if waited >= limit:
                late.append((None, [order]))
            elif waited >= period:
                ranks[max(0, order.priority - waited // period)].append(order)
            else:
                ranks[order.priority].append(order)
    return late + [(rank, members) for rank, members in enumerate(ranks) if members]


def _by_volume(classes: Iterable[_Class], litres: int) -> _Chosen:
    """The fullest load of each class in what the earlier ones leave, the weight left aside."""
    chosen = []
    for _, members in classes:
        taken = fullest(members, litres)
        litres -= sum(order.litres for order in taken)
        chosen.append(taken)
    return chosen


def fullest(orders: Sequence[PoolOrder], litres: int) -> list[PoolOrder]:
    """The orders that leave the least of a room, the first ones before the others where it is even.

    Exact. The orders are looked at in their order and no further than is needed to fill the room to
    the litre; of equal loads the one is given whose last order comes first, then the one before.
    """
    fitting = [order for order in orders if order.litres <= litres]
    sizes = [order.litres for order in fitting]
    if sum(sizes) <= litres:
        return fitting
    unit = gcd(*sizes)
    room = litres // unit
    left_after = [1 << room]  # bit r of the k-th: some of the first k orders leave r units free
    reachable = left_after[0]
    for size in sizes:
        reachable |= reachable >> (size // unit)
        left_after.append(reachable)
        if reachable & 1:
            break
    left = (reachable & -reachable).bit_length() - 1
    taken = []
    place = len(left_after) - 1
    while left < room:
        place = _first_with(left_after, left, place)
        taken.append(fitting[place - 1])
        left += sizes[place - 1] // unit
        place -= 1
    return taken[::-1]


def _first_with(left_after: list[int], left: int, last: int) -> int:
    """How many of the first orders are needed to leave so much: more never make it impossible."""
    return bisect_left(left_after, 1, 0, last, key=lambda reachable: reachable >> left & 1)


def _within(classes: list[_Class], litres: int, grams: int) -> tuple[_Chosen, bool]:
    """The best load that the payload allows, and whether it is proven."""
    from logistics_core.pooling import _weighing

    light = [(rank, [one for one in members if one.grams <= grams]) for rank, members in classes]
    # The lightest for their volume first: when such a load is not too heavy it is the best one, as
    # no load of those orders is fuller, and it costs a fraction of weighing them all.
    eager = [(rank, sorted(members, key=_density)) for rank, members in light]
    chosen = _by_volume(eager, litres)
    if _weight(chosen) <= grams:
        names = {order.id for taken in chosen for order in taken}
        return [[one for one in members if one.id in names] for _, members in light], True
    return _weighing.within([members for _, members in light], litres, grams)


def _density(order: PoolOrder) -> float:
    return order.grams / order.litres


def _weight(chosen: _Chosen) -> int:
    return sum(order.grams for taken in chosen for order in taken)


def _told(
    classes: list[_Class], chosen: _Chosen, best: _Chosen, litres: int, *, proven: bool
) -> Choice:
    parts = []
    for (rank, members), taken in zip(classes, chosen, strict=True):
        parts.append(
            ClassChoice(
                priority=rank,
                offered=len(members),
                offered_litres=sum(order.litres for order in members),
                ids=tuple(order.id for order in taken),
                litres=sum(order.litres for order in taken),
            )
        )
    total = sum(part.litres for part in parts)
    unbound = [sum(order.litres for order in taken) for taken in best]
    return Choice(
        ids=tuple(name for part in parts for name in part.ids),
        litres=total,
        grams=_weight(chosen),
        left_litres=litres - total,
        weight_bound=[part.litres for part in parts] != unbound,
        proven=proven,
        classes=tuple(parts),
    )
