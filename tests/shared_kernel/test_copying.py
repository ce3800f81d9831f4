"""COPY: every text comes back as it was, and errors are those of everywhere else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, select
from sqlalchemy.exc import IntegrityError

from shared_kernel.copying import copy_rows, copy_text
from shared_kernel.engine import create_engine, transaction
from shared_kernel.errors import DatabaseBusy, DatabaseUnreachable

NOTES = Table("Notes", MetaData(), Column("id", Integer, primary_key=True), Column("te xt", Text))
COLUMNS = ("id", "te xt")


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """An engine on a PostgreSQL database that has the table."""
    made = create_engine(postgres_url, lock_timeout_s=0.2)
    NOTES.create(made)
    yield made
    made.dispose()


def test_every_text_comes_back(engine: Engine) -> None:
    """Whatever COPY reads as a sign of its own: tabs, ends of lines, backslashes, its end mark."""
    texts = ["", "a\tb", "a\nb\r\nc", "\\N", "\\.", "C:\\temp\\x", "é€\u202f😀", "\\\\t", '"', "%s"]
    rows = "".join(f"{place}\t{copy_text(text)}\n" for place, text in enumerate(texts))
    with transaction(engine) as connection:
        copy_rows(connection, NOTES, COLUMNS, rows)
        kept = connection.execute(select(NOTES).order_by("id")).all()
    assert [text for _, text in kept] == texts


def test_a_broken_constraint_is_an_integrity_error(engine: Engine) -> None:
    """None of the rows is there, and a savepoint saves what was done before."""
    with transaction(engine) as connection:
        copy_rows(connection, NOTES, COLUMNS, "1\tone\n")
        with pytest.raises(IntegrityError), connection.begin_nested():
            copy_rows(connection, NOTES, COLUMNS, "2\ttwo\n1\tagain\n")
        assert connection.execute(select(NOTES.c.id)).scalars().all() == [1]


def test_other_errors_are_told_as_elsewhere(engine: Engine) -> None:
    """A lock that is not let go, a server that is gone; a mistake of ours stays the driver's."""
    with transaction(engine) as holder:
        holder.exec_driver_sql('LOCK TABLE "Notes" IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(DatabaseBusy), transaction(engine) as connection:
            copy_rows(connection, NOTES, COLUMNS, "1\tone\n")
    with pytest.raises(psycopg2.DataError), transaction(engine) as connection:
        copy_rows(connection, NOTES, COLUMNS, "one\t1\n")

    with engine.connect() as doomed, transaction(engine) as other:
        number = doomed.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (number,))
        with pytest.raises(DatabaseUnreachable):
            copy_rows(doomed, NOTES, COLUMNS, "1\tone\n")
        doomed.invalidate()
