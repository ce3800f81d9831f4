"""Wallets: movements of money that always balance.

The map::

    movements   what moves from which account to which; the balances that follow; what is refused

Nothing here reads a clock, a network or a database: `logistics_core.storage.wallets` keeps them.
"""

from logistics_core.wallets.movements import (
    ERASED,
    MOST_MINOR,
    OUTSIDE,
    Balances,
    Movement,
    MovementKind,
    apply,
    balances,
    order_account,
    wallet_account,
)

__all__ = [
    "ERASED",
    "MOST_MINOR",
    "OUTSIDE",
    "Balances",
    "Movement",
    "MovementKind",
    "apply",
    "balances",
    "order_account",
    "wallet_account",
]
