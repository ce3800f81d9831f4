"""A client writes down a flat with its loans, recalculates, ends an action and undoes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from playwright.sync_api import Page, expect
from testkit.browser import Visit
from testkit.site import Site

from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from wealth_core.networth import CashAccount, CashKind, Holdings, Property
from wealth_core.planning import InvestmentPlan, PlanLine

OpenVisit = Callable[..., Visit]
HOME = "/plateforme/patrimoine/"


def test_a_flat_its_loans_and_an_action(site: Site, open_visit: OpenVisit) -> None:
    """The figure moves by the button alone, and an action moves its money there and back."""
    user = site.new_user()
    service: WealthService = site.services.get(WealthService)
    today = datetime.now(UTC).date()
    account = CashAccount("a", "Livret A", CashKind.LIVRET_A, money("4700", "EUR"), today)
    service.save_holdings(user.id, Holdings(cash=[account]), version=0, actor=user.id)
    line = PlanLine(id="safety", percent=Decimal(50), cash=CashKind.LIVRET_A, target="a")
    plan = InvestmentPlan(monthly_capacity=money("600", "EUR"), starts_on=today, lines=[line])
    service.save_plan(user.id, plan, version=0, actor=user.id)
    visit = open_visit(cookies=[site.session_cookie(user)])
    page = visit.page

    visit.goto(HOME)
    _recalculate(page, "4\u202f700,00\u00a0€")
    _add_flat(page, today)
    saved = service.holdings(user.id)
    assert saved is not None
    (flat,) = saved.holdings.properties
    _is_the_flat(flat)
    visit.goto(HOME)
    expect(page.locator("#net-worth")).to_have_text("4\u202f700,00\u00a0€")
    expect(page.get_by_text("le chiffre n’en tient pas encore compte")).to_be_visible()
    # 250 000 less 100 000 and 20 000, which no instalment has lowered yet, and 4 700.
    _recalculate(page, "134\u202f700,00\u00a0€")

    actions = page.locator("section[aria-labelledby=actions-title]")
    actions.locator("button[value=done]").click()
    expect(page.locator(".notice-success")).to_be_visible()
    saved = service.holdings(user.id)
    assert saved is not None
    assert saved.holdings.cash[0].balance == money("5000", "EUR")
    visit.goto(HOME)
    expect(page.locator("#net-worth")).to_have_text("134\u202f700,00\u00a0€")
    actions.locator("form[action$='/annuler'] button").click()
    expect(page.locator(".notice-success")).to_be_visible()
    saved = service.holdings(user.id)
    assert saved is not None
    assert saved.holdings.cash[0].balance == money("4700", "EUR")


def _recalculate(page: Page, figure: str) -> None:
    page.locator(".place-action").get_by_role("button", name="Recalculer").click()
    expect(page.locator("#net-worth")).to_have_text(figure)


def _add_flat(page: Page, today: date) -> None:
    """Two loans added by the script, the second with a person insured, after one was taken back."""
    page.goto(page.url.replace(HOME, f"{HOME}avoirs/immobilier/nouveau"))
    page.locator("#label").fill("Appartement")
    page.locator("#value").fill("250 000")
    add = page.locator("[data-adds='group-loans']")
    add.click()
    add.click()
    page.locator(".repeated").first.get_by_role("button", name="Retirer").click()
    add.click()
    for place, amount in enumerate(("100000", "20000")):
        page.locator(f"#loans-{place}-principal").fill(amount)
        page.locator(f"#loans-{place}-annual_rate").fill("0")
        page.locator(f"#loans-{place}-months").fill("100")
        page.locator(f"#loans-{place}-first_due").fill(f"{add_months(today, 1):%d/%m/%Y}")
    second = page.locator("#group-loans > .repeated").nth(1)
    second.locator("summary", has_text="Assurance").click()
    second.locator("[data-adds='group-loans-1-insurance']").click()
    second.locator("[data-adds='group-loans-1-insurance']").click()
    second.locator(".repeated").first.get_by_role("button", name="Retirer").click()
    page.locator("#loans-1-insurance-0-annual_rate").fill("0,36")
    page.locator("main form.card .btn-primary").click()
    expect(page.locator(".notice-success")).to_be_visible()


def _is_the_flat(flat: Property) -> None:
    first, second = flat.loans
    assert (first.loan.principal, first.loan.insurance) == (money("100000", "EUR"), ())
    assert second.loan.principal == money("20000", "EUR")
    assert [person.annual_rate for person in second.loan.insurance] == [Decimal("0.0036")]
