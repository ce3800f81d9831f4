"""The names of states, stages, movements and badges, and the writing of volumes and rates."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from comptoir_web.presentation.formats import number, percent
from comptoir_web.presentation.languages import language
from comptoir_web.presentation.languages import lazy_gettext as _
from logistics_core.payments import PaymentStatus, ProofState
from logistics_core.pooling import SEA_ROUTE, OrderState
from logistics_core.suppliers import Badge
from logistics_core.wallets import MovementKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BADGES",
    "BADGE_ICONS",
    "COLLECTED",
    "MOVEMENTS",
    "PAYMENTS",
    "PROOFS",
    "PROOF_ICONS",
    "STATE_ICONS",
    "STATE_TONES",
    "country_name",
    "cubic_metres",
    "rate_of",
    "room",
    "stage_label",
    "state_label",
]

_NBSP: Final = "\u00a0"

STATE_ICONS: Final[Mapping[OrderState, str]] = {
    OrderState.QUOTE: "file-earmark-text",
    OrderState.CONFIRMED: "bookmark-check",
    OrderState.PAID: "cash-stack",
    OrderState.SHIPPED: "water",
    OrderState.RECEIVED: "check2-all",
    OrderState.CANCELLED: "x-circle",
}

STATE_TONES: Final[Mapping[OrderState, str]] = {
    OrderState.QUOTE: "plain",
    OrderState.CONFIRMED: "attention",
    OrderState.PAID: "good",
    OrderState.SHIPPED: "good",
    OrderState.RECEIVED: "good",
    OrderState.CANCELLED: "gone",
}

# Lazy texts: each reader has their own language.
MOVEMENTS: Final[Mapping[MovementKind, object]] = {
    MovementKind.DEPOSIT: _("Deposit"),
    MovementKind.PARTICIPATION: _("Paid into an order"),
    MovementKind.REFUND: _("Refund"),
    MovementKind.WITHDRAWAL: _("Withdrawal"),
}

PROOFS: Final[Mapping[ProofState, object]] = {
    ProofState.PENDING: _("Being checked"),
    ProofState.VALIDATED: _("Accepted"),
    ProofState.REFUSED: _("Refused"),
}

PROOF_ICONS: Final[Mapping[ProofState, str]] = {
    ProofState.PENDING: "hourglass-split",
    ProofState.VALIDATED: "check-circle",
    ProofState.REFUSED: "x-circle",
}

PAYMENTS: Final[Mapping[PaymentStatus, object]] = {
    PaymentStatus.INITIATED: _("Waiting for your payment"),
    PaymentStatus.PENDING: _("Being processed by Orange"),
    PaymentStatus.EXPIRED: _("Not made in time"),
    PaymentStatus.SUCCESS: _("Arrived"),
    PaymentStatus.FAILED: _("Failed"),
}

BADGES: Final[Mapping[Badge, object]] = {
    Badge.VERIFIED: _("Verified"),
    Badge.INSPECTED: _("Factory inspected"),
    Badge.LONG_STANDING: _("Long-standing partner"),
    Badge.SAMPLES: _("Samples available"),
}

BADGE_ICONS: Final[Mapping[Badge, str]] = {
    Badge.VERIFIED: "patch-check",
    Badge.INSPECTED: "building-check",
    Badge.LONG_STANDING: "calendar-check",
    Badge.SAMPLES: "gift",
}

COLLECTED: Final = SEA_ROUTE.first.code
"""The stage in which a container takes bookings."""


def state_label(state: OrderState) -> str:
    """What a state is called."""
    return state.label(language())


def stage_label(code: str) -> str:
    """What a stage is called."""
    return SEA_ROUTE.get(code).label(language())


def cubic_metres(volume: Decimal) -> str:
    """A volume with the decimals that say something: `3 m³`, `0,125 m³`."""
    bare = Decimal(f"{volume.normalize():f}")
    return f"{number(bare)}{_NBSP}m³"


def room(litres: int) -> str:
    """Litres as cubic metres: `12,5 m³`."""
    return cubic_metres(Decimal(litres).scaleb(-3))


def rate_of(fraction: Decimal) -> str:
    """A commission with the decimals that say something: `5 %`, `4,25 %`."""
    exponent = fraction.scaleb(2).normalize().as_tuple().exponent
    return percent(fraction, max(0, -exponent) if isinstance(exponent, int) else 0)


def country_name(code: str) -> str:
    """The name of a country in the reader's language; its code where Babel knows none."""
    from babel import Locale

    return str(Locale.parse(language()).territories.get(code, code))
