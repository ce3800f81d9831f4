"""A quote with its costs and margins, for any merchant and any commission; nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import keep_address, language
from logistics_core.errors import PurchaseFaults, TariffMissing
from logistics_core.tariffs import Purchase
from shared_kernel import FaultList

from .forms import FreightQuoteForm
from .reading import amount_of, say, wanted
from .views import blueprint, office

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from logistics_core.tariffs import Quote, Tariff

__all__: list[str] = []


@blueprint.get("/devis")
def quote() -> ResponseReturnValue:
    """The quote of what is typed, which is all in the address."""
    published = office().current_tariff()
    if published is None:
        raise TariffMissing("no tariff is in force")
    tariff = published.tariff
    typed = any(request.args.get(name) for name in ("goods", "volume_cbm"))
    form = FreightQuoteForm(formdata=request.args if typed else None)
    form.category.choices = tuple((one.code, one.label(language())) for one in tariff.categories)
    if not typed:
        form.category.data = tariff.categories[0].code
        form.commission.process_data(tariff.commission.scaleb(2))
    found = _quoted(form, tariff) if typed else None
    if found is not None:
        keep_address({**request.args.to_dict(), **_plain(form)})
    answer = render_template(
        "freight_admin/quote.html", form=form, found=found, tariff=tariff, published=published
    )
    return answer, 422 if typed and found is None else 200


def _quoted(form: FreightQuoteForm, tariff: Tariff) -> Quote | None:
    """The quote of a form; None when something is wrong, which it then says."""
    form.validate()
    goods = amount_of(
        form.goods, tariff.goods_currency, message=_("Write an amount, for example 10000.")
    )
    wanted(form.volume_cbm, _("Write a volume, for example 3."))
    if form.errors or goods is None or form.volume_cbm.data is None:
        return None
    found = FaultList()
    with found.collect():
        purchase = Purchase(
            goods=goods,
            category=form.category.data,
            volume_cbm=form.volume_cbm.data,
            weight_kg=form.weight_kg.data,
        )
    if not found:
        try:
            return office().quote_internal(purchase, commission=form.commission.fraction)
        except PurchaseFaults as faults:
            found.extend(faults)
    say(form, found.faults)
    return None


def _plain(form: FreightQuoteForm) -> dict[str, str]:
    """The figures of the form as every language reads them."""
    from comptoir_web.blueprints.loans.address import plain

    fields = (form.goods, form.volume_cbm, form.weight_kg, form.commission)
    return {field.name: plain(field.data) for field in fields if field.data is not None}
