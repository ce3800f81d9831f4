"""Hypothesis strategies for the values of the library, for other projects' tests.

They need the extra ``testing``: ``pip install 'comptoir-wealth[testing]'``.
"""

from wealth_core.testing.loans import flows, loans, plans, rates, repayments_of, simple_loans

__all__ = ["flows", "loans", "plans", "rates", "repayments_of", "simple_loans"]
