"""One schedule of 300 months: its columns of minor units, and its rows of money read out whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from benchmarks.harness import Result, cpu_times

PEER = "amortization"
RATIO = 0.3


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure beside `amortization`, which makes rows of floats; all take turns."""
    from amortization.schedule import (
        amortization_schedule,
    )

    from shared_kernel import money
    from wealth_core.loans import EXACT, Insurance, Loan, Schedule, schedule

    loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    insured = Loan(
        money("215000", "EUR"),
        Decimal("0.0335"),
        300,
        date(2025, 10, 1),
        insurance=[Insurance(Decimal("0.0036"))],
    )

    def columns(table: Schedule) -> tuple[object, ...]:
        return (
            table.instalment_column,
            table.interest_column,
            table.principal_column,
            table.balance_column,
        )

    def every_column(table: Schedule) -> tuple[object, ...]:
        return (*columns(table), table.insurance_column, table.fees_column, table.dues)

    def amounts(table: Schedule) -> list[object]:
        return [
            (
                row.number, row.due, row.instalment, row.interest, row.principal, row.insurance,
                row.fees, row.balance,
            )
            for row in table
        ]  # fmt: skip

    times = cpu_times(
        {
            PEER: lambda: list(amortization_schedule(215_000.0, 0.0335, 300)),
            "columns": lambda: columns(schedule(loan)),
            "rows": lambda: schedule(loan).rows,
            "every": lambda: every_column(schedule(loan)),
            "insured": lambda: every_column(schedule(insured)),
            "exact": lambda: every_column(schedule(loan, rounding=EXACT)),
            "amounts": lambda: amounts(schedule(loan)),
        },
        runs=5 if quick else 21,
    )
    said = {
        "columns": ("CENT, the peer's columns", RATIO, "instalment, interest, principal, balance"),
        "rows": ("CENT, rows", RATIO, "a row makes an amount of money when it is asked for"),
        "every": ("CENT, every column", None, "with insurance, fees and due dates"),
        "insured": ("CENT, insured, every column", None, "with insurance, fees and due dates"),
        "exact": ("EXACT, every column", None, "with insurance, fees and due dates"),
        "amounts": ("CENT, all 2,400 values of the rows", None, "1,800 of them exact amounts"),
    }
    for key, (name, ratio, note) in said.items():
        yield Result(
            subject="schedules",
            name=f"300 months, {name}: CPU",
            median=times[key],
            peer=PEER,
            peer_median=times[PEER],
            ratio_at_most=ratio,
            note=note,
        )
