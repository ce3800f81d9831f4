"""Sessions: how long they live, who can end them, what a forged or old cookie opens (nothing)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.pages import PASSWORD, FrozenClock, address_of, post

from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sessions import SessionStore
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.users import User
from shared_kernel.engine import transaction

ACCOUNT = "/plateforme/compte/"
SignedIn = Callable[..., FlaskClient]


def token_of(client: FlaskClient) -> str:
    """The token that the client holds."""
    cookie = client.get_cookie("comptoir_session")
    assert cookie is not None
    return cookie.value


def test_a_session_lives_one_hour_after_its_last_request(
    signed_in_client: SignedIn, clock: FrozenClock
) -> None:
    """It is still open after fifty-nine minutes of silence, and over after sixty-one."""
    client = signed_in_client()
    for _ in range(3):
        clock.forward(minutes=58)
        assert client.get(ACCOUNT).status_code == 200
    clock.forward(minutes=61)
    assert client.get(ACCOUNT).status_code == 303


def test_a_session_lives_twelve_hours_at_most(
    signed_in_client: SignedIn, clock: FrozenClock
) -> None:
    """Requests in between do not make it last."""
    client = signed_in_client()
    for _ in range(23):
        clock.forward(minutes=30)
        assert client.get(ACCOUNT).status_code == 200
    clock.forward(minutes=31)
    assert client.get(ACCOUNT).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "é" * 40, "a" * 4000, "' OR 1=1 --"])
def test_a_forged_cookie_opens_nothing(app: Flask, value: str) -> None:
    """A cookie nobody was given sends to the sign-in page, whatever is in it."""
    client = app.test_client()
    client.set_cookie("comptoir_session", value)
    assert client.get(ACCOUNT).status_code == 303


def test_a_page_cookie_signed_by_another_key_is_dropped(app: Flask) -> None:
    """Flask's own cookie proves nothing about who is visiting, and a forged one is empty."""
    client = app.test_client()
    client.set_cookie("comptoir_page", "eyJfdXNlcl9pZCI6ImFkbWluIn0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbb")
    assert client.get(ACCOUNT).status_code == 303


def test_flask_login_keeps_nothing_of_its_own(app: Flask, make_user: Callable[..., User]) -> None:
    """A user id put in the signed cookie of pages does not sign anybody in."""
    user = make_user()
    client = app.test_client()
    with client.session_transaction() as page:
        page["_user_id"] = user.id
        page["_fresh"] = True
    assert client.get(ACCOUNT).status_code == 303


def test_changing_the_password_ends_the_other_sessions(
    signed_in_client: SignedIn, app: Flask
) -> None:
    """The session that changes it goes on; every other of the account is over at once."""
    here, there = signed_in_client(), signed_in_client()
    answer = post(
        here,
        f"{ACCOUNT}mot-de-passe",
        {"current": PASSWORD, "password": "another phrase entirely"},
    )
    assert answer.status_code == 303
    assert here.get(ACCOUNT).status_code == 200
    assert there.get(ACCOUNT).status_code == 303


def test_the_present_password_is_asked(signed_in_client: SignedIn) -> None:
    """A session left open does not let somebody else choose the password."""
    client = signed_in_client()
    answer = post(
        client,
        f"{ACCOUNT}mot-de-passe",
        {"current": "not the password", "password": "another phrase entirely"},
    )
    assert answer.status_code == 422
    assert "mot de passe actuel" in answer.text


def test_the_account_page_lists_and_ends_sessions(signed_in_client: SignedIn) -> None:
    """One's other sessions are listed, and one button ends one of them."""
    here, there = signed_in_client(), signed_in_client()
    assert here.get(ACCOUNT).text.count("/fermer") == 2  # the other session, and all others
    page = here.get(ACCOUNT).text
    target = page.split('action="/plateforme/compte/sessions/')
    path = next(p.split('"')[0] for p in target[1:] if not p.startswith("fermer"))
    answer = post(here, f"/plateforme/compte/sessions/{path}", page=ACCOUNT)
    assert answer.status_code == 303
    assert there.get(ACCOUNT).status_code == 303
    assert here.get(ACCOUNT).status_code == 200


def test_ending_the_others_keeps_this_one(signed_in_client: SignedIn) -> None:
    """Every session but the one that asks is ended."""
    here, there, elsewhere = signed_in_client(), signed_in_client(), signed_in_client()
    assert post(here, f"{ACCOUNT}sessions/fermer", page=ACCOUNT).status_code == 303
    assert [c.get(ACCOUNT).status_code for c in (here, there, elsewhere)] == [200, 303, 303]


def test_nobody_ends_the_session_of_another(
    signed_in_client: SignedIn, container: svcs.Container, make_user: Callable[..., User]
) -> None:
    """The id of somebody else's session, sent from one's own page, ends nothing."""
    mine = signed_in_client()
    other = make_user(email="other@example.com")
    opened = container.get(SignInService).sign_in(
        address_of(other), PASSWORD, address="a", agent=""
    )
    post(mine, f"{ACCOUNT}sessions/{opened.session.id}/fermer", page=ACCOUNT)
    assert container.get(SignInService).visitor(opened.token) is not None


def test_a_change_of_rights_ends_the_sessions(
    signed_in_client: SignedIn, identity: IdentityService
) -> None:
    """Another role, or a disabled account: what was open is closed at the same moment."""
    first = signed_in_client(email="one@example.com")
    second = signed_in_client(email="two@example.com")
    one, two = (identity.user_by_email(f"{n}@example.com") for n in ("one", "two"))
    assert one is not None
    assert two is not None
    identity.change_role(one.id, "merchant")
    identity.disable(two.id)
    assert first.get(ACCOUNT).status_code == 303
    assert second.get(ACCOUNT).status_code == 303


def test_old_sessions_are_deleted(
    container: svcs.Container,
    make_user: Callable[..., User],
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """A sign-in deletes the sessions that are over, and keeps those that are open."""
    user = make_user()
    service = container.get(SignInService)
    service.sign_in(address_of(user), PASSWORD, address="a", agent="")
    clock.forward(minutes=50)
    open_still = service.sign_in(address_of(user), PASSWORD, address="a", agent="")
    clock.forward(minutes=20)
    service.sign_in(address_of(user), PASSWORD, address="a", agent="")
    with transaction(web_engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM web_sessions").scalar_one() == 2
        assert SessionStore(connection).purge(at=clock.now) == 0
    assert service.visitor(open_still.token) is not None
