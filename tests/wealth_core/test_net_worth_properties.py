"""What holds for every net worth: its sums, its percentages, its roundings, its missing prices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import from_minor, minor_digits, round_ratio, to_minor
from wealth_core.loans import (
    CENT,
    EXACT,
    Loan,
    Repayment,
    Rounding,
    balance_on,
    instalments_paid,
    schedule,
)
from wealth_core.networth import (
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
    net_worth,
)
from wealth_core.networth.allocation import allocation
from wealth_core.networth.debts import debt_on
from wealth_core.quotes import Quote, QuoteBook, crypto
from wealth_core.testing import loans, rates, repayments_of

DAY = date(2025, 12, 9)
NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
CURRENCIES = ("EUR", "USD", "XOF", "TND")
SYMBOLS = ("BTC", "ETH", "SHIB")
# A machine that runs other things at once may take its time over an example.
unhurried = settings(deadline=None, max_examples=40)

amounts = st.builds(from_minor, st.integers(0, 10**9), st.sampled_from(CURRENCIES))
shares = st.sampled_from(("1", "0.5", "0.3333333333", "0.07")).map(Decimal)
days = st.dates(date(2025, 1, 1), DAY)
names = st.text("ab<=é", min_size=1, max_size=5)
quantities = st.integers(0, 10**12).map(lambda units: Decimal(units).scaleb(-8))
# No product of them is beyond what a line may be worth.
prices = st.integers(1, 10**7).map(lambda units: Decimal(units).scaleb(-4))
exchange = st.integers(1, 10**4).map(lambda units: Decimal(units).scaleb(-2))
big_loans = st.builds(
    Loan,
    st.builds(from_minor, st.integers(1, 10**13), st.sampled_from(CURRENCIES)),
    rates(most="0.9"),
    st.integers(1, 600),
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
)


@st.composite
def holdings(draw: st.DrawFn) -> Holdings:
    """Up to two lines of each kind, in several currencies; some loans start later or are over."""
    count = iter(range(10**6))

    def several(strategy: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(strategy, max_size=2))

    def line(cls: Any, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.tuples(names, *fields).map(lambda drawn: cls(f"line-{next(count)}", *drawn))

    lent = loans(max_months=60)
    debts = st.lists(
        line(Debt, lent).flatmap(
            lambda debt: (st.none() | shares).map(lambda share: attrs.evolve(debt, share=share))
        ),
        max_size=2,
    )
    flats = st.tuples(line(Property, amounts, days), shares, debts).map(
        lambda drawn: attrs.evolve(drawn[0], ownership=drawn[1], loans=drawn[2])
    )
    made = Holdings()
    for one in [
        *several(line(CashAccount, st.just(CashKind.CURRENT), amounts, days)),
        *several(line(Investment, st.sampled_from(Envelope), amounts, days)),
        *several(flats),
        *several(line(CryptoHolding, st.sampled_from(SYMBOLS), quantities, days)),
        *several(line(OtherGood, amounts, days)),
        *several(line(CreditBalance, amounts, days) | line(CreditLoan, lent)),
    ]:
        made = made.with_line(one)
    return made


@st.composite
def all_prices(draw: st.DrawFn) -> list[Quote]:
    """One price for each asset of the strategies: no other chain leads to it."""
    coins = [Quote(crypto(symbol), "EUR", draw(prices), NOON, "binance") for symbol in SYMBOLS]
    return [*coins, *(Quote("EUR", code, draw(exchange), NOON, "ecb") for code in ("USD", "TND"))]


def rate_of(asset: str, base: str, quotes: list[Quote]) -> Fraction:
    """What one of an asset is worth, through euros, by fractions alone."""
    in_euros = {"EUR": Fraction(1), "XOF": Fraction(1000, 655957)}
    for quote in quotes:
        price = Fraction(quote.price)
        in_euros[quote.base if quote.quote == "EUR" else quote.quote] = (
            price if quote.quote == "EUR" else 1 / price
        )
    return in_euros[asset] / in_euros[base]


def rounded(exact: Fraction, currency: str) -> int:
    """Minor units, half up."""
    scaled = exact * 10 ** minor_digits(currency)
    return round_ratio(scaled.numerator, scaled.denominator)


def expected_values(
    owned: Holdings, quotes: list[Quote], base: str, rounding: Rounding
) -> dict[str, int]:
    """What each line is worth in minor units, by fractions alone."""

    def worth_of(amount: Fraction, asset: str) -> int:
        return rounded(amount * rate_of(asset, base, quotes), base)

    def owed(debt: Debt | CreditLoan, share: Decimal) -> int:
        if debt.loan.start > DAY:
            return 0
        balance = balance_on(debt.loan, DAY, rounding=rounding)
        return worth_of(Fraction(balance.amount) * Fraction(share), debt.loan.currency)

    expected: dict[str, int] = {}
    for _, line in owned.lines():
        match line:
            case Property():
                gross = Fraction(line.value.amount) * Fraction(line.ownership)
                expected[line.id] = worth_of(gross, line.value.currency.code) - sum(
                    owed(debt, line.ownership if debt.share is None else debt.share)
                    for debt in line.loans
                )
            case CryptoHolding():
                expected[line.id] = worth_of(Fraction(line.quantity), crypto(line.symbol))
            case CreditLoan():
                expected[line.id] = owed(line, Decimal(1))
            case CashAccount() | CreditBalance():
                amount = line.balance
                expected[line.id] = worth_of(Fraction(amount.amount), amount.currency.code)
            case _:
                amount = line.value
                expected[line.id] = worth_of(Fraction(amount.amount), amount.currency.code)
    return expected


@unhurried
@given(holdings(), all_prices(), st.sampled_from(CURRENCIES), st.sampled_from(Rounding))
def test_every_line_is_the_exact_value_rounded_once(
    owned: Holdings, quotes: list[Quote], base: str, rounding: Rounding
) -> None:
    """Each line is what fractions say, and every total is the sum of its lines.

    From prices in another order the answer is the same.
    """
    expected = expected_values(owned, quotes, base, rounding)
    book = QuoteBook(quotes, at=NOON)
    worth = net_worth(owned, on=DAY, quotes=book, base_currency=base, loan_rounding=rounding)
    assert worth.complete
    sums: dict[Category | None, int] = dict.fromkeys((*Category, None), 0)
    for each in worth.lines:
        assert each.value is not None
        assert each.gross is not None
        assert to_minor(each.value) == expected[each.id]
        sums[each.category] += expected[each.id]
        parts = sum(to_minor(debt.value) for debt in each.debts if debt.value is not None)
        net = to_minor(each.gross) - (0 if each.category is None else parts)
        assert to_minor(each.value) == net
    assert to_minor(worth.credits) == sums.pop(None)
    assert {one.category: to_minor(one.total) for one in worth.categories} == sums
    assert to_minor(worth.total_assets) == sum(sums.values())
    assert worth.net_worth == worth.total_assets - worth.credits
    assert sum(one.percent for one in worth.categories) == (100 if max(sums.values()) > 0 else 0)

    again = QuoteBook(reversed(quotes), at=NOON)
    assert worth == net_worth(
        owned, on=DAY, quotes=again, base_currency=base, loan_rounding=rounding
    )


@unhurried
@given(holdings(), all_prices(), st.data())
def test_a_missing_price_never_lowers_in_silence(
    owned: Holdings, quotes: list[Quote], data: st.DataObject
) -> None:
    """Without some prices, every line has the value it had, or is listed without any."""
    kept = data.draw(st.lists(st.sampled_from(quotes), unique=True, max_size=len(quotes)))
    whole = net_worth(owned, on=DAY, quotes=QuoteBook(quotes, at=NOON))
    part = net_worth(owned, on=DAY, quotes=QuoteBook(kept, at=NOON))
    lost = {line.id for line in part.unpriced}
    for before, after in zip(whole.lines, part.lines, strict=True):
        if after.id in lost:
            assert after.value is None
            assert after.reason is not None
        else:
            assert (after.value, after.state) == (before.value, before.state)
    assert part.complete == (not lost)
    if part.complete:
        assert part == whole
    missing = sum(
        to_minor(line.value) * (-1 if line.category is None else 1)
        for line in whole.lines
        if line.id in lost and line.value is not None
    )
    assert to_minor(whole.net_worth) - to_minor(part.net_worth) == missing


@unhurried
@given(
    st.lists(st.tuples(quantities, st.sampled_from(SYMBOLS)), min_size=1, max_size=8),
    all_prices(),
    st.integers(2, 1000),
    st.booleans(),
)
def test_scaling_every_price_scales_the_total(
    held: list[tuple[Decimal, str]], quotes: list[Quote], factor: int, whole: bool
) -> None:
    """With every price k times as high each line is within (k + 1) / 2 units of k times itself.

    That is all that rounding may do; of values in whole units already, it does nothing.
    """

    def values(scale: int) -> list[int]:
        lines = [
            CryptoHolding(f"c{place}", "x", symbol, Decimal(int(each)) if whole else each, DAY)
            for place, (each, symbol) in enumerate(held)
        ]
        dearer = [attrs.evolve(one, price=one.price * scale * 100) for one in quotes]
        worth = net_worth(Holdings(crypto=lines), on=DAY, quotes=QuoteBook(dearer, at=NOON))
        assert worth.net_worth == worth.total_of(Category.CRYPTO)
        return [to_minor(line.value) for line in worth.lines if line.value is not None]

    for one, many in zip(values(1), values(factor), strict=True):
        assert 2 * abs(many - factor * one) <= (0 if whole else factor + 1)


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8))
def test_an_allocation_adds_to_exactly_a_hundred(totals: list[int]) -> None:
    """Percentages add to 100.00, each within a hundredth of its own; negatives have none."""
    percents = allocation(totals)
    owned = sum(max(total, 0) for total in totals)
    assert sum(percents) == (Decimal("100.00") if owned else 0)
    for total, percent in zip(totals, percents, strict=True):
        assert percent.as_tuple().exponent == -2
        exact = Fraction(100 * max(total, 0), owned or 1)
        assert abs(Fraction(percent) - exact) < Fraction(1, 100)


def assert_debt(
    loan: Loan, on: date, rounding: Rounding, repayments: tuple[Repayment, ...] = ()
) -> None:
    """Compares a debt with the balance and the next row of the schedule."""
    state = debt_on(loan, on, rounding=rounding, repayments=repayments)
    table = schedule(loan, rounding=rounding, repayments=repayments)
    assert (state.months, state.ends_on) == (len(table), table.last_due)
    if on < loan.start:
        assert (state.balance_minor, state.instalments_paid) == (0, 0)
    else:
        owed = balance_on(loan, on, rounding=rounding, repayments=repayments)
        assert state.balance_minor == to_minor(owed)
        assert state.instalments_paid == min(instalments_paid(loan, on), len(table))
    if state.instalments_paid < len(table):
        row = table[state.instalments_paid]
        following = (row.due, to_minor(row.instalment))
        assert (state.next_due, state.next_instalment_minor) == following
    else:
        assert (state.next_due, state.next_instalment_minor) == (None, 0)


@settings(deadline=None, max_examples=100)
@given(big_loans, st.sampled_from(Rounding), st.data())
def test_the_short_way_is_the_schedule(loan: Loan, rounding: Rounding, data: st.DataObject) -> None:
    """Of a plain annuity of any size, rate and length, a debt is what the schedule says."""
    number = data.draw(st.integers(0, loan.months))
    for day in {loan.start - timedelta(days=1), loan.due(number), loan.due(loan.months)}:
        assert_debt(loan, day, rounding)


@unhurried
@given(loans(), st.sampled_from(Rounding), st.data())
def test_any_loan_is_its_schedule(loan: Loan, rounding: Rounding, data: st.DataObject) -> None:
    """Of a loan with options and early repayments, a debt is what the schedule says."""
    repayments = tuple(data.draw(repayments_of(loan, rounding=rounding)))
    day = loan.due(data.draw(st.integers(0, loan.months + 2)))
    assert_debt(loan, day, rounding, repayments)


def test_a_table_that_ends_early_is_read_from_the_schedule() -> None:
    """A loan of a few units, which rounding repays early, tells its real end."""
    loan = Loan(from_minor(100, "EUR"), Decimal(0), 60, date(2025, 1, 1))
    for rounding in (CENT, EXACT):
        for number in (0, 1, 49, 50, 60):
            assert_debt(loan, loan.due(number), rounding)
    assert debt_on(loan, DAY).months == 50
