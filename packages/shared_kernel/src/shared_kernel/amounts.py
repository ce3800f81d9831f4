"""Money: exact amounts with their currency. Every amount enters the house through this module.

py-moneyed gives the arithmetic; its constructor also takes floats, NaN and infinity in silence, so
nobody calls it elsewhere. An amount made here is finite, has exactly the decimals of its currency
and fits in 64 bits of minor units, which is what the databases and the array code hold.

The module is not called ``money``: as soon as anything imported a submodule of that name, it would
hide the function ``shared_kernel.money``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from moneyed import Currency, Money

from shared_kernel.currencies import currency_of, known_currency, minor_digits
from shared_kernel.errors import MoneyError
from shared_kernel.faults import FaultKind, FaultList, shown
from shared_kernel.rounding import EXACT_CONTEXT, RoundingMode, round_decimal, round_ratio

__all__ = [
    "MAX_MINOR",
    "Money",
    "allocate",
    "from_minor",
    "known_currency",
    "minor_digits",
    "money",
    "round_money",
    "rounded_money",
    "to_minor",
]

MAX_MINOR: Final = 2**63 - 1
"""The largest amount, in minor units: what a BIGINT and an int64 hold, 92 million billion euros."""

FLOAT_AMOUNT = FaultKind(
    "money.float",
    "{given} is a float, which cannot hold decimals exactly: "
    'give the text "{suggestion}" or a Decimal',
)
NOT_AN_AMOUNT = FaultKind(
    "money.not_an_amount", "{given} is not an amount: write digits and a point, such as {example}"
)
NOT_FINITE = FaultKind(
    "money.not_finite", "{given} is not an amount: write a finite number, such as {example}"
)
TOO_MANY_DECIMALS = FaultKind(
    "money.too_many_decimals",
    "{given} has more than {digits} decimals, the most {currency} takes: "
    "round it first, for example to {suggestion}",
)
NO_DECIMALS = FaultKind(
    "money.no_decimals",
    "{given} has decimals and {currency} has none: round it first, for example to {suggestion}",
)
TOO_LARGE = FaultKind(
    "money.too_large", "{given} is too large: the largest amount is {limit} {currency}"
)
NOT_MINOR_UNITS = FaultKind(
    "money.not_minor_units", "{given} is not a number of minor units: give a whole number, an int"
)
NO_WEIGHTS = FaultKind(
    "money.no_weights", "there is nothing to share between: give at least one weight above 0"
)
BAD_WEIGHT = FaultKind(
    "money.bad_weight", "{given} is not a weight: give an int or a finite Decimal, 0 or more"
)

_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.([0-9]{1,40}))?", re.ASCII)
_TENS: Final = tuple(Decimal((0, (1,), -digits)) for digits in range(5))


def money(amount: Decimal | int | str, currency: str | Currency) -> Money:
    """Makes an amount of money, or refuses with the fix.

    Args:
        amount: a Decimal, an int, or plain digits with a point and at most the decimals of the
            currency. A Decimal may have more decimals when they are zeros.
        currency: an ISO 4217 code in capitals, or the ``currency`` of another Money.

    Returns:
        The amount, written with exactly the decimals of its currency.

    Raises:
        MoneyError: a float, a bool, NaN, infinity, an unknown currency, too many decimals, other
            characters, or more than :data:`MAX_MINOR` minor units. Both the amount and the
            currency are looked at before it is raised.

    >>> money("213619.42", "EUR"), money(1250000, "GNF")
    (Money('213619.42', 'EUR'), Money('1250000', 'GNF'))
    >>> money("1.234", "EUR")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    shared_kernel.errors.MoneyError: amount: 1.234 has more than 2 decimals, ... to 1.23
    >>> money(0.1, "EUR")  # type: ignore[arg-type]  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    shared_kernel.errors.MoneyError: amount: 0.1 is a float, ... "0.10" or a Decimal
    """
    try:
        known = currency_of(currency)
    except MoneyError as error:
        found = FaultList()
        with found.collect():  # the faults of the amount too, as far as they can be told
            _exact(amount, currency_of("CLF"))
        found.extend(error)
        raise MoneyError(found.faults) from None
    return _money(_exact(amount, known), known)


def rounded_money(
    amount: Decimal | Fraction | int,
    currency: str | Currency,
    *,
    mode: RoundingMode = RoundingMode.HALF_UP,
) -> Money:
    """Makes an amount of money from an exact number, rounded to the minor unit.

    Raises:
        MoneyError: a float, a bool, a text, NaN, infinity, an unknown currency, or too large.

    >>> rounded_money(Decimal("2.675"), "EUR"), rounded_money(Fraction(2, 3), "TND")
    (Money('2.68', 'EUR'), Money('0.667', 'TND'))
    """
    known = currency_of(currency)
    digits = minor_digits(known)
    if isinstance(amount, Fraction):
        return from_minor(
            round_ratio(amount.numerator * 10**digits, amount.denominator, mode=mode), known
        )
    given: object = amount
    if isinstance(given, str):  # a text is exact already: money() is the way in for it
        raise MoneyError.of(NOT_AN_AMOUNT, "amount", given=shown(given), example=_example(known))
    value = _number(given, known)
    return _money(round_decimal(value, digits, mode=mode), known)


def round_money(value: Money, *, mode: RoundingMode = RoundingMode.HALF_UP) -> Money:
    """Rounds an amount to the minor unit of its currency, half up unless told otherwise.

    Raises:
        MoneyError: the amount is not finite, or is too large.

    >>> round_money(money("10.00", "EUR") * Decimal("0.0335") / 12)
    Money('0.03', 'EUR')
    """
    return rounded_money(value.amount, value.currency, mode=mode)


def to_minor(value: Money) -> int:
    """Returns an amount as a whole number of minor units: 1.50 EUR is 150, 1,500 XOF is 1500.

    Raises:
        MoneyError: the amount has more decimals than its currency, or is not finite.

    >>> to_minor(money("1.50", "EUR")), to_minor(money("-1500", "XOF"))
    (150, -1500)
    """
    exact = _exact(value.amount, value.currency)
    return int(exact.scaleb(minor_digits(value.currency), EXACT_CONTEXT))


def from_minor(minor: int, currency: str | Currency) -> Money:
    """Returns the amount of a whole number of minor units: the inverse of :func:`to_minor`.

    Raises:
        MoneyError: ``minor`` is not an int, or is beyond :data:`MAX_MINOR`.

    >>> from_minor(150, "EUR"), from_minor(-5, "TND")
    (Money('1.50', 'EUR'), Money('-0.005', 'TND'))
    """
    known = currency_of(currency)
    if type(minor) is not int:  # a bool is an int to isinstance, and a float has a fraction
        raise MoneyError.of(NOT_MINOR_UNITS, given=shown(minor))
    if not -MAX_MINOR <= minor <= MAX_MINOR:
        raise _too_large(minor, known)
    return Money(Decimal(minor).scaleb(-minor_digits(known), EXACT_CONTEXT), known)


def allocate(total: Money, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
    """Shares an amount in proportion to weights, without losing a unit (largest remainder).

    Each share is rounded towards zero; the units left go one by one to the shares that lost most,
    the first ones at a tie. So the shares add up to the total exactly, each is within one minor
    unit of its exact part, and nobody of weight 0 gets anything.

    Args:
        total: what is shared; it may be negative.
        weights: an int or a Decimal for each share, 0 or more, not all 0.

    Raises:
        MoneyError: no weight above 0, or a weight that is negative, a float or not finite; every
            bad weight is named.

    >>> [str(share.amount) for share in allocate(money("100.00", "EUR"), [1, 1, 1])]
    ['33.34', '33.33', '33.33']
    >>> [str(share.amount) for share in allocate(money("-1000", "XOF"), [Decimal("0.5"), 1, 0])]
    ['-333', '-667', '0']
    """
    found = FaultList()
    parts: list[Fraction] = []
    for place, weight in enumerate(weights):
        if _is_weight(weight):
            parts.append(Fraction(weight))
        else:
            found.add(BAD_WEIGHT, f"weights[{place}]", given=shown(weight))
    if not found:
        found.check(any(parts), NO_WEIGHTS, "weights")
    found.raise_if_any(MoneyError)

    units = to_minor(total)
    whole = math.lcm(*(part.denominator for part in parts))
    scaled = [int(part * whole) for part in parts]
    shares, rests = zip(*(divmod(abs(units) * part, sum(scaled)) for part in scaled), strict=True)
    left = abs(units) - sum(shares)
    lucky = set(sorted(range(len(rests)), key=lambda place: (-rests[place], place))[:left])
    sign = -1 if units < 0 else 1
    return tuple(
        from_minor(sign * (share + (place in lucky)), total.currency)
        for place, share in enumerate(shares)
    )


def _is_weight(weight: object) -> bool:
    if isinstance(weight, Decimal):
        # A weight of a million digits would cost more than any sharing is worth.
        return weight.is_finite() and weight >= 0 and -100 < weight.adjusted() < 100
    return type(weight) is int and 0 <= weight < 10**100


def _exact(amount: object, currency: Currency) -> Decimal:
    """Returns an amount with exactly the decimals of its currency, or raises MoneyError."""
    digits = minor_digits(currency)
    value = _number(amount, currency)
    rounded = round_decimal(value, digits)
    written = isinstance(amount, str) and "." in amount
    if rounded != value or (written and len(str(amount).partition(".")[2]) > digits):
        if digits == 0:
            raise MoneyError.of(
                NO_DECIMALS,
                "amount",
                given=shown(amount),
                currency=currency.code,
                suggestion=f"{rounded:f}",
            )
        raise MoneyError.of(
            TOO_MANY_DECIMALS,
            "amount",
            given=shown(amount),
            digits=digits,
            currency=currency.code,
            suggestion=f"{rounded:f}",
        )
    return rounded


def _number(amount: object, currency: Currency) -> Decimal:
    """Returns an amount as a finite Decimal of a reasonable size, or raises MoneyError."""
    if isinstance(amount, str):
        if _PLAIN.fullmatch(amount) is None:
            raise MoneyError.of(
                NOT_AN_AMOUNT, "amount", given=shown(amount), example=_example(currency)
            )
        value = Decimal(amount)
    elif isinstance(amount, Decimal):
        value = amount
    elif type(amount) is int:
        if not -MAX_MINOR <= amount <= MAX_MINOR:
            raise _too_large(amount, currency)
        value = Decimal(amount)
    elif isinstance(amount, float) and math.isfinite(amount):
        near = Decimal(float.__repr__(amount))  # numpy's floats have a repr of their own
        if near.adjusted() > 20:
            raise _too_large(near, currency)
        near = round_decimal(near, minor_digits(currency))
        raise MoneyError.of(FLOAT_AMOUNT, "amount", given=shown(amount), suggestion=f"{near:f}")
    elif isinstance(amount, float):
        raise MoneyError.of(NOT_FINITE, "amount", given=shown(amount), example=_example(currency))
    else:
        raise MoneyError.of(
            NOT_AN_AMOUNT, "amount", given=shown(amount), example=_example(currency)
        )
    if not value.is_finite():
        raise MoneyError.of(NOT_FINITE, "amount", given=shown(value), example=_example(currency))
    if value and value.adjusted() > 20:
        raise _too_large(value, currency)
    return value


def _money(rounded: Decimal, currency: Currency) -> Money:
    """Makes the Money of a Decimal that has the decimals of its currency already."""
    if rounded.scaleb(minor_digits(currency), EXACT_CONTEXT).copy_abs() > MAX_MINOR:
        raise _too_large(rounded, currency)
    return Money(rounded or rounded.copy_abs(), currency)  # there is no minus zero


def _example(currency: Currency) -> str:
    return f"{round_decimal(Decimal('1234.5'), minor_digits(currency)):f}"


def _too_large(given: object, currency: Currency) -> MoneyError:
    limit = Decimal(MAX_MINOR).scaleb(-minor_digits(currency), EXACT_CONTEXT)
    return MoneyError.of(
        TOO_LARGE, "amount", given=shown(given), limit=f"{limit:f}", currency=currency.code
    )
