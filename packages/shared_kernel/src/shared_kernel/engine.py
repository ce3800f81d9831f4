"""One engine over SQLite (embedded default) and PostgreSQL, with the same promises on both.

- `transaction(engine)`: writes, all or nothing. On SQLite it takes the write lock at once
  (`BEGIN IMMEDIATE`): two writers wait for one another and never fail half-way.
- `reading(engine)`: one unchanging picture of the database, no lock, writes refused.
- Errors of the database that a person can act on come out as `StorageError`s with one clear
  sentence: disk full, unreachable, busy. A broken constraint stays SQLAlchemy's `IntegrityError`.
- No error and no log quotes what a statement carries: a cost that is kept from merchants, a phone,
  the hash of a password.

Open one at a time in a thread: a `transaction` inside another of the same engine would wait for it
until the time-out, and each takes a connection of the pool.

Needs the extra `storage`, for PostgreSQL the extra `postgresql`.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import Pool, QueuePool

from shared_kernel._storage_errors import READING, storage_error
from shared_kernel.errors import DatabaseBusy, DatabaseMissing, ExtraMissing, StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "create_engine",
    "file_identity",
    "inserting",
    "normalised_url",
    "reading",
    "sqlite_file",
    "transaction",
]

_POSTGRESQL = frozenset({"postgres", "postgresql", "postgresql+psycopg2"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_FILE = "comptoir_file"


def normalised_url(url: str | URL) -> URL:
    """Returns the URL as SQLAlchemy wants it: `postgres://` and `postgresql://` mean psycopg2.

    Raises:
        StorageError: it is not the URL of an SQLite or PostgreSQL database. The message never
            holds the URL, which may hold a password.

    >>> normalised_url("postgres://till@127.0.0.1/shop").drivername
    'postgresql+psycopg2'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        pass
    else:
        drivername = parsed.drivername
        if drivername in _POSTGRESQL:
            return parsed.set(drivername="postgresql+psycopg2")
        if drivername in _SQLITE and not (parsed.database or "").startswith("file:"):
            return parsed.set(drivername="sqlite")
    raise StorageError(
        "the address of the database is not understood: write sqlite:///folder/file.sqlite3 "
        "or postgresql://user:password@host/name"
    )


def sqlite_file(url: str | URL) -> str | None:
    """Returns the path of an SQLite file, None for a database in memory or on a server.

    >>> sqlite_file("sqlite:///var/comptoir.sqlite3")
    'var/comptoir.sqlite3'
    """
    parsed = normalised_url(url)
    if parsed.drivername != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return parsed.database


def file_identity(url: str | URL) -> tuple[int, int] | None:
    """Returns what tells an SQLite file from another put in its place; None where there is none.

    >>> file_identity("sqlite://") is None
    True
    """
    path = sqlite_file(url)
    try:
        found = None if path is None else Path(path).stat()
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def create_engine(
    url: str | URL,
    *,
    pool_size: int = 5,
    pool_timeout_s: float = 10.0,
    connect_timeout_s: int = 5,
    lock_timeout_s: float = 5.0,
    statement_timeout_s: float = 30.0,
    idle_timeout_s: float = 60.0,
) -> Engine:
    """Returns an engine whose transactions mean the same on SQLite and PostgreSQL.

    The pool opens at most `pool_size` connections and keeps them: one that may empty reconnects at
    each request, which costs PostgreSQL fifteen times the request. A kept connection is tried
    before it is used, so that a restart of the server is not seen. After a fork the child starts
    with connections of its own.

    SQLite: write-ahead log, foreign keys checked, each commit on the disk before it returns
    (`synchronous = FULL`: nothing committed is lost when the power goes). A file that is put in the
    place of the one in use is opened at the next transaction; one that is taken away is an error,
    for what was written to it would be lost.
    PostgreSQL: the session is in UTC, and each time limit below is the server's own.

    Args:
        url: `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3`, `sqlite://` (in memory,
            one connection at a time) or `postgresql://user:password@host/name`.
        pool_size: connections kept; as many as there are threads that use the database.
        pool_timeout_s: how long to wait for one of them.
        connect_timeout_s: how long PostgreSQL may take to answer.
        lock_timeout_s: how long to wait for a lock that another transaction holds.
        statement_timeout_s: how long one statement may run (PostgreSQL).
        idle_timeout_s: how long a transaction may stay idle before it is ended (PostgreSQL).

    Raises:
        StorageError: the address is not understood.
        ExtraMissing: psycopg2 is not installed.

    >>> engine = create_engine("sqlite://")
    >>> with transaction(engine) as connection:
    ...     connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
    1
    >>> engine.dispose()
    """
    parsed = normalised_url(url)
    if parsed.drivername == "sqlite":
        in_memory = sqlite_file(parsed) is None
        engine = sqlalchemy.create_engine(
            parsed,
            poolclass=QueuePool,
            pool_size=1 if in_memory else pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            hide_parameters=True,
            connect_args={"timeout": lock_timeout_s, "check_same_thread": False},
        )
        _listen_sqlite(engine, in_memory=in_memory, lock_timeout_s=lock_timeout_s)
    else:
        limits = {
            "statement_timeout": statement_timeout_s,
            "lock_timeout": lock_timeout_s,
            "idle_in_transaction_session_timeout": idle_timeout_s,
        }
        try:
            engine = sqlalchemy.create_engine(
                parsed,
                poolclass=QueuePool,
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=pool_timeout_s,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args=_postgresql_arguments(parsed, connect_timeout_s, limits),
            )
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise ExtraMissing("comptoir-shared-kernel", "postgresql") from error
    event.listen(engine, "handle_error", storage_error)
    _engines.add(engine)
    return engine


def _postgresql_arguments(
    url: URL, connect_timeout_s: int, limits: dict[str, float]
) -> dict[str, Any]:
    options = ["-c timezone=UTC", *(f"-c {name}={int(s * 1000)}" for name, s in limits.items())]
    # What the address says comes last, so that it wins.
    given = url.query.get("options", ())
    options.extend([given] if isinstance(given, str) else given)
    arguments = {
        "connect_timeout": connect_timeout_s,
        "application_name": "comptoir",
        "client_encoding": "utf8",
        # A server that vanished without a word is noticed within a minute.
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    return {
        **{name: value for name, value in arguments.items() if name not in url.query},
        "options": " ".join(options),
    }


def _listen_sqlite(engine: Engine, *, in_memory: bool, lock_timeout_s: float) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001  # SQLAlchemy's signature
        # The driver must never begin by itself: on 3.11 it knows no other switch than this one,
        # which later Pythons keep; `begin` below does it.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("PRAGMA synchronous = FULL")
            if not in_memory:
                _use_wal(cursor, time.monotonic() + lock_timeout_s)
        finally:
            cursor.close()

    if not in_memory:
        _watch_file(engine)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = bool(connection.get_execution_options().get(READING))
        if connection.info.get(READING, False) != reads:
            connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
            connection.info[READING] = reads
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _watch_file(engine: Engine) -> None:
    """Never write to a file that no longer has its name: an open one outlives its removal."""
    opened = False

    @event.listens_for(engine, "do_connect")
    def keep_gone(*_: object) -> None:
        if opened and file_identity(engine.url) is None:
            # SQLite would make an empty one in its place.
            raise DatabaseMissing(
                "the file of the database is gone: put it back, or restore it from a backup"
            )

    @event.listens_for(engine, "connect")
    def remember(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001  # SQLAlchemy's signature
        nonlocal opened
        opened = True
        record.info[_FILE] = file_identity(engine.url)

    @event.listens_for(engine, "checkout")
    def compare(
        connection: DBAPIConnection,  # noqa: ARG001  # SQLAlchemy's signature
        record: ConnectionPoolEntry,
        proxy: object,  # noqa: ARG001  # SQLAlchemy's signature
    ) -> None:
        if record.info.get(_FILE) != file_identity(engine.url):
            raise DisconnectionError("another file stands in the place of the one opened")


def _use_wal(cursor: Any, deadline: float) -> None:
    # SQLite answers at once, without its busy time-out, when another process is switching as well.
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            raise StorageError(
                "the SQLite file cannot have a write-ahead log where it is: put it on a local disk"
            )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed after the block, undone when the block raises.

    On SQLite it holds the one write lock from its beginning: keep it short.

    Raises:
        DatabaseBusy: a lock, or a connection of the pool, was not free in time.
        DiskFull: nothing of the transaction was kept.
        DatabaseUnreachable: nobody answers.

    >>> engine = create_engine("sqlite://")
    >>> with transaction(engine) as connection:
    ...     _ = connection.exec_driver_sql("CREATE TABLE shelf (id INTEGER PRIMARY KEY)")
    >>> engine.dispose()
    """
    with _pooled(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: all it reads is of one moment, and a write is refused.

    It waits for no writer and makes none wait.

    Raises:
        DatabaseBusy: no connection of the pool was free in time.
        DatabaseUnreachable: nobody answers.

    >>> engine = create_engine("sqlite://")
    >>> with reading(engine) as connection:
    ...     connection.exec_driver_sql("SELECT 1 + 1").scalar_one()
    2
    >>> engine.dispose()
    """
    if engine.dialect.name == "sqlite":
        options: dict[str, Any] = {READING: True}
    else:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _pooled(), engine.connect() as connection:
        yield connection.execution_options(**options)


def inserting(connection: Connection, table: Table) -> Any:
    """An insert into a table, with ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    Each database has a class of its own for it. ``Any`` because the two classes have the two
    methods alike, and no parent that has them.

    >>> from sqlalchemy import Column, Integer, MetaData
    >>> shelf = Table("shelf", MetaData(), Column("id", Integer, primary_key=True))
    >>> engine = create_engine("sqlite://")
    >>> with transaction(engine) as connection:
    ...     shelf.create(connection)
    ...     once = inserting(connection, shelf).values(id=1).on_conflict_do_nothing()
    ...     [connection.execute(once).rowcount for _ in range(2)]
    [1, 0]
    >>> engine.dispose()
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


@contextmanager
def _pooled() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy(
            "every connection to the database is in use: try again in a moment"
        ) from error


# A forked child (gunicorn with --preload, Celery's prefork pool) must not speak on the connections
# of its parent. It forgets them without closing, and keeps them alive so that nothing closes them.
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_of_the_parent: list[Pool] = []


def _after_fork() -> None:
    for engine in list(_engines):
        _of_the_parent.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
