"""Signing in and out; a forgotten password."""

from __future__ import annotations

import secrets

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # it ships no types

from comptoir_web.blueprints.auth.answers import session_opened, start_again, too_many
from comptoir_web.blueprints.auth.forms import (
    AskResetForm,
    ChoosePasswordForm,
    CodeForm,
    SignInForm,
)
from comptoir_web.forms import show_faults
from comptoir_web.identity.access import (
    agent,
    clear_cookies,
    peer,
    pending_token,
    session_token,
)
from comptoir_web.identity.errors import (
    CodeRefused,
    IdentityFaults,
    LinkProblem,
    LinkRefused,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
)
from comptoir_web.identity.mail_jobs import ask_for_link, tell_password_changed
from comptoir_web.identity.roles import Role, reached_by_anyone
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation.navigation import page_url
from comptoir_web.security.redirects import next_address
from comptoir_web.settings import Settings
from comptoir_web.wiring import services

__all__ = ["blueprint"]

blueprint = Blueprint("auth", __name__, url_prefix="/plateforme")
blueprint.before_request(reached_by_anyone("these pages come before signing in"))


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page of one's role."""
    if not current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"), code=303)
    first = {
        Role.ADMIN: "admin.users",
        Role.CLIENT: "loans.index",
        Role.MERCHANT: "freight.index",
    }.get(current_user.role)
    return redirect(
        (first and page_url(first)) or url_for("account.show"),
        code=303,
    )


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The address and the password."""
    target = next_address("")
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target or url_for("auth.home"), code=303)
    form = SignInForm()
    form.next.data = target
    by_phone = services().get(Settings).reaches_phones
    if not form.validate_on_submit():
        return render_template("auth/sign_in.html", form=form, by_phone=by_phone)
    try:
        opened = (
            services()
            .get(SignInService)
            .sign_in(
                form.email.data or "",
                form.password.data or "",
                address=peer(),
                agent=agent(),
                replaces=session_token(),
            )
        )
    except SignInRefused:
        form.form_errors.append(_("The e-mail address or the password is not right."))
        return render_template("auth/sign_in.html", form=form, by_phone=by_phone), 422
    except TooManyAttempts as error:
        return too_many("auth/sign_in.html", form, error, by_phone=by_phone)
    return session_opened(opened, target)


@blueprint.route("/connexion/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The code of the second factor."""
    token = pending_token()
    service = services().get(SignInService)
    if token is None or service.pending(token) is None:
        return start_again()
    form = CodeForm()
    target = next_address("")
    form.next.data = target
    if not form.validate_on_submit():
        return render_template("auth/code.html", form=form)
    try:
        opened = service.second_step(token, form.code.data or "", address=peer(), agent=agent())
    except CodeRefused:
        form.code.errors = [
            _("This code is not right, or was already used. Wait for the next one.")
        ]
        return render_template("auth/code.html", form=form), 422
    except TooManyAttempts as error:
        return too_many("auth/code.html", form, error)
    except (SignInExpired, SignInRefused):
        return start_again()
    return session_opened(opened, target)


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    token = session_token()
    if token is not None:
        services().get(SignInService).sign_out(token, address=peer())
    session.clear()
    flash(_("You are signed out."), "success")
    response = make_response(redirect(url_for("auth.sign_in"), code=303))
    clear_cookies(response)
    return response


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
def ask_reset() -> ResponseReturnValue:
    """Ask for a link by mail: the same answer whether the account exists or not."""
    form = AskResetForm()
    if not form.validate_on_submit():
        return render_template("auth/ask_reset.html", form=form)
    identity = services().get(IdentityService)
    user_id = identity.ask_reset(form.email.data or "", address=peer())
    ask_for_link(services().get(JobQueue), user_id, request_id=secrets.token_urlsafe(16))
    return render_template("auth/reset_asked.html", email=form.email.data)


@blueprint.route("/lien/<text>", methods=["GET", "POST"])
def link(text: str) -> ResponseReturnValue:
    """Choose a password by a link: looking at the page does not use it up."""
    identity = services().get(IdentityService)
    form = ChoosePasswordForm()
    try:
        user = identity.read_link(text)
        if not form.validate_on_submit():
            return render_template("auth/link.html", form=form, user=user)
        try:
            identity.use_link(text, form.password.data or "", address=peer())
        except IdentityFaults as faults:
            show_faults(form, faults)
            return render_template("auth/link.html", form=form, user=user), 422
    except LinkRefused as error:
        identity.note_refused_link(error.problem, address=peer())
        return render_template("auth/link_refused.html", reason=_reason(error.problem)), 410
    if user.has_password:
        tell_password_changed(services().get(JobQueue), user.id)
    session.clear()
    flash(_("Your password is set. Sign in with it."), "success")
    response = make_response(redirect(url_for("auth.sign_in"), code=303))
    clear_cookies(response)
    return response


def _reason(problem: LinkProblem) -> str:
    return {
        LinkProblem.EXPIRED: _("This link has expired."),
        LinkProblem.USED: _("This link was already used, or a newer one was sent."),
        LinkProblem.FORGED: _("This link is not one of ours, or is not complete."),
    }[problem]
