"""What merchants ask of group freight: prices, quotes, places, payments from the wallet."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import svcs
from attrs import evolve
from sqlalchemy import Engine, select
from testkit.freight import (
    a_purchase,
    francs,
    give_confirmed,
    give_container,
    give_merchant,
    give_money,
    give_order,
    give_paid,
    give_supplier,
    give_tariff,
)
from testkit.pages import FrozenClock

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.letters import MESSAGE
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.values import Expected
from comptoir_web.jobs.tables import JOBS
from logistics_core.errors import (
    MoveRefused,
    NoRoom,
    NotEnough,
    OrderMissing,
    PoolFaults,
    PurchaseFaults,
    QuoteExpired,
    SupplierMissing,
    TariffMissing,
)
from logistics_core.merchants import MerchantTerms
from logistics_core.pooling import OrderState
from logistics_core.storage.wallets import WalletStore
from shared_kernel import money
from shared_kernel.engine import reading


@pytest.fixture
def desk(container: svcs.Container) -> FreightDesk:
    """The service."""
    found: FreightDesk = container.get(FreightDesk)
    return found


@pytest.fixture
def office(container: svcs.Container) -> FreightOffice:
    """The administrators' service."""
    found: FreightOffice = container.get(FreightOffice)
    return found


def told(engine: Engine) -> list[tuple[str, str]]:
    """The messages asked for: the order and what is told of it."""
    with reading(engine) as connection:
        rows = connection.execute(select(JOBS.c.arguments).where(JOBS.c.kind == MESSAGE))
        return sorted((row[0]["order"], row[0]["told"]) for row in rows)


def test_the_worked_quote_and_the_commission_agreed(
    container: svcs.Container, desk: FreightDesk, office: FreightOffice
) -> None:
    """10,000 CNY and 3 CBM of textile come to 28,125,000; who has terms is quoted by them."""
    with pytest.raises(TariffMissing):
        desk.quote(None, a_purchase())
    give_tariff(container)
    me = give_merchant(container).id
    assert desk.quote(None, a_purchase()).total == desk.quote(me, a_purchase()).total
    assert desk.quote(me, a_purchase()).total == francs(28_125_000)
    office.save_terms(
        MerchantTerms(owner=me, commission=Decimal("0.04"), priority=0), version=0, actor=None
    )
    mine = a_purchase(15_000, "3.0", "ELECTRONIQUE")
    assert desk.quote(me, mine).total == francs(37_500_000)
    assert (desk.tariff(me).commission, desk.tariff().commission) == (
        Decimal("0.04"),
        Decimal("0.05"),
    )
    kept = desk.save_quote(me, mine, request_id="form-1")
    assert (kept.quote.total, kept.priority) == (francs(37_500_000), 0)
    assert kept.commission == Decimal("0.04")
    assert desk.save_quote(me, mine, request_id="form-1").id == kept.id
    assert desk.save_quote(give_merchant(container).id, mine, request_id="form-1").id != kept.id


@pytest.mark.parametrize(
    ("volume", "category", "more", "path"),
    [
        ("76.001", "TEXTILE", {}, "volume_cbm"),
        ("3", "GOLD", {}, "category"),
        ("3", "TEXTILE", {"weight_kg": Decimal(26_481)}, "weight_kg"),
    ],
)
def test_what_cannot_be_quoted(
    container: svcs.Container,
    desk: FreightDesk,
    volume: str,
    category: str,
    more: dict[str, object],
    path: str,
) -> None:
    """More than a container takes, or no category of ours: refused with its path, nothing kept."""
    give_tariff(container)
    me = give_merchant(container).id
    purchase = a_purchase(10_000, volume, category, **more)
    for ask in (desk.quote, lambda who, what: desk.save_quote(who, what, request_id="r")):
        with pytest.raises(PurchaseFaults) as refused:
            ask(me, purchase)
        assert [fault.path for fault in refused.value.faults] == [path]
    assert desk.orders(me).total == 0


def test_from_quote_to_paid_order(
    container: svcs.Container, desk: FreightDesk, office: FreightOffice, web_engine: Engine
) -> None:
    """Confirmed by a double click once, paid from the wallet once, shipped with its container."""
    me, box = give_merchant(container).id, give_container(container)
    order = give_order(container, me)
    detail = desk.order(me, order.id)
    assert (detail.expected, detail.can_pay, detail.can_cancel) == (Expected.CONFIRM, False, True)
    first = desk.confirm(me, order.id)
    assert first.container.id == box.id
    assert desk.confirm(me, order.id).order == desk.confirm(me, order.id, container_id=box.id).order
    assert desk.containers_open()[0].booked_litres == 3_000

    assert desk.order(me, order.id).expected is Expected.PAY
    with pytest.raises(NotEnough):
        desk.pay_from_wallet(me, order.id, key="k1")
    give_money(container, me, 30_000_000)
    part = desk.pay_from_wallet(me, order.id, key="k2", amount=francs(125_000))
    assert part.state is OrderState.CONFIRMED
    assert desk.order(me, order.id).due == francs(28_000_000)
    for _ in range(2):
        assert desk.pay_from_wallet(me, order.id, key="k3").state is OrderState.PAID
    assert desk.wallet(me).balance == francs(1_875_000)
    kinds = sorted(move.kind.value for move in desk.wallet(me).movements)
    assert kinds == ["deposit", "participation", "participation"]

    office.close_container(box.id, actor=None)
    office.close_container(box.id, actor=None)
    assert desk.order(me, order.id).expected is Expected.ARRIVAL
    assert desk.containers_open() == ()
    for stage in ("port", "douane", "livre"):
        office.advance(box.id, stage, actor=None)
    last = desk.order(me, order.id)
    assert (last.order.state, last.expected) == (OrderState.RECEIVED, Expected.NOTHING)
    assert [step.code for step in last.steps if step.reached] == [
        "devis", "confirme", "paye", "expedie", "recu",
    ]  # fmt: skip
    assert told(web_engine) == [(order.id, "received"), (order.id, "shipped")]


def test_another_merchant_s_order_does_not_exist(
    container: svcs.Container, desk: FreightDesk
) -> None:
    """Whatever is asked of another's order, it is missing, and nothing changes."""
    me, other, box = (
        give_merchant(container).id,
        give_merchant(container).id,
        give_container(container),
    )
    order = give_confirmed(container, me, box.id)
    give_money(container, other, 50_000_000)
    for ask in (
        lambda: desk.order(other, order.id),
        lambda: desk.confirm(other, order.id),
        lambda: desk.confirm(other, order.id, container_id=box.id),
        lambda: desk.confirm_split(other, order.id, {box.id: 1000}, rest_waits=True, agreed=True),
        lambda: desk.wait(other, order.id),
        lambda: desk.cancel(other, order.id),
        lambda: desk.offers(other, order.id),
        lambda: desk.pay_from_wallet(other, order.id, key="k"),
        lambda: desk.quote_again(other, order.id, request_id="r"),
    ):
        with pytest.raises(OrderMissing):
            ask()
    assert desk.order(me, order.id).order == order
    assert desk.wallet(other).balance == francs(50_000_000)


def test_no_room_is_offered_something_else(container: svcs.Container, desk: FreightDesk) -> None:
    """What does not fit is offered the next container, a part, or the pool; a split needs a yes."""
    me = give_merchant(container).id
    first, second = give_container(container), give_container(container)
    give_confirmed(container, me, first.id, volume="74")
    give_confirmed(container, me, second.id, volume="60")
    order = give_order(container, me, volume="17")
    with pytest.raises(NoRoom) as none:
        desk.confirm(me, order.id)
    assert none.value.offer == desk.offers(me, order.id)
    offered = desk.offers(me, order.id, container_id=second.id)
    assert (offered.next_containers, offered.part_litres, offered.pool) == ((), 16_000, True)
    parts = {second.id: 16_000, first.id: 1_000}
    with pytest.raises(PoolFaults):
        desk.confirm_split(me, order.id, parts, rest_waits=False, agreed=False)
    split = desk.confirm_split(me, order.id, parts, rest_waits=False, agreed=True)
    assert sorted(each.litres for each in split.bookings) == [1_000, 16_000]
    waiting = desk.wait(me, give_order(container, me, volume="5").id)
    assert waiting.waiting_litres == 5_000
    assert desk.order(me, waiting.id).expected is Expected.ROOM
    small = give_order(container, me, volume="1")
    assert desk.confirm(me, small.id).container.id == first.id


def test_an_expired_quote_is_asked_again(
    container: svcs.Container, desk: FreightDesk, clock: FrozenClock
) -> None:
    """After its validity a quote is confirmed no more; another one is made, once a request."""
    me = give_merchant(container).id
    give_container(container)
    order = give_order(container, me)
    clock.forward(days=7)
    assert desk.order(me, order.id).expected is Expected.QUOTE_AGAIN
    for ask in (desk.confirm, desk.wait):
        with pytest.raises(QuoteExpired):
            ask(me, order.id)
    again = desk.quote_again(me, order.id, request_id="form-1")
    assert desk.quote_again(me, order.id, request_id="form-1").id == again.id != order.id
    assert again.purchase == order.purchase
    assert desk.confirm(me, again.id).order.quote.valid_until == clock.now + timedelta(days=7)
    assert desk.orders(me).total == 2


def test_cancelling_gives_the_money_and_the_room_back(
    container: svcs.Container, desk: FreightDesk, office: FreightOffice, web_engine: Engine
) -> None:
    """Before it leaves, an order is cancelled and refunded; at sea, only with its container."""
    me, box = give_merchant(container).id, give_container(container)
    paid = give_paid(container, me, box.id)
    for _ in range(2):
        assert desk.cancel(me, paid.id).state is OrderState.CANCELLED
    assert (desk.wallet(me).balance, desk.containers_open()[0].booked_litres) == (
        francs(28_125_000),
        0,
    )
    assert told(web_engine) == []  # who cancelled knows it
    sailing = give_paid(container, me, box.id)
    office.close_container(box.id, actor=None)
    with pytest.raises(MoveRefused):
        desk.cancel(me, sailing.id)
    office.cancel_container(box.id, actor=None)
    office.cancel_container(box.id, actor=None)
    assert desk.order(me, sailing.id).order.state is OrderState.CANCELLED
    assert desk.wallet(me).balance == francs(2 * 28_125_000)
    assert told(web_engine) == [(sailing.id, "cancelled"), (sailing.id, "shipped")]
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()


def test_the_catalogue_shows_what_is_listed(
    container: svcs.Container, desk: FreightDesk, office: FreightOffice
) -> None:
    """Merchants choose among the suppliers that are listed, by words, category, country, badge."""
    mill = give_supplier(container, "Filature du Delta")
    give_supplier(container, "Usine de lampes", category="ELECTRONIQUE")
    hidden = give_supplier(container, "Masqué")
    office.save_supplier(evolve(hidden.supplier, listed=False), version=hidden.version, actor=None)
    page = desk.suppliers()
    assert (page.total, page.categories) == (2, ("ELECTRONIQUE", "TEXTILE"))
    found = desk.suppliers(search="delta", badge="verified", country="CN", category="TEXTILE")
    assert [each.id for each in found.suppliers] == [mill.supplier.id]
    assert desk.suppliers(badge="inspected").total == 0
    assert desk.supplier(mill.supplier.id).minimum_order == money("500", "CNY")
    with pytest.raises(SupplierMissing):
        desk.supplier(hidden.supplier.id)
