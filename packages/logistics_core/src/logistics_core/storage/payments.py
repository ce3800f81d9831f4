"""Payments asked of providers: prepared, attached to what the provider answered, settled once.

A payment is asked for in two steps, so that no transaction waits for the network: `prepare` keeps
it, the provider is asked, `attach` keeps its answer. `settle` credits the merchant's wallet when
the provider says it was paid, once, however often and however late that is said.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, delete, func, select, update

from logistics_core._checks import check_amount
from logistics_core.errors import KeyReused, PaymentFaults, PaymentMissing
from logistics_core.payments.ports import Asked, PaymentStatus
from logistics_core.payments.requests import Payment, Settled, token_digest
from logistics_core.storage.money_tables import logistics_payments
from logistics_core.storage.wallets import WalletStore
from logistics_core.wallets.accounts import ERASED
from logistics_core.wallets.movements import LONGEST_KEY, MOST_MINOR, check_text
from shared_kernel import FaultList, from_minor, to_minor
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from shared_kernel import Money

__all__ = ["PaymentStore"]

ACTOR: Final = "provider"
"""Who makes the movement of a payment that its provider says was paid."""
_OPEN: Final = tuple(status.value for status in PaymentStatus if status.is_open)


class PaymentStore:
    """Keeps payments.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prepare(
        self,
        owner: str,
        order_id: str | None,
        amount: Money,
        provider: str,
        *,
        key: str,
        at: datetime,
    ) -> Payment:
        """Keeps a payment about to be asked for; commit it before the provider is asked.

        Args:
            owner: whose wallet it goes to.
            order_id: the order it is meant for; None for the wallet alone.
            amount: how much, above 0.
            provider: whom it is asked of.
            key: what makes it the same payment when it is asked for again; one owner's keys are
                not another's.
            at: the moment, an aware datetime.

        Returns:
            The payment, with a reference of its own; the one kept already under that key.

        Raises:
            PaymentFaults: the amount, the key or an identifier is refused.
            KeyReused: the owner asked for another payment under that key.
        """
        found = FaultList()
        check_text(found, "owner", owner)
        if order_id is not None:
            check_text(found, "order_id", order_id)
        check_amount(found, "amount", amount, most=MOST_MINOR)
        check_text(found, "provider", provider, most=32)
        check_text(found, "key", key, most=LONGEST_KEY)
        found.raise_if_any(PaymentFaults)
        values = {
            "id": uuid4().hex,
            "reference": f"GP{secrets.token_hex(12)}",
            "owner": owner,
            "order_id": order_id,
            "provider": provider,
            "amount_minor": to_minor(amount),
            "currency": amount.currency.code,
            "state": PaymentStatus.INITIATED.value,
            "key": key,
            "created_at": at,
            "updated_at": at,
        }
        table = logistics_payments
        once = (
            inserting(self._connection, table)
            .values(values)
            .on_conflict_do_nothing(index_elements=["owner", "key"])
        )
        made = self._connection.execute(once).rowcount
        statement = select(table).where(table.c.owner == owner, table.c.key == key)
        kept = _payment(self._connection.execute(statement).mappings().one())
        asked = order_id, amount, provider
        if not made and (kept.order_id, kept.amount, kept.provider) != asked:
            raise KeyReused("this key was used already, for another payment: choose another one")
        return kept

    def attach(self, payment_id: str, asked: Asked, *, at: datetime) -> Payment:
        """Keeps what the provider answered; of the notification's token, its SHA-256 alone.

        The answer that is kept first stays: a payment asked for twice at the same moment has one
        page.

        Raises:
            PaymentMissing: there is no such payment.
        """
        payment = self._locked(payment_id)
        if payment.is_attached:
            return payment
        token = asked.notify_token
        values = {
            "pay_token": asked.pay_token,
            "payment_url": asked.payment_url,
            "notify_digest": None if token is None else token_digest(token),
            "updated_at": at,
        }
        return self._changed(payment, values)

    def get(self, payment_id: str, *, owner: str | None = None) -> Payment:
        """Gives a payment.

        Args:
            payment_id: which.
            owner: whose it must be; None for anybody's.

        Raises:
            PaymentMissing: there is no such payment, or it is another's.
        """
        table = logistics_payments.c
        statement = select(logistics_payments).where(table.id == payment_id)
        if owner is not None:
            statement = statement.where(table.owner == owner)
        return self._one(statement)

    def by_reference(self, reference: str) -> Payment:
        """Gives the payment that a provider knows by a reference.

        Raises:
            PaymentMissing: there is none.
        """
        table = logistics_payments
        return self._one(select(table).where(table.c.reference == reference))

    def of_order(self, order_id: str) -> tuple[Payment, ...]:
        """Gives the payments asked for an order, the latest first."""
        table = logistics_payments
        statement = select(table).where(table.c.order_id == order_id)
        ordered = statement.order_by(table.c.created_at.desc(), table.c.id)
        return tuple(_payment(row) for row in self._connection.execute(ordered).mappings())

    def unsettled(self, older_than: datetime, *, limit: int = 100) -> tuple[Payment, ...]:
        """Gives payments whose end nobody has told, those left longest first.

        Args:
            older_than: only those whose state did not change since.
            limit: at most how many.

        Returns:
            Those the provider answered for, and those it was never heard of again
            (`Payment.is_attached` is false): the latter can be settled as failed.
        """
        table = logistics_payments
        waits = table.c.state.in_(_OPEN) & (table.c.updated_at < older_than)
        ordered = select(table).where(waits).order_by(table.c.updated_at, table.c.id).limit(limit)
        return tuple(_payment(row) for row in self._connection.execute(ordered).mappings())

    def settle(self, payment_id: str, status: PaymentStatus, *, at: datetime) -> Settled:
        """Keeps where a payment stands, as its provider says; credits the wallet when it was paid.

        The wallet is credited by the first SUCCESS and by no other, even after EXPIRED or FAILED:
        the money did come. After a SUCCESS nothing else is heard.

        Args:
            payment_id: which payment.
            status: what the provider answered to `PaymentProvider.status`; never what a
                notification says.
            at: the moment, an aware datetime.

        Raises:
            PaymentMissing: there is no such payment.
        """
        payment = self._locked(payment_id)
        if payment.state is PaymentStatus.SUCCESS:
            return Settled(payment=payment, credited=False)
        if status is PaymentStatus.SUCCESS:
            WalletStore(self._connection).deposit(
                payment.owner,
                payment.amount,
                key=f"payment:{payment.id}",
                at=at,
                actor=ACTOR,
                reference=payment.reference,
            )
            values = {"state": status.value, "updated_at": at, "credited_at": at}
            return Settled(payment=self._changed(payment, values), credited=True)
        if payment.state.is_open:
            # An unchanged state is written all the same: who asks for the longest left goes round.
            values = {"state": status.value, "updated_at": at}
            payment = self._changed(payment, values)
        return Settled(payment=payment, credited=False)

    def count(self, owner: str) -> int:
        """Gives how many payments an owner has asked for."""
        table = logistics_payments
        statement = select(func.count()).select_from(table).where(table.c.owner == owner)
        return self._connection.execute(statement).scalar_one()

    def erase(self, owner: str) -> int:
        """Deletes the payments of an owner that have ended; their movements are the wallet's.

        Those whose end nobody has told stay under the owner `logistics_core.wallets.ERASED`, with
        nothing else that names anybody: the money may still come.

        Returns:
            How many it deleted or renamed.
        """
        if owner == ERASED:
            return 0
        table = logistics_payments
        mine, waits = table.c.owner == owner, table.c.state.in_(_OPEN)
        nameless = {"owner": ERASED, "order_id": None, "key": table.c.id}
        renamed = self._connection.execute(update(table).where(mine, waits).values(nameless))
        deleted = self._connection.execute(delete(table).where(mine))
        return renamed.rowcount + deleted.rowcount

    def export(self, owner: str) -> tuple[dict[str, object], ...]:
        """Gives the payments of an owner, ready for JSON, the first one first; no secret token."""
        table = logistics_payments
        statement = select(table).where(table.c.owner == owner)
        ordered = statement.order_by(table.c.created_at, table.c.id)
        return tuple(
            {
                "id": each.id,
                "reference": each.reference,
                "order": each.order_id,
                "provider": each.provider,
                "amount": f"{each.amount.amount:f}",
                "currency": each.amount.currency.code,
                "state": each.state.value,
                "created_at": each.created_at.isoformat(),
                "credited_at": each.credited_at and each.credited_at.isoformat(),
            }
            for each in map(_payment, self._connection.execute(ordered).mappings())
        )

    def _locked(self, payment_id: str) -> Payment:
        table = logistics_payments
        return self._one(select(table).where(table.c.id == payment_id).with_for_update())

    def _one(self, statement: Any) -> Payment:
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise PaymentMissing("there is no such payment here")
        return _payment(row)

    def _changed(self, payment: Payment, values: Mapping[str, object]) -> Payment:
        table = logistics_payments
        here = update(table).where(table.c.id == payment.id).values(values).returning(*table.c)
        return _payment(self._connection.execute(here).mappings().one())


_COPIED: Final = tuple(
    field.name for field in attrs.fields(Payment) if field.name not in {"amount", "state"}
)


def _payment(row: RowMapping) -> Payment:
    return Payment(
        amount=from_minor(row["amount_minor"], row["currency"]),
        state=PaymentStatus(row["state"]),
        **{name: row[name] for name in _COPIED},
    )
