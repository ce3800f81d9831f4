"""The API by phone: a code asked, verified, and the tokens it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from testkit.pages import FrozenClock, code_at
from testkit.phones import MERCHANT_PHONE, last_code, wrong
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.sms import MemorySms
from comptoir_web.storage.tables import web_attempts
from shared_kernel.engine import reading

ASK, VERIFY = "/api/v1/auth/code", "/api/v1/auth/code/verify"
RunJobs = Callable[[], None]


def slug(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, str(answer.get_json()["type"]).partition("#")[2]


def test_the_code_of_the_message_gives_tokens(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """Asked (202), verified, and the token stands for the merchant; used once; no cookie."""
    answer = client.post(ASK, json={"phone": "620-00-00-01"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 202
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    asked = answer.get_json()
    assert set(asked) == {"request", "expires_in"}
    assert asked["expires_in"] == 300
    run_jobs()
    assert "is your code" in sms.sent[-1].text
    body = {"request": asked["request"], "code": last_code(sms)}
    tokens = client.post(VERIFY, json=body)
    assert tokens.status_code == 200
    assert tokens.get_json()["token_type"] == "Bearer"
    bearer = {"Authorization": f"Bearer {tokens.get_json()['access_token']}"}
    assert client.get("/api/v1/me", headers=bearer).get_json() == {
        "id": phone_merchant.id,
        "email": None,
        "phone": MERCHANT_PHONE,
        "name": "A merchant",
        "role": "merchant",
        "locale": None,
        "second_factor": False,
    }
    again = client.post(VERIFY, json=body)
    assert slug(again) == (401, "code-over")
    assert again.headers["WWW-Authenticate"].startswith("Bearer")
    refreshed = client.post(
        "/api/v1/auth/refresh", json={"refresh_token": tokens.get_json()["refresh_token"]}
    )
    assert refreshed.status_code == 200


def test_the_answer_never_tells_whose_phone_it_is(
    client: FlaskClient, phone_merchant: User, identity: IdentityService, run_jobs: RunJobs
) -> None:
    """A merchant's, nobody's, an administrator's: the same answers, asked and guessed."""
    identity.create_user(email="a@example.com", phone="+224620000003", name="A", role="admin")
    seen = []
    for phone in (MERCHANT_PHONE, "+224620000002", "+224620000003"):
        answer = client.post(ASK, json={"phone": phone})
        request = answer.get_json()["request"]
        run_jobs()
        guesses = [
            client.post(VERIFY, json={"request": request, "code": "12345"}) for _ in range(6)
        ]
        shape = [(one.status_code, one.text, sorted(one.headers.keys())) for one in guesses]
        seen.append((answer.status_code, len(answer.text), sorted(answer.headers.keys()), shape))
    assert seen[0] == seen[1] == seen[2]
    assert [status for status, *_ in seen[0][3]] == [401] * 6
    assert "code-over" in seen[0][3][4][1]
    assert client.post(ASK, json={"phone": MERCHANT_PHONE}).status_code == 429


def test_another_request_or_none_opens_nothing(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """The code is worth nothing with a request that did not ask for it."""
    client.post(ASK, json={"phone": MERCHANT_PHONE})
    run_jobs()
    code = last_code(sms)
    other = client.post(ASK, json={"phone": "+224620000002"}).get_json()["request"]
    refused = client.post(VERIFY, json={"request": other, "code": code})
    assert slug(refused) == (401, "credentials-refused")
    assert slug(client.post(VERIFY, json={"request": "forged", "code": code})) == (401, "code-over")


def test_a_code_expires(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """Five minutes after it was asked, it is over."""
    request = client.post(ASK, json={"phone": MERCHANT_PHONE}).get_json()["request"]
    run_jobs()
    clock.forward(minutes=5)
    body = {"request": request, "code": last_code(sms)}
    assert slug(client.post(VERIFY, json=body)) == (401, "code-over")


def test_a_second_factor_is_asked_for_and_leaves_the_code_good(
    client: FlaskClient,
    phone_merchant: User,
    enrol: Callable[[User], str],
    sms: MemorySms,
    run_jobs: RunJobs,
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """Without its code 401 says so; with a wrong one it is refused; with the right one it opens.

    The wrong one alone is counted against the address, which many share.
    """
    secret = enrol(phone_merchant)
    request = client.post(ASK, json={"phone": MERCHANT_PHONE}).get_json()["request"]
    run_jobs()
    body = {"request": request, "code": last_code(sms)}
    needed = client.post(VERIFY, json=body)
    assert slug(needed) == (401, "second-factor-needed")
    assert "'second_code'" in needed.get_json()["detail"]
    code = code_at(secret, clock.now)
    refused = client.post(VERIFY, json={**body, "second_code": wrong(code)})
    assert slug(refused) == (401, "credentials-refused")
    assert client.post(VERIFY, json={**body, "second_code": code}).status_code == 200
    of_address = select(web_attempts.c.failures).where(web_attempts.c.scope == "phone_code_addr")
    with reading(web_engine) as connection:
        assert connection.execute(of_address).scalar_one() == 1


@pytest.mark.parametrize(
    ("address", "body", "paths"),
    [
        (ASK, {"phone": "nonsense"}, {"phone"}),
        (ASK, {"phone": ""}, {"phone"}),
        (ASK, {}, {"phone"}),
        (ASK, {"phone": 620000001}, {"phone"}),
        (ASK, {"phone": MERCHANT_PHONE, "role": "admin"}, {"role"}),
        (
            VERIFY,
            {"request": "", "code": "", "second_code": ""},
            {"request", "code", "second_code"},
        ),
        (VERIFY, {"request": "x" * 2000, "code": 123456}, {"code"}),
    ],
)
def test_what_is_sent_is_checked(
    client: FlaskClient, address: str, body: dict[str, Any], paths: set[str]
) -> None:
    """Each fault with its path; a code sent as a number is refused."""
    answer = client.post(address, json=body)
    assert slug(answer) == (422, "invalid-input")
    assert {fault["path"] for fault in answer.get_json()["faults"]} >= paths


def test_an_unknown_phone_becomes_a_merchant_and_no_other_role(
    client: FlaskClient, identity: IdentityService, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """Signing up by the API makes what signing up by the page makes."""
    request = client.post(ASK, json={"phone": MERCHANT_PHONE}).get_json()["request"]
    run_jobs()
    body = {"request": request, "code": last_code(sms)}
    assert client.post(VERIFY, json=body).status_code == 200
    made = identity.user_by_phone(MERCHANT_PHONE)
    assert made is not None
    assert made.role is Role.MERCHANT
