"""What is said of clients, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language, lazy_gettext, ngettext
from comptoir_web.wealth.clients import ClientState
from shared_kernel import format_money

if TYPE_CHECKING:
    from datetime import date

    from comptoir_web.wealth.statistics import Bracket, CurrencyTotals, MonthTotal
    from shared_kernel import Money

__all__ = [
    "STATES",
    "bracket_name",
    "evolution_finding",
    "month_name",
    "needs",
    "spread_finding",
    "state_icon",
]

STATES = {
    ClientState.COMPLETE: lazy_gettext("Up to date"),
    ClientState.STALE: lazy_gettext("Old values"),
    ClientState.EDITED: lazy_gettext("Changed since"),
    ClientState.INCOMPLETE: lazy_gettext("Incomplete"),
    ClientState.NONE: lazy_gettext("Nothing valued"),
}
"""The states from the best to the worst, as a filter lists them."""

_ICONS = {
    ClientState.COMPLETE: "check-circle",
    ClientState.STALE: "clock-history",
    ClientState.EDITED: "pencil",
    ClientState.INCOMPLETE: "exclamation-triangle",
    ClientState.NONE: "dash-circle",
}


def state_icon(state: ClientState) -> str:
    """The icon beside the name of a state."""
    return _ICONS[state]


def needs(state: ClientState, count: int) -> str:
    """What so many clients in a state need, in one sentence."""
    match state:
        case ClientState.INCOMPLETE:
            return ngettext(
                "One client has a line without a price: the figure shown is an earlier one.",
                "%(num)s clients have a line without a price: the figures shown are earlier ones.",
                count,
            )
        case ClientState.EDITED:
            return ngettext(
                "One client changed the holdings since the last computation.",
                "%(num)s clients changed their holdings since the last computation.",
                count,
            )
        case ClientState.STALE:
            return ngettext(
                "One client has a figure made of old values.",
                "%(num)s clients have a figure made of old values.",
                count,
            )
        case _:
            return ngettext(
                "One client has nothing valued yet.",
                "%(num)s clients have nothing valued yet.",
                count,
            )


def bracket_name(bracket: Bracket) -> str:
    """From how much to how much."""
    if bracket.least is None:
        return _("Below zero")
    if bracket.below is None:
        return _("%(least)s and more", least=_whole(bracket.least))
    return _("%(least)s to %(below)s", least=_whole(bracket.least), below=_whole(bracket.below))


def _whole(amount: Money) -> str:
    return format_money(amount, locale=language(), decimals=0)


def spread_finding(brackets: tuple[Bracket, ...]) -> str:
    """What the distribution shows: where most clients are."""
    most = max(brackets, key=lambda one: one.clients)
    return _("Most clients: %(bracket)s", bracket=bracket_name(most))


def month_name(day: date) -> str:
    """A month as its figures and its year: 01/2026."""
    return f"{day:%m/%Y}"


def evolution_finding(months: tuple[MonthTotal, ...], totals: CurrencyTotals) -> str:
    """What the chart of the evolution shows, in one sentence."""
    if len(months) < 2:
        return _("Net worth under advice: %(amount)s", amount=money(totals.net_worth))
    first, last = months[0], months[-1]
    difference = last.net_worth - first.net_worth
    span = len(months) - 1
    if difference.amount >= 0:
        return ngettext(
            "Net worth under advice grew by %(amount)s in a month",
            "Net worth under advice grew by %(amount)s in %(num)s months",
            span,
            amount=money(difference),
        )
    return ngettext(
        "Net worth under advice fell by %(amount)s in a month",
        "Net worth under advice fell by %(amount)s in %(num)s months",
        span,
        amount=money(-difference),
    )
