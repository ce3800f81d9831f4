"""The audit log: who did what, kept with the change it tells of, never changed after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import svcs
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from testkit.pages import PASSWORD, FrozenClock, address_of, code_at

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.errors import (
    CodeRefused,
    LinkProblem,
    SignInRefused,
    TokenRefused,
    TooManyAttempts,
)
from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.tokens import TokenService
from comptoir_web.identity.users import User
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import transaction
from shared_kernel.migrations import upgrade

MakeUser = Callable[..., User]


def lines(identity: IdentityService, user: User) -> list[str]:
    """The actions recorded about an account, the oldest first."""
    return [entry.action for entry in identity.audit(user_id=user.id).entries][::-1]


def test_a_life_is_recorded(
    container: svcs.Container,
    identity: IdentityService,
    make_user: MakeUser,
    clock: FrozenClock,
) -> None:
    """Everything that happens to an account leaves its line, in order."""
    sign_in, tokens = container.get(SignInService), container.get(TokenService)
    factor = container.get(SecondFactorService)
    user = make_user()
    with pytest.raises(SignInRefused):
        sign_in.sign_in(address_of(user), "wrong password", address="192.0.2.1", agent="")
    opened = sign_in.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    identity.change_password(
        user.id,
        PASSWORD,
        "another phrase entirely",
        keep_session=opened.session.id,
        address="192.0.2.1",
    )
    secret = factor.begin(user.id).secret
    codes = factor.confirm(user.id, code_at(secret, clock.now), address="192.0.2.1")
    pending = sign_in.sign_in(address_of(user), "another phrase entirely", address="a", agent="")
    with pytest.raises(CodeRefused):
        sign_in.second_step(pending.token, "000000", address="a", agent="")
    opened = sign_in.second_step(pending.token, codes[0], address="a", agent="")
    sign_in.sign_out(opened.token, address="a")
    pair = tokens.issue(address_of(user), "another phrase entirely", code=codes[1], address="a")
    tokens.refresh(pair.refresh, address="a")
    with pytest.raises(TokenRefused):
        tokens.refresh(pair.refresh, address="a")
    identity.change_role(user.id, "staff")
    identity.send_link(user.id)
    identity.disable(user.id)
    identity.enable(user.id)
    assert lines(identity, user) == [
        "user.created",
        "sign_in.failed",
        "sign_in.done",
        "password.changed",
        "second_factor.added",
        "sign_in.code_failed",
        "sign_in.recovery_code_used",
        "sign_in.done",
        "sign_in.signed_out",
        "sign_in.recovery_code_used",
        "token.issued",
        "token.reused",
        "user.role_changed",
        "link.sent",
        "user.disabled",
        "user.enabled",
    ]


def test_a_line_says_who_about_whom_and_from_where(
    signed_in_client: Callable[..., FlaskClient], identity: IdentityService, make_user: MakeUser
) -> None:
    """The actor is the administrator, the subject the account, the detail the roles."""
    signed_in_client(Role.ADMIN)
    admin, user = identity.user_by_email("admin@example.com"), make_user()
    assert admin is not None
    identity.change_role(user.id, "merchant", actor=admin.id)
    entry = identity.audit(action="user.role_changed").entries[0]
    assert (entry.actor_id, entry.subject_id) == (admin.id, user.id)
    assert entry.detail == {"before": "client", "after": "merchant"}


def test_locks_and_refused_links_are_recorded(
    container: svcs.Container, identity: IdentityService, make_user: MakeUser, client: FlaskClient
) -> None:
    """What an attack leaves behind: locked sign-ins and links that are not ours."""
    service, user = container.get(SignInService), make_user()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            service.sign_in(address_of(user), "wrong password", address="192.0.2.1", agent="")
    with pytest.raises(TooManyAttempts):
        service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    client.get("/plateforme/lien/forged")
    assert identity.audit(action="sign_in.locked").entries[0].address == "192.0.2.1"
    refused = identity.audit(action="link.refused").entries[0]
    assert refused.detail == {"problem": LinkProblem.FORGED.value}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE web_audit SET action = 'x'",
        "DELETE FROM web_audit",
        "DELETE FROM web_audit WHERE id = 1",
    ],
)
def test_nobody_changes_the_log(engine: Engine, statement: str) -> None:
    """The database itself refuses an update and a deletion, on SQLite and on PostgreSQL."""
    upgrade(engine, ALL_MIGRATIONS)
    with transaction(engine) as connection:
        AuditLog(connection).add(Action.SIGNED_IN, at=datetime(2026, 1, 5, tzinfo=UTC))
    with (
        pytest.raises(DBAPIError, match="append only"),
        transaction(engine) as connection,
    ):
        connection.exec_driver_sql(statement)
    with transaction(engine) as connection:
        page = AuditLog(connection).page()
        assert [entry.action for entry in page.entries] == ["sign_in.done"]


def test_a_line_is_kept_with_its_change_or_not_at_all(
    identity: IdentityService, make_user: MakeUser, web_engine: Engine
) -> None:
    """When the line cannot be written, the change is undone: nothing happens in silence."""
    user = make_user()
    with web_engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_line BEFORE INSERT ON web_audit "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    with pytest.raises(DBAPIError):
        identity.change_role(user.id, "admin")
    assert identity.user(user.id).role is Role.CLIENT


def test_erasing_an_account_keeps_its_lines(identity: IdentityService, make_user: MakeUser) -> None:
    """The log keeps the opaque id; nothing in it names the person."""
    user = make_user(name="Quelqu’un de précis")
    identity.erase(user.id)
    page = identity.audit(user_id=user.id)
    assert [entry.action for entry in page.entries] == ["user.created"]
    assert "précis" not in str(page)
    assert "client@example.com" not in str(page)


def test_the_log_is_read_page_by_page(
    signed_in_client: Callable[..., FlaskClient], identity: IdentityService, make_user: MakeUser
) -> None:
    """The page shows the newest lines, filtered by account and action through the address."""
    admin = signed_in_client(Role.ADMIN)
    users = [make_user(email=f"c{n}@example.com", name=f"Client {n}") for n in range(60)]
    first = admin.get("/plateforme/admin/journal").text
    assert "Client 59" in first
    assert "Client 1<" not in first
    second = admin.get("/plateforme/admin/journal?page=2").text
    assert "Client 1<" in second
    about = admin.get(f"/plateforme/admin/journal?user={users[3].id}").text
    assert "Client 3<" in about
    assert "Client 4<" not in about
    created = admin.get("/plateforme/admin/journal?action=user.created").text
    assert "60" not in created.split("<table")[0] or "lignes" in created
    assert admin.get("/plateforme/admin/journal?action=nonsense&user=nonsense").status_code == 200
