"""From the form to a purchase, and from a purchase back to the fields of its form.

The fields are read first (`presentation.fields`); then the library's own rules speak, and each of
its faults is put beside its field, in the reader's language.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from comptoir_web.blueprints.loans.address import plain
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language
from logistics_core.measures import Carton, Shipment
from logistics_core.tariffs import Purchase
from shared_kernel import FaultList, from_minor, parse_money

from .forms import CARTONS, MOST_ROWS, VOLUME, CartonForm, QuoteForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wtforms import Form
    from wtforms.fields.core import Field

    from comptoir_web.presentation.fields import AmountField
    from shared_kernel import Fault, Money

__all__ = ["missing_of", "read_amount", "read_purchase", "refuse_faults", "terms_of"]

# What stands in for what is missing, so that what is wrong with the rest is said at once.
_SOME_SIZE: Final = Decimal(10)
_SOME_MINOR: Final = 10**6
_SOME_CODE: Final = "X"
_FIELDS: Final = {
    "volume_cbm": "volume",
    "weight_kg": "weight",
    "length_cm": "length",
    "width_cm": "width",
    "height_cm": "height",
}
"""path of a fault in the library -> field of the form, where the names differ"""


def missing_of(form: QuoteForm) -> tuple[str, ...]:
    """What is still to be typed before there is a total, as the fields are called."""
    measured = form.rows if form.by_cartons else form.volume.typed
    weighed = form.by_cartons or form.weight.typed or not form.weighed
    wanted = (
        (form.goods.typed, form.goods),
        (form.category.data, form.category),
        (measured, form.cartons if form.by_cartons else form.volume),
        (weighed, form.weight),
    )
    return tuple(str(field.label.text) for typed, field in wanted if not typed)


def read_purchase(form: QuoteForm, *, currency: str, strict: bool) -> Purchase | None:
    """The purchase a form describes; None when something is wrong or missing.

    Args:
        form: What was typed; it says afterwards what is wrong.
        currency: What goods are paid in.
        strict: Whether what is missing is wrong; while someone types it is only missing.
    """
    form.validate()
    goods = read_amount(form, form.goods, currency, strict=strict)
    if strict and not form.category.data:
        form.refuse(form.category, _("Choose a category."))
    shipment = _shipment(form, strict=strict) if form.by_cartons else None
    if form.by_cartons:
        _hush(form.volume, form.weight)
    else:
        _hush(*(field for row in form.rows for field in row))
        form.cartons.errors = []
        if strict and not form.volume.typed:
            form.refuse(form.volume, _("Write a volume, for example 3 or 0,5."))
        if strict and form.weighed and not form.weight.typed:
            form.refuse(form.weight, _("Write a weight: heavy goods are billed by it."))
    purchase = _purchase(form, goods, shipment, currency)
    half_typed = form.by_cartons and shipment is None
    return None if half_typed or missing_of(form) or form.wrong else purchase


def _hush(*fields: Field) -> None:
    """Say nothing of fields that belong to the other way of telling the room."""
    for field in fields:
        field.errors = []


def _purchase(
    form: QuoteForm, goods: Money | None, shipment: Shipment | None, currency: str
) -> Purchase | None:
    """The purchase; with something in the place of what is missing, which is no purchase then."""
    goods = from_minor(_SOME_MINOR, currency) if goods is None else goods
    category, note = form.category.data or _SOME_CODE, (form.note.data or "").strip()
    volume = form.volume.data
    found = FaultList()
    purchase: Purchase | None = None
    with found.collect():
        if shipment is not None:
            purchase = Purchase.of_cartons(goods, category, shipment, note=note)
        else:
            purchase = Purchase(
                goods=goods,
                category=category,
                volume_cbm=_SOME_SIZE if volume is None or form.by_cartons else volume,
                weight_kg=None if form.by_cartons else form.weight.data,
                note=note,
            )
    refuse_faults(form, found.faults)
    return purchase


def _shipment(form: QuoteForm, *, strict: bool) -> Shipment | None:
    rows = form.rows
    if len(form.cartons.entries) > MOST_ROWS:
        form.form_errors.append(
            _("%(most)s kinds of cartons at most: add the others to another quote.", most=MOST_ROWS)
        )
        return None
    if not rows and strict:
        form.refuse(form.cartons, _("Write the sizes of one kind of carton at least."))
    cartons = [_carton(row, strict=strict) for row in rows]
    whole = [carton for carton in cartons if carton is not None]
    return Shipment(whole) if whole and len(whole) == len(cartons) else None


def _carton(row: CartonForm, *, strict: bool) -> Carton | None:
    sizes = {
        "length_cm": row.length,
        "width_cm": row.width,
        "height_cm": row.height,
        "weight_kg": row.weight,
    }
    for field in sizes.values():
        if strict and not field.typed and not field.errors:
            field.errors = [_("Write a number, for example 60.")]
    if row.errors:
        return None
    found = FaultList()
    carton: Carton | None = None
    with found.collect():
        carton = Carton(
            **{
                name: _SOME_SIZE if field.data is None else field.data
                for name, field in sizes.items()
            },
            count=1 if row.count.data is None else row.count.data,
        )
    refuse_faults(row, found.faults)
    typed = all(field.typed for field in sizes.values())
    return carton if typed and not row.errors else None


def read_amount(
    form: Form, field: AmountField, currency: str, *, strict: bool, example: str = "10 000"
) -> Money | None:
    """The amount of a field, read again as money so that its decimals are checked.

    None when it holds none, which is said when `strict`.
    """
    if field.data is None:
        if strict and not field.errors:
            field.errors = [_("Write an amount, for example %(example)s.", example=example)]
        return None
    found = FaultList()
    amount: Money | None = None
    with found.collect():
        amount = parse_money(field.typed, currency, locale=language())
    refuse_faults(form, found.faults, {"": field})
    return amount


def refuse_faults(
    form: Form, faults: Iterable[Fault], fields: dict[str, Field] | None = None
) -> None:
    """Put each fault beside its field; one without a field goes on top of the form."""
    for fault in faults:
        path = fault.path.rpartition(".")[2]
        name = _FIELDS.get(path, path)
        field = (fields or {}).get(fault.path)
        if field is None and name in form:
            field = form[name]
        if field is None:
            form.form_errors.append(fault_sentence(fault))
        elif not field.errors:
            field.errors = [fault_sentence(fault)]


def terms_of(purchase: Purchase) -> dict[str, str]:
    """The fields of the form that describe a purchase, as every language reads them."""
    given: dict[str, object] = {
        "goods": plain(purchase.goods.amount),
        "category": purchase.category,
        "note": purchase.note or None,
    }
    if purchase.cartons is None:
        weight = purchase.weight_kg
        given |= {
            "measured": VOLUME,
            "volume": plain(purchase.volume_cbm),
            "weight": None if weight is None else plain(weight),
        }
    else:
        given["measured"] = CARTONS
        for place, carton in enumerate(purchase.cartons.cartons):
            given |= {
                f"cartons-{place}-length": plain(carton.length_cm),
                f"cartons-{place}-width": plain(carton.width_cm),
                f"cartons-{place}-height": plain(carton.height_cm),
                f"cartons-{place}-weight": plain(carton.weight_kg),
                f"cartons-{place}-count": str(carton.count),
            }
    return {name: str(value) for name, value in given.items() if value is not None}
