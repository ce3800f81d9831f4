"""A proof of payment: sent as a picture, looked at by a person, read back as an attachment."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image
from svcs import Container
from testkit.freight import give_confirmed, give_container, give_paid, picture
from testkit.pages import FrozenClock
from testkit.wealth import get_text, plain
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.security.sizes import LARGER
from logistics_core.payments import ProofState
from logistics_core.pooling import OrderState
from logistics_core.storage.orders import Order

HOME = "/plateforme/groupage/"


@pytest.fixture
def merchant(signed_in_client: Callable[..., FlaskClient]) -> FlaskClient:
    """Someone signed in as a merchant."""
    return signed_in_client(Role.MERCHANT)


@pytest.fixture
def me(merchant: FlaskClient, identity: IdentityService) -> str:
    """The merchant's id."""
    found = identity.user_by_email("merchant@example.com")
    assert found is not None
    return found.id


@pytest.fixture
def order(merchant: FlaskClient, container: Container, me: str) -> Order:
    """An order that waits to be paid."""
    return give_confirmed(container, me, give_container(container).id)


def send(
    browser: FlaskClient,
    order: Order,
    data: bytes,
    *,
    name: str = "recu.png",
    amount: str = "28 125 000",
    request_id: str = "form-1",
) -> TestResponse:
    """Choose a file and send the form."""
    page = browser.get(f"{HOME}commandes/{order.id}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    fields = {
        "csrf_token": token[1],
        "request_id": request_id,
        "amount": amount,
        "file": FileStorage(io.BytesIO(data), filename=name),
    }
    boundary, body = encode_multipart(fields)
    return browser.post(
        f"{HOME}commandes/{order.id}/preuves",
        data=body,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def test_a_proof_is_sent_checked_and_pays(
    merchant: FlaskClient, container: Container, me: str, order: Order
) -> None:
    """Sent twice it is one; while it waits nothing is asked; validated, the order is paid."""
    for _twice in range(2):
        assert send(merchant, order, picture("JPEG")).status_code == 303
    payments: FreightPayments = container.get(FreightPayments)
    (proof,) = payments.proofs(me, order.id)
    said = get_text(merchant, f"{HOME}commandes/{order.id}")
    assert "votre paiement de 28 125 000 GNF est en cours de vérification" in said
    assert "En cours de vérification" in said
    payments.validate(proof.id, version=proof.version, actor="an administrator")
    desk: FreightDesk = container.get(FreightDesk)
    assert desk.order(me, order.id).order.state is OrderState.PAID
    assert "Acceptée" in get_text(merchant, f"{HOME}commandes/{order.id}")


def test_a_refused_proof_says_why(
    merchant: FlaskClient, container: Container, me: str, order: Order, clock: FrozenClock
) -> None:
    """The reason is on the page, escaped, and another one is expected."""
    send(merchant, order, picture())
    payments: FreightPayments = container.get(FreightPayments)
    (proof,) = payments.proofs(me, order.id)
    reason = "Le montant <b>ne se lit pas</b>"
    payments.refuse(proof.id, reason=reason, version=proof.version, actor="an administrator")
    page = merchant.get(f"{HOME}commandes/{order.id}").text
    assert "Votre preuve de paiement a été refusée : envoyez-en une autre." in plain(page)
    assert "Le montant &lt;b&gt;ne se lit pas&lt;/b&gt;" in page
    clock.forward(seconds=1)
    assert send(merchant, order, picture(), request_id="form-2").status_code == 303
    assert payments.proofs(me, order.id)[0].state is ProofState.PENDING


def bomb() -> bytes:
    """A small file that unfolds into 400 megapixels."""
    made = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "amount", "said"),
    [
        (b"", "recu.png", "1000", "Choisissez une image"),
        (b"%PDF-1.7 not a picture", "recu.jpg", "1000", "JPG"),
        (picture()[:60], "recu.png", "1000", "PNG"),
        (b"GIF89a" + bytes(40), "recu.png", "1000", "JPG"),
        (picture(), "recu.png", "beaucoup", "beaucoup n’est pas un nombre"),
        (picture(), "recu.png", "", "Écrivez un montant"),
        (picture(), "recu.png", "0", "0 GNF"),
        (picture(), "recu.png", "1000,5", "la devise GNF n’en a pas"),
    ],
    ids=["nothing", "pdf", "cut short", "gif", "words", "no amount", "zero", "half a franc"],
)
def test_what_is_no_proof_is_refused(
    merchant: FlaskClient,
    container: Container,
    me: str,
    order: Order,
    data: bytes,
    name: str,
    amount: str,
    said: str,
) -> None:
    """Beside its field; nothing is kept, and the amount that was typed stays."""
    answer = send(merchant, order, data, name=name, amount=amount)
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert '<details class="proof-fold" open>' in answer.text
    payments: FreightPayments = container.get(FreightPayments)
    assert payments.proofs(me, order.id) == ()


def test_a_picture_bomb_is_refused(merchant: FlaskClient, order: Order) -> None:
    """By the size it says it has, before it is unfolded."""
    answer = send(merchant, order, bomb())
    assert answer.status_code == 422
    assert "pixels" in plain(answer.text)


def test_five_megabytes_pass_where_they_are_wanted(merchant: FlaskClient, order: Order) -> None:
    """The other pages keep their own limit, and the upload has one too."""
    padded = picture("JPEG") + bytes(4_500_000)
    assert send(merchant, order, padded).status_code == 303
    most = LARGER["freight.add_proof"]
    assert send(merchant, order, bytes(most)).status_code == 413
    page = f"{HOME}commandes/{order.id}"
    answer = merchant.post(f"{page}/annulation", data={"x": "y" * 2_000_000})
    assert answer.status_code == 413


def test_the_picture_is_an_attachment_of_its_owner(
    merchant: FlaskClient,
    container: Container,
    me: str,
    order: Order,
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """Re-encoded, downloaded and never shown in the page; for another it does not exist."""
    send(merchant, order, picture("JPEG"))
    payments: FreightPayments = container.get(FreightPayments)
    (proof,) = payments.proofs(me, order.id)
    answer = merchant.get(f"{HOME}preuves/{proof.id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert Image.open(io.BytesIO(answer.data)).size == (40, 30)
    other = signed_in_client(Role.MERCHANT, email="other@example.com")
    for wanted in (proof.id, "nothing", "x" * 300):
        assert other.get(f"{HOME}preuves/{wanted}").status_code == 404


def test_nothing_due_takes_no_proof(merchant: FlaskClient, container: Container, me: str) -> None:
    """An order that is paid says so."""
    paid = give_paid(container, me, give_container(container).id)
    answer = send(merchant, paid, picture())
    assert answer.status_code == 409
    assert "Rien n’est à payer" in plain(answer.text)
