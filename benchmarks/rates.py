"""One annual percentage rate: an exact ten decimals, beside the library that Python users take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from benchmarks.harness import Result, cpu_times

LIMIT_S = 0.0005


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure the loan of the European Commission's first example, and one with insurance."""
    import pyxirr

    from shared_kernel import money
    from wealth_core.loans import Fee, Insurance, Loan, apr

    first = Loan(
        money("200000", "EUR"),
        Decimal("0.06"),
        240,
        date(2015, 2, 1),
        fees=[Fee(money("4000", "EUR"))],
    )
    insured = Loan(
        money("215000", "EUR"),
        Decimal("0.0335"),
        300,
        date(2025, 10, 1),
        insurance=[Insurance(Decimal("0.0036"))],
        fees=[Fee(money("1500", "EUR"))],
    )
    flows = [196_000.0] + [-1_432.86] * 240
    times = cpu_times(
        {
            "first": lambda: apr(first),
            "insured": lambda: apr(insured),
            "signed": lambda: apr(first, signed_on=date(2015, 1, 12)),
            "pyxirr": lambda: pyxirr.irr(flows),
        },
        runs=5 if quick else 21,
    )
    names = {
        "first": "240 months with a fee",
        "insured": "300 months, insured, with a fee",
        "signed": "240 months from the day of signature",
    }
    for key, name in names.items():
        yield Result(
            subject="rates",
            name=f"APR of {name}: CPU",
            median=times[key],
            at_most=LIMIT_S,
            peer="pyxirr.irr",
            peer_median=times["pyxirr"],
            note="ours from the terms of the loan, ten decimals; the peer from ready flows, floats",
        )
