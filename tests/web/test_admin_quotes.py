"""The prices as an administrator sees them: what is missing, old or failing; a rate entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.pages import FrozenClock, post

from comptoir_web.blueprints.quotes import words
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.settings import Settings
from comptoir_web.wealth.quotes import QuoteService, sources_for
from comptoir_web.wealth.service import WealthService
from shared_kernel import Fault, money
from wealth_core.errors import SourceDown
from wealth_core.networth import CashAccount, CashKind, CryptoHolding, Holdings
from wealth_core.quotes import Quote, _faults
from wealth_core.quotes.ports import Fetched

SignIn = Callable[..., FlaskClient]
MakeUser = Callable[..., User]
PAGE = "/plateforme/admin/cours/"
TODAY = date(2026, 1, 5)


@attrs.define
class Vendor:
    """A source whose prices, or failure, the test sets."""

    name: str
    prices: dict[tuple[str, str], str] = attrs.field(factory=dict)
    down: timedelta | None = None
    asked: int = 0

    def fetch(self, *, at: datetime) -> Fetched:
        """The prices, or the failure."""
        self.asked += 1
        if self.down is not None:
            fault = Fault("", _faults.TIMED_OUT, {"source": self.name, "seconds": "10"})
            raise SourceDown(fault, self.down)
        return Fetched(
            tuple(
                Quote(base, quote, Decimal(price), at, self.name)
                for (base, quote), price in self.prices.items()
            )
        )


@pytest.fixture
def vendors() -> tuple[Vendor, Vendor]:
    """Two sources: one of cryptos, one of currencies."""
    return (
        Vendor("binance", {("crypto:BTC", "EUR"): "95000", ("crypto:KSM", "EUR"): "14.5"}),
        Vendor("ecb", {("EUR", "USD"): "1.1634"}),
    )


@pytest.fixture
def quotes(
    app: Flask, web_engine: Engine, clock: FrozenClock, vendors: tuple[Vendor, Vendor]
) -> QuoteService:
    """The service of the application, with these sources."""
    made = QuoteService(web_engine, clock, vendors)
    svcs.flask.get_registry(app).register_value(QuoteService, made)
    return made


@pytest.fixture
def holder(make_user: MakeUser, container: svcs.Container) -> str:
    """A client with bitcoin, dollars, Guinean francs and something nobody quotes."""
    owner = make_user().id
    container.get(WealthService).save_holdings(
        owner,
        Holdings(
            crypto=[
                CryptoHolding("b", 'a "symbol":"FAKE"', "BTC", Decimal(1), TODAY),
                CryptoHolding("k", "Kusama", "KSM", Decimal(1), TODAY),
                CryptoHolding("x", "Inconnu", "NOBODY", Decimal(1), TODAY),
            ],
            cash=[
                CashAccount(code, code, CashKind.CUSTOM, money("1000", code), TODAY)
                for code in ("USD", "GNF", "XOF", "EUR")
            ],
        ),
        version=0,
        actor=owner,
    )
    return owner


def run_jobs(app: Flask) -> None:
    """What there is to run."""
    runner = JobRunner(svcs.flask.get_registry(app), handlers=load_handlers(), policy=JobPolicy())
    while runner.run_next():
        pass


def refresh(admin: FlaskClient, app: Flask, request_id: str) -> str:
    """Press the button and do the work; the page of the job."""
    answer = post(admin, f"{PAGE}actualiser", {"request_id": request_id}, page=PAGE)
    assert answer.status_code == 303, answer.text
    run_jobs(app)
    return admin.get(answer.location).text


@pytest.mark.usefixtures("holder")
def test_what_is_missing_old_and_failing_comes_first(
    app: Flask,
    quotes: QuoteService,
    vendors: tuple[Vendor, Vendor],
    signed_in_client: SignIn,
    clock: FrozenClock,
) -> None:
    """From nothing to fresh, then old with a source down, each told with what mends it."""
    needed = {use.asset: use.missing for use in quotes.board().uses}
    assert needed == {
        "GNF": True, "USD": True, "XOF": False,
        "crypto:BTC": True, "crypto:KSM": True, "crypto:NOBODY": True,
    }  # fmt: skip
    admin = signed_in_client(Role.ADMIN)
    page = admin.get(PAGE).text
    assert "GNF n’a pas de cours" in page
    assert "saisir?base=EUR&amp;quote=GNF" in page
    assert "saisir?base=crypto:NOBODY" in page.replace("%3A", ":")

    assert "3 cours sont nouveaux" in refresh(admin, app, "the-first-request")
    page = admin.get(PAGE).text
    assert "USD n’a pas de cours" not in page
    assert "NOBODY n’a pas de cours" in page
    assert "KSM/EUR" in page  # held, though no well-known one
    assert "95\u202f000\u00a0EUR" in page

    binance, ecb = vendors
    binance.down = timedelta(hours=2)
    clock.forward(days=3)
    admin = signed_in_client(Role.ADMIN)
    told = refresh(admin, app, "the-second-request")
    assert "Une source n’a pas répondu" in told
    page = admin.get(PAGE).text
    assert "Le cours de BTC est ancien" in page
    assert "Ses derniers cours" in page
    assert "Elle demande à ne pas être interrogée avant" in page
    assert "USD est ancien" not in page
    metrics = app.test_client().get("/metrics").text
    assert 'comptoir_quote_source_failures{source="binance"} 1.0' in metrics
    assert 'comptoir_quote_source_failures{source="ecb"} 0.0' in metrics
    # It asks to be left alone: it is, whoever presses the button; and its price stays.
    refresh(admin, app, "the-third-request")
    assert (binance.asked, ecb.asked) == (2, 3)
    found = quotes.book().find("crypto:BTC", "EUR")
    assert found is not None
    assert found.price == 95_000


@pytest.mark.usefixtures("holder")
def test_a_rate_is_entered_corrected_and_removed(
    quotes: QuoteService, signed_in_client: SignIn, clock: FrozenClock
) -> None:
    """A rate holds from its day; the page of the pair has its line, its table, who entered it."""
    admin = signed_in_client(Role.ADMIN)
    form = {
        "kind": "currency", "base": "eur", "price": "10250,5", "quote": "GNF",
        "as_of": "01/01/2026",
    }  # fmt: skip
    answer = post(admin, f"{PAGE}saisir", form)
    assert answer.status_code == 303
    assert "1\u00a0EUR = 10\u202f250,5\u00a0GNF" in admin.get(PAGE).text
    post(admin, f"{PAGE}saisir", {**form, "price": "10300", "as_of": "2026-01-03"})
    post(admin, f"{PAGE}saisir", {**form, "price": "11000", "as_of": "01/02/2026"})
    assert "Pas encore en vigueur" in admin.get(PAGE).text
    history = f"{PAGE}historique?base=EUR&quote=GNF"
    page = admin.get(history).text
    assert "10\u202f300" in page.partition('class="answer"')[2].partition("</div>")[0]
    assert "data-chart" in page
    assert "A admin" in page
    book = quotes.book(at=datetime(2026, 1, 2, tzinfo=UTC))
    assert book.convert("EUR", "GNF").rate == Decimal("10250.5")
    wrong = {"base": "EUR", "quote": "GNF", "as_of": "2026-01-03T00:00:00+00:00"}
    assert post(admin, f"{PAGE}retirer", wrong, page=history).status_code == 303
    clock.forward(hours=1)
    assert quotes.book().convert("EUR", "GNF").rate == Decimal("10250.5")
    assert not any(use.missing for use in quotes.board().uses if use.asset == "GNF")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": ""}, "price"),
        ({"price": "0"}, "price"),
        ({"price": "beaucoup"}, "price"),
        ({"base": "<b>"}, "base"),
        ({"base": "XYZ"}, "base"),
        ({"quote": "EUR", "base": "EUR"}, "quote"),
        ({"base": "EUR", "quote": "XOF"}, "base"),
        ({"as_of": "01/01/2099"}, "as_of"),
        ({"as_of": ""}, "as_of"),
    ],
)
def test_what_is_refused_says_why_beside_its_field(
    quotes: QuoteService, signed_in_client: SignIn, changes: dict[str, str], field: str
) -> None:
    """Nothing typed is lost, the message stands beside the field, and nothing is kept."""
    admin = signed_in_client(Role.ADMIN)
    form = {
        "kind": "currency", "base": "USD", "price": "0,86", "quote": "EUR",
        "as_of": "01/01/2026", **changes,
    }  # fmt: skip
    answer = post(admin, f"{PAGE}saisir", form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "<b>" not in answer.text.partition("<main")[2]
    assert quotes.latest() == ()


def test_a_crypto_is_entered_by_its_symbol(quotes: QuoteService, signed_in_client: SignIn) -> None:
    """The form comes filled from what is missing; a symbol that is a currency too is told apart."""
    admin = signed_in_client(Role.ADMIN)
    page = admin.get(f"{PAGE}saisir?base=crypto:CHF").text
    assert 'value="CHF"' in page
    form = {
        "kind": "crypto", "base": "chf", "price": "0.00001234", "quote": "EUR",
        "as_of": "05/01/2026",
    }  # fmt: skip
    assert post(admin, f"{PAGE}saisir", form).status_code == 303
    assert quotes.book().find("crypto:CHF", "EUR") is not None
    assert "0,00001234" in admin.get(PAGE).text


def test_addresses_that_lead_nowhere(quotes: QuoteService, signed_in_client: SignIn) -> None:
    """A pair that is none is not found; one without a price says so; clients reach nothing."""
    admin = signed_in_client(Role.ADMIN)
    for address in ("historique", "historique?base=EUR&quote=<b>", "historique?base=EUR&quote=EUR"):
        assert admin.get(PAGE + address).status_code == 404
    assert "Aucun cours de cette paire" in admin.get(f"{PAGE}historique?base=EUR&quote=MAD").text
    for moment in ("", "yesterday", "2026-01-05"):
        wrong = {"base": "EUR", "quote": "GNF", "as_of": moment}
        assert post(admin, f"{PAGE}retirer", wrong, page=f"{PAGE}saisir").status_code == 400
    assert quotes.sources
    client = signed_in_client(Role.CLIENT)
    assert client.get(PAGE).status_code == 403


def test_without_sources_nobody_is_asked(
    signed_in_client: SignIn, container: svcs.Container
) -> None:
    """An installation whose settings name no source says so, and offers no refresh."""
    assert container.get(QuoteService).sources == ()
    page = signed_in_client(Role.ADMIN).get(PAGE).text
    assert "COMPTOIR_QUOTE_SOURCES" in page
    assert "Actualiser maintenant" not in page


def test_the_settings_name_the_sources() -> None:
    """Both by default outside development; none there, and none where the setting is empty."""
    given = {"COMPTOIR_SECRET_KEY": "k3yOf-forty-characters-or-so-0123456789ab"}
    hosts = {"COMPTOIR_ALLOWED_HOSTS": "example.com"}

    def names(environment: dict[str, str]) -> list[str]:
        return [one.name for one in sources_for(Settings.from_environ(environment))]

    assert names(given | hosts) == ["binance", "ecb"]
    for more in ({"COMPTOIR_QUOTE_SOURCES": ""}, {"COMPTOIR_ENV": "development"}):
        assert names(given | hosts | more) == []
    chosen = {"COMPTOIR_ENV": "development", "COMPTOIR_QUOTE_SOURCES": "ecb, ECB"}
    assert names(chosen) == ["ecb"]


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("95000", "95\u202f000"),
        ("95000.5", "95\u202f000,5"),
        ("1.16345678", "1,16346"),
        ("0.00001234", "0,00001234"),
        ("10", "10"),
        ("123456789", "123\u202f456\u202f789"),
    ],
)
def test_prices_have_the_figures_that_matter(app: Flask, price: str, shown: str) -> None:
    """Six figures, more before the decimal sign, none that say nothing."""
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert words.price(Decimal(price)) == shown
