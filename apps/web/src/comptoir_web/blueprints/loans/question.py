"""From the form to the loan: what was typed becomes values, once.

The fields are read first (`presentation.fields`); here the library's own rules speak, and each of
its faults is put beside the field it comes from, in the reader's language.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import attrs
from wtforms import Form

from comptoir_web.presentation.fields import TypedField, fault_sentence
from comptoir_web.presentation.languages import gettext, language
from shared_kernel import (
    Fault,
    FaultKind,
    FaultList,
    Faults,
    format_decimal,
    from_minor,
    known_currency,
    parse_money,
)
from wealth_core.loans import (
    Balloon,
    Deferral,
    DeferralType,
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    Keep,
    Loan,
    LoanPlan,
    RateChange,
    Repayment,
    Rounding,
    annuity,
    constant_principal,
    interest_only,
)

from .forms import GROUPS, FeeForm, InsuranceForm, RateChangeForm, RepaymentForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wtforms.fields.core import Field

    from comptoir_web.presentation.fields import AmountField
    from shared_kernel import Money
    from wealth_core.loans import Kind

    from .forms import LoanForm, LoanTermsForm

__all__ = ["LoanQuestion", "LoanTerms", "read_question", "read_terms", "refuse_faults"]

T = TypeVar("T")
Row = TypeVar("Row", bound=Form)

AMOUNT_WANTED = FaultKind("loan_form.amount_wanted", "write an amount, for example {example}")
DATE_WANTED = FaultKind("loan_form.date_wanted", "write a date, for example {example}")
NUMBER_WANTED = FaultKind("loan_form.number_wanted", "write a whole number, for example {example}")
PERCENT_WANTED = FaultKind(
    "loan_form.percent_wanted", "write the rate in percent, for example {example}"
)

_ONE = Decimal(1)
_HUNDRED = 100
# What stands in for a value that is missing: large, so that nothing else looks too large beside it.
_STAND_IN_MINOR = 10**13
_STAND_IN_MONTHS = 600
_STAND_IN_DAY = date(2025, 1, 1)
_PLACE = re.compile(r"^(\w+)\[(\d+)\](?:\.(\w+))?$")
#: path of a fault in the library -> field of the form, where the names differ
_FIELDS = {
    "kind.amount": "balloon_amount",
    "kind.amortised_over": "amortised_over",
    "deferral.months": "deferral_months",
    "deferral.type": "deferral",
}


@attrs.frozen
class LoanQuestion:
    """A loan, and what one asks of it.

    Attributes:
        loan: The terms.
        on: The day on which one wants to know what is owed.
        rounding: How the table is reckoned.
        repayments: Early repayments, in the order of their days.
    """

    loan: Loan
    on: date
    rounding: Rounding = Rounding.CENT
    repayments: tuple[Repayment, ...] = ()

    @classmethod
    def of(cls, plan: LoanPlan, on: date) -> LoanQuestion:
        """The question a plan answers on a day."""
        return cls(plan.loan, on, plan.rounding, plan.repayments)

    @property
    def plan(self) -> LoanPlan:
        """What of the question is kept when it is saved: all but its day.

        Raises:
            LoanFaults: The plan can't be computed; see `LoanPlan`.
        """
        return LoanPlan(self.loan, repayments=self.repayments, rounding=self.rounding)


@attrs.frozen
class LoanTerms:
    """A loan and its early repayments, in the order of their days."""

    loan: Loan
    repayments: tuple[Repayment, ...] = ()


def read_question(form: LoanForm) -> LoanQuestion | None:
    """The question a form asks; None when something is wrong, which the form then says."""
    terms = read_terms(form)
    on = form.on.data
    if terms is None or on is None:
        return None
    return LoanQuestion(terms.loan, on, Rounding(form.rounding.data), terms.repayments)


def read_terms(form: LoanTermsForm) -> LoanTerms | None:
    """The loan that a form describes; None when something is wrong, which the form then says."""
    form.validate()
    missing = frozenset(_missing(form))
    found = FaultList()
    loan, repayments = _loan(form, found)
    # What was compared with a value that is not there says nothing.
    said = [each for each in found.faults if not _depends(each.path, missing)]
    refuse_faults(form, said)
    if loan is None or missing or said or form.errors or form.form_errors:
        return None
    return LoanTerms(loan, repayments)


def _missing(form: LoanTermsForm) -> Iterator[str]:
    """The fields without which there is no loan, and which hold no value; each gets its message."""
    wanted = {
        "principal": gettext("Write the amount borrowed, for example 215000."),
        "annual_rate": gettext("Write the rate in percent, for example 3.35."),
        "months": gettext("Write the duration in months, for example 300."),
        "first_due": gettext("Write a date, for example 01/10/2025."),
        "on": gettext("Write a date, for example 01/10/2025."),
    }
    for name, message in wanted.items():
        if name in form and form[name].data is None:
            if not form[name].errors:
                form.refuse(form[name], message)
            yield name
    # The library speaks in fractions; here a rate is typed in percent, so its limit is said in
    # percent.
    rates = [form.annual_rate]
    rates += [row.annual_rate for row in form.filled_rows("insurance", InsuranceForm)]
    rates += [row.annual_rate for row in form.filled_rows("rate_changes", RateChangeForm)]
    for field in rates:
        if field.data is not None and not 0 <= field.data < _HUNDRED:
            form.refuse(
                field, gettext("Write the rate in percent, from 0 to under 100, for example 3.35.")
            )
            field.data = None
            if field is form.annual_rate:
                yield "annual_rate"


def _depends(path: str, missing: frozenset[str]) -> bool:
    return path.partition(".")[0] in missing or (
        path == "kind.amortised_over" and "months" in missing
    )


def _loan(form: LoanTermsForm, found: FaultList) -> tuple[Loan | None, tuple[Repayment, ...]]:
    """The loan and the early repayments, and every fault of them.

    A value that is missing is stood in for, so that what is wrong with the rest is said at once.
    """
    currency = form.currency.data
    with found.collect():
        known_currency(currency)
    if found:
        return None, ()
    principal = _collected(found, "principal", lambda: _money(form.principal, currency))
    if form.principal.data is None:
        principal = from_minor(_STAND_IN_MINOR, currency)
    kind = _collected(found, "kind", lambda: _kind(form, currency))
    deferral = _collected(found, "deferral", lambda: _deferral(form))
    insurance = _rows(form, "insurance", found, InsuranceForm, _insurance)
    fees = _rows(form, "fees", found, FeeForm, lambda row: _fee(row, currency))
    changes = _rows(form, "rate_changes", found, RateChangeForm, _rate_change)
    repayments = _rows(
        form, "repayments", found, RepaymentForm, lambda row: _repayment(row, currency)
    )
    if principal is None:
        return None, ()
    loan = _collected(
        found,
        "",
        lambda: Loan(
            principal,
            _or_else(form.annual_rate, Decimal(0)).scaleb(-2),
            _or_else(form.months, _STAND_IN_MONTHS),
            _or_else(form.first_due, _STAND_IN_DAY),
            kind=kind or annuity,
            deferral=deferral,
            insurance=insurance,
            fees=fees,
            rate_changes=changes,
            first_period_days=form.first_period_days.data,
        ),
    )
    return loan, repayments


def _or_else(field: TypedField[T], stand_in: T) -> T:
    return stand_in if field.data is None else field.data


def _collected(found: FaultList, path: str, make: Callable[[], T]) -> T | None:
    made: T | None = None
    with found.collect(path):
        made = make()
    return made  # noqa: RET504 (a return inside the block would hide that it may be left early)


def _rows(
    form: LoanTermsForm, name: str, found: FaultList, kind: type[Row], make: Callable[[Row], T]
) -> tuple[T, ...]:
    made = []
    for place, row in enumerate(form.filled_rows(name, kind)):
        with found.collect(f"{name}[{place}]"):
            made.append(make(row))
    return tuple(made)


def _kind(form: LoanTermsForm, currency: str) -> Kind:
    match form.kind.data:
        case "interest_only":
            return interest_only
        case "constant_principal":
            return constant_principal
        case "balloon":
            return Balloon(
                amount=_money(form.balloon_amount, currency, "amount"),
                amortised_over=form.amortised_over.data,
            )
        case _:
            return annuity


def _deferral(form: LoanTermsForm) -> Deferral | None:
    if form.deferral.data == "none":
        return None
    months = _wanted(form.deferral_months, "months", NUMBER_WANTED, example="12")
    return Deferral(months, DeferralType(form.deferral.data))


def _insurance(row: InsuranceForm) -> Insurance:
    rate = _wanted(row.annual_rate, "annual_rate", PERCENT_WANTED, example=_example("0.36"))
    share = row.share.fraction
    return Insurance(
        rate.scaleb(-2),
        base=InsuranceBase(row.base.data),
        share=_ONE if share is None else share,
    )


def _fee(row: FeeForm, currency: str) -> Fee:
    amount = _money(row.amount, currency, "amount")
    if amount is None:
        raise _absent("amount", AMOUNT_WANTED, "1200")
    return Fee(
        amount,
        when=FeeTiming(row.when.data),
        label=(row.label.data or "").strip(),
    )


def _rate_change(row: RateChangeForm) -> RateChange:
    found = FaultList()
    number, rate = 0, _ONE
    with found.collect():
        number = _wanted(row.from_instalment, "from_instalment", NUMBER_WANTED, example="61")
    with found.collect():
        rate = _wanted(row.annual_rate, "annual_rate", PERCENT_WANTED, example=_example("3.10"))
    found.raise_if_any()
    return RateChange(number, rate.scaleb(-2))


def _repayment(row: RepaymentForm, currency: str) -> Repayment:
    on = _wanted(row.on, "on", DATE_WANTED, example="01/06/2030")
    return Repayment(
        on,
        _money(row.amount, currency, "amount"),
        keep=Keep(row.keep.data),
        indemnity=row.indemnity.data == "yes",
    )


def _money(field: AmountField, currency: str, path: str = "") -> Money | None:
    """The amount of a field; None when it holds none.

    It is read again as money, so that what is wrong with its decimals is said as the reader writes.
    """
    if field.data is None:
        return None
    return parse_money(field.typed, currency, path=path, locale=language())


def _example(number: str) -> str:
    return format_decimal(Decimal(number), locale=language())


def _wanted(field: TypedField[T], path: str, kind: FaultKind, *, example: str) -> T:
    """The value of a field its row can't do without."""
    if field.data is None:
        raise _absent(path, kind, example)
    return field.data


def _absent(path: str, kind: FaultKind, example: str) -> Faults:
    return Faults((Fault(path, kind, {"example": example}),))


def refuse_faults(form: LoanTermsForm, faults: Iterable[Fault]) -> None:
    """Put every fault of a library beside its field; one without a field goes on top."""
    for fault in faults:
        message = fault_sentence(fault)
        field = _field_of(form, fault.path)
        if field is None:
            form.form_errors.append(message)
        elif message not in field.errors and not field.process_errors:
            # What could not be read is not missing as well.
            form.refuse(field, message)


def _field_of(form: LoanTermsForm, path: str) -> Field | None:
    place = _PLACE.match(path)
    if place:
        group, index, name = place.groups()
        rows = form.filled_rows(group, Form) if group in GROUPS else []
        if int(index) >= len(rows):
            return None
        fields = list(rows[int(index)])
        return next((field for field in fields if field.short_name == name), fields[0])
    if path in GROUPS:
        # A fault of the whole group (shares under 100 %) is said beside its last row's last field.
        rows = form.filled_rows(path, Form)
        last = rows[-1] if rows else None
        return last.share if isinstance(last, InsuranceForm) else None
    name = _FIELDS.get(path, path)
    found: Field | None = form[name] if name in form else None  # noqa: SIM401 (a form has no get)
    return found
