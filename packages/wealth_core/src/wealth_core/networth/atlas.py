"""The profiles of Atlas, the platform that came before, so that its users can move over.

A profile is an object with four lists (or JSON texts of lists) and flat amounts::

    {"livret_a_value": 4700.0, "pea_value": 25700.0,
     "immobilier_data_json": [{"nom": "Appartement", "valeur": 250000.0, "has_credit": true,
                               "credit_montant": 215000.0, "credit_taux": 3.35,
                               "credit_duree": 25, "credit_date": "2025-10"}],
     "cryptomonnaies_data_json": [{"symbol": "bitcoin", "quantity": 0.1}],
     "autres_biens_data_json": [{"nom": "Voiture", "valeur": 8000}],
     "credits_data_json": [{"description": "Crédit auto", "montant_restant": 1759.5}]}

`wealth_core.networth.atlas_names` lists every name that is understood. How it is read:

- Rates are in percent a year, terms in years (in months where the name says so). The month a loan
  starts is that of its first instalment, on its first day: ``2024-10`` is 2024-10-01.
- Atlas writes floats. They are read from their text and rounded to the unit of the currency, half
  up; `shared_kernel.parse_json` keeps the text.
- A blank, and an amount of 0 in a flat field, is no line.
- A debt is never lost: a loan whose terms are not whole is kept as the balance of a credit.
- What is done otherwise than it is told, and what is left out, is noted with its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs

from shared_kernel import (
    Fault,
    FaultList,
    Faults,
    Money,
    join_path,
    known_currency,
    parse_json,
    shown,
)
from shared_kernel.documents import NOT_A_DOCUMENT
from shared_kernel.json_text import key_path
from shared_kernel.rounding import EXACT_CONTEXT
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import Loan
from wealth_core.networth import _faults
from wealth_core.networth import atlas_names as names
from wealth_core.networth._atlas_line import (
    Fields,
    Line,
    LineReader,
    at_its_field,
    lower,
    renamed,
    written,
)
from wealth_core.networth._atlas_loans import owed_on, terms_of
from wealth_core.networth._atlas_values import (
    flag_of,
    is_blank,
    number_of,
    one_line,
    pick,
)
from wealth_core.networth._checks import MAX_LABEL, check_when
from wealth_core.networth.categories import CashKind, Envelope
from wealth_core.networth.documents import MAX_BYTES
from wealth_core.networth.holdings import (
    MAX_LINES,
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

__all__ = ["AtlasImport", "has_fields_of_atlas", "holdings_from_atlas"]

CLOSED_FORM: Final = 3
"""How far Atlas may be from the bank's table on a balance, in units of the currency."""
SHARE_PLACES: Final = 10
_LIST_FIELDS: Final = {
    name + ending: group
    for group, names_of in enumerate(names.LISTS)
    for name in names_of
    for ending in names.LIST_ENDINGS
}
_FLAT_FIELDS: Final = {
    name + ending: name
    for name in (*names.CASH, *names.INVESTMENTS)
    for ending in names.FLAT_ENDINGS
}


@attrs.frozen
class AtlasImport:
    """What was read of a profile of Atlas.

    Args:
        holdings: all that could be read.
        notes: what was done otherwise than it is told, and what was left out, each with its path
            in the profile.
    """

    holdings: Holdings
    notes: tuple[Fault, ...] = ()

    @property
    def left_out(self) -> tuple[Fault, ...]:
        """The notes that tell of something that counts and is not in the holdings."""
        return tuple(note for note in self.notes if note.kind not in _faults.INFORMATIVE)


def has_fields_of_atlas(document: Fields) -> bool:
    """Whether an object looks like a profile of Atlas."""
    return any(name in _LIST_FIELDS or name in _FLAT_FIELDS for name in map(lower, document))


def holdings_from_atlas(document: object, *, as_of: date) -> AtlasImport:
    """Reads a profile of Atlas, and says what it made of it.

    Args:
        document: the profile, as `shared_kernel.parse_json` gives it (or the standard library).
        as_of: the day its figures are of; Atlas keeps none.

    Raises:
        HoldingsFaults: it is no object, has more lines than holdings may, or its currency is not
            known. Any other fault is a note, and leaves out the line it is of.

    >>> read = holdings_from_atlas(
    ...     {
    ...         "livret_a_value": 4700.005,
    ...         "immobilier_data_json": '[{"nom": "Studio", "valeur": 90000, "has_credit": true, '
    ...         '"credit_montant": 60000, "credit_taux": 2.5, "credit_duree": 20, '
    ...         '"credit_date": "10/2024"}]',
    ...     },
    ...     as_of=date(2025, 12, 9),
    ... )
    >>> read.holdings.cash[0].balance.amount
    Decimal('4700.01')
    >>> read.holdings.properties[0].loans[0].loan.first_due
    datetime.date(2024, 10, 1)
    >>> [(note.path, note.message) for note in read.notes]
    [('livret_a_value', '4700.005 was rounded to 4700.01 EUR')]
    """
    if not isinstance(document, Mapping):
        raise HoldingsFaults.of(NOT_A_DOCUMENT, given=shown(document))
    found = FaultList()
    check_when(found, "as_of", as_of)
    name, code = pick(document, names.CURRENCY)
    try:
        code = known_currency(code or "EUR")
    except Faults as error:
        found.extend(at_its_field(error), name)
    found.raise_if_any(HoldingsFaults)
    return _ProfileReader(as_of, code).read({lower(key): value for key, value in document.items()})


class _ProfileReader(LineReader):
    """Reads one profile."""

    def __init__(self, as_of: date, currency: str) -> None:
        super().__init__(as_of, currency)
        self.credits: list[CreditBalance | CreditLoan] = []
        """The loans of properties whose terms are not whole."""

    def read(self, document: Fields) -> AtlasImport:
        lists = {group: self._list(document, group) for group in names.LISTS}
        count = sum(len(lines) for _, lines in lists.values())
        if count > MAX_LINES:
            raise HoldingsFaults.of(_faults.TOO_MANY_LINES, given=count, most=MAX_LINES)
        cash = self._flat_cash(document) + self._each(lists[names.CUSTOM_CASH], self._cash)
        investments = self._flat_investments(document)
        investments += self._each(lists[names.CUSTOM_INVESTMENTS], self._investment)
        properties = self._each(lists[names.PROPERTIES], self._property)
        goods = self._each(lists[names.GOODS], self._good)
        path, total = self._total(document, names.PROPERTY_TOTALS, [p.value for p in properties])
        if total is not None:
            new_id = self.ids.by_place("properties", 0)
            with self.noted(path):
                properties.append(Property(new_id, "Immobilier", total, self.as_of))
        path, total = self._total(document, names.GOODS_TOTALS, [good.value for good in goods])
        if total is not None:
            new_id = self.ids.by_place("other_goods", 0)
            with self.noted(path):
                goods.append(OtherGood(new_id, "Autres biens", total, self.as_of))
        crypto = self._each(lists[names.CRYPTO], self._crypto)
        owed = self._each(lists[names.CREDITS], self._credit)
        self._tell_unknown(document)
        holdings = Holdings(
            cash=cash,
            investments=investments,
            properties=properties,
            crypto=crypto,
            other_goods=goods,
            credits=[*self.credits, *owed],
        )
        return AtlasImport(holdings, self.notes.faults)

    # Lists and flat fields

    def _list(self, document: Fields, group: tuple[str, ...]) -> tuple[str, list[Any]]:
        """The lines of a list, and the name of its field."""
        path, value = self._pick(document, _endings(group, names.LIST_ENDINGS))
        if isinstance(value, str):
            with self.notes.collect(path):
                value = parse_json(value, max_bytes=MAX_BYTES)
            if isinstance(value, str):  # it was no JSON, which is noted now
                return path, []
        if is_blank(value):
            return path, []
        if not isinstance(value, list):
            self.note(_faults.NOT_UNDERSTOOD, path, given=shown(value))
            return path, []
        return path, value

    def _each(self, lines: tuple[str, list[Any]], read: Any) -> list[Any]:
        """What a function makes of each line; ``Any``: each list has a class of its own."""
        made = []
        for place, given in enumerate(lines[1]):
            path = join_path(lines[0], place)
            if is_blank(given):
                continue
            if not isinstance(given, Mapping):
                self.note(_faults.NOT_UNDERSTOOD, path, given=shown(given))
                continue
            line = Line({lower(key): value for key, value in given.items()}, path)
            try:
                value = read(line, place)
            except Faults as error:
                self.notes.extend(renamed(error, line), path)
            else:
                if value is not None:  # else it is told why not
                    made.append(value)
                    self.tell_unread(line)
        return made

    def _flat_cash(self, document: Fields) -> list[CashAccount]:
        made: list[CashAccount] = []
        for name, (kind, label) in names.CASH.items():
            path, amount = self._flat(document, name)
            if amount is not None:
                if name == "pel_cel":
                    self.note(_faults.PEL_AND_CEL, path)
                new_id = self.ids.by_place("cash", len(made))
                with self.noted(path):
                    made.append(CashAccount(new_id, label, kind, amount, self.as_of))
        return made

    def _flat_investments(self, document: Fields) -> list[Investment]:
        made: list[Investment] = []
        for name, (envelope, label) in names.INVESTMENTS.items():
            path, amount = self._flat(document, name)
            if amount is not None:
                new_id = self.ids.by_place("investments", len(made))
                with self.noted(path):
                    made.append(Investment(new_id, label, envelope, amount, self.as_of))
        return made

    def _flat(self, document: Fields, name: str) -> tuple[str, Money | None]:
        """A flat amount; one of nothing is no line."""
        path, value = self._pick(document, _endings((name,), names.FLAT_ENDINGS))
        if not path or not number_of(value):
            if path and number_of(value) is None:
                self.note(_faults.NOT_UNDERSTOOD, path, given=shown(value))
            return path, None
        if flag_of(document.get(f"has_{name}")) is False:
            self.note(_faults.SAID_ABSENT, path, flag=f"has_{name}", given=shown(value))
        return path, self.amount(value, path, self.currency)

    def _total(
        self, document: Fields, fields: tuple[str, ...], told: list[Money]
    ) -> tuple[str, Money | None]:
        """A total that stands for the lines where there are none; else it must be theirs."""
        told_ones = tuple(each for each in fields if number_of(document.get(each)))
        path, value = self._pick(document, told_ones)
        amount = self.amount(value, path, self.currency) if path else None
        if amount is None or not told:
            return path, amount
        if all(each.currency.code == self.currency for each in told):
            total = sum((each.amount for each in told), Decimal(0))
            if total != amount.amount:
                kept = f"{total} {self.currency}"
                self.note(_faults.OTHER_TOTAL, path, given=written(amount), kept=kept)
        return path, None

    # Lines

    def _cash(self, line: Line, place: int) -> CashAccount | None:
        amount = self.amount_of(line, names.AMOUNT, "balance")
        if amount is None:
            return None
        label = self.label(line, "Compte")
        new_id = self.ids.by_place("cash", place)
        return CashAccount(new_id, label, CashKind.CUSTOM, amount, self.as_of)

    def _investment(self, line: Line, place: int) -> Investment | None:
        amount = self.amount_of(line, names.AMOUNT, "value")
        if amount is None:
            return None
        label = self.label(line, "Placement")
        new_id = self.ids.by_place("investments", place)
        return Investment(new_id, label, Envelope.CUSTOM, amount, self.as_of)

    def _good(self, line: Line, place: int) -> OtherGood | None:
        amount = self.amount_of(line, names.AMOUNT, "value")
        if amount is None:
            return None
        label = self.label(line, "Bien")
        return OtherGood(self.ids.by_place("other_goods", place), label, amount, self.as_of)

    def _crypto(self, line: Line, place: int) -> CryptoHolding | None:
        symbol = line.text(names.SYMBOL, "symbol")
        field, value = line.take(names.QUANTITY, "quantity")
        quantity = number_of(value)
        if not symbol or quantity is None:
            self.missing(line, names.SYMBOL if not symbol else names.QUANTITY, field)
            return None
        line.take(names.AMOUNT)  # what it was worth once, which is computed again
        label = self.label(line, symbol)
        known = names.SYMBOLS.get(symbol.lower(), symbol.upper())
        if symbol.lower() in names.SYMBOLS:
            self.note(_faults.READ_AS, line.path_of("symbol"), given=shown(symbol), kept=known)
        new_id = self.ids.by_place("crypto", place)
        return CryptoHolding(new_id, label, known, quantity, self.as_of)

    def _property(self, line: Line, place: int) -> Property | None:
        amount = self.amount_of(line, names.AMOUNT, "value")
        if amount is None:
            return None
        label = self.label(line, "Bien immobilier")
        new_id = self.ids.by_place("properties", place)
        _, told = line.take(names.OWNERSHIP, "ownership")
        percent = number_of(told)
        if percent is not None and 0 < percent <= 1:
            # A hundredth of a property is owned by nobody: it was told as a part of the whole.
            percent = percent.scaleb(2, EXACT_CONTEXT)
            kept = f"{percent.normalize(EXACT_CONTEXT):f} %"
            self.note(_faults.READ_AS, line.path_of("ownership"), given=shown(told), kept=kept)
        ownership = Decimal(1) if percent is None else self.hundredth(percent, SHARE_PLACES)
        made = Property(new_id, label, amount, self.as_of, ownership=ownership)
        loan = self._loan_of_property(line, label)
        if loan is None:
            return made
        debt = Debt(self.ids.of_loan(new_id, 0), _loan_label(label), loan)
        return attrs.evolve(made, loans=(debt,))

    def _loan_of_property(self, line: Line, label: str) -> Loan | None:
        """The loan that bears on a property; terms that are not whole make a credit of it."""
        flag = flag_of(line.take(("has_credit",))[1])
        terms = terms_of(self, line, start="credit_")
        if terms.told is None:
            if flag:
                self.missing(line, tuple(f"credit_{name}" for name in names.LENT), "")
            return None
        given = written(terms.told)
        if flag is False:
            self.note(_faults.CREDIT_SAID_ABSENT, line.path, flag="has_credit", given=given)
            return None
        if terms.loan is None:
            new_id = self.ids.by_place("credits", len(self.credits))
            self.credits.append(CreditBalance(new_id, _loan_label(label), terms.told, self.as_of))
            self.note(_faults.TERMS_MISSING, line.path, missing=terms.missing, given=given)
        return terms.loan

    def _credit(self, line: Line, place: int) -> CreditBalance | CreditLoan | None:
        terms = terms_of(self, line)
        if terms.told is None:
            self.missing(line, names.LEFT, "")
            return None
        label = self.label(line, "Crédit")
        new_id = self.ids.by_place("credits", place)
        if terms.loan is None:
            if terms.left is None:
                given = written(terms.told)
                self.note(_faults.TERMS_MISSING, line.path, missing=terms.missing, given=given)
            return CreditBalance(new_id, label, terms.told, self.as_of)
        owed = owed_on(terms.loan, self.as_of)
        if terms.left is not None and abs(terms.left.amount - owed.amount) > CLOSED_FORM:
            path = line.path_of("left")
            self.note(_faults.TERMS_KEPT, path, given=written(terms.left), kept=written(owed))
        return CreditLoan(new_id, label, terms.loan)

    # Notes

    def _tell_unknown(self, document: Fields) -> None:
        """Notes the fields of the profile that nobody reads."""
        for field, value in document.items():
            known = (
                field in _LIST_FIELDS
                or field in _FLAT_FIELDS
                or field in names.IGNORED
                or field in names.PROPERTY_TOTALS
                or field in names.GOODS_TOTALS
                or field.startswith(names.IGNORED_STARTS)
            )
            if not known:
                self.unknown(value, key_path(field))

    def _pick(self, document: Fields, fields: tuple[str, ...]) -> tuple[str, Any]:
        """The first of some fields that is told; another that says something else is noted."""
        path, value = pick(document, fields)
        for field in fields:
            if field != path and document.get(field) != value:
                self.unknown(document.get(field), field)
        return path, value


def _endings(of: tuple[str, ...], endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name + ending for name in of for ending in endings)


def _loan_label(label: str) -> str:
    return one_line(f"Prêt {label}", most=MAX_LABEL)
