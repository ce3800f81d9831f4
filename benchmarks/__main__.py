"""Measure, print a table of medians, write the JSON, end with code 1 when a target is missed."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from benchmarks import harness

SUBJECTS = (
    "starting", "schedules", "rates", "balances", "networth", "loan_page", "dashboard_page",
    "recompute", "quote_page", "pooling", "bookings", "quoting",
)  # fmt: skip


def main() -> int:
    """Run the subjects asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    parser.add_argument("--json", type=Path, default=Path("var/benchmarks.json"), metavar="PATH")
    parser.add_argument(
        "--quick", action="store_true", help="check samples only; the table says which"
    )
    options = parser.parse_args()
    unknown = sorted(set(options.subjects) - set(SUBJECTS))
    if unknown:
        parser.error(f"unknown subject {', '.join(unknown)}: choose from {', '.join(SUBJECTS)}")

    busy = harness.load()
    results: list[harness.Result] = []
    for subject in options.subjects or SUBJECTS:
        began = time.perf_counter()
        print(f"measuring {subject} ...", end=" ", flush=True, file=sys.stderr)
        module = importlib.import_module(f"benchmarks.{subject}")
        results += module.measure(quick=options.quick)
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(harness.table(results))
    harness.write_json(options.json, results, load=busy)
    if busy > harness.BUSY:
        print(
            f"the machine was already at work (load {busy:.1f} a core): times on the clock are "
            "longer than on a quiet one",
            file=sys.stderr,
        )
    missed = [result for result in results if result.met is False]
    for result in missed:
        print(f"missed: {result.subject}, {result.name}: {result.target}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":  # spawned processes import this module again
    sys.exit(main())
