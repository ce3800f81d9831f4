"""``comptoir quotes``: prices of cryptos and currencies, from their sources or entered by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, right, say, show_json, show_table
from comptoir_cli.parameters import day
from comptoir_cli.refusals import PartlyDone

if TYPE_CHECKING:
    from comptoir_web.wealth.quotes import QuoteService
    from wealth_core.storage import QuoteRow

__all__ = ["quotes"]

BY = "comptoir quotes set"


@click.group(help=_("Prices of cryptos and currencies."))
def quotes() -> None:
    """Group the commands of prices."""


@quotes.command(
    help=_(
        "Ask every source for its prices. A source that fails keeps its last good ones; exit code "
        "3 when one did."
    )
)
@as_json
def refresh(*, as_json: bool) -> None:
    """Ask the sources."""
    from shared_kernel.translations import translate_fault

    with _service() as service:
        report = service.refresh()
    if as_json:
        show_json(
            [
                {
                    "source": one.source,
                    "outcome": one.outcome.value,
                    "kept": one.kept,
                    "reason": None if one.reason is None else translate_fault(one.reason, locale()),
                    "retry_at": None if one.retry_at is None else one.retry_at.isoformat(),
                }
                for one in report.sources
            ]
        )
    for one in report.sources:
        text = _("{source}: {count} prices kept.").format(source=one.source, count=one.kept)
        say(
            text if one.reason is None else f"{one.source}: {translate_fault(one.reason, locale())}"
        )
    if report.failed:
        raise PartlyDone(_("The last good prices stay, with their age: comptoir quotes list"))
    if not report.sources:
        say(_("No source is set: see COMPTOIR_QUOTE_SOURCES."))


@quotes.command("list", help=_("List the latest price of each pair, with its source and its age."))
@click.option("--stale", "only_stale", is_flag=True, help=_("Those that are too old only."))
@as_json
def list_(*, only_stale: bool, as_json: bool) -> None:
    """List the prices."""
    with _service() as service:
        rows = [row for row in service.latest() if row.stale or not only_stale]
    _show(rows, as_json=as_json)


@quotes.command(
    "set",
    help=_(
        "Enter a rate in the platform's own table: 1 BASE = PRICE QUOTE. It holds from --as-of on; "
        "a later rate replaces it from its own day."
    ),
)
@click.argument("base")
@click.argument("quote")
@click.argument("price")
@click.option("--as-of", type=day, help=_("The day it holds from; today when left out."))
@as_json
def set_(*, base: str, quote: str, price: str, as_of: date | None, as_json: bool) -> None:
    """Enter a rate."""
    from shared_kernel import parse_decimal
    from wealth_core.quotes import asset_from, asset_label, quotes_to_document

    asked = parse_decimal(price, path="price")
    with _service() as service:
        kept = service.set(
            asset_from(base),
            asset_from(quote),
            asked,
            as_of=as_of or service.clock().date(),
            by=BY,
        )
    if as_json:
        show_json(quotes_to_document([kept.quote])[0])
    text = _("Kept: 1 {base} = {price} {quote}.")
    found = kept.quote
    said = {"base": asset_label(found.base), "quote": asset_label(found.quote)}
    say(text.format(**said, price=f"{found.price:f}"))


@quotes.command(help=_("List the prices kept of a pair, the newest first."))
@click.argument("base")
@click.argument("quote")
@click.option("--since", type=day, help=_("Leave out what is older than this day."))
@as_json
def history(*, base: str, quote: str, since: date | None, as_json: bool) -> None:
    """List the prices of a pair."""
    from datetime import UTC, datetime, time

    from wealth_core.quotes import asset_from

    start = None if since is None else datetime.combine(since, time.min, tzinfo=UTC)
    with _service() as service:
        rows = service.history(asset_from(base), asset_from(quote), since=start)
    _show(rows, as_json=as_json)


@contextmanager
def _service() -> Iterator[QuoteService]:
    """Open the service of prices on an up-to-date database."""
    current = wiring.settings()
    from comptoir_web.wealth.quotes import QuoteService

    with wiring.container(current) as services:
        yield services.get(QuoteService)


def _show(rows: Sequence[QuoteRow], *, as_json: bool) -> None:
    """Write prices with their source, their age and whether they are too old."""
    from shared_kernel import format_decimal
    from wealth_core.quotes import asset_label, quotes_to_document

    if as_json:
        show_json(
            [
                {**quotes_to_document([row.quote])[0], "stale": row.stale,
                 "age_s": int(row.age.total_seconds())}
                for row in rows
            ]
        )  # fmt: skip
        return
    show_table(
        [*left(_("Asset")), *right(_("Price")), *left(_("In"), _("Source"), _("As of"),
                                                      _("State"))],
        [
            [
                asset_label(row.quote.base),
                format_decimal(row.quote.price, locale=locale()),
                asset_label(row.quote.quote),
                row.quote.source,
                f"{row.quote.as_of:%Y-%m-%d %H:%M} UTC",
                _("old") if row.stale else _("fresh"),
            ]
            for row in rows
        ],
    )  # fmt: skip
    say(_("Prices: {count}.").format(count=len(rows)))
