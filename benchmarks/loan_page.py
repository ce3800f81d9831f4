"""The page of a loan on the real server: a saved loan and the calculator, read in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.readers import measure_pages

if TYPE_CHECKING:
    import svcs

    from benchmarks.harness import Result
    from comptoir_web.identity.users import User

LIMIT_S = 0.030
OWED = "213.619,42"
CALCULATOR = {
    "principal": "215000", "currency": "EUR", "annual_rate": "3,35", "months": "300",
    "first_due": "2025-10-01", "on": "2025-12-09",
}  # fmt: skip


def measure(*, quick: bool) -> Iterator[Result]:
    """Give the 95th percentile of each page."""
    yield from measure_pages(
        "loan_page", furnish, says=OWED, limit_s=LIMIT_S, seconds=8 if quick else 40
    )


def furnish(services: svcs.Container, user: User) -> Mapping[str, str]:
    """Save a loan for an account."""
    from sqlalchemy import Engine

    from comptoir_web.wiring import utc_now
    from shared_kernel import money
    from shared_kernel.engine import transaction
    from wealth_core.loans import Loan, LoanPlan
    from wealth_core.storage import LoanStore

    plan = LoanPlan(Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1)))
    with transaction(services.get(Engine)) as connection:
        saved = LoanStore(connection).add(user.id, "Maison", plan, at=utc_now())
    return {
        "a saved loan": f"/plateforme/prets/{saved.id}?on=2025-12-09",
        "the calculator": f"/plateforme/prets/calcul?{urlencode(CALCULATOR)}",
    }
