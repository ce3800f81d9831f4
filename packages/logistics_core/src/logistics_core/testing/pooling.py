"""Orders that wait, containers, and instances of bin packing whose answer is known."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-logistics", "testing") from error

from logistics_core.pooling import Capacity, PoolOrder, Room

__all__ = ["POOL_NOW", "TRIPLET_LITRES", "capacities", "pool_orders", "rooms", "triplet_orders"]

POOL_NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment that the orders of `pool_orders` have waited until."""
TRIPLET_LITRES: Final = 1_000
"""The container of `triplet_orders`."""


def pool_orders(
    *,
    most_litres: int = 76_000,
    most_grams: int = 26_480_000,
    max_size: int = 12,
    longest_wait: timedelta = timedelta(days=60),
) -> st.SearchStrategy[list[PoolOrder]]:
    """Lists of orders of different ids: volumes often alike, weights and waits not always told."""
    alike = [litres for litres in (1, 500, 1_000, 1_500, 3_000) if litres <= most_litres]
    hours = int(longest_wait / timedelta(hours=1))
    waits = st.integers(0, hours).map(lambda waited: POOL_NOW - timedelta(hours=waited))
    order = st.tuples(
        st.sampled_from(alike) | st.integers(1, most_litres),
        st.just(0) | st.integers(0, most_grams),
        st.integers(0, 9),
        st.none() | waits,
    )
    return st.lists(order, max_size=max_size).map(
        lambda drawn: [
            PoolOrder(f"order-{place}", litres, grams=grams, priority=priority, waiting_since=since)
            for place, (litres, grams, priority, since) in enumerate(drawn)
        ]
    )


def capacities(*, most_litres: int = 76_000) -> st.SearchStrategy[Capacity]:
    """Containers of every size up to a volume, some of which take little weight."""
    return st.builds(
        Capacity,
        billed_litres=st.integers(1, most_litres),
        payload_grams=st.integers(1, 26_480_000),
    )


def rooms(*, most_litres: int = 76_000) -> st.SearchStrategy[Room]:
    """What is left of containers, down to nothing."""
    return st.builds(Room, st.integers(0, most_litres), st.integers(0, 26_480_000))


def triplet_orders(count: int, *, seed: int) -> list[PoolOrder]:
    """Orders that fill ``count`` containers of 1,000 litres exactly, three in each, shuffled.

    Rules of thumb hardly ever find that answer. Source: Falkenauer, "A hybrid grouping genetic
    algorithm for bin packing" (Journal of Heuristics 2, 1996), the class of triplets.

    >>> len(triplet_orders(20, seed=1)), sum(order.litres for order in triplet_orders(20, seed=1))
    (60, 20000)
    """
    drawn = Random(seed)  # nosec B311  # instances of a test, no secret
    litres = []
    for _ in range(count):
        first = drawn.randint(380, 490)
        second = drawn.randint(250, (TRIPLET_LITRES - first) // 2)
        litres += [first, second, TRIPLET_LITRES - first - second]
    drawn.shuffle(litres)
    return [PoolOrder(f"order-{place}", volume) for place, volume in enumerate(litres)]
