"""The prices of the installation; a refresh is a job, a rate is entered with its day."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.quotes import words
from comptoir_web.blueprints.quotes.forms import UNIT_CRYPTO, UNIT_CURRENCY, RateForm
from comptoir_web.forms import show_faults
from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation.charts import RateChart
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Column
from comptoir_web.wealth.jobs import REFRESH_QUOTES
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wiring import Clock, services
from wealth_core.errors import QuoteFaults
from wealth_core.quotes import asset_label, is_asset, is_crypto

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from comptoir_web.blueprints.quotes.words import Freshness
    from comptoir_web.wealth.quotes import QuoteBoard
    from wealth_core.storage.quotes import QuoteRow

__all__ = ["blueprint"]

MOST_HISTORY = 1_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")

blueprint = Blueprint("quotes", __name__, url_prefix="/plateforme/admin/cours")
blueprint.before_request(reached_by(Role.ADMIN))


@frozen(kw_only=True)
class Line:
    """A price of the list, with who needs it."""

    row: QuoteRow
    freshness: Freshness
    clients: int


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What is missing, old or failing first, then every price in use."""
    board = services().get(QuoteService).board()
    lines = _lines(board)
    return render_template(
        "quotes/index.html",
        board=board,
        lines=lines,
        counts=Counter(line.freshness for line in lines),
        missing=[use for use in board.uses if use.missing],
        old=[use for use in board.uses if use.stale and not use.missing],
        words=words,
        asset_label=asset_label,
        is_crypto=is_crypto,
        request_id=secrets.token_urlsafe(16),
        columns=(
            Column("pair", _("Price of")),
            Column("price", _("One unit is worth"), numeric=True),
            Column("age", _("Age"), numeric=True),
            Column("state", _("State")),
            Column("source", _("From")),
            Column("clients", _("Clients"), numeric=True),
        ),
    )


def _lines(board: QuoteBoard) -> list[Line]:
    """The prices: what needs a look first, then what most clients need."""
    clients = {use.asset: use.clients for use in board.uses}
    lines = [
        Line(
            row=row,
            freshness=words.freshness(row),
            clients=max(clients.get(asset, 0) for asset in row.quote.pair),
        )
        for row in board.rows
    ]
    calm = words.Freshness.FRESH
    return sorted(lines, key=lambda line: (line.freshness is calm, -line.clients))


@blueprint.post("/actualiser")
def refresh() -> ResponseReturnValue:
    """Ask the sources now, as a job; the form sent twice leads to the same job."""
    request_id = request.form.get("request_id", "")
    if not _REQUEST_ID.fullmatch(request_id):
        abort(400)
    queue = services().get(JobQueue)
    job = queue.submit(REFRESH_QUOTES, {}, owner=visitor().id, request_id=request_id)
    return redirect(url_for("jobs.show", job_id=job.id), code=303)


@blueprint.route("/saisir", methods=["GET", "POST"])
def enter() -> ResponseReturnValue:
    """Enter a rate with the day from which it holds."""
    form = RateForm()
    if not form.is_submitted():
        clock: Clock = services().get(Clock)
        base, quote = request.args.get("base", ""), request.args.get("quote", "EUR")
        return _form(
            RateForm(
                formdata=None,
                kind=UNIT_CRYPTO if is_crypto(base) else UNIT_CURRENCY,
                base=asset_label(base)[:20],
                quote=quote[:3],
                as_of=clock().date(),
            )
        )
    # Every field is read first, so that all that is wrong is told at once.
    form.validate()
    given = form.complete()
    if given is None:
        return _form(form), 422
    base, quote = form.pair
    price, as_of = given
    try:
        row = services().get(QuoteService).set(base, quote, price, as_of=as_of, by=visitor().id)
    except QuoteFaults as faults:
        show_faults(form, faults)
        return _form(form), 422
    flash(_("The rate is kept: %(rate)s.", rate=words.price_sentence(row.quote)), "success")
    return redirect(url_for("quotes.history", base=base, quote=quote), code=303)


def _form(form: RateForm) -> str:
    return render_template("quotes/enter.html", form=form)


@blueprint.post("/retirer")
def remove() -> ResponseReturnValue:
    """Take a rate entered by mistake out of the table."""
    base, quote = _asked_pair(request.form)
    as_of = _moment(request.form.get("as_of", ""))
    try:
        gone = services().get(QuoteService).unset(base, quote, as_of=as_of)
    except QuoteFaults:
        abort(404)
    if gone:
        flash(_("The rate is removed; the one before it holds again."), "success")
    return redirect(url_for("quotes.history", base=base, quote=quote), code=303)


@blueprint.get("/historique")
def history() -> ResponseReturnValue:
    """The prices kept of a pair: the line, then the table."""
    base, quote = _asked_pair(request.args)
    try:
        rows = services().get(QuoteService).history(base, quote, limit=MOST_HISTORY)
    except QuoteFaults:
        abort(404)
    clock: Clock = services().get(Clock)
    used = tuple(row for row in rows if not row.doubtful and row.quote.as_of <= clock())
    people = {row.put_by for row in rows if row.put_by}
    return render_template(
        "quotes/history.html",
        base=base,
        quote=quote,
        rows=rows,
        current=used[0] if used else None,
        now=clock(),
        chart=_chart(used),
        finding=words.history_finding(used) if used else "",
        names=services().get(IdentityService).users_by_id(people),
        words=words,
        columns=(
            Column("as_of", _("From (UTC)")),
            Column("price", _("One unit is worth"), numeric=True),
            Column("source", _("From")),
            Column("by", _("By")),
            Column("remove", _("Remove"), hidden=True),
        ),
    )


def _chart(rows: tuple[QuoteRow, ...]) -> RateChart | None:
    """The last price of each day; None when there is nothing to draw a line through."""
    by_day = {row.quote.as_of.date(): row.quote for row in reversed(rows)}
    if len(by_day) < 2:
        return None
    prices = tuple(quote.price for quote in by_day.values())
    any_quote = rows[0].quote
    return RateChart(
        unit=asset_label(any_quote.quote),
        label=words.pair_name(*any_quote.pair),
        days=tuple(by_day),
        values=prices,
        decimals=words.decimals(max(prices)),
    )


def _asked_pair(given: MultiDict[str, str]) -> tuple[str, str]:
    base, quote = given.get("base", ""), given.get("quote", "")
    if not (is_asset(base) and is_asset(quote)):
        abort(404)
    return base, quote


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        abort(400)
    if found.tzinfo is None:
        abort(400)
    return found
