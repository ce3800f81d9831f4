"""An administrator of freight: the second factor, a quote, a proof, a container sent to sea."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Page, expect
from testkit.browser import Visit
from testkit.freight import (
    a_purchase,
    give_confirmed,
    give_container,
    give_merchant,
    give_proof,
    give_tariff,
)
from testkit.site import Site

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role
from logistics_core.pooling import OrderState
from shared_kernel import format_money

OpenVisit = Callable[..., Visit]
HOME = "/plateforme/admin/groupage/"
WHO = "Marchande du premier envoi"


def test_from_the_second_factor_to_a_container_at_sea(site: Site, visit: Visit) -> None:
    """What waits is decided where its link leads; each dangerous act asks once, by its name."""
    services, page = site.services, visit.page
    give_tariff(services, worked=True)
    merchant = give_merchant(services, name=WHO)
    box = give_container(services, "GN-JOURNEY")
    order = give_confirmed(services, merchant.id, box.id)
    give_proof(services, merchant.id, order.id, amount=28_125_000)
    office: FreightOffice = services.get(FreightOffice)
    _sign_in(site, visit)
    _quote(page, office)

    page.get_by_role("link", name="À décider").click()
    page.get_by_role("link", name=f"Regarder la preuve de la commande {order.number}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Preuve de 28\u202f125\u202f000\u00a0GNF"
    )
    picture = page.locator(".proof-picture")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_role("button", name="Valider").click()
    question = page.locator("dialog[open]")
    expect(question).to_contain_text(f"Créditer 28\u202f125\u202f000\u00a0GNF à {WHO}")
    question.get_by_role("button", name="Annuler").click()
    expect(question).to_have_count(0)
    assert office.order(order.id).line.order.state is OrderState.CONFIRMED
    page.get_by_role("button", name="Valider").click()
    question.get_by_role("button", name="Valider").click()
    expect(page.locator(".notice-success")).to_contain_text("La preuve est validée")
    assert office.order(order.id).line.order.state is OrderState.PAID

    _send_to_sea(page, box.reference)
    assert office.order(order.id).line.order.state is OrderState.SHIPPED
    # Its merchant is shown the sea, and nothing of what was earned.
    seen = services.get(FreightDesk).order(merchant.id, order.id)
    assert seen.order.bookings[0].stage == "mer"


def _sign_in(site: Site, visit: Visit) -> None:
    """The password, then the code; without the code nothing of freight opens."""
    page, admin = visit.page, site.account(Role.ADMIN)
    visit.goto(HOME)
    page.get_by_label("Adresse e-mail").fill(admin.email)
    page.get_by_label("Mot de passe").fill(admin.password)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_label("Code")).to_be_visible()
    visit.goto(HOME)
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.go_back()
    page.get_by_label("Code").fill(site.authenticator.code())
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fret")


def _quote(page: Page, office: FreightOffice) -> None:
    """The worked total, by the keyboard alone, and what the costs of the day leave of it."""
    page.get_by_role("link", name="Faire un devis").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Marchandise").fill("15000")
    page.get_by_label("Catégorie").select_option("ELECTRONIQUE")
    page.get_by_label("Volume").fill("3,0")
    page.get_by_label("Commission").fill("4")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("37\u202f500\u202f000\u00a0GNF")
    purchase = a_purchase(15_000, "3.0", "ELECTRONIQUE")
    kept = office.quote_internal(purchase, commission=Decimal("0.04")).internal.margin
    expect(page.locator("main")).to_contain_text(f"garde {format_money(kept)}")


def _send_to_sea(page: Page, name: str) -> None:
    """From the row of pages to the container; closed after one question, and at sea."""
    page.get_by_role("navigation", name="Pages du fret").get_by_role(
        "link", name="Conteneurs"
    ).click()
    page.get_by_role("link", name=name).click()
    expect(page.locator(".stages [aria-current]")).to_have_text("En collecte")
    page.get_by_role("button", name="Fermer et envoyer en mer").click()
    expect(page.locator("dialog[open]")).to_contain_text(f"Fermer {name} et l’envoyer en mer")
    page.locator("dialog[open]").get_by_role("button", name="Fermer et envoyer en mer").click()
    expect(page.locator(".notice-success")).to_contain_text("part en mer")
    expect(page.locator(".stages [aria-current]")).to_have_text("En mer")
