"""Fixtures of the library's stores: the tables on either database, a transaction that writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from logistics_core.storage import MIGRATIONS
from shared_kernel.engine import transaction
from shared_kernel.migrations import upgrade


@pytest.fixture
def tables(engine: Engine) -> Engine:
    """An engine on a database that has the tables of the library."""
    upgrade(engine, [MIGRATIONS])
    return engine


@pytest.fixture
def connection(tables: Engine) -> Iterator[Connection]:
    """A writing transaction on it."""
    with transaction(tables) as open_connection:
        yield open_connection
