"""The blueprint, the page of the quote, and what the pages share.

The quote is the page: what is typed is in the address, the total comes from the server as one
types, and a button gives it to whoever has no scripts. Only keeping the quote writes anything.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import attrs
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import keep_address, ngettext
from comptoir_web.presentation.tables import Page, asked_page
from comptoir_web.wiring import services
from logistics_core.errors import PurchaseFaults, TariffMissing

from .asking import missing_of, read_purchase, refuse_faults, terms_of
from .forms import QuoteForm
from .reading import Total, card_of, gauge_of, labels_of, total_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.values import ClientTariff

__all__ = ["blueprint", "desk", "fresh_key", "request_key", "tariff_in_force", "tell"]

blueprint = Blueprint("freight", __name__, url_prefix="/plateforme/groupage")
# What administrators see of freight is on pages of their own.
blueprint.before_request(reached_by(Role.MERCHANT))

ORDERS_PER_PAGE: Final = 9
GAUGES: Final = 3
"""Containers whose filling is beside the quote; the others have their page."""
_LONGEST_KEY: Final = 64


def desk() -> FreightDesk:
    """The service behind every page."""
    found: FreightDesk = services().get(FreightDesk)
    return found


def fresh_key() -> str:
    """What names one request: a form that is sent twice carries the same."""
    return secrets.token_urlsafe(16)


def request_key() -> str:
    """What names the request that was sent; one that is none gets a name of its own."""
    given = request.form.get("request_id", "")
    usable = given.isascii() and given.isprintable() and " " not in given
    return given if usable and 1 <= len(given) <= _LONGEST_KEY else fresh_key()


def tell(message: str) -> None:
    """Say on the next page that something is done; twice the same is said once."""
    if ("success", message) not in map(tuple, session.get("_flashes", ())):
        flash(message, "success")


@attrs.frozen(kw_only=True)
class Quoting:
    """The form and the total that follows from it.

    Attributes:
        form: What was typed, with what is wrong in it.
        currency: What goods are paid in.
        total: What it costs; None while something is missing or wrong.
        hint: What is still to be typed.
        closed: Why nothing can be quoted now; empty when it can.
        terms: The purchase, for the form that keeps it.
        request_id: Of the form that keeps it.
    """

    form: QuoteForm
    currency: str
    total: Total | None = None
    hint: str = ""
    closed: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    request_id: str = ""

    @property
    def status(self) -> int:
        """422 when something that was typed cannot be."""
        return 422 if self.form.wrong else 200


def tariff_in_force() -> ClientTariff | None:
    """The prices of now; None when there are none."""
    try:
        return desk().tariff(visitor().id)
    except TariffMissing:
        return None


def quoting(
    given: MultiDict[str, str], tariff: ClientTariff | None, *, strict: bool = False
) -> Quoting:
    """The total of what is typed.

    Args:
        given: The address, or a form.
        tariff: The prices of now.
        strict: Whether what is missing is wrong.
    """
    currency = "CNY" if tariff is None else tariff.goods_currency
    categories = tuple(labels_of(tariff).items())
    weighed = tariff is not None and tariff.kg_per_cbm is not None
    touched = QuoteForm.touched(given, categories=categories, weighed=weighed)
    if touched is not None:
        return Quoting(form=touched, currency=currency, hint=_hint(touched))
    form = QuoteForm(given, categories=categories, weighed=weighed)
    if tariff is None:
        closed = _("There are no prices for now: come back later, nothing you typed is wrong.")
        return Quoting(form=form, currency=currency, closed=closed)
    purchase = read_purchase(form, currency=currency, strict=strict)
    if purchase is None:
        return Quoting(form=form, currency=currency, hint=_hint(form))
    try:
        quote = desk().quote(visitor().id, purchase)
    except PurchaseFaults as error:
        refuse_faults(form, error.faults)
        return Quoting(form=form, currency=currency)
    terms = terms_of(purchase)
    return Quoting(
        form=form,
        currency=currency,
        total=total_of(quote),
        terms=tuple(terms.items()),
        request_id=fresh_key(),
    )


def _hint(form: QuoteForm) -> str:
    """What is missing before there is a total."""
    if form.untouched:
        return _("Your total comes here as you type.")
    missing = ", ".join(name.lower() for name in missing_of(form))
    if not missing:
        return _("Finish what you are typing to see the total.")
    return _("Still to be filled in: %(fields)s.", fields=missing)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The quote and its total, what is being filled, and the orders."""
    tariff = tariff_in_force()
    page = quoting(request.args, tariff, strict="ask" in request.args)
    if page.total is not None:
        # A switch of language reads the address again: figures go through it unmistakably.
        keep_address(dict(page.terms))
    return _index(page, tariff), page.status


def _index(page: Quoting, tariff: ClientTariff | None) -> str:
    me = visitor().id
    labels = labels_of(tariff)
    found = desk().orders(me, number=asked_page(), per_page=ORDERS_PER_PAGE)
    cards = [card_of(detail, labels) for detail in found.details]
    waiting = sum(card.next.mine for card in cards)
    return render_template(
        "freight/index.html",
        page=page,
        asked=page.total is not None or not page.form.untouched,
        containers=[gauge_of(each) for each in desk().containers_open()[:GAUGES]],
        orders=cards,
        pages=Page(number=found.number, size=found.per_page, total=found.total),
        attention=ngettext(
            "%(num)s order is waiting for you.", "%(num)s orders are waiting for you.", waiting
        )
        if waiting
        else "",
    )


@blueprint.get("/devis/total")
def total() -> ResponseReturnValue:
    """The total alone: what the script puts in its place as one types."""
    page = quoting(_half_typed(request.args), tariff_in_force())
    return render_template("freight/_total.html", page=page), page.status


def _half_typed(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """What is typed so far: `3,` is on its way to `3,5` and wrong only if it stays so."""
    return MultiDict((name, text.rstrip(",. ")) for name, text in given.items(multi=True))


@blueprint.post("/devis")
def save() -> ResponseReturnValue:
    """Keep the quote as an order; a form sent twice keeps one."""
    tariff = tariff_in_force()
    page = quoting(request.form, tariff, strict=True)
    if page.total is None or tariff is None:
        return _index(page, tariff), 422
    purchase = read_purchase(page.form, currency=page.currency, strict=True)
    if purchase is None:
        return _index(page, tariff), 422
    try:
        order = desk().save_quote(visitor().id, purchase, request_id=request_key())
    except PurchaseFaults as error:
        refuse_faults(page.form, error.faults)
        return _index(attrs.evolve(page, total=None), tariff), 422
    tell(_("The quote is kept, and its price holds. Choose a container now."))
    return redirect(url_for("freight.order", order_id=order.id), code=303)
