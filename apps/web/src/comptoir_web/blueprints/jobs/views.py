"""The pages of one's jobs; somebody else's do not exist here, not even for an administrator."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from comptoir_web.blueprints.jobs import words
from comptoir_web.blueprints.jobs.outcomes import left_out, next_page
from comptoir_web.files import FileAbsent, FileStore
from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.errors import JobUnknown
from comptoir_web.jobs.model import Job, JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.presentation.tables import Column, Page, page_number
from comptoir_web.wiring import services

__all__ = ["blueprint"]

PAGE_SIZE = 20
LONGEST_REQUEST_ID = 64

blueprint = Blueprint("jobs", __name__, url_prefix="/plateforme/travaux")
blueprint.before_request(reached_by(Role.CLIENT, Role.ADMIN))


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """My jobs, the newest first."""
    queue = services().get(JobQueue)
    total = queue.count(_me())
    page = Page(number=page_number(total, size=PAGE_SIZE), size=PAGE_SIZE, total=total)
    return render_template(
        "jobs/index.html",
        jobs=queue.list(_me(), limit=PAGE_SIZE, offset=page.offset),
        page=page,
        columns=(
            Column("kind", _("Work")),
            Column("state", _("State")),
            Column("created", _("Asked for")),
            Column("progress", _("Progress"), numeric=True),
        ),
        words=words,
        request_id=secrets.token_urlsafe(16),
    )


@blueprint.post("/export-prets")
def export_loans() -> ResponseReturnValue:
    """Ask for every saved loan in one file; the same form sent twice leads to the same job."""
    request_id = request.form.get("request_id", "")
    if not (request_id.isascii() and request_id.isprintable()):
        abort(400)
    if not 1 <= len(request_id) <= LONGEST_REQUEST_ID or " " in request_id:
        abort(400)
    job = (
        services()
        .get(JobQueue)
        .submit("loans.export", {"locale": language()}, owner=_me(), request_id=request_id)
    )
    return _to(job)


@blueprint.get("/<job_id>")
def show(job_id: str) -> ResponseReturnValue:
    """One job: its state first, then what can be done about it."""
    job = _job(job_id)
    absent = left_out(job)
    accounts = services().get(IdentityService).users_by_id({one.owner for one in absent})
    return render_template(
        "jobs/show.html",
        job=job,
        words=words,
        kept_until=_kept_until(job),
        seconds=_seconds(job),
        left_out=absent,
        accounts=accounts,
        next=next_page(job) if job.state is JobState.DONE else None,
    )


@blueprint.get("/<job_id>/etat")
def state(job_id: str) -> ResponseReturnValue:
    """How far the job is, for the script of its page."""
    job = _job(job_id)
    return {
        "state": job.state.value,
        "name": words.state_name(job.state),
        "summary": words.summary(job),
        "count": _count_beside(job),
        "done": job.done,
        "total": job.total,
        "percent": job.percent,
        "finished": job.state.finished,
    }, {"Cache-Control": "no-store"}


@blueprint.get("/<job_id>/fichier")
def download(job_id: str) -> ResponseReturnValue:
    """The file the job made, as an attachment."""
    job = _job(job_id)
    if job.file is None:
        abort(404)
    try:
        file = services().get(FileStore).open(job.file)
    except FileAbsent:
        abort(404)
    response: Response = send_file(
        file,
        mimetype="application/zip",
        as_attachment=True,
        download_name=job.file_name or "comptoir.zip",
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/<job_id>/annuler")
def cancel(job_id: str) -> ResponseReturnValue:
    """Cancel the job: nothing is lost, it can be taken up again."""
    _job(job_id)
    return _to(services().get(JobQueue).cancel(job_id, owner=_me()))


@blueprint.post("/<job_id>/reprendre")
def try_again(job_id: str) -> ResponseReturnValue:
    """Take the job up again from its last checkpoint."""
    _job(job_id)
    return _to(services().get(JobQueue).try_again(job_id, owner=_me()))


@blueprint.app_template_global("job_count")
def _count(job: Job) -> str:
    """The count beside the bar: ``3 / 10``; nothing while the total is unknown."""
    return f"{job.done} / {job.total}" if job.total else ""


@blueprint.app_template_global("job_count_beside")
def _count_beside(job: Job) -> str:
    """The count under the bar, unless the sentence above it says it already."""
    return "" if job.message is not None else _count(job)


def _me() -> str:
    return visitor().id


def _job(job_id: str) -> Job:
    # A longer address than any id is no id: the database would refuse to look it up.
    if not (job_id.isascii() and job_id.isalnum() and len(job_id) <= LONGEST_REQUEST_ID):
        abort(404)
    try:
        return services().get(JobQueue).get(job_id, owner=_me())
    except JobUnknown:
        abort(404)


def _to(job: Job) -> ResponseReturnValue:
    return redirect(url_for("jobs.show", job_id=job.id), code=303)


def _kept_until(job: Job) -> datetime | None:
    if job.finished_at is None:
        return None
    return job.finished_at + services().get(JobQueue).policy.keep_finished


def _seconds(job: Job) -> int | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return max(round((job.finished_at - job.started_at).total_seconds()), 1)
