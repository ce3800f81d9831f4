"""Results as JSON data: what the API answers and what ``--json`` writes.

One way only: a result is computed or read from a snapshot, never taken from someone's JSON::

    {"on": "2025-12-09", "base_currency": "EUR", "loan_rounding": "exact", "complete": true,
     "total_assets": "86704.78", "credits": "1759.50", "net_worth": "84945.28",
     "categories": [{"category": "cash", "total": "4700.00", "percent": "5.42"}, ...],
     "lines": [{"id": "property-1", "label": "Appartement", "category": "real_estate",
                "value": "36380.59", "gross": "250000.00", "source": "declared",
                "as_of": "2025-12-09", "age_days": 0, "state": "valued", "reason": null,
                "debts": [{"id": "...", "balance": {"amount": ..., "currency": ...}, ...}]}, ...],
     "unpriced": [], "stale": [], "quotes": [{"base": "crypto:BTC", "quote": "EUR", ...}]}

Amounts are texts, in the base currency where no other is written beside them. A credit is a line
without a category, and counts above zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from shared_kernel import unstructure
from wealth_core.networth.assumptions import assumptions_to_document
from wealth_core.quotes.documents import quotes_to_document

if TYPE_CHECKING:
    from shared_kernel import Fault, Money
    from wealth_core.loans import Rounding
    from wealth_core.networth.projection import Projection
    from wealth_core.networth.records import SnapshotLine
    from wealth_core.networth.valuation import CategoryTotal, DebtValue, LineValue
    from wealth_core.quotes.values import Quote

__all__ = ["Result", "projection_to_document", "result_to_document"]


class Result(Protocol):
    """What a computed net worth and a snapshot of one have in common."""

    @property
    def base_currency(self) -> str:
        """The currency of every total."""
        ...

    @property
    def loan_rounding(self) -> Rounding:
        """The table the loans were read in."""
        ...

    @property
    def complete(self) -> bool:
        """Whether no line was left out."""
        ...

    @property
    def categories(self) -> tuple[CategoryTotal, ...]:
        """The five of them, in order."""
        ...

    @property
    def total_assets(self) -> Money:
        """The sum of the categories."""
        ...

    @property
    def credits(self) -> Money:
        """What is owed beside the loans of properties."""
        ...

    @property
    def net_worth(self) -> Money:
        """The difference of the two."""
        ...

    @property
    def lines(self) -> Sequence[LineValue | SnapshotLine]:
        """Every line, in the order of the holdings."""
        ...

    @property
    def unpriced(self) -> Sequence[LineValue | SnapshotLine]:
        """The lines without a value."""
        ...

    @property
    def stale(self) -> Sequence[LineValue | SnapshotLine]:
        """The lines at an old value."""
        ...

    @property
    def quotes_used(self) -> tuple[Quote, ...]:
        """The prices the values went through."""
        ...


def _english(fault: Fault) -> str:
    return fault.message


def result_to_document(
    result: Result, *, on: date, say: Callable[[Fault], str] = _english
) -> dict[str, Any]:
    """A net worth as JSON data: dicts, lists, strings, integers, booleans and None.

    Args:
        result: a `NetWorth`, or a snapshot of one.
        on: the day it is the net worth of.
        say: writes a reason in the reader's language.

    >>> from datetime import UTC, datetime
    >>> from shared_kernel import money
    >>> from wealth_core.networth import CashAccount, CashKind, Holdings, net_worth
    >>> from wealth_core.quotes import QuoteBook
    >>> day = date(2025, 12, 9)
    >>> livret = CashAccount("c1", "Livret A", CashKind.LIVRET_A, money("4700.00", "EUR"), day)
    >>> book = QuoteBook([], at=datetime(2025, 12, 9, 12, tzinfo=UTC))
    >>> worth = net_worth(Holdings(cash=[livret]), on=day, quotes=book)
    >>> document = result_to_document(worth, on=day)
    >>> document["net_worth"], document["categories"][0]
    ('4700.00', {'category': 'cash', 'total': '4700.00', 'percent': '100.00'})
    """
    return {
        "on": on.isoformat(),
        "base_currency": result.base_currency,
        "loan_rounding": result.loan_rounding.value,
        "complete": result.complete,
        "total_assets": _amount(result.total_assets),
        "credits": _amount(result.credits),
        "net_worth": _amount(result.net_worth),
        "categories": [
            {
                "category": each.category.value,
                "total": _amount(each.total),
                "percent": f"{each.percent:f}",
            }
            for each in result.categories
        ],
        "lines": [_line(line, say) for line in result.lines],
        "unpriced": [line.id for line in result.unpriced],
        "stale": [line.id for line in result.stale],
        "quotes": quotes_to_document(result.quotes_used),
    }


def projection_to_document(projection: Projection) -> dict[str, Any]:
    """A projection as JSON data; its paths are estimates, whole units of its currency.

    Args:
        projection: the estimates, with what they assume.
    """
    left = projection.unplanned
    paths = ("low", "middle", "high", "real_low", "real_middle", "real_high")
    return {
        "currency": projection.start.base_currency,
        "on": projection.start.on.isoformat(),
        "net_worth": _amount(projection.start.net_worth),
        "months": [month.isoformat() for month in projection.months],
        **{name: list(getattr(projection, name)) for name in paths},
        "contributions": list(projection.contributions),
        "debts": list(projection.debts),
        "unplanned": _amount(left),
        "assumptions": assumptions_to_document(projection.assumptions),
    }


def _line(line: LineValue | SnapshotLine, say: Callable[[Fault], str]) -> dict[str, Any]:
    return {
        "id": line.id,
        "label": line.label,
        "category": None if line.category is None else line.category.value,
        "value": _amount(line.value),
        "gross": _amount(line.gross),
        "source": line.source,
        "as_of": line.as_of.isoformat(),
        "age_days": line.age_days,
        "state": line.state.value,
        "reason": None if line.reason is None else say(line.reason),
        "debts": [_debt(debt) for debt in line.debts],
    }


def _debt(debt: DebtValue) -> dict[str, Any]:
    return {
        "id": debt.id,
        "label": debt.label,
        "balance": unstructure(debt.balance),
        "value": _amount(debt.value),
        "instalments_paid": debt.instalments_paid,
        "months": debt.months,
        "next_due": None if debt.next_due is None else debt.next_due.isoformat(),
        "next_instalment": unstructure(debt.next_instalment),
        "ends_on": debt.ends_on.isoformat(),
    }


def _amount(value: Money | None) -> str | None:
    return None if value is None else f"{value.amount:f}"
