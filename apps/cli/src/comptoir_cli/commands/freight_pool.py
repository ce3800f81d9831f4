"""``comptoir freight containers`` and what is done to one: for those who run a platform."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, right, say, show_json, show_table
from comptoir_cli.parameters import number
from comptoir_cli.refusals import Refusal

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import ContainerFigures, Proposal
    from logistics_core.storage.containers import PooledContainer

__all__ = ["book", "cancel", "choose", "close", "containers", "stage"]

PAGE = 100


@click.command(
    help=_(
        "List the containers with their fill and what they earn, the newest first; with --add, "
        "open a new one for bookings."
    )
)
@click.option("--add", metavar="REFERENCE", help=_("What people will call the new container."))
@click.option(
    "--billed-cbm",
    type=number,
    default="76",
    show_default=True,
    help=_("With --add: the volume that is sold."),
)
@click.option(
    "--stowable-cbm",
    type=number,
    help=_("With --add: the volume to count on when loading; 68 at most when left out."),
)
@click.option(
    "--payload-kg",
    type=number,
    default="26480",
    show_default=True,
    help=_("With --add: the heaviest load."),
)
@as_json
def containers(
    *,
    add: str | None,
    billed_cbm: Decimal,
    stowable_cbm: Decimal | None,
    payload_kg: Decimal,
    as_json: bool,
) -> None:
    """List the containers, or open one."""
    with wiring.freight() as office:
        if add is not None:
            from logistics_core.pooling import Capacity

            capacity = Capacity(
                billed_litres=_thousandths(billed_cbm, "--billed-cbm"),
                payload_grams=_thousandths(payload_kg, "--payload-kg"),
            )
            if stowable_cbm is not None:
                stowable = _thousandths(stowable_cbm, "--stowable-cbm")
                capacity = attrs.evolve(capacity, stowable_litres=stowable)
            made = office.add_container(add, capacity=capacity, actor=None)
            if as_json:
                show_json(_container_json(made))
            say(_("Open for bookings: {reference}").format(reference=made.reference))
            return
        page = office.containers(per_page=PAGE)
    if as_json:
        show_json([_figures_json(one) for one in page.containers])
        return
    _show_containers(page.containers)
    if page.total > len(page.containers):
        say(_("The newest {shown} of {total}.").format(shown=PAGE, total=page.total))


def _thousandths(value: Decimal, option: str) -> int:
    """Give litres of cubic metres, or grams of kilograms; more than three decimals are refused."""
    scaled = value.scaleb(3) if value.is_finite() else value
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        text = _("{option}: at most three decimals are accepted")
        raise click.UsageError(text.format(option=option))
    return int(scaled)


def _show_containers(shown: tuple[ContainerFigures, ...]) -> None:
    from shared_kernel import format_decimal, format_money

    here = locale()

    def cubic(litres: int) -> str:
        return format_decimal(Decimal(litres).scaleb(-3), locale=here)

    show_table(
        [*left(_("Container"), _("Stage")), *right(_("Booked, m³"), _("Free, m³"), _("Orders"),
                                                   _("Revenue"), _("Margin"))],
        [
            [
                one.container.reference,
                stage_name(one.container),
                cubic(one.container.load.litres),
                cubic(one.container.free_litres),
                str(one.orders),
                format_money(one.revenue, locale=here),
                format_money(one.margins.total, locale=here),
            ]
            for one in shown
        ],
    )  # fmt: skip


def stage_name(container: PooledContainer) -> str:
    """Name where a container is, in the reader's language."""
    from logistics_core.pooling import SEA_ROUTE

    if container.cancelled_at is not None:
        return _("cancelled")
    return SEA_ROUTE.get(container.stage).label(locale())


def _container_json(container: PooledContainer) -> dict[str, object]:
    return {
        "reference": container.reference,
        "stage": container.stage,
        "cancelled": container.cancelled_at is not None,
        "billed_litres": container.capacity.billed_litres,
        "booked_litres": container.load.litres,
        "free_litres": container.free_litres,
        "payload_grams": container.capacity.payload_grams,
        "booked_grams": container.load.grams,
    }


def _figures_json(one: ContainerFigures) -> dict[str, object]:
    return {
        **_container_json(one.container),
        "orders": one.orders,
        "revenue": f"{one.revenue.amount:f}",
        "margin": f"{one.margins.total.amount:f}",
        "currency": one.revenue.currency.code,
    }


@click.command(
    help=_(
        "Book the order of a number into a container for its merchant: a quote is confirmed, a "
        "waiting order is placed. Booked already, it stays as it is."
    )
)
@click.argument("order", type=int)
@click.argument("container")
@as_json
def book(*, order: int, container: str, as_json: bool) -> None:
    """Book an order."""
    with wiring.freight() as office:
        place = office.container_called(container)
        booked = office.book_order(office.order_numbered(order).id, place.id, actor=None)
        now = office.container_called(container)
    if as_json:
        show_json({"order": booked.number, "state": booked.state.value, **_container_json(now)})
    text = _("Order {number} is in {reference}; {litres} litres are free.")
    say(text.format(number=booked.number, reference=now.reference, litres=now.free_litres))


@click.command(
    help=_(
        "Show which of the waiting orders fill a container best, with what they would earn; --fill "
        "books them."
    )
)
@click.argument("container")
@click.option("--fill", is_flag=True, help=_("Book what is chosen."))
@as_json
def choose(*, container: str, fill: bool, as_json: bool) -> None:
    """Show the best filling, or book it."""
    with wiring.freight() as office:
        place = office.container_called(container)
        found = office.fill(place.id, actor=None) if fill else office.proposal(place.id)
    if as_json:
        show_json(_proposal_json(found, filled=fill))
        return
    _show_proposal(found)
    if not fill and found.orders:
        say(_("To book them: comptoir freight choose {reference} --fill").format(
            reference=place.reference))  # fmt: skip


def _show_proposal(found: Proposal) -> None:
    from shared_kernel import format_decimal, format_money

    here = locale()
    show_table(
        [*right(_("Order")), *left(_("Merchant")), *right("m³", _("Margin"))],
        [
            [
                str(one.order.number),
                one.merchant_name,
                format_decimal(Decimal(one.order.litres).scaleb(-3), locale=here),
                format_money(one.internal.margin, locale=here),
            ]
            for one in found.orders
        ],
    )
    text = _("{litres} litres chosen, {left} left free, a gain of {gain}.")
    gain = format_money(found.gain, locale=here)
    say(text.format(litres=found.litres, left=found.left_litres, gain=gain))


def _proposal_json(found: Proposal, *, filled: bool) -> dict[str, object]:
    return {
        "container": found.container.reference,
        "orders": [one.order.number for one in found.orders],
        "litres": found.litres,
        "left_litres": found.left_litres,
        "gain": f"{found.gain.amount:f}",
        "currency": found.gain.currency.code,
        "proven": found.proven,
        "booked": filled,
    }


@click.command(help=_("Close a container: it takes no booking any more, and goes to sea."))
@click.argument("container")
@as_json
def close(*, container: str, as_json: bool) -> None:
    """Close a container."""
    with wiring.freight() as office:
        closed = office.close_container(office.container_called(container).id, actor=None)
    _say_stage(closed, as_json=as_json)


@click.command(help=_("Move a container to its next stage: mer, port, douane, livre."))
@click.argument("container")
@click.argument("stage")
@as_json
def stage(*, container: str, stage: str, as_json: bool) -> None:
    """Move a container on."""
    with wiring.freight() as office:
        moved = office.advance(office.container_called(container).id, stage, actor=None)
    _say_stage(moved, as_json=as_json)


def _say_stage(container: PooledContainer, *, as_json: bool) -> None:
    if as_json:
        show_json(_container_json(container))
    say(f"{container.reference}  {stage_name(container)}")


@click.command(
    help=_(
        "Cancel a container with all its orders, or one order that has not left. What was paid "
        "goes back to the merchants' wallets. Asks first, unless --yes."
    )
)
@click.argument("container", required=False)
@click.option("--order", type=int, metavar="NUMBER", help=_("An order, instead of a container."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@as_json
def cancel(*, container: str | None, order: int | None, yes: bool, as_json: bool) -> None:
    """Cancel a container or an order."""
    if (container is None) == (order is None):
        raise click.UsageError(_("Give a container, or --order NUMBER."))
    with wiring.freight() as office:
        if order is not None:
            found = office.order_numbered(order)
            _ask(_("Cancel order {number} and refund it?").format(number=order), yes=yes)
            done = office.cancel_order(found.id, actor=None)
            if as_json:
                show_json({"order": done.number, "state": done.state.value})
            say(_("Order {number} is cancelled.").format(number=done.number))
            return
        place = office.container_called(container or "")
        text = _("Cancel {reference} with all its orders and refund them?")
        _ask(text.format(reference=place.reference), yes=yes)
        gone = office.cancel_container(place.id, actor=None)
    _say_stage(gone, as_json=as_json)


def _ask(question: str, *, yes: bool) -> None:
    if not yes and not click.confirm(question, err=True):
        raise Refusal(_("Nothing was changed."))
