"""The forms of freight's administration, but for that of a tariff (`tariff_form`).

A field is called as the library calls what it holds, so that a fault finds its field.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from wtforms import HiddenField, TextAreaField

from comptoir_web.forms import Form, text_field, trimmed
from comptoir_web.presentation import lazy_gettext as _
from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    DayField,
    MeasureField,
    PercentField,
)

from .words import BADGES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ContainerForm",
    "FreightQuoteForm",
    "RateForm",
    "RefusalForm",
    "SupplierForm",
    "TermsForm",
    "WithdrawalForm",
    "fresh_key",
    "usable_key",
]

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_CURRENCIES = [(code, code) for code in ("CNY", "USD", "EUR", "GNF")]


def fresh_key() -> str:
    """A new name for what a form asks for: the form sent twice asks once."""
    return secrets.token_urlsafe(16)


def usable_key(text: str | None) -> str | None:
    """The name a form carries; None when nobody gave it one."""
    return text if text and _KEY.fullmatch(text) else None


class FreightQuoteForm(Form):
    """A quote with its margin; everything is in the address."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf = False

    goods = AmountField(_("Goods"))
    category = ChoiceField(_("Category"), choices=[], default="")
    volume_cbm = MeasureField(_("Volume"))
    weight_kg = AmountField(_("Weight"))
    commission = PercentField(_("Commission"))


class ContainerForm(Form):
    """A new container; its capacity is that of a 40' high cube unless said otherwise."""

    reference = text_field(_("Reference"), 40, autocapitalize="characters", spellcheck="false")
    billed = MeasureField(_("Volume that may be billed"))
    stowable = MeasureField(_("Volume that can be stowed"))
    payload = AmountField(_("Payload"))
    request_id = HiddenField()


class RefusalForm(Form):
    """Why a proof is refused: the merchant reads it."""

    version = HiddenField()
    reason = TextAreaField(_("Reason"), filters=[trimmed], render_kw={"rows": 3, "maxlength": 300})


class RateForm(Form):
    """Other rates, from now or from a day on; everything else stays as it is."""

    version = HiddenField()
    rate = AmountField(_("Rate charged"))
    real_rate = AmountField(_("Real rate"))
    effective_from = DayField(_("From the day"))
    note = text_field(_("Note"), 200)


class TermsForm(Form):
    """What was agreed with a merchant."""

    version = HiddenField()
    commission = PercentField(_("Commission"))
    priority = ChoiceField(
        _("Priority"),
        choices=[
            (str(rank), _("%(rank)s, most urgent", rank=rank) if rank == 0 else str(rank))
            for rank in range(10)
        ],
        default="1",
    )
    note = TextAreaField(_("Note"), filters=[trimmed], render_kw={"rows": 3, "maxlength": 500})


class WithdrawalForm(Form):
    """Money handed back from a wallet."""

    request_id = HiddenField()
    amount = AmountField(_("Amount"))
    reference = text_field(_("Reference"), 80)


class SupplierForm(Form):
    """A supplier of the catalogue."""

    version = HiddenField()
    id = HiddenField()
    name = text_field(_("Name"), 120)
    category = ChoiceField(_("Category"), choices=[], default="")
    country = ChoiceField(_("Country"), choices=[], default="CN")
    city = text_field(_("City"), 80)
    url = text_field(_("Web address"), 300, inputmode="url", spellcheck="false")
    minimum_order = AmountField(_("Minimum order"))
    currency = ChoiceField(_("Currency"), choices=_CURRENCIES, default="CNY")
    description = TextAreaField(
        _("Description"), filters=[trimmed], render_kw={"rows": 4, "maxlength": 1000}
    )
    listed = ChoiceField(
        _("Shown to merchants"), choices=[("yes", _("Yes")), ("no", _("No"))], default="yes"
    )

    def __init__(
        self,
        *args: Any,  # whatever WTForms gives a form
        categories: Mapping[str, str],
        countries: Mapping[str, str],
        badges: frozenset[str] = frozenset(),
        **kwargs: Any,  # the defaults of its fields
    ) -> None:
        """Read what was sent.

        Args:
            *args: Whatever WTForms gives a form.
            categories: Names by code.
            countries: Names by code.
            badges: Those that are ticked: one list of boxes, no fields of their own.
            **kwargs: The defaults of its fields.
        """
        super().__init__(*args, **kwargs)
        self.category.choices = tuple(categories.items())
        self.country.choices = tuple(countries.items())
        self.badges = badges

    @property
    def choices_of_badges(self) -> list[tuple[str, object, bool]]:
        """Each badge: its value, its name, whether it is ticked."""
        return [(badge, name, badge in self.badges) for badge, name in BADGES.items()]
