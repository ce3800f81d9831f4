"""Net worth on a day: what each line is worth, what the totals say, and what they leave out.

A total is worth no more than what it is made of. So every line tells its value, where it comes
from, how old it is, and what is wrong with it; a line that cannot be valued is left out of the
totals by name, and the result says that it is not complete. Nothing counts as zero in silence, nor
at an amount of another currency.

The arithmetic is on whole minor units: each part of a line is rounded once, half up, in the
currency of the totals, and all sums are of rounded parts, so that what is shown adds up.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, assert_never

import attrs

from shared_kernel import (
    MAX_MINOR,
    Fault,
    FaultKind,
    FaultList,
    Money,
    MoneyError,
    from_minor,
    known_currency,
    round_ratio,
    shown,
    to_minor,
)
from wealth_core.errors import NetWorthFaults
from wealth_core.loans import CENT, Rounding
from wealth_core.networth.allocation import allocation
from wealth_core.networth.categories import Category
from wealth_core.networth.debts import debt_on
from wealth_core.networth.freshness import Freshness
from wealth_core.networth.holdings import (
    MAX_LINES,
    CashAccount,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    Investment,
    Line,
    OtherGood,
    Property,
)
from wealth_core.networth.rates import Rate, Rates
from wealth_core.quotes.book import Conversion, QuoteBook
from wealth_core.quotes.values import Quote, crypto

DECLARED: Final = "declared"
LOAN: Final = "loan"
_WHOLE: Final = Decimal(1)
MOST_LINE_MINOR: Final = MAX_MINOR // MAX_LINES
"""The largest value of a part of a line, in minor units: any sum of them fits in 64 bits."""

AFTER_DAY = FaultKind(
    "networth.after_day",
    "this is known since {as_of} only, after {on}: give what it was on that day or before",
)
OLD = FaultKind(
    "networth.old", "this was last updated {days} days ago, more than {most}: bring it up to date"
)
LINE_TOO_LARGE = FaultKind(
    "networth.line_too_large", "the value is beyond {largest} {currency}: look at what was entered"
)
NOT_A_DAY = FaultKind(
    "networth.not_a_day", "{given} is not a day without a time: write date(2025, 12, 9)"
)
NOT_ACCEPTED = FaultKind("networth.not_accepted", "{given} cannot stand here: give {accepted}")


class LineState(StrEnum):
    """What a line's value is worth."""

    VALUED = "valued"
    STALE = "stale"
    """It counts, and it is old; `LineValue.reason` says what is."""
    UNPRICED = "unpriced"
    """It has no value, and is in no total; `LineValue.reason` says why."""


@attrs.frozen
class DebtValue:
    """A loan on the day, the owner's share of it.

    Args:
        id: the identifier of the debt, or of the credit.
        label: what its owner calls it.
        balance: what is owed at the end of the day, in the currency of the loan.
        value: the same in the currency of the totals; None when no price leads there.
        instalments_paid: how many instalments are due on or before the day.
        months: how many instalments there are in all, early repayments counted.
        next_due: the day of the next instalment; None after the last one.
        next_instalment: its interest and capital, insurance and fees aside.
        ends_on: the day of the last instalment.
        conversion: how the balance became the value; None in one currency.
    """

    id: str
    label: str
    balance: Money
    value: Money | None
    instalments_paid: int
    months: int
    next_due: date | None
    next_instalment: Money | None
    ends_on: date
    conversion: Conversion | None = None


@attrs.frozen
class LineValue:
    """A line on the day.

    Args:
        id: the identifier of the line.
        label: what its owner calls it.
        category: of assets; None for a credit.
        value: what it adds to its total, in the currency of the totals: net of its loans for a
            property, and what is owed, above zero, for a credit. None when it has no value.
        gross: the same before its loans.
        debts: the loans of a property, or the loan of a credit.
        source: where the value comes from: ``"declared"``, ``"loan"`` (its schedule), or the
            sources of the prices it was converted with, joined by a comma.
        as_of: the day of the oldest thing the value is made of: what was declared, the price. A
            quantity does not age, and a loan is known each day.
        age_days: the days from there to the day of the valuation.
        state: valued, stale, or unpriced.
        reason: why it is stale or unpriced.
        conversion: how its value came into the currency of the totals; None where it was in it.
    """

    id: str
    label: str
    category: Category | None
    value: Money | None
    gross: Money | None
    debts: tuple[DebtValue, ...]
    source: str
    as_of: date
    age_days: int
    state: LineState
    reason: Fault | None
    conversion: Conversion | None


@attrs.frozen
class CategoryTotal:
    """A category of assets: its total, and its part of all that is owned in percent."""

    category: Category
    total: Money
    percent: Decimal


@attrs.frozen(kw_only=True)
class NetWorth:
    """What someone is worth on a day, what that is made of, and what is missing.

    Args:
        on: the day.
        base_currency: the currency of every total.
        loan_rounding: the table the loans were read in.
        categories: the five of them, in order; real estate is net of its loans.
        total_assets: the sum of the categories.
        credits: what is owed beside the loans of properties.
        net_worth: `total_assets` less `credits`.
        lines: every line, in the order of the holdings.
        quotes_used: the prices the values went through, by pair.
    """

    on: date
    base_currency: str
    loan_rounding: Rounding
    categories: tuple[CategoryTotal, ...]
    total_assets: Money
    credits: Money
    net_worth: Money
    lines: tuple[LineValue, ...]
    quotes_used: tuple[Quote, ...]

    @property
    def complete(self) -> bool:
        """Whether every line has a value, so that the totals are those of all the holdings."""
        return not self.unpriced

    @property
    def unpriced(self) -> tuple[LineValue, ...]:
        """The lines that have no value, and are in no total."""
        return tuple(line for line in self.lines if line.state is LineState.UNPRICED)

    @property
    def stale(self) -> tuple[LineValue, ...]:
        """The lines that count at an old value."""
        return tuple(line for line in self.lines if line.state is LineState.STALE)

    def total_of(self, category: Category) -> Money:
        """The total of a category."""
        return next(each.total for each in self.categories if each.category is category)


def net_worth(
    holdings: Holdings,
    *,
    on: date,
    quotes: QuoteBook,
    base_currency: str = "EUR",
    loan_rounding: Rounding = CENT,
    freshness: Freshness = Freshness(),  # noqa: B008 - a frozen value
) -> NetWorth:
    """What the holdings are worth at the end of a day: pure, and the same for the same arguments.

    * A property counts for ``round(ownership x value)`` less ``round(share x balance)`` of each
      loan; from the day it is sold, for nothing. A loan not lent yet on the day owes nothing.
    * A line in another currency, and a crypto, go through the prices; each part of a line is
      rounded once, half up, in the base currency. When a part of a property cannot be converted
      the whole line is unpriced: half a property is a wrong figure.
    * A line known since a later day only, and one whose price is of a later day, are unpriced.
    * The percentages are of the categories above zero, and add to exactly 100.00.

    Args:
        holdings: what is owned and owed.
        on: the day.
        quotes: the prices of cryptos and currencies.
        base_currency: the ISO 4217 code of the totals.
        loan_rounding: the table the loans are read in: the bank's (`CENT`), `EXACT` or `LEVEL`.
        freshness: from which age a declared figure is stale.

    Returns:
        The totals with every line. When `NetWorth.complete` is false, the totals are of the lines
        that have a value, and `NetWorth.unpriced` has the others.

    Raises:
        NetWorthFaults: an argument that is not what it should be, each with its name.

    >>> from datetime import UTC
    >>> from shared_kernel import money
    >>> from wealth_core.loans import Loan
    >>> day = date(2025, 12, 9)
    >>> book = QuoteBook([], at=datetime(2025, 12, 9, 12, tzinfo=UTC))
    >>> loan = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    >>> flat = Property(
    ...     "p", "Appartement", money("250000", "EUR"), day, loans=[Debt("d", "Prêt", loan)]
    ... )
    >>> coins = CryptoHolding("b", "Bitcoin", "BTC", Decimal("0.1"), day)
    >>> worth = net_worth(Holdings(properties=[flat], crypto=[coins]), on=day, quotes=book)
    >>> worth.net_worth.amount, worth.complete, worth.unpriced[0].reason.message
    (Decimal('36380.58'), False, 'no price leads from BTC to EUR: refresh the prices, or enter one')
    >>> [str(each.percent) for each in worth.categories]
    ['0.00', '0.00', '100.00', '0.00', '0.00']
    """
    _check_arguments(holdings, on, quotes, base_currency, loan_rounding, freshness)
    rates = Rates(quotes, on=on, base_currency=base_currency)
    valuer = _Valuer(on, base_currency, loan_rounding, freshness, rates)
    totals: dict[Category | None, int] = dict.fromkeys((*Category, None), 0)
    lines = []
    for category, line in holdings.lines():
        value, minor = valuer.value_of(category, line)
        totals[category] += minor
        lines.append(value)
    owed = totals.pop(None)
    owned = sum(totals.values())
    percents = allocation(list(totals.values()))
    return NetWorth(
        on=on,
        base_currency=base_currency,
        loan_rounding=loan_rounding,
        categories=tuple(
            CategoryTotal(category, from_minor(totals[category], base_currency), percent)
            for category, percent in zip(Category, percents, strict=True)
        ),
        total_assets=from_minor(owned, base_currency),
        credits=from_minor(owed, base_currency),
        net_worth=from_minor(owned - owed, base_currency),
        lines=tuple(lines),
        quotes_used=valuer.quotes_used(),
    )


class _Valuer:
    """Values the lines of one day, one after the other; each gives its minor units beside it."""

    def __init__(
        self, on: date, base: str, rounding: Rounding, freshness: Freshness, rates: Rates
    ) -> None:
        self.on = on
        self.base = base
        self._rounding = rounding
        self._freshness = freshness
        self._rates = rates
        self._used: dict[tuple[str, str], Quote] = {}

    def use(self, conversions: list[Conversion]) -> None:
        """Keeps the prices that a valued line went through."""
        for conversion in conversions:
            self._used.update((quote.pair, quote) for quote in self._rates.used(conversion))

    def quotes_used(self) -> tuple[Quote, ...]:
        """The prices the values so far went through."""
        return tuple(self._used[pair] for pair in sorted(self._used))

    def value_of(self, category: Category | None, line: Line) -> tuple[LineValue, int]:
        """A line, and what it adds to its total in minor units: 0 when it has no value."""
        limits = self._freshness
        match line:
            case CashAccount():
                return self._declared(category, line, line.balance, limits.cash_days)
            case Investment():
                return self._declared(category, line, line.value, limits.investment_days)
            case OtherGood():
                return self._declared(category, line, line.value, limits.other_days)
            case CreditBalance():
                return self._declared(category, line, line.balance, limits.credit_days)
            case Property():
                return self._property(line)
            case CryptoHolding():
                return self._crypto(line)
            case CreditLoan():
                return self._lent(line)
            case _:
                assert_never(line)

    def _declared(
        self,
        category: Category | None,
        line: CashAccount | Investment | OtherGood | CreditBalance,
        amount: Money,
        limit_days: int,
    ) -> tuple[LineValue, int]:
        made = _Making(self, line.as_of, limit_days=limit_days)
        rate = self._rates.of(amount.currency.code)
        if rate.is_identity:  # the very amount that was declared
            return made.line(category, line, to_minor(amount), value=amount)
        minor = made.converted(rate, to_minor(amount))
        return made.line(category, line, minor, conversion=rate.conversion)

    def _crypto(self, line: CryptoHolding) -> tuple[LineValue, int]:
        made = _Making(self, line.as_of)
        rate = self._rates.of(crypto(line.symbol))
        minor = made.converted(rate, *line.quantity.as_integer_ratio())
        return made.line(Category.CRYPTO, line, minor, conversion=rate.conversion)

    def _property(self, line: Property) -> tuple[LineValue, int]:
        if line.sold_on is not None and line.sold_on <= self.on:
            return _Making(self, min(line.as_of, self.on)).line(Category.REAL_ESTATE, line, 0)
        made = _Making(self, line.as_of, limit_days=self._freshness.property_days)
        rate = self._rates.of(line.value.currency.code)
        share, parts = line.ownership.as_integer_ratio()
        gross = net = made.converted(rate, to_minor(line.value) * share, parts)
        debts = []
        for debt in line.loans:
            owed = line.ownership if debt.share is None else debt.share
            value, minor = self._debt(made, debt, owed)
            debts.append(value)
            net = None if net is None or minor is None else net - minor
        return made.line(
            Category.REAL_ESTATE,
            line,
            net,
            gross=line.value if rate.is_identity and share == parts else gross,
            debts=tuple(debts),
            conversion=rate.conversion,
        )

    def _lent(self, line: CreditLoan) -> tuple[LineValue, int]:
        made = _Making(self, self.on, source=LOAN)
        debt, minor = self._debt(made, line, _WHOLE)
        return made.line(None, line, minor, debts=(debt,), conversion=debt.conversion)

    def _debt(
        self, made: "_Making", debt: Debt | CreditLoan, share: Decimal
    ) -> tuple[DebtValue, int | None]:
        """A loan, and the owner's share of it in minor units; None when no price leads there."""
        loan = debt.loan
        # Holdings are refused when a loan of theirs has no schedule, in whatever rounding.
        state = debt_on(loan, self.on, rounding=self._rounding, repayments=debt.repayments)
        part, parts = share.as_integer_ratio()
        own = from_minor(_rounded(state.balance_minor * part, parts), loan.currency)
        # What owes nothing needs no price.
        rate = self._rates.of(loan.currency if state.balance_minor else self.base)
        minor = made.converted(rate, state.balance_minor * part, parts)
        value = None
        if minor is not None:
            value = own if loan.currency == self.base else from_minor(minor, self.base)
        following = None
        if state.next_due is not None:
            owed = _rounded(state.next_instalment_minor * part, parts)
            following = from_minor(owed, loan.currency)
        told = DebtValue(
            debt.id,
            debt.label,
            own,
            value,
            state.instalments_paid,
            state.months,
            state.next_due,
            following,
            state.ends_on,
            rate.conversion,
        )
        return told, minor


class _Making:
    """A line being valued: what its value went through, and all that is wrong with it."""

    __slots__ = ("_conversions", "_oldest", "_source", "_stale", "_told", "_valuer", "missing")

    def __init__(
        self,
        valuer: _Valuer,
        told: date,
        *,
        limit_days: int | None = None,
        source: str = DECLARED,
    ) -> None:
        self._valuer = valuer
        self._told = told
        self._source = source
        self._conversions: list[Conversion] = []
        self._oldest: date | None = None if limit_days is None else told
        self._stale: Fault | None = None
        self.missing: Fault | None = None
        days = (valuer.on - told).days
        if days < 0:
            dates = {"as_of": told.isoformat(), "on": valuer.on.isoformat()}
            self.missing = Fault("", AFTER_DAY, dates)
        elif limit_days is not None and days > limit_days:
            self._stale = Fault("", OLD, {"days": str(days), "most": str(limit_days)})

    def converted(self, rate: Rate, numerator: int, denominator: int = 1) -> int | None:
        """A part of the value in minor units of the totals, rounded half up; None without one."""
        if rate.missing is not None:
            self.missing = self.missing or rate.missing
            return None
        if rate.conversion is None:
            minor = _rounded(numerator, denominator)
        else:
            minor = _rounded(numerator * rate.numerator, denominator * rate.denominator)
            self._conversions.append(rate.conversion)
            self._stale = self._stale or rate.stale
            if rate.as_of is not None and (self._oldest is None or rate.as_of < self._oldest):
                self._oldest = rate.as_of
        if abs(minor) > MOST_LINE_MINOR:
            base = self._valuer.base
            largest = f"{from_minor(MOST_LINE_MINOR, base).amount:f}"
            params = {"largest": largest, "currency": base}
            self.missing = self.missing or Fault("", LINE_TOO_LARGE, params)
            return None
        return minor

    def line(
        self,
        category: Category | None,
        line: Line,
        minor: int | None,
        *,
        value: Money | None = None,
        gross: Money | int | None = None,
        debts: tuple[DebtValue, ...] = (),
        conversion: Conversion | None = None,
    ) -> tuple[LineValue, int]:
        """The line, and what it adds to its total."""
        on, base = self._valuer.on, self._valuer.base
        reason = self.missing or self._stale
        state = LineState.VALUED if reason is None else LineState.STALE
        source = self._source
        as_of = self._oldest or self._told
        whole: Money | int | None
        if minor is None or self.missing is not None:
            state, minor, as_of = LineState.UNPRICED, 0, self._told
            value = whole = conversion = None
        else:
            value = from_minor(minor, base) if value is None else value
            whole = value if gross is None else gross
            whole = from_minor(whole, base) if isinstance(whole, int) else whole
            if self._conversions:
                self._valuer.use(self._conversions)
                sources = (name for each in self._conversions for name in each.sources)
                source = ", ".join(dict.fromkeys(sources)) or source
        made = LineValue(
            line.id,
            line.label,
            category,
            value,
            whole,
            debts,
            source,
            as_of,
            (on - as_of).days,
            state,
            reason,
            conversion,
        )
        return made, minor


def _rounded(numerator: int, denominator: int) -> int:
    return numerator if denominator == 1 else round_ratio(numerator, denominator)


def _check_arguments(
    holdings: object,
    on: object,
    quotes: object,
    base_currency: object,
    loan_rounding: object,
    freshness: object,
) -> None:
    found = FaultList()
    if not isinstance(on, date) or isinstance(on, datetime):
        found.add(NOT_A_DAY, "on", given=shown(on))
    try:
        known_currency(base_currency)
    except MoneyError as error:
        for fault in error.faults:
            found.add(fault.kind, "base_currency", **fault.params)
    given: tuple[tuple[str, object, type], ...] = (
        ("holdings", holdings, Holdings),
        ("quotes", quotes, QuoteBook),
        ("loan_rounding", loan_rounding, Rounding),
        ("freshness", freshness, Freshness),
    )
    for name, value, accepted in given:
        if not isinstance(value, accepted):  # the text of holdings takes longer than their value
            found.add(NOT_ACCEPTED, name, given=shown(value), accepted=accepted.__name__)
    found.raise_if_any(NetWorthFaults)
