"""Containers and the waiting pool as administrators run them.

What is done to a container may carry the version that was on the screen: where it changed since,
nothing is done. That is told from the container as the act left it, its row still held, so that
nobody comes in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from comptoir_web.freight.filling import proposal_of, read_pool, read_proposals
from comptoir_web.freight.letters import tell_cancelled, tell_container
from comptoir_web.freight.listing import office_orders
from comptoir_web.freight.office_base import Office, check_seen
from comptoir_web.freight.office_values import ContainerDetail, ContainerPage
from comptoir_web.freight.reading import COMMAND_LINE, currency_at, key_of, within
from comptoir_web.freight.requests import note_request, requested
from comptoir_web.freight.statistics import container_figures
from logistics_core.errors import ContainerMissing, PoolFaults, StaleVersion
from logistics_core.pooling import SEA_ROUTE, Capacity
from logistics_core.storage.cancelling import cancel_container
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.events import SubjectKind
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.pool import fill_from_pool
from logistics_core.storage.sailing import advance, close_container
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Collection

    from comptoir_web.freight.office_values import Pool, Proposal
    from logistics_core.storage.containers import PooledContainer

__all__ = ["ContainerOffice"]


class ContainerOffice(Office):
    """The containers of an installation, with what they earn."""

    __slots__ = ()

    def containers(
        self, *, stage: str | None = None, number: int = 1, per_page: int = 25
    ) -> ContainerPage:
        """A page of the containers with what they earn, the newest first."""
        with reading(self.engine) as connection:
            store = ContainerStore(connection)
            total = store.count(stage=stage)
            number = within(number, per_page, total)
            found = store.page(stage=stage, number=number, per_page=per_page)
            currency = currency_at(connection, self.clock())
            figures = container_figures(connection, found, currency=currency)
        return ContainerPage(containers=figures, number=number, per_page=per_page, total=total)

    def container(self, container_id: str) -> ContainerDetail:
        """One of them with its orders, its moves and what the pool would fill it with."""
        at = self.clock()
        with reading(self.engine) as connection:
            store = ContainerStore(connection)
            container = store.get(container_id)
            currency = currency_at(connection, at)
            orders = OrderStore(connection)
            (figures,) = container_figures(connection, [container], currency=currency)
            total = orders.count(container_id=container_id)
            inside = orders.page(container_id=container_id, per_page=max(total, 1))
            proposals = read_proposals(connection, [container], at=at, currency=currency)
            following = SEA_ROUTE.next(container.stage)
            return ContainerDetail(
                figures=figures,
                history=store.history(container_id),
                orders=office_orders(connection, inside),
                next_stage=None if following is None or container.cancelled_at else following.code,
                proposal=proposals[0] if container.takes_bookings else None,
            )

    def container_called(self, reference: str) -> PooledContainer:
        """The container that people call so; `ContainerMissing` when there is none."""
        with reading(self.engine) as connection:
            return ContainerStore(connection).by_reference(reference)

    def add_container(
        self,
        reference: str,
        *,
        capacity: Capacity | None = None,
        actor: str | None,
        request_id: str | None = None,
    ) -> PooledContainer:
        """Open a container for bookings.

        Args:
            reference: What people call it; no other is called so.
            capacity: What it takes; None: the usual forty feet.
            actor: Who does it.
            request_id: Sent again under the same one, it is the container opened first.

        Raises:
            PoolFaults: The reference is taken or not accepted.
        """
        at, who = self.clock(), actor or COMMAND_LINE
        key = None if request_id is None else key_of("container", who, request_id)
        try:
            with transaction(self.engine) as connection:
                made = ContainerStore(connection).add(
                    reference, capacity, smallest_litres=self.smallest_litres, at=at, actor=who
                )
                if key is not None:
                    kind = SubjectKind.CONTAINER
                    note_request(connection, kind, made.id, key, at=at, actor=who)
                return made
        except PoolFaults:
            known = None if key is None else self._opened(reference, capacity, key)
            if known is None:
                raise
            return known

    def _opened(
        self, reference: str, capacity: Capacity | None, key: str
    ) -> PooledContainer | None:
        """The container of a reference, if a request opened it, with that capacity."""
        with reading(self.engine) as connection:
            try:
                found = ContainerStore(connection).by_reference(reference.strip())
            except ContainerMissing:
                return None
            kind = SubjectKind.CONTAINER
            mine = requested(connection, kind, key, subject_id=found.id)
            return found if mine and found.capacity == (capacity or Capacity()) else None

    def close_container(
        self, container_id: str, *, actor: str | None, version: int | None = None
    ) -> PooledContainer:
        """Close a container: it goes to sea; sent again it answers the same.

        Args:
            container_id: Which.
            actor: Who does it.
            version: That was read before deciding; None: whatever it is now.

        Raises:
            StaleVersion: It changed since that version; nothing is done.
            MoveRefused: It was cancelled.
            ContainerMissing: There is no such container.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            closed = close_container(connection, container_id, at=at, actor=actor or COMMAND_LINE)
            if closed.updated_at == at:
                check_seen(closed.version, version)
                tell_container(connection, self.queue, container_id, at=at)
            return closed

    def advance(
        self, container_id: str, stage: str, *, actor: str | None, version: int | None = None
    ) -> PooledContainer:
        """Move a container to its next stage; `version` as for `close_container`.

        Raises:
            StaleVersion: It changed since that version; nothing is done.
            MoveRefused: That is not its next stage.
            ContainerMissing: There is no such container.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            moved = advance(connection, container_id, stage, at=at, actor=actor or COMMAND_LINE)
            if moved.updated_at == at:
                check_seen(moved.version, version)
                tell_container(connection, self.queue, container_id, at=at)
            return moved

    def cancel_container(
        self, container_id: str, *, actor: str | None, version: int | None = None
    ) -> PooledContainer:
        """Cancel a container: its orders are cancelled, what was paid goes back to the wallets.

        Cancelled before, it stays as it is; `version` as for `close_container`.

        Raises:
            StaleVersion: It changed since that version; nothing is done.
            MoveRefused: It has arrived.
            ContainerMissing: There is no such container.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            done = cancel_container(connection, container_id, at=at, actor=actor or COMMAND_LINE)
            if done.container.updated_at == at:
                check_seen(done.container.version, version, changes=1 + bool(done.orders))
            tell_cancelled(connection, self.queue, done.orders, at=at)
            return done.container

    # -- the pool -----------------------------------------------------------------------------

    def pool(self) -> Pool:
        """The orders that wait for room, and what is proposed for each open container."""
        at = self.clock()
        with reading(self.engine) as connection:
            return read_pool(connection, at=at, currency=currency_at(connection, at))

    def proposal(self, container_id: str) -> Proposal:
        """What the pool would best fill a container with; nothing is booked."""
        at = self.clock()
        with reading(self.engine) as connection:
            container = ContainerStore(connection).get(container_id)
            (found,) = read_proposals(
                connection, [container], at=at, currency=currency_at(connection, at)
            )
        return found

    def fill(
        self,
        container_id: str,
        *,
        actor: str | None,
        version: int | None = None,
        proposed: Collection[str] | None = None,
    ) -> Proposal:
        """Book what the pool fills a container with best, as it is at that moment.

        Args:
            container_id: Which.
            actor: Who does it.
            version: Of the container, that was read before deciding; None: whatever it is now.
            proposed: The ids of the orders that were read; None: whichever are best now.

        Raises:
            StaleVersion: The container, or what the pool fills it with, changed since; nothing is
                booked.
            ContainerMissing, MoveRefused: There is none, or it takes no booking.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            store = OrderStore(connection)
            litres = {each.id: each.litres for each in store.waiting()}
            done = fill_from_pool(connection, container_id, at=at, actor=actor or COMMAND_LINE)
            if done.booked:
                check_seen(done.container.version, version, changes=1 + done.sailed)
            if proposed is not None and set(proposed) != set(done.booked):
                raise StaleVersion("what is kept was changed at this very moment: read it again")
            if done.sailed:
                tell_container(connection, self.queue, container_id, at=at)
            return proposal_of(
                done.container,
                evolve(done.choice, ids=done.booked),
                office_orders(connection, store.several(done.booked)),
                litres,
                currency=currency_at(connection, at),
            )
