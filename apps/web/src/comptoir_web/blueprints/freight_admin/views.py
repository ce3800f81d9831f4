"""The blueprint, its first page, and what the pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from flask import Blueprint, current_app, flash, render_template, request, url_for
from werkzeug.exceptions import NotFound

from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.access import visitor
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.service import IdentityService
from comptoir_web.presentation.languages import lazy_gettext
from comptoir_web.wiring import Clock, services
from logistics_core.errors import (
    ContainerMissing,
    OrderMissing,
    ProofMissing,
    SupplierMissing,
    TariffMissing,
)

from . import words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from comptoir_web.identity.users import User
    from logistics_core.errors import LogisticsError

__all__ = [
    "Difference",
    "blueprint",
    "category_names",
    "differences",
    "me",
    "now",
    "office",
    "payments",
    "people",
    "tell",
    "unconfirmed",
]

blueprint = Blueprint("freight_admin", __name__, url_prefix="/plateforme/admin/groupage")
blueprint.before_request(reached_by(Role.ADMIN))

FEW = 6
"""How many proofs the first page lists; the others are on their page."""
_PAGES = (
    ("freight_admin.index", "clipboard-check", lazy_gettext("To decide")),
    ("freight_admin.orders", "card-list", lazy_gettext("Orders")),
    ("freight_admin.proofs", "image", lazy_gettext("Proofs")),
    ("freight_admin.containers", "box-seam", lazy_gettext("Containers")),
    ("freight_admin.pool", "hourglass-split", lazy_gettext("Waiting pool")),
    ("freight_admin.quote", "calculator", lazy_gettext("Quote")),
    ("freight_admin.tariffs", "tags", lazy_gettext("Tariffs")),
    ("freight_admin.rates", "currency-exchange", lazy_gettext("Rates")),
    ("freight_admin.merchants", "shop", lazy_gettext("Merchants")),
    ("freight_admin.suppliers", "building", lazy_gettext("Suppliers")),
    ("freight_admin.figures", "bar-chart", lazy_gettext("Figures")),
)


@attrs.frozen
class Place:
    """A page of freight as the row of them shows it."""

    url: str
    icon: str
    label: str
    current: bool


@attrs.frozen
class Difference:
    """One term as it was typed or seen, and as it is kept now."""

    label: str
    typed: str
    saved: str


@blueprint.context_processor
def _shared() -> dict[str, object]:
    first = url_for("freight_admin.index")

    def current(url: str) -> bool:
        return request.path == url if url == first else request.path.startswith(url)

    places = [
        Place(url := url_for(endpoint), icon, str(label), current(url))
        for endpoint, icon, label in _PAGES
    ]
    return {"places": places, "words": words}


@blueprint.errorhandler(ContainerMissing)
@blueprint.errorhandler(OrderMissing)
@blueprint.errorhandler(ProofMissing)
@blueprint.errorhandler(SupplierMissing)
def _missing(_error: LogisticsError) -> ResponseReturnValue:
    # Raised from here, it would be answered by nobody.
    return current_app.handle_http_exception(NotFound())


@blueprint.errorhandler(TariffMissing)
def _no_tariff(_error: TariffMissing) -> ResponseReturnValue:
    return render_template("freight_admin/no_tariff.html")


def office() -> FreightOffice:
    """Freight as administrators run it."""
    found: FreightOffice = services().get(FreightOffice)
    return found


def payments() -> FreightPayments:
    """Proofs and payments."""
    found: FreightPayments = services().get(FreightPayments)
    return found


def me() -> str:
    """Who acts: kept in the history."""
    return visitor().id


def now() -> datetime:
    """The moment it is, in UTC."""
    clock: Clock = services().get(Clock)
    return clock()


def people(ids: Collection[str | None]) -> Mapping[str, User]:
    """The accounts of these ids that there are."""
    found: Mapping[str, User] = (
        services().get(IdentityService).users_by_id({one for one in ids if one})
    )
    return found


def category_names() -> dict[str, str]:
    """Every category that a tariff ever had, by its code, as the newest of them calls it."""
    from comptoir_web.presentation.languages import language

    names: dict[str, str] = {}
    for published in office().tariffs():
        for one in published.tariff.categories:
            names.setdefault(one.code, one.label(language()))
    return names


def tell(error: LogisticsError) -> None:
    """Say on the next page why nothing was done."""
    flash(words.error_sentence(error), "danger")


def differences(typed: Mapping[str, str], saved: Mapping[str, str]) -> tuple[Difference, ...]:
    """What differs between what someone typed or saw and what is kept now."""
    return tuple(
        Difference(label, typed.get(label, "–"), saved.get(label, "–"))
        for label in dict.fromkeys([*typed, *saved])
        if typed.get(label) != saved.get(label)
    )


def unconfirmed(question: str, label: str, back: str) -> str | None:
    """The page that asks once more, for a form sent without its question answered.

    The page's script asks it and says so in the form; without scripts this page does. None once
    it is answered.
    """
    if request.form.get("confirmed") == "yes":
        return None
    left = {"csrf_token", "confirmed"}
    kept = [pair for pair in request.form.items(multi=True) if pair[0] not in left]
    return render_template(
        "freight_admin/confirm.html",
        question=question,
        label=label,
        back=back,
        action=request.path,
        kept=kept,
    )


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What waits for a decision, each with the way to it; then the containers on their way."""
    waiting = office().decisions()
    found = office().containers(per_page=12)
    anything = (
        waiting.proofs
        or waiting.nearly_full
        or waiting.late_payments
        or waiting.proposals
        or waiting.tariff_missing
        or waiting.tariff_ends_at
    )
    return render_template(
        "freight_admin/index.html",
        waiting=waiting,
        few=FEW,
        anything=bool(anything),
        containers=found.containers,
        more=found.total > len(found.containers),
        category_names=category_names(),
        now=now(),
    )
