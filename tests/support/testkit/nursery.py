"""The process that the children of tests are forked from; `testkit.children` starts it and asks.

A Python that imports SQLAlchemy and the web shell takes half a second to start, and a race wants
four of them. This one imports what the code of a child imports, once, and then forks: a child is
there within milliseconds, a process of its own with the arguments, the environment and the folder
that its test gives it, and it ends as any Python does.

Nothing is open here that a child could share: no database, no file, no thread. What a module reads
from the environment while it is imported is what stood there when the first child asked for it.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import signal
import socket
import struct
import sys
import types
from typing import Any, NoReturn

NUMBER = struct.Struct("i")
"""What goes back to the test: the child's id, then how it ended."""


def import_for(code: str) -> None:
    """Import what the code imports first; what cannot be imported is left to the child to tell."""
    for line in ast.parse(code).body:
        if isinstance(line, ast.Import):
            names = [alias.name for alias in line.names]
        elif isinstance(line, ast.ImportFrom) and not line.level and line.module:
            names = [line.module]
        else:
            continue
        for name in names:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def fork(control: socket.socket) -> bool:
    """Make a child and a process that waits for its end; say whether this one is the child."""
    if os.fork():
        return False
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child:
        watch(control, child)
    return True


def watch(control: socket.socket, child: int) -> NoReturn:
    """Tell the test the child's id and, when it has ended, its exit code; minus a signal's."""
    with contextlib.suppress(OSError):  # the test may be gone
        for stream in (0, 1, 2):
            os.close(stream)
        control.sendall(NUMBER.pack(child))
        control.sendall(NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    os._exit(0)


def wait_for_a_request(channel: socket.socket) -> dict[str, Any]:
    """Fork a child a request, for ever; returns in the child alone, its streams in their places."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how those that watch have ended
    while True:
        _, received, _, _ = socket.recv_fds(channel, 1, 4)
        if not received:
            raise SystemExit  # the tests are over
        control, streams = socket.socket(fileno=received[0]), received[1:]
        with control, control.makefile("rb") as words:
            request: dict[str, Any] = json.loads(words.readline())
            import_for(request["code"])
            is_child = fork(control)
            if is_child:
                for number, stream in enumerate(streams):
                    os.dup2(stream, number)
            for stream in streams:
                os.close(stream)
        if is_child:
            return request


def main() -> None:
    """Serve on the socket whose number is given, then be the child."""
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        request = wait_for_a_request(channel)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path[1:1] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv[1:] = request["arguments"]
    program = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(request["code"], "<child>", "exec"), program.__dict__)


if __name__ == "__main__":
    main()
