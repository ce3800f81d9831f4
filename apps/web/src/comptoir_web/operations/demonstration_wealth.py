"""The demonstration's client as an adviser follows one: holdings, two years of figures, a plan.

The prices are entered by hand: a demonstration asks no vendor. One line is old on purpose, so that
the page shows what it says of an old value.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import svcs
from attrs import evolve
from sqlalchemy import Engine

from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock
from shared_kernel import Money, add_months, money, rounded_money
from shared_kernel.engine import transaction
from wealth_core.loans import Loan
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    OtherGood,
    Property,
    net_worth,
)
from wealth_core.planning import (
    ActionState,
    FamilySituation,
    Goal,
    InvestmentPlan,
    InvestorProfile,
    PlanLine,
    RiskAnswers,
    Situation,
)
from wealth_core.quotes import QuoteBook, crypto
from wealth_core.storage import QuoteStore, SnapshotStore

__all__ = ["load_wealth"]

MONTHS: Final = 24
PRICES: Final = {
    (crypto("BTC"), "EUR"): "78450.10",
    (crypto("ETH"), "EUR"): "2612.45",
    ("EUR", "USD"): "1.1585",
    ("EUR", "GNF"): "10080",
}
MONTHLY_GAIN: Final = Decimal("0.006")
BOUGHT: Final = date(2025, 9, 1)
BY: Final = "demonstration"
INSURANCE: Final = Envelope.LIFE_INSURANCE


def load_wealth(container: svcs.Container, owner: str) -> None:
    """Enter the prices of the day, and give a client holdings, a past and a plan, once."""
    service = container.get(WealthService)
    now = container.get(Clock)()
    with transaction(container.get(Engine)) as connection:
        store = QuoteStore(connection)
        for (base, quote), price in PRICES.items():
            store.set(base, quote, Decimal(price), as_of=now, by=BY, at=now)
    if service.holdings(owner) is not None:
        return
    holdings = _holdings(now.date())
    saved = service.save_holdings(owner, holdings, version=0, actor=owner)
    _past(container, owner, holdings, version=saved.version, now=now)
    service.save_profile(owner, _profile(now.date()), version=0, actor=owner)
    service.save_plan(owner, _plan(now.date()), version=0, actor=owner)
    first = service.ensure_actions(owner)[0]
    service.decide(owner, first.id, ActionState.DONE, version=first.version, actor=owner)
    service.recompute(owner)


def _holdings(today: date) -> Holdings:
    recent, old = today - timedelta(days=9), today - timedelta(days=140)
    eur, usd = "EUR", "USD"
    home = Loan(money("215000", eur), Decimal("0.0335"), 300, date(2025, 10, 1))
    let = Loan(money("148000", eur), Decimal("0.0298"), 240, date(2024, 3, 5))
    car = Loan(money("14500", eur), Decimal("0.049"), 48, date(2025, 2, 15))
    return Holdings(
        cash=[
            CashAccount("livret-a", "Livret A", CashKind.LIVRET_A, money("12850", eur), recent),
            CashAccount("ldds", "LDDS", CashKind.LDDS, money("4200", eur), recent),
            CashAccount("courant", "Courant", CashKind.CURRENT, money("2315.48", eur), today),
            CashAccount("dollars", "Dollars", CashKind.CUSTOM, money("3100", usd), recent),
        ],
        investments=[
            Investment("pea", "PEA", Envelope.PEA, money("26480.55", eur), recent),
            Investment("vie", "Assurance vie", INSURANCE, money("31900", eur), recent),
            Investment("per", "PER", Envelope.PER, money("8450", eur), recent),
            Investment("scpi", "Parts de SCPI", Envelope.SCPI, money("9600", eur), old),
        ],
        properties=[
            Property(
                "maison", "Résidence principale", money("268000", eur), recent,
                loans=[Debt("maison-pret", "Prêt immobilier", home)],
            ),
            Property(
                "locatif", "Appartement mis en location", money("176000", eur), recent,
                ownership=Decimal("0.5"),
                loans=[Debt("locatif-pret", "Prêt locatif", let)],
            ),
        ],
        crypto=[
            CryptoHolding("btc", "Bitcoin", "BTC", Decimal("0.085"), recent),
            CryptoHolding("eth", "Ethereum", "ETH", Decimal("1.4"), recent),
        ],
        other_goods=[OtherGood("voiture", "Voiture", money("11500", eur), recent)],
        credits=[
            CreditLoan("auto", "Crédit auto", car),
            CreditBalance("travaux", "Crédit travaux", money("1759.50", eur), recent),
        ],
    )  # fmt: skip


def _past(
    container: svcs.Container, owner: str, holdings: Holdings, *, version: int, now: datetime
) -> None:
    """Save the figure of the last day of each month before this one, smaller the further back."""
    first = now.date().replace(day=1)
    with transaction(container.get(Engine)) as connection:
        store = SnapshotStore(connection)
        rates = QuoteStore(connection).book(at=now).quotes
        for back in range(MONTHS, 0, -1):
            day = add_months(first, 1 - back) - timedelta(days=1)
            at = datetime.combine(day, time(18), UTC)
            book = QuoteBook((evolve(quote, as_of=at) for quote in rates), at=at)
            worth = net_worth(_earlier(holdings, day, back), on=day, quotes=book)
            store.save(owner, worth, holdings_version=version, at=at)


def _earlier(holdings: Holdings, day: date, back: int) -> Holdings:
    """The holdings as they may have been so many months before: savings and investments smaller."""
    part = 1 - MONTHLY_GAIN * back * 3
    wave = Decimal(1) + Decimal("0.02") * (back % 5 - 2)
    owned = [each for each in holdings.properties if each.id != "maison" or day >= BOUGHT]
    # What paid for a part of the house lay on the account before.
    put_in = money("0" if len(owned) == len(holdings.properties) else "53000", "EUR")
    return Holdings(
        cash=[
            evolve(
                each,
                balance=_scaled(each.balance, part)
                + (put_in if each.id == "courant" else 0 * each.balance),
                as_of=day,
            )
            for each in holdings.cash
        ],
        investments=[
            evolve(each, value=_scaled(each.value, part * wave), as_of=day)
            for each in holdings.investments
        ],
        properties=[
            evolve(each, as_of=day, value=_scaled(each.value, 1 - MONTHLY_GAIN * back / 4))
            for each in owned
        ],
        crypto=[
            evolve(each, quantity=(each.quantity * part).quantize(Decimal("0.0001")), as_of=day)
            for each in holdings.crypto
        ],
        other_goods=[evolve(each, as_of=day) for each in holdings.other_goods],
        credits=[
            evolve(each, as_of=day) if isinstance(each, CreditBalance) else each
            for each in holdings.credits
        ],
    )


def _scaled(value: Money, part: Decimal) -> Money:
    return rounded_money(value.amount * part, value.currency.code)


def _profile(today: date) -> InvestorProfile:
    return InvestorProfile(
        monthly_income=money("3850", "EUR"),
        monthly_charges=money("2940", "EUR"),
        situation=Situation(family=FamilySituation.MARRIED, dependants=2, birth_year=1984),
        goals=[Goal("Études des enfants", money("40000", "EUR"), add_months(today, 120))],
        risk=RiskAnswers(drop=3, horizon=4, liquidity=2, experience=2, reaction=3),
    )


def _plan(today: date) -> InvestmentPlan:
    return InvestmentPlan(
        monthly_capacity=money("600", "EUR"),
        starts_on=add_months(today.replace(day=1), -2),
        lines=[
            PlanLine(
                id="pea",
                percent=Decimal(50),
                envelope=Envelope.PEA,
                reference="ETF Monde",
                target="pea",
            ),
            PlanLine(id="vie", percent=Decimal(25), envelope=INSURANCE, target="vie"),
            PlanLine(id="livret", percent=Decimal(15), cash=CashKind.LIVRET_A, target="livret-a"),
        ],
        yearly_goal=money("6000", "EUR"),
    )
