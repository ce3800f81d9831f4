"""A payment that was asked for, and the token that its notification must carry.

A notification only says that something changed: whoever receives one checks its token here, then
asks the provider for the status before anything is credited.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import attrs

from logistics_core.errors import NotificationRefused
from logistics_core.payments.ports import PaymentStatus
from shared_kernel import Money

__all__ = ["Payment", "Settled", "check_notification", "token_digest"]


@attrs.frozen(kw_only=True)
class Payment:
    """A payment asked of a provider, as it is kept.

    Args:
        id: its own identifier.
        reference: what the provider knows it by.
        owner: whose wallet it goes to.
        order_id: the order it is meant for; None for the wallet alone.
        provider: whom it was asked of.
        amount: how much.
        state: where it stands.
        key: what the caller calls it.
        pay_token: what its status is asked with; None until the provider has answered.
        payment_url: the provider's page; None until the provider has answered.
        notify_digest: of the token of its notification, the SHA-256; None where there is none.
        created_at: when it was prepared (UTC).
        updated_at: when its state last changed (UTC).
        credited_at: when it went into the wallet (UTC); None until then.
    """

    id: str
    reference: str
    owner: str
    order_id: str | None
    provider: str
    amount: Money
    state: PaymentStatus
    key: str = attrs.field(repr=False)
    pay_token: str | None = attrs.field(repr=False)
    payment_url: str | None = attrs.field(repr=False)
    notify_digest: str | None = attrs.field(repr=False)
    created_at: datetime
    updated_at: datetime
    credited_at: datetime | None

    @property
    def is_attached(self) -> bool:
        """Whether the provider has answered: its status can be asked for."""
        return self.pay_token is not None


@attrs.frozen(kw_only=True)
class Settled:
    """What became of a payment.

    Args:
        payment: as it is now.
        credited: whether it went into the wallet this very time.
    """

    payment: Payment
    credited: bool


def token_digest(token: str) -> str:
    """Gives what is kept of a secret token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def check_notification(payment: Payment, token: object) -> None:
    """Checks the token of a notification, in a time that tells nothing of the right one.

    Raises:
        NotificationRefused: it is not the token of this payment, or the payment has none.
    """
    given = token_digest(token if isinstance(token, str) else "")
    expected = payment.notify_digest or "-" * len(given)
    if not hmac.compare_digest(given, expected):
        raise NotificationRefused("this notification does not carry the token of its payment")
