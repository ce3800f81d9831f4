"""What waits for an administrator, read for the first page of the office."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from comptoir_web.freight.filling import read_proposals
from comptoir_web.freight.listing import office_proofs
from comptoir_web.freight.office_values import Decisions
from comptoir_web.freight.reading import currency_at, tariff_at
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.payments import PaymentStore
from logistics_core.storage.proofs import ProofStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["NEARLY_FULL_PERCENT", "read_decisions"]

NEARLY_FULL_PERCENT: Final = 90
LATE: Final = timedelta(hours=1)


def read_decisions(connection: Connection, *, at: datetime) -> Decisions:
    """What waits for an administrator at a moment."""
    containers = ContainerStore(connection).open()
    proposals = read_proposals(connection, containers, at=at, currency=currency_at(connection, at))
    current = tariff_at(connection, at)
    ends_at = None if current is None else current.tariff.effective_until
    if ends_at is not None and tariff_at(connection, ends_at) is not None:
        ends_at = None
    return Decisions(
        proofs=office_proofs(connection, ProofStore(connection).pending()),
        nearly_full=tuple(each for each in containers if each.fill_percent >= NEARLY_FULL_PERCENT),
        proposals=tuple(each for each in proposals if each.orders),
        late_payments=PaymentStore(connection).unsettled(at - LATE),
        waiting=OrderStore(connection).count(waiting=True),
        tariff_missing=current is None,
        tariff_ends_at=ends_at,
    )
