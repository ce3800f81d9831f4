"""Containers and suppliers on the wire, for merchants: see `freight_documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from logistics_core.suppliers import Badge
from shared_kernel import Money

if TYPE_CHECKING:
    from comptoir_web.freight.values import ContainerGauge
    from logistics_core.suppliers import Supplier

__all__ = [
    "FreightContainer",
    "FreightContainers",
    "FreightSupplier",
    "FreightSuppliers",
]


@attrs.frozen(kw_only=True)
class FreightContainer:
    """How full a container is.

    Attributes:
        id: Its identifier.
        reference: What people call it.
        stage: `collecte`, `mer`, `port`, `douane` or `livre`.
        billed_litres: What it is sold as.
        booked_litres: What is booked.
        free_litres: What can still be booked.
        open: Whether it takes bookings.
    """

    id: str
    reference: str
    stage: str
    billed_litres: int
    booked_litres: int
    free_litres: int
    open: bool

    @classmethod
    def of(cls, gauge: ContainerGauge) -> FreightContainer:
        """Write a container as everybody may see it."""
        return cls(**{each.name: getattr(gauge, each.name) for each in attrs.fields(cls)})


@attrs.frozen(kw_only=True)
class FreightContainers:
    """The containers that take bookings, the oldest first."""

    items: tuple[FreightContainer, ...]


@attrs.frozen(kw_only=True)
class FreightSupplier:
    """A supplier of the catalogue.

    Attributes:
        id: Its identifier.
        name: Its name.
        category: The code of the category of its goods.
        country: ISO 3166, two letters.
        city: Where it is.
        badges: What was found out about it.
        minimum_order: The least it sells; null where it is not known.
        url: Its site; empty where there is none.
        description: What it makes.
    """

    id: str
    name: str
    category: str
    country: str
    city: str
    badges: tuple[Badge, ...]
    minimum_order: Money | None
    url: str
    description: str

    @classmethod
    def of(cls, supplier: Supplier) -> FreightSupplier:
        """Write a supplier."""
        return cls(**{each.name: getattr(supplier, each.name) for each in attrs.fields(cls)})


@attrs.frozen(kw_only=True)
class FreightSuppliers:
    """One page of the catalogue, by name.

    Attributes:
        items: The suppliers of the page.
        page: Its number.
        total: How many there are in all.
    """

    items: tuple[FreightSupplier, ...]
    page: int
    total: int
