"""What an administrator of freight has to look at: something to decide of every kind, figures.

On top of `testkit.freight`, and through the services of a site as well, once however often asked.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.wiring import Clock
from logistics_core.merchants import MerchantTerms
from testkit.freight import (
    a_purchase,
    give_confirmed,
    give_container,
    give_merchant,
    give_money,
    give_order,
    give_paid,
    give_proof,
    give_supplier,
    give_tariff,
)

if TYPE_CHECKING:
    import svcs

__all__ = ["Office", "a_second_rate", "full_container", "give_office"]


@frozen(kw_only=True)
class Office:
    """The ids of what there is.

    Attributes:
        merchant: Has orders of every kind, money in the wallet and terms of their own.
        container: Nearly full, and the pool has something for it.
        at_sea: A container that has left.
        cancelled: One that was cancelled.
        order: Confirmed, partly in need of a payment.
        quote: Open.
        waiting: Waits in the pool.
        proof: To decide on.
        refused: A proof that was refused.
        supplier: Of the catalogue.
    """

    merchant: str
    container: str
    at_sea: str
    cancelled: str
    order: str
    quote: str
    waiting: str
    proof: str
    refused: str
    supplier: str


_MADE: dict[str, Office] = {}


def give_office(services: svcs.Container) -> Office:
    """Make all of it, the first time it is asked for on this database."""
    database = str(services.get(Engine).url)
    if database not in _MADE:
        _MADE[database] = _made(services)
    return _MADE[database]


def _made(services: svcs.Container) -> Office:
    office: FreightOffice = services.get(FreightOffice)
    desk: FreightDesk = services.get(FreightDesk)
    payments: FreightPayments = services.get(FreightPayments)
    give_tariff(services, worked=True)
    who = give_merchant(services, name="Marchande aux nombreuses commandes").id
    other = give_merchant(services, name="Marchand de tissus").id
    gone, dropped = give_container(services), give_container(services)
    give_paid(services, who, gone.id, goods=15_000, category="ELECTRONIQUE")
    give_paid(services, other, gone.id, volume="12.5")
    office.close_container(gone.id, actor=None)
    office.advance(gone.id, "port", actor=None)
    give_paid(services, other, dropped.id, volume="2")
    office.cancel_container(dropped.id, actor=None)
    present = give_container(services)
    give_paid(services, other, present.id, goods=90_000, volume="40")
    give_confirmed(services, other, present.id, goods=60_000, volume="29", category="ELECTRONIQUE")
    order = give_confirmed(services, who, present.id, volume="2.5", category="DIVERS")
    for volume in ("1.5", "2.25"):
        waiting = give_order(services, who, volume=volume)
        desk.wait(who, waiting.id)
    quote = give_order(services, who, goods=4_200, volume="1.2")
    give_order(services, other, volume="0.8", category="DIVERS")
    refused = give_proof(services, who, order.id, amount=900_000)
    payments.refuse(
        refused.id, reason="Le montant ne se lit pas.", version=refused.version, actor=None
    )
    proof = give_proof(services, who, order.id, amount=2_000_000)
    give_money(services, who, 3_000_000)
    agreed = MerchantTerms(owner=who, priority=0, note="Paie toujours à temps.")
    office.save_terms(agreed, version=0, actor=None)
    supplier = give_supplier(services, "Atelier de Guangzhou")
    give_supplier(services, "Écrans de Shenzhen", category="ELECTRONIQUE")
    return Office(
        merchant=who,
        container=present.id,
        at_sea=gone.id,
        cancelled=dropped.id,
        order=order.id,
        quote=quote.id,
        waiting=waiting.id,
        proof=proof.id,
        refused=refused.id,
        supplier=supplier.supplier.id,
    )


def a_second_rate(services: svcs.Container) -> None:
    """Other rates from a day to come on, so that they have a history; once."""
    office: FreightOffice = services.get(FreightOffice)
    clock: Clock = services.get(Clock)
    rate, real = Decimal(1300), Decimal("1255.5")
    if all(one.tariff.rate != rate for one in office.tariffs()):
        since = clock().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=12)
        office.publish_rate(rate, real_rate=real, effective_from=since, actor=None)


def full_container(services: svcs.Container) -> str:
    """The container of the documentation: 28 CBM of electronics, 30 of textile, 18 of the rest."""
    give_tariff(services, worked=True)
    container = give_container(services)
    desk: FreightDesk = services.get(FreightDesk)
    who = give_merchant(services).id
    for volume, category in (("28", "ELECTRONIQUE"), ("30", "TEXTILE"), ("18", "DIVERS")):
        order = desk.save_quote(
            who, a_purchase(1_000, volume, category), request_id=secrets.token_hex(8)
        )
        desk.confirm(who, order.id, container_id=container.id)
    return container.id
