"""The terms of a loan in words: in one line, and one by one with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comptoir_web.presentation.formats import day, day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import ngettext
from wealth_core.loans import (
    Annuity,
    Balloon,
    ConstantPrincipal,
    FeeTiming,
    InsuranceBase,
    InterestOnly,
    Keep,
    Rounding,
)

from .answer import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wealth_core.loans import Fee, Insurance, Loan, LoanPlan, Repayment

__all__ = ["details_of", "summary_of", "terms_of"]

# Called when a page is written: each reader has their own language.
_KINDS: Final = {
    Annuity: lambda: _("Constant instalments"),
    Balloon: lambda: _("Balloon at the end"),
    ConstantPrincipal: lambda: _("Constant capital"),
    InterestOnly: lambda: _("Interest only"),
}
_BASES: Final = {
    InsuranceBase.INITIAL: lambda: _("the capital borrowed"),
    InsuranceBase.OUTSTANDING: lambda: _("the capital still owed"),
}
_TIMES: Final = {
    FeeTiming.UPFRONT: lambda: _("once, when the loan is granted"),
    FeeTiming.MONTHLY: lambda: _("every month"),
    FeeTiming.YEARLY_BY_TWELFTHS: lambda: _("every year, by twelfths"),
    FeeTiming.AT_END: lambda: _("once, with the last instalment"),
}
_KEPT: Final = {
    Keep.TERM: lambda: _("the instalment falls, the term stays"),
    Keep.INSTALMENT: lambda: _("the instalment stays, the term shortens"),
}
_RECKONINGS: Final = {
    Rounding.CENT: lambda: _("the bank's table, to the cent"),
    Rounding.EXACT: lambda: _("exact, rounded only where shown"),
    Rounding.LEVEL: lambda: _("the same instalment to the end"),
}


def summary_of(loan: Loan) -> str:
    """A loan in one line: amount, rate, duration, first due date."""
    return _(
        "%(amount)s at %(rate)s over %(months)s months, first due on %(day)s",
        amount=money(loan.principal),
        rate=percent(loan.annual_rate),
        months=loan.months,
        day=day(loan.first_due),
    )


def terms_of(plan: LoanPlan) -> tuple[Fact, ...]:
    """All that is kept of a loan, each term with its name; only those it has."""
    loan = plan.loan
    return (
        Fact(_("Amount borrowed"), money(loan.principal)),
        Fact(_("Annual nominal rate"), percent(loan.annual_rate)),
        Fact(_("Duration"), _months(loan.months)),
        Fact(_("First due date"), day(loan.first_due)),
        *details_of(plan),
    )


def details_of(plan: LoanPlan) -> tuple[Fact, ...]:
    """What `summary_of` leaves out, each term with its name; only those the loan has."""
    return tuple(_details(plan))


def _details(plan: LoanPlan) -> Iterator[Fact]:
    loan = plan.loan
    yield Fact(_("Repayment"), _KINDS[type(loan.kind)]())
    if isinstance(loan.kind, Balloon) and loan.kind.amount is not None:
        yield Fact(_("Capital left to the last instalment"), money(loan.kind.amount))
    if isinstance(loan.kind, Balloon) and loan.kind.amortised_over is not None:
        yield Fact(_("Instalments reckoned over"), _months(loan.kind.amortised_over))
    if loan.deferral is not None:
        name = _("Total deferral") if loan.deferral.type == "total" else _("Partial deferral")
        yield Fact(name, _months(loan.deferral.months))
    if loan.first_period_days is not None:
        yield Fact(_("Days of the first period"), str(loan.first_period_days))
    for person in loan.insurance:
        yield Fact(_("Insurance"), _insured(person))
    for fee in loan.fees:
        yield Fact(fee.label or _("Fee"), _paid(fee))
    for change in loan.rate_changes:
        name = _("Rate from instalment %(number)s", number=change.from_instalment)
        yield Fact(name, percent(change.annual_rate))
    for each in plan.repayments:
        on = loan.due(each.on) if isinstance(each.on, int) else each.on
        yield Fact(_("Early repayment on %(day)s", day=day_short(on)), _repaid(each))
    if plan.rounding is not Rounding.CENT:
        yield Fact(_("Reckoning"), _RECKONINGS[plan.rounding]())


def _months(number: int) -> str:
    return ngettext("%(num)s month", "%(num)s months", number)


def _insured(person: Insurance) -> str:
    """A rate, what it is reckoned on, and the share when it is not the whole loan."""
    base = _BASES[person.base]()
    said = [_("%(rate)s of %(base)s", rate=percent(person.annual_rate), base=base)]
    if person.share != 1:
        said.append(_("share of %(share)s", share=percent(person.share)))
    return ", ".join(said)


def _paid(fee: Fee) -> str:
    return f"{money(fee.amount)}, {_TIMES[fee.when]()}"


def _repaid(repayment: Repayment) -> str:
    """How much is repaid early, what it leaves as it was, and whether it costs an indemnity."""
    if repayment.amount is None:
        said = [_("all that is owed")]
    else:
        said = [money(repayment.amount), _KEPT[repayment.keep]()]
    said.append(_("with the legal indemnity") if repayment.indemnity else _("without indemnity"))
    return ", ".join(said)
