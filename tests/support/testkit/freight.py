"""Something to look at in group freight: tariffs, containers, merchants, orders, money, proofs.

Made through the services of a site, as its pages make them. The first argument of each is the
container of services (`container` in `tests/web`, ``site.services`` in the browser's tests).

The tariff has costs and margins that stand nowhere else (`SENTINELS`), so that a test can look for
them in whatever a merchant is answered.
"""

from __future__ import annotations

import io
import itertools
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.wiring import Clock
from logistics_core.payments import Asked, PaymentStatus
from logistics_core.suppliers import Badge, Supplier
from logistics_core.tariffs import Purchase, Tariff, starting_tariff
from shared_kernel import money
from testkit.pages import PASSWORD

if TYPE_CHECKING:
    import svcs

    from comptoir_web.identity.users import User
    from logistics_core.payments import Payment, Proof
    from logistics_core.storage.catalogue import SavedSupplier
    from logistics_core.storage.containers import PooledContainer
    from logistics_core.storage.orders import Order
    from logistics_core.wallets import Movement
    from shared_kernel import Money

__all__ = [
    "SENTINELS",
    "SENTINEL_COST",
    "SENTINEL_RATE",
    "PretendProvider",
    "a_purchase",
    "a_tariff",
    "francs",
    "give_confirmed",
    "give_container",
    "give_merchant",
    "give_money",
    "give_order",
    "give_paid",
    "give_proof",
    "give_supplier",
    "give_tariff",
    "picture",
    "with_provider",
]

SENTINEL_RATE: Final = Decimal("1171.71")
"""The real rate of exchange of `a_tariff`: it is found nowhere but in what it costs."""
SENTINEL_COST: Final = Decimal(3_131_317)
"""The real cost of a cubic metre of every category of `a_tariff`."""
SENTINELS: Final = ("1171.71", "1171,71", "3131317", "3 131 317", "3,131,317", "3.131.317")
"""How they could be written; a page is to be searched with its thin spaces made plain."""

_numbers = itertools.count(1)


def francs(amount: int | str) -> Money:
    """An amount in Guinean francs."""
    return money(str(amount), "GNF")


# -- prices ---------------------------------------------------------------------------------------


def a_tariff(services: svcs.Container, *, worked: bool = False) -> Tariff:
    """The starting tariff from now on, its costs replaced by the sentinels unless ``worked``."""
    clock: Clock = services.get(Clock)
    tariff = starting_tariff(effective_from=clock())
    if worked:
        return tariff
    return attrs.evolve(
        tariff,
        real_rate=SENTINEL_RATE,
        categories=tuple(
            attrs.evolve(each, real_cost=francs(int(SENTINEL_COST))) for each in tariff.categories
        ),
    )


def give_tariff(services: svcs.Container, *, worked: bool = False) -> Tariff:
    """Publish that tariff, once: what is in force already stays."""
    office: FreightOffice = services.get(FreightOffice)
    current = office.current_tariff()
    if current is not None:
        return current.tariff
    return office.publish(a_tariff(services, worked=worked), actor=None, note="a test")


def a_purchase(
    goods: int | str = 10_000, volume: str = "3", category: str = "TEXTILE", **more: object
) -> Purchase:
    """What a merchant buys: 10,000 CNY and 3 CBM of textile, 28,125,000 GNF at 5 percent."""
    return Purchase(
        goods=money(str(goods), "CNY"),
        category=category,
        volume_cbm=Decimal(volume),
        **more,  # type: ignore[arg-type]  # weight_kg and note, as the test says
    )


# -- people ---------------------------------------------------------------------------------------


def give_merchant(
    services: svcs.Container, *, name: str = "Marchand d’essai", locale: str = "fr"
) -> User:
    """A new merchant, who signs in with an address and `testkit.pages.PASSWORD`."""
    identity: IdentityService = services.get(IdentityService)
    made = identity.create_user(
        email=f"merchant-{next(_numbers)}-{secrets.token_hex(2)}@example.com",
        name=name,
        role=Role.MERCHANT.value,
        password=PASSWORD,
    )
    identity.set_locale(made.id, locale)
    return made


def give_money(services: svcs.Container, owner: str, amount: int) -> Movement:
    """Put francs in a merchant's wallet."""
    office: FreightOffice = services.get(FreightOffice)
    return office.deposit(owner, francs(amount), key=secrets.token_hex(8), actor=None)


# -- containers and orders ------------------------------------------------------------------------


def give_container(services: svcs.Container, reference: str = "") -> PooledContainer:
    """A container open for bookings, of the usual size."""
    office: FreightOffice = services.get(FreightOffice)
    return office.add_container(reference or f"GN-{next(_numbers):04}", actor=None)


def give_order(
    services: svcs.Container,
    owner: str,
    *,
    goods: int | str = 10_000,
    volume: str = "3",
    category: str = "TEXTILE",
) -> Order:
    """A quote of a merchant, with the tariff it needs."""
    give_tariff(services)
    desk: FreightDesk = services.get(FreightDesk)
    purchase = a_purchase(goods, volume, category)
    return desk.save_quote(owner, purchase, request_id=secrets.token_hex(8))


def give_confirmed(
    services: svcs.Container,
    owner: str,
    container_id: str,
    *,
    goods: int | str = 10_000,
    volume: str = "3",
    category: str = "TEXTILE",
) -> Order:
    """An order booked in a container, not paid."""
    order = give_order(services, owner, goods=goods, volume=volume, category=category)
    desk: FreightDesk = services.get(FreightDesk)
    return desk.confirm(owner, order.id, container_id=container_id).order


def give_paid(
    services: svcs.Container,
    owner: str,
    container_id: str,
    *,
    goods: int | str = 10_000,
    volume: str = "3",
    category: str = "TEXTILE",
) -> Order:
    """An order booked in a container and paid from the merchant's wallet."""
    order = give_confirmed(
        services, owner, container_id, goods=goods, volume=volume, category=category
    )
    desk: FreightDesk = services.get(FreightDesk)
    give_money(services, owner, int(order.quote.total.amount))
    return desk.pay_from_wallet(owner, order.id, key=secrets.token_hex(8))


# -- proofs and payments --------------------------------------------------------------------------


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A small picture: ``PNG`` or ``JPEG``."""
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", size, (20, 120, 200)).save(data, kind)
    return data.getvalue()


def give_proof(
    services: svcs.Container, owner: str, order_id: str, *, amount: int = 1_000_000
) -> Proof:
    """A proof of payment that waits for a decision."""
    payments: FreightPayments = services.get(FreightPayments)
    return payments.add_proof(
        owner, order_id, francs(amount), picture(), request_id=secrets.token_hex(8)
    )


@attrs.define
class PretendProvider:
    """A provider of mobile money in memory; each payment has the status that the test sets.

    Attributes:
        statuses: By reference; a payment that is not there is still waited for.
        asked: The notification tokens given, by reference.
        calls: How many times it was asked anything.
        down: Raised in place of an answer when set.
    """

    name: str = "orange"
    statuses: dict[str, PaymentStatus] = attrs.field(factory=dict)
    asked: dict[str, Asked] = attrs.field(factory=dict)
    calls: int = 0
    down: Exception | None = None

    def ask(
        self,
        *,
        reference: str,
        amount: Money,
        return_url: str,
        cancel_url: str,
        notify_url: str,
        language: str,
    ) -> Asked:
        """Give the page to pay on."""
        del amount, return_url, cancel_url, notify_url, language
        self._called()
        asked = Asked(
            pay_token=f"pay-{reference}",
            payment_url=f"https://pay.example.com/{reference}",
            notify_token=f"notify-{reference}",
        )
        return self.asked.setdefault(reference, asked)

    def status(self, *, reference: str, amount: Money, pay_token: str) -> PaymentStatus:
        """Give the status that the test set."""
        del amount, pay_token
        self._called()
        return self.statuses.get(reference, PaymentStatus.PENDING)

    def succeed(self, payment: Payment) -> None:
        """The merchant paid."""
        self.statuses[payment.reference] = PaymentStatus.SUCCESS

    def _called(self) -> None:
        self.calls += 1
        if self.down is not None:
            raise self.down


def with_provider(registry: svcs.Registry, services: svcs.Container) -> PretendProvider:
    """Offer mobile money on a site, by a provider that the test drives.

    Args:
        registry: ``svcs.flask.get_registry(app)``.
        services: A container of it, made before; containers made later give the new service.
    """
    provider = PretendProvider()
    present: FreightPayments = services.get(FreightPayments)
    registry.register_value(FreightPayments, attrs.evolve(present, provider=provider))
    return provider


# -- the catalogue --------------------------------------------------------------------------------


def give_supplier(
    services: svcs.Container, name: str = "Fournisseur d’essai", *, category: str = "TEXTILE"
) -> SavedSupplier:
    """A supplier of the catalogue, listed."""
    office: FreightOffice = services.get(FreightOffice)
    supplier = Supplier(
        id=secrets.token_hex(16),
        name=name,
        category=category,
        country="CN",
        city="Guangzhou",
        badges=(Badge.VERIFIED,),
        minimum_order=money("500", "CNY"),
        url="https://supplier.example.com/",
    )
    return office.save_supplier(supplier, version=0, actor=None)
