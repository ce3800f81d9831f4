"""Merchants, the catalogue of suppliers and the figures, as an administrator keeps them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
import svcs
from attrs import evolve
from flask.testing import FlaskClient
from testkit.freight import (
    francs,
    give_container,
    give_merchant,
    give_money,
    give_paid,
    give_supplier,
    give_tariff,
)
from testkit.pages import FrozenClock
from testkit.wealth import get_text, plain, sent_fields

from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role
from logistics_core.merchants import MerchantTerms
from logistics_core.suppliers import Badge
from shared_kernel import money

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/admin/groupage/"
PEOPLE = f"{HOME}marchands"
CATALOGUE = f"{HOME}fournisseurs"
FIGURES = f"{HOME}chiffres"
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


def test_what_was_agreed_is_kept_from_the_version_read(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """A commission of their own, or the tariff's; a stale form is shown beside what is kept."""
    assert "Aucun marchand pour l’instant" in get_text(admin, PEOPLE)
    give_tariff(container)
    who = give_merchant(container, name="Marchande de la côte").id
    page = f"{PEOPLE}/{who}"
    assert "celle du tarif" in get_text(admin, f"{PEOPLE}?q=côte")
    assert "Aucun marchand ne répond" in get_text(admin, f"{PEOPLE}?q=nobody")
    form = {**sent_fields(admin.get(page).text, "conditions"), "note": "Paie à temps"}
    assert form["commission"] == ""
    for wrong, field in (
        ({"commission": "101"}, "commission"),
        ({"commission": "x"}, "commission"),
        ({"priority": "12"}, "priority"),
        ({"note": "x" * 501}, "note"),
    ):
        answer = admin.post(f"{page}/conditions", data={**form, **wrong})
        assert answer.status_code == 422, wrong
        assert f'id="{field}-error"' in answer.text, wrong
    good = {**form, "commission": "4", "priority": "0"}
    for _time in range(2):
        assert admin.post(f"{page}/conditions", data=good).location == page
    terms = office.merchant(who).terms
    assert (terms.commission, terms.priority, terms.version) == (Decimal("0.04"), 0, 1)
    other = MerchantTerms(owner=who, commission=Decimal("0.03"))
    office.save_terms(other, version=1, actor=None)
    stale = admin.post(f"{page}/conditions", data={**good, "version": "1"})
    assert stale.status_code == 409
    said = plain(stale.text)
    assert "Commission 4 % 3 %" in said
    assert "Paie à temps" in said
    again = sent_fields(stale.text, "conditions")
    assert admin.post(f"{page}/conditions", data=again).status_code == 303
    assert office.merchant(who).terms.commission == Decimal("0.04")


def test_money_is_handed_back_once_and_never_below_zero(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """Asked once; the same form pays once; more than there is, or nothing, is refused."""
    who = give_merchant(container, name="Marchand au comptoir").id
    give_money(container, who, 1_000_000)
    page = f"{PEOPLE}/{who}"
    action = f"{page}/retrait"
    form = sent_fields(admin.get(page).text, "retrait")
    for wrong in ("", "0", "-5", "0,5", "1000001", "beaucoup"):
        answer = admin.post(action, data={**form, **YES, "amount": wrong})
        assert answer.status_code == 422, wrong
        assert 'id="amount-error"' in answer.text, wrong
    assert "Le portefeuille contient 1 000 000 GNF." in plain(
        admin.post(action, data={**form, **YES, "amount": "1000001"}).text
    )
    good = {**form, "amount": "400 000", "reference": "Reçu n° 12"}
    asked = admin.post(action, data=good)
    assert "Remettre 400 000 GNF à Marchand au comptoir ?" in plain(asked.text)
    assert office.merchant(who).balance == francs(1_000_000)
    sent = sent_fields(asked.text, "retrait")
    for _time in range(2):
        assert admin.post(action, data=sent).location == page
    assert office.merchant(who).balance == francs(600_000)
    reused = admin.post(action, data={**sent, "amount": "5"})
    assert reused.status_code == 422
    assert "déjà été envoyé avec un autre montant" in plain(reused.text)
    said = get_text(admin, page)
    assert "600 000 GNF dans le portefeuille" in said
    assert "Retrait Reçu n° 12 -400 000 GNF" in said


def test_the_catalogue_is_kept(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """Added once, changed from the version read, hidden or shown, removed after one question."""
    assert "Le catalogue est vide" in get_text(admin, CATALOGUE)
    give_tariff(container)
    form = sent_fields(admin.get(f"{CATALOGUE}/nouveau").text, "nouveau")
    assert form["country"] == "CN"
    good = {
        **form, "name": "Atelier <b>", "category": "TEXTILE", "city": "Guangzhou",
        "minimum_order": "2500,50", "currency": "CNY", "url": "https://supplier.example.com/",
        "description": "Tissus.", "listed": "no", "badges": ["verified", "samples", "none"],
    }  # fmt: skip
    for wrong, field in (
        ({"name": ""}, "name"),
        ({"category": "none"}, "category"),
        ({"country": "XX"}, "country"),
        ({"url": "http://supplier.example.com/"}, "url"),
        ({"minimum_order": "-1"}, "minimum_order"),
        ({"currency": "ZZZ"}, "currency"),
    ):
        answer = admin.post(f"{CATALOGUE}/nouveau", data={**good, **wrong})
        assert answer.status_code == 422, wrong
        assert f'id="{field}-error"' in answer.text, wrong
    for _time in range(2):
        assert admin.post(f"{CATALOGUE}/nouveau", data=good).location == CATALOGUE
    (saved,) = office.suppliers().suppliers
    assert saved.supplier.badges == (Badge.VERIFIED, Badge.SAMPLES)
    assert saved.supplier.minimum_order == money("2500.50", "CNY")
    listed = admin.get(CATALOGUE).text
    assert "Atelier &lt;b&gt;" in listed
    assert "Chine, Guangzhou" in plain(listed)
    assert "Aucun fournisseur ne répond" in get_text(admin, f"{CATALOGUE}?listed=yes")

    page = f"{CATALOGUE}/{saved.supplier.id}"
    form = {**sent_fields(admin.get(page).text, saved.supplier.id), "description": "Tissus."}
    office.save_supplier(evolve(saved.supplier, city="Foshan"), version=1, actor=None)
    stale = admin.post(page, data={**form, "city": "Shenzhen"})
    assert stale.status_code == 409
    assert "Ville Shenzhen Foshan" in plain(stale.text)
    again = {**sent_fields(stale.text, saved.supplier.id), "listed": "yes"}
    assert admin.post(page, data=again).status_code == 303
    assert office.supplier(saved.supplier.id).supplier.city == "Shenzhen"
    action = f"{page}/retirer"
    asked = admin.post(action, data=sent_fields(admin.get(page).text, "retirer"))
    assert "du catalogue ?" in plain(asked.text)
    for _time in range(2):
        assert admin.post(action, data=sent_fields(asked.text, "retirer")).location == CATALOGUE
    assert admin.get(page).status_code == 404
    assert give_supplier(container).version == 1


def test_figures_by_category_and_month(
    admin: FlaskClient, container: svcs.Container, clock: FrozenClock
) -> None:
    """The same in the charts, the tables and the files; the months are in the address."""
    assert "Rien n’a été vendu pendant ces mois." in get_text(admin, FIGURES)
    give_tariff(container, worked=True)
    box = give_container(container).id
    who = give_merchant(container).id
    give_paid(container, who, box, goods=15_000, category="ELECTRONIQUE")
    give_paid(container, who, box)
    page = admin.get(FIGURES).text
    said = plain(page)
    # 937,500 + 2,400,000 and 625,000 + 2,400,000.
    assert "6 362 500 GNF de marge sur 65 812 500 GNF de chiffre d’affaires, soit 9,7 %" in said
    assert "Électronique rapporte le plus : 3 337 500 GNF" in said
    assert "Textile 1 3 m³ 28 125 000 0 625 000 2 400 000 3 025 000" in said
    assert "Le meilleur mois est 01/2026 : 6 362 500 GNF" in said
    assert page.count("data-chart") == 3
    file = admin.get(f"{FIGURES}/categories.csv")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "\nÉlectronique;GNF;1;3,000;37687500;0;937500;2400000;3337500" in file.text
    months = admin.get(f"{FIGURES}/mois.csv?since=2026-01&until=2026-01").text
    assert months.count("\n") == 2
    assert "2026-01;GNF;2;6,000;65812500;0;1562500;4800000;6362500" in months
    assert "Rien n’a été vendu" in get_text(admin, f"{FIGURES}?since=2025-01&until=2025-06")
    for asked in ("?since=x&until=2026-13", "?since=2026-05&until=2025-12", "?since=2001-01"):
        assert admin.get(f"{FIGURES}{asked}").status_code == 200
    clock.forward(minutes=1)
