"""The pages of net worth, plans, clients and prices."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, expect

from comptoir_web.identity.roles import Role
from testkit.browser import Visit
from testkit.every_page.scenes import (
    REFUSED,
    Act,
    Prepare,
    Scene,
    SitePage,
    ask_to_remove,
    save_line,
    send,
    send_empty,
    unfold,
)
from testkit.plans import give_plan, give_unpriced
from testkit.riches import followed_clients
from testkit.wealth import give_odd, give_riches

__all__ = ["PAGES"]

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


PLAN = "/plateforme/plan/"


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
    save_line(visit)


def _upload(table: str) -> Act:
    def act(visit: Visit) -> None:
        file = FilePayload(name="avoirs.csv", mimeType="text/csv", buffer=table.encode())
        visit.page.set_input_files("#file", file)
        send(visit)

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
    save_line(visit)


def _change_too_late(visit: Visit) -> None:
    """The form was opened on a version that is not the last one any more."""
    visit.page.evaluate("document.querySelector('input[name=version]').value = '0'")
    visit.page.locator("main form.card input[type=text]:visible").first.fill("1234")
    save_line(visit)


def _slide(visit: Visit) -> None:
    """The answer follows the slider."""
    unfold(visit)
    before = visit.page.locator("[data-says]").inner_text()
    visit.page.locator("#years").press("ArrowRight")
    expect(visit.page.locator("[data-says]")).not_to_have_text(before)
    expect(visit.page).to_have_url(re.compile("years="))


_CLIENT = Role.CLIENT
_ADMIN = Role.ADMIN

PAGES: tuple[SitePage, ...] = (
    SitePage(
        name="clients", endpoint="clients.index", path=_with_clients(CLIENTS), role=_ADMIN
    ),
    SitePage(
        name="clients-recomputed", endpoint="clients.index", path=_with_clients(CLIENTS),
        role=_ADMIN, act=_recompute_all,
    ),
    SitePage(
        name="client", endpoint="clients.show", path=_followed(), role=_ADMIN, act=unfold
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
        path=_with_clients(f"{CLIENTS}statistiques"), role=_ADMIN, act=unfold,
    ),
    SitePage(name="quotes", endpoint="quotes.index", path=_with_clients(QUOTES), role=_ADMIN),
    SitePage(
        name="quotes-enter", endpoint="quotes.enter", path=f"{QUOTES}saisir?base=EUR&quote=GNF",
        role=_ADMIN,
    ),
    SitePage(
        name="quotes-enter-refused", endpoint="quotes.enter", path=f"{QUOTES}saisir",
        role=_ADMIN, act=send_empty, statuses=REFUSED,
    ),
    SitePage(
        name="quotes-history", endpoint="quotes.history",
        path=_with_clients(f"{QUOTES}historique?base=EUR&quote=GNF"), role=_ADMIN,
    ),
    SitePage(
        name="wealth-unfolded", endpoint="wealth.dashboard", path=_rich(), role=_CLIENT,
        act=unfold,
    ),
    SitePage(
        name="wealth-none", endpoint="wealth.dashboard", path=WEALTH, role=_CLIENT,
        fresh=True, every_look=True,
    ),
    SitePage(name="wealth", endpoint="wealth.dashboard", path=_rich(), role=_CLIENT),
    SitePage(
        name="wealth-incomplete", endpoint="wealth.dashboard", path=_odd, role=_CLIENT,
        act=unfold, fresh=True,
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
        role=_CLIENT, act=unfold,
    ),
    SitePage(
        name="wealth-line-overtaken", endpoint="wealth.line", path=_rich("avoirs/cash-1"),
        role=_CLIENT, act=_overtaken, statuses=frozenset({409}), every_look=True,
    ),
    SitePage(
        name="wealth-line-remove", endpoint="wealth.line", path=_rich("avoirs/cash-1"),
        role=_CLIENT, act=ask_to_remove,
    ),
    SitePage(
        name="wealth-new-credit", endpoint="wealth.new_line",
        path=f"{WEALTH}avoirs/credits/nouveau", role=_CLIENT,
    ),
    SitePage(
        name="wealth-new-refused", endpoint="wealth.new_line",
        path=f"{WEALTH}avoirs/immobilier/nouveau", role=_CLIENT, act=save_line,
        statuses=REFUSED,
    ),
    SitePage(
        name="wealth-preview", endpoint="wealth.upload", path=_rich("importer"), role=_CLIENT,
        act=_upload(OTHER_TABLE),
    ),
    SitePage(
        name="wealth-import", endpoint="wealth.upload", path=f"{WEALTH}importer", role=_CLIENT
    ),
    SitePage(
        name="wealth-import-refused", endpoint="wealth.upload", path=f"{WEALTH}importer",
        role=_CLIENT, act=_upload(FAULTY_TABLE), statuses=REFUSED,
    ),
    SitePage(name="wealth-export", endpoint="wealth.export", path=_rich("exporter"), role=_CLIENT),
    SitePage(
        name="wealth-history", endpoint="wealth.history", path=_rich("historique"), role=_CLIENT
    ),
    SitePage(
        name="wealth-history-none", endpoint="wealth.history", path=f"{WEALTH}historique",
        role=_CLIENT, fresh=True,
    ),
    SitePage(
        name="plan", endpoint="planning.index", path=_planned("?page=1"), role=_CLIENT, act=unfold,
        fresh=True,
    ),
    SitePage(name="plan-none", endpoint="planning.index", path=PLAN, role=_CLIENT, fresh=True),
    SitePage(
        name="plan-refused", endpoint="planning.index", path=_planned(), role=_CLIENT,
        act=_adjust_wrongly, statuses=REFUSED, fresh=True,
    ),
    SitePage(
        name="plan-new", endpoint="planning.edit", path=f"{PLAN}modifier", role=_CLIENT, fresh=True
    ),
    SitePage(
        name="plan-edit-refused", endpoint="planning.edit", path=_planned("modifier"),
        role=_CLIENT, act=_share_too_much, statuses=REFUSED, fresh=True,
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
        act=save_line, statuses=REFUSED, fresh=True,
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
        path=_planned("projection?years=99&cash=abc"), role=_CLIENT, statuses=REFUSED,
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
)  # fmt: skip
"""Each page in the state a person meets it in and in those that look different."""
