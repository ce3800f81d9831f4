"""What a line says of itself, in the reader's language: its figure, then one by one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from comptoir_web.blueprints.loans.answer import Fact
from comptoir_web.blueprints.loans.terms import details_of, summary_of
from comptoir_web.presentation.formats import day_short, money, number, percent
from comptoir_web.presentation.languages import gettext as _
from wealth_core.loans import LoanPlan
from wealth_core.networth import (
    CashAccount,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Investment,
    Property,
)

from .words import CASH_KINDS, ENVELOPES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from wealth_core.loans import Loan, Repayment
    from wealth_core.networth import Line

__all__ = ["day_of", "facts_of", "figure_of", "mark_of", "nature_of"]


def mark_of(line: Line) -> str:
    """A mark that changes with anything of the line."""
    return hashlib.sha256(repr(line).encode()).hexdigest()[:24]


def nature_of(line: Line) -> str:
    """What it is, where its name alone may not say it."""
    match line:
        case CashAccount():
            return str(CASH_KINDS[line.kind])
        case Investment():
            return str(ENVELOPES[line.envelope])
        case Property():
            return _nature_of_property(line)
        case CryptoHolding():
            return line.symbol
        case CreditLoan():
            return summary_of(line.loan)
        case _:
            return ""


def _nature_of_property(line: Property) -> str:
    said = []
    if line.sold_on is not None:
        said.append(_("sold on %(day)s", day=day_short(line.sold_on)))
    if line.ownership != 1:
        said.append(_("%(share)s is yours", share=percent(line.ownership)))
    said += [
        _("%(name)s: %(terms)s", name=debt.label, terms=summary_of(debt.loan))
        for debt in line.loans
    ]
    return "\n".join(said)


def figure_of(line: Line) -> str:
    """What was declared of it: an amount, a quantity, the amount borrowed."""
    match line:
        case CryptoHolding():
            return f"{number(line.quantity)} {line.symbol}"
        case CreditLoan():
            return money(line.loan.principal)
        case CashAccount() | CreditBalance():
            return money(line.balance)
        case _:
            return money(line.value)


def day_of(line: Line) -> date | None:
    """The day of the figure; None for a loan, which runs by itself."""
    return None if isinstance(line, CreditLoan) else line.as_of


def facts_of(line: Line) -> tuple[Fact, ...]:
    """Everything that is kept of a line, each with its name."""
    return tuple(_facts(line))


def _facts(line: Line) -> Iterator[Fact]:
    yield Fact(_("Name"), line.label)
    match line:
        case CashAccount():
            yield Fact(_("Account"), str(CASH_KINDS[line.kind]))
            yield Fact(_("Balance"), money(line.balance))
        case Investment():
            yield Fact(_("Envelope"), str(ENVELOPES[line.envelope]))
            yield Fact(_("Value"), money(line.value))
        case Property():
            yield Fact(_("Estimated value of the whole property"), money(line.value))
            yield Fact(_("Share that is yours"), percent(line.ownership))
            if line.sold_on is not None:
                yield Fact(_("Sold on"), day_short(line.sold_on))
        case CryptoHolding():
            yield Fact(_("Symbol"), line.symbol)
            yield Fact(_("Quantity"), number(line.quantity))
        case CreditBalance():
            yield Fact(_("Left to pay"), money(line.balance))
        case CreditLoan():
            yield from _loan_facts(_("Loan"), line.loan, line.repayments)
        case _:
            yield Fact(_("Value"), money(line.value))
    day = day_of(line)
    if day is not None:
        yield Fact(_("On"), day_short(day))
    if isinstance(line, Property):
        for debt in line.loans:
            yield from _loan_facts(debt.label, debt.loan, debt.repayments)
            if debt.share is not None:
                yield Fact(_("Share of the loan that is yours"), percent(debt.share))


def _loan_facts(name: str, loan: Loan, repayments: tuple[Repayment, ...]) -> Iterator[Fact]:
    yield Fact(name, summary_of(loan))
    # The kind comes first of the details, and is told even when it is the usual one.
    yield from details_of(LoanPlan(loan, repayments=repayments))
