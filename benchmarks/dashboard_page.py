"""The first page of a client on the real server, after ten years of figures taken each month.

The client has five assets, a flat with two loans among them, a consumer credit, a plan of three
lines with its goal, and the actions of a year, of which some are late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.readers import measure_pages

if TYPE_CHECKING:
    import svcs

    from benchmarks.harness import Result
    from comptoir_web.identity.users import User
    from wealth_core.networth import Holdings
    from wealth_core.planning import InvestmentPlan

LIMIT_S = 0.050
MONTHS = 120
DASHBOARD = "/plateforme/patrimoine/"
FIGURE = r'<data id="net-worth" value="\d+\.\d\d">'


def measure(*, quick: bool) -> Iterator[Result]:
    """Give the 95th percentile of the page."""
    yield from measure_pages(
        "dashboard_page", furnish, says=FIGURE, limit_s=LIMIT_S, seconds=8 if quick else 40
    )


def furnish(services: svcs.Container, user: User) -> Mapping[str, str]:
    """Give an account everything that the page can show."""
    from sqlalchemy import Engine

    from comptoir_web.wealth.service import WealthService
    from shared_kernel import add_months
    from shared_kernel.engine import transaction
    from wealth_core.planning import ActionState, Month
    from wealth_core.quotes import Quote
    from wealth_core.storage import QuoteStore
    from wealth_core.storage.recompute import recompute

    wealth: WealthService = services.get(WealthService)
    now = wealth.clock()
    today = now.date()
    days = [add_months(today, -months) for months in range(MONTHS - 1, -1, -1)]
    wealth.save_holdings(user.id, held(days[0]), version=0, actor=user.id)
    with transaction(services.get(Engine)) as connection:
        quotes = QuoteStore(connection)
        moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
        for number, at in enumerate(moments):
            price = Decimal(20_000 + 600 * number)
            quotes.put([Quote("crypto:BTC", "EUR", price, at, "manual")], at=now)
        for day, at in zip(days[:-1], moments[:-1], strict=True):
            recompute(connection, user.id, on=day, at=now, book=quotes.book(at=at))
    wealth.save_holdings(user.id, held(today), version=1, actor=user.id)
    wealth.save_plan(user.id, plan(days[-12].replace(day=1)), version=0, actor=user.id)
    for day in days[-12:]:
        for number, action in enumerate(wealth.ensure_actions(user.id, Month.of(day))):
            if day < days[-2] or number == 0:
                wealth.decide(
                    user.id, action.id, ActionState.DONE, version=action.version, actor=user.id
                )
    wealth.recompute(user.id)
    if len(wealth.history(user.id)) != MONTHS:
        raise RuntimeError(f"the history has not {MONTHS} months")
    return {"the dashboard": DASHBOARD}


def held(known_on: date) -> Holdings:
    """Five assets and three loans, known on a day."""
    from shared_kernel import money
    from wealth_core.loans import Loan
    from wealth_core.networth import (
        CashAccount,
        CashKind,
        CreditLoan,
        CryptoHolding,
        Debt,
        Envelope,
        Holdings,
        Investment,
        OtherGood,
        Property,
    )

    def loan(amount: str, rate: str, months: int, since: date) -> Loan:
        return Loan(money(amount, "EUR"), Decimal(rate), months, since)

    flat = Property(
        "flat", "Appartement", money("250000", "EUR"), known_on,
        loans=[
            Debt("main", "Prêt principal", loan("180000", "0.0335", 300, date(2015, 10, 5))),
            Debt("works", "Prêt travaux", loan("30000", "0.021", 240, date(2016, 2, 5))),
        ],
    )  # fmt: skip
    return Holdings(
        cash=[CashAccount("a", "Livret A", CashKind.LIVRET_A, money("9000", "EUR"), known_on)],
        investments=[Investment("pea", "PEA", Envelope.PEA, money("31000", "EUR"), known_on)],
        properties=[flat],
        crypto=[CryptoHolding("btc", "Bitcoin", "BTC", Decimal("0.1"), known_on)],
        other_goods=[OtherGood("car", "Voiture", money("8000", "EUR"), known_on)],
        credits=[CreditLoan("car-loan", "Crédit auto", loan("9000", "0.049", 180, known_on))],
    )


def plan(starts_on: date) -> InvestmentPlan:
    """Three lines and a goal."""
    from shared_kernel import money
    from wealth_core.networth import CashKind, Envelope
    from wealth_core.planning import InvestmentPlan, PlanLine

    return InvestmentPlan(
        monthly_capacity=money("800", "EUR"),
        starts_on=starts_on,
        yearly_goal=money("9000", "EUR"),
        lines=[
            PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA, target="pea"),
            PlanLine(id="safety", percent=Decimal(25), cash=CashKind.LIVRET_A, target="a"),
            PlanLine(id="later", percent=Decimal(10), envelope=Envelope.PER),
        ],
    )
