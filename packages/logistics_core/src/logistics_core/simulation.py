"""A whole filling played on the real code: merchants who quote, book, wait, pay and cancel.

It needs the extra ``storage``. The database is the caller's: migrated, empty, and thrown away
afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared_kernel import Money

__all__ = ["CategoryRow", "Check", "ContainerRow", "SimulationReport", "simulate"]


@attrs.frozen
class Check:
    """One thing that must hold after the play, looked up in the database.

    Args:
        name: ``volume``, ``stages``, ``capacity``, ``margin`` or ``stored``.
        passed: whether it holds.
        detail: the figures that were compared, in one English sentence.
    """

    name: str
    passed: bool
    detail: str


@attrs.frozen(kw_only=True)
class CategoryRow:
    """What one category of goods brought, cancelled orders and quotes left out.

    Args:
        category: its code.
        orders: how many.
        litres: their volume.
        revenue: what their merchants pay.
        margin: what the platform earns.
    """

    category: str
    orders: int
    litres: int
    revenue: Money
    margin: Money


@attrs.frozen(kw_only=True)
class ContainerRow:
    """A container at the end of the play.

    Args:
        reference: what people call it.
        stage: the code of its stage.
        cancelled: whether it was cancelled.
        booked_litres: what is booked.
        billed_litres: what it takes.
        orders: how many orders have a part in it.
    """

    reference: str
    stage: str
    cancelled: bool
    booked_litres: int
    billed_litres: int
    orders: int


@attrs.frozen(kw_only=True)
class SimulationReport:
    """What was played and what came of it; for administrators, since it tells the margin.

    Args:
        clients: how many merchants.
        seed: the same one plays the same.
        checks: the five, in the order: volume, stages, capacity, margin, stored.
        orders: how many orders were made, by their state's value at the end.
        revenue: of the orders that are sold.
        margin: of those.
        by_category: the same by category, in the order of the tariff.
        containers: in the order they were opened.
        waiting_litres: what waits in the pool at the end.
        refunded: what was given back to wallets.
        refused: what the desk refused, by the name of the error: part of the play.
    """

    clients: int
    seed: int
    checks: tuple[Check, ...]
    orders: dict[str, int]
    revenue: Money
    margin: Money
    by_category: tuple[CategoryRow, ...]
    containers: tuple[ContainerRow, ...]
    waiting_litres: int
    refunded: Money
    refused: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether all five hold."""
        return all(check.passed for check in self.checks)


def simulate(engine: Engine, *, clients: int = 20, seed: int, at: datetime) -> SimulationReport:
    """Plays a whole filling, from the tariff to the last stage, and checks what is kept.

    Args:
        engine: a database that has the tables and nothing in them; everything is written to it.
        clients: how many merchants, from 1 to 500.
        seed: of all that is drawn: the same one plays the same.
        at: when it begins, an aware datetime.

    Raises:
        PoolFaults: too many clients, or none.
    """
    raise NotImplementedError
