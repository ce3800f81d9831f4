"""How an order is paid, as its page shows it: what is due, the ways to pay, what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.access import visitor
from comptoir_web.presentation.formats import moment, money
from comptoir_web.wiring import services
from logistics_core.payments import PaymentStatus
from shared_kernel import to_minor

from .views import desk
from .words import PAYMENTS, PROOF_ICONS, PROOFS

if TYPE_CHECKING:
    from comptoir_web.freight.values import OrderDetail
    from logistics_core.payments import Payment, Proof
    from shared_kernel import Money

__all__ = ["Paying", "PaymentRow", "ProofRow", "paying_of", "payment_row", "payments"]


def payments() -> FreightPayments:
    """The service of mobile money and proofs."""
    found: FreightPayments = services().get(FreightPayments)
    return found


@attrs.frozen(kw_only=True)
class ProofRow:
    """A proof that was sent."""

    id: str
    amount: str
    sent: str
    state: str
    icon: str
    reason: str
    tone: str


@attrs.frozen(kw_only=True)
class PaymentRow:
    """A payment that was asked of Orange.

    Attributes:
        id: Its id.
        amount: How much.
        asked: When.
        state: What became of it.
        open: Whether something is still to come.
        tone: Of the state.
        url: The provider's page while it can be paid; empty otherwise.
    """

    id: str
    amount: str
    asked: str
    state: str
    open: bool
    tone: str
    url: str


@attrs.frozen(kw_only=True)
class Paying:
    """What is paid and due of an order, and the ways to pay what is due.

    Attributes:
        can_pay: Whether something is to be paid now.
        due: What remains.
        due_money: The same, as money.
        paid: What was paid.
        some_paid: Whether something was.
        paid_per_mille: For the bar.
        balance: What is in the wallet.
        part: What the wallet could pay of it, where that is not all; empty otherwise.
        covered: Whether the wallet holds all that is due.
        orange: Whether mobile money is offered.
        proofs: Those sent, the newest first.
        payments: Those asked for, the newest first.
    """

    can_pay: bool
    due: str
    due_money: Money
    paid: str
    some_paid: bool
    paid_per_mille: int
    balance: str
    part: str
    covered: bool
    orange: bool
    proofs: tuple[ProofRow, ...]
    payments: tuple[PaymentRow, ...]


def paying_of(detail: OrderDetail) -> Paying | None:
    """The payment of an order; None where nothing is, was or can be paid."""
    paid = to_minor(detail.paid)
    if not (detail.can_pay or paid or detail.proofs or detail.payments):
        return None
    total, due = to_minor(detail.order.quote.total), to_minor(detail.due)
    balance = desk().wallet(visitor().id, per_page=1).balance if detail.can_pay else 0 * detail.due
    held = to_minor(balance)
    return Paying(
        can_pay=detail.can_pay,
        due=money(detail.due),
        due_money=detail.due,
        paid=money(detail.paid),
        some_paid=bool(paid),
        paid_per_mille=1000 * paid // total if total else 0,
        balance=money(balance),
        part=money(balance) if 0 < held < due else "",
        covered=held >= due,
        orange=payments().offered,
        proofs=tuple(_proof_row(each) for each in detail.proofs),
        payments=tuple(payment_row(each) for each in detail.payments),
    )


_TONES = {"validated": "good", "refused": "bad", "SUCCESS": "good", "FAILED": "bad"}


def _proof_row(proof: Proof) -> ProofRow:
    return ProofRow(
        id=proof.id,
        amount=money(proof.amount),
        sent=moment(proof.created_at),
        state=str(PROOFS[proof.state]),
        icon=PROOF_ICONS[proof.state],
        reason=proof.reason,
        tone=_TONES.get(proof.state.value, "plain"),
    )


def payment_row(payment: Payment) -> PaymentRow:
    """A payment, written."""
    return PaymentRow(
        id=payment.id,
        amount=money(payment.amount),
        asked=moment(payment.created_at),
        state=str(PAYMENTS[payment.state]),
        open=payment.state.is_open,
        tone=_TONES.get(payment.state.value, "plain"),
        url=(payment.payment_url or "") if payment.state is PaymentStatus.INITIATED else "",
    )
