"""The containers, the wallet and the suppliers: pages that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from flask import render_template, request

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.formats import moment, money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Page, asked_page
from logistics_core.suppliers import Badge
from logistics_core.wallets import MovementKind, wallet_account
from shared_kernel import to_minor

from .reading import gauge_of, labels_of
from .views import blueprint, desk, tariff_in_force
from .words import BADGE_ICONS, BADGES, MOVEMENTS, country_name

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from logistics_core.suppliers import Supplier
    from logistics_core.wallets import Movement

__all__: list[str] = []

MOVEMENTS_PER_PAGE: Final = 20
SUPPLIERS_PER_PAGE: Final = 24
_LONGEST_SEARCH: Final = 80


@blueprint.get("/conteneurs")
def containers() -> ResponseReturnValue:
    """The containers that take bookings, and how full each is."""
    return render_template(
        "freight/containers.html",
        containers=[gauge_of(each) for each in desk().containers_open()],
    )


# -- the wallet ------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class MovementRow:
    """A movement of the wallet: signed, as its owner sees it."""

    on: str
    what: str
    amount: str
    tone: str


@blueprint.get("/portefeuille")
def wallet() -> ResponseReturnValue:
    """What is in the wallet, and how it came there."""
    me = visitor().id
    found = desk().wallet(me, number=asked_page(), per_page=MOVEMENTS_PER_PAGE)
    return render_template(
        "freight/wallet.html",
        balance=money(found.balance),
        value=f"{found.balance.amount:f}",
        holds=bool(to_minor(found.balance)),
        movements=[_row(each, wallet_account(me)) for each in found.movements],
        pages=Page(number=found.number, size=found.per_page, total=found.total),
    )


def _row(movement: Movement, mine: str) -> MovementRow:
    came = movement.target == mine
    amount = movement.amount if came else -movement.amount
    return MovementRow(
        on=moment(movement.at),
        what=str(MOVEMENTS[MovementKind(movement.kind)]),
        amount=f"+{money(amount)}" if came else money(amount),
        tone="gain" if came else "loss",
    )


# -- the suppliers ---------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class SupplierCard:
    """A supplier as the catalogue shows it."""

    id: str
    name: str
    category: str
    place: str
    badges: tuple[tuple[str, str], ...]
    minimum: str
    description: str
    url: str


@blueprint.get("/fournisseurs")
def suppliers() -> ResponseReturnValue:
    """The catalogue: by category, country, badge, or words."""
    asked = {name: request.args.get(name, "")[:_LONGEST_SEARCH].strip() for name in _FILTERS}
    badge = asked["badge"] if asked["badge"] in {each.value for each in Badge} else ""
    labels = labels_of(tariff_in_force())
    found = desk().suppliers(
        search=asked["q"],
        category=asked["category"] or None,
        country=asked["country"] or None,
        badge=badge or None,
        number=asked_page(),
        per_page=SUPPLIERS_PER_PAGE,
    )
    countries = sorted((country_name(code), code) for code in found.countries)
    return render_template(
        "freight/suppliers.html",
        asked=asked,
        filtered=any(asked.values()),
        suppliers=[
            _supplier(each, labels.get(each.category, each.category)) for each in found.suppliers
        ],
        categories=[(code, labels.get(code, code)) for code in found.categories],
        countries=[(code, name) for name, code in countries],
        badges=[(each.value, str(name)) for each, name in BADGES.items()],
        pages=Page(number=found.number, size=found.per_page, total=found.total),
    )


_FILTERS: Final = ("q", "category", "country", "badge")


def _supplier(supplier: Supplier, category: str) -> SupplierCard:
    country = country_name(supplier.country)
    return SupplierCard(
        id=supplier.id,
        name=supplier.name,
        category=category,
        place=f"{supplier.city}, {country}" if supplier.city else country,
        badges=tuple((BADGE_ICONS[each], str(BADGES[each])) for each in supplier.badges),
        minimum=(
            _("from %(amount)s", amount=money(supplier.minimum_order))
            if supplier.minimum_order is not None
            else ""
        ),
        description=supplier.description,
        url=supplier.url,
    )
