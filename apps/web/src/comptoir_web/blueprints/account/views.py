"""One's own account: the password, the sessions, the state of the second factor."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from comptoir_web.blueprints.account.forms import NameForm, PasswordForm
from comptoir_web.blueprints.account.words import device_name
from comptoir_web.forms import show_faults
from comptoir_web.identity.access import peer, visitor
from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import IdentityFaults, TooManyAttempts
from comptoir_web.identity.mail_jobs import tell_password_changed
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation import ngettext
from comptoir_web.presentation.tables import Column
from comptoir_web.settings import Settings
from comptoir_web.wiring import services

__all__ = ["blueprint"]

blueprint = Blueprint("account", __name__, url_prefix="/plateforme/compte")
blueprint.before_request(reached_by(*Role))


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The account at a glance."""
    me = visitor()
    second_factor = services().get(SecondFactorService)
    return render_template(
        "account/show.html",
        me=me,
        device_name=device_name,
        sessions=services().get(SignInService).sessions(me.id),
        codes_left=second_factor.codes_left(me.id) if me.user.second_factor else 0,
        required=services().get(Settings).require_admin_2fa and me.role is Role.ADMIN,
        columns=(
            Column("device", _("Device")),
            Column("address", _("Network address")),
            Column("seen", _("Last seen (UTC)")),
            Column("end", _("End this session"), hidden=True),
        ),
    )


@blueprint.route("/nom", methods=["GET", "POST"])
def name() -> ResponseReturnValue:
    """Change how the account is called."""
    me = visitor()
    form = NameForm(name=me.name)
    if not form.validate_on_submit():
        return render_template("account/name.html", form=form)
    try:
        services().get(ContactService).rename(me.id, form.name.data or "", actor=me.id)
    except IdentityFaults as faults:
        show_faults(form, faults)
        return render_template("account/name.html", form=form), 422
    flash(_("Your name is changed."), "success")
    return redirect(url_for("account.show"), code=303)


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change the password; the other sessions and the tokens end."""
    me = visitor()
    if not me.user.has_password:
        # Its owner comes in by phone, or by a link that chooses the first one.
        return redirect(url_for("account.show"), code=303)
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("account/password.html", form=form)
    try:
        services().get(IdentityService).change_password(
            me.id,
            form.current.data or "",
            form.password.data or "",
            keep_session=me.session_id,
            address=peer(),
        )
    except IdentityFaults as faults:
        show_faults(form, faults)
        return render_template("account/password.html", form=form), 422
    except TooManyAttempts:
        form.form_errors.append(_("Too many attempts. Try again in a few minutes."))
        return render_template("account/password.html", form=form), 429
    tell_password_changed(services().get(JobQueue), me.id)
    flash(_("Your password is changed. Your other sessions were ended."), "success")
    return redirect(url_for("account.show"), code=303)


@blueprint.post("/sessions/<session_id>/fermer")
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of one's sessions."""
    me = visitor()
    sign_in = services().get(SignInService)
    if len(session_id) <= 64 and sign_in.end_session(session_id, user_id=me.id, address=peer()):
        flash(_("The session is ended."), "success")
    return redirect(url_for("account.show"), code=303)


@blueprint.post("/sessions/fermer")
def end_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    me = visitor()
    ended = (
        services().get(SignInService).end_other_sessions(me.id, but=me.session_id, address=peer())
    )
    flash(
        ngettext("One session was ended.", "%(num)s sessions were ended.", ended)
        if ended
        else _("There was no other session."),
        "success",
    )
    return redirect(url_for("account.show"), code=303)
