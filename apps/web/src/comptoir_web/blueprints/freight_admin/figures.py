"""Figures by category and by month: revenue, volume, and margin by where it comes from."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Protocol

import attrs
from flask import render_template, request

from comptoir_web.presentation.charts import BarsChart, YearsChart
from comptoir_web.presentation.csv_files import csv_response
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import same_filters
from shared_kernel import add_months, to_minor

from . import words
from .views import blueprint, category_names, now, office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.office_values import Figures, Margins
    from comptoir_web.presentation.csv_files import Cell
    from shared_kernel import Money

__all__: list[str] = []

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS = 12
FARTHEST = 60


class Earned(Protocol):
    """What a row of either table says."""

    @property
    def orders(self) -> int:
        """How many orders."""

    @property
    def volume_cbm(self) -> Decimal:
        """Their volume."""

    @property
    def revenue(self) -> Money:
        """What merchants pay."""

    @property
    def margins(self) -> Margins:
        """What is earned."""


@attrs.frozen(kw_only=True)
class Shown:
    """The figures of one currency, with their charts."""

    figures: Figures
    finding: str
    by_category: YearsChart
    by_month: YearsChart
    volume: BarsChart


@blueprint.get("/chiffres")
def figures() -> ResponseReturnValue:
    """What was sold between two months, one part a currency."""
    since, until = _asked()
    names = category_names()
    return render_template(
        "freight_admin/figures.html",
        shown=[_shown(one, names) for one in office().figures(since=since, until=until)],
        since=since,
        until=until,
        months=[add_months(_this_month(), -count) for count in range(FARTHEST)],
        category_names=names,
        csv_categories=same_filters("freight_admin.categories_csv"),
        csv_months=same_filters("freight_admin.months_csv"),
    )


def _this_month() -> date:
    return now().date().replace(day=1)


def _asked() -> tuple[date, date]:
    """The months the address asks for, in their order; the last twelve by default."""
    last = _this_month()
    since = _month(request.args.get("since", "")) or add_months(last, 1 - MONTHS)
    until = _month(request.args.get("until", "")) or last
    since, until = min(since, until), max(since, until)
    return max(since, add_months(until, 1 - FARTHEST)), until


def _month(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _shown(one: Figures, names: Mapping[str, str]) -> Shown:
    kinds = (_("Exchange"), _("Commission"), _("Freight"))

    def earned(rows: Sequence[Earned], labels: Sequence[str], abscissa: str) -> YearsChart:
        margins = [row.margins for row in rows]
        values = zip(
            kinds,
            (
                tuple(to_minor(each.exchange) for each in margins),
                tuple(to_minor(each.commission) for each in margins),
                tuple(to_minor(each.freight) for each in margins),
            ),
            strict=True,
        )
        return YearsChart(
            currency=one.currency,
            abscissa=abscissa,
            unit=_("Margin (%(currency)s)", currency=one.currency),
            labels=tuple(labels),
            series=tuple(values),
        )

    called = [names.get(row.code, row.code) for row in one.categories]
    months = [words.month_name(row.month) for row in one.months]
    return Shown(
        figures=one,
        finding=words.figures_finding(one, names),
        by_category=earned(one.categories, called, _("Category")),
        by_month=earned(one.months, months, _("Month")),
        volume=BarsChart(
            abscissa=_("Month"),
            unit=_("Volume (m³)"),
            label=_("Volume"),
            labels=tuple(months),
            values=tuple(row.volume_cbm for row in one.months),
            decimals=1,
        ),
    )


def _header(first: str) -> Sequence[Cell]:
    return (
        first,
        _("Currency"),
        _("Orders"),
        _("Volume (m³)"),
        _("Revenue"),
        _("Margin on exchange"),
        _("Margin on commission"),
        _("Margin on freight"),
        _("Margin"),
    )


def _row(first: str, one: Figures, row: Earned) -> Sequence[Cell]:
    margins = row.margins
    return (
        first,
        one.currency,
        row.orders,
        row.volume_cbm,
        row.revenue.amount,
        margins.exchange.amount,
        margins.commission.amount,
        margins.freight.amount,
        margins.total.amount,
    )


@blueprint.get("/chiffres/categories.csv")
def categories_csv() -> ResponseReturnValue:
    """The table by category, as a file for a spreadsheet."""
    names, (since, until) = category_names(), _asked()
    rows = [_header(_("Category"))]
    for one in office().figures(since=since, until=until):
        rows += [_row(names.get(each.code, each.code), one, each) for each in one.categories]
    return csv_response(rows, name=_("freight-categories"))


@blueprint.get("/chiffres/mois.csv")
def months_csv() -> ResponseReturnValue:
    """The table by month, as a file for a spreadsheet."""
    since, until = _asked()
    rows = [_header(_("Month"))]
    for one in office().figures(since=since, until=until):
        rows += [_row(f"{each.month:%Y-%m}", one, each) for each in one.months]
    return csv_response(rows, name=_("freight-months"))
