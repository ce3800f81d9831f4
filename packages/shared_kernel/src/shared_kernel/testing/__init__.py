"""For testers of what stands on the kernel: Hypothesis strategies, and a check of catalogues.

The map::

    strategies   currencies, amounts, rates, weights, days
    catalogues   what a French catalogue lacks

Needs the extra ``testing``: ``pip install 'comptoir-shared-kernel[testing]'``.
"""

from __future__ import annotations

from shared_kernel.testing.catalogues import catalogue_gaps
from shared_kernel.testing.strategies import (
    amounts,
    currencies,
    days,
    monies,
    rates,
    weights,
)

__all__ = ["amounts", "catalogue_gaps", "currencies", "days", "monies", "rates", "weights"]
