"""Two hundred thousand net worths recomputed and saved, beside the same one by one.

Each profile has five assets and one loan, all different. On PostgreSQL, as durable as it comes, two
processes share the run; the ones that go one by one are two as well, on the same tables. SQLite has
one writer, hence one process.
"""

from __future__ import annotations

import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Result

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

    from sqlalchemy import Engine

    from wealth_core.quotes import QuoteBook

COUNT = 200_000
QUICK_COUNT = 20_000
RUNS = 3
ONE_BY_ONE = 600
PROCESSES = 2
DAY = date(2025, 12, 9)
NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
SUPPORT = Path(__file__).parent.parent / "tests" / "support"


def owner_of(number: int) -> str:
    """Give the owner of a number: an identifier as accounts have them, in no order."""
    return f"{(number * 0x9E3779B97F4A7C15) % 2**64:016x}{number:016x}"


def prices(at: datetime) -> QuoteBook:
    """Give the prices: what is in use, and as many others as a vendor gives."""
    from wealth_core.quotes import Quote, QuoteBook

    named = [
        Quote("crypto:BTC", "crypto:USDT", Decimal("95123.45"), at, "binance"),
        Quote("crypto:ETH", "EUR", Decimal("3030.2375"), at, "binance"),
        Quote("EUR", "crypto:USDT", Decimal("1.1632"), at, "binance"),
        Quote("USD", "EUR", Decimal("0.86"), at, "ecb"),
    ]
    others = [Quote(f"crypto:C{n}", "EUR", Decimal(n), at, "binance") for n in range(1, 500)]
    return QuoteBook([*named, *others], at=at)


def documents(count: int) -> Iterator[str]:
    """Draw documents of five assets and a loan, as the library writes them."""
    from shared_kernel import money
    from wealth_core.loans import Loan
    from wealth_core.networth import (
        CashAccount,
        CashKind,
        CryptoHolding,
        Debt,
        Envelope,
        Holdings,
        Investment,
        OtherGood,
        Property,
        holdings_to_json,
    )

    drawn = random.Random(20251209)
    shapes = []
    for _ in range(1_000):
        told = DAY - timedelta(days=drawn.randrange(120))
        first = date(drawn.randrange(2006, 2026), drawn.randrange(1, 13), drawn.choice((1, 5, 10)))
        rate = Decimal(drawn.randrange(50, 600)).scaleb(-4)
        loan = Loan(money("111111.11", "EUR"), rate, drawn.choice((180, 240, 300)), first)
        quantity = Decimal(drawn.randrange(1, 10**9)).scaleb(-8)
        symbol = drawn.choice(("BTC", "ETH"))
        currency = drawn.choice(("EUR", "EUR", "EUR", "USD"))
        flat = Property(
            "property-1",
            "Appartement Lyon",
            money("333333.33", "EUR"),
            told,
            ownership=Decimal(drawn.choice(("1", "0.5"))),
            loans=(Debt("property-1-loan-1", "Prêt immobilier", loan),),
        )
        held = Holdings(
            cash=(
                CashAccount(
                    "cash-1", "Livret A", CashKind.LIVRET_A, money("22222.22", "EUR"), told
                ),
            ),
            investments=(
                Investment("investment-1", "PEA", Envelope.PEA, money("44444.44", currency), told),
            ),
            properties=(flat,),
            crypto=(CryptoHolding("crypto-1", "Cryptos", symbol, quantity, told),),
            other_goods=(OtherGood("good-1", "Voiture", money("5555.55", "EUR"), told),),
        )
        shapes.append(holdings_to_json(held))
    for number in range(count):
        yield (
            shapes[number % len(shapes)]
            .replace('"111111.11"', f'"{drawn.randrange(40_000_00, 400_000_00) / 100:.2f}"')
            .replace('"22222.22"', f'"{drawn.randrange(30_000_00) / 100:.2f}"')
            .replace('"333333.33"', f'"{drawn.randrange(90_000_00, 900_000_00) / 100:.2f}"')
            .replace('"44444.44"', f'"{drawn.randrange(90_000_00) / 100:.2f}"')
        )


def fill(engine: Engine, count: int) -> None:
    """Save holdings as `HoldingsStore.save` does, many rows a statement."""
    from sqlalchemy import insert

    from shared_kernel.engine import transaction
    from shared_kernel.migrations import upgrade
    from wealth_core.networth import holdings_from_json, holdings_to_json
    from wealth_core.storage import MIGRATIONS, wealth_holdings
    from wealth_core.storage.holdings import seal

    upgrade(engine, [MIGRATIONS])
    with transaction(engine) as connection:
        rows = []
        for number, document in enumerate(documents(count)):
            if number % 5_000 == 0 and holdings_to_json(holdings_from_json(document)) != document:
                raise ValueError("this is not how the library writes a document")
            row: dict[str, Any] = {
                "owner": owner_of(number),
                "base_currency": "EUR",
                "document": document,
                "seal": seal(document),
                "version": 1,
                "created_at": NOON,
                "updated_at": NOON,
            }
            rows.append(row)
            if len(rows) == 5_000 or number == count - 1:
                connection.execute(insert(wealth_holdings), rows)
                rows = []
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


def work(pipe: Pipe[Any, Any], url: str) -> None:
    """Do what is asked, in a process: a run, or owners one by one; tell how long it took."""
    from shared_kernel.engine import create_engine, transaction
    from wealth_core.storage import recompute_all
    from wealth_core.storage.recompute import recompute

    engine = create_engine(url, lock_timeout_s=60)
    while (asked := pipe.recv()) is not None:
        on, owners = asked
        at = NOON + (on - DAY)
        if owners is None:
            report = recompute_all(engine, on=on, at=at, run_id=f"run-{on}")
            pipe.send((report.done, report.finished))
            continue
        book = prices(at)
        for owner in owners:
            with transaction(engine) as connection:
                recompute(connection, owner, on=on, at=at, book=book)
        pipe.send((len(owners), True))
    pipe.send(peak_mib("self"))
    engine.dispose()


def peak_mib(process: str) -> float:
    """Give the most memory a process held, in MiB; 0 where the system does not say."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM:"))


@contextmanager
def workers(
    url: str, count: int, target: Callable[[Pipe[Any, Any], str], None] = work
) -> Iterator[Sequence[Pipe[Any, Any]]]:
    """Start processes that wait for work on the database."""
    context = multiprocessing.get_context("spawn")
    pipes = []
    processes = []
    for _ in range(count):
        ours, theirs = context.Pipe()
        processes.append(context.Process(target=target, args=(theirs, url)))
        processes[-1].start()
        theirs.close()
        pipes.append(ours)
    yield pipes
    for process in processes:
        process.join()


def timed(pipes: Sequence[Pipe[Any, Any]], asked: Sequence[Any]) -> tuple[float, int]:
    """Give the time from asking all to the last answer, and how many profiles it was."""
    began = time.perf_counter()
    for pipe, one in zip(pipes, asked, strict=True):
        pipe.send(one)
    answers = [pipe.recv() for pipe in pipes]
    taken = time.perf_counter() - began
    if not all(finished for _, finished in answers):
        raise RuntimeError("a run ended before its end")
    return taken, sum(done for done, _ in answers)


def start(engine: Engine, on: date) -> None:
    """Begin a run, before the clock: its prices are those of its day."""
    from shared_kernel.engine import transaction
    from wealth_core.storage import start_run

    at = NOON + (on - DAY)
    with transaction(engine) as connection:
        start_run(connection, on=on, at=at, book=prices(at), run_id=f"run-{on}")


def measured(url: str, count: int, processes: int, runs: int) -> dict[str, float]:
    """Fill a database; give seconds a profile at once and one by one, MiB, the share equal."""
    from sqlalchemy import func, select

    from shared_kernel.engine import create_engine, reading
    from wealth_core.storage import wealth_snapshots

    engine = create_engine(url, statement_timeout_s=300)
    fill(engine, count)

    def counted() -> int:
        with reading(engine) as connection:
            counting = select(func.count()).select_from(wealth_snapshots)
            return connection.execute(counting).scalar_one()

    with workers(url, processes) as pipes:
        # The first call of each process imports and connects.
        timed(pipes, [(DAY - timedelta(days=1), [owner_of(0)])] * processes)
        at_once = []
        for run in range(runs):
            on = DAY + timedelta(days=run)
            start(engine, on)
            taken, _ = timed(pipes, [(on, None)] * processes)
            at_once.append(taken / count)
        before = counted()
        sample = random.Random(7).sample(range(count), ONE_BY_ONE)
        owners = [owner_of(number) for number in sample]
        parts = [owners[part::processes] for part in range(processes)]
        taken, done = timed(pipes, [(DAY + timedelta(days=90), part) for part in parts])
        one_by_one = taken / done
        # Where everybody was recomputed at once, the same one by one adds nothing.
        added = counted() - before
        timed(pipes, [(DAY, part) for part in parts])
        equal = 1 - (counted() - before - added) / ONE_BY_ONE
        held = server_mib(engine)
        for pipe in pipes:
            pipe.send(None)
        held += sum(pipe.recv() for pipe in pipes)
    engine.dispose()
    if before != count * runs + 1:
        raise RuntimeError(f"{before} snapshots were written, and not one a profile and a run")
    return {
        "at once": statistics.median(at_once),
        "one by one": one_by_one,
        "equal": equal,
        "MiB": held,
    }


def server_mib(engine: Engine) -> float:
    """Give what the processes of the server held at most, what they share counted for each."""
    if engine.dialect.name != "postgresql":
        return 0.0
    with engine.connect() as connection:
        pids = connection.exec_driver_sql("SELECT pid FROM pg_stat_activity").scalars().all()
    return sum(peak_mib(str(pid)) for pid in pids)


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure both databases."""
    if str(SUPPORT) not in sys.path:
        sys.path.append(str(SUPPORT))
    from testkit.postgres import postgres_server

    count, runs = (QUICK_COUNT, 1) if quick else (COUNT, RUNS)
    with postgres_server() as server:
        # As it comes: what is committed is on the disk.
        server.execute("ALTER SYSTEM RESET ALL")
        server.execute("SELECT pg_reload_conf()")
        with server.database() as url:
            found = measured(url, count, PROCESSES, runs)
    yield from results("PostgreSQL", "two processes", found, count, 20_000, memory=True)
    with tempfile.TemporaryDirectory(prefix="comptoir-bench-") as folder:
        found = measured(f"sqlite:///{folder}/bench.sqlite3", count, 1, runs)
    yield from results("SQLite", "one process", found, count, 10_000, memory=False)


def results(
    database: str, who: str, found: dict[str, float], count: int, a_second: int, *, memory: bool
) -> Iterator[Result]:
    """Tell what was measured on a database."""
    rate = 1 / found["at once"]
    yield Result(
        subject="recompute", name=f"{database}, {who}: a profile", median=found["at once"],
        at_most=1 / a_second, peer="one by one", peer_median=found["one by one"],
        ratio_at_most=0.05 if memory else None,
        note=f"{count:,} profiles recomputed and saved; {database}: {rate:,.0f} a second",
    )  # fmt: skip
    yield Result(
        subject="recompute", name=f"{database}: equal to one by one", median=found["equal"],
        unit="share", at_least=1.0, note=f"{ONE_BY_ONE} of them compared one by one",
    )  # fmt: skip
    if memory:
        yield Result(
            subject="recompute", name=f"{database}, {who}: peak memory", median=found["MiB"],
            unit="MiB", at_most=2048,
            note="of both processes and of the server's, shared memory counted for each of them",
        )  # fmt: skip
