"""What clients own and owe: loans to the cent, balances at a date, annual percentage rates.

The map::

    wealth_core
    |-- loans      terms, schedule, balance at a date, APR, early repayment, bulk (arrays)
    |-- storage    tables, one store a domain, migrations         (extra: storage)
    |-- testing    Hypothesis strategies for other projects' tests (extra: testing)
    `-- errors     every error, in one tree

Importing this package loads neither numpy nor SQLAlchemy nor pyxirr: each is imported where it is
used.

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
    from wealth_core import loans
    from wealth_core.errors import (
        AprUndefined,
        DateBeforeLoan,
        LoanFaults,
        SavedLoanMissing,
        StaleVersion,
        WealthError,
    )

__all__ = [
    "AprUndefined",
    "DateBeforeLoan",
    "LoanFaults",
    "SavedLoanMissing",
    "StaleVersion",
    "WealthError",
    "loans",
]


def __getattr__(name: str) -> object:
    """Imports a public name the first time it is asked for, so that importing stays light."""
    if name == "loans":
        return import_module("wealth_core.loans")
    if name in __all__:
        return getattr(import_module("wealth_core.errors"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
