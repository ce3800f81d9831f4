"""Loans: their terms, their schedule, what is owed at a date, their annual percentage rate.

The map::

    terms        what was signed: Loan, its kind, deferral, insurance, fees, rate changes
    repayments   early repayments and the French indemnity
    schedule     every instalment, in one of three roundings: CENT, EXACT, LEVEL
    balance      what is owed at a date, the instalments paid, the total cost
    plan         what is kept: a loan, its early repayments, the rounding it is read in
    apr          the annual percentage rate of European law; XIRR
    documents    a loan or a plan as a JSON document, and back
    bulk         a million balances at once, on arrays (numpy is imported when it is asked for)

Money comes in and goes out as `shared_kernel.Money`; a rate is an exact fraction a year.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from wealth_core.loans.apr import Flow, apr, apr_of, xirr
from wealth_core.loans.balance import balance_on, instalments_paid, total_cost
from wealth_core.loans.plan import LoanPlan
from wealth_core.loans.repayments import Keep, Repayment
from wealth_core.loans.schedule import CENT, EXACT, LEVEL, Rounding, Row, Schedule, schedule
from wealth_core.loans.terms import (
    Annuity,
    Balloon,
    ConstantPrincipal,
    Deferral,
    DeferralType,
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    InterestOnly,
    Kind,
    Loan,
    RateChange,
    annuity,
    balloon,
    constant_principal,
    interest_only,
    partial,
    total,
)

if TYPE_CHECKING:
    from wealth_core.loans import bulk
    from wealth_core.loans.documents import (
        loan_from_document,
        loan_from_json,
        loan_to_document,
        loan_to_json,
        loans_converter,
        plan_from_document,
        plan_from_json,
        plan_to_document,
        plan_to_json,
    )

__all__ = [
    "CENT",
    "EXACT",
    "LEVEL",
    "Annuity",
    "Balloon",
    "ConstantPrincipal",
    "Deferral",
    "DeferralType",
    "Fee",
    "FeeTiming",
    "Flow",
    "Insurance",
    "InsuranceBase",
    "InterestOnly",
    "Keep",
    "Kind",
    "Loan",
    "LoanPlan",
    "RateChange",
    "Repayment",
    "Rounding",
    "Row",
    "Schedule",
    "annuity",
    "apr",
    "apr_of",
    "balance_on",
    "balloon",
    "bulk",
    "constant_principal",
    "instalments_paid",
    "interest_only",
    "loan_from_document",
    "loan_from_json",
    "loan_to_document",
    "loan_to_json",
    "loans_converter",
    "partial",
    "plan_from_document",
    "plan_from_json",
    "plan_to_document",
    "plan_to_json",
    "schedule",
    "total",
    "total_cost",
    "xirr",
]

_DOCUMENTS = frozenset(name for name in __all__ if name.startswith(("loan_", "loans_", "plan_")))


def __getattr__(name: str) -> object:
    """Imports the documents (and cattrs) or `bulk` (and numpy) when they are first asked for."""
    if name == "bulk":
        return import_module("wealth_core.loans.bulk")
    if name in _DOCUMENTS:
        return getattr(import_module("wealth_core.loans.documents"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
