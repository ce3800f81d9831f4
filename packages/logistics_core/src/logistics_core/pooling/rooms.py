"""What a container holds, what is in it, and what is proposed when an order does not fit any more.

Volumes are whole litres (a CBM is 1,000) and weights whole grams, so that room is counted exactly.
An order of 0 grams has not told its weight. What is *billed* is what is sold; what is *stowable* is
what can be counted on to be loaded, and both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

import attrs

from logistics_core._checks import check_whole
from logistics_core.errors import PoolFaults
from logistics_core.measures import check_is
from logistics_core.pooling._checks import (
    MOST_GRAMS,
    MOST_LITRES,
    check_id,
    raise_faults,
)
from shared_kernel import FaultKind, FaultList

__all__ = [
    "EMPTY",
    "SMALLEST_LITRES",
    "Capacity",
    "HasRoom",
    "Load",
    "Offer",
    "Room",
    "Space",
    "fits",
    "grams_of_parts",
    "is_full",
    "offer",
    "room_left",
]

SMALLEST_LITRES: Final = 500
"""The smallest volume that is booked, half a CBM, unless a container says otherwise."""

MORE_STOWABLE = FaultKind(
    "pool.more_stowable",
    "{given} litres are more than the {billed} that are billed: give what can be stowed",
)
NOT_ITS_PARTS = FaultKind(
    "pool.not_its_parts", "the parts make {given} litres, and the order {litres}: make them equal"
)


@attrs.frozen(kw_only=True)
class Capacity:
    """What a container takes: by default a forty-foot high cube.

    Args:
        billed_litres: the volume sold to those who share it, up to 1,000,000.
        stowable_litres: the volume to count on when it is loaded, no more than what is billed; by
            default 68,000, or what is billed where that is less.
        payload_grams: the heaviest load.

    Raises:
        PoolFaults: every fault, each with its path.

    >>> Capacity(billed_litres=33_000).stowable_litres
    33000
    """

    billed_litres: int = 76_000
    stowable_litres: int = attrs.field()
    payload_grams: int = 26_480_000

    @stowable_litres.default
    def _stowable(self) -> int:
        billed: object = self.billed_litres
        return min(68_000, billed) if isinstance(billed, int) else 68_000

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        whole = [
            check_whole(faults, "billed_litres", self.billed_litres, least=1, most=MOST_LITRES),
            check_whole(faults, "stowable_litres", self.stowable_litres, least=1, most=MOST_LITRES),
        ]
        check_whole(faults, "payload_grams", self.payload_grams, least=1, most=MOST_GRAMS)
        if all(whole):
            given, billed = self.stowable_litres, self.billed_litres
            stows = given <= billed
            faults.check(stows, MORE_STOWABLE, "stowable_litres", given=given, billed=billed)
        raise_faults(faults)


@attrs.frozen
class Load:
    """What is booked in a container: litres and grams, 0 or more.

    Raises:
        PoolFaults: every fault, each with its path.

    >>> Load(1_500, 300_000) + Load(500)
    Load(litres=2000, grams=300000)
    """

    litres: int = 0
    grams: int = 0

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        # Wider than a capacity: a load may be told of more than one container.
        check_whole(faults, "litres", self.litres, least=0, most=MOST_LITRES * 10_000)
        check_whole(faults, "grams", self.grams, least=0, most=MOST_GRAMS * 10_000)
        raise_faults(faults)

    def __add__(self, other: Load) -> Load:
        return Load(self.litres + other.litres, self.grams + other.grams)


EMPTY: Final = Load()
"""Nothing."""


@attrs.frozen
class Room:
    """What a container can still take: litres that can be sold and grams, 0 or more.

    Raises:
        PoolFaults: every fault, each with its path.
    """

    litres: int
    grams: int

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_whole(faults, "litres", self.litres, least=0, most=MOST_LITRES)
        check_whole(faults, "grams", self.grams, least=0, most=MOST_GRAMS)
        raise_faults(faults)


def room_left(capacity: Capacity, load: Load) -> Room:
    """What a container can still take; nothing where more is booked than it takes.

    >>> room_left(Capacity(), Load(75_000, 1_000_000))
    Room(litres=1000, grams=25480000)
    """
    return Room(
        max(0, capacity.billed_litres - load.litres), max(0, capacity.payload_grams - load.grams)
    )


def fits(litres: int, grams: int, *, capacity: Capacity, load: Load = EMPTY) -> bool:
    """Whether a container takes so much more, by its billed volume and its payload.

    >>> fits(76_000, 0, capacity=Capacity()), fits(1, 0, capacity=Capacity(), load=Load(76_000))
    (True, False)
    """
    return (
        load.litres + litres <= capacity.billed_litres
        and load.grams + grams <= capacity.payload_grams
    )


def is_full(capacity: Capacity, load: Load, *, smallest_litres: int = SMALLEST_LITRES) -> bool:
    """Whether a container goes to sea by itself: less is free than the smallest booking.

    >>> is_full(Capacity(), Load(75_500)), is_full(Capacity(), Load(75_501))
    (False, True)
    """
    return room_left(capacity, load).litres < smallest_litres


class HasRoom(Protocol):
    """A container that takes bookings, as the database or a caller tells it."""

    @property
    def id(self) -> str:
        """What names it."""

    @property
    def capacity(self) -> Capacity:
        """What it takes when it is empty."""

    @property
    def load(self) -> Load:
        """What is booked in it."""


@attrs.frozen
class Space:
    """A container that takes bookings, for callers without a database.

    Raises:
        PoolFaults: every fault, each with its path.
    """

    id: str
    capacity: Capacity = attrs.field(factory=Capacity)
    load: Load = EMPTY

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_id(faults, "id", self.id)
        check_is(faults, "capacity", self.capacity, Capacity)
        check_is(faults, "load", self.load, Load)
        raise_faults(faults)


@attrs.frozen(kw_only=True)
class Offer:
    """What is proposed for an order that a container has not the room for.

    Args:
        next_containers: the ids of the other containers that take it whole, in the order given.
        part_litres: the largest part of it that this container takes, such that neither the part
            nor the rest is under the smallest booking; None when there is none.
        pool: whether waiting can help: an empty container of this kind takes it whole.
    """

    next_containers: tuple[str, ...] = ()
    part_litres: int | None = None
    pool: bool = True


def offer(
    litres: int,
    grams: int,
    *,
    container: HasRoom,
    others: Iterable[HasRoom] = (),
    smallest_litres: int = SMALLEST_LITRES,
) -> Offer:
    """What is proposed for an order that a container does not take: others, a part, or to wait.

    The weight of a part is its share of the order's weight by volume, rounded up to the gram.

    Args:
        litres: the order's volume, above 0.
        grams: its weight, 0 when it is not told.
        container: the container that was asked for.
        others: the other containers that take bookings, the best first (the oldest).
        smallest_litres: the smallest booking.

    Raises:
        PoolFaults: the volume, the weight or the smallest booking is not a whole number in range.

    >>> nearly_full = Space("c1", load=Load(75_000))
    >>> offer(3_000, 0, container=nearly_full, others=[Space("c2"), Space("c3", load=Load(74_000))])
    Offer(next_containers=('c2',), part_litres=1000, pool=True)
    """
    _check_order(litres, grams, smallest_litres)
    room = room_left(container.capacity, container.load)
    part = min(room.litres, litres - smallest_litres)
    if grams:
        part = min(part, room.grams * litres // grams)
    return Offer(
        next_containers=tuple(
            other.id
            for other in others
            if other.id != container.id
            and fits(litres, grams, capacity=other.capacity, load=other.load)
        ),
        part_litres=part if part >= max(1, smallest_litres) else None,
        pool=fits(litres, grams, capacity=container.capacity),
    )


def _check_order(litres: int, grams: int, smallest_litres: int) -> None:
    faults = FaultList()
    check_whole(faults, "litres", litres, least=1, most=MOST_LITRES)
    check_whole(faults, "grams", grams, least=0, most=MOST_GRAMS)
    check_whole(faults, "smallest_litres", smallest_litres, least=0, most=MOST_LITRES)
    raise_faults(faults)


def grams_of_parts(parts_litres: Sequence[int], *, litres: int, grams: int) -> tuple[int, ...]:
    """The weight of each part of an order: its share by volume, to the gram; they add up exactly.

    The parts one after the other reach their share rounded up, so that what is in the first
    containers is never told lighter than it is.

    Args:
        parts_litres: the volume of each part, above 0; together the order's.
        litres: the order's volume.
        grams: the order's weight, 0 when it is not told.

    Raises:
        PoolFaults: a volume is not a whole number in range, or they do not make the order's.

    >>> grams_of_parts([1_000, 1_000, 1_000], litres=3_000, grams=1_000)
    (334, 333, 333)
    """
    faults = FaultList()
    check_whole(faults, "litres", litres, least=1, most=MOST_LITRES)
    check_whole(faults, "grams", grams, least=0, most=MOST_GRAMS)
    for place, part in enumerate(parts_litres):
        check_whole(faults, f"parts[{place}]", part, least=1, most=MOST_LITRES)
    raise_faults(faults)
    if sum(parts_litres) != litres:
        raise PoolFaults.of(NOT_ITS_PARTS, "parts", given=sum(parts_litres), litres=litres)
    reached = [0]
    volume = 0
    for part in parts_litres:
        volume += part
        reached.append(-(-grams * volume // litres))
    return tuple(after - before for before, after in pairwise(reached))
