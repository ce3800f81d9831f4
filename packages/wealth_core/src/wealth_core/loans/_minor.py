"""The arithmetic of a loan in whole minor units: plain integers, and every division exact.

A period's rate is a fraction ``p / q`` of two integers (the annual rate over twelve), so that an
amount that falls exactly half-way between two cents is known to do so, and goes up. Nothing here
knows of dates, currencies or kinds of loan: `wealth_core.loans.schedule` does, and
`wealth_core.loans.bulk` is proven against these functions.
"""

from decimal import Decimal
from fractions import Fraction
from math import expm1, floor, gcd, log1p

PPM = 1_000_000
MONTHS_A_YEAR = 12
LARGEST_FLOAT_INT = 2**53
INSTALMENT_ERROR = 2.0**-47
"""Relative error of the annuity in floats; log1p and expm1 within 4 units each would need 2^-49."""


def period_rate(annual_rate: Decimal) -> tuple[int, int]:
    """A month's rate, a twelfth of the annual rate, as ``(p, q)`` in lowest terms.

    >>> period_rate(Decimal("0.0335"))
    (67, 24000)
    """
    numerator, denominator = annual_rate.as_integer_ratio()
    common = gcd(numerator, MONTHS_A_YEAR)
    return numerator // common, denominator * (MONTHS_A_YEAR // common)


def half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` (never negative) to the nearest integer, a tie going up.

    >>> half_up(5, 2), half_up(4, 3)
    (3, 1)
    """
    return (2 * numerator + denominator) // (2 * denominator)


def instalment_ratio(
    balance: int,
    rate_numerator: int,
    rate_denominator: int,
    months: int,
    *,
    residual: int = 0,
) -> tuple[int, int]:
    """The level instalment that brings `balance` down to `residual`, as an exact ratio.

    The annuity formula over integers: with ``g = (q+p)^n``, it is
    ``p (balance g - residual q^n) / (q (g - q^n))``; at 0 % it is ``(balance - residual) / n``.

    >>> numerator, denominator = instalment_ratio(21_500_000, 67, 24_000, 300)
    >>> round(numerator / denominator, 3)
    105912.223
    """
    if rate_numerator == 0:
        return balance - residual, months
    # Shifting by the denominator's largest power keeps the formula in integers throughout.
    grown = (rate_denominator + rate_numerator) ** months
    still = rate_denominator**months
    return (
        rate_numerator * (balance * grown - residual * still),
        rate_denominator * (grown - still),
    )


def quoted_instalment_minor(
    principal_minor: int, rate_numerator: int, rate_denominator: int, months: int
) -> int:
    """The instalment a bank quotes: the annuity, rounded half up to the minor unit.

    The formula in floats says which unit is the nearest, unless it falls closer to half-way between
    two than its error may reach; then the integers say it. That spares most loans the powers of
    hundreds of digits.

    >>> quoted_instalment_minor(21_500_000, 67, 24_000, 300)
    105912
    """
    if rate_numerator and principal_minor < LARGEST_FLOAT_INT:
        rate = rate_numerator / rate_denominator
        shifted = principal_minor * rate / -expm1(-months * log1p(rate)) + 0.5
        if abs(shifted - round(shifted)) > shifted * INSTALMENT_ERROR:
            return floor(shifted)
    return exact_instalment_minor(principal_minor, rate_numerator, rate_denominator, months)


def exact_instalment_minor(
    principal_minor: int, rate_numerator: int, rate_denominator: int, months: int
) -> int:
    """The same by whole numbers alone: what `quoted_instalment_minor` is proven against."""
    return half_up(*instalment_ratio(principal_minor, rate_numerator, rate_denominator, months))


def interest_minor(balance_minor: int, rate_numerator: int, rate_denominator: int) -> int:
    """A period's interest, rounded half up to the minor unit.

    >>> interest_minor(21_500_000, 67, 24_000)
    60021
    """
    return half_up(balance_minor * rate_numerator, rate_denominator)


def level_balances_minor(
    principal_minor: int,
    rate_numerator: int,
    rate_denominator: int,
    months: int,
    instalment_minor: int,
) -> list[int]:
    """What is owed after each instalment of a bank's table, the last one being zero.

    The list is shorter than `months` when rounding pays the loan off early. The last instalment
    takes the rest, and none is above the balance with its interest.

    >>> level_balances_minor(1_000, 0, 1, 3, 333)
    [667, 334, 0]
    >>> level_balances_minor(100, 0, 1, 60, 2)[-2:]
    [2, 0]
    """
    # balance + half_up(balance p / q) - instalment is one division, the form CPython runs fastest:
    # (2 balance (q + p) + q - 2 q instalment) // 2q.
    doubled = 2 * rate_denominator
    growth = doubled + 2 * rate_numerator
    shift = rate_denominator - instalment_minor * doubled
    balance = principal_minor
    balances = [balance := (balance * growth + shift) // doubled for _ in range(months - 1)]
    if months > 1 and balances[-1] <= 0:
        # An instalment is at least the first interest, so that the balances never rise and the
        # first that is not positive can be sought from the end, where it is one step away.
        end = len(balances)
        while end and balances[end - 1] <= 0:
            end -= 1
        del balances[end:]
    balances.append(0)
    return balances


def remaining_minor(principal_minor: int, annual_rate_ppm: int, months: int, paid: int) -> int:
    """What is owed once `paid` instalments of a bank's table are paid, in minor units.

    The plain way, month after month: the array code of `wealth_core.loans.bulk` is proven against
    it. The rate is in millionths a year: 33,500 is 3.35 %.

    >>> remaining_minor(21_500_000, 33_500, 300, 3)
    21361942
    """
    ratio = Fraction(annual_rate_ppm, PPM * MONTHS_A_YEAR)
    rate_numerator, rate_denominator = ratio.as_integer_ratio()
    instalment = quoted_instalment_minor(principal_minor, rate_numerator, rate_denominator, months)
    balance = principal_minor
    for _ in range(min(paid, months)):
        interest = interest_minor(balance, rate_numerator, rate_denominator)
        if instalment >= balance + interest:
            return 0
        balance += interest - instalment
    return 0 if paid >= months else balance
