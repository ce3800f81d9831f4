"""Published tariffs: one in force at a moment, numbered, never overlapping, whoever publishes."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import attrs
import pytest
from sqlalchemy import Connection, Engine, update
from testkit.children import children

from logistics_core.errors import TariffFaults, TariffMissing, TariffOverlap
from logistics_core.storage import MIGRATIONS, TariffStore, logistics_tariffs, metadata
from logistics_core.storage.events import SubjectKind, history
from logistics_core.tariffs import Tariff, starting_tariff
from shared_kernel import StorageError
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import ColumnRefused
from shared_kernel.migrations import MigrationState, differences, status, upgrade

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TARIFF = starting_tariff(effective_from=NOON)


@pytest.fixture
def store(connection: Connection) -> TariffStore:
    """A store in a writing transaction."""
    return TariffStore(connection)


def between(start: datetime, end: datetime | None = None) -> Tariff:
    """A tariff of those dates."""
    return attrs.evolve(TARIFF, effective_from=start, effective_until=end)


def test_the_migrations_make_the_declared_tables(engine: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    upgrade(engine, [MIGRATIONS])
    assert differences(engine, metadata, MIGRATIONS) == []
    assert [one.state for one in status(engine, [MIGRATIONS])] == [MigrationState.CURRENT]


def test_a_published_tariff_follows_the_one_before(tables: Engine) -> None:
    """The first ends where the second begins; each is found by its number and by its moment."""
    raised = attrs.evolve(TARIFF, effective_from=NOON + DAY, rate=Decimal(1300), version=17)
    with transaction(tables) as connection:
        store = TariffStore(connection)
        assert store.publish(TARIFF, at=NOON, actor="admin-1").version == 1
        second = store.publish(raised, at=NOON, actor="admin-2", note="Yuan\r\nplus cher")
        assert second == attrs.evolve(raised, version=2)
    with reading(tables) as connection:
        store = TariffStore(connection)
        ended = attrs.evolve(TARIFF, version=1, effective_until=NOON + DAY)
        assert store.in_force(NOON) == ended
        assert store.in_force(NOON + DAY - timedelta(microseconds=1)) == ended
        assert store.in_force(NOON + DAY) == second
        assert store.in_force(NOON + 999 * DAY) is store.in_force(NOON + DAY)
        newest, oldest = store.all()
        assert (newest, oldest) == (store.version(2), store.version(1))
        assert (newest.tariff, oldest.tariff) == (second, ended)
        assert (newest.published_at, newest.published_by) == (NOON, "admin-2")
        assert newest.note == "Yuan\nplus cher"
        (event,) = history(connection, SubjectKind.TARIFF, "2")
        assert (event.actor, event.action) == ("admin-2", "published")
        assert dict(event.detail) == {"effective_from": "2026-01-06T12:00:00+00:00"}


def test_nothing_is_in_force_before_the_first_and_in_a_gap(store: TariffStore) -> None:
    """No tariff, no number, no quote: the error says so."""
    with pytest.raises(TariffMissing):
        store.in_force(NOON)
    store.publish(between(NOON, NOON + DAY), at=NOON, actor="admin-1")
    store.publish(between(NOON + 2 * DAY), at=NOON, actor="admin-1")
    for moment in (NOON - timedelta(seconds=1), NOON + DAY):
        with pytest.raises(TariffMissing):
            store.in_force(moment)
    with pytest.raises(TariffMissing, match="number 3"):
        store.version(3)


def test_dates_that_meet_are_refused_and_nothing_is_written(store: TariffStore) -> None:
    """One that began before and leaves nothing over is ended; those that touch never meet."""
    store.publish(between(NOON + DAY, NOON + 3 * DAY), at=NOON, actor="admin-1")
    store.publish(between(NOON + 5 * DAY), at=NOON, actor="admin-1")
    before = store.all()
    for bad in (
        between(NOON + DAY, NOON + 3 * DAY),  # the very same dates
        between(NOON + 2 * DAY, NOON + 4 * DAY),  # its end
        between(NOON, NOON + 2 * DAY),  # its beginning
        between(NOON, NOON + 4 * DAY),  # around it
        between(NOON + timedelta(hours=30), NOON + timedelta(hours=31)),  # inside it
        between(NOON),  # over all that is to come
        between(NOON + 5 * DAY),  # at the moment the open-ended one begins
        between(NOON + 4 * DAY, NOON + 6 * DAY),  # before the open-ended one, and into it
    ):
        with pytest.raises(TariffOverlap):
            store.publish(bad, at=NOON, actor="admin-1")
        assert store.all() == before
    between_them = store.publish(between(NOON + 3 * DAY, NOON + 5 * DAY), at=NOON, actor="admin-1")
    assert (between_them.version, store.in_force(NOON + 4 * DAY)) == (3, between_them)
    brief = store.publish(between(NOON + 7 * DAY, NOON + 8 * DAY), at=NOON, actor="admin-1")
    assert store.version(2).tariff.effective_until == NOON + 7 * DAY
    assert store.in_force(NOON + 7 * DAY) == brief
    rest = store.publish(between(NOON + 4 * DAY, NOON + 5 * DAY), at=NOON, actor="admin-1")
    assert store.version(3).tariff.effective_until == NOON + 4 * DAY
    assert store.in_force(NOON + 4 * DAY) == rest


def test_the_past_is_not_rewritten(store: TariffStore) -> None:
    """A minute late is let pass; more, a note that cannot be shown, a bad actor are refused."""
    assert store.publish(TARIFF, at=NOON + timedelta(minutes=1), actor="admin-1").version == 1
    late = NOON + timedelta(minutes=1, seconds=1)
    with pytest.raises(TariffFaults) as caught:
        store.publish(between(NOON), at=late, actor="admin-1", note="\0")
    assert [fault.path for fault in caught.value.faults] == ["effective_from", "note"]
    with pytest.raises(TariffFaults):
        store.publish(between(NOON), at=NOON.replace(tzinfo=None), actor="admin-1")
    with pytest.raises(ColumnRefused):
        store.publish(between(NOON + DAY), at=NOON, actor="")


def test_a_tariff_that_cannot_be_read_tells_no_cost(
    store: TariffStore, connection: Connection
) -> None:
    """Whatever was done to the row, the error has no figure of it, not even in its trace."""
    store.publish(TARIFF, at=NOON, actor="admin-1")
    spoilt = '{"version": 1, "real_rate": "1187.1234567", "rate": "x"}'
    connection.execute(update(logistics_tariffs).values(document=spoilt))
    with pytest.raises(StorageError) as caught:
        store.in_force(NOON)
    assert caught.value.__context__ is None
    assert "1187" not in "".join(traceback.format_exception(caught.value))


PUBLISHER = """
    import sys
    from datetime import datetime, timedelta

    import attrs

    from logistics_core.errors import TariffOverlap
    from logistics_core.storage import TariffStore
    from logistics_core.tariffs import starting_tariff
    from shared_kernel.engine import create_engine, reading, transaction

    engine = create_engine(sys.argv[1])
    noon = datetime.fromisoformat(sys.argv[2])
    with reading(engine) as connection:
        TariffStore(connection).all()  # everything is loaded and connected
    print("ready", flush=True)
    sys.stdin.readline()
    published = []
    for turn in range(1, 11):
        tariff = starting_tariff(effective_from=noon + timedelta(days=turn))
        try:
            with transaction(engine) as connection:
                made = TariffStore(connection).publish(tariff, at=noon, actor="admin-1")
        except TariffOverlap:
            continue
        published.append(made.version)
    engine.dispose()
    print(*published, flush=True)
    """


def test_processes_that_publish_at_once_agree(tables: Engine, database_url: str) -> None:
    """Of two that publish for the same moments one succeeds each time; numbers have no hole."""
    with children(2, PUBLISHER, database_url, NOON.isoformat()) as running:
        assert [one.line() for one in running] == ["ready", "ready"]
        for one in running:
            one.tell()
        versions = [int(number) for one in running for number in one.finish().split()]
    assert sorted(versions) == list(range(1, len(versions) + 1))
    with reading(tables) as connection:
        kept = [each.tariff for each in reversed(TariffStore(connection).all())]
    assert [each.version for each in kept] == sorted(versions)
    for earlier, later in pairwise(kept):
        assert earlier.effective_until == later.effective_from
    assert kept[-1].effective_until is None
    assert kept[-1].effective_from == NOON + 10 * DAY
