"""The shares of a whole in percent, to the hundredth, which add to exactly 100.00."""

from collections.abc import Sequence
from decimal import Decimal

from shared_kernel.rounding import EXACT_CONTEXT

_WHOLE = 10_000


def allocation(totals: Sequence[int]) -> tuple[Decimal, ...]:
    """What each total is in percent of the positive ones, by the largest remainder.

    Each percentage is within a hundredth of its exact value; at a tie the first ones get the
    hundredth. A total that is not above zero has 0.00: debts that are larger than what they are for
    are no part of what is owned.

    >>> [str(percent) for percent in allocation([1, 1, 1])]
    ['33.34', '33.33', '33.33']
    >>> [str(percent) for percent in allocation([300, -100, 100, 0])]
    ['75.00', '0.00', '25.00', '0.00']
    >>> [str(percent) for percent in allocation([0, -5])]
    ['0.00', '0.00']
    """
    owned = [max(total, 0) for total in totals]
    whole = sum(owned) or 1
    shares, rests = zip(*(divmod(_WHOLE * total, whole) for total in owned), strict=True)
    left = (_WHOLE if any(owned) else 0) - sum(shares)
    lucky = set(sorted(range(len(rests)), key=lambda place: (-rests[place], place))[:left])
    return tuple(
        Decimal(share + (place in lucky)).scaleb(-2, EXACT_CONTEXT)
        for place, share in enumerate(shares)
    )
