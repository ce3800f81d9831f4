"""The real application on the real server, which tells of each answer how long it took.

``python -m benchmarks.timed PORT`` serves as ``comptoir serve`` does. The time is the whole of the
application's work for a request, from the server's call to the end of its clean-up.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

HEADER = "Server-Timing"


def create_app() -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Make the application, wrapped."""
    from comptoir_web.app import create_app as create_real_app

    app = create_real_app()

    def timed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answered: list[tuple[str, list[tuple[str, str]], ExcInfo | None]] = []

        def keep(
            status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            answered.append((status, headers, exc_info))
            return lambda _: None  # the old way of writing, which Flask has no use for

        began, cpu_began = time.perf_counter(), time.thread_time()
        body = app.wsgi_app(environ, keep)
        taken_ms = (time.perf_counter() - began) * 1e3
        cpu_ms = (time.thread_time() - cpu_began) * 1e3
        status, headers, exc_info = answered[-1]
        timing = f"app;dur={taken_ms:.3f}, cpu;dur={cpu_ms:.3f}"
        start_response(status, [*headers, (HEADER, timing)], exc_info)
        return body

    return timed


def main() -> None:
    """Serve on the port given, with the workers and threads of ``comptoir serve``."""
    from granian import Granian
    from granian.constants import Interfaces

    from comptoir_cli.commands.serve import THREADS

    Granian(
        "benchmarks.timed:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        workers=2,
        blocking_threads=THREADS,
        websockets=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
