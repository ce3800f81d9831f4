"""`FreightOffice`: group freight as administrators run it, with its costs and margins.

Each method is one transaction. ``actor`` is who does it (None: the command line), kept in the
history. What these methods answer never goes to a merchant.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from comptoir_web.freight.decisions import read_decisions
from comptoir_web.freight.letters import tell_cancelled, tell_container
from comptoir_web.freight.listing import find_orders, office_orders
from comptoir_web.freight.office_base import check_seen
from comptoir_web.freight.office_containers import ContainerOffice
from comptoir_web.freight.office_people import PeopleOffice
from comptoir_web.freight.office_tariffs import TariffOffice
from comptoir_web.freight.office_values import OfficeOrderDetail, OfficeOrderPage
from comptoir_web.freight.reading import COMMAND_LINE, check_container_ids
from comptoir_web.freight.statistics import figures_of, months_between
from logistics_core.pooling import OrderState
from logistics_core.storage.booking import book
from logistics_core.storage.cancelling import cancel_order
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.proofs import ProofStore
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import Decisions, Figures
    from logistics_core.storage.orders import Order

__all__ = ["FreightOffice"]


@frozen
class FreightOffice(TariffOffice, ContainerOffice, PeopleOffice):
    """Tariffs, containers, orders and merchants of an installation, for its administrators."""

    def decisions(self) -> Decisions:
        """What waits for an administrator."""
        with reading(self.engine) as connection:
            return read_decisions(connection, at=self.clock())

    # -- orders -------------------------------------------------------------------------------

    def orders(
        self,
        *,
        state: str | None = None,
        category: str | None = None,
        container_id: str | None = None,
        owner: str | None = None,
        search: str = "",
        sort: str = "number",
        descending: bool = True,
        number: int = 1,
        per_page: int = 25,
    ) -> OfficeOrderPage:
        """A page of the orders of everyone, with their costs and margins."""
        with reading(self.engine) as connection:
            found, number, total = find_orders(
                connection,
                state=state,
                category=category,
                container_id=container_id,
                owner=owner,
                search=search,
                sort=sort,
                descending=descending,
                number=number,
                per_page=per_page,
            )
            orders = office_orders(connection, found)
        return OfficeOrderPage(orders=orders, number=number, per_page=per_page, total=total)

    def order(self, order_id: str) -> OfficeOrderDetail:
        """One of them with its history; `OrderMissing` when there is none."""
        with reading(self.engine) as connection:
            store = OrderStore(connection)
            order = store.get(order_id)
            (line,) = office_orders(connection, [order])
            return OfficeOrderDetail(
                line=line,
                expired=order.state is OrderState.QUOTE and not order.quote.valid_at(self.clock()),
                history=store.history(order_id),
                proofs=ProofStore(connection).page(order_id=order_id, per_page=100),
                payments=PaymentStore(connection).of_order(order_id),
            )

    def order_numbered(self, number: int) -> Order:
        """The order of a number; `OrderMissing` when there is none."""
        with reading(self.engine) as connection:
            return OrderStore(connection).by_number(number)

    def cancel_order(
        self, order_id: str, *, actor: str | None, version: int | None = None
    ) -> Order:
        """Cancel an order that has not left; what was paid goes back to its merchant's wallet.

        Args:
            order_id: Which.
            actor: Who does it.
            version: That was read before deciding; None: whatever it is now.

        Raises:
            StaleVersion: It changed since that version; nothing is done.
            MoveRefused: It has left.
            OrderMissing: There is no such order.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            before = OrderStore(connection).get(order_id)
            order = cancel_order(connection, order_id, at=at, actor=actor or COMMAND_LINE)
            if before.state is not order.state:
                check_seen(order.version, version)
                tell_cancelled(connection, self.queue, [order], at=at)
            return order

    def book_order(self, order_id: str, container_id: str, *, actor: str | None) -> Order:
        """Book an order into a container for its merchant; `NoRoom` when it does not fit."""
        check_container_ids(container_id)
        at = self.clock()
        with transaction(self.engine) as connection:
            booked = book(connection, order_id, container_id, at=at, actor=actor or COMMAND_LINE)
            if booked.sailed:
                tell_container(connection, self.queue, container_id, at=at)
            return booked.order

    # -- figures ------------------------------------------------------------------------------

    def figures(
        self, *, since: date | None = None, until: date | None = None
    ) -> tuple[Figures, ...]:
        """Revenue, volume and margin of what was sold, one a currency, the largest first.

        Args:
            since: The first month (any day of it); None: a year before the last.
            until: The last month; None: the present one.
        """
        months = months_between(since, until, today=self.clock().date())
        with reading(self.engine) as connection:
            return figures_of(connection, months)
