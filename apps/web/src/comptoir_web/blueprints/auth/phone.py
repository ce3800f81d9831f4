"""Signing in by phone: the number, then the code sent to it.

The same page answers whosever the number is, with the same cookie: the token of the request, which
the code is worth nothing without. Both pages are reached before signing in.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # it ships no types

from comptoir_web.blueprints.auth.answers import session_opened, too_many, wait_sentence
from comptoir_web.blueprints.auth.forms import PhoneCodeForm, PhoneForm
from comptoir_web.forms import show_faults
from comptoir_web.identity.access import (
    CODE_COOKIE,
    agent,
    clear_cookies,
    code_token,
    peer,
    session_token,
    set_code_cookie,
)
from comptoir_web.identity.errors import (
    CodeRefused,
    IdentityFaults,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
)
from comptoir_web.identity.phone_sign_in import AskedCode, PhoneSignIn
from comptoir_web.identity.phones import shown_phone
from comptoir_web.identity.roles import reached_by_anyone
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.security.redirects import next_address
from comptoir_web.wiring import services

__all__ = ["blueprint"]

blueprint = Blueprint("phone", __name__, url_prefix="/plateforme/telephone")
blueprint.before_request(reached_by_anyone("these pages come before signing in"))


@blueprint.route("", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """The number that a code goes to."""
    target = next_address("")
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target or url_for("auth.home"), code=303)
    form = PhoneForm()
    form.next.data = target
    if not form.validate_on_submit():
        return render_template("auth/phone.html", form=form)
    try:
        asked = (
            services()
            .get(PhoneSignIn)
            .ask(form.phone.data or "", address=peer(), locale=language(), replaces=code_token())
        )
    except IdentityFaults as faults:
        show_faults(form, faults)
        return render_template("auth/phone.html", form=form), 422
    except TooManyAttempts as error:
        return too_many("auth/phone.html", form, error)
    return _to_code(asked, target)


@blueprint.route("/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The code that was sent."""
    phones = services().get(PhoneSignIn)
    token = code_token()
    waiting = phones.waiting(token) if token is not None else None
    if token is None or waiting is None:
        return _over()
    form = PhoneCodeForm()
    target = next_address("")
    form.next.data = target
    shown = shown_phone(waiting.phone)
    if not form.validate_on_submit():
        return render_template("auth/phone_code.html", form=form, phone=shown)
    try:
        opened = phones.verify(
            token,
            form.code.data or "",
            address=peer(),
            agent=agent(),
            replaces=session_token(),
        )
    except (CodeRefused, SignInRefused):
        form.code.errors = [_("This code is not right. Look at the last message you received.")]
        return render_template("auth/phone_code.html", form=form, phone=shown), 422
    except TooManyAttempts as error:
        return too_many("auth/phone_code.html", form, error, phone=shown)
    except SignInExpired:
        return _over()
    response = session_opened(opened, target)
    clear_cookies(response, CODE_COOKIE)
    return response


@blueprint.post("/code/nouveau")
def ask_again() -> ResponseReturnValue:
    """Send another code to the same number; the one before is worth nothing."""
    target = next_address("")
    try:
        asked = (
            services()
            .get(PhoneSignIn)
            .ask_again(code_token() or "", address=peer(), locale=language())
        )
    except SignInExpired:
        return _over()
    except TooManyAttempts as error:
        flash(wait_sentence(error.until), "warning")
        return redirect(url_for("phone.code", next=target or None), code=303)
    flash(_("Another code is on its way. The one before no longer works."), "success")
    return _to_code(asked, target)


def _to_code(asked: AskedCode, target: str) -> Response:
    response = make_response(redirect(url_for("phone.code", next=target or None), code=303))
    set_code_cookie(response, asked.token)
    return response


def _over() -> Response:
    flash(
        _("This code is over: it was used, is too old, or met too many tries. Ask for another."),
        "warning",
    )
    response = make_response(redirect(url_for("phone.ask"), code=303))
    clear_cookies(response, CODE_COOKIE)
    return response
