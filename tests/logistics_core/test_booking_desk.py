"""The booking desk: room is taken once and freed whole, money and stages follow, all is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select
from testkit.pooling import DONE, LATER, NOON, a_container, an_order, give

from logistics_core.errors import (
    ContainerMissing,
    KeyReused,
    LogisticsError,
    MoveRefused,
    NoRoom,
    NotEnough,
    OrderMissing,
    PoolFaults,
    QuoteExpired,
)
from logistics_core.pooling import Load, Offer, OrderState
from logistics_core.storage import (
    ContainerStore,
    Order,
    OrderStore,
    PooledContainer,
    WalletStore,
    logistics_events,
    logistics_order_margins,
)
from logistics_core.storage.booking import book, book_part, wait
from logistics_core.storage.cancelling import cancel_container, cancel_order
from logistics_core.storage.paying import hold_order, record_payment
from logistics_core.storage.sailing import advance, close_container
from shared_kernel import from_minor, money


def moves(connection: Connection, order: Order) -> list[tuple[str, str | None]]:
    """What was done to an order, and the state it then had, where it changed."""
    history = OrderStore(connection).history(order.id)
    return [(event.action, event.after) for event in history]


def load(connection: Connection, container: PooledContainer) -> Load:
    """What is booked in a container now."""
    return ContainerStore(connection).get(container.id).load


def events(connection: Connection) -> int:
    """How many events there are."""
    return connection.execute(select(func.count()).select_from(logistics_events)).scalar_one()


def test_a_quote_is_booked_once(connection: Connection) -> None:
    """It is confirmed, the room is taken, a move tells it; a double click changes nothing."""
    container, order = a_container(connection), an_order(connection, kg=900)
    booked = book(connection, order.id, container.id, owner="ann", **DONE)
    assert booked.order == OrderStore(connection).get(order.id)
    assert booked.container == ContainerStore(connection).get(container.id)
    assert (booked.order.state, booked.sailed) == (OrderState.CONFIRMED, False)
    assert booked.container.load == Load(3_000, 900_000)
    (place,) = booked.order.bookings
    assert (place.reference, place.stage, place.litres, place.grams, place.booked_at) == (
        "CONT-1", "collecte", 3_000, 900_000, LATER,
    )  # fmt: skip
    assert moves(connection, order) == [("added", "devis"), ("booked", "confirme")]
    known = events(connection)
    later = LATER + timedelta(days=30)
    assert book(connection, order.id, container.id, at=later, actor="ann") == booked
    assert events(connection) == known
    other = a_container(connection, "CONT-2")
    with pytest.raises(MoveRefused, match="has its place already"):
        book(connection, order.id, other.id, **DONE)


def test_what_cannot_be_booked_is_refused_and_leaves_nothing(connection: Connection) -> None:
    """Expired, another's, not there, closed, cancelled: each by its own error, nothing written."""
    container, order = a_container(connection), an_order(connection)
    closed, gone = (a_container(connection, name) for name in ("CONT-2", "CONT-3"))
    close_container(connection, closed.id, **DONE)
    cancel_container(connection, gone.id, **DONE)
    known = events(connection)
    expired = {"at": order.quote.valid_until, "actor": "ann"}
    for function, given, told, error in (
        (book, (order.id, container.id), expired, QuoteExpired),
        (wait, (order.id,), expired, QuoteExpired),
        (book_part, (order.id, {container.id: 3_000}), {**expired, "agreed": True}, QuoteExpired),
        (book, (order.id, container.id), {**DONE, "owner": "ben"}, OrderMissing),
        (wait, (order.id,), {**DONE, "owner": "ben"}, OrderMissing),
        (cancel_order, (order.id,), {**DONE, "owner": "ben"}, OrderMissing),
        (record_payment, (order.id,), {**DONE, "owner": "ben", "key": "k"}, OrderMissing),
        (book, ("nothing", container.id), DONE, OrderMissing),
        (book, ("", container.id), DONE, OrderMissing),
        (cancel_order, ("x" * 99,), DONE, OrderMissing),
        (book, (order.id, "nothing"), DONE, ContainerMissing),
        (book, (order.id, "x" * 99), DONE, ContainerMissing),
        (book_part, (order.id, {"nothing": 3_000}), {**DONE, "agreed": True}, ContainerMissing),
        (close_container, ("nothing",), DONE, ContainerMissing),
        (cancel_container, ("nothing",), DONE, ContainerMissing),
        (advance, ("", "mer"), DONE, ContainerMissing),
        (book, (order.id, closed.id), DONE, NoRoom),
        (book, (order.id, gone.id), DONE, NoRoom),
        (close_container, (gone.id,), DONE, MoveRefused),
        (advance, (closed.id, "douane"), DONE, MoveRefused),
        (advance, (closed.id, "nowhere"), DONE, PoolFaults),
        (record_payment, (order.id,), {**DONE, "key": "k"}, MoveRefused),
    ):
        with pytest.raises(error):
            function(connection, *given, **told)
    assert OrderStore(connection).get(order.id) == order
    assert load(connection, container) == Load()
    assert events(connection) == known


def test_what_does_not_fit_is_offered_what_does(connection: Connection) -> None:
    """Other containers that take it whole, a part here, the pool; by weight as by volume."""
    near, small, wide = (
        a_container(connection, name, litres, kg=kg)
        for name, litres, kg in (("A", 10_000, 5_000), ("B", 2_000, 5_000), ("C", 20_000, 5_000))
    )
    book(connection, an_order(connection, 8_000).id, near.id, **DONE)
    order = an_order(connection, 3_000)
    with pytest.raises(NoRoom, match=r"A has 2 CBM left, and 3 are asked") as refused:
        book(connection, order.id, near.id, **DONE)
    assert refused.value.offer == Offer(next_containers=(wide.id,), part_litres=2_000, pool=True)
    heavy = an_order(connection, 1_000, kg=4_000)
    book(connection, heavy.id, wide.id, **DONE)
    with pytest.raises(NoRoom, match=r"C takes 1000 kg more, and 2000 are asked") as refused:
        book(connection, an_order(connection, 9_000, kg=2_000).id, wide.id, **DONE)
    assert refused.value.offer == Offer(part_litres=4_500, pool=True)
    close_container(connection, small.id, **DONE)
    with pytest.raises(NoRoom, match="takes no bookings any more") as refused:
        book(connection, order.id, small.id, **DONE)
    assert refused.value.offer == Offer(next_containers=(wide.id,), pool=False)
    # Nothing holds the transaction back: the offer can be taken up in it.
    assert book(connection, order.id, wide.id, **DONE).container.load == Load(4_000, 4_000_000)


def test_an_order_larger_than_any_container_is_refused(connection: Connection) -> None:
    """When it is confirmed, with the size of the largest; split over two, it can be had."""
    first, second = (a_container(connection, name) for name in ("A", "B"))
    large = an_order(connection, 76_001)
    heavy = an_order(connection, 70_000, kg=26_481)
    for confirm in (
        lambda order: book(connection, order.id, first.id, **DONE),
        lambda order: wait(connection, order.id, **DONE),
    ):
        with pytest.raises(PoolFaults, match=r"76\.001 CBM is larger than any .* takes 76"):
            confirm(large)
        with pytest.raises(PoolFaults, match=r"26481 kg is heavier than any .* takes, 26480"):
            confirm(heavy)
    parts = {first.id: 70_000, second.id: 6_001}
    booked = book_part(connection, large.id, parts, agreed=True, **DONE)
    assert [place.litres for place in booked.order.bookings] == [70_000, 6_001]


def test_a_container_goes_to_sea_when_the_smallest_booking_no_longer_fits(
    connection: Connection,
) -> None:
    """At 499 litres free, by itself; the paid orders in it are shipped, the others stay."""
    container = a_container(connection, litres=10_000)
    paid, unpaid, last = (an_order(connection, litres) for litres in (3_000, 2_000, 4_501))
    for each in (paid, unpaid):
        assert not book(connection, each.id, container.id, **DONE).sailed
    give(connection, "ann", paid.quote.total)
    record_payment(connection, paid.id, key="paid", **DONE)
    booked = book(connection, last.id, container.id, **DONE)
    assert (booked.sailed, booked.container.stage) == (True, "mer")
    assert booked.container.closed_at == LATER
    assert booked.order == OrderStore(connection).get(last.id)
    states = [OrderStore(connection).get(each.id).state.value for each in (paid, unpaid, last)]
    assert states == ["expedie", "confirme", "confirme"]
    told = ContainerStore(connection).history(container.id)
    assert [(e.action, e.before, e.after) for e in told] == [
        ("opened", None, "collecte"), ("sailed", "collecte", "mer"),
    ]  # fmt: skip
    assert told[1].detail["by"] == "full"
    # A double click on the booking that filled it is answered as the first one.
    assert book(connection, last.id, container.id, **DONE) == booked


def test_an_order_paid_at_sea_catches_up_at_once(connection: Connection) -> None:
    """Two recorded moves, and with the last stage a third; each stage is walked, none twice."""
    container = a_container(connection)
    order = an_order(connection)
    book(connection, order.id, container.id, **DONE)
    close_container(connection, container.id, **DONE)
    give(connection, "ann", order.quote.total + order.quote.total)
    paid = record_payment(connection, order.id, key="paid", **DONE)
    assert paid.state is OrderState.SHIPPED
    assert moves(connection, order)[2:] == [
        ("paid", None), ("settled", "paye"), ("shipped", "expedie"),
    ]  # fmt: skip
    for stage in ("port", "port", "douane", "livre", "livre"):
        advance(connection, container.id, stage, **DONE)
    assert OrderStore(connection).get(order.id).state is OrderState.RECEIVED
    assert len(ContainerStore(connection).history(container.id)) == 5
    assert close_container(connection, container.id, **DONE).stage == "livre"
    with pytest.raises(MoveRefused, match="has arrived"):
        cancel_container(connection, container.id, **DONE)
    with pytest.raises(MoveRefused):
        cancel_order(connection, order.id, **DONE)


def test_a_payment_is_made_once_and_never_too_much(connection: Connection) -> None:
    """In parts, under keys; short wallets, foreign and absurd amounts change nothing."""
    order, other = an_order(connection), an_order(connection)
    wait(connection, order.id, **DONE)
    wait(connection, other.id, **DONE)
    total = order.quote.total
    third = from_minor(int(total.amount) // 3, "GNF")
    wallets = WalletStore(connection)
    with pytest.raises(NotEnough):
        record_payment(connection, order.id, key="early", **DONE)
    give(connection, "ann", total)
    for amount in (total + third, -third, money("0", "GNF"), money("1.00", "CNY")):
        with pytest.raises(PoolFaults):
            record_payment(connection, order.id, amount, key="bad", **DONE)
    for _ in range(2):
        part = record_payment(connection, order.id, third, key="first", **DONE)
        assert (part.state, wallets.paid(order.id)) == (OrderState.CONFIRMED, third)
    for order_id, amount in ((other.id, third), (order.id, total - third)):
        with pytest.raises(KeyReused):
            record_payment(connection, order_id, amount, key="first", **DONE)
    for key in ("rest", "rest", "again"):
        assert record_payment(connection, order.id, key=key, **DONE).state is OrderState.PAID
    with pytest.raises(PoolFaults, match="more than what is due, 0 GNF"):
        record_payment(connection, order.id, third, key="more", **DONE)
    assert wallets.paid(order.id) == total
    assert wallets.balance("ann") == money("0", "GNF")
    assert [name for name, _ in moves(connection, order)].count("paid") == 2
    assert wallets.check()
    assert hold_order(connection, order.id, owner="ann").state is OrderState.PAID


def test_a_cancelled_order_frees_its_room_and_its_money(connection: Connection) -> None:
    """Quotes, booked, split, waiting and paid ones; others then have the room; once is enough."""
    first, second = a_container(connection, litres=10_000), a_container(connection, "B", 10_000)
    whole, split, quoted = (an_order(connection, litres) for litres in (9_000, 9_000, 1_000))
    book(connection, whole.id, first.id, **DONE)
    parts = {first.id: 1_000 - 500, second.id: 8_000}
    book_part(connection, split.id, parts, rest_waits=True, agreed=True, **DONE)
    give(connection, "ann", whole.quote.total)
    record_payment(connection, whole.id, key="paid", **DONE)
    for each in (whole, split, quoted):
        for _ in range(2):
            cancelled = cancel_order(connection, each.id, owner="ann", **DONE)
            assert (cancelled.state, cancelled.bookings, cancelled.waits) == (
                OrderState.CANCELLED, (), False,
            )  # fmt: skip
    assert load(connection, first) == load(connection, second) == Load()
    wallets = WalletStore(connection)
    assert wallets.balance("ann") == whole.quote.total
    assert wallets.check()
    assert moves(connection, whole)[-2:] == [("cancelled", "annule"), ("refunded", None)]
    assert book(connection, an_order(connection, 10_000).id, first.id, **DONE).sailed
    with pytest.raises(MoveRefused, match="annule"):
        book(connection, whole.id, second.id, **DONE)
    with pytest.raises(MoveRefused, match="annule"):
        book_part(connection, whole.id, {second.id: 9_000}, agreed=True, **DONE)
    with pytest.raises(MoveRefused):
        record_payment(connection, whole.id, key="late", **DONE)


def test_an_order_that_has_left_is_cancelled_with_its_container_only(
    connection: Connection,
) -> None:
    """Every order of it is refunded to its merchant; parts in other containers are freed."""
    sunk, other = a_container(connection), a_container(connection, "B")
    paid, split, unpaid, apart = (
        an_order(connection, owner=owner) for owner in ("ann", "ben", "ben", "ann")
    )
    for each in (paid, unpaid):
        book(connection, each.id, sunk.id, **DONE)
    book_part(connection, split.id, {other.id: 1_000, sunk.id: 2_000}, agreed=True, **DONE)
    book(connection, apart.id, other.id, **DONE)
    for each in (paid, split):
        give(connection, each.owner, each.quote.total, key=each.id)
        record_payment(connection, each.id, key=f"{each.id} paid", **DONE)
    part = money("1000", "GNF")
    give(connection, "ben", part, key="part")
    record_payment(connection, unpaid.id, part, key="part paid", **DONE)
    close_container(connection, sunk.id, **DONE)
    for each in (paid, split, unpaid):
        with pytest.raises(MoveRefused):
            cancel_order(connection, each.id, **DONE)
    done = cancel_container(connection, sunk.id, **DONE)
    assert [order.id for order in done.orders] == [paid.id, split.id, unpaid.id]
    assert {order.state for order in done.orders} == {OrderState.CANCELLED}
    assert (done.container.cancelled_at, done.container.load) == (LATER, Load())
    assert load(connection, other) == Load(3_000)
    wallets = WalletStore(connection)
    assert wallets.balance("ann") == paid.quote.total
    assert wallets.balance("ben") == split.quote.total + part
    assert wallets.check()
    assert cancel_container(connection, sunk.id, **DONE).orders == ()
    with pytest.raises(MoveRefused):
        advance(connection, sunk.id, "port", **DONE)
    assert OrderStore(connection).get(apart.id).state is OrderState.CONFIRMED


def test_an_order_is_split_only_as_its_merchant_agrees(connection: Connection) -> None:
    """The parts are the order, to the gram; none under the smallest booking; every fault told."""
    first, second = (a_container(connection, name, 10_000) for name in ("A", "B"))
    order = an_order(connection, 3_000, kg=1)
    parts = {first.id: 1_000, second.id: 1_000}
    refusals: tuple[tuple[dict[str, int], dict[str, bool], list[str]], ...] = (
        ({}, {"agreed": True}, ["parts"]),
        ({first.id: 0}, {"agreed": True}, [f"parts[{first.id}]"]),
        (parts, {"agreed": False, "rest_waits": True}, ["agreed"]),
        (parts, {"agreed": False}, ["agreed", "parts"]),
        ({first.id: 2_000, second.id: 2_000}, {"agreed": True}, ["parts"]),
        (
            {first.id: 499, second.id: 2_400},
            {"agreed": True, "rest_waits": True},
            [f"parts[{first.id}]", "rest"],
        ),
    )
    for given, told, paths in refusals:
        with pytest.raises(PoolFaults) as refused:
            book_part(connection, order.id, given, **{**DONE, **told})
        assert [fault.path for fault in refused.value.faults] == paths
    book(connection, an_order(connection, 9_500).id, second.id, **DONE)
    with pytest.raises(NoRoom) as full:
        book_part(connection, order.id, parts, rest_waits=True, agreed=True, **DONE)
    assert full.value.offer is not None
    assert load(connection, first) == Load()
    third = a_container(connection, "C", 10_000)
    parts = {third.id: 1_000, first.id: 1_000}
    booked = book_part(connection, order.id, parts, rest_waits=True, agreed=True, **DONE)
    again = book_part(connection, order.id, parts, rest_waits=True, agreed=True, **DONE)
    assert again == booked
    split = booked.order
    assert (split.waiting_litres, split.waiting_grams, split.waiting_since) == (1_000, 333, LATER)
    assert {place.container_id: place.grams for place in split.bookings} == {
        third.id: 334, first.id: 333,
    }  # fmt: skip
    assert [name for name, _ in moves(connection, order)] == ["added", "booked", "booked"]
    with pytest.raises(MoveRefused):
        book_part(connection, order.id, {first.id: 999}, agreed=True, **DONE)
    rest = book(connection, order.id, a_container(connection, "D").id, **DONE)
    assert (rest.order.waits, len(rest.order.bookings)) == (False, 3)
    assert sum(place.grams for place in rest.order.bookings) == 1_000


def test_the_rest_of_a_split_order_can_fill_a_container(connection: Connection) -> None:
    """The container goes to sea with it, and with the paid orders that it finds there."""
    first, second = a_container(connection, "A"), a_container(connection, "B", 10_000)
    split, there = an_order(connection, 8_000), an_order(connection, 4_000, owner="ben")
    told = {"rest_waits": True, "agreed": True, **DONE}
    book_part(connection, split.id, {first.id: 2_000}, **told)
    book(connection, there.id, second.id, **DONE)
    for each in (split, there):
        give(connection, each.owner, each.quote.total, key=each.id)
        record_payment(connection, each.id, key=f"{each.id} paid", **DONE)
    filled = book(connection, split.id, second.id, **DONE)
    assert (filled.sailed, filled.container.load) == (True, Load(10_000))
    assert filled.order.state is OrderState.SHIPPED  # a part of it has left
    assert OrderStore(connection).get(there.id).state is OrderState.SHIPPED
    for stage in ("port", "douane", "livre"):
        advance(connection, second.id, stage, **DONE)
    assert OrderStore(connection).get(split.id).state is OrderState.SHIPPED
    for stage in ("mer", "port", "douane", "livre"):
        advance(connection, first.id, stage, **DONE)
    assert OrderStore(connection).get(split.id).state is OrderState.RECEIVED


def test_an_order_waits_once(connection: Connection) -> None:
    """It is confirmed, nothing is booked, and it can be booked later, whole, even paid."""
    order = an_order(connection)
    waiting = wait(connection, order.id, **DONE)
    assert (waiting.state, waiting.waiting_litres) == (OrderState.CONFIRMED, 3_000)
    assert wait(connection, order.id, at=LATER + timedelta(days=9), actor="ann") == waiting
    give(connection, "ann", order.quote.total)
    record_payment(connection, order.id, key="paid", **DONE)
    # Beyond its validity: the price was agreed when it was confirmed.
    late = NOON + timedelta(days=60)
    container = a_container(connection)
    booked = book(connection, order.id, container.id, at=late, actor="admin")
    assert (booked.order.state, booked.order.waits) == (OrderState.PAID, False)
    with pytest.raises(MoveRefused):
        wait(connection, order.id, **DONE)
    assert moves(connection, order)[1:3] == [("waits", "confirme"), ("paid", None)]


def test_a_full_container_earns_what_the_price_list_says(connection: Connection) -> None:
    """28 CBM of electronics, 30 of textiles, 18 of other goods: 60.8 million francs on freight."""
    container = a_container(connection)
    volumes = {"ELECTRONIQUE": 28_000, "TEXTILE": 30_000, "DIVERS": 18_000}
    orders = {
        category: an_order(connection, litres, category=category)
        for category, litres in volumes.items()
    }
    booked = [book(connection, order.id, container.id, **DONE) for order in orders.values()]
    assert [each.sailed for each in booked] == [False, False, True]
    store = OrderStore(connection)
    earned = {
        category: int(store.internal(order.id).margin_freight.amount)
        for category, order in orders.items()
    }
    assert earned == {"ELECTRONIQUE": 22_400_000, "TEXTILE": 24_000_000, "DIVERS": 14_400_000}
    total = select(func.sum(logistics_order_margins.c.margin_freight_minor))
    assert connection.execute(total).scalar_one() == 60_800_000


def test_no_event_and_no_error_tells_a_margin(connection: Connection) -> None:
    """Whatever happened to an order, its figures that are hidden stand nowhere beside it."""
    container, order = a_container(connection), an_order(connection)
    hidden = OrderStore(connection).internal(order.id)
    figures = {f"{each.amount:f}" for each in (hidden.margin, hidden.real_freight)}
    said = []
    for act in (
        lambda: book(connection, order.id, container.id, **DONE),
        lambda: record_payment(connection, order.id, key="short", **DONE),
        lambda: cancel_order(connection, order.id, **DONE),
        lambda: book(connection, order.id, container.id, **DONE),
    ):
        try:
            said.append(repr(act()))
        except LogisticsError as error:
            said.append(f"{error} {error!r} {error.params}")
    said.append(repr(connection.execute(select(logistics_events)).all()))
    assert not [figure for figure in figures if figure in " ".join(said)]
