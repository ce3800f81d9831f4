"""Bearer tokens: short, hashed, rotating; a token used twice revokes its whole family."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import svcs
from sqlalchemy import Engine
from testkit.children import children
from testkit.pages import PASSWORD, FrozenClock, address_of, code_at

from comptoir_web.identity.errors import (
    CodeRefused,
    CodeRequired,
    SignInRefused,
    TokenRefused,
    TooManyAttempts,
)
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.tokens import TokenService, TokenStore
from comptoir_web.identity.users import User, UserStore
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

MakeUser = Callable[..., User]


@pytest.fixture
def tokens(container: svcs.Container) -> TokenService:
    """The service of the tokens."""
    return container.get(TokenService)


def test_an_access_token_stands_for_its_account(tokens: TokenService, make_user: MakeUser) -> None:
    """The pair given for a password opens the account, its refresh token does not."""
    user = make_user()
    pair = tokens.issue(address_of(user), PASSWORD, code=None, address="a")
    assert tokens.authenticate(pair.access).id == user.id
    with pytest.raises(TokenRefused):
        tokens.authenticate(pair.refresh)
    with pytest.raises(TokenRefused):
        tokens.refresh(pair.access, address="a")
    assert pair.access not in repr(pair)
    assert pair.refresh not in repr(pair)


def test_an_access_token_lives_fifteen_minutes(
    tokens: TokenService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """It opens after fourteen minutes and not after fifteen."""
    pair = tokens.issue(address_of(make_user()), PASSWORD, code=None, address="a")
    clock.forward(minutes=14)
    tokens.authenticate(pair.access)
    clock.forward(minutes=1)
    with pytest.raises(TokenRefused):
        tokens.authenticate(pair.access)


def test_a_refresh_token_lives_thirty_days(
    tokens: TokenService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """It gives a new pair on the thirtieth day and nothing on the thirty-first."""
    pair = tokens.issue(address_of(make_user()), PASSWORD, code=None, address="a")
    clock.forward(days=29)
    pair = tokens.refresh(pair.refresh, address="a")
    tokens.authenticate(pair.access)
    clock.forward(days=30)
    with pytest.raises(TokenRefused):
        tokens.refresh(pair.refresh, address="a")


def test_a_reused_refresh_token_revokes_its_family(
    tokens: TokenService, make_user: MakeUser
) -> None:
    """Used a second time, by whoever, it ends what its family opened, and no other family."""
    user = make_user()
    first = tokens.issue(address_of(user), PASSWORD, code=None, address="a")
    other = tokens.issue(address_of(user), PASSWORD, code=None, address="a")
    second = tokens.refresh(first.refresh, address="a")
    with pytest.raises(TokenRefused):
        tokens.refresh(first.refresh, address="b")
    for opened in (first.access, second.access):
        with pytest.raises(TokenRefused):
            tokens.authenticate(opened)
    with pytest.raises(TokenRefused):
        tokens.refresh(second.refresh, address="a")
    assert tokens.authenticate(other.access).id == user.id


@pytest.mark.parametrize("forged", ["", "x", "a" * 43, "é" * 43, "\ud800"])
def test_a_forged_token_opens_nothing(tokens: TokenService, forged: str) -> None:
    """A token nobody was given is refused, whatever is in it; revoking it changes nothing."""
    with pytest.raises(TokenRefused):
        tokens.authenticate(forged)
    with pytest.raises(TokenRefused):
        tokens.refresh(forged, address="a")
    tokens.revoke(forged, address="a")


def test_revoking_ends_the_pair(tokens: TokenService, make_user: MakeUser) -> None:
    """Either token of a pair revokes both."""
    user = make_user()
    for name in ("access", "refresh"):
        pair = tokens.issue(address_of(user), PASSWORD, code=None, address="a")
        tokens.revoke(getattr(pair, name), address="a")
        with pytest.raises(TokenRefused):
            tokens.authenticate(pair.access)
        with pytest.raises(TokenRefused):
            tokens.refresh(pair.refresh, address="a")


def test_a_change_of_the_account_ends_its_tokens(
    tokens: TokenService, make_user: MakeUser, identity: IdentityService
) -> None:
    """Another password, another role, a disabled account: the tokens are over at once."""
    user = make_user()
    changes: list[Callable[[], object]] = [
        lambda: identity.set_password(user.id, PASSWORD),
        lambda: identity.change_role(user.id, "merchant"),
        lambda: identity.disable(user.id),
    ]
    for change in changes:
        pair = tokens.issue(address_of(user), PASSWORD, code=None, address="a")
        change()
        with pytest.raises(TokenRefused):
            tokens.authenticate(pair.access)
        with pytest.raises(TokenRefused):
            tokens.refresh(pair.refresh, address="a")


def test_the_second_factor_counts_here_too(
    tokens: TokenService,
    make_user: MakeUser,
    enrol: Callable[[User], str],
    clock: FrozenClock,
) -> None:
    """Without a code, with a wrong one or with one already used, no token is given."""
    user = make_user()
    secret = enrol(user)
    with pytest.raises(CodeRequired):
        tokens.issue(address_of(user), PASSWORD, code=None, address="a")
    with pytest.raises(CodeRefused):
        tokens.issue(address_of(user), PASSWORD, code="000000", address="a")
    code = code_at(secret, clock.now)
    tokens.issue(address_of(user), PASSWORD, code=code, address="a")
    with pytest.raises(CodeRefused):
        tokens.issue(address_of(user), PASSWORD, code=code, address="a")


def test_the_limits_of_signing_in_count_here_too(tokens: TokenService, make_user: MakeUser) -> None:
    """The API is no way around the lock of an account."""
    user = make_user()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            tokens.issue(address_of(user), "wrong password", code=None, address="a")
    with pytest.raises(TooManyAttempts):
        tokens.issue(address_of(user), PASSWORD, code=None, address="a")


def test_tokens_are_not_kept(
    tokens: TokenService, make_user: MakeUser, web_engine: Engine, clock: FrozenClock
) -> None:
    """The database holds digests only; expired ones are purged."""
    pair = tokens.issue(address_of(make_user()), PASSWORD, code=None, address="a")
    with reading(web_engine) as connection:
        text = str(connection.exec_driver_sql("SELECT * FROM web_tokens").all())
    assert pair.access not in text
    assert pair.refresh not in text
    clock.forward(days=1)
    with transaction(web_engine) as connection:
        assert TokenStore(connection).purge(at=clock.now) == 1


_REFRESH = """
import sys
from datetime import UTC, datetime
import svcs
from comptoir_web.identity.errors import TokenRefused
from comptoir_web.identity.tokens import TokenService
from comptoir_web.settings import Settings
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine

engine = create_engine(sys.argv[1])
now = datetime(2026, 1, 5, tzinfo=UTC)
registry = build_registry(Settings(), engine=engine, clock=lambda: now)
tokens = svcs.Container(registry).get(TokenService)
print("ready", flush=True)
sys.stdin.readline()
try:
    tokens.refresh(sys.argv[2], address="a")
    print(1)
except TokenRefused:
    print(0)
engine.dispose()
"""


def test_processes_at_once_use_a_refresh_token_once(engine: Engine, database_url: str) -> None:
    """Of processes that send the same refresh token, one at most gets a pair: on both databases."""
    upgrade(engine, ALL_MIGRATIONS)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    with transaction(engine) as connection:
        user, _ = UserStore(connection).add(
            email="client@example.com", name="A client", role=Role.CLIENT, at=now
        )
        pair = TokenStore(connection).add(user.id, "f" * 32, at=now)
    with children(4, _REFRESH, database_url, pair.refresh) as started:
        assert [child.line() for child in started] == ["ready"] * 4
        for child in started:
            child.tell()
        printed = sorted(child.finish().strip() for child in started)
    assert printed == ["0", "0", "0", "1"]
    with reading(engine) as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM web_tokens WHERE revoked_at IS NULL"
        ).scalar_one()
    assert left == 0
