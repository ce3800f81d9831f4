"""The states of an order, the legal moves between them, and those its containers bring about.

::

    devis ----> confirme ----> paye ----> expedie ----> recu
      |            |            |            |
      '------------+------------+------------'--------> annule

An order that has left is cancelled with its container only. What is received or cancelled is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from logistics_core.errors import MoveRefused
from logistics_core.measures import check_is
from logistics_core.pooling._checks import raise_faults, several
from logistics_core.pooling.stages import Stage
from shared_kernel import FaultList

__all__ = ["LEGAL_MOVES", "OrderState", "catching_up", "check_move", "implied_states"]


class OrderState(StrEnum):
    """Where an order stands; the value is what is kept."""

    QUOTE = "devis"
    """A price was given; nothing is reserved."""
    CONFIRMED = "confirme"
    """It has its room, or waits in the pool for it; something is still due."""
    PAID = "paye"
    """Nothing is due any more."""
    SHIPPED = "expedie"
    """A part of it, or all of it, has left."""
    RECEIVED = "recu"
    """All of it is handed over."""
    CANCELLED = "annule"
    """It is over without having been received; what was paid is refunded."""

    def label(self, locale: str) -> str:
        """Its name in French for ``fr`` and its regions, in English for every other language.

        >>> OrderState.PAID.label("fr"), OrderState.PAID.label("en")
        ('Payée', 'Paid')
        """
        french, english = _LABELS[self]
        return french if locale.replace("_", "-").split("-")[0] == "fr" else english

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return not LEGAL_MOVES[self]


_LABELS: Final = {
    OrderState.QUOTE: ("Devis", "Quote"),
    OrderState.CONFIRMED: ("Confirmée", "Confirmed"),
    OrderState.PAID: ("Payée", "Paid"),
    OrderState.SHIPPED: ("Expédiée", "Shipped"),
    OrderState.RECEIVED: ("Reçue", "Received"),
    OrderState.CANCELLED: ("Annulée", "Cancelled"),
}

LEGAL_MOVES: Final[Mapping[OrderState, tuple[OrderState, ...]]] = MappingProxyType(
    {
        OrderState.QUOTE: (OrderState.CONFIRMED, OrderState.CANCELLED),
        OrderState.CONFIRMED: (OrderState.PAID, OrderState.CANCELLED),
        OrderState.PAID: (OrderState.SHIPPED, OrderState.CANCELLED),
        OrderState.SHIPPED: (OrderState.RECEIVED, OrderState.CANCELLED),
        OrderState.RECEIVED: (),
        OrderState.CANCELLED: (),
    }
)
"""Every legal move. From SHIPPED, CANCELLED takes the cancellation of the container."""


def check_move(before: OrderState, after: OrderState, *, container_cancelled: bool = False) -> None:
    """Does nothing when an order may go from one state to the other.

    Args:
        before: where it stands.
        after: where it is to go.
        container_cancelled: the container it is in is cancelled, which alone cancels what has left.

    Raises:
        PoolFaults: one of them is no state.
        MoveRefused: the move is not legal; the message says which ones are.

    >>> check_move(OrderState.QUOTE, OrderState.PAID)
    Traceback (most recent call last):
        ...
    logistics_core.errors.MoveRefused: an order that is devis cannot become paye: it can become \
confirme, annule
    """
    faults = FaultList()
    check_is(faults, "before", before, OrderState)
    check_is(faults, "after", after, OrderState)
    raise_faults(faults)
    accepted = [
        state
        for state in LEGAL_MOVES[before]
        if state is not OrderState.CANCELLED
        or before is not OrderState.SHIPPED
        or container_cancelled
    ]
    if not accepted:
        raise MoveRefused(
            "an order that is {before} is over: it cannot become {after}",
            before=before.value,
            after=after.value,
        )
    if after not in accepted:
        raise MoveRefused(
            "an order that is {before} cannot become {after}: it can become {accepted}",
            before=before.value,
            after=after.value,
            accepted=", ".join(accepted),
        )


def implied_states(
    paid: bool, stages: Iterable[Stage], *, waits: bool = False
) -> tuple[OrderState, ...]:
    """The states that a confirmed order has gone through, its payment and its containers known.

    The last one is where it stands. An unpaid order stays confirmed wherever its goods are: they
    are handed over once paid, and it then catches up at once. A paid one is shipped as soon as a
    part of it has left, since it cannot be cancelled any more, and received when every part of it
    is handed over.

    Args:
        paid: nothing is due any more.
        stages: the stage of the container of each of its parts; none when all of it waits.
        waits: a part of it waits in the pool for room.

    Raises:
        PoolFaults: what is no stage is among them.

    >>> from logistics_core.pooling.stages import SEA_ROUTE
    >>> [state.value for state in implied_states(True, [SEA_ROUTE.get("port")])]
    ['confirme', 'paye', 'expedie']
    """
    faults = FaultList()
    parts = several(faults, "stages", stages, Stage)
    raise_faults(faults)
    path = [OrderState.CONFIRMED]
    if paid:
        path.append(OrderState.PAID)
        if any(stage.at_sea for stage in parts):
            path.append(OrderState.SHIPPED)
            if not waits and all(stage.final for stage in parts):
                path.append(OrderState.RECEIVED)
    return tuple(path)


def catching_up(
    state: OrderState, *, paid: bool, stages: Iterable[Stage], waits: bool = False
) -> tuple[OrderState, ...]:
    """The legal moves, one after the other, that bring an order up to its payment and containers.

    None for a quote, for what is over and for an order that is where it should be or further.

    Raises:
        PoolFaults: what is no stage is among them.

    >>> from logistics_core.pooling.stages import SEA_ROUTE
    >>> moves = catching_up(OrderState.CONFIRMED, paid=True, stages=[SEA_ROUTE.get("livre")])
    >>> [move.value for move in moves]
    ['paye', 'expedie', 'recu']
    """
    path = implied_states(paid, stages, waits=waits)
    return path[path.index(state) + 1 :] if state in path else ()
