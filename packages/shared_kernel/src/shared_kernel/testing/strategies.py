"""Hypothesis strategies of the kernel's values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ImportError as error:
    from shared_kernel.errors import ExtraMissing

    raise ExtraMissing("comptoir-shared-kernel", "testing") from error

from shared_kernel.amounts import MAX_MINOR, Money, from_minor
from shared_kernel.currencies import currency_codes

__all__ = ["amounts", "currencies", "days", "monies", "rates", "weights"]

_COMMON = ("EUR", "XOF", "XAF", "GNF", "USD", "TND", "CHF", "MAD")


def currencies() -> SearchStrategy[str]:
    """Codes of ISO 4217; those of the house's clients come more often, and first when shrinking."""
    return st.one_of(st.sampled_from(_COMMON), st.sampled_from(currency_codes()))


def amounts(
    currency: str, *, min_minor: int = -(10**14), max_minor: int = 10**14
) -> SearchStrategy[Decimal]:
    """Amounts with exactly the decimals of a currency, between two numbers of minor units."""
    return monies(currency, min_minor=min_minor, max_minor=max_minor).map(lambda m: m.amount)


def monies(
    currency: str | None = None, *, min_minor: int = -MAX_MINOR, max_minor: int = MAX_MINOR
) -> SearchStrategy[Money]:
    """Amounts of money, of one currency or of any."""
    codes = currencies() if currency is None else st.just(currency)
    return st.builds(from_minor, st.integers(min_minor, max_minor), codes)


def rates(
    *, min_value: Decimal = Decimal(0), max_value: Decimal = Decimal("0.25"), places: int = 6
) -> SearchStrategy[Decimal]:
    """Yearly rates as fractions: ``Decimal("0.0335")``."""
    return st.decimals(min_value, max_value, places=places, allow_nan=False)


def weights(*, min_size: int = 1, max_size: int = 12) -> SearchStrategy[list[int | Decimal]]:
    """Weights to share by, at least one of them above 0."""
    weight = st.one_of(
        st.integers(0, 1_000), st.decimals(0, 1_000, places=3, allow_nan=False), st.just(0)
    )
    return st.lists(weight, min_size=min_size, max_size=max_size).filter(any)


def days(
    *, min_value: date = date(1950, 1, 1), max_value: date = date(2199, 12, 31)
) -> SearchStrategy[date]:
    """Days of working life; the last days of months come more often."""
    ends = st.dates(min_value, max_value).map(_month_end).filter(lambda day: day <= max_value)
    return st.one_of(st.dates(min_value, max_value), ends)


def _month_end(day: date) -> date:
    following = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)
    return date.fromordinal(following.toordinal() - 1)
