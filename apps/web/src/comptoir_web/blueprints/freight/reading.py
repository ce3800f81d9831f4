"""What the pages say of an order: where it is, what is expected of the merchant, what it costs.

Everything here is text, made of what a merchant may know: a total and its parts, never what the
platform pays.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs
from flask import url_for

from comptoir_web.freight.values import Expected
from comptoir_web.presentation.formats import moment, money, number
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from logistics_core.payments import ProofState
from logistics_core.pooling import SEA_ROUTE, OrderState

from .words import (
    STATE_ICONS,
    STATE_TONES,
    cubic_metres,
    rate_of,
    room,
    stage_label,
    state_label,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comptoir_web.freight.values import ClientTariff, ContainerGauge, OrderDetail
    from logistics_core.storage.orders import Order
    from logistics_core.tariffs import ClientQuote, Purchase
    from shared_kernel import Money

__all__ = [
    "Card",
    "Gauge",
    "Journey",
    "Next",
    "Part",
    "Total",
    "card_of",
    "checked_of",
    "gauge_of",
    "journeys_of",
    "labels_of",
    "next_of",
    "parts_of",
    "title_of",
    "total_of",
    "was_refused",
    "what_of",
]

_TIMES: Final = "\u00a0× "


@attrs.frozen
class Part:
    """A part of a total: its name, how it is reckoned, how much."""

    label: str
    detail: str
    amount: str


@attrs.frozen(kw_only=True)
class Total:
    """What a purchase costs.

    Attributes:
        value: The figure, for machines.
        amount: The total.
        sentence: Until when it holds.
        parts: What it is made of.
        notes: What is said of the freight: billed by weight, the least that is charged.
    """

    value: str
    amount: str
    sentence: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Gauge:
    """How full a container is, written.

    Attributes:
        id: Of the container.
        reference: What it is called.
        stage: Where it is.
        taken: What is booked.
        free: What is left.
        capacity: What it is sold as.
        percent: How full it is.
        taken_litres: For the bar.
        capacity_litres: For the bar.
        free_litres: What is left, for whoever compares.
        mine: What the reader has in it; empty where nothing.
    """

    id: str
    reference: str
    stage: str
    taken: str
    free: str
    capacity: str
    percent: str
    taken_litres: int
    capacity_litres: int
    free_litres: int
    mine: str = ""


@attrs.frozen
class Stage:
    """A stage of a line: its name, and whether it is done, here, or to come."""

    label: str
    tone: str


@attrs.frozen(kw_only=True)
class Journey:
    """Where an order is, or a part of one.

    Attributes:
        name: The container, or the queue; empty while nothing is booked.
        volume: Of the part, where there are several.
        said: The whole, in one sentence.
        stages: From the quay to the door.
    """

    name: str
    volume: str
    said: str
    stages: tuple[Stage, ...]


@attrs.frozen(kw_only=True)
class Next:
    """What comes next, and whether it is the merchant's turn."""

    sentence: str
    mine: bool = False
    action: str = ""
    url: str = ""


@attrs.frozen(kw_only=True)
class Card:
    """An order in the list."""

    id: str
    url: str
    title: str
    what: str
    total: str
    state: str
    icon: str
    tone: str
    lines: tuple[Journey, ...]
    next: Next


# -- a total ---------------------------------------------------------------------------------------


def total_of(quote: ClientQuote) -> Total:
    """What a quote says: the total first, then what it is made of."""
    return Total(
        value=f"{quote.total.amount:f}",
        amount=money(quote.total),
        sentence=_("all included, until %(moment)s.", moment=moment(quote.valid_until)),
        parts=parts_of(quote),
        notes=tuple(_notes(quote)),
    )


def parts_of(quote: ClientQuote) -> tuple[Part, ...]:
    """The goods, the commission, the freight: each with how it is reckoned."""
    return (
        Part(
            _("Goods"),
            f"{money(quote.goods)}{_TIMES}{number(_bare(quote.rate))}",
            money(quote.goods_value),
        ),
        Part(_("Commission"), rate_of(quote.commission_rate), money(quote.commission)),
        Part(
            _("Freight"),
            ""
            if quote.minimum_applied
            else f"{cubic_metres(quote.billed_cbm)}{_TIMES}{money(quote.price_per_cbm)}",
            money(quote.freight),
        ),
    )


def _notes(quote: ClientQuote) -> Iterator[str]:
    if quote.billed_cbm > quote.volume_cbm:
        yield _(
            "It is heavy for its %(volume)s: %(billed)s are billed, by weight.",
            volume=cubic_metres(quote.volume_cbm),
            billed=cubic_metres(quote.billed_cbm),
        )
    if quote.minimum_applied:
        yield _("The freight is the least that an order is charged.")


def _bare(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


# -- a container -----------------------------------------------------------------------------------


def gauge_of(container: ContainerGauge, *, mine_litres: int = 0) -> Gauge:
    """A container's filling in words and figures."""
    return Gauge(
        id=container.id,
        reference=container.reference,
        stage=stage_label(container.stage),
        taken=room(container.booked_litres),
        free=room(container.free_litres),
        capacity=room(container.billed_litres),
        percent=f"{container.fill_percent} %",
        taken_litres=container.booked_litres,
        capacity_litres=container.billed_litres,
        free_litres=container.free_litres,
        mine=room(mine_litres) if mine_litres else "",
    )


# -- an order --------------------------------------------------------------------------------------


def labels_of(tariff: ClientTariff | None) -> Mapping[str, str]:
    """The names of the categories, by their codes."""
    if tariff is None:
        return {}
    return {each.code: each.label(language()) for each in tariff.categories}


def title_of(order: Order) -> str:
    """What an order is called: a quote until it is confirmed."""
    if order.state is OrderState.QUOTE:
        return _("Quote no. %(number)s", number=order.number)
    return _("Order no. %(number)s", number=order.number)


def what_of(purchase: Purchase, labels: Mapping[str, str]) -> str:
    """A purchase in one line: what it is, its category, its room."""
    category = labels.get(purchase.category, purchase.category)
    parts = (purchase.note, category, cubic_metres(purchase.volume_cbm))
    return " · ".join(part for part in parts if part)


def journeys_of(order: Order) -> tuple[Journey, ...]:
    """Where an order is, a line a part; nothing once it is cancelled."""
    if order.state is OrderState.CANCELLED:
        return ()
    several = len(order.bookings) + bool(order.waiting_litres) > 1
    found = [
        _journey(
            booking.stage,
            name=booking.reference,
            volume=room(booking.litres) if several else "",
        )
        for booking in order.bookings
    ]
    if order.waiting_litres:
        waiting = room(order.waiting_litres) if several else ""
        found.append(_journey(None, name=_("Waiting list"), volume=waiting))
    return tuple(found) or (_journey(None),)


def _journey(code: str | None, *, name: str = "", volume: str = "") -> Journey:
    here = -1 if code is None else SEA_ROUTE.index(code)
    tones = [
        "done" if place < here else "here" if place == here else "to-come"
        for place in range(len(SEA_ROUTE.stages))
    ]
    said = _("Not in a container yet") if code is None else stage_label(code)
    return Journey(
        name=name,
        volume=volume,
        said=_("%(where)s: %(stage)s", where=name, stage=said) if name else said,
        stages=tuple(
            Stage(stage.label(language()), tone)
            for stage, tone in zip(SEA_ROUTE.stages, tones, strict=True)
        ),
    )


def checked_of(detail: OrderDetail) -> Money | None:
    """What the proofs that wait for a decision are of; None when none waits."""
    waiting = [proof.amount for proof in detail.proofs if proof.state is ProofState.PENDING]
    return sum(waiting[1:], start=waiting[0]) if waiting else None


def was_refused(detail: OrderDetail) -> bool:
    """Whether the last proof was refused, and nothing came after it."""
    return bool(detail.proofs) and detail.proofs[0].state is ProofState.REFUSED


def next_of(detail: OrderDetail) -> Next:
    """What comes next of an order, and whether it is the merchant's turn."""
    url = url_for("freight.order", order_id=detail.order.id)
    waits = detail.expected in {Expected.PAY, Expected.ROOM} and detail.can_pay
    checked = checked_of(detail) if waits else None
    if checked is not None:
        return Next(
            sentence=_(
                "Nothing for now: your payment of %(amount)s is being checked.",
                amount=money(checked),
            )
        )
    match detail.expected:
        case Expected.QUOTE_AGAIN:
            text, action = _("The price has expired: ask for it again."), _("See the quote")
        case Expected.CONFIRM:
            until = moment(detail.order.quote.valid_until)
            text = _("Confirm before %(moment)s to keep this price.", moment=until)
            action = _("Choose a container")
        case Expected.PAY if was_refused(detail):
            text = _("Your proof of payment was refused: send another.")
            action = _("Pay")
        case Expected.PAY:
            text, action = _("Pay %(amount)s.", amount=money(detail.due)), _("Pay")
        case Expected.ROOM if detail.can_pay:
            text = _("Nothing for now: you are waiting for room, and may pay already.")
            return Next(sentence=text, action=_("Pay now"), url=url)
        case _other:
            return Next(sentence=_nothing_to_do(detail))
    return Next(sentence=text, mine=True, action=action, url=url)


def _nothing_to_do(detail: OrderDetail) -> str:
    match detail.expected:
        case Expected.ROOM:
            return _("Nothing for now: you are waiting for room.")
        case Expected.DEPARTURE:
            return _("Nothing for now: the container leaves when it is full.")
        case Expected.ARRIVAL:
            return _("Nothing for now: your goods are on their way.")
    if detail.order.state is OrderState.CANCELLED:
        return _("Cancelled: what was paid came back to your wallet.")
    return _("Delivered: there is nothing left to do.")


def card_of(detail: OrderDetail, labels: Mapping[str, str]) -> Card:
    """An order as the list shows it."""
    order = detail.order
    return Card(
        id=order.id,
        url=url_for("freight.order", order_id=order.id),
        title=title_of(order),
        what=what_of(order.purchase, labels),
        total=money(order.quote.total),
        state=_("Expired") if detail.expired else state_label(order.state),
        icon="hourglass-bottom" if detail.expired else STATE_ICONS[order.state],
        tone=STATE_TONES[order.state],
        lines=journeys_of(order),
        next=next_of(detail),
    )
