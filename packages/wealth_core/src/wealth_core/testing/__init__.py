"""Hypothesis strategies for the values of the library, and fakes of vendors, for others' tests.

The map::

    loans      loans of every kind, their repayments, plans, flows
    holdings   holdings of every kind, and the documents of Atlas they may come from
    quotes     prices, books of prices; fakes of the vendors
    planning   investor profiles, answers, plans, months
    worked     a worked profile of which every figure is known

They need the extra ``testing``: ``pip install 'comptoir-wealth[testing]'``.
"""

from wealth_core.testing.holdings import (
    atlas_documents,
    cash_accounts,
    credit_lines,
    crypto_holdings,
    debts,
    holdings,
    investments,
    other_goods,
    properties,
)
from wealth_core.testing.loans import flows, loans, plans, rates, repayments_of, simple_loans
from wealth_core.testing.planning import (
    investment_plans,
    investor_profiles,
    months,
    risk_answers,
)
from wealth_core.testing.quotes import FakeBinance, FakeEcb, assets, books, quotes

__all__ = [
    "FakeBinance",
    "FakeEcb",
    "assets",
    "atlas_documents",
    "books",
    "cash_accounts",
    "credit_lines",
    "crypto_holdings",
    "debts",
    "flows",
    "holdings",
    "investment_plans",
    "investments",
    "investor_profiles",
    "loans",
    "months",
    "other_goods",
    "plans",
    "properties",
    "quotes",
    "rates",
    "repayments_of",
    "risk_answers",
    "simple_loans",
]
