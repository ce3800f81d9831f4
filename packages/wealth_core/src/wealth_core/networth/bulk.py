"""The net worth of very many holdings on one day, as the records that are kept of them.

One by one, holdings are structured, checked, valued and written: about a thousand a second. Here
whoever knows that a document was checked when it was written says so, and then nothing of it is
made that is not in the record:

* the documents of a batch are parsed together, by one call of the JSON scanner;
* their loans are worked out side by side (`_debt_columns`);
* an amount is its digits, a rate a pair of integers found once a currency, and the end of a line's
  text (its source, its day, its age, its state, why) is found once for all lines of that day;
* the text of the details is put together as it is, without a list behind it.

The records are those of `net_worth` and `record_of` to the last character. Whatever is out of the
ordinary (a document that was not checked, a price that is missing, a property that is sold, a loan
with an option, a figure that only the schedule can tell) is left to those two: the quick way gives
up, and never guesses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from wealth_core.loans import CENT, Rounding
from wealth_core.networth._debt_columns import DebtColumns, PlainDebt
from wealth_core.networth._quick import QuickWay, Unusual
from wealth_core.networth.documents import VERSION, holdings_from_json
from wealth_core.networth.freshness import Freshness
from wealth_core.networth.holdings import Holdings
from wealth_core.networth.records import Record, record_of
from wealth_core.networth.valuation import NetWorth, net_worth
from wealth_core.quotes.book import QuoteBook

__all__ = ["Bulk", "Profile", "Refused"]

BATCH: Final = 250
"""Documents parsed at once: their loans fill an array, and they fit in the cache of a core."""


class Profile(NamedTuple):
    """Holdings to value.

    `document` is as `holdings_to_json` writes it where `checked` says that it was written by it, of
    holdings that were made; any other document is read and checked first.
    """

    holdings_version: int
    base_currency: str
    document: str
    checked: bool


class Refused(NamedTuple):
    """Holdings that have no net worth, and why."""

    reason: str


class Bulk:
    """Values many holdings with the same prices on the same day.

    Args:
        on: the day.
        quotes: the prices.
        loan_rounding: the table the loans are read in.
        freshness: from which age a declared figure is stale.

    Raises:
        NetWorthFaults: an argument is not what it should be.

    >>> from datetime import UTC, datetime
    >>> from shared_kernel import money
    >>> from wealth_core.networth import CashAccount, CashKind, holdings_to_json
    >>> day = date(2025, 12, 9)
    >>> livret = CashAccount("c", "Livret A", CashKind.LIVRET_A, money("4700", "EUR"), day)
    >>> document = holdings_to_json(Holdings(cash=[livret]))
    >>> bulk = Bulk(on=day, quotes=QuoteBook([], at=datetime(2025, 12, 9, 12, tzinfo=UTC)))
    >>> good, bad = bulk.records([Profile(1, "EUR", document, True), Profile(1, "EUR", "", False)])
    >>> good.net_worth_minor, bad.reason
    (470000, 'this is not JSON: see line 1, column 1')
    """

    def __init__(
        self,
        *,
        on: date,
        quotes: QuoteBook,
        loan_rounding: Rounding = CENT,
        freshness: Freshness = Freshness(),  # noqa: B008 - a frozen value
    ) -> None:
        self._on = on
        self._quotes = quotes
        self._rounding = loan_rounding
        self._freshness = freshness
        self._debts = DebtColumns(on, loan_rounding)
        self._ways: dict[str, QuickWay] = {}
        self._worth(Holdings(), "EUR")  # which looks at the arguments

    def records(self, profiles: Sequence[Profile]) -> Iterator[Record | Refused]:
        """Gives the record of each profile, in their order, or why it has none."""
        for first in range(0, len(profiles), BATCH):
            yield from self._batch(profiles[first : first + BATCH])

    def _batch(self, profiles: Sequence[Profile]) -> Iterator[Record | Refused]:
        documents = iter(_parsed([each.document for each in profiles if each.checked]))
        quick = [next(documents) if each.checked else None for each in profiles]
        counts = [self._collected(document) for document in quick]
        debts = iter(self._debts.worked_out())
        for profile, document, count in zip(profiles, quick, counts, strict=True):
            found = None
            if count is not None:
                mine = [next(debts) for _ in range(count)]
                found = self._quick(profile, document, mine)
            yield self._one(profile) if found is None else found

    def _collected(self, document: Any) -> int | None:
        """Collects the loans of a document: how many; None when one has an option."""
        if document is None:
            return None
        debts = self._debts
        before = len(debts)
        try:
            plain = document["version"] == VERSION
            for line in document["properties"]:
                for debt in line["loans"]:
                    plain = plain and debts.add(debt["loan"], debt["repayments"])
            for line in document["credits"]:
                if line["type"] == "loan":
                    plain = plain and debts.add(line["loan"], line["repayments"])
        except (LookupError, TypeError, ValueError, ArithmeticError):
            plain = False
        if not plain:
            debts.cut(before)
            return None
        return len(debts) - before

    def _quick(
        self, profile: Profile, document: Any, debts: Sequence[PlainDebt | None]
    ) -> Record | None:
        base = profile.base_currency
        try:
            way = self._ways.get(base)
            if way is None:
                way = QuickWay(self._on, self._quotes, base, self._rounding, self._freshness)
                self._ways[base] = way
            return way.record(profile.holdings_version, document, debts)
        except (Unusual, LookupError, TypeError, ValueError, ArithmeticError):
            return None

    def _one(self, profile: Profile) -> Record | Refused:
        """Does it the plain way: what the quick way must equal."""
        try:
            worth = self._worth(holdings_from_json(profile.document), profile.base_currency)
            return record_of(worth, holdings_version=profile.holdings_version)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            return Refused(str(error) or type(error).__name__)

    def _worth(self, holdings: Holdings, base_currency: str) -> NetWorth:
        return net_worth(
            holdings,
            on=self._on,
            quotes=self._quotes,
            base_currency=base_currency,
            loan_rounding=self._rounding,
            freshness=self._freshness,
        )


def _parsed(documents: Sequence[str]) -> list[Any]:
    """The documents as JSON data, by one call: the scanner then makes each key once for all."""
    try:
        found: list[Any] = json.loads(f"[{','.join(documents)}]")
    except (ValueError, RecursionError):
        found = []
    # What was checked is one document each. Should one be none, all of them go the plain way.
    return found if len(found) == len(documents) else [None] * len(documents)
