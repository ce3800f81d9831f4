"""How long it takes to start: a library's import, the command's help."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Result, command_times


def script(name: str) -> str:
    """Find an installed command beside this interpreter."""
    suffix = ".exe" if sys.platform == "win32" else ""
    return str(Path(sysconfig.get_path("scripts")) / f"{name}{suffix}")


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure whole processes, from their start to their end, the bare interpreter's included."""
    python = [sys.executable, "-c"]
    commands = {
        "nothing": [*python, "pass"],
        "numpy": [*python, "import numpy"],
        "flask": [script("flask"), "--help"],
        "shared_kernel": [*python, "import shared_kernel"],
        "wealth_core": [*python, "import wealth_core"],
        "comptoir": [script("comptoir"), "--help"],
    }
    times = command_times(commands, runs=5 if quick else 21)
    bare = f"whole processes; a bare interpreter takes {times['nothing'] * 1e3:.0f} ms of them"
    for package in ("shared_kernel", "wealth_core"):
        yield Result(
            subject="starting", name=f"import {package}", median=times[package], at_most=0.15,
            peer="import numpy", peer_median=times["numpy"], note=bare,
        )  # fmt: skip
    yield Result(
        subject="starting", name="comptoir --help", median=times["comptoir"], at_most=0.25,
        peer="flask --help", peer_median=times["flask"],
    )  # fmt: skip
