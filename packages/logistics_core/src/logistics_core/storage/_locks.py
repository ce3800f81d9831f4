"""The order in which rows are locked, so that no two transactions ever wait for one another.

SQLite has one writer at a time (`BEGIN IMMEDIATE`), so all of this is PostgreSQL's. Two
transactions deadlock when each holds what the other waits for. Here nobody can close such a circle,
because rows are always taken in this order, and in ascending order of their ids where several of
one kind are:

    1. containers    2. orders    3. proofs and payments    4. accounts (`WalletStore.hold`)

One exception keeps the hot row short. A *fresh* order, a quote or one of which everything waits,
has nothing in any container: its row says so itself (`waiting_litres` is all of it). Booking it
takes **the order first and the container last**, in the statement just before the commit, and so
everybody who books against one container holds it for one commit each. That is safe because nobody
who holds a container ever waits for a fresh order: what is looked for under a container is the
orders that are booked in it, and the pool is taken from without waiting.

What each operation holds (C containers, O booked orders, F a fresh order, A accounts; ``->`` is
"then", ``+`` several in ascending order, ``?`` taken only where free, without waiting):

    ==================  ==========================  ==========================================
    operation           takes                       while it is full, and goes to sea
    ==================  ==========================  ==========================================
    book                F -> C                      -> O+ of C
    book_part           F -> C+                     -> O+ of all that sail, at once
    wait                F
    book (the rest)     C -> O                      C -> O+ of C and this one, at once
    fill_from_pool      C -> F? O?                  C -> O+ of C -> F? O?
    close, advance      C -> O+ of C
    cancel_order        C+ of it -> O -> A
    cancel_container    C+ of its orders -> O+ -> A+
    record_payment      O or F -> A
    erase               O? F? of an owner, all of them or none
    deposit, withdraw   A
    ==================  ==========================  ==========================================

Every pair, by what both can want:

- *Two that book* fresh orders: each holds its own order, which is wanted by nobody who holds what
  it waits for; then they queue for the container. The same order twice: the second waits at its
  first row, holding nothing.
- *book or book_part, and close, advance, cancel_container, cancel_order of another order*: these
  hold C and wait for O of C; the fresh order is not among them, since its booking is not there
  until its own transaction has C. When the booking goes to sea it holds C (or C+, ascending) as
  they do, and what else it holds is fresh: a plain C -> O+ from there.
- *book, and cancel_order, record_payment, wait of the same order*: the one that comes second waits
  at the order, holding nothing that the first wants. `cancel_order` read no container before; the
  booking gave it one; so it lets go of the order and begins again, container first.
- *fill_from_pool and any*: it waits for C, and when the choice will fill it, for O of C, holding
  nothing but C. What it takes from the pool is taken where it is free: it never waits for an order
  that somebody brings to C, or for the rest of a split one that stands under another container.
- *Two of close, advance, cancel_container, cancel_order, book of a rest*: C ascending, then O
  ascending: no circle. The containers of an order may grow while one waits for them (a rest is
  booked): that is seen once the orders are held, everything is let go, and it begins again.
- *record_payment and any*: it holds one order and waits for accounts alone; who holds accounts
  waits for nothing but later accounts. Its container's stage is read without a lock: whoever
  changes a stage then waits for the order, and looks at it again once it has it.
- *cancel_container twice, with merchants in common*: all their accounts in one order, by
  `WalletStore.hold`.
- *erase and any*: it takes what is free; where something is not, it lets go of everything, waits
  for that one row holding nothing, and begins again.

Three rules are the caller's. One operation a transaction: two bookings in one would hold their
containers in whatever order they came. A transaction that credits a wallet and then pays an order
with it calls `hold_order` first. One that erases a merchant erases orders before accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select

from logistics_core.errors import StaleVersion
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_orders,
)

__all__ = [
    "Again",
    "changed_meanwhile",
    "containers_of",
    "hold_all_of",
    "hold_containers",
    "hold_free_orders",
    "hold_orders",
    "holding",
    "letting_go",
    "orders_in",
    "rounds",
]

ATTEMPTS: Final = 20
"""How often one begins again after another changed what it was about to hold: each time, somebody
else has got something done."""
ROUND: Final = 500
"""How many ids one statement names: SQLite takes 32,766 values, and long lists are slow."""


class Again(Exception):
    """What was seen is so no more: everything is let go, and looked at again."""


def hold_containers(connection: Connection, container_ids: Iterable[str]) -> dict[str, RowMapping]:
    """Locks containers, by ascending id, and gives their rows as they are now; by id."""
    table = logistics_containers
    return _held(connection, select(table), table.c.id, container_ids)


def hold_orders(connection: Connection, order_ids: Iterable[str]) -> dict[str, RowMapping]:
    """Locks orders, by ascending id, and gives their rows as they are now; by id."""
    table = logistics_orders
    return _held(connection, select(table), table.c.id, order_ids)


def hold_free_orders(connection: Connection, order_ids: Iterable[str]) -> dict[str, RowMapping]:
    """Locks those of the orders that nobody else holds, without waiting, and gives their rows."""
    table = logistics_orders
    return _held(connection, select(table), table.c.id, order_ids, skip_locked=True)


def orders_in(connection: Connection, container_ids: Iterable[str]) -> set[str]:
    """The ids of the orders that have a part in one of the containers."""
    table = logistics_bookings.c
    found: set[str] = set()
    for some in rounds(container_ids):
        statement = select(table.order_id).where(table.container_id.in_(some))
        found.update(connection.execute(statement).scalars())
    return found


def containers_of(connection: Connection, order_ids: Iterable[str]) -> set[str]:
    """The ids of the containers in which one of the orders has a part."""
    table = logistics_bookings.c
    found: set[str] = set()
    for some in rounds(order_ids):
        statement = select(table.container_id).where(table.order_id.in_(some))
        found.update(connection.execute(statement).scalars())
    return found


@contextmanager
def letting_go(connection: Connection) -> Iterator[None]:
    """A block that, when it raises, leaves neither a row nor a lock: the transaction can go on."""
    with connection.begin_nested():
        yield


def holding(
    connection: Connection,
    containers: Callable[[], set[str]],
    orders: Callable[[], set[str]],
) -> tuple[dict[str, RowMapping], dict[str, RowMapping]]:
    """Locks containers, then orders, until no container is missing; gives both, by their ids.

    Args:
        connection: the caller's transaction.
        containers: which containers, as far as can be told now.
        orders: which orders, told once the containers are held.

    Raises:
        StaleVersion: others changed what was to be held, twenty times in a row.
    """
    for _ in range(ATTEMPTS):
        attempt = connection.begin_nested()
        try:
            wanted = containers()
            held = hold_containers(connection, wanted)
            held_orders = hold_orders(connection, orders())
            # Nobody can add a booking to an order that is held here.
            if containers() <= wanted:
                attempt.commit()
                return held, held_orders
        except BaseException:
            attempt.rollback()
            raise
        attempt.rollback()
    raise changed_meanwhile()


def hold_all_of(connection: Connection, wanted: Callable[[], Collection[str]]) -> list[str]:
    """Locks orders, all of them or none, whatever order others lock them in; gives their ids.

    Raises:
        StaleVersion: others held one of them, twenty times in a row.
    """
    for _ in range(ATTEMPTS):
        attempt = connection.begin_nested()
        try:
            ids = wanted()
            missed = set(ids) - hold_free_orders(connection, ids).keys()
        except BaseException:
            attempt.rollback()
            raise
        if not missed:
            attempt.commit()
            return sorted(ids)
        attempt.rollback()
        waiting = connection.begin_nested()
        try:  # for one row, holding nothing
            hold_orders(connection, [min(missed)])
        finally:
            waiting.rollback()
    raise changed_meanwhile()


def changed_meanwhile() -> StaleVersion:
    """What is raised when others were quicker each time."""
    return StaleVersion("what is kept was changed at this very moment: read it again")


def rounds(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in ascending order, in lists that one statement takes."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), ROUND):
        yield ordered[start : start + ROUND]


def _held(
    connection: Connection,
    statement: Select[Any],  # of all the columns, which are of every kind
    column: ColumnElement[str],
    ids: Iterable[str],
    *,
    skip_locked: bool = False,
) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for some in rounds(ids):
        # PostgreSQL locks in the order of the sort; SQLite leaves the lock out.
        locking = statement.where(column.in_(some)).order_by(column)
        rows: Iterable[RowMapping] = connection.execute(
            locking.with_for_update(skip_locked=skip_locked)
        ).mappings()
        found.update((row["id"], row) for row in rows)
    return found
