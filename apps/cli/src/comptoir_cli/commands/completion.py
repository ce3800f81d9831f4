"""``comptoir completion``: the script that completes commands in a shell."""

import click
from click.shell_completion import get_completion_class

from comptoir_cli.language import gettext as _

__all__ = ["completion"]

SHELLS = ("bash", "zsh", "fish")


@click.command(
    help=_(
        "Write the completion script of a shell on stdout. For bash: "
        'eval "$(comptoir completion bash)"'
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Write the script."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(_("No completion for this shell: {name}").format(name=shell))
    click.echo(kind(ctx.find_root().command, {}, "comptoir", "_COMPTOIR_COMPLETE").source())
