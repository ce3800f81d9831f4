"""The page of an order: confirm, share, wait, pay, cancel; sent twice, too late, by another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from svcs import Container
from testkit.freight import (
    PretendProvider,
    give_confirmed,
    give_container,
    give_merchant,
    give_money,
    give_order,
    give_paid,
    with_provider,
)
from testkit.merchants import expire
from testkit.pages import FrozenClock
from testkit.wealth import get_text, plain, writes
from werkzeug.test import TestResponse

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.values import OrderDetail
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from logistics_core.errors import ProviderDown
from logistics_core.payments import Payment
from logistics_core.pooling import OrderState

HOME = "/plateforme/groupage/"
TOTAL = 28_125_000


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
def desk(container: Container) -> FreightDesk:
    """The service behind the pages."""
    found: FreightDesk = container.get(FreightDesk)
    return found


def page_of(order_id: str, after: str = "") -> str:
    """The address of an order, or of something one does with it."""
    return f"{HOME}commandes/{order_id}{after}"


def fields_of(page: str, action: str) -> dict[str, str]:
    """What a browser sends of the form with that address; its boxes unticked."""
    forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page, re.DOTALL)
    inside = next(body for address, body in forms if address == action)
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', inside)
    return dict(hidden)


def send(browser: FlaskClient, order_id: str, after: str, **more: str) -> TestResponse:
    """Press a button of the page of an order."""
    action = page_of(order_id, after)
    fields = fields_of(browser.get(page_of(order_id)).text, action)
    return browser.post(action, data={**fields, **more})


def test_a_container_is_chosen(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """The gauges with room are proposed, the others are shown; the form sent twice books once."""
    full, held = give_container(container, "GN-1"), give_container(container, "GN-2")
    give_confirmed(container, give_merchant(container).id, full.id, volume="75")
    order = give_order(container, me)
    said = get_text(merchant, page_of(order.id))
    assert "Ces conteneurs ont de la place pour vos 3 m³." in said
    assert said.index("GN-2") < said.index("GN-1")
    assert "Pas assez de place pour la totalité" in said
    fields = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/confirmation"))
    assert fields["container"] == held.id
    for _twice in range(2):
        answer = merchant.post(page_of(order.id, "/confirmation"), data=fields)
        assert answer.status_code == 303
    (gauge,) = [each for each in desk.containers_open() if each.id == held.id]
    assert gauge.booked_litres == 3000
    said = get_text(merchant, page_of(order.id))
    assert "Votre place est réservée." in said
    assert "Payez 28 125 000 GNF." in said
    assert "Réserver ici" not in said


def test_the_room_is_taken_meanwhile(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk, clock: FrozenClock
) -> None:
    """Nothing is booked; the page says what is possible now, and the agreement to share counts."""
    first = give_container(container, "GN-1")
    clock.forward(seconds=1)
    second = give_container(container, "GN-2")
    order = give_order(container, me, volume="10")
    before = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/confirmation"))
    other = give_merchant(container).id
    give_confirmed(container, other, first.id, volume="70")
    give_confirmed(container, other, second.id, volume="73")
    late = merchant.post(page_of(order.id, "/confirmation"), data=before)
    assert late.status_code == 409
    said = plain(late.text)
    assert "Quelqu’un a réservé entre-temps" in said
    assert "6 m³ dans GN-1 3 m³ dans GN-2 1 m³ dans la file d’attente" in said
    assert desk.order(me, order.id).order.state is OrderState.QUOTE
    refused = send(merchant, order.id, "/partage")
    assert refused.status_code == 422
    assert desk.order(me, order.id).order.state is OrderState.QUOTE
    assert send(merchant, order.id, "/partage", agreed="yes").status_code == 303
    found = desk.order(me, order.id).order
    assert [part.litres for part in found.bookings] == [6000, 3000]
    assert found.waiting_litres == 1000
    said = get_text(merchant, page_of(order.id))
    assert "GN-1 6 m³" in said
    assert "File d’attente 1 m³" in said


def test_a_forged_sharing_books_nothing(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """Litres that are none, that do not add up, or of a container that is none."""
    held = give_container(container)
    order = give_order(container, me)
    token = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/attente"))
    for part in ("abc", "-1", "0", "999999999999", "4000", "1000"):
        data = {**token, f"part-{held.id}": part, "agreed": "yes"}
        assert merchant.post(page_of(order.id, "/partage"), data=data).status_code in {409, 422}
    data = {**token, "part-nowhere": "3000", "agreed": "yes"}
    assert merchant.post(page_of(order.id, "/partage"), data=data).status_code in {409, 422}
    data = {**token, "container": "nowhere"}
    assert merchant.post(page_of(order.id, "/confirmation"), data=data).status_code == 409
    assert desk.order(me, order.id).order.state is OrderState.QUOTE


def test_the_waiting_list_keeps_the_turn(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """Without a container an order waits, may be paid, and takes a place once there is one."""
    order = give_order(container, me)
    assert "la file d’attente garde votre tour" in get_text(merchant, page_of(order.id))
    fields = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/attente"))
    for _twice in range(2):
        answer = merchant.post(page_of(order.id, "/attente"), data=fields)
        assert answer.status_code == 303
    give_container(container)
    assert desk.order(me, order.id).order.waiting_litres == 3000
    said = get_text(merchant, page_of(order.id))
    assert "vous attendez une place, et pouvez déjà payer" in said
    assert send(merchant, order.id, "/confirmation").status_code == 303
    assert desk.order(me, order.id).order.waiting_litres == 0


def test_an_expired_quote_is_asked_again(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """A confirm that comes too late books nothing; the new price is another order, once."""
    give_container(container)
    order = give_order(container, me)
    fields = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/confirmation"))
    expire(container, order)
    late = merchant.post(page_of(order.id, "/confirmation"), data=fields)
    assert late.status_code == 409
    assert "Le prix a expiré entre-temps" in plain(late.text)
    assert "Réserver ici" not in late.text
    again = page_of(order.id, "/nouveau-devis")
    fields = fields_of(late.text, again)
    answers = {merchant.post(again, data=fields).location for _twice in range(2)}
    assert len(answers) == 1
    assert desk.orders(me).total == 2
    assert "Voici le prix du jour." in get_text(merchant, answers.pop())


def test_the_wallet_pays_once(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """What it holds at first, the rest later; a double click takes the money once."""
    held = give_container(container)
    order = give_confirmed(container, me, held.id)
    give_money(container, me, 8_125_000)
    action = page_of(order.id, "/paiement")
    page = merchant.get(page_of(order.id)).text
    assert "En payer 8 125 000 GNF" in plain(page)
    fields = fields_of(page, action)
    for _twice in range(2):
        merchant.post(action, data=fields)
    assert desk.order(me, order.id).paid.amount == 8_125_000
    said = get_text(merchant, page_of(order.id))
    assert "Déjà payé 8 125 000 GNF Reste à payer 20 000 000 GNF" in said
    give_money(container, me, 50_000_000)
    fields = fields_of(merchant.get(page_of(order.id)).text, action)
    first = merchant.post(action, data=fields)
    second = merchant.post(action, data=fields)
    assert first.status_code == 303
    assert second.status_code in {303, 409}
    assert desk.wallet(me).balance.amount == 30_000_000
    assert desk.order(me, order.id).order.state is OrderState.PAID
    assert "le conteneur part quand il est plein" in get_text(merchant, page_of(order.id))


def test_a_wallet_emptied_meanwhile_pays_nothing(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """The page says so, and the other ways to pay are there."""
    held = give_container(container)
    order = give_confirmed(container, me, held.id)
    give_money(container, me, TOTAL)
    fields = fields_of(merchant.get(page_of(order.id)).text, page_of(order.id, "/paiement"))
    office: FreightOffice = container.get(FreightOffice)
    office.withdraw(me, desk.wallet(me).balance, key="away", actor=None)
    answer = merchant.post(page_of(order.id, "/paiement"), data=fields)
    assert answer.status_code == 409
    assert "Rien n’a été payé" in plain(answer.text)
    assert desk.order(me, order.id).paid.amount == 0


def test_cancelling_gives_the_money_and_the_room_back(
    merchant: FlaskClient, container: Container, me: str, desk: FreightDesk
) -> None:
    """What goes away is named before the button; twice is once; at sea it is too late."""
    held = give_container(container)
    order = give_paid(container, me, held.id)
    page = merchant.get(page_of(order.id)).text
    assert "ce que vous avez payé revient dans votre portefeuille" in plain(page)
    fields = fields_of(page, page_of(order.id, "/annulation"))
    for _twice in range(2):
        answer = merchant.post(page_of(order.id, "/annulation"), data=fields)
        assert answer.status_code == 303
    assert desk.wallet(me).balance.amount == TOTAL
    (gauge,) = desk.containers_open()
    assert gauge.booked_litres == 0
    said = get_text(merchant, page_of(order.id))
    assert "Annulée : ce qui était payé est revenu dans votre portefeuille." in said
    assert "Annuler cette commande" not in said
    gone = give_paid(container, me, held.id)
    office: FreightOffice = container.get(FreightOffice)
    office.close_container(held.id, actor=None)
    answer = merchant.post(page_of(gone.id, "/annulation"), data=fields)
    assert answer.status_code == 409
    assert "Cette commande a avancé entre-temps" in plain(answer.text)
    assert "votre marchandise est en route" in plain(answer.text)
    assert "Annuler cette commande" not in answer.text


@pytest.fixture
def orange(app: Flask, container: Container) -> PretendProvider:
    """Mobile money is offered."""
    return with_provider(svcs.flask.get_registry(app), container)


def test_orange_money_pays(
    merchant: FlaskClient,
    container: Container,
    me: str,
    desk: FreightDesk,
    orange: PretendProvider,
) -> None:
    """Asked once for a double click; nothing is believed of the browser that comes back."""
    held = give_container(container)
    order = give_confirmed(container, me, held.id)
    action = page_of(order.id, "/orange")
    fields = fields_of(merchant.get(page_of(order.id)).text, action)
    waiting = merchant.post(action, data=fields).location
    assert merchant.post(action, data=fields).location == waiting
    assert len(orange.asked) == 1
    page = merchant.get(waiting).text
    assert 'href="https://pay.example.com/' in page
    assert "28 125 000 GNF En attente de votre paiement" in plain(page)
    check = fields_of(page, waiting)
    assert merchant.post(waiting, data=check).location == waiting
    assert desk.order(me, order.id).paid.amount == 0
    orange.succeed(_only_payment(desk.order(me, order.id)))
    done = merchant.post(waiting, data=check)
    assert done.location == page_of(order.id)
    assert desk.order(me, order.id).order.state is OrderState.PAID
    assert "Votre paiement est arrivé : merci." in get_text(merchant, page_of(order.id))
    assert "Il est sur votre compte" in get_text(merchant, waiting)


def _only_payment(detail: OrderDetail) -> Payment:
    (payment,) = detail.payments
    return payment


def test_orange_away_takes_nothing(
    merchant: FlaskClient, container: Container, me: str, orange: PretendProvider
) -> None:
    """The page says so, and can be tried again."""
    order = give_confirmed(container, me, give_container(container).id)
    orange.down = ProviderDown("away")
    answer = send(merchant, order.id, "/orange")
    assert answer.status_code == 503
    assert "Orange Money ne répond pas. Rien n’a été prélevé" in plain(answer.text)
    orange.down = None
    assert send(merchant, order.id, "/orange").status_code == 303


def test_another_merchants_things_do_not_exist(
    merchant: FlaskClient,
    container: Container,
    me: str,
    signed_in_client: Callable[..., FlaskClient],
    orange: PretendProvider,
) -> None:
    """Not their orders, not what can be done with them, not their payments."""
    order = give_confirmed(container, me, give_container(container).id)
    waiting = send(merchant, order.id, "/orange").location
    other = signed_in_client(Role.MERCHANT, email="other@example.com")
    token = {"csrf_token": fields_of(other.get(HOME).text, "/plateforme/deconnexion")["csrf_token"]}
    assert other.get(page_of(order.id)).status_code == 404
    assert other.get(waiting).status_code == 404
    assert other.post(waiting, data=token).status_code == 404
    actions = ("confirmation", "partage", "attente", "annulation", "nouveau-devis", "paiement",
               "orange", "preuves")  # fmt: skip
    for action in actions:
        answer = other.post(page_of(order.id, f"/{action}"), data=token)
        assert answer.status_code == 404, action
    for strange in ("x" * 500, "%00", "é"):
        assert other.get(page_of(strange)).status_code == 404


def test_opening_a_page_writes_nothing(
    merchant: FlaskClient,
    container: Container,
    me: str,
    orange: PretendProvider,
    web_engine: Engine,
) -> None:
    """Not even where a payment waits that has arrived meanwhile: that is asked for by a button."""
    held = give_container(container)
    kept = give_order(container, me)
    order = give_confirmed(container, me, held.id)
    waiting = send(merchant, order.id, "/orange").location
    desk: FreightDesk = container.get(FreightDesk)
    orange.succeed(_only_payment(desk.order(me, order.id)))
    calls = orange.calls
    pages = (HOME, f"{HOME}?goods=1&category=TEXTILE&volume=1", f"{HOME}devis/total?goods=1",
             page_of(kept.id), page_of(order.id), waiting, f"{HOME}conteneurs",
             f"{HOME}portefeuille", f"{HOME}fournisseurs")  # fmt: skip
    with writes(web_engine) as written:
        for page in pages:
            assert merchant.get(page).status_code == 200, page
    assert written == []
    assert orange.calls == calls
    with writes(web_engine) as written:
        send(merchant, kept.id, "/attente")
    assert written
