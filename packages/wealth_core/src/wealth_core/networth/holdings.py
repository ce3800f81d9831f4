"""What a person owns and owes: the lines of a balance sheet, checked, in frozen values.

Nothing is computed here: a value that was told is kept with the day it was told (`as_of`), and what
must be priced (crypto, other currencies) or worked out (loans) is left to `valuation`.

Every value reports all its faults together, each with its path, through
`wealth_core.errors.HoldingsFaults`. A label is a plain text: markup and formulas in it mean nothing
and are kept as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

import attrs

from shared_kernel import FaultList, Money
from shared_kernel.faults import shown
from wealth_core._checks import check_are, check_is, check_share, kept
from wealth_core.errors import HoldingsFaults, LineMissing, LoanFaults
from wealth_core.loans.plan import LoanPlan
from wealth_core.loans.repayments import Repayment
from wealth_core.loans.schedule import Rounding
from wealth_core.loans.terms import DeferralType, Loan
from wealth_core.networth import _faults
from wealth_core.networth._checks import (
    check_id,
    check_name,
    check_quantity,
    check_symbol,
    check_value,
    check_when,
)
from wealth_core.networth.categories import CashKind, Category, Envelope

__all__ = [
    "LINE_CLASSES",
    "MAX_LINES",
    "Asset",
    "CashAccount",
    "Credit",
    "CreditBalance",
    "CreditLoan",
    "CryptoHolding",
    "Debt",
    "Holdings",
    "Investment",
    "Line",
    "OtherGood",
    "Property",
]

MAX_LINES: Final = 1000
"""How many lines one person's holdings may have, the loans of properties counted."""


@attrs.frozen
class CashAccount:
    """Money at hand: a savings account or a current account, as it stood on a day.

    Args:
        id: unique among the holdings: 1 to 64 of letters, figures, ``-`` and ``_``.
        label: what its owner calls it: one line of 1 to 120 characters.
        kind: which account; a current one alone may be overdrawn.
        balance: what was on it.
        as_of: the day the balance was read.

    Raises:
        HoldingsFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> CashAccount("a", "Livret A", CashKind.LIVRET_A, money("-1", "EUR"), date(2025, 12, 1))
    Traceback (most recent call last):
        ...
    wealth_core.errors.HoldingsFaults: balance: -1.00 EUR is negative, and a current account alone \
can be overdrawn: write an amount of 0 or more
    """

    id: str
    label: str
    kind: CashKind
    balance: Money
    as_of: date

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_id(found, self.id)
        check_name(found, self.label)
        check_is(found, "kind", self.kind, (CashKind,))
        check_value(found, "balance", self.balance, overdraft=self.kind is CashKind.CURRENT)
        check_when(found, "as_of", self.as_of)
        found.raise_if_any(HoldingsFaults)


@attrs.frozen
class Investment:
    """A financial investment, by its envelope, as it was worth on a day.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        envelope: the PEA, the life insurance ...
        value: what it was worth, 0 or more.
        as_of: the day of that value.

    Raises:
        HoldingsFaults: every fault, each with its path.
    """

    id: str
    label: str
    envelope: Envelope
    value: Money
    as_of: date

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_is(found, "envelope", self.envelope, (Envelope,))
        _check_declared(found, self.id, self.label, "value", self.value, self.as_of)


def _unsigned_zero(quantity: Decimal) -> Decimal:
    """Minus nothing is nothing, and is written so."""
    given: object = quantity
    return abs(given) if isinstance(given, Decimal) and given.is_zero() else quantity


# One converter a type: mypy does not infer the type of a field from a generic one.
def _repayments(values: Iterable[Repayment]) -> tuple[Repayment, ...]:
    return kept(values)


def _debts(values: Iterable[Debt]) -> tuple[Debt, ...]:
    return kept(values)


@attrs.frozen
class Debt:
    """A loan that bears on a property.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        loan: the terms that were signed, the whole of it; see `wealth_core.loans.Loan`.
        repayments: early repayments, on due dates; allowed by the loan in every rounding.
        share: the part of the debt that is the owner's, above 0 and up to 1; None is the owner's
            share of the property.

    Raises:
        HoldingsFaults: every fault, each with its path (``repayments[0].amount``).
    """

    id: str
    label: str
    loan: Loan
    repayments: tuple[Repayment, ...] = attrs.field(default=(), kw_only=True, converter=_repayments)
    share: Decimal | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        if self.share is not None:
            check_share(found, "share", self.share)
        _check_lent(found, self.id, self.label, self.loan, self.repayments)


@attrs.frozen
class Property:
    """A property: its value on a day, the owner's share of it, and the loans that bear on it.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        value: what the whole of it was worth, 0 or more.
        as_of: the day of that value.
        ownership: the owner's share, above 0 and up to 1.
        loans: none, one or more.
        sold_on: the day it was sold, from which it counts for nothing; a property that is sold has
            no loans.

    Raises:
        HoldingsFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> flat = ("p1", "Appartement", money("250000", "EUR"), date(2025, 12, 1))
    >>> Property(*flat, ownership=Decimal("0.5")).loans
    ()
    >>> Property(*flat, ownership=Decimal("1.5"))
    Traceback (most recent call last):
        ...
    wealth_core.errors.HoldingsFaults: ownership: 1.5 is not a share above 0 and up to 1: write \
Decimal("0.5") for 50 %
    """

    id: str
    label: str
    value: Money
    as_of: date
    ownership: Decimal = attrs.field(default=Decimal(1), kw_only=True)
    loans: tuple[Debt, ...] = attrs.field(default=(), kw_only=True, converter=_debts)
    sold_on: date | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_share(found, "ownership", self.ownership)
        if check_are(found, "loans", self.loans, Debt, most=MAX_LINES):
            _check_ids(found, ((f"loans[{place}]", debt) for place, debt in enumerate(self.loans)))
        if self.sold_on is not None and check_when(found, "sold_on", self.sold_on):
            found.check(
                not self.loans, _faults.SOLD_WITH_LOANS, "loans", sold_on=self.sold_on.isoformat()
            )
        _check_declared(found, self.id, self.label, "value", self.value, self.as_of)


@attrs.frozen
class CryptoHolding:
    """A quantity of a crypto-asset, priced on the day it is looked at.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        symbol: what it is quoted under: ``BTC``. Capitals and figures, at most 20.
        quantity: how much of it, 0 or more, exact, at most 18 decimals.
        as_of: the day the quantity was read.

    Raises:
        HoldingsFaults: every fault, each with its path.
    """

    id: str
    label: str
    symbol: str
    quantity: Decimal = attrs.field(converter=_unsigned_zero)
    as_of: date

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_id(found, self.id)
        check_name(found, self.label)
        check_symbol(found, self.symbol)
        check_quantity(found, self.quantity)
        check_when(found, "as_of", self.as_of)
        found.raise_if_any(HoldingsFaults)


@attrs.frozen
class OtherGood:
    """Another thing of value: a car, a painting, a watch.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        value: what it was worth, 0 or more.
        as_of: the day of that value.

    Raises:
        HoldingsFaults: every fault, each with its path.
    """

    id: str
    label: str
    value: Money
    as_of: date

    def __attrs_post_init__(self) -> None:
        _check_declared(FaultList(), self.id, self.label, "value", self.value, self.as_of)


@attrs.frozen
class CreditBalance:
    """A consumer credit of which the balance alone is known.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        balance: what was owed, 0 or more.
        as_of: the day of that balance.

    Raises:
        HoldingsFaults: every fault, each with its path.
    """

    id: str
    label: str
    balance: Money
    as_of: date

    def __attrs_post_init__(self) -> None:
        _check_declared(FaultList(), self.id, self.label, "balance", self.balance, self.as_of)


@attrs.frozen
class CreditLoan:
    """A consumer credit whose terms are known, so that what is owed follows from the day.

    Args:
        id: unique among the holdings.
        label: what its owner calls it.
        loan: the terms that were signed.
        repayments: early repayments, on due dates; allowed by the loan in every rounding.

    Raises:
        HoldingsFaults: every fault, each with its path.
    """

    id: str
    label: str
    loan: Loan
    repayments: tuple[Repayment, ...] = attrs.field(default=(), kw_only=True, converter=_repayments)

    def __attrs_post_init__(self) -> None:
        _check_lent(FaultList(), self.id, self.label, self.loan, self.repayments)


Credit: TypeAlias = CreditBalance | CreditLoan
Asset: TypeAlias = CashAccount | Investment | Property | CryptoHolding | OtherGood
Line: TypeAlias = Asset | Credit

LINE_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "cash": (CashAccount,),
    "investments": (Investment,),
    "properties": (Property,),
    "crypto": (CryptoHolding,),
    "other_goods": (OtherGood,),
    "credits": (CreditBalance, CreditLoan),
}
"""The classes of each list of `Holdings`, in their order: those of the categories, then credits."""
_CATEGORIES: Final[dict[str, Category | None]] = dict(
    zip(LINE_CLASSES, (*Category, None), strict=True)
)
_EVERY_CLASS: Final = tuple(cls for classes in LINE_CLASSES.values() for cls in classes)


def _cash(values: Iterable[CashAccount]) -> tuple[CashAccount, ...]:
    return kept(values)


def _investments(values: Iterable[Investment]) -> tuple[Investment, ...]:
    return kept(values)


def _properties(values: Iterable[Property]) -> tuple[Property, ...]:
    return kept(values)


def _crypto(values: Iterable[CryptoHolding]) -> tuple[CryptoHolding, ...]:
    return kept(values)


def _other_goods(values: Iterable[OtherGood]) -> tuple[OtherGood, ...]:
    return kept(values)


def _credits(values: Iterable[Credit]) -> tuple[Credit, ...]:
    return kept(values)


@attrs.frozen(kw_only=True)
class Holdings:
    """All that a person owns and owes, in at most `MAX_LINES` lines, each with its own identifier.

    Args:
        cash: accounts.
        investments: financial investments.
        properties: with the loans that bear on them.
        crypto: quantities of crypto-assets.
        other_goods: whatever else has a value.
        credits: consumer credits.

    Raises:
        HoldingsFaults: an identifier that two lines share, too many lines, a value that is no
            line of its list.

    >>> from shared_kernel import money
    >>> day = date(2025, 12, 9)
    >>> livret = CashAccount("c1", "Livret A", CashKind.LIVRET_A, money("4700", "EUR"), day)
    >>> holdings = Holdings(cash=[livret])
    >>> holdings = holdings.with_line(OtherGood("g1", "Voiture", money("8000", "EUR"), day))
    >>> [(str(category), line.label) for category, line in holdings.lines()]
    [('cash', 'Livret A'), ('other_goods', 'Voiture')]
    >>> holdings.without("c1").cash
    ()
    """

    cash: tuple[CashAccount, ...] = attrs.field(default=(), converter=_cash)
    investments: tuple[Investment, ...] = attrs.field(default=(), converter=_investments)
    properties: tuple[Property, ...] = attrs.field(default=(), converter=_properties)
    crypto: tuple[CryptoHolding, ...] = attrs.field(default=(), converter=_crypto)
    other_goods: tuple[OtherGood, ...] = attrs.field(default=(), converter=_other_goods)
    credits: tuple[Credit, ...] = attrs.field(default=(), converter=_credits)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        given = [getattr(self, name) for name in LINE_CLASSES]
        count = sum(len(lines) for lines in given if isinstance(lines, tuple))
        if count > MAX_LINES:  # not looked at one by one
            found.add(_faults.TOO_MANY_LINES, given=count, most=MAX_LINES)
            found.raise_if_any(HoldingsFaults)
        for (name, classes), lines in zip(LINE_CLASSES.items(), given, strict=True):
            check_are(found, name, lines, classes, most=MAX_LINES)
        if not found:
            found.check(
                self.size <= MAX_LINES, _faults.TOO_MANY_LINES, given=self.size, most=MAX_LINES
            )
            _check_ids(found, self._with_paths())
        found.raise_if_any(HoldingsFaults)

    @property
    def size(self) -> int:
        """How many lines there are, the loans of properties counted."""
        debts = sum(len(each.loans) for each in self.properties)
        return debts + sum(len(getattr(self, name)) for name in LINE_CLASSES)

    def lines(self) -> Iterator[tuple[Category | None, Line]]:
        """Every line with its category, in the order of the lists; a credit has None.

        The loans of a property come with it, and not by themselves.
        """
        for name, category in _CATEGORIES.items():
            for line in getattr(self, name):
                yield category, line

    def line(self, line_id: str) -> Line:
        """The line of an identifier.

        Raises:
            LineMissing: no line has it. The loan of a property is not a line.
        """
        for _, line in self.lines():
            if line.id == line_id:
                return line
        raise LineMissing(
            "no line of these holdings has the identifier {given}: read them again",
            given=shown(line_id),
        )

    def with_line(self, line: Line) -> Holdings:
        """The same holdings with a line added, or changed when one has its identifier.

        A changed line stays in its place; one that becomes of another category moves to the end of
        its new list.

        Raises:
            HoldingsFaults: it is not a line, or it makes the holdings refused.
        """
        found = FaultList()
        check_is(found, "", line, _EVERY_CLASS)
        found.raise_if_any(HoldingsFaults)
        changes: dict[str, tuple[Line, ...]] = {}
        for name, classes in LINE_CLASSES.items():
            lines: tuple[Line, ...] = getattr(self, name)
            places = [place for place, each in enumerate(lines) if each.id == line.id]
            if isinstance(line, classes):
                place = places[0] if places else len(lines)
                changes[name] = (*lines[:place], line, *lines[place + 1 :])
            elif places:
                changes[name] = tuple(each for each in lines if each.id != line.id)
        return self._evolved(changes)

    def without(self, line_id: str) -> Holdings:
        """The same holdings less a line; the loans of a property go with it.

        Raises:
            LineMissing: no line has that identifier.
        """
        self.line(line_id)
        return self._evolved(
            {
                name: tuple(each for each in getattr(self, name) if each.id != line_id)
                for name in LINE_CLASSES
            }
        )

    def _evolved(self, changes: dict[str, tuple[Line, ...]]) -> Holdings:
        fields: dict[str, Any] = dict(changes)  # each of the class of its own field
        return attrs.evolve(self, **fields)

    def _with_paths(self) -> Iterator[tuple[str, Line | Debt]]:
        for name in LINE_CLASSES:
            for place, line in enumerate(getattr(self, name)):
                yield f"{name}[{place}]", line
                if isinstance(line, Property):
                    for number, debt in enumerate(line.loans):
                        yield f"{name}[{place}].loans[{number}]", debt


def _check_declared(
    found: FaultList, line_id: object, label: object, name: str, amount: object, as_of: object
) -> None:
    """A line whose amount was told on a day; raises what was found, here and before."""
    check_id(found, line_id)
    check_name(found, label)
    check_value(found, name, amount)
    check_when(found, "as_of", as_of)
    found.raise_if_any(HoldingsFaults)


def _check_lent(
    found: FaultList, line_id: object, label: object, loan: Loan, repayments: Sequence[Repayment]
) -> None:
    """A loan whose balance can be told on any day, in whatever rounding it is asked for."""
    check_id(found, line_id)
    check_name(found, label)
    if check_is(found, "loan", loan, (Loan,)):
        grows = loan.deferral is not None and loan.deferral.type is DeferralType.TOTAL
        # Without either there is nothing that a table could refuse, and none is made.
        for rounding in Rounding if repayments or grows else ():
            try:
                LoanPlan(loan, repayments=repayments, rounding=rounding)
            except LoanFaults as error:
                found.extend(error)
                break  # the other roundings would say the same again
    found.raise_if_any(HoldingsFaults)


def _check_ids(found: FaultList, lines: Iterable[tuple[str, Line | Debt]]) -> None:
    seen: dict[str, str] = {}
    for path, line in lines:
        first = seen.setdefault(line.id, path)
        if first != path:
            found.add(_faults.ID_REPEATED, f"{path}.id", given=line.id, first=first)
