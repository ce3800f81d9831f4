"""Rounding: each mode against exact fractions, whatever the decimal context."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel import Faults, RoundingMode, round_decimal, round_ratio

MODES = st.sampled_from(list(RoundingMode))


def by_fractions(value: Fraction, mode: RoundingMode) -> int:
    """The law of each mode, written with exact fractions and nothing else."""
    size = abs(value)
    low = math.floor(size)
    rest = size - low
    up = {
        RoundingMode.HALF_UP: rest >= Fraction(1, 2),
        RoundingMode.HALF_EVEN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1),
        RoundingMode.DOWN: False,
        RoundingMode.UP: rest > 0,
    }[mode]
    return (low + up) * (-1 if value < 0 else 1)


@given(st.integers(), st.integers().filter(bool), MODES)
def test_a_ratio_is_rounded_by_its_mode(top: int, bottom: int, mode: RoundingMode) -> None:
    """The quotient of two integers is what exact fractions say."""
    assert round_ratio(top, bottom, mode=mode) == by_fractions(Fraction(top, bottom), mode)


@given(st.integers(-(10**6), 10**6), st.integers(1, 100), MODES)
def test_ties_are_rounded_by_their_mode(half: int, scale: int, mode: RoundingMode) -> None:
    """Exact halves, which random ratios seldom hit, obey the same law."""
    top, bottom = (2 * half + 1) * scale, 2 * scale
    assert round_ratio(top, bottom, mode=mode) == by_fractions(Fraction(top, bottom), mode)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(-3, 8), MODES)
def test_a_decimal_is_rounded_by_its_mode(value: Decimal, places: int, mode: RoundingMode) -> None:
    """A Decimal is rounded as its fraction is, and written with exactly the places asked for."""
    rounded = round_decimal(value, places, mode=mode)
    scale = Fraction(10) ** places
    assert Fraction(rounded) * scale == by_fractions(Fraction(value) * scale, mode)
    assert rounded.as_tuple().exponent == -places


def test_half_up_is_the_default() -> None:
    """A tie goes away from zero unless told otherwise."""
    assert round_decimal(Decimal("0.125"), 2) == Decimal("0.13")
    assert round_decimal(Decimal("-0.125"), 2) == Decimal("-0.13")
    assert round_ratio(-1, 2) == -1


def test_the_context_of_the_caller_changes_nothing() -> None:
    """A context of three digits that traps everything gives the same result."""
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_FLOOR)) as context:
        context.traps[decimal.Inexact] = True
        assert round_decimal(Decimal("123456789.125"), 2) == Decimal("123456789.13")


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "sNaN", "1e5000"])
def test_what_cannot_be_rounded_is_refused(value: str) -> None:
    """NaN, infinity and numbers of thousands of digits are refused."""
    with pytest.raises(Faults, match="cannot be rounded"):
        round_decimal(Decimal(value), 2)


@given(st.integers(), st.integers(1, 1000), MODES)
def test_a_mode_may_be_its_text(top: int, bottom: int, mode: RoundingMode) -> None:
    """The text of a mode rounds as the mode does, and a text that is none is refused."""
    text: Any = mode.value
    assert round_ratio(top, bottom, mode=text) == round_ratio(top, bottom, mode=mode)
    value = Decimal(top) / 8
    assert round_decimal(value, 0, mode=text) == round_decimal(value, 0, mode=mode)
    unknown: Any = "nearest"
    for rounded in (
        lambda: round_ratio(top, bottom, mode=unknown),
        lambda: round_decimal(value, 0, mode=unknown),
    ):
        with pytest.raises(ValueError, match="nearest"):
            rounded()


def test_other_types_are_refused() -> None:
    """A float is never rounded here, nor a bool, nor a text."""
    with pytest.raises(TypeError, match="not float"):
        round_decimal(0.5, 2)  # type: ignore[arg-type]
    for top in (0.5, True, "1"):
        with pytest.raises(TypeError, match="two integers"):
            round_ratio(top, 2)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        round_ratio(1, 0)
