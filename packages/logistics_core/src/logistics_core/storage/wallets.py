"""What every wallet and order holds, and each movement between them.

The store takes a connection and never commits; it asks for no clock (`at`). A balance is changed by
one conditional statement, so that two processes that spend the same money at the same moment cannot
both succeed.

Accounts are locked last, after orders and containers. Within a movement they are locked in the
order of their names; a transaction that makes several movements calls `WalletStore.hold` first, so
that no two of them ever wait for one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sqlalchemy import Connection, delete, func, or_, select, update

from logistics_core.errors import KeyReused, WalletFaults
from logistics_core.storage.money_tables import logistics_accounts, logistics_movements
from logistics_core.wallets.accounts import ERASED, OUTSIDE, order_account, wallet_account
from logistics_core.wallets.movements import Movement, MovementKind, not_enough
from shared_kernel import FaultKind, from_minor, to_minor
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

    from shared_kernel import Money

__all__ = ["WalletStore"]

MOST_HELD: Final = 10**18
"""The most an account may hold, in minor units: within 64 bits, whatever is added to it."""
_ROUND: Final = 500
"""How many accounts one statement names: SQLite takes 32,766 values, and long lists are slow."""

HOLDS_TOO_MUCH = FaultKind(
    "wallet.holds_too_much", "{given} more is beyond what an account may hold: give less"
)


class WalletStore:
    """Keeps movements, and the balances they make.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.

    Each movement bears the caller's key, unique among all: sent again, it is the same movement and
    changes nothing; another one under the same key raises `KeyReused`. A movement that is refused
    leaves nothing behind: the transaction can go on.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deposit(
        self, owner: str, amount: Money, *, key: str, at: datetime, actor: str, reference: str = ""
    ) -> Movement:
        """Brings money from outside into a wallet.

        Args:
            owner: whose wallet.
            amount: how much, above 0.
            key: what makes it the same movement when it is sent again.
            at: the moment, an aware datetime.
            actor: who does it.
            reference: what it is known by elsewhere.

        Raises:
            WalletFaults: the movement is refused.
            KeyReused: the key is another movement's.
        """
        ends = MovementKind.DEPOSIT, OUTSIDE, wallet_account(owner)
        return self._move(*ends, amount, key, at, actor, reference)

    def participate(
        self,
        owner: str,
        order_id: str,
        amount: Money,
        *,
        key: str,
        at: datetime,
        actor: str,
        reference: str = "",
    ) -> Movement:
        """Takes money from a wallet into an order; see `deposit`.

        Raises:
            NotEnough: the wallet holds less.
        """
        ends = MovementKind.PARTICIPATION, wallet_account(owner), order_account(order_id)
        return self._move(*ends, amount, key, at, actor, reference)

    def refund(
        self,
        owner: str,
        order_id: str,
        amount: Money,
        *,
        key: str,
        at: datetime,
        actor: str,
        reference: str = "",
    ) -> Movement:
        """Gives money that was paid into an order back to a wallet; see `deposit`.

        Raises:
            NotEnough: the order holds less.
        """
        ends = MovementKind.REFUND, order_account(order_id), wallet_account(owner)
        return self._move(*ends, amount, key, at, actor, reference)

    def withdraw(
        self, owner: str, amount: Money, *, key: str, at: datetime, actor: str, reference: str = ""
    ) -> Movement:
        """Takes money from a wallet outside; see `deposit`.

        Raises:
            NotEnough: the wallet holds less.
        """
        ends = MovementKind.WITHDRAWAL, wallet_account(owner), OUTSIDE
        return self._move(*ends, amount, key, at, actor, reference)

    def hold(
        self, *, owners: Iterable[str] = (), orders: Iterable[str] = (), currency: str = "GNF"
    ) -> None:
        """Locks accounts in one order, before several movements of one transaction.

        Two transactions that each make several movements would otherwise wait for one another. An
        account that is not there yet is made, empty. On SQLite there is one writer, and nothing to
        lock.

        Args:
            owners: whose wallets.
            orders: whose money: identifiers of orders.
            currency: of the accounts.
        """
        if self._connection.dialect.name != "postgresql":
            return
        names = sorted({*map(wallet_account, owners), *map(order_account, orders)})
        table = logistics_accounts
        for start in range(0, len(names), _ROUND):
            some = names[start : start + _ROUND]
            rows = [{"name": name, "currency": currency, "balance_minor": 0} for name in some]
            made = inserting(self._connection, table).values(rows)
            self._connection.execute(made.on_conflict_do_nothing())
            here = table.c.name.in_(some) & (table.c.currency == currency)
            lock = select(table.c.name).where(here).order_by(table.c.name).with_for_update()
            self._connection.execute(lock)

    def balance(self, owner: str, currency: str = "GNF") -> Money:
        """Gives what is in a wallet."""
        return self._held(wallet_account(owner), currency)

    def balances(self, owners: Iterable[str], currency: str = "GNF") -> dict[str, Money]:
        """Gives what is in several wallets, at once; those that hold nothing too."""
        wanted = {wallet_account(owner): owner for owner in owners}
        held = dict.fromkeys(wanted.values(), from_minor(0, currency))
        table = logistics_accounts.c
        names = sorted(wanted)
        for start in range(0, len(names), _ROUND):
            here = table.name.in_(names[start : start + _ROUND]) & (table.currency == currency)
            for row in self._connection.execute(
                select(table.name, table.balance_minor).where(here)
            ):
                held[wanted[row.name]] = from_minor(row.balance_minor, currency)
        return held

    def paid(self, order_id: str, currency: str = "GNF") -> Money:
        """Gives what has been paid into an order, refunds taken off."""
        return self._held(order_account(order_id), currency)

    def movements(self, owner: str, *, number: int = 1, per_page: int = 20) -> tuple[Movement, ...]:
        """Gives the movements of a wallet, the latest first, a page at a time.

        Args:
            owner: whose wallet.
            number: which page, from 1.
            per_page: how many a page.
        """
        return self._page(_of(wallet_account(owner)), number, per_page)

    def count(self, owner: str) -> int:
        """Gives how many movements a wallet has."""
        here = _of(wallet_account(owner))
        statement = select(func.count()).select_from(logistics_movements).where(here)
        return self._connection.execute(statement).scalar_one()

    def order_movements(self, order_id: str) -> tuple[Movement, ...]:
        """Gives every movement of an order, the latest first."""
        return self._page(_of(order_account(order_id)), 1, 1_000_000)

    def check(self) -> bool:
        """Whether balances sum to zero in each currency, and are those that the movements make."""
        made: dict[tuple[str, str], int] = {}
        table = logistics_movements.c
        for end, sign in ((table.source, -1), (table.target, 1)):
            total = func.sum(table.amount_minor)
            statement = select(end, table.currency, total).group_by(end, table.currency)
            for name, currency, moved in self._connection.execute(statement):
                place = name, currency
                made[place] = made.get(place, 0) + sign * int(moved)
        accounts = self._connection.execute(select(logistics_accounts)).mappings()
        kept = {(row["name"], row["currency"]): row["balance_minor"] for row in accounts}
        sums: dict[str, int] = {}
        for (_, currency), minor in kept.items():
            sums[currency] = sums.get(currency, 0) + minor
        apart = any(kept.get(place, 0) != made.get(place, 0) for place in {*kept, *made})
        return not apart and not any(sums.values())

    def erase(self, owner: str) -> int:
        """Takes the name of an owner out of every movement; the figures stay, for they balance.

        What the wallet still holds goes to the one wallet of those erased, whose owner is
        `logistics_core.wallets.ERASED`: pay it out first.

        Returns:
            How many rows it changed.
        """
        if owner == ERASED:
            return 0
        wallet, erased = wallet_account(owner), wallet_account(ERASED)
        # Whoever pays into that wallet at this moment comes after, or was before: never between.
        self.hold(owners=(owner, ERASED))
        moved, changed = logistics_movements, 0
        left: Counter[str] = Counter()
        for column, sign in ((moved.c.source, -1), (moved.c.target, 1)):
            named = update(moved).where(column == wallet)
            renamed = named.values({column.name: erased, "reference": ""})
            told = renamed.returning(moved.c.currency, moved.c.amount_minor)
            for row in self._connection.execute(told):
                changed += 1
                left[row.currency] += sign * row.amount_minor
        table = logistics_accounts
        for currency, minor in sorted(left.items()):
            changed += 1
            # What those movements made, and no more, follows them.
            here = (table.c.name == wallet) & (table.c.currency == currency)
            less = update(table).where(here).values(balance_minor=table.c.balance_minor - minor)
            self._connection.execute(less)
            self._add(erased, currency, minor)
        empty = (table.c.name == wallet) & (table.c.balance_minor == 0)
        self._connection.execute(delete(table).where(empty))
        statement = update(moved).where(moved.c.actor == owner).values(actor=ERASED)
        return changed + self._connection.execute(statement).rowcount

    def export(self, owner: str) -> dict[str, object]:
        """Gives all that is kept here of an owner, ready for JSON."""
        table = logistics_accounts.c
        statement = select(table.currency, table.balance_minor).where(
            table.name == wallet_account(owner)
        )
        held = self._connection.execute(statement.order_by(table.currency))
        return {
            "balances": [
                f"{from_minor(row.balance_minor, row.currency).amount:f} {row.currency}"
                for row in held
            ],
            "movements": [
                {
                    "id": each.id,
                    "kind": each.kind.value,
                    "source": each.source,
                    "target": each.target,
                    "amount": f"{each.amount.amount:f}",
                    "currency": each.amount.currency.code,
                    "at": each.at.isoformat(),
                    "reference": each.reference,
                }
                for each in self._page(_of(wallet_account(owner)), 1, 1_000_000)
            ],
        }

    def _move(
        self,
        kind: MovementKind,
        source: str,
        target: str,
        amount: Money,
        key: str,
        at: datetime,
        actor: str,
        reference: str,
    ) -> Movement:
        movement = Movement(
            id=uuid4().hex,
            kind=kind,
            source=source,
            target=target,
            amount=amount,
            key=key,
            at=at,
            actor=actor,
            reference=reference,
        )
        # What is refused half-way leaves nothing, though the caller's transaction goes on.
        with self._connection.begin_nested():
            known = self._noted(movement)
            if known is not None:
                return known
            change = to_minor(amount)
            currency = amount.currency.code
            for name, minor in sorted(((source, -change), (target, change))):
                if minor < 0 and name != OUTSIDE:
                    self._take(name, amount)
                else:
                    self._add(name, currency, minor)
        return movement

    def _noted(self, movement: Movement) -> Movement | None:
        """Writes a movement; gives the one that has its key already, where there is one."""
        values = {
            "id": movement.id,
            "kind": movement.kind.value,
            "source": movement.source,
            "target": movement.target,
            "amount_minor": to_minor(movement.amount),
            "currency": movement.amount.currency.code,
            "key": movement.key,
            "at": movement.at,
            "actor": movement.actor,
            "reference": movement.reference,
        }
        table = logistics_movements
        # Another process that writes the same key at this moment is waited for.
        once = (
            inserting(self._connection, table)
            .values(values)
            .on_conflict_do_nothing(index_elements=["key"])
        )
        if self._connection.execute(once).rowcount:
            return None
        statement = select(table).where(table.c.key == movement.key)
        known = _movement(self._connection.execute(statement).mappings().one())
        if known.moves != movement.moves:
            raise KeyReused("this key was used already, for another movement: choose another one")
        return known

    def _take(self, name: str, amount: Money) -> None:
        table = logistics_accounts
        minor, currency = to_minor(amount), amount.currency.code
        enough = (
            (table.c.name == name)
            & (table.c.currency == currency)
            & (table.c.balance_minor >= minor)
        )
        taken = update(table).where(enough).values(balance_minor=table.c.balance_minor - minor)
        if not self._connection.execute(taken).rowcount:
            raise not_enough(self._held(name, currency), amount)

    def _add(self, name: str, currency: str, minor: int) -> None:
        table = logistics_accounts
        made = inserting(self._connection, table).values(
            name=name, currency=currency, balance_minor=minor
        )
        held = table.c.balance_minor
        added = made.on_conflict_do_update(
            index_elements=["name", "currency"],
            set_={"balance_minor": held + minor},
            where=(held <= MOST_HELD - minor) & (held >= -MOST_HELD - minor),
        )
        if not self._connection.execute(added).rowcount:
            given = f"{from_minor(abs(minor), currency).amount:f} {currency}"
            raise WalletFaults.of(HOLDS_TOO_MUCH, "amount", given=given)

    def _held(self, name: str, currency: str) -> Money:
        table = logistics_accounts.c
        statement = select(table.balance_minor).where(
            table.name == name, table.currency == currency
        )
        held = self._connection.execute(statement).scalar_one_or_none()
        return from_minor(held or 0, currency)

    def _page(self, here: ColumnElement[bool], number: int, per_page: int) -> tuple[Movement, ...]:
        table = logistics_movements
        statement = select(table).where(here).order_by(table.c.at.desc(), table.c.number.desc())
        some = statement.limit(per_page).offset((number - 1) * per_page)
        return tuple(_movement(row) for row in self._connection.execute(some).mappings())


def _of(account: str) -> ColumnElement[bool]:
    table = logistics_movements.c
    return or_(table.source == account, table.target == account)


def _movement(row: RowMapping) -> Movement:
    return Movement(
        id=row["id"],
        kind=MovementKind(row["kind"]),
        source=row["source"],
        target=row["target"],
        amount=from_minor(row["amount_minor"], row["currency"]),
        key=row["key"],
        at=row["at"],
        actor=row["actor"],
        reference=row["reference"],
    )
