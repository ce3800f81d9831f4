"""What merchants are shown of group freight: no class here has a place for a cost or a margin."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from shared_kernel import Money  # where it is run: the API describes these classes

if TYPE_CHECKING:
    from logistics_core.payments import Payment, Proof
    from logistics_core.storage.orders import Order
    from logistics_core.suppliers import Supplier
    from logistics_core.wallets import Movement

__all__ = [
    "ClientCategory",
    "ClientTariff",
    "ContainerGauge",
    "Expected",
    "OrderDetail",
    "OrderPage",
    "ProofFile",
    "Started",
    "Step",
    "SupplierPage",
    "Wallet",
]


@frozen(kw_only=True)
class ClientCategory:
    """A category of goods and its price.

    Attributes:
        code: ``TEXTILE``.
        label_fr: Its name in French.
        label_en: Its name in English.
        price: Of one cubic metre.
    """

    code: str
    label_fr: str
    label_en: str
    price: Money

    def label(self, locale: str) -> str:
        """Its name in a language."""
        return self.label_fr if locale.startswith("fr") else self.label_en


@frozen(kw_only=True)
class ClientTariff:
    """What is charged at present, as a merchant knows it.

    Attributes:
        version: Of the tariff.
        goods_currency: What the goods are paid in.
        currency: What is charged in.
        rate: One unit of the goods' currency in the currency charged.
        commission: The fraction of the goods' value; what was agreed with the merchant, if it was.
        categories: In the order of the tariff.
        minimum_freight: The least freight of an order; None when there is none.
        kg_per_cbm: The weight billed as one cubic metre; None: weight is not billed.
        effective_until: When it ends; None when its end is not set.
    """

    version: int
    goods_currency: str
    currency: str
    rate: Decimal
    commission: Decimal
    categories: tuple[ClientCategory, ...]
    minimum_freight: Money | None
    kg_per_cbm: Decimal | None
    effective_until: datetime | None


@frozen(kw_only=True)
class ContainerGauge:
    """How full a container is, by the volume that is billed.

    Attributes:
        id: Of the container.
        reference: What people call it.
        stage: The code of its stage.
        billed_litres: What it is sold as.
        booked_litres: What is booked.
        open: Whether it takes bookings.
        created_at: When it was opened.
    """

    id: str
    reference: str
    stage: str
    billed_litres: int
    booked_litres: int
    open: bool
    created_at: datetime

    @property
    def free_litres(self) -> int:
        """What can still be booked."""
        return self.billed_litres - self.booked_litres

    @property
    def fill_percent(self) -> int:
        """Whole percents booked, 100 only when nothing is left."""
        return self.booked_litres * 100 // self.billed_litres


class Expected(StrEnum):
    """What an order waits for next, and whose turn it is."""

    QUOTE_AGAIN = "quote_again"
    """The quote has expired: the merchant asks for another."""
    CONFIRM = "confirm"
    """The merchant confirms, into a container or the pool."""
    ROOM = "room"
    """Room in a container; the merchant may pay meanwhile."""
    PAY = "pay"
    """The merchant pays."""
    DEPARTURE = "departure"
    """The container fills and goes to sea."""
    ARRIVAL = "arrival"
    """The goods are on their way."""
    NOTHING = "nothing"
    """Received or cancelled."""


@frozen(kw_only=True)
class Step:
    """A step of the line that shows how far an order is.

    Attributes:
        code: ``devis``, ``confirme``, ``paye``, ``expedie``, ``recu``, ``annule``.
        reached: Whether it was.
        current: Whether the order is there now.
    """

    code: str
    reached: bool
    current: bool


@frozen(kw_only=True)
class OrderDetail:
    """Everything the page of an order shows its merchant.

    Attributes:
        order: With the quote it is sold under and its places in containers.
        paid: What was paid into it.
        due: What remains.
        expired: Whether it is a quote that can be confirmed no more.
        can_cancel: Whether the merchant may still cancel it.
        can_pay: Whether a payment is expected.
        steps: The line of its states.
        expected: What comes next.
        proofs: Those sent for it, the newest first.
        payments: Those asked of a provider, the newest first; none in a list of orders.
    """

    order: Order
    paid: Money
    due: Money
    expired: bool
    can_cancel: bool
    can_pay: bool
    steps: tuple[Step, ...]
    expected: Expected
    proofs: tuple[Proof, ...]
    payments: tuple[Payment, ...]


@frozen(kw_only=True)
class OrderPage:
    """One page of a merchant's orders, the newest first; pages are numbered from 1."""

    details: tuple[OrderDetail, ...]
    number: int
    per_page: int
    total: int

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders alone."""
        return tuple(detail.order for detail in self.details)


@frozen(kw_only=True)
class Wallet:
    """A merchant's money on the platform, and one page of its movements, the newest first."""

    balance: Money
    movements: tuple[Movement, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class SupplierPage:
    """One page of the suppliers' catalogue.

    Attributes:
        suppliers: By name.
        categories: Of the whole catalogue, to choose from.
        countries: Of the whole catalogue, to choose from.
    """

    suppliers: tuple[Supplier, ...]
    categories: tuple[str, ...]
    countries: tuple[str, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class Started:
    """A payment that waits for its merchant, and where the merchant goes to make it."""

    payment: Payment
    payment_url: str


@frozen(kw_only=True)
class ProofFile:
    """The picture of a proof, re-encoded by the platform; always sent as an attachment.

    Attributes:
        name: To save it under.
        media_type: ``image/jpeg`` or ``image/png``.
        data: All of it.
    """

    name: str
    media_type: str
    data: bytes
