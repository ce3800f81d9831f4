"""The names of what a plan feeds, of how actions end, of situations and of what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comptoir_web.blueprints.wealth.words import CASH_KINDS, CATEGORIES, ENVELOPES
from comptoir_web.presentation.languages import gettext, language
from comptoir_web.presentation.languages import lazy_gettext as _
from shared_kernel.translations import catalogue
from wealth_core.networth import CashKind, Envelope
from wealth_core.planning import ActionState, Direction, FamilySituation
from wealth_core.quotes import asset_label

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DESTINATIONS",
    "DIRECTIONS",
    "FAMILIES",
    "STATES",
    "STATE_ICONS",
    "SUBJECTS",
    "destination_name",
    "library_text",
    "subject_name",
]

# Lazy texts: each reader has their own language.
DESTINATIONS: Final[Mapping[str, object]] = {
    **{f"cash:{kind.value}": name for kind, name in CASH_KINDS.items()},
    **{f"envelope:{envelope.value}": name for envelope, name in ENVELOPES.items()},
}
"""What a line may feed, by the value it has in a form."""

STATES: Final[Mapping[ActionState, object]] = {
    ActionState.TO_DO: _("To do"),
    ActionState.DONE: _("Done"),
    ActionState.ADJUSTED: _("Adjusted"),
    ActionState.SKIPPED: _("Skipped"),
}

STATE_ICONS: Final[Mapping[ActionState, str]] = {
    ActionState.TO_DO: "circle",
    ActionState.DONE: "check-circle",
    ActionState.ADJUSTED: "sliders",
    ActionState.SKIPPED: "skip-forward",
}

FAMILIES: Final[Mapping[FamilySituation, object]] = {
    FamilySituation.SINGLE: _("Single"),
    FamilySituation.COHABITING: _("Living together"),
    FamilySituation.CIVIL_UNION: _("Civil union (PACS)"),
    FamilySituation.MARRIED: _("Married"),
    FamilySituation.DIVORCED: _("Divorced or separated"),
    FamilySituation.WIDOWED: _("Widowed"),
}

DIRECTIONS: Final[Mapping[Direction, object]] = {
    Direction.ABOVE: _("reaches or passes"),
    Direction.BELOW: _("falls to or below"),
}

SUBJECTS: Final[Mapping[str, object]] = {
    "net_worth": _("Your net worth"),
    **{category.value: name for category, name in CATEGORIES.items()},
}


def destination_name(envelope: Envelope | None, cash: CashKind | None) -> str:
    """What a line or an action feeds."""
    return str(CASH_KINDS[cash or CashKind.CUSTOM] if envelope is None else ENVELOPES[envelope])


def subject_name(subject: str) -> str:
    """What a threshold watches: a total, or the price of an asset."""
    known = SUBJECTS.get(subject)
    return (
        gettext("Price of %(asset)s", asset=asset_label(subject)) if known is None else str(known)
    )


def library_text(text: str) -> str:
    """A text of the library in the reader's language: a question, an answer, a level."""
    return catalogue("wealth_core", language()).gettext(text)
