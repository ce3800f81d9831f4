"""Processes that sign in by the same phone at the same moment, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import svcs
from sqlalchemy import Engine, func, select
from testkit.children import children
from testkit.phones import UNKNOWN, last_code, wrong

from comptoir_web.identity.keys import Keys
from comptoir_web.identity.one_time_codes import OneTimeCodeStore
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.storage.tables import web_attempts, web_one_time_codes, web_sessions, web_users
from comptoir_web.wiring import build_registry
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

_OF_PHONE = web_attempts.c.scope == "phone_code"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


_PREPARED = """
import sys
import svcs
from datetime import UTC, datetime
from comptoir_web.identity.errors import CodeRefused, SignInExpired, TooManyAttempts
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine

url, *given = sys.argv[1:]
engine = create_engine(url)
at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
sms = MemorySms()
registry = build_registry(Settings(sms_a_day=9), engine=engine, clock=lambda: at, sms=sms)
phones = svcs.Container(registry).get(PhoneSignIn)
print("ready", flush=True)
sys.stdin.readline()
"""

_VERIFY = """
for one in given:
    token, code = one.split("/")
    try:
        print(phones.verify(token, code, address="127.0.0.1", agent="").user.id)
    except (CodeRefused, SignInExpired, TooManyAttempts) as error:
        print(type(error).__name__)
engine.dispose()
"""

_SEND = """
for request_id in given:
    phones.send(request_id, locale="fr")
print(*(one.phone for one in sms.sent))
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


def race(database_url: str, *groups: list[str], code: str = _VERIFY) -> list[str]:
    """What the processes printed, each with what it is given, let go at the same moment."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        started = [
            stack.enter_context(children(1, _PREPARED + code, database_url, *group))[0]
            for group in groups
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


def test_processes_together_send_the_codes_of_a_day_and_no_more(
    engine: Engine, database_url: str, asked: Callable[[], tuple[str, str]]
) -> None:
    """Three processes send four codes each to phones without an account: half of nine are sent."""
    asked()  # one is sent, on migrated tables
    with transaction(engine) as connection:
        codes = OneTimeCodeStore(connection, Keys(Settings().secret_key))
        ids = [
            codes.add(f"+2246200000{number}", asked_from="", at=AT)[1].id
            for number in range(10, 22)
        ]
    sent = race(database_url, ids[:4], ids[4:8], ids[8:], code=_SEND)
    assert len(sent) == len(set(sent)) == 4
