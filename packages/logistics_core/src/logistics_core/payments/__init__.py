"""Payments: what is asked of a provider, the proofs merchants send, and the ports to vendors.

The map::

    ports      what a payment provider, a sender of text messages and a keeper of files promise
    requests   a payment that was asked for, and the token its notification must carry
    pictures   a picture that was sent, written anew (extra: payments)
    proofs     proofs of payment, and what was decided of each

The vendors are in `logistics_core.adapters`, the database in `logistics_core.storage`. Nothing here
reads a clock, a network or a database.
"""

from logistics_core.payments.ports import (
    Asked,
    PaymentProvider,
    PaymentStatus,
    ProofFiles,
    SmsSender,
)
from logistics_core.payments.proofs import (
    CleanImage,
    Proof,
    ProofState,
    clean_image,
)
from logistics_core.payments.requests import (
    Payment,
    Settled,
    check_notification,
    token_digest,
)

__all__ = [
    "Asked",
    "CleanImage",
    "Payment",
    "PaymentProvider",
    "PaymentStatus",
    "Proof",
    "ProofFiles",
    "ProofState",
    "Settled",
    "SmsSender",
    "check_notification",
    "clean_image",
    "token_digest",
]
