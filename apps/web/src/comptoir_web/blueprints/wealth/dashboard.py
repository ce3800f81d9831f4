"""The first page: the figure, what it is made of, what is wrong with it and what mends that.

Everything comes from the snapshot that the last recomputation saved. Nothing is computed here but
how the page says it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from comptoir_web.presentation.charts import RingChart
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import day, day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language, ngettext
from comptoir_web.presentation.navigation import page_url
from comptoir_web.wealth.alerts import alert_sentence
from shared_kernel import to_minor
from wealth_core.networth import CashKind, Category, LineState

from .evolution import Curve, curve_of
from .kinds import KINDS
from .words import (
    CASH_KINDS,
    CATEGORIES,
    CREDITS,
    ENVELOPES,
    ROUNDINGS,
    STATES,
    source_words,
    state_icon,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from comptoir_web.wealth.dashboard import Dashboard
    from wealth_core.networth import DebtValue
    from wealth_core.planning import Action, GoalProgress
    from wealth_core.storage import Snapshot, SnapshotLine

__all__ = ["ActionRow", "DashboardPage", "GoalBar", "action_of", "goal_of", "month_name", "page_of"]

#: What the law fixes has no day of its own: it is no price that ages.
_FIXED = "parity"


@attrs.frozen(kw_only=True)
class Moved:
    """How the figure moved: the amount with its sign, since when, and which way."""

    amount: str
    since: str
    tone: str
    icon: str


@attrs.frozen(kw_only=True)
class Mend:
    """A line that is stale or has no price: why, and the page that mends it."""

    label: str
    reason: str
    url: str
    action: str


@attrs.frozen(kw_only=True)
class LoanCard:
    """A loan as it runs: what is left of it, what comes next, when it ends.

    Attributes:
        paid_per_mille: How many instalments of a thousand are paid, for the bar.
    """

    label: str
    of: str
    balance: str
    next: str
    end: str
    paid: str
    paid_per_mille: int
    url: str


@attrs.frozen(kw_only=True)
class LineRow:
    """A line of a category: what it is worth, where that comes from, how old it is, its state."""

    label: str
    url: str
    value: str
    parts: tuple[tuple[str, str], ...]
    source: str
    age: str
    state: str
    icon: str
    plain: bool
    reason: str


@attrs.frozen(kw_only=True)
class Part:
    """A category beside the ring; `key` is its colour."""

    name: str
    key: int
    total: str
    percent: str


@attrs.frozen(kw_only=True)
class CategoryCard:
    """A category that opens into its lines; `attention` says what is wrong with some of them."""

    title: str
    icon: str
    key: int
    total: str
    percent: str
    attention: str
    lines: tuple[LineRow, ...]
    add_url: str
    add: str


@attrs.frozen(kw_only=True)
class ActionRow:
    """An action of the month, and where its buttons lead (None where planning is not installed)."""

    id: str
    label: str
    reference: str
    expected: str
    currency: str
    amount: str
    state: str
    waiting: bool
    version: int
    decide_url: str | None
    undo_url: str | None


@attrs.frozen(kw_only=True)
class GoalBar:
    """The goal of the year: the bar and its sentence."""

    done: str
    goal: str
    percent: str
    per_mille: int
    sentence: str


@attrs.frozen(kw_only=True)
class DashboardPage:
    """All that the page says."""

    shown: Snapshot | None
    figure: str
    moved: Moved | None
    valued: str
    rounding: str
    edited: bool
    incomplete: str
    missing: tuple[Mend, ...]
    alerts: tuple[str, ...]
    alerts_url: str | None
    old: tuple[Mend, ...]
    assets: str
    credits: str
    whole: str
    ring: str
    ring_title: str
    parts: tuple[Part, ...]
    curve: Curve | None
    categories: tuple[CategoryCard, ...]
    loans: tuple[LoanCard, ...]
    actions: tuple[ActionRow, ...]
    late: str
    goal: GoalBar | None
    plan_url: str | None
    month: str


def page_of(read: Dashboard) -> DashboardPage:
    """Say what was read of a client."""
    shown, last = read.shown, read.last
    incomplete = last if last is not None and not last.complete else None
    lines = shown or incomplete
    return DashboardPage(
        shown=shown,
        figure="" if shown is None else money(shown.net_worth),
        moved=_moved(read),
        valued="" if shown is None else _valued(shown),
        rounding="" if shown is None else str(ROUNDINGS[shown.loan_rounding]),
        edited=read.edited_since,
        incomplete="" if incomplete is None else _incomplete(incomplete, shown),
        missing=() if incomplete is None else _mends(incomplete, LineState.UNPRICED, read),
        alerts=tuple(alert_sentence(alert, language()) for alert in read.alerts),
        alerts_url=page_url("planning.alerts"),
        old=() if shown is None else _mends(shown, LineState.STALE, read),
        assets="" if shown is None else money(shown.total_assets),
        credits="" if shown is None else money(shown.credits),
        whole=_share(Decimal(100)),
        ring="" if shown is None else _ring(shown),
        parts=() if shown is None else tuple(_parts(shown)),
        ring_title="" if shown is None else _ring_title(shown),
        curve=curve_of(read.history),
        categories=() if lines is None else tuple(_categories(lines)),
        loans=() if lines is None else tuple(_loans(lines)),
        actions=tuple(action_of(action) for action in read.actions),
        late=_late(read.late),
        goal=None if read.goal is None else goal_of(read.goal),
        plan_url=page_url("planning.index"),
        month=month_name(read.at.date()),
    )


def _moved(read: Dashboard) -> Moved | None:
    change = read.change
    if change is None:
        return None
    tone = "still" if not change.amount.amount else "gain" if change.amount.amount > 0 else "loss"
    sign = "+" if tone == "gain" else ""
    return Moved(
        amount=f"{sign}{money(change.amount)}",
        since=_("since %(day)s", day=day(change.since)),
        tone=tone,
        icon={"gain": "arrow-up-right", "loss": "arrow-down-right"}.get(tone, "arrow-right"),
    )


def _valued(shown: Snapshot) -> str:
    on = day(shown.valued_on)
    days = sorted({quote.as_of.date() for quote in shown.quotes_used if quote.source != _FIXED})
    if not days:
        return _("Valued on %(day)s.", day=on)
    if len(days) == 1:
        return _("Valued on %(day)s, from prices of %(prices)s.", day=on, prices=day(days[0]))
    return _(
        "Valued on %(day)s, from prices of %(first)s to %(last)s.",
        day=on,
        first=day(days[0]),
        last=day(days[-1]),
    )


# -- what is missing, what is old, and what mends it -------------------------------------------


def _incomplete(last: Snapshot, shown: Snapshot | None) -> str:
    number = sum(line.state is LineState.UNPRICED for line in last.lines)
    said = ngettext(
        "One line could not be valued on %(day)s.",
        "%(num)s lines could not be valued on %(day)s.",
        number,
        day=day(last.valued_on),
    )
    if shown is None:
        kept = _("No total is shown as long as it would leave something out.")
    else:
        kept = _("The figure shown stays that of %(day)s.", day=day(shown.valued_on))
    return f"{said} {kept}"


def _mends(snapshot: Snapshot, state: LineState, read: Dashboard) -> tuple[Mend, ...]:
    """The lines in that state, each with the page where it is put right."""
    saved = read.saved
    present = set() if saved is None else {line.id for _category, line in saved.holdings.lines()}
    return tuple(
        Mend(
            label=line.label,
            reason="" if line.reason is None else fault_sentence(line.reason),
            url=page_url("wealth.line", line_id=line.id) or "",
            action=_("Update"),
        )
        for line in snapshot.lines
        if line.state is state and line.id in present
    )


# -- the picture ------------------------------------------------------------------------------


def _ring(shown: Snapshot) -> str:
    return RingChart(
        currency=shown.base_currency,
        labels=tuple(str(CATEGORIES[each.category]) for each in shown.categories),
        values=tuple(to_minor(each.total) for each in shown.categories),
    ).json()


def _ring_title(shown: Snapshot) -> str:
    largest = max(shown.categories, key=lambda each: each.percent)
    if not largest.percent:
        return _("Nothing is owned net of its loans yet")
    return _(
        "%(category)s: %(share)s of what is owned",
        category=CATEGORIES[largest.category],
        share=_share(largest.percent),
    )


def _parts(shown: Snapshot) -> Iterator[Part]:
    for key, each in enumerate(shown.categories, start=1):
        if each.total.amount:
            yield Part(
                name=str(CATEGORIES[each.category]),
                key=key,
                total=money(each.total),
                percent=_share(each.percent),
            )


def _share(value: Decimal) -> str:
    return percent(value.scaleb(-2))


# -- the lines ----------------------------------------------------------------------------------


def _categories(snapshot: Snapshot) -> Iterator[CategoryCard]:
    totals = {each.category: each for each in snapshot.categories}
    for key, kind in enumerate(KINDS, start=1):
        lines = tuple(_line(line) for line in snapshot.lines if line.category is kind.category)
        if not lines:
            continue
        total = None if kind.category is None else totals[kind.category]
        yield CategoryCard(
            title=str(CREDITS if kind.category is None else CATEGORIES[kind.category]),
            icon=kind.icon,
            key=key,
            total=money(-snapshot.credits if total is None else total.total),
            percent="" if total is None else _share(total.percent),
            attention=_attention(lines),
            lines=lines,
            add_url=page_url("wealth.new_line", slug=kind.slug) or "",
            add=str(kind.add),
        )


def _attention(lines: Sequence[LineRow]) -> str:
    wrong = sum(not line.plain for line in lines)
    return ngettext("%(num)s to look at", "%(num)s to look at", wrong) if wrong else ""


def _line(line: SnapshotLine) -> LineRow:
    parts = []
    if line.category is Category.REAL_ESTATE and line.gross is not None and line.debts:
        parts.append((_("Value"), money(line.gross)))
        parts += [
            (debt.label, money(-debt.value) if debt.value is not None else _("not priced"))
            for debt in line.debts
        ]
    return LineRow(
        label=line.label,
        url=page_url("wealth.line", line_id=line.id) or "",
        value=_("not priced") if line.value is None else money(line.value),
        parts=tuple(parts),
        source=source_words(line.source),
        age=day_short(line.as_of),
        state=str(STATES[line.state]),
        icon=state_icon(line.state),
        plain=line.state is LineState.VALUED,
        reason="" if line.reason is None else fault_sentence(line.reason),
    )


def _loans(snapshot: Snapshot) -> Iterator[LoanCard]:
    for line in snapshot.lines:
        for debt in line.debts:
            yield _loan(line, debt)


def _loan(line: SnapshotLine, debt: DebtValue) -> LoanCard:
    following = _("none: it is repaid")
    if debt.next_due is not None and debt.next_instalment is not None:
        following = _(
            "%(amount)s on %(day)s",
            amount=money(debt.next_instalment),
            day=day_short(debt.next_due),
        )
    return LoanCard(
        label=debt.label,
        of="" if line.label == debt.label else line.label,
        balance=money(debt.balance),
        next=following,
        end=day(debt.ends_on),
        paid=_("%(paid)s of %(months)s", paid=debt.instalments_paid, months=debt.months),
        paid_per_mille=1000 * debt.instalments_paid // max(1, debt.months),
        url=page_url("wealth.line", line_id=line.id) or "",
    )


# -- the plan ------------------------------------------------------------------------------------


def action_of(action: Action) -> ActionRow:
    """An action as its row says it."""
    waiting = action.amount is None
    states = {
        "todo": _("To do"),
        "done": _("Done"),
        "adjusted": _("Adjusted"),
        "skipped": _("Skipped"),
    }
    return ActionRow(
        id=action.id,
        label=str(
            CASH_KINDS[action.cash or CashKind.CUSTOM]
            if action.envelope is None
            else ENVELOPES[action.envelope]
        ),
        reference=action.reference,
        expected=money(action.expected),
        currency=action.expected.currency.code,
        amount="" if action.amount is None else money(action.amount),
        state=states[action.state.value],
        waiting=waiting,
        version=action.version,
        decide_url=page_url("planning.decide", action_id=action.id),
        undo_url=page_url("planning.undo", action_id=action.id),
    )


def _late(actions: Sequence[Action]) -> str:
    if not actions:
        return ""
    return ngettext(
        "One action of an earlier month still waits.",
        "%(num)s actions of earlier months still wait.",
        len(actions),
    )


def goal_of(goal: GoalProgress) -> GoalBar:
    """The goal of the year as its bar says it."""
    behind = goal.gap.amount < 0
    gap = money(-goal.gap if behind else goal.gap)
    sentence = (
        _("%(amount)s behind the pace of the year, which ends on %(day)s.",
          amount=gap, day=day(goal.ends_on))
        if behind
        else _("On pace for the year, which ends on %(day)s.", day=day(goal.ends_on))
    )  # fmt: skip
    return GoalBar(
        done=money(goal.done),
        goal=money(goal.goal),
        percent=_share(goal.percent),
        per_mille=min(1000, int(goal.percent * 10)),
        sentence=sentence,
    )


def month_name(on: date) -> str:
    """The month of a day in words, without the day that comes first: `décembre 2025`."""
    return day(on).partition(" ")[2]
