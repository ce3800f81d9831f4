"""Payments as they are kept: prepared once, credited once, whatever is said and however often."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import Connection, select

from logistics_core.adapters import OrangeMoney
from logistics_core.errors import (
    KeyReused,
    NotificationRefused,
    PaymentFaults,
    PaymentMissing,
    ProviderNonsense,
)
from logistics_core.payments import Asked, Payment, PaymentStatus, check_notification
from logistics_core.storage.money_tables import logistics_payments
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.testing.orange import FakeOrange
from logistics_core.wallets import ERASED
from shared_kernel import money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=9)
PRICE = money(28_125_000, "GNF")
ASKED = Asked(
    pay_token="pay-s3cr3t",
    payment_url="https://pay.example/pay-s3cr3t",
    notify_token="notify-s3cr3t",
)
SUCCESS, EXPIRED = PaymentStatus.SUCCESS, PaymentStatus.EXPIRED


@pytest.fixture
def store(connection: Connection) -> PaymentStore:
    """A store in a transaction."""
    return PaymentStore(connection)


def prepared(store: PaymentStore, key: str = "k1") -> Payment:
    """A payment of Ann's, and what the provider answered."""
    payment = store.prepare("ann", "o1", PRICE, "orange_money", key=key, at=NOON)
    return store.attach(payment.id, ASKED, at=NOON)


def test_a_payment_is_prepared_then_attached(store: PaymentStore) -> None:
    """It has a reference of at most thirty characters; what the provider answered is kept."""
    first = store.prepare("ann", "o1", PRICE, "orange_money", key="k1", at=NOON)
    assert (first.state, first.is_attached, first.credited_at) == (
        PaymentStatus.INITIATED,
        False,
        None,
    )
    assert len(first.reference) <= 30
    assert store.prepare("ann", "o1", PRICE, "orange_money", key="k1", at=LATER) == first
    other = store.prepare("ann", None, PRICE, "orange_money", key="k2", at=NOON)
    assert other.reference != first.reference
    attached = store.attach(first.id, ASKED, at=LATER)
    assert (attached.pay_token, attached.payment_url) == (ASKED.pay_token, ASKED.payment_url)
    again = attrs.evolve(ASKED, pay_token="another")
    assert store.attach(first.id, again, at=LATER) == attached
    assert store.by_reference(first.reference) == store.get(first.id, owner="ann") == attached
    assert store.of_order("o1") == (attached,)
    assert store.count("ann") == 2


def test_keys_are_their_owners(store: PaymentStore) -> None:
    """Another amount under the same key is refused; the same key of somebody else is another."""
    mine = prepared(store)
    for order_id, amount, provider in (
        ("o2", PRICE, "orange_money"),
        ("o1", money(1, "GNF"), "orange_money"),
        ("o1", PRICE, "other"),
    ):
        with pytest.raises(KeyReused):
            store.prepare("ann", order_id, amount, provider, key="k1", at=NOON)
    theirs = store.prepare("bob", "o1", PRICE, "orange_money", key="k1", at=NOON)
    assert theirs.id != mine.id
    with pytest.raises(PaymentMissing):
        store.get(mine.id, owner="bob")
    with pytest.raises(PaymentMissing):
        store.by_reference("GP000")
    with pytest.raises(PaymentMissing):
        store.settle("none", SUCCESS, at=NOON)
    with pytest.raises(PaymentFaults) as refused:
        store.prepare("", "", money(0, "GNF"), " x", key="", at=NOON)
    paths = [fault.path for fault in refused.value.faults]
    assert paths == ["owner", "order_id", "amount", "provider", "key"]


def test_the_same_success_ten_times_credits_once(
    store: PaymentStore, connection: Connection
) -> None:
    """The first one moves the money, the nine others find it done; nothing else is heard after."""
    payment = prepared(store)
    told = [store.settle(payment.id, SUCCESS, at=LATER) for _ in range(10)]
    assert [one.credited for one in told] == [True] + [False] * 9
    assert {one.payment.credited_at for one in told} == {LATER}
    for status in PaymentStatus:
        after = store.settle(payment.id, status, at=LATER)
        assert (after.payment.state, after.credited) == (SUCCESS, False)
    wallets = WalletStore(connection)
    assert wallets.balance("ann") == PRICE
    (movement,) = wallets.movements("ann")
    assert (movement.key, movement.reference) == (f"payment:{payment.id}", payment.reference)
    assert wallets.check()


@pytest.mark.parametrize("ended", [PaymentStatus.EXPIRED, PaymentStatus.FAILED])
def test_a_success_that_comes_late_still_credits_once(
    store: PaymentStore, connection: Connection, ended: PaymentStatus
) -> None:
    """The money did come: an end that was told before does not keep it from the merchant."""
    payment = prepared(store)
    assert store.settle(payment.id, ended, at=NOON).payment.state is ended
    for ignored in (PaymentStatus.PENDING, PaymentStatus.INITIATED):
        assert store.settle(payment.id, ignored, at=LATER).payment.state is ended
    late = [store.settle(payment.id, SUCCESS, at=LATER).credited for _ in range(2)]
    assert late == [True, False]
    assert WalletStore(connection).balance("ann") == PRICE


def test_a_forged_notification_is_refused(store: PaymentStore) -> None:
    """No token, another's, a part of it, its own digest, no text: only the very token is taken."""
    payment = prepared(store)
    check_notification(payment, ASKED.notify_token)
    digest = payment.notify_digest
    forged: list[object] = [
        None,
        "",
        "notify-s3cr3",
        "notify-s3cr3t ",
        digest,
        "é",
        "\ud800",
        b"x",
        7,
        [],
        {},
    ]
    for token in forged:
        with pytest.raises(NotificationRefused) as refused:
            check_notification(payment, token)
        assert "s3cr3t" not in str(refused.value)
    bare = store.prepare("ann", "o1", PRICE, "orange_money", key="k2", at=NOON)
    for token in [*forged, ASKED.notify_token, "-" * 64]:
        with pytest.raises(NotificationRefused):
            check_notification(bare, token)


def test_what_nobody_told_of_is_asked_again(store: PaymentStore) -> None:
    """The one left longest first; each asking puts it last, and an end takes it out."""
    names = ["k1", "k2", "k3"]
    ids = [prepared(store, key).id for key in names]
    store.settle(ids[0], PaymentStatus.PENDING, at=NOON + timedelta(minutes=2))
    store.settle(ids[1], PaymentStatus.PENDING, at=NOON + timedelta(minutes=1))
    store.settle(ids[2], EXPIRED, at=NOON + timedelta(minutes=3))
    assert [one.id for one in store.unsettled(LATER)] == [ids[1], ids[0]]
    assert [one.id for one in store.unsettled(LATER, limit=1)] == [ids[1]]
    assert [one.id for one in store.unsettled(NOON + timedelta(seconds=90))] == [ids[1]]
    store.settle(ids[1], PaymentStatus.PENDING, at=NOON + timedelta(minutes=4))
    assert [one.id for one in store.unsettled(LATER)] == [ids[0], ids[1]]


def test_no_secret_is_shown_or_kept_in_clear(store: PaymentStore, connection: Connection) -> None:
    """The token of a notification is in no column; no token is in a repr or in an export."""
    payment = prepared(store)
    settled = store.settle(payment.id, SUCCESS, at=LATER)
    rows = connection.execute(select(logistics_payments)).all()
    assert "notify-s3cr3t" not in repr(rows)
    for shown in (repr(ASKED), repr(payment), repr(settled), str(store.export("ann"))):
        assert "s3cr3t" not in shown
        assert str(payment.notify_digest) not in shown
    assert pickle.loads(pickle.dumps(payment)) == payment


def test_an_owner_takes_all_along_and_leaves_nothing(
    store: PaymentStore, connection: Connection
) -> None:
    """The export is plain JSON; an erasure deletes payments, and the money stays where it is.

    What is still to come of one that is open comes, to nobody's name.
    """
    store.settle(prepared(store).id, SUCCESS, at=LATER)
    late = store.prepare("eve", "o7", PRICE, "orange_money", key="k1", at=NOON)
    assert (store.erase("eve"), store.export("eve"), store.erase(ERASED)) == (1, (), 0)
    settled = store.settle(late.id, SUCCESS, at=LATER)
    assert (settled.credited, settled.payment.order_id) == (True, None)
    assert WalletStore(connection).balance(ERASED) == PRICE
    store.prepare("bob", None, PRICE, "orange_money", key="k1", at=NOON)
    (exported,) = json.loads(json.dumps(store.export("ann")))
    assert exported["amount"] == "28125000"
    assert exported["credited_at"] == LATER.isoformat()
    assert store.erase("ann") == 1
    assert (store.erase("ann"), store.export("ann"), store.count("bob")) == (0, (), 1)
    assert WalletStore(connection).check()


def test_only_what_the_provider_confirms_is_credited(
    store: PaymentStore, connection: Connection
) -> None:
    """The whole way, as a notification takes it: its token, then the status, then the wallet.

    A notification that says SUCCESS of a payment that was not paid credits nothing, nor does an
    answer about another amount or currency; the true one does, once, though it comes ten times.
    """
    fake = FakeOrange()
    orange = OrangeMoney(transport=fake.transport(), **fake.credentials)
    payment = store.prepare("ann", "o1", PRICE, orange.name, key="k1", at=NOON)
    notify_url = f"https://shop.example/told/{payment.reference}"
    asked = orange.ask(
        reference=payment.reference,
        amount=payment.amount,
        return_url="https://shop.example/done",
        cancel_url="https://shop.example/done",
        notify_url=notify_url,
        language="fr",
    )
    store.attach(payment.id, asked, at=NOON)
    wallets = WalletStore(connection)

    def told(said: dict[str, object]) -> bool:
        found = store.by_reference(payment.reference)
        check_notification(found, said["notif_token"])
        status = orange.status(
            reference=found.reference, amount=found.amount, pay_token=str(found.pay_token)
        )
        return store.settle(found.id, status, at=LATER).credited

    truth = fake.notification(payment.reference)
    assert not told({**truth, "status": "SUCCESS"})
    with pytest.raises(NotificationRefused):
        told({**truth, "status": "SUCCESS", "notif_token": "forged"})
    fake.pay(payment.reference)
    for lie in ({"amount": 1}, {"currency": "EUR"}, {"order_id": "GP0"}):
        fake.lie = dict(lie)
        with pytest.raises(ProviderNonsense):
            told(truth)
    assert (wallets.balance("ann"), store.get(payment.id).state.is_open) == (money(0, "GNF"), True)
    fake.lie = {}
    assert [told(truth) for _ in range(10)] == [True] + [False] * 9
    assert wallets.balance("ann") == PRICE
    fake.pay(payment.reference, PaymentStatus.FAILED)
    assert not told(fake.notification(payment.reference))
    assert wallets.balance("ann") == PRICE
