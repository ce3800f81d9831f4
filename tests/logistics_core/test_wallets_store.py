"""Kept wallets: movements that balance, once for each key, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, Executable, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from logistics_core.errors import KeyReused, NotEnough, WalletFaults
from logistics_core.storage import MIGRATIONS
from logistics_core.storage.money_tables import logistics_accounts, logistics_movements
from logistics_core.storage.wallets import MOST_HELD, WalletStore
from logistics_core.wallets import ERASED, OUTSIDE, Movement, balances
from shared_kernel import Money, from_minor, money
from shared_kernel.engine import create_engine, reading, transaction
from shared_kernel.errors import ColumnRefused, DatabaseBusy
from shared_kernel.migrations import upgrade

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def gnf(amount: int) -> Money:
    """So many francs."""
    return money(amount, "GNF")


@pytest.fixture
def store(connection: Connection) -> WalletStore:
    """A store in a transaction, where Ann has 1,000."""
    made = WalletStore(connection)
    made.deposit("ann", gnf(1_000), key="first", at=NOON, actor="office", reference="cash")
    return made


def test_money_goes_in_through_an_order_and_out(store: WalletStore) -> None:
    """Each movement is kept with its key, moment, actor and reference; balances follow."""
    paid = store.participate("ann", "o1", gnf(700), key="pay", at=NOON, actor="ann")
    store.refund("ann", "o1", gnf(200), key="back", at=NOON + timedelta(1), actor="office")
    store.withdraw("ann", gnf(500), key="out", at=NOON + timedelta(2), actor="office")
    assert (store.balance("ann"), store.paid("o1")) == (gnf(0), gnf(500))
    assert store.balance("ann", "CNY") == money(0, "CNY")
    kept = store.movements("ann")
    assert [(one.kind.value, one.key) for one in kept] == [
        ("withdrawal", "out"),
        ("refund", "back"),
        ("participation", "pay"),  # of the same moment as the deposit, and after it
        ("deposit", "first"),
    ]
    assert paid in kept
    assert store.count("ann") == 4
    assert store.movements("ann", number=2, per_page=3) == kept[3:]
    assert {one.key for one in store.order_movements("o1")} == {"pay", "back"}
    assert {n: int(m.amount) for (n, _), m in balances(reversed(kept)).items()} == {
        OUTSIDE: -500,
        "wallet:ann": 0,
        "order:o1": 500,
    }
    assert store.check()


def test_the_same_key_is_the_same_movement(store: WalletStore) -> None:
    """Ten times the same moves once; another amount, order or kind under its key moves nothing."""
    first = store.participate("ann", "o1", gnf(300), key="pay", at=NOON, actor="ann")
    for _ in range(10):
        later = NOON + timedelta(hours=1)
        again = store.participate("ann", "o1", gnf(300), key="pay", at=later, actor="office")
        assert again == first
    others: list[Callable[[], Movement]] = [
        lambda: store.participate("ann", "o1", gnf(301), key="pay", at=NOON, actor="ann"),
        lambda: store.participate("ann", "o2", gnf(300), key="pay", at=NOON, actor="ann"),
        lambda: store.withdraw("ann", gnf(300), key="pay", at=NOON, actor="ann"),
        lambda: store.deposit("bob", gnf(300), key="pay", at=NOON, actor="bob"),
        lambda: store.deposit("ann", money("300.00", "CNY"), key="pay", at=NOON, actor="ann"),
    ]
    for other in others:
        with pytest.raises(KeyReused):
            other()
    assert (store.balance("ann"), store.paid("o1")) == (gnf(700), gnf(300))
    assert store.check()


def test_a_refused_movement_leaves_nothing(store: WalletStore) -> None:
    """Too little, too much, no identifier: the transaction goes on, and the key is still free."""
    with pytest.raises(NotEnough, match="1000 GNF are left"):
        store.participate("ann", "o1", gnf(1_001), key="pay", at=NOON, actor="ann")
    with pytest.raises(NotEnough, match="0 GNF are left"):
        store.refund("ann", "o1", gnf(1), key="pay", at=NOON, actor="ann")
    with pytest.raises(WalletFaults):
        store.deposit("ann", gnf(0), key="pay", at=NOON, actor="ann")
    with pytest.raises(WalletFaults):
        store.deposit("", gnf(1), key="pay", at=NOON, actor="ann")
    with pytest.raises((ColumnRefused, WalletFaults)):
        store.deposit("ann", gnf(1), key="pay", at=NOON.replace(tzinfo=None), actor="ann")
    assert store.count("ann") == 1
    store.participate("ann", "o1", gnf(1_000), key="pay", at=NOON, actor="ann")
    assert store.check()


def test_an_account_has_an_end(store: WalletStore, connection: Connection) -> None:
    """What would no longer fit in 64 bits is refused, and not turned into a float."""
    full = update(logistics_accounts).values(balance_minor=MOST_HELD)
    connection.execute(full.where(logistics_accounts.c.name == "wallet:ann"))
    with pytest.raises(WalletFaults, match="beyond what an account may hold"):
        store.deposit("ann", gnf(1), key="more", at=NOON, actor="office")
    assert store.balance("ann") == from_minor(MOST_HELD, "GNF")


def test_the_database_itself_refuses_less_than_nothing(connection: Connection) -> None:
    """Below zero no account but outside can be written, whoever writes it."""
    rows = logistics_accounts
    connection.execute(insert(rows).values(name=OUTSIDE, currency="GNF", balance_minor=-5))
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insert(rows).values(name="wallet:a", currency="GNF", balance_minor=-5))


def test_a_tampered_balance_is_found(store: WalletStore, connection: Connection) -> None:
    """A balance changed by hand, two changed so that they still sum to zero, a row removed."""
    store.participate("ann", "o1", gnf(300), key="pay", at=NOON, actor="ann")
    rows, moved = logistics_accounts, logistics_movements
    more = {"balance_minor": rows.c.balance_minor + 1}
    less = {"balance_minor": rows.c.balance_minor - 1}
    tampering: list[list[Executable]] = [
        [update(rows).where(rows.c.name == "wallet:ann").values(more)],
        [
            update(rows).where(rows.c.name == "wallet:ann").values(more),
            update(rows).where(rows.c.name == "order:o1").values(less),
        ],
        [delete(rows).where(rows.c.name == "order:o1")],
        [delete(moved).where(moved.c.key == "pay")],
        [update(moved).where(moved.c.key == "pay").values(target="order:o2")],
    ]
    for statements in tampering:
        nested = connection.begin_nested()
        for statement in statements:
            connection.execute(statement)
        assert not store.check()
        nested.rollback()
        assert store.check()


def test_several_wallets_are_read_at_once(store: WalletStore) -> None:
    """Those that hold nothing too; and accounts can be held that are not there yet."""
    store.deposit("bob", gnf(7), key="b", at=NOON, actor="office")
    held = store.balances(["bob", "ann", "carl"])
    assert held == {"bob": gnf(7), "ann": gnf(1_000), "carl": gnf(0)}
    store.hold(owners=["ann", "carl"], orders=["o1"])
    store.participate("ann", "o1", gnf(1), key="p", at=NOON, actor="ann")
    assert store.check()


def test_money_that_comes_while_its_owner_is_erased_is_not_lost(postgres_url: str) -> None:
    """Whoever pays into that wallet waits, and comes after: nothing falls between the two."""
    patient, hasty = create_engine(postgres_url), create_engine(postgres_url, lock_timeout_s=0.2)
    upgrade(patient, [MIGRATIONS])
    for held in (0, 7):  # a wallet that is not there yet, then one that is
        with transaction(patient) as connection:
            WalletStore(connection).erase("ann")
            with pytest.raises(DatabaseBusy), transaction(hasty) as other:
                WalletStore(other).deposit("ann", gnf(7), key="in", at=NOON, actor="office")
        with transaction(hasty) as other:
            WalletStore(other).deposit("ann", gnf(7), key=f"k{held}", at=NOON, actor="office")
    with reading(patient) as connection:
        store = WalletStore(connection)
        assert (store.balance("ann"), store.balance(ERASED)) == (gnf(7), gnf(7))
        assert store.check()
    patient.dispose()
    hasty.dispose()


def test_an_owner_takes_all_along_and_leaves_no_name(
    store: WalletStore, connection: Connection
) -> None:
    """The export is plain JSON; an erasure keeps the figures, which still balance, and no name."""
    store.participate("ann", "o1", gnf(300), key="pay", at=NOON, actor="ann", reference="r")
    exported = json.loads(json.dumps(store.export("ann")))
    assert exported["balances"] == ["700 GNF"]
    told = [(one["kind"], one["amount"]) for one in exported["movements"]]
    assert told == [("participation", "300"), ("deposit", "1000")]
    assert store.erase("ann") > 0
    assert store.erase("ann") == 0
    store.deposit("bob", gnf(5), key="b", at=NOON, actor="bob")
    assert store.erase("bob") > 0
    assert store.check()
    rows = [*connection.execute(select(logistics_accounts)).all()]
    rows += connection.execute(select(logistics_movements)).all()
    assert not [row for row in rows if {"ann", "wallet:ann", "bob", "wallet:bob"} & set(row)]
    kept = {row[0]: row[2] for row in connection.execute(select(logistics_accounts))}
    assert kept == {OUTSIDE: -1_005, "wallet:erased": 705, "order:o1": 300}
    assert (store.balance(ERASED), store.erase(ERASED)) == (gnf(705), 0)
    store.refund(ERASED, "o1", gnf(300), key="back", at=NOON, actor="office")
    assert store.check()
    assert store.export("ann") == {"balances": [], "movements": []}


OWNERS = st.sampled_from(["ann", "bob", ERASED])
ORDERS = st.sampled_from(["o1", "o2"])
KEYS = st.integers(1, 25).map(str)
AMOUNTS = st.integers(1, 400)


class Wallets(RuleBasedStateMachine):
    """The store beside a dict: what each key moved, and what each account holds."""

    connection: Connection

    @initialize()
    def begin(self) -> None:
        """One savepoint an example."""
        self.nested = self.connection.begin_nested()
        self.store = WalletStore(self.connection)
        self.known: dict[str, tuple[str, str, int]] = {}
        self.held: dict[str, int] = {}

    @rule(owner=OWNERS, amount=AMOUNTS, key=KEYS)
    def deposit(self, owner: str, amount: int, key: str) -> None:
        """Money comes in."""
        self._moves(OUTSIDE, f"wallet:{owner}", amount, key, self.store.deposit, owner)

    @rule(owner=OWNERS, order=ORDERS, amount=AMOUNTS, key=KEYS)
    def participate(self, owner: str, order: str, amount: int, key: str) -> None:
        """A wallet pays an order."""
        ends = f"wallet:{owner}", f"order:{order}"
        self._moves(*ends, amount, key, self.store.participate, owner, order)

    @rule(owner=OWNERS, order=ORDERS, amount=AMOUNTS, key=KEYS)
    def refund(self, owner: str, order: str, amount: int, key: str) -> None:
        """An order gives back."""
        ends = f"order:{order}", f"wallet:{owner}"
        self._moves(*ends, amount, key, self.store.refund, owner, order)

    @rule(owner=OWNERS, amount=AMOUNTS, key=KEYS)
    def withdraw(self, owner: str, amount: int, key: str) -> None:
        """Money goes out."""
        self._moves(f"wallet:{owner}", OUTSIDE, amount, key, self.store.withdraw, owner)

    @rule(owner=OWNERS)
    def erase(self, owner: str) -> None:
        """Somebody is forgotten."""
        if owner == ERASED:
            return
        wallet, erased = f"wallet:{owner}", f"wallet:{ERASED}"
        self.store.erase(owner)
        self.held[erased] = self.held.get(erased, 0) + self.held.pop(wallet, 0)
        self.known = {
            key: (source.replace(wallet, erased), target.replace(wallet, erased), amount)
            for key, (source, target, amount) in self.known.items()
        }

    @invariant()
    def agree(self) -> None:
        """The store holds what the dict holds, and its own check is content."""
        if not hasattr(self, "held"):
            return
        rows = self.connection.execute(select(logistics_accounts)).all()
        assert {row.name: row.balance_minor for row in rows if row.balance_minor} == {
            name: held for name, held in self.held.items() if held
        }
        assert self.store.check()

    def teardown(self) -> None:
        """Nothing of an example is kept."""
        if hasattr(self, "nested"):
            self.nested.rollback()

    def _moves(
        self,
        source: str,
        target: str,
        amount: int,
        key: str,
        move: Callable[..., Movement],
        *whose: str,
    ) -> None:
        wanted = source, target, amount
        expected: type[Exception] | None = None
        if key in self.known:
            expected = None if self.known[key] == wanted else KeyReused
        elif source != OUTSIDE and self.held.get(source, 0) < amount:
            expected = NotEnough
        else:
            self.known[key] = wanted
            self.held[source] = self.held.get(source, 0) - amount
            self.held[target] = self.held.get(target, 0) + amount
        if expected is None:
            move(*whose, gnf(amount), key=key, at=NOON, actor="x")
        else:
            with pytest.raises(expected):
                move(*whose, gnf(amount), key=key, at=NOON, actor="x")


def test_money_is_conserved_whatever_happens(connection: Connection, tables: Engine) -> None:
    """Random movements, keys used again, erasures: the store and a dict never disagree."""
    machine = type("Machine", (Wallets,), {"connection": connection})
    few = 5 if tables.dialect.name == "postgresql" else 15
    run_state_machine_as_test(
        machine, settings=settings(max_examples=few, stateful_step_count=30, deadline=None)
    )
