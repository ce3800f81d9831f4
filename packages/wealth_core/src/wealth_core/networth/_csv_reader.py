"""Lines of holdings from the rows of a table; each fault at its line and its column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from shared_kernel import (
    Fault,
    FaultList,
    Faults,
    Money,
    known_currency,
    parse_date,
    parse_decimal,
    parse_json,
    parse_money,
    parse_percent,
    shown,
    structure,
)
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import Loan, Repayment
from wealth_core.loans._faults import NOT_A_WHOLE_NUMBER, RATE_IS_A_PERCENTAGE
from wealth_core.networth import _faults
from wealth_core.networth._csv_table import Table
from wealth_core.networth._ids import Ids
from wealth_core.networth.categories import CashKind, Envelope
from wealth_core.networth.csv_columns import CASH_KIND_OF, ENVELOPE_OF, LINE_OF, LINES, folded
from wealth_core.networth.documents import holdings_converter
from wealth_core.networth.holdings import (
    CashAccount,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    Investment,
    OtherGood,
    Property,
)

_MOST_FAULTS: Final = 200
"""Nobody mends more at a time."""
_COLUMN_OF_FIELD: Final = {
    "balance": "amount",
    "value": "amount",
    "ownership": "share_percent",
    "share": "share_percent",
    "envelope": "kind",
    "loans": "sold_on",
}
"""The column that a field of a line is read from, where its name is another."""
_COLUMN_OF_TERM: Final = {
    "principal": "amount",
    "annual_rate": "rate_percent",
    "months": "months",
    "first_due": "first_due",
}
"""The columns of the terms of a loan; the others stand under ``terms``."""
_LISTS: Final = {
    "cash": "cash",
    "investment": "investments",
    "property": "properties",
    "crypto": "crypto",
    "other_good": "other_goods",
    "credit": "credits",
}
"""The list of `Holdings` that each line belongs to; the loan of a property has none."""
_CONVERTER: Final = holdings_converter()

T = TypeVar("T")


def holdings_of(table: Table, *, as_of: date) -> Holdings:
    """The holdings of a table.

    Raises:
        HoldingsFaults: every fault of every line.
    """
    return _Reader(table, as_of).read()


class _Reader:
    """Reads the rows of one table in their order."""

    def __init__(self, table: Table, as_of: date) -> None:
        self.rows = [_Row(number, cells, table.locale) for number, cells in table.rows]
        self.as_of = as_of
        self.found = FaultList()
        self.ids = Ids(row.text("id") for row in self.rows)
        self.lists: dict[str, list[Any]] = {name: [] for name in _LISTS.values()}
        self.paths: dict[str, str] = {}
        # The properties by their identifiers: where each is, and the loans below it.
        self.debts: dict[str, list[Debt]] = {}
        self.property_id = ""

    def read(self) -> Holdings:
        for row in self.rows:
            try:
                self._read(row)
            except Faults as error:
                self.found.extend(error, row.path)
            if len(self.found) >= _MOST_FAULTS:
                break
        self.found.raise_if_any(HoldingsFaults)
        self.lists["properties"] = [self._with_loans(each) for each in self.lists["properties"]]
        self.found.raise_if_any(HoldingsFaults)
        return Holdings(**self.lists)

    def _read(self, row: _Row) -> None:
        line = LINE_OF.get(folded(row.need("line")))
        if line is None:
            accepted = ", ".join(LINES)
            given = shown(row.text("line"))
            raise HoldingsFaults.of(_faults.NOT_A_LINE, "line", given=given, accepted=accepted)
        line_id = self._id_of(row, line)
        makers: dict[str, Callable[[_Row, str], Any]] = {
            "cash": self._cash,
            "investment": self._investment,
            "property": self._property,
            "property_loan": self._property_loan,
            "crypto": self._crypto,
            "other_good": self._other_good,
            "credit": self._credit,
        }
        made = makers[line](row, line_id)
        row.raise_faults(line)
        if line in _LISTS:
            self.lists[_LISTS[line]].append(made)

    def _id_of(self, row: _Row, line: str) -> str:
        line_id = row.text("id")
        if line == "property_loan":
            above = row.text("property") or self.property_id
            line_id = line_id or self.ids.of_loan(above, len(self.debts.get(above, ())))
        elif not line_id:
            name = _LISTS[line]
            line_id = self.ids.by_place(name, len(self.lists[name]))
        if line == "property":  # also of a property that is refused: its loans are looked at
            self.property_id = line_id
            self.debts.setdefault(line_id, [])
        first = self.paths.setdefault(line_id, row.path)
        if first != row.path:
            row.found.add(_faults.ID_REPEATED, "id", given=shown(line_id), first=first)
        return line_id

    def _cash(self, row: _Row, line_id: str) -> CashAccount | None:
        kind = row.word("kind", CASH_KIND_OF, ", ".join(CashKind))
        amount, as_of = row.money(), row.day("as_of", self.as_of)
        return row.make(CashAccount, line_id, row.label(), kind, amount, as_of)

    def _investment(self, row: _Row, line_id: str) -> Investment | None:
        kind = row.word("kind", ENVELOPE_OF, ", ".join(Envelope))
        amount, as_of = row.money(), row.day("as_of", self.as_of)
        return row.make(Investment, line_id, row.label(), kind, amount, as_of)

    def _property(self, row: _Row, line_id: str) -> Property | None:
        amount, as_of = row.money(), row.day("as_of", self.as_of)
        share = row.percent("share_percent") if row.text("share_percent") else Decimal(1)
        sold_on = row.day("sold_on", None)
        return row.make(
            Property, line_id, row.label(), amount, as_of, ownership=share, sold_on=sold_on
        )

    def _property_loan(self, row: _Row, line_id: str) -> Debt | None:
        above = row.text("property") or self.property_id
        if above not in self.debts:
            row.found.add(_faults.NO_SUCH_PROPERTY, "property", given=shown(above))
        share = row.percent("share_percent") if row.text("share_percent") else None
        loan, repayments = row.loan()
        made = row.make(Debt, line_id, row.label(), loan, repayments=repayments, share=share)
        if made is not None and above in self.debts:
            self.debts[above].append(made)
        return made

    def _crypto(self, row: _Row, line_id: str) -> CryptoHolding | None:
        symbol = row.need("symbol")
        quantity = row.number("quantity")
        as_of = row.day("as_of", self.as_of)
        return row.make(CryptoHolding, line_id, row.label(), symbol, quantity, as_of)

    def _other_good(self, row: _Row, line_id: str) -> OtherGood | None:
        amount, as_of = row.money(), row.day("as_of", self.as_of)
        return row.make(OtherGood, line_id, row.label(), amount, as_of)

    def _credit(self, row: _Row, line_id: str) -> CreditLoan | CreditBalance | None:
        if row.text("rate_percent") or row.text("months") or row.text("first_due"):
            loan, repayments = row.loan()
            return row.make(CreditLoan, line_id, row.label(), loan, repayments=repayments)
        amount, as_of = row.money(), row.day("as_of", self.as_of)
        return row.make(CreditBalance, line_id, row.label(), amount, as_of)

    def _with_loans(self, made: Property) -> Property:
        try:
            return attrs.evolve(made, loans=tuple(self.debts[made.id]))
        except Faults as error:  # it is sold
            faults = HoldingsFaults(map(_by_column, error.faults))
            self.found.extend(faults, self.paths[made.id])
            return made


class _Row:
    """One row: its cells, which were read, and the faults found in them."""

    def __init__(self, number: int, cells: Mapping[str, str], locale: str) -> None:
        self.path = f"line[{number}]"
        self.cells = cells
        self.locale = locale
        self.found = FaultList()
        self.read = {"line"}
        self.unread: set[str] = set()

    def text(self, column: str) -> str:
        """A cell without the blanks around it; nothing when it is not there."""
        self.read.add(column)
        return self.cells.get(column, "").strip()

    def label(self) -> str:
        """The name, exactly as it is written."""
        self.read.add("label")
        return self.cells.get("label", "")

    def need(self, column: str) -> str:
        """A cell that must not be empty."""
        text = self.text(column)
        if not text:
            self.found.add(_faults.CELL_MISSING, column, column=column)
        return text

    def word(self, column: str, words: Mapping[str, T], accepted: str) -> T | None:
        """One of some words."""
        text = self.need(column)
        if text and folded(text) not in words:
            self.found.add(_faults.NOT_A_KIND, column, given=shown(text), accepted=accepted)
        return words.get(folded(text))

    def day(self, column: str, default: date | None) -> date | None:
        text = self.text(column)
        return self._parsed(text, lambda: parse_date(text, path=column)) if text else default

    def number(self, column: str) -> Decimal | None:
        text = self.need(column)
        return self._parsed(text, lambda: parse_decimal(text, path=column, locale=self.locale))

    def percent(self, column: str) -> Decimal | None:
        text = self.need(column)
        part = self._parsed(text, lambda: parse_percent(text, path=column, locale=self.locale))
        if part is not None and column == "share_percent" and not 0 < part <= 1:
            # The line would speak of a fraction, and a table has percentages.
            self.found.add(_faults.NOT_A_SHARE, column, given=shown(text))
            return None
        return part

    def whole(self, column: str) -> int | None:
        number = self.number(column)
        if number is not None and number != int(number):
            given = shown(self.text(column))
            self.found.add(NOT_A_WHOLE_NUMBER, column, given=given, example=300)
            return None
        return None if number is None else int(number)

    def money(self) -> Money | None:
        code, text = self.text("currency") or "EUR", self.need("amount")
        try:
            known_currency(code)
        except Faults as error:
            self._add(attrs.evolve(fault, path="currency") for fault in error.faults)
            self.unread.add("amount")
            return None
        return self._parsed(
            text, lambda: parse_money(text, code, path="amount", locale=self.locale)
        )

    def loan(self) -> tuple[Loan | None, tuple[Repayment, ...]]:
        """The loan of a row and its early repayments."""
        terms: Mapping[str, Any] = {
            "principal": self.money(),
            "annual_rate": self.percent("rate_percent"),
            "months": self.whole("months"),
            "first_due": self.day("first_due", None),
        }
        self.need("first_due")
        more = self._terms()
        repayments = more.pop("repayments", [])
        made: tuple[Repayment, ...] = ()
        with self.found.collect("terms.repayments"):
            made = structure(repayments, tuple[Repayment, ...], converter=_CONVERTER)
        if any(value is None for value in terms.values()):
            return None, made
        try:
            return structure({**terms, **more}, Loan, converter=_CONVERTER), made
        except Faults as error:
            self._add(
                _by_column(fault.prefixed("loan")) for fault in map(self._in_percent, error.faults)
            )
            return None, made

    def _in_percent(self, fault: Fault) -> Fault:
        """A fault that speaks of a rate as a fraction, as a table has it: in percent."""
        if fault.kind is not RATE_IS_A_PERCENTAGE or fault.path != "annual_rate":
            return fault
        given = shown(self.text("rate_percent"))
        return Fault(fault.path, _faults.RATE_TOO_HIGH, {"given": given})

    def _terms(self) -> dict[str, Any]:
        """The other terms of a loan; what has a column of its own stands there."""
        text = self.text("terms")
        if not text:
            return {}
        terms: object = None
        with self.found.collect("terms"):
            terms = parse_json(text)
        if not isinstance(terms, dict):
            if terms is not None:
                self.found.add(_faults.NOT_TERMS, "terms", given=shown(text))
            return {}
        for name, column in _COLUMN_OF_TERM.items():
            if terms.pop(name, None) is not None:
                self.found.add(_faults.TERM_HAS_COLUMN, f"terms.{name}", column=column)
        return terms

    def make(self, cls: Callable[..., T], *values: object, **named: object) -> T | None:
        """A line; its faults are told with those of the cells, save those of cells not read."""
        unread = {fault.path.partition(".")[0] for fault in self.found.faults} | self.unread
        try:
            return cls(*values, **named)
        except Faults as error:
            faults = [fault for fault in map(_by_column, error.faults) if fault.path != "loan"]
            self._add(fault for fault in faults if fault.path.partition(".")[0] not in unread)
        return None

    def raise_faults(self, line: str) -> None:
        """Raises what was found; a cell that nobody read is a fault too."""
        for column, cell in self.cells.items():
            if column not in self.read and cell.strip():
                self.found.add(_faults.CELL_UNUSED, column, column=column, given=line)
        self.found.raise_if_any(HoldingsFaults)

    def _add(self, faults: Iterable[Fault]) -> None:
        if kept := list(faults):
            self.found.extend(HoldingsFaults(kept))

    def _parsed(self, text: str, parse: Callable[[], T]) -> T | None:
        if text:
            with self.found.collect():
                return parse()
        return None


def _by_column(fault: Fault) -> Fault:
    """The fault of a line, under the column that what it is about was read from."""
    path = fault.path.removeprefix("loan.")
    root = path.partition(".")[0].partition("[")[0]
    if path != fault.path or root == "repayments":
        column = _COLUMN_OF_TERM.get(root) or f"terms.{path}"
    else:
        column = _COLUMN_OF_FIELD.get(root) or path
    return attrs.evolve(fault, path=column)
