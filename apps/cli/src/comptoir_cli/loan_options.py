"""The options that describe a loan at the terminal, and the loan they make.

A rate is a fraction a year (``0.0335``) or a percentage with its sign (``3.35%``). What can be
given several times is written in parts, ``RATE:BASE:SHARE``, the last ones left out when usual.
Every fault of every option is told at once, each with the option it concerns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comptoir_cli.language import gettext as _
from comptoir_cli.parameters import day, rate

if TYPE_CHECKING:
    from wealth_core.loans import Loan, LoanPlan, Repayment

__all__ = ["loan_from", "loan_options", "plan_from"]

Command = TypeVar("Command", bound=Callable[..., object])

KINDS = ("annuity", "interest-only", "constant-principal", "balloon")
DEFERRALS = ("partial", "total")
BASES = ("initial", "outstanding")
TIMINGS = ("upfront", "monthly", "yearly_by_twelfths", "at_end")
KEEPS = ("term", "instalment")


class Parts(click.ParamType[tuple[object, ...], Any]):
    """A value in parts separated by colons, each read by its own type; the last may be left out."""

    def __init__(self, name: str, *types: click.ParamType[Any, Any], required: int = 1) -> None:
        self.name = name
        self._types = types
        self._required = required

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[object, ...]:
        """Read each part."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(":")
        if not self._required <= len(parts) <= len(self._types):
            text = _("{given} is not of the form {form}").format(given=value, form=self.name)
            return self.fail(text, param, ctx)
        return tuple(
            kind.convert(part, param, ctx) for kind, part in zip(self._types, parts, strict=False)
        )


insurance = Parts("rate[:base[:share]]", rate, click.Choice(BASES), rate)
fee = Parts("amount[:when]", click.STRING, click.Choice(TIMINGS))
rate_change = Parts("number:rate", click.INT, rate, required=2)
deferral = Parts("type:months", click.Choice(DEFERRALS), click.INT, required=2)
repayment = Parts(
    "day-or-number:amount[:keep]", click.STRING, click.STRING, click.Choice(KEEPS), required=2
)


def loan_options(command: Command) -> Command:
    """Add the options of a loan to a command, which takes them as ``**given``."""
    options = (
        click.option("--document", type=click.File("rb"), help=_(
            "A loan as a JSON document, or - for standard input, instead of the options.")),
        click.option("--principal", metavar="AMOUNT", help=_("What is lent: 215000 or 215000.00")),
        click.option("--currency", default="EUR", show_default=True, help=_("Code of ISO 4217.")),
        click.option("--annual-rate", type=rate, help=_(
            "Nominal rate a year: 0.0335, or 3.35% with its sign.")),
        click.option("--months", type=int, help=_("Number of instalments, a deferral included.")),
        click.option("--first-due", type=day, help=_("Day of the first instalment.")),
        click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True,
                     help=_("How the capital is repaid.")),
        click.option("--balloon-amount", metavar="AMOUNT", help=_(
            "With --kind balloon: what is left for the last day.")),
        click.option("--amortised-over", type=int, metavar="MONTHS", help=_(
            "With --kind balloon: or the months that would repay it all.")),
        click.option("--deferral", type=deferral, help=_(
            "First months without capital: partial:12 or total:6.")),
        click.option("--insurance", type=insurance, multiple=True, help=_(
            "One a person: 0.0036, 0.0036:outstanding or 0.0036:initial:0.5")),
        click.option("--fee", "fees", type=fee, multiple=True, help=_(
            "A cost and when it is paid: 4000, 5:monthly, 200:yearly_by_twelfths, 100:at_end")),
        click.option("--rate-change", "rate_changes", type=rate_change, multiple=True, help=_(
            "A new rate from an instalment on: 61:0.041")),
        click.option("--first-period-days", type=int, help=_(
            "Real days from the loan to the first instalment.")),
        click.option("--repay", "repayments", type=repayment, multiple=True, help=_(
            "An early repayment: 2026-10-01:5000, 12:5000:instalment or 60:all")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def loan_from(given: Mapping[str, object]) -> Loan:
    """Make the loan that the options, or the document, describe.

    Raises:
        click.UsageError: An option that no loan can do without is missing.
        Faults: Every fault of the terms.
    """
    document = given["document"]
    if document is not None:
        return _read(document).loan
    needed = {"principal": "--principal", "annual_rate": "--annual-rate", "months": "--months",
              "first_due": "--first-due"}  # fmt: skip
    missing = [option for name, option in needed.items() if given[name] is None]
    if missing:
        raise click.UsageError(
            _("Missing: {options}. Give them, or --document.").format(options=", ".join(missing))
        )
    from wealth_core.loans import loan_from_json

    return loan_from_json(json.dumps(_document(given)))


def plan_from(given: Mapping[str, object], *, rounding: str | None) -> LoanPlan:
    """Make the loan with its early repayments, in a rounding.

    A document of a saved loan has early repayments and a rounding of its own: those of the options
    come after the first, and a rounding that is asked for stands in place of the second.

    Raises:
        click.UsageError: An option that no loan can do without is missing.
        Faults: Every fault of the terms, or of the repayments.
    """
    from wealth_core.loans import LoanPlan, Rounding

    document = given["document"]
    kept = LoanPlan(loan_from(given)) if document is None else _read(document)
    return LoanPlan(
        kept.loan,
        repayments=(*kept.repayments, *_repayments(given, kept.loan.currency)),
        rounding=kept.rounding if rounding is None else Rounding(rounding),
    )


def _read(document: object) -> LoanPlan:
    """Read the document of a loan, or that of a saved one."""
    from wealth_core.loans import plan_from_json

    return plan_from_json(document.read())  # type: ignore[attr-defined]  # a file, by its option


def _document(given: Mapping[str, object]) -> dict[str, object]:
    """Write the options as the document they stand for, whose checks tell every fault at once."""
    currency = given["currency"]

    def amount(text: object) -> dict[str, object]:
        return {"amount": text, "currency": currency}

    kind: dict[str, object] = {"type": str(given["kind"]).replace("-", "_")}
    if given["balloon_amount"] is not None:
        kind["amount"] = amount(given["balloon_amount"])
    if given["amortised_over"] is not None:
        kind["amortised_over"] = given["amortised_over"]
    document: dict[str, object] = {
        "version": 1,
        "principal": amount(given["principal"]),
        "annual_rate": _plain(given["annual_rate"]),
        "months": given["months"],
        "first_due": str(given["first_due"]),
        "kind": kind,
        "insurance": [
            _named(one, "annual_rate", "base", "share") for one in _several(given, "insurance")
        ],
        "fees": [
            {"amount": amount(one[0]), **_named(one[1:], "when")} for one in _several(given, "fees")
        ],
        "rate_changes": [
            _named(one, "from_instalment", "annual_rate") for one in _several(given, "rate_changes")
        ],
    }
    if given["deferral"] is not None:
        document["deferral"] = _named(given["deferral"], "type", "months")
    if given["first_period_days"] is not None:
        document["first_period_days"] = given["first_period_days"]
    return document


def _repayments(given: Mapping[str, object], currency: str) -> tuple[Repayment, ...]:
    """Make the early repayments that the options describe.

    Raises:
        Faults: Every fault of theirs.
    """
    from shared_kernel import FaultList, money
    from wealth_core.loans import Keep, Repayment

    found = FaultList()
    made = []
    for place, (on, amount, *keep) in enumerate(_several(given, "repayments")):
        with found.collect(f"repay[{place}]"):
            made.append(
                Repayment(
                    int(str(on)) if str(on).isdigit() else day.convert(on, None, None),
                    None if amount == "all" else money(str(amount), currency),
                    keep=Keep(str(keep[0])) if keep else Keep.TERM,
                )
            )
    found.raise_if_any()
    return tuple(made)


def _several(given: Mapping[str, object], name: str) -> tuple[tuple[object, ...], ...]:
    """Take the values of an option that can be given several times."""
    values = given[name]
    return values if isinstance(values, tuple) else ()


def _named(parts: object, *names: str) -> dict[str, object]:
    """Name the parts that were given."""
    values = parts if isinstance(parts, tuple) else ()
    return {name: _plain(value) for name, value in zip(names, values, strict=False)}


def _plain(value: object) -> object:
    """Write a Decimal as JSON documents carry it, in plain digits."""
    return format(value, "f") if isinstance(value, Decimal) else value
