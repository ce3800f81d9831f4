"""Movements of money: which are refused, and the balances that the others make."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_core.errors import NotEnough, WalletFaults
from logistics_core.wallets import (
    MOST_MINOR,
    OUTSIDE,
    Movement,
    MovementKind,
    apply,
    balances,
    order_account,
    wallet_account,
)
from shared_kernel import Money, from_minor, money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ENDS = {
    MovementKind.DEPOSIT: (OUTSIDE, "wallet:ann"),
    MovementKind.PARTICIPATION: ("wallet:ann", "order:o1"),
    MovementKind.REFUND: ("order:o1", "wallet:ann"),
    MovementKind.WITHDRAWAL: ("wallet:ann", OUTSIDE),
}


def movement(kind: MovementKind = MovementKind.DEPOSIT, amount: int = 500) -> Movement:
    """A movement of Ann's."""
    source, target = ENDS[kind]
    return Movement(
        id="m1",
        kind=kind,
        source=source,
        target=target,
        amount=money(amount, "GNF"),
        key="k1",
        at=NOON,
        actor="ann",
    )


@pytest.mark.parametrize("kind", MovementKind)
def test_each_kind_joins_its_own_accounts(kind: MovementKind) -> None:
    """A deposit goes from outside into a wallet, and so on: every other pair is refused."""
    accounts = [OUTSIDE, "wallet:ann", "order:o1", "wallet:", "order:", "ann", "wallet:" + "a" * 65]
    good = set()
    for source in accounts:
        for target in accounts:
            try:
                attrs.evolve(movement(kind), source=source, target=target)
            except WalletFaults:
                continue
            good.add((source, target))
    assert good == {ENDS[kind]}


def test_every_fault_is_told_at_once() -> None:
    """A movement of nothing, without a zone, under a blank key: all of it is said, with paths."""
    with pytest.raises(WalletFaults) as refused:
        attrs.evolve(
            movement(), id="", key=" k", at=NOON.replace(tzinfo=None), amount=money(0, "GNF")
        )
    assert [fault.path for fault in refused.value.faults] == ["id", "key", "amount", "at"]
    with pytest.raises(WalletFaults, match="kind"):
        attrs.evolve(movement(), kind="deposit")  # type: ignore[arg-type]  # the test
    assert {wallet_account("ann"), order_account("o1")} == {"wallet:ann", "order:o1"}


@pytest.mark.parametrize(
    "amount",
    [
        money(-1, "GNF"),
        from_minor(MOST_MINOR + 1, "GNF"),
        Money(Decimal("1.5"), "GNF"),
        Money(Decimal("NaN"), "GNF"),
        Money(Decimal("Infinity"), "GNF"),
        500,
        500.0,
        Decimal(500),
        None,
    ],
)
def test_an_amount_that_cannot_move_is_refused(amount: object) -> None:
    """Nothing, less than nothing, half a franc, an absurd sum, or no amount at all."""
    with pytest.raises(WalletFaults, match="amount"):
        attrs.evolve(movement(), amount=amount)  # type: ignore[arg-type]  # the test


def test_nobody_gives_what_he_does_not_hold() -> None:
    """Outside alone may stand below zero; whoever asks for more is told what is left."""
    after = balances([movement(), movement(MovementKind.PARTICIPATION, 200)])
    assert {name: int(held.amount) for (name, _), held in after.items()} == {
        OUTSIDE: -500,
        "wallet:ann": 300,
        "order:o1": 200,
    }
    with pytest.raises(NotEnough, match="300 GNF are left, which is less than 301 GNF"):
        apply(after, movement(MovementKind.WITHDRAWAL, 301))
    yuan = attrs.evolve(movement(MovementKind.WITHDRAWAL), amount=money("1.00", "CNY"))
    with pytest.raises(NotEnough, match=r"0\.00 CNY are left"):
        apply(after, yuan)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(MovementKind), st.integers(1, 900)), max_size=30))
def test_what_one_takes_the_other_gets(steps: list[tuple[MovementKind, int]]) -> None:
    """Whatever moves, the sum stays zero and no account but outside goes below it."""
    held: dict[tuple[str, str], Money] = {}
    for kind, amount in steps:
        try:
            held = apply(held, movement(kind, amount))
        except NotEnough:
            continue
        assert sum(int(each.amount) for each in held.values()) == 0
        assert all(each.amount >= 0 for (name, _), each in held.items() if name != OUTSIDE)
