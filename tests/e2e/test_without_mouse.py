"""Keyboard alone, and without scripts: the same pages do the same things."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from testkit.browser import Visit
from testkit.pages import PASSWORD, address_of
from testkit.site import Site

from comptoir_web.identity.users import User

OpenVisit = Callable[..., Visit]

OWED = "213\u202f619,42\u00a0€"
FIELDS = {
    "#annual_rate": "3,35",
    "#months": "300",
    "#first_due": "01/10/2025",
    "#on": "09/12/2025",
}

_FOCUS = """selector => {
  const here = document.activeElement;
  if (!here || here === document.body) return "nothing";
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  if (!seen || box.width < 2 || box.height < 2) return `unseen: ${here.outerHTML.slice(0, 120)}`;
  return here.matches(selector) ? "there" : "elsewhere";
}"""


def test_from_sign_in_to_a_loan_by_keyboard(site: Site, visit: Visit) -> None:
    """Tab, Enter and letters are enough, and the focus is seen at each step."""
    owner = site.new_user()
    page = visit.page
    visit.goto("/plateforme/")
    _tab_to(page, ".skip-link", most=1)
    _type_into(page, "#email", address_of(owner))
    _type_into(page, "#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prêts")
    _tab_to(page, "main a[href$='/calcul']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calculer un prêt")
    _type_into(page, "#principal", "215000")
    for field, text in FIELDS.items():
        _type_into(page, field, text)
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text(OWED)


def test_the_skip_link_skips_the_header(site: Site, visit: Visit) -> None:
    """The first Tab shows a link past the header; after it the next Tab is in the content."""
    visit.goto("/plateforme/connexion")
    _tab_to(visit.page, ".skip-link", most=1)
    expect(visit.page.locator(".skip-link")).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    _tab_to(visit.page, "#email", most=1)


def test_a_wrong_form_says_so_and_keeps_everything(site: Site, open_visit: OpenVisit) -> None:
    """The summary takes the focus, its links lead to the fields, what was typed is still there."""
    owner = site.new_user()
    visit = open_visit(cookies=[site.session_cookie(owner)])
    visit.refusals.add(422)
    page = visit.page
    visit.goto("/plateforme/prets/calcul")
    _type_into(page, "#principal", "deux cents")
    for field, text in FIELDS.items():
        _type_into(page, field, text)
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Montant emprunté")
    expect(page.locator("#principal")).to_have_value("deux cents")
    for field, text in FIELDS.items():
        expect(page.locator(field)).to_have_value(text)
    _tab_to(page, ".error-summary a", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("#principal")).to_be_focused()
    described = str(page.locator("#principal").get_attribute("aria-describedby"))
    expect(page.locator(f"#{described.split()[-1]}")).to_contain_text("deux cents")
    page.keyboard.press("Control+A")
    page.keyboard.type("215 000")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text(OWED)


def test_without_scripts(site: Site, open_visit: OpenVisit) -> None:
    """Signing in, computing, adding a row and saving need no script."""
    owner = site.new_user()
    visit = open_visit(javascript=False)
    page = visit.page
    visit.goto("/plateforme/connexion")
    page.locator("#email").fill(address_of(owner))
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("link", name="Calculer un prêt").click()
    page.locator("#principal").fill("215000")
    for field, text in FIELDS.items():
        page.locator(field).fill(text)
    page.get_by_text("Assurance", exact=True).click()
    page.get_by_role("button", name="Ajouter une personne").click()
    expect(page.locator("#principal")).to_have_value("215\u202f000")
    page.get_by_label("Taux annuel", exact=True).fill("0,36")
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator("#answer")).to_contain_text(OWED)
    expect(page.locator("#answer")).to_contain_text("64,50\u00a0€")
    page.get_by_role("link", name="Enregistrer ce prêt").click()
    page.get_by_label("Nom du prêt").fill("Sans script")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sans script")
    (saved,) = _loans(site, owner)
    assert saved == "Sans script"


def _loans(site: Site, owner: User) -> list[str]:
    return list(site.loans(owner))


def _tab_to(page: Page, selector: str, *, most: int = 40) -> None:
    """Press Tab until the focus is there; each place on the way must be seen."""
    found = ""
    for _press in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUS, selector)
        assert not found.startswith("unseen"), found
        if found == "there":
            return
    raise AssertionError(f"{selector} was not reached by {most} presses of Tab: {found}")


def _type_into(page: Page, selector: str, text: str) -> None:
    _tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
