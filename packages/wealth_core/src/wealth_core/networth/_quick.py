"""The quick way from a checked document to its record: for `wealth_core.networth.bulk` alone.

Each line of `wealth_core.networth.valuation` has its counterpart here, in minor units and in text.
What is not plain raises `Unusual`, and is done there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final

from shared_kernel import Fault
from wealth_core.loans import Rounding
from wealth_core.networth._debt_columns import PlainDebt, remember
from wealth_core.networth.freshness import Freshness
from wealth_core.networth.rates import Rate, Rates
from wealth_core.networth.records import (
    Record,
    concern_text,
    details_text,
    dumped,
    fingerprint,
    quotes_text,
    reason_text,
)
from wealth_core.networth.valuation import DECLARED, LOAN, MOST_LINE_MINOR, OLD, LineState
from wealth_core.quotes.book import QuoteBook
from wealth_core.quotes.values import CRYPTO, Quote

__all__ = ["QuickWay", "Unusual"]

_STALE: Final = LineState.STALE.value
_LENT: Final = -1
"""In place of a limit of age: the line is a loan, known each day."""

Assets = tuple[str, ...]


class Unusual(Exception):
    """This is not for the quick way."""


class QuickWay:
    """Makes the records of one day and one base currency.

    Args:
        on: the day.
        quotes: the prices.
        base_currency: the currency of the totals.
        loan_rounding: the table the loans were read in.
        freshness: from which age a declared figure is stale.
    """

    def __init__(
        self,
        on: date,
        quotes: QuoteBook,
        base_currency: str,
        loan_rounding: Rounding,
        freshness: Freshness,
    ) -> None:
        self._on = on
        self._day = on.isoformat()
        self._base = base_currency
        self._rounding = loan_rounding
        self._limits = freshness
        self._rates = Rates(quotes, on=on, base_currency=base_currency)
        # What is found once for many lines, many documents.
        self._ends: dict[tuple[str, int | None, Assets], tuple[str, str]] = {}
        self._shares: dict[str, tuple[int, int]] = {}
        self._prices: dict[Assets, str] = {(): "[]"}
        self._prints: dict[tuple[int, str], str] = {}
        # Of the document at hand.
        self._lines: list[str] = []
        self._concerns: list[str] = []
        self._assets: list[str] = []
        self._debts: Iterator[PlainDebt | None] = iter(())

    def record(
        self, version: int, document: dict[str, Any], debts: Sequence[PlainDebt | None]
    ) -> Record:
        """Gives the record of a document, all of whose lines are valued.

        Args:
            version: of the holdings.
            document: as it is written, of holdings that were checked.
            debts: what is owed on its loans, in their order.

        Raises:
            Unusual: the document is for the plain way.
        """
        self._lines, self._concerns, self._assets = [], [], []
        self._debts = iter(debts)
        declared, limits = self._declared, self._limits
        cash = investments = estate = coins = goods = owed = 0
        for line in document["cash"]:
            cash += declared(line, line["balance"], '"cash"', limits.cash_days)
        for line in document["investments"]:
            investments += declared(line, line["value"], '"investments"', limits.investment_days)
        for line in document["properties"]:
            estate += self._property(line)
        for line in document["crypto"]:
            coins += self._crypto(line)
        for line in document["other_goods"]:
            goods += declared(line, line["value"], '"other_goods"', limits.other_days)
        for line in document["credits"]:
            if line["type"] == "loan":
                owed += self._lent(line)
            else:
                owed += declared(line, line["balance"], "null", limits.credit_days)
        prices = self._prices_text()
        owned = cash + investments + estate + coins + goods
        return Record(
            self._on,
            self._fingerprint(version, prices),
            True,
            self._base,
            self._rounding.value,
            cash,
            investments,
            estate,
            coins,
            goods,
            owned,
            owed,
            owned - owed,
            version,
            details_text(self._lines, prices),
        )

    def _declared(
        self, line: dict[str, Any], amount: dict[str, str], category: str, limit: int
    ) -> int:
        """A line whose amount was told; gives its value."""
        minor = int(amount["amount"].replace(".", ""))
        currency = amount["currency"]
        if currency == self._base:
            end = self._end(line, limit, ())
            asset = "null"
        else:
            minor = self._converted(currency, minor, 1)
            end = self._end(line, limit, (currency,))
            asset = f'"{currency}"'
        self._lines.append(
            f'["{line["id"]}",{encode_basestring(line["label"])},{category},{asset},'
            f"{minor},{minor},{end},[]]"
        )
        return minor

    def _crypto(self, line: dict[str, Any]) -> int:
        asset = CRYPTO + line["symbol"]
        minor = self._converted(asset, *self._share(line["quantity"]))
        end = self._end(line, None, (asset,))
        self._lines.append(
            f'["{line["id"]}",{encode_basestring(line["label"])},"crypto","{asset}",'
            f"{minor},{minor},{end},[]]"
        )
        return minor

    def _property(self, line: dict[str, Any]) -> int:
        if line["sold_on"] is not None:
            raise Unusual
        amount = line["value"]
        currency = amount["currency"]
        share, parts = self._share(line["ownership"])
        gross = int(amount["amount"].replace(".", "")) * share
        assets: Assets = ()
        asset = "null"
        if currency == self._base:
            gross = gross if parts == 1 else _rounded(gross, parts)
        else:
            gross = self._converted(currency, gross, parts)
            assets, asset = (currency,), f'"{currency}"'
        net = gross
        debts = []
        for debt in line["loans"]:
            of_debt = debt["share"]
            owned = (share, parts) if of_debt is None else self._share(of_debt)
            minor, text, converted = self._debt(debt, owned)
            net -= minor
            debts.append(text)
            assets += converted
        end = self._end(line, self._limits.property_days, assets)
        self._lines.append(
            f'["{line["id"]}",{encode_basestring(line["label"])},"real_estate",{asset},'
            f"{net},{gross},{end},[{','.join(debts)}]]"
        )
        return net

    def _lent(self, line: dict[str, Any]) -> int:
        """A credit that is a loan."""
        minor, debt, assets = self._debt(line, (1, 1))
        asset = f'"{assets[0]}"' if assets else "null"
        end = self._end(line, _LENT, assets)
        self._lines.append(
            f'["{line["id"]}",{encode_basestring(line["label"])},null,{asset},'
            f"{minor},{minor},{end},[{debt}]]"
        )
        return minor

    def _debt(self, debt: dict[str, Any], share: tuple[int, int]) -> tuple[int, str, Assets]:
        """A loan: its value, its text, and what it was converted from."""
        state = next(self._debts)
        if state is None:
            raise Unusual
        paid, months, following, last, balance, instalment = state
        part, parts = share
        currency = debt["loan"]["principal"]["currency"]
        assets: Assets = ()
        asset = "null"
        balance *= part
        if balance and currency != self._base:  # what owes nothing needs no price
            value = self._converted(currency, balance, parts)
            assets, asset = (currency,), f'"{currency}"'
            balance = _rounded(balance, parts)
        else:
            value = balance = balance if parts == 1 else _rounded(balance, parts)
        due = "null" if following == "null" else _rounded(instalment * part, parts)
        text = (
            f'["{debt["id"]}",{encode_basestring(debt["label"])},"{currency}",{balance},'
            f"{value},{asset},{paid},{months},{following},{due},{last}]"
        )
        return value, text, assets

    def _converted(self, asset: str, numerator: int, denominator: int) -> int:
        """A part of a value in minor units of the totals, rounded half up."""
        rate = self._rates.of(asset)
        if rate.missing is not None:
            raise Unusual
        if rate.conversion is not None:
            numerator *= rate.numerator
            denominator *= rate.denominator
            self._assets.append(asset)
        minor = _rounded(numerator, denominator)
        if abs(minor) > MOST_LINE_MINOR:
            raise Unusual
        return minor

    def _end(self, line: dict[str, Any], limit: int | None, assets: Assets) -> str:
        """The end of a line's text, from its source to its reason; keeps the reason as a concern.

        Args:
            line: what is in the document.
            limit: the days its figure may stand; None for one that does not age, `_LENT` for a
                loan.
            assets: what the parts of its value were converted from.
        """
        told = self._day if limit == _LENT else line["as_of"]
        key = told, limit, assets
        known = self._ends.get(key)
        if known is None:
            known = self._end_of(told, limit, [self._rates.of(asset) for asset in assets])
            remember(self._ends, key, known)
        end, reason = known
        if reason:
            self._concerns.append(concern_text(f'"{line["id"]}"', _STALE, reason))
        return end

    def _end_of(self, told: str, limit: int | None, rates: Sequence[Rate]) -> tuple[str, str]:
        """The text, and the text of the reason where the line is stale."""
        day = date.fromisoformat(told)
        days = (self._on - day).days
        if days < 0:
            raise Unusual
        lent = limit == _LENT
        reason = None
        if limit is not None and not lent and days > limit:
            reason = Fault("", OLD, {"days": str(days), "most": str(limit)})
        oldest = [day] if limit is not None and not lent else []
        sources: list[str] = []
        for rate in rates:
            reason = reason or rate.stale
            oldest += [] if rate.as_of is None else [rate.as_of]
            sources += [] if rate.conversion is None else rate.conversion.sources
        as_of = min(oldest, default=day)
        source = ", ".join(dict.fromkeys(sources)) or (LOAN if lent else DECLARED)
        state = LineState.VALUED if reason is None else LineState.STALE
        why = reason_text(reason)
        end = (
            f"{dumped(source)},{dumped(as_of.isoformat())},{(self._on - as_of).days},"
            f"{dumped(state.value)},{why}"
        )
        return end, "" if reason is None else why

    def _share(self, text: str) -> tuple[int, int]:
        """A share or a quantity as a pair of integers."""
        known = self._shares.get(text)
        if known is None:
            known = Decimal(text).as_integer_ratio()
            remember(self._shares, text, known)
        return known

    def _prices_text(self) -> str:
        """The prices that the document's values went through, as text."""
        assets = tuple(self._assets)
        known = self._prices.get(assets)
        if known is None:
            used: dict[tuple[str, str], Quote] = {}
            for asset in assets:
                conversion = self._rates.of(asset).conversion
                if conversion is not None:
                    used.update((quote.pair, quote) for quote in self._rates.used(conversion))
            known = quotes_text(used[pair] for pair in sorted(used))
            remember(self._prices, assets, known)
        return known

    def _fingerprint(self, version: int, prices: str) -> str:
        parts = self._day, self._base, self._rounding.value, prices
        if self._concerns:
            return fingerprint(version, *parts, self._concerns)
        known = self._prints.get((version, prices))
        if known is None:
            known = fingerprint(version, *parts, ())
            remember(self._prints, (version, prices), known)
        return known


def _rounded(numerator: int, denominator: int) -> int:
    """The nearest whole number, a tie going away from zero."""
    if numerator < 0:
        return -_rounded(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)
