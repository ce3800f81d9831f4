"""The values of a job: its state, what its owner reads, how long a worker may hold it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

__all__ = ["Job", "JobPolicy", "JobState", "Lease", "Sentence"]


class JobState(StrEnum):
    """Where a job is; the last three are final until somebody asks to try again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself.

        >>> JobState.DONE.finished, JobState.QUEUED.finished
        (True, False)
        """
        return self not in (JobState.QUEUED, JobState.RUNNING)


@frozen
class Sentence:
    """A sentence stored in English and translated when it is shown.

    The worker does not know the language of the person who will read: the template is the gettext
    msgid and the parameters are put in after translation.

    >>> Sentence("{done} loans of {total}", {"done": "2", "total": "3"}).english()
    '2 loans of 3'
    """

    template: str
    params: Mapping[str, str] = field(factory=dict)

    def english(self) -> str:
        """The sentence as it stands, untranslated."""
        return self.fill(self.template)

    def fill(self, template: str) -> str:
        """Put the parameters in a translation of the template; a broken one is left as it is."""
        try:
            return template.format_map(dict(self.params))
        except (KeyError, IndexError, ValueError):
            return template

    def document(self) -> dict[str, object]:
        """The JSON form kept in the database."""
        return {"template": self.template, "params": dict(self.params)}

    @classmethod
    def from_document(cls, document: object) -> Sentence | None:
        """Read the JSON form; None and anything malformed give None."""
        if not isinstance(document, Mapping) or not isinstance(document.get("template"), str):
            return None
        params = document.get("params")
        pairs = params.items() if isinstance(params, Mapping) else ()
        return cls(document["template"], {str(name): str(value) for name, value in pairs})


@frozen(kw_only=True)
class JobPolicy:
    """How long a worker may be silent, how often it looks, how many times a job is taken.

    The lease is what a killed worker costs: its job is taken again ``lease`` after its last
    heartbeat. The heartbeat is a third of the lease, so that two may be missed.

    >>> JobPolicy(lease=timedelta(seconds=3)).heartbeat
    datetime.timedelta(seconds=1)
    """

    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)
    sweep: timedelta = timedelta(seconds=5)
    tidy: timedelta = timedelta(minutes=15)
    announce_again: timedelta = timedelta(seconds=30)
    retry_delay: timedelta = timedelta(seconds=5)
    stop_wait: timedelta = timedelta(seconds=10)
    max_attempts: int = 5
    keep_finished: timedelta = timedelta(days=7)

    @property
    def heartbeat(self) -> timedelta:
        """The time between two renewals of a lease."""
        return self.lease / 3

    def delay(self, attempt: int) -> timedelta:
        """The pause before attempt number ``attempt + 1``: doubled each time, ten minutes at most.

        >>> JobPolicy().delay(1), JobPolicy().delay(3)
        (datetime.timedelta(seconds=5), datetime.timedelta(seconds=20))
        """
        doublings = min(max(attempt - 1, 0), 20)
        return min(self.retry_delay * (1 << doublings), timedelta(minutes=10))


@frozen
class Lease:
    """One claim of one job; ``attempt`` is the fencing number that its writes must repeat."""

    job_id: str
    attempt: int
    worker: str


@frozen(kw_only=True)
class Job:
    """A job as it stands in the database; times are aware and in UTC."""

    id: str
    kind: str
    owner: str
    request_id: str
    state: JobState
    arguments: Mapping[str, object]
    attempts: int
    max_attempts: int
    cancel_requested: bool
    available_at: datetime
    worker: str | None
    lease_until: datetime | None
    heartbeat_at: datetime | None
    done: int
    total: int | None
    message: Sentence | None
    checkpoint: Mapping[str, object]
    result: Mapping[str, object] | None
    error: Sentence | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def percent(self) -> int | None:
        """Whole percents done, 100 only when everything is; None while the total is unknown."""
        if self.state is JobState.DONE:
            return 100
        if not self.total:
            return None
        return min(max(self.done, 0) * 100 // self.total, 100)

    @property
    def file(self) -> str | None:
        """The key of the file the job made, when it made one."""
        return self._text("file") if self.state is JobState.DONE else None

    @property
    def file_name(self) -> str | None:
        """The name to give the downloaded file."""
        return self._text("file_name")

    def _text(self, name: str) -> str | None:
        value = (self.result or {}).get(name)
        return value if isinstance(value, str) else None
