"""What was raised, each once; the thresholds that are watched.

Opening the page marks nothing as read.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import attrs
from flask import flash, redirect, render_template, request, url_for

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import moment, money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.security.redirects import next_address
from comptoir_web.wealth.alerts import alert_sentence
from shared_kernel import Faults
from wealth_core.networth import CryptoHolding
from wealth_core.planning import AlertKind
from wealth_core.quotes import crypto

from .drafts import read_rule
from .forms import RuleForm
from .views import blueprint, current_holdings, service
from .words import DIRECTIONS, SUBJECTS, subject_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from wealth_core.networth import Line
    from wealth_core.storage.alerts import SavedAlertRule

__all__: list[str] = []

_ICONS = {
    AlertKind.THRESHOLD: "graph-up",
    AlertKind.STALE_PRICE: "clock-history",
    AlertKind.PLAN_LATE: "calendar-x",
}


@attrs.frozen(kw_only=True)
class AlertRow:
    """An alert as the page says it."""

    id: str
    icon: str
    sentence: str
    at: str
    unread: bool


@attrs.frozen(kw_only=True)
class RuleRow:
    """A threshold as the page says it."""

    id: str
    subject: str
    direction: str
    level: str
    figure: str
    crossed: int


@blueprint.get("/alertes")
def alerts() -> ResponseReturnValue:
    """What was raised, and what is watched."""
    return _page(_form())


@blueprint.post("/alertes/seuils")
def add_rule() -> ResponseReturnValue:
    """Watch a threshold; a form sent twice watches one."""
    form = _form(posted=True)
    kept = str(form.seed.data or "")
    rule = read_rule(form, kept if kept.isascii() and kept.isalnum() else secrets.token_hex(8))
    if rule is None:
        return _page(form), 422
    try:
        service().add_alert_rule(visitor().id, rule)
    except Faults as error:
        form.form_errors += [fault_sentence(fault) for fault in error.faults]
        return _page(form), 422
    flash(_("You are told once each time this level is passed."), "success")
    return redirect(url_for("planning.alerts"), code=303)


@blueprint.post("/alertes/seuils/<rule_id>/retirer")
def remove_rule(rule_id: str) -> ResponseReturnValue:
    """Watch a threshold no more."""
    service().remove_alert_rule(visitor().id, rule_id)
    flash(_("This level is no longer watched."), "success")
    return redirect(url_for("planning.alerts"), code=303)


@blueprint.post("/alertes/lues")
def read_alerts() -> ResponseReturnValue:
    """Mark an alert as read, or all of them; somebody else's does not exist here."""
    service().mark_read(visitor().id, request.form.get("alert") or None)
    return redirect(next_address(url_for("planning.alerts")), code=303)


def _form(*, posted: bool = False) -> RuleForm:
    known = {**SUBJECTS, **{asset: subject_name(asset) for asset in sorted(set(_assets()))}}
    form = RuleForm(request.form if posted else None, subjects=tuple(known.items()))
    if not posted:
        form.seed.data = secrets.token_hex(8)
    return form


def _assets() -> Iterator[str]:
    """The assets whose price counts in what one holds, and those that are watched already."""
    held = current_holdings()
    for line in () if held is None else (each for _kind, each in held.lines()):
        asset = _asset(line)
        if asset not in {"", "EUR"}:
            yield asset
    for saved in service().alert_rules(visitor().id):
        if saved.rule.subject not in SUBJECTS:
            yield saved.rule.subject


def _asset(line: Line) -> str:
    if isinstance(line, CryptoHolding):
        return crypto(line.symbol)
    amount = getattr(line, "balance", getattr(line, "value", None))
    return "" if amount is None else str(amount.currency.code)


def _page(form: RuleForm) -> str:
    me = visitor().id
    found = service().alerts(me)
    rows = tuple(
        AlertRow(
            id=alert.id,
            icon=_ICONS[alert.kind],
            sentence=alert_sentence(alert, language()),
            at=moment(alert.at),
            unread=alert.read_at is None,
        )
        for alert in found
    )
    return render_template(
        "planning/alerts.html",
        form=form,
        alerts=rows,
        unread=sum(row.unread for row in rows),
        rules=tuple(map(_rule, service().alert_rules(me))),
    )


def _rule(saved: SavedAlertRule) -> RuleRow:
    rule = saved.rule
    return RuleRow(
        id=rule.id,
        subject=subject_name(rule.subject),
        direction=str(DIRECTIONS[rule.direction]),
        level=money(rule.level),
        figure="" if saved.figure is None else money(saved.figure),
        crossed=saved.crossed,
    )
