"""Where loans are kept: tables, their history, one store. Needs the extra ``storage``.

The map::

    tables       ``wealth_loans``, in the collection `metadata`
    migrations   how a database comes to have them; `MIGRATIONS` is their history
    loans        `LoanStore`, which takes a connection and leaves the commit to the caller

The tables stand alone: an owner is an opaque id, no key of another library is referred to.
"""

from __future__ import annotations

from shared_kernel.errors import ExtraMissing

try:
    import sqlalchemy  # noqa: F401  # the extra brings it: asked for here, to say which extra
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-wealth", "storage") from error

from shared_kernel.migrations import Migrations
from wealth_core.storage.loans import LoanStore, SavedLoan
from wealth_core.storage.tables import metadata, wealth_loans

__all__ = ["MIGRATIONS", "LoanStore", "SavedLoan", "metadata", "wealth_loans"]

MIGRATIONS = Migrations("wealth", "wealth_core")
"""The history of the ``wealth_`` tables."""
