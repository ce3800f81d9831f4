"""Rounding, with its mode named: the one place where a digit is dropped.

Every function is exact whatever the current decimal context holds, and never sees a float.
The house rounds half up (away from zero at a tie), as French tax and banking practice does.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from enum import StrEnum
from typing import Final

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, shown

__all__ = ["EXACT_CONTEXT", "RoundingMode", "round_decimal", "round_ratio"]

NOT_ROUNDABLE = FaultKind(
    "rounding.not_roundable",
    "{given} cannot be rounded to {places} decimals: "
    "give a finite Decimal of fewer than 1,000 digits",
)

EXACT_CONTEXT: Final = decimal.Context(
    prec=1_000,
    Emin=-999_999,
    Emax=999_999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""A context wide enough for sums, products and shifts of amounts to be exact."""


class RoundingMode(StrEnum):
    """What becomes of the digits that are dropped."""

    HALF_UP = "half_up"
    """To the nearest; a tie goes away from zero: 0.125 to 0.13, -0.125 to -0.13. The default."""
    HALF_EVEN = "half_even"
    """To the nearest; a tie goes to the even digit: 0.125 to 0.12 (the bankers' rule)."""
    DOWN = "down"
    """Towards zero: 0.129 to 0.12, -0.129 to -0.12."""
    UP = "up"
    """Away from zero: 0.121 to 0.13, -0.121 to -0.13."""


_DECIMAL_MODES: Final = {
    RoundingMode.HALF_UP: decimal.ROUND_HALF_UP,
    RoundingMode.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    RoundingMode.DOWN: decimal.ROUND_DOWN,
    RoundingMode.UP: decimal.ROUND_UP,
}


def round_decimal(
    value: Decimal, places: int, *, mode: RoundingMode = RoundingMode.HALF_UP
) -> Decimal:
    """Rounds to ``places`` decimals, and writes exactly that many.

    Args:
        value: a finite Decimal.
        places: decimals to keep; negative rounds to tens, hundreds ...
        mode: what becomes of the rest.

    Raises:
        Faults: ``value`` is NaN or infinite, or has 1,000 digits or more.
        TypeError: ``value`` is not a Decimal.
        ValueError: the mode is none.

    >>> round_decimal(Decimal("2.675"), 2), round_decimal(Decimal("-2.675"), 2)
    (Decimal('2.68'), Decimal('-2.68'))
    >>> round_decimal(Decimal("2.665"), 2, mode=RoundingMode.HALF_EVEN)
    Decimal('2.66')
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"round_decimal takes a Decimal, not {type(value).__name__}")
    try:
        rounded = value.quantize(
            Decimal((0, (1,), -places)),
            rounding=_DECIMAL_MODES.get(mode) or _DECIMAL_MODES[RoundingMode(mode)],
            context=EXACT_CONTEXT,
        )
    except decimal.InvalidOperation:
        raise Faults.of(NOT_ROUNDABLE, given=shown(value), places=places) from None
    if not rounded.is_finite():
        raise Faults.of(NOT_ROUNDABLE, given=shown(value), places=places)
    return rounded


def round_ratio(
    numerator: int, denominator: int, *, mode: RoundingMode = RoundingMode.HALF_UP
) -> int:
    """Divides two integers exactly and rounds the quotient to an integer.

    Args:
        numerator: any integer.
        denominator: any integer but 0.
        mode: what becomes of the fraction.

    Raises:
        TypeError: either is not an integer.
        ValueError: the mode is none.
        ZeroDivisionError: the denominator is 0.

    >>> round_ratio(5, 2), round_ratio(-5, 2), round_ratio(7, 3)
    (3, -3, 2)
    >>> round_ratio(5, 2, mode=RoundingMode.HALF_EVEN), round_ratio(5, 2, mode=RoundingMode.DOWN)
    (2, 2)
    """
    if type(numerator) is not int or type(denominator) is not int:
        raise TypeError("round_ratio takes two integers: build them from exact amounts")
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(abs(numerator), denominator)
    # Compared by value: a mode may come as its text, which is equal to it and not the same object.
    if mode == RoundingMode.HALF_UP:
        up = 2 * rest >= denominator
    elif mode == RoundingMode.HALF_EVEN:
        up = 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
    else:
        up = RoundingMode(mode) is RoundingMode.UP and rest > 0
    if up:
        quotient += 1
    return -quotient if numerator < 0 else quotient
