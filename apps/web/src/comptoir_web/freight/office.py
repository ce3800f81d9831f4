"""`FreightOffice`: group freight as administrators run it, with its costs and margins.

Each method is one transaction. ``actor`` is who does it (None: the command line), kept in the
history. What these methods answer never goes to a merchant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from sqlalchemy import Engine

from comptoir_web.freight.decisions import read_decisions
from comptoir_web.freight.filling import proposal_of, read_pool, read_proposals
from comptoir_web.freight.letters import tell_cancelled, tell_container
from comptoir_web.freight.listing import find_orders, office_orders
from comptoir_web.freight.merchants import check_merchant, read_merchant, read_merchants
from comptoir_web.freight.office_values import (
    ContainerDetail,
    ContainerPage,
    OfficeOrderDetail,
    OfficeOrderPage,
    SavedSupplierPage,
    TariffPreview,
)
from comptoir_web.freight.reading import (
    COMMAND_LINE,
    check_container_ids,
    currency_at,
    key_of,
    tariff_at,
    within,
)
from comptoir_web.freight.requests import note_request, requested
from comptoir_web.freight.statistics import container_figures, figures_of, months_between
from logistics_core.errors import ContainerMissing, PoolFaults, TariffOverlap
from logistics_core.pooling import SEA_ROUTE, OrderState
from logistics_core.storage.booking import book
from logistics_core.storage.cancelling import cancel_container, cancel_order
from logistics_core.storage.catalogue import SupplierStore
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.events import SubjectKind
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.pool import fill_from_pool
from logistics_core.storage.proofs import ProofStore
from logistics_core.storage.sailing import advance, close_container
from logistics_core.storage.tariffs import TariffStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.tariffs import effects, quote
from shared_kernel import from_minor
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import (
        Decisions,
        Figures,
        Merchant,
        MerchantPage,
        Pool,
        Proposal,
    )
    from comptoir_web.jobs.queue import JobQueue
    from logistics_core.merchants import MerchantTerms
    from logistics_core.pooling import Capacity
    from logistics_core.storage.catalogue import SavedSupplier
    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.orders import Order
    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.suppliers import Supplier
    from logistics_core.tariffs import Purchase, Quote, Tariff
    from logistics_core.wallets import Movement
    from shared_kernel import Money

__all__ = ["FreightOffice"]


@frozen
class FreightOffice:
    """Containers, orders, tariffs and merchants of an installation, for its administrators.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        queue: Where text messages are asked for; None asks for none.
        smallest_litres: The smallest bookable volume of a new container.
    """

    engine: Engine
    clock: Callable[[], datetime]
    queue: JobQueue | None = None
    smallest_litres: int = 500

    def decisions(self) -> Decisions:
        """What waits for an administrator."""
        with reading(self.engine) as connection:
            return read_decisions(connection, at=self.clock())

    # -- tariffs ------------------------------------------------------------------------------

    def tariffs(self) -> tuple[PublishedTariff, ...]:
        """Every tariff ever published, the newest first."""
        with reading(self.engine) as connection:
            return TariffStore(connection).all()

    def tariff(self, version: int) -> PublishedTariff:
        """One of them; `TariffMissing` when there is none of that version."""
        with reading(self.engine) as connection:
            return TariffStore(connection).version(version)

    def current_tariff(self) -> PublishedTariff | None:
        """The one in force; None when nothing can be quoted."""
        with reading(self.engine) as connection:
            return tariff_at(connection, self.clock())

    def publish(
        self, tariff: Tariff, *, actor: str | None, note: str = "", request_id: str | None = None
    ) -> Tariff:
        """Publish a tariff; the one it follows ends where it begins. Quotes made stay as they are.

        Args:
            tariff: What to publish.
            actor: Who does it.
            note: Why.
            request_id: Sent again under the same one, it is the tariff published first.

        Raises:
            TariffFaults: It begins in the past.
            TariffOverlap: Its dates meet those of another.
        """
        at, who = self.clock(), actor or COMMAND_LINE
        key = None if request_id is None else key_of("tariff", who, request_id)
        kind = SubjectKind.TARIFF
        with transaction(self.engine) as connection:
            store = TariffStore(connection)
            if key is None:
                return store.publish(tariff, at=at, actor=who, note=note)
            attempt = connection.begin_nested()
            try:
                published = store.publish(tariff, at=at, actor=who, note=note)
                refused = None
            except TariffOverlap as error:
                published, refused = tariff, error
            # One publishes at a time: whoever was quicker with this request has committed.
            made = requested(connection, kind, key)
            if made is None and refused is None:
                version = str(published.version)
                note_request(connection, kind, version, key, at=at, actor=who)
                attempt.commit()
                return published
            attempt.rollback()
            if made is None and refused is not None:
                raise refused
            return store.version(int(made or 0)).tariff

    def publish_rate(
        self,
        rate: Decimal,
        *,
        real_rate: Decimal | None,
        effective_from: datetime | None,
        actor: str | None,
        note: str = "",
    ) -> Tariff:
        """Publish the tariff in force again with other rates of exchange.

        Args:
            rate: What is charged for one unit of the goods' currency.
            real_rate: What it costs; None: the same.
            effective_from: None: now.
            actor: Who does it.
            note: Why.

        Raises:
            TariffMissing: None is in force.
            TariffFaults, TariffOverlap: As for `publish`.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            store = TariffStore(connection)
            follows = evolve(
                store.in_force(at),
                version=0,
                effective_from=effective_from or at,
                effective_until=None,
                rate=rate,
                real_rate=real_rate,
            )
            return store.publish(follows, at=at, actor=actor or COMMAND_LINE, note=note)

    def preview(self, tariff: Tariff) -> TariffPreview:
        """What a tariff would do to the quotes that are open; nothing is kept."""
        at = self.clock()
        with reading(self.engine) as connection:
            quotes = OrderStore(connection).open_quotes(at)
            current = tariff_at(connection, at)
        orders = {each.order.id: each.order for each in quotes}
        found = effects(
            ((each.id, each.purchase, each.quote, each.commission) for each in orders.values()),
            tariff,
            at=at,
        )
        nothing = from_minor(0, tariff.currency)
        told = [each for each in found if each.margin_before is not None]
        return TariffPreview(
            effects=found,
            orders=orders,
            before=sum((each.before for each in told), start=nothing),
            after=sum((each.after for each in told if each.after), start=nothing),
            margin_before=sum((each.margin_before or nothing for each in told), start=nothing),
            margin_after=sum((each.margin_after or nothing for each in told), start=nothing),
            current=current,
        )

    def quote_internal(
        self,
        purchase: Purchase,
        *,
        owner: str | None = None,
        commission: Decimal | None = None,
    ) -> Quote:
        """A quote with its costs and margins; nothing is kept.

        Args:
            purchase: What is bought.
            owner: Whose agreed commission counts; None: the tariff's.
            commission: In place of either.

        Raises:
            PurchaseFaults: The purchase cannot be quoted.
            TariffMissing: No tariff is in force.
        """
        at = self.clock()
        with reading(self.engine) as connection:
            tariff = TariffStore(connection).in_force(at)
            if commission is None and owner is not None:
                commission = MerchantStore(connection).terms(owner).commission
        return quote(purchase, tariff, at=at, commission=commission)

    # -- containers ---------------------------------------------------------------------------

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
            known = None if key is None else self._opened(reference, key)
            if known is None:
                raise
            return known

    def _opened(self, reference: str, key: str) -> PooledContainer | None:
        """The container of a reference, if a request opened it."""
        with reading(self.engine) as connection:
            try:
                found = ContainerStore(connection).by_reference(reference.strip())
            except ContainerMissing:
                return None
            kind = SubjectKind.CONTAINER
            mine = requested(connection, kind, key, subject_id=found.id)
            return found if mine else None

    def close_container(self, container_id: str, *, actor: str | None) -> PooledContainer:
        """Close a container: it goes to sea; sent again it answers the same."""
        at = self.clock()
        with transaction(self.engine) as connection:
            closed = close_container(connection, container_id, at=at, actor=actor or COMMAND_LINE)
            if closed.updated_at == at:
                tell_container(connection, self.queue, container_id, at=at)
            return closed

    def advance(self, container_id: str, stage: str, *, actor: str | None) -> PooledContainer:
        """Move a container to its next stage.

        Raises:
            MoveRefused: That is not its next stage.
            ContainerMissing: There is no such container.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            moved = advance(connection, container_id, stage, at=at, actor=actor or COMMAND_LINE)
            if moved.updated_at == at:
                tell_container(connection, self.queue, container_id, at=at)
            return moved

    def cancel_container(self, container_id: str, *, actor: str | None) -> PooledContainer:
        """Cancel a container: its orders are cancelled, what was paid goes back to the wallets.

        Raises:
            MoveRefused: It has arrived.
            ContainerMissing: There is no such container.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            done = cancel_container(connection, container_id, at=at, actor=actor or COMMAND_LINE)
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

    def fill(self, container_id: str, *, actor: str | None) -> Proposal:
        """Book what the pool fills a container with best, as it is at that moment.

        Raises:
            ContainerMissing, MoveRefused: There is none, or it takes no booking.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            store = OrderStore(connection)
            litres = {each.id: each.litres for each in store.waiting()}
            done = fill_from_pool(connection, container_id, at=at, actor=actor or COMMAND_LINE)
            if done.sailed:
                tell_container(connection, self.queue, container_id, at=at)
            return proposal_of(
                done.container,
                evolve(done.choice, ids=done.booked),
                office_orders(connection, store.several(done.booked)),
                litres,
                currency=currency_at(connection, at),
            )

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

    def cancel_order(self, order_id: str, *, actor: str | None) -> Order:
        """Cancel an order that has not left; what was paid goes back to its merchant's wallet."""
        at = self.clock()
        with transaction(self.engine) as connection:
            before = OrderStore(connection).get(order_id)
            order = cancel_order(connection, order_id, at=at, actor=actor or COMMAND_LINE)
            if before.state is not order.state:
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

    # -- merchants ----------------------------------------------------------------------------

    def merchants(self, *, search: str = "", number: int = 1, per_page: int = 25) -> MerchantPage:
        """A page of the merchants' accounts, by name."""
        with reading(self.engine) as connection:
            return read_merchants(
                connection, search=search, number=number, per_page=per_page, at=self.clock()
            )

    def merchant(self, owner: str) -> Merchant:
        """One of them; `UnknownUser` when this is not the account of a merchant."""
        with reading(self.engine) as connection:
            return read_merchant(connection, owner, at=self.clock())

    def movements(self, owner: str, *, number: int = 1, per_page: int = 20) -> tuple[Movement, ...]:
        """A page of the movements of a merchant's wallet, the newest first."""
        with reading(self.engine) as connection:
            return WalletStore(connection).movements(owner, number=number, per_page=per_page)

    def save_terms(self, terms: MerchantTerms, *, version: int, actor: str | None) -> MerchantTerms:
        """Keep what was agreed with a merchant, from the version that was read (0 at first).

        Raises:
            StaleVersion: Someone saved meanwhile; nothing was written.
            UnknownUser: This is not the account of a merchant.
        """
        with transaction(self.engine) as connection:
            check_merchant(connection, terms.owner)
            return MerchantStore(connection).save(
                terms, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def withdraw(
        self, owner: str, amount: Money, *, key: str, actor: str | None, reference: str = ""
    ) -> Movement:
        """Pay a merchant out of the wallet; the same key pays once.

        Raises:
            NotEnough: The wallet does not hold that much.
            KeyReused: The key served for something else.
            UnknownUser: This is not the account of a merchant.
        """
        with transaction(self.engine) as connection:
            check_merchant(connection, owner)
            return WalletStore(connection).withdraw(
                owner,
                amount,
                key=key_of("withdrawal", owner, key),
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                reference=reference,
            )

    def deposit(
        self, owner: str, amount: Money, *, key: str, actor: str | None, reference: str = ""
    ) -> Movement:
        """Credit a merchant's wallet with money received otherwise; errors as for `withdraw`."""
        with transaction(self.engine) as connection:
            check_merchant(connection, owner)
            return WalletStore(connection).deposit(
                owner,
                amount,
                key=key_of("deposit", owner, key),
                at=self.clock(),
                actor=actor or COMMAND_LINE,
                reference=reference,
            )

    # -- suppliers ----------------------------------------------------------------------------

    def suppliers(
        self,
        *,
        search: str = "",
        listed: bool | None = None,
        number: int = 1,
        per_page: int = 25,
    ) -> SavedSupplierPage:
        """A page of the catalogue, those that are not listed too."""
        with reading(self.engine) as connection:
            page = SupplierStore(connection).page(
                search=search, listed=listed, number=number, per_page=per_page
            )
        return SavedSupplierPage(
            suppliers=page.suppliers, number=page.number, per_page=per_page, total=page.total
        )

    def supplier(self, supplier_id: str) -> SavedSupplier:
        """One of them; `SupplierMissing` when there is none."""
        with reading(self.engine) as connection:
            return SupplierStore(connection).get(supplier_id)

    def save_supplier(
        self, supplier: Supplier, *, version: int, actor: str | None
    ) -> SavedSupplier:
        """Keep a supplier, from the version that was read (0 at first); `StaleVersion`."""
        with transaction(self.engine) as connection:
            return SupplierStore(connection).save(
                supplier, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )

    def remove_supplier(self, supplier_id: str, *, actor: str | None) -> None:
        """Take a supplier out of the catalogue; `SupplierMissing` when there is none."""
        del actor  # the catalogue keeps no history
        with transaction(self.engine) as connection:
            SupplierStore(connection).remove(supplier_id)

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
