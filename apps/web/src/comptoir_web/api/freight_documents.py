"""Group freight on the wire, for merchants: closed schemas without a place for a cost or a margin.

Purchases and orders are here, and what every list of freight shares; `freight_money_documents` has
payments, proofs and the wallet, `freight_catalogue_documents` containers and suppliers.
`freight_office_documents`, `freight_tariff_documents` and `freight_people_documents` have those of
administrators; nothing there is used here.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.freight.values import Expected
from logistics_core.measures import Carton, Shipment
from logistics_core.pooling import OrderState
from logistics_core.tariffs import ClientQuote, Purchase
from shared_kernel import FaultKind, FaultList, Faults, Money, shown

if TYPE_CHECKING:
    from comptoir_web.freight.values import OrderDetail, OrderPage

__all__ = [
    "ID_FIELD",
    "ID_PARAMETER",
    "MAX_CARTONS",
    "Confirmation",
    "FreightOrder",
    "FreightOrders",
    "FreightPage",
    "FreightPlace",
    "FreightPurchase",
    "FreightSearch",
    "OrderOffer",
    "OrderPart",
    "check_id",
]

MAX_CARTONS: Final = 100
MAX_PARTS: Final = 20
MOST_PER_PAGE: Final = 100
LAST_PAGE: Final = 100_000
LONGEST_SEARCH: Final = 100
ID_FIELD: Final = {"schema": {"pattern": "^[0-9a-f]{32}$"}}
ID_PARAMETER: Final = {"type": str, **ID_FIELD}
_ID: Final = re.compile("[0-9a-f]{32}", re.ASCII)

NO_ROOM_TOLD = FaultKind(
    "api.no_room_told", "the room it takes is not told: give volume_cbm, or cartons"
)
TOO_MANY_CARTONS = FaultKind(
    "api.too_many_cartons", "{given} kinds of cartons are too many: give at most {most}"
)
NOT_AN_ID = FaultKind(
    "api.not_an_id", "{given} is no identifier of ours: send one that an answer gave"
)
LONG_SEARCH = FaultKind("api.long_search", "this is too long: write at most {most} characters")
PAGE_RANGE = FaultKind("api.page_range", "{given} is not between {least} and {most}")
SEVERAL_WAYS = FaultKind(
    "api.several_ways", "an order is confirmed in one way: give container_id, or parts, or wait"
)
TWICE_A_CONTAINER = FaultKind("api.twice_a_container", "{given} is given twice: add its parts up")


def check_id(faults: FaultList, path: str, value: str | None) -> None:
    """Record an identifier that no answer gave; None is none."""
    if value is not None:
        known = _ID.fullmatch(value) is not None
        faults.check(known, NOT_AN_ID, path, given=shown(value))


@attrs.frozen(kw_only=True)
class FreightPage:
    """Which page of a list.

    Attributes:
        page: Its number, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """

    page: int = attrs.field(
        default=1, metadata={"schema": {"minimum": 1, "maximum": LAST_PAGE, "default": 1}}
    )
    per_page: int = attrs.field(
        default=20, metadata={"schema": {"minimum": 1, "maximum": MOST_PER_PAGE, "default": 20}}
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        for name, given, most in (
            ("page", self.page, LAST_PAGE),
            ("per_page", self.per_page, MOST_PER_PAGE),
        ):
            faults.check(1 <= given <= most, PAGE_RANGE, name, given=given, least=1, most=most)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class FreightSearch(FreightPage):
    """Which page of a list, and what is looked for in it.

    Attributes:
        search: What is looked for, at most 100 characters.
        page: Its number, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """

    search: str = attrs.field(
        default="", metadata={"schema": {"maxLength": LONGEST_SEARCH, "default": ""}}
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        with faults.collect():
            FreightPage.__attrs_post_init__(self)
        short = len(self.search) <= LONGEST_SEARCH
        faults.check(short, LONG_SEARCH, "search", most=LONGEST_SEARCH)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class FreightPurchase:
    """Goods and the room they take: their volume, or the cartons they travel in.

    Attributes:
        goods: What they cost, in the currency that the tariff buys goods in.
        category: The code of a category of the tariff.
        volume_cbm: Their volume in cubic metres; of the cartons when these are given.
        weight_kg: Their weight in kilograms, where it is known; of the cartons when given.
        cartons: The cartons they travel in, at most 100 kinds.
        note: What is said about them.
    """

    goods: Money
    category: str = attrs.field(metadata={"schema": {"pattern": "^[A-Z0-9_]{1,32}$"}})
    volume_cbm: Decimal | None = None
    weight_kg: Decimal | None = None
    cartons: tuple[Carton, ...] = attrs.field(
        default=(), metadata={"schema": {"maxItems": MAX_CARTONS, "default": []}}
    )
    note: str = attrs.field(default="", metadata={"schema": {"maxLength": 500, "default": ""}})

    def __attrs_post_init__(self) -> None:
        # What is wrong with the purchase is told with the other faults of the request.
        self.purchase()

    def purchase(self) -> Purchase:
        """Give what is quoted.

        Raises:
            Faults: The room is not told, or the library refuses the purchase.
        """
        faults = FaultList()
        told = self.volume_cbm is not None or bool(self.cartons)
        faults.check(told, NO_ROOM_TOLD, "volume_cbm")
        given = len(self.cartons)
        few = given <= MAX_CARTONS
        faults.check(few, TOO_MANY_CARTONS, "cartons", given=given, most=MAX_CARTONS)
        faults.raise_if_any(Faults)
        shipment = Shipment(self.cartons) if self.cartons else None
        if shipment is not None and self.volume_cbm is None and self.weight_kg is None:
            return Purchase.of_cartons(self.goods, self.category, shipment, note=self.note)
        return Purchase(
            goods=self.goods,
            category=self.category,
            volume_cbm=self.volume_cbm or Decimal(),
            weight_kg=self.weight_kg,
            cartons=shipment,
            note=self.note,
        )

    @classmethod
    def of(cls, purchase: Purchase) -> FreightPurchase:
        """Write a purchase."""
        return cls(
            goods=purchase.goods,
            category=purchase.category,
            volume_cbm=purchase.volume_cbm,
            weight_kg=purchase.weight_kg,
            cartons=() if purchase.cartons is None else purchase.cartons.cartons,
            note=purchase.note,
        )


@attrs.frozen(kw_only=True)
class FreightPlace:
    """What an order has in one container.

    Attributes:
        container_id: Which container.
        reference: What people call it.
        stage: `collecte`, `mer`, `port`, `douane` or `livre`.
        litres: The volume booked there.
        booked_at: When.
    """

    container_id: str
    reference: str
    stage: str
    litres: int
    booked_at: datetime


@attrs.frozen(kw_only=True)
class FreightOrder:
    """An order, and what comes next.

    Attributes:
        id: Its identifier.
        number: What people call it.
        state: Where it stands.
        purchase: What is bought.
        quote: What it is sold under.
        litres: The room it takes.
        places: Where it is booked.
        waiting_litres: What of it waits for room.
        paid: What was paid.
        due: What remains.
        expired: Whether it is a quote that can be confirmed no more.
        can_cancel: Whether it may still be cancelled.
        can_pay: Whether a payment is expected.
        expected: What comes next.
        version: 1, and 1 more with each change.
        created_at: When it was made, in UTC.
        updated_at: When it was last changed, in UTC.
    """

    id: str
    number: int
    state: OrderState
    purchase: FreightPurchase
    quote: ClientQuote
    litres: int
    places: tuple[FreightPlace, ...]
    waiting_litres: int
    paid: Money
    due: Money
    expired: bool
    can_cancel: bool
    can_pay: bool
    expected: Expected
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, detail: OrderDetail) -> FreightOrder:
        """Write an order as its merchant may know it."""
        order = detail.order
        return cls(
            id=order.id,
            number=order.number,
            state=order.state,
            purchase=FreightPurchase.of(order.purchase),
            quote=order.quote,
            litres=order.litres,
            places=tuple(
                FreightPlace(
                    container_id=each.container_id,
                    reference=each.reference,
                    stage=each.stage,
                    litres=each.litres,
                    booked_at=each.booked_at,
                )
                for each in order.bookings
            ),
            waiting_litres=order.waiting_litres,
            paid=detail.paid,
            due=detail.due,
            expired=detail.expired,
            can_cancel=detail.can_cancel,
            can_pay=detail.can_pay,
            expected=detail.expected,
            version=order.version,
            created_at=order.created_at,
            updated_at=order.updated_at,
        )


@attrs.frozen(kw_only=True)
class FreightOrders:
    """One page of the account's orders, the newest first.

    Attributes:
        items: The orders of the page.
        page: Its number.
        total: How many there are in all.
    """

    items: tuple[FreightOrder, ...]
    page: int
    total: int

    @classmethod
    def of(cls, found: OrderPage) -> FreightOrders:
        """Write a page."""
        items = tuple(FreightOrder.of(each) for each in found.details)
        return cls(items=items, page=found.number, total=found.total)


@attrs.frozen(kw_only=True)
class OrderPart:
    """A part of an order for one container.

    Attributes:
        container_id: Which container.
        litres: Its volume.
    """

    container_id: str = attrs.field(metadata=ID_FIELD)
    litres: int = attrs.field(metadata={"schema": {"minimum": 1, "maximum": 1_000_000}})


@attrs.frozen(kw_only=True)
class Confirmation:
    """How an order is confirmed: whole into one container, in parts, or into the waiting pool.

    Attributes:
        container_id: The container that takes it whole; left out with the others, the oldest one
            that has the room.
        parts: What each of several containers takes.
        rest_waits: Whether what the parts leave waits for room.
        agreed: The merchant's agreement to have the order split.
        wait: Whether all of it waits for room.
    """

    container_id: str | None = attrs.field(default=None, metadata=ID_FIELD)
    parts: tuple[OrderPart, ...] = attrs.field(
        default=(), metadata={"schema": {"maxItems": MAX_PARTS, "default": []}}
    )
    rest_waits: bool = attrs.field(default=False, metadata={"schema": {"default": False}})
    agreed: bool = attrs.field(default=False, metadata={"schema": {"default": False}})
    wait: bool = attrs.field(default=False, metadata={"schema": {"default": False}})

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        ways = (self.container_id is not None) + bool(self.parts) + self.wait
        faults.check(ways <= 1, SEVERAL_WAYS, "")
        few = len(self.parts) <= MAX_PARTS
        faults.check(few, PAGE_RANGE, "parts", given=len(self.parts), least=0, most=MAX_PARTS)
        check_id(faults, "container_id", self.container_id)
        seen: set[str] = set()
        for place, part in enumerate(self.parts):
            check_id(faults, f"parts[{place}].container_id", part.container_id)
            new = part.container_id not in seen
            path = f"parts[{place}].container_id"
            faults.check(new, TWICE_A_CONTAINER, path, given=part.container_id)
            seen.add(part.container_id)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class OrderOffer:
    """What can be had for an order now.

    Attributes:
        containers: Those that take all of it, the oldest first.
        part_litres: The largest part that the container asked about takes (the oldest one when
            none was named); null when it takes none.
        pool: Whether waiting for room can help.
    """

    containers: tuple[str, ...]
    part_litres: int | None
    pool: bool
