"""A Click group whose commands are imported only when they are called.

``comptoir --help`` names every group without importing one, which keeps it quick, and a till
without the web shell has the groups that do not need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click
from attrs import frozen

from comptoir_cli.language import gettext as _
from comptoir_cli.refusals import refusing

__all__ = ["LazyGroup", "Place"]


@frozen
class Place:
    """Where a command lives, and the line ``--help`` shows of it.

    Attributes:
        module: The module to import.
        attribute: The command inside it.
        short_help: One line, so that listing imports nothing.
    """

    module: str
    attribute: str
    short_help: str


class LazyGroup(click.Group):
    """A group that knows its commands by their place; an error of theirs becomes a refusal."""

    def __init__(self, *, places: Mapping[str, Place], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # Click's own settings, unchanged
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order they are declared."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None when there is none of that name."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        command = getattr(import_module(place.module), place.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{place.module}.{place.attribute} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their places, importing none."""
        rows = [(name, place.short_help) for name, place in self._places.items()]
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the libraries refuse ends with a message and the exit code 1."""
        with refusing():
            return super().invoke(ctx)
