"""A platform of group freight whose costs stand nowhere else, and what is listened to meanwhile.

`Scene` is the installation, made by `made_scene` with two merchants and its prices; `fill` gives it
orders in every state, containers at every stage, proofs, payments, refunds. `listening` keeps what
is logged. `testkit.sentinels` looks for the costs afterwards.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs
import svcs
from sqlalchemy import Engine

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.service import IdentityService
from comptoir_web.logs import init_logs
from comptoir_web.settings import Mode
from logistics_core.merchants import MerchantTerms
from shared_kernel import money
from testkit.freight import (
    PretendProvider,
    a_purchase,
    a_tariff,
    give_confirmed,
    give_container,
    give_order,
    give_paid,
    give_supplier,
    picture,
    with_provider,
)
from testkit.merchants import give_orders
from testkit.sentinels import Secrets, read_secrets

if TYPE_CHECKING:
    import pytest
    from flask import Flask

    from comptoir_web.settings import Settings
    from comptoir_web.sms import MemorySms
    from testkit.pages import FrozenClock

__all__ = [
    "HOSTILE",
    "NOTES",
    "NOTHING",
    "PHONES",
    "REAL_COSTS",
    "REAL_RATE",
    "Scene",
    "fill",
    "listening",
    "made_scene",
]

PHONES: Final = {"me": "+224620000001", "other": "+224620000002"}
REAL_COSTS: Final = {"ELECTRONIQUE": 5_179_547, "TEXTILE": 4_180_187, "DIVERS": 3_679_513}
"""Primes, so that no product and no sum of them is a round number."""
REAL_RATE: Final = Decimal("1171.7173")
NOTES: Final = ("L’armateur baisse ses prix de moitié.", "Rapporte peu : à surveiller.")
"""What administrators write to one another."""
NOTHING: Final = "0" * 32
HOSTILE: Final = "'\"><script>{{7*7}}</script>%00\u202e../../etc/passwd; DROP TABLE x --"


@attrs.frozen
class Scene:
    """The installation, and the people who visit it.

    Attributes:
        app: The application.
        engine: Its database.
        services: Its services, with mobile money.
        provider: Of mobile money.
        clock: Of the application.
        run_jobs: Runs the jobs that wait.
        sms: The messages sent.
        people: The ids of the two merchants.
        orders: The orders of the first one, by what they are.
        ids: What the variables of addresses are filled with: one's own, another's, nothing.
    """

    app: Flask
    engine: Engine
    services: svcs.Container
    provider: PretendProvider
    clock: FrozenClock
    run_jobs: Callable[[], None]
    sms: MemorySms
    people: dict[str, str]
    orders: dict[str, str] = attrs.field(factory=dict)
    ids: dict[str, Sequence[object]] = attrs.field(factory=dict)

    def secrets(self) -> Secrets:
        """Every cost and margin there is now."""
        return read_secrets(self.engine, texts=NOTES)


@contextmanager
def made_scene(
    app: Flask, clock: FrozenClock, sms: MemorySms, run_jobs: Callable[[], None]
) -> Iterator[Scene]:
    """Two merchants known by their phones, prices, and mobile money."""
    registry = svcs.flask.get_registry(app)
    with svcs.Container(registry) as before:
        provider = with_provider(registry, before)
        identity: IdentityService = before.get(IdentityService)
        engine: Engine = before.get(Engine)
    people = {
        name: identity.create_user(email=None, phone=phone, name=name, role="merchant").id
        for name, phone in PHONES.items()
    }
    with svcs.Container(registry) as services:
        office: FreightOffice = services.get(FreightOffice)
        tariff = a_tariff(services, worked=True)
        costs = tuple(
            attrs.evolve(each, real_cost=money(REAL_COSTS[each.code], "GNF"))
            for each in tariff.categories
        )
        tariff = attrs.evolve(tariff, real_rate=REAL_RATE, categories=costs)
        office.publish(tariff, actor=None, note=NOTES[0])
        terms = MerchantTerms(owner=people["me"], commission=Decimal("0.043"), note=NOTES[1])
        office.save_terms(terms, version=0, actor=None)
        yield Scene(app, engine, services, provider, clock, run_jobs, sms, people)


def fill(scene: Scene) -> None:
    """Orders in every state, containers at every stage, proofs, payments, refunds, a split."""
    services, me, other = scene.services, scene.people["me"], scene.people["other"]
    office: FreightOffice = services.get(FreightOffice)
    desk: FreightDesk = services.get(FreightDesk)
    payments: FreightPayments = services.get(FreightPayments)
    scene.orders.update({name: order.id for name, order in give_orders(services, me).items()})
    at_stage = {}
    for name, stages in (("at port", ("port",)), ("received", ("port", "douane", "livre"))):
        held = at_stage[name] = give_container(services)
        order = give_paid(services, me, held.id, goods="8123.45", volume="2.717")
        give_confirmed(services, me, held.id, volume="1.313", category="DIVERS")
        give_paid(services, other, held.id, volume="4.177", category="ELECTRONIQUE")
        office.close_container(held.id, actor=None)
        for stage in stages:
            office.advance(held.id, stage, actor=None)
        scene.orders[name] = order.id
    dropped = give_container(services)
    scene.orders["refunded"] = give_paid(services, me, dropped.id, volume="3.331").id
    office.cancel_container(dropped.id, actor=None)
    tight = [give_container(services) for _each in range(2)]
    for held in tight:
        give_confirmed(services, other, held.id, volume="71.003")
    split = give_order(services, me, volume="7.519")
    parts = {held.id: litres for held, litres in zip(tight, (3000, 2500), strict=True)}
    desk.confirm_split(me, split.id, parts, rest_waits=True, agreed=True)
    large = desk.save_quote(me, a_purchase(7_000, "75.991", "DIVERS"), request_id="large")
    mobile = give_confirmed(services, me, tight[0].id, goods=777, volume="0.501")
    paying = payments.start(me, mobile.id, key="paying").payment
    failed = payments.start(me, scene.orders["confirmed"], key="failed").payment
    theirs = give_confirmed(services, other, tight[1].id, volume="0.733")
    give_supplier(services, "Atelier du Sud")
    proofs = payments.proofs(me, scene.orders["checked"])
    their_proof = payments.add_proof(
        other, theirs.id, money("1234567", "GNF"), picture(), request_id="theirs"
    )
    scene.orders.update({"split": split.id, "no room": large.id, "mobile": mobile.id})
    their_payment = payments.start(other, theirs.id, key="theirs").payment
    scene.ids.update(
        {
            "order_id": (scene.orders["quote"], theirs.id, NOTHING, HOSTILE),
            "payment_id": (paying.id, their_payment.id, failed.id, HOSTILE),
            "proof_id": (proofs[0].id, their_proof.id, NOTHING, HOSTILE),
            "container_id": (tight[0].id, at_stage["received"].id, NOTHING),
            "reference": (paying.reference, their_payment.reference, "GP0", HOSTILE),
            "owner": (me, other),
            "merchant_id": (me, other),
            "user_id": (me, other),
            "version": (1, 0),
            "code": ("fr", "en"),
            "slug": ("immobilier",),
            "served_name": ("nothing.js",),
            "text": ("abc.def", HOSTILE),
        }
    )


@contextmanager
def listening(
    patch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What production writes to its log, and the same without anything taken out of it."""
    root = logging.getLogger()
    written, raw = io.StringIO(), io.StringIO()
    with patch.context() as patched:
        patched.setattr(root, "handlers", [])
        level = root.level
        init_logs(attrs.evolve(settings, mode=Mode.PRODUCTION), level=logging.DEBUG)
        (handler,) = root.handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
        root.addHandler(logging.StreamHandler(raw))
        try:
            yield written, raw
        finally:
            root.setLevel(level)
