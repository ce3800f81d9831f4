"""The merchant's first page: the quote and its total, the orders; containers, wallet, suppliers."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import attrs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from svcs import Container
from testkit.freight import (
    SENTINELS,
    a_tariff,
    give_confirmed,
    give_container,
    give_merchant,
    give_money,
    give_order,
    give_paid,
    give_supplier,
    give_tariff,
)
from testkit.merchants import expire
from testkit.pages import FrozenClock, post
from testkit.wealth import get_text, plain

from comptoir_web.app import close_app, create_app
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.access import SESSION_COOKIE
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.settings import Settings
from logistics_core.pooling import OrderState

HOME = "/plateforme/groupage/"
PART = f"{HOME}devis/total"
ASKED = "?goods=10000&category=TEXTILE&volume=3"
FLAT = (
    "goods=10000&category=TEXTILE&measured=cartons&cartons-0-length=0&cartons-0-width=1"
    "&cartons-0-height=1&cartons-0-weight=1"
)
CARTONS = (
    "?goods=10000&category=TEXTILE&measured=cartons&cartons-0-length=60&cartons-0-width=40"
    "&cartons-0-height=50&cartons-0-weight=12,5&cartons-0-count=20"
    "&cartons-3-length=100&cartons-3-width=100&cartons-3-height=60&cartons-3-weight=30"
)
MOST_STATEMENTS = 14
"""What the page of the quote asks of the database, whatever the number of orders."""


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


def saved_terms(page: str) -> dict[str, str]:
    """What the form that keeps a quote carries."""
    form = re.search(r'<form method="post" action="[^"]*/devis">.*?</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))


def test_the_total_is_the_worked_one(merchant: FlaskClient, container: Container) -> None:
    """10,000 CNY and 3 CBM of textile make 28,125,000 GNF, said first, then what it is made of."""
    give_tariff(container, worked=True)
    said = get_text(merchant, f"{HOME}{ASKED}")
    assert "28 125 000 GNF tout compris, jusqu’au 12 janvier 2026 à 09:00 UTC" in said
    assert "Marchandise 10 000,00 CNY × 1 250 12 500 000 GNF" in said
    assert "Commission 5 % 625 000 GNF" in said
    assert "Fret 3 m³ × 5 000 000 GNF 15 000 000 GNF" in said
    part = merchant.get(f"{PART}{ASKED}")
    assert "<html" not in part.text
    assert 'value="28125000"' in part.text
    assert not any(word in part.text for word in ("4200000", "4 200 000", "2 400 000"))


def test_the_total_follows_what_is_typed(merchant: FlaskClient, container: Container) -> None:
    """What is missing is said without being wrong; what is on its way to a figure is one."""
    give_tariff(container)
    assert "Votre total s’affiche ici" in get_text(merchant, PART)
    assert "Il reste à remplir : catégorie, volume." in get_text(merchant, f"{PART}?goods=10000")
    half = merchant.get(f"{PART}?goods=10000,&category=TEXTILE&volume=3,")
    assert "28 125 000 GNF" in plain(half.text)
    litres = merchant.get(f"{PART}?goods=10000&category=TEXTILE&volume=3.125")
    assert "28 750 000 GNF" in plain(litres.text), "a volume is never in thousands"
    wrong = plain(merchant.get(f"{PART}?goods=-5&category=TEXTILE&volume=abc").text)
    assert "2 points demandent votre attention" in wrong
    strict = merchant.get(f"{HOME}?goods=10000&ask=1")
    assert strict.status_code == 422
    assert "Choisissez une catégorie." in plain(strict.text)
    assert 'value="10\u202f000"' in strict.text


def test_cartons_make_the_volume(merchant: FlaskClient, container: Container) -> None:
    """The sizes of several cartons in place of a volume; rows are added and taken away."""
    give_tariff(container, worked=True)
    said = get_text(merchant, f"{HOME}{CARTONS}")
    assert "Fret 3 m³ × 5 000 000 GNF" in said
    assert "28 125 000 GNF" in said
    half = get_text(merchant, f"{PART}{CARTONS.replace('&cartons-3-weight=30', '')}")
    assert "Terminez votre saisie pour voir le total." in half
    more = merchant.get(f"{HOME}{CARTONS}&add=cartons").text
    assert 'name="cartons-2-length"' in more
    assert "28 125 000" not in plain(more)
    less = merchant.get(f"{HOME}{CARTONS}&remove=cartons-3").text
    assert 'name="cartons-1-length"' not in less
    assert 'name="cartons-0-length"' in less
    several = "".join(f"&cartons-{place}-length=60" for place in range(60))
    answer = merchant.get(f"{HOME}?goods=1&category=TEXTILE&measured=cartons{several}")
    assert answer.status_code == 422
    assert "30 sortes de cartons au plus" in plain(answer.text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("goods=0&category=TEXTILE&volume=3", "0,00 CNY"),
        ("goods=-5&category=TEXTILE&volume=3", "-5,00 CNY"),
        ("goods=NaN&category=TEXTILE&volume=3", "NaN n’est pas un nombre"),
        ("goods=1,234567&category=TEXTILE&volume=3", "décimales"),
        (
            "goods=10000&category=TEXTILE&volume=0",
            "0 est hors limites : écrivez un nombre de 0,000001 à 1000.",
        ),
        ("goods=10000&category=TEXTILE&volume=1e9", "1e9 n’est pas un nombre"),
        ("goods=10000&category=TEXTILE&volume=77", "77 m³ dépassent ce que contient un conteneur"),
        ("goods=10000&category=OR&volume=3", "Choisissez une réponse de la liste."),
        ("goods=99999999999999999&category=TEXTILE&volume=3", "est trop grand"),
        (FLAT, "0 est hors limites"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(
    merchant: FlaskClient, container: Container, asked: str, said: str
) -> None:
    """Beside its field, with what would be accepted, on the page and in the part for scripts."""
    give_tariff(container)
    give_container(container)
    for path in (HOME, PART):
        answer = merchant.get(f"{path}?{asked}")
        assert answer.status_code == 422, plain(answer.text)
        assert said in plain(answer.text)
        assert "<strong><data" not in answer.text
        assert not any(each in plain(answer.text) for each in SENTINELS)


def test_heavy_goods_are_billed_by_weight(merchant: FlaskClient, container: Container) -> None:
    """Where the tariff says so the weight is asked for, and the page tells why it costs more."""
    office: FreightOffice = container.get(FreightOffice)
    heavy = attrs.evolve(a_tariff(container), kg_per_cbm=Decimal(500))
    office.publish(heavy, actor=None)
    assert "Il reste à remplir : poids." in get_text(merchant, f"{PART}{ASKED}")
    strict = merchant.get(f"{HOME}{ASKED}&ask=1")
    assert strict.status_code == 422
    assert "Écrivez un poids" in plain(strict.text)
    said = get_text(merchant, f"{HOME}{ASKED}&weight=2000")
    assert "Fret 4 m³ × 5 000 000 GNF 20 000 000 GNF" in said
    assert "C’est lourd pour 3 m³ : 4 m³ sont facturés, au poids." in said


def test_a_quote_is_kept_once(merchant: FlaskClient, container: Container, me: str) -> None:
    """A form sent twice keeps one order; its price is the one that was shown, cartons and all."""
    give_tariff(container)
    give_container(container)
    page = merchant.get(f"{HOME}{CARTONS}&note=T%C3%A9l%C3%A9phones").text
    terms = saved_terms(page)
    first = merchant.post(f"{HOME}devis", data=terms)
    again = merchant.post(f"{HOME}devis", data=terms)
    assert first.status_code == 303
    assert first.location == again.location
    desk: FreightDesk = container.get(FreightDesk)
    (detail,) = desk.orders(me).details
    assert detail.order.purchase.note == "Téléphones"
    assert detail.order.litres == 3000
    assert detail.order.state is OrderState.QUOTE
    wrong = merchant.post(f"{HOME}devis", data={**terms, "goods": "abc", "request_id": "x y"})
    assert wrong.status_code == 422
    assert "abc n’est pas un nombre" in plain(wrong.text)
    assert desk.orders(me).total == 1


def test_without_prices_nothing_is_quoted(merchant: FlaskClient) -> None:
    """The page says so, and what was typed stays."""
    answer = merchant.get(f"{HOME}?goods=10000&volume=3")
    assert answer.status_code == 200
    assert "Il n’y a pas de tarif pour l’instant" in plain(answer.text)
    assert 'value="10\u202f000"' in answer.text


def test_the_orders_say_what_comes_next(
    merchant: FlaskClient, container: Container, me: str
) -> None:
    """Each card has its stage line and the one thing that is expected; others' are not there."""
    held = give_container(container, "GN-0007")
    give_paid(container, me, held.id)
    give_confirmed(container, me, held.id)
    quoted = give_order(container, me, volume="2")
    other = give_merchant(container)
    give_order(container, other.id, volume="5.5")
    page = merchant.get(HOME).text
    said = plain(page)
    assert "2 commandes attendent quelque chose de vous." in said
    assert "Rien pour l’instant : le conteneur part quand il est plein." in said
    assert "Payez 28 125 000 GNF." in said
    assert "Confirmez avant le 12 janvier 2026" in said
    assert said.count("En collecte En mer Au port En douane Livré") == 3
    assert "5,5 m³" not in said
    assert "70 m³ libres 6 m³ pris sur 76 m³" in said
    assert 'value="6000"' in page
    expire(container, quoted)
    assert "Le prix a expiré : redemandez-le." in get_text(merchant, HOME)


def test_the_page_asks_the_database_little(
    merchant: FlaskClient, container: Container, me: str, web_engine: Engine
) -> None:
    """Whatever the number of orders."""
    held = give_container(container)
    for _each in range(6):
        give_confirmed(container, me, held.id, volume="1")
    merchant.get(f"{HOME}{ASKED}")
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.extend([statement] * (statement != "BEGIN"))

    event.listen(web_engine, "before_cursor_execute", note)
    try:
        assert merchant.get(f"{HOME}{ASKED}").status_code == 200
    finally:
        event.remove(web_engine, "before_cursor_execute", note)
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


def test_the_wallet_shows_each_movement(
    merchant: FlaskClient, container: Container, me: str
) -> None:
    """Signed as its owner sees it, the newest first."""
    assert "0 GNF dans votre portefeuille" in get_text(merchant, f"{HOME}portefeuille")
    held = give_container(container)
    give_paid(container, me, held.id)
    give_money(container, me, 3_000_000)
    said = get_text(merchant, f"{HOME}portefeuille")
    assert "3 000 000 GNF dans votre portefeuille" in said
    assert "Participation à une commande -28 125 000 GNF" in said
    assert "Versement +3 000 000 GNF" in said


def test_the_catalogue_is_searched(merchant: FlaskClient, container: Container) -> None:
    """By words, category, country and badge; a filter that is none shows all of it."""
    page = f"{HOME}fournisseurs"
    assert "Aucun fournisseur n’est encore référencé" in get_text(merchant, page)
    give_tariff(container)
    give_supplier(container, "Atelier <b>du Sud</b>")
    give_supplier(container, "Écrans du Nord", category="ELECTRONIQUE")
    answer = merchant.get(page)
    said = plain(answer.text)
    assert "Atelier &lt;b&gt;du Sud&lt;/b&gt;" in answer.text
    assert "Textile · Guangzhou, Chine" in said
    assert "à partir de 500,00 CNY" in said
    assert "Vérifié" in said
    assert "Écrans du Nord" not in get_text(merchant, f"{page}?category=TEXTILE")
    assert "Atelier" not in get_text(merchant, f"{page}?q=nord")
    assert "Aucun fournisseur ne correspond" in get_text(merchant, f"{page}?country=FR")
    assert "Atelier" in get_text(merchant, f"{page}?badge=none&page=99")


def test_the_containers_are_gauges(merchant: FlaskClient, container: Container) -> None:
    """What is taken and what is free, nothing else."""
    assert "Aucun conteneur ne prend de réservations" in get_text(merchant, f"{HOME}conteneurs")
    held = give_container(container, "GN-0042")
    give_confirmed(container, give_merchant(container).id, held.id, volume="12.5")
    said = get_text(merchant, f"{HOME}conteneurs")
    assert "GN-0042" in said
    assert "63,5 m³ libres 12,5 m³ pris sur 76 m³" in said


def test_typing_fast_is_no_abuse(
    settings: Settings, web_engine: Engine, clock: FrozenClock, app: Flask, merchant: FlaskClient
) -> None:
    """The total is asked for many times a minute, and is not counted with the rest."""
    cookie = merchant.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    few = attrs.evolve(settings, rate_limit="5 per minute")
    limited = create_app(few, engine=web_engine, clock=clock, testing=True)
    try:
        typing = limited.test_client()
        typing.set_cookie(SESSION_COOKIE, cookie.value)
        assert {typing.get(f"{PART}?goods={each}").status_code for each in range(1, 40)} == {200}
        pages = [typing.get(f"{HOME}portefeuille").status_code for _each in range(6)]
        assert pages == [200] * 5 + [429]
    finally:
        close_app(limited)


def test_others_are_sent_away(
    client: FlaskClient, signed_in_client: Callable[..., FlaskClient]
) -> None:
    """A visitor signs in first; a client and an administrator have no business here."""
    assert "/connexion" in client.get(HOME).location
    for role in (Role.CLIENT, Role.ADMIN, Role.STAFF):
        browser = signed_in_client(role)
        for path in ("", "devis/total", "conteneurs", "portefeuille", "fournisseurs"):
            assert browser.get(f"{HOME}{path}").status_code == 403
        answer = post(browser, f"{HOME}devis", {"goods": "1"}, page="/plateforme/compte/")
        assert answer.status_code == 403
