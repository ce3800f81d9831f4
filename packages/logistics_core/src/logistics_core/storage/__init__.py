"""Where everything is kept: tables, their history, one store a domain. Needs the extra ``storage``.

A store takes a connection and leaves the commit to the caller. The tables stand alone: an owner is
an opaque id, no key of another library is referred to.
"""

from __future__ import annotations

from shared_kernel.errors import ExtraMissing

try:
    import sqlalchemy  # noqa: F401  # the extra brings it: asked for here, to say which extra
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-logistics", "storage") from error

from logistics_core.storage.metadata import metadata
from shared_kernel.migrations import Migrations

__all__ = ["MIGRATIONS", "metadata"]

MIGRATIONS = Migrations("logistics", "logistics_core")
"""The history of the ``logistics_`` tables."""
