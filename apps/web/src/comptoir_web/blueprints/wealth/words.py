"""The names of categories, kinds and envelopes in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comptoir_web.presentation.languages import lazy_gettext as _
from wealth_core.loans import Rounding
from wealth_core.networth import CashKind, Category, Envelope, LineState

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CASH_KINDS",
    "CATEGORIES",
    "CREDITS",
    "ENVELOPES",
    "ROUNDINGS",
    "STATES",
    "source_words",
    "state_icon",
]

# Lazy texts: each reader has their own language.
CATEGORIES: Final[Mapping[Category, object]] = {
    Category.CASH: _("Cash savings"),
    Category.INVESTMENTS: _("Financial investments"),
    Category.REAL_ESTATE: _("Real estate"),
    Category.CRYPTO: _("Crypto-assets"),
    Category.OTHER_GOODS: _("Other goods"),
}

CREDITS: Final = _("Consumer credits")

CASH_KINDS: Final[Mapping[CashKind, object]] = {
    CashKind.LIVRET_A: _("Livret A"),
    CashKind.LDDS: _("LDDS"),
    CashKind.PEL: _("PEL"),
    CashKind.CEL: _("CEL"),
    CashKind.CURRENT: _("Current account"),
    CashKind.CUSTOM: _("Another account"),
}

ENVELOPES: Final[Mapping[Envelope, object]] = {
    Envelope.PEA: _("PEA"),
    Envelope.PEA_PME: _("PEA-PME"),
    Envelope.PER: _("PER"),
    Envelope.LIFE_INSURANCE: _("Life insurance"),
    Envelope.CTO: _("Ordinary securities account (CTO)"),
    Envelope.PEE: _("PEE"),
    Envelope.PERCO: _("PERCO"),
    Envelope.SCPI: _("SCPI"),
    Envelope.PRIVATE_EQUITY: _("Private equity"),
    Envelope.CROWDFUNDING: _("Crowdfunding"),
    Envelope.CUSTOM: _("Another investment"),
}

STATES: Final[Mapping[LineState, object]] = {
    LineState.VALUED: _("Up to date"),
    LineState.STALE: _("Old"),
    LineState.UNPRICED: _("Not priced"),
}

ROUNDINGS: Final[Mapping[Rounding, object]] = {
    Rounding.CENT: _("the bank's table, to the cent"),
    Rounding.EXACT: _("exact, rounded only where shown"),
    Rounding.LEVEL: _("the same instalment to the end"),
}

_ICONS: Final = {
    LineState.VALUED: "check-circle",
    LineState.STALE: "clock-history",
    LineState.UNPRICED: "question-circle",
}


def state_icon(state: LineState) -> str:
    """The icon beside the name of a state."""
    return _ICONS[state]


_SOURCES: Final[Mapping[str, object]] = {
    "declared": _("declared"),
    "loan": _("the loan's table"),
    "binance": _("Binance"),
    "ecb": _("European Central Bank"),
    "table": _("this platform's rates"),
    "manual": _("price entered by hand"),
    "parity": _("fixed parity"),
}


def source_words(source: str) -> str:
    """Where a value comes from: one source, or several joined by a comma."""
    return ", ".join(str(_SOURCES.get(name, name)) for name in source.split(", "))
