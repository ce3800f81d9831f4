"""The rate at which flows are worth nothing: found on floats, polished where they fall short.

With ``d = log(1 + rate)`` a flow after ``t`` years is worth ``amount e^(-d t)``. Where the flows
change direction once (a loan: received, then paid), ``log(worth of the later / worth of the
earlier)`` falls steadily with ``d``, nearly in a straight line: Newton's method needs about three
steps.

The float answer comes with a bound on its own error. When that bound leaves the tenth decimal in
doubt, the equation is solved again with decimals, as many as it takes.
"""

import decimal
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from operator import mul
from typing import Final

from shared_kernel.rounding import round_decimal
from wealth_core.errors import AprUndefined

PLACES: Final = 10
_EPSILON: Final = 2.0**-52
_STEPS: Final = 100
_LARGEST: Final = 600.0  # e^600 is near the end of what a float holds
_GRID: Final = (0.0, *(0.001 * 1.1**power for power in range(140)))

Times = Sequence[float]
ExactTimes = Callable[[], Sequence[Fraction]]


def rate_of(amounts: Sequence[int], times: Times, exact_times: ExactTimes) -> Decimal:
    """The annual rate at which flows, in the order of time, are worth nothing on the first day.

    Args:
        amounts: received above zero, paid below; any unit.
        times: in years, never falling, of the same length.
        exact_times: gives the same times without an error, for the rare case that needs them.

    Returns:
        The rate, rounded half up to `PLACES` decimals, each of them right.

    Raises:
        AprUndefined: no rate makes the flows worth nothing, or several do.
    """
    first = amounts[0]
    # Most often: one amount received, then only payments.
    one_change = first > 0 and times[1] > times[0] and max(amounts[1:]) <= 0 and any(amounts[1:])
    log_rate = (
        _newton([float(-amount) for amount in amounts[1:]], times[1:], float(first), times[0])
        if one_change
        else _search(amounts, times)
    )
    if abs(log_rate) > _LARGEST:
        raise _beyond()
    rate = math.expm1(log_rate)
    error = _error(amounts, times, log_rate)
    scaled = rate * 10**PLACES
    if not math.isfinite(scaled) or abs(scaled - math.floor(scaled) - 0.5) <= error * 10**PLACES:
        return _polished(amounts, exact_times(), log_rate)
    return round_decimal(decimal_of(rate), PLACES)


def decimal_of(value: float) -> Decimal:
    """The exact value of a float, even where the caller's decimal context traps floats."""
    return Decimal.from_float(value)  # noqa: FURB164 - the constructor is what a context traps


def _newton(paid: Sequence[float], times: Times, received: float, start: float) -> float:
    """One amount received, then payments: Newton on the logarithm, from a lower bound."""
    exp = math.exp
    whole = math.fsum(paid)
    # By convexity the rate is at least the one of a single payment at the mean time.
    log_rate = math.log(whole / received) / (math.fsum(map(mul, times, paid)) / whole - start)
    for _ in range(_STEPS):
        if abs(log_rate) * times[-1] > _LARGEST:
            break
        worths = [
            amount * exp(log_rate * (start - time))
            for amount, time in zip(paid, times, strict=True)
        ]
        worth = math.fsum(worths)
        mean_time = math.fsum(map(mul, times, worths)) / worth - start
        step = math.log(worth / received) / mean_time
        log_rate += step
        if abs(step) <= 1e-9 * (1 + abs(log_rate)):
            # The steps square: this one left an error far below what a float can hold.
            return log_rate
    raise _beyond()


def _search(amounts: Sequence[int], times: Times) -> float:
    """Flows that change direction in any way: brackets the one root on a grid, then closes in."""
    moments, values = _merged(amounts, times)
    if not values or min(values) > 0 or max(values) < 0:
        raise AprUndefined(
            "all the flows go the same way: a rate needs an amount received and an amount paid"
        )
    span = moments[-1] - moments[0]
    moments = [moment - moments[0] for moment in moments]
    limit = _LARGEST / span

    def worth(log_rate: float) -> float:
        # Weighed by its largest term, so that neither end overflows; the sign is what counts.
        shift = max(0.0, -log_rate * span)
        return math.fsum(
            value * math.exp(-log_rate * moment - shift)
            for value, moment in zip(values, moments, strict=True)
        )

    # The grid in years covers a long loan; the same grid in spans, an advance of a few days.
    steps = sorted({step / unit for step in _GRID for unit in (1.0, span) if step / unit <= limit})
    points = [-step for step in reversed(steps[1:])] + steps
    roots = []
    before = worth(points[0])
    for low, high in pairwise(points):
        after = worth(high)
        if (before > 0) != (after > 0):
            roots.append(_bisected(worth, low, high))
        before = after
    if not roots:
        raise AprUndefined("no rate makes what is received worth what is paid")
    if len(roots) > 1:
        rates = ", ".join(f"{math.expm1(root):.6f}" for root in roots[:3] if root < _LARGEST)
        raise AprUndefined(
            "several rates make what is received worth what is paid: {rates}", rates=rates
        )
    return roots[0]


def _merged(amounts: Sequence[int], times: Times) -> tuple[list[float], list[float]]:
    """The flows of each moment as one; those that cancel out are left out."""
    by_moment: dict[float, int] = {}
    for amount, moment in zip(amounts, times, strict=True):
        by_moment[moment] = by_moment.get(moment, 0) + amount
    kept = [(moment, float(amount)) for moment, amount in by_moment.items() if amount]
    return [moment for moment, _ in kept], [amount for _, amount in kept]


def _bisected(worth: Callable[[float], float], low: float, high: float) -> float:
    """The root between two points of opposite signs, to the last bit."""
    positive = worth(low) > 0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if (worth(middle) > 0) == positive:
            low = middle
        else:
            high = middle


def _error(amounts: Sequence[int], times: Times, log_rate: float) -> float:
    """A bound on the error of the rate that the rounding of floats can have caused."""
    start = times[0]
    weights = [
        amount * math.exp(log_rate * (start - time))
        for amount, time in zip(amounts, times, strict=True)
    ]
    moments = [time - start for time in times]
    slope = abs(math.fsum(map(mul, weights, moments)))
    sizes = [abs(weight) for weight in weights]
    # Each term is wrong by some units in its last place, and by its exponent times as many.
    rounding = math.fsum(sizes) + abs(log_rate) * math.fsum(map(mul, sizes, moments))
    if slope == 0.0:
        return math.inf
    growth = math.exp(log_rate)
    return 8 * _EPSILON * (growth * (rounding / slope + abs(log_rate)) + abs(growth - 1))


def _polished(amounts: Sequence[int], times: Sequence[Fraction], log_rate: float) -> Decimal:
    """Newton's method again, on decimals: enough of them for the tenth one to be certain."""
    digits = 40 + max(0, int(log_rate / math.log(10)))
    with decimal.localcontext(decimal.Context(prec=digits)) as context:
        moments = [Decimal(time.numerator) / time.denominator for time in times]
        start = moments[0]
        rate = Decimal(log_rate)
        smallest = context.power(10, -PLACES - 15) / rate.exp()
        for _ in range(_STEPS):
            worth = slope = Decimal(0)
            for amount, moment in zip(amounts, moments, strict=True):
                term = amount * (rate * (start - moment)).exp()
                worth += term
                slope += term * (moment - start)
            step = worth / slope
            rate += step
            if abs(step) < smallest:
                return round_decimal(rate.exp() - 1, PLACES)
    raise _beyond()


def _beyond() -> AprUndefined:
    return AprUndefined("the rate is beyond any figure: look at the amounts and the dates again")
