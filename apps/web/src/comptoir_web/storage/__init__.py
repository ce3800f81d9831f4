"""The shell's own tables (prefix ``web_``) and every migration an installation runs.

Map: ``metadata`` (the one collection of tables), ``tables`` (identity), ``migrations`` (their
history), ``identifiers`` (what may be one), ``readiness`` (is the database the one this code
expects?), ``sweeping`` (deleting what is over).
"""

from __future__ import annotations

from comptoir_web.storage.metadata import metadata
from logistics_core.storage import MIGRATIONS as LOGISTICS_MIGRATIONS
from shared_kernel.migrations import Migrations
from wealth_core.storage import MIGRATIONS as WEALTH_MIGRATIONS

__all__ = ["ALL_MIGRATIONS", "MIGRATIONS", "metadata"]

MIGRATIONS = Migrations("web", "comptoir_web")
"""The history of the ``web_`` tables."""

ALL_MIGRATIONS = (WEALTH_MIGRATIONS, LOGISTICS_MIGRATIONS, MIGRATIONS)
"""Every history of an installation, in the order `comptoir db upgrade` runs them."""
