"""Python children of a test: real processes that race, die by `kill -9`, or run out of disk.

They are forked from a process that has imported what they need: see `testkit.nursery`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import inspect
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from testkit import nursery

TIMEOUT_S = 60.0
GRACE_S = 10.0


class Child:
    """A Python process that runs a piece of code; it tells its test things line by line."""

    def __init__(self, code: str, arguments: Sequence[str]) -> None:
        request = {
            "code": code,
            "arguments": arguments,
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
        }
        self._control, control = socket.socketpair()
        child_input, own_input = os.pipe()
        own_output, child_output = os.pipe()
        self._input = os.fdopen(own_input, "w")
        self._output = os.fdopen(own_output)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- `close` does
        given = (control.fileno(), child_input, child_output, self._errors.fileno())
        try:
            socket.send_fds(_nursery(), [b"\0"], given)
        finally:
            control.close()
            os.close(child_input)
            os.close(child_output)
        self._control.sendall(json.dumps(request).encode() + b"\n")
        self.pid = self._number()
        """The process's id."""
        self._code: int | None = None

    def line(self) -> str:
        """The next line that the child prints; fails with its errors where it ended instead."""
        line = self._output.readline()
        if not line:
            raise AssertionError(f"the child ended: {self._said_wrong()}")
        return line.rstrip("\n")

    def tell(self, line: str = "") -> None:
        """Writes a line to the child's standard input."""
        self._input.write(line + "\n")
        self._input.flush()

    def kill(self) -> None:
        """`kill -9`, and waits for the end."""
        self._signal(signal.SIGKILL)
        self._ends_within(TIMEOUT_S)

    def finish(self) -> str:
        """Waits for the child and gives what it still printed; fails when it failed."""
        deadline = time.monotonic() + TIMEOUT_S
        late = threading.Timer(TIMEOUT_S, self._signal, [signal.SIGKILL])
        late.start()
        try:
            self._input.close()
            output = self._output.read()
        finally:
            late.cancel()
        if not self._ends_within(max(deadline - time.monotonic(), 1)):
            raise AssertionError(f"the child did not end within {TIMEOUT_S:g} s")
        if self._code != 0:
            raise AssertionError(f"the child ended with {self._code}: {self._said_wrong()}")
        return output

    def close(self) -> None:
        """End the process by its id if it lives, asked first, and close what leads to it."""
        try:
            if not self._ends_within(0):
                self._signal(signal.SIGTERM)
                if not self._ends_within(GRACE_S):
                    self.kill()
        finally:
            with contextlib.suppress(BrokenPipeError):
                self._input.close()
            for stream in (self._output, self._errors, self._control):
                stream.close()

    def _number(self) -> int:
        packed = self._control.recv(nursery.NUMBER.size)
        if not packed:
            raise AssertionError("the process that makes the children has ended")
        number: int = nursery.NUMBER.unpack(packed)[0]
        return number

    def _ends_within(self, timeout_s: float) -> bool:
        if self._code is None and select.select([self._control], [], [], timeout_s)[0]:
            self._code = self._number()
        return self._code is not None

    def _signal(self, number: signal.Signals) -> None:
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _said_wrong(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")


@functools.cache
def _nursery() -> socket.socket:
    """Start the process that the children come from; it ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        # By its text, as a child is run: no folder of the tests is where a child imports from.
        process = subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-c", inspect.getsource(nursery)),
                str(theirs.fileno()),
            ],
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait(GRACE_S)

    atexit.register(end)
    return ours


@contextlib.contextmanager
def children(count: int, code: str, *arguments: str) -> Iterator[Sequence[Child]]:
    """Start `count` Python processes that run `code` with `sys.argv[1:] = arguments`.

    Warnings are errors in them. Whatever is still alive after the block is ended by its pid.
    """
    with contextlib.ExitStack() as stack:
        started = []
        for _ in range(count):
            started.append(Child(textwrap.dedent(code), arguments))
            stack.callback(started[-1].close)
        yield started


@contextlib.contextmanager
def child(code: str, *arguments: str) -> Iterator[Child]:
    """Start one Python process that runs `code` with `sys.argv[1:] = arguments`."""
    with children(1, code, *arguments) as (one,):
        yield one
