"""The play: what merchants and administrators do, drawn from a seed, one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import Connection, Engine

from logistics_core.errors import LogisticsError, NoRoom
from logistics_core.merchants import MerchantTerms
from logistics_core.pooling import SEA_ROUTE, Offer
from logistics_core.storage.booking import book, book_part, wait
from logistics_core.storage.cancelling import cancel_container, cancel_order
from logistics_core.storage.containers import ContainerStore
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.paying import record_payment
from logistics_core.storage.pool import fill_from_pool
from logistics_core.storage.sailing import advance, close_container
from logistics_core.storage.tariffs import TariffStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.tariffs import Purchase, quote, starting_tariff
from shared_kernel import from_minor, money
from shared_kernel.engine import reading, transaction

if TYPE_CHECKING:
    from logistics_core.storage.orders import Order
    from shared_kernel import Money

__all__ = ["Play"]

T = TypeVar("T")

ADMIN: Final = "admin"
MOST_VISITS: Final = 400
"""How many visits beyond one of each merchant; then the container is closed as it is."""


class Play:
    """One filling: what was asked of the desk, and what it refused.

    Args:
        engine: the scratch database.
        clients: how many merchants.
        seed: of all that is drawn.
        at: when it begins.
    """

    def __init__(self, engine: Engine, *, clients: int, seed: int, at: datetime) -> None:
        self.clients = clients
        self.seed = seed
        self.made: dict[str, tuple[str, Money]] = {}
        """Every order that was made: its merchant, and its total."""
        self.refused: Counter[str] = Counter()
        self._engine = engine
        # The same seed plays the same: nothing here is a secret.
        self._random = Random(seed)  # noqa: S311  # nosec B311
        self._now = at
        self._left: list[Order] = []
        self._unpaid: list[Order] = []
        self._containers = 0
        self._keys = 0

    def run(self) -> None:
        """Plays until a container has gone to sea by itself, then to the end of its journey."""
        merchants = [f"merchant-{number:03d}" for number in range(1, self.clients + 1)]
        self._begin(merchants)
        visits = 0
        while visits < self.clients or (not self._sailed() and visits < MOST_VISITS):
            self._random.shuffle(merchants)
            for merchant in merchants:
                self._visit(merchant)
                visits += 1
        if not self._sailed():
            self._does(close_container, self._open()[0])
        self._end(sorted(merchants))

    # -- the beginning and the end --------------------------------------------------------------

    def _begin(self, merchants: list[str]) -> None:
        """A tariff, terms agreed with every fifth merchant, two containers."""
        tariff = starting_tariff(effective_from=self._now)
        self._does(lambda c, **told: TariffStore(c).publish(tariff, **told))
        for merchant in merchants[::5]:
            self._agree(MerchantTerms(owner=merchant, commission=Decimal("0.04"), priority=0))
        self._next_ones()

    def _agree(self, terms: MerchantTerms) -> None:
        self._does(lambda c, **told: MerchantStore(c).save(terms, version=0, **told))

    def _end(self, merchants: list[str]) -> None:
        """Late payers pay, a container is cancelled half full, the others arrive by stages."""
        self._pay_late(len(self._unpaid) // 2)
        self._does(cancel_container, self._open()[0])
        travelling = self._sailed()
        after = SEA_ROUTE.stages[SEA_ROUTE.index(SEA_ROUTE.departure.code) + 1 :]
        for stage in after:
            self._pass(days=self._random.randint(3, 12))
            for container_id in travelling:
                self._does(advance, container_id, stage.code)
            self._pay_late(2)
        self._pay_late(len(self._unpaid))
        for order in self._left:  # too late by now
            self._tries(wait, order.id, actor=order.owner)
        for merchant in merchants:
            self._withdraw(merchant)

    def _withdraw(self, merchant: str) -> None:
        """What a wallet holds is paid out."""
        held = self._read(lambda c: WalletStore(c).balance(merchant))
        if held.amount:
            key = self._key()
            self._does(lambda c, **told: WalletStore(c).withdraw(merchant, held, key=key, **told))

    # -- a merchant comes by --------------------------------------------------------------------

    def _visit(self, merchant: str) -> None:
        """A quote, then what becomes of it."""
        order = self._quoted(merchant)
        draw = self._random.random()
        if draw < 0.08:
            self._left.append(order)
            return
        self._pass(minutes=self._random.randint(1, 60))
        placed: object
        if draw < 0.18:
            placed = self._tries(wait, order.id, actor=merchant)
        else:
            placed = self._confirmed(order)
        if placed is None:
            return
        draw = self._random.random()
        if draw < 0.07:
            self._tries(cancel_order, order.id, actor=merchant)
        elif draw < 0.75:
            self._pay(order)
        else:
            self._unpaid.append(order)
        self._next_ones()

    def _quoted(self, merchant: str) -> Order:
        """A purchase that is quoted and kept, at times by a double click."""
        self._pass(minutes=self._random.randint(5, 90))
        purchase, request = self._purchase(), self._key()

        def keep(connection: Connection, *, at: datetime, actor: str) -> Order:
            tariff = TariffStore(connection).in_force(at)
            terms = MerchantStore(connection).terms(merchant)
            quoted = quote(purchase, tariff, at=at, commission=terms.commission)
            return OrderStore(connection).add(
                merchant,
                purchase,
                quoted,
                commission=terms.commission,
                priority=terms.priority,
                request_id=request,
                at=at,
                actor=actor,
            )

        for _ in range(self._clicks()):
            order = self._does(keep, actor=merchant)
        self.made[order.id] = merchant, order.quote.total
        return order

    def _purchase(self) -> Purchase:
        litres = self._random.randint(500, 8_000)
        if self._random.random() < 0.02:
            litres = 80_000  # more than any container takes
        volume = Decimal(litres).scaleb(-3)
        weight = Decimal(self._random.randint(100, 350)) * volume
        return Purchase(
            goods=money(self._random.randint(20, 600) * 100, "CNY"),
            category=self._random.choice(("ELECTRONIQUE", "TEXTILE", "DIVERS")),
            volume_cbm=volume,
            weight_kg=weight if self._random.random() < 0.5 else None,
        )

    def _confirmed(self, order: Order) -> object:
        """The oldest container; where it has not the room, what the desk offers instead."""
        oldest = self._open()[0]
        try:
            for _ in range(self._clicks()):
                placed = self._does(book, order.id, oldest, actor=order.owner)
        except NoRoom as error:
            self.refused[type(error).__name__] += 1
            offer = error.offer
        except LogisticsError as error:
            self.refused[type(error).__name__] += 1
            return None
        else:
            return placed
        return self._taken_up(order, oldest, offer or Offer())

    def _taken_up(self, order: Order, container_id: str, offer: Offer) -> object:
        """Another container, a part here with the rest in the pool, or all of it in the pool."""
        if offer.next_containers and self._random.random() < 0.7:
            return self._tries(book, order.id, offer.next_containers[0], actor=order.owner)
        if offer.part_litres and self._random.random() < 0.6:
            parts = {container_id: offer.part_litres}
            return self._tries(
                book_part, order.id, parts, rest_waits=True, agreed=True, actor=order.owner
            )
        return self._tries(wait, order.id, actor=order.owner)

    def _pay(self, order: Order) -> None:
        """Money comes from outside, and goes into the order: at once, or in two times."""
        total, key = order.quote.total, self._key()
        self._does(lambda c, **told: WalletStore(c).deposit(order.owner, total, key=key, **told))
        if self._random.random() < 0.2:
            self._paid(order, from_minor(int(total.amount) // 3, total.currency))
        self._paid(order, None)

    def _paid(self, order: Order, amount: Money | None) -> None:
        key = self._key()
        for _ in range(self._clicks()):
            self._tries(record_payment, order.id, amount, key=key, actor=order.owner)

    def _pay_late(self, count: int) -> None:
        late, self._unpaid = self._unpaid[:count], self._unpaid[count:]
        for order in late:
            self._pay(order)

    # -- containers -----------------------------------------------------------------------------

    def _next_ones(self) -> None:
        """Two containers always take bookings, and what waits goes into the oldest one."""
        while len(self._open()) < 2:
            self._containers += 1
            reference = f"SIM-{self._containers:02d}"
            self._does(lambda c, **told: ContainerStore(c).add(reference, **told))  # noqa: B023
            self._does(fill_from_pool, self._open()[0])

    def _open(self) -> list[str]:
        return [each.id for each in self._read(lambda c: ContainerStore(c).open())]

    def _sailed(self) -> list[str]:
        """The containers that have left, the oldest first."""
        everyone = self._read(lambda c: ContainerStore(c).page(per_page=10_000))
        return [each.id for each in reversed(everyone) if each.closed_at is not None]

    # -- how ------------------------------------------------------------------------------------

    def _does(
        self,
        act: Callable[..., T],
        *given: object,
        actor: str = ADMIN,
        **told: object,
    ) -> T:
        """Does something of the desk or of a store, in a transaction of its own, a minute later."""
        self._pass(minutes=1)
        with transaction(self._engine) as connection:
            return act(connection, *given, at=self._now, actor=actor, **told)

    def _tries(self, act: Callable[..., T], *given: object, actor: str, **told: object) -> T | None:
        """Does it likewise; what is refused is counted, and is part of the play."""
        try:
            return self._does(act, *given, actor=actor, **told)
        except LogisticsError as error:
            self.refused[type(error).__name__] += 1
            return None

    def _read(self, look: Callable[[Connection], T]) -> T:
        with reading(self._engine) as connection:
            return look(connection)

    def _pass(self, *, minutes: int = 0, days: int = 0) -> None:
        self._now += timedelta(minutes=minutes, days=days)

    def _clicks(self) -> int:
        """How often a button is pressed: at times twice."""
        return 2 if self._random.random() < 0.1 else 1

    def _key(self) -> str:
        self._keys += 1
        return f"simulation-{self._keys}"
