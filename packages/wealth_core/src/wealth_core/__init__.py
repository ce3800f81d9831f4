"""What clients own and owe: net worth on a day, loans to the cent, prices with their age, plans.

The map::

    wealth_core
    |-- networth   holdings, their documents, net worth on a day, projection, bulk (arrays)
    |-- quotes     prices of currencies and crypto-assets, their age, chains of conversion
    |-- planning   investor and risk profile, investment plan, monthly actions, goals, alerts
    |-- loans      terms, schedule, balance at a date, APR, early repayment, bulk (arrays)
    |-- adapters   vendors of prices, one module each               (extra: quotes)
    |-- quotes     prices of cryptos and currencies, their age, conversion by chain
    |-- adapters   one module a vendor: Binance, ECB               (extra: quotes)
    |-- storage    tables, one store a domain, migrations           (extra: storage)
    |-- testing    Hypothesis strategies and fakes for other tests  (extra: testing)
    `-- errors     every error, in one tree

Importing this package loads neither numpy nor SQLAlchemy nor httpx nor pyxirr: each is imported
where it is used.

>>> from decimal import Decimal
>>> from datetime import date
>>> from shared_kernel import money
>>> from wealth_core.loans import Loan, balance_on, schedule
>>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
>>> schedule(loan).instalment.amount, balance_on(loan, date(2025, 12, 9)).amount
(Decimal('1059.12'), Decimal('213619.42'))
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wealth_core import loans, networth, planning, quotes
    from wealth_core.errors import (
        ActionMissing,
        AprUndefined,
        DateBeforeLoan,
        HoldingsFaults,
        HoldingsMissing,
        LineMissing,
        LoanFaults,
        NetWorthFaults,
        NoRate,
        PlanFaults,
        ProjectionFaults,
        QuoteFaults,
        RunMissing,
        SavedLoanMissing,
        SourceDown,
        SourceFailed,
        SourceNonsense,
        StaleVersion,
        WealthError,
    )

__all__ = [
    "ActionMissing",
    "AprUndefined",
    "DateBeforeLoan",
    "HoldingsFaults",
    "HoldingsMissing",
    "LineMissing",
    "LoanFaults",
    "NetWorthFaults",
    "NoRate",
    "PlanFaults",
    "ProjectionFaults",
    "QuoteFaults",
    "RunMissing",
    "SavedLoanMissing",
    "SourceDown",
    "SourceFailed",
    "SourceNonsense",
    "StaleVersion",
    "WealthError",
    "loans",
    "networth",
    "planning",
    "quotes",
]

_PACKAGES = frozenset({"loans", "networth", "planning", "quotes"})


def __getattr__(name: str) -> object:
    """Imports a public name the first time it is asked for, so that importing stays light."""
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        return getattr(import_module("wealth_core.errors"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
