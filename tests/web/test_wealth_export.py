"""What one takes away of one's net worth: documents that come back, tables that run nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from svcs import Container
from testkit.pages import FrozenClock
from testkit.wealth import get_text, give_worked

from comptoir_web.wealth.service import WealthService
from shared_kernel import money
from wealth_core.loans import EXACT
from wealth_core.networth import (
    Holdings,
    OtherGood,
    holdings_from_csv,
    holdings_from_json,
)
from wealth_core.testing.worked import WORKED_ON, worked_holdings

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/patrimoine/"


@pytest.fixture
def service(container: Container, clock: FrozenClock) -> WealthService:
    """The service, on the afternoon of 9 December 2025."""
    clock.now = datetime(2025, 12, 9, 15, tzinfo=UTC)
    return container.get(WealthService)


@pytest.fixture
def browser(service: WealthService, signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as a client."""
    return signed_in_client()


def test_the_lines_come_back_from_both_files(
    browser: FlaskClient, service: WealthService, owner: str, clock: FrozenClock
) -> None:
    """JSON and CSV hold every term; each is a download with the day in its name."""
    give_worked(service, owner, at=clock.now)
    document = browser.get(f"{HOME}exporter/avoirs.json")
    assert document.content_type == "application/json"
    assert 'filename="avoirs-2025-12-09.json"' in document.headers["Content-Disposition"]
    assert holdings_from_json(document.data) == worked_holdings()
    table = browser.get(f"{HOME}exporter/avoirs.csv")
    assert table.data.startswith(b"\xef\xbb\xbfligne;")
    assert holdings_from_csv(table.data, as_of=WORKED_ON) == worked_holdings()
    text = get_text(browser, f"{HOME}exporter")
    assert "11 lignes" in text
    assert "Rien n’est encore valorisé." in text


def test_a_label_that_is_a_formula_runs_nothing(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A spreadsheet shows it as a text, and it is the same label when it comes back."""
    good = OtherGood("g", "=cmd|'/c calc'!A1", money("8000", "EUR"), date(2025, 12, 9))
    service.save_holdings(owner, Holdings(other_goods=[good]), version=0, actor=owner)
    table = browser.get(f"{HOME}exporter/avoirs.csv")
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert "'=cmd|'/c calc'!A1" in rows[1]
    assert holdings_from_csv(table.data, as_of=WORKED_ON).other_goods == (good,)


def test_the_history_is_a_table_in_the_readers_language(
    browser: FlaskClient, service: WealthService, owner: str, clock: FrozenClock
) -> None:
    """A day a line, the totals exact; French spreadsheets read commas, English ones points."""
    give_worked(service, owner, at=clock.now)
    service.recompute(owner, on=WORKED_ON, loan_rounding=EXACT)
    clock.forward(minutes=30)
    french = browser.get(f"{HOME}historique.csv").data.decode("utf-8-sig")
    header, line = list(csv.reader(io.StringIO(french), delimiter=";"))
    assert header[:3] == ["Valorisé le", "Devise", "Liquidités"]
    assert line == ["2025-12-09", "EUR", "4700,00", "25700,00", "36380,59", "11924,19",
                    "8000,00", "86704,78", "1759,50", "84945,28"]  # fmt: skip
    browser.get("/plateforme/langue/en")
    english = browser.get(f"{HOME}historique.csv").data.decode("utf-8-sig")
    assert Decimal(english.splitlines()[1].rpartition(",")[2]) == Decimal("84945.28")


def test_nothing_is_an_empty_document(browser: FlaskClient) -> None:
    """Who has no line yet gets files without any, and a history that says so."""
    assert holdings_from_json(browser.get(f"{HOME}exporter/avoirs.json").data) == Holdings()
    assert len(browser.get(f"{HOME}exporter/avoirs.csv").data.splitlines()) == 1
    assert len(browser.get(f"{HOME}historique.csv").data.splitlines()) == 1
    assert "Rien n’est encore valorisé" in get_text(browser, f"{HOME}historique")
