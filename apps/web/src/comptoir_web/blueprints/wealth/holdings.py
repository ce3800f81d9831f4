"""What one owns and owes, line by line: list, add, change, remove and bring back.

A form carries what its line was when it was opened. Where someone changed that very line meanwhile
nothing is saved, and both are shown; a change of another line is kept with this one.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import attrs
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from comptoir_web.blueprints.loans.forms import open_folds, without_row
from comptoir_web.identity.access import visitor
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import services
from shared_kernel import Faults
from wealth_core.errors import HoldingsMissing, LineMissing, StaleVersion
from wealth_core.networth import CreditLoan, Holdings, Property

from .facts import day_of, facts_of, figure_of, mark_of, nature_of
from .kinds import KINDS, Kind, kind_of
from .lines import read_line, typed_of
from .views import blueprint, recompute_form, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from wealth_core.networth import Line
    from wealth_core.storage import SavedHoldings

    from .forms import LineForm

__all__ = ["current", "put_in_place"]

_SLUGS = {kind.slug: kind for kind in KINDS}
_ATTEMPTS = 5
_SLUG = f"<any({', '.join(repr(slug) for slug in _SLUGS)}):slug>"


@attrs.frozen(kw_only=True)
class Row:
    """A line as the list writes it."""

    id: str
    label: str
    nature: str
    figure: str
    day: object


@attrs.frozen(kw_only=True)
class Group:
    """The lines of one kind."""

    kind: Kind
    rows: tuple[Row, ...]


@attrs.frozen
class Difference:
    """What the form says of a line beside what is saved of it."""

    label: str
    typed: str
    saved: str


def current() -> tuple[Holdings, int]:
    """The visitor's holdings and their version; 0 before the first save."""
    saved = services().get(WealthService).holdings(visitor().id)
    return (saved.holdings, saved.version) if saved else (Holdings(), 0)


def put_in_place(holdings: Holdings, version: int) -> SavedHoldings:
    """Save the visitor's holdings; `StaleVersion` when someone saved meanwhile."""
    me = visitor().id
    return services().get(WealthService).save_holdings(me, holdings, version=version, actor=me)


@blueprint.get("/avoirs")
def index() -> ResponseReturnValue:
    """Every line, by kind."""
    holdings, version = current()
    lines = [line for _category, line in holdings.lines()]
    groups = [
        Group(kind=kind, rows=tuple(_row(line) for line in lines if isinstance(line, kind.classes)))
        for kind in KINDS
    ]
    removed, removed_at = request.args.get("retire", ""), request.args.get("version", "")
    present = {line.id for line in lines}
    return render_template(
        "wealth/holdings.html",
        groups=groups,
        kinds=KINDS,
        total=len(lines),
        version=version,
        removed=removed if removed_at and removed not in present else "",
        removed_at=removed_at,
        form=recompute_form(services().get(WealthService).last(visitor().id)),
    )


def _row(line: Line) -> Row:
    return Row(
        id=line.id,
        label=line.label,
        nature=nature_of(line),
        figure=figure_of(line),
        day=day_of(line),
    )


@blueprint.route(f"/avoirs/{_SLUG}/nouveau", methods=["GET", "POST"], endpoint="new_line")
def new_line(slug: str) -> ResponseReturnValue:
    """Add a line of a kind; a form sent twice adds one."""
    kind = _SLUGS[slug]
    if request.method == "POST":
        return _posted(kind, None, request.form.get("id", ""))
    _holdings, version = current()
    typed = MultiDict({"id": secrets.token_hex(8), "version": str(version)})
    if kind.template != "credit":
        typed["as_of"] = today().isoformat()
    if kind.template == "property":
        typed["ownership"] = "100"
    currency = request.args.get("devise", "")
    if currency:
        typed["currency"] = currency[:3]
    return _page(kind, kind.form(typed), None)


@blueprint.route("/avoirs/<line_id>", methods=["GET", "POST"], endpoint="line")
def line_page(line_id: str) -> ResponseReturnValue:
    """One line, in the form that changes it."""
    holdings, version = current()
    line = _line_or_none(holdings, line_id)
    if request.method == "POST":
        # A line removed meanwhile is still known by what was typed of it.
        kind = kind_of(line) if line else _SLUGS.get(request.form.get("slug", ""))
        if kind is None:
            abort(404)
        return _posted(kind, line, line_id)
    if line is None:
        abort(404)
    typed = typed_of(line)
    typed["version"], typed["seen"] = str(version), mark_of(line)
    kind = kind_of(line)
    return _page(kind, kind.form(typed), line)


@blueprint.post("/avoirs/<line_id>/supprimer")
def remove_line(line_id: str) -> ResponseReturnValue:
    """Take a line away; the next page offers to bring it back."""
    for _attempt in range(_ATTEMPTS):
        holdings, version = current()
        try:
            put_in_place(holdings.without(line_id), version)
        except LineMissing:
            break  # it is gone already
        except StaleVersion:
            continue
        return redirect(url_for("wealth.index", retire=line_id, version=version), code=303)
    return redirect(url_for("wealth.index"), code=303)


@blueprint.post("/avoirs/<line_id>/remettre")
def restore_line(line_id: str) -> ResponseReturnValue:
    """Bring a removed line back as it was in an earlier version."""
    text = request.form.get("version", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        line = services().get(WealthService).version(visitor().id, number).line(line_id)
    except (HoldingsMissing, LineMissing):
        abort(404)
    for _attempt in range(_ATTEMPTS):
        holdings, version = current()
        if _line_or_none(holdings, line_id) is not None:
            break  # it is back already
        try:
            put_in_place(holdings.with_line(line), version)
        except StaleVersion:
            continue
        except Faults as error:
            flash(" ".join(fault_sentence(fault) for fault in error.faults), "danger")
            return redirect(url_for("wealth.index"), code=303)
        break
    flash(_("“%(name)s” is back.", name=line.label), "success")
    return redirect(url_for("wealth.index"), code=303)


def _line_or_none(holdings: Holdings, line_id: str) -> Line | None:
    try:
        return holdings.line(line_id)
    except LineMissing:
        return None


def _posted(kind: Kind, line: Line | None, line_id: str) -> ResponseReturnValue:
    """Answer a form that was sent: rows added or taken away, or the line saved."""
    removed, added = request.form.get("remove"), request.form.get("add")
    form = kind.form(without_row(request.form, removed) if removed else request.form)
    form.id.data = line_id
    if added or removed:
        form.add_row(added or "")
        return _page(kind, form, line, touched=added or removed or "")
    typed = read_line(form)
    if typed is None:
        return _page(kind, form, line), 422
    for _attempt in range(_ATTEMPTS):
        holdings, version = current()
        there = _line_or_none(holdings, typed.id)
        if there == typed and there is not None:
            return _saved(typed)  # sent twice, or nothing was changed
        if (mark_of(there) if there else "") != (form.seen.data or ""):
            return _conflict(kind, form, typed, there, version)
        try:
            put_in_place(holdings.with_line(typed), version)
        except StaleVersion:
            continue
        except Faults as error:
            form.form_errors += [fault_sentence(fault) for fault in error.faults]
            return _page(kind, form, there), 422
        return _saved(typed)
    return _conflict(kind, form, typed, there, version)


def _saved(line: Line) -> ResponseReturnValue:
    flash(
        _("“%(name)s” is saved. The figure changes when you recalculate.", name=line.label),
        "success",
    )
    return redirect(url_for("wealth.index"), code=303)


def _conflict(
    kind: Kind, form: LineForm, typed: Line, there: Line | None, version: int
) -> ResponseReturnValue:
    """Show what was typed beside what is saved; sending again is then a choice made knowingly."""
    form.seen.data = mark_of(there) if there else ""
    form.version.data = str(version)
    return _page(kind, form, there, meanwhile=(typed, there)), 409


def _page(
    kind: Kind,
    form: LineForm,
    line: Line | None,
    *,
    touched: str = "",
    meanwhile: tuple[Line, Line | None] | None = None,
) -> str:
    is_loan = isinstance(line, CreditLoan)
    return render_template(
        "wealth/line.html",
        kind=kind,
        form=form,
        line=line,
        action=url_for("wealth.line", line_id=form.id.data)
        if form.seen.data or meanwhile
        else url_for("wealth.new_line", slug=kind.slug),
        open_folds=open_folds,
        touched=touched,
        sold=isinstance(line, Property) and line.sold_on is not None,
        is_loan=is_loan,
        conflict=meanwhile is not None,
        gone=meanwhile is not None and meanwhile[1] is None,
        differences=() if meanwhile is None else _differences(*meanwhile),
    )


def _differences(typed: Line, saved: Line | None) -> tuple[Difference, ...]:
    """The terms that differ, each as it was typed and as it is saved."""
    if saved is None:
        return ()
    mine, theirs = _texts(typed), _texts(saved)
    return tuple(
        Difference(label, mine.get(label, ""), theirs.get(label, ""))
        for label in dict.fromkeys([*mine, *theirs])
        if mine.get(label) != theirs.get(label)
    )


def _texts(line: Line) -> dict[str, str]:
    """The facts by their names; those of the same name follow each other."""
    found: dict[str, str] = {}
    for fact in facts_of(line):
        found[fact.label] = (
            f"{found[fact.label]}; {fact.value}" if fact.label in found else fact.value
        )
    return found
