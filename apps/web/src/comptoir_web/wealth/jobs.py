"""The work of wealth in the background: everyone's net worth, the prices, the alerts.

Each is safe to interrupt and to run twice: what a step did is committed with the checkpoint that
says so, or it finds that it was done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.errors import JobUnavailable, JobUnknown
from comptoir_web.jobs.model import Sentence
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import job
from comptoir_web.jobs.schedule import every
from comptoir_web.jobs.store import JobStore
from comptoir_web.mail import Mailer, MailError
from comptoir_web.settings import Settings
from comptoir_web.wealth.alerts import (
    ALERT_MAIL,
    ALERTS,
    alert_letter,
    look_at,
    take_mails,
)
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wealth.service import moment_of
from shared_kernel import DatabaseBusy
from shared_kernel.engine import reading
from wealth_core.errors import RunMissing
from wealth_core.quotes.refresh import Outcome
from wealth_core.storage.alerts import AlertStore
from wealth_core.storage.holdings import HoldingsStore
from wealth_core.storage.planning import PlanStore
from wealth_core.storage.quotes import QuoteStore
from wealth_core.storage.recompute import (
    finish_run,
    open_run,
    recompute_chunk,
    run_report,
    start_run,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.jobs.context import JobContext
    from wealth_core.quotes import QuoteBook

__all__ = [
    "ALERTS",
    "ALERT_MAIL",
    "RECOMPUTE_ALL",
    "RECOMPUTE_SHARE",
    "REFRESH_QUOTES",
    "alerts",
    "mail_alerts",
    "recompute_everyone",
    "recompute_share",
    "refresh_quotes",
]

RECOMPUTE_ALL: Final = "networth.recompute_all"
RECOMPUTE_SHARE: Final = "networth.recompute_share"
REFRESH_QUOTES: Final = "quotes.refresh"

HELPERS: Final = 3
"""Jobs that other workers may take to share a run."""
FAILURES_TOLD: Final = 100
"""Clients who could not be valued, in the result of a run."""
MOST_BUSY: Final = 20
"""How many times in a row a chunk may find the database busy before the job is put off."""
PAUSE_SHARE: Final = 0.2
"""The part of a chunk's time that SQLite is left to others after it."""

LOOKED_AT_ONCE: Final = 50
"""Owners looked at in one transaction: few enough that others who write do not wait."""
MAILED_AT_MOST: Final = 100
"""The latest alerts among which those of a mail are found."""

RECOMPUTING: Final = "Clients done: {done} of {total}."
REFRESHING: Final = "The sources of prices are asked."
LOOKING: Final = "Clients looked at: {done}."

_OVER: Final = "/"
"""In the place of an owner in the checkpoint: nobody is left. No owner is called so."""

Arguments = Mapping[str, object]


@job(RECOMPUTE_ALL)
def recompute_everyone(context: JobContext, arguments: Arguments) -> Arguments:
    """Value everyone with the prices of the moment it began, beside other workers where it can.

    A chunk of clients is one step; killed on the way, it is taken up by whoever works on. A client
    whose holdings cannot be valued is in the result with the reason, and the others go on.
    """
    run_id = context.job.id
    if "run" not in context.checkpoint:
        now = context.clock()
        asked = arguments.get("on")
        on = date.fromisoformat(asked) if isinstance(asked, str) else now.date()
        with context.step({"run": run_id}, done=0) as connection:
            book = QuoteStore(connection).book(at=moment_of(on, now=now))
            start_run(connection, on=on, at=now, book=book, run_id=run_id)
            _ask_for_help(connection, context, run_id)
    _work_on(context, run_id)
    with context.step() as connection:
        report = finish_run(connection, run_id)
    queue = context.service(JobQueue)
    queue.submit(ALERTS, {}, owner=PLATFORM, request_id=f"after-{run_id}")
    return {
        "done": report.done,
        "failed": len(report.failed),
        "failures": [list(each) for each in report.failed[:FAILURES_TOLD]],
    }


@job(RECOMPUTE_SHARE)
def recompute_share(context: JobContext, arguments: Arguments) -> Arguments:
    """Work on another job's run as long as that job does."""
    run_id = str(arguments["run"])

    def wanted() -> bool:
        with reading(context.engine) as connection:
            try:
                main = JobStore(connection).get(run_id)
            except JobUnknown:
                return False
        return not main.state.finished and not main.cancel_requested

    _work_on(context, run_id, wanted=wanted)
    return {}


def _ask_for_help(connection: Connection, context: JobContext, run_id: str) -> None:
    """Ask other workers, where several can write at once; alone, it does all by itself."""
    if connection.dialect.name == "sqlite":
        return
    for number in range(HELPERS):
        JobStore(connection).add(
            RECOMPUTE_SHARE,
            {"run": run_id},
            owner=PLATFORM,
            request_id=f"{run_id}-{number}",
            at=context.clock(),
            max_attempts=context.service(JobQueue).policy.max_attempts,
        )


def _work_on(
    context: JobContext, run_id: str, *, wanted: Callable[[], bool] = lambda: True
) -> None:
    """Do chunks of a run until none is left, or it is wanted no more."""
    try:
        with reading(context.engine) as connection:
            run = open_run(connection, run_id)
    except RunMissing:
        return
    wait, busy = False, 0
    while wanted():
        began = time.monotonic()
        try:
            with context.step() as connection:
                found = recompute_chunk(connection, run, wait=wait)
                report = run_report(connection, run_id)
        except DatabaseBusy:
            busy += 1
            if busy > MOST_BUSY:
                raise
            continue
        busy = 0
        if found is None and wait:
            return
        wait = found is None  # others have what is left: it comes back should they be killed
        done = report.done + len(report.failed)
        texts = {"done": str(done), "total": str(run.total)}
        context.progress(done, run.total, message=Sentence(RECOMPUTING, texts))
        if context.engine.dialect.name == "sqlite":
            # Those who wait to write look for the one lock now and then: they must find it free.
            time.sleep((time.monotonic() - began) * PAUSE_SHARE)


@job(REFRESH_QUOTES)
def refresh_quotes(context: JobContext, _arguments: Arguments) -> Arguments:
    """Ask every source once; the job is done even where one failed, and its result says which."""
    context.progress(0, message=Sentence(REFRESHING))
    report = context.service(QuoteService).refresh()
    return {
        "kept": report.kept,
        "refreshed": [one.source for one in report.sources if one.outcome is Outcome.REFRESHED],
        "waiting": [one.source for one in report.sources if one.outcome is Outcome.WAITING],
        "failed": [one.source for one in report.failed],
    }


def _refresh_period(settings: Settings) -> timedelta | None:
    minutes = settings.quotes_refresh_minutes
    return timedelta(minutes=minutes) if settings.quote_sources and minutes else None


@job(ALERTS)
def alerts(context: JobContext, arguments: Arguments) -> Arguments:
    """Make the actions of the month, look at everyone, then ask for the mails of what is new.

    With ``look`` false, only the mails of what was found already.
    """
    if arguments.get("look", True):
        _look_at_everyone(context)
    policy = context.service(JobQueue).policy
    mailed = 0
    while True:
        with context.step() as connection:
            at = context.clock()
            taken = take_mails(connection, at=at, max_attempts=policy.max_attempts)
        mailed += taken
        if not taken:
            return {"looked": context.done, "alerts": mailed}


Owners = Callable[["Connection", str], tuple[str, ...]]
Look = Callable[["Connection", str, datetime, "QuoteBook"], None]


def _look_at_everyone(context: JobContext) -> None:
    """Those with a plan, whose actions are made as well, then those with holdings alone."""
    _look_at_some(context, "plan", _with_plan, _look_at_plan)
    _look_at_some(context, "holdings", _with_holdings, _look_at_holdings)


def _with_plan(connection: Connection, after: str) -> tuple[str, ...]:
    return PlanStore(connection).owners(after=after, limit=LOOKED_AT_ONCE)


def _with_holdings(connection: Connection, after: str) -> tuple[str, ...]:
    return HoldingsStore(connection).owners(after=after, limit=LOOKED_AT_ONCE)


def _look_at_plan(connection: Connection, owner: str, at: datetime, book: QuoteBook) -> None:
    PlanStore(connection).catch_up(owner, at.date(), at=at)
    look_at(connection, owner, at=at, book=book)


def _look_at_holdings(connection: Connection, owner: str, at: datetime, book: QuoteBook) -> None:
    if PlanStore(connection).plan(owner) is None:  # else it was looked at with its plan
        look_at(connection, owner, at=at, book=book)


def _look_at_some(context: JobContext, name: str, owners: Owners, look: Look) -> None:
    while context.checkpoint.get(name) != _OVER:
        after = str(context.checkpoint.get(name, ""))
        with reading(context.engine) as connection:
            found = owners(connection, after)
            book = QuoteStore(connection).book(at=context.clock())
        done = context.done + len(found)
        reached = {**context.checkpoint, name: found[-1] if found else _OVER}
        message = Sentence(LOOKING, {"done": str(done)})
        with context.step(reached, done=done, message=message) as connection:
            for owner in found:
                look(connection, owner, book.at, book)


@job(ALERT_MAIL)
def mail_alerts(context: JobContext, arguments: Arguments) -> Arguments:
    """Mail some alerts to their owner; one who left or cannot sign in is not written to."""
    owner, wanted = str(arguments["user"]), arguments["alerts"]
    try:
        user = context.service(IdentityService).user(owner)
    except UnknownUser:
        return {}
    if not user.active or user.email is None:
        return {}
    with reading(context.engine) as connection:
        kept = AlertStore(connection).alerts(owner, limit=MAILED_AT_MOST)
    found = [one for one in reversed(kept) if isinstance(wanted, list) and one.id in wanted]
    if not found:
        return {}
    settings = context.service(Settings)
    letter = alert_letter(
        user,
        user.email,
        found,
        business=settings.business_name,
        public_url=settings.public_url,
        locale=settings.locale,
    )
    try:
        context.services.get(Mailer).send(letter)
    except MailError as error:
        raise JobUnavailable(str(error)) from error
    return {"alerts": len(found)}


every(REFRESH_QUOTES, _refresh_period, section="wealth")
every(ALERTS, timedelta(hours=6), section="wealth")
