"""The room of containers as merchants meet it: gauges, what is too large, what is offered."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve

from comptoir_web.freight.values import ContainerGauge
from logistics_core.errors import PurchaseFaults
from logistics_core.pooling import Capacity, Offer, fits, offer
from logistics_core.storage.containers import ContainerStore
from shared_kernel import FaultKind, FaultList

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.orders import Order
    from logistics_core.tariffs import Purchase

__all__ = ["check_room", "gauge_of", "offer_of"]

TOO_LARGE = FaultKind(
    "freight.too_large", "{given} CBM are more than a container holds, {most}: divide the purchase"
)
TOO_HEAVY = FaultKind(
    "freight.too_heavy", "{given} kg are more than a container carries, {most}: divide the purchase"
)


def check_room(connection: Connection, purchase: Purchase) -> None:
    """Refuse a purchase that no container takes, even an empty one.

    Raises:
        PurchaseFaults: It is larger or heavier than any of those that are open, or than the usual.
    """
    capacities = [Capacity(), *(each.capacity for each in ContainerStore(connection).open())]
    litres = max(each.billed_litres for each in capacities)
    grams = max(each.payload_grams for each in capacities)
    faults = FaultList()
    faults.check(
        purchase.litres <= litres,
        TOO_LARGE,
        "volume_cbm",
        given=f"{purchase.volume_cbm.normalize():f}",
        most=f"{Decimal(litres).scaleb(-3).normalize():f}",
    )
    faults.check(
        purchase.grams <= grams,
        TOO_HEAVY,
        "weight_kg",
        given=f"{(purchase.weight_kg or Decimal()).normalize():f}",
        most=f"{Decimal(grams).scaleb(-3).normalize():f}",
    )
    faults.raise_if_any(PurchaseFaults)


def gauge_of(container: PooledContainer) -> ContainerGauge:
    """A container as everybody may see it."""
    return ContainerGauge(
        id=container.id,
        reference=container.reference,
        stage=container.stage,
        billed_litres=container.capacity.billed_litres,
        booked_litres=container.load.litres,
        open=container.takes_bookings,
        created_at=container.created_at,
    )


def offer_of(
    order: Order, containers: tuple[PooledContainer, ...], asked: PooledContainer | None
) -> Offer:
    """What can be had for an order: of one container that was asked for, or of those open.

    Args:
        order: Which.
        containers: Those that take bookings, the oldest first.
        asked: The one whose part is wanted; None: the oldest.
    """
    if asked is None and not containers:
        return Offer()
    container = asked or containers[0]
    found = offer(
        order.waiting_litres or order.litres,
        order.waiting_grams if order.waiting_litres else order.grams,
        container=container,
        others=containers,
        smallest_litres=container.smallest_litres,
    )
    if asked is not None:
        return found
    # Asked of nobody in particular, the oldest is one of those that may take it.
    whole = fits(order.litres, order.grams, capacity=container.capacity, load=container.load)
    return evolve(found, next_containers=(container.id,) * whole + found.next_containers)
