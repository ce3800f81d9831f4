"""Where an order may go: the containers that take all of it, a sharing over several, the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from .reading import Gauge, gauge_of
from .words import room

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comptoir_web.freight.values import ContainerGauge

__all__ = ["Choices", "Share", "Sharing", "choices_of", "sharing_of"]


@attrs.frozen(kw_only=True)
class Share:
    """A part of an order in one container."""

    container_id: str
    reference: str
    litres: int
    volume: str


@attrs.frozen(kw_only=True)
class Sharing:
    """An order in several containers.

    Attributes:
        shares: What goes where, the oldest container first.
        waits: What is left for the waiting list; empty when nothing is.
    """

    shares: tuple[Share, ...]
    waits: str = ""


@attrs.frozen(kw_only=True)
class Choices:
    """What is proposed for an order that has no place yet.

    Attributes:
        volume: What is to be placed.
        whole: The containers that take all of it, the oldest first.
        tight: Those that take bookings and have not the room.
        sharing: A sharing over several; None when there is none, or when one takes it whole.
    """

    volume: str
    whole: tuple[Gauge, ...]
    tight: tuple[Gauge, ...]
    sharing: Sharing | None = None


def choices_of(
    litres: int, containers: Sequence[ContainerGauge], *, smallest_litres: int
) -> Choices:
    """What is proposed for so many litres.

    Args:
        litres: What is to be placed.
        containers: Those that take bookings, the oldest first.
        smallest_litres: The least that is booked.
    """
    fitting = [each for each in containers if each.free_litres >= litres]
    tight = [each for each in containers if each.free_litres < litres]
    return Choices(
        volume=room(litres),
        whole=tuple(gauge_of(each) for each in fitting),
        tight=tuple(gauge_of(each) for each in tight),
        sharing=None
        if fitting
        else sharing_of(litres, containers, smallest_litres=smallest_litres),
    )


def sharing_of(
    litres: int, containers: Sequence[ContainerGauge], *, smallest_litres: int
) -> Sharing | None:
    """The order over the containers there are, the oldest first; what is left waits.

    No part, nor what waits, is under the smallest booking. None when nothing can be placed.
    """
    least = max(1, smallest_litres)
    left = litres
    shares = []
    for each in containers:
        part = min(each.free_litres, left)
        if 0 < left - part < least:
            part = left - least
        if part < least:
            continue
        shares.append(
            Share(container_id=each.id, reference=each.reference, litres=part, volume=room(part))
        )
        left -= part
        if not left:
            break
    return Sharing(shares=tuple(shares), waits=room(left) if left else "") if shares else None
