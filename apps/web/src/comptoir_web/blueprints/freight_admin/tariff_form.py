"""The form of a tariff: its rates, its commission, a row for each category, its rules, its dates.

A form carries the version of the last tariff published when it was opened: where another one was
published meanwhile, nothing is published and both are shown.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.fields import FieldList, FormField

from comptoir_web.blueprints.loans.address import plain
from comptoir_web.blueprints.planning.forms import RowsForm
from comptoir_web.forms import text_field
from comptoir_web.presentation.fields import (
    AmountField,
    ChoiceField,
    CountField,
    DayField,
    MeasureField,
    PercentField,
)
from comptoir_web.presentation.languages import gettext, lazy_gettext
from logistics_core.tariffs import Category, Tariff
from shared_kernel import FaultList, RoundingMode, currency_codes, from_minor

from .reading import amount_of, begins, chosen, midnight, refuse, say, wanted
from .words import ROUNDINGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared_kernel import Money

__all__ = ["CategoryForm", "TariffForm", "read_tariff", "same_terms", "tariff_fields"]

_ = lazy_gettext
T = TypeVar("T")
_CODES: Final = ("GNF", "XOF", "XAF", "EUR", "USD", "CNY")
_GOODS: Final = ("CNY", "USD", "EUR")
_SOME_MINOR: Final = 10**6  # stands in for what is missing, so that all the rest is said at once
_ONE, _NONE = Decimal(1), Decimal(0)


class CategoryForm(Form):
    """A kind of goods: what a merchant pays for a cubic metre, and what it really costs."""

    code = text_field(_("Code"), 32)
    label_fr = text_field(_("Name in French"), 60)
    label_en = text_field(_("Name in English"), 60)
    price = AmountField(_("Price of a m³"))
    real_cost = AmountField(_("Real cost of a m³"))

    @property
    def written(self) -> bool:
        """Whether something is typed in it."""
        return any((field.data or getattr(field, "typed", "")) for field in self)


class TariffForm(RowsForm):
    """A whole tariff."""

    group = "categories"
    goods_currency = ChoiceField(
        _("Goods are in"), choices=[(code, code) for code in _GOODS], default="CNY"
    )
    currency = ChoiceField(
        _("Charged in"), choices=[(code, code) for code in _CODES], default="GNF"
    )
    rate = AmountField(_("Rate charged"))
    real_rate = AmountField(_("Real rate"))
    commission = PercentField(_("Commission"))
    categories = FieldList(FormField(CategoryForm), _("Category"))
    minimum_freight = AmountField(_("Least freight of an order"))
    kg_per_cbm = MeasureField(_("Weight that counts as one m³"))
    volume_places = ChoiceField(
        _("Decimals of the volume"), choices=[(str(n), str(n)) for n in range(4)], default="3"
    )
    volume_rounding = ChoiceField(
        _("Rounding of the volume"),
        choices=[(mode.value, name) for mode, name in ROUNDINGS.items()],
        default=RoundingMode.HALF_UP.value,
    )
    validity = CountField(_("Quotes hold for"))
    effective_from = DayField(_("From the day"))
    effective_until = DayField(_("Until the day"))
    note = text_field(_("Note"), 200)


def read_tariff(
    form: TariffForm, *, at: datetime, ends: Callable[[datetime], datetime | None]
) -> Tariff | None:
    """The tariff a form describes; None when something is wrong, which the form then says.

    A day begins at midnight UTC, which is Conakry's.

    Args:
        form: What was sent.
        at: When it begins without a day.
        ends: When one that begins at a moment ends without a day.
    """
    form.validate()
    code = _charged(form)
    for field in (form.rate, form.commission):
        wanted(field, gettext("Write a number."))
    wanted(form.validity, gettext("Write a number."))
    since = begins(form.effective_from, at)
    typed = form.effective_until
    until = ends(since) if typed.empty else midnight(typed.data)
    if until is not None and until <= since:
        refuse(form.effective_until, gettext("It ends before it begins: write a later day."))
        until = None
    rows = [row for row in form.rows if isinstance(row, CategoryForm) and row.written]
    if not rows:
        form.form_errors.append(gettext("Write at least one category."))
    found = FaultList()
    tariff: Tariff | None = None
    categories = [_category(row, code) for row in rows]
    with found.collect():
        tariff = Tariff(
            version=0,
            effective_from=since,
            effective_until=until,
            goods_currency=chosen(form.goods_currency),
            currency=code,
            rate=_or(form.rate.data, _ONE),
            real_rate=form.real_rate.data,
            commission=_or(form.commission.fraction, _NONE),
            # A stand-in where there is no category, so that all the rest is said at once.
            categories=tuple(one for one in categories if one) or (_some_category(code),),
            minimum_freight=amount_of(form.minimum_freight, code),
            kg_per_cbm=form.kg_per_cbm.data,
            volume_places=int(chosen(form.volume_places)),
            volume_rounding=RoundingMode(chosen(form.volume_rounding)),
            validity=timedelta(days=_or(form.validity.data, 1)),
        )
    say(form, found.faults)
    right = not form.errors and not form.form_errors
    return tariff if right and all(not row.errors for row in form.rows) else None


def _or(value: T | None, stand_in: T) -> T:
    """What stands in for what is missing; a zero is not missing."""
    return stand_in if value is None else value


def _charged(form: TariffForm) -> str:
    """The currency chosen, which may be one that is not proposed but exists."""
    code = form.currency.data
    if code in currency_codes():
        return code
    refuse(form.currency, gettext("Choose one of the answers of the list."))
    return "GNF"


def _category(row: CategoryForm, code: str) -> Category | None:
    price = amount_of(row.price, code, message=gettext("Write an amount, for example 5000000."))
    cost = amount_of(row.real_cost, code, message=gettext("Write an amount, for example 4200000."))
    found = FaultList()
    category: Category | None = None
    with found.collect():
        category = Category(
            code=(row.code.data or "").strip().upper(),
            label_fr=(row.label_fr.data or "").strip(),
            label_en=(row.label_en.data or row.label_fr.data or "").strip(),
            price=_or(price, _some_money(code)),
            real_cost=_or(cost, _some_money(code)),
        )
    say(row, found.faults)
    return None if row.errors else category


def _some_money(code: str) -> Money:
    return from_minor(_SOME_MINOR, code)


def _some_category(code: str) -> Category:
    some = _some_money(code)
    return Category(code="X", label_fr="X", label_en="X", price=some, real_cost=some)


def tariff_fields(tariff: Tariff, *, last: int) -> MultiDict[str, str]:
    """The fields that describe a tariff, but for its dates: a new one begins on its own."""
    given: dict[str, object] = {
        "version": last,
        "goods_currency": tariff.goods_currency,
        "currency": tariff.currency,
        "rate": plain(tariff.rate),
        "real_rate": plain(tariff.real_rate),
        "commission": plain(tariff.commission.scaleb(2)),
        "minimum_freight": tariff.minimum_freight and plain(tariff.minimum_freight.amount),
        "kg_per_cbm": tariff.kg_per_cbm and plain(tariff.kg_per_cbm),
        "volume_places": tariff.volume_places,
        "volume_rounding": tariff.volume_rounding.value,
        "validity": tariff.validity.days,
    }
    for place, one in enumerate(tariff.categories):
        given |= {
            f"categories-{place}-code": one.code,
            f"categories-{place}-label_fr": one.label_fr,
            f"categories-{place}-label_en": one.label_en,
            f"categories-{place}-price": plain(one.price.amount),
            f"categories-{place}-real_cost": plain(one.real_cost.amount),
        }
    return MultiDict({name: str(value) for name, value in given.items() if value is not None})


def same_terms(one: Tariff, other: Tariff) -> bool:
    """Whether two tariffs say the same, whatever their number and the moment they begin."""
    since = other.effective_from
    return attrs.evolve(one, version=other.version, effective_from=since) == other
