"""A merchant from a phone number to a paid order, by Orange Money; another one pays by a proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect
from testkit.browser import Visit
from testkit.freight import give_money, picture
from testkit.merchants import give_freight
from testkit.site import Site

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.users import User
from logistics_core.pooling import OrderState

OpenVisit = Callable[..., Visit]

HOME = "/plateforme/groupage/"
PHONE = "+224620000071"
TYPED = "620 00 00 71"
TOTAL = "28\u202f125\u202f000\u00a0GNF"


@pytest.fixture
def merchant(site: Site) -> User:
    """A merchant without anything, where prices and a container are."""
    give_freight(site.services)
    return site.new_merchant()


def orders_of(site: Site, owner: str) -> list[OrderState]:
    """The states of a merchant's orders."""
    desk: FreightDesk = site.services.get(FreightDesk)
    return [order.state for order in desk.orders(owner).orders]


def quote(page: Page) -> None:
    """Type the purchase of the documentation, one field after the other, and keep its quote."""
    page.locator("#goods").press_sequentially("10000")
    page.locator("#category").select_option("TEXTILE")
    page.locator("#volume").press_sequentially("3,0")
    expect(page.locator("#total")).to_have_text(TOTAL)
    page.get_by_role("button", name="Enregistrer ce devis").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Devis n°")


def place(site: Site, page: Page) -> Locator:
    """The button that books in the container of these tests: the others may leave meanwhile."""
    desk: FreightDesk = site.services.get(FreightDesk)
    chosen = give_freight(site.services)
    (name,) = [each.reference for each in desk.containers_open() if each.id == chosen]
    return page.locator("li.place-choice", has_text=name).get_by_role("button")


def book(site: Site, page: Page) -> None:
    """Book a place."""
    place(site, page).click()
    expect(page.locator(".notice-success")).to_have_text(" Votre place est réservée.")
    expect(page.locator("#due")).to_have_text(TOTAL)


def test_from_a_phone_number_to_a_paid_order(site: Site, open_visit: OpenVisit) -> None:
    """The code comes by text message, the total as one types, the money by Orange's own page."""
    give_freight(site.services)
    visit = open_visit(width=390)
    visit.elsewhere.add(site.orange_address)
    visit.refusals.add(404)  # Orange's page has no icon
    page = visit.page
    visit.goto("/plateforme/telephone")
    page.locator("#phone").fill(TYPED)
    page.locator("main form button[type=submit]").first.click()
    page.locator("#code").fill(site.texted_code(PHONE))
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Groupage")
    quote(page)
    book(site, page)
    page.get_by_role("button", name="Payer par Orange Money").click()
    expect(page.locator("#payment-state")).to_have_text("En attente de votre paiement")
    page.get_by_role("link", name="Aller sur Orange Money").click()
    expect(page.get_by_text("28\u00a0125\u00a0000 OUV")).to_be_visible()
    page.get_by_role("button", name="Payer").click()
    # Orange's server told ours, which asked again, before the browser came back.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Commande n°")
    expect(page.locator(".place-action")).to_contain_text("Payée")
    expect(page.locator(".expected")).to_contain_text("le conteneur part quand il est plein")
    ((_url, told),) = site.orange.notified
    assert told < 300
    visit.goto(HOME)
    card = page.locator(".order-card")
    expect(card).to_have_count(1)
    expect(card.locator("[aria-current=step]")).to_have_text("En collecte")


def test_paying_by_a_proof(site: Site, merchant: User, open_visit: OpenVisit) -> None:
    """The picture is sent, waits to be looked at, and pays once it is validated."""
    visit = open_visit(cookies=[site.session_cookie(merchant)])
    page = visit.page
    visit.goto(HOME)
    quote(page)
    book(site, page)
    page.locator("details.proof-fold > summary").click()
    photo = FilePayload(name="recu.jpg", mimeType="image/jpeg", buffer=picture("JPEG"))
    page.set_input_files("#file", photo)
    page.get_by_role("button", name="Envoyer la preuve").click()
    expect(page.locator(".expected")).to_contain_text(f"votre paiement de {TOTAL} est en cours")
    payments: FreightPayments = site.services.get(FreightPayments)
    (proof,) = [each.proof for each in payments.pending() if each.proof.owner == merchant.id]
    payments.validate(proof.id, version=proof.version, actor=None)
    page.reload()
    expect(page.locator(".place-action")).to_contain_text("Payée")
    with page.expect_download() as download:
        page.locator("a[href*='/preuves/']").click()
    assert download.value.suggested_filename.endswith((".jpg", ".jpeg"))


def test_a_double_click_orders_once(site: Site, merchant: User, open_visit: OpenVisit) -> None:
    """Neither keeping a quote, nor booking, nor paying from the wallet happens twice."""
    give_money(site.services, merchant.id, 60_000_000)
    visit = open_visit(cookies=[site.session_cookie(merchant)])
    page = visit.page
    visit.goto(HOME)
    page.locator("#goods").fill("10000")
    page.locator("#category").select_option("TEXTILE")
    page.locator("#volume").fill("3")
    expect(page.locator("#total")).to_have_text(TOTAL)
    page.get_by_role("button", name="Enregistrer ce devis").dblclick()
    place(site, page).dblclick()
    expect(page.locator("#due")).to_have_text(TOTAL)
    page.get_by_role("button", name=f"Payer {TOTAL}").dblclick()
    expect(page.locator(".place-action")).to_contain_text("Payée")
    assert orders_of(site, merchant.id) == [OrderState.PAID]
    visit.goto(f"{HOME}portefeuille")
    expect(page.locator("#balance")).to_have_text("31\u202f875\u202f000\u00a0GNF")


def test_the_total_without_scripts(site: Site, merchant: User, open_visit: OpenVisit) -> None:
    """A button gives the total, another a row; the order is kept, booked and given up."""
    visit = open_visit(javascript=False, cookies=[site.session_cookie(merchant)])
    page = visit.page
    visit.goto(HOME)
    page.locator("#goods").fill("10000")
    page.locator("#category").select_option("TEXTILE")
    page.get_by_text("Je connais les cartons").click()
    for name, value in (("length", "60"), ("width", "40"), ("height", "50"), ("weight", "12"),
                        ("count", "20")):  # fmt: skip
        page.locator(f"#cartons-0-{name}").fill(value)
    page.get_by_role("button", name="Ajouter une autre taille").click()
    expect(page.locator("#cartons-0-length")).to_have_value("60")
    for name, value in (("length", "100"), ("width", "100"), ("height", "60"), ("weight", "9")):
        page.locator(f"#cartons-1-{name}").fill(value)
    page.locator("form.quote-form .form-end button").click()
    expect(page.locator("#total")).to_have_text(TOTAL)
    page.get_by_role("button", name="Enregistrer ce devis").click()
    place(site, page).click()
    expect(page.locator("#due")).to_have_text(TOTAL)
    page.get_by_text("Annuler cette commande").click()
    page.get_by_role("button", name="L’annuler").click()
    expect(page.locator(".place-action")).to_contain_text("Annulée")
    assert orders_of(site, merchant.id) == [OrderState.CANCELLED]


def test_quoting_by_keyboard(site: Site, merchant: User, open_visit: OpenVisit) -> None:
    """Tab, letters, arrows and Enter are enough; rows come and go, and the total follows."""
    visit = open_visit(cookies=[site.session_cookie(merchant)])
    page = visit.page
    visit.goto(HOME)
    page.locator("#goods").focus()
    page.keyboard.type("10000")
    page.keyboard.press("Tab")
    page.keyboard.type("Textile")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#cartons-0-length")).to_be_visible()
    for value in ("60", "40", "50", "12", "25"):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-removes]')"):
            page.keyboard.press("Tab")
        page.keyboard.type(value)
    expect(page.locator("#total")).to_have_text(TOTAL)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#cartons-1-length")).to_be_focused()
    page.keyboard.type("5")
    expect(page.locator("#total")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text(TOTAL)
    page.locator("#total").evaluate(
        "node => node.closest('section').querySelector('button').focus()"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Devis n°")
    assert orders_of(site, merchant.id) == [OrderState.QUOTE]
