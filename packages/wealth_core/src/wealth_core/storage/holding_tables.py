"""The tables of holdings, of their snapshots, and of the runs that recompute them all.

Documents and details are text, not JSONB: nothing in SQL looks inside them, they are written and
read whole by hundreds of thousands, and text is what Python's parser takes. PostgreSQL would take
JSONB apart at each write and write it anew at each read, in another order than ours, for several
times the cost of the row.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, PrimaryKeyConstraint, String, Table, Text

from shared_kernel.columns import CurrencyCode, MinorUnits, OpaqueId, UtcDateTime
from wealth_core.storage.tables import metadata

__all__ = [
    "wealth_holding_versions",
    "wealth_holdings",
    "wealth_recompute_chunks",
    "wealth_recompute_failures",
    "wealth_recompute_runs",
    "wealth_snapshots",
]

wealth_holdings = Table(
    "wealth_holdings",
    metadata,
    Column("owner", OpaqueId, primary_key=True),
    Column("base_currency", CurrencyCode, nullable=False),
    Column("document", Text, nullable=False),
    # What `wealth_core.networth.bulk.seal` says of the document when it was written: one that still
    # bears it is known to have been checked, and is not checked again two hundred thousand times.
    Column("seal", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

wealth_holding_versions = Table(
    "wealth_holding_versions",
    metadata,
    Column("owner", OpaqueId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("base_currency", CurrencyCode, nullable=False),
    Column("document", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", OpaqueId, nullable=False),
    PrimaryKeyConstraint("owner", "version"),
)

wealth_snapshots = Table(
    "wealth_snapshots",
    metadata,
    Column("owner", OpaqueId, nullable=False),
    Column("valued_on", Date, nullable=False),
    # Of all that the figures come from: computing the same again is the same row.
    Column("fingerprint", String(32), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("base_currency", CurrencyCode, nullable=False),
    Column("loan_rounding", String(8), nullable=False),
    Column("cash_minor", MinorUnits, nullable=False),
    Column("investments_minor", MinorUnits, nullable=False),
    Column("real_estate_minor", MinorUnits, nullable=False),
    Column("crypto_minor", MinorUnits, nullable=False),
    Column("other_goods_minor", MinorUnits, nullable=False),
    Column("total_assets_minor", MinorUnits, nullable=False),
    Column("credits_minor", MinorUnits, nullable=False),
    Column("net_worth_minor", MinorUnits, nullable=False),
    Column("holdings_version", Integer, nullable=False),
    Column("details", Text, nullable=False),
    # The one index: it finds the owner's history in order of days, and an equal fingerprint, which
    # is of one day. A number of its own for each row would cost a second one and say nothing more.
    PrimaryKeyConstraint("owner", "valued_on", "fingerprint"),
)

wealth_recompute_runs = Table(
    "wealth_recompute_runs",
    metadata,
    Column("id", OpaqueId, primary_key=True),
    Column("valued_on", Date, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("loan_rounding", String(8), nullable=False),
    # The quotes of the whole run: every worker values with the same ones, today and when it is
    # taken up again tomorrow.
    Column("quotes", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
)

wealth_recompute_chunks = Table(
    "wealth_recompute_chunks",
    metadata,
    Column("run_id", OpaqueId, nullable=False),
    Column("number", Integer, nullable=False),
    # The owners of a chunk: from the first one (included) to the next one's first (not included),
    # so that together the chunks leave nobody out, whoever comes or goes meanwhile.
    Column("first_owner", String(64), nullable=False),
    Column("before_owner", String(64)),
    Column("pending", Boolean, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    PrimaryKeyConstraint("run_id", "number"),
)

wealth_recompute_failures = Table(
    "wealth_recompute_failures",
    metadata,
    Column("run_id", OpaqueId, nullable=False),
    Column("owner", OpaqueId, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "owner"),
)
