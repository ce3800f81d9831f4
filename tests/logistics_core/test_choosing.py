"""Which orders fill a container best: against brute force, against OR-tools, and over the weeks."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_core.errors import PoolFaults
from logistics_core.pooling import (
    AGEING,
    OVERDUE,
    Capacity,
    Choice,
    PoolOrder,
    Room,
    _weighing,
    choose,
    fits,
)
from logistics_core.testing import POOL_NOW, pool_orders

_few = settings(max_examples=40, deadline=None)


def _classes(orders: Iterable[PoolOrder], at: datetime | None) -> list[list[PoolOrder]]:
    """The rule in plain words: the overdue one by one, then by rank, the oldest first in each."""
    far = datetime.max.replace(tzinfo=UTC)
    late, ranks = [], dict[int, list[PoolOrder]]()
    for order in sorted(orders, key=lambda one: (one.waiting_since or far, one.id)):
        waited = at - order.waiting_since if at and order.waiting_since else timedelta(0)
        if waited >= OVERDUE:
            late.append([order])
        else:
            ranks.setdefault(max(0, order.priority - waited // AGEING), []).append(order)
    return late + [ranks[rank] for rank in sorted(ranks)]


def _subsets(orders: Sequence[PoolOrder]) -> Iterable[tuple[PoolOrder, ...]]:
    return (some for count in range(len(orders) + 1) for some in combinations(orders, count))


def _best_by_force(classes: list[list[PoolOrder]], litres: int, grams: int) -> list[int]:
    """The litres of each class in the best load, every load of every class tried."""
    best: list[int] = []

    def go_on(done: list[int], litres: int, grams: int) -> None:
        nonlocal best
        if len(done) == len(classes):
            best = max(best, done)
            return
        for some in _subsets(classes[len(done)]):
            volume, weight = sum(one.litres for one in some), sum(one.grams for one in some)
            if volume <= litres and weight <= grams:
                go_on([*done, volume], litres - volume, grams - weight)

    go_on([], litres, grams)
    return best


def _check_told(choice: Choice, orders: Iterable[PoolOrder], room: Room) -> None:
    """The figures of a choice are those of its orders, each taken once, and they fit."""
    by_id = {order.id: order for order in orders}
    taken = [by_id[name] for name in choice.ids]
    assert len(set(choice.ids)) == len(choice.ids)
    assert choice.litres == sum(one.litres for one in taken) == room.litres - choice.left_litres
    assert choice.grams == sum(one.grams for one in taken) <= room.grams
    assert choice.left_litres >= 0
    assert choice.ids == tuple(name for part in choice.classes for name in part.ids)
    assert [part.litres for part in choice.classes] == [
        sum(by_id[name].litres for name in part.ids) for part in choice.classes
    ]
    assert sum(part.offered for part in choice.classes) == len(by_id)
    assert sum(part.offered_litres for part in choice.classes) == sum(
        order.litres for order in by_id.values()
    )


@_few
@given(pool_orders(most_litres=60, max_size=9), st.integers(1, 120), st.booleans())
def test_by_volume_it_is_what_brute_force_finds(
    orders: list[PoolOrder], litres: int, aged: bool
) -> None:
    """The fullest load of each class in turn, and of equal loads the one of the older orders."""
    at = POOL_NOW if aged else None
    choice = choose(orders, litres, at=at)
    _check_told(choice, orders, Room(litres, 10**12))
    assert choice.proven
    assert not choice.weight_bound
    left = litres
    for members, part in zip(_classes(orders, at), choice.classes, strict=True):
        loads = [some for some in _subsets(members) if sum(one.litres for one in some) <= left]
        most = max(sum(one.litres for one in some) for some in loads)
        equal = [some for some in loads if sum(one.litres for one in some) == most]
        place = {order.id: at for at, order in enumerate(members)}
        oldest = min(equal, key=lambda some: sorted((place[one.id] for one in some), reverse=True))
        assert part.ids == tuple(one.id for one in oldest)
        left -= most


@_few
@given(
    pool_orders(most_litres=60, most_grams=100, max_size=9),
    st.integers(1, 120),
    st.integers(1, 250),
    st.booleans(),
)
def test_by_weight_too_it_is_what_brute_force_finds(
    orders: list[PoolOrder], litres: int, grams: int, aged: bool
) -> None:
    """No class could have more in what the earlier ones need, whichever loads they are given."""
    at = POOL_NOW if aged else None
    choice = choose(orders, Room(litres, grams), at=at)
    _check_told(choice, orders, Room(litres, grams))
    best = _best_by_force(_classes(orders, at), litres, grams)
    assert [part.litres for part in choice.classes] == best
    assert choice.proven
    unbound = choose(orders, litres, at=at)
    assert choice.weight_bound is ([part.litres for part in unbound.classes] != best)


@_few
@given(pool_orders(max_size=30), st.randoms(use_true_random=False))
def test_the_same_orders_make_the_same_choice(orders: list[PoolOrder], random: Random) -> None:
    """The order in which they are given changes nothing, nor does asking again."""
    shuffled = list(orders)
    random.shuffle(shuffled)
    first = choose(orders, Capacity(), at=POOL_NOW)
    assert choose(iter(shuffled), Capacity(), at=POOL_NOW) == first
    _check_told(first, orders, Room(76_000, 26_480_000))


def _by_solver(
    classes: list[list[PoolOrder]], litres: int, grams: int
) -> list[int]:  # pragma: no cover - where OR-tools is installed
    cp_model: Any = pytest.importorskip("ortools.sat.python.cp_model", reason="OR-tools is missing")
    model = cp_model.CpModel()
    taken = [[model.new_bool_var(one.id) for one in members] for members in classes]
    pairs = [
        (one, var)
        for members, these in zip(classes, taken, strict=True)
        for one, var in zip(members, these, strict=True)
    ]
    model.add(sum(one.litres * var for one, var in pairs) <= litres)
    model.add(sum(one.grams * var for one, var in pairs) <= grams)
    best = []
    for members, these in zip(classes, taken, strict=True):
        volume = sum(one.litres * var for one, var in zip(members, these, strict=True))
        model.maximize(volume)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        assert solver.solve(model) == cp_model.OPTIMAL
        best.append(round(solver.objective_value))
        model.add(volume == best[-1])
    return best


@pytest.mark.parametrize(
    ("kg_per_cbm", "seed", "bound"),
    [(None, 1, False), (300, 2, False), (600, 3, True), (1500, 4, True)],
)
def test_it_is_what_or_tools_proves(kg_per_cbm: int | None, seed: int, bound: bool) -> None:
    """Sixty orders of four classes, light and heavy: the same litres of each class."""
    random = Random(seed)
    orders = []
    for place in range(60):
        litres = min(40_000, round(random.lognormvariate(8.3, 0.9)))
        grams = round(litres * (kg_per_cbm or 0) * random.uniform(0.5, 1.5))
        orders.append(PoolOrder(f"o{place}", litres, grams=grams, priority=random.randrange(4)))
    choice = choose(orders, Capacity(), at=POOL_NOW)
    expected = _by_solver(_classes(orders, None), 76_000, 26_480_000)
    assert [part.litres for part in choice.classes] == expected
    assert (choice.weight_bound, choice.proven) == (bound, True)


@_few
@given(
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(0, 500)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(0, 9)), min_size=1, max_size=4),
)
def test_nobody_waits_for_ever(
    patient: list[tuple[int, int]], daily: list[tuple[int, int]]
) -> None:
    """A container leaves each day, urgent orders come each day, and the others leave in the end.

    Once they are overdue, one of them at least leaves with each container: so many days later none
    of them is left, however many urgent orders came.
    """
    capacity = Capacity(billed_litres=1_000, payload_grams=500)
    start, day, overdue = POOL_NOW, timedelta(days=1), timedelta(days=5)
    waiting = [
        PoolOrder(f"patient-{place}", litres, grams=grams, priority=9, waiting_since=start)
        for place, (litres, grams) in enumerate(patient)
    ]
    too_large = PoolOrder("too-large", 1_001, priority=0, waiting_since=start - day)
    waiting.append(too_large)
    for number in range(5 + len(patient)):
        at = start + day * (number + 1)
        waiting += [
            PoolOrder(f"{number}-{place}", litres, priority=priority // 5, waiting_since=at)
            for place, (litres, priority) in enumerate(daily)
        ]
        gone = set(choose(waiting, capacity, at=at, ageing=overdue * 9, overdue=overdue).ids)
        waiting = [order for order in waiting if order.id not in gone]
    left = {order.id for order in waiting}
    assert not any(name.startswith("patient") for name in left)
    assert "too-large" in left


def test_ageing_raises_the_rank_and_being_overdue_goes_before_all() -> None:
    """Three weeks make a 3 a 0; four weeks go before a 0, the oldest first; none is above 0."""

    def since(days: int) -> datetime:
        return POOL_NOW - timedelta(days=days)

    urgent = PoolOrder("urgent", 600, priority=0, waiting_since=since(0))
    aged = PoolOrder("aged", 1_000, priority=3, waiting_since=since(21))
    assert choose([urgent, aged], 1_000, at=POOL_NOW).ids == ("aged",)  # of one class: the fullest
    assert choose([urgent, aged], 1_000).ids == ("urgent",)
    late = PoolOrder("late", 300, priority=9, waiting_since=since(28))
    later = PoolOrder("later", 800, priority=9, waiting_since=since(29))
    choice = choose([urgent, aged, late, later], 1_000, at=POOL_NOW)
    assert choice.ids == ("later",)  # the late one does not fit beside it
    assert [part.priority for part in choice.classes] == [None, None, 0]
    timeless = PoolOrder("timeless", 1_000, priority=1)
    assert choose([timeless, urgent], 1_000, at=POOL_NOW).ids == ("urgent",)
    # A moment that is still to come has not been waited for.
    ahead = PoolOrder("ahead", 500, priority=1, waiting_since=since(-40))
    assert choose([ahead], 1_000, at=POOL_NOW).classes[0].priority == 1


def test_an_order_that_is_too_large_or_too_heavy_is_left() -> None:
    """It stays in its class, uncounted for what can be filled; a full container takes nothing."""
    large, heavy = PoolOrder("large", 76_001), PoolOrder("heavy", 10, grams=26_480_001)
    small = PoolOrder("small", 10, grams=26_480_000)
    choice = choose([large, heavy, small], Capacity())
    assert (choice.ids, choice.weight_bound) == (("small",), True)
    assert choice.classes[0].offered_litres == 76_021
    assert choose([large, small], Room(0, 0)).ids == choose([large, small], 0).ids == ()
    assert choose([], Capacity()).classes == ()


def test_too_many_weights_are_taken_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what can be weighed in a few seconds, the answer fits and says it is not proven."""
    orders = [PoolOrder(f"o{place}", 7, grams=place % 5 + 5) for place in range(30)]
    room = Room(100, 60)
    assert choose(orders, room).proven
    monkeypatch.setattr(_weighing, "MOST_CELLS", 0)
    choice = choose(orders, room)
    _check_told(choice, orders, room)
    assert not choice.proven
    assert choice.weight_bound


def test_a_thousand_orders_of_even_volumes_leave_what_is_odd() -> None:
    """Where no load fills the container, every order is looked at, and the best is still exact."""
    random = Random(7)
    orders = [PoolOrder(f"o{place}", 2 * random.randint(250, 3_000)) for place in range(1_000)]
    assert choose(orders, 75_999).left_litres == 1
    assert choose([*orders, PoolOrder("odd", 501)], 75_999).left_litres == 0


def test_a_weight_beyond_thirty_two_bits_is_weighed() -> None:
    """A payload of two thousand tons and more is counted without overflow."""
    orders = [PoolOrder(f"o{place}", 11 + place, grams=700_000_001) for place in range(8)]
    choice = choose(orders, Room(200, 2_200_000_000))
    assert (choice.litres, choice.weight_bound) == (18 + 17 + 16, True)
    assert not fits(1, 2_200_000_000, capacity=Capacity())


@pytest.mark.parametrize(
    "order",
    [
        {"id": ""},
        {"id": "two\nlines"},
        {"id": 3},
        *({"litres": wrong} for wrong in (0, -1, 2.5, True, None, 10**9, float("nan"))),
        *({"grams": wrong} for wrong in (-1, 0.5, False, 10**15)),
        *({"priority": wrong} for wrong in (-1, 10, True, "urgent")),
        {"waiting_since": datetime(2026, 1, 1)},  # noqa: DTZ001 - a moment without a zone is refused
        {"waiting_since": "2026-01-01"},
    ],
)
def test_an_order_is_checked(order: dict[str, Any]) -> None:  # Any: what is refused
    """Zero, negative, floats, booleans, the absurd and a moment without a zone are refused."""
    with pytest.raises(PoolFaults) as refused:
        PoolOrder(**{"id": "o", "litres": 1, **order})
    assert [fault.path for fault in refused.value.faults] == list(order)


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ({"orders": 12}, ["orders"]),
        ({"orders": "ab"}, ["orders"]),
        ({"orders": [PoolOrder("a", 1), None, "b"]}, ["orders[1]", "orders[2]"]),
        ({"orders": [PoolOrder("a", 1), PoolOrder("b", 1), PoolOrder("a", 2)]}, ["orders[2]"]),
        ({"orders": [PoolOrder("a", 1)] * 10_001}, ["orders"]),
        *(({"capacity": wrong}, ["capacity"]) for wrong in (-5, 2.5, True, None, "76", 10**9)),
        ({"at": datetime(2026, 1, 1)}, ["at"]),  # noqa: DTZ001 - a moment without a zone
        ({"ageing": timedelta(0), "overdue": 28}, ["ageing", "overdue"]),
    ],
)
def test_what_is_asked_is_checked(
    arguments: dict[str, Any],  # Any: what is refused
    paths: list[str],
) -> None:
    """Strangers, an order given twice, no capacity and periods of nothing are refused."""
    with pytest.raises(PoolFaults) as refused:
        choose(**{"orders": [], "capacity": 10, **arguments})
    assert [fault.path for fault in refused.value.faults] == paths
