"""Orders of every merchant, with the quote they were sold under and what it earns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from flask import flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.csv_files import csv_response
from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import (
    Column,
    Page,
    Sort,
    asked_page,
    same_filters,
    sort_from,
)
from logistics_core.errors import ContainerMissing, LogisticsError, StaleVersion
from logistics_core.pooling import SEA_ROUTE, OrderState

from . import words
from .views import blueprint, category_names, differences, me, office, people, tell, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.office_values import (
        OfficeOrder,
        OfficeOrderDetail,
        OfficeOrderPage,
    )
    from comptoir_web.presentation.csv_files import Cell

__all__: list[str] = []

PER_PAGE = 25
MOST_LINES = 20_000
SORTS = ("number", "category", "litres", "total", "updated_at")
_OPEN = frozenset({OrderState.QUOTE, OrderState.CONFIRMED, OrderState.PAID})


@attrs.frozen(kw_only=True)
class Asked:
    """What the address asks of the list."""

    search: str
    state: str
    category: str
    container: str
    merchant: str
    sort: Sort

    @classmethod
    def from_address(cls, names: Mapping[str, str]) -> Asked:
        """What is asked; what is none of the choices is left aside."""
        state, category = request.args.get("state", ""), request.args.get("category", "")
        return cls(
            search=request.args.get("q", "").strip()[:60],
            state=state if state in tuple(OrderState) else "",
            category=category if category in names else "",
            container=request.args.get("container", "")[:40],
            merchant=request.args.get("merchant", "")[:40],
            sort=sort_from(SORTS, default="-number"),
        )

    @property
    def filtered(self) -> bool:
        """Whether anything is asked for."""
        return any((self.search, self.state, self.category, self.container, self.merchant))

    def page(self, *, number: int, per_page: int) -> OfficeOrderPage:
        """The orders that answer to it."""
        return office().orders(
            state=self.state or None,
            category=self.category or None,
            container_id=self.container or None,
            owner=self.merchant or None,
            search=self.search,
            sort=self.sort.key,
            descending=self.sort.descending,
            number=number,
            per_page=per_page,
        )


@blueprint.get("/commandes")
def orders() -> ResponseReturnValue:
    """The orders; search, filters, sort and page are in the address."""
    names = category_names()
    asked = Asked.from_address(names)
    found = asked.page(number=asked_page(), per_page=PER_PAGE)
    return render_template(
        "freight_admin/orders.html",
        orders=found.orders,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        asked=asked,
        about=_about(asked),
        category_names=names,
        states=tuple(OrderState),
        csv_url=same_filters("freight_admin.orders_csv"),
        columns=(
            Column("number", _("Order"), sortable=True),
            Column("merchant", _("Merchant")),
            Column("category", _("Category"), sortable=True),
            Column("litres", _("Volume"), numeric=True, sortable=True),
            Column("total", _("Total"), numeric=True, sortable=True),
            Column("margin", _("Margin"), numeric=True),
            Column("due", _("Still due"), numeric=True),
            Column("updated_at", _("State, since"), sortable=True),
        ),
    )


def _about(asked: Asked) -> str:
    """The container or the merchant whose orders are listed, by name."""
    if asked.container:
        try:
            return office().container(asked.container).figures.container.reference
        except ContainerMissing:
            return asked.container
    found = people([asked.merchant]).get(asked.merchant)
    return found.name if found else asked.merchant


@blueprint.get("/commandes.csv")
def orders_csv() -> ResponseReturnValue:
    """The orders of the list, every page of them, as a file for a spreadsheet."""
    names = category_names()
    rows: list[Sequence[Cell]] = [
        (
            _("Order"),
            _("Merchant"),
            _("Contact"),
            _("Category"),
            _("Volume (m³)"),
            _("Weight (kg)"),
            _("Currency"),
            _("Total"),
            _("Paid so far"),
            _("Still due"),
            _("Margin on exchange"),
            _("Margin on commission"),
            _("Margin on freight"),
            _("Margin"),
            _("State"),
            _("Containers"),
            _("Created"),
        )
    ]
    found = Asked.from_address(names).page(number=1, per_page=MOST_LINES)
    rows += [_csv_row(line, names) for line in found.orders]
    return csv_response(rows, name=_("freight-orders"))


def _csv_row(line: OfficeOrder, names: Mapping[str, str]) -> Sequence[Cell]:
    order, internal = line.order, line.internal
    return (
        order.number,
        line.merchant_name,
        line.merchant_contact,
        names.get(order.quote.category, order.quote.category),
        order.quote.volume_cbm,
        "" if order.purchase.weight_kg is None else order.purchase.weight_kg,
        order.quote.total.currency.code,
        order.quote.total.amount,
        line.paid.amount,
        line.due.amount,
        internal.margin_exchange.amount,
        internal.margin_commission.amount,
        internal.margin_freight.amount,
        internal.margin.amount,
        words.state_label(order.state),
        " ".join(booking.reference for booking in order.bookings),
        order.created_at.date(),
    )


@blueprint.get("/commandes/<order_id>")
def order(order_id: str) -> ResponseReturnValue:
    """One order: what its merchant sees, what it earns, what happened to it."""
    return _page(office().order(order_id))


def _page(detail: OfficeOrderDetail, **more: object) -> str:
    line = detail.line
    state = line.order.state
    return render_template(
        "freight_admin/order.html",
        detail=detail,
        line=line,
        order=line.order,
        quote=line.order.quote,
        internal=line.internal,
        can_cancel=state in _OPEN,
        choices=_choices(detail) if _bookable(detail) else (),
        category_names=category_names(),
        people=people([event.actor for event in detail.history]),
        **more,
    )


def _bookable(detail: OfficeOrderDetail) -> bool:
    order = detail.line.order
    quoted = order.state is OrderState.QUOTE and not detail.expired
    return quoted or order.waiting_litres > 0


def _choices(detail: OfficeOrderDetail) -> tuple[tuple[str, str], ...]:
    """The containers that take the order whole."""
    order = detail.line.order
    wanted = order.waiting_litres or order.litres
    grams = order.waiting_grams if order.waiting_litres else order.grams
    open_ones = office().containers(stage=SEA_ROUTE.first.code, per_page=100).containers
    return tuple(
        (one.id, f"{one.reference} · {words.room(one.free_litres)}")
        for one in (each.container for each in open_ones)
        if one.takes_bookings and one.free_litres >= wanted and one.free_grams >= grams
    )


def _changed(detail: OfficeOrderDetail) -> ResponseReturnValue:
    """The page with what changed since it was opened."""
    saw = {
        _("State"): request.form.get("saw_state", "")[:60],
        _("Paid so far"): request.form.get("saw_paid", "")[:60],
    }
    return _page(detail, meanwhile=differences(saw, seen_of(detail.line))), 409


def seen_of(line: OfficeOrder) -> dict[str, str]:
    """What a person saw of an order when deciding."""
    return {_("State"): words.state_label(line.order.state), _("Paid so far"): money(line.paid)}


@blueprint.post("/commandes/<order_id>/annuler")
def cancel_order(order_id: str) -> ResponseReturnValue:
    """Cancel an order that has not left; what was paid goes back to the wallet."""
    detail = office().order(order_id)
    if detail.line.order.state is not OrderState.CANCELLED:  # else the form was sent twice
        version = version_of(request.form.get("version"))
        if version != detail.line.order.version:
            return _changed(detail)
        asked = unconfirmed(words.ask_order(detail.line), _("Cancel the order"), _page_of(order_id))
        if asked is not None:
            return asked
        try:
            office().cancel_order(order_id, actor=me(), version=version)
        except StaleVersion:
            return _changed(office().order(order_id))
        except LogisticsError as error:
            tell(error)
        else:
            flash(_("The order is cancelled; what was paid is back in the wallet."), "success")
    return _to(order_id)


@blueprint.post("/commandes/<order_id>/conteneur")
def book(order_id: str) -> ResponseReturnValue:
    """Book an order for its merchant; the same place asked for twice is the same booking."""
    container_id = request.form.get("container", "")
    try:
        office().book_order(order_id, container_id, actor=me())
    except ContainerMissing:
        flash(_("Choose a container."), "danger")
    except LogisticsError as error:
        tell(error)
    else:
        flash(_("The order has its place."), "success")
    return _to(order_id)


def _page_of(order_id: str) -> str:
    return url_for("freight_admin.order", order_id=order_id)


def _to(order_id: str) -> ResponseReturnValue:
    return redirect(_page_of(order_id), code=303)
