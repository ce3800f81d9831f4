"""Balances of many loans at once: equal to the CENT schedule for every loan, to the minor unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import from_minor, to_minor
from wealth_core.errors import LoanFaults
from wealth_core.loans import CENT, Loan, _minor, bulk, schedule
from wealth_core.loans.bulk import remaining_balances

if TYPE_CHECKING:
    Columns = tuple[bulk.Ints, ...]

RANDOM = np.random.default_rng(20251209)
# Rates whose month's interest hits exact halves (multiples of a divisor of 6,000,000), and primes
# that never share a factor with it.
RATES = (0, 1, 7, 24, 128, 3_000, 6_000, 24_000, 30_000, 33_500, 60_000, 99_991, 120_000, 249_989)


def columns(
    count: int, *, lowest: int = 1, highest: int = 10**12, rates: tuple[int, ...] = ()
) -> Columns:
    """Draw loans, spread evenly or (every second one) evenly in the number of digits."""
    even = RANDOM.integers(lowest, highest + 1, count)
    digits = np.exp(RANDOM.uniform(np.log(lowest), np.log(highest), count)).astype(np.int64)
    principal = np.where(np.arange(count) % 2, even, np.clip(digits, lowest, highest))
    rate = RANDOM.choice(rates, count) if rates else RANDOM.integers(0, 250_001, count)
    months = RANDOM.integers(1, 481, count)
    return principal, rate, months, RANDOM.integers(0, months + 1)


def assert_exact(loans: Columns) -> None:
    """Compare the fast way with the scalar one, and show the loans that differ."""
    wrong = np.flatnonzero(remaining_balances(*loans) != bulk._simple(*loans))
    assert not wrong.size, [tuple(int(c[i]) for c in loans) for i in wrong[:5]]


loan_numbers = st.integers(1, 600).flatmap(
    lambda months: st.tuples(
        st.one_of(st.integers(1, 10**12), st.integers(1, 10_000)),
        st.one_of(st.integers(0, 999_999), st.sampled_from(RATES)),
        st.just(months),
        st.integers(0, months),
    )
)


def test_the_worked_example() -> None:
    """215,000 EUR at 3.35 % over 25 years, three instalments paid: 213,619.42 EUR are owed."""
    assert remaining_balances(215_000_00, 33_500, 300, 3) == 213_619_42


@given(numbers=loan_numbers)
@settings(max_examples=150, deadline=None)
def test_the_scalar_way_is_the_schedule(numbers: tuple[int, int, int, int]) -> None:
    """Every balance of the CENT schedule is what the scalar and the fast way give."""
    principal, ppm, months, _ = numbers
    loan = Loan(from_minor(principal, "EUR"), Decimal(ppm) / 10**6, months, date(2025, 10, 1))
    rows = [to_minor(row.balance) for row in schedule(loan, rounding=CENT)]
    table = [principal, *rows] + [0] * (months - len(rows))  # a table may end early
    paid = np.arange(months + 1)
    loans = (*(np.full(months + 1, number) for number in (principal, ppm, months)), paid)
    assert bulk._simple(*loans).tolist() == table
    assert remaining_balances(*loans).tolist() == table


@given(numbers=st.lists(loan_numbers, min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_the_fast_way_is_the_scalar_way(numbers: list[tuple[int, int, int, int]]) -> None:
    """Any loans of any terms, mixed in one call, give the scalar result in the order asked."""
    principal, ppm, months, paid = (
        np.array(column, dtype=np.int64) for column in zip(*numbers, strict=True)
    )
    assert_exact((principal, ppm, months, paid))


@pytest.mark.parametrize(
    "loans",
    [
        pytest.param(columns(6_000), id="any"),
        pytest.param(columns(3_000, lowest=10**11), id="large"),
        pytest.param(columns(3_000, highest=1_000), id="tiny"),
        pytest.param(columns(4_000, rates=RATES), id="rates with exact halves"),
        pytest.param(columns(3_000, lowest=10**7, highest=10**9), id="where the bounds change"),
    ],
)
def test_every_loan_is_exact(loans: Columns) -> None:
    """Not one loan of thousands differs by a minor unit."""
    assert_exact(loans)


@pytest.mark.parametrize("ppm", [24, 3_000, 6_000, 24_000, 30_000, 60_000, 120_000, 240_000])
def test_exact_halves_are_rounded_up(ppm: int) -> None:
    """A month's interest of exactly half a unit is rounded up, whatever the size of the loan."""
    step = 12_000_000 // ppm  # the interest ends in a half when the balance is step/2 mod step
    size = np.array([0, 1, 10**3, 10**6, 10**9, 10**12], dtype=np.int64) // step
    principal = np.clip(size * step + step // 2, 1, 10**12 - step // 2)
    assert (principal * ppm % 12_000_000 == 6_000_000).any()
    months, paid = np.meshgrid([2, 12, 300, 480], [1, 2, 11, 299])
    every = np.broadcast_arrays(principal[:, None, None], np.int64(ppm), months, paid)
    kept = every[3] <= every[2]
    assert_exact(tuple(column[kept] for column in every))


def test_doubtful_loans_are_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large loans at odd rates do come near a rounding boundary, and are then done in int64."""
    again: list[int] = []
    exact = bulk._block_exact

    def counted(
        principal: bulk.Ints, rate: bulk.Ints, months: bulk.Ints, paid: bulk.Ints
    ) -> bulk.Ints:
        again.append(len(principal))
        return exact(principal, rate, months, paid)

    monkeypatch.setattr(bulk, "_block_exact", counted)
    principal = RANDOM.integers(9 * 10**11, 10**12, 20_000)
    loans = (principal, np.full(20_000, 249_989), np.full(20_000, 480), np.full(20_000, 400))
    fast = remaining_balances(*loans)
    assert 20 < sum(again) < 10_000
    assert (fast == exact(*loans)).all()
    sample: bulk.Ints = np.arange(0, 20_000, 50)
    assert_exact(tuple(column[sample] for column in loans))


def test_the_steps_in_int64_are_the_scalar_way() -> None:
    """The way that doubtful loans take is itself exact."""
    principal, ppm, months, paid = columns(3_000)
    inside = np.flatnonzero((paid > 0) & (paid < months))
    inside = inside[np.argsort(-paid[inside], kind="stable")]
    loans = (principal[inside], ppm[inside], months[inside], paid[inside])
    assert (bulk._block_exact(*loans) == bulk._simple(*loans)).all()


@pytest.mark.parametrize(
    "loans",
    [
        columns(4_000),
        columns(4_000, rates=RATES),
        # one and two months: the instalment often lies exactly half-way between two units
        (np.arange(1, 4_001), np.full(4_000, 60_000), np.full(4_000, 1), np.ones(4_000, int)),
        (np.arange(1, 4_001), np.full(4_000, 0), np.full(4_000, 2), np.ones(4_000, int)),
        (10**12 - np.arange(4_000), np.full(4_000, 6_000), np.full(4_000, 1), np.ones(4_000, int)),
        (10**12 - np.arange(4_000), np.full(4_000, 1), np.full(4_000, 600), np.ones(4_000, int)),
    ],
    ids=["any", "halves", "one month", "free of interest", "large", "smallest rate"],
)
def test_instalments_are_exact(loans: Columns) -> None:
    """The instalment is the exact annuity rounded half up, ties and near-ties too."""
    principal, ppm, months, _ = loans
    want = [
        _minor.quoted_instalment_minor(lent, rate, 12_000_000, term)
        for lent, rate, term in zip(principal.tolist(), ppm.tolist(), months.tolist(), strict=True)
    ]
    assert bulk._instalments(principal, ppm, months).tolist() == want


def test_ties_that_floats_miss_are_rounded_up() -> None:
    """One instalment of P (1 + r) that ends in a half goes up, where floats fall just below it."""
    principal = np.array([254_722_350_000, 954_458_250_000, 136_310_750_000, 92_419_600_000])
    ppm = np.array([36_040, 217_256, 64_248, 21_435])
    owed_in_halves = 2 * principal + principal * ppm // 6_000_000
    assert (owed_in_halves % 2 == 1).all()
    rate = ppm / 12e6
    floats = np.floor(principal * rate / -np.expm1(-np.log1p(rate)) + 0.5)
    assert (2 * floats < owed_in_halves).any()
    exact = bulk._instalments(principal, ppm, np.ones(4, dtype=np.int64))
    assert (2 * exact == owed_in_halves + 1).all()


def test_the_float_instalment_is_well_within_its_bound() -> None:
    """The bound on the error of expm1 and log1p leaves a factor of eight at least."""
    worst = Fraction(0)
    for ppm in (1, 2, 99, 33_500, 250_000, 999_999, *RANDOM.integers(1, 10**6, 60).tolist()):
        for months in (1, 2, 17, 300, 600):
            rate = Fraction(ppm, 12_000_000)
            true = rate / (1 - (1 + rate) ** -months)
            level = float(ppm / 12e6 / -np.expm1(-months * np.log1p(ppm / 12e6)))
            worst = max(worst, abs(Fraction(level) / true - 1))
    assert worst < Fraction(_minor.INSTALMENT_ERROR) / 8


@pytest.mark.parametrize("block", [1, 2, 7, 64])
def test_blocks_do_not_change_the_result(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a block of loans ends has no effect on any of them."""
    loans = columns(130)
    want = remaining_balances(*loans)
    monkeypatch.setattr(bulk, "_BLOCK", block)
    assert (remaining_balances(*loans) == want).all()


def test_before_the_first_and_after_the_last_instalment() -> None:
    """Nothing paid leaves the principal; everything paid leaves nothing."""
    principal, rate, months, _ = columns(500)
    assert (remaining_balances(principal, rate, months, np.zeros(500, int)) == principal).all()
    assert not remaining_balances(principal, rate, months, months).any()


def test_a_loan_too_small_for_its_instalment() -> None:
    """One cent over 300 months: the instalment rounds to nothing, the last one pays the cent."""
    assert remaining_balances(1, 33_500, 300, [1, 299, 300]).tolist() == [1, 1, 0]


def test_a_table_that_ends_early() -> None:
    """Three cents over five months are repaid after the third, and stay repaid."""
    assert remaining_balances(3, 0, 5, [0, 1, 2, 3, 4, 5]).tolist() == [3, 2, 1, 0, 0, 0]
    assert_exact(columns(3_000, highest=400))


def test_the_farthest_corners() -> None:
    """The highest rate, the longest term and the largest principal together overflow nothing."""
    corners = np.meshgrid(
        [1, 2, 10**12 - 1, 10**12], [0, 1, 999_998, 999_999], [1, 2, 599, 600], [0, 1, 2, 598, 600]
    )
    principal, ppm, months, paid = (axis.ravel() for axis in corners)
    assert_exact((principal, ppm, months, np.minimum(paid, months)))


def test_shapes_and_integer_types() -> None:
    """Single numbers spread over arrays; any integer type is taken; the result is int64."""
    paid = np.arange(6, dtype=np.uint8).reshape(2, 3)
    grid = remaining_balances(np.int32(100_000), 33_500, 12, paid[:, ::-1])
    assert grid.shape == (2, 3)
    assert grid.dtype == np.int64
    assert grid[0, 2] == 100_000
    assert grid[1, 0] == remaining_balances(100_000, 33_500, 12, 5)
    large = np.array([10**12], dtype=np.uint64)
    assert remaining_balances(large, [0], [10], [1]).tolist() == [9 * 10**11]
    assert remaining_balances([], [], [], []).shape == (0,)


def test_the_arguments_are_left_alone() -> None:
    """The arrays given are read, never written to."""
    loans = columns(50)
    copies = [column.copy() for column in loans]
    for column in loans:
        column.setflags(write=False)
    remaining_balances(*loans)
    assert all((a == b).all() for a, b in zip(loans, copies, strict=True))


@pytest.mark.parametrize(
    ("arguments", "path", "said"),
    [
        (([1.5], 0, 1, 0), "principal_minor", "float64"),
        (([100.0], 0, 1, 0), "principal_minor", "float64"),
        (([100, 200], [0, True], 1, 0), "", ""),
        ((True, 0, 1, 0), "principal_minor", "bool"),
        ((["1"], 0, 1, 0), "principal_minor", "whole numbers"),
        (([10**30], 0, 1, 0), "principal_minor", "object"),
        (([[1, 2], [3]], 0, 1, 0), "principal_minor", "list are not whole numbers"),
        (([5, 0], 0, 1, 0), "principal_minor[1]", "0 is not between 1 and 1000000000000"),
        (([5, -7], 0, 1, 0), "principal_minor[1]", "-7 is not between"),
        (([10**12 + 1], 0, 1, 0), "principal_minor[0]", "1000000000001 is not between"),
        ((5, [1, 2, 1_000_000], 1, 0), "annual_rate_ppm[2]", "1000000 is not between 0 and 999999"),
        ((5, -1, 1, 0), "annual_rate_ppm", "-1 is not between"),
        ((5, 0, [[12, 601]], 0), "months[0,1]", "601 is not between 1 and 600"),
        ((5, 0, 0, 0), "months", "0 is not between"),
        ((5, 0, 12, [3, -1]), "paid[1]", "-1 is not between"),
        ((5, 0, [12, 24], [12, 25]), "paid[1]", "25 instalments cannot be paid of a loan of 24"),
        (([5, 6], 0, [12, 24, 36], 0), "", "(2,), (), (3,), ()"),
    ],
)
def test_bad_input_is_refused_with_its_place(
    arguments: tuple[object, object, object, object], path: str, said: str
) -> None:
    """Floats, values out of range and shapes that differ are refused, the index named."""
    if not path and not said:
        # a list of a number and a bool is an array of integers to numpy: nothing to refuse
        assert remaining_balances(*arguments).shape == (2,)  # type: ignore[arg-type]  # on purpose
        return
    with pytest.raises(LoanFaults) as refused:
        remaining_balances(*arguments)  # type: ignore[arg-type]  # bad input on purpose
    (fault,) = refused.value.faults
    assert fault.path == path
    assert said in fault.message


def test_every_wrong_argument_is_named_at_once() -> None:
    """One call tells of all four arguments, with the number of wrong values of each."""
    with pytest.raises(LoanFaults) as refused:
        remaining_balances([0, 0, 1], [-1], [0], [601])
    assert [fault.path for fault in refused.value.faults] == [
        "principal_minor[0]",
        "annual_rate_ppm[0]",
        "months[0]",
        "paid[0]",
    ]
    assert "values out of this range: 2" in refused.value.faults[0].message
