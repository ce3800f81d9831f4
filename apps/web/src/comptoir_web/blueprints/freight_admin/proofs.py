"""Proofs of payment: looked at, then validated, or refused with a reason for the merchant."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, send_file, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import asked_page
from comptoir_web.security.headers import SANDBOX
from logistics_core.errors import LogisticsError, StaleVersion
from logistics_core.payments import ProofState

from . import words
from .forms import RefusalForm
from .views import blueprint, me, office, payments, people, tell, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from flask.typing import ResponseReturnValue

    from logistics_core.payments import Proof

__all__: list[str] = []

PENDING = 50
DECIDED = 20
LONGEST_REASON = 300


@blueprint.get("/preuves")
def proofs() -> ResponseReturnValue:
    """Those to decide on, the oldest first; then those that were."""
    number = asked_page()
    decided = payments().decided(number=number, per_page=DECIDED)
    return render_template(
        "freight_admin/proofs.html",
        pending=payments().pending(),
        most=PENDING,
        decided=decided,
        people=people([one.owner for one in decided] + [one.decided_by for one in decided]),
        number=number,
        more=len(decided) == DECIDED,
    )


@blueprint.get("/preuves/<proof_id>")
def proof(proof_id: str) -> ResponseReturnValue:
    """One proof: its picture, its amount, its order, and what is decided."""
    return _page(proof_id, RefusalForm())


def _page(proof_id: str, form: RefusalForm, *, stale: bool = False) -> str:
    found = payments().proof(proof_id)
    if not form.is_submitted() or stale:
        form.version.data = str(found.proof.version)
    return render_template(
        "freight_admin/proof.html",
        found=found,
        proof=found.proof,
        form=form,
        stale=stale,
        same=payments().same_picture(found.proof),
        paid=office().order(found.order.id).line.paid,
        people=people([found.proof.decided_by]),
    )


@blueprint.get("/preuves/<proof_id>/image")
def proof_image(proof_id: str) -> ResponseReturnValue:
    """The picture, always as an attachment; a page may show it, nothing runs in it."""
    file = payments().proof_file(proof_id)
    response: Response = send_file(
        io.BytesIO(file.data),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@blueprint.post("/preuves/<proof_id>/valider")
def validate_proof(proof_id: str) -> ResponseReturnValue:
    """Credit what it shows, and pay its order with it; once."""
    version = version_of(request.form.get("version"))
    found = payments().proof(proof_id)
    if found.proof.state is ProofState.PENDING and found.proof.version == version:
        back = url_for("freight_admin.proof", proof_id=proof_id)
        asked = unconfirmed(words.ask_validation(found), _("Validate"), back)
        if asked is not None:
            return asked
    return _decide(
        proof_id,
        lambda: payments().validate(proof_id, version=version, actor=me()),
        wanted=ProofState.VALIDATED,
        done=_("The proof is validated and its amount is credited."),
    )


@blueprint.post("/preuves/<proof_id>/refuser")
def refuse_proof(proof_id: str) -> ResponseReturnValue:
    """Refuse it; its merchant reads the reason."""
    form = RefusalForm()
    reason = form.reason.data or ""
    if not 0 < len(reason) <= LONGEST_REASON:
        form.reason.errors = [_("Write why, in %(most)s characters at most.", most=LONGEST_REASON)]
        return _page(proof_id, form), 422
    version = version_of(form.version.data)
    return _decide(
        proof_id,
        lambda: payments().refuse(proof_id, reason=reason, version=version, actor=me()),
        wanted=ProofState.REFUSED,
        done=_("The proof is refused; its merchant reads the reason."),
        form=form,
    )


def _decide(
    proof_id: str,
    decide: Callable[[], Proof],
    *,
    wanted: ProofState,
    done: str,
    form: RefusalForm | None = None,
) -> ResponseReturnValue:
    """Decide on a proof as it was seen; decided on by another meanwhile, show what was decided."""
    try:
        decide()
    except LogisticsError as error:
        kept = payments().proof(proof_id).proof
        mine = kept.state is wanted and kept.decided_by == me()
        if not mine:  # else the same form was sent twice
            if isinstance(error, StaleVersion) or kept.state is not ProofState.PENDING:
                return _page(proof_id, form or RefusalForm(), stale=True), 409
            tell(error)
            return redirect(url_for("freight_admin.proof", proof_id=proof_id), code=303)
    flash(done, "success")
    return redirect(url_for("freight_admin.proofs"), code=303)
