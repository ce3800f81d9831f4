"""The catalogue of suppliers, as it is kept: those that merchants are not shown too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.identity.keys import new_id
from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Column, Page, asked_page
from logistics_core.errors import StaleVersion, SupplierFaults, SupplierMissing
from logistics_core.suppliers import Badge, Supplier
from logistics_core.suppliers.countries import COUNTRY_CODES
from shared_kernel import FaultList

from . import words
from .forms import SupplierForm
from .reading import amount_of, say
from .views import blueprint, category_names, differences, me, office, unconfirmed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from logistics_core.storage.catalogue import SavedSupplier

    from .views import Difference

__all__: list[str] = []

PER_PAGE = 25
_LISTED = {"yes": True, "no": False}


@blueprint.get("/fournisseurs")
def suppliers() -> ResponseReturnValue:
    """The suppliers, by name; the search and the filter are in the address."""
    search, listed = request.args.get("q", "").strip()[:60], request.args.get("listed", "")
    found = office().suppliers(
        search=search, listed=_LISTED.get(listed), number=asked_page(), per_page=PER_PAGE
    )
    return render_template(
        "freight_admin/suppliers.html",
        suppliers=found.suppliers,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        search=search,
        listed=listed if listed in _LISTED else "",
        category_names=category_names(),
        columns=(
            Column("name", _("Name")),
            Column("category", _("Category")),
            Column("country", _("Country")),
            Column("badges", _("Trust badges")),
            Column("minimum", _("Minimum order"), numeric=True),
            Column("listed", _("Shown to merchants")),
        ),
    )


@blueprint.route("/fournisseurs/nouveau", methods=["GET", "POST"])
def new_supplier() -> ResponseReturnValue:
    """Add a supplier to the catalogue."""
    if request.method == "GET":
        # Named with the form: sent twice, it names the same supplier.
        return _page(_form(formdata=None, version="0", id=new_id()), None)
    return _save(None)


@blueprint.route("/fournisseurs/<supplier_id>", methods=["GET", "POST"])
def supplier(supplier_id: str) -> ResponseReturnValue:
    """Change a supplier."""
    saved = office().supplier(supplier_id)
    return _page(_opened(saved), saved) if request.method == "GET" else _save(saved)


def _form(**given: Any) -> SupplierForm:  # whatever WTForms gives a form
    """The form, with the categories there are and the countries of the world."""
    names = category_names()
    kept = given.get("category")
    if kept and kept not in names:
        names[kept] = kept
    countries = {code: words.country_name(code) for code in COUNTRY_CODES}
    by_name = sorted(countries.items(), key=lambda pair: words.sorting(pair[1]))
    return SupplierForm(categories=names, countries=dict(by_name), **given)


def _opened(saved: SavedSupplier) -> SupplierForm:
    one = saved.supplier
    least = one.minimum_order
    return _form(
        formdata=None,
        version=str(saved.version),
        id=one.id,
        name=one.name,
        category=one.category,
        country=one.country,
        city=one.city,
        url=one.url,
        minimum_order=None if least is None else least.amount,
        currency="CNY" if least is None else least.currency.code,
        description=one.description,
        listed="yes" if one.listed else "no",
        badges=frozenset(badge.value for badge in one.badges),
    )


def _page(
    form: SupplierForm,
    saved: SavedSupplier | None,
    meanwhile: tuple[Difference, ...] | None = None,
) -> str:
    return render_template(
        "freight_admin/supplier.html", form=form, saved=saved, meanwhile=meanwhile
    )


def _save(saved: SavedSupplier | None) -> ResponseReturnValue:
    badges = frozenset(request.form.getlist("badges"))
    form = _form(badges=badges, **({"category": saved.supplier.category} if saved else {}))
    form.validate()
    typed = _typed(form, saved)
    if typed is None:
        return _page(form, saved), 422
    try:
        office().save_supplier(typed, version=version_of(form.version.data), actor=me())
    except StaleVersion:
        kept = office().supplier(typed.id)
        meanwhile = differences(_texts(typed), _texts(kept.supplier))
        if meanwhile:  # else the same form was sent twice
            form.version.data = str(kept.version)
            return _page(form, kept, meanwhile), 409
    except SupplierFaults as faults:
        say(form, faults.faults)
        return _page(form, saved), 422
    flash(_("%(name)s is kept in the catalogue.", name=typed.name), "success")
    return redirect(url_for("freight_admin.suppliers"), code=303)


def _typed(form: SupplierForm, saved: SavedSupplier | None) -> Supplier | None:
    """The supplier of a form; None when something is wrong, which the form then says."""
    minimum = amount_of(form.minimum_order, form.currency.data)
    found = FaultList()
    typed: Supplier | None = None
    with found.collect():
        typed = Supplier(
            id=saved.supplier.id if saved else form.id.data or "",
            name=form.name.data or "",
            category=form.category.data or "",
            country=form.country.data or "",
            city=form.city.data or "",
            badges=tuple(badge for badge in Badge if badge.value in form.badges),
            minimum_order=minimum,
            url=form.url.data or "",
            description=form.description.data or "",
            listed=form.listed.data == "yes",
        )
    say(form, found.faults)
    return None if form.errors or form.form_errors else typed


def _texts(one: Supplier) -> dict[str, str]:
    return {
        _("Name"): one.name,
        _("Category"): one.category,
        _("Country"): words.country_name(one.country),
        _("City"): one.city or "–",
        _("Trust badges"): ", ".join(str(words.BADGES[badge]) for badge in one.badges) or "–",
        _("Minimum order"): "–" if one.minimum_order is None else money(one.minimum_order),
        _("Web address"): one.url or "–",
        _("Description"): one.description or "–",
        _("Shown to merchants"): _("Yes") if one.listed else _("No"),
    }


@blueprint.post("/fournisseurs/<supplier_id>/retirer")
def remove_supplier(supplier_id: str) -> ResponseReturnValue:
    """Take a supplier out of the catalogue, after one question; gone already is gone."""
    back = url_for("freight_admin.suppliers")
    try:
        name = office().supplier(supplier_id).supplier.name
    except SupplierMissing:
        return redirect(back, code=303)
    asked = unconfirmed(words.ask_removal(name), _("Remove"), back)
    if asked is not None:
        return asked
    office().remove_supplier(supplier_id, actor=me())
    flash(_("%(name)s is no longer in the catalogue.", name=name), "success")
    return redirect(back, code=303)
