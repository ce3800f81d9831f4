"""Many rows into a table of PostgreSQL by COPY: a third of what inserting them costs.

COPY goes through the driver itself, past SQLAlchemy: neither the types of the columns nor its
translation of errors are of any use to it. So what is sent is text that the caller wrote (see
`copy_text`), and errors come out here as they do elsewhere: those that a person can act on as
`StorageError`, a broken constraint as SQLAlchemy's `IntegrityError`.

Needs the extra `storage`, and `postgresql`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from shared_kernel._storage_errors import driver_error

__all__ = ["copy_rows", "copy_text"]

_BUFFER_BYTES = 1 << 20


def copy_text(value: str) -> str:
    r"""Gives a text as a field of COPY: what would end the field or the row is escaped.

    >>> copy_text("C:\\new"), copy_text("one\ttwo")
    ('C:\\\\new', 'one\\ttwo')
    """
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if value.isprintable():
        return value
    return value.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy_rows(connection: Connection, table: Table, columns: Sequence[str], rows: str) -> None:
    """Adds rows to a table, in the transaction of the connection.

    Args:
        connection: to PostgreSQL.
        table: where they go.
        columns: the columns of each row, in order.
        rows: a line a row, each ended by a line feed: fields by `copy_text`, between tabs.

    Raises:
        IntegrityError: a row breaks a constraint. The transaction, or the savepoint around this, is
            to be rolled back: none of the rows is there.
        StorageError: the disk is full, the server gone or busy.
    """
    quoted = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quoted, columns))
    statement = f"COPY {quoted(table.name)} ({names}) FROM STDIN"
    cursor = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, io.BytesIO(rows.encode()), _BUFFER_BYTES)
    except Exception as error:  # the driver's errors are told apart without importing it
        if (getattr(error, "pgcode", None) or "").startswith("23"):
            raise IntegrityError(statement, None, error) from error
        known = driver_error(error)
        if known is None:
            raise
        raise known from error
    finally:
        cursor.close()
