"""What the administration of freight says, in the reader's language.

The names of states, stages, movements and badges are those of the merchants' pages.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from comptoir_web.blueprints.freight.words import (
    BADGE_ICONS,
    BADGES,
    MOVEMENTS,
    STATE_ICONS,
    country_name,
    cubic_metres,
    rate_of,
    room,
    stage_label,
    state_label,
)
from comptoir_web.presentation.fields import fault_sentence, sentence
from comptoir_web.presentation.formats import colon, money, number, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language, lazy_gettext, ngettext
from logistics_core.payments import PaymentStatus, ProofState
from logistics_core.pooling import SEA_ROUTE, OrderState
from shared_kernel import (
    RoundingMode,
    format_decimal,
    minor_digits,
    round_decimal,
    translate_error,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, timedelta

    from comptoir_web.freight.office_values import Figures, OfficeOrder, OfficeProof, Proposal
    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.events import Event
    from shared_kernel import KernelError, Money

__all__ = [
    "BADGES",
    "BADGE_ICONS",
    "MOVEMENTS",
    "PAYMENTS",
    "PROOFS",
    "ROUNDINGS",
    "STAGE_ICONS",
    "STATE_ICONS",
    "ask_advance",
    "ask_close",
    "ask_filling",
    "ask_order",
    "ask_removal",
    "ask_validation",
    "ask_withdrawal",
    "bare",
    "beyond_stowing",
    "country_name",
    "cubic_metres",
    "days",
    "error_sentence",
    "event_sentence",
    "fault_sentence",
    "figures_finding",
    "in_percent",
    "kilograms",
    "margin_share",
    "month_name",
    "months_finding",
    "percents",
    "rate",
    "rate_of",
    "room",
    "signed",
    "sorting",
    "stage_label",
    "standing",
    "state_label",
    "volume_finding",
    "whole",
]

_NBSP: Final = "\u00a0"

ROUNDINGS: Final[Mapping[RoundingMode, object]] = {
    RoundingMode.HALF_UP: lazy_gettext("to the nearest, a half goes up"),
    RoundingMode.UP: lazy_gettext("always up"),
    RoundingMode.DOWN: lazy_gettext("always down"),
    RoundingMode.HALF_EVEN: lazy_gettext("to the nearest, a half goes to the even figure"),
}
PROOFS: Final[Mapping[ProofState, object]] = {
    ProofState.PENDING: lazy_gettext("To decide"),
    ProofState.VALIDATED: lazy_gettext("Validated"),
    ProofState.REFUSED: lazy_gettext("Refused"),
}
PAYMENTS: Final[Mapping[PaymentStatus, object]] = {
    PaymentStatus.INITIATED: lazy_gettext("Asked for"),
    PaymentStatus.PENDING: lazy_gettext("On its way"),
    PaymentStatus.EXPIRED: lazy_gettext("Expired"),
    PaymentStatus.SUCCESS: lazy_gettext("Received"),
    PaymentStatus.FAILED: lazy_gettext("Failed"),
}
STAGE_ICONS: Final[Mapping[str, str]] = {
    "collecte": "box-seam",
    "mer": "water",
    "port": "geo-alt",
    "douane": "shield-check",
    "livre": "check2-all",
}


def error_sentence(error: KernelError) -> str:
    """What an error says, as a sentence of the reader's language."""
    return sentence(translate_error(error, language()))


def kilograms(grams: int) -> str:
    """A weight in whole kilograms: `12 400 kg`."""
    return f"{number(round_decimal(Decimal(grams).scaleb(-3), 0))}{_NBSP}kg"


def in_percent(part: int, whole: int) -> str:
    """A part of a whole in whole percents, 100 only for all of it or more.

    >>> from comptoir_web.presentation.languages import in_language
    >>> in_percent(75_999, 76_000).replace(_NBSP, " ")
    '99 %'
    """
    return percent(Decimal(part * 100 // whole).scaleb(-2), 0)


def rate(value: Decimal) -> str:
    """A rate of exchange with the decimals it has: `1 250`, `1 250,5`."""
    return number(Decimal(f"{value.normalize():f}"))


def margin_share(margin: Money, revenue: Money) -> str:
    """A margin in percent of what merchants pay, to a tenth; a dash where they pay nothing."""
    if not revenue.amount:
        return "–"
    return percent(margin.amount / revenue.amount, 1)


def beyond_stowing(container: PooledContainer) -> bool:
    """Whether more is billed than can be stowed, while something can still be done about it."""
    return container.takes_bookings and container.load.litres > container.capacity.stowable_litres


def standing(container: PooledContainer) -> str:
    """Where a container is: its stage, or that it is cancelled."""
    return _("Cancelled") if container.cancelled_at else stage_label(container.stage)


def sorting(text: str) -> str:
    """A name as lists are sorted: without accents and capitals."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def month_name(day: date) -> str:
    """A month as its figures and its year: 01/2026."""
    return f"{day:%m/%Y}"


def percents(value: Decimal) -> str:
    """A number of percents as it is kept: 8.40 is `8,40 %`."""
    return percent(value.scaleb(-2))


def whole(value: int) -> str:
    """A whole number: `76 000`."""
    return number(Decimal(value))


def bare(amount: Money) -> str:
    """An amount without its currency, which its row or its table says: `37 500 000`."""
    return format_decimal(
        amount.amount, locale=language(), decimals=minor_digits(amount.currency.code)
    )


def signed(amount: Money) -> str:
    """An amount that is added or taken away, with its sign; a minus is a true one."""
    told = money(amount)
    return f"+{told}" if amount.amount > 0 else told


def days(span: timedelta) -> str:
    """A length in days, with its hours where it has some."""
    told = ngettext("%(num)s day", "%(num)s days", span.days)
    hours = span.seconds // 3600
    return f"{told} {ngettext('%(num)s hour', '%(num)s hours', hours)}" if hours else told


def figures_finding(figures: Figures, names: Mapping[str, str]) -> str:
    """What the chart of the categories shows: which of them earns most."""
    if not figures.categories:
        return _("Nothing was sold in these months")
    most = max(figures.categories, key=lambda one: one.margins.total.amount)
    return _(
        "%(category)s earns most: %(margin)s",
        category=names.get(most.code, most.code),
        margin=money(most.margins.total),
    )


def months_finding(figures: Figures) -> str:
    """What the chart of the months shows: the best of them."""
    best = max(figures.months, key=lambda one: one.margins.total.amount)
    return _(
        "The best month is %(month)s: %(margin)s",
        month=month_name(best.month),
        margin=money(best.margins.total),
    )


def volume_finding(figures: Figures) -> str:
    """What the chart of the volume shows: how much a month."""
    mean = round_decimal(Decimal(figures.litres).scaleb(-3) / len(figures.months), 1)
    return _("%(volume)s a month on average", volume=cubic_metres(mean))


# -- what happened --------------------------------------------------------------------------------

_EVENTS: Final[Mapping[tuple[str, str], object]] = {
    ("order", "added"): lazy_gettext("Quoted"),
    ("order", "booked"): lazy_gettext("Booked"),
    ("order", "waits"): lazy_gettext("Waits for room"),
    ("order", "paid"): lazy_gettext("A payment was taken from the wallet"),
    ("order", "settled"): lazy_gettext("Nothing is due any more"),
    ("order", "shipped"): lazy_gettext("Left with its container"),
    ("order", "received"): lazy_gettext("Arrived"),
    ("order", "cancelled"): lazy_gettext("Cancelled"),
    ("order", "refunded"): lazy_gettext("What was paid is refunded"),
    ("container", "opened"): lazy_gettext("Opened for bookings"),
    ("container", "sailed"): lazy_gettext("Went to sea"),
    ("container", "moved"): lazy_gettext("Moved on"),
    ("container", "cancelled"): lazy_gettext("Cancelled"),
}


def event_sentence(event: Event) -> str:
    """What happened, in a few words; with the states or the stages where they changed."""
    kind = event.subject_kind.value
    told = str(_EVENTS.get((kind, event.action), event.action))
    name = _state_or_stage
    if event.before and event.after:
        return f"{told}{colon()} {name(kind, event.before)} → {name(kind, event.after)}"
    return told


def _state_or_stage(kind: str, code: str) -> str:
    if kind == "order" and code in tuple(OrderState):
        return state_label(OrderState(code))
    if kind == "container" and code in {one.code for one in SEA_ROUTE.stages}:
        return stage_label(code)
    return code


# -- the questions asked once before what cannot be taken back ------------------------------------


def ask_close(one: PooledContainer) -> str:
    """Before a container is closed."""
    return _(
        "Close %(name)s and send it to sea with %(volume)s? Nobody can book in it any more.",
        name=one.reference,
        volume=room(one.load.litres),
    )


def ask_advance(one: PooledContainer, stage: str) -> str:
    """Before a container moves on: merchants are told, and it never goes back."""
    return _(
        "Move %(name)s on: %(stage)s? Its merchants are told, and it does not go back.",
        name=one.reference,
        stage=stage_label(stage),
    )


def ask_filling(found: Proposal) -> str:
    """Before the pool fills a container."""
    return ngettext(
        "Book one order of the pool, %(volume)s, in %(name)s?",
        "Book %(num)s orders of the pool, %(volume)s, in %(name)s?",
        len(found.orders),
        volume=room(found.litres),
        name=found.container.reference,
    )


def ask_rates() -> str:
    """Before other rates are published."""
    return _("Publish these rates? New quotes follow them; those made before keep theirs.")


def ask_order(line: OfficeOrder) -> str:
    """Before an order is cancelled: what is refunded."""
    if line.paid.amount:
        return _(
            "Cancel order %(number)s of %(name)s? %(paid)s go back to the wallet.",
            number=line.order.number,
            name=line.merchant_name,
            paid=money(line.paid),
        )
    return _(
        "Cancel order %(number)s of %(name)s? Nothing was paid.",
        number=line.order.number,
        name=line.merchant_name,
    )


def ask_validation(found: OfficeProof) -> str:
    """Before a proof is validated: what is credited, to whom."""
    return _(
        "Credit %(amount)s to %(name)s for order %(number)s? It cannot be taken back.",
        amount=money(found.proof.amount),
        name=found.merchant_name,
        number=found.order.number,
    )


def ask_withdrawal(name: str, amount: Money) -> str:
    """Before money leaves a wallet."""
    return _(
        "Hand %(amount)s over to %(name)s? The wallet is lowered at once.",
        amount=money(amount),
        name=name,
    )


def ask_removal(name: str) -> str:
    """Before a supplier leaves the catalogue."""
    return _("Remove %(name)s from the catalogue? What is written of it goes away.", name=name)
