"""``comptoir settings``: what is set and where it comes from, with secrets hidden."""

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, show_json, show_table

__all__ = ["settings"]


@click.command(help=_("Show every setting, where it comes from, and what it is for."))
@as_json
def settings(*, as_json: bool) -> None:
    """Show the settings."""
    from shared_kernel.translations import catalogue

    lines = wiring.settings().describe()
    text = catalogue("comptoir_web", locale()).gettext
    if as_json:
        show_json(
            [
                {
                    "name": line.name,
                    "value": line.shown,
                    "origin": line.origin,
                    "help": text(line.help),
                }
                for line in lines
            ]
        )
        return
    show_table(
        left(_("Setting"), _("Value"), _("Set by"), _("What for")),
        [[line.name, line.shown, text(line.origin), text(line.help)] for line in lines],
    )
