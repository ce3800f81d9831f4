"""Every error of the library, in one tree.

::

    LogisticsError (shared_kernel.KernelError)
    |-- MeasureFaults (shared_kernel.Faults)   a carton, a shipment, a container or a setting is
    |                                          refused: every fault of it, each with its path
    |-- TariffFaults (shared_kernel.Faults)    a tariff is refused: every fault of it, with its path
    |-- PurchaseFaults (shared_kernel.Faults)  a purchase cannot be quoted: every fault of it
    |-- TariffMissing (LookupError)            no tariff is in force then, or of that version
    |-- TariffOverlap                          the dates of a tariff meet those of another one
    |-- PoolFaults (shared_kernel.Faults)      an order, a container or a choice is refused
    |-- MoveRefused                            this move is not a legal one from where it stands
    |-- QuoteExpired                           the quote was not confirmed in time: ask for another
    |-- NoRoom                                 a container has not the room any more
    |-- OrderMissing (LookupError)             there is no such order, or it is another's
    |-- ContainerMissing (LookupError)         there is no such container
    |-- WalletFaults (shared_kernel.Faults)    a movement of money is refused
    |-- NotEnough                              an account does not hold that much
    |-- KeyReused                              the key of a movement was used for another one
    |-- ImageRefused (shared_kernel.Faults)    a picture is none, too large, or too many pixels
    |-- ProofMissing (LookupError)             there is no such proof, or it is another's
    |-- PaymentFaults (shared_kernel.Faults)   a payment cannot be asked for
    |-- PaymentMissing (LookupError)           there is no such payment, or it is another's
    |-- ProviderFailed                         a payment provider did not do what was asked
    |   |-- ProviderDown                       it did not answer, or refused for now
    |   `-- ProviderNonsense                   it answered, and what it said cannot be believed
    |-- NotificationRefused                    a notification without the token of its payment
    |-- SmsFailed                              a text message could not be handed over
    |-- SupplierFaults (shared_kernel.Faults)  a supplier of the catalogue is refused
    |-- SupplierMissing (LookupError)          there is no such supplier
    |-- MerchantFaults (shared_kernel.Faults)  the terms of a merchant are refused
    `-- StaleVersion                           what is kept was changed since the version at hand

The messages are English sentences with named holes, and the keys of `translations/fr.po`. None of
them ever tells a cost or a margin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared_kernel.errors import Faults, KernelError

if TYPE_CHECKING:
    from datetime import timedelta

    from logistics_core.pooling.rooms import Offer

__all__ = [
    "ContainerMissing",
    "ImageRefused",
    "KeyReused",
    "LogisticsError",
    "MeasureFaults",
    "MerchantFaults",
    "MoveRefused",
    "NoRoom",
    "NotEnough",
    "NotificationRefused",
    "OrderMissing",
    "PaymentFaults",
    "PaymentMissing",
    "PoolFaults",
    "ProofMissing",
    "ProviderDown",
    "ProviderFailed",
    "ProviderNonsense",
    "PurchaseFaults",
    "QuoteExpired",
    "SmsFailed",
    "StaleVersion",
    "SupplierFaults",
    "SupplierMissing",
    "TariffFaults",
    "TariffMissing",
    "TariffOverlap",
    "WalletFaults",
]


class LogisticsError(KernelError):
    """Base of every error of the library."""


class MeasureFaults(LogisticsError, Faults):
    """Sides, weights, counts or settings are refused; `.faults` lists every fault with its path."""


class TariffFaults(LogisticsError, Faults):
    """A tariff is refused; `.faults` lists every fault with its path."""


class PurchaseFaults(LogisticsError, Faults):
    """A purchase cannot be quoted; `.faults` lists every fault with its path."""


class TariffMissing(LogisticsError, LookupError):
    """No tariff is in force at that moment, or none has that version."""


class TariffOverlap(LogisticsError):
    """The dates of a tariff meet those of another one."""


class PoolFaults(LogisticsError, Faults):
    """An order, a container or a choice is refused; `.faults` lists every fault with its path."""


class MoveRefused(LogisticsError):
    """What was asked is not a legal move from the state it is in; the message says which are."""


class QuoteExpired(LogisticsError):
    """The quote was not confirmed in time: another one is asked for."""


class NoRoom(LogisticsError):
    """A container has not the room that was asked, or takes nothing any more."""

    offer: Offer | None = None
    """What can be had instead, where it was worked out."""


class OrderMissing(LogisticsError, LookupError):
    """There is no such order, or it is another merchant's."""


class ContainerMissing(LogisticsError, LookupError):
    """There is no such container."""


class WalletFaults(LogisticsError, Faults):
    """A movement of money is refused; `.faults` lists every fault with its path."""


class NotEnough(LogisticsError):
    """An account does not hold as much as was asked of it."""


class KeyReused(LogisticsError):
    """The key of a movement was used already, for another movement."""


class ImageRefused(LogisticsError, Faults):
    """A picture is refused: it is none, it is too large, or it has too many pixels."""


class ProofMissing(LogisticsError, LookupError):
    """There is no such proof, or it is another merchant's."""


class PaymentFaults(LogisticsError, Faults):
    """A payment cannot be asked for; `.faults` lists every fault with its path."""


class PaymentMissing(LogisticsError, LookupError):
    """There is no such payment, or it is another merchant's."""


class ProviderFailed(LogisticsError):
    """A payment provider did not do what was asked."""


class ProviderDown(ProviderFailed):
    """The provider did not answer, or refused for now.

    Args:
        template: an English sentence, with ``{name}`` for each parameter.
        retry_after: how long it asks to be left alone; None where it did not say.
        **params: what fills the holes.
    """

    retry_after: timedelta | None

    def __init__(
        self, template: str = "", *, retry_after: timedelta | None = None, **params: str
    ) -> None:
        super().__init__(template, **params)
        self.retry_after = retry_after


class ProviderNonsense(ProviderFailed):
    """The provider answered, and what it said cannot be believed."""


class NotificationRefused(LogisticsError):
    """A notification does not carry the token of the payment it names."""


class SmsFailed(LogisticsError):
    """A text message could not be handed over; neither its text nor its number is told."""


class SupplierFaults(LogisticsError, Faults):
    """A supplier of the catalogue is refused; `.faults` lists every fault with its path."""


class SupplierMissing(LogisticsError, LookupError):
    """There is no such supplier."""


class MerchantFaults(LogisticsError, Faults):
    """The terms agreed with a merchant are refused; `.faults` lists every fault with its path."""


class StaleVersion(LogisticsError):
    """What is kept was changed since the version at hand: read it again."""
