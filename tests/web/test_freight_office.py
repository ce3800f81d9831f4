"""Group freight as administrators run it: tariffs, containers, the pool, merchants, decisions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import svcs
from attrs import evolve
from sqlalchemy import Engine
from testkit.freight import (
    a_purchase,
    a_tariff,
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
from testkit.pages import FrozenClock

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import UserStore
from comptoir_web.operations import demonstration
from comptoir_web.operations.demonstration import load_demonstration
from comptoir_web.operations.demonstration_freight import load_freight
from logistics_core.errors import (
    ContainerMissing,
    KeyReused,
    MoveRefused,
    NotEnough,
    PoolFaults,
    StaleVersion,
    SupplierMissing,
    TariffFaults,
    TariffMissing,
    TariffOverlap,
)
from logistics_core.merchants import MerchantTerms
from logistics_core.pooling import OrderState
from shared_kernel.engine import transaction


@pytest.fixture
def desk(container: svcs.Container) -> FreightDesk:
    """The merchants' service."""
    found: FreightDesk = container.get(FreightDesk)
    return found


@pytest.fixture
def office(container: svcs.Container) -> FreightOffice:
    """The service."""
    found: FreightOffice = container.get(FreightOffice)
    return found


def test_the_worked_margin(container: svcs.Container, office: FreightOffice) -> None:
    """15,000 CNY and 3.0 CBM of electronics at 4 % earn 3,150,000, whoever's terms say so."""
    give_tariff(container, worked=True)
    purchase = a_purchase(15_000, "3.0", "ELECTRONIQUE")
    both = office.quote_internal(purchase, commission=Decimal("0.04"))
    assert (both.client.total, both.internal.margin) == (francs(37_500_000), francs(3_150_000))
    me = give_merchant(container).id
    office.save_terms(MerchantTerms(owner=me, commission=Decimal("0.04")), version=0, actor=None)
    assert office.quote_internal(purchase, owner=me).client.total == francs(37_500_000)
    assert office.quote_internal(purchase).client.total > francs(37_500_000)


def test_tariffs_follow_one_another(
    container: svcs.Container, office: FreightOffice, desk: FreightDesk, clock: FrozenClock
) -> None:
    """A new one ends the one before; a preview tells what it does, and quotes made stay."""
    assert office.current_tariff() is None
    assert office.decisions().tariff_missing
    give_tariff(container, worked=True)
    me = give_merchant(container).id
    order = give_order(container, me)
    dearer = evolve(a_tariff(container, worked=True), rate=Decimal(1300), real_rate=Decimal(1200))
    shown = office.preview(dearer)
    assert (shown.before, shown.after) == (francs(28_125_000), francs(28_650_000))
    assert shown.margin_after - shown.margin_before == francs(525_000)
    assert [each.number for each in shown.orders.values()] == [order.number]
    with pytest.raises(TariffFaults):
        office.publish(evolve(dearer, effective_from=clock.now - timedelta(days=1)), actor=None)
    clock.forward(hours=1)
    published = office.publish_rate(
        Decimal(1300), real_rate=Decimal(1200), effective_from=None, actor=None, note="le franc"
    )
    assert (published.version, office.tariff(1).tariff.effective_until) == (2, clock.now)
    assert [each.tariff.version for each in office.tariffs()] == [2, 1]
    assert desk.order(me, order.id).order.quote.total == francs(28_125_000)
    assert desk.quote(me, a_purchase()).total == francs(28_650_000)
    with pytest.raises(TariffMissing):
        office.tariff(3)
    ending = evolve(
        dearer,
        effective_from=clock.now + timedelta(days=1),
        effective_until=clock.now + timedelta(days=2),
    )
    office.publish(ending, actor=None)
    with pytest.raises(TariffOverlap):
        office.publish(ending, actor=None)
    clock.forward(days=1)
    assert office.decisions().tariff_ends_at == ending.effective_until


def test_the_full_container_earns_what_was_worked_out(
    container: svcs.Container, office: FreightOffice
) -> None:
    """28, 30 and 18 CBM fill a container, which leaves; its freight earns 60.8 million."""
    give_tariff(container, worked=True)
    me, box = give_merchant(container).id, give_container(container)
    for volume, category in (("28", "ELECTRONIQUE"), ("30", "TEXTILE"), ("18", "DIVERS")):
        give_paid(container, me, box.id, volume=volume, category=category)
    figures = office.container(box.id).figures
    assert (figures.container.stage, figures.container.fill_percent) == ("mer", Decimal(100))
    assert figures.margins.freight == francs(60_800_000)
    assert {one.code: one.margins.freight for one in figures.categories} == {
        "ELECTRONIQUE": francs(22_400_000),
        "TEXTILE": francs(24_000_000),
        "DIVERS": francs(14_400_000),
    }
    assert figures.revenue == sum((one.revenue for one in figures.categories), francs(0))
    (whole,) = office.figures()
    assert (whole.margins, whole.revenue) == (figures.margins, figures.revenue)
    assert office.orders(container_id=box.id).total == 3


def test_a_split_order_is_shared_out_without_losing_a_franc(
    container: svcs.Container, office: FreightOffice, desk: FreightDesk
) -> None:
    """The parts of an order in two containers and the pool add up to it, amount by amount."""
    give_tariff(container)
    me = give_merchant(container).id
    first, second = give_container(container), give_container(container)
    order = give_order(container, me, volume="10", goods=12_345)
    parts = {first.id: 3_333, second.id: 3_334}
    desk.confirm_split(me, order.id, parts, rest_waits=True, agreed=True)
    in_pool = office.proposal(first.id)
    shares = [office.container(each.id).figures for each in (first, second)]
    line = office.order(order.id).line
    assert in_pool.orders[0].order.id == order.id
    total = shares[0].revenue + shares[1].revenue + in_pool.revenue
    assert abs(total - line.order.quote.total) <= francs(1)
    margin = shares[0].margins.total + shares[1].margins.total + in_pool.gain
    assert abs(margin - line.internal.margin) <= francs(1)
    filled = office.fill(first.id, actor=None)
    assert (filled.litres, [each.order.id for each in filled.orders]) == (3_333, [order.id])
    shares = [office.container(each.id).figures for each in (first, second)]
    assert shares[0].revenue + shares[1].revenue == line.order.quote.total
    assert shares[0].margins.total + shares[1].margins.total == line.internal.margin


def test_containers_go_one_stage_after_the_other(
    container: svcs.Container, office: FreightOffice
) -> None:
    """Opened once under a reference, closed, moved one by one; skipped stages are refused."""
    box = give_container(container, "GN-1")
    assert office.container(box.id).next_stage == "mer"
    with pytest.raises(PoolFaults):
        office.add_container("GN-1", actor=None)
    with pytest.raises(MoveRefused):
        office.advance(box.id, "port", actor=None)
    assert office.close_container(box.id, actor=None).stage == "mer"
    with pytest.raises(MoveRefused):
        office.fill(box.id, actor=None)
    for stage in ("port", "douane", "livre"):
        assert office.advance(box.id, stage, actor=None).stage == stage
    detail = office.container(box.id)
    assert (detail.next_stage, detail.proposal) == (None, None)
    assert detail.history[-1].after == "livre"
    with pytest.raises(MoveRefused):
        office.cancel_container(box.id, actor=None)
    for ask in (office.container, office.proposal):
        with pytest.raises(ContainerMissing):
            ask("0" * 32)
    assert [each.container.id for each in office.containers(stage="livre").containers] == [box.id]
    assert office.containers(stage="mer").total == 0


def test_what_waits_for_a_decision(
    container: svcs.Container, office: FreightOffice, desk: FreightDesk
) -> None:
    """Proofs, containers nearly full, orders in the pool with what they would bring."""
    give_tariff(container, worked=True)
    me, box = give_merchant(container).id, give_container(container)
    full = give_confirmed(container, me, box.id, volume="70")
    give_proof(container, me, full.id)
    # Two that fill it together, and one that does not fit beside them.
    for volume in ("4", "2", "5"):
        desk.wait(me, give_order(container, me, volume=volume).id)
    found = office.decisions()
    assert [each.due for each in found.proofs] == [full.quote.total]
    assert [each.id for each in found.nearly_full] == [box.id]
    assert (found.waiting, found.tariff_missing, found.late_payments) == (3, False, ())
    (proposal,) = found.proposals
    assert (proposal.litres, proposal.left_litres, proposal.proven) == (6_000, 0, True)
    assert proposal.gain == sum((each.internal.margin for each in proposal.orders), francs(0))
    pool = office.pool()
    assert (pool.litres, len(pool.orders), pool.containers_needed) == (11_000, 3, 1)
    assert pool.proposals == found.proposals
    done = office.fill(box.id, actor=None)
    assert (done.gain, done.container.stage) == (proposal.gain, "mer")
    assert office.decisions().waiting == 1


def test_merchants_and_their_money(
    container: svcs.Container, office: FreightOffice, identity: IdentityService
) -> None:
    """Terms are changed from the version read; a withdrawal is made once; clients are none."""
    give_tariff(container, worked=True)
    me = give_merchant(container, name="Marchand de Kaloum").id
    give_merchant(container, name="Marchande de Madina")
    give_paid(container, me, give_container(container).id)
    give_money(container, me, 500_000)
    for key in ("w1", "w1"):
        paid_out = office.withdraw(me, francs(200_000), key=key, actor=None, reference="virement")
    with pytest.raises(KeyReused):
        office.withdraw(me, francs(1), key="w1", actor=None)
    with pytest.raises(NotEnough):
        office.withdraw(me, francs(400_000), key="w2", actor=None)
    saved = office.save_terms(MerchantTerms(owner=me, priority=3), version=0, actor=None)
    with pytest.raises(StaleVersion):
        office.save_terms(MerchantTerms(owner=me), version=0, actor=None)
    found = office.merchant(me)
    assert (found.balance, found.orders, found.revenue) == (
        francs(300_000),
        1,
        francs(28_125_000),
    )
    assert (found.margin, found.terms) == (francs(3_025_000), saved)
    assert found.last_order_at is not None
    assert paid_out in office.movements(me)
    assert office.merchants().total == 2
    assert [each.id for each in office.merchants(search="kaloum").merchants] == [me]
    admin = identity.create_user(
        email="admin@example.com", name="A", role=Role.ADMIN.value, password=None
    )
    for ask in (
        lambda: office.merchant(admin.id),
        lambda: office.deposit(admin.id, francs(1), key="k", actor=None),
        lambda: office.save_terms(MerchantTerms(owner=admin.id), version=0, actor=None),
        lambda: office.merchant("0" * 32),
    ):
        with pytest.raises(UnknownUser):
            ask()


def test_orders_are_found_and_sorted(container: svcs.Container, office: FreightOffice) -> None:
    """By number, by merchant, by state and category; by volume or total, either way."""
    give_tariff(container)
    me, box = give_merchant(container, name="Marchand 100%_sûr"), give_container(container)
    first = give_confirmed(container, me.id, box.id, volume="1")
    second = give_order(container, give_merchant(container).id, volume="2", category="DIVERS")

    def ids(**asked: object) -> list[str]:
        return [each.order.id for each in office.orders(**asked).orders]  # type: ignore[arg-type]

    assert ids() == [second.id, first.id]
    assert ids(sort="litres", descending=False) == [first.id, second.id]
    assert ids(search=f"#{second.number}") == ids(state="devis") == ids(category="DIVERS")
    assert ids(search="100%_") == ids(owner=me.id) == ids(search=str(me.email)) == [first.id]
    assert (ids(search="%%"), ids(search="9999999999999")) == ([], [])
    assert office.orders(per_page=1, number=9).number == 2
    assert office.cancel_order(first.id, actor=None).state is OrderState.CANCELLED
    assert office.book_order(second.id, box.id, actor=None).state is OrderState.CONFIRMED
    detail = office.order(second.id)
    assert (detail.expired, detail.history[-1].actor) == (False, "command-line")
    assert detail.line.merchant_contact.endswith("@example.com")


def test_the_catalogue_is_kept(container: svcs.Container, office: FreightOffice) -> None:
    """A supplier is changed from the version that was read, and removed."""
    saved = give_supplier(container)
    changed = evolve(saved.supplier, city="Yiwu")
    assert office.save_supplier(changed, version=1, actor=None).version == 2
    with pytest.raises(StaleVersion):
        office.save_supplier(changed, version=1, actor=None)
    assert office.suppliers(search="yiwu").total == 1
    office.remove_supplier(saved.supplier.id, actor=None)
    with pytest.raises(SupplierMissing):
        office.supplier(saved.supplier.id)


def test_the_demonstration_has_something_of_everything(
    container: svcs.Container, office: FreightOffice, desk: FreightDesk
) -> None:
    """Containers at four stages, the worked one among them, a pool, a proof, quotes; made once."""
    me = give_merchant(container).id
    for _ in range(2):
        load_freight(container, me)
    figures = {each.container.reference: each for each in office.containers().containers}
    assert [figures[name].container.stage for name in sorted(figures)] == [
        "livre", "livre", "douane", "mer", "collecte", "collecte",
    ]  # fmt: skip
    assert figures["GN-D01"].margins.freight == francs(60_800_000)
    found = office.decisions()
    assert (len(found.proofs), len(found.proposals), found.waiting) == (1, 2, 3)
    mine = desk.orders(me).orders
    assert {each.state.value for each in mine} == {"devis", "confirme", "expedie", "recu"}
    assert desk.wallet(me).balance == francs(3_500_000)
    assert len(office.tariffs()) == 2
    assert desk.suppliers().total == 7


def test_a_container_is_changed_as_it_was_seen_or_not_at_all(
    container: svcs.Container, office: FreightOffice
) -> None:
    """Each act that names a version no longer there is undone in its own transaction."""
    give_tariff(container)
    me, box = give_merchant(container).id, give_container(container)
    give_paid(container, me, box.id, volume="2")
    waiting = give_order(container, me, volume="3")
    container.get(FreightDesk).wait(me, waiting.id)
    now = office.container(box.id).figures.container
    assert now.version > box.version
    for stale in (
        lambda: office.close_container(box.id, actor=None, version=box.version),
        lambda: office.cancel_container(box.id, actor=None, version=box.version),
        lambda: office.fill(box.id, actor=None, version=box.version),
        lambda: office.fill(box.id, actor=None, version=now.version, proposed=[]),
    ):
        with pytest.raises(StaleVersion):
            stale()
        assert office.container(box.id).figures.container == now
    assert office.order(waiting.id).line.order.waiting_litres == 3_000
    office.fill(box.id, actor=None, version=now.version, proposed=[waiting.id])
    closed = office.close_container(box.id, actor=None, version=now.version + 1)
    with pytest.raises(StaleVersion):
        office.advance(box.id, "port", actor=None, version=now.version)
    moved = office.advance(box.id, "port", actor=None, version=closed.version)
    assert moved.stage == "port"
    gone = office.cancel_container(box.id, actor=None, version=moved.version)
    assert office.cancel_container(box.id, actor=None, version=gone.version) == gone
    order = give_order(container, me)
    container.get(FreightDesk).wait(me, order.id)
    with pytest.raises(StaleVersion):
        office.cancel_order(order.id, actor=None, version=order.version)
    assert office.order(order.id).line.order.state is OrderState.CONFIRMED
    seen = office.order(order.id).line.order.version
    assert office.cancel_order(order.id, actor=None, version=seen).state is OrderState.CANCELLED


def test_the_merchant_of_the_demonstration_has_a_phone(
    container: svcs.Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fictional one opens the account; a database of an earlier start is given it as well."""
    for name in ("load_freight", "load_wealth"):
        monkeypatch.setattr(demonstration, name, lambda *_given: None)
    users: IdentityService = container.get(IdentityService)
    for _start in range(2):
        shown = {one.role: one.phone for one in load_demonstration(container).accounts}
        assert shown == dict.fromkeys(Role, "") | {
            Role.MERCHANT: "+224\u00a0620\u00a000\u00a000\u00a001"
        }
        found = users.user_by_phone("620 00 00 01")
        assert found is not None
        assert found.opens_by_phone
        with transaction(container.get(Engine)) as connection:
            UserStore(connection).set_phone(found.id, None, at=found.created_at)
