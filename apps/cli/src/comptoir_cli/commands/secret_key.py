"""``comptoir secret-key``: make a key for COMPTOIR_SECRET_KEY."""

import secrets

import click

from comptoir_cli.language import gettext as _

__all__ = ["secret_key"]


@click.command(
    "secret-key",
    help=_(
        "Make a secret key of 256 bits and write it on stdout: keep it in COMPTOIR_SECRET_KEY, "
        "outside the repository. Changing it signs everyone out."
    ),
)
def secret_key() -> None:
    """Write a new key."""
    click.echo(secrets.token_urlsafe(32))
