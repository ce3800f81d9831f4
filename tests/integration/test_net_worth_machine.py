"""Edits, imports, prices that grow old, recomputations and crashes, in any order, against a model.

The model is a few dictionaries. After each step what is kept, what is shown and the history must be
what it says, on both databases; and every look at them runs where the database refuses writes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, delete, update

from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade
from wealth_core.errors import HoldingsMissing, StaleVersion
from wealth_core.loans import Loan
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CryptoHolding,
    Debt,
    Holdings,
    Property,
    holdings_from_csv,
    holdings_from_json,
    holdings_to_csv,
    holdings_to_json,
    net_worth,
)
from wealth_core.networth.records import Record, record_of
from wealth_core.quotes import Quote, QuoteBook
from wealth_core.storage import (
    MIGRATIONS,
    HoldingsStore,
    QuoteStore,
    SnapshotStore,
    metadata,
    recompute_all,
    wealth_holdings,
)
from wealth_core.storage.recompute import recompute

pytestmark = pytest.mark.once

START = datetime(2025, 12, 9, 12, tzinfo=UTC)
OWNERS = ("ana", "ben", "cyr")
LOAN = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, START.date().replace(month=10, day=1))

owners = st.sampled_from(OWNERS)


class Crash(Exception):
    """The process ends here."""


@attrs.define
class Kept:
    """What the model knows of an owner's holdings."""

    holdings: Holdings
    version: int
    damaged: bool = False


class NetWorthMachine(RuleBasedStateMachine):
    """The machine; `engine` is given by the test."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.now = START
        self.kept: dict[str, Kept] = {}
        self.quotes: list[Quote] = []
        self.taken: dict[str, dict[tuple[Any, str], tuple[datetime, Record]]] = {}
        self.prefix = uuid4().hex[:6]
        with transaction(engine) as connection:
            for table in metadata.sorted_tables:
                connection.execute(delete(table))

    # -- what happens ---------------------------------------------------------------------------

    @rule(owner=owners, amount=st.integers(-500, 5_000), place=st.integers(1, 2))
    def edits_an_account(self, owner: str, amount: int, place: int) -> None:
        """A client types the balance of an account, or adds it."""
        line = CashAccount(
            f"cash-{place}", "Compte <i>=1</i>", CashKind.CURRENT, money(amount, "EUR"), self._day()
        )
        self._edit(owner, self._now_of(owner).with_line(line))

    @rule(owner=owners, symbol=st.sampled_from(("BTC", "ETH")), units=st.integers(0, 10**9))
    def edits_a_crypto(self, owner: str, symbol: str, units: int) -> None:
        """A client types a quantity."""
        quantity = Decimal(units).scaleb(-8)
        line = CryptoHolding(symbol.lower(), symbol, symbol, quantity, self._day())
        self._edit(owner, self._now_of(owner).with_line(line))

    @rule(owner=owners, with_loan=st.booleans())
    def buys_a_flat(self, owner: str, with_loan: bool) -> None:
        """A client adds a property, with its loan or without."""
        loans = [Debt("flat-loan", "Prêt", LOAN)] if with_loan else []
        line = Property("flat", "Appartement", money("250000", "EUR"), self._day(), loans=loans)
        self._edit(owner, self._now_of(owner).with_line(line))

    @rule(owner=owners, as_csv=st.booleans())
    def imports(self, owner: str, as_csv: bool) -> None:
        """What was exported comes back through a file."""
        held = self._now_of(owner)
        if as_csv:
            again = holdings_from_csv(holdings_to_csv(held), as_of=self._day())
        else:
            again = holdings_from_json(holdings_to_json(held))
        assert again == held
        self._edit(owner, again)

    @precondition(lambda self: self.kept)
    @rule(owner=owners, off=st.sampled_from((-1, 1)))
    def edits_what_is_no_longer(self, owner: str, off: int) -> None:
        """A change made from another version is refused, and nothing changes."""
        if owner not in self.kept:
            return
        stale = self.kept[owner].version + off
        with pytest.raises(StaleVersion), transaction(self.engine) as connection:
            self._save(connection, owner, Holdings(), stale)

    @rule(owner=owners, abrupt=st.booleans())
    def crashes_while_editing(self, owner: str, abrupt: bool) -> None:
        """Saved, recomputed, and not committed: nothing of it stays."""
        held = self._now_of(owner)
        version = self.kept[owner].version if owner in self.kept else 0

        def save_and_crash(connection: Connection) -> None:
            self._save(connection, owner, held, version)
            self._recompute(connection, owner)
            if abrupt:
                connection.invalidate()  # the connection is cut, as when a process is killed
            raise Crash

        with pytest.raises(Crash), transaction(self.engine) as connection:
            save_and_crash(connection)

    @rule(symbol=st.sampled_from(("BTC", "ETH")), price=st.integers(1, 100_000))
    def a_price_comes(self, symbol: str, price: int) -> None:
        """A vendor's price of this moment."""
        self.now += timedelta(seconds=1)  # a vendor has one price at a time
        quote = Quote(f"crypto:{symbol}", "EUR", Decimal(price), self.now, "binance")
        self.quotes.append(quote)
        with transaction(self.engine) as connection:
            QuoteStore(connection).put([quote], at=self.now)

    @rule(hours=st.sampled_from((1, 25, 24 * 100)))
    def time_passes(self, hours: int) -> None:
        """Prices grow older, then stale; so does what was typed."""
        self.now += timedelta(hours=hours)

    @rule(owner=owners)
    def recomputes_one(self, owner: str) -> None:
        """The client asks for the figure."""
        self.now += timedelta(seconds=1)
        if owner not in self.kept:
            with pytest.raises(HoldingsMissing), transaction(self.engine) as connection:
                self._recompute(connection, owner)
        elif not self.kept[owner].damaged:
            with transaction(self.engine) as connection:
                made = self._recompute(connection, owner)
            self._took(owner)
            assert self.taken[owner][made.valued_on, made.id][0] == self.now

    @rule(stops=st.booleans(), edits=st.booleans())
    def recomputes_everybody(self, stops: bool, edits: bool) -> None:
        """An administrator does, one owner a chunk; a crash after the first, an edit, and again."""
        self.now += timedelta(seconds=1)
        run_id = f"{self.prefix}-{self.now:%Y%m%d%H%M%S}"
        at, book = self.now, self._book()
        everybody = sorted(self.kept)
        stops = stops and bool(everybody)

        def stop(done: int, total: int) -> None:
            if stops:
                raise Crash

        def run() -> Any:
            return recompute_all(
                self.engine, on=at.date(), at=at, run_id=run_id, chunk=1, progress=stop
            )

        if stops:
            with pytest.raises(Crash):
                run()
            first = everybody.pop(0)
            self._took(first)
            stops = False
            if edits:
                line = CashAccount("late", "Tard", CashKind.CUSTOM, money(1, "EUR"), self._day())
                for owner in (first, everybody[-1] if everybody else first):
                    self._edit(owner, self._now_of(owner).with_line(line))
        report = run()
        assert report.finished
        assert report.total == len(self.kept)
        for owner in everybody:
            self._took(owner, at=at, book=book)
        failed = [owner for owner, _ in report.failed]
        assert failed == [owner for owner in sorted(self.kept) if owner in failed]
        assert report.done + len(failed) == len(self.kept)
        assert all(owner in failed for owner in everybody if self.kept[owner].damaged)

    @precondition(lambda self: self.kept)
    @rule(owner=owners)
    def a_document_is_damaged(self, owner: str) -> None:
        """A row is spoilt by another hand."""
        if owner in self.kept:
            with transaction(self.engine) as connection:
                mine = update(wealth_holdings).where(wealth_holdings.c.owner == owner)
                connection.execute(mine.values(document='{"version": 1'))
            self.kept[owner].damaged = True

    @rule(owner=owners)
    def leaves(self, owner: str) -> None:
        """A client is erased, and may come back as a new one."""
        with transaction(self.engine) as connection:
            HoldingsStore(connection).erase(owner)
        self.kept.pop(owner, None)
        self.taken.pop(owner, None)

    # -- what must hold -------------------------------------------------------------------------

    @invariant()
    def what_is_kept_is_what_was_saved(self) -> None:
        """Of each owner, with its version; of nobody else."""
        with reading(self.engine) as connection:
            store = HoldingsStore(connection)
            assert set(store.owners()) == set(self.kept)
            for owner, kept in self.kept.items():
                assert len(store.versions(owner)) == kept.version
                if not kept.damaged:
                    saved = store.get(owner)
                    assert (saved.holdings, saved.version) == (kept.holdings, kept.version)

    @invariant()
    def what_is_shown_is_the_last_complete_figure(self) -> None:
        """With its moment; the last one of all and the history as well."""
        with reading(self.engine) as connection:
            store = SnapshotStore(connection)
            for owner in OWNERS:
                taken = self.taken.get(owner, {}).values()
                order = sorted(
                    taken, key=lambda one: (one[1].valued_on, one[0], one[1].holdings_version)
                )
                complete = [one for one in order if one[1].complete]
                for found, expected in ((store.shown(owner), complete), (store.last(owner), order)):
                    if not expected:
                        assert found is None
                        continue
                    at, record = expected[-1]
                    assert found is not None
                    assert (found.id, found.taken_at) == (record.fingerprint, at)
                    assert found.net_worth == money(Decimal(record.net_worth_minor) / 100, "EUR")
                    assert found.complete == record.complete
                points = {one[1].valued_on: one[1].net_worth_minor for one in complete}
                history = store.history(owner)
                assert {one.valued_on: one.net_worth_minor for one in history} == points
                assert len(store.export(owner)) == len(order)

    # -- how ------------------------------------------------------------------------------------

    def _day(self) -> Any:
        return self.now.date()

    def _book(self) -> QuoteBook:
        return QuoteBook(self.quotes, at=self.now)

    def _now_of(self, owner: str) -> Holdings:
        return self.kept[owner].holdings if owner in self.kept else Holdings()

    def _save(self, connection: Connection, owner: str, held: Holdings, version: int) -> None:
        store = HoldingsStore(connection)
        store.save(owner, held, version=version, at=self.now, actor=owner)

    def _edit(self, owner: str, held: Holdings) -> None:
        version = self.kept[owner].version if owner in self.kept else 0
        with transaction(self.engine) as connection:
            self._save(connection, owner, held, version)
        self.kept[owner] = Kept(held, version + 1)

    def _recompute(self, connection: Connection, owner: str) -> Any:
        book = QuoteStore(connection).book(at=self.now)
        return recompute(connection, owner, on=self._day(), at=self.now, book=book)

    def _took(
        self, owner: str, *, at: datetime | None = None, book: QuoteBook | None = None
    ) -> None:
        """The model's own figure of an owner, taken now or in a run that began before."""
        kept = self.kept[owner]
        if kept.damaged:
            return
        moment = at or self.now
        worth = net_worth(kept.holdings, on=moment.date(), quotes=book or self._book())
        record = record_of(worth, holdings_version=kept.version)
        taken = self.taken.setdefault(owner, {})
        key = record.valued_on, record.fingerprint
        before = taken.get(key)
        taken[key] = (moment if before is None else max(moment, before[0]), record)


@pytest.mark.slow
def test_whatever_happens_the_figures_are_those_of_the_model(engine: Engine) -> None:
    """Any order of edits, imports, prices, recomputations, damage, crashes and erasures."""
    upgrade(engine, [MIGRATIONS])
    run_state_machine_as_test(
        lambda: NetWorthMachine(engine),  # type: ignore[arg-type]  # it calls whatever makes one
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
