"""The demonstration's group freight: eight months of containers, at every stage, and what waits.

It is played through the services of the platform under a clock of its own, so that months of
figures are there at once; nobody is told of anything. The first container is the one whose figures
the documentation quotes: 28 CBM of electronics, 30 of textile and 18 of the rest.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import svcs
from attrs import define, evolve
from sqlalchemy import Engine

from comptoir_web.files import FileStore
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.wiring import Clock
from logistics_core.merchants import MerchantTerms
from logistics_core.suppliers import Badge, Supplier
from logistics_core.tariffs import Purchase, starting_tariff
from shared_kernel import money

if TYPE_CHECKING:
    from logistics_core.storage.orders import Order

__all__ = ["load_freight"]

OTHERS: Final = (
    ("merchant-2@example.com", "Marchande de tissus", Decimal("0.04")),
    ("merchant-3@example.com", "Marchand d’électronique", None),
    ("merchant-4@example.com", "Marchand de quincaillerie", None),
)
"""Merchants beside the one who signs in, and the commission agreed with each."""

Parts = Sequence[tuple[int, str, str, int]]
"""Orders of a container: which merchant, category, volume in CBM, goods in yuans."""

_FULL: Final[Parts] = (
    (2, "ELECTRONIQUE", "28", 180_000),
    (1, "TEXTILE", "30", 95_000),
    (3, "DIVERS", "18", 60_000),
)
_PAST: Final[Sequence[tuple[str, int, str, Parts]]] = (
    ("GN-D01", 225, "livre", _FULL),
    (
        "GN-D02",
        160,
        "livre",
        (
            (1, "TEXTILE", "22.5", 70_000),
            (0, "TEXTILE", "6.2", 18_500),
            (2, "ELECTRONIQUE", "31", 205_000),
            (3, "DIVERS", "16.1", 42_000),
        ),
    ),
    (
        "GN-D03",
        95,
        "douane",
        (
            (3, "DIVERS", "24", 51_000),
            (2, "ELECTRONIQUE", "18.4", 130_000),
            (1, "TEXTILE", "29", 88_000),
            (0, "DIVERS", "4.3", 9_800),
        ),
    ),
    (
        "GN-D04",
        48,
        "mer",
        (
            (1, "TEXTILE", "33", 101_000),
            (2, "ELECTRONIQUE", "26.75", 160_000),
            (0, "ELECTRONIQUE", "3", 15_000),
            (3, "DIVERS", "12.9", 30_500),
        ),
    ),
)
"""Reference, days ago, stage it is at now, orders: all of them paid."""

_OPEN: Final[Parts] = (
    (2, "ELECTRONIQUE", "21.5", 140_000),
    (1, "TEXTILE", "26", 74_000),
    (3, "DIVERS", "18.2", 45_000),
)
_WAITING: Final[Parts] = (
    (1, "TEXTILE", "4.6", 13_000),
    (3, "DIVERS", "7.9", 16_000),
    (2, "ELECTRONIQUE", "2.7", 22_000),
)
_STAGES: Final = ("port", "douane", "livre")

_SUPPLIERS: Final = (
    ("Filature du delta", "TEXTILE", "CN", "Guangzhou", "verified inspected", "3000"),
    ("Tissages du lac", "TEXTILE", "CN", "Hangzhou", "verified samples", "1500"),
    ("Atelier de confection", "TEXTILE", "VN", "Hanoï", "", "800"),
    (
        "Assemblage de téléphones",
        "ELECTRONIQUE",
        "CN",
        "Shenzhen",
        "verified long_standing",
        "20000",
    ),
    ("Panneaux et batteries", "ELECTRONIQUE", "CN", "Ningbo", "inspected", "12000"),
    ("Quincaillerie générale", "DIVERS", "CN", "Yiwu", "verified samples long_standing", "500"),
    ("Ustensiles et vaisselle", "DIVERS", "TR", "Istanbul", "", None),
)


@define
class _Past:
    """A clock that is moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def load_freight(container: svcs.Container, owner: str) -> None:
    """Play the months of a platform for a merchant and three others, once.

    Args:
        container: The services of the installation.
        owner: The account of the merchant who signs in.
    """
    if container.get(FreightOffice).tariffs():
        return
    now = container.get(Clock)()
    past = _Past(now - timedelta(days=240))
    engine = container.get(Engine)
    office, desk = FreightOffice(engine, past), FreightDesk(engine, past)
    files: FileStore = container.get_abstract(FileStore)
    payments = FreightPayments(engine, past, files)
    merchants = (owner, *_merchants(container, office))
    stage = _Stage(past, office, desk, merchants)
    office.publish(
        starting_tariff(effective_from=past.now), actor=None, note="Ouverture du groupage"
    )
    _catalogue(office)
    for reference, days, reached, parts in _PAST:
        past.now = now - timedelta(days=days)
        stage.sail(reference, parts)
        for each in _STAGES[: _STAGES.index(reached) + 1] if reached in _STAGES else ():
            past.now += timedelta(days=22)
            stage.move(each)
    past.now = now - timedelta(days=30)
    current = office.current_tariff()
    if current is not None:
        office.publish(
            evolve(
                current.tariff,
                effective_from=past.now,
                effective_until=None,
                real_rate=Decimal(1235),
            ),
            actor=None,
            note="Le yuan se négocie mieux",
        )
    _present(stage, payments, past, now)


@define
class _Stage:
    """The platform as it is played: one container after the other."""

    clock: _Past
    office: FreightOffice
    desk: FreightDesk
    merchants: tuple[str, ...]
    container_id: str = ""

    def order(self, part: tuple[int, str, str, int], name: str) -> Order:
        """A quote of one of the merchants."""
        merchant, category, volume, goods = part
        purchase = Purchase(
            goods=money(goods, "CNY"),
            category=category,
            volume_cbm=Decimal(volume),
            weight_kg=Decimal(volume) * 180,
        )
        return self.desk.save_quote(self.merchants[merchant], purchase, request_id=name)

    def book(self, part: tuple[int, str, str, int], name: str, *, paid: bool) -> Order:
        """An order in the present container, paid from the wallet or not."""
        order = self.order(part, name)
        self.desk.confirm(order.owner, order.id, container_id=self.container_id)
        if paid:
            total = order.quote.total
            self.office.deposit(order.owner, total, key=name, actor=None, reference="Virement reçu")
            self.desk.pay_from_wallet(order.owner, order.id, key=name)
        self.clock.now += timedelta(days=2, hours=3)
        return order

    def open(self, reference: str) -> None:
        """A new container, which is the present one."""
        self.container_id = self.office.add_container(reference, actor=None).id

    def sail(self, reference: str, parts: Parts) -> None:
        """A container that is filled, paid, and gone."""
        self.open(reference)
        for number, part in enumerate(parts):
            self.book(part, f"{reference}-{number}", paid=True)
        self.office.close_container(self.container_id, actor=None)

    def move(self, stage: str) -> None:
        """The present container at its next stage."""
        self.office.advance(self.container_id, stage, actor=None)


def _merchants(container: svcs.Container, office: FreightOffice) -> list[str]:
    """The other merchants, with what was agreed with them; they have no password."""
    identity = container.get(IdentityService)
    found = []
    for email, name, commission in OTHERS:
        user = identity.user_by_email(email) or identity.create_user(
            email=email, name=name, role=Role.MERCHANT.value
        )
        if commission is not None:
            terms = MerchantTerms(
                owner=user.id, commission=commission, priority=0, note="Un conteneur par trimestre"
            )
            office.save_terms(terms, version=0, actor=None)
        found.append(user.id)
    return found


def _present(stage: _Stage, payments: FreightPayments, past: _Past, now: datetime) -> None:
    """What is there today: two containers that fill, a pool, a proof to look at, quotes."""
    past.now = now - timedelta(days=12)
    stage.open("GN-D05")
    for number, part in enumerate(_OPEN):
        stage.book(part, f"GN-D05-{number}", paid=number != 1)
    mine = stage.book((0, "TEXTILE", "3", 10_000), "GN-D05-mine", paid=False)
    past.now = now - timedelta(days=1, hours=2)
    payments.add_proof(
        mine.owner, mine.id, mine.quote.total, _receipt(), request_id="demonstration"
    )
    past.now = now - timedelta(days=9)
    for number, part in enumerate(_WAITING):
        waiting = stage.order(part, f"waiting-{number}")
        stage.desk.wait(waiting.owner, waiting.id)
        past.now += timedelta(days=1)
    past.now = now - timedelta(days=4)
    stage.open("GN-D06")
    stage.book((3, "DIVERS", "9.5", 21_000), "GN-D06-0", paid=True)
    past.now = now - timedelta(hours=5)
    stage.order((0, "ELECTRONIQUE", "1.2", 8_400), "quote-mine")
    stage.order((1, "TEXTILE", "5.5", 17_000), "quote-other")
    stage.office.deposit(
        stage.merchants[0],
        money(3_500_000, "GNF"),
        key="wallet",
        actor=None,
        reference="Espèces au guichet",
    )


def _catalogue(office: FreightOffice) -> None:
    for number, (name, category, country, city, badges, least) in enumerate(_SUPPLIERS, start=1):
        supplier = Supplier(
            id=f"demonstration-{number}",
            name=name,
            category=category,
            country=country,
            city=city,
            badges=tuple(Badge(each) for each in badges.split()),
            minimum_order=None if least is None else money(least, "CNY"),
            description="Fournisseur de démonstration.",
        )
        office.save_supplier(supplier, version=0, actor=None)


def _receipt() -> bytes:
    """The picture of a payment, drawn."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (360, 220), "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((8, 8, 351, 211), outline="black", width=2)
    for line, text in enumerate(("VERSEMENT", "28 125 000 GNF", "Commande de demonstration")):
        pen.text((28, 36 + 48 * line), text, fill="black")
    data = io.BytesIO()
    sheet.save(data, "PNG")
    return data.getvalue()
