"""Movements of money between accounts: what one takes the other gets, so the sum is always zero.

Money comes from outside into a merchant's wallet (a *deposit*), goes from the wallet into an order
(a *participation*), back (a *refund*), or out again (a *withdrawal*).

A movement is never changed or removed. It bears the caller's *key*: the same movement sent twice
under one key is one movement, and another one under that key is an error. (Models: TigerBeetle's
client-made ids, Formance's idempotency keys.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from logistics_core._checks import check_amount, check_moment
from logistics_core.errors import NotEnough, WalletFaults
from logistics_core.wallets.accounts import OUTSIDE, is_order, is_wallet
from shared_kernel import FaultKind, FaultList, Money, from_minor, shown

__all__ = ["MOST_MINOR", "Balances", "Movement", "MovementKind", "apply", "balances"]

MOST_MINOR: Final = 10**15
"""The most that one movement takes, in minor units: a thousand billion euros and more."""

LONGEST_KEY: Final = 128
LONGEST_REFERENCE: Final = 120
_LONGEST_ID: Final = 64

NOT_A_KIND = FaultKind("wallet.not_a_kind", "{given} is not a movement: give one of {accepted}")
NOT_ITS_ACCOUNTS = FaultKind(
    "wallet.not_its_accounts", "a {kind} does not go from {source} to {target}"
)
NOT_A_TEXT = FaultKind(
    "wallet.not_a_text",
    "{given} cannot stand here: write {least} to {most} letters, figures and signs, on one line",
)


class MovementKind(StrEnum):
    """What a movement is for."""

    DEPOSIT = "deposit"
    """From outside into a wallet."""
    PARTICIPATION = "participation"
    """From a wallet into an order."""
    REFUND = "refund"
    """From an order back into the wallet."""
    WITHDRAWAL = "withdrawal"
    """From a wallet outside."""


def _is_outside(account: str) -> bool:
    return account == OUTSIDE


_ENDS: Final = {
    MovementKind.DEPOSIT: (_is_outside, is_wallet),
    MovementKind.PARTICIPATION: (is_wallet, is_order),
    MovementKind.REFUND: (is_order, is_wallet),
    MovementKind.WITHDRAWAL: (is_wallet, _is_outside),
}


@attrs.frozen(kw_only=True)
class Movement:
    """One movement of money.

    Args:
        id: its own identifier.
        kind: what it is for; it says which accounts it may join.
        source: the account that gives.
        target: the account that gets.
        amount: how much, above 0 and at most `MOST_MINOR` minor units.
        key: what the caller calls it: sent again under its key, it is the same one.
        at: when, an aware datetime.
        actor: who did it.
        reference: what it is known by elsewhere, a payment's reference for example; may be empty.

    Raises:
        WalletFaults: every fault, each with its path.
    """

    id: str
    kind: MovementKind
    source: str
    target: str
    amount: Money
    key: str
    at: datetime
    actor: str
    reference: str = ""

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        for name, most in (("id", _LONGEST_ID), ("key", LONGEST_KEY), ("actor", _LONGEST_ID)):
            check_text(found, name, getattr(self, name), most=most)
        check_text(found, "reference", self.reference, least=0, most=LONGEST_REFERENCE)
        check_amount(found, "amount", self.amount, most=MOST_MINOR)
        check_moment(found, "at", self.at)
        kind: object = self.kind
        if not isinstance(kind, MovementKind):
            accepted = ", ".join(MovementKind)
            found.add(NOT_A_KIND, "kind", given=shown(kind), accepted=accepted)
        else:
            gives, gets = _ENDS[kind]
            found.check(
                check_text(found, "source", self.source, most=LONGEST_KEY)
                and check_text(found, "target", self.target, most=LONGEST_KEY)
                and gives(self.source)
                and gets(self.target),
                NOT_ITS_ACCOUNTS,
                "kind",
                kind=kind.value,
                source=shown(self.source),
                target=shown(self.target),
            )
        found.raise_if_any(WalletFaults)

    @property
    def moves(self) -> tuple[MovementKind, str, str, Money]:
        """What makes two movements the same, whoever sends them and when."""
        return self.kind, self.source, self.target, self.amount


Balances: TypeAlias = Mapping[tuple[str, str], Money]
"""What accounts hold: by account and currency code."""


def apply(before: Balances, movement: Movement) -> dict[tuple[str, str], Money]:
    """Gives the balances after a movement; an account that is not there holds nothing.

    Raises:
        NotEnough: the account that gives holds less, and is not outside.

    >>> from datetime import UTC
    >>> from shared_kernel import money
    >>> given = Movement(id="1", kind=MovementKind.DEPOSIT, source=OUTSIDE, target="wallet:a",
    ...     amount=money(500, "GNF"), key="k", at=datetime(2026, 1, 5, tzinfo=UTC), actor="a")
    >>> sorted((name, str(held.amount)) for (name, _), held in apply({}, given).items())
    [('outside', '-500'), ('wallet:a', '500')]
    """
    currency = movement.amount.currency.code
    nothing = from_minor(0, currency)
    source, target = (movement.source, currency), (movement.target, currency)
    held = before.get(source, nothing)
    if movement.source != OUTSIDE and held < movement.amount:
        raise not_enough(held, movement.amount)
    return {
        **before,
        source: held - movement.amount,
        target: before.get(target, nothing) + movement.amount,
    }


def balances(movements: Iterable[Movement]) -> dict[tuple[str, str], Money]:
    """Gives what every account holds after movements, in their order.

    Raises:
        NotEnough: one of them took more than there was.
    """
    after: dict[tuple[str, str], Money] = {}
    for movement in movements:
        after = apply(after, movement)
    return after


def not_enough(held: Money, asked: Money) -> NotEnough:
    """Gives the error for an account that holds less than was asked of it."""
    return NotEnough(
        "{held} {currency} are left, which is less than {asked} {currency}: give at most that",
        held=f"{held.amount:f}",
        asked=f"{asked.amount:f}",
        currency=asked.currency.code,
    )


def check_text(
    found: FaultList, path: str, value: object, *, least: int = 1, most: int = _LONGEST_ID
) -> bool:
    """Records a text that is too long, blank at an end, or not on one line."""
    return found.check(
        isinstance(value, str)
        and least <= len(value) <= most
        and value.isprintable()
        and value.strip() == value,
        NOT_A_TEXT,
        path,
        given=shown(value),
        least=least,
        most=most,
    )
