"""What a visitor sees of an error: what happened, what was kept, what to do.

Errors under ``/api`` are problem documents (`comptoir_web.api.problems`); elsewhere they are pages.
An unforeseen error is logged with a reference that the page shows, and tells nothing else.
"""

from __future__ import annotations

import secrets

import structlog
from attrs import frozen
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # it ships no types
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # it ships no types
from werkzeug.exceptions import HTTPException

from comptoir_web.api.problems import is_api_request, problem_for
from comptoir_web.identity.errors import UnknownUser
from comptoir_web.presentation import gettext as _
from shared_kernel.errors import (
    DatabaseBusy,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    DiskFull,
    StorageError,
)

__all__ = ["init_errors"]

log = structlog.get_logger(__name__)


Page = tuple[str, int, dict[str, str]]


@frozen(kw_only=True)
class Explanation:
    """The three sentences of an error page, in the visitor's language."""

    title: str
    happened: str
    kept: str
    advice: str


def init_errors(app: Flask) -> None:
    """Answer every error by a page or a problem document."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StorageError, _storage)
    app.register_error_handler(UnknownUser, _absent)
    app.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if is_api_request():
        return problem_for(error)
    if code < 400:
        return error
    _ask_who()
    if isinstance(error, CSRFError):
        return _page(_forgery(), code)
    explanation = _EXPLANATIONS.get(code, _refused if code < 500 else _broken)()
    answer = _page(explanation, code, retry_after=60 if code == 429 else None)
    _copy_headers(answer, error)
    return answer


def _ask_who() -> None:
    """Find the visitor, whose name and language the page needs, while a failure can be borne."""
    try:
        bool(current_user.is_authenticated)
    except StorageError as error:
        log.warning("storage", error=type(error).__name__, detail=str(error))
        g.storage_failed = True


def _copy_headers(answer: Page, error: HTTPException) -> None:
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            answer[2][name] = value


def _absent(error: UnknownUser) -> ResponseReturnValue:
    if is_api_request():
        return problem_for(error)
    _ask_who()
    return _page(_not_found(), 404)


def _storage(error: StorageError) -> ResponseReturnValue:
    log.error("storage", error=type(error).__name__, detail=str(error))
    # A page that fails again for the same reason must not ask the database who is visiting.
    g.storage_failed = True
    if is_api_request():
        return problem_for(error)
    if isinstance(error, DiskFull):
        return _page(_disk_full(), 507)
    for kind, explain in (
        (DatabaseMissing, _database_missing),
        (DatabaseOlder, _database_older),
        (DatabaseNewer, _database_newer),
        (DatabaseBusy, _database_busy),
    ):
        if isinstance(error, kind):
            return _page(explain(), 503, retry_after=5)
    return _page(_database_away(), 503, retry_after=5)


def _unforeseen(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    g.storage_failed = True
    log.error("unforeseen", reference=reference, path=request.path, exc_info=error)
    if is_api_request():
        return problem_for(error)
    return _page(_broken(), 500, reference=reference)


def _page(
    explanation: Explanation, code: int, *, reference: str = "", retry_after: int | None = None
) -> Page:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = render_template(
        "errors/error.html", explanation=explanation, code=code, reference=reference
    )
    return body, code, headers


def _refused() -> Explanation:
    return Explanation(
        title=_("This request was refused"),
        happened=_("The request is not one that this site understands."),
        kept=_("Nothing was changed."),
        advice=_("Go back and try again from the page you came from."),
    )


def _forgery() -> Explanation:
    return Explanation(
        title=_("This form is too old"),
        happened=_("The page stayed open too long, or you signed in or out in another tab."),
        kept=_("Nothing was changed. Your browser still has what you typed."),
        advice=_("Go back, load the page again, then send the form again."),
    )


def _unauthorized() -> Explanation:
    return Explanation(
        title=_("Sign in to see this page"),
        happened=_("You are not signed in, or your session is over."),
        kept=_("Everything you saved is kept."),
        advice=_("Sign in, then open this page again."),
    )


def _forbidden() -> Explanation:
    return Explanation(
        title=_("Your account does not reach this page"),
        happened=_("This page is for another kind of account."),
        kept=_("Nothing was changed."),
        advice=_("If you need it, ask an administrator."),
    )


def _not_found() -> Explanation:
    return Explanation(
        title=_("There is nothing at this address"),
        happened=_("The page does not exist, or no longer does."),
        kept=_("Nothing was changed."),
        advice=_("Check the address, or start again from the home page."),
    )


def _method() -> Explanation:
    return Explanation(
        title=_("This page does not work that way"),
        happened=_("What was asked of this address is not something it does."),
        kept=_("Nothing was changed."),
        advice=_("Go back and try again from the page you came from."),
    )


def _too_large() -> Explanation:
    return Explanation(
        title=_("This is too large"),
        happened=_("What was sent is larger than this site accepts."),
        kept=_("Nothing was changed. Your browser still has what you typed."),
        advice=_("Go back and send less at once."),
    )


def _too_many() -> Explanation:
    return Explanation(
        title=_("Too many requests"),
        happened=_("Too many requests came from your network in a short time."),
        kept=_("Nothing was changed."),
        advice=_("Wait a minute, then try again."),
    )


def _broken() -> Explanation:
    return Explanation(
        title=_("Something went wrong on our side"),
        happened=_("The page could not be made. The error was recorded."),
        kept=_("What was saved before is kept; what you just sent may not be."),
        advice=_("Go back and try again. If it happens again, tell us the reference below."),
    )


def _disk_full() -> Explanation:
    return Explanation(
        title=_("The disk of the server is full"),
        happened=_("What you sent could not be saved."),
        kept=_("What was saved before is kept. Your browser still has what you typed."),
        advice=_("Tell an administrator, keep this page open, and send it again later."),
    )


def _database_missing() -> Explanation:
    return Explanation(
        title=_("The site has no database"),
        happened=_("Its database is gone, or has no tables yet."),
        kept=_("Nothing was changed."),
        advice=_(
            "An administrator restores the backup or, for a new site, runs the command: "
            "comptoir db upgrade"
        ),
    )


def _database_older() -> Explanation:
    return Explanation(
        title=_("The site is being updated"),
        happened=_("The database is older than the program."),
        kept=_("Everything you saved is kept."),
        advice=_("Try again in a minute. An administrator runs the command: comptoir db upgrade"),
    )


def _database_newer() -> Explanation:
    return Explanation(
        title=_("The site is being updated"),
        happened=_("The database is newer than the program."),
        kept=_("Everything you saved is kept."),
        advice=_("Try again in a minute. An administrator installs the newer version."),
    )


def _database_busy() -> Explanation:
    return Explanation(
        title=_("The site is busy"),
        happened=_("The database was in use for too long."),
        kept=_("What was saved before is kept; what you just sent is not."),
        advice=_("Go back and send it again in a moment."),
    )


def _database_away() -> Explanation:
    return Explanation(
        title=_("The database does not answer"),
        happened=_("The page needs it and could not be made."),
        kept=_("What was saved before is kept; what you just sent is not."),
        advice=_("Try again in a minute. If it lasts, tell an administrator."),
    )


_EXPLANATIONS = {
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    405: _method,
    413: _too_large,
    414: _too_large,
    429: _too_many,
}
