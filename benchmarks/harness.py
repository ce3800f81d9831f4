"""How things are measured here, and how the results are told.

A figure is a median of several runs. Where there is a peer, the two take turns in the same
process, so that a busy machine slows both; the ratio between them is then worth more than either.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import ParamSpec, TypeVar

import attrs

_P = ParamSpec("_P")
_T = TypeVar("_T")

BUSY = 0.5
"""A load a core above this disturbs what is measured on the clock."""

_UNITS = {"s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))}


@attrs.frozen(kw_only=True)
class Result:
    """One figure, and what was asked of it.

    Args:
        subject: The module that measured it.
        name: What was measured, in a few words.
        median: The figure, in `unit`.
        unit: `s`, `MiB` or `share` (of 1).
        at_most: The figure may not exceed this.
        at_least: The figure may not be below this.
        peer: What stands beside it, and its own figure in the same unit.
        peer_median: The peer's figure.
        ratio_at_most: The figure over the peer's may not exceed this.
        note: What a reader must know to take the figure for what it is.
    """

    subject: str
    name: str
    median: float
    unit: str = "s"
    at_most: float | None = None
    at_least: float | None = None
    peer: str = ""
    peer_median: float | None = None
    ratio_at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure over the peer's."""
        return self.median / self.peer_median if self.peer_median else None

    @property
    def target(self) -> str:
        """What was asked, as the table shows it; nothing when nothing was."""
        said = []
        if self.at_most is not None:
            said.append(f"<= {shown(self.at_most, self.unit)}")
        if self.at_least is not None:
            said.append(f">= {shown(self.at_least, self.unit)}")
        if self.ratio_at_most is not None:
            said.append(f"<= {self.ratio_at_most:g} of the peer")
        return ", ".join(said)

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None when nothing was asked."""
        asked = (self.at_most, self.at_least, self.ratio_at_most)
        if asked == (None, None, None):
            return None
        return (
            (self.at_most is None or self.median <= self.at_most)
            and (self.at_least is None or self.median >= self.at_least)
            and (
                self.ratio_at_most is None
                or (self.ratio is not None and self.ratio <= self.ratio_at_most)
            )
        )


def shown(value: float, unit: str) -> str:
    """Write a figure for people: 0.00021 s is 210 us."""
    for scale, name in _UNITS.get(unit, ()):
        if abs(value) >= scale or name == "ns":
            return f"{value / scale:.3g} {name}"
    return f"{value:.4%}" if unit == "share" else f"{value:.4g} {unit}"


def cpu_times(
    functions: Mapping[str, Callable[[], object]], *, runs: int = 15, at_least_s: float = 0.02
) -> dict[str, float]:
    """Give the median CPU seconds of one call of each function, the functions taking turns.

    A function that is quicker than `at_least_s` is called several times a run, since the clock of
    the process counts in steps. The collector of cycles rests while a run is measured.
    """
    calls = {}
    for name, function in functions.items():
        function()  # the first call pays for caches and late imports
        number = 1
        while (taken := _cpu(function, number)) < at_least_s:
            number = max(2 * number, int(number * at_least_s / max(taken, 1e-6)) + 1)
        calls[name] = number
    taken_s: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(runs):
        for name, function in functions.items():
            taken_s[name].append(_cpu(function, calls[name]) / calls[name])
    return {name: statistics.median(times) for name, times in taken_s.items()}


def _cpu(function: Callable[[], object], number: int) -> float:
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        for _ in range(number):
            function()
        return time.process_time() - began
    finally:
        gc.enable()


def command_times(
    commands: Mapping[str, Sequence[str]], *, runs: int = 15, env: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Give the median wall seconds from start to end of each command, the commands taking turns.

    Raises:
        subprocess.CalledProcessError: A command failed.
    """
    environment = {**os.environ, **(env or {})}
    taken_s: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):  # the first round warms the disk's cache
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=environment)
            if run:
                taken_s[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in taken_s.items()}


def alone(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> tuple[_T, float]:
    """Run a function in a new process held to one core; give its result and its peak in MiB.

    Raises:
        RuntimeError: The process ended without a result; it has said why on stderr.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(theirs, function, args, kwargs))
    process.start()
    theirs.close()
    try:
        value, peak_mib = ours.recv()
    except EOFError:
        raise RuntimeError(f"{function.__name__} failed in its process") from None
    finally:
        process.join()
    return value, peak_mib


def _report(
    pipe: multiprocessing.connection.Connection[object, object],
    function: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    value = function(*args, **kwargs)
    pipe.send((value, _peak_mib()))


def _peak_mib() -> float:
    """Give the most memory this process held, in MiB.

    Linux keeps in `ru_maxrss` what the parent held when it started this process, hence the other
    source there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    per_mib = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib


def table(results: Iterable[Result]) -> str:
    """Write the results as a table of text, the notes below it."""
    head = ("subject", "what", "median", "peer", "its median", "ratio", "target", "")
    verdicts = {True: "met", False: "MISSED", None: ""}
    lines: list[tuple[str, ...]] = [head]
    notes: list[str] = []
    for result in results:
        mark = ""
        if result.note:
            if result.note not in notes:
                notes.append(result.note)
            mark = f" [{notes.index(result.note) + 1}]"
        lines.append(
            (
                result.subject,
                result.name + mark,
                shown(result.median, result.unit),
                result.peer,
                "" if result.peer_median is None else shown(result.peer_median, result.unit),
                "" if result.ratio is None else f"{result.ratio:.3g}",
                result.target,
                verdicts[result.met],
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, tuple("-" * width for width in widths))
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*text, "", *(f"[{n}] {note}" for n, note in enumerate(notes, 1))])


def load() -> float:
    """Give how many processes wanted to run in the last minute, a core; 0 where nobody counts."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0


def write_json(path: Path, results: Iterable[Result], *, load: float) -> None:
    """Write the results with what they were measured on."""
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_a_core_before": round(load, 2),
        "versions": {name: metadata.version(name) for name in ("numpy", "comptoir-wealth")},
        "results": [
            {**attrs.asdict(result), "ratio": result.ratio, "met": result.met} for result in results
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
