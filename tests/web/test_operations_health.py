"""Health: alive touches nothing, ready checks what is needed, details are for few."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from comptoir_web.app import close_app, create_app
from comptoir_web.operations.callers import may_see_details
from comptoir_web.settings import Secret, Settings
from comptoir_web.storage import ALL_MIGRATIONS
from shared_kernel.engine import create_engine
from shared_kernel.migrations import upgrade

STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a token of the tests"
MakeApp = Callable[..., FlaskClient]


@pytest.fixture
def make(settings: Settings) -> Iterator[MakeApp]:
    """Make a client of an application with some settings changed."""
    made: list[Flask] = []

    def make_client(
        *, database_url: Secret | None = None, broker_url: Secret | None = None, token: str = ""
    ) -> FlaskClient:
        changed = evolve(
            settings,
            database_url=database_url or settings.database_url,
            broker_url=broker_url or settings.broker_url,
            metrics_token=Secret(token),
        )
        app = create_app(changed, testing=True)
        made.append(app)
        return app.test_client()

    yield make_client
    for app in made:
        close_app(app)


def test_alive_touches_nothing(make: MakeApp) -> None:
    """With a database and a broker that nobody answers, the process is still alive."""
    client = make(
        database_url=Secret("postgresql://nobody@127.0.0.1:1/none"),
        broker_url=Secret("redis://127.0.0.1:1/0"),
    )
    answer = client.get("/livez", environ_base=STRANGER)
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize("path", ["/readyz", "/health/"])
def test_ready_when_everything_answers(client: FlaskClient, path: str) -> None:
    """A migrated database is enough; this machine sees the details."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "ready": True,
        "checks": {"database": {"ready": True, "detail": "ok"}},
    }


def test_ready_on_both_databases(make: MakeApp, engine: Engine, database_url: str) -> None:
    """Ready once the migrations have run, and not before."""
    client = make(database_url=Secret(database_url))
    assert client.get("/readyz").status_code == 503
    upgrade(engine, ALL_MIGRATIONS)
    assert client.get("/readyz").status_code == 200


def test_a_database_without_tables_is_not_ready(make: MakeApp) -> None:
    """503, with the command that mends it; the file is not made by asking."""
    answer = make().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "comptoir db upgrade" in answer.json["checks"]["database"]["detail"]


def test_a_database_newer_than_the_code_is_not_ready(make: MakeApp, tmp_path: Path) -> None:
    """503 when another version has migrated the tables further."""
    client = make()
    engine = create_engine(f"sqlite:///{tmp_path / 'web.sqlite3'}")
    upgrade(engine, ALL_MIGRATIONS)
    engine.dispose()
    connection = sqlite3.connect(tmp_path / "web.sqlite3")
    with connection:
        connection.execute("UPDATE web_schema_version SET version_num = '9999'")
    connection.close()
    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_away_is_not_ready(make: MakeApp) -> None:
    """503 within seconds, without the address or the password of the database."""
    client = make(database_url=Secret("postgresql://till:hunter2@127.0.0.1:1/none"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "hunter2" not in answer.text


def test_the_broker_counts_when_it_is_set(
    make: MakeApp, web_engine: Engine, redis_url: str
) -> None:
    """A broker that answers is ready; one that does not makes 503, its password hidden."""
    ready = make(broker_url=Secret(redis_url)).get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["checks"]["broker"] == {"ready": True, "detail": "ok"}
    away = make(broker_url=Secret("redis://:hunter2@127.0.0.1:1/0")).get("/readyz")
    assert away.status_code == 503
    assert away.json is not None
    assert away.json["checks"]["database"]["ready"] is True
    assert away.json["checks"]["broker"]["ready"] is False
    assert "hunter2" not in away.text


def test_strangers_learn_no_detail(client: FlaskClient) -> None:
    """From elsewhere the answer is whether it is ready, and nothing more."""
    answer = client.get("/readyz", environ_base=STRANGER)
    assert answer.json == {"ready": True}


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto", "Via"]
)
def test_a_proxy_on_this_machine_is_a_stranger(client: FlaskClient, header: str) -> None:
    """What was forwarded came from elsewhere, even when the last step was on this machine."""
    answer = client.get("/readyz", headers={header: "203.0.113.9"})
    assert answer.json == {"ready": True}


def test_the_token_opens_the_details(make: MakeApp, web_engine: Engine) -> None:
    """The right token from anywhere; a wrong one, an empty one or another scheme does not."""
    client = make(token=TOKEN)
    for given, seen in (
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        (f"Bearer {TOKEN}x", False),
        ("Bearer ", False),
        ("Bearer é", False),
        (f"Basic {TOKEN}", False),
    ):
        answer = client.get("/readyz", environ_base=STRANGER, headers={"Authorization": given})
        assert answer.json is not None
        assert ("checks" in answer.json) is seen, given


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("", False),
        ("unix", False),
    ],
)
def test_this_machine_is_its_loopback_alone(address: str, *, local: bool) -> None:
    """Both families and their mixed form; what is no address is a stranger."""
    asked = {"REMOTE_ADDR": address, "HTTP_HOST": "localhost"}
    assert may_see_details(asked, token="") is local


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("shop.example.com", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_this_machine_is_asked_by_its_own_name(
    client: FlaskClient, host: str, *, local: bool
) -> None:
    """A silent proxy of this machine, or a name made to lead here, brings another: a stranger."""
    for path, seen in (("/readyz", b"checks"), ("/metrics", b"comptoir_database_up")):
        assert (seen in client.get(path, headers={"Host": host}).data) is local
