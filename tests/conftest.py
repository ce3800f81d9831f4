"""Fixtures of the whole tree: real servers, fresh databases.

- `database_url`, `engine`: an empty database; the test runs once on SQLite, once on PostgreSQL
- `sqlite_url`, `postgres_url`: an empty database of that kind only
- `redis_url`: a real redis-server, emptied for the test
- `s3_url`, `s3_bucket`: an S3 endpoint on the loopback, an empty bucket on it

A server starts with the first test that asks for it, once a run (or once a worker of a parallel
run). One that cannot start fails its tests and says why.
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from testkit.postgres import PostgresServer
from testkit.postgres import postgres_server as running_postgres
from testkit.processes import ServerStartError
from testkit.redis import redis_server
from testkit.s3 import CREDENTIALS, s3_server

if TYPE_CHECKING:
    from sqlalchemy import Engine

# A machine that runs a server beside the tests may take its time over an example.
settings.register_profile("comptoir", deadline=None)
settings.load_profile("comptoir")

_numbers = itertools.count(1)

_T = TypeVar("_T")


def _while_running(server: AbstractContextManager[_T]) -> Iterator[_T]:
    failed = ""
    try:
        running = server.__enter__()
    except ServerStartError as failure:
        failed = str(failure)
    if failed:
        # The reason alone: a traceback through the helpers would hide it.
        pytest.fail(failed, pytrace=False)
    try:
        yield running
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL that makes databases: `with postgres_server.database() as url`."""
    yield from _while_running(running_postgres())


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped after the test."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs on SQLite, then on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine of ours on `database_url`."""
    from shared_kernel.engine import create_engine

    made = create_engine(database_url)
    try:
        yield made
    finally:
        made.dispose()


@pytest.fixture(scope="session")
def redis_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the run's redis-server; most tests want `redis_url`, which is empty."""
    yield from _while_running(redis_server(tmp_path_factory.mktemp("redis")))


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """The URL of a real redis-server that holds nothing yet."""
    address = urlsplit(redis_server_url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 5) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        if not connection.recv(64).startswith(b"+OK"):
            pytest.fail("the redis-server of the run refused to be emptied", pytrace=False)
    return redis_server_url


@pytest.fixture(scope="session")
def s3_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The run's S3 endpoint; most tests want `s3_url`, which sets the environment as well."""
    yield from _while_running(s3_server(tmp_path_factory.mktemp("s3")))


@pytest.fixture
def s3_url(s3_server_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An S3 endpoint; keys and region that it accepts stand in the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return s3_server_url


@pytest.fixture
def s3_bucket(s3_url: str) -> str:
    """The name of an empty bucket on `s3_url`."""
    import boto3  # type: ignore[import-untyped]  # it ships no types

    name = f"test-{next(_numbers)}"
    client = boto3.client("s3", endpoint_url=s3_url)
    try:
        client.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": CREDENTIALS["AWS_DEFAULT_REGION"]},
        )
    finally:
        client.close()
    return name
