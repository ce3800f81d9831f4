"""From a loan back to the address that asks about it: the way a saved loan opens in the form.

Figures are written so that every language reads them the same.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from wealth_core.loans import Balloon, ConstantPrincipal, InterestOnly

if TYPE_CHECKING:
    from wealth_core.loans import Loan, Repayment

    from .question import LoanQuestion

__all__ = ["address_of", "arguments_of", "percentage", "plain"]


def address_of(question: LoanQuestion) -> dict[str, str]:
    """The arguments of the calculator's address that ask this question again."""
    given = arguments_of(question.loan, question.repayments)
    return {**given, "on": str(question.on), "rounding": question.rounding.value}


def arguments_of(loan: Loan, repayments: tuple[Repayment, ...]) -> dict[str, str]:
    """The fields of a form that describe this loan."""
    given: dict[str, object] = {
        "principal": plain(loan.principal.amount),
        "currency": loan.currency,
        "annual_rate": percentage(loan.annual_rate),
        "months": loan.months,
        "first_due": loan.first_due,
    }
    match loan.kind:
        case InterestOnly():
            given["kind"] = "interest_only"
        case ConstantPrincipal():
            given["kind"] = "constant_principal"
        case Balloon(amount=amount, amortised_over=over):
            given["kind"] = "balloon"
            given["balloon_amount"] = None if amount is None else plain(amount.amount)
            given["amortised_over"] = over
    if loan.deferral is not None:
        given |= {"deferral": loan.deferral.type.value, "deferral_months": loan.deferral.months}
    given["first_period_days"] = loan.first_period_days
    for place, person in enumerate(loan.insurance):
        given |= {
            f"insurance-{place}-annual_rate": percentage(person.annual_rate),
            f"insurance-{place}-base": person.base.value,
            f"insurance-{place}-share": percentage(person.share),
        }
    for place, fee in enumerate(loan.fees):
        given |= {
            f"fees-{place}-amount": plain(fee.amount.amount),
            f"fees-{place}-when": fee.when.value,
            f"fees-{place}-label": fee.label or None,
        }
    for place, change in enumerate(loan.rate_changes):
        given |= {
            f"rate_changes-{place}-from_instalment": change.from_instalment,
            f"rate_changes-{place}-annual_rate": percentage(change.annual_rate),
        }
    for place, each in enumerate(repayments):
        given |= {
            f"repayments-{place}-on": _day(each.on, loan),
            f"repayments-{place}-amount": None
            if each.amount is None
            else plain(each.amount.amount),
            f"repayments-{place}-keep": each.keep.value,
            f"repayments-{place}-indemnity": "yes" if each.indemnity else "no",
        }
    return {name: str(value) for name, value in given.items() if value is not None}


def _day(on: date | int, loan: Loan) -> date:
    return loan.due(on) if isinstance(on, int) else on


def plain(number: Decimal) -> str:
    """A number as every language reads it: `1.234` could be thousands, `1.2340` could not."""
    text = f"{number:f}"
    whole, _point, decimals = text.partition(".")
    if not decimals.strip("0"):
        return whole
    return f"{text}0" if len(decimals) == 3 else text


def percentage(fraction: Decimal) -> str:
    """A fraction in percent, as `plain` writes it."""
    return plain(Decimal(f"{fraction.scaleb(2).normalize():f}"))
