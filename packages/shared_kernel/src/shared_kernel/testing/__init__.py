"""For testers of what stands on the kernel: strategies, a check of catalogues, fake vendors.

The map::

    strategies   currencies, amounts, rates, weights, days
    catalogues   what a French catalogue lacks
    vendors      a vendor's server that behaves, until told otherwise

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
from shared_kernel.testing.vendors import FakeAnswer, FakeRequest, FakeVendor

__all__ = [
    "FakeAnswer",
    "FakeRequest",
    "FakeVendor",
    "amounts",
    "catalogue_gaps",
    "currencies",
    "days",
    "monies",
    "rates",
    "weights",
]
