"""The forms of a line: one a kind of holding.

A property holds its loans as repeated rows, and each loan the same fields as the calculator's.
Every form carries the version it was opened at and what the line was then, so that a change made
meanwhile is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Form
from wtforms.fields import FieldList, FormField, HiddenField, StringField

from comptoir_web.blueprints.loans.forms import CURRENCIES, LoanTermsForm, blank
from comptoir_web.presentation.fields import AmountField, ChoiceField, DayField, PercentField
from comptoir_web.presentation.languages import lazy_gettext as _

from .words import CASH_KINDS, ENVELOPES, ROUNDINGS

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict
    from wtforms.fields.core import Field

__all__ = [
    "CashForm",
    "CreditForm",
    "CryptoForm",
    "DebtForm",
    "InvestmentForm",
    "LineForm",
    "OtherGoodForm",
    "PropertyForm",
    "RecomputeForm",
    "hush",
]

_NAME = {"maxlength": 120, "autocomplete": "off"}
_PLAIN = {"autocomplete": "off"}


def _label(text: object) -> StringField:
    return StringField(text, render_kw=_NAME)  # type: ignore[arg-type]  # a lazy text


def _currency() -> ChoiceField:
    return ChoiceField(_("Currency"), choices=[(c, c) for c in CURRENCIES], default="EUR")


class LineForm(Form):
    """What every line has beside its own fields.

    The hidden fields are the id of the line, the version of the holdings when the form was opened,
    and a mark of the line as it was then.
    """

    id = HiddenField()
    version = HiddenField()
    seen = HiddenField()

    def __init__(
        self,
        given: MultiDict[str, str] | None = None,
        **kwargs: Any,  # whatever WTForms gives a form: the defaults of its fields
    ) -> None:
        """Read what was sent; a currency that is not proposed but exists joins the list."""
        super().__init__(formdata=given, **kwargs)
        field = next((each for each in self if each.short_name == "currency"), None)
        if not isinstance(field, ChoiceField):
            return
        asked = field.data
        if asked not in CURRENCIES and asked.isalpha() and len(asked) == 3:
            field.choices = (*((c, c) for c in CURRENCIES), (asked, asked))

    def refuse(self, field: Field, message: str) -> None:
        """Put a message beside a field."""
        field.errors = [*field.errors, message]

    def group_named(self, name: str) -> tuple[LoanTermsForm | None, str]:
        """The loan and the group of rows that a button names: `loans-0-insurance`.

        The loan is None for the group of the loans themselves, and the name is empty where there
        is no such group.
        """
        return None, ""

    def add_row(self, name: str) -> None:
        """Add an empty row to a group (the button of a page without scripts)."""
        loan, group = self.group_named(name)
        if loan is not None:
            loan.add_row(group)


class CashForm(LineForm):
    """Money at hand, or nearly."""

    kind = ChoiceField(_("Account"), choices=[(k.value, v) for k, v in CASH_KINDS.items()],
                       default="livret_a")  # fmt: skip
    label = _label(_("Name"))
    balance = AmountField(_("Balance"))
    currency = _currency()
    as_of = DayField(_("On"))


class InvestmentForm(LineForm):
    """Savings placed in an envelope."""

    envelope = ChoiceField(_("Envelope"), choices=[(k.value, v) for k, v in ENVELOPES.items()],
                           default="pea")  # fmt: skip
    label = _label(_("Name"))
    value = AmountField(_("Value"))
    currency = _currency()
    as_of = DayField(_("On"))


class CryptoForm(LineForm):
    """A quantity of a crypto-asset; its value comes from the prices."""

    symbol = StringField(_("Symbol"), render_kw={"maxlength": 20, **_PLAIN})
    quantity = AmountField(_("Quantity"))
    label = _label(_("Name"))
    as_of = DayField(_("On"))


class OtherGoodForm(LineForm):
    """A car, a work of art, a boat: what has a value that one declares."""

    label = _label(_("Name"))
    value = AmountField(_("Value"))
    currency = _currency()
    as_of = DayField(_("On"))


class DebtForm(LoanTermsForm):
    """One loan of a property: the terms of any loan, its name, and whose it is."""

    id = HiddenField()
    label = _label(_("Name of the loan"))
    share = PercentField(_("Share of the loan that is yours"))

    @property
    def written(self) -> bool:
        """Whether something is written in it; its id says nothing of it."""
        kept, self.id.data = self.id.data, ""
        try:
            return not blank(self)
        finally:
            self.id.data = kept


class PropertyForm(LineForm):
    """A home, a flat that is let, land: with its loans."""

    label = _label(_("Name"))
    value = AmountField(_("Estimated value of the whole property"))
    currency = _currency()
    as_of = DayField(_("Estimated on"))
    ownership = PercentField(_("Share that is yours"))
    loans = FieldList(FormField(DebtForm), _("Loans"))
    sold_on = DayField(_("Sold on"))

    def group_named(self, name: str) -> tuple[LoanTermsForm | None, str]:
        """`loans`, or a group of one of them."""
        if name == "loans":
            return None, name
        for entry in self.loans.entries:
            if name.startswith(f"{entry.name}-"):
                return entry.form, name.removeprefix(f"{entry.name}-")
        return None, ""

    def add_row(self, name: str) -> None:
        """Add a loan, or a row to one of them."""
        if name == "loans":
            self.loans.append_entry()
        else:
            super().add_row(name)

    def spare(self, name: str) -> FormField[DebtForm]:
        """An empty loan, which the page's script copies."""
        form = PropertyForm()
        form.add_row(name)
        entry: FormField[DebtForm] = form.loans.entries[0]
        return entry


class CreditForm(LineForm):
    """A consumer credit: what is left on a day, or the loan it is."""

    type = ChoiceField(
        _("What you know of it"),
        choices=[
            ("balance", _("what is left to pay")),
            ("loan", _("the terms of the loan: it then runs down by itself")),
        ],
        default="balance",
    )
    label = _label(_("Name"))
    balance = AmountField(_("Left to pay"))
    currency = _currency()
    as_of = DayField(_("On"))
    loan = FormField(LoanTermsForm, _("Loan"))

    def group_named(self, name: str) -> tuple[LoanTermsForm | None, str]:
        """A group of the loan."""
        if name.startswith("loan-"):
            return self.loan.form, name.removeprefix("loan-")
        return None, ""


class RecomputeForm(Form):
    """On which day to value everything, and how the loans are reckoned."""

    on = DayField(_("Valued on"))
    rounding = ChoiceField(
        _("Reckoning of the loans"),
        choices=[(k.value, v) for k, v in ROUNDINGS.items()],
        default="cent",
    )


def hush(form: Form) -> None:
    """Take the messages of a part that does not count away; what is typed in it stays."""
    for field in form:
        if isinstance(field, FieldList):
            for entry in field.entries:
                hush(entry.form)
        field.errors = []
