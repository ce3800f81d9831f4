"""Accounts: the texts that money moves between.

``outside`` is all the money that is nobody's here, ``wallet:<owner>`` a merchant's, and
``order:<id>`` what was paid into an order. Only outside may stand below zero, by exactly what all
the others hold.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ERASED", "OUTSIDE", "is_order", "is_wallet", "order_account", "wallet_account"]

OUTSIDE: Final = "outside"
"""All the money that is in nobody's wallet and in no order."""
ERASED: Final = "erased"
"""The one owner in the place of those who were erased: figures stay, names do not."""

_LONGEST_ID: Final = 64


def wallet_account(owner: str) -> str:
    """The account of a merchant's wallet.

    >>> wallet_account("7f3a")
    'wallet:7f3a'
    """
    return f"wallet:{owner}"


def order_account(order_id: str) -> str:
    """The account of what was paid into an order.

    >>> order_account("91bc")
    'order:91bc'
    """
    return f"order:{order_id}"


def is_wallet(account: str) -> bool:
    """Whether an account is somebody's wallet."""
    return _is_named(account, "wallet:")


def is_order(account: str) -> bool:
    """Whether an account is an order's."""
    return _is_named(account, "order:")


def _is_named(account: str, prefix: str) -> bool:
    return account.startswith(prefix) and 1 <= len(account) - len(prefix) <= _LONGEST_ID
