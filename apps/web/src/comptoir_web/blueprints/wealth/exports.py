"""The downloads: the lines as JSON and as CSV, the history as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.csv_files import Cell, csv_response
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import services
from wealth_core.networth import holdings_to_csv, holdings_to_json

from .holdings import current
from .views import blueprint, today
from .words import CATEGORIES, CREDITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

__all__: list[str] = []


@blueprint.get("/exporter")
def export() -> ResponseReturnValue:
    """What can be taken away, and what each file is good for."""
    holdings, version = current()
    points = services().get(WealthService).history(visitor().id)
    lines = sum(1 for _line in holdings.lines())
    return render_template("wealth/export.html", lines=lines, version=version, points=len(points))


@blueprint.get("/exporter/avoirs.json")
def holdings_json() -> Response:
    """Every line as a document that this platform and its libraries read back."""
    holdings, _version = current()
    return _attachment(holdings_to_json(holdings).encode(), "application/json", "avoirs", "json")


@blueprint.get("/exporter/avoirs.csv")
def holdings_csv() -> Response:
    """Every line as a table that a spreadsheet opens, and that can be read back."""
    holdings, _version = current()
    body = holdings_to_csv(holdings, locale=language()).encode("utf-8-sig")
    return _attachment(body, "text/csv; charset=utf-8", "avoirs", "csv")


@blueprint.get("/historique.csv")
def history_csv() -> Response:
    """The history, a day a line, the oldest first."""
    rows: list[Sequence[Cell]] = [
        (
            _("Valued on"),
            _("Currency"),
            *(str(name) for name in CATEGORIES.values()),
            _("Total assets"),
            str(CREDITS),
            _("Net worth"),
        )
    ]
    rows += [
        (
            point.valued_on,
            point.base_currency,
            *(point.total_of(category).amount for category in CATEGORIES),
            point.total_assets.amount,
            point.credits.amount,
            point.net_worth.amount,
        )
        for point in services().get(WealthService).history(visitor().id)
    ]
    return csv_response(rows, name=f"historique-{today().isoformat()}")


def _attachment(body: bytes, content_type: str, stem: str, ending: str) -> Response:
    # The name is plain ASCII by construction, so it needs no quoting of its own.
    name = f"{stem}-{today().isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, content_type=content_type)
