"""Bookings, payments, cancellations, closings and crashes, in any order, against a model.

The model is a few dictionaries with the rules written a second time, as plainly as they can be.
What the desk does must be what the model says may be done; and after each step the capacity, the
stages, the orders and the wallets kept must be the model's, on both databases.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, delete

from logistics_core.errors import LogisticsError
from logistics_core.payments.ports import Asked, PaymentStatus
from logistics_core.pooling import SEA_ROUTE, Capacity
from logistics_core.storage import (
    MIGRATIONS,
    ContainerStore,
    OrderStore,
    PaymentStore,
    WalletStore,
    metadata,
)
from logistics_core.storage.booking import book, book_part, wait
from logistics_core.storage.cancelling import cancel_container, cancel_order
from logistics_core.storage.paying import record_payment
from logistics_core.storage.pool import fill_from_pool
from logistics_core.storage.sailing import advance, close_container
from logistics_core.tariffs import Purchase, quote, starting_tariff
from shared_kernel import from_minor, money, to_minor
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
TARIFF = starting_tariff(effective_from=START)
MERCHANTS = ("ana", "ben", "cyr")
STAGES = [stage.code for stage in SEA_ROUTE.stages]
COLLECTING, AT_SEA, ARRIVED = STAGES[0], STAGES[1], STAGES[-1]
CAPACITY = 10_000
SMALLEST = 500
VOLUMES = (500, 1_700, 3_300, 9_600, 9_999)
BEGUN = (1_700, 3_300, 9_600, 500, 3_300, 1_700)


T = TypeVar("T")


CRASHES = st.sampled_from(("no", "no", "no", "no", "no", "no", "raises", "is cut"))
RARELY = st.sampled_from((False, False, False, True))
"""What ends much at once is done now and then, so that there is something to end."""


class Crash(Exception):
    """The process ends here."""


@attrs.define
class Box:
    """What the model knows of a container."""

    stage: str = COLLECTING
    cancelled: bool = False
    load: int = 0

    @property
    def open(self) -> bool:
        """Whether it takes bookings."""
        return self.stage == COLLECTING and not self.cancelled

    @property
    def free(self) -> int:
        """The litres that can still be booked."""
        return CAPACITY - self.load


@attrs.define
class Ordered:
    """What the model knows of an order."""

    owner: str
    litres: int
    total: int
    valid_until: datetime
    state: str = "devis"
    paid: int = 0
    waits: int = 0
    parts: dict[str, int] = attrs.field(factory=dict)

    @property
    def due(self) -> int:
        """What remains to be paid, in francs."""
        return self.total - self.paid


class FreightMachine(RuleBasedStateMachine):
    """The machine; `engine` is given by the test."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.now = START
        self.boxes: dict[str, Box] = {}
        self.orders: dict[str, Ordered] = {}
        self.wallets = dict.fromkeys(MERCHANTS, 0)
        self.steps = 0
        with transaction(engine) as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))

    # -- what happens ---------------------------------------------------------------------------

    @initialize()
    def business_is_going_on(self) -> None:
        """Two containers collect, merchants have quotes and money."""
        for owner, litres in zip(MERCHANTS * 2, BEGUN, strict=True):
            self.a_quote_is_kept(owner, litres)
        for owner in MERCHANTS:
            self.a_payment_is_notified(owner, 1, ends=False)
        for _ in range(2):
            self.a_container_is_opened()

    @precondition(lambda self: sum(box.open for box in self.boxes.values()) < 2)
    @rule()
    def a_container_is_opened(self) -> None:
        """An administrator opens one of ten cubic metres."""
        with transaction(self.engine) as connection:
            made = ContainerStore(connection).add(
                f"CONT-{len(self.boxes) + 1}",
                Capacity(billed_litres=CAPACITY, stowable_litres=CAPACITY - 1_000),
                smallest_litres=SMALLEST,
                **self._told(),
            )
        self.boxes[made.id] = Box()

    @precondition(lambda self: sum(o.state == "devis" for o in self.orders.values()) < 8)
    @rule(
        owner=st.sampled_from(MERCHANTS), litres=st.sampled_from((500, 1_700, 3_300, 9_600, 9_999))
    )
    def a_quote_is_kept(self, owner: str, litres: int) -> None:
        """A merchant is quoted, twice by a double click."""
        volume = Decimal(litres).scaleb(-3)
        purchase = Purchase(goods=money(100, "CNY"), category="TEXTILE", volume_cbm=volume)
        quoted = quote(purchase, TARIFF, at=self.now)
        request = self._key()
        for _ in range(2):
            with transaction(self.engine) as connection:
                order = OrderStore(connection).add(
                    owner, purchase, quoted, request_id=request, **self._told()
                )
        total = to_minor(quoted.client.total)
        self.orders[order.id] = Ordered(owner, litres, total, quoted.client.valid_until)

    @rule(owner=st.sampled_from(MERCHANTS), times=st.integers(1, 3), ends=st.booleans())
    def a_payment_is_notified(self, owner: str, times: int, ends: bool) -> None:
        """Money comes from a provider, notified again and again, once after it had expired."""
        amount = 40_000_000
        with transaction(self.engine) as connection:
            store = PaymentStore(connection)
            payment = store.prepare(
                owner, None, from_minor(amount, "GNF"), "orange", key=self._key(), at=self.now
            )
            asked = Asked(
                pay_token="pay", payment_url="https://pay.example.com/1", notify_token="token"
            )
            store.attach(payment.id, asked, at=self.now)
            if ends:
                store.settle(payment.id, PaymentStatus.EXPIRED, at=self.now)
        for _ in range(times):
            with transaction(self.engine) as connection:
                PaymentStore(connection).settle(payment.id, PaymentStatus.SUCCESS, at=self.now)
        self.wallets[owner] += amount

    @rule(data=st.data(), crashes=CRASHES)
    def an_order_is_booked(self, data: st.DataObject, crashes: str) -> None:
        """Whole into a container, or what waits of it."""
        order_id, order = self._some_order(data, "devis", "confirme")
        box_id, box = self._some_box(data)
        asked = order.litres if order.state == "devis" else order.waits
        there = not order.waits and list(order.parts) == [box_id]
        allowed = there or (
            bool(asked) and self._may_confirm(order) and box.open and asked <= box.free
        )
        if not there and box_id in order.parts:
            return  # a rest comes beside its other part: told elsewhere
        self._does(
            allowed,
            lambda connection: book(connection, order_id, box_id, **self._told()),
            crashes=crashes,
        )
        if not allowed or there or crashes != "no":
            return
        order.parts[box_id] = asked
        order.waits = 0
        box.load += asked
        self._confirmed(order)
        self._sails_when_full(box_id)

    @rule(data=st.data(), agreed=st.booleans(), rest_waits=st.booleans())
    def an_order_is_split(self, data: st.DataObject, agreed: bool, rest_waits: bool) -> None:
        """A part here, a part there, and perhaps a rest in the pool: with the merchant's word."""
        order_id, order = self._some_order(data, "devis")
        first, second = data.draw(st.permutations(list(self.boxes)[-3:]))[:2]
        part = order.litres // 3
        rest = order.litres - 2 * part if rest_waits else 0
        parts = {first: part, second: order.litres - part - rest}
        fresh = order.state == "devis" or order.waits == order.litres
        allowed = (
            agreed
            and fresh
            and self._may_confirm(order)
            and min(*parts.values(), rest or SMALLEST) >= SMALLEST
            and all(self.boxes[each].open for each in parts)
            and all(litres <= self.boxes[each].free for each, litres in parts.items())
        )
        if order.parts == parts and order.waits == rest:
            return  # the same again: told elsewhere
        self._does(
            allowed,
            lambda connection: book_part(
                connection, order_id, parts, rest_waits=rest_waits, agreed=agreed, **self._told()
            ),
        )
        if not allowed:
            return
        order.parts, order.waits = dict(parts), rest
        for each, litres in parts.items():
            self.boxes[each].load += litres
        self._confirmed(order)
        for each in parts:
            self._sails_when_full(each)

    @rule(data=st.data())
    def an_order_waits(self, data: st.DataObject) -> None:
        """A quote is confirmed into the pool."""
        order_id, order = self._some_order(data, "devis")
        again = order.state in ("confirme", "paye") and order.waits == order.litres
        allowed = again or (order.state == "devis" and self._may_confirm(order))
        self._does(allowed, lambda connection: wait(connection, order_id, **self._told()))
        if allowed and not again:
            order.waits = order.litres
            self._confirmed(order)

    @rule(data=st.data())
    def a_container_is_filled_from_the_pool(self, data: st.DataObject) -> None:
        """What is chosen waited, and fits; what is not chosen waits still."""
        box_id, box = self._some_box(data)
        filled = self._does(
            box.open, lambda connection: fill_from_pool(connection, box_id, **self._told())
        )
        if filled is None:
            return
        for order_id in filled.booked:
            order = self.orders[order_id]
            assert order.waits
            order.parts[box_id] = order.parts.get(box_id, 0) + order.waits
            box.load += order.waits
            order.waits = 0
        for order_id in filled.booked:
            self._catch_up(self.orders[order_id])
        self._sails_when_full(box_id)
        assert box.stage != COLLECTING or all(
            order.waits == 0 or order.waits > box.free for order in self.orders.values()
        ), "an order that still fits was left to wait"

    @rule(data=st.data(), all_of_it=st.booleans(), crashes=CRASHES)
    def an_order_is_paid(self, data: st.DataObject, all_of_it: bool, crashes: str) -> None:
        """From the wallet: all that is due, or a part of it; sent twice."""
        order_id, order = self._some_order(data, "confirme")
        amount = order.due if all_of_it else min(order.due, 5_000_000)
        wallet = self.wallets[order.owner]
        allowed = order.state not in ("devis", "annule") and amount <= wallet
        if not all_of_it and not amount:
            return  # nothing is due, and something is given: told elsewhere
        given = None if all_of_it else from_minor(amount, "GNF")
        key = self._key()
        for _ in range(2):
            self._does(
                allowed,
                lambda connection: record_payment(
                    connection, order_id, given, key=key, **self._told()
                ),
                crashes=crashes,
            )
        if not allowed or crashes != "no":
            return
        self.wallets[order.owner] -= amount
        order.paid += amount
        if not order.due and order.state == "confirme":
            order.state = "paye"
            self._catch_up(order)

    @rule(data=st.data(), crashes=CRASHES)
    def an_order_is_cancelled(self, data: st.DataObject, crashes: str) -> None:
        """While its containers still collect; what was paid comes back."""
        order_id, order = self._some_order(data, "confirme", "paye")
        collecting = all(self.boxes[each].open for each in order.parts)
        allowed = order.state == "annule" or (
            order.state in ("devis", "confirme", "paye") and collecting
        )
        self._does(
            allowed,
            lambda connection: cancel_order(connection, order_id, **self._told()),
            crashes=crashes,
        )
        if allowed and crashes == "no":
            self._cancelled(order)

    @rule(data=st.data(), really=RARELY)
    def a_container_is_closed(self, data: st.DataObject, really: bool) -> None:
        """An administrator sends it to sea before it is full."""
        box_id, box = self._some_box(data)
        if box.open and not really:
            return
        self._does(
            not box.cancelled,
            lambda connection: close_container(connection, box_id, **self._told()),
        )
        if box.open:
            self._goes_to(box_id, AT_SEA)

    @rule(data=st.data(), skips=st.sampled_from((0, 1, 1, 1, 2)))
    def a_container_moves_on(self, data: st.DataObject, skips: int) -> None:
        """To its next stage, again to the one it is at, never over one."""
        box_id, box = self._some_box(data)
        place = STAGES.index(box.stage) + skips
        if place >= len(STAGES):
            return
        allowed = not box.cancelled and skips < 2
        self._does(
            allowed, lambda connection: advance(connection, box_id, STAGES[place], **self._told())
        )
        if allowed:
            self._goes_to(box_id, STAGES[place])

    @rule(data=st.data(), really=RARELY, crashes=CRASHES)
    def a_container_is_cancelled(self, data: st.DataObject, really: bool, crashes: str) -> None:
        """Its orders are cancelled and refunded, at any stage but the last."""
        box_id, box = self._some_box(data)
        if not really:
            return
        allowed = box.cancelled or box.stage != ARRIVED
        self._does(
            allowed,
            lambda connection: cancel_container(connection, box_id, **self._told()),
            crashes=crashes,
        )
        if not allowed or box.cancelled or crashes != "no":
            return
        box.cancelled = True
        for order in self.orders.values():
            if box_id in order.parts:
                self._cancelled(order)

    @rule(days=st.sampled_from((0, 1, 1, 3, 8)))
    def time_passes(self, days: int) -> None:
        """Quotes expire; those who wait grow older."""
        self.now += timedelta(days=days)

    # -- what must hold -------------------------------------------------------------------------

    @invariant()
    def what_is_kept_is_what_the_model_says(self) -> None:
        """Loads, stages, states, parts, what waits, what was paid, what each wallet holds."""
        with reading(self.engine) as connection:
            orders, containers = OrderStore(connection), ContainerStore(connection)
            wallets = WalletStore(connection)
            for order_id, expected in self.orders.items():
                order = orders.get(order_id)
                kept = {part.container_id: part.litres for part in order.bookings}
                assert (order.state.value, kept, order.waiting_litres) == (
                    expected.state, expected.parts, expected.waits,
                )  # fmt: skip
                assert to_minor(wallets.paid(order_id)) == expected.paid
            for box_id, box in self.boxes.items():
                container = containers.get(box_id)
                assert container.load.litres == box.load <= CAPACITY
                assert (container.stage, container.cancelled_at is not None) == (
                    box.stage, box.cancelled,
                )  # fmt: skip
                booked = sum(order.parts.get(box_id, 0) for order in self.orders.values())
                assert booked == box.load
            for owner, held in self.wallets.items():
                assert to_minor(wallets.balance(owner)) == held >= 0
            assert wallets.check()

    # -- the model ------------------------------------------------------------------------------

    def _may_confirm(self, order: Ordered) -> bool:
        return self.now < order.valid_until if order.state == "devis" else bool(order.waits)

    def _confirmed(self, order: Ordered) -> None:
        if order.state == "devis":
            order.state = "confirme"
        self._catch_up(order)

    def _catch_up(self, order: Ordered) -> None:
        stages = [STAGES.index(self.boxes[each].stage) for each in order.parts]
        if order.state == "paye" and any(stages):
            order.state = "expedie"
        last = STAGES.index(ARRIVED)
        if order.state == "expedie" and not order.waits and all(each == last for each in stages):
            order.state = "recu"

    def _goes_to(self, box_id: str, stage: str) -> None:
        self.boxes[box_id].stage = stage
        for order in self.orders.values():
            if box_id in order.parts:
                self._catch_up(order)

    def _sails_when_full(self, box_id: str) -> None:
        box = self.boxes[box_id]
        if box.open and box.free < SMALLEST:
            self._goes_to(box_id, AT_SEA)

    def _cancelled(self, order: Ordered) -> None:
        for box_id, litres in order.parts.items():
            self.boxes[box_id].load -= litres
        self.wallets[order.owner] += order.paid
        order.state, order.parts, order.waits, order.paid = "annule", {}, 0, 0

    # -- how ------------------------------------------------------------------------------------

    def _does(
        self, allowed: bool, act: Callable[[Connection], T], *, crashes: str = "no"
    ) -> T | None:
        """Act in a transaction: it is refused exactly where the model refuses it."""
        if not allowed:
            with pytest.raises(LogisticsError), transaction(self.engine) as connection:
                act(connection)
            return None
        if crashes == "no":
            with transaction(self.engine) as connection:
                return act(connection)

        def and_crash(connection: Connection) -> None:
            act(connection)
            if crashes == "is cut":
                connection.invalidate()  # as when the process is killed
            raise Crash

        with pytest.raises(Crash), transaction(self.engine) as connection:
            and_crash(connection)
        return None

    def _told(self) -> dict[str, Any]:  # handed over as named arguments of several types
        return {"at": self.now, "actor": "machine"}

    def _key(self) -> str:
        self.steps += 1
        return f"step-{self.steps}"

    def _some_order(self, data: st.DataObject, *likely: str) -> tuple[str, Ordered]:
        """Mostly one in a state where something comes of it; now and then any of the last."""
        fruitful = [each for each, order in self.orders.items() if order.state in likely]
        if not fruitful or not data.draw(st.integers(0, 4)):
            fruitful = list(self.orders)[-10:]
        order_id = data.draw(st.sampled_from(fruitful))
        return order_id, self.orders[order_id]

    def _some_box(self, data: st.DataObject) -> tuple[str, Box]:
        """Mostly one that collects; now and then another of the last."""
        collecting = [each for each, box in self.boxes.items() if box.open]
        if not collecting or not data.draw(st.integers(0, 2)):
            collecting = list(self.boxes)[-4:]
        box_id = data.draw(st.sampled_from(collecting))
        return box_id, self.boxes[box_id]


@pytest.mark.slow
def test_capacity_wallets_and_stages_always_agree(engine: Engine) -> None:
    """Whatever is booked, paid, cancelled and closed, in any order, with crashes in between."""
    upgrade(engine, [MIGRATIONS])
    sqlite = engine.dialect.name == "sqlite"
    run_state_machine_as_test(
        lambda: FreightMachine(engine),  # type: ignore[arg-type]  # it calls whatever makes one
        settings=settings(
            # The rules are the same; locks, which differ, have their tests with real processes.
            max_examples=20 if sqlite else 10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
