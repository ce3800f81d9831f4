"""Signing in by phone: the pages, time, and the second factor after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import svcs
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from testkit.pages import FrozenClock, code_at, csrf_token, post
from testkit.phones import (
    AGAIN,
    CODE_PAGE,
    MERCHANT_PHONE,
    PHONE_PAGE,
    UNKNOWN,
    ask_on_page,
    code_in,
    last_code,
    signed_in,
)

from comptoir_web.identity.errors import SignInExpired
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sessions import Stage
from comptoir_web.identity.users import User
from comptoir_web.jobs.tables import JOBS
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.wiring import build_registry
from logistics_core.errors import SmsFailed
from shared_kernel.engine import reading

RunJobs = Callable[[], None]


def test_a_merchant_signs_in_by_the_code_of_the_message(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs, settings: Settings
) -> None:
    """Asked on the page, sent by a job, typed once: a session opens, the cookie of asking goes."""
    page = client.get("/plateforme/connexion").text
    assert f'href="{PHONE_PAGE}"' in page
    page = client.get(PHONE_PAGE).text
    assert 'inputmode="tel"' in page
    assert 'autocomplete="tel"' in page
    answer = ask_on_page(client, "(620) 00-00-01")
    assert (answer.status_code, answer.location) == (303, CODE_PAGE)
    cookie = client.get_cookie("comptoir_phone")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 300
    assert sms.sent == []
    run_jobs()
    (message,) = sms.sent
    assert message.phone == MERCHANT_PHONE
    assert settings.business_name in message.text
    assert message.text.endswith(f"\n@localhost #{code_in(message.text)}")
    assert len(message.text) <= 160
    assert code_in(message.text) not in repr(message)
    page = client.get(CODE_PAGE).text
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert "+224\u00a0620\u00a000\u00a000\u00a001" in page
    answer = post(client, CODE_PAGE, {"code": last_code(sms)})
    assert (answer.status_code, answer.location) == (303, "/plateforme/")
    assert client.get_cookie("comptoir_phone") is None
    account = client.get("/plateforme/compte/").text
    assert "A merchant" in account
    assert "Changer le mot de passe" not in account


def test_a_code_is_used_once(
    phones: PhoneSignIn, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """The same code and the same request open nothing a second time."""
    asked = phones.ask("620000001", address="a")
    run_jobs()
    opened = phones.verify(asked.token, last_code(sms), address="a", agent="")
    assert opened.user.id == phone_merchant.id
    assert opened.session.stage is Stage.OPEN
    with pytest.raises(SignInExpired):
        phones.verify(asked.token, last_code(sms), address="a", agent="")


def test_an_unknown_phone_that_proves_itself_gets_a_merchants_account(
    client: FlaskClient, identity: IdentityService, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """The account has the phone, the role of a merchant, no password; its owner may name it."""
    ask_on_page(client, UNKNOWN)
    run_jobs()
    assert identity.user_by_phone(UNKNOWN) is None
    assert post(client, CODE_PAGE, {"code": last_code(sms, UNKNOWN)}).status_code == 303
    made = identity.user_by_phone(UNKNOWN)
    assert made is not None
    assert (made.role, made.email, made.has_password) == (Role.MERCHANT, None, False)
    assert made.contact == "+224\u00a0620\u00a000\u00a000\u00a002"
    assert made.can_sign_in
    assert post(client, "/plateforme/compte/nom", {"name": ""}).status_code == 422
    post(client, "/plateforme/compte/nom", {"name": "Une marchande"})
    assert identity.user(made.id).name == "Une marchande"
    assert client.get("/plateforme/compte/mot-de-passe").status_code == 303


def test_the_way_back_is_kept(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """Sent to sign in from a page, one comes back to it; never to another site."""
    answer = post(client, f"{PHONE_PAGE}?next=/plateforme/compte/", {"phone": "620000001"})
    assert answer.location == f"{CODE_PAGE}?next=/plateforme/compte/"
    run_jobs()
    answer = post(client, answer.location, {"code": last_code(sms)})
    assert answer.location == "/plateforme/compte/"
    assert client.get(PHONE_PAGE).status_code == 303
    other = post(client, f"{PHONE_PAGE}?next=//elsewhere.example", {"phone": "620000001"})
    assert other.location == CODE_PAGE


def test_a_code_lives_five_minutes(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """At five minutes it is over, and the page says so; a message that is late is not sent."""
    ask_on_page(client)
    run_jobs()
    clock.forward(minutes=5)
    answer = client.get(CODE_PAGE)
    assert (answer.status_code, answer.location) == (303, PHONE_PAGE)
    assert "n’est plus valable" in client.get(PHONE_PAGE).text
    ask_on_page(client)
    clock.forward(minutes=5)
    run_jobs()
    assert len(sms.sent) == 1
    ask_on_page(client)
    run_jobs()
    clock.forward(minutes=4, seconds=59)
    assert post(client, CODE_PAGE, {"code": last_code(sms)}).status_code == 303


def test_another_code_can_be_asked_for(
    client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """The number is not typed again; the first code no longer opens."""
    ask_on_page(client)
    run_jobs()
    first = last_code(sms)
    answer = post(client, AGAIN, page=CODE_PAGE)
    assert (answer.status_code, answer.location) == (303, CODE_PAGE)
    run_jobs()
    second = last_code(sms)
    assert len(sms.sent) == 2
    if first != second:
        assert post(client, CODE_PAGE, {"code": first}).status_code == 422
    assert post(client, AGAIN, page=CODE_PAGE).status_code == 303
    assert "Trop de tentatives" in client.get(CODE_PAGE).text or len(sms.sent) == 2
    clock.forward(minutes=6)
    answer = client.post(AGAIN, data={"csrf_token": csrf_token(client)})
    assert answer.location == PHONE_PAGE


def test_a_message_that_cannot_be_handed_over_is_tried_again(
    settings: Settings, web_engine: Engine, phone_merchant: User, clock: FrozenClock
) -> None:
    """The job is put off, and says neither the number nor the code."""
    from comptoir_web.jobs.model import JobPolicy, JobState
    from comptoir_web.jobs.registry import load_handlers
    from comptoir_web.jobs.runner import JobRunner

    class Away:
        sent = 0

        def send(self, phone_e164: str, text: str) -> None:
            self.sent += 1
            if self.sent == 1:
                raise SmsFailed("the sender of messages did not answer")

    sms = Away()
    registry = build_registry(settings, engine=web_engine, clock=clock, sms=sms)
    with registry, svcs.Container(registry) as services:
        services.get(PhoneSignIn).ask(MERCHANT_PHONE, address="a")
        runner = JobRunner(registry, handlers=load_handlers(), policy=JobPolicy())
        runner.run_next()
        clock.forward(minutes=1)
        runner.run_next()
    assert sms.sent == 2
    with reading(web_engine) as connection:
        assert connection.scalars(select(JOBS.c.state)).all() == [JobState.DONE.value]


def test_a_second_factor_holds_after_the_phone(
    client: FlaskClient,
    phone_merchant: User,
    enrol: Callable[[User], str],
    sms: MemorySms,
    run_jobs: RunJobs,
    clock: FrozenClock,
) -> None:
    """The message opens a sign-in that waits for the application's code, ten minutes long; the
    account without a password changes its second factor by its code.
    """
    secret = enrol(phone_merchant)
    ask_on_page(client)
    run_jobs()
    answer = post(client, CODE_PAGE, {"code": last_code(sms)})
    assert answer.location == "/plateforme/connexion/code"
    assert not signed_in(client)
    clock.forward(minutes=10)
    answer = client.get("/plateforme/connexion/code")
    assert (answer.status_code, answer.location) == (303, "/plateforme/connexion")
    assert "a pris trop de temps" in client.get("/plateforme/connexion").text
    ask_on_page(client)
    run_jobs()
    post(client, CODE_PAGE, {"code": last_code(sms)})
    code = code_at(secret, clock.now)
    assert post(client, "/plateforme/connexion/code", {"code": code}).status_code == 303
    remove = "/plateforme/compte/second-facteur/retirer"
    assert post(client, remove, {"current": code}).status_code == 422
    clock.forward(minutes=1)
    assert post(client, remove, {"current": code_at(secret, clock.now)}).status_code == 303
