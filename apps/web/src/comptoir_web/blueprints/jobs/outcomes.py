"""What the jobs of wealth came to, whom they left out, and where one goes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import ngettext
from comptoir_web.presentation.navigation import page_url
from comptoir_web.wealth.jobs import RECOMPUTE_ALL, REFRESH_QUOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comptoir_web.jobs.model import Job

__all__ = ["LeftOut", "Next", "left_out", "next_page", "outcome"]


@frozen
class LeftOut:
    """Somebody a job could not do its work for, and why."""

    owner: str
    reason: str


@frozen
class Next:
    """Where one goes after the job."""

    url: str
    label: str


def outcome(job: Job) -> str:
    """What the finished job came to; empty where its state says enough."""
    result = job.result or {}
    match job.kind:
        case k if k == RECOMPUTE_ALL:
            done, failed = _number(result, "done"), _number(result, "failed")
            text = ngettext("One client was valued.", "%(num)s clients were valued.", done)
            if failed:
                left = ngettext(
                    "One could not be, and keeps the figure shown so far.",
                    "%(num)s could not be, and keep the figures shown so far.",
                    failed,
                )
                text = f"{text} {left}"
            return text
        case k if k == REFRESH_QUOTES:
            kept = _number(result, "kept")
            text = ngettext("One price is new.", "%(num)s prices are new.", kept)
            if not kept:
                text = _("No price is new.")
            if result.get("failed"):
                why = _("A source did not answer: the page of the prices says which and why.")
                text = f"{text} {why}"
            return text
        case _:
            return ""


def left_out(job: Job) -> tuple[LeftOut, ...]:
    """Those the job could not do its work for."""
    failures = (job.result or {}).get("failures")
    if not isinstance(failures, list):
        return ()
    return tuple(LeftOut(str(one[0]), str(one[1])) for one in failures)


def next_page(job: Job) -> Next | None:
    """Where what the job did is seen."""
    endpoint, label = {
        RECOMPUTE_ALL: ("clients.index", _("See the clients")),
        REFRESH_QUOTES: ("quotes.index", _("See the prices")),
    }.get(job.kind, ("", ""))
    url = page_url(endpoint) if endpoint else None
    return None if url is None else Next(url, label)


def _number(result: Mapping[str, object], name: str) -> int:
    value = result.get(name)
    return value if isinstance(value, int) else 0
