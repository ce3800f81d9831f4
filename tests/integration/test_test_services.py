"""The test services themselves: real servers, fresh databases, clear failures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect
from testkit.processes import ServerStartError, server
from testkit.redis import VARIABLE, redis_binary

from shared_kernel.engine import create_engine


def test_postgres_gives_an_empty_database(postgres_url: str) -> None:
    """A PostgreSQL database of the run answers and holds no table."""
    engine = create_engine(postgres_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_redis_keeps_a_value(redis_url: str) -> None:
    """The redis-server of the run keeps what it is given."""
    import redis

    with redis.Redis.from_url(redis_url) as client:
        assert client.get("key") is None
        client.set("key", "value")
        assert client.get("key") == b"value"


def test_s3_keeps_an_object(s3_url: str, s3_bucket: str) -> None:
    """The S3 of the run keeps an object and gives it back."""
    import boto3  # type: ignore[import-untyped]  # it ships no types

    client = boto3.client("s3", endpoint_url=s3_url)
    client.put_object(Bucket=s3_bucket, Key="a/b", Body=b"bytes")
    answer = client.get_object(Bucket=s3_bucket, Key="a/b")
    with answer["Body"] as body:
        assert body.read() == b"bytes"
    client.close()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A server that ends at once fails with its own last words, and leaves no process."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-c", "import sys; sys.exit('no room for a server')"]

    with (
        pytest.raises(ServerStartError, match="no room for a server"),
        server("broken", command, folder=tmp_path, timeout_s=20),
    ):
        pass


def test_a_server_is_stopped_after_the_block(tmp_path: Path) -> None:
    """The process of a server is gone once its block is left."""
    pid_file = tmp_path / "pid"
    program = (
        "import os, sys, pathlib, socket\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\n"
        "listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
        "while True: listener.accept()\n"
    )

    def command(port: int) -> list[str]:
        return [sys.executable, "-c", program, str(port)]

    with server("listener", command, folder=tmp_path):
        pid = int(pid_file.read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_redis_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that names no program fails with the variable's name."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "missing"))
    with pytest.raises(ServerStartError, match=VARIABLE):
        redis_binary()
