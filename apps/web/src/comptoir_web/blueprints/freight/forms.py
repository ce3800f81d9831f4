"""The forms of a merchant: the purchase that is quoted, and the picture of a payment.

The purchase is a GET form, so that what was typed is in the address: three fields, and the sizes of
the cartons for whoever does not know the volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wtforms import Form
from wtforms.fields import FieldList, FileField, FormField, StringField

from comptoir_web.blueprints.loans.forms import blank, without_row
from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    CountField,
    MeasureField,
)
from comptoir_web.presentation.forms import form_problems
from comptoir_web.presentation.languages import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict
    from wtforms.fields.core import Field

__all__ = ["CARTONS", "MOST_ROWS", "VOLUME", "CartonForm", "ProofForm", "QuoteForm"]

VOLUME: Final = "volume"
CARTONS: Final = "cartons"
MOST_ROWS: Final = 30
"""Kinds of cartons in one purchase: an address that holds them all is still a short one."""


class CartonForm(Form):
    """A number of like cartons: outside sizes and weight of one, and how many."""

    length = MeasureField(_("Length"))
    width = MeasureField(_("Width"))
    height = MeasureField(_("Height"))
    weight = AmountField(_("Weight of one"))
    count = CountField(_("Number"))


class QuoteForm(Form):
    """What is bought, of which category, and how much room it takes."""

    goods = AmountField(_("Price of the goods"))
    category = ChoiceField(_("Category"), choices=[("", _("Choose…"))], default="")
    measured = ChoiceField(
        _("Room it takes"),
        choices=[(VOLUME, _("I know the volume")), (CARTONS, _("I know the cartons"))],
        default=VOLUME,
    )
    volume = MeasureField(_("Volume"))
    weight = AmountField(_("Weight"))
    # One more than is accepted, so that what is past it is refused and not left out.
    cartons = FieldList(FormField(CartonForm), _("Cartons"), max_entries=MOST_ROWS + 1)
    note = StringField(_("What it is"), render_kw={"maxlength": 120, "autocomplete": "off"})

    def __init__(
        self,
        given: MultiDict[str, str] | None,
        *,
        categories: Sequence[tuple[str, str]],
        weighed: bool = False,
    ) -> None:
        """Read what was typed; the categories are those of the tariff in force.

        Args:
            given: The address, or the form that was sent.
            categories: Pairs of a code and its name.
            weighed: Whether the tariff bills by weight too, which is then to be told.
        """
        super().__init__(formdata=given)
        self.weighed = weighed
        self.category.choices = (("", _("Choose…")), *categories)
        if self.measured.data not in {VOLUME, CARTONS}:
            self.measured.data = VOLUME  # anything else is the volume
        if not self.cartons.entries:
            self.cartons.append_entry()

    @property
    def by_cartons(self) -> bool:
        """Whether the room is told by the cartons."""
        return bool(self.measured.data == CARTONS)

    @property
    def wrong(self) -> bool:
        """Whether something in it is wrong, its rows included."""
        return bool(form_problems(self))

    @property
    def untouched(self) -> bool:
        """Whether nothing is typed yet."""
        written = self.goods.typed or self.volume.typed or self.weight.typed or self.rows
        return not (written or self.category.data)

    @property
    def rows(self) -> list[CartonForm]:
        """The rows in which something is typed."""
        forms = (entry.form for entry in self.cartons.entries)
        return [form for form in forms if not blank(form)]

    @property
    def spare(self) -> FormField[CartonForm]:
        """An empty row, which the page's script copies."""
        return _SPARE

    @classmethod
    def touched(
        cls,
        given: MultiDict[str, str],
        *,
        categories: Sequence[tuple[str, str]],
        weighed: bool = False,
    ) -> QuoteForm | None:
        """The form with the row that a button adds or takes away; None when none was pressed."""
        if removed := given.get("remove"):
            return cls(without_row(given, removed), categories=categories, weighed=weighed)
        if "add" not in given:
            return None
        form = cls(given, categories=categories, weighed=weighed)
        if len(form.cartons.entries) < MOST_ROWS:
            form.cartons.append_entry()
        return form

    def refuse(self, field: Field, message: str) -> None:
        """Put a message beside a field that has none yet."""
        if not field.errors:
            field.errors = [message]


class ProofForm(Form):
    """The picture of a payment, and how much was paid."""

    amount = AmountField(_("Amount paid"))
    file = FileField(_("Picture of the payment"), render_kw={"accept": "image/jpeg,image/png"})


# Only ever read: its texts are lazy, so each page writes it in its own language.
_SPARE: Final = QuoteForm(None, categories=()).cartons.entries[0]
