"""The pages of group freight's administration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from comptoir_web.identity.roles import Role
from testkit.browser import Visit
from testkit.every_page.scenes import (
    REFUSED,
    Prepare,
    Scene,
    SitePage,
    ask_to_remove,
    fill_nothing,
    send_empty,
    unfold,
)
from testkit.offices import Office, a_second_rate, give_office

__all__ = ["PAGES"]

OFFICE = "/plateforme/admin/groupage/"


def _office(path: str | Callable[[Office], str] = "", *, rates: bool = False) -> Prepare:
    """A page of freight's administration, where something of every kind is to be decided."""

    def prepare(scene: Scene) -> str:
        there = give_office(scene.site.services)
        if rates:
            a_second_rate(scene.site.services)
        return OFFICE + (path if isinstance(path, str) else path(there))

    return prepare


def _close_overtaken(visit: Visit) -> None:
    """Someone booked in the container since its page was opened."""
    for name in ("version", "saw_booked"):
        seen = f"form[action$=fermer] [name={name}]"
        visit.page.evaluate("seen => { document.querySelector(seen).value = '0' }", seen)
    visit.page.locator("form[action$=fermer] button").click()
    visit.page.locator("dialog[open] .btn-danger").click()
    visit.page.wait_for_load_state()


def _preview_tariff(visit: Visit) -> None:
    """From a day after those of every tariff there may be."""
    visit.page.locator("#rate").fill("1400")
    later = datetime.now(UTC) + timedelta(days=60)
    visit.page.locator("#effective_from").fill(f"{later:%d/%m/%Y}")
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


def _empty_tariff(visit: Visit) -> None:
    fill_nothing(visit)
    visit.page.locator("main form.card .btn-primary").click()
    visit.page.wait_for_load_state()


_ADMIN = Role.ADMIN

PAGES: tuple[SitePage, ...] = (
    SitePage(name="office", endpoint="freight_admin.index", path=_office(), role=_ADMIN),
    SitePage(
        name="office-orders", endpoint="freight_admin.orders", path=_office("commandes"),
        role=_ADMIN,
    ),
    SitePage(
        name="office-order", endpoint="freight_admin.order",
        path=_office(lambda there: f"commandes/{there.waiting}"), role=_ADMIN, act=unfold,
    ),
    SitePage(
        name="office-proofs", endpoint="freight_admin.proofs", path=_office("preuves"),
        role=_ADMIN,
    ),
    SitePage(
        name="office-proof", endpoint="freight_admin.proof",
        path=_office(lambda there: f"preuves/{there.proof}"), role=_ADMIN,
    ),
    SitePage(
        name="office-containers", endpoint="freight_admin.containers",
        path=_office("conteneurs"), role=_ADMIN,
    ),
    SitePage(
        name="office-container", endpoint="freight_admin.container",
        path=_office(lambda there: f"conteneurs/{there.container}"), role=_ADMIN, act=unfold,
    ),
    SitePage(
        name="office-container-overtaken", endpoint="freight_admin.container",
        path=_office(lambda there: f"conteneurs/{there.container}"), role=_ADMIN,
        act=_close_overtaken, statuses=frozenset({409}), every_look=True,
    ),
    SitePage(
        name="office-container-new", endpoint="freight_admin.new_container",
        path=_office("conteneurs/nouveau"), role=_ADMIN, act=send_empty, statuses=REFUSED,
    ),
    SitePage(
        name="office-container-cancel", endpoint="freight_admin.cancel_container",
        path=_office(lambda there: f"conteneurs/{there.container}/annuler"), role=_ADMIN,
    ),
    SitePage(
        name="office-pool", endpoint="freight_admin.pool", path=_office("attente"), role=_ADMIN
    ),
    SitePage(
        name="office-quote", endpoint="freight_admin.quote", role=_ADMIN,
        path=_office("devis?goods=15000&category=ELECTRONIQUE&volume_cbm=3&commission=4"),
    ),
    SitePage(
        name="office-tariffs", endpoint="freight_admin.tariffs",
        path=_office("tarifs", rates=True), role=_ADMIN,
    ),
    SitePage(
        name="office-tariff", endpoint="freight_admin.tariff",
        path=_office("tarifs/2", rates=True), role=_ADMIN,
    ),
    SitePage(
        name="office-tariff-preview", endpoint="freight_admin.new_tariff",
        path=_office("tarifs/nouveau"), role=_ADMIN, act=_preview_tariff,
    ),
    SitePage(
        name="office-tariff-refused", endpoint="freight_admin.new_tariff",
        path=_office("tarifs/nouveau"), role=_ADMIN, act=_empty_tariff, statuses=REFUSED,
    ),
    SitePage(
        name="office-rates", endpoint="freight_admin.rates", path=_office("taux", rates=True),
        role=_ADMIN,
    ),
    SitePage(
        name="office-merchants", endpoint="freight_admin.merchants",
        path=_office("marchands"), role=_ADMIN,
    ),
    SitePage(
        name="office-merchant", endpoint="freight_admin.merchant",
        path=_office(lambda there: f"marchands/{there.merchant}"), role=_ADMIN,
    ),
    SitePage(
        name="office-suppliers", endpoint="freight_admin.suppliers",
        path=_office("fournisseurs"), role=_ADMIN,
    ),
    SitePage(
        name="office-supplier", endpoint="freight_admin.supplier",
        path=_office(lambda there: f"fournisseurs/{there.supplier}"), role=_ADMIN,
        act=ask_to_remove,
    ),
    SitePage(
        name="office-supplier-new", endpoint="freight_admin.new_supplier",
        path=_office("fournisseurs/nouveau"), role=_ADMIN,
    ),
    SitePage(
        name="office-figures", endpoint="freight_admin.figures", path=_office("chiffres"),
        role=_ADMIN, act=unfold,
    ),
)  # fmt: skip
"""Each page in the state a person meets it in and in those that look different."""
