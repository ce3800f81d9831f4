"""The form of a loan: five fields first, everything else folded.

It is a GET form: all that is typed is in the address, which can be kept, sent and come back to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from wtforms import Form
from wtforms.fields import FieldList, FormField, StringField

from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    CountField,
    DayField,
    PercentField,
)
from comptoir_web.presentation.languages import lazy_gettext as _

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.datastructures import MultiDict
    from wtforms.fields.core import Field

__all__ = [
    "GROUPS",
    "FeeForm",
    "InsuranceForm",
    "LoanForm",
    "LoanTermsForm",
    "RateChangeForm",
    "RepaymentForm",
    "blank",
    "open_folds",
    "without_row",
]

Row = TypeVar("Row", bound=Form)

#: The currencies proposed; any other of ISO 4217 is understood in the address.
CURRENCIES = ("EUR", "XOF", "XAF", "GNF", "USD", "GBP", "CHF", "CAD", "MAD", "TND", "DZD", "CNY")

#: The repeated groups, by the name of their field.
GROUPS = ("insurance", "fees", "rate_changes", "repayments")


class InsuranceForm(Form):
    """One person's insurance."""

    annual_rate = PercentField(_("Annual rate"))
    base = ChoiceField(
        _("Reckoned on"),
        choices=[
            ("initial", _("the capital borrowed")),
            ("outstanding", _("the capital still owed")),
        ],
        default="initial",
    )
    share = PercentField(_("Share insured"))


class FeeForm(Form):
    """One fee."""

    amount = AmountField(_("Amount"))
    when = ChoiceField(
        _("Paid"),
        choices=[
            ("upfront", _("once, when the loan is granted")),
            ("monthly", _("every month")),
            ("yearly_by_twelfths", _("every year, by twelfths")),
            ("at_end", _("once, with the last instalment")),
        ],
        default="upfront",
    )
    label = StringField(_("What for"), render_kw={"maxlength": 80, "autocomplete": "off"})


class RateChangeForm(Form):
    """A new rate from an instalment on."""

    from_instalment = CountField(_("From instalment number"))
    annual_rate = PercentField(_("New annual rate"))


class RepaymentForm(Form):
    """One early repayment."""

    on = DayField(_("On"))
    amount = AmountField(_("Amount"))
    keep = ChoiceField(
        _("Afterwards"),
        choices=[
            ("term", _("the instalment falls, the term stays")),
            ("instalment", _("the instalment stays, the term shortens")),
        ],
        default="term",
    )
    indemnity = ChoiceField(
        _("Indemnity"),
        choices=[("yes", _("the legal maximum")), ("no", _("none"))],
        default="yes",
    )


class LoanTermsForm(Form):
    """Every term of a loan; a part of a larger form when it has a prefix."""

    principal = AmountField(_("Amount borrowed"))
    currency = ChoiceField(_("Currency"), choices=[(c, c) for c in CURRENCIES], default="EUR")
    annual_rate = PercentField(_("Annual nominal rate"))
    months = CountField(_("Duration"))
    first_due = DayField(_("First due date"))

    kind = ChoiceField(
        _("Repayment"),
        choices=[
            ("annuity", _("constant instalments")),
            ("constant_principal", _("constant capital")),
            ("interest_only", _("interest only, capital at the end")),
            ("balloon", _("instalments and a balloon at the end")),
        ],
        default="annuity",
    )
    balloon_amount = AmountField(_("Capital left to the last instalment"))
    amortised_over = CountField(_("or instalments reckoned over"))
    deferral = ChoiceField(
        _("Deferral"),
        choices=[
            ("none", _("none")),
            ("partial", _("partial: interest alone is paid")),
            ("total", _("total: nothing is paid, interest is added to the capital")),
        ],
        default="none",
    )
    deferral_months = CountField(_("Months of deferral"))
    first_period_days = CountField(_("Days of the first period"))
    insurance = FieldList(FormField(InsuranceForm), _("Insurance"))
    fees = FieldList(FormField(FeeForm), _("Fees"))
    rate_changes = FieldList(FormField(RateChangeForm), _("Changes of rate"))
    repayments = FieldList(FormField(RepaymentForm), _("Early repayments"))

    def __init__(
        self,
        formdata: MultiDict[str, str] | None = None,
        obj: object = None,
        prefix: str = "",
        **kwargs: Any,  # whatever WTForms gives a form: the defaults of its fields
    ) -> None:
        """Read the fields whose names begin with `prefix`."""
        super().__init__(formdata=formdata, obj=obj, prefix=prefix, **kwargs)
        self._named = prefix
        # A currency of the address that is not proposed is still one that exists: it joins the
        # list.
        asked = self.currency.data
        if asked not in CURRENCIES and asked.isalpha() and len(asked) == 3:
            self.currency.choices = (*((c, c) for c in CURRENCIES), (asked, asked))

    def group(self, name: str) -> FieldList[FormField[Form]]:
        """One of the repeated groups.

        Raises:
            KeyError: No group has that name.
        """
        field = self[name]
        if not isinstance(field, FieldList):
            raise KeyError(name)
        return field

    def spare(self, name: str) -> FormField[Form]:
        """An empty row of a group, which the page's script copies; the same one for every page."""
        return _spare_rows(self._named)[name]

    def add_row(self, name: str) -> None:
        """Add an empty row to a group (the button of a page without scripts)."""
        self.group(name).append_entry()

    def filled_rows(self, name: str, kind: type[Row]) -> list[Row]:
        """The rows of a group in which something is written."""
        forms = (entry.form for entry in self.group(name).entries)
        return [form for form in forms if isinstance(form, kind) and not blank(form)]

    def refuse(self, field: Field, message: str) -> None:
        """Put a message beside a field."""
        field.errors = [*field.errors, message]


class LoanForm(LoanTermsForm):
    """Every term of a loan, and what one asks of it."""

    on = DayField(_("Capital owed on"))
    rounding = ChoiceField(
        _("Reckoning"),
        choices=[
            ("cent", _("the bank's table, to the cent")),
            ("exact", _("exact, rounded only where shown")),
            ("level", _("the same instalment to the end")),
        ],
        default="cent",
    )

    def __init__(self, given: MultiDict[str, str] | None, *, first_due: date, on: date) -> None:
        """Read the address; `first_due` and `on` are proposed where it is silent."""
        super().__init__(given, data={"first_due": first_due, "on": on})


@lru_cache(maxsize=64)
def _spare_rows(prefix: str) -> dict[str, FormField[Form]]:
    # Only ever read: its texts are lazy, so each page writes it in its own language.
    form = LoanTermsForm(prefix=prefix)
    for name in GROUPS:
        form.add_row(name)
    return {name: form.group(name).entries[0] for name in GROUPS}


def open_folds(form: LoanTermsForm) -> frozenset[str]:
    """The folded parts in which something is written or wrong."""
    found = {name for name in GROUPS if form.group(name).entries}
    kinds = (form.kind, form.balloon_amount, form.amortised_over, form.deferral)
    if form.kind.data != "annuity" or form.deferral.data != "none":
        found.add("kind")
    if any(field.errors for field in (*kinds, form.deferral_months)):
        found.add("kind")
    if not form.first_period_days.empty:
        found.add("reckoning")
    return frozenset(found)


def blank(row: Form) -> bool:
    """Whether nothing is written in a row; its choices do not count, they always say something."""
    return all(
        not field.data and not getattr(field, "typed", "")
        for field in row
        if not isinstance(field, ChoiceField)
    )


def without_row(given: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    """The address without one row: `insurance-1` takes away every field whose name starts so."""
    kept = given.copy()
    for name in list(kept):
        if name.startswith(f"{row}-"):
            del kept[name]
    return kept
