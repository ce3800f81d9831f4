"""Data on stdout, messages on stderr: a table for people, JSON with ``--json`` for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import click

from comptoir_cli.language import gettext as _

__all__ = ["Column", "as_json", "left", "right", "say", "show_facts", "show_json", "show_table"]

WIDEST = 1_000

Command = TypeVar("Command", bound=Callable[..., object])

Column = tuple[str, str]
"""A heading, and how its cells stand: ``"left"`` or ``"right"``."""


def as_json(command: Command) -> Command:
    """Add the ``--json`` option, which hands ``as_json`` to the command."""
    text = _("Write JSON, with amounts as strings.")
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def left(*headings: str) -> list[Column]:
    """Head columns of text."""
    return [(heading, "left") for heading in headings]


def right(*headings: str) -> list[Column]:
    """Head columns of figures."""
    return [(heading, "right") for heading in headings]


def say(message: str) -> None:
    """Write a message for the person, on stderr."""
    click.echo(message, err=True)


def show_json(data: object) -> None:
    """Write data as JSON on stdout; a value that JSON cannot carry is an error, never a guess."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def show_facts(facts: Mapping[str, str]) -> None:
    """Write names and values on stdout, aligned."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {value}")


def show_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Write a table on stdout: lines and colours at a terminal, plain text into a file."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # A figure is never cut to fit: a narrow terminal folds the line instead.
    console = Console(highlight=False, width=WIDEST)
    console.print(table)
