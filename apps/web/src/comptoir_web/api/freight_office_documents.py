"""Group freight on the wire, for administrators: closed schemas with costs and margins.

Nothing here is used by an endpoint that a merchant reaches: `api.freight_documents` has theirs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.api.freight_documents import (
    ID_FIELD,
    ID_PARAMETER,
    FreightOrder,
    FreightPage,
    FreightProof,
    FreightPurchase,
    FreightSearch,
    check_id,
)
from comptoir_web.freight.reading import detail_of
from logistics_core.pooling import Capacity, OrderState
from logistics_core.tariffs import Category, ClientQuote, InternalQuote, Tariff
from shared_kernel import FaultKind, FaultList, Faults, Money, RoundingMode, currency_codes

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import (
        CategoryFigures,
        ContainerDetail,
        ContainerFigures,
        ContainerPage,
        Figures,
        Margins,
        Merchant,
        MerchantPage,
        MonthFigures,
        OfficeOrder,
        OfficeOrderPage,
        OfficeProof,
        Pool,
        Proposal,
        TariffPreview,
    )
    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.wallets import Movement

__all__ = [
    "ContainerToOpen",
    "OfficeContainer",
    "OfficeContainerDetail",
    "OfficeContainers",
    "OfficeFigures",
    "OfficeFiguresList",
    "OfficeMerchant",
    "OfficeMerchants",
    "OfficeOrderLine",
    "OfficeOrders",
    "OfficeOrdersQuestion",
    "OfficePool",
    "OfficePreview",
    "OfficeProofLine",
    "OfficeProofs",
    "OfficeProposal",
    "OfficeQuestion",
    "OfficeQuote",
    "OfficeTariff",
    "OfficeTariffs",
    "OfficeWithdrawal",
    "RefusalReason",
    "StageToReach",
    "TariffToPublish",
    "TermsToSave",
    "WithdrawalToMake",
]

MAX_CATEGORIES: Final = 100
CURRENCY: Final = {"enum": list(currency_codes())}
_CODE: Final = {"schema": {"pattern": "^[A-Z0-9_]{1,32}$"}}

BAD_DAYS = FaultKind("api.bad_days", "{given} is not a number of days: from {least} to {most}")
NOT_A_STATE = FaultKind("api.not_a_state", "{given} is not a state: give {accepted}")
NOT_A_SORT = FaultKind("api.not_a_sort", "{given} is no sort: give {accepted}")

ORDER_SORTS: Final = ("number", "total", "litres", "created_at", "updated_at")


# -- tariffs --------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class TariffCategory:
    """A category of goods: what it is charged, and what it costs.

    Attributes:
        code: 1 to 32 capitals, figures and `_`.
        label_fr: Its name in French.
        label_en: Its name in English.
        price: What a merchant is charged a cubic metre.
        real_cost: What a cubic metre costs the platform.
    """

    code: str = attrs.field(metadata=_CODE)
    label_fr: str
    label_en: str
    price: Money
    real_cost: Money

    def category(self) -> Category:
        """Give the category.

        Raises:
            TariffFaults: The library refuses it.
        """
        return Category(self.code, self.label_fr, self.label_en, self.price, self.real_cost)

    def __attrs_post_init__(self) -> None:
        self.category()


@attrs.frozen(kw_only=True)
class TariffToPublish:
    """A tariff, from a moment on; the one that is in force then ends where it begins.

    Attributes:
        effective_from: When it begins; now when left out.
        effective_until: When it ends; never when left out.
        goods_currency: What goods are bought in.
        currency: What merchants are charged in.
        rate: What one unit of the goods' currency is charged.
        real_rate: What it costs; the same when left out.
        commission: A fraction of the goods' value, 0 to 1.
        categories: At least one, each code once.
        minimum_freight: The least freight of an order; none when left out.
        kg_per_cbm: The weight billed as one cubic metre; none when left out.
        volume_places: The decimals of a billed volume, 0 to 3.
        volume_rounding: How a volume is rounded to them.
        validity_days: How long a quote may be confirmed.
        note: Why, for administrators.
    """

    effective_from: datetime | None = None
    effective_until: datetime | None = None
    goods_currency: str = attrs.field(
        default="CNY", metadata={"schema": {**CURRENCY, "default": "CNY"}}
    )
    currency: str = attrs.field(default="GNF", metadata={"schema": {**CURRENCY, "default": "GNF"}})
    rate: Decimal
    real_rate: Decimal | None = None
    commission: Decimal
    categories: tuple[TariffCategory, ...] = attrs.field(
        metadata={"schema": {"minItems": 1, "maxItems": MAX_CATEGORIES}}
    )
    minimum_freight: Money | None = None
    kg_per_cbm: Decimal | None = None
    volume_places: int = attrs.field(
        default=3, metadata={"schema": {"minimum": 0, "maximum": 3, "default": 3}}
    )
    volume_rounding: RoundingMode = attrs.field(
        default=RoundingMode.HALF_UP,
        metadata={"schema": {"default": RoundingMode.HALF_UP.value}},
    )
    validity_days: int = attrs.field(
        default=7, metadata={"schema": {"minimum": 1, "maximum": 366, "default": 7}}
    )
    note: str = attrs.field(default="", metadata={"schema": {"maxLength": 500, "default": ""}})

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        days = 1 <= self.validity_days <= 366
        faults.check(days, BAD_DAYS, "validity_days", given=self.validity_days, least=1, most=366)
        faults.raise_if_any(Faults)
        # The rest is the library's to check; the moment is a stand-in.
        self.tariff(at=self.effective_from or datetime.fromisoformat("2000-01-01T00:00:00+00:00"))

    def tariff(self, *, at: datetime) -> Tariff:
        """Give the tariff.

        Args:
            at: When it begins, unless it says.

        Raises:
            TariffFaults: The library refuses it.
        """
        return Tariff(
            effective_from=self.effective_from or at,
            effective_until=self.effective_until,
            goods_currency=self.goods_currency,
            currency=self.currency,
            rate=self.rate,
            real_rate=self.real_rate,
            commission=self.commission,
            categories=tuple(each.category() for each in self.categories),
            minimum_freight=self.minimum_freight,
            kg_per_cbm=self.kg_per_cbm,
            volume_places=self.volume_places,
            volume_rounding=self.volume_rounding,
            validity=timedelta(days=self.validity_days),
        )


@attrs.frozen(kw_only=True)
class OfficeTariff:
    """A tariff that was published, with its costs.

    Attributes:
        version: 1 for the first one.
        effective_from: When it begins, in UTC.
        effective_until: When it ends, in UTC; null as long as nothing follows it.
        goods_currency: What goods are bought in.
        currency: What merchants are charged in.
        rate: What one unit of the goods' currency is charged.
        real_rate: What it costs.
        commission: A fraction of the goods' value.
        categories: What a cubic metre is charged and costs.
        minimum_freight: The least freight of an order; null when there is none.
        kg_per_cbm: The weight billed as one cubic metre; null when weight is not billed.
        volume_places: The decimals of a billed volume.
        volume_rounding: How a volume is rounded to them.
        validity_days: How long a quote may be confirmed.
        published_at: When it was published, in UTC.
        published_by: Who published it.
        note: Why.
    """

    version: int
    effective_from: datetime
    effective_until: datetime | None
    goods_currency: str
    currency: str
    rate: Decimal
    real_rate: Decimal
    commission: Decimal
    categories: tuple[TariffCategory, ...]
    minimum_freight: Money | None
    kg_per_cbm: Decimal | None
    volume_places: int
    volume_rounding: RoundingMode
    validity_days: Decimal
    published_at: datetime
    published_by: str
    note: str

    @classmethod
    def of(cls, published: PublishedTariff) -> OfficeTariff:
        """Write a tariff."""
        tariff = published.tariff
        return cls(
            version=tariff.version,
            effective_from=tariff.effective_from,
            effective_until=tariff.effective_until,
            goods_currency=tariff.goods_currency,
            currency=tariff.currency,
            rate=tariff.rate,
            real_rate=tariff.real_rate,
            commission=tariff.commission,
            categories=tuple(
                TariffCategory(
                    code=each.code,
                    label_fr=each.label_fr,
                    label_en=each.label_en,
                    price=each.price,
                    real_cost=each.real_cost,
                )
                for each in tariff.categories
            ),
            minimum_freight=tariff.minimum_freight,
            kg_per_cbm=tariff.kg_per_cbm,
            volume_places=tariff.volume_places,
            volume_rounding=tariff.volume_rounding,
            validity_days=_days(tariff.validity),
            published_at=published.published_at,
            published_by=published.published_by,
            note=published.note,
        )


def _days(lasting: timedelta) -> Decimal:
    """How many days it lasts, to the millionth."""
    seconds = Decimal(lasting // timedelta(seconds=1))
    return (seconds / 86_400).quantize(Decimal("0.000001")).normalize()


@attrs.frozen(kw_only=True)
class OfficeTariffs:
    """Every tariff that was published, the newest first."""

    items: tuple[OfficeTariff, ...]


@attrs.frozen(kw_only=True)
class OfficeEffect:
    """What a tariff would change to one open quote.

    Attributes:
        order_id: The quote.
        number: What people call it.
        before: Its total.
        after: The total it would have; null where the tariff cannot quote it.
        margin_before: What the platform would earn at the total of now and the costs of the tariff.
        margin_after: What the platform would earn.
    """

    order_id: str
    number: int
    before: Money
    after: Money | None
    margin_before: Money | None
    margin_after: Money | None


@attrs.frozen(kw_only=True)
class OfficePreview:
    """What a tariff would change to the quotes that are open; nothing was published.

    Attributes:
        effects: One an open quote, the oldest first.
        before: The total of those that it can quote.
        after: The total that these would have.
        margin_before: What they would earn as they are.
        margin_after: What they would earn.
    """

    effects: tuple[OfficeEffect, ...]
    before: Money
    after: Money
    margin_before: Money
    margin_after: Money

    @classmethod
    def of(cls, preview: TariffPreview) -> OfficePreview:
        """Write a preview."""
        return cls(
            effects=tuple(
                OfficeEffect(
                    order_id=each.id,
                    number=preview.orders[each.id].number,
                    before=each.before,
                    after=each.after,
                    margin_before=each.margin_before,
                    margin_after=each.margin_after,
                )
                for each in preview.effects
            ),
            before=preview.before,
            after=preview.after,
            margin_before=preview.margin_before,
            margin_after=preview.margin_after,
        )


@attrs.frozen(kw_only=True)
class OfficeQuestion:
    """What an administrator quotes.

    Attributes:
        purchase: What is bought.
        merchant_id: Whose agreed commission counts; the tariff's when left out.
        commission: In place of either.
    """

    purchase: FreightPurchase
    merchant_id: str | None = attrs.field(default=None, metadata=ID_FIELD)
    commission: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_id(faults, "merchant_id", self.merchant_id)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class OfficeQuote:
    """A quote with what it costs and earns.

    Attributes:
        client: What the merchant is told.
        internal: What the platform knows.
    """

    client: ClientQuote
    internal: InternalQuote


# -- figures --------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class OfficeMargins:
    """What the platform earns, by where it comes from.

    Attributes:
        exchange: On the rate of exchange.
        commission: On the commission.
        freight: On the price of freight.
        total: All of it.
    """

    exchange: Money
    commission: Money
    freight: Money
    total: Money

    @classmethod
    def of(cls, margins: Margins) -> OfficeMargins:
        """Write margins."""
        return cls(
            exchange=margins.exchange,
            commission=margins.commission,
            freight=margins.freight,
            total=margins.total,
        )


@attrs.frozen(kw_only=True)
class OfficeSum:
    """Orders added up.

    Attributes:
        name: The code of a category, or a month.
        orders: How many.
        volume_cbm: Their volume.
        revenue: What merchants pay.
        margins: What the platform earns.
    """

    name: str
    orders: int
    volume_cbm: Decimal
    revenue: Money
    margins: OfficeMargins

    @classmethod
    def of(cls, name: str, sums: CategoryFigures | MonthFigures) -> OfficeSum:
        """Write a sum."""
        return cls(
            name=name,
            orders=sums.orders,
            volume_cbm=sums.volume_cbm,
            revenue=sums.revenue,
            margins=OfficeMargins.of(sums.margins),
        )


@attrs.frozen(kw_only=True)
class OfficeFigures:
    """What was sold in one currency.

    Attributes:
        currency: ISO 4217.
        orders: How many.
        volume_cbm: Their volume.
        revenue: What merchants pay.
        margins: What the platform earns.
        categories: The same by category.
        months: The same by month, the oldest first.
    """

    currency: str
    orders: int
    volume_cbm: Decimal
    revenue: Money
    margins: OfficeMargins
    categories: tuple[OfficeSum, ...]
    months: tuple[OfficeSum, ...]

    @classmethod
    def of(cls, figures: Figures) -> OfficeFigures:
        """Write figures."""
        return cls(
            currency=figures.currency,
            orders=figures.orders,
            volume_cbm=figures.volume_cbm,
            revenue=figures.revenue,
            margins=OfficeMargins.of(figures.margins),
            categories=tuple(OfficeSum.of(each.code, each) for each in figures.categories),
            months=tuple(OfficeSum.of(f"{each.month:%Y-%m}", each) for each in figures.months),
        )


@attrs.frozen(kw_only=True)
class FiguresQuestion:
    """Which months.

    Attributes:
        since: Any day of the first; a year before the last when left out.
        until: Any day of the last; the present month when left out.
    """

    since: date | None = attrs.field(default=None, metadata={"type": date})
    until: date | None = attrs.field(default=None, metadata={"type": date})


@attrs.frozen(kw_only=True)
class OfficeFiguresList:
    """What was sold, one a currency, the largest first."""

    items: tuple[OfficeFigures, ...]


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


# -- proofs and merchants -------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class OfficeProofLine:
    """A proof of payment to decide on.

    Attributes:
        proof: What was sent.
        order_number: The order it is for.
        due: What remains due of it.
        merchant_name: Whose it is.
        merchant_contact: The merchant's phone, or address.
    """

    proof: FreightProof
    order_number: int
    due: Money
    merchant_name: str
    merchant_contact: str

    @classmethod
    def of(cls, line: OfficeProof) -> OfficeProofLine:
        """Write a proof."""
        return cls(
            proof=FreightProof.of(line.proof),
            order_number=line.order.number,
            due=line.due,
            merchant_name=line.merchant_name,
            merchant_contact=line.merchant_contact,
        )


@attrs.frozen(kw_only=True)
class OfficeProofs:
    """The proofs that wait for a decision, the oldest first."""

    items: tuple[OfficeProofLine, ...]


@attrs.frozen(kw_only=True)
class RefusalReason:
    """Why a proof is refused.

    Attributes:
        reason: What its merchant reads, 1 to 500 characters on one line.
    """

    reason: str = attrs.field(metadata={"schema": {"minLength": 1, "maxLength": 500}})


@attrs.frozen(kw_only=True)
class TermsToSave:
    """What is agreed with a merchant.

    Attributes:
        commission: A fraction of the goods' value, 0 to 1; the tariff's when left out.
        priority: The class of its orders in the pool, 0 (most urgent) to 9.
        note: For administrators.
    """

    commission: Decimal | None = None
    priority: int = attrs.field(
        default=1, metadata={"schema": {"minimum": 0, "maximum": 9, "default": 1}}
    )
    note: str = attrs.field(default="", metadata={"schema": {"maxLength": 500, "default": ""}})


@attrs.frozen(kw_only=True)
class OfficeMerchant:
    """A merchant, what was agreed, what it holds and bought.

    Attributes:
        id: The account.
        name: Its name.
        contact: Its phone, or its address.
        active: Whether it may sign in.
        commission: What was agreed; null: the tariff's.
        priority: The class of its orders in the pool.
        note: For administrators.
        terms_version: 0 where nothing was agreed yet.
        balance: What its wallet holds.
        orders: How many orders it has that were sold.
        revenue: What it pays for them.
        margin: What the platform earns with them.
        last_order_at: When it last asked for something, in UTC.
    """

    id: str
    name: str
    contact: str
    active: bool
    commission: Decimal | None
    priority: int
    note: str
    terms_version: int
    balance: Money
    orders: int
    revenue: Money
    margin: Money
    last_order_at: datetime | None

    @classmethod
    def of(cls, merchant: Merchant) -> OfficeMerchant:
        """Write a merchant."""
        terms = merchant.terms
        return cls(
            id=merchant.id,
            name=merchant.name,
            contact=merchant.contact,
            active=merchant.active,
            commission=terms.commission,
            priority=terms.priority,
            note=terms.note,
            terms_version=terms.version,
            balance=merchant.balance,
            orders=merchant.orders,
            revenue=merchant.revenue,
            margin=merchant.margin,
            last_order_at=merchant.last_order_at,
        )


@attrs.frozen(kw_only=True)
class MerchantsQuestion(FreightSearch):
    """Which merchants.

    Attributes:
        search: A part of their name, phone or address.
        page: The number of the page, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """


@attrs.frozen(kw_only=True)
class OfficeMerchants:
    """One page of the merchants, by name.

    Attributes:
        items: The merchants of the page.
        page: Its number.
        total: How many there are in all.
    """

    items: tuple[OfficeMerchant, ...]
    page: int
    total: int

    @classmethod
    def of(cls, found: MerchantPage) -> OfficeMerchants:
        """Write a page."""
        items = tuple(OfficeMerchant.of(each) for each in found.merchants)
        return cls(items=items, page=found.number, total=found.total)


@attrs.frozen(kw_only=True)
class WithdrawalToMake:
    """What a merchant is paid out of the wallet.

    Attributes:
        amount: How much, above 0.
        reference: What the transfer is known by elsewhere.
    """

    amount: Money
    reference: str = attrs.field(default="", metadata={"schema": {"maxLength": 120, "default": ""}})


@attrs.frozen(kw_only=True)
class OfficeWithdrawal:
    """A withdrawal that was made.

    Attributes:
        id: Its identifier.
        amount: How much.
        reference: What the transfer is known by elsewhere.
        at: When, in UTC.
        balance: What the wallet holds after it.
    """

    id: str
    amount: Money
    reference: str
    at: datetime
    balance: Money

    @classmethod
    def of(cls, movement: Movement, balance: Money) -> OfficeWithdrawal:
        """Write a withdrawal."""
        return cls(
            id=movement.id,
            amount=movement.amount,
            reference=movement.reference,
            at=movement.at,
            balance=balance,
        )
