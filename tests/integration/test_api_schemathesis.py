"""schemathesis, and a body of ten megabytes, against the API as it is served."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import svcs
from sqlalchemy import Engine
from testkit.freight import give_container, give_tariff
from testkit.pages import PASSWORD, code_at
from testkit.processes import server

from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.tokens import TokenService
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from shared_kernel.migrations import upgrade

RUN = """
import ast, sys, threading

# Python 3.11 may break when two threads parse: "AST constructor recursion depth mismatch".
alone, parse = threading.RLock(), ast.parse

def parse_alone(*given, **named):
    with alone:
        return parse(*given, **named)

ast.parse = parse_alone

from schemathesis.cli import schemathesis
sys.exit(schemathesis())
"""

# What a schema cannot say (a fee in the currency of the loan, an address that has an account, the
# version that is saved) is refused by 401, 403, 404, 409, 412, 422 or 428: a request that is valid
# by the schema is never answered by another refusal, 400 in particular.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "428", "429"]
"""


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of the served application, on a database of its own."""
    return {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": database_url,
        "COMPTOIR_FILES": str(tmp_path / "files"),
        "COMPTOIR_RATE_LIMIT": "1000000 per minute",
        "COMPTOIR_ALLOWED_HOSTS": "127.0.0.1",
    }


@pytest.fixture
def tokens(environment: dict[str, str], engine: Engine) -> dict[Role, str]:
    """An access token of each role the API serves, on the migrated database, with some freight."""
    upgrade(engine, ALL_MIGRATIONS)
    registry = build_registry(Settings.from_environ(environment), engine=engine)
    found = {}
    with svcs.Container(registry) as container:
        give_container(container)
        give_tariff(container)
        for role in (Role.CLIENT, Role.MERCHANT, Role.ADMIN):
            email = f"{role.value}@example.com"
            user = container.get(IdentityService).create_user(
                email=email, name=f"A {role.value}", role=role.value, password=PASSWORD
            )
            # A recovery code: the authenticator's of this moment served to enrol.
            codes = _enrolled(container, user.id) if role is Role.ADMIN else (None,)
            issued = container.get(TokenService).issue(
                email, PASSWORD, code=codes[0], address="127.0.0.1"
            )
            assert issued.access_expires_at > datetime.now(UTC)
            found[role] = issued.access
    registry.close()
    return found


def _enrolled(container: svcs.Container, user_id: str) -> tuple[str, ...]:
    """Recovery codes of an account that has just been given a second factor."""
    factor: SecondFactorService = container.get(SecondFactorService)
    secret = factor.begin(user_id).secret
    code = code_at(secret, datetime.now(UTC))
    return tuple(factor.confirm(user_id, code, address="127.0.0.1"))


@pytest.fixture
def port(environment: dict[str, str], tokens: dict[Role, str], tmp_path: Path) -> Iterator[int]:
    """The port on which granian serves the application."""
    assert tokens  # the database is ready

    def command(port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
            *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4"),
            "comptoir_web.app:create_app",
        ]

    with server("granian", command, folder=tmp_path, environment=environment) as running:
        yield running


# What is asked of one role: of which role, what selects it, and how many operations that is.
PARTS = {
    "the rest": (Role.CLIENT, ("--exclude-path-regex", "^/api/v1/(admin/)?freight/"), 28),
    "freight of merchants": (Role.MERCHANT, ("--include-path-regex", "^/api/v1/freight/"), 15),
    "freight of administrators": (
        Role.ADMIN,
        ("--include-path-regex", "^/api/v1/admin/freight/"),
        25,
    ),
}

# Each kind of case once. Every boundary of every parameter is tried on PostgreSQL, which refuses
# more (a number out of its range, a text with a nought in it) and so breaks sooner; what is drawn,
# and the sequences that create, read and delete, on SQLite.
PHASES = {"postgresql": "coverage", "sqlite": "examples,fuzzing,stateful"}


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("part", PARTS)
def test_schemathesis_finds_nothing(
    part: str, port: int, tokens: dict[Role, str], database_url: str, tmp_path: Path
) -> None:
    """No 500, no status, type or header that the document does not tell, no answer out of schema,
    no wrong input accepted, no refusal of the token ignored, nothing alive after its deletion.
    """
    role, selected, count = PARTS[part]
    phases = PHASES["sqlite" if database_url.startswith("sqlite") else "postgresql"]
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    done = subprocess.run(
        [
            *(sys.executable, "-c", RUN, "--config-file", str(configuration), "run"),
            f"http://127.0.0.1:{port}/api/v1/openapi.json",
            *selected,
            *("--phases", phases, "--header", f"Authorization: Bearer {tokens[role]}"),
            *("--max-examples", "8", "--seed", "20251209", "--workers", "2", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    log = (tmp_path / "granian.log").read_text(errors="replace")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log[-4000:]}"
    assert f"Selected: {count}/" in done.stdout, done.stdout
    # Every endpoint but those that sign in was reached past its guard.
    unreached = done.stdout.partition("Authentication failed: ")[2].partition(" operation")[0]
    assert unreached in {"", "1", "2"}, done.stdout


def test_ten_megabytes_are_refused_by_the_server(port: int, tokens: dict[Role, str]) -> None:
    """A client that sends ten megabytes reads 413 as a problem, and the server goes on."""
    for _ in range(2):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(
                "POST",
                "/api/v1/loans/schedule",
                body=b"[" + b" " * 10_000_000 + b"]",
                headers={
                    "Authorization": f"Bearer {tokens[Role.CLIENT]}",
                    "Content-Type": "application/json",
                },
            )
            answer = connection.getresponse()
            assert answer.status == 413
            assert answer.headers.get_content_type() == "application/problem+json"
        finally:
            connection.close()
