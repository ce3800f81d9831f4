"""A client with a plan that runs: a profile, actions done, adjusted, skipped and late, alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from testkit.riches import since
from wealth_core.networth import CashKind, CryptoHolding, Envelope, Holdings
from wealth_core.planning import (
    ActionState,
    AlertRule,
    Direction,
    FamilySituation,
    Goal,
    InvestmentPlan,
    InvestorProfile,
    Month,
    PlanLine,
    RiskAnswers,
    Situation,
)
from wealth_core.testing.worked import worked_holdings

if TYPE_CHECKING:
    from datetime import date

    import svcs

__all__ = ["give_plan", "give_unpriced", "plan_of", "profile_of"]


def plan_of(starts_on: date) -> InvestmentPlan:
    """A plan of 800 € a month, of which 90 % is shared."""
    return InvestmentPlan(
        monthly_capacity=money("800", "EUR"),
        starts_on=starts_on,
        yearly_goal=money("9000", "EUR"),
        lines=[
            PlanLine(
                id="world",
                percent=Decimal(60),
                envelope=Envelope.PEA,
                reference="Fonds monde <b>IE00B4L5Y983</b>",
            ),
            PlanLine(id="safety", percent=Decimal("22.5"), cash=CashKind.LIVRET_A),
            PlanLine(id="later", percent=Decimal("7.5"), envelope=Envelope.PER),
        ],
    )


def profile_of(by: date) -> InvestorProfile:
    """A profile with a goal and the five answers."""
    return InvestorProfile(
        monthly_income=money("3200", "EUR"),
        monthly_charges=money("2350", "EUR"),
        situation=Situation(
            family=FamilySituation.MARRIED, dependants=2, birth_year=1984, profession="Infirmière"
        ),
        goals=[Goal("Études des enfants", money("25000", "EUR"), by)],
        risk=RiskAnswers(drop=2, horizon=3, liquidity=2, experience=2, reaction=3),
    )


def give_plan(services: svcs.Container, owner: str) -> WealthService:
    """Give a client all of it, once however often it is asked; the service."""
    service: WealthService = services.get(WealthService)
    if service.plan(owner) is not None:
        return service
    today = service.clock().date()
    quotes: QuoteService = services.get(QuoteService)
    for symbol, price in (("BTC", "95000"), ("ETH", "3030")):
        # Old enough to be stale, so that there is something to tell.
        quotes.set(f"crypto:{symbol}", "EUR", Decimal(price), as_of=add_months(today, -3), by=owner)
    if service.holdings(owner) is None:
        held = since(worked_holdings(), today)
        service.save_holdings(owner, held, version=0, actor=owner)
    service.save_profile(owner, profile_of(add_months(today, 96)), version=0, actor=owner)
    starts = add_months(today, -3).replace(day=1)
    service.save_plan(owner, plan_of(starts), version=0, actor=owner)
    endings = [
        (ActionState.DONE, ActionState.DONE, ActionState.SKIPPED),
        (ActionState.ADJUSTED, ActionState.DONE, ActionState.DONE),
        (ActionState.DONE, None, None),
        (ActionState.DONE, None, None),
    ]
    for months, states in enumerate(endings):
        actions = service.ensure_actions(owner, Month.of(add_months(starts, months)))
        for action, state in zip(actions, states, strict=True):
            if state is not None:
                amount = money("350", "EUR") if state is ActionState.ADJUSTED else None
                service.decide(
                    owner, action.id, state, amount=amount, version=action.version, actor=owner
                )
    service.recompute(owner)
    rule = AlertRule(
        id="rich", subject="net_worth", direction=Direction.ABOVE, level=money("100000", "EUR")
    )
    service.add_alert_rule(owner, rule)
    return service


def give_unpriced(services: svcs.Container, owner: str) -> WealthService:
    """Give a client a crypto-asset that has no price, once however often it is asked."""
    service: WealthService = services.get(WealthService)
    if service.holdings(owner) is None:
        today = service.clock().date()
        rare = CryptoHolding("rare", "Jeton <i>rare</i>", "RARE", Decimal(3), today)
        service.save_holdings(owner, Holdings(crypto=[rare]), version=0, actor=owner)
    return service
