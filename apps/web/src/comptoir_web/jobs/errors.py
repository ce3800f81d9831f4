"""What can go wrong with a job, and what the runner does about it.

::

    JobProblem (a `comptoir_web.errors.WebError`)
    ├── JobError          the handler gives up: the job fails with this sentence, at once
    ├── JobUnavailable    something outside is away: tried again later, up to ``max_attempts``
    ├── AnnouncerDown     the workers could not be told; a sweep finds the job
    ├── JobUnknown        no such job for this owner
    ├── KindUnknown       no handler of that name
    └── JobStopped        raised inside a handler to make it leave
        ├── JobCancelled      its owner asked
        ├── JobInterrupted    the process is stopping: the job goes back to the queue
        └── LeaseLost         another worker has the job: nothing more may be written
"""

from __future__ import annotations

from comptoir_web.errors import WebError
from comptoir_web.jobs.model import Sentence

__all__ = [
    "AnnouncerDown",
    "JobCancelled",
    "JobError",
    "JobInterrupted",
    "JobProblem",
    "JobStopped",
    "JobUnavailable",
    "JobUnknown",
    "KindUnknown",
    "LeaseLost",
]


class JobProblem(WebError):
    """The root of the tree above."""


class JobError(JobProblem):
    """A handler gives up with a sentence its owner reads; no other attempt is made.

    Args:
        template: The English sentence and gettext msgid; ``{name}`` marks a parameter.
        params: The parameters. They are stored and shown: no secret goes there.
    """

    def __init__(self, template: str, **params: str) -> None:
        self.sentence = Sentence(template, params)
        super().__init__(self.sentence.english())


class JobUnavailable(JobProblem):
    """Something the job needs is away for now; the job is tried again later from its checkpoint."""


class AnnouncerDown(JobProblem):
    """The workers could not be told; the job waits in the database and a sweep finds it."""


class JobUnknown(JobProblem, LookupError):
    """There is no such job for this owner."""


class KindUnknown(JobProblem, LookupError):
    """No handler is registered for this kind of job."""


class JobStopped(JobProblem):
    """A handler must leave now; handlers let it pass."""


class JobCancelled(JobStopped):
    """The owner asked for the job to stop."""


class JobInterrupted(JobStopped):
    """This process is stopping; the job will be taken again from its checkpoint."""


class LeaseLost(JobStopped):
    """Another worker holds the job now: this one may write nothing more about it."""
