"""Bearer tokens: signing in, renewing, revoking, and what they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User

PASSWORD = "a long enough phrase"


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[..., TestResponse]:
    """Ask for a token: `sign_in(email, code=...)`."""

    def ask(email: str = "client@example.com", **more: object) -> TestResponse:
        body = {"email": email, "password": PASSWORD, **more}
        return client.post("/api/v1/auth/token", json=body)

    return ask


SignIn = Callable[..., TestResponse]


def me(client: FlaskClient, token: str) -> TestResponse:
    """Who a token stands for."""
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def problem(answer: TestResponse, status: int, slug: str) -> dict[str, Any]:
    """The problem document of a refusal, after a look at its kind."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document: dict[str, Any] = answer.get_json()
    assert document["type"] == f"/api/problems#{slug}"
    return document


def test_a_token_opens_the_api(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User]
) -> None:
    """The e-mail address and the password give a token, which stands for the account."""
    user = make_user(role=Role.CLIENT)
    answer = sign_in()
    assert answer.status_code == 200
    tokens = answer.get_json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 15 * 60
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert me(client, tokens["access_token"]).get_json() == {
        "id": user.id,
        "email": "client@example.com",
        "phone": None,
        "name": user.name,
        "role": "client",
        "locale": None,
        "second_factor": False,
    }


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic Y2xpZW50OnNlY3JldA==",
        "Token abc",
        "bearer x y",
        "Bearer \x80",
    ],
)
def test_without_a_token_nothing_opens(client: FlaskClient, header: str) -> None:
    """No token, another scheme or nonsense is 401 and says which scheme is awaited."""
    headers = {"Authorization": header} if header else {}
    answer = client.get("/api/v1/me", headers=headers)
    problem(answer, 401, "access-token-needed")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="comptoir"')


def test_a_forged_token_opens_nothing(client: FlaskClient) -> None:
    """A token that nobody gave is 401, told as RFC 6750 says."""
    answer = me(client, "forged")
    problem(answer, 401, "access-token-needed")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_expires(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User], clock: Any
) -> None:
    """An access token lives fifteen minutes."""
    make_user()
    token = sign_in().get_json()["access_token"]
    clock.forward(minutes=14, seconds=59)
    assert me(client, token).status_code == 200
    clock.forward(seconds=1)
    problem(me(client, token), 401, "access-token-needed")


@pytest.mark.parametrize(
    ("email", "password"),
    [("client@example.com", "wrong"), ("nobody@example.com", PASSWORD)],
)
def test_which_part_was_wrong_is_not_told(
    client: FlaskClient, make_user: Callable[..., User], email: str, password: str
) -> None:
    """A wrong password and an unknown account are answered the same."""
    make_user()
    answer = client.post("/api/v1/auth/token", json={"email": email, "password": password})
    problem(answer, 401, "credentials-refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_limits_of_the_page_hold(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User]
) -> None:
    """Five wrong passwords lock the account for a while, the right one included."""
    make_user()
    for _ in range(5):
        client.post("/api/v1/auth/token", json={"email": "client@example.com", "password": "wrong"})
    answer = sign_in()
    problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_an_account_with_a_second_factor_gives_its_code(
    client: FlaskClient,
    sign_in: SignIn,
    make_user: Callable[..., User],
    enrol: Callable[[User], str],
    clock: Any,
) -> None:
    """Without a code it is asked for; a wrong one is refused; the right one opens, once."""
    import pyotp

    secret = enrol(make_user(role=Role.ADMIN))
    email = "admin@example.com"
    problem(sign_in(email), 401, "second-factor-needed")
    problem(sign_in(email, code="000000"), 401, "credentials-refused")
    code = pyotp.TOTP(secret).at(clock.now)
    answer = sign_in(email, code=code)
    assert me(client, answer.get_json()["access_token"]).get_json()["second_factor"] is True
    problem(sign_in(email, code=code), 401, "credentials-refused")


def test_an_administrator_without_a_second_factor_reaches_nothing(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User]
) -> None:
    """The second factor that pages require is required here."""
    make_user(role=Role.ADMIN)
    token = sign_in("admin@example.com").get_json()["access_token"]
    problem(me(client, token), 403, "second-factor-missing")


def test_refresh_gives_a_new_pair_once(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User]
) -> None:
    """A refresh token is used up; its second use revokes everything that came from it."""
    make_user()
    first = sign_in().get_json()["refresh_token"]
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": first})
    second = answer.get_json()
    assert me(client, second["access_token"]).status_code == 200
    replayed = client.post("/api/v1/auth/refresh", json={"refresh_token": first})
    problem(replayed, 401, "credentials-refused")
    problem(me(client, second["access_token"]), 401, "access-token-needed")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_ends_the_whole_sign_in(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User], which: str
) -> None:
    """Either token revokes both; a second time, or an unknown token, is answered the same."""
    make_user()
    tokens = sign_in().get_json()
    for token in (tokens[which], tokens[which], "unknown"):
        answer = client.post("/api/v1/auth/revoke", json={"token": token})
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Content-Type" not in answer.headers
    problem(me(client, tokens["access_token"]), 401, "access-token-needed")
    refreshed = client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    problem(refreshed, 401, "credentials-refused")


def test_a_refresh_token_is_no_access_token(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User]
) -> None:
    """Each of the two opens its own door."""
    make_user()
    tokens = sign_in().get_json()
    problem(me(client, tokens["refresh_token"]), 401, "access-token-needed")
    swapped = {"refresh_token": tokens["access_token"]}
    problem(client.post("/api/v1/auth/refresh", json=swapped), 401, "credentials-refused")


def test_the_session_of_pages_opens_nothing(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """A cookie is no key to the API, so another site's form reaches nothing."""
    browser = signed_in_client(Role.CLIENT)
    problem(browser.get("/api/v1/me"), 401, "access-token-needed")


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.STAFF])
def test_roles_that_do_not_reach_loans(api: Callable[..., FlaskClient], role: Role) -> None:
    """A merchant and the staff know who they are, and reach no loan."""
    client = api(role)
    assert client.get("/api/v1/me").get_json()["role"] == role
    for answer in (client.get("/api/v1/loans"), client.post("/api/v1/loans/apr", json={})):
        problem(answer, 403, "forbidden")
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("role", [Role.CLIENT, Role.ADMIN])
def test_roles_that_reach_loans(api: Callable[..., FlaskClient], role: Role) -> None:
    """Clients and administrators do."""
    assert api(role).get("/api/v1/loans").get_json() == {
        "items": [],
        "next_offset": None,
        "total": 0,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"email": "not an address"},
        {"email": 3},
        {"password": ""},
        {"password": "x" * 1001},
        {"code": ""},
        {"remember": True},
    ],
)
def test_what_is_sent_is_checked(client: FlaskClient, change: dict[str, object]) -> None:
    """Wrong types, empty secrets and unknown keys are refused before any account is looked at."""
    body = {"email": "client@example.com", "password": PASSWORD, **change}
    document = problem(client.post("/api/v1/auth/token", json=body), 422, "invalid-input")
    assert [fault["path"] for fault in document["faults"]] == list(change)


def test_a_disabled_account_is_shut_out_at_once(
    client: FlaskClient, sign_in: SignIn, make_user: Callable[..., User], identity: Any
) -> None:
    """A token does not outlive its account."""
    user = make_user()
    token = sign_in().get_json()["access_token"]
    identity.disable(user.id, actor=None)
    problem(me(client, token), 401, "access-token-needed")


def test_addresses_and_methods_of_the_api_answer_with_problems(app: Flask) -> None:
    """An unknown address is 404, a method that is not taken 405, both as documents."""
    client = app.test_client()
    problem(client.get("/api/v1/nothing"), 404, "not-found")
    problem(client.get("/api"), 404, "not-found")
    answer = client.get("/api/v1/auth/token")
    problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


def test_another_host_is_refused_with_a_problem(client: FlaskClient) -> None:
    """A wrong Host header is 400 in the API's own words."""
    answer = client.get("/api/v1/me", headers={"Host": "evil.example"})
    problem(answer, 400, "bad-request")
