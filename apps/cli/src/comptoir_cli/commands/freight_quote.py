"""``comptoir freight quote``: what a purchase costs its merchant, and what it earns if asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import attrs
import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, show_facts, show_json
from comptoir_cli.parameters import number, rate
from comptoir_cli.refusals import Refusal, placed, refusing_file

if TYPE_CHECKING:
    from logistics_core import Carton
    from logistics_core.tariffs import ClientQuote, InternalQuote, Purchase, Tariff

__all__ = ["client_facts", "internal_facts", "quote"]

STARTING = timedelta(minutes=1)


class CartonSizes(click.ParamType["Carton", Any]):
    """Like cartons: ``60x40x50x12.5`` (centimetres and kilograms), ``60x40x50x12.5*10``."""

    name = "LxWxHxKG[*COUNT]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Carton:
        """Read the sizes, or say how they are written."""
        from logistics_core import Carton
        from shared_kernel import Faults

        sizes, star, count = str(value).lower().partition("*")
        parts = sizes.split("x")
        if len(parts) != 4 or (star and not (count.isascii() and count.isdigit())):
            text = _(
                "{given} is not like 60x40x50x12.5*10: length, width, height, kilograms, count"
            )
            return self.fail(text.format(given=value), param, ctx)
        length, width, height, weight = (number.convert(part, param, ctx) for part in parts)
        try:
            return Carton(length, width, height, weight, count=int(count) if star else 1)
        except Faults as error:
            return self.fail("; ".join(map(placed, error.faults)), param, ctx)


@click.command(
    help=_(
        "Quote a purchase: goods, commission, freight, total. Needs no platform: without --tariff "
        "or --in-force, the starting tariff of the library is used."
    )
)
@click.option("--goods", metavar="AMOUNT", required=True, help=_("What the goods cost: 10000"))
@click.option("--category", required=True, help=_("A category of the tariff: TEXTILE"))
@click.option("--volume", type=number, help=_("The volume in cubic metres: 3 or 2.450"))
@click.option(
    "--weight", type=number, help=_("The weight in kilograms, where the tariff bills it.")
)
@click.option(
    "--carton",
    "cartons",
    type=CartonSizes(),
    multiple=True,
    help=_("Cartons, instead of a volume."),
)
@click.option(
    "--commission", type=rate, help=_("A fraction, 0.05, or 5%; the tariff's when left out.")
)
@click.option(
    "--tariff", "document", type=click.File("rb"), help=_("A tariff as JSON; - is standard input.")
)
@click.option("--in-force", is_flag=True, help=_("The tariff in force on this platform."))
@click.option("--internal", is_flag=True, help=_("Show the costs and the margin as well."))
@as_json
def quote(
    *,
    goods: str,
    category: str,
    volume: Decimal | None,
    weight: Decimal | None,
    cartons: tuple[Carton, ...],
    commission: Decimal | None,
    document: IO[bytes] | None,
    in_force: bool,
    internal: bool,
    as_json: bool,
) -> None:
    """Quote a purchase."""
    if (volume is None) != bool(cartons):
        raise click.UsageError(_("Give --volume, or --carton as often as there are sizes."))
    if weight is not None and cartons:
        raise click.UsageError(_("--weight goes with --volume: cartons have theirs."))
    from logistics_core.tariffs import quote as quoted

    with _tariff(document, in_force=in_force) as (tariff, at):
        purchase = _purchase(goods, category, volume, weight, cartons, tariff)
        made = quoted(purchase, tariff, at=at, commission=commission)
    if as_json:
        shown = _client_json(made.client)
        if internal:
            shown["internal"] = _internal_json(made.internal)
        show_json(shown)
        return
    show_facts(client_facts(made.client, tariff))
    if internal:
        show_facts(internal_facts(made.internal))


@contextmanager
def _tariff(document: IO[bytes] | None, *, in_force: bool) -> Iterator[tuple[Tariff, datetime]]:
    """Give the tariff that was asked for, and a moment at which it is in force."""
    if document is not None and in_force:
        raise click.UsageError(_("Give --tariff or --in-force, not both."))
    now = datetime.now(UTC)
    if in_force:
        with wiring.freight() as office:
            published = office.current_tariff()
        if published is None:
            raise Refusal(_("No tariff is in force: comptoir freight tariff --publish FILE"))
        yield published.tariff, now
        return
    if document is not None:
        from logistics_core.tariffs import tariff_from_json

        with refusing_file():
            tariff = tariff_from_json(document.read())
        yield tariff, now if tariff.in_force(now) else tariff.effective_from
        return
    from logistics_core.tariffs import starting_tariff

    yield starting_tariff(effective_from=now - STARTING), now


def _purchase(
    goods: str,
    category: str,
    volume: Decimal | None,
    weight: Decimal | None,
    cartons: tuple[Carton, ...],
    tariff: Tariff,
) -> Purchase:
    from logistics_core import Shipment
    from logistics_core.tariffs import Purchase
    from shared_kernel import MoneyError, money

    try:
        amount = money(goods, tariff.goods_currency)
    except MoneyError as error:
        raise MoneyError(attrs.evolve(fault, path="goods") for fault in error.faults) from None
    if volume is None:
        return Purchase.of_cartons(amount, category, Shipment(cartons))
    return Purchase(goods=amount, category=category, volume_cbm=volume, weight_kg=weight)


def client_facts(client: ClientQuote, tariff: Tariff) -> dict[str, str]:
    """Name what a merchant is told, in the reader's language."""
    from shared_kernel import format_date, format_decimal, format_money, format_percent

    here = locale()
    return {
        _("Goods"): f"{format_money(client.goods, locale=here)} = "
        f"{format_money(client.goods_value, locale=here)}",
        _("Commission, {rate}").format(rate=format_percent(client.commission_rate, locale=here)):
            format_money(client.commission, locale=here),
        _("Freight, {volume} m³ of {category}").format(
            volume=format_decimal(client.billed_cbm, locale=here),
            category=tariff.category(client.category).label(here),
        ): format_money(client.freight, locale=here),
        _("Total"): format_money(client.total, locale=here),
        _("Valid until"): format_date(client.valid_until.date(), locale=here),
    }  # fmt: skip


def internal_facts(internal: InternalQuote) -> dict[str, str]:
    """Name what the platform earns, in the reader's language."""
    from shared_kernel import format_money, format_percent

    here = locale()
    return {
        _("Margin on exchange"): format_money(internal.margin_exchange, locale=here),
        _("Margin on commission"): format_money(internal.margin_commission, locale=here),
        _("Margin on freight"): format_money(internal.margin_freight, locale=here),
        _("Margin"): format_money(internal.margin, locale=here),
        _("Margin, of the total"): format_percent(internal.margin_percent / 100, locale=here),
    }


def _client_json(client: ClientQuote) -> dict[str, Any]:  # any: what JSON carries
    return {
        "tariff_version": client.tariff_version,
        "category": client.category,
        "goods": f"{client.goods.amount:f}",
        "goods_currency": client.goods.currency.code,
        "rate": f"{client.rate:f}",
        "goods_value": f"{client.goods_value.amount:f}",
        "commission_rate": f"{client.commission_rate:f}",
        "commission": f"{client.commission.amount:f}",
        "volume_cbm": f"{client.volume_cbm:f}",
        "billed_cbm": f"{client.billed_cbm:f}",
        "freight": f"{client.freight.amount:f}",
        "total": f"{client.total.amount:f}",
        "currency": client.total.currency.code,
        "valid_until": client.valid_until.isoformat(),
    }


def _internal_json(internal: InternalQuote) -> dict[str, str]:
    return {
        "real_rate": f"{internal.real_rate:f}",
        "real_goods_value": f"{internal.real_goods_value.amount:f}",
        "real_freight": f"{internal.real_freight.amount:f}",
        "margin_exchange": f"{internal.margin_exchange.amount:f}",
        "margin_commission": f"{internal.margin_commission.amount:f}",
        "margin_freight": f"{internal.margin_freight.amount:f}",
        "margin": f"{internal.margin.amount:f}",
        "margin_percent": f"{internal.margin_percent:f}",
    }
