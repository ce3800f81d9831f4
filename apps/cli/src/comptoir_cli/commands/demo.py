"""``comptoir demo``: a database with demonstration data, served; or checked and stopped."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comptoir_cli import wiring
from comptoir_cli.commands.serve import require_free, run_server
from comptoir_cli.language import gettext as _
from comptoir_cli.output import say

if TYPE_CHECKING:
    from comptoir_web.operations.demonstration import Demonstration

__all__ = ["demo"]

HOST = "127.0.0.1"


@click.command(
    help=_(
        "Create an SQLite database with demonstration data under a folder, print the addresses "
        "and the accounts, and serve. With --check: serve on a free port, open a loan as a "
        "signed-in client, compare its figure with this command line's, and stop."
    )
)
@click.option("--check", is_flag=True, help=_("Check the whole way, then stop."))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True,
    help=_("Port to listen on."),
)  # fmt: skip
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var"),
    show_default=True, help=_("Where the database and the files go."),
)  # fmt: skip
def demo(*, check: bool, port: int, folder: Path) -> None:
    """Prepare the demonstration, then serve it or check it."""
    if check:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
    require_free(HOST, port)
    prepared = _prepare(folder, port)
    if check:
        from comptoir_cli.demo_check import check_demonstration

        say(check_demonstration(f"http://{HOST}:{port}", prepared))
        return
    _introduce(prepared, port)
    run_server(HOST, port, workers=2)


def _prepare(folder: Path, port: int) -> Demonstration:
    """Create the database and load it; what the server needs is left in the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": f"sqlite:///{(folder / 'demo.db').resolve()}",
        "COMPTOIR_FILES": str((folder / "files").resolve()),
        "COMPTOIR_PUBLIC_URL": f"http://{HOST}:{port}",
    }
    current = wiring.settings()
    from sqlalchemy import Engine

    from comptoir_web.operations.demonstration import load_demonstration
    from comptoir_web.storage import ALL_MIGRATIONS
    from shared_kernel.migrations import upgrade

    with wiring.container(current, up_to_date=False) as services:
        upgrade(services.get(Engine), ALL_MIGRATIONS)
        return load_demonstration(services)


def _introduce(prepared: Demonstration, port: int) -> None:
    """Print where to go and whom to be."""
    address = f"http://{HOST}:{port}"
    click.echo(_("Pages:    {address}/plateforme").format(address=address))
    click.echo(_("API:      {address}/api/docs").format(address=address))
    click.echo(_("Accounts, with passwords made for this start:"))
    for account in prepared.accounts:
        click.echo(f"  {account.role:<9} {account.email:<22} {account.password}")
        if account.totp_secret:
            secret = _("key for an authenticator: {key}").format(key=account.totp_secret)
            codes = _("or one of these codes, once each: {codes}")
            click.echo(f"            {secret}")
            click.echo(f"            {codes.format(codes=' '.join(account.codes))}")
        if account.phone:
            phone = _("or by the phone {phone}: its code is printed here")
            click.echo(f"            {phone.format(phone=account.phone)}")
    say(_("Serving (Ctrl+C stops)."))
