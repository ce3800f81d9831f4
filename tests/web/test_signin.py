"""Signing in by the pages: what opens, what does not, and that both look alike from outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import svcs
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from testkit.pages import PASSWORD, FrozenClock, address_of, csrf_token, post

from comptoir_web.identity.passwords import Passwords
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sessions import SessionStore
from comptoir_web.identity.sign_in import Proof, SignInService
from comptoir_web.identity.users import User, UserStore
from comptoir_web.storage.tables import web_users
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import DatabaseBusy, DiskFull, StorageError

SIGN_IN = "/plateforme/connexion"
MakeUser = Callable[..., User]


def test_a_client_signs_in(client: FlaskClient, make_user: MakeUser) -> None:
    """The right password opens a session; the address may be typed in capitals and with blanks."""
    make_user()
    answer = post(client, SIGN_IN, {"email": " Client@Example.com ", "password": PASSWORD})
    assert answer.status_code == 303
    assert "client@example.com" in client.get("/plateforme/compte/").text


def test_every_refusal_is_the_same_page(
    client: FlaskClient, make_user: MakeUser, identity: IdentityService
) -> None:
    """Wrong password, unknown, disabled, passwordless: the same status and the same words."""
    make_user()
    gone = make_user(email="gone@example.com")
    identity.disable(gone.id)
    make_user(email="new@example.com", password=None)
    pages = set()
    for email, password in (
        ("client@example.com", "another long phrase"),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("new@example.com", ""),
        ("not an address", PASSWORD),
    ):
        answer = post(client, SIGN_IN, {"email": email, "password": password})
        assert answer.status_code == 422
        assert "Set-Cookie" not in answer.headers
        page = answer.text.split('<form method="post"')[0]
        pages.add(page.replace(email, ""))
    assert len(pages) == 1


def test_every_refusal_costs_the_same_work(
    client: FlaskClient,
    make_user: MakeUser,
    identity: IdentityService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One argon2 verification is made whoever the account is, so time tells nothing."""
    make_user()
    identity.disable(make_user(email="gone@example.com").id)
    make_user(email="new@example.com", password=None)
    seen: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, password: str) -> bool:
        seen.append(hashed)
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in ("client", "nobody", "gone", "new"):
        post(client, SIGN_IN, {"email": f"{email}@example.com", "password": "a wrong long phrase"})
    assert len(seen) == 4
    assert {text.rsplit("$", 2)[0] for text in seen} == {"$argon2id$v=19$m=19456,t=2,p=1"}


def test_a_hash_of_other_parameters_is_replaced(
    client: FlaskClient, make_user: MakeUser, web_engine: Engine
) -> None:
    """Signing in with an old hash stores a new one; the password stays good."""
    user = make_user()
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with transaction(web_engine) as connection:
        connection.execute(web_users.update().values(password_hash=old))
    assert (
        post(client, SIGN_IN, {"email": address_of(user), "password": PASSWORD}).status_code == 303
    )
    with reading(web_engine) as connection:
        stored = connection.execute(select(web_users.c.password_hash)).scalar_one()
    assert stored != old
    assert not Passwords().outdated(stored)


def test_the_token_is_not_kept(
    container: svcs.Container, make_user: MakeUser, web_engine: Engine
) -> None:
    """The database holds a digest of the session's token, from which nobody signs in."""
    user = make_user()
    service = container.get(SignInService)
    opened = service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    with reading(web_engine) as connection:
        row = connection.exec_driver_sql("SELECT * FROM web_sessions").one()
    assert opened.token not in [str(value) for value in row]
    stored = next(str(value) for value in row if len(str(value)) == 64)
    assert service.visitor(stored) is None
    assert opened.token not in repr(opened)


def test_signing_in_gives_another_token_than_the_browser_brought(
    client: FlaskClient, make_user: MakeUser, container: svcs.Container
) -> None:
    """A session planted in the browser beforehand is replaced, and ends (session fixation)."""
    make_user()
    attacker = make_user(email="attacker@example.com")
    service = container.get(SignInService)
    planted = service.sign_in(address_of(attacker), PASSWORD, address="192.0.2.9", agent="").token
    before = csrf_token(client)
    # The attacker's cookie arrives between the page and the form, as a sibling site would set it.
    client.set_cookie("comptoir_session", planted)
    answer = client.post(
        SIGN_IN, data={"csrf_token": before, "email": "client@example.com", "password": PASSWORD}
    )
    assert answer.status_code == 303
    cookie = client.get_cookie("comptoir_session")
    assert cookie is not None
    assert cookie.value != planted
    assert service.visitor(planted) is None
    assert "client@example.com" in client.get("/plateforme/compte/").text
    assert csrf_token(client, "/plateforme/compte/mot-de-passe") != before


def test_signing_in_again_ends_the_session_it_replaces(
    client: FlaskClient, make_user: MakeUser, container: svcs.Container
) -> None:
    """The session that the browser held is over once another is opened in its place."""
    user = make_user()
    service = container.get(SignInService)
    first = service.sign_in(address_of(user), PASSWORD, address="a", agent="")
    second = service.sign_in(
        address_of(user), PASSWORD, address="a", agent="", replaces=first.token
    )
    assert service.visitor(first.token) is None
    assert service.visitor(second.token) is not None


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/",
        "//evil.example.com/",
        "/\\evil.example.com/",
        "/\t/evil.example.com/",
        "javascript:alert(1)",
        "evil",
        "http:evil.example.com",
    ],
)
def test_next_never_leaves_the_site(client: FlaskClient, make_user: MakeUser, target: str) -> None:
    """After signing in, an address of another site is not followed."""
    make_user()
    answer = post(
        client, SIGN_IN, {"email": "client@example.com", "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == "/plateforme/"
    again = client.get(SIGN_IN, query_string={"next": target})
    assert again.headers["Location"] == "/plateforme/"


def test_next_leads_back_to_the_page_asked_for(client: FlaskClient, make_user: MakeUser) -> None:
    """A guarded page sends to sign in, and signing in comes back to it with its whole address."""
    make_user()
    asked = "/plateforme/compte/?from=mail&page=2"
    answer = client.get(asked)
    assert answer.status_code == 303
    page = answer.headers["Location"]
    assert page.startswith(SIGN_IN)
    done = post(
        client,
        SIGN_IN,
        {"email": "client@example.com", "password": PASSWORD, "next": asked},
        page=page,
    )
    assert done.headers["Location"] == asked


def test_signing_out_ends_the_session(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """The cookie kept by somebody opens nothing once its owner signed out."""
    client = signed_in_client()
    cookie = client.get_cookie("comptoir_session")
    assert cookie is not None
    assert post(client, "/plateforme/deconnexion", page="/plateforme/compte/").status_code == 303
    assert client.get_cookie("comptoir_session") is None
    client.set_cookie("comptoir_session", cookie.value)
    assert client.get("/plateforme/compte/").status_code == 303


def test_an_account_disabled_while_signing_in_stays_out(
    container: svcs.Container,
    make_user: MakeUser,
    identity: IdentityService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is decided while the hash is computed counts: the account is read again after."""
    from comptoir_web.identity.errors import SignInRefused

    user = make_user()
    verify = Passwords.verify

    def slow(self: Passwords, hashed: str | None, password: str) -> bool:
        identity.disable(user.id)
        return verify(self, hashed, password)

    monkeypatch.setattr(Passwords, "verify", slow)
    with pytest.raises(SignInRefused):
        container.get(SignInService).sign_in(address_of(user), PASSWORD, address="a", agent="")


def test_a_password_changed_while_signing_in_opens_nothing(
    container: svcs.Container,
    make_user: MakeUser,
    identity: IdentityService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change that comes between the check and the opening counts, on the page and in the API."""
    from comptoir_web.identity.errors import SignInRefused
    from comptoir_web.identity.tokens import TokenService

    user = make_user()
    prove = SignInService.prove

    def slow(self: SignInService, email: str, password: str, *, address: str) -> Proof:
        proof = prove(self, email, password, address=address)
        identity.set_password(user.id, "another phrase altogether")
        return proof

    monkeypatch.setattr(SignInService, "prove", slow)
    with pytest.raises(SignInRefused):
        container.get(SignInService).sign_in(address_of(user), PASSWORD, address="a", agent="")
    monkeypatch.undo()
    identity.set_password(user.id, PASSWORD)
    monkeypatch.setattr(SignInService, "prove", slow)
    with pytest.raises(SignInRefused):
        container.get(TokenService).issue(address_of(user), PASSWORD, code=None, address="a")
    assert container.get(SignInService).sessions(user.id) == ()


def test_the_cookie_is_out_of_reach_of_scripts(client: FlaskClient, make_user: MakeUser) -> None:
    """The session's cookie is HttpOnly and SameSite, and sent to the whole site."""
    make_user()
    answer = post(client, SIGN_IN, {"email": "client@example.com", "password": PASSWORD})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "comptoir_session=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_an_account_that_is_erased_is_signed_out(
    signed_in_client: Callable[..., FlaskClient], identity: IdentityService, web_engine: Engine
) -> None:
    """Erasing an account takes its sessions, tokens, links and codes with it."""
    client = signed_in_client()
    user = identity.user_by_email("client@example.com")
    assert user is not None
    identity.erase(user.id)
    assert client.get("/plateforme/compte/").status_code == 303
    with reading(web_engine) as connection:
        assert UserStore(connection).by_email("client@example.com") is None
        assert connection.exec_driver_sql("SELECT count(*) FROM web_sessions").scalar_one() == 0


def test_reading_pages_does_not_write(
    signed_in_client: Callable[..., FlaskClient], clock: FrozenClock, web_engine: Engine
) -> None:
    """The time of the last request is written once a minute, not at each page."""
    client = signed_in_client()

    def seen() -> str:
        with reading(web_engine) as connection:
            return str(connection.exec_driver_sql("SELECT seen_at FROM web_sessions").scalar_one())

    before = seen()
    clock.forward(seconds=30)
    client.get("/plateforme/compte/")
    assert seen() == before
    clock.forward(seconds=31)
    client.get("/plateforme/compte/")
    assert seen() != before


@pytest.mark.parametrize("failure", [DiskFull("the disk is full"), DatabaseBusy("busy")])
def test_a_page_is_read_though_nothing_can_be_written(
    signed_in_client: Callable[..., FlaskClient],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    failure: StorageError,
) -> None:
    """A full disk or a busy database keeps nobody from reading: noting the visit can wait."""
    client = signed_in_client()

    def refuse(self: SessionStore, session: object, *, at: object) -> None:
        raise failure

    monkeypatch.setattr(SessionStore, "seen", refuse)
    clock.forward(minutes=2)
    assert client.get("/plateforme/compte/").status_code == 200
