"""Loans on the wire: the documents of `wealth_core.loans.documents`, described for OpenAPI.

A document that the libraries or the command line wrote is taken as it is, with its ``version``;
a question may leave it out, since the address of the API has its own. Answers have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from comptoir_web.api.wealth_documents import add_wealth
from shared_kernel import structure
from wealth_core.loans import (
    Annuity,
    Balloon,
    ConstantPrincipal,
    Deferral,
    Insurance,
    InterestOnly,
    Loan,
    RateChange,
    loan_from_document,
    loan_to_document,
    loans_converter,
)
from wealth_core.loans.terms import MAX_FEES, MAX_FIRST_PERIOD_DAYS, MAX_INSURANCES

if TYPE_CHECKING:
    from cattrs import Converter

    from comptoir_web.api.schema import Schemas

__all__ = ["CONVERTER", "LOAN_EXAMPLE", "MOST_MONTHS", "describe_loans"]


def _converter() -> Converter:
    """Make the converter of the API, in which a loan is its document."""
    plain = loans_converter()
    made = loans_converter()

    def loan_of(data: object, _: type[Loan]) -> Loan:
        if isinstance(data, Mapping) and "version" in data:
            return loan_from_document(data)
        return structure(data, Loan, converter=plain)

    made.register_structure_hook(Loan, loan_of)
    made.register_unstructure_hook(Loan, loan_to_document)
    add_wealth(made)
    return made


CONVERTER: Final = _converter()
"""Reads and writes every value of the API."""

LOAN_EXAMPLE: Final[dict[str, object]] = {
    "principal": {"amount": "215000.00", "currency": "EUR"},
    "annual_rate": "0.0335",
    "months": 300,
    "first_due": "2025-10-01",
}
"""The mortgage of the documentation: its instalment is 1,059.12 EUR."""

MOST_MONTHS: Final = 600
# A rate is 0 or more and under 1; as a whole number, only 0 is one.
_RATE: Final = {"pattern": r"^0{1,40}(\.[0-9]{1,10})?$", "minimum": 0, "maximum": 0}
_SHARE: Final = {
    "pattern": r"^(0{1,40}(\.[0-9]{1,40})?|0{0,39}1(\.0{1,40})?)$",
    "minimum": 1,
    "maximum": 1,
}
_LOAN_BOUNDS: Final[dict[str, dict[str, object]]] = {
    "annual_rate": _RATE,
    "months": {"minimum": 1, "maximum": MOST_MONTHS},
    "first_period_days": {"minimum": 1, "maximum": MAX_FIRST_PERIOD_DAYS},
    "insurance": {"maxItems": MAX_INSURANCES},
    "fees": {"maxItems": MAX_FEES},
    "rate_changes": {"maxItems": MOST_MONTHS},
}


def describe_loans(schemas: Schemas) -> None:
    """Tell the schemas how the kinds of loan are told apart on the wire, and what is in range."""
    for cls, value in (
        (Annuity, "annuity"),
        (InterestOnly, "interest_only"),
        (ConstantPrincipal, "constant_principal"),
        (Balloon, "balloon"),
    ):
        schemas.tag(cls, "type", value)
    for field, bounds in _LOAN_BOUNDS.items():
        schemas.bound(Loan, field, bounds)
    schemas.bound(Insurance, "annual_rate", _RATE)
    schemas.bound(Insurance, "share", _SHARE)
    schemas.bound(RateChange, "annual_rate", _RATE)
    schemas.bound(RateChange, "from_instalment", {"minimum": 2, "maximum": MOST_MONTHS})
    schemas.bound(Deferral, "months", {"minimum": 1, "maximum": MOST_MONTHS})
    schemas.bound(Balloon, "amortised_over", {"minimum": 2, "maximum": 2 * MOST_MONTHS})
    schemas.beside(
        Loan,
        "version",
        {"const": 1, "description": "The version of the document; 1 when it is left out."},
    )
