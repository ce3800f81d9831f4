"""A process of the jobs' tests: a worker, or a server whose thread works.

Run as ``python jobs_process.py DATABASE_URL BROKER_URL FILES`` it is `comptoir worker` with short
leases and one kind of job; imported by a server it gives ``application`` from the same three values
in the environment.

The one kind writes a row a step, in the step's own transaction: what the table holds at the end is
what really happened, however many processes took part.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.registry import JobRegistry
from comptoir_web.jobs.worker import run_worker
from comptoir_web.settings import Secret, Settings

if TYPE_CHECKING:
    from flask import Flask

KIND = "test.steps"
POLICY = JobPolicy(
    lease=timedelta(seconds=2),
    poll=timedelta(seconds=0.05),
    sweep=timedelta(seconds=0.3),
    announce_again=timedelta(seconds=1),
)
HANDLERS = JobRegistry()


@HANDLERS.job(KIND)
def steps(context: JobContext, arguments: Mapping[str, object]) -> Mapping[str, object]:
    """Write one row a step, slowly."""
    total, pause_s = int(str(arguments["steps"])), int(str(arguments["pause_ms"])) / 1000
    for step in range(int(str(context.checkpoint.get("next", 0))), total):
        with context.step({"next": step + 1}, done=step + 1, total=total) as connection:
            connection.execute(
                text("INSERT INTO effects VALUES (:job, :step, :pid, :attempt)"),
                {
                    "job": context.job.id,
                    "step": step,
                    "pid": os.getpid(),
                    "attempt": context.job.attempts,
                },
            )
        time.sleep(pause_s)
    return {"steps": total}


def settings_of(database_url: str, broker_url: str, files: str) -> Settings:
    """Settings of development with these three."""
    return Settings(database_url=Secret(database_url), broker_url=Secret(broker_url), files=files)


def make_application() -> Flask:
    """The whole web shell, its thread with the policy and the kind above."""
    import comptoir_web.app as shell
    from comptoir_web.jobs.serving import init_jobs

    with_ours = functools.partial(init_jobs, policy=POLICY, handlers=HANDLERS)
    setattr(shell, "init_jobs", with_ours)  # noqa: B010 -- the module imports it for itself alone
    return shell.create_app(
        settings_of(os.environ["DATABASE"], os.environ.get("BROKER", ""), os.environ["FILES"])
    )


if __name__ == "__main__":
    run_worker(settings_of(*sys.argv[1:4]), policy=POLICY, handlers=HANDLERS)
elif "DATABASE" in os.environ:
    application = make_application()
