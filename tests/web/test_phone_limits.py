"""Signing in by phone: how often a code is typed, asked for, and sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import svcs
from attrs import evolve
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update
from testkit.pages import FrozenClock, csrf_token, post
from testkit.phones import (
    CODE_PAGE,
    MERCHANT_PHONE,
    PHONE_PAGE,
    ask_on_page,
    last_code,
    signed_in,
    wrong,
)

from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import CodeRefused, SignInExpired, TooManyAttempts
from comptoir_web.identity.limits import FOREVER
from comptoir_web.identity.message_quota import A_PHONE_A_DAY
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.jobs.tables import JOBS
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.storage.tables import web_attempts, web_one_time_codes
from comptoir_web.wiring import build_registry
from shared_kernel.engine import reading, transaction

RunJobs = Callable[[], None]
_OF_PHONE = web_attempts.c.scope == "phone_code"
_OF_SECRETS = web_attempts.c.scope.like("phone_%")


def test_five_wrong_codes_end_the_request(
    client: FlaskClient,
    phone_merchant: User,
    sms: MemorySms,
    run_jobs: RunJobs,
    clock: FrozenClock,
    web_engine: Engine,
) -> None:
    """A brute-forced code: after five the right one opens nothing, and the wait begins."""
    ask_on_page(client)
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
    assert not signed_in(client)
    answer = ask_on_page(client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    clock.forward(seconds=61)
    ask_on_page(client)
    run_jobs()
    assert post(client, CODE_PAGE, {"code": last_code(sms)}).status_code == 303
    assert signed_in(client)
    with reading(web_engine) as connection:
        left = connection.execute(
            select(func.sum(web_attempts.c.failures)).where(_OF_SECRETS)
        ).scalar_one()
    assert left == 6  # of the address, for the five and the request they ended; of the phone none


def test_a_hundred_wrong_codes_in_a_row_need_an_administrator(
    phones: PhoneSignIn,
    container: svcs.Container,
    phone_merchant: User,
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
    assert contacts.phone_locked_until(phone_merchant) == FOREVER
    contacts.unlock_phone(phone_merchant.id)
    assert contacts.phone_locked_until(phone_merchant) is None
    asked = phones.ask(MERCHANT_PHONE, address="a")
    phones.send(asked.request.id, locale="fr")
    assert phones.verify(asked.token, last_code(sms), address="a", agent="").user == phone_merchant


def test_asking_is_limited_by_phone_and_by_address(
    phones: PhoneSignIn, phone_merchant: User, sms: MemorySms, run_jobs: RunJobs, clock: FrozenClock
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
    answer = ask_on_page(client, "not a phone")
    assert answer.status_code == 422
    assert "not a phone" in answer.text
    assert "620 00 00 01" in answer.text
    with reading(web_engine) as connection:
        for table in (web_attempts, web_one_time_codes, JOBS):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def counted(engine: Engine) -> dict[str, int]:
    """How many codes of the day were counted, by limit."""
    query = select(web_attempts.c.scope, func.sum(web_attempts.c.failures)).group_by("scope")
    with reading(engine) as connection:
        return {scope: n for scope, n in connection.execute(query) if "sms" in scope}


def test_a_day_has_a_number_of_codes_and_strangers_get_half(
    settings: Settings,
    web_engine: Engine,
    phone_merchant: User,
    sms: MemorySms,
    clock: FrozenClock,
    identity: IdentityService,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Codes asked for many phones from many addresses stop at the limit of the day; merchants still
    get theirs when strangers took their half; the log warns, the audit says it once; the answer is
    the same, and the next day begins again.
    """
    small = evolve(settings, sms_a_day=5)
    registry = build_registry(small, engine=web_engine, clock=clock, sms=sms)
    with registry, svcs.Container(registry) as services:
        phones = services.get(PhoneSignIn)

        def ask_for(phone: str, number: int) -> None:
            asked = phones.ask(phone, address=f"10.0.0.{number}")
            phones.send(asked.request.id, locale="fr")

        for number in range(10, 16):
            ask_for(f"+2246200000{number}", number)
        assert len(sms.sent) == 3
        for number in range(20, 23):
            ask_for(MERCHANT_PHONE, number)
        assert len(sms.sent) == 5
        assert caplog.messages == [
            *["no code was sent: phones without an account had their half of today's codes"] * 3,
            "no code was sent: COMPTOIR_SMS_A_DAY codes were sent today",
        ]
        withheld = [
            (line.subject_id, line.detail["limit"])
            for line in identity.audit(action="sign_in.code_withheld").entries
        ]
        assert withheld == [(phone_merchant.id, "sms"), (None, "sms_unknown")]
        assert counted(web_engine) == {"sms": 5, "sms_phone": 5, "sms_unknown": 3, "sms_told": 2}
        clock.forward(days=1)
        ask_for(MERCHANT_PHONE, 30)
    assert len(sms.sent) == 6


def test_whoever_proves_a_phone_again_and_again_is_not_sent_codes_for_ever(
    phones: PhoneSignIn, phone_merchant: User, sms: MemorySms, identity: IdentityService
) -> None:
    """Each success forgives what was asked; the codes sent to the phone in the day still count."""
    for _ in range(A_PHONE_A_DAY + 2):
        asked = phones.ask(MERCHANT_PHONE, address="192.0.2.1")
        phones.send(asked.request.id, locale="fr")
        if len(sms.sent) < A_PHONE_A_DAY:
            phones.verify(asked.token, last_code(sms), address="192.0.2.1", agent="")
    assert len(sms.sent) == A_PHONE_A_DAY
    (line,) = identity.audit(action="sign_in.code_withheld").entries
    assert (line.subject_id, line.detail) == (phone_merchant.id, {"limit": "sms_phone"})
