"""``comptoir loan``: the table of a loan, what is owed on a day, its annual percentage rate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.loan_options import loan_from, loan_options, plan_from
from comptoir_cli.output import as_json, right, say, show_facts, show_json, show_table
from comptoir_cli.parameters import day

__all__ = ["loan"]

Command = TypeVar("Command", bound=Callable[..., Any])

ROUNDINGS = ("cent", "exact", "level")


def _rounding(default: str, *, kept: bool = False) -> Callable[[Command], Command]:
    """Make the option that names the rounding; one that a document keeps goes before the usual."""
    text = _(
        "cent: the bank's table. exact: rounds what is shown. level: one instalment to the end."
    )
    return click.option(
        "--rounding",
        type=click.Choice(ROUNDINGS),
        default=None if kept else default,
        show_default=default,
        help=text,
    )


@click.group(help=_("Loans: table, balance at a date, APR."))
def loan() -> None:
    """Group the commands of loans."""


@loan.command(help=_("Write the table of a loan, one line an instalment."))
@loan_options
@_rounding("cent", kept=True)
@as_json
def schedule(*, rounding: str | None, as_json: bool, **given: object) -> None:
    """Write the table."""
    from shared_kernel import format_date, format_money

    plan = plan_from(given, rounding=rounding)
    terms, table = plan.loan, plan.schedule()
    amounts = ("instalment", "interest", "principal", "insurance", "fees", "balance")
    if as_json:
        show_json(
            {
                "currency": terms.currency,
                "rounding": plan.rounding.value,
                "instalment": str(table.instalment.amount),
                "rows": [
                    {
                        "number": row.number,
                        "due": row.due.isoformat(),
                        **{name: str(getattr(row, name).amount) for name in amounts},
                    }
                    for row in table
                ],
            }
        )
        return
    headings = {
        "instalment": _("Instalment"),
        "interest": _("Interest"),
        "principal": _("Principal"),
        "insurance": _("Insurance"),
        "fees": _("Fees"),
        "balance": _("Balance"),
    }
    # A loan without insurance or fees has no column of zeros for them.
    used = [name for name in amounts if any(getattr(row, name).amount for row in table)]
    show_table(
        right(_("No."), _("Due"), *(headings[name] for name in used)),
        [
            [
                str(row.number),
                format_date(row.due, locale=locale(), style="short"),
                *(format_money(getattr(row, name), locale=locale()) for name in used),
            ]
            for row in table
        ],
    )
    say(_("{count} instalments, in {currency}.").format(count=len(table), currency=terms.currency))


@loan.command(help=_("Say what is owed once every instalment due on or before a day is paid."))
@loan_options
@click.option("--on", type=day, help=_("The day; today when left out."))
@_rounding("cent", kept=True)
@as_json
def balance(*, on: date | None, rounding: str | None, as_json: bool, **given: object) -> None:
    """Say what is owed."""
    from shared_kernel import format_date, format_money
    from wealth_core.loans import instalments_paid

    plan = plan_from(given, rounding=rounding)
    asked = on or date.today()  # noqa: DTZ011  (the day at the person's own clock)
    owed = plan.balance_on(asked)
    instalment = plan.schedule().instalment
    if as_json:
        show_json(
            {
                "balance": str(owed.amount),
                "currency": plan.loan.currency,
                "on": asked.isoformat(),
                "instalment": str(instalment.amount),
                "instalments_paid": instalments_paid(plan.loan, asked),
                "rounding": plan.rounding.value,
            }
        )
        return
    click.echo(
        _("{amount} are owed on {day}.").format(
            amount=format_money(owed, locale=locale()), day=format_date(asked, locale=locale())
        )
    )
    show_facts({_("Instalment"): format_money(instalment, locale=locale())})


@loan.command(help=_("Give the annual percentage rate of charge, and what the loan costs."))
@loan_options
@click.option("--signed-on", type=day, help=_("Day of the loan: counts real days, not months."))
@_rounding("level")
@as_json
def apr(*, signed_on: date | None, rounding: str, as_json: bool, **given: object) -> None:
    """Give the rate."""
    from shared_kernel import format_money, format_percent
    from wealth_core.loans import Rounding, total_cost
    from wealth_core.loans import apr as apr_of_loan

    terms = loan_from(given)
    chosen = Rounding(rounding)
    found = apr_of_loan(terms, signed_on=signed_on, rounding=chosen)
    cost = total_cost(terms, rounding=chosen)
    if as_json:
        show_json(
            {
                "apr": format(found, "f"),
                "total_cost": str(cost.amount),
                "currency": terms.currency,
                "rounding": rounding,
            }
        )
        return
    show_facts(
        {
            _("APR"): format_percent(found, locale=locale(), decimals=4),
            _("Total cost"): format_money(cost, locale=locale()),
        }
    )
