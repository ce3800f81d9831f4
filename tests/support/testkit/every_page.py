"""Every page of the site, with how to get it on the screen.

`PAGES` is what the tests look at; `NOT_PAGES` are the other addresses that answer to GET. An
address that is in neither fails `tests/e2e/test_pages.py`: a new page is added here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from attrs import frozen
from playwright.sync_api import FilePayload, expect

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.jobs.queue import JobQueue
from testkit.browser import Visit
from testkit.merchants import (
    give_freight,
    give_order_without_room,
    give_orders,
    give_payment,
)
from testkit.offices import Office, a_second_rate, give_office
from testkit.pages import PASSWORD
from testkit.plans import give_plan, give_unpriced
from testkit.riches import followed_clients
from testkit.site import Site
from testkit.wealth import give_odd, give_riches

__all__ = ["EXAMPLE", "NOT_PAGES", "PAGES", "Scene", "SitePage"]

EXAMPLE = (
    "/plateforme/prets/calcul?principal=215000&annual_rate=3.35&months=300"
    "&first_due=2025-10-01&on=2025-12-09"
)
"""The calculator's address with the loan of the documentation."""

EVERY_TERM = EXAMPLE + (
    "&kind=balloon&balloon_amount=50000&deferral=partial&deferral_months=12&first_period_days=40"
    "&insurance-0-annual_rate=0.34&insurance-0-share=60&insurance-1-annual_rate=0.28"
    "&insurance-1-share=50&fees-0-amount=900&fees-0-label=Dossier"
    "&rate_changes-0-from_instalment=61&rate_changes-0-annual_rate=3.10"
    "&repayments-0-on=2030-06-01&repayments-0-amount=20000"
)
WRONG = (
    "/plateforme/prets/calcul?principal=-5&annual_rate=335&months=0&first_due=31%2F02%2F2025"
    "&on=2025-12-09&insurance-0-annual_rate=abc"
)

WEALTH = "/plateforme/patrimoine/"
FAULTY_TABLE = (
    "ligne;type;nom;montant;devise;au\n"
    "liquidités;livret_z;Mon livret;4 70x;EUR;31/02/2025\n"
    "autre_bien;;;-5;EUR;09/12/2025\n"
)
OTHER_TABLE = (
    "ligne;type;nom;montant;devise;au\n"
    "liquidités;pel;PEL;900,00;EUR;01/12/2025\n"
    "autre_bien;;Voiture;7 000,00;EUR;01/12/2025\n"
)
CLIENTS = "/plateforme/admin/clients/"
QUOTES = "/plateforme/admin/cours/"
OFFICE = "/plateforme/admin/groupage/"
PLAN = "/plateforme/plan/"
FREIGHT = "/plateforme/groupage/"
BY_CARTONS = (
    "?goods=10000&category=TEXTILE&measured=cartons&cartons-0-length=60&cartons-0-width=40"
    "&cartons-0-height=50&cartons-0-weight=12&cartons-0-count=20"
    "&cartons-1-length=100&cartons-1-width=80&cartons-1-height=60&cartons-1-weight=30"
)
WRONG_PURCHASE = "?goods=-5&category=TEXTILE&volume=abc&ask=1"


@frozen
class Scene:
    """Who is in front of the page, and where."""

    site: Site
    visit: Visit
    user: User | None

    @property
    def me(self) -> User:
        """The account that is signed in."""
        if self.user is None:
            raise AssertionError("nobody is signed in on this page")
        return self.user

    def loan(self, label: str) -> str:
        """The path of the loan of that name of the account, saved now when it is not there."""
        if label not in self.site.loans(self.me):
            self.site.give_loans(self.me)
        return f"/plateforme/prets/{self.site.loans(self.me)[label].id}"


Prepare = Callable[[Scene], str]
Act = Callable[[Visit], None]


@frozen(kw_only=True)
class SitePage:
    """One page.

    Attributes:
        name: Names its screenshots.
        endpoint: The view that answers.
        path: Its address, or how to prepare it.
        role: Who is signed in; None for nobody.
        act: What is done on the page before it is looked at (a form sent, a part unfolded).
        statuses: What its answers may be beside 200.
        fresh: The account is made for this page alone, and has nothing yet.
    """

    name: str
    endpoint: str
    path: str | Prepare
    role: Role | None = None
    act: Act | None = None
    statuses: frozenset[int] = frozenset()
    fresh: bool = False

    def path_for(self, scene: Scene) -> str:
        """Its address, prepared when it has to be."""
        return self.path if isinstance(self.path, str) else self.path(scene)


def _send(visit: Visit) -> None:
    visit.page.locator("main form button[type=submit]:visible").first.click()
    visit.page.wait_for_load_state()


def _ask_reset(visit: Visit) -> None:
    visit.page.locator("#email").fill("nobody@example.com")
    _send(visit)


def _give_password(visit: Visit) -> None:
    visit.page.locator("#current").fill(PASSWORD)
    _send(visit)


def _pending(scene: Scene) -> str:
    """The password is accepted, the code awaited."""
    page = scene.visit.page
    admin = scene.site.account(Role.ADMIN)
    scene.visit.goto("/plateforme/connexion")
    page.locator("#email").fill(admin.email)
    page.locator("#password").fill(admin.password)
    _send(scene.visit)
    return "/plateforme/connexion/code"


def _phone_code(scene: Scene) -> str:
    """The number is accepted, the code awaited: another number each time, for each is limited."""
    page = scene.visit.page
    scene.visit.goto("/plateforme/telephone")
    page.locator("#phone").fill(f"620 00 00 {next(_UNKNOWN_PHONES)}")
    _send(scene.visit)
    return "/plateforme/telephone/code"


def _phone_user(scene: Scene) -> str:
    """A merchant who has a phone alone."""
    return f"/plateforme/admin/utilisateurs/{scene.site.new_merchant().id}"


def _link(scene: Scene) -> str:
    invited = scene.site.new_user()
    link = scene.site.services.get(IdentityService).make_link(invited.id, actor=None)
    return urlsplit(link).path


def _job(scene: Scene) -> str:
    scene.loan("Résidence principale")
    queue = scene.site.services.get(JobQueue)
    arguments = {"locale": scene.me.locale or "fr"}
    job = queue.submit("loans.export", arguments, owner=scene.me.id, request_id="every-page")
    scene.visit.goto(f"/plateforme/travaux/{job.id}")
    expect(scene.visit.page.locator("a[href$='/fichier']")).to_be_visible(timeout=20_000)
    return f"/plateforme/travaux/{job.id}"


def _running_job(scene: Scene) -> str:
    return f"/plateforme/travaux/{scene.site.running_job(scene.me)}"


def _failed_job(scene: Scene) -> str:
    """An export of nothing."""
    scene.visit.goto("/plateforme/travaux/")
    _send(scene.visit)
    again = scene.visit.page.locator("form[action$='/reprendre']")
    expect(again).to_be_visible(timeout=20_000)
    return scene.visit.page.url.removeprefix(scene.site.address)


def _jobs(scene: Scene) -> str:
    _job(scene)
    return "/plateforme/travaux/"


def _loans(scene: Scene) -> str:
    scene.loan("Résidence principale")
    return "/plateforme/prets/"


def _removed(scene: Scene) -> str:
    return f"{_loans(scene)}?removed={'0' * 32}"


def _saved(label: str, after: str = "") -> Prepare:
    return lambda scene: scene.loan(label) + after


def _save(scene: Scene) -> str:
    return EXAMPLE.replace("/calcul?", "/enregistrer?")


def _edit(scene: Scene) -> str:
    saved = scene.loan("Résidence principale").rpartition("/")[2]
    return f"{EXAMPLE}&saved={saved}&version=1"


def _stale(scene: Scene) -> str:
    """The calculator opened on a loan that was changed since: its version is an old one."""
    saved = scene.loan("Prêt relais").rpartition("/")[2]
    return f"{EXAMPLE}&saved={saved}&version=999"


def _fill_nothing(visit: Visit) -> None:
    for field in visit.page.locator("main form input:visible:not([readonly])").all():
        field.fill("")


def _empty(visit: Visit) -> None:
    _fill_nothing(visit)
    _send(visit)


def _unfold(visit: Visit) -> None:
    folded = visit.page.locator("main details:not([open]) > summary:visible")
    while folded.count():
        folded.first.click()


def _open_menu(visit: Visit) -> None:
    visit.page.locator("details.menu > summary").click()


def _remove(visit: Visit) -> None:
    visit.page.locator("form[data-confirm] button").first.click()
    expect(visit.page.locator("dialog[open]")).to_be_visible()


def _user(scene: Scene) -> str:
    owner = scene.site.user(scene.site.account(Role.CLIENT).email)
    return f"/plateforme/admin/utilisateurs/{owner.id}"


def _disabled(scene: Scene) -> str:
    identity = scene.site.services.get(IdentityService)
    closed = identity.disable(scene.site.new_user(Role.STAFF, name="Ancien compte").id)
    return f"/plateforme/admin/utilisateurs/{closed.id}"


def _make_link(visit: Visit) -> None:
    visit.page.locator("form[action$='/lien'] button").click()
    visit.page.wait_for_load_state()


def _rich(after: str = "") -> Prepare:
    """A page of the client's net worth, which is given first."""

    def prepare(scene: Scene) -> str:
        give_riches(scene.site.services, scene.me)
        return f"{WEALTH}{after}"

    return prepare


def _odd(scene: Scene) -> str:
    give_odd(scene.site.services, scene.me)
    return WEALTH


def _overtaken(visit: Visit) -> None:
    """The line was changed since it was opened: the form holds another mark of it."""
    visit.page.evaluate("document.querySelector('input[name=seen]').value = 'another'")
    visit.page.locator("#balance").fill("4000")
    _save_line(visit)


def _save_line(visit: Visit) -> None:
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


def _upload(table: str) -> Act:
    def act(visit: Visit) -> None:
        file = FilePayload(name="avoirs.csv", mimeType="text/csv", buffer=table.encode())
        visit.page.set_input_files("#file", file)
        _send(visit)

    return act


def _followed(after: str = "") -> Prepare:
    """The page of a client whose figure is whole."""
    return lambda scene: f"{CLIENTS}{followed_clients(scene.site.services).id}{after}"


def _with_clients(path: str) -> Prepare:
    """A page that shows clients and prices, which are made first."""

    def prepare(scene: Scene) -> str:
        followed_clients(scene.site.services)
        return path

    return prepare


def _client_of(email: str) -> Prepare:
    def prepare(scene: Scene) -> str:
        followed_clients(scene.site.services)
        return f"{CLIENTS}{scene.site.user(email).id}"

    return prepare


def _recompute_all(visit: Visit) -> None:
    """Asked for on the page of the clients; its own page is waited for until the work is done."""
    visit.page.locator("form[action$='/recalculer'] button").first.click()
    visit.page.locator("dialog[open] .btn-danger").click()
    expect(visit.page.locator("#job-state")).to_be_visible()
    done = visit.page.locator(f".place-action a[href='{CLIENTS}']")
    expect(done).to_be_visible(timeout=20_000)


def _planned(after: str = "") -> Prepare:
    """A page of the plan of a client who has one that runs."""

    def prepare(scene: Scene) -> str:
        give_plan(scene.site.services, scene.me.id)
        return f"{PLAN}{after}"

    return prepare


def _unpriced(scene: Scene) -> str:
    give_unpriced(scene.site.services, scene.me.id)
    return f"{PLAN}projection"


def _adjust_wrongly(visit: Visit) -> None:
    visit.page.locator("details.adjust > summary").first.click()
    visit.page.locator("details.adjust[open] input[name=amount]").fill("beaucoup")
    visit.page.locator("details.adjust[open] button").click()
    visit.page.wait_for_load_state()


def _share_too_much(visit: Visit) -> None:
    visit.page.locator("#lines-0-percent").fill("99")
    _save_line(visit)


def _change_too_late(visit: Visit) -> None:
    """The form was opened on a version that is not the last one any more."""
    visit.page.evaluate("document.querySelector('input[name=version]').value = '0'")
    visit.page.locator("main form.card input[type=text]:visible").first.fill("1234")
    _save_line(visit)


def _slide(visit: Visit) -> None:
    """The answer follows the slider."""
    _unfold(visit)
    before = visit.page.locator("[data-says]").inner_text()
    visit.page.locator("#years").press("ArrowRight")
    expect(visit.page.locator("[data-says]")).not_to_have_text(before)
    expect(visit.page).to_have_url(re.compile("years="))


def _typed_quote(visit: Visit) -> None:
    """The total follows what is typed, without a button."""
    visit.page.locator("#goods").fill("15000")
    visit.page.locator("#category").select_option("ELECTRONIQUE")
    visit.page.locator("#volume").fill("3,0")
    expect(visit.page.locator("#total")).to_be_visible()
    expect(visit.page).to_have_url(re.compile("volume="))


def _freight(after: str = "") -> Prepare:
    """A page of group freight, with prices and a container."""

    def prepare(scene: Scene) -> str:
        give_freight(scene.site.services)
        return f"{FREIGHT}{after}"

    return prepare


def _orders_of(after: str = "") -> Prepare:
    """A page of a merchant who has an order of each kind."""

    def prepare(scene: Scene) -> str:
        give_orders(scene.site.services, scene.me.id)
        return f"{FREIGHT}{after}"

    return prepare


def _order(kind: str) -> Prepare:
    """The page of an order of that kind."""

    def prepare(scene: Scene) -> str:
        order = give_orders(scene.site.services, scene.me.id)[kind]
        return f"{FREIGHT}commandes/{order.id}"

    return prepare


def _too_large_for_any(scene: Scene) -> str:
    order = give_order_without_room(scene.site.services, scene.me.id)
    return f"{FREIGHT}commandes/{order.id}"


def _asked_payment(scene: Scene) -> str:
    order = give_orders(scene.site.services, scene.me.id)["confirmed"]
    payment = give_payment(scene.site.services, scene.me.id, order.id)
    return f"{FREIGHT}paiements/{payment.id}"


def _send_no_picture(visit: Visit) -> None:
    """A PDF in the place of a picture."""
    visit.page.locator("details.proof-fold > summary").click()
    file = FilePayload(name="recu.jpg", mimeType="image/jpeg", buffer=b"%PDF-1.7 no picture")
    visit.page.set_input_files("#file", file)
    visit.page.locator("details.proof-fold button").click()
    visit.page.wait_for_load_state()


def _drawn(visit: Visit) -> None:
    expect(visit.page.locator("#viewer h3").first).to_be_visible(timeout=20_000)


_UNKNOWN_PHONES = itertools.cycle(range(60, 100))


def _office(path: str | Callable[[Office], str] = "", *, rates: bool = False) -> Prepare:
    """A page of freight's administration, where something of every kind is to be decided."""

    def prepare(scene: Scene) -> str:
        there = give_office(scene.site.services)
        if rates:
            a_second_rate(scene.site.services)
        return OFFICE + (path if isinstance(path, str) else path(there))

    return prepare


def _close_overtaken(visit: Visit) -> None:
    """Someone booked in the container since its page was opened."""
    for name in ("version", "saw_booked"):
        seen = f"form[action$=fermer] [name={name}]"
        visit.page.evaluate("seen => { document.querySelector(seen).value = '0' }", seen)
    visit.page.locator("form[action$=fermer] button").click()
    visit.page.locator("dialog[open] .btn-danger").click()
    visit.page.wait_for_load_state()


def _preview_tariff(visit: Visit) -> None:
    """From a day after those of every tariff there may be."""
    visit.page.locator("#rate").fill("1400")
    later = datetime.now(UTC) + timedelta(days=60)
    visit.page.locator("#effective_from").fill(f"{later:%d/%m/%Y}")
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


def _empty_tariff(visit: Visit) -> None:
    _fill_nothing(visit)
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


_REFUSED = frozenset({422})
_CLIENT, _ADMIN, _MERCHANT = Role.CLIENT, Role.ADMIN, Role.MERCHANT

PAGES: tuple[SitePage, ...] = (
    SitePage(name="home", endpoint="site.home", path="/site/"),
    SitePage(name="home-signed-in", endpoint="site.home", path="/site/", role=_CLIENT),
    SitePage(name="sign-in", endpoint="auth.sign_in", path="/plateforme/connexion"),
    SitePage(
        name="sign-in-refused", endpoint="auth.sign_in", path="/plateforme/connexion", act=_empty,
        statuses=_REFUSED,
    ),
    SitePage(name="sign-in-code", endpoint="auth.code", path=_pending),
    SitePage(name="phone", endpoint="phone.ask", path="/plateforme/telephone"),
    SitePage(
        name="phone-refused", endpoint="phone.ask", path="/plateforme/telephone", act=_empty,
        statuses=_REFUSED,
    ),
    SitePage(name="phone-code", endpoint="phone.code", path=_phone_code),
    SitePage(
        name="phone-code-refused", endpoint="phone.code", path=_phone_code, act=_empty,
        statuses=_REFUSED,
    ),
    SitePage(name="forgotten", endpoint="auth.ask_reset", path="/plateforme/mot-de-passe-oublie"),
    SitePage(
        name="forgotten-asked", endpoint="auth.ask_reset", path="/plateforme/mot-de-passe-oublie",
        act=_ask_reset,
    ),
    SitePage(name="link", endpoint="auth.link", path=_link),
    SitePage(
        name="link-refused", endpoint="auth.link", path="/plateforme/lien/not-a-link",
        statuses=frozenset({410}),
    ),
    SitePage(name="account", endpoint="account.show", path="/plateforme/compte/", role=_CLIENT),
    SitePage(
        name="account-admin", endpoint="account.show", path="/plateforme/compte/", role=_ADMIN
    ),
    SitePage(
        name="account-merchant", endpoint="account.show", path="/plateforme/compte/",
        role=Role.MERCHANT, act=_open_menu,
    ),
    SitePage(
        name="account-staff", endpoint="account.show", path="/plateforme/compte/", role=Role.STAFF
    ),
    SitePage(
        name="account-name", endpoint="account.name", path="/plateforme/compte/nom", role=_CLIENT
    ),
    SitePage(
        name="password", endpoint="account.password", path="/plateforme/compte/mot-de-passe",
        role=_CLIENT,
    ),
    SitePage(
        name="password-refused", endpoint="account.password",
        path="/plateforme/compte/mot-de-passe", role=_CLIENT, act=_empty, statuses=_REFUSED,
    ),
    SitePage(
        name="second-factor", endpoint="enrolment.show",
        path="/plateforme/compte/second-facteur/", role=_CLIENT, act=_unfold,
    ),
    SitePage(
        name="second-factor-codes", endpoint="enrolment.codes",
        path="/plateforme/compte/second-facteur/codes", role=_ADMIN,
    ),
    SitePage(
        name="second-factor-new-codes", endpoint="enrolment.codes",
        path="/plateforme/compte/second-facteur/codes", role=_ADMIN, act=_give_password,
    ),
    SitePage(
        name="second-factor-remove", endpoint="enrolment.remove",
        path="/plateforme/compte/second-facteur/retirer", role=_ADMIN,
    ),
    SitePage(
        name="users", endpoint="admin.users", path="/plateforme/admin/utilisateurs", role=_ADMIN
    ),
    SitePage(
        name="users-none", endpoint="admin.users",
        path="/plateforme/admin/utilisateurs?q=nobody+at+all", role=_ADMIN,
    ),
    SitePage(
        name="user-new", endpoint="admin.new_user",
        path="/plateforme/admin/utilisateurs/nouveau", role=_ADMIN,
    ),
    SitePage(
        name="user-new-refused", endpoint="admin.new_user",
        path="/plateforme/admin/utilisateurs/nouveau", role=_ADMIN, act=_empty, statuses=_REFUSED,
    ),
    SitePage(name="user", endpoint="admin.user", path=_user, role=_ADMIN),
    SitePage(name="user-phone", endpoint="admin.user", path=_phone_user, role=_ADMIN),
    SitePage(name="user-link", endpoint="admin.user", path=_user, role=_ADMIN, act=_make_link),
    SitePage(name="user-disabled", endpoint="admin.user", path=_disabled, role=_ADMIN),
    SitePage(name="audit", endpoint="admin.audit", path="/plateforme/admin/journal", role=_ADMIN),
    SitePage(
        name="clients", endpoint="clients.index", path=_with_clients(CLIENTS), role=_ADMIN
    ),
    SitePage(
        name="clients-recomputed", endpoint="clients.index", path=_with_clients(CLIENTS),
        role=_ADMIN, act=_recompute_all,
    ),
    SitePage(
        name="client", endpoint="clients.show", path=_followed(), role=_ADMIN, act=_unfold
    ),
    SitePage(
        name="client-incomplete", endpoint="clients.show",
        path=_client_of("client-3@example.com"), role=_ADMIN,
    ),
    SitePage(
        name="client-without-lines", endpoint="clients.show",
        path=_client_of("client-0@example.com"), role=_ADMIN,
    ),
    SitePage(
        name="clients-statistics", endpoint="clients.statistics",
        path=_with_clients(f"{CLIENTS}statistiques"), role=_ADMIN, act=_unfold,
    ),
    SitePage(name="quotes", endpoint="quotes.index", path=_with_clients(QUOTES), role=_ADMIN),
    SitePage(
        name="quotes-enter", endpoint="quotes.enter", path=f"{QUOTES}saisir?base=EUR&quote=GNF",
        role=_ADMIN,
    ),
    SitePage(
        name="quotes-enter-refused", endpoint="quotes.enter", path=f"{QUOTES}saisir",
        role=_ADMIN, act=_empty, statuses=_REFUSED,
    ),
    SitePage(
        name="quotes-history", endpoint="quotes.history",
        path=_with_clients(f"{QUOTES}historique?base=EUR&quote=GNF"), role=_ADMIN,
    ),
    SitePage(
        name="jobs-none", endpoint="jobs.index", path="/plateforme/travaux/", role=_CLIENT,
        fresh=True,
    ),
    SitePage(name="jobs", endpoint="jobs.index", path=_jobs, role=_CLIENT),
    SitePage(name="job", endpoint="jobs.show", path=_job, role=_CLIENT, act=_unfold),
    SitePage(
        name="job-running", endpoint="jobs.show", path=_running_job, role=_CLIENT, fresh=True
    ),
    SitePage(name="job-failed", endpoint="jobs.show", path=_failed_job, role=_CLIENT, fresh=True),
    SitePage(
        name="wealth-none", endpoint="wealth.dashboard", path=WEALTH, role=_CLIENT, fresh=True
    ),
    SitePage(name="wealth", endpoint="wealth.dashboard", path=_rich(), role=_CLIENT),
    SitePage(
        name="wealth-unfolded", endpoint="wealth.dashboard", path=_rich(), role=_CLIENT,
        act=_unfold,
    ),
    SitePage(
        name="wealth-incomplete", endpoint="wealth.dashboard", path=_odd, role=_CLIENT,
        act=_unfold, fresh=True,
    ),
    SitePage(name="wealth-lines", endpoint="wealth.index", path=_rich("avoirs"), role=_CLIENT),
    SitePage(
        name="wealth-lines-none", endpoint="wealth.index", path=f"{WEALTH}avoirs", role=_CLIENT,
        fresh=True,
    ),
    SitePage(
        name="wealth-lines-removed", endpoint="wealth.index",
        path=_rich("avoirs?retire=gone&version=1"), role=_CLIENT,
    ),
    SitePage(
        name="wealth-property", endpoint="wealth.line", path=_rich("avoirs/property-1"),
        role=_CLIENT, act=_unfold,
    ),
    SitePage(
        name="wealth-line-overtaken", endpoint="wealth.line", path=_rich("avoirs/cash-1"),
        role=_CLIENT, act=_overtaken, statuses=frozenset({409}),
    ),
    SitePage(
        name="wealth-line-remove", endpoint="wealth.line", path=_rich("avoirs/cash-1"),
        role=_CLIENT, act=_remove,
    ),
    SitePage(
        name="wealth-new-credit", endpoint="wealth.new_line",
        path=f"{WEALTH}avoirs/credits/nouveau", role=_CLIENT,
    ),
    SitePage(
        name="wealth-new-refused", endpoint="wealth.new_line",
        path=f"{WEALTH}avoirs/immobilier/nouveau", role=_CLIENT, act=_save_line,
        statuses=_REFUSED,
    ),
    SitePage(
        name="wealth-import", endpoint="wealth.upload", path=f"{WEALTH}importer", role=_CLIENT
    ),
    SitePage(
        name="wealth-import-refused", endpoint="wealth.upload", path=f"{WEALTH}importer",
        role=_CLIENT, act=_upload(FAULTY_TABLE), statuses=_REFUSED,
    ),
    SitePage(
        name="wealth-preview", endpoint="wealth.upload", path=_rich("importer"), role=_CLIENT,
        act=_upload(OTHER_TABLE),
    ),
    SitePage(name="wealth-export", endpoint="wealth.export", path=_rich("exporter"), role=_CLIENT),
    SitePage(
        name="wealth-history", endpoint="wealth.history", path=_rich("historique"), role=_CLIENT
    ),
    SitePage(
        name="wealth-history-none", endpoint="wealth.history", path=f"{WEALTH}historique",
        role=_CLIENT, fresh=True,
    ),
    SitePage(name="plan-none", endpoint="planning.index", path=PLAN, role=_CLIENT, fresh=True),
    SitePage(
        name="plan", endpoint="planning.index", path=_planned("?page=1"), role=_CLIENT, act=_unfold,
        fresh=True,
    ),
    SitePage(
        name="plan-refused", endpoint="planning.index", path=_planned(), role=_CLIENT,
        act=_adjust_wrongly, statuses=_REFUSED, fresh=True,
    ),
    SitePage(
        name="plan-new", endpoint="planning.edit", path=f"{PLAN}modifier", role=_CLIENT, fresh=True
    ),
    SitePage(
        name="plan-edit-refused", endpoint="planning.edit", path=_planned("modifier"),
        role=_CLIENT, act=_share_too_much, statuses=_REFUSED, fresh=True,
    ),
    SitePage(
        name="plan-edit-overtaken", endpoint="planning.edit", path=_planned("modifier"),
        role=_CLIENT, act=_change_too_late, statuses=frozenset({409}), fresh=True,
    ),
    SitePage(
        name="profile", endpoint="planning.profile", path=_planned("profil"), role=_CLIENT,
        fresh=True,
    ),
    SitePage(
        name="profile-refused", endpoint="planning.profile", path=f"{PLAN}profil", role=_CLIENT,
        act=_save_line, statuses=_REFUSED, fresh=True,
    ),
    SitePage(
        name="profile-overtaken", endpoint="planning.profile", path=_planned("profil"),
        role=_CLIENT, act=_change_too_late, statuses=frozenset({409}), fresh=True,
    ),
    SitePage(
        name="projection", endpoint="planning.projection", path=_planned("projection"),
        role=_CLIENT, act=_slide, fresh=True,
    ),
    SitePage(
        name="projection-none", endpoint="planning.projection", path=f"{PLAN}projection",
        role=_CLIENT, fresh=True,
    ),
    SitePage(
        name="projection-incomplete", endpoint="planning.projection", path=_unpriced,
        role=_CLIENT, fresh=True,
    ),
    SitePage(
        name="projection-refused", endpoint="planning.projection",
        path=_planned("projection?years=99&cash=abc"), role=_CLIENT, statuses=_REFUSED,
        fresh=True,
    ),
    SitePage(
        name="alerts", endpoint="planning.alerts", path=_planned("alertes"), role=_CLIENT,
        fresh=True,
    ),
    SitePage(
        name="alerts-none", endpoint="planning.alerts", path=f"{PLAN}alertes", role=_CLIENT,
        fresh=True,
    ),
    SitePage(name="loans", endpoint="loans.index", path=_loans, role=_CLIENT),
    SitePage(name="loans-removed", endpoint="loans.index", path=_removed, role=_CLIENT),
    SitePage(
        name="loans-none", endpoint="loans.index", path="/plateforme/prets/", role=_CLIENT,
        fresh=True,
    ),
    SitePage(
        name="loan", endpoint="loans.show",
        path=_saved("Résidence principale", "?on=2025-12-09"), role=_CLIENT,
    ),
    SitePage(
        name="loan-insured", endpoint="loans.show",
        path=_saved("Appartement mis en location"), role=_CLIENT, act=_unfold,
    ),
    SitePage(name="loan-xof", endpoint="loans.show", path=_saved("Four à pain"), role=_CLIENT),
    SitePage(
        name="loan-remove", endpoint="loans.show", path=_saved("Prêt relais"), role=_CLIENT,
        act=_remove,
    ),
    SitePage(
        name="loan-rename", endpoint="loans.rename", path=_saved("Prêt relais", "/nom"),
        role=_CLIENT,
    ),
    SitePage(
        name="calculator", endpoint="loans.calculator", path="/plateforme/prets/calcul",
        role=_CLIENT,
    ),
    SitePage(name="calculator-answer", endpoint="loans.calculator", path=EXAMPLE, role=_CLIENT),
    SitePage(
        name="calculator-all-years", endpoint="loans.calculator", path=EXAMPLE + "&year=all",
        role=_ADMIN,
    ),
    SitePage(
        name="calculator-every-term", endpoint="loans.calculator", path=EVERY_TERM, role=_CLIENT,
        act=_unfold,
    ),
    SitePage(
        name="calculator-refused", endpoint="loans.calculator", path=WRONG, role=_CLIENT,
        statuses=_REFUSED,
    ),
    SitePage(name="calculator-edit", endpoint="loans.calculator", path=_edit, role=_CLIENT),
    SitePage(
        name="calculator-stale", endpoint="loans.calculator", path=_stale, role=_CLIENT, act=_send,
        statuses=frozenset({409}),
    ),
    SitePage(name="loan-save", endpoint="loans.save", path=_save, role=_CLIENT),
    SitePage(
        name="loan-save-refused", endpoint="loans.save", path=_save, role=_CLIENT, act=_empty,
        statuses=_REFUSED,
    ),
    SitePage(
        name="freight-none", endpoint="freight.index", path=_freight(), role=_MERCHANT, fresh=True
    ),
    SitePage(
        name="freight-typed", endpoint="freight.index", path=_freight(), role=_MERCHANT,
        act=_typed_quote, fresh=True,
    ),
    SitePage(
        name="freight", endpoint="freight.index",
        path=_orders_of("?goods=10000&category=TEXTILE&volume=3"), role=_MERCHANT,
    ),
    SitePage(
        name="freight-cartons", endpoint="freight.index", path=_freight(BY_CARTONS),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-refused", endpoint="freight.index", path=_freight(WRONG_PURCHASE),
        role=_MERCHANT, statuses=_REFUSED,
    ),
    SitePage(
        name="freight-order-quote", endpoint="freight.order", path=_order("quote"),
        role=_MERCHANT, act=_unfold,
    ),
    SitePage(
        name="freight-order-without-room", endpoint="freight.order", path=_too_large_for_any,
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-expired", endpoint="freight.order", path=_order("expired"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-waiting", endpoint="freight.order", path=_order("waiting"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-confirmed", endpoint="freight.order", path=_order("confirmed"),
        role=_MERCHANT, act=_unfold,
    ),
    SitePage(
        name="freight-order-refused-proof", endpoint="freight.order", path=_order("refused"),
        role=_MERCHANT, act=_send_no_picture, statuses=_REFUSED,
    ),
    SitePage(
        name="freight-order-paid", endpoint="freight.order", path=_order("paid"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-at-sea", endpoint="freight.order", path=_order("at sea"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-payment", endpoint="freight.payment", path=_asked_payment,
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-containers", endpoint="freight.containers", path=_freight("conteneurs"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-wallet", endpoint="freight.wallet", path=_orders_of("portefeuille"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-suppliers", endpoint="freight.suppliers", path=_freight("fournisseurs"),
        role=_MERCHANT,
    ),
    SitePage(name="office", endpoint="freight_admin.index", path=_office(), role=_ADMIN),
    SitePage(
        name="office-orders", endpoint="freight_admin.orders", path=_office("commandes"),
        role=_ADMIN,
    ),
    SitePage(
        name="office-order", endpoint="freight_admin.order",
        path=_office(lambda there: f"commandes/{there.waiting}"), role=_ADMIN, act=_unfold,
    ),
    SitePage(
        name="office-proofs", endpoint="freight_admin.proofs", path=_office("preuves"),
        role=_ADMIN,
    ),
    SitePage(
        name="office-proof", endpoint="freight_admin.proof",
        path=_office(lambda there: f"preuves/{there.proof}"), role=_ADMIN,
    ),
    SitePage(
        name="office-containers", endpoint="freight_admin.containers",
        path=_office("conteneurs"), role=_ADMIN,
    ),
    SitePage(
        name="office-container", endpoint="freight_admin.container",
        path=_office(lambda there: f"conteneurs/{there.container}"), role=_ADMIN, act=_unfold,
    ),
    SitePage(
        name="office-container-overtaken", endpoint="freight_admin.container",
        path=_office(lambda there: f"conteneurs/{there.container}"), role=_ADMIN,
        act=_close_overtaken, statuses=frozenset({409}),
    ),
    SitePage(
        name="office-container-new", endpoint="freight_admin.new_container",
        path=_office("conteneurs/nouveau"), role=_ADMIN, act=_empty, statuses=_REFUSED,
    ),
    SitePage(
        name="office-container-cancel", endpoint="freight_admin.cancel_container",
        path=_office(lambda there: f"conteneurs/{there.container}/annuler"), role=_ADMIN,
    ),
    SitePage(
        name="office-pool", endpoint="freight_admin.pool", path=_office("attente"), role=_ADMIN
    ),
    SitePage(
        name="office-quote", endpoint="freight_admin.quote", role=_ADMIN,
        path=_office("devis?goods=15000&category=ELECTRONIQUE&volume_cbm=3&commission=4"),
    ),
    SitePage(
        name="office-tariffs", endpoint="freight_admin.tariffs",
        path=_office("tarifs", rates=True), role=_ADMIN,
    ),
    SitePage(
        name="office-tariff", endpoint="freight_admin.tariff",
        path=_office("tarifs/2", rates=True), role=_ADMIN,
    ),
    SitePage(
        name="office-tariff-preview", endpoint="freight_admin.new_tariff",
        path=_office("tarifs/nouveau"), role=_ADMIN, act=_preview_tariff,
    ),
    SitePage(
        name="office-tariff-refused", endpoint="freight_admin.new_tariff",
        path=_office("tarifs/nouveau"), role=_ADMIN, act=_empty_tariff, statuses=_REFUSED,
    ),
    SitePage(
        name="office-rates", endpoint="freight_admin.rates", path=_office("taux", rates=True),
        role=_ADMIN,
    ),
    SitePage(
        name="office-merchants", endpoint="freight_admin.merchants",
        path=_office("marchands"), role=_ADMIN,
    ),
    SitePage(
        name="office-merchant", endpoint="freight_admin.merchant",
        path=_office(lambda there: f"marchands/{there.merchant}"), role=_ADMIN,
    ),
    SitePage(
        name="office-suppliers", endpoint="freight_admin.suppliers",
        path=_office("fournisseurs"), role=_ADMIN,
    ),
    SitePage(
        name="office-supplier", endpoint="freight_admin.supplier",
        path=_office(lambda there: f"fournisseurs/{there.supplier}"), role=_ADMIN, act=_remove,
    ),
    SitePage(
        name="office-supplier-new", endpoint="freight_admin.new_supplier",
        path=_office("fournisseurs/nouveau"), role=_ADMIN,
    ),
    SitePage(
        name="office-figures", endpoint="freight_admin.figures", path=_office("chiffres"),
        role=_ADMIN, act=_unfold,
    ),
    SitePage(
        name="error-forbidden", endpoint="admin.users", path="/plateforme/admin/utilisateurs",
        role=_CLIENT, statuses=frozenset({403}),
    ),
    SitePage(
        name="error-nothing-there", endpoint="", path="/plateforme/nulle-part",
        statuses=frozenset({404}),
    ),
    SitePage(name="api-viewer", endpoint="api_docs.docs", path="/api/docs", act=_drawn),
    SitePage(name="api-problems", endpoint="api_docs.problems", path="/api/problems"),
)  # fmt: skip
"""Every page, in the state a person meets it in and in those that look different."""

NOT_PAGES: Mapping[str, str] = {
    "admin.index": "leads to the accounts",
    "admin.audit_csv": "a download",
    "admin.users_csv": "a download",
    "api_docs.docs_file": "a file",
    "api_docs.openapi": "the document of the API",
    "api_docs.holdings": "the schema of the documents of holdings",
    "api_freight.get_order": "the API",
    "api_freight.get_tariff": "the API",
    "api_freight.get_wallet": "the API",
    "api_freight.list_containers": "the API",
    "api_freight.list_orders": "the API",
    "api_freight.list_proofs": "the API",
    "api_freight.list_suppliers": "the API",
    "api_freight.offer": "the API",
    "api_freight_admin.get_container": "the API",
    "api_freight_admin.get_figures": "the API",
    "api_freight_admin.get_merchant": "the API",
    "api_freight_admin.get_order": "the API",
    "api_freight_admin.get_picture": "the API",
    "api_freight_admin.get_pool": "the API",
    "api_freight_admin.get_proof": "the API",
    "api_freight_admin.list_containers": "the API",
    "api_freight_admin.list_merchants": "the API",
    "api_freight_admin.list_orders": "the API",
    "api_freight_admin.list_proofs": "the API",
    "api_freight_admin.list_tariffs": "the API",
    "api_holdings.get_holdings": "the API",
    "api_networth.get_net_worth": "the API",
    "api_networth.list_snapshots": "the API",
    "api_planning.get_plan": "the API",
    "api_planning.get_profile": "the API",
    "api_planning.list_actions": "the API",
    "api_saved_loans.get_loan": "the API",
    "api_saved_loans.list_loans": "the API",
    "api_session.me": "the API",
    "assets.asset": "a file",
    "clients.index_csv": "a download",
    "freight_admin.categories_csv": "a download",
    "freight_admin.months_csv": "a download",
    "freight_admin.orders_csv": "a download",
    "freight_admin.proof_image": "a picture, as an attachment",
    "auth.home": "leads to the first page of a role",
    "freight.proof": "a download",
    "freight.total": "what the script of the quote asks for",
    "jobs.download": "a download",
    "jobs.state": "what the script of a job's page asks for",
    "languages.switch": "leads back",
    "loans.calculator_csv": "a download",
    "loans.calculator_pdf": "a download",
    "loans.saved_csv": "a download",
    "loans.saved_pdf": "a download",
    "metrics.metrics": "for a collector",
    "operations.health": "for a probe",
    "operations.livez": "for a probe",
    "operations.readyz": "for a probe",
    "planning.actions_csv": "a download",
    "planning.projected": "what the script of the projection asks for",
    "site.root": "leads to the public site",
    "wealth.history_csv": "a download",
    "wealth.holdings_csv": "a download",
    "wealth.holdings_json": "a download",
}
"""What else answers to GET, and why nobody looks at it."""
