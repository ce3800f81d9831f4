"""Proofs of payment as they are kept: validated once, refused with a reason, their owner's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import Connection, select

from logistics_core.errors import KeyReused, PaymentFaults, ProofMissing, StaleVersion
from logistics_core.payments import CleanImage, Proof, ProofState
from logistics_core.storage.money_tables import logistics_proofs
from logistics_core.storage.proofs import ProofStore
from logistics_core.storage.wallets import WalletStore
from shared_kernel import money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
PRICE = money(28_125_000, "GNF")
PICTURE = CleanImage(data=b"\xff\xd8\xff...", format="jpeg", width=3, height=2, sha256="a" * 64)


@pytest.fixture
def store(connection: Connection) -> ProofStore:
    """A store in a transaction."""
    return ProofStore(connection)


def sent(store: ProofStore, name: str = "1", *, owner: str = "ann", order_id: str = "o1") -> Proof:
    """A proof of Ann's."""
    key = f"proofs/{owner}/{name}.jpg"
    return store.add(owner, order_id, PRICE, PICTURE, key=key, at=NOON, request_id=name)


def test_a_proof_waits_to_be_looked_at(store: ProofStore) -> None:
    """All of it comes back; the same form sent twice is one proof, another under it is refused."""
    proof = sent(store)
    assert (proof.state, proof.reason, proof.version) == (ProofState.PENDING, "", 1)
    assert (proof.file_key, proof.bytes, proof.width, proof.height, proof.media_type) == (
        "proofs/ann/1.jpg",
        len(PICTURE.data),
        3,
        2,
        "image/jpeg",
    )
    again = store.add("ann", "o1", PRICE, PICTURE, key="other", at=LATER, request_id="1")
    assert again == proof
    png = attrs.evolve(PICTURE, sha256="b" * 64)
    with pytest.raises(KeyReused):
        store.add("ann", "o1", PRICE, png, key="other", at=LATER, request_id="1")
    with pytest.raises(PaymentFaults) as refused:
        store.add("", "o1", money(0, "GNF"), PICTURE, key="", at=NOON, request_id="2")
    assert [fault.path for fault in refused.value.faults] == ["owner", "amount", "key"]
    assert store.get(proof.id, owner="ann") == store.get(proof.id) == proof
    for wrong in ({"owner": "bob"}, {}):
        with pytest.raises(ProofMissing):
            store.get(proof.id if wrong else "none", **wrong)


def test_a_validated_proof_credits_once(store: ProofStore, connection: Connection) -> None:
    """Sent twice from the same page it is one decision and one deposit; it stays so."""
    proof = sent(store)
    done = store.validate(proof.id, version=1, at=LATER, actor="office")
    assert (done.state, done.decided_at, done.decided_by, done.version) == (
        ProofState.VALIDATED,
        LATER,
        "office",
        2,
    )
    assert store.validate(proof.id, version=1, at=LATER, actor="office") == done
    wallets = WalletStore(connection)
    assert (wallets.balance("ann"), wallets.count("ann")) == (PRICE, 1)
    with pytest.raises(PaymentFaults, match="validated already"):
        store.refuse(proof.id, "unreadable", version=2, at=LATER, actor="office")
    assert wallets.check()


def test_a_refusal_has_its_reason(store: ProofStore, connection: Connection) -> None:
    """Without a reason it is none; refused once, it is not validated, and nothing moves."""
    proof = sent(store)
    for reason in ("", " ", "a" * 501, "two\nlines"):
        with pytest.raises(PaymentFaults):
            store.refuse(proof.id, reason, version=1, at=LATER, actor="office")
    with pytest.raises(StaleVersion, match="version 3 is not the last one, 1"):
        store.refuse(proof.id, "unreadable", version=3, at=LATER, actor="office")
    done = store.refuse(proof.id, "unreadable", version=1, at=LATER, actor="office")
    assert (done.state, done.reason, done.version) == (ProofState.REFUSED, "unreadable", 2)
    assert store.refuse(proof.id, "unreadable", version=1, at=LATER, actor="office") == done
    with pytest.raises(PaymentFaults, match="refused already"):
        store.validate(proof.id, version=2, at=LATER, actor="office")
    with pytest.raises(PaymentFaults, match="refused already"):
        store.refuse(proof.id, "another", version=2, at=LATER, actor="office")
    assert WalletStore(connection).count("ann") == 0


def test_proofs_are_found(store: ProofStore) -> None:
    """Those that wait, an order's, an owner's, and those that show one same picture."""
    first, second = sent(store, "1"), sent(store, "2", order_id="o2")
    third = sent(store, "1", owner="bob", order_id="o3")
    store.refuse(second.id, "unreadable", version=1, at=LATER, actor="office")
    assert {one.id for one in store.pending()} == {first.id, third.id}
    assert {one.id for one in store.page(owner="ann")} == {first.id, second.id}
    assert [one.id for one in store.page(state=ProofState.REFUSED)] == [second.id]
    assert [one.id for one in store.page(order_id="o3")] == [third.id]
    assert len(store.page(per_page=2)) == 2
    assert len(store.page(number=2, per_page=2)) == 1
    assert (store.count(), store.count(owner="ann"), store.count(order_id="none")) == (3, 2, 0)
    assert {one.id for one in store.same_picture(first)} == {second.id, third.id}


def test_an_owner_takes_all_along_and_leaves_nothing(
    store: ProofStore, connection: Connection
) -> None:
    """The export is plain JSON, the keys of the files are told, and an erasure leaves no row."""
    store.validate(sent(store).id, version=1, at=LATER, actor="office")
    sent(store, owner="bob")
    (exported,) = json.loads(json.dumps(store.export("ann")))
    assert (exported["state"], exported["decided_at"]) == ("validated", LATER.isoformat())
    assert store.file_keys("ann") == ("proofs/ann/1.jpg",)
    assert store.erase("ann") == 1
    assert (store.erase("ann"), store.export("ann"), store.file_keys("ann")) == (0, (), ())
    owners = connection.execute(select(logistics_proofs.c.owner)).scalars().all()
    assert owners == ["bob"]
    assert WalletStore(connection).check()
