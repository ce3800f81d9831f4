"""Signing in by phone: nothing is told of whose a phone is, and what opens nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import svcs
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event, select
from testkit.pages import FrozenClock, csrf_token, post
from testkit.phones import (
    CODE_PAGE,
    MERCHANT_PHONE,
    PHONE_PAGE,
    UNKNOWN,
    ask_on_page,
    last_code,
    signed_in,
    wrong,
)
from werkzeug.test import TestResponse

from comptoir_web.app import close_app, create_app
from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import CodeRefused, SignInExpired
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.jobs.tables import JOBS
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.storage.tables import web_attempts, web_audit, web_one_time_codes, web_sessions
from comptoir_web.wiring import build_registry
from shared_kernel.engine import reading, transaction

RunJobs = Callable[[], None]
ADMINS, CLOSED = "+224620000003", "+224620000004"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that the block sends to the database."""
    said: list[str] = []

    def note(_c: object, _k: object, text: str, *_: object) -> None:
        said.append(text)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def comparable(answer: TestResponse, phone: str) -> tuple[object, ...]:
    """An answer without what is drawn at random, nor the phone that was typed."""
    drawn = re.compile(r"(comptoir_phone=|comptoir_page=|Expires=|csrf_token[^>]*value=\")[^;\"]+")
    digits = phone.removeprefix("+224")
    shown = "\u00a0".join((digits[:3], digits[3:5], digits[5:7], digits[7:]))
    text = drawn.sub(r"\1", answer.text).replace(shown, "...")
    headers = sorted(
        (name, drawn.sub(r"\1", value)) for name, value in answer.headers if name != "Date"
    )
    return answer.status_code, text, headers


@pytest.mark.parametrize("sign_up", [True, False])
def test_no_answer_tells_whether_a_phone_is_known_or_whose_it_is(
    settings: Settings,
    web_engine: Engine,
    clock: FrozenClock,
    sms: MemorySms,
    compiled_templates: BytecodeCache,
    sign_up: bool,
) -> None:
    """A merchant's, nobody's, an administrator's, a disabled account's: asked, looked at, tried
    wrong until it is over. Status, body, headers and statements are the same.
    """
    app = create_app(
        evolve(settings, merchant_sign_up=sign_up),
        engine=web_engine,
        clock=clock,
        sms=sms,
        testing=True,
    )
    app.jinja_env.bytecode_cache = compiled_templates
    try:
        with svcs.Container(svcs.flask.get_registry(app)) as container:
            identity = container.get(IdentityService)
            identity.create_user(email=None, phone=MERCHANT_PHONE, name="M", role="merchant")
            identity.create_user(email="a@example.com", phone=ADMINS, name="A", role="admin")
            closed = identity.create_user(email=None, phone=CLOSED, name="C", role="merchant")
            identity.disable(closed.id)
            phones = container.get(PhoneSignIn)
            seen = []
            app.test_client().get(CODE_PAGE)  # the first page looks at the tables
            for phone in (MERCHANT_PHONE, UNKNOWN, ADMINS, CLOSED):
                # The limits of the address are counted alike from the beginning.
                with transaction(web_engine) as connection:
                    connection.execute(web_attempts.delete())
                client = app.test_client()
                client.get(PHONE_PAGE)
                with statements(web_engine) as said:
                    answers = [ask_on_page(client, phone)]
                    answers.append(client.get(CODE_PAGE))
                    (request_id,) = _waiting(web_engine, phone)
                said_once = list(said)
                phones.send(request_id, locale="fr")
                with statements(web_engine) as said:
                    # Five digits: never the code, and shown again alike.
                    answers += [post(client, CODE_PAGE, {"code": "12345"}) for _ in range(6)]
                seen.append(([comparable(a, phone) for a in answers], said_once, list(said)))
    finally:
        close_app(app)
    assert seen[0][0][0][0] == 303
    assert [status for status, *_ in seen[0][0][2:]] == [422, 422, 422, 422, 303, 303]
    for answers_of_other, *statements_of_other in seen[1:]:
        for mine, its in zip(seen[0][0], answers_of_other, strict=True):
            assert its == mine
        assert statements_of_other == list(seen[0][1:])
    reached = {MERCHANT_PHONE, UNKNOWN} if sign_up else {MERCHANT_PHONE}
    assert {one.phone for one in sms.sent} == reached


def _waiting(engine: Engine, phone: str) -> list[str]:
    with reading(engine) as connection:
        query = select(web_one_time_codes.c.id).where(web_one_time_codes.c.phone == phone)
        return list(connection.scalars(query))


def test_neither_the_code_nor_the_number_waits_in_the_queue_or_in_the_log(
    client: FlaskClient,
    phone_merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    web_engine: Engine,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The job holds the id of a request; the audit and the logs hold neither code nor number."""
    caplog.set_level("DEBUG")
    ask_on_page(client)
    with reading(web_engine) as connection:
        before = str(connection.execute(select(JOBS)).all())
    run_jobs()
    code = last_code(sms)
    post(client, CODE_PAGE, {"code": wrong(code)})
    post(client, CODE_PAGE, {"code": code})
    with reading(web_engine) as connection:
        kept = [
            str(connection.execute(select(table)).all())
            for table in (JOBS, web_audit, web_attempts, web_sessions)
        ]
    heard = capsys.readouterr()
    for text in (before, *kept, caplog.text, heard.out, heard.err):
        assert "620000001" not in text
        assert code not in text


def test_what_happened_is_in_the_audit(
    client: FlaskClient,
    phone_merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    identity: IdentityService,
) -> None:
    """Asked (of nobody), sent, refused, signed in: named by the account's id."""
    ask_on_page(client)
    run_jobs()
    post(client, CODE_PAGE, {"code": wrong(last_code(sms))})
    post(client, CODE_PAGE, {"code": last_code(sms)})
    lines = [(e.action, e.subject_id) for e in identity.audit().entries][:4]
    assert lines == [
        ("sign_in.done", phone_merchant.id),
        ("sign_in.phone_code_failed", phone_merchant.id),
        ("sign_in.code_sent", phone_merchant.id),
        ("sign_in.code_asked", None),
    ]


def test_a_code_asked_in_one_browser_opens_nothing_in_another(
    app: Flask, client: FlaskClient, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """Without the cookie of the browser that asked there is nothing to type it in; with another's
    cookie it is wrong; in its own browser it is right.
    """
    ask_on_page(client)
    run_jobs()
    code = last_code(sms)
    other = app.test_client()
    csrf_token(other)
    answer = other.get(CODE_PAGE)
    assert (answer.status_code, answer.location) == (303, PHONE_PAGE)
    ask_on_page(other)
    assert post(other, CODE_PAGE, {"code": code}).status_code == 422
    assert not signed_in(other)
    assert post(client, CODE_PAGE, {"code": code}).status_code == 303
    assert signed_in(client)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MERCHANT])
def test_who_may_not_come_in_gets_no_message(
    phones: PhoneSignIn, identity: IdentityService, sms: MemorySms, run_jobs: RunJobs, role: Role
) -> None:
    """An administrator's phone and a disabled account's: no message, and no account beside."""
    user = identity.create_user(email="a@example.com", phone=ADMINS, name="A", role=role.value)
    if role is not Role.ADMIN:
        identity.disable(user.id)
    asked = phones.ask(ADMINS, address="a")
    run_jobs()
    assert sms.sent == []
    with pytest.raises(CodeRefused):
        phones.verify(asked.token, "123456", address="a", agent="")
    assert identity.users().total == 1


@pytest.mark.parametrize("change", ["disable", "promote", "move", "give away"])
def test_a_right_taken_away_after_the_code_was_sent_is_away(
    phones: PhoneSignIn,
    identity: IdentityService,
    container: svcs.Container,
    sms: MemorySms,
    run_jobs: RunJobs,
    change: str,
) -> None:
    """Disabled, made an administrator, or given another phone meanwhile: the code is over."""
    user = identity.create_user(
        email="m@example.com", phone=MERCHANT_PHONE, name="M", role="merchant"
    )
    asked = phones.ask(MERCHANT_PHONE, address="a")
    run_jobs()
    code = last_code(sms)
    if change == "disable":
        identity.disable(user.id)
    elif change == "promote":
        identity.change_role(user.id, "admin")
    elif change == "move":
        container.get(ContactService).change_phone(user.id, UNKNOWN)
    else:
        identity.erase(user.id)
    with pytest.raises(SignInExpired):
        phones.verify(asked.token, code, address="a", agent="")


def test_where_merchants_do_not_sign_up_an_unknown_phone_gets_nothing(
    settings: Settings, web_engine: Engine, sms: MemorySms
) -> None:
    """Switched off, or where no freight is sold: neither a message nor an account."""
    for change in ({"merchant_sign_up": False}, {"sections": ("wealth",)}):
        made = evolve(settings, **change)
        registry = build_registry(made, engine=web_engine, clock=lambda: AT, sms=sms)
        with registry, svcs.Container(registry) as services:
            phones = services.get(PhoneSignIn)
            asked = phones.ask(UNKNOWN, address="a")
            phones.send(asked.request.id, locale="fr")
            assert sms.sent == []
            with pytest.raises(CodeRefused):
                phones.verify(asked.token, "000000", address="a", agent="")
