"""Orders, quotes with their margin, and proofs of payment, as an administrator sees them."""

from __future__ import annotations

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
    give_proof,
    give_tariff,
)
from testkit.pages import FrozenClock
from testkit.wealth import get_text, plain, sent_fields

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from logistics_core.payments import ProofState
from logistics_core.pooling import OrderState

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/admin/groupage/"
QUOTE = f"{HOME}devis"
ORDERS = f"{HOME}commandes"
PROOFS = f"{HOME}preuves"
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


@pytest.fixture
def payments(container: svcs.Container) -> FreightPayments:
    """What the pages of the proofs ask."""
    found: FreightPayments = container.get(FreightPayments)
    return found


def test_a_quote_with_its_margin(admin: FlaskClient, container: svcs.Container) -> None:
    """15,000 CNY, 3.0 CBM of electronics at 4 %: 37,500,000, of which 3,150,000 are kept."""
    give_tariff(container, worked=True)
    opened = sent_fields(admin.get(QUOTE).text, "devis")
    assert opened["commission"] == "5"
    asked = "?goods=15000&category=ELECTRONIQUE&volume_cbm=3.0&commission=4"
    said = get_text(admin, f"{QUOTE}{asked}")
    assert "37 500 000 GNF dont la plateforme garde 3 150 000 GNF, soit 8,40 % du total" in said
    assert "Marge sur la commission 750 000 GNF Marge sur le fret 2 400 000 GNF" in said
    # Without a commission the tariff's counts.
    assert "37 687 500 GNF" in get_text(admin, f"{QUOTE}{asked.partition('&comm')[0]}")
    for wrong, field in (
        ("goods=&category=TEXTILE&volume_cbm=3", "goods"),
        ("goods=-1&category=TEXTILE&volume_cbm=3", "goods"),
        ("goods=10,005&category=TEXTILE&volume_cbm=3", "goods"),
        ("goods=1&category=NONE&volume_cbm=3", "category"),
        ("goods=1&category=TEXTILE&volume_cbm=", "volume_cbm"),
        ("goods=1&category=TEXTILE&volume_cbm=NaN", "volume_cbm"),
        ("goods=1&category=TEXTILE&volume_cbm=1e9", "volume_cbm"),
        ("goods=1&category=TEXTILE&volume_cbm=5000", "volume_cbm"),
        ("goods=1&category=TEXTILE&volume_cbm=3&weight_kg=-4", "weight_kg"),
        ("goods=1&category=TEXTILE&volume_cbm=3&commission=140", "commission"),
    ):
        answer = admin.get(f"{QUOTE}?{wrong}")
        assert answer.status_code == 422, wrong
        assert f'id="{field}-error"' in answer.text, wrong


def test_orders_are_found_filtered_and_written_as_csv(
    admin: FlaskClient, container: svcs.Container
) -> None:
    """The filters are in the address, the file holds what they leave, and runs no formula."""
    assert "Aucune commande pour l’instant" in get_text(admin, ORDERS)
    box = give_container(container, "GN-CSV").id
    who = give_merchant(container, name='=HYPERLINK("http://example.com")').id
    other = give_merchant(container, name="Marchande de tissus").id
    paid = give_paid(container, who, box, goods=15_000, category="ELECTRONIQUE")
    quote = give_order(container, other, volume="1.25")
    for asked, here, gone in (
        ("", (paid, quote), ()),
        ("?state=paye", (paid,), (quote,)),
        ("?category=TEXTILE", (quote,), (paid,)),
        (f"?container={box}", (paid,), (quote,)),
        (f"?merchant={other}", (quote,), (paid,)),
        ("?q=tissus", (quote,), (paid,)),
        (f"?q={paid.number}", (paid,), (quote,)),
        ("?state=none&category=<b>&sort=owner&page=9", (paid, quote), ()),
    ):
        page = admin.get(f"{ORDERS}{asked}").text
        file = admin.get(f"{ORDERS}.csv{asked}").text
        for order in here:
            assert f"{ORDERS}/{order.id}" in page, asked
            assert f"\n{order.number};" in file, asked
        for order in gone:
            assert f"{ORDERS}/{order.id}" not in page, asked
            assert f"\n{order.number};" not in file, asked
        assert "<b>" not in page.partition("<main")[2]
    assert "Aucune commande ne répond" in get_text(admin, f"{ORDERS}?q=99")
    whole = admin.get(f"{ORDERS}.csv")
    assert "attachment" in whole.headers["Content-Disposition"]
    assert "'=HYPERLINK" in whole.text
    # 750,000 would be its commission at 4 %: it has the tariff's, 5 %.
    assert ";37687500;37687500;0;" in whole.text
    cheapest = admin.get(f"{ORDERS}?sort=total").text
    assert cheapest.index(quote.id) < cheapest.index(paid.id)


def test_an_order_shows_its_inside(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice, clock: FrozenClock
) -> None:
    """What the merchant sees, what it earns, its history; cancelled once, after one question."""
    give_tariff(container, worked=True)
    box = give_container(container, "GN-INSIDE").id
    order = give_paid(container, give_merchant(container).id, box)
    page = f"{ORDERS}/{order.id}"
    said = get_text(admin, page)
    assert "Fret, 3 m³ à 5 000 000 GNF 15 000 000 GNF" in said
    assert "Coût réel du fret 12 600 000 GNF" in said
    assert "Marge 3 025 000 GNF 10,76 %" in said
    assert "GN-INSIDE · En collecte 3 m³" in said
    assert "Plus rien n’est dû : Confirmée → Payée" in said
    form = sent_fields(admin.get(page).text, "annuler")
    asked = admin.post(f"{page}/annuler", data=form)
    assert "28 125 000 GNF reviennent dans le portefeuille" in plain(asked.text)
    stale = admin.post(f"{page}/annuler", data={**form, **YES, "version": "1", "saw_paid": "0 GNF"})
    assert stale.status_code == 409
    assert "Déjà payé 0 GNF 28 125 000 GNF" in plain(stale.text)
    assert office.order(order.id).line.order.state is OrderState.PAID
    for _time in range(2):
        assert admin.post(f"{page}/annuler", data={**form, **YES}).status_code == 303
    assert office.order(order.id).line.order.state is OrderState.CANCELLED
    assert "annuler" not in admin.get(page).text
    quote = give_order(container, order.owner)
    clock.forward(days=8)
    assert office.order(quote.id).expired


def test_an_order_is_booked_for_its_merchant(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """A quote or an order that waits takes a place in a container that has the room."""
    give_tariff(container)
    small, large = give_container(container, "GN-SMALL").id, give_container(container, "GN-BIG").id
    who = give_merchant(container).id
    give_confirmed(container, who, small, volume="74")
    desk: FreightDesk = container.get(FreightDesk)
    waits, quote = give_order(container, who), give_order(container, who, volume="1")
    desk.wait(who, waits.id)
    for order in (waits, quote):
        page = f"{ORDERS}/{order.id}"
        text = admin.get(page).text
        assert f'value="{large}"' in text
        assert (f'value="{small}"' in text) is (order is quote)
        form = sent_fields(text, "conteneur")
        for _time in range(2):
            answer = admin.post(f"{page}/conteneur", data={**form, "container": large})
            assert answer.status_code == 303
        (booking,) = office.order(order.id).line.order.bookings
        assert booking.container_id == large
        assert f"{page}/conteneur" not in admin.get(page).text
    late = give_order(container, who, volume="5")
    answer = admin.post(f"{ORDERS}/{late.id}/conteneur", data={**form, "container": "none"})
    assert "Choisissez un conteneur." in plain(admin.get(answer.location).text)
    admin.post(f"{ORDERS}/{late.id}/conteneur", data={**form, "container": small})
    assert "GN-SMALL" in get_text(admin, f"{ORDERS}/{late.id}")
    assert office.order(late.id).line.order.state is OrderState.QUOTE


def test_a_proof_is_validated_once(
    admin: FlaskClient,
    container: svcs.Container,
    office: FreightOffice,
    payments: FreightPayments,
) -> None:
    """Its picture is an attachment, its amount is credited once and pays the order."""
    box = give_container(container).id
    who = give_merchant(container, name="Marchande au guichet").id
    order = give_confirmed(container, who, box)
    proof = give_proof(container, who, order.id, amount=28_125_000)
    page = f"{PROOFS}/{proof.id}"
    assert "28 125 000 GNF de Marchande au guichet" in get_text(admin, PROOFS)
    picture = admin.get(f"{page}/image")
    assert picture.mimetype == "image/png"
    assert picture.headers["Content-Disposition"].startswith("attachment")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in picture.headers["Cache-Control"]
    form = sent_fields(admin.get(page).text, "valider")
    asked = admin.post(f"{page}/valider", data=form)
    assert "Créditer 28 125 000 GNF à Marchande au guichet" in plain(asked.text)
    assert payments.proof(proof.id).proof.state is ProofState.PENDING
    for _time in range(2):
        assert admin.post(f"{page}/valider", data={**form, **YES}).location == PROOFS
    assert office.order(order.id).line.order.state is OrderState.PAID
    assert office.merchant(who).balance == francs(0)
    said = get_text(admin, PROOFS)
    assert "Aucune preuve à examiner" in said
    assert "Marchande au guichet · Validée" in said
    assert "valider" not in admin.get(page).text
    # Someone who still had it on the screen and refuses it is told.
    late = admin.post(f"{page}/refuser", data={**form, "reason": "Illisible"})
    assert late.status_code == 409
    assert "Elle est maintenant « Validée »" in plain(late.text)


def test_one_picture_sent_twice_is_told(admin: FlaskClient, container: svcs.Container) -> None:
    """A receipt that another proof shows already is named before it is credited again."""
    box = give_container(container).id
    who = give_merchant(container).id
    first, second = (give_confirmed(container, who, box) for _ in range(2))
    alone = give_proof(container, who, first.id, amount=1_000_000)
    warning = "Cette même image a déjà été envoyée"
    assert warning not in get_text(admin, f"{PROOFS}/{alone.id}")
    again = give_proof(container, who, second.id, amount=2_000_000)
    assert warning in get_text(admin, f"{PROOFS}/{again.id}")
    assert f"{PROOFS}/{alone.id}" in admin.get(f"{PROOFS}/{again.id}").text
    assert warning in get_text(admin, f"{PROOFS}/{alone.id}")


def test_a_proof_is_refused_with_a_reason(
    admin: FlaskClient, container: svcs.Container, payments: FreightPayments
) -> None:
    """Without a reason it is not; the merchant reads it; validated afterwards is refused."""
    box = give_container(container).id
    who = give_merchant(container).id
    proof = give_proof(container, who, give_confirmed(container, who, box).id, amount=90_000_000)
    page = f"{PROOFS}/{proof.id}"
    assert "le reste demeure dans le portefeuille" in get_text(admin, page)
    validating = sent_fields(admin.get(page).text, "valider")
    form = sent_fields(admin.get(page).text, "refuser")
    for reason in ("", "   ", "x" * 301):
        answer = admin.post(f"{page}/refuser", data={**form, "reason": reason})
        assert answer.status_code == 422
        assert 'id="reason-error"' in answer.text
    for _time in range(2):
        answer = admin.post(f"{page}/refuser", data={**form, "reason": "Illisible <b>"})
        assert answer.location == PROOFS
    kept = payments.proof(proof.id).proof
    assert (kept.state, kept.reason) == (ProofState.REFUSED, "Illisible <b>")
    assert "Illisible &lt;b&gt;" in admin.get(page).text
    answer = admin.post(f"{page}/valider", data={**validating, **YES})
    assert answer.status_code == 409
    assert "Elle est maintenant « Refusée »" in plain(answer.text)
    assert f"{PROOFS}/{proof.id}" in admin.get(f"{ORDERS}/{proof.order_id}").text
