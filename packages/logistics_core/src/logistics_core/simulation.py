"""A whole filling played on the real code: merchants who quote, book, wait, pay and cancel.

Nothing is pretended but the merchants: the tariff is published, quotes are kept, rooms are booked
by the desk, money moves between wallets, and a container goes to sea by itself when it is full. The
checks then look at what is kept, without the counters that the desk keeps for itself.

It needs the extra ``storage``. The database is the caller's: migrated, empty, and thrown away
afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from logistics_core._checks import check_moment, check_whole
from logistics_core.errors import PoolFaults
from shared_kernel import FaultList, Money, format_decimal, round_decimal
from shared_kernel.translations import catalogue

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["CategoryRow", "Check", "ContainerRow", "SimulationReport", "simulate"]

MOST_CLIENTS: Final = 500


@attrs.frozen
class Check:
    """One thing that must hold after the play, looked up in the database.

    Args:
        name: what must hold, in a few English words; a key of the catalogue.
        passed: whether it does.
        template: what was compared, an English sentence with ``{name}`` for each figure; likewise.
        figures: what fills the holes.

    >>> check = Check("stage moved", True, "{moves} stages, {by_itself} containers left by "
    ...     "themselves, {arrived} arrived", {"moves": 1200, "by_itself": 2, "arrived": 1})
    >>> check.detail
    '1200 stages, 2 containers left by themselves, 1 arrived'
    >>> check.label("en"), check.told("en")
    ('stage moved', '1,200 stages, 2 containers left by themselves, 1 arrived')
    """

    name: str
    passed: bool
    template: str
    figures: Mapping[str, int]

    @property
    def detail(self) -> str:
        """The figures that were compared, in English, written as machines read them."""
        return self.template.format_map(self.figures)

    def label(self, locale: str) -> str:
        """What must hold, in a language; in English where there is no translation."""
        return catalogue("logistics_core", locale).gettext(self.name)

    def told(self, locale: str) -> str:
        """The figures that were compared, in a language and as it writes numbers."""
        template = catalogue("logistics_core", locale).gettext(self.template)
        written = {
            name: format_decimal(figure, locale=locale) for name, figure in self.figures.items()
        }
        return template.format_map(written)


@attrs.frozen(kw_only=True)
class CategoryRow:
    """What one category of goods brought, quotes and cancelled orders left out.

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

    @property
    def volume_cbm(self) -> Decimal:
        """Their volume in cubic metres."""
        return Decimal(self.litres).scaleb(-3)

    @property
    def margin_percent(self) -> Decimal:
        """The margin in percent of the revenue, to 0.01, half up; 0 of nothing."""
        if not self.revenue.amount:
            return Decimal("0.00")
        return round_decimal(self.margin.amount * 100 / self.revenue.amount, 2)


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
        checks: the five: volume, stages, capacity, margin, orders.
        orders: how many orders were made.
        by_state: the same by the state they ended in, by its value.
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
    orders: int
    by_state: dict[str, int]
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
        PoolFaults: too many clients or none, or no moment.
        ExtraMissing: the extra ``storage`` is not installed.
    """
    found = FaultList()
    check_whole(found, "clients", clients, least=1, most=MOST_CLIENTS)
    check_moment(found, "at", at)
    found.raise_if_any(PoolFaults)

    from logistics_core._simulation_checks import report
    from logistics_core._simulation_play import Play
    from shared_kernel.engine import reading

    play = Play(engine, clients=clients, seed=seed, at=at)
    play.run()
    with reading(engine) as connection:
        return report(connection, play)
