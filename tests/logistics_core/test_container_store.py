"""Kept containers: opened once by their reference, found, and never fuller than they are."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError
from testkit.pooling import DONE, LATER, NOON, a_container, an_order

from logistics_core.errors import ContainerMissing, PoolFaults
from logistics_core.pooling import Capacity, Load
from logistics_core.storage import ContainerStore, logistics_containers
from logistics_core.storage.booking import book
from logistics_core.storage.cancelling import cancel_container
from logistics_core.storage.sailing import close_container


@pytest.fixture
def store(connection: Connection) -> ContainerStore:
    """A store in a writing transaction."""
    return ContainerStore(connection)


def test_a_container_is_opened_empty(store: ContainerStore) -> None:
    """A forty-foot high cube unless said otherwise, at the first stage, told by an event."""
    made = store.add("CONT-1", at=NOON, actor="admin")
    assert (made.capacity, made.load, made.stage) == (Capacity(), Load(), "collecte")
    assert (made.free_litres, made.free_grams, made.smallest_litres) == (76_000, 26_480_000, 500)
    assert made.takes_bookings
    assert made.fill_percent == Decimal("0.0")
    assert store.get(made.id) == store.by_reference("CONT-1") == made
    (event,) = store.history(made.id)
    assert (event.action, event.actor, event.before, event.after) == (
        "opened", "admin", None, "collecte",
    )  # fmt: skip


def test_what_is_refused_is_not_opened(store: ContainerStore) -> None:
    """A reference that is taken or none, a smallest booking larger than all: every fault told."""
    store.add("CONT-1", at=NOON, actor="admin")
    with pytest.raises(PoolFaults, match="CONT-1"):
        store.add(" CONT-1 ", at=LATER, actor="admin")
    with pytest.raises(PoolFaults) as refused:
        store.add("two\nlines", smallest_litres=76_001, at=NOON, actor="admin")
    assert [fault.path for fault in refused.value.faults] == ["reference", "smallest_litres"]
    assert store.count() == 1


def test_what_is_not_there_is_missing(store: ContainerStore) -> None:
    """Whatever it is asked by."""
    for container_id in ("nothing", "", "x" * 99):
        with pytest.raises(ContainerMissing):
            store.get(container_id)
    with pytest.raises(ContainerMissing):
        store.by_reference("CONT-1")
    assert store.several(["nothing", ""]) == ()


def test_containers_are_found_by_where_they_are(
    store: ContainerStore, connection: Connection
) -> None:
    """By stage, cancelled or not, a part of the reference; the open ones, the oldest first."""
    names = ("Sea-1", "Sea-2", "Air%1", "Air-2")
    made = [
        store.add(name, at=NOON + timedelta(minutes=place), actor="admin")
        for place, name in enumerate(names)
    ]
    close_container(connection, made[0].id, **DONE)
    cancel_container(connection, made[1].id, **DONE)

    def found(**filters: object) -> list[str]:
        some = store.page(**filters)  # type: ignore[arg-type]  # each line names its own
        assert store.count(**filters) == len(some)  # type: ignore[arg-type]  # likewise
        return [each.reference for each in some]

    assert found() == list(reversed(names))
    assert [each.reference for each in store.open()] == ["Air%1", "Air-2"]
    assert (found(stage="mer"), found(stage="collecte")) == (["Sea-1"], ["Air-2", "Air%1"])
    assert (found(cancelled=True), found(cancelled=False, search="sea")) == (["Sea-2"], ["Sea-1"])
    assert found(search="%") == ["Air%1"]
    assert [each.reference for each in store.page(number=2, per_page=3)] == ["Sea-1"]
    assert store.several([made[3].id, made[0].id])[0].reference == "Sea-1"


def test_full_is_shown_only_when_nothing_is_free(connection: Connection) -> None:
    """A litre short of full is 99.9 %."""
    container = a_container(connection, litres=10_000)
    booked = book(connection, an_order(connection, 9_499).id, container.id, **DONE)
    assert booked.container.fill_percent == Decimal("94.9")
    booked = book(connection, an_order(connection, 500).id, container.id, **DONE)
    assert (booked.container.free_litres, booked.container.fill_percent) == (1, Decimal("99.9"))


@pytest.mark.parametrize(
    "values", [{"booked_litres": 76_001}, {"booked_litres": -1}, {"booked_grams": 26_480_001}]
)
def test_the_database_refuses_the_litre_too_many(
    connection: Connection, values: dict[str, int]
) -> None:
    """Whatever program writes it."""
    a_container(connection)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(update(logistics_containers).values(**values))
