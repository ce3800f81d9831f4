"""Which orders go in which container: one filled exactly, and a thousand orders in the fewest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Result, cpu_times

if TYPE_CHECKING:
    from logistics_core.pooling import PoolOrder

CHOOSE_S, ASSIGN_S = 0.001, 1.0
LITRES, GRAMS = 76_000, 26_480_000
COUNT = 1_000
BINDING = 1_000
MOST_ORDERS_OF_PEER = 40
SOLVER, BINPACKING = "OR-tools CP-SAT, one thread", "binpacking"
TRIPLETS = "Falkenauer's triplets, 120 orders"


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure beside CP-SAT, with the same rule, and beside `binpacking`; all take turns."""
    yield from _choosing(quick=quick)
    yield from _assigning(quick=quick)


def _choosing(*, quick: bool) -> Iterator[Result]:
    from logistics_core.pooling import Capacity, PoolOrder, choose

    random = Random(2026)
    names = {0: "weights not told", 300: "weights in the way", BINDING: "weights that bind"}
    for kg_per_cbm, name in names.items():
        orders = [
            PoolOrder(
                f"o{place}",
                litres,
                grams=round(litres * kg_per_cbm * random.uniform(0.5, 1.5)),
                priority=random.choice((0, 1, 1, 1, 2)),
            )
            for place, litres in enumerate(volumes(COUNT, random))
        ]

        def ours(orders: Sequence[PoolOrder] = orders) -> list[int]:
            return [part.litres for part in choose(orders, Capacity()).classes]

        def theirs(orders: Sequence[PoolOrder] = orders) -> list[int]:
            return chosen_by_solver(orders)

        _must(ours() == theirs(), "choose and CP-SAT fill the same container differently")
        times = cpu_times({"ours": ours, "theirs": theirs}, runs=3 if quick else 9)
        yield Result(
            subject="pooling",
            name=f"choose among 1,000 orders, {name}: CPU",
            median=times["ours"],
            at_most=None if kg_per_cbm == BINDING else CHOOSE_S,
            peer=SOLVER,
            peer_median=times["theirs"],
            note="both exact, class of priority after class; the litres of each are the same",
        )


def _assigning(*, quick: bool) -> Iterator[Result]:
    from logistics_core.pooling import Capacity, PoolOrder, assign
    from logistics_core.testing import TRIPLET_LITRES, triplet_orders

    litres = volumes(COUNT, Random(1990))
    orders = [PoolOrder(f"o{place}", volume) for place, volume in enumerate(litres)]
    binpacking: Any = import_module("binpacking")  # Any: it comes without types
    named = {order.id: order.litres for order in orders}
    found = assign(orders, [Capacity()] * 100)
    _must(found.proven and found.used == found.lower_bound, "assign misses its bound")
    times = cpu_times(
        {
            "ours": lambda: assign(orders, [Capacity()] * 100),
            "theirs": lambda: binpacking.to_constant_volume(named, LITRES),
        },
        runs=3 if quick else 9,
    )
    peer_used = len(binpacking.to_constant_volume(named, LITRES))
    yield Result(
        subject="pooling",
        name=f"assign 1,000 log-normal orders, {found.used} containers, the bound: CPU",
        median=times["ours"],
        at_most=ASSIGN_S,
        peer=BINPACKING,
        peer_median=times["theirs"],
        note=f"binpacking needs {peer_used} containers and tells no bound",
    )

    triplets = triplet_orders(MOST_ORDERS_OF_PEER, seed=1)
    spaces = [Capacity(billed_litres=TRIPLET_LITRES)] * len(triplets)
    best = assign(triplets, spaces, time_limit_s=60)
    _must(best.proven and best.used == MOST_ORDERS_OF_PEER, "the triplets are not solved")
    other = binpacking.to_constant_volume(
        {order.id: order.litres for order in triplets}, TRIPLET_LITRES
    )
    times = cpu_times(
        {
            "ours": lambda: assign(triplets, spaces, time_limit_s=60),
            "theirs": lambda: assigned_by_solver(triplets, TRIPLET_LITRES, limit_s=10),
        },
        runs=1 if quick else 3,
    )
    placed = assigned_by_solver(triplets, TRIPLET_LITRES, limit_s=10)
    yield Result(
        subject="pooling",
        name=f"assign {TRIPLETS}, {best.used} containers, proven: CPU",
        median=times["ours"],
        peer=SOLVER,
        peer_median=times["theirs"],
        note="the plain model of which order goes where, stopped after 10 s: it came to "
        f"{placed or 'no answer'}; binpacking to {len(other)}",
    )


def volumes(count: int, random: Random) -> list[int]:
    """Volumes as merchants order them: log-normal, three CBM on average, in litres."""
    return [max(1, min(LITRES, round(random.lognormvariate(7.6, 0.9)))) for _ in range(count)]


def chosen_by_solver(orders: Sequence[PoolOrder]) -> list[int]:
    """The litres of each class of priority in the best load, by CP-SAT: class after class."""
    cp_model: Any = import_module("ortools.sat.python.cp_model")  # Any: no types where it is absent
    model = cp_model.CpModel()
    taken = [model.new_bool_var(order.id) for order in orders]
    pairs = list(zip(orders, taken, strict=True))
    model.add(sum(order.litres * var for order, var in pairs) <= LITRES)
    model.add(sum(order.grams * var for order, var in pairs) <= GRAMS)
    best: list[int] = []
    for rank in sorted({order.priority for order in orders}):
        volume = sum(order.litres * var for order, var in pairs if order.priority == rank)
        model.maximize(volume)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        _must(solver.solve(model) == cp_model.OPTIMAL, "CP-SAT did not prove its choice")
        best.append(round(solver.objective_value))
        model.add(volume == best[-1])
    return best


def assigned_by_solver(orders: Sequence[PoolOrder], litres: int, *, limit_s: float) -> int:
    """How many containers CP-SAT comes to with a variable an order and a container."""
    cp_model: Any = import_module("ortools.sat.python.cp_model")  # idem
    model = cp_model.CpModel()
    count = len(orders) // 2
    used = [model.new_bool_var(f"c{place}") for place in range(count)]
    goes = [
        [model.new_bool_var(f"{order.id}-{place}") for place in range(count)] for order in orders
    ]
    for row in goes:
        model.add_exactly_one(row)
    for place, var in enumerate(used):
        load = sum(order.litres * row[place] for order, row in zip(orders, goes, strict=True))
        model.add(load <= litres * var)
        if place:
            model.add_implication(var, used[place - 1])
    model.minimize(sum(used))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit_s
    answered = solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return round(solver.objective_value) if answered else 0


def _must(true: bool, otherwise: str) -> None:
    if not true:
        raise RuntimeError(otherwise)
