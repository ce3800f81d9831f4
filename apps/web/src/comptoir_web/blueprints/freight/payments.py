"""Paying: from the wallet, by Orange Money, or elsewhere with a picture that proves it.

A proof is looked at by a person; what a provider says is asked of it again by the server. Nothing a
browser brings back is believed.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from flask import Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import CombinedMultiDict

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.security.headers import SANDBOX
from logistics_core.errors import (
    ImageRefused,
    KeyReused,
    MoveRefused,
    NotEnough,
    PaymentFaults,
    PaymentMissing,
    ProofMissing,
    ProviderFailed,
    WalletFaults,
)
from logistics_core.payments import PaymentStatus
from logistics_core.pooling import OrderState
from shared_kernel import from_minor, to_minor

from .asking import read_amount, refuse_faults
from .forms import ProofForm
from .orders import found_order, order_page, to_order
from .paying import payment_row, payments
from .reading import title_of
from .views import blueprint, desk, fresh_key, request_key, tell

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from logistics_core.payments import Payment

__all__: list[str] = []

_LONGEST_ID = 64


def _nothing_due() -> str:
    return _("Nothing is to be paid of this order now.")


@blueprint.post("/commandes/<order_id>/paiement")
def pay(order_id: str) -> ResponseReturnValue:
    """Pay from the wallet: all that is due, or what the wallet holds."""
    detail = found_order(order_id)
    amount = None
    if request.form.get("part") == "yes":
        balance = desk().wallet(visitor().id, per_page=1).balance
        least = min(to_minor(balance), to_minor(detail.due))
        amount = from_minor(least, balance.currency.code) if least else None
    key = request_key()
    try:
        order = desk().pay_from_wallet(visitor().id, order_id, key=key, amount=amount)
    except NotEnough:
        warning = _("Your wallet does not hold that much any more. Nothing was paid.")
        return order_page(found_order(order_id), warning=warning), 409
    except (MoveRefused, KeyReused, WalletFaults):
        return order_page(found_order(order_id), warning=_nothing_due()), 409
    whole = order.state is not OrderState.CONFIRMED
    tell(_("It is paid: thank you.") if whole else _("Your payment is taken into account."))
    return to_order(order_id)


# -- Orange Money ----------------------------------------------------------------------------------


@blueprint.post("/commandes/<order_id>/orange")
def start(order_id: str) -> ResponseReturnValue:
    """Ask Orange for a payment; its page is one more step, which the next page leads to."""
    found_order(order_id)
    try:
        started = payments().start(
            visitor().id,
            order_id,
            key=request_key(),
            language=language(),
            back=url_for("freight.order", order_id=order_id),
        )
    except ProviderFailed:
        warning = _("Orange Money does not answer. Nothing was taken: try again in a moment.")
        return order_page(found_order(order_id), warning=warning), 503
    except PaymentFaults as error:
        warning = " ".join(fault_sentence(fault) for fault in error.faults)
        return order_page(found_order(order_id), warning=warning), 422
    except (MoveRefused, KeyReused):
        return order_page(found_order(order_id), warning=_nothing_due()), 409
    return redirect(url_for("freight.payment", payment_id=started.payment.id), code=303)


@blueprint.get("/paiements/<payment_id>")
def payment(payment_id: str) -> ResponseReturnValue:
    """A payment by Orange Money: where to make it, or what became of it."""
    found = _payment(payment_id)
    order = found_order(found.order_id).order if found.order_id else None
    return render_template(
        "freight/payment.html",
        payment=payment_row(found),
        received=found.state is PaymentStatus.SUCCESS,
        order_id=found.order_id,
        order_title=title_of(order) if order is not None else "",
        request_id=fresh_key(),
    )


@blueprint.post("/paiements/<payment_id>")
def look(payment_id: str) -> ResponseReturnValue:
    """Ask Orange what became of a payment."""
    _payment(payment_id)
    found = payments().look(visitor().id, payment_id)
    if found.state is PaymentStatus.SUCCESS:
        tell(_("Your payment has arrived: thank you."))
    if found.state is PaymentStatus.SUCCESS and found.order_id:
        return to_order(found.order_id)
    return redirect(url_for("freight.payment", payment_id=payment_id), code=303)


def _payment(payment_id: str) -> Payment:
    if not (payment_id.isascii() and payment_id.isprintable() and len(payment_id) <= _LONGEST_ID):
        abort(404)
    try:
        return payments().payment(visitor().id, payment_id)
    except PaymentMissing:
        abort(404)


# -- proofs ----------------------------------------------------------------------------------------


@blueprint.post("/commandes/<order_id>/preuves")
def add_proof(order_id: str) -> ResponseReturnValue:
    """Send the picture of a payment; a person looks at it."""
    detail = found_order(order_id)
    form = ProofForm(CombinedMultiDict([request.files, request.form]))
    form.validate()
    currency = detail.due.currency.code
    amount = read_amount(form, form.amount, currency, strict=True, example="1 000 000")
    given = request.files.get("file")
    data = given.read() if given else b""
    if not data:
        form.file.errors = [_("Choose a picture: a JPG or a PNG of 5 MB at most.")]
    if amount is None or form.errors or form.form_errors:
        return order_page(detail, proof_form=form), 422
    try:
        payments().add_proof(visitor().id, order_id, amount, data, request_id=request_key())
    except ImageRefused as error:
        form.file.errors = [fault_sentence(fault) for fault in error.faults]
        return order_page(detail, proof_form=form), 422
    except (PaymentFaults, WalletFaults) as error:
        refuse_faults(form, error.faults)
        return order_page(detail, proof_form=form), 422
    except (MoveRefused, KeyReused):
        return order_page(found_order(order_id), warning=_nothing_due()), 409
    tell(_("Your proof is sent: we look at it, and you need do nothing more."))
    return to_order(order_id)


@blueprint.get("/preuves/<proof_id>")
def proof(proof_id: str) -> ResponseReturnValue:
    """The picture of one's own proof, as an attachment."""
    if not (proof_id.isascii() and proof_id.isprintable() and len(proof_id) <= _LONGEST_ID):
        abort(404)
    try:
        file = payments().proof_file(proof_id, owner=visitor().id)
    except ProofMissing:
        abort(404)
    response: Response = send_file(
        BytesIO(file.data),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
