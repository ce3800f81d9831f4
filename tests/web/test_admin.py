"""Administration: accounts created once, listed, changed, disabled; the last admin stays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import svcs
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.children import children
from testkit.pages import csrf_token, post

from comptoir_web.identity.errors import IdentityFaults, LastAdmin, UnknownUser
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User, UserStore
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

USERS = "/plateforme/admin/utilisateurs"
NEW = f"{USERS}/nouveau"
MakeUser = Callable[..., User]


@pytest.fixture
def admin(signed_in_client: Callable[..., FlaskClient]) -> FlaskClient:
    """A signed-in administrator."""
    return signed_in_client(Role.ADMIN)


def names(page: str) -> list[str]:
    """The names in the list of accounts."""
    return re.findall(r'/utilisateurs/[0-9a-f]{32}">([^<]+)</a>', page)


def test_an_account_is_created(admin: FlaskClient, identity: IdentityService) -> None:
    """The form makes an account without password and leads to its page."""
    answer = post(admin, NEW, {"name": "Un client", "email": "New@Example.com", "role": "client"})
    assert answer.status_code == 303
    user = identity.user_by_email("new@example.com")
    assert user is not None
    assert answer.headers["Location"] == f"{USERS}/{user.id}"
    assert not user.has_password
    assert "attend que son titulaire" in admin.get(answer.headers["Location"]).text


def test_a_form_sent_twice_creates_one_account(
    admin: FlaskClient, identity: IdentityService, web_engine: Engine
) -> None:
    """The same form again (double click, back button) leads to the same account and one mail."""
    token = csrf_token(admin, NEW)
    request_id = re.search(r'name="request_id"[^>]*value="([^"]+)"', admin.get(NEW).text)
    assert request_id is not None
    form = {
        "csrf_token": token,
        "request_id": request_id[1],
        "name": "Un client",
        "email": "new@example.com",
        "role": "client",
    }
    first, second = admin.post(NEW, data=form), admin.post(NEW, data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert identity.users(search="new@example.com").total == 1
    with reading(web_engine) as connection:
        jobs = connection.exec_driver_sql("SELECT count(*) FROM web_jobs").scalar_one()
    assert jobs == 1


def test_everything_wrong_is_told_and_nothing_typed_is_lost(admin: FlaskClient) -> None:
    """All faults at once, each beside its field, with what was typed still there."""
    answer = post(admin, NEW, {"name": "", "email": "not an address", "role": "king"})
    assert answer.status_code == 422
    assert answer.text.count('class="field-error"') == 3
    assert 'value="not an address"' in answer.text


def test_an_address_has_one_account(admin: FlaskClient, make_user: MakeUser) -> None:
    """A second account with the address of another is refused, whatever its capitals."""
    make_user()
    answer = post(admin, NEW, {"name": "Another", "email": "CLIENT@example.com", "role": "client"})
    assert answer.status_code == 422
    assert "Un compte utilise déjà cette adresse" in answer.text


def test_the_list_is_searched_filtered_and_paged_by_the_address(
    admin: FlaskClient, make_user: MakeUser, identity: IdentityService
) -> None:
    """Search, role, state and page are arguments of the address; wildcards are plain text."""
    for number in range(30):
        make_user(email=f"c{number:02}@example.com", name=f"Client {number:02}")
    make_user(role=Role.STAFF, email="staff@example.com", name="100% coton")
    identity.disable(make_user(email="gone@example.com", name="Parti").id)
    assert len(names(admin.get(USERS).text)) == 25
    assert len(names(admin.get(f"{USERS}?page=2").text)) == 8
    assert len(names(admin.get(f"{USERS}?page=999").text)) == 8
    assert len(names(admin.get(f"{USERS}?page=x").text)) == 25
    assert names(admin.get(f"{USERS}?q=client+07").text) == ["Client 07"]
    assert names(admin.get(f"{USERS}?q=c11@").text) == ["Client 11"]
    assert names(admin.get(f"{USERS}?q=100%25").text) == ["100% coton"]
    assert names(admin.get(f"{USERS}?q=%25").text) == ["100% coton"]
    assert names(admin.get(f"{USERS}?q=_").text) == []
    assert names(admin.get(f"{USERS}?role=staff").text) == ["100% coton"]
    assert names(admin.get(f"{USERS}?state=disabled").text) == ["Parti"]
    page = admin.get(f"{USERS}?role=client&page=2").text
    assert "role=client" in page


def test_the_list_is_sorted_by_the_address(admin: FlaskClient, make_user: MakeUser) -> None:
    """Each column that can be sorted is, both ways; another word sorts by name."""
    make_user(email="b@example.com", name="Alpha")
    make_user(email="a@example.com", name="Beta", role=Role.STAFF)
    assert names(admin.get(USERS).text) == ["A admin", "Alpha", "Beta"]
    assert names(admin.get(f"{USERS}?sort=-name").text) == ["Beta", "Alpha", "A admin"]
    assert names(admin.get(f"{USERS}?sort=email").text) == ["Beta", "A admin", "Alpha"]
    assert names(admin.get(f"{USERS}?sort=-role").text) == ["Beta", "Alpha", "A admin"]
    assert names(admin.get(f"{USERS}?sort=password_hash").text) == ["A admin", "Alpha", "Beta"]


def test_what_is_shown_is_downloaded(admin: FlaskClient, make_user: MakeUser) -> None:
    """The CSV holds every page of the filtered list; no cell is run as a formula."""
    for number in range(30):
        make_user(email=f"c{number:02}@example.com", name=f"Client {number:02}")
    make_user(email="x@example.com", name="=1+1", role=Role.STAFF)
    page = admin.get(f"{USERS}?role=client&q=client").text
    assert 'href="/plateforme/admin/utilisateurs.csv?role=client&amp;q=client"' in page
    answer = admin.get("/plateforme/admin/utilisateurs.csv?role=client&q=client")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=comptes.csv"
    assert len(answer.text.splitlines()) == 31
    assert "'=1+1" in admin.get("/plateforme/admin/utilisateurs.csv?role=staff").text
    log = admin.get("/plateforme/admin/journal.csv?action=user.created").text
    assert len(log.splitlines()) == 33


def test_the_address_of_the_csv_cannot_be_bent(admin: FlaskClient) -> None:
    """Arguments that mean something to the program, not to the list, stay plain arguments."""
    page = admin.get(f"{USERS}?_external=1&_scheme=javascript&_anchor=x&_method=POST")
    assert page.status_code == 200
    assert 'href="/plateforme/admin/utilisateurs.csv?_external=1' in page.text
    assert 'href="javascript' not in page.text


def test_what_was_typed_stays_text(admin: FlaskClient, make_user: MakeUser) -> None:
    """A name or a search made of markup is shown, never run."""
    make_user(name="<script>alert(1)</script>")
    assert "<script>alert" not in admin.get(USERS).text
    assert "<script>alert" not in admin.get(f'{USERS}?q="><script>alert(1)</script>').text


def test_a_role_is_changed(
    admin: FlaskClient, make_user: MakeUser, identity: IdentityService
) -> None:
    """The page changes the role; an unknown role is refused."""
    user = make_user()
    page = f"{USERS}/{user.id}"
    assert post(admin, f"{page}/role", {"role": "staff"}, page=page).status_code == 303
    assert identity.user(user.id).role is Role.STAFF
    assert post(admin, f"{page}/role", {"role": "king"}, page=page).status_code == 422
    assert identity.user(user.id).role is Role.STAFF


def test_an_account_is_disabled_and_enabled(
    admin: FlaskClient, make_user: MakeUser, identity: IdentityService
) -> None:
    """Disabling keeps the account; enabling lets it sign in again."""
    user = make_user()
    page = f"{USERS}/{user.id}"
    post(admin, f"{page}/desactiver", page=page)
    assert not identity.user(user.id).active
    post(admin, f"{page}/activer", page=page)
    assert identity.user(user.id).active


def test_the_last_administrator_stays(
    admin: FlaskClient, identity: IdentityService, make_user: MakeUser
) -> None:
    """Neither the page nor the service removes the only administrator; with two, one may go."""
    me = identity.user_by_email("admin@example.com")
    assert me is not None
    page = f"{USERS}/{me.id}"
    answer = post(admin, f"{page}/role", {"role": "client"}, page=page)
    assert answer.status_code == 303
    assert "Le dernier administrateur reste" in admin.get(page).text
    for change in (
        lambda: identity.change_role(me.id, "client"),
        lambda: identity.disable(me.id),
        lambda: identity.erase(me.id),
    ):
        with pytest.raises(LastAdmin):
            change()
    other = make_user(role=Role.ADMIN, email="second@example.com")
    identity.disable(other.id)
    with pytest.raises(LastAdmin):
        identity.disable(me.id)
    identity.enable(other.id)
    identity.disable(me.id)


def test_the_second_factor_of_a_lost_phone_is_removed(
    admin: FlaskClient,
    make_user: MakeUser,
    enrol: Callable[[User], str],
    identity: IdentityService,
) -> None:
    """An administrator helps somebody who lost phone and codes; the log says who did."""
    user = make_user()
    enrol(user)
    page = f"{USERS}/{user.id}"
    post(admin, f"{page}/second-facteur", page=page)
    assert not identity.user(user.id).second_factor
    line = identity.audit(user_id=user.id).entries[0]
    me = identity.user_by_email("admin@example.com")
    assert me is not None
    assert (line.action, line.actor_id) == ("second_factor.removed", me.id)


def test_without_a_mail_server_the_link_is_shown(
    admin: FlaskClient, make_user: MakeUser, client: FlaskClient
) -> None:
    """The link is on the page once, to hand over, and it works."""
    user = make_user(password=None)
    page = f"{USERS}/{user.id}"
    answer = post(admin, f"{page}/lien", page=page)
    found = re.search(r"http://localhost(/plateforme/lien/[^<\s]+)", answer.text)
    assert found is not None
    assert "/plateforme/lien/" not in admin.get(page).text
    assert client.get(found[1]).status_code == 200


def test_with_a_mail_server_the_link_is_not_shown(
    app: Flask, admin: FlaskClient, make_user: MakeUser, settings: Settings
) -> None:
    """An administrator never sees a link that goes out by mail."""
    with_mail = evolve(settings, smtp_host="mail.example.com")
    svcs.flask.get_registry(app).register_value(Settings, with_mail)
    page = f"{USERS}/{make_user().id}"
    answer = post(admin, f"{page}/lien", page=page)
    assert answer.status_code == 303
    assert "/plateforme/lien/" not in admin.get(page).text


@pytest.mark.parametrize("user_id", ["x", "0" * 32, "' OR 1=1", "%00", "é" * 32, "a" * 500])
def test_an_unknown_account_is_not_found(admin: FlaskClient, user_id: str) -> None:
    """An id that is no account's answers 404, whatever is in it."""
    assert admin.get(f"{USERS}/{user_id}").status_code == 404


def test_the_service_is_used_without_flask(identity: IdentityService) -> None:
    """Outside any request: create, list, change, set a password, disable, as the CLI does."""
    with pytest.raises(IdentityFaults) as caught:
        identity.create_user(email="x", name="", role="king", password="short")
    assert {f.path for f in caught.value.faults} == {"email", "name", "role", "password"}
    user = identity.create_user(email="cli@example.com", name="A client", role="client")
    identity.set_password(user.id, "a phrase from the console")
    assert identity.change_role(user.id, "staff").role is Role.STAFF
    assert not identity.disable(user.id).active
    assert [u.email for u in identity.users().users] == ["cli@example.com"]
    with pytest.raises(UnknownUser):
        identity.disable("0" * 32)
    with pytest.raises(IdentityFaults):
        identity.set_password(user.id, "short")


_DEMOTE = """
import sys
import svcs
from datetime import UTC, datetime
from comptoir_web.identity.errors import LastAdmin
from comptoir_web.identity.service import IdentityService
from comptoir_web.settings import Settings
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine

engine = create_engine(sys.argv[1])
registry = build_registry(Settings(), engine=engine, clock=lambda: datetime(2026, 1, 5, tzinfo=UTC))
identity = svcs.Container(registry).get(IdentityService)
print("ready", flush=True)
sys.stdin.readline()
try:
    identity.change_role(sys.argv[2], "client")
    print("demoted")
except LastAdmin:
    print("kept")
engine.dispose()
"""


def test_two_administrators_cannot_demote_each_other_at_once(
    engine: Engine, database_url: str
) -> None:
    """Whatever the order of real processes, one administrator is left: on both databases."""
    from contextlib import ExitStack
    from datetime import UTC, datetime

    upgrade(engine, ALL_MIGRATIONS)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    with transaction(engine) as connection:
        store = UserStore(connection)
        ids = [
            store.add(email=f"a{n}@example.com", name="An admin", role=Role.ADMIN, at=now)[0].id
            for n in range(3)
        ]
    with ExitStack() as stack:
        started = [stack.enter_context(children(1, _DEMOTE, database_url, i))[0] for i in ids]
        assert [child.line() for child in started] == ["ready"] * 3
        for child in started:
            child.tell()
        printed = sorted(child.finish().strip() for child in started)
    assert printed == ["demoted", "demoted", "kept"]


_CREATE = """
import sys
import svcs
from datetime import UTC, datetime
from comptoir_web.identity.service import IdentityService
from comptoir_web.settings import Settings
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine

engine = create_engine(sys.argv[1])
registry = build_registry(Settings(), engine=engine, clock=lambda: datetime(2026, 1, 5, tzinfo=UTC))
identity = svcs.Container(registry).get(IdentityService)
print("ready", flush=True)
sys.stdin.readline()
user = identity.create_user(
    email="new@example.com", name="A client", role="client", request_id="0123456789abcdef"
)
print(user.id)
engine.dispose()
"""


def test_a_form_sent_to_two_processes_at_once_creates_one_account(
    engine: Engine, database_url: str
) -> None:
    """Both answer with the same account, on both databases."""
    upgrade(engine, ALL_MIGRATIONS)
    with children(3, _CREATE, database_url) as started:
        assert [child.line() for child in started] == ["ready"] * 3
        for child in started:
            child.tell()
        ids = {child.finish().strip() for child in started}
    assert len(ids) == 1
