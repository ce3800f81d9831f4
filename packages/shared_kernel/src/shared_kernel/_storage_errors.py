"""From a driver's error to the `StorageError` that says what a person can do about it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from shared_kernel.errors import DatabaseBusy, DatabaseUnreachable, DiskFull, StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

READING = "comptoir_reading"
"""The execution option of a connection that only reads."""

# https://www.sqlite.org/rescode.html. A full disk also shows as a failed write, flush or growth of
# one of the files, according to the file system and the moment.
_SQLITE_FULL = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_UNREACHABLE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
    }
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_BUSY = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "53300",  # too_many_connections
        "55P03",  # lock_not_available, by lock_timeout
        "57014",  # query_canceled, by statement_timeout
        "25P03",  # idle_in_transaction_session_timeout
    }
)


def storage_error(context: ExceptionContext) -> StorageError | None:
    """Returns what to raise in place of a driver's error; None leaves it as it is.

    Made for SQLAlchemy's event `handle_error`.
    """
    if context.is_pre_ping:
        return None  # a dead connection of the pool: SQLAlchemy opens another one
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        options = context.connection.get_execution_options() if context.connection else {}
        return _of_sqlite(error, reads=bool(options.get(READING)))
    if context.dialect.name == "postgresql":
        return _of_postgresql(error, disconnected=context.is_disconnect)
    return None


def driver_error(error: BaseException) -> StorageError | None:
    """Returns the same for an error of PostgreSQL's driver, where it is used past SQLAlchemy."""
    closed = getattr(error, "pgcode", None) is None and "closed" in str(error)
    return _of_postgresql(error, disconnected=closed)


def _of_sqlite(error: sqlite3.Error, *, reads: bool) -> StorageError | None:
    # Errors that the driver itself raises carry no code.
    code: int = getattr(error, "sqlite_errorcode", None) or 0
    if code == sqlite3.SQLITE_FULL or code in _SQLITE_FULL:
        return _disk_full(error)
    if code & 0xFF in _SQLITE_BUSY:
        return _busy(error)
    if code & 0xFF in _SQLITE_UNREACHABLE:
        return DatabaseUnreachable(
            "the database file cannot be opened ({reason}): check that its folder is there and "
            "may be written",
            reason=str(error),
        )
    if code & 0xFF == sqlite3.SQLITE_READONLY and not reads:
        return DatabaseUnreachable(
            "the database cannot be written ({reason}): check who owns its file and folder",
            reason=str(error),
        )
    if code & 0xFF == sqlite3.SQLITE_CORRUPT:
        return StorageError(
            "the database file is damaged ({reason}): restore it from a backup", reason=str(error)
        )
    return None


def _of_postgresql(error: BaseException, *, disconnected: bool) -> StorageError | None:
    code = getattr(error, "pgcode", None)
    if code == "53100" or ((code or "").startswith("53") and "No space left" in str(error)):
        return _disk_full(error)
    if code in _POSTGRESQL_BUSY:
        return _busy(error)
    # psycopg2 gives no code when it could not connect, nor when the connection broke.
    never_connected = code is None and type(error).__name__ == "OperationalError"
    if disconnected or never_connected:
        return DatabaseUnreachable(
            "the database does not answer ({reason}): check that it runs and its address",
            reason=_first_line(error),
        )
    return None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _disk_full(error: BaseException) -> DiskFull:
    return DiskFull(
        "the disk of the database is full ({reason}): nothing of this change was kept; make room "
        "and try again",
        reason=_first_line(error),
    )


def _busy(error: BaseException) -> DatabaseBusy:
    return DatabaseBusy(
        "the database is busy ({reason}): nothing of this change was kept; try again in a moment",
        reason=_first_line(error),
    )
