"""Where everything is kept: tables, their history, one store a domain. Needs the extra ``storage``.

The map::

    tables             ``wealth_loans``, and the collection `metadata` of all the tables
    holding_tables     holdings and their versions, snapshots, runs
    quote_tables       prices, and how their sources do
    planning_tables    profiles, plans, actions, alerts, events
    migrations         how a database comes to have them; `MIGRATIONS` is their history
    loans              `LoanStore`
    holdings           `HoldingsStore`: a document an owner, every version kept
    snapshots          `SnapshotStore`: what was shown, and what was missing
    recompute          `recompute` for one owner, `recompute_all` for all of them
    runs               a run over everybody, chunk by chunk, each in the caller's transaction
    quotes             `QuoteStore`; `quote_keeper` is what a refresh writes through
    overview           parts of queries over everybody's snapshots
    planning           `PlanStore`: profiles, plans, the actions of each month and their money
    alerts             `AlertStore`: levels watched, what was found, told once

A store takes a connection and leaves the commit to the caller. The tables stand alone: an owner is
an opaque id, no key of another library is referred to.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from shared_kernel.errors import ExtraMissing

try:
    import sqlalchemy  # noqa: F401  # the extra brings it: asked for here, to say which extra
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-wealth", "storage") from error

from shared_kernel.migrations import Migrations

# All of them, so that `metadata` is whole for whoever looks at it.
from wealth_core.storage.holding_tables import (
    wealth_holding_versions,
    wealth_holdings,
    wealth_recompute_chunks,
    wealth_recompute_failures,
    wealth_recompute_runs,
    wealth_snapshots,
)
from wealth_core.storage.planning_tables import (
    wealth_actions,
    wealth_alert_rules,
    wealth_alerts,
    wealth_events,
    wealth_investors,
    wealth_plans,
)
from wealth_core.storage.quote_tables import wealth_quote_sources, wealth_quotes
from wealth_core.storage.tables import metadata, wealth_loans

if TYPE_CHECKING:
    from wealth_core.networth.records import SnapshotLine
    from wealth_core.quotes.ports import SourceState
    from wealth_core.storage.alerts import AlertStore, RaisedAlert, SavedAlertRule
    from wealth_core.storage.holdings import HoldingsStore, HoldingsVersion, SavedHoldings
    from wealth_core.storage.loans import LoanStore, SavedLoan
    from wealth_core.storage.planning import PlanStore, SavedPlan, SavedProfile
    from wealth_core.storage.quote_keeper import QuoteKeeper, source_states
    from wealth_core.storage.quotes import QuoteRow, QuoteStore
    from wealth_core.storage.recompute import (
        ChunkReport,
        Run,
        RunReport,
        finish_run,
        open_run,
        recompute_all,
        recompute_chunk,
        run_report,
        start_run,
    )
    from wealth_core.storage.snapshots import Snapshot, SnapshotPoint, SnapshotStore

__all__ = [
    "MIGRATIONS",
    "AlertStore",
    "ChunkReport",
    "HoldingsStore",
    "HoldingsVersion",
    "LoanStore",
    "PlanStore",
    "QuoteKeeper",
    "QuoteRow",
    "QuoteStore",
    "RaisedAlert",
    "Run",
    "RunReport",
    "SavedAlertRule",
    "SavedHoldings",
    "SavedLoan",
    "SavedPlan",
    "SavedProfile",
    "Snapshot",
    "SnapshotLine",
    "SnapshotPoint",
    "SnapshotStore",
    "SourceState",
    "finish_run",
    "metadata",
    "open_run",
    "recompute_all",
    "recompute_chunk",
    "run_report",
    "source_states",
    "start_run",
    "wealth_actions",
    "wealth_alert_rules",
    "wealth_alerts",
    "wealth_events",
    "wealth_holding_versions",
    "wealth_holdings",
    "wealth_investors",
    "wealth_loans",
    "wealth_plans",
    "wealth_quote_sources",
    "wealth_quotes",
    "wealth_recompute_chunks",
    "wealth_recompute_failures",
    "wealth_recompute_runs",
    "wealth_snapshots",
]

MIGRATIONS = Migrations("wealth", "wealth_core")
"""The history of the ``wealth_`` tables."""

_MODULES = {
    "alerts": "AlertStore RaisedAlert SavedAlertRule",
    "holdings": "HoldingsStore HoldingsVersion SavedHoldings",
    "loans": "LoanStore SavedLoan",
    "planning": "PlanStore SavedPlan SavedProfile",
    "quote_keeper": "QuoteKeeper source_states",
    "quotes": "QuoteRow QuoteStore",
    "recompute": "ChunkReport Run RunReport finish_run open_run recompute_all recompute_chunk "
    "run_report start_run",
    "snapshots": "Snapshot SnapshotPoint SnapshotStore",
}
_HOMES = {
    name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names.split()
}
_HOMES["SnapshotLine"] = "wealth_core.networth.records"
_HOMES["SourceState"] = "wealth_core.quotes.ports"


def __getattr__(name: str) -> object:
    """Imports a store, and the values it keeps, when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
