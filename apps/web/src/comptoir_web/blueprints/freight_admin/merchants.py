"""Merchants: what was agreed with each, what they ordered, what their wallet holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Column, Page, asked_page
from logistics_core.errors import KeyReused, MerchantFaults, NotEnough, StaleVersion, WalletFaults
from logistics_core.merchants import MerchantTerms
from shared_kernel import FaultList

from . import words
from .containers import order_columns
from .forms import TermsForm, WithdrawalForm, fresh_key, usable_key
from .reading import amount_of, chosen, refuse, say
from .views import blueprint, category_names, differences, me, office, people, unconfirmed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.office_values import Merchant

    from .views import Difference

__all__: list[str] = []

PER_PAGE = 25
MOVEMENTS = 15
LAST_ORDERS = 10


@blueprint.get("/marchands")
def merchants() -> ResponseReturnValue:
    """The merchants, by name; the search is in the address."""
    search = request.args.get("q", "").strip()[:60]
    found = office().merchants(search=search, number=asked_page(), per_page=PER_PAGE)
    return render_template(
        "freight_admin/merchants.html",
        merchants=found.merchants,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        search=search,
        columns=(
            Column("name", _("Merchant")),
            Column("contact", _("Contact")),
            Column("commission", _("Commission"), numeric=True),
            Column("orders", _("Orders"), numeric=True),
            Column("revenue", _("Revenue"), numeric=True),
            Column("margin", _("Margin"), numeric=True),
            Column("balance", _("Wallet"), numeric=True),
        ),
    )


@blueprint.get("/marchands/<owner>")
def merchant(owner: str) -> ResponseReturnValue:
    """One merchant."""
    return _page(office().merchant(owner))


def _page(
    found: Merchant,
    *,
    terms: TermsForm | None = None,
    withdrawal: WithdrawalForm | None = None,
    meanwhile: tuple[Difference, ...] | None = None,
) -> str:
    number = asked_page()
    movements = office().movements(found.id, number=number, per_page=MOVEMENTS)
    agreed = found.terms
    if terms is None:
        commission = None if agreed.commission is None else agreed.commission.scaleb(2)
        terms = TermsForm(
            formdata=None,
            version=str(agreed.version),
            commission=commission,
            priority=str(agreed.priority),
            note=agreed.note,
        )
    return render_template(
        "freight_admin/merchant.html",
        merchant=found,
        terms=terms,
        withdrawal=withdrawal or WithdrawalForm(formdata=None, request_id=fresh_key()),
        meanwhile=meanwhile,
        movements=movements,
        number=number,
        more=len(movements) == MOVEMENTS,
        orders=office().orders(owner=found.id, per_page=LAST_ORDERS),
        order_columns=order_columns(),
        category_names=category_names(),
        people=people([one.actor for one in movements]),
        usual=office().current_tariff(),
    )


@blueprint.post("/marchands/<owner>/conditions")
def save_terms(owner: str) -> ResponseReturnValue:
    """Keep what was agreed: a commission of their own or the tariff's, and how urgent they are."""
    form = TermsForm()
    form.validate()
    found = office().merchant(owner)
    if form.errors:
        return _page(found, terms=form), 422
    typed: MerchantTerms | None = None
    faults = FaultList()
    with faults.collect():
        typed = MerchantTerms(
            owner=owner,
            commission=form.commission.fraction,
            priority=int(chosen(form.priority)),
            note=form.note.data or "",
        )
    say(form, faults.faults)
    if typed is None:
        return _page(found, terms=form), 422
    try:
        office().save_terms(typed, version=version_of(form.version.data), actor=me())
    except StaleVersion:
        kept = office().merchant(owner)
        meanwhile = differences(_texts(typed), _texts(kept.terms))
        if meanwhile:  # else the same form was sent twice
            form.version.data = str(kept.terms.version)
            return _page(kept, terms=form, meanwhile=meanwhile), 409
    except MerchantFaults as refused:
        say(form, refused.faults)
        return _page(found, terms=form), 422
    flash(_("What was agreed is kept."), "success")
    return _to(owner)


def _texts(terms: MerchantTerms) -> dict[str, str]:
    commission = terms.commission
    return {
        _("Commission"): _("the tariff's") if commission is None else words.rate_of(commission),
        _("Priority"): str(terms.priority),
        _("Note"): terms.note or "–",
    }


@blueprint.post("/marchands/<owner>/retrait")
def withdraw(owner: str) -> ResponseReturnValue:
    """Hand money of a wallet back to its merchant, once however often the form is sent."""
    form = WithdrawalForm()
    form.validate()
    found = office().merchant(owner)
    code = found.balance.currency.code
    amount = amount_of(form.amount, code, message=_("Write an amount, for example 500000."))
    key = usable_key(form.request_id.data)
    if form.errors or amount is None or key is None:
        form.request_id.data = key or fresh_key()
        return _page(found, withdrawal=form), 422
    question = words.ask_withdrawal(found.name, amount)
    asked = unconfirmed(question, _("Hand over"), url_for("freight_admin.merchant", owner=owner))
    if asked is not None:
        return asked
    try:
        office().withdraw(owner, amount, key=key, actor=me(), reference=form.reference.data or "")
    except NotEnough:
        refuse(form.amount, _("The wallet holds %(balance)s.", balance=money(found.balance)))
    except KeyReused:
        form.request_id.data = fresh_key()
        refuse(
            form.amount, _("This form was sent already with another amount: look at the wallet.")
        )
    except WalletFaults as faults:
        for fault in faults.faults:
            refuse(form.amount, words.fault_sentence(fault))
    else:
        flash(_("%(amount)s are handed over.", amount=money(amount)), "success")
        return _to(owner)
    return _page(found, withdrawal=form), 422


def _to(owner: str) -> ResponseReturnValue:
    return redirect(url_for("freight_admin.merchant", owner=owner), code=303)
