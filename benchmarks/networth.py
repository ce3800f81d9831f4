"""One net worth of thirty lines, and ten thousand futures of thirty years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.harness import Result, alone, cpu_times

if TYPE_CHECKING:
    from shared_kernel import Money
    from wealth_core.loans import Loan
    from wealth_core.networth import Holdings
    from wealth_core.planning.plan import InvestmentPlan
    from wealth_core.quotes import QuoteBook

WORTH_LIMIT_S = 0.001
PATHS_LIMIT_S = 1.0
PEAK_LIMIT_MIB = 256
DAY = date(2025, 12, 9)
UNTIL = date(2055, 12, 9)
PATHS = 10_000
MONTHS = 360


def eur(amount: int) -> Money:
    """Give whole euros."""
    from shared_kernel import money

    return money(amount, "EUR")


def lent(place: int, first_due: date = date(2013, 2, 5)) -> Loan:
    """Give a mortgage of 25 years, by default with half of its instalments paid."""
    from wealth_core.loans import Loan

    return Loan(eur(100_000 + 977 * place), Decimal("0.0335"), 300, first_due)


def thirty_lines() -> Holdings:
    """Give thirty lines of every kind, with eight loans and some foreign money among them."""
    from shared_kernel import money
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
    )

    def account(place: int) -> CashAccount:
        amount = money(1_000 + place, "USD" if place == 0 else "EUR")
        return CashAccount(f"c{place}", "Livret", CashKind.LIVRET_A, amount, DAY)

    def flat(place: int) -> Property:
        debts = [Debt(f"d{place}", "Prêt", lent(place))]
        half = Decimal("0.5") if place == 2 else Decimal(1)
        return Property(f"p{place}", "Appartement", eur(250_000), DAY, ownership=half, loans=debts)

    return Holdings(
        cash=[account(place) for place in range(6)],
        investments=[
            Investment(f"i{place}", "PEA", Envelope.PEA, eur(9_000 + place), DAY)
            for place in range(6)
        ],
        properties=[flat(place) for place in range(6)],
        crypto=[
            CryptoHolding(f"b{place}", "Crypto", symbol, Decimal("0.123") * (place + 1), DAY)
            for place, symbol in enumerate(("BTC", "ETH") * 3)
        ],
        other_goods=[OtherGood(f"g{place}", "Voiture", eur(1_000), DAY) for place in range(3)],
        credits=[
            CreditBalance("k0", "Crédit", eur(100), DAY),
            CreditLoan("k1", "Crédit auto", lent(7)),
            CreditLoan("k2", "Crédit auto", lent(8)),
        ],
    )


def thirty_mortgages() -> Holdings:
    """Give thirty properties, each with a mortgage that is almost repaid: the slowest lines."""
    from wealth_core.networth import Debt, Holdings, Property

    return Holdings(
        properties=[
            Property(
                f"p{place}",
                "Appartement",
                eur(250_000),
                DAY,
                loans=[Debt(f"d{place}", "Prêt", lent(place, date(2001, 2, 5)))],
            )
            for place in range(30)
        ]
    )


def prices() -> QuoteBook:
    """Give the prices they need, one of them through two others."""
    from wealth_core.quotes import Quote, QuoteBook, crypto

    noon = datetime(2025, 12, 9, 12, tzinfo=UTC)
    told = (
        (crypto("BTC"), "EUR", "81234.50", "binance"),
        (crypto("ETH"), crypto("USDT"), "3123.50", "binance"),
        ("EUR", crypto("USDT"), "1.16", "binance"),
        ("EUR", "USD", "1.1634", "ecb"),
    )
    return QuoteBook(
        [Quote(base, quote, Decimal(price), noon, source) for base, quote, price, source in told],
        at=noon,
    )


def savings() -> InvestmentPlan:
    """Give a plan of 800 EUR a month."""
    from wealth_core.networth import CashKind, Envelope
    from wealth_core.planning.plan import InvestmentPlan, PlanLine

    return InvestmentPlan(
        monthly_capacity=eur(800),
        starts_on=DAY,
        lines=[
            PlanLine(id="a", percent=Decimal(60), envelope=Envelope.PEA),
            PlanLine(id="b", percent=Decimal(20), cash=CashKind.LIVRET_A),
        ],
    )


def plain_worth(holdings: Holdings, quotes: QuoteBook) -> Money:
    """Do what one writes without thinking of it: a schedule a loan, and amounts added up."""
    from shared_kernel import rounded_money
    from wealth_core.loans import balance_on
    from wealth_core.networth import CashAccount, CreditBalance, CreditLoan, CryptoHolding, Property
    from wealth_core.quotes import crypto

    def euros(amount: Money) -> Money:
        rate = quotes.convert(amount.currency.code, "EUR").rate
        return rounded_money(rate * Fraction(amount.amount), "EUR")

    total = eur(0)
    for category, line in holdings.lines():
        match line:
            case Property():
                value = euros(line.value * line.ownership)
                for debt in line.loans:
                    value -= euros(balance_on(debt.loan, DAY) * line.ownership)
            case CryptoHolding():
                rate = quotes.convert(crypto(line.symbol), "EUR").rate
                value = rounded_money(rate * Fraction(line.quantity), "EUR")
            case CreditLoan():
                value = euros(balance_on(line.loan, DAY))
            case CashAccount() | CreditBalance():
                value = euros(line.balance)
            case _:
                value = euros(line.value)
        total = total - value if category is None else total + value
    return total


def whole_matrix() -> np.typing.NDArray[np.float64]:
    """Do what one writes with numpy: every path of every month kept, and sorted for percentiles.

    As many categories move as in ours, and neither loans nor currencies are looked at.
    """
    random = np.random.default_rng(1)
    total = np.zeros((MONTHS + 1, PATHS))
    for start, monthly, mean, volatility in (
        (60_000.0, 480.0, 0.05, 0.12),
        (1_500_000.0, 0.0, 0.02, 0.06),
        (120_000.0, 0.0, 0.0, 0.6),
    ):
        deviation = volatility / 12**0.5
        drift = np.log1p(mean) / 12 - deviation**2 / 2
        growth = np.exp(random.normal(drift, deviation, (MONTHS, PATHS)))
        value = np.full(PATHS, start)
        total[0] += value
        for month in range(MONTHS):
            value = value * growth[month] + monthly
            total[month + 1] += value
    return np.percentile(total, (10, 50, 90), axis=1)


def run_once() -> None:
    """Draw all the paths once: what the peak of memory is measured on."""
    from wealth_core.networth import DEFAULT_ASSUMPTIONS, project

    project(thirty_lines(), savings(), DEFAULT_ASSUMPTIONS, UNTIL, on=DAY, quotes=prices())


def measure(*, quick: bool) -> Iterator[Result]:
    """Measure both beside what one would write first; all take turns."""
    from wealth_core.loans import EXACT
    from wealth_core.networth import DEFAULT_ASSUMPTIONS, net_worth, project

    holdings, quotes, plan = thirty_lines(), prices(), savings()
    mortgages = thirty_mortgages()
    worth = net_worth(holdings, on=DAY, quotes=quotes)
    if not worth.complete or len(worth.lines) != 30:  # a figure of less would say nothing
        raise RuntimeError("the thirty lines are not all valued")
    for each in (holdings, mortgages):
        found = net_worth(each, on=DAY, quotes=quotes).net_worth
        if found != plain_worth(each, quotes):
            raise RuntimeError("the plain way finds another net worth")
    times = cpu_times(
        {
            "cent": lambda: net_worth(holdings, on=DAY, quotes=quotes),
            "exact": lambda: net_worth(holdings, on=DAY, quotes=quotes, loan_rounding=EXACT),
            "first": lambda: net_worth(holdings, on=DAY, quotes=prices()),
            "mortgages": lambda: net_worth(mortgages, on=DAY, quotes=quotes),
            "plain": lambda: plain_worth(holdings, quotes),
            "plain mortgages": lambda: plain_worth(mortgages, quotes),
        },
        runs=5 if quick else 21,
    )
    told = {
        "cent": "CENT",
        "exact": "EXACT",
        "first": "CENT, the book of prices made anew",
        "mortgages": "CENT, each a mortgage almost repaid",
    }
    for key, name in told.items():
        yield Result(
            subject="networth",
            name=f"net worth of 30 lines, {name}: CPU",
            median=times[key],
            at_most=WORTH_LIMIT_S,
            peer="the total alone, by schedules",
            peer_median=times["plain mortgages" if key == "mortgages" else "plain"],
            note="ours tells every line and the next instalments beside the total"
            if key == "mortgages"
            else "eight mortgages half repaid, six cryptos; ours tells every line beside the total",
        )
    drawn = cpu_times(
        {
            "ours": lambda: project(
                holdings, plan, DEFAULT_ASSUMPTIONS, UNTIL, on=DAY, quotes=quotes
            ),
            "numpy": whole_matrix,
        },
        runs=3 if quick else 7,
    )
    yield Result(
        subject="networth",
        name=f"{PATHS:,} paths of {MONTHS // 12} years: CPU",
        median=drawn["ours"],
        at_most=PATHS_LIMIT_S,
        peer="numpy, all months kept",
        peer_median=drawn["numpy"],
        note="three categories move in both; ours has eight loans, a plan and real paths besides",
    )
    _, peak = alone(run_once)
    _, peer_peak = alone(whole_matrix)
    yield Result(
        subject="networth",
        name=f"{PATHS:,} paths of {MONTHS // 12} years: peak memory",
        median=peak,
        unit="MiB",
        at_most=PEAK_LIMIT_MIB,
        peer="numpy, all months kept",
        peer_median=peer_peak,
        note="the whole process: Python and numpy included",
    )
