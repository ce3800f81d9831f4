"""``comptoir freight``: quotes from the library alone; containers and tariffs of a platform."""

from __future__ import annotations

from comptoir_cli.language import gettext as _
from comptoir_cli.lazy import LazyGroup, Place

__all__ = ["freight"]

_POOL = "comptoir_cli.commands.freight_pool"

PLACES = {
    "quote": Place(
        "comptoir_cli.commands.freight_quote",
        "quote",
        _("Quote a purchase: the total, to the unit."),
    ),
    "tariff": Place(
        "comptoir_cli.commands.freight_tariff",
        "tariff",
        _("Show the tariff in force, or publish one."),
    ),
    "containers": Place(_POOL, "containers", _("List the containers, or open one.")),
    "book": Place(_POOL, "book", _("Book an order into a container.")),
    "choose": Place(
        _POOL, "choose", _("What the waiting orders would best fill a container with.")
    ),
    "close": Place(_POOL, "close", _("Close a container: it goes to sea.")),
    "stage": Place(_POOL, "stage", _("Move a container to its next stage.")),
    "cancel": Place(_POOL, "cancel", _("Cancel a container or an order, and refund.")),
    "simulate": Place(
        "comptoir_cli.commands.freight_simulate",
        "simulate",
        _("Play a whole filling on the real code, and check it."),
    ),
}

freight = LazyGroup(
    name="freight",
    places=PLACES,
    help=_("Group freight: quotes, containers, tariffs."),
)
