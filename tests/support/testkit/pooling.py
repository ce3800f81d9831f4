"""Orders and containers for the tests of the stores, made by the library alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from logistics_core.pooling import Capacity
from logistics_core.storage import ContainerStore, OrderStore, WalletStore
from logistics_core.tariffs import Purchase, quote, starting_tariff
from shared_kernel import money

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from logistics_core.storage import Order, PooledContainer
    from shared_kernel import Money

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER: Final = NOON + timedelta(hours=1)
TARIFF: Final = starting_tariff(effective_from=NOON)
DONE: Final[dict[str, Any]] = {"at": LATER, "actor": "ann"}
"""Who does what is done to an order, and when; handed over as named arguments of two types."""


def a_purchase(
    litres: int = 3_000, *, category: str = "TEXTILE", kg: int | None = None, note: str = ""
) -> Purchase:
    """Goods of 10,000 CNY, by their volume in litres."""
    return Purchase(
        goods=money("10000", "CNY"),
        category=category,
        volume_cbm=Decimal(litres).scaleb(-3),
        weight_kg=None if kg is None else Decimal(kg),
        note=note,
    )


def an_order(
    connection: Connection,
    litres: int = 3_000,
    *,
    owner: str = "ann",
    category: str = "TEXTILE",
    kg: int | None = None,
    priority: int = 1,
) -> Order:
    """A quote of that volume, kept since noon."""
    purchase = a_purchase(litres, category=category, kg=kg)
    quoted = quote(purchase, TARIFF, at=NOON)
    return OrderStore(connection).add(
        owner, purchase, quoted, priority=priority, at=NOON, actor=owner
    )


def a_container(
    connection: Connection, name: str = "CONT-1", litres: int = 76_000, *, kg: int = 26_480
) -> PooledContainer:
    """An open container of that volume, and payload."""
    kind = Capacity(billed_litres=litres, payload_grams=kg * 1_000)
    return ContainerStore(connection).add(name, kind, at=NOON, actor="admin")


def give(connection: Connection, owner: str, amount: Money, *, key: str = "given") -> None:
    """Brings money into a wallet."""
    WalletStore(connection).deposit(owner, amount, key=key, at=NOON, actor="admin")
