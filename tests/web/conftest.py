"""Fixtures of the web shell: an application with a clock that stands still and mails in a list.

- `settings`, `clock`, `mailer`, `sms`, `files`: what the application is made with; change them in
  a test
- `run_jobs`: runs the jobs that wait
- `app`: the application on a migrated SQLite database of its own (`web_engine`)
- `client`: a client that keeps its cookies; `testkit.pages.post` sends a form with its token
- `make_user(role=...)`: an account with `PASSWORD`; `signed_in_client(role)`: its open client
- `phones`: the service of signing in by phone; `phone_merchant`: who has a phone and nothing else
- `browser`: someone signed in as a client; `owner`: their id
- `api(role)`: a client of the API whose requests carry an access token
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Engine
from testkit.pages import PASSWORD, FrozenClock, code_at, post
from testkit.phones import MERCHANT_PHONE
from testkit.sharing import RememberingHasher

from comptoir_web.app import close_app, create_app
from comptoir_web.files import LocalFiles
from comptoir_web.identity.passwords import Passwords
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.tokens import TokenService
from comptoir_web.identity.users import User
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.mail import MemoryMailer
from comptoir_web.settings import Mode, Secret, Settings
from comptoir_web.sms import MemorySms
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import create_engine
from shared_kernel.migrations import upgrade


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of development, with the protections of production that tests look at."""
    return Settings(
        mode=Mode.DEVELOPMENT,
        secret_key=Secret("a secret key for the tests, of forty chars"),
        allowed_hosts=("localhost", "127.0.0.1"),
        public_url="http://localhost",
        files=str(tmp_path / "files"),
        database_url=Secret(f"sqlite:///{tmp_path / 'web.sqlite3'}"),
        rate_limit="100000 per minute",
    )


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of the application: 5 January 2026, nine o'clock, until the test moves it."""
    return FrozenClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))


@pytest.fixture
def mailer() -> MemoryMailer:
    """The mails that the application sent."""
    return MemoryMailer()


@pytest.fixture
def sms() -> MemorySms:
    """The text messages that the application sent."""
    return MemorySms()


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    """The files of the application."""
    return LocalFiles(tmp_path / "files")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database on which every migration was run, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "web.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    try:
        upgrade(engine, ALL_MIGRATIONS)
    finally:
        engine.dispose()  # the last connection empties the log beside the file
    return path


@pytest.fixture
def web_engine(settings: Settings, migrated_file: Path) -> Iterator[Engine]:
    """The application's database, migrated."""
    url = settings.database_url.value
    shutil.copyfile(migrated_file, url.removeprefix("sqlite:///"))
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """The templates that an application of the run compiled, for the next one."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def hasher() -> RememberingHasher:
    """The site's argon2, which works once for each password of the run."""
    return RememberingHasher(Passwords().hasher)


@pytest.fixture
def app(
    settings: Settings,
    web_engine: Engine,
    clock: FrozenClock,
    mailer: MemoryMailer,
    sms: MemorySms,
    files: LocalFiles,
    compiled_templates: BytecodeCache,
    hasher: RememberingHasher,
) -> Iterator[Flask]:
    """The application."""
    made = create_app(
        settings,
        engine=web_engine,
        clock=clock,
        mailer=mailer,
        sms=sms,
        files=files,
        testing=True,
    )
    made.jinja_env.bytecode_cache = compiled_templates
    with svcs.Container(svcs.flask.get_registry(made)) as services:
        services.get(IdentityService).passwords.hasher = hasher  # the sign-in's as well
    try:
        yield made
    finally:
        close_app(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that keeps its cookies."""
    return app.test_client()


@pytest.fixture
def container(app: Flask) -> Iterator[svcs.Container]:
    """The services of the application, outside a request."""
    with svcs.Container(svcs.flask.get_registry(app)) as made:
        yield made


@pytest.fixture
def identity(container: svcs.Container) -> IdentityService:
    """The service of the accounts."""
    return container.get(IdentityService)


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """Run the jobs that wait."""

    def run() -> None:
        runner = JobRunner(
            svcs.flask.get_registry(app), handlers=load_handlers(), policy=JobPolicy()
        )
        while runner.run_next():
            pass

    return run


@pytest.fixture
def phones(container: svcs.Container) -> PhoneSignIn:
    """The service of signing in by phone."""
    return container.get(PhoneSignIn)


@pytest.fixture
def phone_merchant(identity: IdentityService) -> User:
    """A merchant who has a phone and nothing else."""
    return identity.create_user(
        email=None, phone=MERCHANT_PHONE, name="A merchant", role="merchant"
    )


MakeUser = Callable[..., User]


@pytest.fixture
def make_user(identity: IdentityService) -> MakeUser:
    """Make an account: `make_user(role=Role.CLIENT, email=..., password=PASSWORD)`."""

    def make(
        *,
        role: Role = Role.CLIENT,
        email: str | None = None,
        name: str | None = None,
        password: str | None = PASSWORD,
    ) -> User:
        return identity.create_user(
            email=email or f"{role.value}@example.com",
            name=name or f"A {role.value}",
            role=role.value,
            password=password,
        )

    return make


@pytest.fixture
def enrol(container: svcs.Container, clock: FrozenClock) -> Callable[[User], str]:
    """Give an account a second factor; answers its secret. The present code stays unused."""

    def do(user: User) -> str:
        service = container.get(SecondFactorService)
        secret = service.begin(user.id).secret
        service.confirm(user.id, code_at(secret, clock.now), address="127.0.0.1")
        clock.forward(seconds=60)
        return secret

    return do


@pytest.fixture
def signed_in_client(
    app: Flask,
    make_user: MakeUser,
    enrol: Callable[[User], str],
    identity: IdentityService,
    clock: FrozenClock,
) -> Callable[..., FlaskClient]:
    """A client signed in as an account of that role, made if needed."""
    secrets: dict[str, str] = {}

    def sign_in(role: Role = Role.CLIENT, *, email: str | None = None) -> FlaskClient:
        email = email or f"{role.value}@example.com"
        user = identity.user_by_email(email) or make_user(role=role, email=email)
        if role is Role.ADMIN and not user.second_factor:
            secrets[email] = enrol(user)
        browser = app.test_client()
        answer = post(browser, "/plateforme/connexion", {"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        if email in secrets:
            clock.forward(seconds=60)
            code = code_at(secrets[email], clock.now)
            answer = post(browser, "/plateforme/connexion/code", {"code": code})
            assert answer.status_code == 303, answer.text
        return browser

    return sign_in


@pytest.fixture
def api(
    app: Flask,
    container: svcs.Container,
    make_user: MakeUser,
    enrol: Callable[[User], str],
    identity: IdentityService,
    clock: FrozenClock,
) -> Callable[..., FlaskClient]:
    """A client of the API whose every request carries an access token: `api(Role.ADMIN)`."""

    def with_token(role: Role = Role.CLIENT, *, email: str | None = None) -> FlaskClient:
        email = email or f"{role.value}@example.com"
        user = identity.user_by_email(email) or make_user(role=role, email=email)
        secret = enrol(user) if role is Role.ADMIN else None
        code = None if secret is None else code_at(secret, clock.now)
        tokens = container.get(TokenService).issue(email, PASSWORD, code=code, address="127.0.0.1")
        program = app.test_client()
        program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access}"
        return program

    return with_token


@pytest.fixture
def browser(signed_in_client: Callable[..., FlaskClient]) -> FlaskClient:
    """Someone signed in as a client; a module whose day is another one makes its own."""
    return signed_in_client()


@pytest.fixture
def owner(browser: FlaskClient, identity: IdentityService) -> str:
    """The id of whoever `browser` is signed in as."""
    found = identity.user_by_email("client@example.com")
    assert found is not None
    return found.id
