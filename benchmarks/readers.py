"""Twenty people who read pages of the real server at once, and how long each page takes there.

Each has an account of their own with what a benchmark puts in it, reads its pages in turn, and
thinks between two of them. A page is timed on the server, by `timed`.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from benchmarks.harness import Result
from benchmarks.timed import HEADER

if TYPE_CHECKING:
    import httpx
    import svcs

    from comptoir_web.identity.users import User

PEOPLE = 20
THINK_S = (0.5, 1.5)
FLOOR = "/livez"  # what an answer costs that computes nothing
START_S = 60
ROOT = Path(__file__).resolve().parent.parent


@attrs.frozen
class Person:
    """Someone to sign in as.

    Attributes:
        email: Their address.
        password: Their password.
        pages: What they read: for each page its name and its path.
    """

    email: str
    password: str
    pages: Mapping[str, str]


Furnish = Callable[["svcs.Container", "User"], Mapping[str, str]]
"""Puts what is looked at into an account; gives its pages, as in `Person.pages`."""


def measure_pages(
    subject: str,
    furnish: Furnish,
    *,
    says: str,
    limit_s: float,
    seconds: float,
    role: str = "client",
) -> Iterator[Result]:
    """Serve, sign everybody in, let them read; give the 95th percentile of each page.

    Args:
        subject: The module that asks.
        furnish: Prepares an account.
        says: What each page must say, as a pattern: an error is quick to show as well.
        limit_s: What no 95th percentile may exceed.
        seconds: How long everybody reads.
        role: What the accounts are.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "COMPTOIR_ENV": "development",
            "COMPTOIR_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "COMPTOIR_FILES": str(Path(folder) / "files"),
            # Everybody comes from one address here, where an installation sees one each.
            "COMPTOIR_RATE_LIMIT": "1000000 per minute",
        }
        people = prepare(environment, furnish, role=role)
        with _served(environment) as address:
            times = _read(address, people, says=says, seconds=seconds)
    floor = [taken_s for taken_s, _ in times.pop(FLOOR)]
    for page, answers in times.items():
        figures = sorted(taken_s for taken_s, _ in answers)
        cpu = _percentile(cpu_s for _, cpu_s in answers)
        yield Result(
            subject=subject,
            name=f"{page}, {PEOPLE} people: 95th percentile on the server",
            median=_percentile(figures),
            at_most=limit_s,
            peer=FLOOR,
            peer_median=_percentile(floor),
            note=f"{len(figures)} pages, median {figures[len(figures) // 2] * 1e3:.1f} ms, longest "
            f"{figures[-1] * 1e3:.1f} ms, 95th percentile of the CPU time {cpu * 1e3:.1f} ms; "
            f"SQLite, two workers, readers on the same machine who think for {THINK_S[0]} to "
            f"{THINK_S[1]} s",
        )


def _percentile(figures: Iterable[float]) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def prepare(
    environment: Mapping[str, str], furnish: Furnish, *, role: str = "client"
) -> list[Person]:
    """Create the database, the accounts and what is in them."""
    import svcs
    from sqlalchemy import Engine

    from comptoir_web.identity.service import IdentityService
    from comptoir_web.settings import Settings
    from comptoir_web.storage import ALL_MIGRATIONS
    from comptoir_web.wiring import build_registry
    from shared_kernel.migrations import upgrade

    people = []
    registry = build_registry(Settings.from_environ(environment))
    with registry, svcs.Container(registry) as container:
        upgrade(container.get(Engine), ALL_MIGRATIONS)
        for number in range(PEOPLE):
            email, password = f"{role}{number}@example.com", secrets.token_urlsafe(12)
            user = container.get(IdentityService).create_user(
                email=email, name=f"Reader {number}", role=role, password=password
            )
            people.append(Person(email, password, furnish(container, user)))
    return people


@contextmanager
def _served(environment: Mapping[str, str]) -> Iterator[str]:
    """Serve on a free port for the length of the block."""
    import httpx

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.timed", str(port)],
        cwd=ROOT,
        env={**os.environ, **environment, "COMPTOIR_PUBLIC_URL": address},
        stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + START_S
        while True:
            try:
                if httpx.get(f"{address}/readyz").is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server did not start; it has said why above")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _read(
    address: str, people: Sequence[Person], *, says: str, seconds: float
) -> dict[str, list[tuple[float, float]]]:
    """Let everybody read at once; give the seconds on the server, and of its CPU, by page."""
    import httpx

    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with ThreadPoolExecutor(len(people)) as threads, ExitStack() as stack:
        browsers = [
            stack.enter_context(httpx.Client(base_url=address, follow_redirects=True, timeout=30))
            for _ in people
        ]
        list(threads.map(_arrive, browsers, people))
        stays = [
            threads.submit(_stay, browser, person, seed, says=says, seconds=seconds)
            for seed, (browser, person) in enumerate(zip(browsers, people, strict=True))
        ]
        for stay in stays:
            for page, taken_s, cpu_s in stay.result():
                times[page].append((taken_s, cpu_s))
    return times


def _arrive(browser: httpx.Client, person: Person) -> None:
    """Sign in, and see each page once: the first visit pays for late imports, as the first ever."""
    _sign_in(browser, person)
    for path in person.pages.values():
        browser.get(path).raise_for_status()


def _stay(
    browser: httpx.Client, person: Person, seed: int, *, says: str, seconds: float
) -> list[tuple[str, float, float]]:
    """Read and think in turn; give each page with its seconds."""
    thinks = random.Random(seed)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for page, path in (*person.pages.items(), (FLOOR, FLOOR)):
            if page != FLOOR:
                time.sleep(thinks.uniform(*THINK_S))
            answer = browser.get(path)
            answer.raise_for_status()
            if page != FLOOR and not re.search(says, answer.text):
                raise RuntimeError(f"{page} does not say {says}")
            taken_ms, cpu_ms = map(float, re.findall(r"dur=([0-9.]+)", answer.headers[HEADER]))
            times.append((page, taken_ms / 1e3, cpu_ms / 1e3))
    return times


def _sign_in(browser: httpx.Client, person: Person) -> None:
    form = browser.get("/plateforme/connexion")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
    if token is None:
        raise RuntimeError("the sign-in page has no form")
    typed = {"email": person.email, "password": person.password, "csrf_token": token[1]}
    answer = browser.post("/plateforme/connexion", data=typed)
    answer.raise_for_status()
    if answer.url.path.endswith("/connexion"):
        raise RuntimeError("someone could not sign in")
