"""The first way through the site: from an administrator's sign-in to a client's signed-out page."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Download, Page, expect
from pypdf import PdfReader
from testkit.browser import Visit
from testkit.site import Site

from comptoir_web.identity.roles import Role
from shared_kernel import money
from wealth_core.loans import Loan, LoanPlan

OpenVisit = Callable[..., Visit]

EMAIL = "nouvelle.cliente@example.com"
PASSWORD = "quatre mots choisis ensemble"
OWED = "213\u202f619,42\u00a0€"
INSTALMENT = "1\u202f059,12\u00a0€"
OTHER_LOANS = 30

_CHART_DRAWN = """() => {
  const canvas = document.querySelector("canvas[data-chart]");
  if (!canvas || !canvas.width) return false;
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Map();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 255) continue;
    const colour = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return [...seen.values()].filter(count => count > 2000).length >= 2;
}"""
"""Two colours at least cover some ground: capital and interest."""


def test_from_the_account_to_the_figures(site: Site, open_visit: OpenVisit, tmp_path: Path) -> None:
    """A client whom an administrator invited computes a loan, keeps it and takes it away.

    Nothing goes wrong in the browser on the way, and nothing is left on the screen afterwards.
    """
    _invite(site, open_visit())
    visit = open_visit()
    _choose_password(site, visit)
    _compute(visit.page)
    _take_away(visit.page, tmp_path)
    _save(visit.page)
    _export(site, visit, tmp_path)
    _read_in_english(visit.page)
    _leave(visit.page)


def _invite(site: Site, visit: Visit) -> None:
    """The administrator signs in with the second factor and creates the client."""
    page, admin = visit.page, site.account(Role.ADMIN)
    visit.goto("/plateforme/")
    page.get_by_label("Adresse e-mail").fill(admin.email)
    page.get_by_label("Mot de passe").fill(admin.password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Code").fill(site.authenticator.code())
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Utilisateurs")
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Nom", exact=True).fill("Nouvelle cliente")
    page.get_by_label("Adresse e-mail").fill(EMAIL)
    page.get_by_label("Rôle").select_option("client")
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nouvelle cliente")
    expect(page.locator(".notice-success")).to_contain_text("Le compte est créé")


def _choose_password(site: Site, visit: Visit) -> None:
    """The client opens the link of the mail, chooses a password and signs in."""
    page = visit.page
    page.goto(site.mailed_link(EMAIL))
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    page.get_by_label("Adresse e-mail").fill(EMAIL)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prêts")


def _compute(page: Page) -> None:
    """Five fields give the figures of the bank's table and a drawn chart."""
    page.get_by_role("link", name="Calculer un prêt").click()
    page.get_by_label("Montant emprunté").fill("215000")
    page.get_by_label("Taux nominal annuel").fill("3,35")
    page.get_by_label("Durée", exact=True).fill("300")
    page.get_by_label("Première échéance").fill("01/10/2025")
    page.get_by_label("Capital restant dû le").fill("09/12/2025")
    page.get_by_role("button", name="Calculer").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text(f"{OWED} restent dus le 9 décembre 2025")
    expect(answer).to_contain_text(INSTALMENT)
    page.wait_for_function(_CHART_DRAWN)


def _take_away(page: Page, folder: Path) -> None:
    """The PDF and the CSV of the whole table hold the same figures."""
    pdf = _downloaded(page, "PDF", folder)
    text = " ".join(sheet.extract_text() for sheet in PdfReader(pdf).pages)
    for figure in (OWED, INSTALMENT, "9 décembre 2025", "213\u202f619,42"):
        assert figure in text, f"the PDF does not say {figure}"
    table = _downloaded(page, "CSV complet", folder).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert len(rows) == 1 + 300
    assert rows[3][:2] == ["3", "2025-12-01"]
    assert (rows[3][2], rows[3][-1]) == ("1059,12", "213619,42")
    assert rows[-1][-1] == "0,00"


def _save(page: Page) -> None:
    """The loan is kept under the name that the client gives it."""
    page.get_by_role("link", name="Enregistrer ce prêt").click()
    page.get_by_label("Nom du prêt").fill("Appartement à Lyon")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".notice-success")).to_contain_text("Appartement à Lyon")
    expect(page.locator("#answer")).to_contain_text(OWED)


def _export(site: Site, visit: Visit, folder: Path) -> None:
    """Every table is exported by a job, whose progress the page shows until the file is there."""
    owner, page = site.user(EMAIL), visit.page
    for number in range(OTHER_LOANS):
        loan = Loan(money(100_000 + number, "EUR"), Decimal("0.03"), 300, date(2025, 1, 31))
        site.save_loan(owner, f"Prêt {number}", LoanPlan(loan))
    visit.goto("/plateforme/prets/")
    page.get_by_role("button", name="Exporter tous mes tableaux").click()
    ready = page.get_by_role("link", name="Télécharger le fichier")
    page.wait_for_function(
        "() => { const bar = document.getElementById('job-bar');"
        " return bar && bar.value > 0 && bar.value < bar.max; }"
    )
    expect(ready).to_be_visible(timeout=60_000)
    archive = zipfile.ZipFile(_downloaded(page, "Télécharger le fichier", folder))
    names = archive.namelist()
    assert len(names) == 2 * (1 + OTHER_LOANS)
    (table,) = (name for name in names if name.endswith("appartement-a-lyon.csv"))
    assert "213619,42" in archive.read(table).decode("utf-8-sig")


def _read_in_english(page: Page) -> None:
    """The switch of the header brings English words, dates and amounts, and is remembered."""
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Loans").click()
    page.goto(page.url + "?page=99")
    page.get_by_role("link", name="Appartement à Lyon").click()
    page.get_by_label("Capital owed on").fill("2025-12-09")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#answer")).to_contain_text("€213,619.42 are owed on 9 December 2025")
    expect(page.locator("#answer")).to_contain_text("€1,059.12")


def _leave(page: Page) -> None:
    """After signing out, the back button shows the sign-in page and no figure."""
    page.get_by_text("Account", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "213,619.42" not in page.content()


def _downloaded(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    download: Download = waiting.value
    path = folder / download.suggested_filename
    download.save_as(path)
    return path
