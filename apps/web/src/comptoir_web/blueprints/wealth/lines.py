"""From a form to a line, and from a line back to the fields of its form.

The fields are read first (`presentation.fields`); then the library's own rules speak, and each of
its faults is put beside its field, in the reader's language.
"""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from werkzeug.datastructures import MultiDict

from comptoir_web.blueprints.loans.address import arguments_of, percentage, plain
from comptoir_web.blueprints.loans.question import read_terms, refuse_faults
from comptoir_web.presentation.fields import AmountField, DayField, PercentField, fault_sentence
from comptoir_web.presentation.forms import form_problems
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from shared_kernel import FaultList, from_minor, parse_money
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Investment,
    OtherGood,
    Property,
)

from .forms import (
    CashForm,
    CreditForm,
    CryptoForm,
    InvestmentForm,
    OtherGoodForm,
    PropertyForm,
    hush,
)
from .words import CASH_KINDS, ENVELOPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from wtforms.fields.core import Field

    from shared_kernel import Money
    from wealth_core.networth import Line

    from .forms import DebtForm, LineForm

__all__ = ["read_line", "typed_of"]

T = TypeVar("T")

# What stands in for what is missing, so that what is wrong with the rest is said at once.
_SOME_DAY = date(2025, 1, 1)
_SOME_NAME = "-"
_HUNDRED = 100
#: path of a fault in the library -> field of the form, where the names differ
_FIELDS = {"loans": "sold_on"}


def read_line(form: LineForm) -> Line | None:
    """The line a form describes; None when something is wrong, which the form then says."""
    form.validate()
    found = FaultList()
    line: Line | None = None
    with found.collect():
        line = _READERS[type(form)](form, found)
    said = {str(message) for field in form for message in _own_errors(field)}
    for fault in found.faults:
        message = fault_sentence(fault)
        name = _FIELDS.get(fault.path, fault.path)
        if name in form and not form[name].errors:
            form.refuse(form[name], message)
        elif name not in form and message not in said:
            form.form_errors.append(message)
    return None if form_problems(form) else line


def _own_errors(field: Field) -> list[object]:
    return list(field.errors) if isinstance(field.errors, list | tuple) else []


def _cash(form: CashForm, found: FaultList) -> Line:
    kind = _chosen(CashKind, form.kind.data, CashKind.CUSTOM)
    return CashAccount(
        _id(form),
        _label(form, str(CASH_KINDS[kind])),
        kind,
        _amount(form, form.balance, form.currency.data, found),
        _day(form, form.as_of),
    )


def _investment(form: InvestmentForm, found: FaultList) -> Line:
    envelope = _chosen(Envelope, form.envelope.data, Envelope.CUSTOM)
    return Investment(
        _id(form),
        _label(form, str(ENVELOPES[envelope])),
        envelope,
        _amount(form, form.value, form.currency.data, found),
        _day(form, form.as_of),
    )


def _crypto(form: CryptoForm, _found: FaultList) -> Line:
    symbol = (form.symbol.data or "").strip().upper()
    if not symbol:
        form.refuse(form.symbol, _("Write the symbol, for example BTC."))
    if form.quantity.data is None and not form.quantity.errors:
        form.refuse(form.quantity, _("Write a quantity, for example 0,125."))
    return CryptoHolding(
        _id(form),
        _label(form, symbol or _SOME_NAME),
        symbol or "BTC",
        Decimal(0) if form.quantity.data is None else form.quantity.data,
        _day(form, form.as_of),
    )


def _other_good(form: OtherGoodForm, found: FaultList) -> Line:
    return OtherGood(
        _id(form),
        _label(form),
        _amount(form, form.value, form.currency.data, found),
        _day(form, form.as_of),
    )


def _property(form: PropertyForm, found: FaultList) -> Line:
    loans = [_debt(loan, number) for number, loan in enumerate(_written(form), start=1)]
    ownership = _share(form, form.ownership)
    return Property(
        _id(form),
        _label(form),
        _amount(form, form.value, form.currency.data, found),
        _day(form, form.as_of),
        ownership=Decimal(1) if ownership is None else ownership,
        loans=tuple(debt for debt in loans if debt is not None),
        sold_on=form.sold_on.data,
    )


def _written(form: PropertyForm) -> list[DebtForm]:
    """The loans in which something is typed; an empty row says nothing."""
    rows = [entry.form for entry in form.loans.entries]
    for row in rows:
        if not row.written:
            hush(row)
    return [row for row in rows if row.written]


def _debt(form: DebtForm, number: int) -> Debt | None:
    share = _share(form, form.share)
    terms = read_terms(form)
    if form.share.data is not None and share is None:
        # Reading the terms looked at every field again, and forgot what was said of the share.
        _share(form, form.share)
    if terms is None:
        return None
    label = (form.label.data or "").strip() or _("Loan %(number)s", number=number)
    found = FaultList()
    debt: Debt | None = None
    # A loan that was not there yet gets an id of its own.
    debt_id = form.id.data or secrets.token_hex(8)
    with found.collect():
        debt = Debt(debt_id, label, terms.loan, repayments=terms.repayments, share=share)
    refuse_faults(form, found.faults)
    return debt


def _credit(form: CreditForm, found: FaultList) -> Line | None:
    label = _label(form)
    if form.type.data == "balance":
        hush(form.loan.form)
        return CreditBalance(
            _id(form),
            label,
            _amount(form, form.balance, form.currency.data, found),
            _day(form, form.as_of),
        )
    for field in (form.balance, form.as_of):
        field.errors = []
    terms = read_terms(form.loan.form)
    if terms is None:
        return None
    inside = FaultList()
    line: Line | None = None
    with inside.collect():
        line = CreditLoan(_id(form), label, terms.loan, repayments=terms.repayments)
    refuse_faults(form.loan.form, inside.faults)
    return line


# A form of each class is read by its own function, which the types of a mapping cannot say.
_READERS: dict[type, Callable[..., Line | None]] = {
    CashForm: _cash,
    InvestmentForm: _investment,
    CryptoForm: _crypto,
    OtherGoodForm: _other_good,
    PropertyForm: _property,
    CreditForm: _credit,
}


def _chosen(kinds: Callable[[str], T], text: str, otherwise: T) -> T:
    """The choice; a value that is none was already refused beside its field."""
    try:
        return kinds(text)
    except ValueError:
        return otherwise


def _id(form: LineForm) -> str:
    return form.id.data or ""


def _label(form: LineForm, otherwise: str = "") -> str:
    field = form["label"]
    text = (field.data or "").strip() or otherwise
    if not text:
        form.refuse(field, _("Write a name, for example “Flat in Lyon”."))
    return text or _SOME_NAME


def _amount(form: LineForm, field: AmountField, currency: str, found: FaultList) -> Money:
    """The amount of a field, read again as money so that its decimals are checked."""
    amount: Money | None = None
    if field.data is None:
        if not field.errors:
            form.refuse(field, _("Write an amount, for example 4700."))
    elif not form["currency"].errors:
        with found.collect():
            amount = parse_money(
                field.typed, currency, path=str(field.short_name), locale=language()
            )
    return from_minor(0, "EUR") if amount is None else amount


def _day(form: LineForm, field: DayField) -> date:
    if field.data is None and not field.errors:
        form.refuse(field, _("Write a date, for example 01/10/2025."))
    return field.data or _SOME_DAY


def _share(form: LineForm | DebtForm, field: PercentField) -> Decimal | None:
    """A share typed in percent, as a fraction; None when it is empty or not a share."""
    if field.data is not None and not 0 < field.data <= _HUNDRED:
        if not field.errors:
            form.refuse(field, _("Write a share above 0 and up to 100 percent, for example 50."))
        return None
    return field.fraction


# -- and back ---------------------------------------------------------------------------------


def typed_of(line: Line) -> MultiDict[str, str]:
    """The fields of the form that describe a line, as every language reads them."""
    given: dict[str, object] = {"id": line.id, "label": line.label}
    match line:
        case CashAccount():
            given |= {"kind": line.kind.value, **_money_fields("balance", line.balance)}
        case Investment():
            given |= {"envelope": line.envelope.value, **_money_fields("value", line.value)}
        case Property():
            given |= _money_fields("value", line.value)
            given |= {"ownership": percentage(line.ownership), "sold_on": line.sold_on}
            for place, debt in enumerate(line.loans):
                given |= _debt_fields(f"loans-{place}-", debt)
        case CryptoHolding():
            given |= {"symbol": line.symbol, "quantity": plain(line.quantity)}
        case OtherGood():
            given |= _money_fields("value", line.value)
        case CreditBalance():
            given |= {"type": "balance", **_money_fields("balance", line.balance)}
        case CreditLoan():
            terms = arguments_of(line.loan, line.repayments)
            given |= {"type": "loan", **{f"loan-{name}": text for name, text in terms.items()}}
    if not isinstance(line, CreditLoan):
        given["as_of"] = line.as_of
    return MultiDict({name: str(value) for name, value in given.items() if value is not None})


def _money_fields(name: str, amount: Money) -> dict[str, object]:
    return {name: plain(amount.amount), "currency": amount.currency.code}


def _debt_fields(prefix: str, debt: Debt) -> dict[str, object]:
    given: dict[str, object] = dict(arguments_of(debt.loan, debt.repayments))
    given |= {"id": debt.id, "label": debt.label}
    if debt.share is not None:
        given["share"] = percentage(debt.share)
    return {f"{prefix}{name}": value for name, value in given.items()}
