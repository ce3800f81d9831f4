"""`FreightPayments`: mobile money and proofs of payment, from the merchant and from the provider.

No transaction is open while a provider or the store of files is waited for. Whatever is credited
is credited once: each payment and each proof is the key of its own deposit.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen
from sqlalchemy import Engine, select

from comptoir_web.files import FileAbsent
from comptoir_web.freight.letters import Told, tell, tell_moved
from comptoir_web.freight.listing import office_proofs
from comptoir_web.freight.reading import COMMAND_LINE, due_of, key_of, paid_of
from comptoir_web.freight.values import ProofFile, Started
from logistics_core.errors import (
    MoveRefused,
    NotificationRefused,
    OrderMissing,
    PaymentFaults,
    PaymentMissing,
    ProofMissing,
    ProviderFailed,
)
from logistics_core.payments import PaymentStatus, ProofState, check_notification, clean_image
from logistics_core.pooling import OrderState
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.money_tables import logistics_proofs
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.paying import hold_order, record_payment
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.proofs import ProofStore
from logistics_core.storage.wallets import WalletStore
from shared_kernel import FaultKind
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.files import FileStore
    from comptoir_web.freight.office_values import OfficeProof
    from comptoir_web.jobs.queue import JobQueue
    from logistics_core.payments import Payment, PaymentProvider, Proof
    from logistics_core.storage.orders import Order
    from shared_kernel import Money

__all__ = ["NOTIFICATIONS", "FreightPayments", "Polled"]

NOTIFICATIONS: Final = "/api/v1/freight/notifications/"
"""Where the provider tells that something became of a payment; its reference follows."""
GIVEN_UP: Final = timedelta(hours=1)
"""A payment that the provider never answered for is over after this: nobody could make it."""
MOST_PENDING: Final = 10
"""Proofs of one order that may wait at once."""

NOT_OFFERED = FaultKind(
    "freight.not_offered", "mobile money is not offered here: send a proof of payment"
)
MORE_THAN_DUE = FaultKind(
    "freight.more_than_due", "{given} is more than what is due, {due}: give at most that"
)
OTHER_CURRENCY = FaultKind(
    "freight.not_its_currency", "{given} is not the currency of the order, {currency}"
)
MANY_PROOFS = FaultKind(
    "freight.many_proofs", "{most} proofs of this order wait to be looked at: wait for an answer"
)

_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class Polled:
    """What a look at the unsettled payments did.

    Attributes:
        asked: How many were asked about.
        credited: How many were credited.
        ended: How many failed or expired.
        silent: How many the provider did not answer for.
    """

    asked: int
    credited: int
    ended: int
    silent: int


@frozen
class FreightPayments:
    """Payments and proofs of an installation.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
        files: Where the pictures of proofs are kept.
        provider: Of mobile money; None: it is not offered.
        public_url: The site's address, without a slash at its end, for the provider to come back.
        queue: Where text messages are asked for; None asks for none.
    """

    engine: Engine
    clock: Callable[[], datetime]
    files: FileStore
    provider: PaymentProvider | None = None
    public_url: str = ""
    queue: JobQueue | None = None

    # -- mobile money -------------------------------------------------------------------------

    @property
    def offered(self) -> bool:
        """Whether mobile money is offered."""
        return self.provider is not None

    def start(
        self,
        owner: str,
        order_id: str,
        *,
        key: str,
        amount: Money | None = None,
        language: str = "fr",
        back: str = "",
    ) -> Started:
        """Ask the provider for a payment; the same key gives the same payment.

        Args:
            owner: Whose order.
            order_id: Which.
            key: Of the request: a form sent twice carries the same.
            amount: None: all that is due.
            language: Of the provider's page.
            back: The path of the page to come back to.

        Raises:
            OrderMissing: There is no such order of this merchant.
            MoveRefused: Nothing is due of this order now.
            PaymentFaults: The amount is not accepted, or no provider is offered.
            ProviderDown, ProviderNonsense: The provider failed; ask again.
        """
        provider = self.provider
        if provider is None:
            raise PaymentFaults.of(NOT_OFFERED, "")
        with transaction(self.engine) as connection:
            order, due = _payable(connection, owner, order_id)
            amount = due if amount is None else amount
            _check_amount(amount, due)
            payment = PaymentStore(connection).prepare(
                owner,
                order.id,
                amount,
                provider.name,
                key=key_of("payment", owner, order_id, key),
                at=self.clock(),
            )
        if not payment.is_attached:
            asked = provider.ask(
                reference=payment.reference,
                amount=payment.amount,
                return_url=f"{self.public_url}{back}",
                cancel_url=f"{self.public_url}{back}",
                notify_url=f"{self.public_url}{NOTIFICATIONS}{payment.reference}",
                language="fr" if language.startswith("fr") else "en",
            )
            with transaction(self.engine) as connection:
                payment = PaymentStore(connection).attach(payment.id, asked, at=self.clock())
        if payment.payment_url is None:
            raise PaymentMissing("there is no such payment here")
        return Started(payment=payment, payment_url=payment.payment_url)

    def payment(self, owner: str, payment_id: str) -> Payment:
        """A payment of the merchant's; `PaymentMissing` otherwise."""
        with reading(self.engine) as connection:
            return PaymentStore(connection).get(payment_id, owner=owner)

    def look(self, owner: str, payment_id: str) -> Payment:
        """Ask the provider now what became of a merchant's payment: its page came back.

        A provider that does not answer leaves the payment as it was.
        """
        payment = self.payment(owner, payment_id)
        try:
            return self.settle(payment.id)
        except ProviderFailed as error:
            _log.warning("payment %s: its provider did not tell (%s)", payment.id, error)
            return payment

    def notification(self, reference: str, token: str) -> None:
        """Hear that something became of a payment; the provider is asked before anything is done.

        Unknown references and wrong tokens do nothing, and nothing tells them from the others.
        """
        with reading(self.engine) as connection:
            try:
                payment = PaymentStore(connection).by_reference(reference)
                check_notification(payment, token)
            except (PaymentMissing, NotificationRefused) as error:
                _log.warning("a notification was refused: %s", type(error).__name__)
                return
        try:
            self.settle(payment.id)
        except ProviderFailed as error:
            # The look at what is unsettled asks again.
            _log.warning("payment %s: its provider did not tell (%s)", payment.id, error)

    def settle(self, payment_id: str) -> Payment:
        """Ask the provider what became of a payment, credit it once, pay its order.

        Raises:
            PaymentMissing: There is no such payment.
            ProviderDown, ProviderNonsense: Nothing was changed.
        """
        with reading(self.engine) as connection:
            payment = PaymentStore(connection).get(payment_id)
        if payment.state is not PaymentStatus.SUCCESS:
            status = self._status(payment)
            with transaction(self.engine) as connection:
                self._hold(connection, payment.order_id, owner=payment.owner)
                settled = PaymentStore(connection).settle(payment.id, status, at=self.clock())
                payment = settled.payment
                if settled.credited and payment.order_id is not None:
                    self._pay(
                        connection,
                        payment.owner,
                        payment.order_id,
                        payment.amount,
                        key=f"payment:{payment.id}:order",
                    )
        return payment

    def poll_unsettled(
        self, *, older_than: timedelta = timedelta(minutes=1), limit: int = 100
    ) -> Polled:
        """Ask about the payments that nothing was heard of."""
        with reading(self.engine) as connection:
            open_ones = PaymentStore(connection).unsettled(self.clock() - older_than, limit=limit)
        credited = ended = silent = 0
        for payment in open_ones:
            try:
                state = self.settle(payment.id).state
            except ProviderFailed as error:
                _log.warning("payment %s: its provider did not tell (%s)", payment.id, error)
                silent += 1
                continue
            credited += state is PaymentStatus.SUCCESS
            ended += state in (PaymentStatus.EXPIRED, PaymentStatus.FAILED)
        return Polled(asked=len(open_ones), credited=credited, ended=ended, silent=silent)

    # -- proofs -------------------------------------------------------------------------------

    def add_proof(
        self,
        owner: str,
        order_id: str,
        amount: Money,
        data: bytes,
        *,
        request_id: str,
        actor: str | None = None,
    ) -> Proof:
        """Keep the picture of a payment for an administrator to look at; once a request.

        Args:
            owner: Whose order.
            order_id: Which.
            amount: What was paid.
            data: A JPG or PNG as it came; it is re-encoded, and what it told beside is dropped.
            request_id: A form sent twice carries the same.
            actor: Who sends it.

        Raises:
            ImageRefused: It is no picture, or too large.
            PaymentFaults, WalletFaults: The amount is not accepted.
            MoveRefused: Nothing is due of this order now.
            OrderMissing: There is no such order of this merchant.
        """
        with reading(self.engine) as connection:
            order, _due = _payable(connection, owner, order_id)
        _check_currency(amount, order)
        image = clean_image(data)
        # The file first: a proof that is kept has its picture.
        extension = "jpg" if image.format == "jpeg" else "png"
        file_key = f"proofs/{order.id}/{secrets.token_hex(16)}.{extension}"
        self.files.put(file_key, image.data)
        kept = ""
        try:
            with transaction(self.engine) as connection:
                _payable(connection, owner, order_id)
                store = ProofStore(connection)
                proof = store.add(
                    owner,
                    order_id,
                    amount,
                    image,
                    key=file_key,
                    at=self.clock(),
                    request_id=key_of("proof", owner, order_id, request_id),
                )
                waiting = store.count(order_id=order_id, state=ProofState.PENDING)
                if waiting > MOST_PENDING:
                    raise PaymentFaults.of(MANY_PROOFS, "file", most=MOST_PENDING)
            kept = proof.file_key
        finally:
            if kept != file_key:
                self.files.delete(file_key)
        return proof

    def proofs(self, owner: str, order_id: str) -> tuple[Proof, ...]:
        """The proofs sent for an order of the merchant's, the newest first."""
        with reading(self.engine) as connection:
            order = OrderStore(connection).get(order_id, owner=owner)
            return ProofStore(connection).page(order_id=order.id, per_page=100)

    def proof_file(self, proof_id: str, *, owner: str | None = None) -> ProofFile:
        """The picture of a proof; with an owner, another's is `ProofMissing`."""
        with reading(self.engine) as connection:
            proof = ProofStore(connection).get(proof_id, owner=owner)
            order = OrderStore(connection).get(proof.order_id)
        try:
            with self.files.open(proof.file_key) as file:
                data = file.read()
        except FileAbsent as error:
            raise ProofMissing("the picture of this proof is not kept any more") from error
        extension = proof.file_key.rpartition(".")[2]
        return ProofFile(
            name=f"{order.number}-{proof.created_at:%Y-%m-%d}-{proof.id[:6]}.{extension}",
            media_type=proof.media_type,
            data=data,
        )

    # -- decisions of administrators ----------------------------------------------------------

    def proof(self, proof_id: str) -> OfficeProof:
        """A proof with its order and its merchant."""
        with reading(self.engine) as connection:
            found = office_proofs(connection, [ProofStore(connection).get(proof_id)])
        if not found:
            raise ProofMissing("there is no such proof here")
        return found[0]

    def same_picture(self, proof: Proof) -> tuple[OfficeProof, ...]:
        """The other proofs that show the very same picture: one receipt sent twice."""
        with reading(self.engine) as connection:
            return office_proofs(connection, ProofStore(connection).same_picture(proof))

    def pending(self) -> tuple[OfficeProof, ...]:
        """The proofs to decide on, the oldest first."""
        with reading(self.engine) as connection:
            return office_proofs(connection, ProofStore(connection).pending())

    def decided(self, *, number: int = 1, per_page: int = 25) -> tuple[Proof, ...]:
        """A page of the proofs that were decided on, the newest first."""
        with reading(self.engine) as connection:
            table = logistics_proofs.c
            decided = (
                select(table.id)
                .where(table.state != ProofState.PENDING.value)
                .order_by(table.decided_at.desc(), table.id)
            )
            some = decided.limit(per_page).offset((number - 1) * per_page)
            store = ProofStore(connection)
            return tuple(store.get(each) for each in connection.execute(some).scalars().all())

    def validate(self, proof_id: str, *, version: int, actor: str | None) -> Proof:
        """Credit what a proof shows and pay its order with it; once.

        What the order does not need stays in the wallet.

        Raises:
            StaleVersion: It was decided on meanwhile.
            MoveRefused: It is decided already.
            ProofMissing: There is no such proof.
        """
        with transaction(self.engine) as connection:
            store = ProofStore(connection)
            asked = store.get(proof_id)
            self._hold(connection, asked.order_id, owner=asked.owner)
            proof = store.validate(
                proof_id, version=version, at=self.clock(), actor=actor or COMMAND_LINE
            )
            if proof.version != asked.version:
                self._pay(
                    connection,
                    proof.owner,
                    proof.order_id,
                    proof.amount,
                    key=f"proof:{proof.id}:order",
                    actor=actor,
                )
        return proof

    def refuse(self, proof_id: str, *, reason: str, version: int, actor: str | None) -> Proof:
        """Refuse a proof, for a reason that its merchant reads; errors as for `validate`."""
        at = self.clock()
        with transaction(self.engine) as connection:
            proof = ProofStore(connection).refuse(
                proof_id, reason, version=version, at=at, actor=actor or COMMAND_LINE
            )
            order = OrderStore(connection).get(proof.order_id)
            tell(connection, self.queue, order, Told.REFUSED, at=at, key=proof.id)
        return proof

    # -- a person's data ----------------------------------------------------------------------

    def erase(self, owner: str) -> None:
        """Take a merchant out of everything, with the pictures; what was sold stays as figures.

        What the wallet still holds is nobody's any more: pay it out first.
        """
        with transaction(self.engine) as connection:
            keys = ProofStore(connection).file_keys(owner)
            # Orders before payments, proofs and accounts: the order in which all are locked.
            OrderStore(connection).erase(owner)
            PaymentStore(connection).erase(owner)
            ProofStore(connection).erase(owner)
            WalletStore(connection).erase(owner)
            MerchantStore(connection).erase(owner)
        for key in keys:
            self.files.delete(key)

    # -- behind -------------------------------------------------------------------------------

    def _status(self, payment: Payment) -> PaymentStatus:
        """What its provider says of a payment; outside any transaction."""
        if self.provider is None or payment.pay_token is None:
            over = self.clock() - payment.created_at > GIVEN_UP and not payment.is_attached
            return PaymentStatus.FAILED if over else payment.state
        return self.provider.status(
            reference=payment.reference, amount=payment.amount, pay_token=payment.pay_token
        )

    def _hold(self, connection: Connection, order_id: str | None, *, owner: str) -> None:
        """Lock the order before the accounts, as everybody does; one that is gone locks nothing."""
        if order_id is not None:
            with suppress(OrderMissing):
                hold_order(connection, order_id, owner=owner)

    def _pay(
        self,
        connection: Connection,
        owner: str,
        order_id: str,
        amount: Money,
        *,
        key: str,
        actor: str | None = None,
    ) -> None:
        """Pay an order with what was just credited, as far as it is due; once a key.

        What the order does not need, or cannot take any more, stays in the wallet.
        """
        try:
            order = OrderStore(connection).get(order_id, owner=owner)
        except OrderMissing:
            return
        due = due_of(order, paid_of(connection, [order])[order.id])
        if order.state is not OrderState.CONFIRMED or not due or amount.currency != due.currency:
            return
        at = self.clock()
        paid = record_payment(
            connection, order_id, min(amount, due), key=key, at=at, actor=actor or owner
        )
        tell_moved(connection, self.queue, [paid], at=at)


def _payable(connection: Connection, owner: str, order_id: str) -> tuple[Order, Money]:
    """An order that something is due of, and what."""
    order = OrderStore(connection).get(order_id, owner=owner)
    due = due_of(order, paid_of(connection, [order])[order.id])
    if order.state is not OrderState.CONFIRMED or not due:
        raise MoveRefused(
            "an order that is {state} is not paid for: confirm it first, or it is paid already",
            state=order.state.value,
        )
    return order, due


def _check_amount(amount: Money, due: Money) -> None:
    if amount.currency != due.currency:
        code = due.currency.code
        raise PaymentFaults.of(OTHER_CURRENCY, "amount", given=amount.currency.code, currency=code)
    if amount > due:
        raise PaymentFaults.of(
            MORE_THAN_DUE,
            "amount",
            given=f"{amount.amount:f} {amount.currency.code}",
            due=f"{due.amount:f} {due.currency.code}",
        )


def _check_currency(amount: Money, order: Order) -> None:
    code = order.quote.total.currency.code
    if amount.currency.code != code:
        raise PaymentFaults.of(OTHER_CURRENCY, "amount", given=amount.currency.code, currency=code)
