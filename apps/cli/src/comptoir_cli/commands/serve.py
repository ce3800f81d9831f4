"""``comptoir serve``: the pages and the API, by granian."""

import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.output import say

__all__ = ["run_server", "serve"]

THREADS = 4
STOP_S = 15


@click.command(
    help=_(
        "Serve the pages and the API. Behind a proxy, name it in COMPTOIR_TRUSTED_PROXIES; "
        "gunicorn serves them too (see the documentation)."
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True,
    help=_("Port to listen on."),
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True,
    help=_("Processes that serve."),
)  # fmt: skip
def serve(*, host: str, port: int, workers: int) -> None:
    """Check what serving needs, then serve."""
    with wiring.container(wiring.settings()):
        pass  # opening it checked the settings and the database
    require_free(host, port)
    say(_("Serving on http://{host}:{port} (Ctrl+C stops).").format(host=host, port=port))
    run_server(host, port, workers)


def require_free(host: str, port: int) -> None:
    """Refuse a port that another program holds, before anything starts.

    Raises:
        OSError: The port is in use, or may not be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def run_server(host: str, port: int, workers: int) -> None:
    """Serve until a signal stops it."""
    from granian import Granian
    from granian.constants import Interfaces

    from comptoir_web.operations.metrics import prepare_folder

    server = Granian(
        "comptoir_web.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        websockets=False,
        # A signal that reaches a process before it is ready is lost: it may not keep the rest.
        workers_kill_timeout=STOP_S,
    )
    with TemporaryDirectory(prefix="comptoir-metrics-") as folder:
        prepare_folder(Path(folder))
        server.serve()
