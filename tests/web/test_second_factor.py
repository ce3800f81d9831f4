"""The second factor: enrolled once, each code accepted once, recovery codes, limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import svcs
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.children import children
from testkit.pages import PASSWORD, FrozenClock, address_of, code_at, post

from comptoir_web.identity.errors import CodeRefused, SignInExpired, TooManyAttempts
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.limits import FOREVER
from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import RECOVERY_CODES, SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.users import User
from comptoir_web.settings import Secret, Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from shared_kernel.engine import reading
from shared_kernel.migrations import upgrade

SIGN_IN = "/plateforme/connexion"
CODE = "/plateforme/connexion/code"
ENROL = "/plateforme/compte/second-facteur/"
MakeUser = Callable[..., User]
Enrol = Callable[[User], str]


@pytest.fixture
def service(container: svcs.Container) -> SignInService:
    """The service of sessions."""
    return container.get(SignInService)


@pytest.fixture
def factor(container: svcs.Container) -> SecondFactorService:
    """The service of the second factor."""
    return container.get(SecondFactorService)


def pending(service: SignInService, user: User) -> str:
    """A sign-in whose password was accepted."""
    opened = service.sign_in(address_of(user), PASSWORD, address="192.0.2.1", agent="")
    assert opened.awaits_code
    return opened.token


def test_the_password_alone_opens_nothing(
    client: FlaskClient, make_user: MakeUser, enrol: Enrol
) -> None:
    """With a second factor, the right password leads to the code's page and to nothing else."""
    enrol(make_user())
    answer = post(client, SIGN_IN, {"email": "client@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == CODE
    assert client.get_cookie("comptoir_session") is None
    assert client.get("/plateforme/compte/").status_code == 303
    cookie = client.get_cookie("comptoir_sign_in")
    assert cookie is not None
    client.set_cookie("comptoir_session", cookie.value)
    assert client.get("/plateforme/compte/").status_code == 303


def test_the_code_opens_the_session_and_rotates_it(
    client: FlaskClient, make_user: MakeUser, enrol: Enrol, clock: FrozenClock
) -> None:
    """The session after the code has another token than the pending sign-in, which is over."""
    secret = enrol(make_user())
    post(client, SIGN_IN, {"email": "client@example.com", "password": PASSWORD})
    before = client.get_cookie("comptoir_sign_in")
    answer = post(client, CODE, {"code": code_at(secret, clock.now)})
    assert answer.status_code == 303
    assert client.get("/plateforme/compte/").status_code == 200
    after = client.get_cookie("comptoir_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert client.get_cookie("comptoir_sign_in") is None
    client.set_cookie("comptoir_sign_in", before.value)
    client.delete_cookie("comptoir_session")
    assert client.get(CODE).status_code == 303


def test_a_code_is_accepted_once(
    service: SignInService, make_user: MakeUser, enrol: Enrol, clock: FrozenClock
) -> None:
    """The same code a second time is refused, in the same step and in the next."""
    user = make_user()
    code = code_at(enrol(user), clock.now)
    service.second_step(pending(service, user), code, address="a", agent="")
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), code, address="a", agent="")
    clock.forward(seconds=30)
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), code, address="a", agent="")


def test_the_code_of_the_enrolment_is_used_up(
    service: SignInService, factor: SecondFactorService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """The first code, seen over a shoulder while enrolling, does not sign anybody in."""
    user = make_user()
    code = code_at(factor.begin(user.id).secret, clock.now)
    factor.confirm(user.id, code, address="a")
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), code, address="a", agent="")


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_code_is_good_one_step_around(
    service: SignInService,
    make_user: MakeUser,
    enrol: Enrol,
    clock: FrozenClock,
    seconds: int,
    good: bool,
) -> None:
    """A clock half a minute off is tolerated on both sides, a minute off is not."""
    user = make_user()
    secret = enrol(user)
    clock.forward(minutes=10)
    token = pending(service, user)
    now = clock.now
    clock.forward(seconds=seconds)
    code = code_at(secret, clock.now)
    clock.now = now
    if good:
        service.second_step(token, code, address="a", agent="")
    else:
        with pytest.raises(CodeRefused):
            service.second_step(token, code, address="a", agent="")


def test_an_earlier_code_is_refused_after_a_later_one(
    service: SignInService, make_user: MakeUser, enrol: Enrol, clock: FrozenClock
) -> None:
    """Once a step was used, the code of the step before is worth nothing."""
    user = make_user()
    secret = enrol(user)
    clock.forward(minutes=10)
    earlier = code_at(secret, clock.now)
    clock.forward(seconds=30)
    service.second_step(pending(service, user), code_at(secret, clock.now), address="a", agent="")
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), earlier, address="a", agent="")


def test_five_wrong_codes_end_the_pending_sign_in(
    service: SignInService, make_user: MakeUser, enrol: Enrol, clock: FrozenClock
) -> None:
    """Guessing is bound to the pending sign-in: after five, the password is asked again."""
    user = make_user()
    secret = enrol(user)
    token = pending(service, user)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            service.second_step(token, "000000", address="a", agent="")
    with pytest.raises(SignInExpired):
        service.second_step(token, code_at(secret, clock.now), address="a", agent="")
    with pytest.raises(TooManyAttempts):
        service.second_step(pending(service, user), "000000", address="a", agent="")
    clock.forward(minutes=2)
    with pytest.raises(SignInExpired):
        service.second_step(token, code_at(secret, clock.now), address="a", agent="")
    opened = service.second_step(
        pending(service, user), code_at(secret, clock.now), address="a", agent=""
    )
    assert opened.user.id == user.id


def test_a_hundred_failures_lock_the_second_factor(
    service: SignInService,
    factor: SecondFactorService,
    make_user: MakeUser,
    enrol: Enrol,
    clock: FrozenClock,
) -> None:
    """However slowly they come, a hundred wrong codes in a row need an administrator."""
    user = make_user()
    secret = enrol(user)
    for _ in range(100):
        with pytest.raises(CodeRefused):
            service.check_code(user, "000000", address="a")
        clock.forward(minutes=16)
    with pytest.raises(TooManyAttempts) as caught:
        service.check_code(user, code_at(secret, clock.now), address="a")
    assert caught.value.until == FOREVER
    clock.forward(days=400)
    with pytest.raises(TooManyAttempts):
        service.check_code(user, code_at(secret, clock.now), address="a")
    factor.remove(user.id, actor=None)
    enrol(user)


def test_a_pending_sign_in_lasts_ten_minutes(
    service: SignInService, make_user: MakeUser, enrol: Enrol, clock: FrozenClock
) -> None:
    """A code typed after eleven minutes finds nothing to open."""
    user = make_user()
    secret = enrol(user)
    token = pending(service, user)
    clock.forward(minutes=11)
    with pytest.raises(SignInExpired):
        service.second_step(token, code_at(secret, clock.now), address="a", agent="")


def test_recovery_codes_open_once_each(
    service: SignInService, factor: SecondFactorService, make_user: MakeUser, clock: FrozenClock
) -> None:
    """Ten codes replace the phone, once each, typed with or without dashes, in any case."""
    user = make_user()
    codes = factor.confirm(user.id, code_at(factor.begin(user.id).secret, clock.now), address="a")
    assert len(set(codes)) == RECOVERY_CODES
    service.second_step(
        pending(service, user), codes[0].replace("-", " ").lower(), address="a", agent=""
    )
    assert factor.codes_left(user.id) == RECOVERY_CODES - 1
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), codes[0], address="a", agent="")
    new = factor.renew_codes(user.id, address="a")
    with pytest.raises(CodeRefused):
        service.second_step(pending(service, user), codes[1], address="a", agent="")
    service.second_step(pending(service, user), new[0], address="a", agent="")


def test_nothing_secret_is_stored_in_clear(
    factor: SecondFactorService, make_user: MakeUser, clock: FrozenClock, web_engine: Engine
) -> None:
    """Neither the secret of the factor nor a recovery code can be read in the database."""
    user = make_user()
    secret = factor.begin(user.id).secret
    codes = factor.confirm(user.id, code_at(secret, clock.now), address="a")
    with reading(web_engine) as connection:
        text = "".join(
            str(row)
            for table in ("web_users", "web_recovery_codes", "web_audit")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )
    assert secret not in text
    assert not any(code in text or code.replace("-", "") in text for code in codes)


def test_another_secret_key_reads_no_secret(
    factor: SecondFactorService,
    service: SignInService,
    make_user: MakeUser,
    clock: FrozenClock,
) -> None:
    """After a change of the secret key codes are refused; recovery codes still open."""
    user = make_user()
    secret = factor.begin(user.id).secret
    codes = factor.confirm(user.id, code_at(secret, clock.now), address="a")
    clock.forward(minutes=1)
    other = evolve(factor, keys=Keys(Secret("another secret key, as long as the first")))
    moved = evolve(service, second_factor=other)
    with pytest.raises(CodeRefused):
        moved.second_step(pending(moved, user), code_at(secret, clock.now), address="a", agent="")
    moved.second_step(pending(moved, user), codes[0], address="a", agent="")


def test_an_administrator_without_it_reaches_only_the_enrolment(
    client: FlaskClient, make_user: MakeUser, clock: FrozenClock
) -> None:
    """Every page sends an administrator without second factor to add one; then all open."""
    make_user(role=Role.ADMIN)
    post(client, SIGN_IN, {"email": "admin@example.com", "password": PASSWORD})
    for page in ("/plateforme/admin/utilisateurs", "/plateforme/compte/", "/plateforme/prets/"):
        answer = client.get(page)
        assert (answer.status_code, answer.headers.get("Location")) == (303, ENROL), page
    before = client.get_cookie("comptoir_session")
    page_text = client.get(ENROL).text
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page_text)
    assert found is not None
    secret = found[1].replace(" ", "")
    answer = post(client, ENROL, {"code": code_at(secret, clock.now)})
    assert answer.status_code == 200
    assert len(re.findall(r"<li><code>[A-Z2-7]{4}(-[A-Z2-7]{4}){3}</code>", answer.text)) == 10
    assert client.get("/plateforme/admin/utilisateurs").status_code == 200
    after = client.get_cookie("comptoir_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_the_requirement_can_be_switched_off(
    app: Flask, client: FlaskClient, make_user: MakeUser, settings: Settings
) -> None:
    """The demand on administrators follows the setting."""
    svcs.flask.get_registry(app).register_value(Settings, evolve(settings, require_admin_2fa=False))
    make_user(role=Role.ADMIN)
    post(client, SIGN_IN, {"email": "admin@example.com", "password": PASSWORD})
    assert client.get("/plateforme/admin/utilisateurs").status_code == 200


def test_a_session_left_open_cannot_replace_the_factor(
    client: FlaskClient,
    make_user: MakeUser,
    enrol: Enrol,
    clock: FrozenClock,
) -> None:
    """An account that has a factor is offered no other; taking it away asks for the password."""
    secret = enrol(make_user())
    post(client, SIGN_IN, {"email": "client@example.com", "password": PASSWORD})
    post(client, CODE, {"code": code_at(secret, clock.now)})
    assert client.get(ENROL).headers["Location"] == "/plateforme/compte/"
    answer = post(client, f"{ENROL}retirer", {"current": "not the password"})
    assert answer.status_code == 422
    assert post(client, f"{ENROL}retirer", {"current": PASSWORD}).status_code == 303
    assert client.get(ENROL).status_code == 200


def test_the_qr_code_obeys_the_policy(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """The picture is inline SVG drawn by attributes: no style, no script, no data address."""
    page = signed_in_client().get(ENROL).text
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert "style" not in picture
    assert "script" not in picture
    assert "data:" not in picture


def test_an_account_disabled_between_the_steps_stays_out(
    service: SignInService,
    identity: IdentityService,
    make_user: MakeUser,
    enrol: Enrol,
    clock: FrozenClock,
) -> None:
    """Disabling ends the pending sign-in too."""
    user = make_user()
    secret = enrol(user)
    token = pending(service, user)
    identity.disable(user.id)
    with pytest.raises(SignInExpired):
        service.second_step(token, code_at(secret, clock.now), address="a", agent="")


_CODE = """
import sys
import svcs
from datetime import datetime
from comptoir_web.identity.errors import CodeRefused
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.settings import Settings
from comptoir_web.wiring import build_registry
from shared_kernel.engine import create_engine, transaction

url, user_id, code, now = sys.argv[1:]
now = datetime.fromisoformat(now)
engine = create_engine(url)
factor = svcs.Container(build_registry(Settings(), engine=engine)).get(SecondFactorService)
print("ready", flush=True)
sys.stdin.readline()
try:
    with transaction(engine) as connection:
        factor.accept(connection, user_id, code, at=now)
    print(1)
except CodeRefused:
    print(0)
engine.dispose()
"""


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_processes_at_once_use_a_code_once(engine: Engine, database_url: str, kind: str) -> None:
    """Of processes that send the same code at the same moment, one gets in: on both databases."""
    upgrade(engine, ALL_MIGRATIONS)
    clock = FrozenClock(datetime(2026, 1, 5, tzinfo=UTC))
    with svcs.Container(build_registry(Settings(), engine=engine, clock=clock)) as container:
        user = container.get(IdentityService).create_user(
            email="client@example.com", name="A client", role="client"
        )
        factor = container.get(SecondFactorService)
        secret = factor.begin(user.id).secret
        codes = factor.confirm(user.id, code_at(secret, clock.now), address="a")
    clock.forward(minutes=5)
    code = code_at(secret, clock.now) if kind == "totp" else codes[0]
    arguments = [database_url, user.id, code, clock.now.isoformat()]
    with children(4, _CODE, *arguments) as started:
        assert [child.line() for child in started] == ["ready"] * 4
        for child in started:
            child.tell()
        printed = sorted(child.finish().strip() for child in started)
    assert printed == ["0", "0", "0", "1"]
