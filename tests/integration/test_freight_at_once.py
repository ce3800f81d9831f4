"""The services of group freight asked the same thing by many at once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine
from testkit.freight import PretendProvider, a_purchase, francs, picture

from comptoir_web.files import LocalFiles
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import UserStore
from comptoir_web.storage import ALL_MIGRATIONS
from logistics_core.errors import LogisticsError, NoRoom
from logistics_core.pooling import OrderState
from logistics_core.storage.wallets import WalletStore
from logistics_core.tariffs import starting_tariff
from shared_kernel import StorageError
from shared_kernel.engine import create_engine, reading, transaction
from shared_kernel.migrations import upgrade

pytestmark = pytest.mark.once

T = TypeVar("T")
AT_ONCE = 8


@pytest.fixture
def shared(database_url: str) -> Iterator[Engine]:
    """A migrated database with a connection for each of those who ask."""
    engine = create_engine(database_url, pool_size=AT_ONCE + 4)
    try:
        upgrade(engine, ALL_MIGRATIONS)
        yield engine
    finally:
        engine.dispose()


def now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def at_once(asked: Sequence[Callable[[], T]]) -> tuple[list[T], list[Exception]]:
    """What each was answered, or refused with, all beginning together."""
    start = threading.Barrier(len(asked))
    answers: list[T] = []
    errors: list[Exception] = []

    def ask(one: Callable[[], T]) -> None:
        start.wait()
        try:
            answers.append(one())
        except (LogisticsError, StorageError) as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, errors


def same(ask: Callable[[], T]) -> T:
    """The one answer to a request that many send at once."""
    answers, errors = at_once([ask] * AT_ONCE)
    assert errors == []
    assert all(each == answers[0] for each in answers), answers
    return answers[0]


def test_one_request_sent_by_many_is_done_once(shared: Engine, tmp_path: Path) -> None:
    """A tariff, a container, an order, its place, its payment, a withdrawal: each is there once."""
    office, desk = FreightOffice(shared, now), FreightDesk(shared, now)
    provider = PretendProvider()
    payments = FreightPayments(shared, now, LocalFiles(tmp_path), provider, "http://localhost")
    with transaction(shared) as connection:
        user, _ = UserStore(connection).add(
            email="merchant@example.com", name="M", role=Role.MERCHANT, at=now()
        )
    me = user.id
    tariff = starting_tariff(effective_from=now())
    assert same(lambda: office.publish(tariff, actor=None, request_id="r")).version == 1
    box = same(lambda: office.add_container("GN-1", actor=None, request_id="r"))
    order = same(lambda: desk.save_quote(me, a_purchase(), request_id="r"))
    assert same(lambda: desk.confirm(me, order.id).order.bookings)[0].container_id == box.id

    # A payment told of by many while a proof of the rest is validated by others.
    paid = payments.start(me, order.id, key="k", amount=francs(20_000_000)).payment
    provider.succeed(paid)
    proof = payments.add_proof(me, order.id, francs(8_125_000), picture(), request_id="r")
    told: list[Callable[[], object]] = [lambda: payments.settle(paid.id)] * 5
    decided: list[Callable[[], object]] = [
        lambda: payments.validate(proof.id, version=1, actor=None)
    ] * 3
    _, errors = at_once([*told, *decided])
    assert errors == []
    assert desk.order(me, order.id).order.state is OrderState.PAID
    assert desk.wallet(me).balance == francs(0)
    office.deposit(me, francs(100), key="d", actor=None)
    same(lambda: office.withdraw(me, francs(100), key="w", actor=None))
    with reading(shared) as connection:
        assert WalletStore(connection).check()


def test_the_last_places_go_to_the_first(shared: Engine) -> None:
    """Of twelve who want a place at once, three have one: the others are told there is no room."""
    office, desk = FreightOffice(shared, now), FreightDesk(shared, now)
    office.publish(starting_tariff(effective_from=now()), actor=None)
    office.add_container("GN-1", actor=None)
    orders = [
        desk.save_quote(f"{number:032}", a_purchase(volume="20"), request_id="r")
        for number in range(12)
    ]
    answers, errors = at_once([partial(desk.confirm, order.owner, order.id) for order in orders])
    assert len(answers) == 3
    assert {type(error) for error in errors} == {NoRoom}
    (gauge,) = desk.containers_open()
    assert gauge.booked_litres == 60_000
