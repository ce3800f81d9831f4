"""What a container holds, what is left of it, and what is offered when an order does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_core.errors import PoolFaults
from logistics_core.pooling import (
    Capacity,
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
from logistics_core.testing import capacities

_litres, _grams = st.integers(1, 80_000), st.integers(0, 30_000_000)
NOT_WHOLE = (0, -1, 1.5, True, "12", None, float("nan"), 10**30)


def test_a_forty_foot_high_cube_by_default() -> None:
    """It is billed 76 CBM, stows 68, and carries 26,480 kg; a smaller one stows what it is."""
    assert Capacity() == Capacity(
        billed_litres=76_000, stowable_litres=68_000, payload_grams=26_480_000
    )
    assert Capacity(billed_litres=33_000).stowable_litres == 33_000
    assert Capacity(billed_litres=33_000, stowable_litres=28_000).stowable_litres == 28_000


@given(capacities(), _litres, _grams, _litres, _grams)
def test_what_fits_leaves_no_less_than_nothing(
    capacity: Capacity, litres: int, grams: int, more_litres: int, more_grams: int
) -> None:
    """An order fits when and only when the load with it is within both limits."""
    load = Load(litres, grams)
    both = load + Load(more_litres, more_grams)
    within = both.litres <= capacity.billed_litres and both.grams <= capacity.payload_grams
    assert fits(more_litres, more_grams, capacity=capacity, load=load) is within
    left = room_left(capacity, both)
    assert left.litres == max(0, capacity.billed_litres - both.litres)
    assert left.grams == max(0, capacity.payload_grams - both.grams)


@pytest.mark.parametrize(
    ("litres", "smallest", "full"),
    [
        (75_500, 500, False),
        (75_501, 500, True),
        (76_000, 0, False),
        (75_999, 1, False),
        (0, 1, False),
    ],
)
def test_a_container_is_full_when_the_smallest_booking_does_not_fit(
    litres: int, smallest: int, full: bool
) -> None:
    """It goes to sea by itself when less than the smallest booking is free."""
    assert is_full(Capacity(), Load(litres), smallest_litres=smallest) is full


def test_an_offer() -> None:
    """The other containers that take it whole, the largest part here, and whether waiting helps."""
    here = Space("c1", load=Load(70_000, 20_000_000))
    others = [Space("c2", load=Load(70_000)), Space("c3"), here, Space("c4")]
    assert offer(8_000, 0, container=here, others=others) == Offer(
        next_containers=("c3", "c4"), part_litres=6_000
    )
    # By weight: 6,480 kg are free, and a part weighs its share of the order's ten tons.
    assert offer(8_000, 10_000_000, container=here).part_litres == 5_184
    # The rest must be worth a booking too, and so must the part.
    assert offer(6_300, 0, container=here).part_litres == 5_800
    assert offer(900, 0, container=Space("c", load=Load(75_500))).part_litres is None
    assert offer(9_000, 0, container=Space("c", load=Load(75_501))).part_litres is None
    too_large = offer(76_001, 0, container=here, others=others)
    assert too_large == Offer(part_litres=6_000, pool=False)
    assert not offer(1_000, 26_480_001, container=here).pool


@given(st.data(), _litres, _grams, st.integers(0, 2_000))
def test_the_part_that_is_offered_fits_and_no_larger_one_does(
    data: st.DataObject, litres: int, grams: int, smallest: int
) -> None:
    """A part and its rest are bookings, the part fits with its weight, one more litre does not."""
    capacity = Capacity()
    load = Load(data.draw(st.integers(0, 76_000)), data.draw(st.integers(0, 26_480_000)))
    container = Space("c", capacity, load)
    part = offer(litres, grams, container=container, smallest_litres=smallest).part_litres

    def can_be(size: int) -> bool:
        if not max(1, smallest) <= size <= litres - smallest:
            return False
        if size == litres:
            return fits(size, grams, capacity=capacity, load=load)
        weight, _ = grams_of_parts([size, litres - size], litres=litres, grams=grams)
        return fits(size, weight, capacity=capacity, load=load)

    if part is None:
        assert not can_be(max(1, smallest))
    else:
        assert can_be(part)
        assert not can_be(part + 1)


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=5), _grams)
def test_the_parts_of_a_weight_add_up(parts: list[int], grams: int) -> None:
    """Each part weighs its share to the gram, and together they weigh what the order does."""
    weights = grams_of_parts(parts, litres=sum(parts), grams=grams)
    assert sum(weights) == grams
    for part, weight in zip(parts, weights, strict=True):
        assert abs(weight * sum(parts) - grams * part) < sum(parts)


@pytest.mark.parametrize("given_", NOT_WHOLE)
def test_only_whole_numbers_in_range_are_taken(given_: object) -> None:
    """Zero where nothing makes no sense, negative, floats, booleans and the absurd are refused."""
    wrong: int = given_  # type: ignore[assignment]  # refused
    with pytest.raises(PoolFaults) as refused:
        Capacity(billed_litres=wrong, stowable_litres=wrong, payload_grams=wrong)
    paths = [fault.path for fault in refused.value.faults]
    assert paths == ["billed_litres", "stowable_litres", "payload_grams"]
    with pytest.raises(PoolFaults):
        Capacity(billed_litres=wrong)
    with pytest.raises(PoolFaults, match="litres"):
        offer(wrong, 0, container=Space("c"))
    with pytest.raises(PoolFaults, match=r"parts\[1\]"):
        grams_of_parts([1, wrong], litres=2, grams=0)
    if given_ != 0 or given_ is False:
        for refused_by in (
            lambda: Load(wrong, wrong),
            lambda: Room(wrong, wrong),
            lambda: offer(1, wrong, container=Space("c"), smallest_litres=wrong),
        ):
            with pytest.raises(PoolFaults) as caught:
                refused_by()
            assert len(caught.value.faults) == 2


def test_what_makes_no_sense_together_is_refused() -> None:
    """More stowable than billed, parts that are not the order, a space without a name."""
    with pytest.raises(PoolFaults, match="stowable_litres: 2 litres are more than the 1"):
        Capacity(billed_litres=1, stowable_litres=2)
    with pytest.raises(PoolFaults, match="the parts make 3 litres, and the order 4"):
        grams_of_parts([1, 2], litres=4, grams=5)
    with pytest.raises(PoolFaults) as refused:
        Space(" ", None, 3)  # type: ignore[arg-type]  # refused
    assert [fault.path for fault in refused.value.faults] == ["id", "capacity", "load"]
