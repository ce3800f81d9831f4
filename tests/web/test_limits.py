"""Sign-in limits: what counts, how long it lasts, and that processes at once get no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.children import children
from testkit.pages import PASSWORD, FrozenClock, address_of, post

from comptoir_web.identity.errors import SignInRefused, TooManyAttempts
from comptoir_web.identity.limits import ACCOUNT, ADDRESS, AttemptStore, address_subject
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.users import User
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

MakeUser = Callable[..., User]
SIGN_IN = "/plateforme/connexion"


@pytest.fixture
def service(container: svcs.Container) -> SignInService:
    """The service of sessions."""
    return container.get(SignInService)


def fail(service: SignInService, email: str, address: str = "192.0.2.1") -> None:
    """A wrong password."""
    with pytest.raises(SignInRefused):
        service.sign_in(email, "wrong password", address=address, agent="")


def test_an_account_locks_and_opens_again(
    service: SignInService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """Five failures close the account for a minute, the right password included; then it opens."""
    user = make_user()
    for _ in range(5):
        fail(service, address_of(user))
    with pytest.raises(TooManyAttempts) as caught:
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    assert caught.value.until == clock.now + timedelta(minutes=1)
    clock.forward(seconds=61)
    service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")


def test_the_wait_doubles_to_a_quarter_of_an_hour(
    service: SignInService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """Each failure after a lock makes the next one twice as long, fifteen minutes at most."""
    user = make_user()
    for _ in range(4):
        fail(service, address_of(user))
    waits = []
    for _ in range(7):
        fail(service, address_of(user))
        with pytest.raises(TooManyAttempts) as caught:
            service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
        waits.append((caught.value.until - clock.now) // timedelta(minutes=1))
        clock.now = caught.value.until
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_a_success_forgets_the_failures(service: SignInService, make_user: MakeUser) -> None:
    """Four failures, a success, four failures: nothing is locked."""
    user = make_user()
    for _ in range(3):
        for _ in range(4):
            fail(service, address_of(user))
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")


def test_an_unknown_account_locks_alike(client: FlaskClient, make_user: MakeUser) -> None:
    """The lock of an account that does not exist has the same page, status and wait."""
    make_user()
    answers = []
    for email in ("client@example.com", "nobody@example.com"):
        for _ in range(6):
            answer = post(client, SIGN_IN, {"email": email, "password": "wrong password"})
        answers.append((answer.status_code, answer.headers["Retry-After"]))
    assert answers == [(429, "60"), (429, "60")]


def test_the_case_of_the_address_gives_no_further_attempts(
    service: SignInService, make_user: MakeUser
) -> None:
    """Capitals and blanks name the same account."""
    user = make_user()
    for email in (
        "client@example.com",
        "CLIENT@example.com",
        " client@EXAMPLE.com",
        "client@example.com ",
        "Client@example.com",
    ):
        fail(service, email)
    with pytest.raises(TooManyAttempts):
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")


def test_an_address_locks_after_thirty_accounts(
    service: SignInService, make_user: MakeUser
) -> None:
    """One password tried on many accounts closes the address, and no other."""
    user = make_user()
    for number in range(30):
        fail(service, f"guess-{number}@example.com")
    with pytest.raises(TooManyAttempts):
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    service.sign_in(address_of(user), PASSWORD, address="198.51.100.1", agent="")


def test_ones_own_successes_do_not_clear_an_address(
    service: SignInService, make_user: MakeUser
) -> None:
    """An attacker with an account of his own cannot wash the counter by signing in to it."""
    user = make_user()
    for number in range(29):
        fail(service, f"guess-{number}@example.com")
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    fail(service, "guess-last@example.com")
    with pytest.raises(TooManyAttempts):
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")


def test_an_ipv6_subscriber_is_one_address() -> None:
    """Addresses of one /64 count together, mapped IPv4 as IPv4, and garbage as itself."""
    assert address_subject("2001:db8::1") == address_subject("2001:db8::ffff:1")
    assert address_subject("2001:db8:0:1::1") != address_subject("2001:db8:0:2::1")
    assert address_subject("::ffff:192.0.2.1") == address_subject("192.0.2.1")
    assert address_subject("unknown") == address_subject("unknown")


def test_what_was_typed_is_not_kept(service: SignInService, web_engine: Engine) -> None:
    """A password typed in the field of the address is found nowhere in the database."""
    fail(service, "my secret phrase")
    with reading(web_engine) as connection:
        for table in ("web_attempts", "web_audit"):
            assert "secret" not in str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())


def test_failures_are_forgotten_after_a_day(
    service: SignInService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """A failure of yesterday does not bring today's lock closer."""
    user = make_user()
    for _ in range(4):
        fail(service, address_of(user))
    clock.forward(hours=25)
    for _ in range(4):
        fail(service, address_of(user))
    service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")


def test_a_restart_forgets_nothing(
    service: SignInService, make_user: MakeUser, app: Flask, settings: object, web_engine: Engine
) -> None:
    """The counters are in the database: another process of the site sees the lock."""
    from comptoir_web.settings import Settings
    from comptoir_web.wiring import build_registry

    user = make_user()
    for _ in range(5):
        fail(service, address_of(user))
    assert isinstance(settings, Settings)
    registry = build_registry(settings, engine=web_engine, clock=service.clock)
    with svcs.Container(registry) as other, pytest.raises(TooManyAttempts):
        other.get(SignInService).sign_in(address_of(user), PASSWORD, address="a", agent="")


NOW = datetime(2026, 1, 5, tzinfo=UTC)

_TAKE = """
import sys
from datetime import UTC, datetime
from comptoir_web.identity.errors import TooManyAttempts
from comptoir_web.identity.limits import ACCOUNT, AttemptStore
from shared_kernel.engine import create_engine, transaction

engine = create_engine(sys.argv[1])
now = datetime(2026, 1, 5, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
taken = 0
for _ in range(10):
    try:
        with transaction(engine) as connection:
            AttemptStore(connection).take(ACCOUNT, "subject", at=now)
        taken += 1
    except TooManyAttempts:
        pass
engine.dispose()
print(taken)
"""


def test_processes_at_once_get_no_more_attempts(engine: Engine, database_url: str) -> None:
    """Six processes that hammer one account are admitted five times in all, on both databases."""
    upgrade(engine, ALL_MIGRATIONS)
    with children(6, _TAKE, database_url) as started:
        assert [child.line() for child in started] == ["ready"] * 6
        for child in started:
            child.tell()
        assert sum(int(child.finish()) for child in started) == ACCOUNT.free


def test_counting_is_the_same_on_both_databases(engine: Engine) -> None:
    """Taking, giving back and clearing behave alike on SQLite and PostgreSQL."""
    upgrade(engine, ALL_MIGRATIONS)
    with transaction(engine) as connection:
        store = AttemptStore(connection)
        assert [store.take(ADDRESS, "s", at=NOW) for _ in range(3)] == [1, 2, 3]
        store.give_back(ADDRESS, "s", at=NOW)
        assert store.take(ADDRESS, "s", at=NOW) == 3
        store.clear(ADDRESS, "s")
        assert store.take(ADDRESS, "s", at=NOW) == 1
        assert store.purge(before=NOW + timedelta(days=1)) == 1
