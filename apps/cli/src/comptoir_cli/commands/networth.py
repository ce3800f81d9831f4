"""``comptoir networth``: what is owned and owed, from files or for a client of the platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, right, say, show_facts, show_json, show_table
from comptoir_cli.parameters import day
from comptoir_cli.refusals import PartlyDone, Refusal, placed, refusing_file
from comptoir_cli.wealth_output import category_words, show_result

if TYPE_CHECKING:
    from wealth_core.networth import Assumptions, Holdings, Projection
    from wealth_core.networth.files import Preview
    from wealth_core.planning import InvestmentPlan
    from wealth_core.quotes import QuoteBook

__all__ = ["networth"]

Command = TypeVar("Command", bound=Callable[..., Any])

ROUNDINGS = ("cent", "exact", "level")
FORMATS = ("json", "csv")
MOST_SHOWN = 20
MONTHS_PROJECTED = 120


def _client(*, required: bool = True) -> Callable[[Command], Command]:
    text = _("Address of the client's account on the platform.")
    return click.option("--client", metavar="EMAIL", required=required, help=text)


def _valuation(command: Command) -> Command:
    options = (
        click.option("--on", type=day, help=_("The day of the valuation; today when left out.")),
        click.option("--loan-rounding", type=click.Choice(ROUNDINGS), default="cent",
                     show_default=True, help=_(
            "cent: the bank's table. exact: rounds what is shown. level: one instalment to the "
            "end.")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _files(command: Command) -> Command:
    options = (
        click.option("--holdings", type=click.File("rb"), help=_(
            "Holdings: JSON of this platform or of the original one, or CSV; - is standard input. "
            "Needs no platform.")),
        click.option("--quotes", type=click.File("rb"), help=_(
            "With --holdings: a JSON list of prices.")),
        click.option("--base", default="EUR", show_default=True, metavar="CURRENCY", help=_(
            "With --holdings: the currency of the totals.")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _check_source(client: str | None, holdings: object, *, files_only: Sequence[str]) -> None:
    """Refuse two sources, or none, and an option that would say nothing of a client."""
    if (client is None) == (holdings is None):
        raise click.UsageError(_("Give --client, or --holdings and --quotes."))
    context = click.get_current_context()
    given = [
        "--" + name.replace("_", "-")
        for name in files_only
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if client is not None and given:
        text = _("{options}: with --holdings only.")
        raise click.UsageError(text.format(options=", ".join(given)))


@click.group(help=_("Net worth: what is owned and owed."))
def networth() -> None:
    """Group the commands of net worth."""


@networth.command(
    "import",
    help=_(
        "Save the holdings of FILE (JSON of this platform or of the original one, or CSV) for a "
        "client. Nothing is saved when anything in it is wrong. The figure shown changes with "
        "comptoir networth recompute."
    ),
)
@click.argument("file", type=click.File("rb"))
@_client()
@click.option("--as-of", type=day, help=_("The day of lines that carry none; today when left out."))
@click.option("--dry-run", is_flag=True, help=_("Say what would be saved, and save nothing."))
@as_json
def import_(
    *, file: IO[bytes], client: str, as_of: date | None, dry_run: bool, as_json: bool
) -> None:
    """Save the holdings of a file."""
    with wiring.wealth(client) as (service, owner):
        found = service.import_preview(file.read(), str(file.name), as_of=as_of)
        holdings = _accepted(found)
        saved = service.holdings(owner)
        version = 0 if saved is None else saved.version
        if not dry_run:
            version = service.save_holdings(owner, holdings, version=version, actor=None).version
    count = sum(1 for _line in holdings.lines())
    if as_json:
        show_json({"lines": count, "format": found.format.value, "version": version,
                   "saved": not dry_run})  # fmt: skip
    if dry_run:
        say(_("Lines read: {count}. Nothing was saved.").format(count=count))
    else:
        text = _("Lines saved: {count}. Next: comptoir networth recompute --client {client}")
        say(text.format(count=count, client=client))


def _accepted(found: Preview) -> Holdings:
    """Tell the notes of a file, and refuse its faults."""
    for note in found.notes[:MOST_SHOWN]:
        say(placed(note))
    if found.holdings is not None:
        return found.holdings
    said = [placed(fault) for fault in found.faults[:MOST_SHOWN]]
    if len(found.faults) > MOST_SHOWN:
        said.append(_("... and {count} more.").format(count=len(found.faults) - MOST_SHOWN))
    raise Refusal("\n".join(said))


@networth.command(
    help=_(
        "Show a net worth: with --holdings, computed from files; with --client, the last complete "
        "one that was saved, read and not computed again."
    )
)
@_client(required=False)
@_files
@_valuation
@as_json
def show(
    *,
    client: str | None,
    holdings: IO[bytes] | None,
    quotes: IO[bytes] | None,
    base: str,
    on: date | None,
    loan_rounding: str,
    as_json: bool,
) -> None:
    """Show a net worth."""
    _check_source(client, holdings, files_only=("quotes", "base", "on", "loan_rounding"))
    if holdings is not None:
        from wealth_core.loans import Rounding
        from wealth_core.networth import net_worth

        asked = on or _today()
        worth = net_worth(
            _holdings(holdings, as_of=asked),
            on=asked,
            quotes=_book(quotes, on=asked),
            base_currency=base,
            loan_rounding=Rounding(loan_rounding),
        )
        show_result(worth, on=asked, as_json=as_json, more={})
        return
    with wiring.wealth(client or "") as (service, owner):
        shown, last = service.shown(owner), service.last(owner)
    if shown is None:
        text = _("Nothing complete was computed yet: comptoir networth recompute --client {client}")
        raise Refusal(text.format(client=client))
    more = {"taken_at": shown.taken_at.isoformat(), "holdings_version": shown.holdings_version}
    show_result(shown, on=shown.valued_on, as_json=as_json, more=more)
    if last is not None and not last.complete:
        say(_("The last computation was incomplete; this is the complete one before it."))


@networth.command(
    help=_(
        "Value the holdings of one client, or of all, and save a snapshot. An incomplete result "
        "never replaces the last complete one. Safe to interrupt and to run again."
    )
)
@_client(required=False)
@click.option("--all", "everyone", is_flag=True, help=_("Every client, with a progress bar."))
@_valuation
@as_json
def recompute(
    *, client: str | None, everyone: bool, on: date | None, loan_rounding: str, as_json: bool
) -> None:
    """Value and save."""
    if (client is None) != everyone:
        raise click.UsageError(_("Give --client, or --all."))
    from wealth_core.loans import Rounding

    if everyone:
        _recompute_all(on=on, loan_rounding=Rounding(loan_rounding), as_json=as_json)
        return
    with wiring.wealth(client or "") as (service, owner):
        saved = service.recompute(owner, on=on, loan_rounding=Rounding(loan_rounding))
    more = {"taken_at": saved.taken_at.isoformat(), "holdings_version": saved.holdings_version}
    show_result(saved, on=saved.valued_on, as_json=as_json, more=more)
    if not saved.complete:
        raise PartlyDone(_("The figure shown stays the last complete one."))


@networth.command(help=_("List the net worth of each day that was valued, oldest first."))
@_client()
@click.option("--since", type=day, help=_("Leave out what was valued before this day."))
@as_json
def history(*, client: str, since: date | None, as_json: bool) -> None:
    """List the snapshots."""
    from shared_kernel import format_date, format_money
    from wealth_core.networth import Category

    with wiring.wealth(client) as (service, owner):
        points = service.history(owner, since=since)
    if as_json:
        show_json(
            [
                {
                    "on": point.valued_on.isoformat(),
                    "taken_at": point.taken_at.isoformat(),
                    "currency": point.base_currency,
                    **{each.value: f"{point.total_of(each).amount:f}" for each in Category},
                    "total_assets": f"{point.total_assets.amount:f}",
                    "credits": f"{point.credits.amount:f}",
                    "net_worth": f"{point.net_worth.amount:f}",
                }
                for point in points
            ]
        )
        return
    show_table(
        right(
            _("Valued on"), *(category_words(each.value) for each in Category), _("Credits"),
            _("Net worth"),
        ),
        [
            [
                format_date(point.valued_on, locale=locale(), style="short"),
                *(format_money(point.total_of(each), locale=locale()) for each in Category),
                format_money(point.credits, locale=locale()),
                format_money(point.net_worth, locale=locale()),
            ]
            for point in points
        ],
    )  # fmt: skip


@networth.command(
    help=_(
        "Project a net worth month by month: low, middle and high paths. They are estimates, and "
        "the assumptions stand beside them."
    )
)
@_client(required=False)
@_files
@click.option("--plan", type=click.File("rb"), help=_("With --holdings: a plan, as JSON."))
@click.option("--until", type=day, help=_("The last day; ten years from now when left out."))
@click.option(
    "--assumptions",
    type=click.File("rb"),
    help=_("Returns, inflation, seed and paths, as JSON; those of the library when left out."),
)
@_valuation
@as_json
def project(
    *,
    client: str | None,
    holdings: IO[bytes] | None,
    quotes: IO[bytes] | None,
    base: str,
    plan: IO[bytes] | None,
    until: date | None,
    assumptions: IO[bytes] | None,
    on: date | None,
    loan_rounding: str,
    as_json: bool,
) -> None:
    """Project."""
    _check_source(client, holdings, files_only=("quotes", "base", "plan"))
    from shared_kernel import add_months
    from wealth_core.loans import Rounding

    rounding = Rounding(loan_rounding)
    assumed = _assumptions(assumptions)
    if holdings is not None:
        from wealth_core.networth import project as run

        asked = on or _today()
        found = run(
            _holdings(holdings, as_of=asked),
            _plan(plan),
            assumed,
            until or add_months(asked, MONTHS_PROJECTED),
            on=asked,
            quotes=_book(quotes, on=asked),
            base_currency=base,
            loan_rounding=rounding,
        )
    else:
        with wiring.wealth(client or "") as (service, owner):
            found = service.project(
                owner, on=on, until=until, assumptions=assumed, loan_rounding=rounding
            )
    _show_projection(found, as_json=as_json)


@networth.command(
    help=_("Write the holdings of a client, as JSON or CSV; either can be imported again.")
)
@_client()
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help=_("What to write."),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("The file to write; standard output when left out."),
)
def export(*, client: str, kind: str, output: Path | None) -> None:
    """Write the holdings."""
    from wealth_core.networth import holdings_to_csv, holdings_to_json

    with wiring.wealth(client) as (service, owner):
        saved = service.holdings(owner)
    if saved is None:
        raise Refusal(_("This client has no holdings yet: comptoir networth import"))
    if kind == "json":
        text = holdings_to_json(saved.holdings) + "\n"
    else:
        text = holdings_to_csv(saved.holdings)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8", newline="")
    say(_("Written: {path}").format(path=output))


def _recompute_all(*, on: date | None, loan_rounding: Any, as_json: bool) -> None:
    """Value every client with a bar on stderr; those that are refused are told one by one."""
    current = wiring.settings()
    from rich.console import Console
    from rich.progress import Progress
    from sqlalchemy import Engine

    from comptoir_web.clock import Clock
    from comptoir_web.wealth.quotes import QuoteService
    from comptoir_web.wealth.service import moment_of
    from wealth_core.storage import recompute_all

    with (
        wiring.container(current) as services,
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task(_("Clients valued"), total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        at = services.get(Clock)()
        on = on or at.date()
        report = recompute_all(
            services.get(Engine),
            on=on,
            at=at,
            book=services.get(QuoteService).book(at=moment_of(on, now=at)),
            loan_rounding=loan_rounding,
            progress=progress,
        )
    if as_json:
        show_json(
            {
                "done": report.done,
                "failed": [{"owner": owner, "reason": why} for owner, why in report.failed],
            }
        )
    say(_("Clients valued: {count}.").format(count=report.done))
    if report.failed:
        said = [f"{owner}: {why}" for owner, why in report.failed[:MOST_SHOWN]]
        text = _("Clients that could not be valued: {count}").format(count=len(report.failed))
        raise PartlyDone("\n".join([text, *said]))


def _show_projection(found: Projection, *, as_json: bool) -> None:
    """Write a projection: one line a year for people, every month for machines."""
    from shared_kernel import format_money, money

    currency = found.start.base_currency
    if as_json:
        from wealth_core.networth.results import projection_to_document

        show_json(projection_to_document(found))
        return

    def whole(units: int) -> str:
        return format_money(money(units, currency), locale=locale(), decimals=0)

    yearly = [*range(0, len(found.months) - 1, 12), len(found.months) - 1]
    show_table(
        right(_("Month"), _("Low"), _("Middle"), _("High"), _("Middle, in today's money")),
        [
            [
                found.months[at].strftime("%Y-%m"),
                *(whole(path[at]) for path in (found.low, found.middle, found.high)),
                whole(found.real_middle[at]),
            ]
            for at in yearly
        ],
    )
    assumed = found.assumptions
    show_facts(
        {
            category_words(category.value): _("{mean} a year, volatility {volatility}").format(
                mean=_percent(each.mean), volatility=_percent(each.volatility)
            )
            for category, each in assumed.returns.items()
        }
        | {
            _("Inflation"): _percent(assumed.inflation),
            _("Paths, seed"): f"{assumed.paths}, {assumed.seed}",
        }
    )
    say(_("Estimates: one path in ten ends below the low one, one in ten above the high one."))


def _percent(fraction: Any) -> str:
    from shared_kernel import format_percent

    return format_percent(fraction, locale=locale())


def _holdings(file: IO[bytes], *, as_of: date) -> Holdings:
    """Read holdings: a document of ours, of the original platform, or a table."""
    from wealth_core.networth.files import read_file

    found = read_file(file.read(), str(file.name), as_of=as_of)
    return _accepted(found)


def _book(file: IO[bytes] | None, *, on: date) -> QuoteBook:
    """Read the prices of a file as they were at the end of a day."""
    from wealth_core.quotes import QuoteBook, quotes_from_json

    with refusing_file():
        found = () if file is None else quotes_from_json(file.read())
    return QuoteBook(found, at=datetime.combine(on, time.max, tzinfo=UTC))


def _assumptions(file: IO[bytes] | None) -> Assumptions:
    from wealth_core.networth import DEFAULT_ASSUMPTIONS

    if file is None:
        return DEFAULT_ASSUMPTIONS
    from shared_kernel import parse_json
    from wealth_core.networth.assumptions import assumptions_from_document

    with refusing_file():
        return assumptions_from_document(parse_json(file.read()))


def _plan(file: IO[bytes] | None) -> InvestmentPlan | None:
    from wealth_core.planning import plan_from_json

    with refusing_file():
        return None if file is None else plan_from_json(file.read())


def _today() -> date:
    return date.today()  # noqa: DTZ011  (the day at the person's own clock)
