"""Freight's first page, its containers and its pool, as an administrator decides on them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import svcs
from flask.testing import FlaskClient
from testkit.freight import (
    francs,
    give_confirmed,
    give_container,
    give_merchant,
    give_order,
    give_paid,
    give_tariff,
)
from testkit.offices import full_container, give_office
from testkit.pages import csrf_token, post
from testkit.wealth import get_text, plain, sent_fields
from werkzeug.test import TestResponse

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/admin/groupage/"
BOXES = f"{HOME}conteneurs"
YES = {"confirmed": "yes"}


@pytest.fixture
def admin(signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as an administrator, with the second factor."""
    return signed_in_client(Role.ADMIN)


@pytest.fixture
def office(container: svcs.Container) -> FreightOffice:
    """What the pages ask."""
    found: FreightOffice = container.get(FreightOffice)
    return found


def send(admin: FlaskClient, page: str, action: str, **more: str) -> TestResponse:
    """Press a button of a page, its question answered: the form goes with all it carries."""
    form = sent_fields(admin.get(page).text, action)
    return admin.post(f"{page.partition('?')[0]}/{action}", data={**form, **YES, **more})


def test_what_waits_comes_first_each_with_the_way_to_it(
    admin: FlaskClient, container: svcs.Container
) -> None:
    """Nothing at first; then proofs, full containers and the pool, each a link to its decision."""
    said = get_text(admin, HOME)
    assert "Aucun tarif n’est en vigueur" in said
    assert "Aucun conteneur pour l’instant" in said
    there = give_office(container)
    page = admin.get(HOME).text
    said = plain(page)
    assert "a envoyé une preuve de 2 000 000 GNF pour la commande" in said
    assert "est rempli à 94 % : il reste 4,5 m³." in said
    assert "2 commandes de la file d’attente entrent dans" in said
    for address in (f"preuves/{there.proof}", f"conteneurs/{there.container}", "attente"):
        assert admin.get(f"{HOME}{address}").status_code == 200
        assert f"{HOME}{address}" in page
    # Both figures of the fill, and the kilograms; what is earned beside.
    assert "Facturé 94 % 71,5 m³ sur 76 m³" in said
    assert "Chargeable 105 % 71,5 m³ sur 68 m³" in said
    assert "il est facturé plus qu’on ne peut charger" in said
    assert "sur 26 480 kg" in said


def test_the_full_container_earns_what_was_worked_out(
    admin: FlaskClient, container: svcs.Container
) -> None:
    """28, 30 and 18 CBM earn 60.8 million on freight: 22.4, 24.0 and 14.4; and it is at sea."""
    box = full_container(container)
    said = get_text(admin, f"{BOXES}/{box}")
    assert "Marge sur le fret 60 800 000 GNF" in said
    assert "Électronique 28 m³ 22 400 000 GNF" in said
    assert "Textile 30 m³ 24 000 000 GNF" in said
    assert "Divers 18 m³ 14 400 000 GNF" in said
    assert "Facturé 100 % 76 m³ sur 76 m³" in said
    assert "En mer" in said
    assert "dont le fret 60 800 000 GNF" in get_text(admin, f"{BOXES}?stage=mer")
    assert "Aucun conteneur n’est à cette étape" in get_text(admin, f"{BOXES}?stage=douane")


def test_a_container_is_closed_and_moved_on_once_asked(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """Without scripts a page asks; sent twice it is done once; a stage is never skipped."""
    give_tariff(container)
    box = give_container(container, "GN-ALLER").id
    page = f"{BOXES}/{box}"
    form = sent_fields(admin.get(page).text, "fermer")
    asked = admin.post(f"{page}/fermer", data=form)
    assert asked.status_code == 200
    assert "Fermer GN-ALLER et l’envoyer en mer" in plain(asked.text)
    assert office.container(box).figures.container.stage == "collecte"
    again = sent_fields(asked.text, "fermer")
    assert again["version"] == form["version"]
    for _time in range(2):
        assert admin.post(f"{page}/fermer", data=again).location.endswith(page)
    assert office.container(box).figures.container.stage == "mer"
    form = sent_fields(admin.get(page).text, "etape")
    skipped = admin.post(f"{page}/etape", data={**form, **YES, "stage": "livre"})
    assert skipped.status_code == 303
    assert "Au port" in plain(admin.get(page).text)
    assert office.container(box).figures.container.stage == "mer"
    assert admin.post(f"{page}/etape", data={**form, **YES, "stage": "<b>"}).status_code == 400
    for stage in ("port", "douane", "livre"):
        assert send(admin, page, "etape").status_code == 303
        assert office.container(box).figures.container.stage == stage
    assert "etape" not in admin.get(page).text
    assert "annuler" not in admin.get(page).text
    history = plain(admin.get(page).text)
    assert "Parti en mer : En collecte → En mer" in history
    assert "Passé à l’étape suivante : En douane → Livré" in history


def test_what_changed_meanwhile_is_shown_beside_what_was_seen(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """A booking between the page and the button: nothing is done, and both are on the screen."""
    box = give_container(container, "GN-MEANWHILE").id
    page = f"{BOXES}/{box}"
    forms = {
        action: sent_fields(admin.get(f"{page}{before}").text, action)
        for action, before in (("fermer", ""), ("annuler", "/annuler"))
    }
    give_confirmed(container, give_merchant(container).id, box, volume="2.5")
    for action, form in forms.items():
        stale = admin.post(f"{page}/{action}", data={**form, **YES})
        assert stale.status_code == 409
        said = plain(stale.text)
        assert "a changé après l’ouverture de cette page" in said
        assert "Réservé 0 m³ 2,5 m³" in said
    one = office.container(box).figures.container
    assert (one.stage, one.cancelled_at) == ("collecte", None)
    # The page that was answered carries what it shows: deciding again there is enough.
    again = sent_fields(stale.text, "annuler")
    assert admin.post(f"{page}/annuler", data=again).status_code == 303
    assert office.container(box).figures.container.cancelled_at is not None


def test_cancelling_names_what_is_refunded(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """One question lists the orders and the sum; then the wallets have it back, once."""
    box = give_container(container, "GN-REFUND").id
    who = give_merchant(container, name="Marchande remboursée").id
    give_paid(container, who, box)
    give_confirmed(container, give_merchant(container).id, box, volume="1")
    page = f"{BOXES}/{box}/annuler"
    said = get_text(admin, page)
    assert "28 125 000 GNF reviennent dans le portefeuille" in said
    assert "2 commandes sont annulées" in said
    assert "Marchande remboursée 28 125 000 GNF remboursés" in said
    assert "rien de payé" in said
    form = sent_fields(admin.get(page).text, "annuler")
    for _time in range(2):
        assert admin.post(page, data=form).status_code == 303
    assert office.merchant(who).balance == francs(28_125_000)
    said = get_text(admin, f"{BOXES}/{box}")
    assert "Annulé le 5 janvier 2026" in said
    assert "fermer" not in admin.get(f"{BOXES}/{box}").text
    assert "déjà annulé" in get_text(admin, page)


def test_the_pool_fills_a_container(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """What is proposed says its litres and its gain; booked, it is inside and waits no more."""
    assert "Aucune commande n’attend de place" in get_text(admin, f"{HOME}attente")
    desk: FreightDesk = container.get(FreightDesk)
    give_tariff(container, worked=True)
    who = give_merchant(container, name="Marchand patient").id
    for volume in ("1.5", "2.25"):
        desk.wait(who, give_order(container, who, volume=volume).id)
    assert "ouvrez-en un pour ceux qui attendent" in get_text(admin, f"{HOME}attente")
    box = give_container(container, "GN-POOL").id
    said = get_text(admin, f"{HOME}attente")
    assert "3,75 m³ demandés par 2 commandes" in said
    assert "3,75 m³ (3 750 litres)" in said
    # 1.5 and 2.25 CBM at 800,000 a CBM, and twice 5 % of 12,500,000.
    assert "Gain de marge 4 250 000 GNF" in said
    assert "Resterait libre 72,25 m³" in said
    page = f"{BOXES}/{box}"
    form = sent_fields(admin.get(page).text, "remplir")
    asked = admin.post(f"{page}/remplir", data=form)
    assert "Réserver 2 commandes de la file d’attente, 3,75 m³, dans GN-POOL" in plain(asked.text)
    assert send(admin, page, "remplir").status_code == 303
    assert "Marchand patient Textile 2,25 m³" in get_text(admin, page)
    assert office.pool().orders == ()
    # The same form once more: the container is no longer as it was seen.
    assert admin.post(f"{page}/remplir", data={**form, **YES}).status_code == 409


def test_a_container_is_opened(admin: FlaskClient, office: FreightOffice) -> None:
    """Usual sizes are proposed; what is wrong is said beside its field; sent twice makes one."""
    page = f"{BOXES}/nouveau"
    form = sent_fields(admin.get(page).text, "nouveau")
    assert (form["billed"], form["stowable"]) == ("76", "68")
    for wrong, field in (
        ({"reference": ""}, "reference"),
        ({"reference": "A", "billed": ""}, "billed"),
        ({"reference": "A", "billed": "-1"}, "billed"),
        ({"reference": "A", "billed": "7,12345"}, "billed"),
        ({"reference": "A", "stowable": "80"}, "stowable"),
        ({"reference": "A", "payload": "beaucoup"}, "payload"),
        ({"reference": "x" * 70}, "reference"),
    ):
        answer = admin.post(page, data={**form, **wrong})
        assert answer.status_code == 422, wrong
        assert f'id="{field}-error"' in answer.text, wrong
    good = {**form, "reference": "CONT-2026-04", "billed": "33,2", "stowable": "30"}
    first, second = (admin.post(page, data=good) for _time in range(2))
    assert first.location == second.location
    (kept,) = office.containers().containers
    assert kept.container.capacity.billed_litres == 33_200
    taken = admin.post(page, data={**good, "billed": "40"})
    assert taken.status_code == 422
    assert 'id="reference-error"' in taken.text


def test_addresses_that_lead_nowhere_and_other_roles(
    admin: FlaskClient, signed_in_client: SignIn
) -> None:
    """What is not there is not found; a merchant and a client reach none of it."""
    for address in ("conteneurs/none", "conteneurs/none/annuler", "commandes/none"):
        assert admin.get(f"{HOME}{address}").status_code == 404
    for address in ("preuves/none", "preuves/none/image", "marchands/none", "fournisseurs/none"):
        assert admin.get(f"{HOME}{address}").status_code == 404
    token = csrf_token(admin, f"{BOXES}/nouveau")
    for action in ("fermer", "etape", "remplir"):
        form = {"csrf_token": token, "stage": "mer"}
        assert admin.post(f"{BOXES}/none/{action}", data=form).status_code == 404
    for role in (Role.MERCHANT, Role.CLIENT):
        browser = signed_in_client(role)
        assert browser.get(HOME).status_code == 403
        answer = post(browser, f"{BOXES}/none/fermer", page="/plateforme/compte/mot-de-passe")
        assert answer.status_code == 403
    assert re.search(r'href="/plateforme/admin/groupage/"[^>]*aria-current', admin.get(HOME).text)
