"""``comptoir db``: bring the database up to date, or say whether it is."""

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, say, show_json, show_table
from comptoir_cli.refusals import PartlyDone, Refusal

__all__ = ["db"]


@click.group(help=_("The database: upgrade it, check it."))
def db() -> None:
    """Group the commands of the database."""


@db.command(
    help=_("Create the tables or bring them up to date. Safe to run twice, or twice at once.")
)
def upgrade() -> None:
    """Run the migrations of every library, each in a transaction of its own."""
    current = wiring.settings()
    from sqlalchemy import Engine

    from comptoir_web.storage import ALL_MIGRATIONS
    from shared_kernel import StorageError
    from shared_kernel.migrations import upgrade as run
    from shared_kernel.translations import translate_error

    done: list[str] = []
    with wiring.container(current, up_to_date=False) as services:
        for library in ALL_MIGRATIONS:
            try:
                run(services.get(Engine), [library])
            except StorageError as error:
                if not done:
                    raise
                text = _("Up to date: {done}. Not upgraded: {library}. {why}")
                why = translate_error(error, locale())
                said = text.format(done=", ".join(done), library=library.name, why=why)
                raise PartlyDone(said) from error
            done.append(library.name)
    say(_("The database is up to date."))


@db.command(help=_("Say whether the tables of each library are up to date; exit code 1 when not."))
@as_json
def check(*, as_json: bool) -> None:
    """Compare the database with the code."""
    current = wiring.settings()
    from sqlalchemy import Engine

    from comptoir_web.storage import ALL_MIGRATIONS
    from shared_kernel.migrations import status

    with wiring.container(current, up_to_date=False) as services:
        states = status(services.get(Engine), ALL_MIGRATIONS)
    if as_json:
        show_json(
            [
                {
                    "name": one.name,
                    "state": str(one.state),
                    "current": one.current,
                    "head": one.head,
                }
                for one in states
            ]
        )
    else:
        show_table(
            left(_("Library"), _("State"), _("Here"), _("Code")),
            [[one.name, str(one.state), one.current or "-", one.head or "-"] for one in states],
        )
    if any(one.state != "current" for one in states):
        raise Refusal(_("The database is not up to date: run comptoir db upgrade."))
