"""Clients with something to look at: what they own and owe, months of figures, prices of all kinds.

Made through the services of a site, once however often it is asked.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock
from shared_kernel import add_months, money
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditLoan,
    CryptoHolding,
    Envelope,
    Holdings,
)
from wealth_core.planning import InvestmentPlan, PlanLine
from wealth_core.testing.worked import worked_holdings

if TYPE_CHECKING:
    import svcs

    from comptoir_web.identity.users import User

__all__ = ["followed_clients", "rich_client", "since", "with_prices"]

MONTHS = 14


def with_prices(services: svcs.Container, by: str) -> None:
    """Prices that are fresh, old, and still to come."""
    quotes: QuoteService = services.get(QuoteService)
    clock: Clock = services.get(Clock)
    today = clock().date()
    for months in range(MONTHS, -1, -1):
        on = add_months(today, -months)
        rates = {
            ("crypto:BTC", "EUR"): 95_000 - 1_500 * (months % 5) - 400 * months,
            ("crypto:ETH", "EUR"): 3_030 - 20 * months,
            ("EUR", "GNF"): 10_250 - 15 * months,
        }
        for (base, quote), price in rates.items():
            quotes.set(base, quote, Decimal(price), as_of=on, by=by)
    quotes.set("EUR", "USD", Decimal("1.1634"), as_of=today - timedelta(days=60), by=by)
    quotes.set("EUR", "GNF", Decimal(10_300), as_of=today + timedelta(days=20), by=by)


def rich_client(services: svcs.Container, email: str, *, name: str, times: int = 1) -> User:
    """A client with the worked profile, so many times as rich, valued each month of a year."""
    identity: IdentityService = services.get(IdentityService)
    known = identity.user_by_email(email)
    if known is not None:
        return known
    user = identity.create_user(email=email, name=name, role=Role.CLIENT.value)
    wealth: WealthService = services.get(WealthService)
    clock: Clock = services.get(Clock)
    today = clock().date()
    held = since(worked_holdings(), add_months(today, -MONTHS))
    extra = [
        CashAccount(
            "more", "Compte épargne", CashKind.CUSTOM, money(str(7_500 * times), "EUR"), today
        )
    ]
    wealth.save_holdings(user.id, held, version=0, actor=user.id)
    for months in range(MONTHS - 1, 0, -1):
        wealth.recompute(user.id, on=add_months(today, -months))
    for line in extra:
        held = held.with_line(line)
    wealth.save_holdings(user.id, held, version=1, actor=user.id)
    wealth.save_plan(
        user.id,
        InvestmentPlan(
            monthly_capacity=money("800", "EUR"),
            starts_on=add_months(today, -2).replace(day=1),
            yearly_goal=money("9000", "EUR"),
            lines=[
                PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA),
                PlanLine(id="safety", percent=Decimal(25), cash=CashKind.LIVRET_A),
            ],
        ),
        version=0,
        actor=user.id,
    )
    wealth.recompute(user.id)
    return user


def followed_clients(services: svcs.Container) -> User:
    """A client in each state for an administrator; the first, whose figure is whole, is given."""
    identity: IdentityService = services.get(IdentityService)
    known = identity.user_by_email("patrimoine@example.com")
    if known is not None:
        return known
    admin = identity.user_by_email("admin@example.com")
    if admin is None:
        raise AssertionError("the demonstration has no administrator")
    with_prices(services, admin.id)
    wealth: WealthService = services.get(WealthService)
    clock: Clock = services.get(Clock)
    today = clock().date()
    unknown = CryptoHolding("rare", "Jeton <i>rare</i>", "RARE", Decimal(3), today)
    dollars = CashAccount(
        "usd", "Compte en dollars", CashKind.CURRENT, money("12000", "USD"), today
    )
    for times, name, line in (
        (3, "Cliente incomplète", unknown),
        (5, "Client en dollars", dollars),
    ):
        user = rich_client(services, f"client-{times}@example.com", name=name, times=times)
        saved = wealth.holdings(user.id)
        if saved is not None:
            held = saved.holdings.with_line(line)
            wealth.save_holdings(user.id, held, version=saved.version, actor=user.id)
        wealth.recompute(user.id)
    changed = rich_client(services, "client-8@example.com", name="Client modifié", times=8)
    wealth.save_holdings(changed.id, Holdings(), version=2, actor=changed.id)
    identity.create_user(
        email="client-0@example.com", name="Client sans avoirs", role=Role.CLIENT.value
    )
    return rich_client(services, "patrimoine@example.com", name="Cliente suivie")


def since(held: Holdings, day: date) -> Holdings:
    """The same lines, known since a day."""
    for _category, line in held.lines():
        if not isinstance(line, CreditLoan):
            held = held.with_line(attrs.evolve(line, as_of=day))
    return held
