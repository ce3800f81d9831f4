"""What a merchant may have to look at: an order of every kind, a payment asked for, a catalogue.

On top of `testkit.freight`, and through the services of a site as well.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs
from sqlalchemy import Engine, select, update

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from logistics_core.storage.pooling_tables import logistics_orders
from shared_kernel.engine import transaction
from testkit.freight import (
    PretendProvider,
    a_purchase,
    francs,
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
    from collections.abc import Mapping

    import svcs

    from logistics_core.payments import Payment
    from logistics_core.storage.orders import Order

__all__ = ["expire", "give_freight", "give_order_without_room", "give_orders", "give_payment"]

_WHOLE: Final = 76_000


def give_freight(services: svcs.Container) -> str:
    """Prices, two suppliers and a container that others share, once each; the container's id."""
    give_tariff(services)
    desk: FreightDesk = services.get(FreightDesk)
    if not desk.suppliers().total:
        give_supplier(services, "Atelier textile du Sud")
        give_supplier(services, "Écrans et câbles du Nord", category="ELECTRONIQUE")
    for gauge in desk.containers_open():
        if 15_000 < gauge.booked_litres < 45_000:
            return gauge.id
    made = give_container(services)
    give_confirmed(services, give_merchant(services).id, made.id, volume="38.25")
    return made.id


_MADE: Final[dict[str, Mapping[str, Order]]] = {}


def give_orders(services: svcs.Container, owner: str) -> Mapping[str, Order]:
    """An order of each kind, by a name of it, once an owner; the wallet holds a little."""
    if owner not in _MADE:
        _MADE[owner] = _orders(services, owner)
    return _MADE[owner]


def _orders(services: svcs.Container, owner: str) -> Mapping[str, Order]:
    desk: FreightDesk = services.get(FreightDesk)
    office: FreightOffice = services.get(FreightOffice)
    payments: FreightPayments = services.get(FreightPayments)
    shared = give_freight(services)
    waiting = give_order(services, owner, volume="1.5", category="DIVERS")
    desk.wait(owner, waiting.id)
    cancelled = give_paid(services, owner, shared, goods=900, volume="0.6", category="DIVERS")
    desk.cancel(owner, cancelled.id)
    checked = give_confirmed(services, owner, shared, volume="0.75")
    give_proof(services, owner, checked.id)
    refused = give_confirmed(services, owner, shared, volume="0.8")
    proof = give_proof(services, owner, refused.id)
    reason = "Le montant ne se lit pas sur la photo : envoyez-la plus nette."
    payments.refuse(proof.id, reason=reason, version=proof.version, actor=None)
    sailing = give_container(services)
    at_sea = give_paid(services, owner, sailing.id, goods=15_000, category="ELECTRONIQUE")
    office.close_container(sailing.id, actor=None)
    made = {
        "waiting": waiting,
        "cancelled": cancelled,
        "checked": checked,
        "refused": refused,
        "at sea": at_sea,
        "paid": give_paid(services, owner, shared, volume="1.25"),
        "confirmed": give_confirmed(services, owner, shared, goods=2_500, volume="0.5"),
        "expired": give_order(services, owner, volume="2"),
        "quote": give_order(services, owner),
    }
    expire(services, made["expired"])
    give_money(services, owner, 1_200_000)
    return made


def give_order_without_room(services: svcs.Container, owner: str) -> Order:
    """A quote as large as a container, where every container that is open has something in it."""
    desk: FreightDesk = services.get(FreightDesk)
    give_freight(services)
    give_freight(services)
    other = give_merchant(services).id
    for gauge in desk.containers_open():
        if gauge.free_litres >= _WHOLE:
            give_confirmed(services, other, gauge.id, volume="20")
    return desk.save_quote(
        owner, a_purchase(90_000, "76", "DIVERS"), request_id=secrets.token_hex(8)
    )


def expire(services: svcs.Container, order: Order) -> None:
    """Let a quote be a month old: the clock of a running site cannot be moved."""
    month = timedelta(days=30)
    table = logistics_orders
    with transaction(services.get(Engine)) as connection:
        kept = select(table.c.client_quote).where(table.c.id == order.id)
        document = json.loads(connection.execute(kept).scalar_one())
        for name in ("quoted_at", "valid_until"):
            document[name] = (datetime.fromisoformat(document[name]) - month).isoformat()
        connection.execute(
            update(table)
            .where(table.c.id == order.id)
            .values(
                client_quote=json.dumps(document),
                valid_until=order.quote.valid_until - month,
            )
        )


def give_payment(services: svcs.Container, owner: str, order_id: str) -> Payment:
    """A payment asked of a provider that stands nowhere."""
    present: FreightPayments = services.get(FreightPayments)
    asked = attrs.evolve(present, provider=PretendProvider())
    return asked.start(owner, order_id, key=secrets.token_hex(8), amount=francs(1_000_000)).payment
