"""Adding and removing the second factor.

A blueprint of its own: it is all that an administrator without a second factor can reach.
"""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from comptoir_web.blueprints.account.forms import (
    EnrolForm,
    PresentCodeForm,
    PresentPasswordForm,
    PresentProofForm,
)
from comptoir_web.identity.access import agent, peer, session_token, set_cookie, visitor
from comptoir_web.identity.errors import (
    AlreadyEnrolled,
    CodeRefused,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
)
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.second_factor import Enrolment, SecondFactorService, qr_svg
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.presentation import gettext as _
from comptoir_web.settings import Settings
from comptoir_web.wiring import services

__all__ = ["blueprint"]

blueprint = Blueprint("enrolment", __name__, url_prefix="/plateforme/compte/second-facteur")
blueprint.before_request(reached_by(*Role))


@blueprint.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The QR code to scan and the first code; then the recovery codes, shown once."""
    me = visitor()
    service = services().get(SecondFactorService)
    form = EnrolForm()
    try:
        enrolment = service.begin(me.id)
        if not form.validate_on_submit():
            return _page(form, enrolment), 200
        codes = service.confirm(me.id, form.code.data or "", address=peer())
    except AlreadyEnrolled:
        return redirect(url_for("account.show"), code=303)
    except CodeRefused:
        form.code.errors = [_("This code is not right. Check the time of your phone.")]
        return _page(form, enrolment), 422
    except TooManyAttempts:
        form.form_errors.append(_("Too many attempts. Try again in a few minutes."))
        return _page(form, enrolment), 429
    response = make_response(render_template("account/codes.html", codes=codes, added=True))
    try:
        opened = (
            services()
            .get(SignInService)
            .rotate(session_token() or "", address=peer(), agent=agent())
        )
    except SignInExpired:
        return response
    set_cookie(response, opened)
    return response


@blueprint.route("/codes", methods=["GET", "POST"])
def codes() -> ResponseReturnValue:
    """New recovery codes in place of the old ones, for the present password or a code."""
    me = visitor()
    form = _proof_form()
    if not form.validate_on_submit():
        return render_template("account/renew_codes.html", form=form)
    problem = _proof_problem(form)
    if problem is not None:
        return render_template("account/renew_codes.html", form=form), problem
    new = services().get(SecondFactorService).renew_codes(me.id, address=peer())
    return render_template("account/codes.html", codes=new, added=False)


@blueprint.route("/retirer", methods=["GET", "POST"])
def remove() -> ResponseReturnValue:
    """Take the second factor away, for the present password or a code."""
    me = visitor()
    form = _proof_form()
    required = services().get(Settings).require_admin_2fa and me.role is Role.ADMIN
    if not form.validate_on_submit():
        return render_template("account/remove_factor.html", form=form, required=required)
    problem = _proof_problem(form)
    if problem is not None:
        page = render_template("account/remove_factor.html", form=form, required=required)
        return page, problem
    services().get(SecondFactorService).remove(me.id, actor=me.id, address=peer())
    flash(_("The second factor is removed."), "success")
    return redirect(url_for("enrolment.show" if required else "account.show"), code=303)


def _page(form: EnrolForm, enrolment: Enrolment) -> str:
    # The picture is made by segno from the address: nothing typed is in its markup.
    drawn = qr_svg(enrolment.uri)
    picture = Markup(drawn)  # noqa: S704 # nosec B704  # as said just above
    secret = " ".join(enrolment.secret[i : i + 4] for i in range(0, len(enrolment.secret), 4))
    return render_template(
        "account/enrol.html", form=form, picture=picture, secret=secret, uri=enrolment.uri
    )


def _proof_form() -> PresentProofForm:
    """What the account proves itself with: its password, or, without one, its second factor."""
    return PresentPasswordForm() if visitor().user.has_password else PresentCodeForm()


def _proof_problem(form: PresentProofForm) -> int | None:
    """The status to answer with when the proof is not right; None when it is."""
    me, typed = visitor().user, form.current.data or ""
    sign_in = services().get(SignInService)
    try:
        if isinstance(form, PresentPasswordForm):
            sign_in.check_password(me.email or "", typed, address=peer())
        else:
            sign_in.check_code(me, typed, address=peer())
    except SignInRefused:
        form.current.errors = [_("This is not the present password.")]
        return 422
    except CodeRefused:
        form.current.errors = [
            _("This code is not right, or was already used. Wait for the next one.")
        ]
        return 422
    except TooManyAttempts:
        form.form_errors.append(_("Too many attempts. Try again in a few minutes."))
        return 429
    return None
