"""The loan calculator: nothing is saved, everything is in the question.

A loan is the document of `wealth_core.loans.documents`; the figures are the library's, to the
minor unit, and the same as the page's and the command line's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
from flask import Blueprint
from spectree import Tag

from comptoir_web.api.auth import api_reached_by
from comptoir_web.api.loan_documents import LOAN_EXAMPLE
from comptoir_web.api.openapi import SCHEMAS, operation
from comptoir_web.api.problems import answer_with_problems, api_locale
from comptoir_web.identity.roles import Role
from shared_kernel import FaultKind, Faults, Money, translate_error
from wealth_core.errors import AprUndefined, DateBeforeLoan
from wealth_core.loans import (
    CENT,
    LEVEL,
    Loan,
    Repayment,
    Rounding,
    apr,
    balance_on,
    instalments_paid,
    schedule,
    total_cost,
)

__all__ = ["blueprint"]

TAG = Tag(name="loans", description="What a loan costs, and what is owed. Nothing is saved.")

blueprint = Blueprint("api_calculator", __name__, url_prefix="/api/v1/loans")
blueprint.before_request(api_reached_by(Role.CLIENT, Role.ADMIN))
answer_with_problems(blueprint)

DATE_BEFORE_LOAN = FaultKind(
    "api.date_before_loan",
    "{given} is before the loan, which starts on {start}: give that day or a later one",
)
APR_UNDEFINED = FaultKind("api.apr_undefined", "this loan has no annual percentage rate: {why}")


@attrs.frozen(kw_only=True)
class ScheduleQuestion:
    """A loan whose instalments are asked for.

    Attributes:
        loan: Its terms.
        rounding: `cent` (the table of a bank), `exact` or `level`.
        repayments: Early repayments, on due dates.
    """

    loan: Loan
    rounding: Rounding = CENT
    repayments: tuple[Repayment, ...] = ()


@attrs.frozen(kw_only=True)
class ScheduleRow:
    """One instalment.

    Attributes:
        number: Its number, from 1.
        due: The day it is due.
        instalment: Interest and principal.
        interest: The part that is interest.
        principal: The part that is capital; negative while interest is capitalised.
        insurance: The premiums, paid beside it.
        fees: The fees, paid beside it, with the indemnity of an early repayment.
        balance: What is owed once it is paid.
    """

    number: int
    due: date
    instalment: Money
    interest: Money
    principal: Money
    insurance: Money
    fees: Money
    balance: Money


@attrs.frozen(kw_only=True)
class ScheduleAnswer:
    """Every instalment of a loan.

    Attributes:
        rounding: The rounding that was applied.
        instalment: The quoted instalment, insurance aside.
        last_due: The day of the last instalment.
        total_interest: The interest of all rows.
        total_insurance: The premiums of all rows.
        total_fees: Every fee, those of the first day included.
        rows: The instalments, in order.
    """

    rounding: Rounding
    instalment: Money
    last_due: date
    total_interest: Money
    total_insurance: Money
    total_fees: Money
    rows: tuple[ScheduleRow, ...]


@attrs.frozen(kw_only=True)
class BalanceQuestion:
    """A loan, and the day at which what is owed is asked for.

    Attributes:
        loan: Its terms.
        on: The day; every instalment due on or before it is taken as paid.
        rounding: `cent` (the table of a bank), `exact` or `level`.
        repayments: Early repayments, on due dates.
    """

    loan: Loan
    on: date
    rounding: Rounding = CENT
    repayments: tuple[Repayment, ...] = ()


@attrs.frozen(kw_only=True)
class BalanceAnswer:
    """What is owed.

    Attributes:
        on: The day.
        rounding: The rounding that was applied.
        balance: The capital owed at the end of that day.
        instalments_paid: How many instalments of the calendar are due by then.
    """

    on: date
    rounding: Rounding
    balance: Money
    instalments_paid: int


@attrs.frozen(kw_only=True)
class AprQuestion:
    """A loan whose annual percentage rate is asked for.

    Attributes:
        loan: Its terms, with its insurance and fees.
        signed_on: The day the money is lent, when it is not what the terms say.
        rounding: `level` as the law's examples, `cent` or `exact`.
    """

    loan: Loan
    signed_on: date | None = None
    rounding: Rounding = LEVEL


@attrs.frozen(kw_only=True)
class AprAnswer:
    """What a loan costs.

    Attributes:
        rounding: The rounding that was applied.
        apr: The annual percentage rate, a fraction with ten decimals.
        total_cost: All that is paid, less the capital.
    """

    rounding: Rounding
    apr: Decimal
    total_cost: Money


SCHEMAS.example(ScheduleQuestion, {"loan": LOAN_EXAMPLE, "rounding": "cent"})
SCHEMAS.example(BalanceQuestion, {"loan": LOAN_EXAMPLE, "on": "2025-12-09"})
SCHEMAS.example(AprQuestion, {"loan": LOAN_EXAMPLE})


@blueprint.post("/schedule")
@operation("loanSchedule", tag=TAG, answer=ScheduleAnswer, body=ScheduleQuestion)
def loan_schedule(body: ScheduleQuestion) -> ScheduleAnswer:
    """Give every instalment of a loan, to the minor unit."""
    table = schedule(body.loan, rounding=body.rounding, repayments=body.repayments)
    return ScheduleAnswer(
        rounding=body.rounding,
        instalment=table.instalment,
        last_due=table.last_due,
        total_interest=table.total_interest,
        total_insurance=table.total_insurance,
        total_fees=table.total_fees,
        rows=tuple(
            ScheduleRow(
                number=row.number,
                due=row.due,
                instalment=row.instalment,
                interest=row.interest,
                principal=row.principal,
                insurance=row.insurance,
                fees=row.fees,
                balance=row.balance,
            )
            for row in table
        ),
    )


@blueprint.post("/balance")
@operation("loanBalance", tag=TAG, answer=BalanceAnswer, body=BalanceQuestion)
def loan_balance(body: BalanceQuestion) -> BalanceAnswer:
    """Give what is owed at the end of a day."""
    loan, on = body.loan, body.on
    try:
        paid = instalments_paid(loan, on)
    except DateBeforeLoan:
        raise Faults.of(DATE_BEFORE_LOAN, "on", given=on, start=loan.start) from None
    owed = balance_on(loan, on, rounding=body.rounding, repayments=body.repayments)
    return BalanceAnswer(on=on, rounding=body.rounding, balance=owed, instalments_paid=paid)


@blueprint.post("/apr")
@operation("loanApr", tag=TAG, answer=AprAnswer, body=AprQuestion)
def loan_apr(body: AprQuestion) -> AprAnswer:
    """Give the annual percentage rate (directives 2008/48/EC and 2014/17/EU) and the total cost."""
    try:
        rate = apr(body.loan, signed_on=body.signed_on, rounding=body.rounding)
    except AprUndefined as error:
        why = translate_error(error, api_locale())
        raise Faults.of(APR_UNDEFINED, "loan", why=why) from None
    cost = total_cost(body.loan, rounding=body.rounding)
    return AprAnswer(rounding=body.rounding, apr=rate, total_cost=cost)
