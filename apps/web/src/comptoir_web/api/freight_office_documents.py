"""Orders and containers on the wire, for administrators: closed schemas with their margins.

Nothing here is used by an endpoint that a merchant reaches: `api.freight_documents` has theirs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.api.freight_documents import (
    ID_PARAMETER,
    FreightOrder,
    FreightPage,
    FreightSearch,
    check_id,
)
from comptoir_web.api.freight_figures_documents import OfficeMargins, OfficeSum
from comptoir_web.freight.reading import detail_of
from logistics_core.pooling import Capacity, OrderState
from logistics_core.tariffs import InternalQuote
from shared_kernel import FaultKind, FaultList, Faults, Money

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import (
        ContainerDetail,
        ContainerFigures,
        ContainerPage,
        OfficeOrder,
        OfficeOrderPage,
        Pool,
        Proposal,
    )
    from logistics_core.storage.containers import PooledContainer

__all__ = [
    "ContainerToOpen",
    "ContainersQuestion",
    "OfficeContainer",
    "OfficeContainerDetail",
    "OfficeContainers",
    "OfficeOrderLine",
    "OfficeOrders",
    "OfficeOrdersQuestion",
    "OfficePool",
    "OfficeProposal",
    "StageToReach",
]

NOT_A_STATE = FaultKind("api.not_a_state", "{given} is not a state: give {accepted}")
NOT_A_SORT = FaultKind("api.not_a_sort", "{given} is no sort: give {accepted}")

ORDER_SORTS: Final = ("number", "total", "litres", "created_at", "updated_at")


# -- orders ---------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class OfficeOrderLine:
    """An order, whose it is, what it costs and earns.

    Attributes:
        order: What the merchant sees of it.
        merchant_id: The account.
        merchant_name: Its name.
        merchant_contact: Its phone, or its address.
        internal: Costs and margins.
    """

    order: FreightOrder
    merchant_id: str
    merchant_name: str
    merchant_contact: str
    internal: InternalQuote

    @classmethod
    def of(cls, line: OfficeOrder, *, at: datetime) -> OfficeOrderLine:
        """Write an order."""
        return cls(
            order=FreightOrder.of(detail_of(line.order, line.paid, at=at)),
            merchant_id=line.merchant_id,
            merchant_name=line.merchant_name,
            merchant_contact=line.merchant_contact,
            internal=line.internal,
        )


@attrs.frozen(kw_only=True)
class OfficeOrdersQuestion(FreightSearch):
    """Which orders.

    Attributes:
        state: Only those that stand there.
        category: Only those of this category's code.
        container_id: Only those with a part in this container.
        merchant_id: Only this merchant's.
        search: The number of an order, or a part of the merchant's name, phone or address.
        sort: `number`, `total`, `litres`, `created_at` or `updated_at`; descending after a `-`.
        page: The number of the page, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """

    state: str | None = attrs.field(
        default=None,
        metadata={"type": str, "schema": {"enum": [each.value for each in OrderState]}},
    )
    category: str | None = attrs.field(default=None, metadata={"type": str})
    container_id: str | None = attrs.field(default=None, metadata=ID_PARAMETER)
    merchant_id: str | None = attrs.field(default=None, metadata=ID_PARAMETER)
    sort: str = attrs.field(
        default="-number",
        metadata={
            "schema": {
                "enum": [sign + each for each in ORDER_SORTS for sign in ("", "-")],
                "default": "-number",
            }
        },
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        with faults.collect():
            FreightSearch.__attrs_post_init__(self)
        check_id(faults, "container_id", self.container_id)
        check_id(faults, "merchant_id", self.merchant_id)
        states = tuple(OrderState)
        known = self.state is None or self.state in states
        accepted = ", ".join(states)
        faults.check(known, NOT_A_STATE, "state", given=self.state, accepted=accepted)
        sort = self.sort.removeprefix("-") in ORDER_SORTS
        accepted = ", ".join(ORDER_SORTS)
        faults.check(sort, NOT_A_SORT, "sort", given=self.sort, accepted=accepted)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class OfficeOrders:
    """One page of everybody's orders.

    Attributes:
        items: The orders of the page.
        page: Its number.
        total: How many there are in all.
    """

    items: tuple[OfficeOrderLine, ...]
    page: int
    total: int

    @classmethod
    def of(cls, found: OfficeOrderPage, *, at: datetime) -> OfficeOrders:
        """Write a page."""
        items = tuple(OfficeOrderLine.of(each, at=at) for each in found.orders)
        return cls(items=items, page=found.number, total=found.total)


# -- containers -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class ContainerToOpen:
    """A container to open for bookings.

    Attributes:
        reference: What people call it, 1 to 64 characters.
        billed_litres: What it is sold as.
        stowable_litres: What can be counted on to be stowed; 68,000, or what is billed if less.
        payload_grams: The heaviest load.
    """

    reference: str = attrs.field(metadata={"schema": {"minLength": 1, "maxLength": 64}})
    billed_litres: int = attrs.field(
        default=76_000, metadata={"schema": {"minimum": 1, "maximum": 1_000_000, "default": 76_000}}
    )
    stowable_litres: int | None = attrs.field(
        default=None, metadata={"schema": {"minimum": 1, "maximum": 1_000_000}}
    )
    payload_grams: int = attrs.field(
        default=26_480_000, metadata={"schema": {"minimum": 1, "default": 26_480_000}}
    )

    def __attrs_post_init__(self) -> None:
        self.capacity()

    def capacity(self) -> Capacity:
        """Give what it takes.

        Raises:
            PoolFaults: The library refuses it.
        """
        if self.stowable_litres is None:
            return Capacity(billed_litres=self.billed_litres, payload_grams=self.payload_grams)
        return Capacity(
            billed_litres=self.billed_litres,
            stowable_litres=self.stowable_litres,
            payload_grams=self.payload_grams,
        )


@attrs.frozen(kw_only=True)
class StageToReach:
    """The stage a container goes to.

    Attributes:
        stage: The next one: `mer`, `port`, `douane` or `livre`.
    """

    stage: str = attrs.field(metadata={"schema": {"enum": ["mer", "port", "douane", "livre"]}})


@attrs.frozen(kw_only=True)
class OfficeContainer:
    """A container with what it carries and earns.

    Attributes:
        id: Its identifier.
        reference: What people call it.
        stage: Where it is.
        billed_litres: What it is sold as.
        stowable_litres: What can be counted on to be stowed.
        payload_grams: The heaviest load.
        booked_litres: What is booked.
        booked_grams: The weight that is booked.
        fill_percent: How much of what is sold is booked.
        open: Whether it takes bookings.
        cancelled: Whether it was cancelled.
        orders: How many orders have a part in it.
        revenue: What merchants pay for it.
        margins: What the platform earns with it.
        categories: The same by category.
        created_at: When it was opened, in UTC.
        version: 1, and 1 more with each change.
    """

    id: str
    reference: str
    stage: str
    billed_litres: int
    stowable_litres: int
    payload_grams: int
    booked_litres: int
    booked_grams: int
    fill_percent: Decimal
    open: bool
    cancelled: bool
    orders: int
    revenue: Money
    margins: OfficeMargins
    categories: tuple[OfficeSum, ...]
    created_at: datetime
    version: int

    @classmethod
    def of(cls, figures: ContainerFigures) -> OfficeContainer:
        """Write a container."""
        kept: PooledContainer = figures.container
        return cls(
            id=kept.id,
            reference=kept.reference,
            stage=kept.stage,
            billed_litres=kept.capacity.billed_litres,
            stowable_litres=kept.capacity.stowable_litres,
            payload_grams=kept.capacity.payload_grams,
            booked_litres=kept.load.litres,
            booked_grams=kept.load.grams,
            fill_percent=kept.fill_percent,
            open=kept.takes_bookings,
            cancelled=kept.cancelled_at is not None,
            orders=figures.orders,
            revenue=figures.revenue,
            margins=OfficeMargins.of(figures.margins),
            categories=tuple(OfficeSum.of(each.code, each) for each in figures.categories),
            created_at=kept.created_at,
            version=kept.version,
        )


@attrs.frozen(kw_only=True)
class ContainersQuestion(FreightPage):
    """Which containers.

    Attributes:
        stage: Only those at this stage.
        page: The number of the page, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """

    stage: str | None = attrs.field(default=None, metadata={"type": str})


@attrs.frozen(kw_only=True)
class OfficeContainers:
    """One page of the containers, the newest first.

    Attributes:
        items: The containers of the page.
        page: Its number.
        total: How many there are in all.
    """

    items: tuple[OfficeContainer, ...]
    page: int
    total: int

    @classmethod
    def of(cls, found: ContainerPage) -> OfficeContainers:
        """Write a page."""
        items = tuple(OfficeContainer.of(each) for each in found.containers)
        return cls(items=items, page=found.number, total=found.total)


@attrs.frozen(kw_only=True)
class OfficeProposal:
    """What the pool would best fill a container with, or has just filled it with.

    Attributes:
        container_id: The container.
        reference: What people call it.
        orders: Those chosen, in the order they are booked in.
        litres: What they take.
        left_litres: What remains free.
        revenue: What merchants pay for them.
        gain: What the platform earns with them.
        proven: Whether nothing fills it better.
    """

    container_id: str
    reference: str
    orders: tuple[str, ...]
    litres: int
    left_litres: int
    revenue: Money
    gain: Money
    proven: bool

    @classmethod
    def of(cls, proposal: Proposal) -> OfficeProposal:
        """Write a proposal."""
        return cls(
            container_id=proposal.container.id,
            reference=proposal.container.reference,
            orders=tuple(each.order.id for each in proposal.orders),
            litres=proposal.litres,
            left_litres=proposal.left_litres,
            revenue=proposal.revenue,
            gain=proposal.gain,
            proven=proposal.proven,
        )


@attrs.frozen(kw_only=True)
class OfficeContainerDetail:
    """A container, its orders and what the pool would fill it with.

    Attributes:
        container: What it carries and earns.
        orders: Those that have a part in it.
        next_stage: Where it may go next; null at the end, or cancelled.
        proposal: What the pool would fill it with; null when it takes no booking.
    """

    container: OfficeContainer
    orders: tuple[OfficeOrderLine, ...]
    next_stage: str | None
    proposal: OfficeProposal | None

    @classmethod
    def of(cls, detail: ContainerDetail, *, at: datetime) -> OfficeContainerDetail:
        """Write a container."""
        proposal = detail.proposal
        return cls(
            container=OfficeContainer.of(detail.figures),
            orders=tuple(OfficeOrderLine.of(each, at=at) for each in detail.orders),
            next_stage=detail.next_stage,
            proposal=None if proposal is None else OfficeProposal.of(proposal),
        )


@attrs.frozen(kw_only=True)
class OfficePool:
    """The orders that wait for room.

    Attributes:
        orders: In the order they wait in.
        litres: What they ask for.
        proposals: What is proposed for each container that takes bookings.
        containers_needed: How many new containers would take them all.
    """

    orders: tuple[OfficeOrderLine, ...]
    litres: int
    proposals: tuple[OfficeProposal, ...]
    containers_needed: int

    @classmethod
    def of(cls, pool: Pool, *, at: datetime) -> OfficePool:
        """Write the pool."""
        return cls(
            orders=tuple(OfficeOrderLine.of(each, at=at) for each in pool.orders),
            litres=pool.litres,
            proposals=tuple(OfficeProposal.of(each) for each in pool.proposals),
            containers_needed=pool.containers_needed,
        )
