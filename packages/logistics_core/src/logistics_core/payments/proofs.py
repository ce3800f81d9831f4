"""Proofs of payment: the picture of a receipt, made safe, and what was decided of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from logistics_core.payments.pictures import MOST_BYTES, MOST_PIXELS, CleanImage, clean_image
from shared_kernel import Money

__all__ = ["MOST_BYTES", "MOST_PIXELS", "CleanImage", "Proof", "ProofState", "clean_image"]


class ProofState(StrEnum):
    """Where a proof stands."""

    PENDING = "pending"
    VALIDATED = "validated"
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class Proof:
    """A proof of payment, as it is kept.

    Args:
        id: its own identifier.
        owner: who sent it.
        order_id: the order that was paid.
        amount: what it is said to prove.
        state: where it stands.
        reason: why it was refused; empty otherwise.
        file_key: what its picture is kept under.
        format: ``jpeg`` or ``png``.
        bytes: the size of the file.
        width: in pixels.
        height: in pixels.
        sha256: of the file, in hexadecimal.
        created_at: when it was sent (UTC).
        decided_at: when it was validated or refused (UTC).
        decided_by: who did.
        version: 1, and 1 more with each change.
    """

    id: str
    owner: str
    order_id: str
    amount: Money
    state: ProofState
    reason: str
    file_key: str
    format: str
    bytes: int
    width: int
    height: int
    sha256: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    version: int

    @property
    def media_type(self) -> str:
        """What its file is served as."""
        return f"image/{self.format}"
