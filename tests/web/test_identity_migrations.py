"""The migrations of the shell make what its code declares, on both databases."""

from __future__ import annotations

from sqlalchemy import Engine, inspect

import comptoir_web.jobs.tables
import comptoir_web.storage.tables
from comptoir_web.storage import ALL_MIGRATIONS, MIGRATIONS, metadata
from shared_kernel.migrations import differences, upgrade


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
