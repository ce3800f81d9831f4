"""The first page of net worth: what it says, from where, and that looking changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from svcs import Container
from testkit.pages import FrozenClock, post
from testkit.wealth import get_text, give_worked, plain, writes
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from wealth_core.loans import EXACT, Loan
from wealth_core.networth import (
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    OtherGood,
    Property,
)
from wealth_core.planning import AlertRule, Direction

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/patrimoine/"
RECOMPUTE = f"{HOME}recalculer"
DAY = date(2025, 12, 9)
PAGES = ("", "avoirs", "avoirs/property-1", "avoirs/crypto/nouveau", "importer", "exporter",
         "historique", "historique.csv", "exporter/avoirs.json", "exporter/avoirs.csv")  # fmt: skip


@pytest.fixture
def service(container: Container, clock: FrozenClock) -> WealthService:
    """The service, on the afternoon of 9 December 2025."""
    clock.now = datetime(2025, 12, 9, 15, tzinfo=UTC)
    return container.get(WealthService)


@pytest.fixture
def browser(service: WealthService, signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as a client."""
    return signed_in_client()


@pytest.fixture
def worked(service: WealthService, owner: str, clock: FrozenClock) -> str:
    """The client whose figures are all known, valued on 9 December 2025; their id."""
    give_worked(service, owner, at=clock.now)
    service.recompute(owner, on=DAY, loan_rounding=EXACT)
    return owner


def recompute(browser: FlaskClient, **fields: str) -> TestResponse:
    """Press the button."""
    return post(browser, RECOMPUTE, fields, page=HOME)


def figure(browser: FlaskClient) -> str | None:
    """The net worth the page shows, exactly."""
    found = re.search(r'<data id="net-worth" value="([^"]+)">', browser.get(HOME).text)
    return found[1] if found else None


def test_nothing_yet_is_one_sentence_and_one_button(browser: FlaskClient) -> None:
    """Who wrote nothing down is told what the page is for, and where to begin."""
    page = browser.get(HOME).text
    assert "Rien n’est encore noté" in page
    assert re.findall(r'class="btn btn-primary" href="([^"]+)"', page) == [f"{HOME}avoirs"]
    assert "Recalculer" not in page


def test_the_worked_profile_shows_every_figure(
    browser: FlaskClient, service: WealthService, owner: str, clock: FrozenClock
) -> None:
    """Recalculated by the form in the exact reckoning, each figure is the one that is known."""
    give_worked(service, owner, at=clock.now)
    assert figure(browser) is None
    assert recompute(browser, on="09/12/2025", rounding="exact").status_code == 303
    text = get_text(browser, HOME)
    for known in (
        "4 700,00 €", "25 700,00 €", "36 380,59 €", "11 924,19 €", "8 000,00 €",
        "86 704,78 €", "1 759,50 €", "84 945,28 €", "213 619,41 €", "1 059,12 € le 01/01/2026",
        "3 sur 300", "1er septembre 2050", "-213 619,41 €",
    ):  # fmt: skip
        assert known in text, known
    assert "Valorisé le 9 décembre 2025, aux cours du 9 décembre 2025." in text
    assert "exact, arrondi à l’affichage seulement" in text
    shares = re.findall(r'<li class="key-\d">.*?([\d,]+)\u00a0%', browser.get(HOME).text)
    assert sum(Decimal(share.replace(",", ".")) for share in shares) == Decimal("100.00")


def test_the_ring_and_the_curve_carry_the_figures(
    signed_in_client: SignIn,
    browser: FlaskClient,
    service: WealthService,
    worked: str,
    clock: FrozenClock,
) -> None:
    """The charts hold amounts as exact texts; the curve appears with the second day valued."""
    charts = re.findall(r'data-chart="([^"]+)"', browser.get(HOME).text)
    ring = json.loads(charts[0].replace("&#34;", '"'))
    assert (ring["kind"], ring["values"]) == (
        "ring",
        ["4700.00", "25700.00", "36380.59", "11924.19", "8000.00"],
    )
    assert len(charts) == 1
    clock.forward(days=31)
    service.recompute(worked, loan_rounding=EXACT)
    page = signed_in_client().get(HOME).text  # an hour without a page ends a session
    curve = json.loads(re.findall(r'data-chart="([^"]+)"', page)[1].replace("&#34;", '"'))
    assert curve["days"] == ["2025-12-09", "2026-01-09"]
    assert curve["values"][0] == "84945.28"
    gained = Decimal(curve["values"][1]) - Decimal("84945.28")
    assert gained > 0
    assert f"+{gained}".replace(".", ",") in plain(page)
    assert "depuis le 9 décembre 2025" in plain(page)
    assert "de plus depuis le 9 décembre 2025" in plain(page)


def test_looking_changes_nothing(browser: FlaskClient, worked: str, web_engine: Engine) -> None:
    """Opening whatever page writes no row of wealth and moves no figure."""
    with writes(web_engine) as found:
        for path in PAGES:
            assert browser.get(f"{HOME}{path}").status_code == 200, path
    assert found == []
    assert figure(browser) == "84945.28"


def test_an_edit_shows_a_banner_and_moves_the_figure_only_once_recalculated(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """A line that changed is told of; the figure follows the button alone."""
    saved = service.holdings(worked)
    assert saved is not None
    richer = OtherGood("good-1", "Voiture", money("9000", "EUR"), DAY)
    service.save_holdings(
        worked, saved.holdings.with_line(richer), version=saved.version, actor=worked
    )
    assert figure(browser) == "84945.28"
    assert "le chiffre n’en tient pas encore compte" in get_text(browser, HOME)
    assert recompute(browser, rounding="exact").status_code == 303
    page = get_text(browser, HOME)
    assert "Recalculé : 85 945,28 € au 9 décembre 2025." in page
    assert "le chiffre n’en tient pas encore compte" not in page
    assert figure(browser) == "85945.28"


def test_a_missing_price_never_lowers_the_figure(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """A line without a price is named with its reason and its page; the figure stays."""
    saved = service.holdings(worked)
    assert saved is not None
    unknown = CryptoHolding("odd", "Jeton <i>obscur</i>", "OBSCUR", Decimal(12), DAY)
    service.save_holdings(
        worked, saved.holdings.with_line(unknown), version=saved.version, actor=worked
    )
    recompute(browser)
    page = browser.get(HOME).text
    assert figure(browser) == "84945.28"
    assert "Une ligne n’a pas pu être valorisée le 9 décembre 2025." in plain(page)
    assert "Le chiffre affiché reste celui du 9 décembre 2025." in plain(page)
    assert f'href="{HOME}avoirs/odd"' in page
    assert "OBSCUR" in plain(page)
    assert "<i>obscur" not in page


def test_without_any_complete_total_none_is_shown(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A first valuation that lacks a price shows no total, and says what is missing."""
    unknown = CryptoHolding("odd", "Jeton", "OBSCUR", Decimal(12), DAY)
    good = OtherGood("car", "Voiture", money("8000", "EUR"), DAY)
    service.save_holdings(
        owner, Holdings(crypto=[unknown], other_goods=[good]), version=0, actor=owner
    )
    recompute(browser)
    text = get_text(browser, HOME)
    assert figure(browser) is None
    assert "Aucun total n’est affiché tant qu’il laisserait quelque chose de côté." in text
    assert "sans cours" in text


def test_an_old_line_is_told_with_what_mends_it(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A value declared long ago counts, and is named as old with a link to its line."""
    old = OtherGood("car", "Voiture", money("8000", "EUR"), date(2024, 1, 1))
    service.save_holdings(owner, Holdings(other_goods=[old]), version=0, actor=owner)
    recompute(browser)
    page = browser.get(HOME).text
    assert figure(browser) == "8000.00"
    assert "Une ligne compte pour une valeur ancienne" in plain(page)
    assert "remonte à 708 jours" in plain(page)
    assert f'href="{HOME}avoirs/car">Mettre à jour' in page


def test_an_alert_stands_there_until_it_is_read(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """What was raised is told on the first page, with the way to the page of the alerts."""
    link = 'href="/plateforme/plan/alertes"'
    assert link not in browser.get(HOME).text
    level = money("90000", "EUR")
    rule = AlertRule(id="r", subject="net_worth", direction=Direction.ABOVE, level=level)
    service.add_alert_rule(worked, rule)
    gift = OtherGood("gift", "Bijoux", money("9000", "EUR"), DAY)
    held = service.holdings(worked)
    assert held is not None
    service.save_holdings(worked, held.holdings.with_line(gift), version=1, actor=worked)
    recompute(browser, on="09/12/2025", rounding="exact")
    assert link in browser.get(HOME).text
    assert "Alertes à lire" in get_text(browser, HOME)
    assert "90 000,00 €" in get_text(browser, HOME)
    service.mark_read(worked)
    assert link not in browser.get(HOME).text


def test_loans_show_what_is_left_next_and_when_they_end(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """The owner's share of each loan of a property, and the loans that are credits."""
    loan = Loan(money("120000", "EUR"), Decimal(0), 120, date(2025, 1, 5))
    over = Loan(money("1200", "EUR"), Decimal(0), 12, date(2024, 1, 5))
    home = Property(
        "home", "Maison", money("300000", "EUR"), DAY, ownership=Decimal("0.5"),
        loans=(
            Debt("a", "Prêt principal", loan),
            Debt("b", "Prêt travaux", loan, share=Decimal(1)),
        ),
    )  # fmt: skip
    credit = CreditLoan("c", "Crédit soldé", over)
    service.save_holdings(
        owner, Holdings(properties=[home], credits=[credit]), version=0, actor=owner
    )
    recompute(browser)
    text = get_text(browser, HOME)
    # Twelve of a hundred and twenty instalments of 1 000,00 are paid.
    assert "Prêt principal Maison 54 000,00 € restent à payer" in text
    assert "Prêt travaux Maison 108 000,00 € restent à payer" in text
    assert "500,00 € le 05/01/2026" in text
    assert "Crédit soldé 0,00 € restent à payer" in text
    assert "12 sur 12" in text
    assert "À venir aucune : il est remboursé" in text
    # 150 000 - 54 000 - 108 000: what is owed may be more than what it is for.
    assert figure(browser) == "-12000.00"


def test_a_day_that_cannot_be_valued_is_refused_beside_its_field(
    browser: FlaskClient, worked: str, web_engine: Engine
) -> None:
    """A day to come, too old or none of the calendar values nothing; what was typed stays."""
    for day in ("10/12/2025", "31/02/2025", "demain", "01/01/0001"):
        with writes(web_engine) as found:
            answer = recompute(browser, on=day)
        assert answer.status_code == 422
        assert found == []
        assert f'value="{day}"' in answer.text
        assert 'class="field-error" id="on-error"' in answer.text
    assert figure(browser) == "84945.28"


def test_another_day_joins_the_history_and_an_earlier_one_is_not_shown(
    browser: FlaskClient, worked: str
) -> None:
    """Valuing an earlier day leaves lines known later out: the figure shown does not move."""
    recompute(browser, on="01/12/2025", rounding="cent")
    assert figure(browser) == "84945.28"


def test_a_client_sees_their_own_and_other_roles_nothing(
    signed_in_client: SignIn, browser: FlaskClient, worked: str
) -> None:
    """Someone else's lines do not exist for another client; other roles have no such pages."""
    other = signed_in_client(email="other@example.com")
    assert "Rien n’est encore noté" in other.get(HOME).text
    assert other.get(f"{HOME}avoirs/property-1").status_code == 404
    assert signed_in_client(Role.MERCHANT).get(HOME).status_code == 403
    assert signed_in_client(Role.ADMIN).get(HOME).status_code == 403


def test_recalculating_nothing_leads_back(browser: FlaskClient) -> None:
    """Without a single line the button changes nothing and fails on nothing."""
    answer = post(browser, RECOMPUTE, {}, page=f"{HOME}avoirs/crypto/nouveau")
    assert (answer.status_code, answer.location) == (303, HOME)


def test_ten_years_of_months_are_one_page(
    browser: FlaskClient, service: WealthService, owner: str, clock: FrozenClock
) -> None:
    """The page stays light with ten years of history; the history pages through them."""
    now = clock.now
    good = OtherGood("car", "Voiture", money("8000", "EUR"), date(2015, 1, 1))
    service.save_holdings(owner, Holdings(other_goods=[good]), version=0, actor=owner)
    for month in range(24):
        service.recompute(owner, on=add_months(now.date(), -month))
    page = browser.get(f"{HOME}historique?page=2").text
    assert "13 à 24 sur 24" in plain(page)
    assert len(re.findall(r"<canvas", page)) == 2
    assert "comme le 9 janvier 2024" in plain(page)
