"""Net worth: what a person owns and owes, what it is worth on a day, and where it may go.

The map::

    categories   the categories of assets, the kinds of accounts, the envelopes
    holdings     what is owned and owed, line by line, checked: Holdings
    documents    holdings as a versioned JSON document, and back; earlier versions are read too
    schema       the JSON Schema of that document
    atlas        the documents of Atlas, the platform that came before, read with notes
    atlas_names  the names that its fields go by, in French and in English
    csv_lines    holdings as a table that a spreadsheet opens, and back
    csv_columns  the columns of that table and their words, in French and in English
    freshness    how old a declared value may be before it is called stale
    debts        what is owed on a loan on a day, and what falls due next
    rates        what an asset is worth on a day in the currency of the totals, and from what
    allocation   percentages that add to exactly 100.00
    valuation    net_worth(): totals, categories, and each line with its value, source and age
    assumptions  what a projection assumes, its defaults and their sources; as JSON and back
    projection   project(): low, middle and high paths, month by month (numpy)
    files        a file of holdings of any of these forms: what it would bring, and its faults
    records      what is kept of a net worth: its totals, its lines as a compact text
    results      results as JSON data, for the API and for --json
    bulk         the same totals for many holdings at once, on arrays (numpy)

Nothing here reads a clock, a network or a database: the day and the prices come in as arguments.

>>> from datetime import date
>>> from shared_kernel import money
>>> day = date(2025, 12, 9)
>>> livret = CashAccount("c1", "Livret A", CashKind.LIVRET_A, money("4700.00", "EUR"), day)
>>> print(holdings_to_csv(Holdings(cash=[livret])).splitlines()[1])
cash,livret_a,c1,Livret A,4700.00,EUR,2025-12-09,,,,,,,,,
"""

from importlib import import_module
from typing import TYPE_CHECKING

from wealth_core.networth.categories import CashKind, Category, Envelope
from wealth_core.networth.holdings import (
    MAX_LINES,
    Asset,
    CashAccount,
    Credit,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    Investment,
    Line,
    OtherGood,
    Property,
)

if TYPE_CHECKING:
    from wealth_core.networth import bulk
    from wealth_core.networth.assumptions import (
        DEFAULT_ASSUMPTIONS,
        Assumptions,
        Return,
        assumptions_from_document,
        assumptions_to_document,
    )
    from wealth_core.networth.atlas import AtlasImport, holdings_from_atlas
    from wealth_core.networth.csv_lines import holdings_from_csv, holdings_to_csv
    from wealth_core.networth.documents import (
        holdings_converter,
        holdings_from_document,
        holdings_from_json,
        holdings_to_document,
        holdings_to_json,
    )
    from wealth_core.networth.freshness import Freshness
    from wealth_core.networth.projection import Projection, project
    from wealth_core.networth.schema import holdings_schema
    from wealth_core.networth.valuation import (
        CategoryTotal,
        DebtValue,
        LineState,
        LineValue,
        NetWorth,
        net_worth,
    )

__all__ = [
    "DEFAULT_ASSUMPTIONS",
    "MAX_LINES",
    "Asset",
    "Assumptions",
    "AtlasImport",
    "CashAccount",
    "CashKind",
    "Category",
    "CategoryTotal",
    "Credit",
    "CreditBalance",
    "CreditLoan",
    "CryptoHolding",
    "Debt",
    "DebtValue",
    "Envelope",
    "Freshness",
    "Holdings",
    "Investment",
    "Line",
    "LineState",
    "LineValue",
    "NetWorth",
    "OtherGood",
    "Projection",
    "Property",
    "Return",
    "assumptions_from_document",
    "assumptions_to_document",
    "bulk",
    "holdings_converter",
    "holdings_from_atlas",
    "holdings_from_csv",
    "holdings_from_document",
    "holdings_from_json",
    "holdings_schema",
    "holdings_to_csv",
    "holdings_to_document",
    "holdings_to_json",
    "net_worth",
    "project",
]

_MODULES = {
    "assumptions": "DEFAULT_ASSUMPTIONS Assumptions Return assumptions_from_document "
    "assumptions_to_document",
    "atlas": "AtlasImport holdings_from_atlas",
    "csv_lines": "holdings_from_csv holdings_to_csv",
    "documents": "holdings_converter holdings_from_document holdings_from_json "
    "holdings_to_document holdings_to_json",
    "freshness": "Freshness",
    "projection": "Projection project",
    "schema": "holdings_schema",
    "valuation": "CategoryTotal DebtValue LineState LineValue NetWorth net_worth",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Imports what stands on cattrs, csv, numpy or a valuation when it is first asked for."""
    if name == "bulk":
        return import_module(f"{__name__}.bulk")
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
