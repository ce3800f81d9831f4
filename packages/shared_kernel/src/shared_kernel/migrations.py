"""The migrations of the libraries: each has its own history and version table, run under a lock.

A library holds its scripts in `<package>/storage/migrations/versions/0001_*.py`, each an Alembic
script with `revision`, `down_revision` and `upgrade()` (`from alembic import op`); there is no
`env.py`. History is a line: one head, no branches. There is no way down: a database that must go
back is restored from its backup.

- `upgrade` brings every library to its head, one transaction a library: killed at any moment, a
  library's tables are the old ones or the new ones, never in between.
- `status` and `require_current` say where a database stands, without touching it.
- `differences` compares what the migrations made with what the code declares, for tests.

Needs the extra `storage`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from attrs import frozen
from sqlalchemy import Connection, Engine, MetaData, text

from shared_kernel.engine import reading, sqlite_file
from shared_kernel.errors import (
    DatabaseBusy,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    MigrationFailed,
    MigrationLocked,
    StorageError,
)

__all__ = [
    "MigrationState",
    "MigrationStatus",
    "Migrations",
    "differences",
    "require_current",
    "status",
    "upgrade",
]


class MigrationState(StrEnum):
    """Where the tables of a library stand beside its code."""

    CURRENT = "current"
    MISSING = "missing"
    OLDER = "older"
    NEWER = "newer"


@frozen
class Migrations:
    """The migrations of one library.

    Args:
        name: the library's name, which its tables begin with: `"wealth"`.
        package: the import name of the package that holds `storage/migrations`: `"wealth_core"`.

    >>> Migrations("wealth", "wealth_core").version_table
    'wealth_schema_version'
    """

    name: str
    package: str

    @property
    def version_table(self) -> str:
        """The table that holds the revision of the library's tables."""
        return f"{self.name}_schema_version"

    @property
    def head(self) -> str:
        """The newest revision that the code knows.

        Raises:
            StorageError: the library ships no migration, or its history is not a line.
        """
        return _history(self.package).revisions[-1]


@frozen
class MigrationStatus:
    """Where one library's tables stand.

    Args:
        name: the library.
        current: the revision of its tables, None where there are none.
        head: the newest revision that the code knows.
        state: `current`, `missing`, `older` (than the code) or `newer`.
    """

    name: str
    current: str | None
    head: str
    state: MigrationState


def upgrade(
    engine: Engine,
    migrations: Sequence[Migrations],
    *,
    lock_timeout_s: float = 10.0,
    time_limit_s: float = 600.0,
) -> list[MigrationStatus]:
    """Brings the tables of every library to its newest revision; returns where they stood before.

    Two processes at once are safe: the second waits, then finds nothing left to do.

    Args:
        engine: an engine made by `shared_kernel.engine.create_engine`.
        migrations: the libraries, in the order to upgrade them.
        lock_timeout_s: how long to wait for another process, or for a table in use.
        time_limit_s: how long the migrations of one library may take.

    Raises:
        DatabaseNewer: the tables of a library are newer than its code. Nothing was changed.
        MigrationLocked: another process, or a table in use, did not let go in time. The libraries
            upgraded before stay so; running it again goes on.
        MigrationFailed: a script failed, or took too long; the tables of its library are unchanged.
        DiskFull: the same, for want of room.
        DatabaseUnreachable: nobody answers.
    """
    before = status(engine, migrations)
    _refuse_newer(before)
    for one, found in zip(migrations, before, strict=True):
        if found.state is not MigrationState.CURRENT:
            _upgrade_one(engine, one, lock_timeout_s, time.monotonic() + time_limit_s)
    return before


def status(engine: Engine, migrations: Sequence[Migrations]) -> list[MigrationStatus]:
    """Returns where the tables of each library stand; changes nothing, makes no file.

    Raises:
        DatabaseUnreachable: nobody answers.
    """
    file = sqlite_file(engine.url)
    if file is not None and not Path(file).exists():
        return [MigrationStatus(m.name, None, m.head, MigrationState.MISSING) for m in migrations]
    with reading(engine) as connection:
        return [_status(connection, one) for one in migrations]


def require_current(engine: Engine, migrations: Sequence[Migrations]) -> None:
    """Does nothing where every library's tables are those of its code.

    Raises:
        DatabaseMissing: there are no tables; the message names the command that makes them.
        DatabaseOlder: tables wait for migrations; the message names the command that runs them.
        DatabaseNewer: tables were made by a newer version of the code.
        DatabaseUnreachable: nobody answers.
    """
    found = status(engine, migrations)
    _refuse_newer(found)
    missing = [one for one in found if one.state is MigrationState.MISSING]
    older = [one for one in found if one.state is MigrationState.OLDER]
    if missing and len(missing) == len(found):
        raise DatabaseMissing(
            "the database has no tables yet ({names}): run `comptoir db upgrade`",
            names=_names(missing),
        )
    if missing or older:
        raise DatabaseOlder(
            "the database is older than the software ({names}): make a backup, then run "
            "`comptoir db upgrade`",
            names=_names([*missing, *older]),
        )


def differences(engine: Engine, metadata: MetaData, migrations: Migrations) -> list[str]:
    """Returns what differs between a migrated database and the declared tables; for tests.

    Args:
        engine: an engine on a database that `upgrade` was run on.
        metadata: the tables that the library's code declares.
        migrations: the library; tables of others are not looked at.

    Returns:
        One line a difference, empty when a new migration is not needed.
    """

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        if kind != "table":
            return True
        ours = name in metadata.tables or str(name).startswith(f"{migrations.name}_")
        return ours and name != migrations.version_table

    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_ours, "compare_type": True}
        )
        return [repr(difference) for difference in compare_metadata(context, metadata)]


@frozen
class _History:
    directory: ScriptDirectory
    scripts: tuple[Script, ...]
    """Oldest first."""

    @property
    def revisions(self) -> list[str]:
        return [script.revision for script in self.scripts]


@cache
def _history(package: str) -> _History:
    folder = Path(str(files(package))) / "storage" / "migrations"
    if not (folder / "versions").is_dir():
        raise StorageError("{package} ships no migrations", package=package)
    directory = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
    heads = directory.get_heads()
    if len(heads) != 1:
        raise StorageError(
            "the migrations of {package} are not one line: its heads are {heads}",
            package=package,
            heads=", ".join(heads) or "none",
        )
    return _History(directory, tuple(directory.walk_revisions())[::-1])


def _context(connection: Connection, migrations: Migrations) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"version_table": migrations.version_table, "transactional_ddl": True}
    )


def _status(connection: Connection, migrations: Migrations) -> MigrationStatus:
    known = _history(migrations.package).revisions
    current = _context(connection, migrations).get_current_revision()
    if current is None:
        state = MigrationState.MISSING
    elif current == known[-1]:
        state = MigrationState.CURRENT
    elif current in known:
        state = MigrationState.OLDER
    else:
        # A revision that this code has never heard of was made by a later one.
        state = MigrationState.NEWER
    return MigrationStatus(migrations.name, current, known[-1], state)


def _refuse_newer(found: Sequence[MigrationStatus]) -> None:
    newer = [one for one in found if one.state is MigrationState.NEWER]
    if newer:
        raise DatabaseNewer(
            "the database is newer than the software ({names}): install the newer version, or "
            "restore the backup made before it",
            names=_names(newer),
        )


def _names(found: Sequence[MigrationStatus]) -> str:
    return ", ".join(f"{one.name} {one.current or '-'} / {one.head}" for one in found)


def _upgrade_one(
    engine: Engine, migrations: Migrations, lock_timeout_s: float, deadline: float
) -> None:
    with engine.connect() as connection, _locked(connection, migrations, lock_timeout_s, deadline):
        # Asked again under the lock: another process may have upgraded meanwhile, or gone further.
        found = _status(connection, migrations)
        _refuse_newer([found])
        history = _history(migrations.package)
        done = history.revisions.index(found.current) + 1 if found.current is not None else 0
        for script in history.scripts[done:]:
            _limit(connection, migrations, script, deadline)
            try:
                _run(connection, migrations, history.directory, script)
            except DatabaseBusy as error:
                if time.monotonic() < deadline:
                    raise _still_locked(migrations) from error
                raise _failed(migrations, script, "it took too long") from error
            except StorageError:
                raise
            except Exception as error:  # whatever a script raises ends the same way
                reason = str(getattr(error, "orig", None) or error).strip()
                raise _failed(migrations, script, reason) from error


def _run(
    connection: Connection, migrations: Migrations, directory: ScriptDirectory, script: Script
) -> None:
    context = _context(connection, migrations)
    with Operations.context(context):
        script.module.upgrade()
    context.stamp(directory, script.revision)
    if connection.dialect.name == "sqlite":
        # They were not looked at while the tables changed.
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ValueError(f"rows of {broken[0]} point at rows of {broken[2]} that are gone")


def _failed(migrations: Migrations, script: Script, reason: str) -> MigrationFailed:
    return MigrationFailed(
        "migration {revision} of {name} failed, the tables are as they were: {reason}",
        revision=script.revision,
        name=migrations.name,
        reason=reason,
    )


def _still_locked(migrations: Migrations) -> MigrationLocked:
    return MigrationLocked(
        "the migrations of {name} wait for another process that uses the database: try again when "
        "it has ended",
        name=migrations.name,
    )


@contextmanager
def _locked(
    connection: Connection, migrations: Migrations, lock_timeout_s: float, deadline: float
) -> Iterator[None]:
    """The one transaction of a library's migrations, in which no other process can be."""
    with ExitStack() as stack:
        try:
            if connection.dialect.name == "sqlite":
                stack.enter_context(_sqlite_settings(connection, lock_timeout_s, deadline))
                stack.enter_context(connection.begin())
            else:
                stack.enter_context(connection.begin())
                _lock_postgresql(connection, migrations, lock_timeout_s)
        except DatabaseBusy as error:
            raise _still_locked(migrations) from error
        yield


@contextmanager
def _sqlite_settings(
    connection: Connection, lock_timeout_s: float, deadline: float
) -> Iterator[None]:
    """What SQLite lets us set outside a transaction only; put back afterwards."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise StorageError("the SQLite database is not reached through the sqlite3 module")
    before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout = {int(lock_timeout_s * 1000)}")
    # A table is altered by making it anew: with the keys on, dropping the old one would delete
    # the rows that point at it. They are all checked before the commit.
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute(f"PRAGMA busy_timeout = {int(before)}")


def _lock_postgresql(connection: Connection, migrations: Migrations, lock_timeout_s: float) -> None:
    # Waiting for the lock must not end by the limit on statements, which says something else.
    milliseconds = int(lock_timeout_s * 1000)
    _set_locally(connection, lock_timeout=milliseconds, statement_timeout=milliseconds + 5_000)
    digest = hashlib.sha256(f"comptoir {migrations.version_table}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _limit(connection: Connection, migrations: Migrations, script: Script, deadline: float) -> None:
    left = int((deadline - time.monotonic()) * 1000)
    if left <= 0:
        raise _failed(migrations, script, "it took too long")
    if connection.dialect.name == "postgresql":
        _set_locally(connection, statement_timeout=left, idle_in_transaction_session_timeout=left)


def _set_locally(connection: Connection, **milliseconds: int) -> None:
    for name, value in milliseconds.items():
        connection.execute(
            text("SELECT set_config(:name, :value, true)"), {"name": name, "value": str(value)}
        )
