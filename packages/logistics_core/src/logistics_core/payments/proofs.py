"""Proofs of payment: the picture of a receipt, made safe, and what was decided of it.

A picture is recognised by its content, never by its name, and what is kept is not what was sent: it
is decoded and written anew, so that neither metadata (where it was taken) nor anything hidden
behind or inside it survives. Its size is read in its header, before a byte of it is decoded.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

import attrs

from shared_kernel import Money

__all__ = ["MOST_BYTES", "MOST_PIXELS", "CleanImage", "Proof", "ProofState", "clean_image"]

MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 40_000_000


@attrs.frozen(kw_only=True)
class CleanImage:
    """A picture written anew.

    Args:
        data: the file.
        format: what it is.
        width: in pixels, once turned as it is looked at.
        height: in pixels, likewise.
        sha256: of `data`, in hexadecimal: the same picture sent twice has the same.
    """

    data: bytes = attrs.field(repr=False)
    format: Literal["jpeg", "png"]
    width: int
    height: int
    sha256: str

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return f"image/{self.format}"


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


def clean_image(
    data: bytes, *, most_bytes: int = MOST_BYTES, most_pixels: int = MOST_PIXELS
) -> CleanImage:
    """Gives a safe picture of what was sent."""
    raise NotImplementedError
