"""What is still owed on very many loans at once, equal to the bank's table to the minor unit.

A closed form is fast and agrees with the bank's cent on a few loans in a hundred only: a table
rounds the interest of every month, and what one month rounds the next one pays interest on. So
`remaining_balances` walks through the months, as the bank does, for all the loans side by side.

How it is exact although it steps in float64
--------------------------------------------
A balance is a whole number of minor units, at most 10^12, so float64 holds it exactly. What may
go wrong is the rounding of one month's interest, ``floor(b * r + 1/2)``, when the float result
falls on the other side of a whole number than the true one. Let `err` bound the float error:

* The true ``b * ppm / 12e6 + 1/2`` is a multiple of ``g = gcd(ppm, 6e6) / 12e6``: it is a whole
  number, or at least `g` below the next one. Where ``err < g / 2``, adding ``g / 2`` before the
  floor makes every month of that loan exact; nothing needs watching. With ``err`` of the *whole*
  step ``b * (1 + r) + (1/2 - E)`` a month is three operations (`_step_plain`).
* Otherwise `err` itself is added, so that the float is never below the true value and at most
  ``2 * err`` above it: the floor is right unless the fraction left is below ``2 * err``. The
  smallest fraction met is kept (`_step_watched`), and the few loans where it was too small are
  done again in int64, where ``b * ppm`` fits (`_block_exact`).

The instalment E comes from expm1 and log1p in the same spirit: the few that lie within the error
bound of a rounding boundary are computed again with whole numbers of any size.

The balance needs no ``max(b, 0)`` on the way: once below zero it never rises again (interest is
then negative and E is not), and a balance of exactly 0 stays at or below 0; the end clamps it.
It never exceeds the principal either: E is the rounding of something above the first interest,
hence not below the first interest rounded, and so on downwards. The bounds use this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from shared_kernel import FaultKind, FaultList
from wealth_core.errors import LoanFaults
from wealth_core.loans import _minor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["remaining_balances"]

HIGHEST_PRINCIPAL: Final = 10**12
HIGHEST_RATE_PPM: Final = 999_999
HIGHEST_MONTHS: Final = 600

NOT_INTEGERS = FaultKind(
    "bulk.not_integers",
    "values of type {given} are not whole numbers: give an integer array, for example int64",
)
SHAPES_DIFFER = FaultKind(
    "bulk.shapes_differ",
    "the shapes {shapes} do not go together: give arrays of one shape, or single numbers",
)
OUT_OF_RANGE = FaultKind(
    "bulk.out_of_range",
    "{given} is not between {lowest} and {highest} (values out of this range: {count})",
)
PAID_BEYOND_TERM = FaultKind(
    "bulk.paid_beyond_term",
    "{given} instalments cannot be paid of a loan of {months}: give 0 to {months}"
    " (values out of this range: {count})",
)

_YEAR_PPM = 12_000_000  # ppm of a month's rate: annual_ppm / 12e6
_HALF = _YEAR_PPM // 2
# 16,384 loans of six float64 columns stay within the second-level cache of one core, and one
# month of them outweighs by far the cost of calling numpy six times.
_BLOCK = 16_384


def remaining_balances(
    principal_minor: ArrayLike,
    annual_rate_ppm: ArrayLike,
    months: ArrayLike,
    paid: ArrayLike,
) -> Ints:
    """Gives what is owed on each loan after `paid` instalments, as the CENT schedule has it.

    Each loan is a plain annuity: monthly instalments, no deferral, a month's interest a twelfth
    of the annual rate. The instalment and the interest of each month are rounded half up to the
    minor unit; the last instalment absorbs what is left.

    Args:
        principal_minor: what was lent, in minor units (cents for EUR): 1 to 10^12.
        annual_rate_ppm: nominal annual rate in millionths: 33_500 is 3.35 %; 0 to 999_999.
        months: how many instalments: 1 to 600.
        paid: how many of them are paid: 0 to `months`.

    Returns:
        The balances in minor units, int64, of the shape the four arguments broadcast to.

    Raises:
        LoanFaults: an argument is not of an integer type, a value is out of its range (the path
            names its index, as in ``months[17]``), or the shapes do not go together.

    One core takes about 2 ns for each month paid of each loan; the memory is some 50 bytes a loan
    beside the arguments.

    >>> remaining_balances([215_000_00, 1_000_00], 33_500, [300, 12], [3, 12])
    array([21361942,        0])
    """
    principal, rate, term, done = _checked(principal_minor, annual_rate_ppm, months, paid)
    shape = principal.shape
    loans = [column.reshape(-1) for column in (principal, rate, term, done)]
    principal, rate, term, done = loans
    balances = np.where(done == 0, principal, np.int64(0))
    doubtful = []
    for block in _blocks(done, np.flatnonzero((done > 0) & (done < term))):
        balances[block], sure = _block_balances(*(column[block] for column in loans))
        doubtful.append(block[~sure])
    for block in _blocks(done, np.concatenate(doubtful)) if doubtful else ():
        balances[block] = _block_exact(*(column[block] for column in loans))
    return balances.reshape(shape)


def _simple(principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints) -> Ints:
    """Does the same with Python's integers, loan by loan: what the fast way must equal."""
    columns = (column.tolist() for column in (principal, rate_ppm, months, paid))
    return np.array(
        [_minor.remaining_minor(*loan) for loan in zip(*columns, strict=True)], dtype=np.int64
    )


def _block_balances(
    principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """Steps a block in float64; gives the balances, and of which it is sure that they are exact."""
    start = principal.astype(np.float64)
    due = _instalments(principal, rate_ppm, months).astype(np.float64)
    rate = rate_ppm / _YEAR_PPM
    growth = (rate_ppm + _YEAR_PPM) / _YEAR_PPM

    # u = 2^-53 bounds the relative error of one operation. A plain step has the errors of the
    # growth and of its product (2u * P * growth), of the constant (u * (E + 1)) and of the sum
    # (u * (P * growth + 1)), and E <= P * growth + 1/2: below 4u * (P * growth + 1).
    plain_error = (start * growth + 1.0) * 2.0**-50
    step = np.full(principal.shape, 1.0 / _YEAR_PPM)
    coarse = np.flatnonzero(plain_error >= 0.5 * step)  # who needs the true g: a gcd is slow
    step[coarse] = np.gcd(rate_ppm[coarse].astype(np.int32), np.int32(_HALF)) / _YEAR_PPM
    plain = plain_error < 0.5 * step

    balances = np.empty_like(principal)
    sure = np.ones(principal.shape, dtype=np.bool_)
    chosen = np.flatnonzero(plain)
    if chosen.size:
        constant = (0.5 + 0.5 * step[chosen]) - due[chosen]
        balances[chosen] = _step_plain(start[chosen], growth[chosen], constant, paid[chosen])
    chosen = np.flatnonzero(~plain)
    if chosen.size:
        # Here the error is of the interest alone: of the rate and of its product (2u * P * r),
        # of the constant (u * (E + 2)) and of the sum (u * (P * r + E + 2)).
        error = (start[chosen] * rate[chosen] + 2.0 * due[chosen] + 2.0) * 2.0**-51
        unwatched = error < 0.5 * step[chosen]
        constant = (0.5 + np.where(unwatched, 0.5 * step[chosen], error)) - due[chosen]
        balances[chosen], nearest = _step_watched(
            start[chosen], rate[chosen], constant, paid[chosen]
        )
        sure[chosen] = unwatched | (nearest >= 2.0 * error)
    return balances, sure


def _block_exact(principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints) -> Ints:
    """Steps a block in whole numbers: b * ppm + 6e6 stays below 1.1e18."""
    instalment = _instalments(principal, rate_ppm, months)
    balance = principal.copy()
    for active, count in _segments(paid):
        b, p, e = balance[:active], rate_ppm[:active], instalment[:active]
        for _ in range(count):
            b += (b * p + _HALF) // _YEAR_PPM - e
            np.maximum(b, 0, out=b)
    return balance


def _instalments(principal: Ints, rate_ppm: Ints, months: Ints) -> Ints:
    """Gives each loan's quoted instalment: P*r / (1 - (1+r)^-n), rounded half up, exactly."""
    free = rate_ppm == 0
    rate = np.where(free, 1, rate_ppm) / _YEAR_PPM
    level = principal * rate / -np.expm1(-months * np.log1p(rate))
    rounded = np.floor(level + 0.5)
    margin = level * _minor.INSTALMENT_ERROR
    distance = np.abs(level + 0.5 - np.rint(level + 0.5))  # to the nearest rounding boundary
    instalment = rounded.astype(np.int64)
    instalment[free] = (2 * principal[free] + months[free]) // (2 * months[free])
    for index in np.flatnonzero((distance <= margin) & ~free).tolist():
        instalment[index] = _minor.exact_instalment_minor(
            int(principal[index]), int(rate_ppm[index]), _YEAR_PPM, int(months[index])
        )
    return instalment


def _step_plain(balance: Floats, growth: Floats, constant: Floats, paid: Ints) -> Ints:
    """Steps a block sorted by `paid` (the most first): b = floor(b * (1 + r) + 1/2 + g/2 - E)."""
    for active, count in _segments(paid):
        b, q, c = balance[:active], growth[:active], constant[:active]
        for _ in range(count):
            np.multiply(b, q, out=b)
            np.add(b, c, out=b)
            np.floor(b, out=b)
    return np.maximum(balance, 0.0).astype(np.int64)


def _step_watched(
    balance: Floats, rate: Floats, constant: Floats, paid: Ints
) -> tuple[Ints, Floats]:
    """Steps a block sorted by `paid`; gives with it the smallest fraction met before a floor."""
    nearest = np.ones_like(balance)
    interest = np.empty_like(balance)
    whole = np.empty_like(balance)
    for active, count in _segments(paid):
        b, r, c = balance[:active], rate[:active], constant[:active]
        n, t, f = nearest[:active], interest[:active], whole[:active]
        for _ in range(count):
            np.multiply(b, r, out=t)
            np.add(t, c, out=t)
            np.floor(t, out=f)
            np.subtract(t, f, out=t)
            np.minimum(n, t, out=n)
            np.add(b, f, out=b)
    return np.maximum(balance, 0.0).astype(np.int64), nearest


def _blocks(paid: Ints, loans: Ints) -> Iterator[Ints]:
    """Cuts the loans of these indices into blocks, those with the most instalments paid first."""
    order = np.argsort(paid[loans].astype(np.uint16), kind="stable")[::-1]  # a radix sort
    for first in range(0, len(loans), _BLOCK):
        yield loans[order[first : first + _BLOCK]]


def _segments(paid: Ints) -> Iterator[tuple[int, int]]:
    """Gives (how many loans are still running, for how many months), `paid` being descending.

    >>> list(_segments(np.array([5, 5, 2])))
    [(3, 2), (2, 3)]
    """
    ends = np.flatnonzero(np.diff(paid, append=0))[::-1]  # the last of each run of equals
    before = 0
    for end in ends.tolist():
        yield end + 1, int(paid[end]) - before
        before = int(paid[end])


def _checked(
    principal_minor: ArrayLike, annual_rate_ppm: ArrayLike, months: ArrayLike, paid: ArrayLike
) -> tuple[Ints, Ints, Ints, Ints]:
    """Gives the four columns as int64 of one shape, or raises every fault with its index."""
    faults = FaultList()
    given = {
        "principal_minor": (principal_minor, 1, HIGHEST_PRINCIPAL),
        "annual_rate_ppm": (annual_rate_ppm, 0, HIGHEST_RATE_PPM),
        "months": (months, 1, HIGHEST_MONTHS),
        "paid": (paid, 0, HIGHEST_MONTHS),
    }
    columns = []
    for name, (values, lowest, highest) in given.items():
        try:
            column = np.asarray(values)
        except ValueError:  # numpy makes no array of rows of different lengths
            faults.add(NOT_INTEGERS, name, given=type(values).__name__)
            continue
        columns.append(column)
        if column.size == 0 and not isinstance(values, np.ndarray):
            columns[-1] = column.astype(np.int64)  # [] has no type of its own
            continue
        if not np.issubdtype(column.dtype, np.integer):
            faults.add(NOT_INTEGERS, name, given=str(column.dtype))
            continue
        wrong = (column < lowest) | (column > highest)
        if wrong.any():
            path, value = _first(name, column, wrong)
            faults.add(
                OUT_OF_RANGE,
                path,
                given=value,
                lowest=str(lowest),
                highest=str(highest),
                count=str(np.count_nonzero(wrong)),
            )
    faults.raise_if_any(LoanFaults)
    try:
        shape = np.broadcast_shapes(*(column.shape for column in columns))
    except ValueError:
        shape = ()
        faults.add(SHAPES_DIFFER, shapes=", ".join(str(column.shape) for column in columns))
    faults.raise_if_any(LoanFaults)
    principal, rate, term, done = (
        np.broadcast_to(column.astype(np.int64, copy=False), shape) for column in columns
    )
    wrong = done > term
    if wrong.any():
        path, value = _first("paid", done, wrong)
        faults.add(
            PAID_BEYOND_TERM,
            path,
            given=value,
            months=str(term[wrong][0]),
            count=str(np.count_nonzero(wrong)),
        )
        faults.raise_if_any(LoanFaults)
    return principal, rate, term, done


def _first(name: str, column: NDArray[np.integer], wrong: NDArray[np.bool_]) -> tuple[str, str]:
    """Gives the path and the value of the first wrong element: ("months[3]", "601")."""
    index = tuple(int(axis[0]) for axis in np.nonzero(np.atleast_1d(wrong)))
    value = np.atleast_1d(column)[index]
    path = f"{name}[{','.join(map(str, index))}]" if column.ndim else name
    return path, str(value)
