"""Proofs and merchants on the wire, for administrators: closed schemas.

Nothing here is used by an endpoint that a merchant reaches: `api.freight_documents` has theirs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from comptoir_web.api.freight_documents import FreightSearch
from comptoir_web.api.freight_money_documents import FreightProof
from shared_kernel import Money

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import Merchant, MerchantPage, OfficeProof
    from logistics_core.wallets import Movement

__all__ = [
    "MerchantsQuestion",
    "OfficeMerchant",
    "OfficeMerchants",
    "OfficeProofLine",
    "OfficeProofs",
    "OfficeWithdrawal",
    "RefusalReason",
    "TermsToSave",
    "WithdrawalToMake",
]


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
