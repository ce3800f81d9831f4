"""The page of an order, and what its merchant does with it: confirm, share, wait, cancel.

Every form may be sent twice: the second time finds what the first one did. Where the room was taken
meanwhile nothing is booked, and the page says what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from flask import abort, redirect, render_template, request, url_for

from comptoir_web.freight.values import Expected
from comptoir_web.identity.access import visitor
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.settings import Settings
from comptoir_web.wiring import services
from logistics_core.errors import (
    ContainerMissing,
    MoveRefused,
    NoRoom,
    OrderMissing,
    PoolFaults,
    QuoteExpired,
    TariffMissing,
)
from logistics_core.pooling import OrderState

from .choices import Choices, choices_of
from .paying import paying_of
from .reading import Journey, Next, journeys_of, labels_of, next_of, title_of, total_of, what_of
from .views import blueprint, desk, fresh_key, request_key, tariff_in_force, tell
from .words import STATE_ICONS, STATE_TONES, state_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.values import OrderDetail

    from .forms import ProofForm
    from .paying import Paying
    from .reading import Total

__all__ = ["found_order", "order_page", "to_order"]

_LONGEST_ID: Final = 64
_MOST_PARTS: Final = 50
_PART: Final = "part-"


@attrs.frozen(kw_only=True)
class OrderView:
    """An order as its page shows it.

    Attributes:
        id: Its id.
        title: What it is called.
        what: What it is of.
        state: Its state.
        icon: Of the state.
        tone: Of the state.
        total: What it costs and what that is made of.
        lines: Where it is.
        next: What comes next.
        choices: Where it may go; None once it has its place.
        waiting: Whether it is confirmed and waits for room.
        paying: How it is paid; None where nothing is or was due.
        expired: Whether its price holds no more.
        quoted: Whether it is a quote still.
        cancelled: Whether it is over without having arrived.
        can_cancel: Whether it may still be cancelled.
    """

    id: str
    title: str
    what: str
    state: str
    icon: str
    tone: str
    total: Total
    lines: tuple[Journey, ...]
    next: Next
    choices: Choices | None
    waiting: bool
    paying: Paying | None
    expired: bool
    quoted: bool
    cancelled: bool
    can_cancel: bool


def found_order(order_id: str) -> OrderDetail:
    """One of the visitor's orders; somebody else's does not exist here."""
    # A longer address than any id is no id: the database would refuse to look it up.
    if not (order_id.isascii() and order_id.isprintable() and len(order_id) <= _LONGEST_ID):
        abort(404)
    try:
        return desk().order(visitor().id, order_id)
    except OrderMissing:
        abort(404)


def to_order(order_id: str) -> ResponseReturnValue:
    """Lead to the page of an order."""
    return redirect(url_for("freight.order", order_id=order_id), code=303)


@blueprint.get("/commandes/<order_id>")
def order(order_id: str) -> ResponseReturnValue:
    """Where an order is, what is expected next, and what it is made of."""
    return order_page(found_order(order_id))


def order_page(
    detail: OrderDetail, *, warning: str = "", proof_form: ProofForm | None = None
) -> str:
    """The page of an order; with what just went wrong, where something did."""
    return render_template(
        "freight/order.html",
        order=_view(detail),
        warning=warning,
        proof_form=proof_form,
        request_id=fresh_key(),
    )


def _view(detail: OrderDetail) -> OrderView:
    order = detail.order
    return OrderView(
        id=order.id,
        title=title_of(order),
        what=what_of(order.purchase, labels_of(tariff_in_force())),
        state=_("Expired") if detail.expired else state_label(order.state),
        icon="hourglass-bottom" if detail.expired else STATE_ICONS[order.state],
        tone=STATE_TONES[order.state],
        total=total_of(order.quote),
        lines=journeys_of(order),
        next=next_of(detail),
        choices=_choices(detail),
        waiting=order.state is OrderState.CONFIRMED and bool(order.waiting_litres),
        paying=paying_of(detail),
        expired=detail.expired,
        quoted=order.state is OrderState.QUOTE,
        cancelled=order.state is OrderState.CANCELLED,
        can_cancel=detail.can_cancel,
    )


def _choices(detail: OrderDetail) -> Choices | None:
    order = detail.order
    placing = detail.expected is Expected.CONFIRM or (
        order.waiting_litres and order.state in {OrderState.CONFIRMED, OrderState.PAID}
    )
    if not placing:
        return None
    return choices_of(
        order.waiting_litres or order.litres,
        desk().containers_open(),
        smallest_litres=services().get(Settings).smallest_booking_litres,
    )


# -- what its merchant does ------------------------------------------------------------------------


def _try(order_id: str, act: Callable[[str, str], object], done: str) -> ResponseReturnValue:
    """Do it, and lead back to the order; where it cannot be done the page says why."""
    found_order(order_id)
    try:
        act(visitor().id, order_id)
    except NoRoom:
        return _again(order_id, _no_room()), 409
    except ContainerMissing:
        return _again(
            order_id, _("This container takes no bookings any more: choose another.")
        ), 409
    except QuoteExpired:
        return _again(order_id, _("The price has expired meanwhile: ask for it again.")), 409
    except MoveRefused:
        return _again(order_id, _moved_on()), 409
    except PoolFaults as error:
        return _again(order_id, " ".join(fault_sentence(each) for each in error.faults)), 422
    tell(done)
    return to_order(order_id)


def _again(order_id: str, warning: str) -> str:
    return order_page(found_order(order_id), warning=warning)


def _no_room() -> str:
    return _(
        "Someone booked meanwhile, and the room that is left is too small. Nothing was booked: "
        "here is what is possible now."
    )


def _moved_on() -> str:
    return _("This order moved on meanwhile: here is where it stands now.")


@blueprint.post("/commandes/<order_id>/confirmation")
def confirm(order_id: str) -> ResponseReturnValue:
    """Confirm an order into a container: the one that was chosen, else the oldest with room."""
    container_id = request.form.get("container", "")[:_LONGEST_ID] or None
    return _try(
        order_id,
        lambda me, wanted: desk().confirm(me, wanted, container_id=container_id),
        _("Your place is booked."),
    )


@blueprint.post("/commandes/<order_id>/partage")
def share(order_id: str) -> ResponseReturnValue:
    """Confirm an order over several containers, which its merchant agrees to."""
    given = [name for name in request.form if name.startswith(_PART)][:_MOST_PARTS]
    parts = {name.removeprefix(_PART): _litres(request.form[name]) for name in given}
    return _try(
        order_id,
        lambda me, wanted: desk().confirm_split(
            me,
            wanted,
            parts,
            rest_waits="rest_waits" in request.form,
            agreed=request.form.get("agreed") == "yes",
        ),
        _("Your places are booked."),
    )


@blueprint.post("/commandes/<order_id>/attente")
def wait(order_id: str) -> ResponseReturnValue:
    """Confirm an order onto the waiting list."""
    return _try(
        order_id,
        lambda me, wanted: desk().wait(me, wanted),
        _("Your order is on the waiting list: it takes the next place that suits it."),
    )


@blueprint.post("/commandes/<order_id>/annulation")
def cancel(order_id: str) -> ResponseReturnValue:
    """Cancel an order; what was paid comes back to the wallet."""
    state = found_order(order_id).order.state
    if state is OrderState.CANCELLED:
        return to_order(order_id)  # the same form, sent twice
    return _try(
        order_id,
        lambda me, wanted: desk().cancel(me, wanted),
        _("The quote is given up.")
        if state is OrderState.QUOTE
        else _("The order is cancelled; what you had paid is in your wallet."),
    )


@blueprint.post("/commandes/<order_id>/nouveau-devis")
def quote_again(order_id: str) -> ResponseReturnValue:
    """The same purchase at the prices of now."""
    found_order(order_id)
    try:
        made = desk().quote_again(visitor().id, order_id, request_id=request_key())
    except TariffMissing:
        return _again(order_id, _("There are no prices for now: come back later.")), 409
    tell(_("Here is the price of today."))
    return to_order(made.id)


def _litres(text: str) -> int:
    """The litres of a part as the form carries them; what is none is refused by the library."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
