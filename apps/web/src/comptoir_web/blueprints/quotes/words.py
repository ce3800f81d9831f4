"""What prices, their ages and their sources are called, in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import day, moment, number
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import ngettext
from shared_kernel.rounding import round_decimal
from wealth_core.quotes import asset_label

if TYPE_CHECKING:
    from datetime import datetime

    from wealth_core.quotes import Quote
    from wealth_core.quotes.ports import SourceState
    from wealth_core.storage.quotes import QuoteRow

__all__ = [
    "Freshness",
    "age",
    "decimals",
    "freshness",
    "freshness_icon",
    "freshness_name",
    "history_finding",
    "pair_name",
    "price",
    "price_sentence",
    "source_icon",
    "source_name",
    "source_sentence",
]

_FEW: Final = 6
"""Figures shown of a price: a rate of 0.00012345 and one of 95,000 are both read at a glance."""


class Freshness(StrEnum):
    """What a price is worth."""

    FRESH = "fresh"
    STALE = "stale"
    DOUBTFUL = "doubtful"


def freshness(row: QuoteRow) -> Freshness:
    """What the price of a row is worth."""
    if row.doubtful or row.aside is not None:
        return Freshness.DOUBTFUL
    return Freshness.STALE if row.stale else Freshness.FRESH


def freshness_name(value: Freshness) -> str:
    """What that is called."""
    return {
        Freshness.FRESH: _("Fresh"),
        Freshness.STALE: _("Old price"),
        Freshness.DOUBTFUL: _("To confirm"),
    }[value]


def freshness_icon(value: Freshness) -> str:
    """The icon beside the name."""
    return {
        Freshness.FRESH: "check-circle",
        Freshness.STALE: "clock-history",
        Freshness.DOUBTFUL: "question-circle",
    }[value]


def source_name(source: str) -> str:
    """What a source is called."""
    return {
        "binance": "Binance",
        "ecb": _("European Central Bank"),
        "table": _("Entered here"),
        "manual": _("Given with a file"),
        "parity": _("Fixed parity"),
    }.get(source, source)


def pair_name(base: str, quote: str) -> str:
    """A pair as traders write it: BTC/EUR."""
    return f"{asset_label(base)}/{asset_label(quote)}"


def price(value: Decimal) -> str:
    """A price with the figures that matter: 95 000, 1,1634, 0,000123456."""
    shown = round_decimal(value, decimals(value)).normalize()
    return number(Decimal(f"{shown:f}"))


def decimals(value: Decimal) -> int:
    """How many decimals leave the figures that matter."""
    return max(0, min(_FEW - 1 - value.adjusted(), 18))


def price_sentence(quote: Quote) -> str:
    """What one unit is worth: `1 EUR = 10 250 GNF`."""
    return (
        f"1\u00a0{asset_label(quote.base)} = {price(quote.price)}\u00a0{asset_label(quote.quote)}"
    )


def age(span: timedelta) -> str:
    """How old, in its largest whole unit; the future is told from its day elsewhere."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def source_icon(state: SourceState) -> str:
    """The icon beside a source."""
    return "exclamation-triangle" if state.failing else "check-circle"


def source_sentence(state: SourceState, at: datetime) -> str:
    """How a source does, in one sentence."""
    if state.failing and state.failure is not None:
        told = fault_sentence(state.failure)
        if state.last_success_at is None:
            told = _("%(why)s It never answered yet.", why=told)
        else:
            told = _(
                "%(why)s Its last prices, of %(at)s, are kept.",
                why=told,
                at=moment(state.last_success_at),
            )
    elif state.last_success_at is None:
        told = _("It was never asked.")
    else:
        told = _("Answered on %(at)s.", at=moment(state.last_success_at))
    if state.not_before is not None and state.not_before > at:
        return _(
            "%(told)s It asks to be left alone until %(at)s.",
            told=told,
            at=moment(state.not_before),
        )
    return told


def history_finding(rows: tuple[QuoteRow, ...]) -> str:
    """What the chart of a pair shows: from what to what."""
    newest, oldest = rows[0].quote, rows[-1].quote
    return _(
        "From %(before)s to %(now)s since %(day)s",
        before=f"{price(oldest.price)} {asset_label(oldest.quote)}",
        now=f"{price(newest.price)} {asset_label(newest.quote)}",
        day=day(oldest.as_of.date()),
    )
