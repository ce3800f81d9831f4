"""Kept orders: sold under their own quote, found by whoever may, margins apart."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, select
from testkit.pooling import DONE, LATER, NOON, TARIFF, a_container, a_purchase, an_order, give

from logistics_core.errors import OrderMissing, PoolFaults
from logistics_core.pooling import OrderState, PoolOrder
from logistics_core.storage import (
    MIGRATIONS,
    OrderSort,
    OrderStore,
    logistics_orders,
    metadata,
)
from logistics_core.storage.booking import book, wait
from logistics_core.storage.cancelling import cancel_order
from logistics_core.storage.paying import record_payment
from logistics_core.tariffs import quote
from logistics_core.wallets import ERASED
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import differences


@pytest.fixture
def store(connection: Connection) -> OrderStore:
    """A store in a writing transaction."""
    return OrderStore(connection)


def test_the_migrations_make_the_declared_tables(tables: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    assert differences(tables, metadata, MIGRATIONS) == []


def test_an_order_comes_back_as_it_was_added(tables: Engine) -> None:
    """The purchase, the quote, the room in litres and grams: the same in another transaction."""
    purchase = a_purchase(2_500, kg=400, note="fragile <b>=1+1</b>")
    quoted = quote(purchase, TARIFF, at=NOON, commission=Decimal("0.04"))
    with transaction(tables) as connection:
        added = OrderStore(connection).add(
            "ann", purchase, quoted, commission=Decimal("0.04"), priority=0, at=NOON, actor="ann"
        )
    with reading(tables) as connection:
        store = OrderStore(connection)
        kept = store.get(added.id, owner="ann")
        assert store.internal(added.id) == quoted.internal
        (event,) = store.history(added.id)
    assert kept == added
    assert (kept.purchase, kept.quote) == (purchase, quoted.client)
    assert (kept.number, kept.state, kept.version) == (1, OrderState.QUOTE, 1)
    assert (kept.litres, kept.grams, kept.priority) == (2_500, 400_000, 0)
    assert (kept.commission, kept.bookings, kept.waits) == (Decimal("0.04"), (), False)
    assert (event.action, event.actor, event.at, event.after) == ("added", "ann", NOON, "devis")
    assert "margin" not in repr(kept)


def test_one_request_is_one_order(store: OrderStore) -> None:
    """A form that is sent twice adds once; another merchant's same request is another order."""
    quoted = quote(a_purchase(), TARIFF, at=NOON)
    first, again, other = (
        store.add(owner, a_purchase(), quoted, at=NOON, actor=owner, request_id="form-1")
        for owner in ("ann", "ann", "ben")
    )
    assert (again, other.number) == (first, 2)
    assert store.count() == 2


def test_what_is_refused_is_not_added(store: OrderStore) -> None:
    """A priority that is none, a request that is blank, the quote of something else: at once."""
    quoted = quote(a_purchase(), TARIFF, at=NOON)
    other = a_purchase(category="DIVERS")
    with pytest.raises(PoolFaults) as refused:
        store.add("ann", other, quoted, priority=10, request_id=" ", at=NOON, actor="ann")
    assert [fault.path for fault in refused.value.faults] == ["priority", "request_id", "quote"]
    with pytest.raises(PoolFaults, match="quote"):  # of a cubic metre less
        store.add("ann", a_purchase(4_000), quoted, at=NOON, actor="ann")
    assert store.count() == 0


def test_anothers_order_is_missing(store: OrderStore, connection: Connection) -> None:
    """It is refused with the very words for one that is not there, whatever it is called."""
    order = an_order(connection)
    told = set()
    for order_id, owner in ((order.id, "ben"), ("nothing", None), ("", None), ("x" * 99, "ann")):
        with pytest.raises(OrderMissing) as missing:
            store.get(order_id, owner=owner)
        told.add(str(missing.value))
    assert len(told) == 1
    for number, owner in ((order.number, "ben"), (99, None), (-1, None), (2**40, None)):
        with pytest.raises(OrderMissing):
            store.by_number(number, owner=owner)
    with pytest.raises(OrderMissing):
        store.internal("nothing")
    assert store.by_number(order.number, owner="ann") == order
    assert store.several([order.id, "nothing", ""]) == (order,)


def test_orders_are_found_by_what_they_are(store: OrderStore, connection: Connection) -> None:
    """By state, category, container, merchant, what waits, number; sorted; a page at a time."""
    container = a_container(connection)
    small, large, other = (
        an_order(connection, litres, owner=owner, category=category)
        for litres, owner, category in (
            (1_000, "ann", "DIVERS"),
            (9_000, "ann", "TEXTILE"),
            (2_000, "ben", "TEXTILE"),
        )
    )
    book(connection, large.id, container.id, **DONE)
    wait(connection, other.id, **DONE)

    def numbers(**filters: object) -> list[int]:
        found = store.page(**filters)  # type: ignore[arg-type]  # each test names its own
        assert store.count(**filters) == len(found)  # type: ignore[arg-type]  # likewise
        return [order.number for order in found]

    assert numbers() == [3, 2, 1]
    assert numbers(state=OrderState.QUOTE) == [1]
    assert numbers(state=[OrderState.QUOTE, OrderState.CONFIRMED]) == [3, 2, 1]
    assert numbers(category="TEXTILE", owner=["ann", "ben"]) == [3, 2]
    assert numbers(container_id=container.id) == [2]
    assert (numbers(waiting=True), numbers(waiting=False, owner="ann")) == ([3], [2, 1])
    assert numbers(search=" #2 ") == numbers(search="2") == [2]
    assert numbers(search="two") == numbers(search="9" * 30) == numbers(search="²") == []
    assert [order.id for order in store.page(sort=OrderSort.LARGEST)] == [
        large.id, other.id, small.id,
    ]  # fmt: skip
    assert [order.number for order in store.page(sort=OrderSort.OLDEST)] == [1, 2, 3]
    assert store.page(sort=OrderSort.DEAREST)[0].id == large.id
    assert [order.number for order in store.of_owner("ann", number=2, per_page=1)] == [1]
    assert store.waiting() == (PoolOrder(other.id, 2_000, priority=1, waiting_since=LATER),)


def test_open_quotes_are_those_that_may_still_be_confirmed(
    store: OrderStore, connection: Connection
) -> None:
    """Neither what was confirmed nor what has expired; with a margin that a repr never shows."""
    kept, taken = an_order(connection), an_order(connection)
    wait(connection, taken.id, **DONE)
    (quoted,) = store.open_quotes(LATER)
    assert (quoted.order, quoted.internal) == (kept, store.internal(kept.id))
    assert "internal" not in repr(quoted)
    assert store.open_quotes(kept.quote.valid_until) == ()
    assert len(store.open_quotes(kept.quote.valid_until - timedelta(microseconds=1))) == 1


def test_an_export_tells_all_but_costs(store: OrderStore, connection: Connection) -> None:
    """Everything of a merchant's orders, and nothing that the platform earns."""
    order = an_order(connection)
    an_order(connection, owner="ben")
    book(connection, order.id, a_container(connection).id, **DONE)
    exported = store.export("ann")
    text = json.dumps(exported)
    (told,) = json.loads(text)["orders"]
    assert [event["action"] for event in told["events"]] == ["added", "booked"]
    assert told["bookings"][0]["container"] == "CONT-1"
    internal = store.internal(order.id)
    for figure in (internal.margin, internal.margin_freight, internal.real_freight):
        assert str(int(figure.amount)) not in text
    assert "margin" not in text
    assert "real_" not in text


def test_an_erased_merchant_leaves_figures_and_no_name(
    store: OrderStore, connection: Connection
) -> None:
    """Quotes and cancelled orders go; what was sold stays, under nobody's name; others stay."""
    container = a_container(connection)
    quoted = quote(a_purchase(note="call Ann"), TARIFF, at=NOON)
    sold = store.add(
        "ann", a_purchase(note="call Ann"), quoted, at=NOON, actor="ann", request_id="form"
    )
    dropped, asked, other = (an_order(connection, owner=who) for who in ("ann", "ann", "ben"))
    for each in (sold, dropped, other):
        book(connection, each.id, container.id, at=LATER, actor=each.owner)
    cancel_order(connection, dropped.id, **DONE)
    give(connection, "ann", sold.quote.total)
    record_payment(connection, sold.id, key="paid", **DONE)
    assert store.erase("ann") > 0
    assert store.erase("ann") == 0
    assert {order.id for order in store.page()} == {sold.id, other.id}
    kept = store.get(sold.id)
    assert (kept.owner, kept.purchase.note, kept.state) == (ERASED, "", OrderState.PAID)
    assert kept.quote == sold.quote
    assert store.internal(sold.id) == quoted.internal
    assert {event.actor for event in store.history(sold.id)} == {ERASED}
    assert store.history(asked.id) == ()
    assert store.history(other.id)[0].actor == "ben"
    assert store.export("ann") == {"orders": []}
    columns = select(logistics_orders).where(logistics_orders.c.id == sold.id)
    row = connection.execute(columns).mappings().one()
    assert "Ann" not in str(dict(row))
    assert row["request_key"] is None
