"""What a statement carries is quoted by no error and no log."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared_kernel.engine import create_engine, transaction

SECRET = "3131317"  # what only its table may hold


def test_an_error_quotes_no_value(caplog: pytest.LogCaptureFixture) -> None:
    """Not in its message, nor in the log of statements; the statement itself is told."""
    engine = create_engine("sqlite://")
    try:
        with caplog.at_level(logging.INFO, "sqlalchemy.engine"):
            with transaction(engine) as connection:
                connection.execute(text("CREATE TABLE costs (cost TEXT PRIMARY KEY)"))
                connection.execute(text("INSERT INTO costs VALUES (:cost)"), {"cost": SECRET})
            with pytest.raises(IntegrityError) as refused, transaction(engine) as connection:
                connection.execute(text("INSERT INTO costs VALUES (:cost)"), {"cost": SECRET})
    finally:
        engine.dispose()
    assert SECRET not in f"{refused.value!r} {refused.value} {caplog.text}"
    assert "INSERT INTO costs" in str(refused.value)


def test_the_same_on_postgresql() -> None:
    """Whatever the address: nothing is connected to here."""
    pytest.importorskip("psycopg2", reason="the driver of PostgreSQL is not installed")
    engine = create_engine("postgresql://till@127.0.0.1/shop")
    assert engine.hide_parameters
    engine.dispose()
