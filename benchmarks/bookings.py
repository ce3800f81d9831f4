"""Two hundred bookings of one container by sixteen processes at once, beside the bare writes.

The bare writes are the least that any booking does: the row of the container updated, a row of the
booking inserted, committed. Both take turns on the same database and the same tables, through the
same engine, and everybody writes to the one row that everybody waits for. On PostgreSQL, as durable
as it comes, and on SQLite with each commit on the disk.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Result
from benchmarks.recompute import SUPPORT, timed, workers

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

    from sqlalchemy import Connection, Engine

COUNT = 200
PROCESSES = 16
ROUNDS = 9
QUICK_ROUNDS = 3
LITRES = 370
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DESK, BARE = "desk", "bare"


def fill(connection: Connection, name: str) -> tuple[str, list[str]]:
    """Open a container, and add the orders that are to be booked in it."""
    from decimal import Decimal

    from logistics_core.storage import ContainerStore, OrderStore
    from logistics_core.tariffs import Purchase, quote, starting_tariff
    from shared_kernel import money

    tariff = starting_tariff(effective_from=NOON)
    purchase = Purchase(
        goods=money("1000", "CNY"), category="TEXTILE", volume_cbm=Decimal(LITRES).scaleb(-3)
    )
    quoted = quote(purchase, tariff, at=NOON)
    container = ContainerStore(connection).add(name, at=NOON, actor="admin")
    store = OrderStore(connection)
    orders = [
        store.add(f"merchant-{number}", purchase, quoted, at=NOON, actor=f"merchant-{number}")
        for number in range(COUNT)
    ]
    return container.id, [order.id for order in orders]


def bare(connection: Connection, order_id: str, container_id: str, at: datetime) -> None:
    """Do the least that a booking does, without asking whether there is room."""
    from sqlalchemy import insert, update

    from logistics_core.storage import logistics_bookings, logistics_containers

    table = logistics_containers
    connection.execute(
        update(table)
        .where(table.c.id == container_id)
        .values(booked_litres=table.c.booked_litres + LITRES)
    )
    connection.execute(
        insert(logistics_bookings).values(
            order_id=order_id, container_id=container_id, litres=LITRES, grams=0, booked_at=at
        )
    )


def work(pipe: Pipe[Any, Any], url: str) -> None:
    """Book what is asked, in a process: each in a transaction of its own."""
    from logistics_core.storage.booking import book
    from shared_kernel.engine import create_engine, transaction

    engine = create_engine(url, lock_timeout_s=60)
    at = NOON + timedelta(hours=1)
    while (asked := pipe.recv()) is not None:
        how, container_id, order_ids = asked
        for order_id in order_ids:
            with transaction(engine) as connection:
                if how == DESK:
                    book(connection, order_id, container_id, at=at, actor="merchant")
                else:
                    bare(connection, order_id, container_id, at)
        pipe.send((len(order_ids), True))
    engine.dispose()


def measured(url: str, rounds: int) -> dict[str, list[float]]:
    """Give the seconds a booking of each round, the desk and the bare writes taking turns."""
    from logistics_core.storage import MIGRATIONS
    from shared_kernel.engine import create_engine, transaction
    from shared_kernel.migrations import upgrade

    engine = create_engine(url)
    upgrade(engine, [MIGRATIONS])
    taken: dict[str, list[float]] = {DESK: [], BARE: []}
    with workers(url, PROCESSES, work) as pipes:
        for number in range(rounds + 1):
            for how in (DESK, BARE):
                with transaction(engine) as connection:
                    container_id, order_ids = fill(connection, f"{how}-{number}")
                asked = [
                    (how, container_id, order_ids[part::PROCESSES]) for part in range(PROCESSES)
                ]
                seconds, done = timed(pipes, asked)
                check(engine, container_id, done)
                if number:  # the first round imports and connects
                    taken[how].append(seconds / done)
        stop(pipes)
    engine.dispose()
    return taken


def stop(pipes: Sequence[Pipe[Any, Any]]) -> None:
    """Tell the processes that this was all."""
    for pipe in pipes:
        pipe.send(None)


def check(engine: Engine, container_id: str, done: int) -> None:
    """See that every booking is there, and that the container holds their sum."""
    from sqlalchemy import func, select

    from logistics_core.storage import ContainerStore, logistics_bookings
    from shared_kernel.engine import reading

    table = logistics_bookings.c
    with reading(engine) as connection:
        container = ContainerStore(connection).get(container_id)
        mine = select(func.count(), func.sum(table.litres)).where(
            table.container_id == container_id
        )
        count, litres = connection.execute(mine).one()
    if not (done == count == COUNT and litres == container.load.litres == COUNT * LITRES):
        raise RuntimeError(f"{count} of {COUNT} bookings are there, {litres} litres")


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure both databases."""
    if str(SUPPORT) not in sys.path:
        sys.path.append(str(SUPPORT))
    from testkit.postgres import postgres_server

    rounds = QUICK_ROUNDS if quick else ROUNDS
    with postgres_server() as server:
        # As it comes: what is committed is on the disk.
        server.execute("ALTER SYSTEM RESET ALL")
        server.execute("SELECT pg_reload_conf()")
        with server.database() as url:
            yield result("PostgreSQL", measured(url, rounds))
    with tempfile.TemporaryDirectory(prefix="comptoir-bench-") as folder:
        yield result("SQLite", measured(f"sqlite:///{folder}/bench.sqlite3", rounds))


def result(database: str, taken: dict[str, list[float]]) -> Result:
    """Tell what was measured on a database."""
    desk, least = statistics.median(taken[DESK]), statistics.median(taken[BARE])
    return Result(
        subject="bookings", name=f"{database}: a booking, {PROCESSES} processes", median=desk,
        peer="update and insert", peer_median=least, ratio_at_most=2.0,
        note=f"{COUNT} bookings of one container at once; {database}: {1 / desk:,.0f} a second "
        f"beside {1 / least:,.0f}; none lost, no overfill",
    )  # fmt: skip
