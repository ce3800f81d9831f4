"""Orders into the fewest containers: nothing lost, nothing too full, and proven when said so."""

import subprocess
import sys
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_core.errors import PoolFaults
from logistics_core.pooling import (
    Assignment,
    Capacity,
    Method,
    PoolOrder,
    Room,
    _bounds,
    _solving,
    assign,
)
from logistics_core.testing import TRIPLET_LITRES, pool_orders, rooms, triplet_orders

_few = settings(max_examples=40, deadline=None)
TRIPLET = Capacity(billed_litres=TRIPLET_LITRES)


def _check(found: Assignment, orders: list[PoolOrder], containers: list[Room]) -> None:
    """Each order is in one container or left out, no container is too full, the figures agree."""
    by_id = {order.id: order for order in orders}
    names = [name for load in found.loads for name in load] + list(found.unplaced)
    assert sorted(names) == sorted(by_id)
    assert len(found.loads) == len(containers)
    for load, room in zip(found.loads, containers, strict=True):
        assert sum(by_id[name].litres for name in load) <= room.litres
        assert sum(by_id[name].grams for name in load) <= room.grams
    assert found.used == sum(1 for load in found.loads if load) >= found.lower_bound
    takes_none = {
        order.id
        for order in orders
        if not any(order.litres <= one.litres and order.grams <= one.grams for one in containers)
    }
    assert set(found.too_large) == takes_none <= set(found.unplaced)


def _room(capacity: Capacity) -> Room:
    return Room(capacity.billed_litres, capacity.payload_grams)


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """OR-tools as if it were not installed."""
    monkeypatch.setitem(sys.modules, "ortools.sat.python.cp_model", None)


@pytest.fixture
def solver() -> None:
    """OR-tools, or the test is skipped."""
    pytest.importorskip("ortools.sat.python.cp_model", reason="OR-tools is missing")


@_few
@given(pool_orders(max_size=25), st.lists(rooms(), max_size=6))
def test_nothing_is_lost_and_nothing_too_full(
    orders: list[PoolOrder], containers: list[Room]
) -> None:
    """Whatever is left of whichever containers; and the same input has the same answer."""
    found = assign(orders, containers, time_limit_s=0)
    _check(found, orders, containers)
    assert assign(orders, containers, time_limit_s=0) == found
    if not set(found.unplaced) - set(found.too_large):
        assert found.proven or found.used > found.lower_bound


def _best_by_force(orders: list[PoolOrder], containers: list[Room]) -> tuple[int, int]:
    """The most litres placed, then the fewest containers (negative), every assignment tried."""
    best = (0, 0)
    for places in product(range(-1, len(containers)), repeat=len(orders)):
        left = [[room.litres, room.grams] for room in containers]
        for order, place in zip(orders, places, strict=True):
            if place >= 0:
                left[place][0] -= order.litres
                left[place][1] -= order.grams
        if all(litres >= 0 and grams >= 0 for litres, grams in left):
            placed = sum(o.litres for o, at in zip(orders, places, strict=True) if at >= 0)
            best = max(best, (placed, -len(set(places) - {-1})))
    return best


@pytest.mark.usefixtures("solver")
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from((5, 8, 10, 13)), st.sampled_from((0, 6, 9))),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.tuples(st.sampled_from((0, 10, 20, 31)), st.just(20)), min_size=1, max_size=3),
)
def test_a_proven_answer_is_what_brute_force_finds(
    sizes: list[tuple[int, int]], containers: list[tuple[int, int]]
) -> None:
    """With the solver small questions are always proven, without it what is proven is true too."""
    orders = [PoolOrder(f"o{n}", litres, grams=grams) for n, (litres, grams) in enumerate(sizes)]
    spaces = [Room(*container) for container in containers]
    best = _best_by_force(orders, spaces)
    by_id = {order.id: order for order in orders}
    for limit in (5, 0):
        found = assign(orders, spaces, time_limit_s=limit)
        _check(found, orders, spaces)
        placed = sum(by_id[name].litres for load in found.loads for name in load)
        assert (placed, -found.used) <= best
        if limit or found.proven:
            assert found.proven
            assert (placed, -found.used) == best
            assert found.lower_bound == found.used


@pytest.mark.usefixtures("solver")
@pytest.mark.parametrize("count", [20, 40, 83])
def test_triplets_are_solved_and_proven(count: int) -> None:
    """Where three orders fill each container to the litre, the exact method finds them all."""
    orders = triplet_orders(count, seed=count)
    containers = [TRIPLET] * (2 * count)
    found = assign(orders, containers, time_limit_s=60)
    _check(found, orders, [_room(one) for one in containers])
    assert (found.used, found.lower_bound, found.proven) == (count, count, True)
    assert found.method is Method.LOADS
    assert {len(load) for load in found.loads} == {0, 3}
    if count == 20:
        assert assign(orders, containers, time_limit_s=60) == found


@pytest.mark.usefixtures("no_solver")
def test_without_the_solver_the_answer_is_good_and_says_it_is_not_proven() -> None:
    """The bound is told all the same, and no extra is asked for."""
    orders = triplet_orders(20, seed=20)
    found = assign(orders, [TRIPLET] * 40)
    _check(found, orders, [_room(TRIPLET)] * 40)
    assert (found.lower_bound, found.proven) == (20, False)
    assert 20 < found.used <= 23


def test_a_thousand_orders_of_every_size_meet_the_bound() -> None:
    """Volumes as merchants order them, with and without weights: as few as can be, proven."""
    random = Random(1990)
    litres = [min(76_000, max(1, round(random.lognormvariate(7.6, 0.9)))) for _ in range(1_000)]
    for kg_per_cbm in (0, 250):
        orders = [
            PoolOrder(f"o{n}", volume, grams=round(volume * kg_per_cbm * random.uniform(0.5, 1.5)))
            for n, volume in enumerate(litres)
        ]
        found = assign(orders, [Capacity()] * 100, time_limit_s=0)
        _check(found, orders, [_room(Capacity())] * 100)
        assert found.used == found.lower_bound == -(-sum(litres) // 76_000)
        assert (found.proven, found.unplaced) == (True, ())


@pytest.mark.usefixtures("solver")
def test_the_bound_is_raised_when_no_answer_is_as_low() -> None:
    """Five orders of a little over a third need three containers, not two, and that is proven."""
    found = assign([PoolOrder(f"o{n}", 34) for n in range(5)], [Capacity(billed_litres=100)] * 5)
    assert (found.used, found.lower_bound, found.proven) == (3, 3, True)
    assert found.method is Method.LOADS


@pytest.mark.usefixtures("solver")
def test_containers_that_differ_are_filled_by_the_model_of_places() -> None:
    """What is left of two containers holds to the litre what a rule of thumb would spread."""
    orders = [PoolOrder(f"o{n}", litres) for n, litres in enumerate((6, 5, 5, 4, 4, 3))]
    containers = [Room(8, 100), Room(14, 100), Room(13, 100)]
    found = assign(orders, containers)
    _check(found, orders, containers)
    assert (found.used, found.lower_bound, found.proven, found.unplaced) == (2, 2, True, ())
    assert not found.loads[0]


@pytest.mark.usefixtures("solver")
def test_where_containers_do_not_suffice_the_most_is_placed() -> None:
    """Two of three orders of 6, 5 and 5 litres go in ten: the rule of thumb takes the six."""
    orders = [PoolOrder("a", 6), PoolOrder("b", 5), PoolOrder("c", 5), PoolOrder("d", 99)]
    found = assign(orders, [Room(10, 1)])
    assert found.loads == (("b", "c"),)
    assert (found.unplaced, found.too_large, found.proven) == (("a", "d"), ("d",), True)
    assert assign(orders, []).unplaced == ("a", "b", "c", "d")
    nothing = assign([], [Capacity()])
    assert (nothing.loads, nothing.used, nothing.lower_bound, nothing.proven) == (((),), 0, 0, True)


def test_volume_and_weight_are_balanced() -> None:
    """Heavy and light orders share containers, where the largest first would keep them apart."""
    heavy = [PoolOrder(f"h{n}", 30, grams=70) for n in range(10)]
    light = [PoolOrder(f"l{n}", 70, grams=30) for n in range(10)]
    found = assign([*heavy, *light], [Room(100, 100)] * 20, time_limit_s=0)
    assert (found.used, found.lower_bound, found.proven) == (10, 10, True)


@_few
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=7), st.lists(st.integers(30, 40), max_size=3)
)
def test_the_bound_is_below_every_answer(sizes: list[int], more: list[int]) -> None:
    """No number of containers that do is below the bound, and the volume alone is not above it."""
    capacities = [30, *more]
    orders = [PoolOrder(f"o{n}", size) for n, size in enumerate(sizes)]
    bound = _bounds.fewest(sizes, capacities * 7, enough=99)
    found = assign(orders, [Room(litres, 1) for litres in capacities * 7], time_limit_s=0)
    assert bound <= found.used
    assert bound * max(capacities) >= sum(sizes)


def test_the_bound_of_martello_and_toth() -> None:
    """Orders above half stand alone, and those beside them must fit what they leave."""
    assert _bounds.martello_toth([60, 60, 60], 100) == 3
    assert _bounds.martello_toth([60, 60, 45, 45], 100) == 3
    assert _bounds.martello_toth([50, 50], 100) == 1
    assert _bounds.fewest([0, 0], [10], enough=1) == 0


def test_too_many_places_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both models would be too large, the answer of the rules stands, unproven."""
    monkeypatch.setattr(_solving, "_MOST_LOADS", 0)
    monkeypatch.setattr(_solving, "_MOST_PLACES", 0)
    found = assign(triplet_orders(20, seed=20), [TRIPLET] * 40)
    assert (found.proven, found.lower_bound) == (False, 20)


def test_importing_the_rules_brings_no_solver() -> None:
    """Neither numpy nor OR-tools comes with the package, before something asks for them."""
    code = (
        "import sys; from logistics_core.pooling import Capacity, PoolOrder, assign, choose;"
        "orders = [PoolOrder('a', 3), PoolOrder('b', 4)];"
        "assert choose(orders, 5).ids == ('b',) and assign(orders, [Capacity()]).proven;"
        "assert not {'numpy', 'ortools', 'sqlalchemy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ({"orders": [PoolOrder("a", 1), "b"]}, ["orders[1]"]),
        ({"orders": [PoolOrder("a", 1), PoolOrder("a", 1)]}, ["orders[1]"]),
        ({"containers": 3}, ["containers"]),
        ({"containers": [Capacity(), 76_000, True]}, ["containers[1]", "containers[2]"]),
        ({"time_limit_s": -1, "seed": -1}, ["time_limit_s", "seed"]),
        ({"time_limit_s": float("nan"), "seed": 1.5}, ["time_limit_s", "seed"]),
        ({"time_limit_s": True, "seed": True}, ["time_limit_s", "seed"]),
        ({"time_limit_s": "5", "seed": 2**31}, ["time_limit_s", "seed"]),
        ({"time_limit_s": 10**9}, ["time_limit_s"]),
    ],
)
def test_what_is_asked_is_checked(
    arguments: dict[str, Any],  # Any: what is refused
    paths: list[str],
) -> None:
    """Strangers, an order given twice, and limits that are none are refused, each with its path."""
    with pytest.raises(PoolFaults) as refused:
        assign(**{"orders": [], "containers": [], **arguments})
    assert [fault.path for fault in refused.value.faults] == paths


@pytest.mark.usefixtures("solver")
@pytest.mark.parametrize("most_loads", [30_000, 0])
def test_a_solver_that_is_stopped_leaves_the_answer_of_the_rules(
    most_loads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever model the time runs out on, what is said is whole and no more than is known."""
    monkeypatch.setattr(_solving, "_MOST_LOADS", most_loads)
    orders = triplet_orders(30, seed=30)
    found = assign(orders, [TRIPLET] * 60, time_limit_s=0.000_001)
    _check(found, orders, [_room(TRIPLET)] * 60)
    assert (found.lower_bound, found.proven) == (30, False)
    assert 30 < found.used <= 35
