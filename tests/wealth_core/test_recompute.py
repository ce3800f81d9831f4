"""Recomputing one owner or everybody: the same snapshots, once, whatever stands in the way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import DatabaseBusy
from wealth_core.errors import HoldingsFaults, HoldingsMissing, RunMissing
from wealth_core.loans import EXACT
from wealth_core.networth import CryptoHolding, Holdings, holdings_to_json
from wealth_core.quotes import Quote, QuoteBook, QuotePolicy
from wealth_core.storage import (
    HoldingsStore,
    QuoteStore,
    RunReport,
    SnapshotStore,
    _many_snapshots,
    finish_run,
    open_run,
    recompute_all,
    recompute_chunk,
    run_report,
    start_run,
    wealth_holdings,
    wealth_recompute_chunks,
    wealth_snapshots,
)
from wealth_core.storage._books import book_from_text, book_to_text
from wealth_core.storage.recompute import recompute
from wealth_core.testing.worked import (
    WORKED_NET_WORTH,
    WORKED_ON,
    worked_holdings,
    worked_prices,
    worked_quotes,
)

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORKED = worked_holdings()
LACKING = WORKED.with_line(CryptoHolding("x", "Obscure", "OBSCURE", Decimal(1), WORKED_ON))
EVERY_KIND = (WORKED, LACKING, Holdings(), WORKED.without("property-1"))
BAD = {"c-3": "{", "c-5": '{"version": 7}'}


def fill(engine: Engine, owners: Sequence[str] = tuple("abcdefgh")) -> None:
    """Holdings of every kind for these owners, one after the other; `BAD` documents damaged."""
    with transaction(engine) as connection:
        store = HoldingsStore(connection)
        for place, owner in enumerate(owners):
            held = EVERY_KIND[place % len(EVERY_KIND)]
            store.save(owner, held, version=0, at=NOON, actor=owner)
        for owner, document in BAD.items():
            mine = update(wealth_holdings).where(wealth_holdings.c.owner == owner)
            connection.execute(mine.values(document=document))


def snapshots(engine: Engine) -> list[tuple[Any, ...]]:
    """Every row there is, in order."""
    with reading(engine) as connection:
        rows = connection.execute(select(wealth_snapshots).order_by("owner", "fingerprint"))
        return [tuple(row) for row in rows]


def run_all(engine: Engine, **changes: Any) -> RunReport:
    """Recompute everybody, three a chunk."""
    arguments: dict[str, Any] = {"on": WORKED_ON, "at": NOON, "book": worked_quotes(), "chunk": 3}
    return recompute_all(engine, **(arguments | changes))


def test_one_owner_is_recomputed_when_asked(tables: Engine) -> None:
    """The snapshot has the worked figures; without holdings, or with damaged ones, it is said."""
    fill(tables, ["a", "c-3"])
    with transaction(tables) as connection:
        arguments: dict[str, Any] = {"on": WORKED_ON, "at": NOON, "book": worked_quotes()}
        made = recompute(connection, "a", loan_rounding=EXACT, **arguments)
        assert (made.net_worth, made.holdings_version) == (WORKED_NET_WORTH, 1)
        assert SnapshotStore(connection).shown("a") == made
        with pytest.raises(HoldingsMissing):
            recompute(connection, "nobody", **arguments)
        with pytest.raises(HoldingsFaults):
            recompute(connection, "c-3", **arguments)


def test_everybody_at_once_is_everybody_one_by_one(tables: Engine) -> None:
    """The same rows to the last character, and the bad ones are told while the others go on."""
    owners = ["a", "b\\t", 'c"-%s', "c-3", "c-4", "c-5", "é 1", "z{0}"]
    fill(tables, owners)
    told: list[tuple[int, int]] = []
    report = run_all(tables, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 8), (6, 8), (8, 8)]
    assert (report.total, report.done, report.finished) == (8, 6, True)
    assert [owner for owner, _ in report.failed] == ["c-3", "c-5"]
    assert "not JSON" in report.failed[0][1]
    assert "7 is not a version" in report.failed[1][1]
    at_once = snapshots(tables)
    assert len(at_once) == 6
    with transaction(tables) as connection:
        connection.execute(delete(wealth_snapshots))
        for owner in owners:
            if owner not in BAD:
                recompute(connection, owner, on=WORKED_ON, at=NOON, book=worked_quotes())
    assert snapshots(tables) == at_once
    with reading(tables) as connection:
        assert run_report(connection, report.run_id) == report
        assert not connection.execute(select(wealth_recompute_chunks)).all()


def test_running_twice_is_running_once(tables: Engine) -> None:
    """The same rows, said to hold at the later moment, and never at an earlier one."""
    fill(tables)
    run_all(tables)
    once = snapshots(tables)
    run_all(tables)
    assert snapshots(tables) == once
    run_all(tables, at=NOON + HOUR)
    later = snapshots(tables)
    place = list(wealth_snapshots.columns.keys()).index("taken_at")
    assert {row[place] for row in later} == {NOON + HOUR}
    assert [row[:place] + row[place + 1 :] for row in later] == [
        row[:place] + row[place + 1 :] for row in once
    ]
    run_all(tables)
    assert snapshots(tables) == later


def test_only_what_is_new_is_added(tables: Engine) -> None:
    """Beside snapshots that are there already, of equal and of other fingerprints."""
    fill(tables)
    with transaction(tables) as connection:
        for owner in "ab":
            recompute(connection, owner, on=WORKED_ON, at=NOON - HOUR, book=worked_quotes())
        store = HoldingsStore(connection)
        store.save("b", WORKED, version=1, at=NOON, actor="b")
    run_all(tables)
    with reading(tables) as connection:
        store_of = SnapshotStore(connection)
        shown = {owner: store_of.last(owner) for owner in "abcdefgh"}
        assert all(one is not None and one.taken_at == NOON for one in shown.values())
        taken = [one["taken_at"] for one in store_of.export("b")]
        assert taken == [(NOON - HOUR).isoformat(), NOON.isoformat()]
    assert len(snapshots(tables)) == 9


def test_a_stopped_run_goes_on_as_it_began(tables: Engine) -> None:
    """Whoever takes it up does what is left, with the prices of the beginning, and once only."""
    fill(tables)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(tables, run_id="job-1", progress=stop)
    assert len(snapshots(tables)) == 3
    with reading(tables) as connection:
        half = run_report(connection, "job-1")
    assert (half.done, half.finished) == (3, False)
    other = QuoteBook([], at=NOON + HOUR)
    report = run_all(tables, run_id="job-1", on=WORKED_ON + HOUR * 24, at=NOON + HOUR, book=other)
    assert (report.done, report.finished) == (8, True)
    rows = snapshots(tables)
    assert len(rows) == 8
    run_all(tables, run_id="job-1")
    assert snapshots(tables) == rows
    fill_id = run_all(tables).run_id
    assert fill_id != "job-1"
    assert snapshots(tables) == rows


def test_a_chunk_is_all_or_nothing(tables: Engine) -> None:
    """In the caller's transaction: what is not committed did not happen, and is done again."""
    fill(tables)
    with transaction(tables) as connection:
        run_id = start_run(connection, on=WORKED_ON, at=NOON, book=worked_quotes(), chunk=3)
        run = open_run(connection, run_id)

    def do_and_fail() -> None:
        with transaction(tables) as connection:
            assert recompute_chunk(connection, run) is not None
            assert len(connection.execute(select(wealth_snapshots)).all()) == 3
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        do_and_fail()
    assert snapshots(tables) == []
    done = []
    with transaction(tables) as connection:
        while (chunk := recompute_chunk(connection, run)) is not None:
            done.append((chunk.number, chunk.done))
        assert finish_run(connection, run_id).finished
        assert finish_run(connection, run_id) == run_report(connection, run_id)
    assert done == [(0, 3), (1, 3), (2, 2)]


def test_old_runs_are_forgotten(tables: Engine) -> None:
    """What is known of a finished run goes after three months; its snapshots stay."""
    fill(tables)
    old = run_all(tables)
    recent = run_all(tables, at=NOON + timedelta(days=80))
    run_all(tables, at=NOON + timedelta(days=100))
    with reading(tables) as connection:
        assert run_report(connection, recent.run_id) == recent
        with pytest.raises(RunMissing):
            run_report(connection, old.run_id)
    assert len(snapshots(tables)) == 8


def test_a_run_over_nobody_and_one_that_is_not_there(tables: Engine) -> None:
    """The first ends at once; the second is said to be missing."""
    report = run_all(tables)
    assert (report.total, report.done, report.failed, report.finished) == (0, 0, (), True)
    with reading(tables) as connection:
        for ask in (open_run, run_report):
            with pytest.raises(RunMissing, match="job-9"):
                ask(connection, "job-9")


def test_the_prices_kept_are_used_by_default(tables: Engine) -> None:
    """A run without a book takes the one of the database at its moment."""
    fill(tables)
    with transaction(tables) as connection:
        QuoteStore(connection).put(worked_prices(), at=NOON)
    run_all(tables, book=None)
    with reading(tables) as connection:
        shown = SnapshotStore(connection).shown("a")
    assert shown is not None
    assert shown.complete


def test_a_missing_price_never_lowers_what_is_shown(tables: Engine) -> None:
    """A run without prices leaves what is shown as it was, and says what is missing."""
    fill(tables)
    run_all(tables)
    with reading(tables) as connection:
        before = {owner: SnapshotStore(connection).shown(owner) for owner in "abcdefgh"}
    run_all(tables, at=NOON + HOUR, book=QuoteBook([], at=NOON + HOUR))
    with reading(tables) as connection:
        after = {owner: SnapshotStore(connection).shown(owner) for owner in "abcdefgh"}
        last = SnapshotStore(connection).last("a")
    for owner, shown in before.items():
        now = after[owner]
        # Holdings without crypto are complete as ever, and only said to hold still.
        assert (now and now.net_worth) == (shown and shown.net_worth)
    assert after["a"] == before["a"]
    assert last is not None
    assert len(last.unpriced) == 2


def test_a_document_that_another_hand_altered_is_checked_again(tables: Engine) -> None:
    """Its new figure counts when it can be read, and one that the rules refuse is told."""
    fill(tables, ["a", "b", "c"])
    richer = json.loads(holdings_to_json(WORKED))
    richer["cash"][0]["balance"]["amount"] = "3600.00"
    wrong = json.loads(holdings_to_json(WORKED))
    wrong["cash"][0]["balance"]["amount"] = "-3600.00"
    with transaction(tables) as connection:
        for owner, document in (("a", richer), ("b", wrong)):
            mine = update(wealth_holdings).where(wealth_holdings.c.owner == owner)
            connection.execute(mine.values(document=json.dumps(document)))
    report = run_all(tables, loan_rounding=EXACT)
    assert [owner for owner, _ in report.failed] == ["b"]
    assert "overdrawn" in report.failed[0][1]
    with reading(tables) as connection:
        shown = SnapshotStore(connection).shown("a")
    assert shown is not None
    assert shown.net_worth == WORKED_NET_WORTH + money("100", "EUR")


def test_a_snapshot_that_comes_at_that_moment_is_stepped_over(
    tables: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written after the look for those there are, it is not written twice, and the others are."""
    fill(tables)
    with transaction(tables) as connection:
        recompute(connection, "a", on=WORKED_ON, at=NOON - HOUR, book=worked_quotes())
    monkeypatch.setattr(_many_snapshots, "_not_there_yet", lambda _, records, *__: records)
    run_all(tables)
    rows = snapshots(tables)
    assert len(rows) == 8
    place = list(wealth_snapshots.columns.keys()).index("taken_at")
    assert {row[place] for row in rows} == {NOON}


def test_a_database_that_is_busy_is_asked_again(
    tables: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk that had to wait for too long is tried again, and not for ever."""
    fill(tables)
    waits = iter([True, False, True, True])
    real = recompute_chunk

    def busy(*arguments: Any, **named: Any) -> Any:
        if next(waits, False):
            raise DatabaseBusy("busy")
        return real(*arguments, **named)

    monkeypatch.setattr("wealth_core.storage.recompute.recompute_chunk", busy)
    assert run_all(tables).done == 8
    waits = iter([True] * 100)
    with pytest.raises(DatabaseBusy):
        run_all(tables)


def test_a_run_keeps_its_prices_exactly() -> None:
    """Prices, moments, sources and limits of age come back from its row; parities are in."""
    policy = QuotePolicy({"binance": timedelta(minutes=5)}, otherwise=timedelta(days=3))
    price = Decimal("0.000000000000000000000012345678901234567890")
    quotes = [
        *worked_prices(),
        Quote("crypto:EUR", "USD", price, NOON - timedelta(microseconds=1), "binance"),
    ]
    book = QuoteBook(quotes, at=NOON, policy=policy)
    again = book_from_text(book_to_text(book))
    assert again.quotes == book.quotes
    assert (again.at, again.policy) == (NOON, policy)
