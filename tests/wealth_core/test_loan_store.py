"""Kept loans: saved once, changed by one writer at a time, exported and erased for their owner."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, select, update
from testkit.children import children

from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import ColumnRefused
from shared_kernel.migrations import MigrationState, differences, status, upgrade
from wealth_core.errors import LoanFaults, SavedLoanMissing, StaleVersion
from wealth_core.loans import (
    EXACT,
    Fee,
    Insurance,
    Keep,
    Loan,
    LoanPlan,
    Repayment,
    balloon,
    loan_to_document,
    partial,
    plan_from_document,
)
from wealth_core.storage import MIGRATIONS, LoanStore, metadata, wealth_loans

NOON = datetime(2025, 12, 9, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
MORTGAGE = LoanPlan(Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1)))
EVERY_TERM = LoanPlan(
    Loan(
        money("1250000", "XOF"),
        Decimal("0.07"),
        120,
        date(2026, 1, 31),
        kind=balloon(money("250000", "XOF")),
        deferral=partial(6),
        insurance=(Insurance(Decimal("0.0036")),),
        fees=(Fee(money("15000", "XOF"), label="dossier"),),
    ),
    repayments=(
        Repayment(date(2027, 2, 28), money("100000", "XOF")),
        Repayment(60, money("50000", "XOF"), keep=Keep.INSTALMENT, indemnity=False),
    ),
    rounding=EXACT,
)


@pytest.fixture
def store(connection: Connection) -> LoanStore:
    """A store in that transaction."""
    return LoanStore(connection)


def test_the_migrations_make_the_declared_tables(engine: Engine) -> None:
    """The history ends at the very tables that the code declares, on both databases."""
    upgrade(engine, [MIGRATIONS])
    assert differences(engine, metadata, MIGRATIONS) == []
    assert [one.state for one in status(engine, [MIGRATIONS])] == [MigrationState.CURRENT]
    with reading(engine) as connection:
        kept = {column["name"] for column in _inspected(connection, "wealth_loans")}
    assert kept == {column.name for column in wealth_loans.columns}


def _inspected(connection: Connection, table: str) -> list[dict[str, object]]:
    from sqlalchemy import inspect

    return [dict(column) for column in inspect(connection).get_columns(table)]


def test_a_loan_comes_back_as_it_was_saved(tables: Engine) -> None:
    """Terms, early repayments, rounding, the moment in UTC: the same in another transaction."""
    paris = timezone(timedelta(hours=1))
    with transaction(tables) as connection:
        saved = LoanStore(connection).add(
            "client-1", "  Maison  ", EVERY_TERM, at=NOON.astimezone(paris)
        )
    with reading(tables) as connection:
        assert LoanStore(connection).get("client-1", saved.id) == saved
    assert (saved.plan, saved.loan) == (EVERY_TERM, EVERY_TERM.loan)
    assert (saved.label, saved.owner, saved.version) == ("Maison", "client-1", 1)
    assert saved.created_at == saved.updated_at == NOON
    assert saved.created_at.tzinfo is UTC
    assert saved.deleted_at is None


def test_the_caller_commits(tables: Engine) -> None:
    """What a store did is gone when the caller's transaction does not end well."""

    def save_and_fail() -> None:
        with transaction(tables) as connection:
            LoanStore(connection).add("client-1", "Maison", MORTGAGE, at=NOON)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        save_and_fail()
    with reading(tables) as connection:
        assert LoanStore(connection).list("client-1") == ()


def test_a_request_sent_twice_saves_once(store: LoanStore) -> None:
    """The second gives the loan of the first, as it is now."""
    first = store.add("client-1", "Maison", MORTGAGE, at=NOON, request_id="form-7")
    renamed = store.rename("client-1", first.id, "Atelier", version=1, at=LATER)
    again = store.add("client-1", "Maison", MORTGAGE, at=LATER, request_id="form-7")
    assert again == renamed
    assert store.count("client-1") == 1


def test_other_terms_under_the_same_request_are_saved(store: LoanStore) -> None:
    """Whoever goes back in the browser and types other terms loses nothing."""
    first = store.add("client-1", "Maison", MORTGAGE, at=NOON, request_id="form-7")
    other = store.add("client-1", "Maison", EVERY_TERM, at=NOON, request_id="form-7")
    third = store.add("client-1", "Atelier", MORTGAGE, at=NOON, request_id="form-7")
    assert len({first.id, other.id, third.id}) == 3


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(MORTGAGE, rounding=EXACT),
        attrs.evolve(MORTGAGE, repayments=(Repayment(12, money("1000", "EUR")),)),
    ],
    ids=["rounding", "repayment"],
)
def test_a_request_is_its_repayments_and_its_rounding_too(
    store: LoanStore, other: LoanPlan
) -> None:
    """Another rounding or repayment under the same id is saved beside; sent again, it is not."""
    first = store.add("client-1", "Maison", MORTGAGE, at=NOON, request_id="form-7")
    second = store.add("client-1", "Maison", other, at=NOON, request_id="form-7")
    again = store.add("client-1", "Maison", other, at=LATER, request_id="form-7")
    assert (first.plan, second.plan) == (MORTGAGE, other)
    assert again == second
    assert store.count("client-1") == 2


def test_the_document_of_a_loan_alone_opens_as_a_plan(
    store: LoanStore, connection: Connection
) -> None:
    """A row that holds the document of a loan is that loan, without repayments, to the cent."""
    kept = store.add("client-1", "Maison", EVERY_TERM, at=NOON)
    bare = update(wealth_loans).values(document=loan_to_document(MORTGAGE.loan))
    connection.execute(bare)
    assert store.get("client-1", kept.id).plan == MORTGAGE
    assert [plan_from_document(entry["plan"]) for entry in store.export("client-1")] == [MORTGAGE]


def test_without_a_request_each_save_is_another_loan(store: LoanStore) -> None:
    """Two loans may well be alike; and two owners may use the same request id."""
    assert (
        store.add("client-1", "Maison", MORTGAGE, at=NOON).id
        != store.add("client-1", "Maison", MORTGAGE, at=NOON).id
    )
    mine = store.add("client-1", "Maison", MORTGAGE, at=NOON, request_id="form-7")
    theirs = store.add("client-2", "Maison", MORTGAGE, at=NOON, request_id="form-7")
    assert mine.id != theirs.id


def test_the_newest_come_first_a_page_at_a_time(store: LoanStore) -> None:
    """A list is ordered, cut where asked, and holds one owner's loans only."""
    for number in range(5):
        store.add("client-1", f"n° {number}", MORTGAGE, at=NOON + timedelta(minutes=number))
    store.add("client-2", "another's", MORTGAGE, at=LATER)
    assert [loan.label for loan in store.list("client-1")] == [f"n° {n}" for n in (4, 3, 2, 1, 0)]
    assert [loan.label for loan in store.list("client-1", limit=2, offset=1)] == ["n° 3", "n° 2"]
    assert store.list("client-1", offset=5) == ()
    assert store.list("nobody") == ()
    assert (store.count("client-1"), store.count("nobody")) == (5, 0)


@pytest.mark.parametrize(
    ("limit", "offset", "path"), [(0, 0, "limit"), (501, 0, "limit"), (1, -1, "offset")]
)
def test_a_page_out_of_range_is_refused(
    store: LoanStore, limit: int, offset: int, path: str
) -> None:
    """A list asks for 1 to 500 loans, from an offset of 0 or more."""
    with pytest.raises(LoanFaults) as refused:
        store.list("client-1", limit=limit, offset=offset)
    assert [fault.path for fault in refused.value.faults] == [path]


def test_another_owners_loan_is_out_of_reach(store: LoanStore) -> None:
    """For another owner it does not exist: not to read, not to change, not to remove."""
    kept = store.add("client-1", "Maison", MORTGAGE, at=NOON)
    with pytest.raises(SavedLoanMissing, match=kept.id):
        store.get("client-2", kept.id)
    with pytest.raises(SavedLoanMissing):
        store.rename("client-2", kept.id, "Mine", version=1, at=LATER)
    with pytest.raises(SavedLoanMissing):
        store.replace("client-2", kept.id, EVERY_TERM, version=1, at=LATER)
    with pytest.raises(SavedLoanMissing):
        store.remove("client-2", kept.id, at=LATER)
    with pytest.raises(SavedLoanMissing):
        store.restore("client-2", kept.id, at=LATER)
    assert store.get("client-1", kept.id) == kept


def test_each_change_counts(store: LoanStore) -> None:
    """A new name or new terms give the next version and the moment of the change."""
    kept = store.add("client-1", "Maison", MORTGAGE, at=NOON)
    renamed = store.rename("client-1", kept.id, "Atelier", version=1, at=LATER)
    assert (renamed.label, renamed.plan, renamed.version) == ("Atelier", MORTGAGE, 2)
    assert (renamed.created_at, renamed.updated_at) == (NOON, LATER)
    replaced = store.replace("client-1", kept.id, EVERY_TERM, version=2, at=LATER)
    assert (replaced.label, replaced.plan, replaced.version) == ("Atelier", EVERY_TERM, 3)
    both = store.replace("client-1", kept.id, MORTGAGE, version=3, at=LATER, label="Maison")
    assert (both.label, both.plan, both.version) == ("Maison", MORTGAGE, 4)
    assert store.get("client-1", kept.id) == both


def test_a_change_of_an_older_version_is_refused(store: LoanStore) -> None:
    """Nothing is overwritten unseen: the error says which version is the last."""
    kept = store.add("client-1", "Maison", MORTGAGE, at=NOON)
    store.rename("client-1", kept.id, "Atelier", version=1, at=LATER)
    with pytest.raises(StaleVersion, match="version 1 is not the last one, 2"):
        store.replace("client-1", kept.id, EVERY_TERM, version=1, at=LATER)
    with pytest.raises(StaleVersion):
        store.rename("client-1", kept.id, "Maison", version=3, at=LATER)
    assert store.get("client-1", kept.id).label == "Atelier"


def test_a_removal_can_be_undone(store: LoanStore) -> None:
    """A removed loan is out of sight and cannot be changed, until it is restored; twice is once."""
    kept = store.add("client-1", "Maison", MORTGAGE, at=NOON)
    removed = store.remove("client-1", kept.id, at=LATER)
    assert removed.deleted_at == LATER
    assert store.remove("client-1", kept.id, at=LATER + timedelta(days=1)) == removed
    assert store.list("client-1") == ()
    assert store.count("client-1") == 0
    with pytest.raises(SavedLoanMissing):
        store.get("client-1", kept.id)
    with pytest.raises(SavedLoanMissing):
        store.rename("client-1", kept.id, "Atelier", version=removed.version, at=LATER)
    restored = store.restore("client-1", kept.id, at=LATER)
    assert (restored.deleted_at, restored.plan) == (None, MORTGAGE)
    assert restored.version > removed.version > kept.version
    assert store.restore("client-1", kept.id, at=LATER) == restored
    assert store.list("client-1") == (restored,)


def test_an_owner_takes_everything_along(store: LoanStore) -> None:
    """The export is plain JSON, holds the removed loans, and gives the loans back."""
    first = store.add("client-1", "Maison", MORTGAGE, at=NOON)
    second = store.add("client-1", "Atelier", EVERY_TERM, at=LATER)
    store.remove("client-1", second.id, at=LATER)
    store.add("client-2", "another's", MORTGAGE, at=NOON)
    exported = json.loads(json.dumps(store.export("client-1")))
    assert [entry["id"] for entry in exported] == [first.id, second.id]
    assert [plan_from_document(entry["plan"]) for entry in exported] == [MORTGAGE, EVERY_TERM]
    assert exported[0]["created_at"] == "2025-12-09T12:00:00+00:00"
    assert [entry["deleted_at"] is None for entry in exported] == [True, False]


def test_an_owner_is_erased(store: LoanStore, connection: Connection) -> None:
    """Nothing of the owner stays in the table, removed loans included; the others are untouched."""
    store.add("client-1", "Maison", MORTGAGE, at=NOON)
    second = store.add("client-1", "Atelier", MORTGAGE, at=NOON)
    store.remove("client-1", second.id, at=LATER)
    other = store.add("client-2", "another's", MORTGAGE, at=NOON)
    assert store.erase("client-1") == 2
    assert store.erase("client-1") == 0
    assert store.export("client-1") == ()
    assert connection.execute(select(wealth_loans.c.id)).scalars().all() == [other.id]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("", "is empty"),
        (" \u202f ", "is empty"),
        ("x" * 121, "121 characters: write at most 120"),
        ("two\nlines", "one line"),
        ("nul \x00", "one line"),
        ("10\u202e EUR", "one line"),
        (12, "12 is not a name"),
        (None, "null is not a name"),
    ],
)
def test_a_label_is_one_line_of_120_characters(store: LoanStore, label: Any, said: str) -> None:
    """Anything else is refused, when saving and when renaming, before the database sees it."""
    with pytest.raises(LoanFaults, match=said) as refused:
        store.add("client-1", label, MORTGAGE, at=NOON)
    assert [fault.path for fault in refused.value.faults] == ["label"]
    kept = store.add("client-1", "Prêt n°\u00a01 – l’été 😀 👨\u200d👩\u200d👧", MORTGAGE, at=NOON)
    with pytest.raises(LoanFaults, match=said):
        store.rename("client-1", kept.id, label, version=1, at=LATER)
    assert store.get("client-1", kept.id) == kept


def test_owners_and_moments_are_checked(store: LoanStore) -> None:
    """An owner is an identifier; a moment has its time zone."""
    with pytest.raises(ColumnRefused):
        store.add("", "Maison", MORTGAGE, at=NOON)
    with pytest.raises(ColumnRefused):
        store.add("client-1", "Maison", MORTGAGE, at=NOON.replace(tzinfo=None))


WRITER = """
    import sys
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from shared_kernel import money
    from shared_kernel.engine import create_engine, reading, transaction
    from wealth_core.errors import StaleVersion
    from wealth_core.loans import Loan, LoanPlan
    from wealth_core.storage import LoanStore

    url, task, loan_id = sys.argv[1:]
    engine = create_engine(url, lock_timeout_s=60)
    now = datetime(2025, 12, 9, 12, 0, tzinfo=UTC)
    plan = LoanPlan(Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1)))
    with reading(engine) as connection:
        LoanStore(connection).count("client-1")  # everything is loaded and connected
    print("ready", flush=True)
    sys.stdin.readline()
    changed = 0
    for turn in range(40):
        if task == "add":
            with transaction(engine) as connection:
                LoanStore(connection).add(
                    "client-1", "Maison", plan, at=now, request_id=f"form-{turn}"
                )
            continue
        with reading(engine) as connection:
            kept = LoanStore(connection).get("client-1", loan_id)
        try:
            with transaction(engine) as connection:
                LoanStore(connection).rename(
                    "client-1", loan_id, f"{int(kept.label) + 1}", version=kept.version, at=now
                )
        except StaleVersion:
            continue
        changed += 1
    engine.dispose()
    print(changed, flush=True)
    """


def write_at_once(url: str, task: str, loan_id: str, *, writers: int = 4) -> list[int]:
    """Run writers as processes that begin at the same moment; give what each of them changed."""
    with children(writers, WRITER, url, task, loan_id) as running:
        assert [writer.line() for writer in running] == ["ready"] * writers
        for writer in running:
            writer.tell()
        return [int(writer.finish()) for writer in running]


def test_processes_that_change_at_once_lose_nothing(tables: Engine, database_url: str) -> None:
    """Of those that read the same version one succeeds: the label has counted each change."""
    with transaction(tables) as connection:
        kept = LoanStore(connection).add("client-1", "0", MORTGAGE, at=NOON)
    changed = write_at_once(database_url, "change", kept.id)
    with reading(tables) as connection:
        now = LoanStore(connection).get("client-1", kept.id)
    assert sum(changed) >= 40
    assert (int(now.label), now.version) == (sum(changed), 1 + sum(changed))


def test_processes_that_send_the_same_requests_save_once(tables: Engine, database_url: str) -> None:
    """Four processes send the same forty forms at the same moment: forty loans are kept."""
    write_at_once(database_url, "add", "-")
    with reading(tables) as connection:
        assert LoanStore(connection).count("client-1") == 40


def test_without_its_extra_the_storage_says_which() -> None:
    """Where SQLAlchemy is not installed, the error names the extra; the loans work all the same."""
    script = textwrap.dedent(
        """
        import sys

        sys.modules["sqlalchemy"] = None
        import wealth_core.loans
        from shared_kernel import ExtraMissing

        try:
            import wealth_core.storage
        except ExtraMissing as error:
            print(error)
        """
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "pip install 'comptoir-wealth[storage]'" in said.stdout
