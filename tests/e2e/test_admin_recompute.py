"""An administrator has everyone's net worth computed, and watches how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

from playwright.sync_api import expect
from sqlalchemy import Engine, delete, insert
from testkit.browser import Visit
from testkit.site import Site

from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from shared_kernel.engine import reading, transaction
from wealth_core.loans import Loan, Repayment
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditLoan,
    Holdings,
    holdings_to_json,
)
from wealth_core.storage import HoldingsStore, wealth_holdings, wealth_snapshots
from wealth_core.storage.holdings import seal

OpenVisit = Callable[..., Visit]
CLIENTS = "/plateforme/admin/clients/"
MANY = 2_000
"""Each with a loan repaid early, a millisecond of work: the page, which asks every second how far
it is, sees some of the four steps."""


def test_everyone_is_recomputed_while_the_page_counts(site: Site, open_visit: OpenVisit) -> None:
    """Asked for once and confirmed, counted on the way; the figures change then, not before."""
    client, today = site.new_user(), datetime.now(UTC).date()
    service: WealthService = site.services.get(WealthService)
    for version, balance in enumerate(("1234", "5678")):
        account = CashAccount("a", "Livret A", CashKind.LIVRET_A, money(balance, "EUR"), today)
        service.save_holdings(client.id, Holdings(cash=[account]), version=version, actor=client.id)
        if not version:
            service.recompute(client.id)
    admin = site.user(site.account(Role.ADMIN).email)
    visit = open_visit(cookies=[site.session_cookie(admin)])
    page, only = visit.page, f"{CLIENTS}?q={client.email}"

    visit.goto(only)
    expect(page.locator("table.data")).to_contain_text("1\u202f234,00\u00a0€")
    with many_others(site, today) as total:
        page.get_by_role("button", name="Recalculer tous les clients").click()
        page.locator("dialog[open]").get_by_role("button", name="Recalculer").click()
        on_the_way = re.compile(rf"Clients traités\s: (?!{total}\s)[1-9]\d* sur {total}\.")
        expect(page.locator("#job-summary")).to_have_text(on_the_way, timeout=20_000)
        expect(page.locator("#job-bar")).to_have_attribute("max", str(total))
        expect(page.locator("#job-state")).to_have_text("Terminé", timeout=40_000)
        expect(page.locator("#job-summary")).to_contain_text("clients ont été valorisés")
    page.locator(f".place-action a[href='{CLIENTS}']").click()
    visit.goto(only)
    expect(page.locator("table.data")).to_contain_text("5\u202f678,00\u00a0€")


@contextmanager
def many_others(site: Site, today: date) -> Iterator[int]:
    """Enough holdings that recomputing takes a moment; how many owners there are with them."""
    loan = Loan(money("7777", "EUR"), Decimal("0.031"), 120, today)
    repaid = Repayment(add_months(today, 12), money("1000", "EUR"))
    credit = CreditLoan("credit-1", "Crédit auto", loan, repayments=[repaid])
    document, now = holdings_to_json(Holdings(credits=[credit])), datetime.now(UTC)
    rows = []
    for number in range(MANY):
        theirs = document.replace("7777", str(8_000 + number))
        rows.append({
            "owner": f"many-{number:05}", "base_currency": "EUR", "document": theirs,
            "seal": seal(theirs), "version": 1, "created_at": now, "updated_at": now,
        })  # fmt: skip
    engine = site.services.get(Engine)
    with transaction(engine) as connection:
        connection.execute(insert(wealth_holdings), rows)
    with reading(engine) as connection:
        total = len(HoldingsStore(connection).owners())
    try:
        yield total
    finally:
        with transaction(engine) as connection:
            for table in (wealth_holdings, wealth_snapshots):
                connection.execute(delete(table).where(table.c.owner.like("many-%")))
