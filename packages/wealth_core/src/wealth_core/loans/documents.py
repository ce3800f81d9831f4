"""Loans and plans as JSON documents, and back: what is stored, exported, and sent by the API.

The document of a loan is an object with the fields of `Loan`, and version 1::

    {"version": 1, "principal": {"amount": "215000.00", "currency": "EUR"},
     "annual_rate": "0.0335", "months": 300, "first_due": "2025-10-01",
     "kind": {"type": "annuity"}, "deferral": null, "insurance": [], "fees": [],
     "rate_changes": [], "first_period_days": null}

The document of a plan has version 2, and the same terms under ``loan``::

    {"version": 2, "loan": {"principal": {"amount": "215000.00", "currency": "EUR"}, ...},
     "repayments": [{"on": "2030-09-01", "amount": {"amount": "50000.00", "currency": "EUR"},
                     "keep": "term", "indemnity": true}],
     "rounding": "cent"}

Where a plan is read a loan alone is one too, without repayments and in the bank's rounding. Where a
loan is read a plan is refused, for its repayments would be lost.

Amounts and rates are strings, so that no reader can round them. `kind` is told apart by its
``type``: ``annuity``, ``interest_only``, ``constant_principal`` or ``balloon``.
"""

from functools import cache
from typing import Any

import attrs
from cattrs import Converter

from shared_kernel import (
    Faults,
    dump_json,
    make_converter,
    register_tagged_union,
    structure,
    unstructure,
)
from shared_kernel.documents import opened, parsed, tell_every_fault
from wealth_core.errors import LoanFaults
from wealth_core.loans.plan import LoanPlan
from wealth_core.loans.terms import Annuity, Balloon, ConstantPrincipal, InterestOnly, Kind, Loan

VERSION = 1
"""Of the document of a loan."""
PLAN_VERSION = 2
"""Of the document of a plan: a reader tells the two apart by it."""


def loans_converter() -> Converter:
    """A converter that knows the values of this package: `Loan`, `LoanPlan`, `Flow` ...

    Every fault of a loan is told at once, those of its shape and those of its terms.

    >>> from wealth_core.loans import Repayment
    >>> data = {"on": "2026-10-01", "keep": "instalment"}
    >>> structure(data, Repayment, converter=loans_converter()).keep
    <Keep.INSTALMENT: 'instalment'>
    """
    converter = make_converter()
    register_tagged_union(
        converter,
        Kind,
        {
            "annuity": Annuity,
            "interest_only": InterestOnly,
            "constant_principal": ConstantPrincipal,
            "balloon": Balloon,
        },
    )
    tell_every_fault(converter, Loan, LoanFaults)
    return converter


def loan_to_document(loan: Loan) -> dict[str, Any]:
    """A loan as JSON data: dicts, lists, strings, ints and None.

    ``Any`` because the values of a JSON object are of every kind.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> document = loan_to_document(
    ...     Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    ... )
    >>> document["version"], document["annual_rate"], document["principal"]
    (1, '0.0335', {'amount': '215000.00', 'currency': 'EUR'})
    """
    return {"version": VERSION, **unstructure(loan, converter=_converter())}


def loan_from_document(document: object) -> Loan:
    """The loan of a document, checked as any loan is.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it.

    Raises:
        LoanFaults: every fault with its path: an unknown or missing key, an amount written as a
            number with a fraction, a term the loan refuses, a version that is not understood.

    >>> loan_from_document(
    ...     {"version": 1, "months": 0, "principal": {"amount": "1", "currency": "EUR"}}
    ... )
    Traceback (most recent call last):
        ...
    wealth_core.errors.LoanFaults: annual_rate: annual_rate is missing: it is needed
    first_due: first_due is missing: it is needed
    months: 0 is not between 1 and 600
    """
    _, terms = opened(document, LoanFaults, VERSION)
    return structure(terms, Loan, converter=_converter())


def loan_to_json(loan: Loan) -> str:
    """A loan as JSON text, the same text for equal loans; see `loan_to_document`."""
    return dump_json(loan_to_document(loan))


def loan_from_json(text: str | bytes) -> Loan:
    """The loan of a JSON text.

    Raises:
        LoanFaults: see `loan_from_document`; also a text that is not JSON, that repeats a key, or
            that is larger than a megabyte.
    """
    return loan_from_document(parsed(text, LoanFaults))


def plan_to_document(plan: LoanPlan) -> dict[str, Any]:
    """A plan as JSON data; see `loan_to_document`.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from shared_kernel import money
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> document = plan_to_document(LoanPlan(loan))
    >>> document["version"], document["loan"]["months"], document["repayments"]
    (2, 300, [])
    """
    return {"version": PLAN_VERSION, **unstructure(plan, converter=_converter())}


def plan_from_document(document: object) -> LoanPlan:
    """The plan of a document, checked as any plan is; the document of a loan is a plan too.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it.

    Raises:
        LoanFaults: every fault with its path in the document: what `loan_from_document` refuses, a
            repayment that the loan does not allow, a version that is neither of the two.

    >>> plan_from_document(
    ...     {
    ...         "version": 2,
    ...         "loan": {
    ...             "principal": {"amount": "1200.00", "currency": "EUR"},
    ...             "annual_rate": "0.03",
    ...             "months": 12,
    ...             "first_due": "2025-10-01",
    ...         },
    ...         "repayments": [{"on": "2025-10-02"}],
    ...     }
    ... )
    Traceback (most recent call last):
        ...
    wealth_core.errors.LoanFaults: repayments[0].on: 2025-10-02 is not a due date of the loan: \
the nearest are 2025-10-01 and 2025-11-01
    """
    version, fields = opened(document, LoanFaults, PLAN_VERSION, VERSION)
    if version == VERSION:
        # The terms are the document itself there, and so are the paths of their faults.
        try:
            return LoanPlan(structure(fields, Loan, converter=_converter()))
        except LoanFaults as error:
            raise LoanFaults(
                attrs.evolve(fault, path=fault.path.removeprefix("loan.")) for fault in error.faults
            ) from None
    try:
        return structure(fields, LoanPlan, converter=_converter())
    except Faults as error:
        raise LoanFaults(error.faults) from None


def plan_to_json(plan: LoanPlan) -> str:
    """A plan as JSON text, the same text for equal plans; see `plan_to_document`."""
    return dump_json(plan_to_document(plan))


def plan_from_json(text: str | bytes) -> LoanPlan:
    """The plan of a JSON text.

    Raises:
        LoanFaults: see `plan_from_document` and `loan_from_json`.
    """
    return plan_from_document(parsed(text, LoanFaults))


@cache
def _converter() -> Converter:
    return loans_converter()
