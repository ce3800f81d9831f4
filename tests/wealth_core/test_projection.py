"""Projections: what is certain of them, what is drawn, and what they refuse."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import money, parse_json, to_minor
from wealth_core.errors import ProjectionFaults
from wealth_core.loans import EXACT, Loan
from wealth_core.networth import (
    DEFAULT_ASSUMPTIONS,
    Assumptions,
    CashAccount,
    CashKind,
    Category,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    OtherGood,
    Property,
    Return,
    net_worth,
    project,
)
from wealth_core.networth._course import Course
from wealth_core.networth.assumptions import assumptions_from_document, assumptions_to_document
from wealth_core.networth.projection import HIGHEST, Projection, _drawn, plain_path
from wealth_core.planning.plan import InvestmentPlan, PlanLine
from wealth_core.quotes import Quote, QuoteBook, crypto
from wealth_core.testing.holdings import SYMBOLS, holdings
from wealth_core.testing.loans import CURRENCIES
from wealth_core.testing.planning import PLAN_CURRENCIES, investment_plans
from wealth_core.testing.worked import WORKED_ON, worked_holdings, worked_quotes

DAY = WORKED_ON
BOOK = worked_quotes()
STILL = Return(Decimal(0), Decimal(0))
PLAN = InvestmentPlan(
    monthly_capacity=money("800", "EUR"),
    starts_on=date(2026, 2, 20),
    lines=[
        PlanLine(id="a", percent=Decimal("62.5"), envelope=Envelope.PEA),
        PlanLine(id="b", percent=Decimal(25), cash=CashKind.LIVRET_A),
    ],
)


def assuming(paths: int = 200, seed: int = 1, **returns: tuple[str, str]) -> Assumptions:
    """Nothing moves but the categories that are given a mean and a volatility."""
    given = {name: Return(Decimal(mean), Decimal(vol)) for name, (mean, vol) in returns.items()}
    each = {category: given.get(category.value, STILL) for category in Category}
    return Assumptions(each, Decimal(0), seed, paths)


def all_alike(mean: str, volatility: str, *, paths: int, seed: int = 1) -> Assumptions:
    """The same return for every category."""
    one = Return(Decimal(mean), Decimal(volatility))
    return Assumptions(dict.fromkeys(Category, one), Decimal(0), seed, paths)


def projected(
    owned: Holdings,
    assumptions: Assumptions,
    until: date = date(2030, 12, 9),
    *,
    plan: InvestmentPlan | None = None,
    **options: Any,
) -> Projection:
    """A projection from the day of the worked profile."""
    return project(owned, plan, assumptions, until, **{"on": DAY, "quotes": BOOK, **options})


def shares_of(amount: str = "10000") -> Holdings:
    """One investment."""
    return Holdings(investments=[Investment("i", "PEA", Envelope.PEA, money(amount, "EUR"), DAY)])


def test_without_chance_the_future_is_arithmetic() -> None:
    """Nothing moving, a projection is what is owned, what is put in, and loans running down."""
    ahead = projected(worked_holdings(), assuming(), plan=PLAN, loan_rounding=EXACT)
    assert ahead.low == ahead.middle == ahead.high == ahead.real_middle
    assert (ahead.middle[0], len(ahead.months)) == (84945, 61)
    assert ahead.months[:3] == (DAY, date(2026, 1, 9), date(2026, 2, 9))
    # The plan starts in February: 87.5 % of 800 that month already, and 100 EUR stay out.
    assert ahead.contributions[:4] == (0, 0, 700, 1400)
    assert ahead.contributions[-1] == 700 * 59
    assert ahead.unplanned == money("100", "EUR")
    for month, owed, middle, put_in in zip(
        ahead.months, ahead.debts, ahead.middle, ahead.contributions, strict=True
    ):
        then = net_worth(worked_holdings(), on=month, quotes=BOOK, loan_rounding=EXACT)
        loans = sum(to_minor(debt.balance) for line in then.lines for debt in line.debts)
        assert owed == math.floor(loans / 100 + 1759.5 + 0.5)
        assert abs(middle - put_in - then.net_worth.amount) <= 1


def test_the_arrays_are_the_plain_path() -> None:
    """Without volatility every path is the plain one; with it, one path is, shock by shock."""
    course = Course(
        months=tuple(date(2026, month, 1) for month in range(1, 13)),
        start={category: 1000.0 * place for place, category in enumerate(Category, 1)},
        monthly={**dict.fromkeys(Category, 0.0), Category.CASH: 10.0, Category.INVESTMENTS: 25.5},
        first_monthly=3,
        received={4: 500.0},
        sold={6: 0.25, 8: 1.0},
        debts=tuple(2000.0 - 100 * month for month in range(12)),
    )
    steady = all_alike("0.07", "0", paths=50)
    plain = plain_path(course, steady.returns)
    for line in _drawn(course, steady):
        assert line == pytest.approx(plain, rel=1e-13)
    assert plain[4] - plain[3] > 500

    lively = all_alike("0.07", "0.3", paths=1, seed=7)
    shocks = {
        category: np.random.Generator(
            np.random.PCG64(np.random.SeedSequence((7, place)))
        ).standard_normal(11).tolist()
        for place, category in enumerate(Category)
    }  # fmt: skip
    drawn = plain_path(course, lively.returns, shocks)
    for line in _drawn(course, lively):
        assert line == pytest.approx(drawn, rel=1e-12)
    assert drawn != plain


def test_the_law_of_the_paths() -> None:
    """After ten years the percentiles are those of the log-normal law.

    The growth of a year is its mean on average: the median of ten years is
    ``exp(10 (ln 1.05 - 0.12^2 / 2))``, and the two others are ``1.2816 x 0.12 x sqrt(10)`` away
    from it in logarithm.
    """
    ahead = projected(
        shares_of("1000000"), assuming(20_000, investments=("0.05", "0.12")), date(2035, 12, 9)
    )
    median = 10 * (math.log(1.05) - 0.12**2 / 2)
    away = 1.2815515655 * 0.12 * math.sqrt(10)
    told = [math.log(line[-1] / 1e6) for line in (ahead.low, ahead.middle, ahead.high)]
    assert told == pytest.approx([median - away, median, median + away], abs=0.02)
    for low, middle, high in zip(ahead.low, ahead.middle, ahead.high, strict=True):
        assert low <= middle <= high


def test_the_same_seed_gives_the_same_answer() -> None:
    """A projection is its arguments and nothing else; another seed draws other paths."""
    holdings = worked_holdings()
    first = projected(holdings, DEFAULT_ASSUMPTIONS, date(2028, 1, 31), plan=PLAN)
    assert first == projected(holdings, DEFAULT_ASSUMPTIONS, date(2028, 1, 31), plan=PLAN)
    other = projected(
        holdings, attrs.evolve(DEFAULT_ASSUMPTIONS, seed=2), date(2028, 1, 31), plan=PLAN
    )
    assert other.low[-1] != first.low[-1]
    assert (other.debts, other.start) == (first.debts, first.start)
    assert first.assumptions is DEFAULT_ASSUMPTIONS


def test_inflation_tells_the_paths_in_the_money_of_today() -> None:
    """With 2 % of inflation a hundred of the next year are worth 98.04 of today's."""
    assumptions = attrs.evolve(assuming(), inflation=Decimal("0.02"))
    ahead = projected(shares_of("1000000"), assumptions)
    assert ahead.middle[-1] == 1_000_000
    assert ahead.real_low[12] == ahead.real_high[12] == 980_392
    assert ahead.real_middle[0] == 1_000_000
    assert all(later < earlier for earlier, later in pairwise(ahead.real_middle))


def test_loans_and_sales_to_come() -> None:
    """Money lent later becomes cash that day; a property sold later does too, at its value then.

    Neither moves the net worth of that day.
    """
    later = Loan(money("12000", "EUR"), Decimal(0), 12, date(2026, 7, 1))
    owned = Holdings(
        properties=[
            Property("p1", "Studio", money("90000", "EUR"), DAY, sold_on=date(2026, 3, 1)),
            Property(
                "p2",
                "Maison",
                money("200000", "EUR"),
                DAY,
                ownership=Decimal("0.5"),
                loans=[Debt("d", "Prêt", later)],
            ),
        ],
        credits=[CreditLoan("k", "Crédit", later)],
    )
    still = projected(owned, assuming(), date(2027, 12, 9))
    lent = still.months.index(date(2026, 6, 9))
    assert still.debts[lent - 1 : lent + 2] == (0, 18000, 16500)
    assert still.middle[: lent + 1] == (190_000,) * (lent + 1)
    assert still.middle[-1] == 190_000 + 18_000
    # Real estate doubles in a year and cash sleeps: the studio stops growing once it is sold.
    growing = projected(owned, assuming(real_estate=("0.5", "0")), date(2026, 12, 9))
    studio = 90_000 * 1.5 ** (3 / 12)
    assert growing.middle[-1] == round(studio + 150_000 + 18_000 - growing.debts[-1])
    # By chance each path sells at a price of its own, and nothing moves it from then on.
    chance = assuming(real_estate=("0", "0.2"), cash=("0.1", "0"))
    alone = Holdings(properties=owned.properties[:1])
    drawn = projected(alone, chance, date(2027, 3, 9))
    year = [(line[3], line[15]) for line in (drawn.low, drawn.middle, drawn.high)]
    assert drawn.low[3] < drawn.middle[3] < drawn.high[3]
    assert [after for _, after in year] == [pytest.approx(at * 1.1, abs=1) for at, _ in year]


@given(
    owned=holdings(),
    sold=st.booleans(),
    plan=st.none() | investment_plans(most_lines=3),
    base=st.sampled_from(("EUR", "XOF")),
)
@settings(deadline=None, max_examples=50)
def test_whatever_is_owned_is_projected(
    owned: Holdings, sold: bool, plan: InvestmentPlan | None, base: str
) -> None:
    """It begins at the net worth of the day, and the low path is never above the high one."""
    day = date(2027, 1, 31)
    if sold:
        later = [
            p if p.loans else attrs.evolve(p, sold_on=date(2027, 6, 1)) for p in owned.properties
        ]
        owned = attrs.evolve(owned, properties=later)
    noon = datetime(2027, 1, 31, 12, tzinfo=UTC)
    codes = {*CURRENCIES, *PLAN_CURRENCIES} - {"EUR", "XOF"}
    prices = [Quote("EUR", code, Decimal("1.5"), noon, "ecb") for code in sorted(codes)]
    prices += [Quote(crypto(each), "EUR", Decimal("0.01"), noon, "binance") for each in SYMBOLS]
    options: Any = {"on": day, "quotes": QuoteBook(prices, at=noon), "base_currency": base}
    assumptions = attrs.evolve(DEFAULT_ASSUMPTIONS, paths=10)
    ahead = project(owned, plan, assumptions, date(2029, 3, 1), **options)
    assert len(ahead.low) == len(ahead.real_high) == len(ahead.debts) == len(ahead.months) == 26
    assert ahead.months[1] == date(2027, 2, 28)
    assert ahead.low[0] == ahead.high[0]
    assert abs(ahead.low[0] - ahead.start.net_worth.amount) <= Decimal("0.51")
    assert all(low <= high for low, high in zip(ahead.low, ahead.high, strict=True))


def test_currencies_and_contributions_are_converted_at_the_prices_of_the_day() -> None:
    """A plan and a loan in another currency count at the rates of the first day."""
    noon = datetime(2025, 12, 9, 12, tzinfo=UTC)
    book = QuoteBook([Quote("EUR", "USD", Decimal("1.25"), noon, "ecb")], at=noon)
    plan = attrs.evolve(PLAN, monthly_capacity=money("1000", "USD"))
    loan = Loan(money("1200", "USD"), Decimal(0), 12, date(2026, 1, 1))
    owned = Holdings(credits=[CreditLoan("k", "Crédit", loan)])
    ahead = projected(owned, assuming(), date(2026, 3, 9), plan=plan, quotes=book)
    assert (ahead.debts, ahead.contributions) == ((960, 880, 800, 720), (0, 0, 700, 1400))
    francs = projected(shares_of(), assuming(), date(2026, 3, 9), base_currency="XOF")
    assert francs.middle[-1] == 6_559_570


def test_the_end_is_the_last_whole_month() -> None:
    """Months are counted from the first day, which may be the last of its month."""
    start = date(2026, 1, 31)
    ahead = projected(shares_of(), assuming(), date(2026, 4, 29), on=start)
    assert ahead.months == (start, date(2026, 2, 28), date(2026, 3, 31))
    assert projected(shares_of(), assuming(), DAY).months == (DAY,)
    leap = date(2024, 2, 29)
    ahead = projected(Holdings(), assuming(), date(2025, 3, 28), on=leap)
    assert ahead.months[-2:] == (date(2025, 1, 29), date(2025, 2, 28))
    assert projected(Holdings(), assuming(), date.max, on=date.max).months == (date.max,)


def test_an_incomplete_start_is_refused() -> None:
    """A projection does not start from a part: every line without a value is named."""
    owned = worked_holdings().with_line(CryptoHolding("x", "Inconnu", "NOSUCH", Decimal(1), DAY))
    with pytest.raises(ProjectionFaults) as caught:
        projected(owned, assuming())
    (fault,) = caught.value.faults
    assert (fault.path, fault.code) == ("holdings.x", "projection.no_value")


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (date(2025, 12, 8), "projection.ends_before"),
        (date(2085, 12, 10), "projection.too_long"),
        (datetime(2030, 1, 1, tzinfo=UTC), "projection.not_a_day"),
    ],
)
def test_an_end_that_is_refused(until: Any, code: str) -> None:
    """An end before the start, more than sixty years ahead, or with a time, is refused."""
    with pytest.raises(ProjectionFaults) as caught:
        projected(shares_of(), assuming(), until)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("until", code)]
    assert len(projected(shares_of(), assuming(1), date(2085, 12, 9)).months) == 721


def test_what_else_is_refused() -> None:
    """Arguments of another class, a plan without a rate, estimates beyond any amount."""
    anything: Any = "5 %"
    with pytest.raises(ProjectionFaults) as caught:
        projected(shares_of(), anything, plan=anything)
    assert {fault.path for fault in caught.value.faults} == {"assumptions", "plan"}
    dollars = attrs.evolve(PLAN, monthly_capacity=money("1000", "USD"))
    later = Loan(money("1200", "USD"), Decimal(0), 12, date(2026, 6, 1))
    owned = Holdings(credits=[CreditLoan("k", "Crédit", later)])
    with pytest.raises(ProjectionFaults) as caught:
        projected(owned, assuming(), plan=dollars)
    told = [(fault.path, fault.code) for fault in caught.value.faults]
    assert told == [
        ("holdings.credits[0].loan", "networth.no_price"),
        ("plan.monthly_capacity", "networth.no_price"),
    ]
    wild = assuming(10, investments=("0.5", "0"))
    with pytest.raises(ProjectionFaults, match=f"beyond {HIGHEST:,}"):
        projected(shares_of("9000000000"), wild, date(2065, 1, 1))


def test_a_category_draws_the_same_paths_whatever_the_others_hold() -> None:
    """Another line of crypto changes nothing in what the shares draw."""
    both = assuming(40, investments=("0.05", "0.2"), crypto=("0", "0.6"))
    course = Course(
        months=tuple(date(2026, month, 1) for month in range(1, 13)),
        start={**dict.fromkeys(Category, 0.0), Category.INVESTMENTS: 1e6},
        monthly=dict.fromkeys(Category, 0.0),
        first_monthly=12,
        received={},
        sold={},
        debts=(0.0,) * 12,
    )
    alone = _drawn(course, both)
    coins = attrs.evolve(course, start={**course.start, Category.CRYPTO: 1e-3})
    for line, other in zip(alone, _drawn(coins, both), strict=True):
        assert other != line
        assert other == pytest.approx(line, rel=1e-8)


def test_assumptions_as_json() -> None:
    """Assumptions are written as texts and read back; what is left out is as by default."""
    document = assumptions_to_document(DEFAULT_ASSUMPTIONS)
    assert assumptions_from_document(document) == DEFAULT_ASSUMPTIONS
    assert assumptions_from_document({}) == DEFAULT_ASSUMPTIONS
    text = '{"returns": {"crypto": {"volatility": "1"}}, "seed": 5}'
    given = assumptions_from_document(parse_json(text))
    assert given.returns[Category.CRYPTO] == Return(Decimal(0), Decimal(1))
    assert (given.seed, given.inflation) == (5, Decimal("0.02"))
    assert list(given.returns) == list(Category)


def test_assumptions_that_are_refused() -> None:
    """Every fault of the assumptions is told at once, at its path, as written or as made."""
    text = """{"returns": {"cash": {"mean": 0.05, "volatility": "1.01"}, "gold": {},
               "crypto": {"mean": "-0.51"}, "real_estate": 4, "investments": {"bias": "1"}},
               "inflation": "0.21", "seed": -1, "paths": 50001, "speed": 1}"""
    with pytest.raises(ProjectionFaults) as caught:
        assumptions_from_document(parse_json(text))
    assert {fault.path for fault in caught.value.faults} == {
        "returns.gold",
        "returns.cash.mean",
        "returns.crypto.mean",
        "returns.real_estate",
        "returns.investments.bias",
        "inflation",
        "seed",
        "paths",
        "speed",
    }
    with pytest.raises(ProjectionFaults, match="is not an object"):
        assumptions_from_document([])
    anything: Any = {Category.CASH: 3, "gold": STILL}
    with pytest.raises(ProjectionFaults) as caught:
        Assumptions(anything, Decimal("0.0000001"), True, 1)
    assert len(caught.value.faults) == 8  # four missing, two that are none, inflation, seed
    nothing: Any = None
    with pytest.raises(ProjectionFaults, match="returns: null"):
        Assumptions(nothing, Decimal(0), 1)


def test_balances_and_goods_stay_as_they_are_by_default() -> None:
    """A credit without a schedule is held, and goods without a return keep their value."""
    owned = Holdings(
        cash=[CashAccount("c", "Livret A", CashKind.LIVRET_A, money("1000", "EUR"), DAY)],
        other_goods=[OtherGood("g", "Voiture", money("8000", "EUR"), DAY)],
        credits=[CreditBalance("k", "Crédit", money("500", "EUR"), DAY)],
    )
    ahead = projected(owned, DEFAULT_ASSUMPTIONS, date(2026, 12, 9))
    assert set(ahead.debts) == {500}
    assert ahead.low[-1] == ahead.high[-1] == 8000 + 1017 - 500
