"""The booking desk with real processes: no litre too many, none lost, nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import testkit
from sqlalchemy import Connection, Engine, func, select
from testkit.children import child, children
from testkit.pooling import DONE, a_container, an_order, give

from logistics_core.pooling import SEA_ROUTE, OrderState
from logistics_core.storage import (
    MIGRATIONS,
    ContainerStore,
    OrderStore,
    WalletStore,
    logistics_bookings,
)
from logistics_core.storage.booking import book
from logistics_core.storage.paying import record_payment
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

PROCESSES = 16

# What every child begins with: the desk, told to wait until the test says go. Whoever waits for a
# lock may wait long: what a deadlock ends, it ends with another error.
PREPARED = """
    import random
    import sys
    from datetime import UTC, datetime
    from logistics_core.errors import LogisticsError, NoRoom
    from logistics_core.storage import ContainerStore, OrderStore
    from logistics_core.storage.booking import book, book_part, wait
    from logistics_core.storage.cancelling import cancel_container, cancel_order
    from logistics_core.storage.paying import record_payment
    from logistics_core.storage.pool import fill_from_pool
    from logistics_core.storage.sailing import advance, close_container
    from shared_kernel.engine import create_engine, reading, transaction

    DONE = {"at": datetime(2026, 1, 5, 13, tzinfo=UTC), "actor": "ann"}
    engine = create_engine(sys.argv[1], lock_timeout_s=50, statement_timeout_s=50)
    print("ready", flush=True)
    given = sys.stdin.readline().split()
"""


@pytest.fixture
def tables(engine: Engine) -> Engine:
    """A database with the tables of the library."""
    upgrade(engine, [MIGRATIONS])
    return engine


def race(code: str, url: str, given: Sequence[str]) -> list[str]:
    """Starts a child for each text, lets them go at the same moment, and gives what each said."""
    with children(len(given), PREPARED + code, url) as racers:
        for racer in racers:
            assert racer.line() == "ready"
        for racer, told in zip(racers, given, strict=True):
            racer.tell(told)
        return [racer.finish().strip() for racer in racers]


def check_loads(connection: Connection) -> None:
    """Each container holds the sum of its bookings, and each order its parts and what waits."""
    table = logistics_bookings.c
    for column, litres in (
        (
            table.container_id,
            {c.id: c.load.litres for c in ContainerStore(connection).page(per_page=10_000)},
        ),
        (
            table.order_id,
            {
                order.id: order.litres - order.waiting_litres
                for order in OrderStore(connection).page(per_page=10_000)
                if order.state not in (OrderState.QUOTE, OrderState.CANCELLED)
            },
        ),
    ):
        summed = select(column, func.sum(table.litres)).group_by(column)
        sums = {name: int(total) for name, total in connection.execute(summed)}
        assert sums == {name: total for name, total in litres.items() if total}


def test_sixteen_processes_fill_a_container_to_the_litre(tables: Engine, database_url: str) -> None:
    """More is asked than there is: so much is booked as fits, the others are told, none is lost.

    The one booking that fills it sends it to sea.
    """
    with transaction(tables) as connection:
        container = a_container(connection)
        ids = [an_order(connection, 500).id for _ in range(PROCESSES * 10)]
    code = """
    for order_id in given[1:]:
        try:
            with transaction(engine) as connection:
                booked = book(connection, order_id, given[0], **DONE)
            print(order_id, "sailed" if booked.sailed else "booked")
        except NoRoom:
            print(order_id, "refused")
    engine.dispose()
    """
    asked = [" ".join([container.id, *ids[part::PROCESSES]]) for part in range(PROCESSES)]
    said = dict(
        line.split() for lines in race(code, database_url, asked) for line in lines.split("\n")
    )
    assert Counter(said.values()) == {"booked": 151, "sailed": 1, "refused": 8}
    with reading(tables) as connection:
        kept = ContainerStore(connection).get(container.id)
        assert (kept.free_litres, kept.stage) == (0, "mer")
        check_loads(connection)
        for order in OrderStore(connection).page(per_page=1_000):
            refused = said[order.id] == "refused"
            assert order.state is (OrderState.QUOTE if refused else OrderState.CONFIRMED)
            actions = [event.action for event in OrderStore(connection).history(order.id)]
            assert actions == ["added"] + ["booked"] * (not refused)


def test_a_double_click_of_many_processes_books_once(tables: Engine, database_url: str) -> None:
    """The same order into the same container, by four at once: one booking, four same answers.

    Into two containers at once, one of the two is told that it has its place.
    """
    with transaction(tables) as connection:
        first, second = a_container(connection, "A"), a_container(connection, "B")
        clicked, torn = an_order(connection), an_order(connection)
    code = """
    said = []
    for order_id, container_id in zip(given[::2], given[1::2]):
        try:
            with transaction(engine) as connection:
                booked = book(connection, order_id, container_id, **DONE)
            said.append(f"{booked.container.reference}{booked.order.version}")
        except LogisticsError as error:
            said.append(type(error).__name__)
    print(*said)
    engine.dispose()
    """
    asked = [f"{clicked.id} {first.id} {torn.id} {place.id}" for place in (first, second) * 2]
    said = [line.split() for line in race(code, database_url, asked)]
    assert {each[0] for each in said} == {"A2"}
    counted = Counter(each[1] for each in said)
    assert counted in ({"A2": 2, "MoveRefused": 2}, {"B2": 2, "MoveRefused": 2})
    with reading(tables) as connection:
        check_loads(connection)
        assert len(OrderStore(connection).history(clicked.id)) == 2


# Each step is one transaction of one of these, on what is open now and on what this process made.
STORM = """
    from testkit.pooling import a_container, an_order, give

    class NothingThere(Exception):
        pass

    drawn = random.Random(int(given[0]))
    mine = []

    def some(connection, count=1):
        places = [each.id for each in ContainerStore(connection).open()][:5]
        if len(places) < count:
            raise NothingThere
        return drawn.sample(places, count)

    def fresh(connection, litres):
        mine.append(an_order(connection, litres, owner=drawn.choice("abc")).id)
        return mine[-1]

    def last(of):
        if not mine:
            raise NothingThere
        return mine[-1 - drawn.randrange(min(of, len(mine)))]

    def split(c):
        parts = dict.fromkeys(some(c, 2), 700)
        book_part(c, fresh(c, 2_100), parts, rest_waits=True, agreed=True, **DONE)

    acts = {
        "ask": (6, lambda c: wait(c, fresh(c, 700), **DONE)),
        "split": (9, split),
        "book": (9, lambda c: book(c, last(1), *some(c), **DONE)),
        "quick": (4, lambda c: book(c, fresh(c, 1_500), *some(c), **DONE)),
        "fill": (6, lambda c: fill_from_pool(c, *some(c), **DONE)),
        "pay": (8, lambda c: record_payment(c, last(4), key=f"{given[0]} {step}", **DONE)),
        "cancel": (4, lambda c: cancel_order(c, last(9), **DONE)),
        "close": (1, lambda c: close_container(c, *some(c), **DONE)),
        "advance": (2, lambda c: advance(c, *some(c), "mer", **DONE)),
        "sink": (1, lambda c: cancel_container(c, *some(c), **DONE)),
        "erase": (1, lambda c: OrderStore(c).erase("abc"[step % 3])),
        "open": (4, lambda c: a_container(c, f"{given[0]} {step}", 9_000)),
    }
    for step in range(50):
        (act,) = drawn.choices(list(acts), [often for often, _ in acts.values()])
        try:
            with transaction(engine) as connection:
                acts[act][1](connection)
        except (LogisticsError, NothingThere):
            pass  # a deadlock is another error, and ends this process
    print("done")
    engine.dispose()
"""


def test_whatever_many_processes_do_at_once_nobody_waits_for_ever(
    tables: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bookings, splits, payments, fillings, cancellations, closings, sinkings, erasures, at once.

    No process meets a deadlock; and afterwards loads, stages and wallets agree.
    """
    monkeypatch.setenv("PYTHONPATH", str(Path(testkit.__file__).parent.parent))
    with transaction(tables) as connection:
        for place in range(5):
            a_container(connection, f"C{place}", 9_000)
        for owner in "abc":
            give(connection, owner, an_order(connection).quote.total * 300, key=owner)
    assert race(STORM, database_url, "012345") == ["done"] * 6
    with reading(tables) as connection:
        check_loads(connection)
        assert WalletStore(connection).check()
        stages_reached = {each.stage for each in ContainerStore(connection).page(per_page=1_000)}
        assert stages_reached >= {"collecte", "mer"}
        for order in OrderStore(connection).page(per_page=1_000):
            paid = WalletStore(connection).paid(order.id)
            stages = [SEA_ROUTE.get(place.stage) for place in order.bookings]
            settled = order.state in (OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED)
            assert settled is (paid == order.quote.total)
            assert settled or not paid.amount
            left = any(stage.at_sea for stage in stages)
            assert (order.state in (OrderState.SHIPPED, OrderState.RECEIVED)) is (settled and left)
            assert (order.state is OrderState.RECEIVED) is (
                settled and left and not order.waits and all(stage.final for stage in stages)
            )


def test_a_process_killed_while_booking_leaves_nothing(tables: Engine, database_url: str) -> None:
    """Kill -9 once all is written and nothing committed: no room is taken, no money is gone.

    The last of the room is taken, the container has gone to sea, a paid order with it: all or
    nothing. The next process does it all as if the first had never been.
    """
    with transaction(tables) as connection:
        container = a_container(connection, litres=6_000)
        paid, last = an_order(connection), an_order(connection)
        book(connection, paid.id, container.id, **DONE)
        give(connection, "ann", paid.quote.total)
        record_payment(connection, paid.id, key="paid", **DONE)
    before = kept(tables, container.id)
    for act in ("book(c, given[1], given[0], **DONE)", "cancel_container(c, given[0], **DONE)"):
        code = f"""
    with transaction(engine) as c:
        {act}
        print("written", flush=True)
        sys.stdin.readline()
        """
        with child(PREPARED + code, database_url) as dying:
            assert dying.line() == "ready"
            dying.tell(f"{container.id} {last.id}")
            assert dying.line() == "written"
            dying.kill()
        assert kept(tables, container.id) == before
    with transaction(tables) as connection:
        assert book(connection, last.id, container.id, **DONE).sailed
        assert OrderStore(connection).get(paid.id).state is OrderState.SHIPPED
        check_loads(connection)


def kept(engine: Engine, container_id: str) -> list[object]:
    """All that a test of a killed process looks at."""
    with reading(engine) as connection:
        orders = OrderStore(connection)
        return [
            ContainerStore(connection).get(container_id),
            orders.page(),
            [orders.history(order.id) for order in orders.page()],
            WalletStore(connection).balance("ann"),
        ]
