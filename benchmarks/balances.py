"""A million remaining balances: exact to the minor unit, on one core.

Two sets of loans: amounts spread evenly up to 10^12 minor units (the hardest for float64), and
spread evenly in their number of digits (nearer to what people borrow). Every balance is compared
with the CENT schedule's own whole-number table, one loan after the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.harness import Result, alone, cpu_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Loans = tuple[Ints, Ints, Ints, Ints]

COUNT = 1_000_000
CHUNK = 10_000
PEER_SAMPLE = 1_000
SPREADS = ("even amounts", "even digits")


def loans(spread: str, count: int = COUNT) -> Loans:
    """Draw the loans: 1 to 480 months, 0 to 25 %, 1 to 10^12 minor units, any number paid."""
    random = np.random.default_rng(20251209)
    if spread == "even amounts":
        principal = random.integers(1, 10**12 + 1, count)
    else:
        principal = np.exp(random.uniform(0.0, np.log(1e12), count)).astype(np.int64)
    rate_ppm = random.integers(0, 250_001, count)
    months = random.integers(1, 481, count)
    return principal, rate_ppm, months, random.integers(0, months + 1)


def closed_form(principal: Ints, rate_ppm: Ints, months: Ints, paid: Ints) -> Ints:
    """Do what one writes with numpy without thinking of cents: the annuity formula in floats."""
    force = np.log1p(np.where(rate_ppm == 0, 1, rate_ppm) / 12e6)
    owed = principal * np.expm1((paid - months) * force) / np.expm1(-months * force)
    without = principal * (1 - paid / months)
    return np.rint(np.where(rate_ppm == 0, without, owed)).astype(np.int64)


def time_ours(spread: str, runs: int) -> tuple[float, float]:
    """Time ours and numpy's closed form, taking turns, in CPU seconds."""
    from wealth_core.loans.bulk import remaining_balances

    drawn = loans(spread)
    times = cpu_times(
        {"ours": lambda: remaining_balances(*drawn), "numpy": lambda: closed_form(*drawn)},
        runs=runs,
    )
    return times["ours"], times["numpy"]


def run_once(spread: str) -> None:
    """Draw the loans and compute once: what the peak of memory is measured on."""
    from wealth_core.loans.bulk import remaining_balances

    remaining_balances(*loans(spread))


def scalar_balances(part: list[tuple[int, int, int, int]]) -> list[int]:
    """Give the balances out of the scalar tables of the CENT schedule."""
    from wealth_core.loans._minor import level_balances_minor, quoted_instalment_minor

    balances = []
    for principal, rate_ppm, months, paid in part:
        rate = (rate_ppm, 12_000_000)
        instalment = quoted_instalment_minor(principal, *rate, months)
        table = level_balances_minor(principal, *rate, months, instalment)
        table.insert(0, principal)
        balances.append(table[paid] if paid < len(table) else 0)  # a table may end early
    return balances


def share_equal(drawn: Loans, results: Ints) -> float:
    """Give the share of `results` that are the scalar schedule's, each one looked at."""
    rows = list(zip(*(column.tolist() for column in drawn), strict=True))
    parts = [rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        scalar = [balance for part in processes.map(scalar_balances, parts) for balance in part]
    return float((np.array(scalar) == results).mean())


def amortization_balances(drawn: Loans) -> list[int]:
    """Give the balances as the `amortization` library has them, in minor units of 1/100."""
    from amortization.schedule import amortization_schedule

    balances = []
    for principal, rate_ppm, months, paid in zip(*(c.tolist() for c in drawn), strict=True):
        balance = principal / 100
        for row in amortization_schedule(principal / 100, rate_ppm / 1e6, months):
            if row.number > paid:
                break
            balance = row.balance
        balances.append(round(balance * 100))
    return balances


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure both sets of loans."""
    from wealth_core.loans.bulk import remaining_balances

    for spread in SPREADS:
        drawn = loans(spread)
        checked: Loans = drawn if not quick else (drawn[0][:CHUNK], *(c[:CHUNK] for c in drawn[1:]))  # type: ignore[assignment]  # four columns
        ours = remaining_balances(*checked)
        (ours_s, numpy_s), _ = alone(time_ours, spread, 7)
        _, peak_mib = alone(run_once, spread)
        name = f"{COUNT:,} balances, {spread}"
        said = f"{len(ours):,} of {COUNT:,} compared one by one with the scalar CENT schedule"
        yield Result(
            subject="balances", name=f"{name}: CPU", median=ours_s, at_most=0.5,
            peer="numpy closed form", peer_median=numpy_s,
        )  # fmt: skip
        yield Result(
            subject="balances", name=f"{name}: peak memory", median=peak_mib, unit="MiB",
            at_most=1024, note="the whole process: Python, numpy and the four columns of input",
        )  # fmt: skip
        yield Result(
            subject="balances", name=f"{name}: equal to the schedule",
            median=share_equal(checked, ours), unit="share", at_least=1.0,
            peer="numpy closed form", peer_median=share_equal(checked, closed_form(*checked)),
            note=said,
        )  # fmt: skip
        yield _beside_amortization(spread, ours_s / COUNT)


def _beside_amortization(spread: str, ours_s: float) -> Result:
    sample = loans(spread, PEER_SAMPLE)
    work: dict[str, Callable[[], object]] = {"peer": lambda: amortization_balances(sample)}
    taken = cpu_times(work, runs=3)["peer"]
    equal = share_equal(sample, np.array(amortization_balances(sample)))
    return Result(
        subject="balances", name=f"one balance, {spread}: CPU", median=ours_s,
        peer="amortization", peer_median=taken / PEER_SAMPLE,
        note=f"the peer on {PEER_SAMPLE:,} loans: {equal:.1%} equal to the schedule",
    )  # fmt: skip
