"""What happens to people: a double click, a session that ends while they type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from testkit.browser import Visit
from testkit.every_page import EXAMPLE
from testkit.pages import PASSWORD, address_of
from testkit.site import Site

from comptoir_web.identity.users import User

OpenVisit = Callable[..., Visit]

SAVE = EXAMPLE.replace("/calcul?", "/enregistrer?")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_double_click_saves_once(site: Site, open_visit: OpenVisit, *, javascript: bool) -> None:
    """A form sent twice keeps one loan, whether the page's script holds the second back or not."""
    owner = site.new_user()
    visit = open_visit(javascript=javascript, cookies=[site.session_cookie(owner)])
    visit.goto(SAVE)
    visit.page.get_by_label("Nom du prêt").fill("Une seule fois")
    visit.page.get_by_role("button", name="Enregistrer").dblclick()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Une seule fois")
    visit.goto("/plateforme/prets/")
    expect(visit.page.locator(".loan-cards > li")).to_have_count(1)


def test_a_session_that_ends_while_computing(site: Site, open_visit: OpenVisit) -> None:
    """Signing in again leads to the answer of what was typed before."""
    owner = site.new_user()
    visit = open_visit(cookies=[site.session_cookie(owner)])
    page = visit.page
    visit.goto("/plateforme/prets/calcul")
    page.locator("#principal").fill("215000")
    page.locator("#annual_rate").fill("3,35")
    page.locator("#months").fill("300")
    page.locator("#first_due").fill("01/10/2025")
    page.locator("#on").fill("09/12/2025")
    site.end_sessions(owner)
    page.get_by_role("button", name="Calculer").click()
    _sign_in_again(page, owner)
    expect(page.locator("#balance")).to_have_attribute("value", "213619.42")
    expect(page.locator("#annual_rate")).to_have_value("3,35")


def test_a_session_that_ends_while_saving(site: Site, open_visit: OpenVisit) -> None:
    """Signing in again leads back to the form, with the name that was typed; nothing is sent."""
    owner = site.new_user()
    visit = open_visit(cookies=[site.session_cookie(owner)])
    page = visit.page
    visit.goto(SAVE)
    page.get_by_label("Nom du prêt").fill("Un nom réfléchi")
    site.end_sessions(owner)
    page.get_by_role("button", name="Enregistrer").click()
    _sign_in_again(page, owner)
    expect(page).to_have_url(f"{site.address}{SAVE}")
    expect(page.get_by_label("Nom du prêt")).to_have_value("Un nom réfléchi")
    assert not site.loans(owner)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Un nom réfléchi")
    visit.goto(SAVE)
    expect(page.get_by_label("Nom du prêt")).to_have_value("")


def _sign_in_again(page: Page, owner: User) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.get_by_label("Adresse e-mail").fill(address_of(owner))
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
