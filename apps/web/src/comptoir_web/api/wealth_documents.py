"""Holdings, profiles and plans on the wire: the documents of `wealth_core`, described for OpenAPI.

A document that the libraries or the command line wrote is taken as it is, with its ``version``; a
request may leave it out, since the address of the API has its own. Answers have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from wealth_core.errors import PlanFaults
from wealth_core.networth import (
    CashAccount,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    Investment,
    OtherGood,
    Property,
    holdings_from_document,
    holdings_to_document,
)
from wealth_core.planning import InvestmentPlan, InvestorProfile, Month, PlanLine
from wealth_core.planning.documents import (
    plan_from_document,
    plan_to_document,
    profile_from_document,
    profile_to_document,
)

if TYPE_CHECKING:
    from cattrs import Converter

    from comptoir_web.api.schema import Schemas

__all__ = ["HOLDINGS_EXAMPLE", "MONTH", "PLAN_EXAMPLE", "add_wealth", "describe_wealth"]

VERSION: Final = 1
MONTH: Final = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"

HOLDINGS_EXAMPLE: Final[dict[str, object]] = {
    "cash": [
        {
            "label": "Livret A",
            "kind": "livret_a",
            "balance": {"amount": "4700.00", "currency": "EUR"},
            "as_of": "2025-12-09",
        }
    ],
    "properties": [
        {
            "label": "Flat",
            "value": {"amount": "250000.00", "currency": "EUR"},
            "as_of": "2025-12-09",
            "loans": [
                {
                    "label": "Mortgage",
                    "loan": {
                        "principal": {"amount": "215000.00", "currency": "EUR"},
                        "annual_rate": "0.0335",
                        "months": 300,
                        "first_due": "2025-10-01",
                    },
                }
            ],
        }
    ],
    "crypto": [{"label": "Bitcoin", "symbol": "BTC", "quantity": "0.1", "as_of": "2025-12-09"}],
}
"""What the viewer shows of holdings."""

PLAN_EXAMPLE: Final[dict[str, object]] = {
    "monthly_capacity": {"amount": "500.00", "currency": "EUR"},
    "starts_on": "2025-10-01",
    "lines": [{"percent": "60", "envelope": "pea", "reference": "ETF World"}],
}
"""What the viewer shows of a plan."""

_DOCUMENTS: Final[tuple[tuple[type[Any], Callable[[object], Any], Callable[[Any], Any]], ...]] = (
    (Holdings, holdings_from_document, holdings_to_document),
    (InvestmentPlan, plan_from_document, plan_to_document),
    (InvestorProfile, profile_from_document, profile_to_document),
)


def add_wealth(converter: Converter) -> None:
    """Teach the converter of the API that holdings, profiles and plans are their documents."""
    for cls, read, write in _DOCUMENTS:

        def value_of(
            data: object, _: type[Any], read: Callable[[object], Any] = read
        ) -> Any:  # the value of the document's own class
            if isinstance(data, Mapping):
                data = {"version": VERSION, **data}
            return read(data)

        converter.register_structure_hook(cls, value_of)
        converter.register_unstructure_hook(cls, write)
    converter.register_structure_hook(Month, _month)
    converter.register_unstructure_hook(Month, str)


def _month(value: object, _: type[Month]) -> Month:
    try:
        return Month.parse(value)
    except PlanFaults as error:  # the field that holds it says where
        raise PlanFaults([attrs.evolve(each, path="") for each in error.faults]) from None


def describe_wealth(schemas: Schemas) -> None:
    """Tell the schemas what the types do not say: versions, months, identifiers left out."""
    for cls, _read, _write in _DOCUMENTS:
        schemas.beside(
            cls,
            "version",
            {"const": VERSION, "description": "The version of the document; 1 when left out."},
        )
    schemas.tag(CreditBalance, "type", "balance")
    schemas.tag(CreditLoan, "type", "loan")
    schemas.own(Month, {"type": "string", "pattern": MONTH, "examples": ["2025-12"]})
    for line in (
        CashAccount,
        CreditBalance,
        CreditLoan,
        CryptoHolding,
        Debt,
        Investment,
        OtherGood,
        PlanLine,
        Property,
    ):
        schemas.leave_out(line, "id")
