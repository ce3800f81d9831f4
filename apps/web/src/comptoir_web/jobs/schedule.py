"""Work asked for by the clock: declared beside its handler, submitted once a slot.

A slot is one period of the clock, counted from 1970 so that every process names it alike. Each
process that runs jobs looks at the clock; the first to see a new slot asks for its job, and the
others find it asked already, for a job is asked once by its owner, its kind and its request. A slot
that no process saw is not made up for, and one that comes while the job of an earlier one is still
at work is let go: neither piles work up.

>>> schedules = Schedules()
>>> schedules.every("demo.tidy", timedelta(hours=6), section="wealth")
>>> slot_start(datetime(2026, 1, 5, 9, 30, tzinfo=UTC), timedelta(hours=6)).isoformat()
'2026-01-05T06:00:00+00:00'
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import svcs
from attrs import define, field, frozen
from sqlalchemy import Engine

from comptoir_web.clock import Clock
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.store import JobStore
from comptoir_web.settings import Settings
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from comptoir_web.jobs.model import Job

__all__ = ["OWNER", "SCHEDULES", "Schedule", "Scheduler", "Schedules", "every", "slot_start"]

OWNER = "schedule"
"""The owner of the jobs that the clock asks for: no page lists them."""

LONGEST = timedelta(days=1)
"""A finished job is forgotten after some days: a longer slot could be asked for twice."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)

Period: TypeAlias = "timedelta | Callable[[Settings], timedelta | None]"
"""How often; a function reads it from the settings, and None switches the work off."""


@frozen(kw_only=True)
class Schedule:
    """One kind of work and how often it is asked for.

    Attributes:
        kind: The name of the handler.
        period: See `Period`.
        section: The section whose installations need it; None for every installation.
    """

    kind: str
    period: Period
    section: str | None = None

    def period_of(self, settings: Settings) -> timedelta | None:
        """How often under these settings; None when it is switched off.

        Raises:
            ValueError: The period is not between a second and a day.
        """
        if self.section is not None and self.section not in settings.sections:
            return None
        period = self.period if isinstance(self.period, timedelta) else self.period(settings)
        if period is not None and not timedelta(seconds=1) <= period <= LONGEST:
            raise ValueError(f"{self.kind}: a period is between a second and a day, not {period}")
        return period


@define
class Schedules:
    """What the clock asks for; a kind is declared once."""

    _schedules: dict[str, Schedule] = field(factory=dict)

    def every(self, kind: str, period: Period, *, section: str | None = None) -> None:
        """Ask for a kind of job once a period."""
        if kind in self._schedules:
            raise ValueError(f"{kind!r} is scheduled twice: keep one of the two")
        self._schedules[kind] = Schedule(kind=kind, period=period, section=section)

    def __iter__(self) -> Iterator[Schedule]:
        """The schedules, in the order they were declared."""
        return iter(tuple(self._schedules.values()))


SCHEDULES = Schedules()
"""What the platform asks for by the clock; tests make their own."""

every = SCHEDULES.every


def slot_start(at: datetime, period: timedelta) -> datetime:
    """The beginning of the slot that holds this moment."""
    return at - (at - _EPOCH) % period


class Scheduler:
    """Looks at the clock and asks for what is due; made once in each process that runs jobs.

    It remembers the slots it has seen, so that looking costs nothing between two of them.

    Args:
        services: The wiring: an Engine, a Clock, the Settings.
        schedules: What to ask for.
        policy: Attempts allowed.
    """

    def __init__(
        self,
        services: svcs.Registry,
        *,
        schedules: Schedules = SCHEDULES,
        policy: JobPolicy | None = None,
    ) -> None:
        with svcs.Container(services) as container:
            self._engine: Engine = container.get(Engine)
            self._clock: Clock = container.get(Clock)
            settings = container.get(Settings)
        self._policy = policy or JobPolicy()
        self._periods: Mapping[str, timedelta] = {
            schedule.kind: period
            for schedule in schedules
            if (period := schedule.period_of(settings)) is not None
        }
        self._seen: dict[str, datetime] = {}

    def submit_due(self) -> tuple[Job, ...]:
        """Ask for the jobs of the slots that began; those this call added or found waiting.

        Raises:
            StorageError: The database is away; the slots are looked at again by the next call.
        """
        now = self._clock()
        due = {
            kind: start
            for kind, period in self._periods.items()
            if self._seen.get(kind) != (start := slot_start(now, period))
        }
        return tuple(
            job
            for kind, start in due.items()
            if (job := self._submit(kind, start, now)) is not None
        )

    def _submit(self, kind: str, start: datetime, now: datetime) -> Job | None:
        request_id = f"slot-{start:%Y-%m-%dT%H:%M:%S}"
        # A look first: of many processes all but one find the job there, and take no lock.
        with reading(self._engine) as connection:
            asked = JobStore(connection).asked(OWNER, kind, request_id)
            busy = asked is None and JobStore(connection).unfinished(OWNER, kind)
        if asked is None and not busy:
            with transaction(self._engine) as connection:
                asked = JobStore(connection).add(
                    kind,
                    {},
                    owner=OWNER,
                    request_id=request_id,
                    at=now,
                    max_attempts=self._policy.max_attempts,
                )
            _log.info("job %s (%s): asked for by the clock", asked.id, kind)
        self._seen[kind] = start
        return asked
