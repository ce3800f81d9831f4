"""Wallets with real processes: the same money spent at once, the same key, the same payment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from testkit.children import child, children

from logistics_core.payments import PaymentStatus
from logistics_core.storage import MIGRATIONS
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.wallets import WalletStore
from shared_kernel import Money, money
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

# What every child begins with: the stores, told to wait until the test says go.
PREPARED = """
    import sys
    from datetime import UTC, datetime
    from logistics_core.errors import NotEnough
    from logistics_core.payments import PaymentStatus
    from logistics_core.storage.payments import PaymentStore
    from logistics_core.storage.wallets import WalletStore
    from shared_kernel import money
    from shared_kernel.engine import create_engine, transaction

    NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
    engine = create_engine(sys.argv[1], lock_timeout_s=60)
    with engine.connect() as connection:
        pass
    print("ready", flush=True)
    name = sys.stdin.readline().strip()
"""


def gnf(amount: int) -> Money:
    """So many francs."""
    return money(amount, "GNF")


@pytest.fixture
def tables(engine: Engine) -> Engine:
    """A database where ann has 1,000 francs."""
    upgrade(engine, [MIGRATIONS])
    with transaction(engine) as connection:
        WalletStore(connection).deposit("ann", gnf(1_000), key="first", at=NOON, actor="office")
    return engine


def race(count: int, code: str, *arguments: str) -> list[str]:
    """Starts so many children, lets them go at the same moment, and gives what each said."""
    with children(count, PREPARED + code, *arguments) as racers:
        for racer in racers:
            assert racer.line() == "ready"
        for number, racer in enumerate(racers):
            racer.tell(str(number))
        return [racer.finish().strip() for racer in racers]


def test_the_same_money_is_withdrawn_once(tables: Engine, database_url: str) -> None:
    """Two ask for all of it at the same moment: one gets it, the other is told that it is gone."""
    code = """
    try:
        with transaction(engine) as connection:
            WalletStore(connection).withdraw(
                "ann", money(1000, "GNF"), key=f"out-{name}", at=NOON, actor="ann"
            )
        print("taken")
    except NotEnough as error:
        print(error)
    engine.dispose()
    """
    said = race(2, code, database_url)
    assert Counter(said) == {
        "taken": 1,
        "0 GNF are left, which is less than 1000 GNF: give at most that": 1,
    }
    with reading(tables) as connection:
        store = WalletStore(connection)
        assert (store.balance("ann"), store.count("ann"), store.check()) == (gnf(0), 2, True)


def test_many_processes_that_spend_lose_and_make_nothing(tables: Engine, database_url: str) -> None:
    """Six of them pay orders and take money back, crosswise, under keys that they share in part.

    Each transaction makes several movements in an order of its own, so that without `hold` they
    would wait for one another.
    """
    with transaction(tables) as connection:
        WalletStore(connection).deposit("bob", gnf(1_000), key="b", at=NOON, actor="office")
    code = """
    mine, other = ("ann", "bob") if int(name) % 2 else ("bob", "ann")
    for turn in range(6):
        with transaction(engine) as connection:
            store = WalletStore(connection)
            store.hold(owners=[mine, other], orders=["o1", "o2"])
            for owner, order in ((mine, "o1"), (other, "o2"), (mine, "o2")):
                key = f"{owner}-{order}-{turn}"
                try:
                    store.participate(owner, order, money(7, "GNF"), key=key, at=NOON, actor="x")
                except NotEnough:
                    pass
            try:
                store.refund(other, "o2", money(5, "GNF"), key=f"back-{turn}-{other}", at=NOON,
                             actor="x")
            except NotEnough:
                pass
    engine.dispose()
    """
    race(6, code, database_url)
    with reading(tables) as connection:
        store = WalletStore(connection)
        kept = [store.movements(owner, per_page=1_000) for owner in ("ann", "bob")]
        # By owner, order and turn: each key moved once, whoever came first.
        kinds = [Counter(one.kind.value for one in movements) for movements in kept]
        assert kinds == [{"deposit": 1, "participation": 12, "refund": 6}] * 2
        spent = 12 * 7 - 6 * 5
        assert [store.balance(owner) for owner in ("ann", "bob")] == [gnf(1_000 - spent)] * 2
        assert store.check()


def test_one_payment_settled_by_many_processes_credits_once(
    tables: Engine, database_url: str
) -> None:
    """A notification, a job and a page find the same success at the same moment."""
    with transaction(tables) as connection:
        payment = PaymentStore(connection).prepare("ann", None, gnf(500), "o", key="k", at=NOON)
    code = """
    with transaction(engine) as connection:
        done = PaymentStore(connection).settle(sys.argv[2], PaymentStatus.SUCCESS, at=NOON)
    print(done.credited)
    engine.dispose()
    """
    said = race(4, code, database_url, payment.id)
    assert Counter(said) == {"True": 1, "False": 3}
    with reading(tables) as connection:
        kept = PaymentStore(connection).get(payment.id)
        assert (kept.state, kept.credited_at) == (PaymentStatus.SUCCESS, NOON)
        assert WalletStore(connection).balance("ann") == gnf(1_500)


def test_a_process_killed_in_the_middle_leaves_nothing(tables: Engine, database_url: str) -> None:
    """Killed before it commits, a movement never was; its key is free and the accounts are too."""
    code = """
    with transaction(engine) as connection:
        WalletStore(connection).withdraw("ann", money(900, "GNF"), key="out", at=NOON, actor="ann")
        print("moved", flush=True)
        sys.stdin.readline()
    """
    with child(PREPARED + code, database_url) as one:
        assert one.line() == "ready"
        one.tell()
        assert one.line() == "moved"
        one.kill()
    with transaction(tables) as connection:
        store = WalletStore(connection)
        store.withdraw("ann", gnf(1_000), key="out", at=NOON, actor="ann")
        assert store.check()
