"""The clients, what needs a decision first; nothing here is computed, it is asked for as a job."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from attrs import frozen
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.clients import words
from comptoir_web.blueprints.clients.reading import read_only
from comptoir_web.blueprints.wealth.dashboard import page_of
from comptoir_web.blueprints.wealth.words import CATEGORIES
from comptoir_web.identity.access import visitor
from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation.charts import EvolutionChart
from comptoir_web.presentation.csv_files import csv_response
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import (
    Column,
    Page,
    Sort,
    asked_page,
    same_filters,
    sort_from,
)
from comptoir_web.wealth.clients import SORTS, Client, ClientBook, ClientPage, ClientState
from comptoir_web.wealth.jobs import RECOMPUTE_ALL
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock, services
from shared_kernel import to_minor
from wealth_core.errors import HoldingsMissing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from comptoir_web.identity.users import User
    from comptoir_web.presentation.csv_files import Cell

__all__ = ["blueprint"]

PER_PAGE = 25
MOST_LINES = 20_000
FIRST = (ClientState.INCOMPLETE, ClientState.EDITED, ClientState.STALE, ClientState.NONE)
"""What needs a decision, the most pressing first."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")

blueprint = Blueprint("clients", __name__, url_prefix="/plateforme/admin/clients")
blueprint.before_request(reached_by(Role.ADMIN))


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every client with the figure shown to them; search, state, sort and page in the address."""
    asked = _Asked.from_address()
    book = services().get(ClientBook)
    found = asked.page(book, number=asked_page(), per_page=PER_PAGE)
    attention = book.attention()
    return render_template(
        "clients/index.html",
        clients=found.clients,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        asked=asked,
        attention=attention,
        decisions=[(one, attention.states[one]) for one in FIRST if attention.states[one]],
        words=words,
        csv_url=same_filters("clients.index_csv"),
        request_id=secrets.token_urlsafe(16),
        columns=(
            Column("name", _("Name"), sortable=True),
            Column("email", _("E-mail address"), sortable=True),
            Column("net_worth", _("Net worth"), numeric=True, sortable=True),
            Column("valued_on", _("Valued on"), sortable=True),
            Column("state", _("State"), sortable=True),
        ),
    )


@blueprint.get("/clients.csv")
def index_csv() -> ResponseReturnValue:
    """The clients of the list, every page of them, as a file for a spreadsheet."""
    rows: list[Sequence[Cell]] = [
        (
            _("Name"),
            _("E-mail address"),
            _("Net worth"),
            _("Currency"),
            _("Valued on"),
            _("State"),
        )
    ]
    found = _Asked.from_address().page(services().get(ClientBook), number=1, per_page=MOST_LINES)
    rows += [_csv_row(one) for one in found.clients]
    return csv_response(rows, name=_("clients"))


def _csv_row(one: Client) -> Sequence[Cell]:
    worth = one.net_worth
    return (
        one.name,
        one.email,
        "" if worth is None else worth.amount,
        "" if worth is None else worth.currency.code,
        one.valued_on or "",
        str(words.STATES[one.state]),
    )


@blueprint.post("/recalculer")
def recompute_all() -> ResponseReturnValue:
    """Ask for everyone's net worth as a job; the form sent twice leads to the same job."""
    request_id = request.form.get("request_id", "")
    if not _REQUEST_ID.fullmatch(request_id):
        abort(400)
    job = (
        services()
        .get(JobQueue)
        .submit(
            RECOMPUTE_ALL,
            {"on": _today().isoformat()},
            owner=visitor().id,
            request_id=request_id,
        )
    )
    return redirect(url_for("jobs.show", job_id=job.id), code=303)


@blueprint.get("/<owner>")
def show(owner: str) -> ResponseReturnValue:
    """One client's page, as the client sees it, read only."""
    user = _client(owner)
    read = services().get(WealthService).dashboard(user.id)
    return render_template(
        "clients/client.html",
        user=user,
        page=read_only(page_of(read)),
        empty=read.saved is None or not any(read.saved.holdings.lines()),
    )


@blueprint.post("/<owner>/recalculer")
def recompute(owner: str) -> ResponseReturnValue:
    """Value one client's holdings now."""
    user = _client(owner)
    try:
        snapshot = services().get(WealthService).recompute(user.id)
    except HoldingsMissing:
        flash(_("Nothing is kept yet of what this client has."), "warning")
    else:
        if snapshot.complete:
            flash(_("The net worth is computed."), "success")
        else:
            flash(
                _("A line has no price: the figure shown stays the last complete one."), "warning"
            )
    return redirect(url_for("clients.show", owner=user.id), code=303)


@blueprint.get("/statistiques")
def statistics() -> ResponseReturnValue:
    """How many clients, what is under advice, how it is spread, how it moved."""
    found = services().get(ClientBook).statistics()
    months = found.months
    chart = None
    if len(months) > 1:
        chart = EvolutionChart(
            currency=found.totals[0].currency,
            label=_("Net worth under advice"),
            days=tuple(one.month for one in months),
            values=tuple(to_minor(one.net_worth) for one in months),
        )
    return render_template(
        "clients/statistics.html",
        found=found,
        chart=chart,
        category_names=CATEGORIES,
        words=words,
    )


@frozen(kw_only=True)
class _Asked:
    """What the address asks of the list."""

    search: str
    state: ClientState | None
    sort: Sort

    @classmethod
    def from_address(cls) -> _Asked:
        state = request.args.get("state", "")
        return cls(
            search=request.args.get("q", "").strip()[:100],
            state=ClientState(state) if state in tuple(ClientState) else None,
            sort=sort_from(SORTS, default="name"),
        )

    @property
    def filtered(self) -> bool:
        return bool(self.search or self.state)

    def page(self, book: ClientBook, *, number: int, per_page: int) -> ClientPage:
        return book.page(
            search=self.search,
            state=self.state,
            sort=self.sort.key,
            descending=self.sort.descending,
            number=number,
            per_page=per_page,
        )


def _client(owner: str) -> User:
    """The account of a client; another role's has no page here."""
    try:
        user = services().get(IdentityService).user(owner)
    except UnknownUser:
        abort(404)
    if user.role is not Role.CLIENT:
        abort(404)
    return user


def _today() -> date:
    clock: Clock = services().get(Clock)
    return clock().date()
