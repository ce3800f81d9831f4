"""The ``comptoir`` command and its groups."""

from __future__ import annotations

from importlib import metadata

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.lazy import LazyGroup, Place

__all__ = ["cli", "main"]

PLACES = {
    "loan": Place("comptoir_cli.commands.loan", "loan", _("Loans: table, balance at a date, APR.")),
    "networth": Place(
        "comptoir_cli.commands.networth", "networth", _("Net worth: what is owned and owed.")
    ),
    "plan": Place("comptoir_cli.commands.plan", "plan", _("The plan and the actions of a month.")),
    "quotes": Place(
        "comptoir_cli.commands.quotes", "quotes", _("Prices of cryptos and currencies.")
    ),
    "freight": Place(
        "comptoir_cli.commands.freight", "freight", _("Group freight: quotes, containers, tariffs.")
    ),
    "demo": Place("comptoir_cli.commands.demo", "demo", _("Prepare a demonstration and serve it.")),
    "serve": Place("comptoir_cli.commands.serve", "serve", _("Serve the pages and the API.")),
    "worker": Place("comptoir_cli.commands.worker", "worker", _("Run the jobs in the background.")),
    "db": Place("comptoir_cli.commands.db", "db", _("The database: upgrade it, check it.")),
    "users": Place("comptoir_cli.commands.users", "users", _("The accounts of the platform.")),
    "settings": Place(
        "comptoir_cli.commands.settings", "settings", _("What is set, secrets hidden.")
    ),
    "secret-key": Place("comptoir_cli.commands.secret_key", "secret_key", _("Make a secret key.")),
    "completion": Place(
        "comptoir_cli.commands.completion", "completion", _("Complete commands in your shell.")
    ),
}


def _version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """Print the version and stop."""
    if asked and not ctx.resilient_parsing:
        click.echo(f"comptoir {metadata.version('comptoir-cli')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    places=PLACES,
    help=_(
        "Comptoir: loans, net worth, group freight, and the platform that serves them.\n\n"
        "Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 refused, 2 wrong usage, "
        "3 partly done. COMPTOIR_LOCALE=en speaks English."
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help=_("Show the version and exit."),
)
def cli() -> None:
    """Stand at the root of every command."""


def main() -> None:
    """Run the command line."""
    cli(prog_name="comptoir")
