"""Mobile money and proofs: what is credited is credited once, and only when it was paid."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from testkit.freight import (
    PretendProvider,
    francs,
    give_confirmed,
    give_container,
    give_merchant,
    give_order,
    give_proof,
    picture,
    with_provider,
)
from testkit.pages import FrozenClock

from comptoir_web.files import LocalFiles
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.jobs import PAYMENTS
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import NOTIFICATIONS, FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.tables import JOBS
from comptoir_web.mail import MemoryMailer
from comptoir_web.sms import MemorySms
from logistics_core.errors import (
    ImageRefused,
    MoveRefused,
    OrderMissing,
    PaymentFaults,
    PaymentMissing,
    ProofMissing,
    ProviderDown,
    StaleVersion,
)
from logistics_core.payments import PaymentStatus, ProofState
from logistics_core.pooling import OrderState
from logistics_core.storage.wallets import WalletStore
from shared_kernel import money
from shared_kernel.engine import reading

TOTAL = francs(28_125_000)


@pytest.fixture
def provider(app: Flask, container: svcs.Container) -> PretendProvider:
    """Mobile money, offered by a provider that the test drives."""
    return with_provider(svcs.flask.get_registry(app), container)


@pytest.fixture
def fresh(app: Flask, provider: PretendProvider) -> svcs.Container:
    """The services once mobile money is offered."""
    assert provider.name == "orange"
    return svcs.Container(svcs.flask.get_registry(app))


@pytest.fixture
def payments(fresh: svcs.Container) -> FreightPayments:
    """The service."""
    found: FreightPayments = fresh.get(FreightPayments)
    return found


@pytest.fixture
def me(container: svcs.Container) -> str:
    """A merchant."""
    return give_merchant(container).id


@pytest.fixture
def order(container: svcs.Container, me: str) -> str:
    """An order of 28,125,000 francs that is booked and not paid."""
    return give_confirmed(container, me, give_container(container).id).id


def state(services: svcs.Container, owner: str, order_id: str) -> tuple[OrderState, int, int]:
    """Where an order stands, what was paid into it, and what the wallet holds."""
    desk: FreightDesk = services.get(FreightDesk)
    detail = desk.order(owner, order_id)
    return detail.order.state, int(detail.paid.amount), int(desk.wallet(owner).balance.amount)


def test_a_payment_credits_once_however_often_it_is_told(
    fresh: svcs.Container,
    payments: FreightPayments,
    provider: PretendProvider,
    client: FlaskClient,
    me: str,
    order: str,
    web_engine: Engine,
) -> None:
    """Ten notifications, a poll and the merchant's own look pay the order once; before, nothing."""
    started = payments.start(me, order, key="form-1", back="/plateforme/groupage/")
    assert payments.start(me, order, key="form-1") == started
    assert provider.calls == 1
    assert started.payment.amount == TOTAL
    address = NOTIFICATIONS + started.payment.reference
    told = {"status": "SUCCESS", "notif_token": f"notify-{started.payment.reference}", "more": 1}
    assert client.post(address, json=told).status_code == 204
    # The notification said it was paid; the provider says it is not: nothing is credited.
    assert state(fresh, me, order) == (OrderState.CONFIRMED, 0, 0)
    provider.succeed(started.payment)
    for _ in range(10):
        assert client.post(address, json=told).status_code == 204
    assert payments.look(me, started.payment.id).state is PaymentStatus.SUCCESS
    assert payments.poll_unsettled(older_than=timedelta()).asked == 0
    assert state(fresh, me, order) == (OrderState.PAID, 28_125_000, 0)
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()
    assert provider.calls == 3  # it is not asked again of what is credited


def test_forged_and_unknown_notifications_are_answered_alike(
    fresh: svcs.Container,
    payments: FreightPayments,
    provider: PretendProvider,
    client: FlaskClient,
    me: str,
    order: str,
) -> None:
    """A wrong token, an unknown reference, no JSON: the same empty answer, and nothing is asked."""
    started = payments.start(me, order, key="form-1")
    provider.succeed(started.payment)
    known, token = started.payment.reference, f"notify-{started.payment.reference}"
    answers = [
        client.post(NOTIFICATIONS + reference, data=body, content_type="application/json")
        for reference, body in (
            (known, b'{"notif_token": "forged"}'),
            (known, b'{"notif_token": 7}'),
            (known, b"not json"),
            (known, b""),
            ("GP" + "0" * 24, b'{"notif_token": "%s"}' % token.encode()),
            ("x" * 80, b'{"notif_token": "%s"}' % token.encode()),
        )
    ]
    shown = {(each.status_code, each.data, str(sorted(each.headers.keys()))) for each in answers}
    assert shown == {(204, b"", shown.copy().pop()[2])}
    assert (provider.calls, state(fresh, me, order)[0]) == (1, OrderState.CONFIRMED)
    large = client.post(NOTIFICATIONS + known, data=b" " * 10_001, content_type="application/json")
    assert (large.status_code, large.mimetype) == (413, "application/problem+json")


def test_the_poll_settles_what_nobody_told(
    app: Flask,
    fresh: svcs.Container,
    payments: FreightPayments,
    provider: PretendProvider,
    clock: FrozenClock,
    me: str,
    order: str,
) -> None:
    """Paid, expired, silent: each is asked about; one that expired and came is credited too."""
    first = payments.start(me, order, key="a", amount=francs(1_000_000)).payment
    second = payments.start(me, order, key="b", amount=francs(2_000_000)).payment
    clock.forward(minutes=2)
    provider.statuses[first.reference] = PaymentStatus.EXPIRED
    provider.succeed(second)
    polled = payments.poll_unsettled()
    assert (polled.asked, polled.credited, polled.ended, polled.silent) == (2, 1, 1, 0)
    assert state(fresh, me, order) == (OrderState.CONFIRMED, 2_000_000, 0)
    provider.succeed(first)
    assert payments.settle(first.id).state is PaymentStatus.SUCCESS
    assert state(fresh, me, order)[1] == 3_000_000
    third = payments.start(me, order, key="c", amount=francs(1)).payment
    provider.down = ProviderDown("no answer")
    clock.forward(minutes=2)
    assert payments.poll_unsettled().silent == 1
    assert payments.look(me, third.id).state is PaymentStatus.INITIATED
    with pytest.raises(ProviderDown):
        payments.start(me, order, key="d")
    provider.down = None
    clock.forward(hours=2)
    # The one that the provider never answered for is over; the other is still waited for.
    queue: JobQueue = fresh.get(JobQueue)
    asked = queue.submit(PAYMENTS, {}, owner="schedule", request_id="slot")
    runner = JobRunner(svcs.flask.get_registry(app), handlers=load_handlers(), policy=JobPolicy())
    assert runner.run_next()
    result = queue.get(asked.id, owner="schedule").result
    assert result == {"asked": 2, "credited": 0, "ended": 1, "silent": 0}


def test_what_cannot_be_paid(
    container: svcs.Container, fresh: svcs.Container, payments: FreightPayments, me: str, order: str
) -> None:
    """Another's order, a quote, more than is due, another currency, no provider: refused."""
    other = give_merchant(container).id
    with pytest.raises(OrderMissing):
        payments.start(other, order, key="k")
    with pytest.raises(MoveRefused):
        payments.start(me, give_order(container, me).id, key="k")
    for amount in (TOTAL + francs(1), money("1", "EUR"), francs(0)):
        with pytest.raises(PaymentFaults):
            payments.start(me, order, key="k", amount=amount)
    with pytest.raises(PaymentFaults):
        container.get(FreightPayments).start(me, order, key="k")
    started = payments.start(me, order, key="k")
    with pytest.raises(PaymentMissing):
        payments.payment(other, started.payment.id)
    assert payments.payment(me, started.payment.id) == started.payment


def test_money_for_an_order_that_was_cancelled_stays_in_the_wallet(
    fresh: svcs.Container, payments: FreightPayments, provider: PretendProvider, me: str, order: str
) -> None:
    """A payment that comes after the order was cancelled is its merchant's all the same."""
    started = payments.start(me, order, key="k").payment
    fresh.get(FreightDesk).cancel(me, order)
    provider.succeed(started)
    payments.settle(started.id)
    assert state(fresh, me, order) == (OrderState.CANCELLED, 0, 28_125_000)


def test_a_proof_pays_once_it_is_validated(
    container: svcs.Container,
    me: str,
    order: str,
    files: LocalFiles,
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """Sent twice it is one proof; validated it pays, once; what is over is in the wallet."""
    payments: FreightPayments = container.get(FreightPayments)
    sent = payments.add_proof(me, order, francs(30_000_000), picture(), request_id="form")
    again = payments.add_proof(me, order, francs(30_000_000), picture(), request_id="form")
    assert again == sent
    stored = [path for path in (Path(files.root) / "proofs").rglob("*") if path.is_file()]
    assert [path.suffix for path in stored] == [".png"]
    assert state(container, me, order) == (OrderState.CONFIRMED, 0, 0)
    assert [each.proof.id for each in payments.pending()] == [sent.id]
    file = payments.proof_file(sent.id, owner=me)
    assert (file.media_type, file.data[:4]) == ("image/png", b"\x89PNG")
    for ask in (
        lambda: payments.proof_file(sent.id, owner="0" * 32),
        lambda: payments.proof("0" * 32),
        lambda: payments.validate("0" * 32, version=1, actor=None),
    ):
        with pytest.raises(ProofMissing):
            ask()
    with pytest.raises(StaleVersion):
        payments.validate(sent.id, version=7, actor=None)
    for _ in range(2):
        done = payments.validate(sent.id, version=sent.version, actor=None)
        assert done.state is ProofState.VALIDATED
    assert state(container, me, order) == (OrderState.PAID, 28_125_000, 1_875_000)
    with pytest.raises(PaymentFaults):
        payments.refuse(sent.id, reason="too late", version=done.version, actor=None)
    assert [each.id for each in payments.decided()] == [sent.id]
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()
        assert connection.execute(select(JOBS.c.id)).all() == []


def test_pictures_that_are_none_leave_nothing_behind(
    container: svcs.Container, me: str, order: str, files: LocalFiles
) -> None:
    """A PDF named .jpg, another's order, ten that wait already: refused, and no file stays."""
    payments: FreightPayments = container.get(FreightPayments)
    with pytest.raises(ImageRefused):
        payments.add_proof(me, order, francs(1), b"%PDF-1.7 ...", request_id="r")
    with pytest.raises(OrderMissing):
        payments.add_proof("0" * 32, order, francs(1), picture(), request_id="r")
    with pytest.raises(PaymentFaults):
        payments.add_proof(me, order, money("1", "EUR"), picture(), request_id="r")
    assert not (Path(files.root) / "proofs").exists()
    for _ in range(10):
        give_proof(container, me, order)
    with pytest.raises(PaymentFaults):
        give_proof(container, me, order)
    kept = [path for path in (Path(files.root) / "proofs").rglob("*") if path.is_file()]
    assert len(kept) == 10


def test_merchants_are_told_in_their_language(
    app: Flask,
    container: svcs.Container,
    identity: IdentityService,
    mailer: MemoryMailer,
    sms: MemorySms,
) -> None:
    """A message is sent by a job, in the language of its reader, without a cost or a margin."""
    payments: FreightPayments = container.get(FreightPayments)
    office: FreightOffice = container.get(FreightOffice)
    french, english = give_merchant(container).id, give_merchant(container, locale="en").id
    phoned = identity.create_user(
        email=None, phone="620 00 00 11", name="Marchand", role=Role.MERCHANT.value
    ).id
    box = give_container(container)
    for who in (french, english, phoned):
        order = give_confirmed(container, who, box.id).id
        proof = payments.add_proof(who, order, TOTAL, picture("JPEG"), request_id="r")
        payments.validate(proof.id, version=1, actor=None)
    late = give_confirmed(container, french, box.id)
    refused = give_proof(container, french, late.id)
    payments.refuse(refused.id, reason="illisible", version=1, actor=None)
    office.close_container(box.id, actor=None)
    office.cancel_container(box.id, actor=None)
    runner = JobRunner(svcs.flask.get_registry(app), handlers=load_handlers(), policy=JobPolicy())
    while runner.run_next():
        pass
    texts = sorted(mail.text for mail in mailer.sent)
    why = "Sa page dit pourquoi."
    refund = "28 125 000 GNF sont revenus dans votre portefeuille."
    assert texts == [
        f"Comptoir : une preuve de paiement de votre commande 4 a été refusée. {why}",
        f"Comptoir : votre commande 1 a été annulée. {refund}",
        "Comptoir : votre commande 1 est partie en mer.",
        "Comptoir : votre commande 4 a été annulée.",
        "Comptoir: your order no. 2 has gone to sea.",
        "Comptoir: your order no. 2 was cancelled. GNF 28,125,000 came back to your wallet.",
    ]
    assert sorted((one.phone, one.text) for one in sms.sent) == [
        ("+224620000011", f"Comptoir : votre commande 3 a été annulée. {refund}"),
        ("+224620000011", "Comptoir : votre commande 3 est partie en mer."),
    ]


def test_a_merchant_is_taken_out_of_everything(
    container: svcs.Container, me: str, order: str, files: LocalFiles, web_engine: Engine
) -> None:
    """What was sold stays as figures without a name; quotes, proofs and their pictures go."""
    desk: FreightDesk = container.get(FreightDesk)
    payments: FreightPayments = container.get(FreightPayments)
    office: FreightOffice = container.get(FreightOffice)
    give_order(container, me)
    give_proof(container, me, order)
    kept = desk.export(me)
    assert len(kept["orders"]["orders"]) == 2  # type: ignore[index]  # a document
    assert len(kept["proofs"]) == 1  # type: ignore[arg-type]  # a document
    before = office.figures()
    payments.erase(me)
    assert office.figures() == before
    assert desk.orders(me).total == office.orders(owner=me).total == 0
    assert not [path for path in (Path(files.root) / "proofs").rglob("*") if path.is_file()]
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()
