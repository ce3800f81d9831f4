"""A loan as a JSON document, and back: what is stored, exported, and sent by the API.

A document is an object with the fields of `Loan` and a version::

    {"version": 1, "principal": {"amount": "215000.00", "currency": "EUR"},
     "annual_rate": "0.0335", "months": 300, "first_due": "2025-10-01",
     "kind": {"type": "annuity"}, "deferral": null, "insurance": [], "fees": [],
     "rate_changes": [], "first_period_days": null}

Amounts and rates are strings, so that no reader can round them. `kind` is told apart by its
``type``: ``annuity``, ``interest_only``, ``constant_principal`` or ``balloon``.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs
from cattrs import Converter

from shared_kernel import (
    Faults,
    dump_json,
    make_converter,
    parse_json,
    register_tagged_union,
    shown,
    structure,
    unstructure,
)
from wealth_core.errors import LoanFaults
from wealth_core.loans import _faults
from wealth_core.loans.terms import Annuity, Balloon, ConstantPrincipal, InterestOnly, Kind, Loan

VERSION = 1


def loans_converter() -> Converter:
    """A converter that knows the values of this package: `Loan`, `Repayment`, `Flow` ...

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
    plain = converter.get_structure_hook(Loan)

    def loan_of(data: object, cls: type[Loan]) -> Loan:
        try:
            made: Loan = plain(data, cls)
        except Faults as error:
            more = _faults_of_the_rest(converter, data, error) if isinstance(data, Mapping) else ()
            raise LoanFaults([*error.faults, *more]) from None
        return made

    converter.register_structure_hook(Loan, loan_of)
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
    if not isinstance(document, Mapping):
        raise LoanFaults.of(_faults.NOT_A_DOCUMENT, given=shown(document))
    if "version" not in document:
        raise LoanFaults.of(_faults.VERSION_MISSING, "version", accepted=VERSION)
    version = document["version"]
    if type(version) is not int or version != VERSION:
        raise LoanFaults.of(
            _faults.UNKNOWN_VERSION, "version", given=shown(version), accepted=VERSION
        )
    terms = {key: value for key, value in document.items() if key != "version"}
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
    try:
        document = parse_json(text)
    except Faults as error:
        raise LoanFaults(error.faults) from None
    return loan_from_document(document)


@cache
def _converter() -> Converter:
    return loans_converter()


def _faults_of_the_rest(
    converter: Converter, data: Mapping[object, object], error: Faults
) -> tuple[Any, ...]:
    """The faults of the terms that could be read, when others could not.

    The unreadable ones are left to `Loan` as values of no use, which it refuses without comparing
    anything with them; those refusals are dropped, for `error` tells them better.
    """
    unreadable = {fault.path.partition(".")[0].partition("[")[0] for fault in error.faults}
    terms: dict[str, Any] = {}
    for field in attrs.fields(Loan):
        if field.name in unreadable:
            terms[field.name] = () if field.converter else object()
        elif field.name in data:
            terms[field.name] = converter.structure(data[field.name], field.type or object)
    try:
        Loan(**terms)
    except LoanFaults as more:
        return tuple(
            fault
            for fault in more.faults
            if fault.path.partition(".")[0].partition("[")[0] not in unreadable
        )
    return ()
