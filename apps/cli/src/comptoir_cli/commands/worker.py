"""``comptoir worker``: run the jobs outside the server."""

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.output import say

__all__ = ["worker"]


@click.command(
    help=_(
        "Run the jobs in the background, until a signal stops it: by Celery when "
        "COMPTOIR_BROKER_URL is set, else by a thread of this process. A job that was cut short "
        "is taken up where it stood."
    )
)
def worker() -> None:
    """Check the database, then run the jobs."""
    current = wiring.settings()
    from comptoir_web.jobs.worker import run_worker

    say(_("Waiting for jobs (Ctrl+C stops)."))
    run_worker(current)
