"""The form of a rate entered by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import StringField

from comptoir_web.forms import Form, trimmed
from comptoir_web.presentation import gettext
from comptoir_web.presentation import lazy_gettext as _
from comptoir_web.presentation.fields import AmountField, ChoiceField, DayField

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

__all__ = ["UNIT_CRYPTO", "UNIT_CURRENCY", "RateForm"]

UNIT_CURRENCY = "currency"
UNIT_CRYPTO = "crypto"


class RateForm(Form):
    """One unit of something is worth so much of a currency, from a day on."""

    kind = ChoiceField(
        _("Price of"),
        choices=[(UNIT_CURRENCY, _("A currency")), (UNIT_CRYPTO, _("A crypto-asset"))],
        default=UNIT_CURRENCY,
    )
    base = StringField(_("Code"), filters=[trimmed])
    price = AmountField(_("One unit is worth"))
    quote = StringField(_("In the currency"), filters=[trimmed])
    as_of = DayField(_("From the day"))

    @property
    def pair(self) -> tuple[str, str]:
        """The two assets, as prices name them; what is no code is refused by the service."""
        code = (self.base.data or "").upper()
        base = code
        if self.kind.data == UNIT_CRYPTO:
            base = f"crypto:{code}"
        return base, (self.quote.data or "").upper()

    def complete(self) -> tuple[Decimal, date] | None:
        """The price and the day; None when one is missing or wrong, and then it says so."""
        for field in (self.price, self.as_of):
            if field.data is None and not field.errors:
                field.errors = [gettext("This is needed.")]
        if self.price.data is None or self.as_of.data is None:
            return None
        return self.price.data, self.as_of.data
