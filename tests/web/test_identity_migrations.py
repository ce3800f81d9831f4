"""The migrations of the shell make what its code declares, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

import comptoir_web.jobs.tables
import comptoir_web.storage.tables
from comptoir_web.storage import ALL_MIGRATIONS, MIGRATIONS, metadata
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import _history, _run, differences, upgrade


def test_the_tables_are_those_of_the_code(engine: Engine) -> None:
    """Nothing differs between a migrated database and the declared tables."""
    upgrade(engine, ALL_MIGRATIONS)
    assert comptoir_web.storage.tables.web_users.metadata is metadata
    assert comptoir_web.jobs.tables.JOBS.metadata is metadata
    assert differences(engine, metadata, MIGRATIONS) == []


def test_every_table_carries_the_prefix(engine: Engine) -> None:
    """The shell's tables begin with web_, so that they never meet another library's."""
    upgrade(engine, ALL_MIGRATIONS)
    assert all(name.startswith("web_") for name in metadata.tables)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())


def test_accounts_survive_the_coming_of_phones(engine: Engine) -> None:
    """A database of before keeps its accounts, what hangs on them, and the audit's triggers; an
    account without an address nor a phone is refused, and so is a phone taken twice.
    """
    before = _history("comptoir_web")
    with transaction(engine) as connection:
        for script in before.scripts[:2]:
            _run(connection, MIGRATIONS, before.directory, script)
        connection.execute(
            text(
                "INSERT INTO web_users (id, email, name, role, created_at, updated_at) "
                "VALUES (:id, 'a@example.com', 'A', 'admin', :at, :at)"
            ),
            {"id": "a" * 32, "at": "2026-01-05 09:00:00"},
        )
        connection.execute(
            text(
                "INSERT INTO web_links (id, user_id, purpose, token_hash, created_at, expires_at) "
                "VALUES (:id, :id, 'reset', 'h', :at, :at)"
            ),
            {"id": "a" * 32, "at": "2026-01-05 09:00:00"},
        )
        connection.execute(
            text("INSERT INTO web_audit (at, action, detail) VALUES (:at, 'user.created', '{}')"),
            {"at": "2026-01-05 09:00:00"},
        )
    upgrade(engine, ALL_MIGRATIONS)
    assert differences(engine, metadata, MIGRATIONS) == []
    with reading(engine) as connection:
        kept = connection.execute(text("SELECT email, phone, name FROM web_users")).all()
        links = connection.execute(text("SELECT user_id FROM web_links")).all()
    assert [tuple(row) for row in kept] == [("a@example.com", None, "A")]
    assert [tuple(row) for row in links] == [("a" * 32,)]
    with pytest.raises(DatabaseError, match="append only"), transaction(engine) as connection:
        connection.execute(text("DELETE FROM web_audit"))
    add = text(
        "INSERT INTO web_users (id, email, phone, name, role, created_at, updated_at) "
        "VALUES (:id, :email, :phone, 'B', 'merchant', :at, :at)"
    )
    at = "2026-01-05 09:00:00"
    with transaction(engine) as connection:
        for letter in "bc":
            row = {"id": letter * 32, "email": None, "phone": f"+22462000000{letter}", "at": at}
            connection.execute(add, row)
    for phone in (None, "+22462000000b"):
        with pytest.raises(IntegrityError), transaction(engine) as connection:
            connection.execute(add, {"id": "d" * 32, "email": None, "phone": phone, "at": at})
    # Still one key to the accounts, and it still deletes what hangs on one.
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM web_users WHERE email IS NOT NULL"))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM web_links")).scalar_one() == 0
