"""The pages of signing in, accounts and administration; the public site, errors, the API."""

from __future__ import annotations

import itertools
from urllib.parse import urlsplit

from playwright.sync_api import expect

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from testkit.browser import Visit
from testkit.every_page.scenes import REFUSED, Scene, SitePage, send, send_empty, unfold
from testkit.pages import PASSWORD

__all__ = ["PAGES"]


def _ask_reset(visit: Visit) -> None:
    visit.page.locator("#email").fill("nobody@example.com")
    send(visit)


def _give_password(visit: Visit) -> None:
    visit.page.locator("#current").fill(PASSWORD)
    send(visit)


def _pending(scene: Scene) -> str:
    """The password is accepted, the code awaited."""
    page = scene.visit.page
    admin = scene.site.account(Role.ADMIN)
    scene.visit.goto("/plateforme/connexion")
    page.locator("#email").fill(admin.email)
    page.locator("#password").fill(admin.password)
    send(scene.visit)
    return "/plateforme/connexion/code"


def _phone_code(scene: Scene) -> str:
    """The number is accepted, the code awaited: another number each time, for each is limited."""
    page = scene.visit.page
    scene.visit.goto("/plateforme/telephone")
    page.locator("#phone").fill(f"620 00 00 {next(_UNKNOWN_PHONES)}")
    send(scene.visit)
    return "/plateforme/telephone/code"


def _phone_user(scene: Scene) -> str:
    """A merchant who has a phone alone."""
    return f"/plateforme/admin/utilisateurs/{scene.site.new_merchant().id}"


def _link(scene: Scene) -> str:
    invited = scene.site.new_user()
    link = scene.site.services.get(IdentityService).make_link(invited.id, actor=None)
    return urlsplit(link).path


def _open_menu(visit: Visit) -> None:
    visit.page.locator("details.menu > summary").click()


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


def _drawn(visit: Visit) -> None:
    expect(visit.page.locator("#viewer h3").first).to_be_visible(timeout=20_000)


_UNKNOWN_PHONES = itertools.cycle(range(60, 100))


_CLIENT = Role.CLIENT
_ADMIN = Role.ADMIN

PAGES: tuple[SitePage, ...] = (
    SitePage(name="home", endpoint="site.home", path="/site/"),
    SitePage(name="home-signed-in", endpoint="site.home", path="/site/", role=_CLIENT),
    SitePage(name="sign-in", endpoint="auth.sign_in", path="/plateforme/connexion"),
    SitePage(
        name="sign-in-refused", endpoint="auth.sign_in", path="/plateforme/connexion",
        act=send_empty, statuses=REFUSED, every_look=True,
    ),
    SitePage(name="sign-in-code", endpoint="auth.code", path=_pending),
    SitePage(name="phone", endpoint="phone.ask", path="/plateforme/telephone"),
    SitePage(
        name="phone-refused", endpoint="phone.ask", path="/plateforme/telephone", act=send_empty,
        statuses=REFUSED,
    ),
    SitePage(name="phone-code", endpoint="phone.code", path=_phone_code),
    SitePage(
        name="phone-code-refused", endpoint="phone.code", path=_phone_code, act=send_empty,
        statuses=REFUSED,
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
        path="/plateforme/compte/mot-de-passe", role=_CLIENT, act=send_empty, statuses=REFUSED,
    ),
    SitePage(
        name="second-factor", endpoint="enrolment.show",
        path="/plateforme/compte/second-facteur/", role=_CLIENT, act=unfold,
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
        path="/plateforme/admin/utilisateurs/nouveau", role=_ADMIN, act=send_empty,
        statuses=REFUSED,
    ),
    SitePage(name="user", endpoint="admin.user", path=_user, role=_ADMIN),
    SitePage(name="user-phone", endpoint="admin.user", path=_phone_user, role=_ADMIN),
    SitePage(
        name="user-link", endpoint="admin.user", path=_user, role=_ADMIN, act=_make_link,
        every_look=True,
    ),
    SitePage(name="user-disabled", endpoint="admin.user", path=_disabled, role=_ADMIN),
    SitePage(name="audit", endpoint="admin.audit", path="/plateforme/admin/journal", role=_ADMIN),
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
"""Each page in the state a person meets it in and in those that look different."""
