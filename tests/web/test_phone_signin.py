"""Signing in by phone: the pages, who is sent a code, what a code opens, and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
import svcs
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event, func, select, update
from testkit.children import children
from testkit.pages import FrozenClock, code_at, csrf_token, post
from testkit.phones import MERCHANT_PHONE, code_in, last_code
from werkzeug.test import TestResponse

from comptoir_web.app import close_app, create_app
from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import (
    CodeRefused,
    IdentityFaults,
    SignInExpired,
    TooManyAttempts,
)
from comptoir_web.identity.limits import FOREVER
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sessions import Stage
from comptoir_web.identity.users import User
from comptoir_web.jobs.tables import JOBS
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.storage.tables import (
    web_attempts,
    web_audit,
    web_one_time_codes,
    web_sessions,
    web_users,
)
from comptoir_web.wiring import build_registry
from logistics_core.errors import SmsFailed
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

PHONE_PAGE = "/plateforme/telephone"
CODE_PAGE = "/plateforme/telephone/code"
AGAIN = "/plateforme/telephone/code/nouveau"
UNKNOWN, ADMINS, CLOSED = "+224620000002", "+224620000003", "+224620000004"
_OF_PHONE = web_attempts.c.scope == "phone_code"
RunJobs = Callable[[], None]
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def phones(container: svcs.Container) -> PhoneSignIn:
    """The service of signing in by phone."""
    return container.get(PhoneSignIn)


@pytest.fixture
def merchant(identity: IdentityService) -> User:
    """A merchant who has a phone and nothing else."""
    return identity.create_user(
        email=None, phone="620 00 00 01", name="A merchant", role="merchant"
    )


def ask(client: FlaskClient, phone: str = "620 00 00 01") -> TestResponse:
    """Ask for a code on the page."""
    return post(client, PHONE_PAGE, {"phone": phone})


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def of_session(client: FlaskClient) -> bool:
    """Whether the browser has an open session."""
    return client.get("/plateforme/compte/").status_code == 200


# -- the way through --------------------------------------------------------------------------


def test_a_merchant_signs_in_by_the_code_of_the_message(
    client: FlaskClient, merchant: User, sms: MemorySms, run_jobs: RunJobs, settings: Settings
) -> None:
    """Asked on the page, sent by a job, typed once: a session opens, the cookie of asking goes."""
    page = client.get("/plateforme/connexion").text
    assert f'href="{PHONE_PAGE}"' in page
    page = client.get(PHONE_PAGE).text
    assert 'inputmode="tel"' in page
    assert 'autocomplete="tel"' in page
    answer = ask(client, "(620) 00-00-01")
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
    phones: PhoneSignIn, merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """The same code and the same request open nothing a second time."""
    asked = phones.ask("620000001", address="a")
    run_jobs()
    opened = phones.verify(asked.token, last_code(sms), address="a", agent="")
    assert opened.user.id == merchant.id
    assert opened.session.stage is Stage.OPEN
    with pytest.raises(SignInExpired):
        phones.verify(asked.token, last_code(sms), address="a", agent="")


def test_an_unknown_phone_that_proves_itself_gets_a_merchants_account(
    client: FlaskClient, identity: IdentityService, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """The account has the phone, the role of a merchant, no password; its owner may name it."""
    ask(client, UNKNOWN)
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
    client: FlaskClient, merchant: User, sms: MemorySms, run_jobs: RunJobs
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


# -- nothing is told --------------------------------------------------------------------------


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
                    answers = [ask(client, phone)]
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
    merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    web_engine: Engine,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The job holds the id of a request; the audit and the logs hold neither code nor number."""
    caplog.set_level("DEBUG")
    ask(client)
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
    merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    identity: IdentityService,
) -> None:
    """Asked (of nobody), sent, refused, signed in: named by the account's id."""
    ask(client)
    run_jobs()
    post(client, CODE_PAGE, {"code": wrong(last_code(sms))})
    post(client, CODE_PAGE, {"code": last_code(sms)})
    lines = [(e.action, e.subject_id) for e in identity.audit().entries][:4]
    assert lines == [
        ("sign_in.done", merchant.id),
        ("sign_in.phone_code_failed", merchant.id),
        ("sign_in.code_sent", merchant.id),
        ("sign_in.code_asked", None),
    ]


# -- what opens nothing -----------------------------------------------------------------------


def test_a_code_asked_in_one_browser_opens_nothing_in_another(
    app: Flask, client: FlaskClient, merchant: User, sms: MemorySms, run_jobs: RunJobs
) -> None:
    """Without the cookie of the browser that asked there is nothing to type it in; with another's
    cookie it is wrong; in its own browser it is right.
    """
    ask(client)
    run_jobs()
    code = last_code(sms)
    other = app.test_client()
    csrf_token(other)
    answer = other.get(CODE_PAGE)
    assert (answer.status_code, answer.location) == (303, PHONE_PAGE)
    ask(other)
    assert post(other, CODE_PAGE, {"code": code}).status_code == 422
    assert not of_session(other)
    assert post(client, CODE_PAGE, {"code": code}).status_code == 303
    assert of_session(client)


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


# -- limits -----------------------------------------------------------------------------------


def test_five_wrong_codes_end_the_request(
    client: FlaskClient,
    merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """A brute-forced code: after five the right one opens nothing, and the wait begins."""
    ask(client)
    run_jobs()
    code = last_code(sms)
    for _ in range(4):
        answer = post(client, CODE_PAGE, {"code": wrong(code)})
        assert answer.status_code == 422
        assert "n’est pas le bon" in answer.text
    answer = post(client, CODE_PAGE, {"code": wrong(code)})
    assert (answer.status_code, answer.location) == (303, PHONE_PAGE)
    assert "n’est plus valable" in client.get(PHONE_PAGE).text
    answer = client.post(CODE_PAGE, data={"csrf_token": csrf_token(client), "code": code})
    assert answer.status_code == 303
    assert not of_session(client)
    answer = ask(client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    clock.forward(seconds=61)
    ask(client)
    run_jobs()
    assert post(client, CODE_PAGE, {"code": last_code(sms)}).status_code == 303
    assert of_session(client)
    with reading(web_engine) as connection:
        left = connection.execute(select(func.sum(web_attempts.c.failures))).scalar_one()
    assert left == 6  # of the address, for the five and the request they ended; of the phone none


def test_a_hundred_wrong_codes_in_a_row_need_an_administrator(
    phones: PhoneSignIn,
    container: svcs.Container,
    merchant: User,
    sms: MemorySms,
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """NIST SP 800-63B 5.2.2: whatever the waits and the addresses, a hundred and no more."""
    waits = []

    def guess(number: int) -> None:
        """Ask, and guess until the request is over or the phone is locked."""
        asked = phones.ask(MERCHANT_PHONE, address=f"10.0.{number}.1")
        phones.send(asked.request.id, locale="fr")
        for _ in range(5):
            with suppress(CodeRefused):
                phones.verify(asked.token, wrong(last_code(sms)), address="10.1.1.1", agent="")

    for number in range(40):
        try:
            guess(number)
        except SignInExpired:
            if number == 0:  # the five of one request were counted; here are those between
                with transaction(web_engine) as connection:
                    connection.execute(update(web_attempts).where(_OF_PHONE).values(failures=90))
        except TooManyAttempts as error:
            waits.append(error.until - clock.now)
            if error.until == FOREVER:
                break
            clock.now = error.until
    with reading(web_engine) as connection:
        assert connection.scalars(select(web_attempts.c.failures).where(_OF_PHONE)).all() == [100]
    assert waits[0].total_seconds() <= 60 < 900 <= max(waits[:-1]).total_seconds()
    contacts = container.get(ContactService)
    clock.forward(days=365)
    assert contacts.phone_locked_until(merchant) == FOREVER
    contacts.unlock_phone(merchant.id)
    assert contacts.phone_locked_until(merchant) is None
    asked = phones.ask(MERCHANT_PHONE, address="a")
    phones.send(asked.request.id, locale="fr")
    assert phones.verify(asked.token, last_code(sms), address="a", agent="").user == merchant


def test_asking_is_limited_by_phone_and_by_address(
    phones: PhoneSignIn, merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """A phone is asked three times, then after a wait that grows; an address, thirty times; what
    was proved is not counted against the address.
    """
    for _ in range(3):
        phones.ask(MERCHANT_PHONE, address="192.0.2.1")
    waits = []
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as caught:
            phones.ask(MERCHANT_PHONE, address="192.0.2.2")
        waits.append((caught.value.until - clock.now).total_seconds() / 60)
        clock.now = caught.value.until
        asked = phones.ask(MERCHANT_PHONE, address="192.0.2.3")
    assert waits == [1, 2, 4]
    run_jobs()
    phones.verify(asked.token, last_code(sms), address="192.0.2.4", agent="")
    phones.ask(MERCHANT_PHONE, address="192.0.2.3")
    for number in range(10, 36):
        phones.ask(f"+2246200000{number}", address="192.0.2.1")
    asked = phones.ask("+224620000036", address="192.0.2.1")
    with pytest.raises(TooManyAttempts):
        phones.ask("+224620000037", address="192.0.2.1")
    phones.ask("+224620000037", address="192.0.2.9")


def test_no_phone_no_request(client: FlaskClient, web_engine: Engine) -> None:
    """What is typed stays in its field with what would be accepted; nothing is counted."""
    answer = ask(client, "not a phone")
    assert answer.status_code == 422
    assert "not a phone" in answer.text
    assert "620 00 00 01" in answer.text
    with reading(web_engine) as connection:
        for table in (web_attempts, web_one_time_codes, JOBS):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


# -- time, and the second factor --------------------------------------------------------------


def test_a_code_lives_five_minutes(
    client: FlaskClient, merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """At five minutes it is over, and the page says so; a message that is late is not sent."""
    ask(client)
    run_jobs()
    clock.forward(minutes=5)
    answer = client.get(CODE_PAGE)
    assert (answer.status_code, answer.location) == (303, PHONE_PAGE)
    assert "n’est plus valable" in client.get(PHONE_PAGE).text
    ask(client)
    clock.forward(minutes=5)
    run_jobs()
    assert len(sms.sent) == 1
    ask(client)
    run_jobs()
    clock.forward(minutes=4, seconds=59)
    assert post(client, CODE_PAGE, {"code": last_code(sms)}).status_code == 303


def test_another_code_can_be_asked_for(
    client: FlaskClient, merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
) -> None:
    """The number is not typed again; the first code no longer opens."""
    ask(client)
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
    settings: Settings, web_engine: Engine, merchant: User, clock: FrozenClock
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
    merchant: User,
    enrol: Callable[[User], str],
    sms: MemorySms,
    run_jobs: RunJobs,
    clock: FrozenClock,
) -> None:
    """The message opens a sign-in that waits for the application's code, ten minutes long; the
    account without a password changes its second factor by its code.
    """
    secret = enrol(merchant)
    ask(client)
    run_jobs()
    answer = post(client, CODE_PAGE, {"code": last_code(sms)})
    assert answer.location == "/plateforme/connexion/code"
    assert not of_session(client)
    clock.forward(minutes=10)
    answer = client.get("/plateforme/connexion/code")
    assert (answer.status_code, answer.location) == (303, "/plateforme/connexion")
    assert "a pris trop de temps" in client.get("/plateforme/connexion").text
    ask(client)
    run_jobs()
    post(client, CODE_PAGE, {"code": last_code(sms)})
    code = code_at(secret, clock.now)
    assert post(client, "/plateforme/connexion/code", {"code": code}).status_code == 303
    remove = "/plateforme/compte/second-facteur/retirer"
    assert post(client, remove, {"current": code}).status_code == 422
    clock.forward(minutes=1)
    assert post(client, remove, {"current": code_at(secret, clock.now)}).status_code == 303


# -- the accounts of phones -------------------------------------------------------------------


def test_an_administrator_makes_finds_and_changes_a_merchant_by_phone(
    signed_in_client: Callable[..., FlaskClient], identity: IdentityService, sms: MemorySms
) -> None:
    """Created with a phone alone, found by its digits, moved to another number, unlocked."""
    admin = signed_in_client(Role.ADMIN)
    new = "/plateforme/admin/utilisateurs/nouveau"
    form = {"name": "Une marchande", "phone": "620.00.00.01", "role": "merchant"}
    answer = post(admin, new, form)
    assert answer.status_code == 303
    user = identity.user_by_phone(MERCHANT_PHONE)
    assert user is not None
    page = f"/plateforme/admin/utilisateurs/{user.id}"
    shown = admin.get(page).text
    assert "+224\u00a0620\u00a000\u00a000\u00a001" in shown
    assert "Créer un lien" not in shown
    assert post(admin, f"{page}/lien", page=page).status_code == 303
    for search in ("620 00 00 01", "%2B224 620", "00224620"):
        assert "Une marchande" in admin.get(f"/plateforme/admin/utilisateurs?q={search}").text
    assert "Une marchande" not in admin.get("/plateforme/admin/utilisateurs?q=62").text
    assert "620" in admin.get("/plateforme/admin/utilisateurs.csv?sort=phone").text
    for wrong_form, code in (
        ({**form, "name": "Another"}, 422),
        ({"name": "Nobody", "role": "merchant"}, 422),
        ({**form, "phone": "620000005", "role": "admin"}, 422),
    ):
        assert post(admin, new, wrong_form).status_code == code
    for phone, status in (("nonsense", 422), ("", 422), ("620 00 00 06", 303)):
        assert post(admin, f"{page}/telephone", {"phone": phone}, page=page).status_code == status
    assert identity.user(user.id).phone == "+224620000006"
    assert post(admin, f"{page}/role", {"role": "admin"}, page=page).status_code == 422
    assert post(admin, f"{page}/telephone/deblocage", page=page).status_code == 303


def test_an_account_keeps_something_to_be_reached_by(
    identity: IdentityService, container: svcs.Container, merchant: User
) -> None:
    """Every fault of a new account at once; a phone stays where there is no address."""
    with pytest.raises(IdentityFaults) as caught:
        identity.create_user(email="x", phone="y", name="", role="king", password="short")
    assert {f.path for f in caught.value.faults} == {"email", "phone", "name", "role", "password"}
    with pytest.raises(IdentityFaults) as caught:
        identity.create_user(email=None, phone=UNKNOWN, name="A", role="client", password="x" * 20)
    assert "identity.password_useless" in {f.code for f in caught.value.faults}
    contacts = container.get(ContactService)
    with pytest.raises(IdentityFaults):
        contacts.change_phone(merchant.id, "")
    with pytest.raises(IdentityFaults):
        identity.make_link(merchant.id)
    both = identity.create_user(email="b@example.com", phone=UNKNOWN, name="B", role="staff")
    with pytest.raises(IdentityFaults) as caught:
        contacts.change_phone(both.id, MERCHANT_PHONE)
    assert [f.code for f in caught.value.faults] == ["identity.phone_taken"]
    assert contacts.change_phone(both.id, " ").phone is None


# -- real processes, both databases -----------------------------------------------------------

_VERIFY = """
import sys
import svcs
from datetime import UTC, datetime
from comptoir_web.identity.errors import CodeRefused, SignInExpired, TooManyAttempts
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine

url, *tries = sys.argv[1:]
engine = create_engine(url)
at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
registry = build_registry(Settings(), engine=engine, clock=lambda: at, sms=MemorySms())
phones = svcs.Container(registry).get(PhoneSignIn)
print("ready", flush=True)
sys.stdin.readline()
for one in tries:
    token, code = one.split("/")
    try:
        print(phones.verify(token, code, address="127.0.0.1", agent="").user.id)
    except (CodeRefused, SignInExpired, TooManyAttempts) as error:
        print(type(error).__name__)
engine.dispose()
"""


@pytest.fixture
def asked(engine: Engine) -> Iterator[Callable[[], tuple[str, str]]]:
    """Ask for a code for a new phone on a migrated database: the token and the code."""
    upgrade(engine, ALL_MIGRATIONS)
    sms = MemorySms()
    registry = build_registry(Settings(), engine=engine, clock=lambda: AT, sms=sms)
    with registry, svcs.Container(registry) as services:
        phones = services.get(PhoneSignIn)

        def ask_one() -> tuple[str, str]:
            made = phones.ask(UNKNOWN, address="127.0.0.1")
            phones.send(made.request.id, locale="fr")
            return made.token, last_code(sms, UNKNOWN)

        yield ask_one


def race(database_url: str, *groups: list[str]) -> list[str]:
    """What the processes printed, each with its tries, let go at the same moment."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        started = [
            stack.enter_context(children(1, _VERIFY, database_url, *group))[0] for group in groups
        ]
        assert [child.line() for child in started] == ["ready"] * len(groups)
        for child in started:
            child.tell()
        return sorted(line for child in started for line in child.finish().split())


def test_of_two_that_bring_the_right_code_at_once_one_comes_in(
    engine: Engine, database_url: str, asked: Callable[[], tuple[str, str]]
) -> None:
    """Two processes, one request: one session, one account; the other is told it is over."""
    token, code = asked()
    said = race(database_url, [f"{token}/{code}"], [f"{token}/{code}"])
    assert sorted(len(one) for one in said) == [len("SignInExpired"), 32]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(web_sessions)).scalar_one() == 1


def test_one_new_phone_proved_twice_at_once_is_one_account(
    engine: Engine, database_url: str, asked: Callable[[], tuple[str, str]]
) -> None:
    """Two requests of the same new phone, two processes: both come in, to the same account."""
    said = race(database_url, *([f"{token}/{code}"] for token, code in (asked(), asked())))
    assert len(said) == 2
    assert len(set(said)) == 1
    assert len(said[0]) == 32
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(web_users)).scalar_one() == 1


def test_processes_together_have_five_tries(
    engine: Engine, database_url: str, asked: Callable[[], tuple[str, str]]
) -> None:
    """Three processes guess four times each at one request: five guesses are looked at."""
    token, code = asked()
    said = race(database_url, *([f"{token}/{wrong(code)}"] * 4 for _ in range(3)))
    assert said.count("CodeRefused") <= 5
    with reading(engine) as connection:
        row = connection.execute(select(web_one_time_codes)).one()
        failures = connection.execute(select(web_attempts.c.failures).where(_OF_PHONE)).scalar_one()
    assert (row.tries, failures) == (5, 5)
