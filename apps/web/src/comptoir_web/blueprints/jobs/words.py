"""What a job and its state are called on the screen, in the reader's language."""

from __future__ import annotations

from comptoir_web.blueprints.jobs.outcomes import outcome
from comptoir_web.jobs.model import Job, JobState, Sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.wealth.jobs import RECOMPUTE_ALL, REFRESH_QUOTES

__all__ = ["kind_name", "sentence", "state_icon", "state_name", "summary"]


def kind_name(kind: str) -> str:
    """What the work is called."""
    return {
        "loans.export": _("Export of my loans"),
        RECOMPUTE_ALL: _("Net worth of every client"),
        REFRESH_QUOTES: _("Refresh of the prices"),
    }.get(kind, _("Work in the background"))


def state_name(state: JobState) -> str:
    """The state in one or two words."""
    return {
        JobState.QUEUED: _("Waiting"),
        JobState.RUNNING: _("In progress"),
        JobState.DONE: _("Done"),
        JobState.FAILED: _("Failed"),
        JobState.CANCELLED: _("Cancelled"),
    }[state]


def state_icon(state: JobState) -> str:
    """The icon beside the name of the state, so that colour is never alone."""
    return {
        JobState.QUEUED: "hourglass",
        JobState.RUNNING: "arrow-repeat",
        JobState.DONE: "check-circle",
        JobState.FAILED: "exclamation-triangle",
        JobState.CANCELLED: "slash-circle",
    }[state]


def sentence(text: Sentence | None) -> str:
    """A stored sentence in the reader's language."""
    return "" if text is None else text.fill(_(text.template))


def summary(job: Job) -> str:
    """The answer the page begins with, in one sentence."""
    match job.state:
        case JobState.QUEUED if job.attempts:
            return _("The work was interrupted and goes on from where it was in a moment.")
        case JobState.QUEUED:
            return _("The work begins in a moment.")
        case JobState.RUNNING if job.cancel_requested:
            return _("The work stops after the step in hand.")
        case JobState.RUNNING if job.message is not None:
            return sentence(job.message)
        case JobState.RUNNING:
            return _("The work is in progress.")
        case JobState.DONE if job.file:
            return _("Your file is ready.")
        case JobState.DONE:
            return outcome(job) or _("The work is done.")
        case JobState.CANCELLED:
            return _("The work was cancelled. What was done is kept: it can go on from there.")
        case JobState.FAILED:
            return sentence(job.error) or _("The work failed.")
