"""Every page of the site, with how to get it on the screen.

`PAGES` is what the tests look at; `NOT_PAGES` are the other addresses that answer to GET. An
address that is in neither fails `tests/e2e/test_pages.py`: a new page is added to the module of its
section. Every state is looked at in the light and in French; the first one of each endpoint, which
is the fullest, and those of ``every_look`` in the dark and in English too.

Map: ``scenes`` (`SitePage`, `Scene`, what is done on most pages); then one list a section:
``accounts`` (and whatever belongs to no other), ``wealth``, ``loans``, ``freight``, ``office``.
"""

from __future__ import annotations

from collections.abc import Mapping

from testkit.every_page import accounts, freight, loans, office, wealth
from testkit.every_page.loans import EXAMPLE
from testkit.every_page.scenes import Scene, SitePage

__all__ = ["EXAMPLE", "NOT_PAGES", "PAGES", "Scene", "SitePage"]

PAGES: tuple[SitePage, ...] = (
    *accounts.PAGES,
    *wealth.PAGES,
    *loans.PAGES,
    *freight.PAGES,
    *office.PAGES,
)
"""Every page, in the state a person meets it in and in those that look different."""

NOT_PAGES: Mapping[str, str] = {
    "admin.index": "leads to the accounts",
    "admin.audit_csv": "a download",
    "admin.users_csv": "a download",
    "api_docs.docs_file": "a file",
    "api_docs.openapi": "the document of the API",
    "api_docs.holdings": "the schema of the documents of holdings",
    "api_freight.get_order": "the API",
    "api_freight.get_tariff": "the API",
    "api_freight.get_wallet": "the API",
    "api_freight.list_containers": "the API",
    "api_freight.list_orders": "the API",
    "api_freight.list_proofs": "the API",
    "api_freight.list_suppliers": "the API",
    "api_freight.offer": "the API",
    "api_freight_admin.get_container": "the API",
    "api_freight_admin.get_figures": "the API",
    "api_freight_admin.get_merchant": "the API",
    "api_freight_admin.get_order": "the API",
    "api_freight_admin.get_picture": "the API",
    "api_freight_admin.get_pool": "the API",
    "api_freight_admin.get_proof": "the API",
    "api_freight_admin.list_containers": "the API",
    "api_freight_admin.list_merchants": "the API",
    "api_freight_admin.list_orders": "the API",
    "api_freight_admin.list_proofs": "the API",
    "api_freight_admin.list_tariffs": "the API",
    "api_holdings.get_holdings": "the API",
    "api_networth.get_net_worth": "the API",
    "api_networth.list_snapshots": "the API",
    "api_planning.get_plan": "the API",
    "api_planning.get_profile": "the API",
    "api_planning.list_actions": "the API",
    "api_saved_loans.get_loan": "the API",
    "api_saved_loans.list_loans": "the API",
    "api_session.me": "the API",
    "assets.asset": "a file",
    "clients.index_csv": "a download",
    "freight_admin.categories_csv": "a download",
    "freight_admin.months_csv": "a download",
    "freight_admin.orders_csv": "a download",
    "freight_admin.proof_image": "a picture, as an attachment",
    "auth.home": "leads to the first page of a role",
    "freight.proof": "a download",
    "freight.total": "what the script of the quote asks for",
    "jobs.download": "a download",
    "jobs.state": "what the script of a job's page asks for",
    "languages.switch": "leads back",
    "loans.calculator_csv": "a download",
    "loans.calculator_pdf": "a download",
    "loans.saved_csv": "a download",
    "loans.saved_pdf": "a download",
    "metrics.metrics": "for a collector",
    "operations.health": "for a probe",
    "operations.livez": "for a probe",
    "operations.readyz": "for a probe",
    "planning.actions_csv": "a download",
    "planning.projected": "what the script of the projection asks for",
    "site.root": "leads to the public site",
    "wealth.history_csv": "a download",
    "wealth.holdings_csv": "a download",
    "wealth.holdings_json": "a download",
}
"""What else answers to GET, and why nobody looks at it."""
