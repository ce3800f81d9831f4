"""What the pages of signing in answer alike, by password or by phone."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from comptoir_web.forms import Form
from comptoir_web.identity.access import PENDING_COOKIE, clear_cookies, set_cookie
from comptoir_web.identity.errors import TooManyAttempts
from comptoir_web.identity.sign_in import Opened
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation import ngettext
from comptoir_web.wiring import Clock, services

__all__ = ["session_opened", "start_again", "too_many", "wait_sentence"]


def session_opened(opened: Opened, target: str) -> Response:
    """Lead on with the cookie of what was opened: to the second factor, or in."""
    # What the browser kept from before is dropped, the token of its forms with it.
    session.clear()
    if opened.awaits_code:
        address = url_for("auth.code", next=target or None)
    else:
        address = target or url_for("auth.home")
    response = make_response(redirect(address, code=303))
    set_cookie(response, opened)
    return response


def start_again() -> Response:
    """Say that the pending sign-in is over, on the page where one begins."""
    flash(_("The sign-in took too long or met too many wrong codes. Start again."), "warning")
    response = make_response(redirect(url_for("auth.sign_in"), code=303))
    clear_cookies(response, PENDING_COOKIE)
    return response


def too_many(
    template: str, form: Form, error: TooManyAttempts, **shown: object
) -> ResponseReturnValue:
    """Show the form again with how long to wait."""
    form.form_errors.append(wait_sentence(error.until))
    page = render_template(template, form=form, **shown)
    return page, 429, {"Retry-After": str(_seconds_left(error.until))}


def wait_sentence(until: datetime) -> str:
    """How long nothing is looked at, in minutes; or who helps."""
    minutes = -(-_seconds_left(until) // 60)
    if minutes > 24 * 60:
        return _("Too many attempts. Ask an administrator to unlock your account.")
    return ngettext(
        "Too many attempts. Try again in one minute.",
        "Too many attempts. Try again in %(num)s minutes.",
        minutes,
    )


def _seconds_left(until: datetime) -> int:
    left = (until - services().get(Clock)()).total_seconds()
    return max(1, min(round(left), 10**9))
