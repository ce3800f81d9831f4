"""Wallets: movements of money that always balance.

The map::

    accounts    the texts that money moves between: outside, a wallet, an order
    movements   what moves from which account to which; the balances that follow; what is refused

Nothing here reads a clock, a network or a database: `logistics_core.storage.wallets` keeps them.
"""

from logistics_core.wallets.accounts import ERASED, OUTSIDE, order_account, wallet_account
from logistics_core.wallets.movements import (
    MOST_MINOR,
    Balances,
    Movement,
    MovementKind,
    apply,
    balances,
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
