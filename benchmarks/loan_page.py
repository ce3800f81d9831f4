"""The page of a loan on the real server, for twenty people at once.

Twenty clients, each with an account and a saved loan of their own, read the saved loan and the
calculator in turn, and think between two pages. A page is timed on the server, by `timed`.
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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import attrs

from benchmarks.harness import Result
from benchmarks.timed import HEADER

if TYPE_CHECKING:
    import httpx

PEOPLE = 20
THINK_S = (0.5, 1.5)
LIMIT_S = 0.030
FLOOR = "/livez"  # what an answer costs that computes nothing
START_S = 60
ROOT = Path(__file__).resolve().parent.parent
CALCULATOR = {
    "principal": "215000", "currency": "EUR", "annual_rate": "3,35", "months": "300",
    "first_due": "2025-10-01", "on": "2025-12-09",
}  # fmt: skip


@attrs.frozen
class Person:
    """A client to sign in as, and the loan they saved."""

    email: str
    password: str
    loan_id: str


def measure(*, quick: bool) -> Iterator[Result]:
    """Serve, sign everybody in, let them read; give the 95th percentile of each page."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "COMPTOIR_ENV": "development",
            "COMPTOIR_DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "COMPTOIR_FILES": str(Path(folder) / "files"),
            # Everybody comes from one address here, where an installation sees one each.
            "COMPTOIR_RATE_LIMIT": "1000000 per minute",
        }
        people = _prepare(environment)
        with _served(environment) as address:
            times = _read(address, people, seconds=8 if quick else 40)
    floor = [taken_s for taken_s, _ in times.pop(FLOOR)]
    for page, answers in times.items():
        figures = sorted(taken_s for taken_s, _ in answers)
        cpu = _percentile(cpu_s for _, cpu_s in answers)
        yield Result(
            subject="loan_page",
            name=f"{page}, {PEOPLE} people: 95th percentile on the server",
            median=_percentile(figures),
            at_most=LIMIT_S,
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


def _prepare(environment: Mapping[str, str]) -> list[Person]:
    """Create the database, the accounts and the loans."""
    import svcs
    from sqlalchemy import Engine

    from comptoir_web.identity.roles import Role
    from comptoir_web.identity.service import IdentityService
    from comptoir_web.settings import Settings
    from comptoir_web.storage import ALL_MIGRATIONS
    from comptoir_web.wiring import build_registry, utc_now
    from shared_kernel import money
    from shared_kernel.engine import transaction
    from shared_kernel.migrations import upgrade
    from wealth_core.loans import Loan, LoanPlan
    from wealth_core.storage import LoanStore

    plan = LoanPlan(Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1)))
    people = []
    registry = build_registry(Settings.from_environ(environment))
    with registry, svcs.Container(registry) as container:
        engine = container.get(Engine)
        upgrade(engine, ALL_MIGRATIONS)
        for number in range(PEOPLE):
            email, password = f"client{number}@example.com", secrets.token_urlsafe(12)
            user = container.get(IdentityService).create_user(
                email=email, name=f"Client {number}", role=Role.CLIENT, password=password
            )
            with transaction(engine) as connection:
                saved = LoanStore(connection).add(user.id, "Maison", plan, at=utc_now())
            people.append(Person(email, password, saved.id))
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
    address: str, people: Sequence[Person], *, seconds: float
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
        parts = threads.map(_stay, browsers, people, range(len(people)), [seconds] * len(people))
        for part in parts:
            for page, taken_s, cpu_s in part:
                times[page].append((taken_s, cpu_s))
    return times


def _arrive(browser: httpx.Client, person: Person) -> None:
    """Sign in, and see each page once: the first visit pays for late imports, as the first ever."""
    _sign_in(browser, person)
    for path in _pages(person).values():
        browser.get(path).raise_for_status()


def _stay(
    browser: httpx.Client, person: Person, seed: int, seconds: float
) -> list[tuple[str, float, float]]:
    """Read and think in turn; give each page with its seconds."""
    thinks = random.Random(seed)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for page, path in _pages(person).items():
            if page != FLOOR:
                time.sleep(thinks.uniform(*THINK_S))
            answer = browser.get(path)
            answer.raise_for_status()
            if page != FLOOR and not re.search("213.619,42", answer.text):
                raise RuntimeError(f"{page} does not say what is owed")
            taken_ms, cpu_ms = map(float, re.findall(r"dur=([0-9.]+)", answer.headers[HEADER]))
            times.append((page, taken_ms / 1e3, cpu_ms / 1e3))
    return times


def _pages(person: Person) -> dict[str, str]:
    return {
        "a saved loan": f"/plateforme/prets/{person.loan_id}?on=2025-12-09",
        "the calculator": f"/plateforme/prets/calcul?{urlencode(CALCULATOR)}",
        FLOOR: FLOOR,
    }


def _sign_in(browser: httpx.Client, person: Person) -> None:
    form = browser.get("/plateforme/connexion")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
    if token is None:
        raise RuntimeError("the sign-in page has no form")
    typed = {"email": person.email, "password": person.password, "csrf_token": token[1]}
    answer = browser.post("/plateforme/connexion", data=typed)
    answer.raise_for_status()
    if answer.url.path.endswith("/connexion"):
        raise RuntimeError("a client could not sign in")
