"""How an action ends: done, adjusted, skipped, and back; the actions of the month; the CSV.

A form carries the version of the action that was looked at. One sent twice moves its money once;
one that another window overtook moves nothing and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, redirect, request, url_for

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.csv_files import Cell, csv_response
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.security.redirects import next_address
from shared_kernel import Faults, parse_money
from wealth_core.errors import ActionMissing, StaleVersion
from wealth_core.planning import ActionState

from .reading import decided, labels_of
from .views import Refused, blueprint, current_holdings, plan_page, service, today
from .words import STATES, destination_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from shared_kernel import Money
    from wealth_core.planning import Action

__all__ = ["version_of"]

_LONGEST_AMOUNT = 40


def version_of(text: str | None) -> int:
    """The version a form carries; -1, which is none, when it is no number.

    >>> version_of("12"), version_of("-1"), version_of(None)
    (12, -1, -1)
    """
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _back() -> ResponseReturnValue:
    return redirect(next_address(url_for("planning.index")), code=303)


def _mine(action_id: str) -> Action:
    """One of the visitor's actions; somebody else's does not exist here."""
    try:
        return service().action(visitor().id, action_id)
    except ActionMissing:
        abort(404)


@blueprint.post("/actions/preparer")
def prepare() -> ResponseReturnValue:
    """Make the actions of the month; they are made once a line, however often this is sent."""
    if not service().ensure_actions(visitor().id):
        flash(_("The plan asks for nothing this month."), "info")
    return _back()


@blueprint.post("/actions/<action_id>")
def decide(action_id: str) -> ResponseReturnValue:
    """End an action; what was put aside moves into the holdings."""
    action = _mine(action_id)
    try:
        state = ActionState(request.form.get("state", ""))
    except ValueError:
        abort(400)
    typed = request.form.get("amount", "").strip()[:_LONGEST_AMOUNT]
    amount: Money | None = None
    try:
        if state is ActionState.ADJUSTED and typed:
            code = action.expected.currency.code
            amount = parse_money(typed, code, path="amount", locale=language())
        ended = service().decide(
            visitor().id,
            action_id,
            state,
            amount=amount,
            version=version_of(request.form.get("version")),
            actor=visitor().id,
            label=destination_name(action.envelope, action.cash),
        )
    except StaleVersion:
        return _stale()
    except ActionMissing:  # the plan was changed at this very moment
        abort(404)
    except Faults as error:
        first = error.faults[0]
        if first.path == "amount" and state is ActionState.ADJUSTED:
            return plan_page(Refused(action_id, typed, fault_sentence(first))), 422
        return _not_done(error)
    _tell(ended)
    return _back()


def _stale() -> ResponseReturnValue:
    flash(
        _(
            "This action was changed from another window meanwhile: nothing was moved. "
            "It shows below as it is now."
        ),
        "warning",
    )
    return _back()


def _not_done(error: Faults) -> ResponseReturnValue:
    flash(" ".join(fault_sentence(fault) for fault in error.faults), "danger")
    return _back()


def _tell(action: Action) -> None:
    name = destination_name(action.envelope, action.cash)
    if action.state is ActionState.SKIPPED or action.amount is None:
        flash(_("“%(name)s” is skipped: nothing was moved.", name=name), "success")
        return
    flash(
        _(
            "%(amount)s added to “%(line)s”. The figure of your net worth follows when you "
            "recalculate.",
            amount=money(action.amount),
            line=labels_of(current_holdings()).get(action.moved_to, name),
        ),
        "success",
    )


@blueprint.post("/actions/<action_id>/annuler")
def undo(action_id: str) -> ResponseReturnValue:
    """Make a decided action wait again; its money goes back out of the holdings."""
    before = _mine(action_id)
    labels = labels_of(current_holdings())
    version = version_of(request.form.get("version"))
    try:
        service().undo(visitor().id, action_id, version=version, actor=visitor().id)
    except StaleVersion:
        return _stale()
    except ActionMissing:
        abort(404)
    except Faults as error:
        return _not_done(error)
    name = destination_name(before.envelope, before.cash)
    if before.moved_to and before.amount is not None:
        said = _(
            "%(amount)s taken back from “%(line)s”: the action is to be done again.",
            amount=money(before.amount),
            line=labels.get(before.moved_to, name),
        )
    else:
        said = _("“%(name)s” is to be done again.", name=name)
    flash(said, "success")
    return _back()


@blueprint.get("/actions.csv")
def actions_csv() -> Response:
    """The decided actions, of a month or all of them, the newest month first."""
    labels = labels_of(current_holdings())
    rows: list[Sequence[Cell]] = [
        (
            _("Month"),
            _("Where to"),
            _("Reference"),
            _("Currency"),
            _("Expected"),
            _("State"),
            _("Put aside"),
            _("Moved to"),
            _("Decided on"),
        )
    ]
    rows += [
        (
            str(action.month),
            destination_name(action.envelope, action.cash),
            action.reference,
            action.expected.currency.code,
            action.expected.amount,
            str(STATES[action.state]),
            "" if action.amount is None else action.amount.amount,
            labels.get(action.moved_to, ""),
            "" if action.decided_at is None else action.decided_at.date(),
        )
        for action in decided(service().actions(visitor().id), request.args.get("mois", ""))
    ]
    return csv_response(rows, name=f"actions-{today().isoformat()}")
