"""What people own and owe, the snapshots of their net worth, the runs that recompute them all."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Date, Integer, PrimaryKeyConstraint, String, Text

from shared_kernel.columns import CurrencyCode, MinorUnits, OpaqueId, UtcDateTime

revision = "0002"
down_revision = "0001"

AMOUNTS = (
    "cash_minor",
    "investments_minor",
    "real_estate_minor",
    "crypto_minor",
    "other_goods_minor",
    "total_assets_minor",
    "credits_minor",
    "net_worth_minor",
)


def upgrade() -> None:
    """Makes the tables of holdings, of snapshots and of runs."""
    op.create_table(
        "wealth_holdings",
        Column("owner", OpaqueId(), nullable=False),
        Column("base_currency", CurrencyCode(), nullable=False),
        Column("document", Text(), nullable=False),
        Column("seal", String(32), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("created_at", UtcDateTime(), nullable=False),
        Column("updated_at", UtcDateTime(), nullable=False),
        PrimaryKeyConstraint("owner", name="pk_wealth_holdings"),
    )
    op.create_table(
        "wealth_holding_versions",
        Column("owner", OpaqueId(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("base_currency", CurrencyCode(), nullable=False),
        Column("document", Text(), nullable=False),
        Column("at", UtcDateTime(), nullable=False),
        Column("actor", OpaqueId(), nullable=False),
        PrimaryKeyConstraint("owner", "version", name="pk_wealth_holding_versions"),
    )
    op.create_table(
        "wealth_snapshots",
        Column("owner", OpaqueId(), nullable=False),
        Column("valued_on", Date(), nullable=False),
        Column("fingerprint", String(32), nullable=False),
        Column("taken_at", UtcDateTime(), nullable=False),
        Column("complete", Boolean(), nullable=False),
        Column("base_currency", CurrencyCode(), nullable=False),
        Column("loan_rounding", String(8), nullable=False),
        *(Column(name, MinorUnits(), nullable=False) for name in AMOUNTS),
        Column("holdings_version", Integer(), nullable=False),
        Column("details", Text(), nullable=False),
        PrimaryKeyConstraint("owner", "valued_on", "fingerprint", name="pk_wealth_snapshots"),
    )
    op.create_table(
        "wealth_recompute_runs",
        Column("id", OpaqueId(), nullable=False),
        Column("valued_on", Date(), nullable=False),
        Column("taken_at", UtcDateTime(), nullable=False),
        Column("loan_rounding", String(8), nullable=False),
        Column("quotes", Text(), nullable=False),
        Column("total", Integer(), nullable=False),
        Column("done", Integer(), nullable=False),
        Column("failed", Integer(), nullable=False),
        Column("finished", Boolean(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_wealth_recompute_runs"),
    )
    op.create_table(
        "wealth_recompute_chunks",
        Column("run_id", OpaqueId(), nullable=False),
        Column("number", Integer(), nullable=False),
        Column("first_owner", String(64), nullable=False),
        Column("before_owner", String(64), nullable=True),
        Column("pending", Boolean(), nullable=False),
        Column("done", Integer(), nullable=False),
        Column("failed", Integer(), nullable=False),
        PrimaryKeyConstraint("run_id", "number", name="pk_wealth_recompute_chunks"),
    )
    op.create_table(
        "wealth_recompute_failures",
        Column("run_id", OpaqueId(), nullable=False),
        Column("owner", OpaqueId(), nullable=False),
        Column("reason", Text(), nullable=False),
        PrimaryKeyConstraint("run_id", "owner", name="pk_wealth_recompute_failures"),
    )
