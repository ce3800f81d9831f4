"""Every command has its help, in French, and a heading in the documentation."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from comptoir_cli.main import PLACES, cli
from comptoir_web.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command that does something, with how it is called."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None, f"{path} {name} is announced and not found"
        yield from commands(found, f"{path} {name}")


ALL = dict(commands(cli, "comptoir"))


def test_every_command_has_a_heading() -> None:
    """The page of the command line has exactly the commands that exist, each as a heading."""
    headings = re.findall(r"^## (comptoir .+)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(ALL)


@pytest.mark.parametrize("path", ALL)
def test_every_command_and_option_has_help(path: str) -> None:
    """No command, option or argument is left unexplained."""
    command = ALL[path]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path}: {parameter.opts}"


def test_every_setting_is_on_its_page() -> None:
    """The page of the settings has exactly the variables that are read."""
    page = (PAGE.parent / "settings.md").read_text()
    named = re.findall(r"^\| `(COMPTOIR_\w+)` \|", page, re.MULTILINE)
    assert sorted(named) == sorted(line.name for line in Settings().describe())


def test_listing_commands_says_what_each_is() -> None:
    """Each line of the first help has its sentence."""
    assert all(place.short_help for place in PLACES.values())
