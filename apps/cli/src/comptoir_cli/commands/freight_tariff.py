"""``comptoir freight tariff``: the tariff in force, those before, and a new one."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, right, say, show_facts, show_json, show_table
from comptoir_cli.refusals import Refusal, refusing_file

if TYPE_CHECKING:
    from comptoir_web.freight.office import FreightOffice
    from comptoir_web.freight.office_values import TariffPreview
    from logistics_core.storage.tariffs import PublishedTariff
    from logistics_core.tariffs import Tariff

__all__ = ["tariff"]


@click.command(
    help=_(
        "Show the tariff in force, with its costs: it is for those who run the platform. --json "
        "writes it as --publish reads it."
    )
)
@click.option("--history", is_flag=True, help=_("Every tariff ever published, the newest first."))
@click.option(
    "--publish",
    type=click.File("rb"),
    metavar="FILE",
    help=_("Publish a tariff written as JSON; - is standard input."),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=_("With --publish: show what it would do to open quotes, and publish nothing."),
)
@click.option("--note", default="", help=_("With --publish: why, kept in the history."))
@as_json
def tariff(
    *, history: bool, publish: IO[bytes] | None, dry_run: bool, note: str, as_json: bool
) -> None:
    """Show tariffs, or publish one."""
    if publish is None and (dry_run or note):
        raise click.UsageError(_("--dry-run and --note go with --publish."))
    if publish is not None and history:
        raise click.UsageError(_("Give --history or --publish, not both."))
    with wiring.freight() as office:
        if publish is not None:
            _publish(office, publish, dry_run=dry_run, note=note, as_json=as_json)
        elif history:
            _show_history(office.tariffs(), as_json=as_json)
        else:
            current = office.current_tariff()
            if current is None:
                raise Refusal(_("No tariff is in force: comptoir freight tariff --publish FILE"))
            _show(current.tariff, as_json=as_json)


def _publish(
    office: FreightOffice, file: IO[bytes], *, dry_run: bool, note: str, as_json: bool
) -> None:
    from logistics_core.tariffs import tariff_from_json

    with refusing_file():
        new = tariff_from_json(file.read())
    preview = office.preview(new)
    if not dry_run:
        new = office.publish(new, actor=None, note=note)
    if as_json:
        show_json({"version": new.version, "published": not dry_run, **_preview_json(preview)})
        return
    _show_preview(preview)
    if dry_run:
        say(_("Nothing was published."))
    else:
        say(_("Published: version {version}.").format(version=new.version))


def _show(current: Tariff, *, as_json: bool) -> None:
    from logistics_core.tariffs import tariff_to_document
    from shared_kernel import format_date, format_decimal, format_money, format_percent

    if as_json:
        show_json(tariff_to_document(current))
        return
    here = locale()
    pair = f"{current.currency}/{current.goods_currency}"
    show_facts(
        {
            _("Version"): str(current.version),
            _("In force since"): format_date(current.effective_from.date(), locale=here),
            _("Rate charged, {pair}").format(pair=pair): format_decimal(current.rate, locale=here),
            _("Real rate, {pair}").format(pair=pair): format_decimal(
                current.real_rate, locale=here
            ),
            _("Commission"): format_percent(current.commission, locale=here),
        }
    )
    show_table(
        [*left(_("Category")), *right(_("Price of a m³"), _("Real cost of a m³"))],
        [
            [
                each.label(here),
                format_money(each.price, locale=here),
                format_money(each.real_cost, locale=here),
            ]
            for each in current.categories
        ],
    )


def _show_history(published: tuple[PublishedTariff, ...], *, as_json: bool) -> None:
    from shared_kernel import format_date, format_decimal, format_percent

    if as_json:
        show_json(
            [
                {
                    "version": one.tariff.version,
                    "effective_from": one.tariff.effective_from.isoformat(),
                    "effective_until": one.tariff.effective_until
                    and one.tariff.effective_until.isoformat(),
                    "rate": f"{one.tariff.rate:f}",
                    "commission": f"{one.tariff.commission:f}",
                    "published_at": one.published_at.isoformat(),
                    "note": one.note,
                }
                for one in published
            ]
        )
        return
    here = locale()
    show_table(
        [
            *right(_("Version")),
            *left(_("From")),
            *right(_("Rate"), _("Commission")),
            *left(_("Note")),
        ],
        [
            [
                str(one.tariff.version),
                format_date(one.tariff.effective_from.date(), locale=here, style="short"),
                format_decimal(one.tariff.rate, locale=here),
                format_percent(one.tariff.commission, locale=here),
                one.note,
            ]
            for one in published
        ],
    )


def _show_preview(preview: TariffPreview) -> None:
    from shared_kernel import format_money

    here = locale()
    show_facts(
        {
            _("Open quotes"): str(len(preview.effects)),
            _("Their totals"): f"{format_money(preview.before, locale=here)} → "
            f"{format_money(preview.after, locale=here)}",
            _("Their margin"): f"{format_money(preview.margin_before, locale=here)} → "
            f"{format_money(preview.margin_after, locale=here)}",
        }
    )


def _preview_json(preview: TariffPreview) -> dict[str, object]:
    names = ("before", "after", "margin_before", "margin_after")
    return {
        "open_quotes": len(preview.effects),
        **{name: f"{getattr(preview, name).amount:f}" for name in names},
    }
