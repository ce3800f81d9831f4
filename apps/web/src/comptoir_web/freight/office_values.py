"""What administrators are shown of group freight: costs and margins stay in these classes.

No page, message or file of a merchant is made from any of them, and none shows a margin in its
``repr``, so that no log and no trace of an error tells one.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from logistics_core.merchants import MerchantTerms
    from logistics_core.payments import Payment, Proof
    from logistics_core.storage.catalogue import SavedSupplier
    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.orders import Event, Order
    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.tariffs import Effect, InternalQuote
    from shared_kernel import Money

__all__ = [
    "CategoryFigures",
    "ContainerDetail",
    "ContainerFigures",
    "ContainerPage",
    "Decisions",
    "Figures",
    "Margins",
    "Merchant",
    "MerchantPage",
    "MonthFigures",
    "OfficeOrder",
    "OfficeOrderDetail",
    "OfficeOrderPage",
    "OfficeProof",
    "Pool",
    "Proposal",
    "SavedSupplierPage",
    "Sold",
    "TariffPreview",
]


@frozen(kw_only=True)
class Margins:
    """What the platform earns, by where it comes from.

    Attributes:
        exchange: On the rate of exchange.
        commission: On the commission.
        freight: On the price of freight.
    """

    exchange: Money = field(repr=False)
    commission: Money = field(repr=False)
    freight: Money = field(repr=False)

    @property
    def total(self) -> Money:
        """All of it."""
        return self.exchange + self.commission + self.freight


@frozen(kw_only=True)
class Sold:
    """What was sold: orders, volume, revenue and margin; quotes count for nothing.

    Attributes:
        orders: How many.
        litres: The volume.
        revenue: What merchants pay.
        margins: What the platform earns.
    """

    orders: int
    litres: int
    revenue: Money
    margins: Margins

    @property
    def volume_cbm(self) -> Decimal:
        """The volume in cubic metres."""
        return Decimal(self.litres).scaleb(-3)


@frozen(kw_only=True)
class CategoryFigures(Sold):
    """What was sold of one category of goods; an order counts where it has a part.

    Attributes:
        code: Of the category.
    """

    code: str


@frozen(kw_only=True)
class MonthFigures(Sold):
    """What was sold of the orders made in one month.

    Attributes:
        month: Its first day.
    """

    month: date


@frozen(kw_only=True)
class Figures(Sold):
    """What was sold in one currency.

    Attributes:
        currency: ISO 4217 code.
        categories: The same by category, by code.
        months: The same by the month of the order, the oldest first, none left out.
    """

    currency: str
    categories: tuple[CategoryFigures, ...]
    months: tuple[MonthFigures, ...]


@frozen(kw_only=True)
class ContainerFigures:
    """A container with what it carries and earns.

    An order split over containers counts in each for its part of the volume, shared out so that
    the parts add up to the order.

    Attributes:
        container: Its stage, what is booked of it.
        orders: How many orders have a part in it.
        revenue: What merchants pay for it.
        margins: What the platform earns with it.
        categories: The same by category, by code.
    """

    container: PooledContainer
    orders: int
    revenue: Money
    margins: Margins
    categories: tuple[CategoryFigures, ...]


@frozen(kw_only=True)
class ContainerPage:
    """One page of containers, the newest first; pages are numbered from 1."""

    containers: tuple[ContainerFigures, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class OfficeOrder:
    """An order as an administrator sees it in a list.

    Attributes:
        order: What the merchant sees of it.
        internal: Costs and margins of its quote.
        merchant_id: The account.
        merchant_name: Its name; the id when the account was erased.
        merchant_contact: Its phone, or its address.
        paid: What was paid into it.
        due: What remains.
    """

    order: Order
    internal: InternalQuote
    merchant_id: str
    merchant_name: str
    merchant_contact: str
    paid: Money
    due: Money


@frozen(kw_only=True)
class OfficeOrderDetail:
    """An order with its whole history.

    Attributes:
        line: The order as in a list.
        expired: Whether it is a quote that can be confirmed no more.
        history: Its moves, the oldest first.
        proofs: Those sent for it, the newest first.
        payments: Those asked of a provider, the newest first.
    """

    line: OfficeOrder
    expired: bool
    history: tuple[Event, ...]
    proofs: tuple[Proof, ...]
    payments: tuple[Payment, ...]


@frozen(kw_only=True)
class OfficeOrderPage:
    """One page of orders; pages are numbered from 1."""

    orders: tuple[OfficeOrder, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class ContainerDetail:
    """A container, its moves and its orders.

    Attributes:
        figures: What it carries and earns.
        history: Its moves, the oldest first.
        orders: Those that have a part in it.
        next_stage: The code of the stage it may go to next; None at the end, or cancelled.
        proposal: What the pool would fill it with; None when it takes no booking.
    """

    figures: ContainerFigures
    history: tuple[Event, ...]
    orders: tuple[OfficeOrder, ...]
    next_stage: str | None
    proposal: Proposal | None


@frozen(kw_only=True)
class Proposal:
    """What the pool would best fill a container with.

    Attributes:
        container: As it is now.
        orders: Chosen, in the order they would be booked.
        litres: What they take.
        left_litres: What would remain free.
        gain: What the platform would earn with them.
        revenue: What merchants would pay for them.
        proven: Whether nothing fills it better.
    """

    container: PooledContainer
    orders: tuple[OfficeOrder, ...]
    litres: int
    left_litres: int
    gain: Money = field(repr=False)
    revenue: Money
    proven: bool


@frozen(kw_only=True)
class Pool:
    """The orders that wait for room, the most urgent first, and what is proposed for them.

    Attributes:
        orders: That wait.
        litres: What they ask for, in all.
        proposals: One for each container that takes bookings, the oldest first; each sees the
            whole pool.
        containers_needed: How many new containers would take them all.
    """

    orders: tuple[OfficeOrder, ...]
    litres: int
    proposals: tuple[Proposal, ...]
    containers_needed: int


@frozen(kw_only=True)
class TariffPreview:
    """What a tariff would do to the quotes that are open, before it is published.

    Attributes:
        effects: One an open quote, the oldest first.
        orders: The open quotes, by id.
        before: The total, as they are, of those that the new tariff can quote in its currency.
        after: The total that these would have.
        margin_before: What they would earn as they are, at the costs of the new tariff.
        margin_after: What they would earn if they were asked again.
        current: The tariff in force; None when there is none.
    """

    effects: tuple[Effect, ...]
    orders: dict[str, Order]
    before: Money
    after: Money
    margin_before: Money = field(repr=False)
    margin_after: Money = field(repr=False)
    current: PublishedTariff | None


@frozen(kw_only=True)
class Merchant:
    """A merchant's account with what was agreed and what it did.

    Attributes:
        id: Of the account.
        name: Of its owner.
        contact: Phone, or address.
        active: Whether it may sign in.
        terms: What was agreed; the defaults when nothing was.
        balance: In its wallet.
        orders: How many it has that were confirmed and not cancelled.
        revenue: What they come to.
        margin: What the platform earns with them.
        last_order_at: Of its last order, quotes included.
    """

    id: str
    name: str
    contact: str
    active: bool
    terms: MerchantTerms
    balance: Money
    orders: int
    revenue: Money
    margin: Money = field(repr=False)
    last_order_at: datetime | None


@frozen(kw_only=True)
class MerchantPage:
    """One page of merchants, by name; pages are numbered from 1."""

    merchants: tuple[Merchant, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class OfficeProof:
    """A proof of payment as an administrator decides on it.

    Attributes:
        proof: What was sent.
        order: What it is to pay for.
        merchant_name: Whose.
        merchant_contact: Phone, or address.
        due: What remains due of the order.
    """

    proof: Proof
    order: Order
    merchant_name: str
    merchant_contact: str
    due: Money


@frozen(kw_only=True)
class SavedSupplierPage:
    """One page of the catalogue as administrators keep it, those not listed too."""

    suppliers: tuple[SavedSupplier, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class Decisions:
    """What waits for an administrator.

    Attributes:
        proofs: To validate or refuse, the oldest first.
        nearly_full: Containers that take bookings and are nine tenths full or more.
        proposals: Containers that the pool would fill with something.
        late_payments: Asked of a provider more than an hour ago, and still without an answer.
        waiting: Orders that wait for room.
        tariff_missing: Whether nothing can be quoted: no tariff is in force.
        tariff_ends_at: When the one in force ends with nothing after it; None otherwise.
    """

    proofs: tuple[OfficeProof, ...]
    nearly_full: tuple[PooledContainer, ...]
    proposals: tuple[Proposal, ...]
    late_payments: tuple[Payment, ...]
    waiting: int
    tariff_missing: bool
    tariff_ends_at: datetime | None
