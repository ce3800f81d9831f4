"""Server processes of the test run: ours, answering before a test sees them, ended by their pid."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path


class ServerStartError(Exception):
    """A server that the tests need could not start; the message says which, why, and what to do."""


def free_port() -> int:
    """A TCP port of the loopback that nothing listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something accepts a connection on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def server(
    name: str,
    command: Callable[[int], Sequence[str | Path]],
    *,
    folder: Path,
    ready: Callable[[int], bool] = answers,
    timeout_s: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Run a server for the length of the block and give its port.

    Args:
        name: What a message calls the server.
        command: Builds the command line for a port.
        folder: Where the server runs and where its output goes (`<name>.log`).
        ready: Says whether the server on this port answers.
        timeout_s: How long it may take to answer.
        environment: Variables put over those of this process.

    Raises:
        ServerStartError: The server ended, or did not answer in time; the message holds its
            last words.
    """
    log = folder / f"{name}.log"
    # Another process may take the port between the question and the server's own bind.
    for attempt in range(3):
        port = free_port()
        with log.open("wb") as output:
            try:
                process = subprocess.Popen(
                    [os.fspath(part) for part in command(port)],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                )
            except OSError as error:
                raise ServerStartError(f"{name} could not be run: {error}") from error
        try:
            if _wait(process, port, ready, timeout_s):
                yield port
                return
            ended = process.poll()
        finally:
            stop(process)
        if ended is None or attempt == 2:
            why = f"ended with code {ended}" if ended is not None else "did not answer"
            words = log.read_text(errors="replace")[-2000:]
            raise ServerStartError(f"{name} {why} within {timeout_s:g} s; its last words:\n{words}")


def _wait(
    process: subprocess.Popen[bytes], port: int, ready: Callable[[int], bool], timeout_s: float
) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        if ready(port):
            return True
        time.sleep(0.02)
    return False


def stop(
    process: subprocess.Popen[bytes] | subprocess.Popen[str], *, grace_s: float = 10.0
) -> None:
    """End a process that we started: asked first, killed when it does not listen."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
