"""Payments, proofs and the wallet on the wire, for merchants: see `freight_documents`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from comptoir_web.api.freight_documents import FreightOrder
from logistics_core.payments import PaymentStatus, ProofState
from logistics_core.wallets import MovementKind
from shared_kernel import Money

if TYPE_CHECKING:
    from comptoir_web.freight.values import OrderDetail, Wallet
    from logistics_core.payments import Payment, Proof
    from logistics_core.wallets import Movement

__all__ = [
    "FreightPayment",
    "FreightProof",
    "FreightProofs",
    "PaymentToMake",
    "WalletMovement",
    "WalletPage",
]


@attrs.frozen(kw_only=True)
class PaymentToMake:
    """A payment of an order.

    Attributes:
        by: `wallet` takes it from the wallet at once; `mobile_money` gives a page to pay on.
        amount: How much; all that is due when left out.
    """

    by: str = attrs.field(metadata={"schema": {"enum": ["wallet", "mobile_money"]}})
    amount: Money | None = None


@attrs.frozen(kw_only=True)
class FreightPayment:
    """A payment of an order, and the order after it.

    Attributes:
        order: As it is now.
        id: Of a payment by mobile money; null from the wallet.
        status: Of a payment by mobile money; null from the wallet.
        amount: Of a payment by mobile money; null from the wallet.
        payment_url: The page to pay on; null from the wallet.
    """

    order: FreightOrder
    id: str | None = None
    status: PaymentStatus | None = None
    amount: Money | None = None
    payment_url: str | None = None

    @classmethod
    def of(cls, detail: OrderDetail, payment: Payment | None = None) -> FreightPayment:
        """Write a payment."""
        order = FreightOrder.of(detail)
        if payment is None:
            return cls(order=order)
        return cls(
            order=order,
            id=payment.id,
            status=payment.state,
            amount=payment.amount,
            payment_url=payment.payment_url,
        )


@attrs.frozen(kw_only=True)
class FreightProof:
    """A proof of payment.

    Attributes:
        id: Its identifier.
        order_id: The order it is for.
        amount: What it is said to prove.
        state: Whether it was looked at, and what was decided.
        reason: Why it was refused; empty otherwise.
        created_at: When it was sent, in UTC.
        decided_at: When it was decided on, in UTC; null until then.
        version: 1, and 1 more with each change.
    """

    id: str
    order_id: str
    amount: Money
    state: ProofState
    reason: str
    created_at: datetime
    decided_at: datetime | None
    version: int

    @classmethod
    def of(cls, proof: Proof) -> FreightProof:
        """Write a proof."""
        return cls(**{each.name: getattr(proof, each.name) for each in attrs.fields(cls)})


@attrs.frozen(kw_only=True)
class FreightProofs:
    """The proofs sent for an order, the newest first."""

    items: tuple[FreightProof, ...]


@attrs.frozen(kw_only=True)
class WalletMovement:
    """One movement of the wallet.

    Attributes:
        id: Its identifier.
        kind: `deposit` and `refund` come in, `participation` and `withdrawal` go out.
        amount: How much, above 0.
        order_id: The order it went into or came back from; null for the others.
        at: When, in UTC.
    """

    id: str
    kind: MovementKind
    amount: Money
    order_id: str | None
    at: datetime

    @classmethod
    def of(cls, movement: Movement) -> WalletMovement:
        """Write a movement."""
        ends = (movement.source, movement.target)
        orders = [each.removeprefix("order:") for each in ends if each.startswith("order:")]
        return cls(
            id=movement.id,
            kind=movement.kind,
            amount=movement.amount,
            order_id=orders[0] if orders else None,
            at=movement.at,
        )


@attrs.frozen(kw_only=True)
class WalletPage:
    """The wallet, and one page of its movements, the newest first.

    Attributes:
        balance: What it holds.
        items: The movements of the page.
        page: Its number.
        total: How many movements there are in all.
    """

    balance: Money
    items: tuple[WalletMovement, ...]
    page: int
    total: int

    @classmethod
    def of(cls, wallet: Wallet) -> WalletPage:
        """Write a wallet."""
        items = tuple(WalletMovement.of(each) for each in wallet.movements)
        return cls(balance=wallet.balance, items=items, page=wallet.number, total=wallet.total)
