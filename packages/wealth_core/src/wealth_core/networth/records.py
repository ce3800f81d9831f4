"""What is kept of a net worth: its totals, and the lines behind them as one compact text.

The text is read whole or not at all, and written two hundred thousand times in a few seconds, so it
is made of lists without names, in the order of the fields below. It stands alone: what it says can
be shown when the holdings have changed long since::

    {"v":1,
     "lines":[[id, label, category, asset, value, gross, source, as_of, age_days, state, reason,
               [[id, label, currency, balance, value, asset, instalments_paid, months, next_due,
                 next_instalment, ends_on], ...]], ...],
     "quotes":[[base, quote, price, as_of, source], ...]}

Amounts are in minor units, those of a balance in its own currency and all others in the currency of
the totals. A reason is ``[code, path, {parameter: value}, sentence]``.

`fingerprint` is of everything a record follows from, so that computing the same again gives the
same record: the version of the holdings, the day, the currency, the rounding of loans, the prices
used with their moments, and what is stale or missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from shared_kernel import Fault, FaultKind, all_fault_kinds, from_minor, to_minor
from shared_kernel.scalars import written_time
from wealth_core.networth.categories import Category
from wealth_core.networth.valuation import DebtValue, LineState, LineValue, NetWorth
from wealth_core.quotes.values import Quote

if TYPE_CHECKING:
    from shared_kernel import Money

__all__ = ["Details", "Record", "SnapshotLine", "details_of", "record_of"]

VERSION: Final = 1
_ASSET: Final = 5
"""The place, in the text of a debt, of what its value was converted from."""

SAID_BEFORE = FaultKind("networth.said_before", "it was said then: {said}")


class Record(NamedTuple):
    """What a snapshot holds of a net worth, in the order of its columns.

    A tuple, and not an attrs class, because the columnar engine makes them by the hundred thousand.
    """

    valued_on: date
    fingerprint: str
    complete: bool
    base_currency: str
    loan_rounding: str
    cash_minor: int
    investments_minor: int
    real_estate_minor: int
    crypto_minor: int
    other_goods_minor: int
    total_assets_minor: int
    credits_minor: int
    net_worth_minor: int
    holdings_version: int
    details: str


@attrs.frozen
class SnapshotLine:
    """A line as it was when the snapshot was taken; see `wealth_core.networth.LineValue`.

    Args:
        asset: what its value was converted from; None where nothing was converted.
        converted: what any part of it was converted from, its loans included, each once.
    """

    id: str
    label: str
    category: Category | None
    asset: str | None
    value: Money | None
    gross: Money | None
    source: str
    as_of: date
    age_days: int
    state: LineState
    reason: Fault | None
    debts: tuple[DebtValue, ...]
    converted: tuple[str, ...] = ()


@attrs.frozen
class Details:
    """The lines of a record, and the prices they went through."""

    lines: tuple[SnapshotLine, ...]
    quotes: tuple[Quote, ...]


def record_of(worth: NetWorth, *, holdings_version: int) -> Record:
    """Gives what is kept of a net worth.

    Args:
        worth: the net worth.
        holdings_version: the version of the holdings it was computed from.
    """
    lines = [_line_text(line) for line in worth.lines]
    concerns = [
        concern_text(dumped(line.id), line.state.value, reason_text(line.reason))
        for line in worth.lines
        if line.reason is not None
    ]
    quotes = quotes_text(worth.quotes_used)
    cash, investments, estate, crypto, goods = (to_minor(each.total) for each in worth.categories)
    return Record(
        worth.on,
        fingerprint(
            holdings_version,
            worth.on.isoformat(),
            worth.base_currency,
            worth.loan_rounding.value,
            quotes,
            concerns,
        ),
        worth.complete,
        worth.base_currency,
        worth.loan_rounding.value,
        cash,
        investments,
        estate,
        crypto,
        goods,
        to_minor(worth.total_assets),
        to_minor(worth.credits),
        to_minor(worth.net_worth),
        holdings_version,
        details_text(lines, quotes),
    )


def fingerprint(
    holdings_version: int,
    on: str,
    base_currency: str,
    loan_rounding: str,
    quotes: str,
    concerns: Sequence[str],
) -> str:
    """Gives 32 hexadecimal digits of all that a record follows from.

    Args:
        holdings_version: the version of the holdings.
        on: the day, as ISO 8601 writes it.
        base_currency: the currency of the totals.
        loan_rounding: the rounding of the loans.
        quotes: the prices used, by `quotes_text`.
        concerns: each line that is stale or unpriced, by `concern_text`.
    """
    parts = f"{VERSION}|{holdings_version}|{on}|{base_currency}|{loan_rounding}|{quotes}|"
    return hashlib.blake2b((parts + "".join(concerns)).encode(), digest_size=16).hexdigest()


def concern_text(line_id: str, state: str, reason: str) -> str:
    """Gives what is wrong with a line, for the fingerprint; the parts are texts of JSON."""
    return f"[{line_id},{state},{reason}]"


def details_text(lines: Iterable[str], quotes: str) -> str:
    """Gives the details of texts of lines and of the text of quotes."""
    return f'{{"v":{VERSION},"lines":[{",".join(lines)}],"quotes":{quotes}}}'


def quotes_text(quotes: Iterable[Quote]) -> str:
    """Gives the prices used as text, in the order given."""
    return dumped(
        [
            [each.base, each.quote, _price(each.price), written_time(each.as_of), each.source]
            for each in quotes
        ]
    )


def reason_text(reason: Fault | None) -> str:
    """Gives why a line is stale or unpriced, as text."""
    if reason is None:
        return "null"
    return dumped([reason.code, reason.path, dict(sorted(reason.params.items())), reason.message])


def dumped(value: object) -> str:
    """Gives plain data as JSON without a needless space, letters of every language as they are."""
    if isinstance(value, str):
        return encode_basestring(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def details_of(text: str, *, base_currency: str) -> Details:
    """Reads details back.

    Args:
        text: what a record holds.
        base_currency: the currency of its totals.

    Raises:
        ValueError: the text is of another format than this version writes.
    """
    data = json.loads(text)
    if data["v"] != VERSION:
        raise ValueError(f"details of version {data['v']} are not understood")
    return Details(
        tuple(_line(line, base_currency) for line in data["lines"]),
        tuple(
            Quote(base, quote, Decimal(price), datetime.fromisoformat(as_of), source)
            for base, quote, price, as_of, source in data["quotes"]
        ),
    )


def _line_text(line: LineValue) -> str:
    debts = [
        [
            debt.id,
            debt.label,
            debt.balance.currency.code,
            to_minor(debt.balance),
            _minor(debt.value),
            None if debt.conversion is None else debt.conversion.asset,
            debt.instalments_paid,
            debt.months,
            _day(debt.next_due),
            _minor(debt.next_instalment),
            _day(debt.ends_on),
        ]
        for debt in line.debts
    ]
    head = dumped(
        [
            line.id,
            line.label,
            line.category and line.category.value,
            line.conversion and line.conversion.asset,
            _minor(line.value),
            _minor(line.gross),
            line.source,
            _day(line.as_of),
            line.age_days,
            line.state.value,
        ]
    )
    return f"{head[:-1]},{reason_text(line.reason)},{dumped(debts)}]"


def _price(price: Decimal) -> str:
    """One text for equal prices, whichever way they came."""
    text = f"{price:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _minor(value: Money | None) -> int | None:
    return None if value is None else to_minor(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


# `Any` because what JSON holds is of every kind; the text is our own.
def _line(fields: list[Any], base: str) -> SnapshotLine:
    line_id, label, category, asset, value, gross, source, as_of, age, state, reason, debts = fields
    return SnapshotLine(
        line_id,
        label,
        None if category is None else Category(category),
        asset,
        _money(value, base),
        _money(gross, base),
        source,
        date.fromisoformat(as_of),
        age,
        LineState(state),
        _reason(reason),
        tuple(_debt(debt, base) for debt in debts),
        tuple(dict.fromkeys(each for each in (asset, *(d[_ASSET] for d in debts)) if each)),
    )


def _debt(fields: list[Any], base: str) -> DebtValue:
    debt_id, label, currency, balance, value, _asset, paid, months, due, following, end = fields
    return DebtValue(
        debt_id,
        label,
        from_minor(balance, currency),
        _money(value, base),
        paid,
        months,
        None if due is None else date.fromisoformat(due),
        _money(following, currency),
        date.fromisoformat(end),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else from_minor(minor, currency)


def _reason(fields: list[Any] | None) -> Fault | None:
    if fields is None:
        return None
    code, path, params, said = fields
    kind = _kinds().get(code)
    if kind is None or kind.fields != params.keys():
        return Fault(path, SAID_BEFORE, {"said": said})  # a sentence of an earlier version
    return Fault(path, kind, params)


@cache
def _kinds() -> dict[str, FaultKind]:
    # Those that a valuation gives are declared by what is imported above.
    return {kind.code: kind for kind in all_fault_kinds()}
