"""Loans on the wire: the schema, the converter and the library agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from openapi_schema_validator import OAS31Validator

from comptoir_web.api.loan_documents import CONVERTER, LOAN_EXAMPLE, describe_loans
from comptoir_web.api.schema import Schemas
from shared_kernel import Faults, structure, unstructure
from wealth_core.loans import Loan
from wealth_core.testing import loans


def validator() -> OAS31Validator:
    """A validator of loans, with what they refer to inside."""
    schemas = Schemas()
    describe_loans(schemas)
    return OAS31Validator(schemas.of(Loan, ref="#/$defs/{name}"))


VALIDATOR = validator()


@given(loans())
def test_every_loan_passes_its_schema_and_comes_back(loan: Loan) -> None:
    """Whatever loan the library can make is written as the schema says, and read as it was."""
    document = unstructure(loan, converter=CONVERTER)
    assert list(VALIDATOR.iter_errors(document)) == []
    assert structure(document, Loan, converter=CONVERTER) == loan


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        ({"months": 1}, True),
        ({"months": 600}, True),
        ({"months": 0}, False),
        ({"months": 601}, False),
        ({"annual_rate": 0}, True),
        ({"annual_rate": 1}, False),
        ({"annual_rate": "0.9999999999"}, True),
        ({"annual_rate": "0.00000000001"}, False),
        ({"annual_rate": "1"}, False),
        ({"annual_rate": "-0.01"}, False),
        ({"first_period_days": 366}, True),
        ({"first_period_days": 367}, False),
        ({"insurance": [{"annual_rate": "0.01", "share": "1"}]}, True),
        ({"insurance": [{"annual_rate": "0.01", "share": "1.01"}]}, False),
        ({"insurance": [{"annual_rate": "0", "share": 1}] * 20}, True),
        ({"insurance": [{"annual_rate": "0", "share": 1}] * 21}, False),
        ({"fees": [{"amount": {"amount": "1", "currency": "EUR"}}] * 100}, True),
        ({"fees": [{"amount": {"amount": "1", "currency": "EUR"}}] * 101}, False),
        ({"kind": {"type": "balloon", "amortised_over": 1200}}, True),
        ({"kind": {"type": "balloon", "amortised_over": 1201}}, False),
        ({"rate_changes": [{"from_instalment": 1, "annual_rate": "0.01"}]}, False),
        ({"deferral": {"months": 0, "type": "total"}}, False),
        ({"principal": {"amount": "215000", "currency": "FRF"}}, False),
        ({"version": 1}, True),
        ({"version": 2}, False),
    ],
)
def test_the_bounds_of_the_schema_are_the_librarys(change: dict[str, Any], accepted: bool) -> None:
    """The last value that is accepted and the first that is not are the same for both."""
    document = LOAN_EXAMPLE | change
    assert (not list(VALIDATOR.iter_errors(document))) is accepted
    try:
        structure(document, Loan, converter=CONVERTER)
    except Faults:
        assert not accepted
    else:
        assert accepted
