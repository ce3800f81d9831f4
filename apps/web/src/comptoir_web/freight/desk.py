"""`FreightDesk`: what a merchant asks of group freight, for the pages and the API alike.

Each method is one transaction. ``owner`` is the merchant's account; another's order does not
exist. ``actor`` is who does it (None: the owner), kept in the history. Nothing here answers with a
cost or a margin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.freight.letters import tell_container, tell_moved
from comptoir_web.freight.reading import (
    check_container_ids,
    currency_at,
    details_of,
    key_of,
    within,
)
from comptoir_web.freight.rooms import check_room, gauge_of, offer_of
from comptoir_web.freight.values import (
    ClientCategory,
    ClientTariff,
    ContainerGauge,
    OrderDetail,
    OrderPage,
    SupplierPage,
    Wallet,
)
from logistics_core.errors import NoRoom, SupplierMissing
from logistics_core.pooling import Offer, fits
from logistics_core.storage.booking import book, book_part, wait
from logistics_core.storage.cancelling import cancel_order
from logistics_core.storage.catalogue import SupplierStore
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.paying import record_payment
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.proofs import ProofStore
from logistics_core.storage.tariffs import TariffStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.suppliers import Badge
from logistics_core.tariffs import quote
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.jobs.queue import JobQueue
    from logistics_core.storage.booking import Booked
    from logistics_core.storage.orders import Order
    from logistics_core.suppliers import Supplier
    from logistics_core.tariffs import ClientQuote, Purchase
    from shared_kernel import Money

__all__ = ["FreightDesk"]


@frozen
class FreightDesk:
    """Prices, quotes, orders and wallet of the merchants of an installation.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        queue: Where text messages are asked for; None asks for none.
    """

    engine: Engine
    clock: Callable[[], datetime]
    queue: JobQueue | None = None

    # -- prices and quotes --------------------------------------------------------------------

    def tariff(self, owner: str | None = None) -> ClientTariff:
        """The prices in force, with the commission agreed with the merchant.

        Raises:
            TariffMissing: None is in force.
        """
        with reading(self.engine) as connection:
            tariff = TariffStore(connection).in_force(self.clock())
            agreed = _agreed(connection, owner)
        return ClientTariff(
            version=tariff.version,
            goods_currency=tariff.goods_currency,
            currency=tariff.currency,
            rate=tariff.rate,
            commission=tariff.commission if agreed is None else agreed,
            categories=tuple(
                ClientCategory(
                    code=each.code,
                    label_fr=each.label_fr,
                    label_en=each.label_en,
                    price=each.price,
                )
                for each in tariff.categories
            ),
            minimum_freight=tariff.minimum_freight,
            kg_per_cbm=tariff.kg_per_cbm,
            effective_until=tariff.effective_until,
        )

    def quote(
        self, owner: str | None, purchase: Purchase, *, commission: Decimal | None = None
    ) -> ClientQuote:
        """The price of a purchase now; nothing is kept.

        Args:
            owner: Whose agreed commission counts; None: the tariff's.
            purchase: What is bought.
            commission: In place of the agreed one (an administrator's).

        Raises:
            PurchaseFaults: The purchase cannot be quoted.
            TariffMissing: No tariff is in force.
        """
        at = self.clock()
        with reading(self.engine) as connection:
            tariff = TariffStore(connection).in_force(at)
            agreed = _agreed(connection, owner) if commission is None else commission
            check_room(connection, purchase)
        return quote(purchase, tariff, at=at, commission=agreed).client

    def save_quote(
        self, owner: str, purchase: Purchase, *, request_id: str, actor: str | None = None
    ) -> Order:
        """Keep a quote as an order; the same request gives the same order.

        Raises:
            PurchaseFaults: The purchase cannot be quoted, or is larger than any container.
            TariffMissing: No tariff is in force.
        """
        at = self.clock()
        with transaction(self.engine) as connection:
            check_room(connection, purchase)
            tariff = TariffStore(connection).in_force(at)
            terms = MerchantStore(connection).terms(owner)
            return OrderStore(connection).add(
                owner,
                purchase,
                quote(purchase, tariff, at=at, commission=terms.commission),
                commission=terms.commission,
                priority=terms.priority,
                at=at,
                actor=actor or owner,
                request_id=key_of("order", owner, request_id),
            )

    def quote_again(
        self, owner: str, order_id: str, *, request_id: str, actor: str | None = None
    ) -> Order:
        """A new quote, at the prices of now, for the purchase of another order of the merchant's.

        Raises:
            OrderMissing: There is no such order of this merchant.
            TariffMissing: No tariff is in force.
        """
        with reading(self.engine) as connection:
            known = OrderStore(connection).get(order_id, owner=owner)
        return self.save_quote(
            owner, known.purchase, request_id=f"{order_id}/{request_id}", actor=actor
        )

    # -- orders -------------------------------------------------------------------------------

    def order(self, owner: str, order_id: str) -> OrderDetail:
        """An order with what is expected next; `OrderMissing` when it is not this merchant's."""
        with reading(self.engine) as connection:
            order = OrderStore(connection).get(order_id, owner=owner)
            payments = PaymentStore(connection).of_order(order.id)
            (detail,) = details_of(connection, [order], at=self.clock(), payments=payments)
        return detail

    def orders(self, owner: str, *, number: int = 1, per_page: int = 20) -> OrderPage:
        """A page of the merchant's orders, the newest first."""
        with reading(self.engine) as connection:
            store = OrderStore(connection)
            total = store.count(owner=owner)
            number = within(number, per_page, total)
            found = store.of_owner(owner, number=number, per_page=per_page)
            details = details_of(connection, found, at=self.clock())
        return OrderPage(details=details, number=number, per_page=per_page, total=total)

    def offers(self, owner: str, order_id: str, *, container_id: str | None = None) -> Offer:
        """What can be had for an order now: containers that take all of it, a part, or waiting.

        Args:
            owner: Whose order.
            order_id: Which.
            container_id: The container whose part is wanted; None: the oldest open one.

        Raises:
            OrderMissing, ContainerMissing: There is none of this merchant, or none.
        """
        check_container_ids(*([] if container_id is None else [container_id]))
        with reading(self.engine) as connection:
            order = OrderStore(connection).get(order_id, owner=owner)
            store = ContainerStore(connection)
            containers = store.open()
            asked = None if container_id is None else store.get(container_id)
        return offer_of(order, containers, asked)

    def containers_open(self) -> tuple[ContainerGauge, ...]:
        """The containers that take bookings, the oldest first."""
        with reading(self.engine) as connection:
            return tuple(gauge_of(each) for each in ContainerStore(connection).open())

    def confirm(
        self,
        owner: str,
        order_id: str,
        *,
        container_id: str | None = None,
        actor: str | None = None,
    ) -> Booked:
        """Confirm an order, whole, into one container; sent again it answers the same.

        Args:
            owner: Whose order.
            order_id: Which.
            container_id: None: the oldest container that has room for all of it.
            actor: Who does it.

        Raises:
            NoRoom: It does not fit; ``.offer`` has what is proposed instead.
            QuoteExpired: The quote was not confirmed in time.
            MoveRefused: The order is past that.
            OrderMissing, ContainerMissing: There is none of this merchant, or none.
        """
        with transaction(self.engine) as connection:
            if container_id is None:
                booked = self._confirm_somewhere(connection, owner, order_id, actor or owner)
            else:
                check_container_ids(container_id)
                booked = book(
                    connection,
                    order_id,
                    container_id,
                    owner=owner,
                    at=self.clock(),
                    actor=actor or owner,
                )
            if booked.sailed:
                tell_container(connection, self.queue, booked.container.id, at=self.clock())
            return booked

    def confirm_split(
        self,
        owner: str,
        order_id: str,
        parts: Mapping[str, int],
        *,
        rest_waits: bool,
        agreed: bool,
        actor: str | None = None,
    ) -> Order:
        """Confirm an order over several containers, with the merchant's agreement.

        Args:
            owner: Whose order.
            order_id: Which.
            parts: Litres by container.
            rest_waits: Whether what is left waits in the pool.
            agreed: The merchant's agreement to the split.
            actor: Who does it.

        Raises:
            PoolFaults: The agreement is missing, or the parts do not make the order.
            NoRoom: A part does not fit any more; nothing was booked.
            QuoteExpired, MoveRefused, OrderMissing, ContainerMissing: As for `confirm`.
        """
        check_container_ids(*parts)
        with transaction(self.engine) as connection:
            booked = book_part(
                connection,
                order_id,
                parts,
                owner=owner,
                rest_waits=rest_waits,
                agreed=agreed,
                at=self.clock(),
                actor=actor or owner,
            )
            for container_id in booked.sailed:
                tell_container(connection, self.queue, container_id, at=self.clock())
            return booked.order

    def wait(self, owner: str, order_id: str, *, actor: str | None = None) -> Order:
        """Confirm an order into the waiting pool; sent again it answers the same.

        Raises:
            QuoteExpired, MoveRefused, OrderMissing: As for `confirm`.
        """
        with transaction(self.engine) as connection:
            return wait(connection, order_id, owner=owner, at=self.clock(), actor=actor or owner)

    def cancel(self, owner: str, order_id: str, *, actor: str | None = None) -> Order:
        """Cancel an order that has not left; what was paid comes back to the wallet.

        Raises:
            MoveRefused: It is at sea, received, or cancelled.
            OrderMissing: There is no such order of this merchant.
        """
        with transaction(self.engine) as connection:
            return cancel_order(
                connection, order_id, owner=owner, at=self.clock(), actor=actor or owner
            )

    # -- money --------------------------------------------------------------------------------

    def wallet(self, owner: str, *, number: int = 1, per_page: int = 20) -> Wallet:
        """The merchant's balance and a page of its movements."""
        with reading(self.engine) as connection:
            currency = currency_at(connection, self.clock())
            store = WalletStore(connection)
            total = store.count(owner)
            number = within(number, per_page, total)
            return Wallet(
                balance=store.balance(owner, currency),
                movements=store.movements(owner, number=number, per_page=per_page),
                number=number,
                per_page=per_page,
                total=total,
            )

    def pay_from_wallet(
        self,
        owner: str,
        order_id: str,
        *,
        key: str,
        amount: Money | None = None,
        actor: str | None = None,
    ) -> Order:
        """Pay an order from the wallet; the same key pays once.

        Args:
            owner: Whose order and wallet.
            order_id: Which.
            key: Of the request: a form sent twice carries the same.
            amount: None: all that is due.
            actor: Who does it.

        Raises:
            NotEnough: The wallet does not hold that much.
            MoveRefused: Nothing is due of this order now.
            OrderMissing: There is no such order of this merchant.
            KeyReused: The key served for something else.
        """
        with transaction(self.engine) as connection:
            at = self.clock()
            order = record_payment(
                connection,
                order_id,
                amount,
                key=key_of("pay", owner, order_id, key),
                owner=owner,
                at=at,
                actor=actor or owner,
            )
            tell_moved(connection, self.queue, [order], at=at)
            return order

    # -- suppliers ----------------------------------------------------------------------------

    def suppliers(
        self,
        *,
        search: str = "",
        category: str | None = None,
        country: str | None = None,
        badge: str | None = None,
        number: int = 1,
        per_page: int = 20,
    ) -> SupplierPage:
        """A page of the suppliers that are listed."""
        known = badge if badge in tuple(Badge) else None
        with reading(self.engine) as connection:
            store = SupplierStore(connection)
            page = store.page(
                search=search,
                category=category,
                country=country,
                badge=None if known is None else Badge(known),
                number=number,
                per_page=per_page,
            )
            facets = store.facets()
        return SupplierPage(
            suppliers=tuple(saved.supplier for saved in page.suppliers),
            categories=facets.categories,
            countries=facets.countries,
            number=page.number,
            per_page=per_page,
            total=page.total,
        )

    def supplier(self, supplier_id: str) -> Supplier:
        """A supplier that is listed; `SupplierMissing` otherwise."""
        with reading(self.engine) as connection:
            supplier = SupplierStore(connection).get(supplier_id).supplier
        if not supplier.listed:
            raise SupplierMissing("there is no such supplier in the catalogue")
        return supplier

    # -- a person's data ----------------------------------------------------------------------

    def export(self, owner: str) -> Mapping[str, object]:
        """Everything kept of a merchant, ready for JSON; no cost and no margin."""
        with reading(self.engine) as connection:
            return {
                "orders": OrderStore(connection).export(owner),
                "wallet": WalletStore(connection).export(owner),
                "payments": PaymentStore(connection).export(owner),
                "proofs": ProofStore(connection).export(owner),
                "terms": MerchantStore(connection).export(owner),
            }

    # -- behind -------------------------------------------------------------------------------

    def _confirm_somewhere(
        self, connection: Connection, owner: str, order_id: str, actor: str
    ) -> Booked:
        """Book an order into the oldest container that takes all of it."""
        order = OrderStore(connection).get(order_id, owner=owner)
        if order.bookings:
            # A form sent twice: the place it has is the answer.
            place = order.bookings[0].container_id
            return book(connection, order_id, place, owner=owner, at=self.clock(), actor=actor)
        containers = ContainerStore(connection).open()
        for container in containers:
            if fits(order.litres, order.grams, capacity=container.capacity, load=container.load):
                # Another merchant may take the room between the look and the booking.
                with suppress(NoRoom):
                    return book(
                        connection,
                        order_id,
                        container.id,
                        owner=owner,
                        at=self.clock(),
                        actor=actor,
                    )
        refused = NoRoom("no container has the room for all of this order")
        refused.offer = offer_of(order, containers, None)
        raise refused


def _agreed(connection: Connection, owner: str | None) -> Decimal | None:
    """The commission agreed with a merchant; None: the tariff's."""
    return None if owner is None else MerchantStore(connection).terms(owner).commission
