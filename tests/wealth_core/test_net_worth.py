"""Net worth on a day: the worked profile, and what is told when something is old or missing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from shared_kernel import Money, money
from wealth_core.errors import NetWorthFaults
from wealth_core.loans import CENT, EXACT, Loan, Repayment, balance_on
from wealth_core.networth import (
    CashAccount,
    CashKind,
    Category,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Freshness,
    Holdings,
    Investment,
    LineState,
    OtherGood,
    Property,
    net_worth,
)
from wealth_core.networth.valuation import MOST_LINE_MINOR, NetWorth
from wealth_core.quotes import Quote, QuoteBook, crypto
from wealth_core.testing.worked import (
    WORKED_AT,
    WORKED_CREDITS,
    WORKED_NET_WORTH,
    WORKED_ON,
    WORKED_TOTAL_ASSETS,
    WORKED_TOTALS,
    worked_holdings,
    worked_prices,
    worked_quotes,
)

DAY = WORKED_ON
LOAN = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))


def eur(amount: str) -> Money:
    """An amount in euros."""
    return money(amount, "EUR")


def book(*quotes: tuple[str, str, str], at: datetime = WORKED_AT, source: str = "ecb") -> QuoteBook:
    """A book of prices of noon on the day: ("USD", "EUR", "0.8")."""
    return QuoteBook(
        [Quote(base, quote, Decimal(price), WORKED_AT, source) for base, quote, price in quotes],
        at=at,
    )


def worth_of(*lines: Any, quotes: QuoteBook | None = None, **options: Any) -> NetWorth:
    """The net worth of some lines on the day, without a price unless some are given."""
    holdings = Holdings()
    for line in lines:
        holdings = holdings.with_line(line)
    prices = book() if quotes is None else quotes
    return net_worth(holdings, **{"on": DAY, "quotes": prices, **options})


def test_the_worked_profile() -> None:
    """The worked profile has its figures to the cent, and its percentages add to 100.00."""
    worth = net_worth(worked_holdings(), on=DAY, quotes=worked_quotes(), loan_rounding=EXACT)
    assert {each.category.value: each.total for each in worth.categories} == WORKED_TOTALS
    assert worth.total_of(Category.REAL_ESTATE) == eur("36380.59")
    assert worth.total_assets == WORKED_TOTAL_ASSETS == eur("86704.78")
    assert worth.credits == WORKED_CREDITS
    assert worth.net_worth == WORKED_NET_WORTH == eur("84945.28")
    assert [str(each.percent) for each in worth.categories] == [
        "5.42",
        "29.64",
        "41.96",
        "13.75",
        "9.23",
    ]
    assert worth.complete
    assert worth.unpriced == worth.stale == ()
    assert worth.quotes_used == worked_prices()
    assert [line.id for line in worth.lines] == [line.id for _, line in worked_holdings().lines()]


def test_the_worked_profile_in_the_table_of_the_bank() -> None:
    """In the bank's rounding its real estate is a cent less, and so are the totals."""
    worth = net_worth(worked_holdings(), on=DAY, quotes=worked_quotes())
    assert worth.loan_rounding is CENT
    assert worth.total_of(Category.REAL_ESTATE) == eur("36380.58")
    assert worth.net_worth == WORKED_NET_WORTH - eur("0.01")


def test_a_line_tells_what_it_is_made_of() -> None:
    """A property tells its gross value and each loan, a crypto its price, with their ages."""
    worth = net_worth(worked_holdings(), on=DAY + timedelta(days=3), quotes=worked_quotes())
    flat, bitcoin = (
        next(line for line in worth.lines if line.id == name) for name in ("property-1", "crypto-1")
    )
    assert (flat.value, flat.gross, flat.source) == (eur("36380.58"), eur("250000"), "declared")
    assert (flat.as_of, flat.age_days, flat.state) == (DAY, 3, LineState.VALUED)
    (debt,) = flat.debts
    assert debt.balance == debt.value == eur("213619.42")
    assert (debt.instalments_paid, debt.months, debt.ends_on) == (3, 300, date(2050, 9, 1))
    assert (debt.next_due, debt.next_instalment) == (date(2026, 1, 1), eur("1059.12"))
    assert (bitcoin.value, bitcoin.source, bitcoin.age_days) == (eur("9500"), "manual", 3)
    assert bitcoin.conversion is not None
    assert [step.base for step in bitcoin.conversion.steps] == ["crypto:BTC"]


def test_shares_of_a_property_and_of_its_loans() -> None:
    """The owner's share bears on the value; on a loan too, unless the loan has its own."""
    halved = Property(
        "p",
        "Maison",
        eur("250000.01"),
        DAY,
        ownership=Decimal("0.5"),
        loans=[Debt("d1", "Prêt", LOAN), Debt("d2", "Travaux", LOAN, share=Decimal("0.25"))],
    )
    (line,) = worth_of(halved).lines
    # 125,000.005 goes up; 213,619.42 x 0.5 = 106,809.71; x 0.25 = 53,404.855 goes up.
    assert line.gross == eur("125000.01")
    assert [debt.value for debt in line.debts] == [eur("106809.71"), eur("53404.86")]
    assert line.debts[1].next_instalment == eur("264.78")
    assert line.value == eur("125000.01") - eur("106809.71") - eur("53404.86")


def test_a_property_that_is_sold_counts_for_nothing() -> None:
    """From the day of its sale a property is worth nothing, whatever its age; not before."""
    sold = Property("p", "Studio", eur("90000"), date(2020, 1, 1), sold_on=DAY)
    (line,) = worth_of(sold).lines
    assert (line.value, line.state, line.reason) == (eur("0"), LineState.VALUED, None)
    before = worth_of(sold, on=DAY - timedelta(days=1))
    assert before.net_worth == eur("90000")
    later = attrs.evolve(sold, as_of=DAY + timedelta(days=30))
    assert worth_of(later).complete


def test_loans_before_their_start_and_after_their_end() -> None:
    """A loan owes nothing before it is lent nor once repaid, and needs no price then."""
    loan = Loan(money("1000", "USD"), Decimal("0.03"), 12, date(2026, 2, 1))
    credit = CreditLoan("k", "Crédit auto", loan)
    (line,) = worth_of(credit).lines
    assert (line.value, line.state, line.source) == (eur("0"), LineState.VALUED, "loan")
    assert line.debts[0].next_due == date(2026, 2, 1)
    over = worth_of(credit, on=date(2027, 1, 1)).lines[0].debts[0]
    assert (over.balance, over.next_due, over.next_instalment) == (money("0", "USD"), None, None)
    assert (over.instalments_paid, over.months) == (12, 12)
    (owed,) = worth_of(credit, on=date(2026, 6, 1)).unpriced
    assert owed.reason is not None
    assert owed.reason.code == "networth.no_price"
    assert owed.debts[0].balance == balance_on(loan, date(2026, 6, 1))
    assert owed.debts[0].value is None


def test_an_early_repayment_shortens_a_credit() -> None:
    """A credit repaid early tells its real end and as many instalments as there are."""
    loan = Loan(eur("1200"), Decimal("0.02"), 12, date(2025, 10, 1))
    credit = CreditLoan("k", "Crédit", loan, repayments=[Repayment(3)])
    (debt,) = worth_of(credit).lines[0].debts
    assert (debt.balance, debt.months, debt.instalments_paid) == (eur("0"), 3, 3)
    assert (debt.next_due, debt.ends_on) == (None, date(2025, 12, 1))
    assert worth_of(credit).credits == eur("0")


def test_a_missing_price_is_told_and_never_zero() -> None:
    """An unknown symbol makes the result incomplete, listed, and out of the totals."""
    car = OtherGood("g", "Voiture", eur("8000"), DAY)
    coin = CryptoHolding("b", "Inconnu", "NOSUCH", Decimal(3), DAY)
    worth = worth_of(car, coin)
    assert not worth.complete
    (line,) = worth.unpriced
    assert (line.id, line.value, line.gross, line.conversion) == ("b", None, None, None)
    assert line.reason is not None
    assert line.reason.message == (
        "no price leads from NOSUCH to EUR: refresh the prices, or enter one"
    )
    assert worth.net_worth == eur("8000")
    assert worth.quotes_used == ()
    assert str(worth.categories[4].percent) == "100.00"


def test_two_currencies_without_a_rate_are_never_added_up() -> None:
    """An amount in a currency without a rate is unpriced: never taken at its figure."""
    account = CashAccount("c", "Compte", CashKind.CURRENT, money("1000000", "GNF"), DAY)
    worth = worth_of(account)
    assert not worth.complete
    assert worth.total_assets == eur("0")
    priced = worth_of(account, quotes=book(("EUR", "GNF", "10000"), source="table"))
    assert priced.complete
    assert priced.net_worth == eur("100.00")
    assert priced.lines[0].source == "table"


def test_a_property_half_converted_is_wholly_unpriced() -> None:
    """When one of its loans cannot be converted, the whole property is out, its loans told."""
    foreign = Loan(money("1000", "USD"), Decimal("0.03"), 12, date(2025, 10, 1))
    flat = Property(
        "p",
        "Appartement",
        eur("250000"),
        DAY,
        loans=[Debt("d1", "Prêt", LOAN), Debt("d2", "Loan", foreign)],
    )
    worth = worth_of(flat)
    (line,) = worth.unpriced
    assert worth.total_of(Category.REAL_ESTATE) == eur("0")
    assert [debt.value for debt in line.debts] == [eur("213619.42"), None]
    priced = worth_of(flat, quotes=book(("USD", "EUR", "0.8")))
    assert priced.complete
    assert priced.lines[0].source == "ecb"
    assert priced.lines[0].debts[1].conversion is not None
    assert priced.lines[0].conversion is None


def test_nothing_of_a_later_day_is_used() -> None:
    """A figure known later, and a price of a later day, leave their lines unpriced."""
    eve = DAY - timedelta(days=1)
    car = OtherGood("g", "Voiture", eur("8000"), DAY)
    coin = CryptoHolding("b", "Bitcoin", "BTC", Decimal("0.1"), eve)
    worth = worth_of(car, coin, quotes=worked_quotes(), on=eve)
    reasons = {line.id: line.reason for line in worth.unpriced}
    assert {name: fault and fault.code for name, fault in reasons.items()} == {
        "g": "networth.after_day",
        "b": "networth.price_after",
    }
    assert worth.net_worth == eur("0")
    assert worth.lines[0].as_of == eve
    # A parity has no day: francs are worth the same whenever they are counted.
    francs = CashAccount("c", "Compte", CashKind.CURRENT, money("655957", "XOF"), date(1990, 1, 1))
    assert worth_of(francs, on=date(1990, 1, 2)).net_worth == eur("1000")


@pytest.mark.parametrize(
    ("line", "option", "limit"),
    [
        (CashAccount("x", "Livret A", CashKind.LIVRET_A, eur("10"), DAY), "cash_days", 92),
        (Investment("x", "PEA", Envelope.PEA, eur("10"), DAY), "investment_days", 92),
        (Property("x", "Terrain", eur("10"), DAY), "property_days", 400),
        (OtherGood("x", "Montre", eur("10"), DAY), "other_days", 400),
        (CreditBalance("x", "Crédit", eur("10"), DAY), "credit_days", 92),
    ],
    ids=lambda value: type(value).__name__ if attrs.has(type(value)) else str(value),
)
def test_an_old_declaration_counts_and_is_told(line: Any, option: str, limit: int) -> None:
    """A declared figure is stale from its limit on; it still counts; the limit can be moved."""
    just = worth_of(line, on=DAY + timedelta(days=limit))
    assert just.stale == ()
    old = worth_of(line, on=DAY + timedelta(days=limit + 1))
    (told,) = old.stale
    assert told.value == eur("10")
    assert old.complete
    assert told.reason is not None
    assert told.reason.code == "networth.old"
    lenient = Freshness(**{option: limit + 1})
    assert worth_of(line, on=DAY + timedelta(days=limit + 1), freshness=lenient).stale == ()


def test_an_old_price_counts_and_is_told() -> None:
    """A price too old for its source makes its lines stale: against the book's moment or the day.

    A quantity never ages.
    """
    coin = CryptoHolding("b", "Bitcoin", "BTC", Decimal("0.1"), date(2019, 1, 1))
    prices = (crypto("BTC"), "EUR", "95000")
    fresh = worth_of(coin, quotes=book(prices, source="binance"))
    assert fresh.stale == ()
    late = WORKED_AT + timedelta(days=3)
    old = worth_of(coin, quotes=book(prices, source="binance", at=late), on=late.date())
    ahead = worth_of(coin, quotes=book(prices, source="binance"), on=late.date())
    for worth in (old, ahead):
        (line,) = worth.stale
        assert line.value == eur("9500")
        assert line.reason is not None
        assert line.reason.message == (
            "the price BTC/EUR is 3 days old: refresh it, or enter a new one"
        )
        assert (line.as_of, line.age_days) == (DAY, 3)


def test_each_step_of_a_conversion_is_used_and_told() -> None:
    """A crypto priced in another one goes through each price, and is rounded once at the end."""
    quotes = book(
        (crypto("SOL"), crypto("USDT"), "130.55"),
        ("EUR", crypto("USDT"), "1.16"),
        source="binance",
    )
    coin = CryptoHolding("b", "Solana", "SOL", Decimal("1.5"), DAY)
    worth = worth_of(coin, quotes=quotes, base_currency="XOF")
    assert worth.net_worth == money("110735", "XOF")  # 1.5 x 130.55 / 1.16 x 655.957 = 110,734.8
    assert worth.lines[0].source == "binance, parity"
    assert [quote.source for quote in worth.quotes_used] == ["parity", "binance", "binance"]


def test_what_is_owed_above_the_value_is_negative() -> None:
    """A property that owes more than its value lowers the total, and has no part of 100 %."""
    flat = Property("p", "Studio", eur("100000"), DAY, loans=[Debt("d", "Prêt", LOAN)])
    overdrawn = CashAccount("c", "Compte courant", CashKind.CURRENT, eur("-50"), DAY)
    car = OtherGood("g", "Voiture", eur("8000"), DAY)
    worth = worth_of(flat, overdrawn, car)
    assert worth.total_of(Category.REAL_ESTATE) == eur("-113619.42")
    assert worth.net_worth == eur("-105669.42")
    assert [str(each.percent) for each in worth.categories] == [
        "0.00",
        "0.00",
        "0.00",
        "0.00",
        "100.00",
    ]


def test_a_value_beyond_any_amount_is_told() -> None:
    """A quantity priced beyond what a database holds leaves its line unpriced, without error."""
    coin = CryptoHolding("b", "Bitcoin", "BTC", Decimal(10**15), DAY)
    (line,) = worth_of(coin, quotes=worked_quotes()).unpriced
    assert line.reason is not None
    assert line.reason.code == "networth.line_too_large"
    assert MOST_LINE_MINOR * 1000 < 2**63


def test_nothing_owned_is_worth_nothing() -> None:
    """Empty holdings are complete, worth zero, and have no percentages."""
    worth = worth_of()
    assert worth.complete
    assert worth.net_worth == eur("0")
    assert {each.percent for each in worth.categories} == {Decimal("0.00")}


def test_labels_are_plain_text() -> None:
    """Markup and formulas in a label come out as they went in."""
    label = '=HYPERLINK("x")<script>alert(1)</script>'
    assert worth_of(OtherGood("g", label, eur("1"), DAY)).lines[0].label == label


def test_arguments_that_are_refused() -> None:
    """Every argument that is not what it should be is told at once, by its name."""
    wrong: dict[str, Any] = {
        "on": datetime(2025, 12, 9, tzinfo=UTC),
        "quotes": [],
        "base_currency": "euro",
        "loan_rounding": "exact",
        "freshness": None,
    }
    nothing: Any = None
    with pytest.raises(NetWorthFaults) as caught:
        net_worth(nothing, **wrong)
    assert {fault.path for fault in caught.value.faults} == {*wrong, "holdings"}
    with pytest.raises(NetWorthFaults, match="cash_days: 0 is not a number of days"):
        Freshness(cash_days=0)
