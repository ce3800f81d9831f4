"""``comptoir freight simulate``: a whole filling on the real code, in a database made for it."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, right, show_facts, show_json, show_table
from comptoir_cli.refusals import Refusal

if TYPE_CHECKING:
    from logistics_core.simulation import SimulationReport

__all__ = ["simulate"]

BEGINS = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""The simulated day: a run is the same whenever it is played."""


@click.command(
    help=_(
        "Play merchants who quote, book, pay and cancel until a container goes to sea, on the real "
        "code in a scratch database, then check what was kept. The same seed plays the same."
    )
)
@click.option("--clients", type=click.IntRange(1, 500), default=20, show_default=True,
              help=_("How many merchants."))  # fmt: skip
@click.option("--seed", type=int, default=2026, show_default=True, help=_("What decides the play."))
@as_json
def simulate(*, clients: int, seed: int, as_json: bool) -> None:
    """Play a filling and check it."""
    from logistics_core.simulation import simulate as play
    from logistics_core.storage import MIGRATIONS
    from shared_kernel.engine import create_engine
    from shared_kernel.migrations import upgrade

    with tempfile.TemporaryDirectory(prefix="comptoir-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'scratch.sqlite3'}")
        try:
            upgrade(engine, (MIGRATIONS,))
            report = play(engine, clients=clients, seed=seed, at=BEGINS)
        finally:
            engine.dispose()
    if as_json:
        show_json(_json(report))
    else:
        _show(report)
    failed = [check for check in report.checks if not check.passed]
    if failed:
        raise Refusal(_("Checks failed: {count}.").format(count=len(failed)))


def _show(report: SimulationReport) -> None:
    from shared_kernel import format_decimal, format_money, format_percent

    here = locale()
    show_table(
        left(_("Check"), _("Result"), _("Detail")),
        [
            [check.label(here), _("passed") if check.passed else _("FAILED"), check.told(here)]
            for check in report.checks
        ],
    )
    show_facts(
        {
            _("Orders made"): str(report.orders),
            _("Orders sold"): str(sum(row.orders for row in report.by_category)),
            _("Revenue"): format_money(report.revenue, locale=here),
            _("Margin"): format_money(report.margin, locale=here),
        }
    )
    show_table(
        [
            *left(_("Category")),
            *right(_("Orders"), "m³", _("Revenue"), _("Margin"), _("Of the total")),
        ],
        [
            [
                row.category,
                str(row.orders),
                format_decimal(row.volume_cbm, locale=here),
                format_money(row.revenue, locale=here),
                format_money(row.margin, locale=here),
                format_percent(row.margin_percent / 100, locale=here),
            ]
            for row in report.by_category
        ],
    )


def _json(report: SimulationReport) -> dict[str, object]:
    return {
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail}
            for check in report.checks
        ],
        "orders": report.orders,
        "revenue": f"{report.revenue.amount:f}",
        "margin": f"{report.margin.amount:f}",
        "currency": report.revenue.currency.code,
        "by_category": [
            {
                "category": row.category,
                "orders": row.orders,
                "volume_cbm": f"{row.volume_cbm:f}",
                "revenue": f"{row.revenue.amount:f}",
                "margin": f"{row.margin.amount:f}",
            }
            for row in report.by_category
        ],
    }
