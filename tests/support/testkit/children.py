"""Python children of a test: real processes that race, die by `kill -9`, or run out of disk."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence

from testkit.processes import stop

TIMEOUT_S = 60.0


class Child:
    """A Python process that runs a piece of code; it tells its test things line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line that the child prints; fails with its errors where it ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"the child ended: {self.process.stderr.read()}")
        return line.rstrip("\n")

    def tell(self, line: str = "") -> None:
        """Writes a line to the child's standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """`kill -9`, and waits for the end."""
        self.process.kill()
        self.process.wait(TIMEOUT_S)

    def finish(self) -> str:
        """Waits for the child and gives what it still printed; fails when it failed."""
        output, errors = self.process.communicate(timeout=TIMEOUT_S)
        if self.process.returncode != 0:
            raise AssertionError(f"the child ended with {self.process.returncode}: {errors}")
        return output


@contextlib.contextmanager
def children(count: int, code: str, *arguments: str) -> Iterator[Sequence[Child]]:
    """Start `count` Python processes that run `code` with `sys.argv[1:] = arguments`.

    Whatever is still alive after the block is ended by its pid.
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments]
    started: list[Child] = []
    try:
        for _ in range(count):
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.append(Child(process))
        yield started
    finally:
        for child in started:
            stop(child.process)
            for stream in (child.process.stdin, child.process.stdout, child.process.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()


@contextlib.contextmanager
def child(code: str, *arguments: str) -> Iterator[Child]:
    """Start one Python process that runs `code` with `sys.argv[1:] = arguments`."""
    with children(1, code, *arguments) as (one,):
        yield one
