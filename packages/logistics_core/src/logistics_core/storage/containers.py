"""Shared containers as they are kept: what they take, what is booked, and how far they are.

The store takes a connection and never commits; it asks for no clock (`at`). What is booked, and the
stages, are changed by the booking desk alone: `storage.booking`, `storage.sailing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import attrs
from sqlalchemy import Connection, RowMapping, func, select

from logistics_core._checks import check_line, check_whole
from logistics_core.errors import PoolFaults
from logistics_core.measures import check_is
from logistics_core.pooling.rooms import SMALLEST_LITRES, Capacity, Load
from logistics_core.pooling.stages import SEA_ROUTE
from logistics_core.storage import _locks
from logistics_core.storage._desk import container_missing, is_id
from logistics_core.storage.events import Event, SubjectKind, history, note
from logistics_core.storage.pooling_tables import logistics_containers
from shared_kernel import FaultKind, FaultList, shown
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

__all__ = ["ContainerStore", "PooledContainer", "container_of"]

REFERENCE_TAKEN = FaultKind(
    "container.reference_taken", "another container is called {given}: choose another reference"
)
LONGEST_REFERENCE = 64


@attrs.frozen(kw_only=True)
class PooledContainer:
    """A shared container as it is kept.

    Args:
        id: its identifier.
        reference: what people call it.
        capacity: what it takes when it is empty.
        load: what is booked in it.
        stage: the code of its stage, of `pooling.SEA_ROUTE`.
        smallest_litres: the smallest booking: with less free, it goes to sea by itself.
        closed_at: when it left the first stage (UTC); None while it takes bookings.
        cancelled_at: when it was cancelled (UTC); None when it was not.
        version: 1, and 1 more with each change.
        created_at: when it was opened (UTC).
        updated_at: when it was last changed (UTC).
    """

    id: str
    reference: str
    capacity: Capacity
    load: Load
    stage: str
    smallest_litres: int
    closed_at: datetime | None
    cancelled_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def free_litres(self) -> int:
        """What can still be sold."""
        return self.capacity.billed_litres - self.load.litres

    @property
    def free_grams(self) -> int:
        """The weight that can still be loaded."""
        return self.capacity.payload_grams - self.load.grams

    @property
    def fill_percent(self) -> Decimal:
        """How much of the billed volume is booked, in percent, to 0.1, rounded down.

        Rounded down so that 100 says that nothing is free.
        """
        return Decimal(self.load.litres * 1000 // self.capacity.billed_litres).scaleb(-1)

    @property
    def takes_bookings(self) -> bool:
        """Whether an order that fits can be booked in it."""
        return self.closed_at is None and self.cancelled_at is None


def container_of(row: RowMapping, prefix: str = "") -> PooledContainer:
    """The container of a row, whose columns may all begin with a word."""
    return PooledContainer(
        id=row[prefix + "id"],
        reference=row[prefix + "reference"],
        capacity=Capacity(
            billed_litres=row[prefix + "billed_litres"],
            stowable_litres=row[prefix + "stowable_litres"],
            payload_grams=row[prefix + "payload_grams"],
        ),
        load=Load(row[prefix + "booked_litres"], row[prefix + "booked_grams"]),
        stage=row[prefix + "stage"],
        smallest_litres=row[prefix + "smallest_litres"],
        closed_at=row[prefix + "closed_at"],
        cancelled_at=row[prefix + "cancelled_at"],
        version=row[prefix + "version"],
        created_at=row[prefix + "created_at"],
        updated_at=row[prefix + "updated_at"],
    )


class ContainerStore:
    """Keeps shared containers.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        reference: str,
        capacity: Capacity | None = None,
        *,
        smallest_litres: int = SMALLEST_LITRES,
        at: datetime,
        actor: str,
    ) -> PooledContainer:
        """Opens a container that takes bookings.

        Args:
            reference: what people call it: one line of 1 to 64 characters, used by no other.
            capacity: what it takes; a forty-foot high cube by default.
            smallest_litres: with less than this free, it goes to sea by itself; 1 litre or more.
            at: the moment, an aware datetime.
            actor: who opens it.

        Raises:
            PoolFaults: the reference is another container's, or something is refused.
        """
        kind = Capacity() if capacity is None else capacity
        found = FaultList()
        check_line(found, "reference", reference, most=LONGEST_REFERENCE)
        if check_is(found, "capacity", kind, Capacity):
            most = kind.billed_litres
            check_whole(found, "smallest_litres", smallest_litres, least=1, most=most)
        found.raise_if_any(PoolFaults)
        values = {
            "id": uuid4().hex,
            "reference": reference.strip(),
            "billed_litres": kind.billed_litres,
            "stowable_litres": kind.stowable_litres,
            "payload_grams": kind.payload_grams,
            "booked_litres": 0,
            "booked_grams": 0,
            "stage": SEA_ROUTE.first.code,
            "smallest_litres": smallest_litres,
            "created_at": at,
            "updated_at": at,
            "version": 1,
        }
        table = logistics_containers
        once = inserting(self._connection, table).values(values)
        once = once.on_conflict_do_nothing(index_elements=["reference"])
        row = self._connection.execute(once.returning(*table.c)).mappings().one_or_none()
        if row is None:
            raise PoolFaults.of(REFERENCE_TAKEN, "reference", given=shown(reference))
        detail = {
            "to": row["stage"],
            "reference": row["reference"],
            "litres": row["billed_litres"],
        }
        note(
            self._connection, SubjectKind.CONTAINER, row["id"], "opened",
            at=at, actor=actor, detail=detail,
        )  # fmt: skip
        return container_of(row)

    def get(self, container_id: str) -> PooledContainer:
        """Gives a container.

        Raises:
            ContainerMissing: there is no such container.
        """
        if not is_id(container_id):
            raise container_missing()
        table = logistics_containers
        return self._one(select(table).where(table.c.id == container_id))

    def by_reference(self, reference: str) -> PooledContainer:
        """Gives the container that people call so.

        Raises:
            ContainerMissing: there is no such container.
        """
        table = logistics_containers
        return self._one(select(table).where(table.c.reference == reference))

    def several(self, container_ids: Iterable[str]) -> tuple[PooledContainer, ...]:
        """Gives the containers of several identifiers, the oldest first."""
        table = logistics_containers
        found: list[PooledContainer] = []
        for some in _locks.rounds(filter(is_id, container_ids)):
            found += self._several(select(table).where(table.c.id.in_(some)))
        return tuple(sorted(found, key=lambda each: (each.created_at, each.id)))

    def open(self) -> tuple[PooledContainer, ...]:
        """Gives the containers that take bookings, the oldest first."""
        table = logistics_containers
        takes = table.c.closed_at.is_(None) & table.c.cancelled_at.is_(None)
        statement = select(table).where(takes).order_by(table.c.created_at, table.c.id)
        return self._several(statement)

    def page(
        self,
        *,
        stage: str | None = None,
        cancelled: bool | None = None,
        search: str = "",
        number: int = 1,
        per_page: int = 20,
    ) -> tuple[PooledContainer, ...]:
        """Gives containers, the newest first, a page at a time.

        Args:
            stage: only those at this stage and not cancelled.
            cancelled: only those that were cancelled, or only the others.
            search: only those whose reference has this in it, in capitals or not.
            number: which page, from 1.
            per_page: how many a page.
        """
        table = logistics_containers
        statement = select(table).where(*_filters(stage, cancelled, search))
        ordered = statement.order_by(table.c.created_at.desc(), table.c.id)
        return self._several(ordered.limit(per_page).offset((number - 1) * per_page))

    def count(
        self, *, stage: str | None = None, cancelled: bool | None = None, search: str = ""
    ) -> int:
        """Gives how many containers there are; see `page`."""
        filters = _filters(stage, cancelled, search)
        statement = select(func.count()).select_from(logistics_containers).where(*filters)
        return self._connection.execute(statement).scalar_one()

    def history(self, container_id: str) -> tuple[Event, ...]:
        """Gives every move of a container, the first one first."""
        return history(self._connection, SubjectKind.CONTAINER, container_id)

    # ``Any``: of all the columns, which are of every kind.
    def _one(self, statement: Select[Any]) -> PooledContainer:
        found = self._several(statement)
        if not found:
            raise container_missing()
        return found[0]

    def _several(self, statement: Select[Any]) -> tuple[PooledContainer, ...]:
        return tuple(map(container_of, self._connection.execute(statement).mappings()))


def _filters(stage: str | None, cancelled: bool | None, search: str) -> list[ColumnElement[bool]]:
    table = logistics_containers.c
    filters: list[ColumnElement[bool]] = []
    if stage is not None:
        filters += [table.stage == stage, table.cancelled_at.is_(None)]
    if cancelled is not None:
        filters.append(
            table.cancelled_at.is_not(None) if cancelled else table.cancelled_at.is_(None)
        )
    if search.strip():
        filters.append(table.reference.icontains(search.strip(), autoescape=True))
    return filters
