"""What a payment provider, a sender of text messages and a keeper of files promise.

An adapter (`logistics_core.adapters`) speaks to one vendor; `logistics_core.testing.orange` stands
for one in tests and in the demonstration.
"""

from __future__ import annotations

from enum import StrEnum
from typing import IO, Final, Protocol, runtime_checkable

import attrs

from shared_kernel import Money

__all__ = [
    "LONGEST_NOTIFY_URL",
    "LONGEST_REFERENCE",
    "Asked",
    "PaymentProvider",
    "PaymentStatus",
    "ProofFiles",
    "SmsSender",
]

LONGEST_REFERENCE: Final = 30
"""The characters that a payment's reference may have: what Orange takes."""
LONGEST_NOTIFY_URL: Final = 120
"""The characters that the address of a notification may have: what Orange takes."""


class PaymentStatus(StrEnum):
    """Where a payment stands, in the words of Orange."""

    INITIATED = "INITIATED"
    """Asked for; the payer has not confirmed yet."""
    PENDING = "PENDING"
    """Confirmed by the payer, and on its way."""
    EXPIRED = "EXPIRED"
    """The payer did not confirm in time."""
    SUCCESS = "SUCCESS"
    """Paid."""
    FAILED = "FAILED"
    """Refused, or given up."""

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self in {PaymentStatus.INITIATED, PaymentStatus.PENDING}


@attrs.frozen(kw_only=True)
class Asked:
    """What a provider answered when it was asked for a payment.

    Args:
        pay_token: what its status is asked with.
        payment_url: the page where the payer pays.
        notify_token: what the provider's notification will carry; None where it sends none.
    """

    pay_token: str = attrs.field(repr=False)
    payment_url: str = attrs.field(repr=False)
    notify_token: str | None = attrs.field(repr=False, default=None)


@runtime_checkable
class PaymentProvider(Protocol):
    """A provider of payments: a page of its own where the payer pays, then a status."""

    @property
    def name(self) -> str:
        """Its name: small letters, figures and ``_``."""
        ...

    def ask(
        self,
        *,
        reference: str,
        amount: Money,
        return_url: str,
        cancel_url: str,
        notify_url: str,
        language: str,
    ) -> Asked:
        """Asks for a payment.

        Args:
            reference: ours, unique, at most `LONGEST_REFERENCE` characters.
            amount: how much.
            return_url: where the payer comes back to when all is done.
            cancel_url: where the payer comes back to after giving up.
            notify_url: where the provider tells how it ended.
            language: of the provider's page: ``fr`` or ``en``.

        Raises:
            PaymentFaults: the provider cannot be asked that.
            ProviderDown: no answer, or a refusal for now.
            ProviderNonsense: an answer that cannot be believed.
        """
        ...

    def status(self, *, reference: str, amount: Money, pay_token: str) -> PaymentStatus:
        """Asks where a payment stands.

        Raises:
            ProviderDown: no answer, or a refusal for now.
            ProviderNonsense: an answer that cannot be believed: another payment's, another amount.
        """
        ...


@runtime_checkable
class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, phone_e164: str, text: str) -> None:
        """Hands a message over.

        Args:
            phone_e164: to whom: ``+`` and the figures.
            text: what is said.

        Raises:
            SmsFailed: it could not be handed over; the error tells neither the text nor the phone.
        """
        ...


@runtime_checkable
class ProofFiles(Protocol):
    """Keeps the files of proofs whole, under keys made by the program."""

    def put(self, key: str, data: bytes) -> None:
        """Keeps the data under the key; all of it or nothing."""
        ...

    def open(self, key: str) -> IO[bytes]:
        """The file, ready to be read from its start; the caller closes it."""
        ...

    def delete(self, key: str) -> None:
        """Forgets the key; nothing happens when it was not there."""
        ...
