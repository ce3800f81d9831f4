"""Version 1 of the API, at ``/api/v1``.

The map:

- `session`: access tokens (sign-in, refresh, revoke) and who holds one;
- `calculator`: a loan's schedule, its balance at a date, its annual percentage rate;
- `saved`: the loans an account keeps;
- `holdings`: what an account owns and owes;
- `networth`: the figure shown, its recomputation, its history, its projection;
- `planning`: the investor's profile, the plan, the actions of a month;
- `freight`: group freight for merchants;
- `freight_admin`: group freight for administrators, with costs and margins;
- `freight_notifications`: where the provider of mobile money tells of a payment.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from comptoir_web.api.v1 import (
    calculator,
    freight,
    freight_admin,
    freight_notifications,
    holdings,
    networth,
    planning,
    saved,
    session,
)

__all__ = ["BLUEPRINTS", "COMMON", "SECTIONS"]

COMMON: Final[tuple[Blueprint, ...]] = (session.blueprint,)
"""What every installation has."""

SECTIONS: Final[dict[str, tuple[Blueprint, ...]]] = {
    "wealth": (
        calculator.blueprint,
        saved.blueprint,
        holdings.blueprint,
        networth.blueprint,
        planning.blueprint,
    ),
    "freight": (
        freight.blueprint,
        freight_admin.blueprint,
        freight_notifications.blueprint,
    ),
}
"""What each section of the settings switches on."""

BLUEPRINTS: Final = (*COMMON, *(part for parts in SECTIONS.values() for part in parts))
"""All of them."""
