"""``comptoir plan``: a client's plan, the actions of a month, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import as_json, left, right, say, show_facts, show_json, show_table
from comptoir_cli.refusals import Refusal, refusing_file

if TYPE_CHECKING:
    from wealth_core.planning import Action, GoalProgress, Month

__all__ = ["plan"]


def _of_client(command: Any) -> Any:
    """Add the client, whom every command of the group takes."""
    text = _("Address of the client's account on the platform.")
    return click.option("--client", metavar="EMAIL", required=True, help=text)(command)


@click.group(help=_("The plan and the actions of a month."))
def plan() -> None:
    """Group the commands of plans."""


@plan.command(help=_("Show the plan of a client, with the progress of the year's goal."))
@_of_client
@as_json
def show(*, client: str, as_json: bool) -> None:
    """Show the plan."""
    from shared_kernel import format_date, format_money, format_percent
    from shared_kernel.translations import catalogue
    from wealth_core.planning import destination_words, plan_to_document

    words = catalogue("wealth_core", locale())
    with wiring.wealth(client) as (service, owner):
        saved, goal = service.plan(owner), service.goal(owner)
    if saved is None:
        raise Refusal(_("This client has no plan yet: comptoir plan set"))
    kept = saved.plan
    if as_json:
        show_json(
            {
                "version": saved.version,
                "plan": plan_to_document(kept),
                "goal": None if goal is None else _progress(goal),
            }
        )
        return
    show_table(
        [*left(_("Line"), _("Where to"), _("Reference")), *right(_("Part"), _("A month"))],
        [
            [
                line.id,
                words.gettext(destination_words(line)),
                line.reference,
                format_percent(line.percent.scaleb(-2), locale=locale()),
                format_money(share, locale=locale()),
            ]
            for line, share in zip(kept.lines, kept.shares(), strict=True)
        ],
    )
    facts = {
        _("Capacity a month"): format_money(kept.monthly_capacity, locale=locale()),
        _("Starts on"): format_date(kept.starts_on, locale=locale()),
    }
    if goal is not None:
        facts[_("Goal of the year")] = format_money(goal.goal, locale=locale())
        facts[_("Done so far")] = format_money(goal.done, locale=locale())
        facts[_("Behind by") if goal.behind else _("Ahead by")] = format_money(
            abs(goal.gap), locale=locale()
        )
    show_facts(facts)


@plan.command(
    "set", help=_("Save the plan of FILE (JSON) for a client, in place of the one there was.")
)
@click.argument("file", type=click.File("rb"))
@_of_client
@as_json
def set_(*, file: IO[bytes], client: str, as_json: bool) -> None:
    """Save a plan."""
    from wealth_core.planning import plan_from_json, plan_to_document

    with refusing_file():
        made = plan_from_json(file.read())
    with wiring.wealth(client) as (service, owner):
        before = service.plan(owner)
        version = 0 if before is None else before.version
        saved = service.save_plan(owner, made, version=version, actor=None)
    if as_json:
        show_json({"version": saved.version, "plan": plan_to_document(saved.plan)})
    said = _("The plan is saved, version {version}. Next: comptoir plan actions --client {client}")
    say(said.format(version=saved.version, client=client))


@plan.command(help=_("List the actions of a month, made once a line however often it is asked."))
@_of_client
@click.option("--month", metavar="YYYY-MM", help=_("The month; the present one when left out."))
@as_json
def actions(*, client: str, month: str | None, as_json: bool) -> None:
    """List the actions."""
    with wiring.wealth(client) as (service, owner):
        found = service.ensure_actions(owner, _month(month))
    if as_json:
        show_json([_document(one) for one in found])
        return
    _show(found)


@plan.command(help=_("Say that an action is done: its money moves into its envelope."))
@click.argument("action")
@_of_client
@as_json
def done(*, action: str, client: str, as_json: bool) -> None:
    """End an action with the amount expected."""
    _decide(action, client, "done", None, as_json=as_json)


@plan.command(help=_("Say that another amount than expected was put aside."))
@click.argument("action")
@click.argument("amount")
@_of_client
@as_json
def adjust(*, action: str, amount: str, client: str, as_json: bool) -> None:
    """End an action with another amount."""
    _decide(action, client, "adjusted", amount, as_json=as_json)


@plan.command(help=_("Say that nothing was put aside for an action."))
@click.argument("action")
@_of_client
@as_json
def skip(*, action: str, client: str, as_json: bool) -> None:
    """End an action without money."""
    _decide(action, client, "skipped", None, as_json=as_json)


@plan.command(
    help=_("Take a decision back: its money leaves the envelope, the action waits again.")
)
@click.argument("action")
@_of_client
@as_json
def undo(*, action: str, client: str, as_json: bool) -> None:
    """Take a decision back."""
    with wiring.wealth(client) as (service, owner):
        before = service.action(owner, action)
        found = service.undo(owner, action, version=before.version, actor=None)
    _tell(found, as_json=as_json)


def _decide(action: str, client: str, state: str, amount: str | None, *, as_json: bool) -> None:
    from shared_kernel import parse_money
    from wealth_core.planning import ActionState

    with wiring.wealth(client) as (service, owner):
        before = service.action(owner, action)
        currency = before.expected.currency.code
        put_aside = None if amount is None else parse_money(amount, currency, path="amount")
        found = service.decide(
            owner,
            action,
            ActionState(state),
            amount=put_aside,
            version=before.version,
            actor=None,
        )
    _tell(found, as_json=as_json)


def _progress(goal: GoalProgress) -> dict[str, object]:
    return {
        "starts_on": goal.starts_on.isoformat(),
        "ends_on": goal.ends_on.isoformat(),
        "months_elapsed": goal.months_elapsed,
        "goal": f"{goal.goal.amount:f}",
        "expected": f"{goal.expected.amount:f}",
        "done": f"{goal.done.amount:f}",
        "gap": f"{goal.gap.amount:f}",
        "percent": f"{goal.percent:f}",
        "currency": goal.goal.currency.code,
    }


def _month(text: str | None) -> Month | None:
    from wealth_core.planning import Month

    return None if text is None else Month.parse(text)


def _document(action: Action) -> dict[str, object]:
    amount = action.amount
    return {
        "id": action.id,
        "line_id": action.line_id,
        "month": str(action.month),
        "destination": action.destination.value,
        "reference": action.reference,
        "expected": f"{action.expected.amount:f}",
        "currency": action.expected.currency.code,
        "state": action.state.value,
        "amount": None if amount is None else f"{amount.amount:f}",
        "version": action.version,
    }


def _tell(action: Action, *, as_json: bool) -> None:
    if as_json:
        show_json(_document(action))
        return
    _show([action])


def _show(found: Sequence[Action]) -> None:
    """Write actions: where to, how much, and how each stands."""
    from shared_kernel import format_money
    from shared_kernel.translations import catalogue
    from wealth_core.planning import destination_words

    words = catalogue("wealth_core", locale())
    states = {
        "todo": _("to do"),
        "done": _("done"),
        "adjusted": _("adjusted"),
        "skipped": _("skipped"),
    }
    show_table(
        [*left(_("Action"), _("Month"), _("Where to"), _("Reference")), *right(_("Expected")),
         *left(_("State")), *right(_("Put aside"))],
        [
            [
                one.id,
                str(one.month),
                words.gettext(destination_words(one)),
                one.reference,
                format_money(one.expected, locale=locale()),
                states[one.state.value],
                "" if one.amount is None else format_money(one.amount, locale=locale()),
            ]
            for one in found
        ],
    )  # fmt: skip
    say(_("Actions: {count}.").format(count=len(found)))
