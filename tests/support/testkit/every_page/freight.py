"""The pages of group freight, for merchants."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, expect

from comptoir_web.identity.roles import Role
from testkit.browser import Visit
from testkit.every_page.scenes import REFUSED, Prepare, Scene, SitePage, unfold
from testkit.merchants import give_freight, give_order_without_room, give_orders, give_payment

__all__ = ["PAGES"]

FREIGHT = "/plateforme/groupage/"


BY_CARTONS = (
    "?goods=10000&category=TEXTILE&measured=cartons&cartons-0-length=60&cartons-0-width=40"
    "&cartons-0-height=50&cartons-0-weight=12&cartons-0-count=20"
    "&cartons-1-length=100&cartons-1-width=80&cartons-1-height=60&cartons-1-weight=30"
)


WRONG_PURCHASE = "?goods=-5&category=TEXTILE&volume=abc&ask=1"


def _typed_quote(visit: Visit) -> None:
    """The total follows what is typed, without a button."""
    visit.page.locator("#goods").fill("15000")
    visit.page.locator("#category").select_option("ELECTRONIQUE")
    visit.page.locator("#volume").fill("3,0")
    expect(visit.page.locator("#total")).to_be_visible()
    expect(visit.page).to_have_url(re.compile("volume="))


def _freight(after: str = "") -> Prepare:
    """A page of group freight, with prices and a container."""

    def prepare(scene: Scene) -> str:
        give_freight(scene.site.services)
        return f"{FREIGHT}{after}"

    return prepare


def _orders_of(after: str = "") -> Prepare:
    """A page of a merchant who has an order of each kind."""

    def prepare(scene: Scene) -> str:
        give_orders(scene.site.services, scene.me.id)
        return f"{FREIGHT}{after}"

    return prepare


def _order(kind: str) -> Prepare:
    """The page of an order of that kind."""

    def prepare(scene: Scene) -> str:
        order = give_orders(scene.site.services, scene.me.id)[kind]
        return f"{FREIGHT}commandes/{order.id}"

    return prepare


def _too_large_for_any(scene: Scene) -> str:
    order = give_order_without_room(scene.site.services, scene.me.id)
    return f"{FREIGHT}commandes/{order.id}"


def _asked_payment(scene: Scene) -> str:
    order = give_orders(scene.site.services, scene.me.id)["confirmed"]
    payment = give_payment(scene.site.services, scene.me.id, order.id)
    return f"{FREIGHT}paiements/{payment.id}"


def _send_no_picture(visit: Visit) -> None:
    """A PDF in the place of a picture."""
    visit.page.locator("details.proof-fold > summary").click()
    file = FilePayload(name="recu.jpg", mimeType="image/jpeg", buffer=b"%PDF-1.7 no picture")
    visit.page.set_input_files("#file", file)
    visit.page.locator("details.proof-fold button").click()
    visit.page.wait_for_load_state()


_MERCHANT = Role.MERCHANT

PAGES: tuple[SitePage, ...] = (
    SitePage(
        name="freight", endpoint="freight.index",
        path=_orders_of("?goods=10000&category=TEXTILE&volume=3"), role=_MERCHANT,
    ),
    SitePage(
        name="freight-none", endpoint="freight.index", path=_freight(), role=_MERCHANT, fresh=True
    ),
    SitePage(
        name="freight-typed", endpoint="freight.index", path=_freight(), role=_MERCHANT,
        act=_typed_quote, fresh=True,
    ),
    SitePage(
        name="freight-cartons", endpoint="freight.index", path=_freight(BY_CARTONS),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-refused", endpoint="freight.index", path=_freight(WRONG_PURCHASE),
        role=_MERCHANT, statuses=REFUSED,
    ),
    SitePage(
        name="freight-order-quote", endpoint="freight.order", path=_order("quote"),
        role=_MERCHANT, act=unfold,
    ),
    SitePage(
        name="freight-order-without-room", endpoint="freight.order", path=_too_large_for_any,
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-expired", endpoint="freight.order", path=_order("expired"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-waiting", endpoint="freight.order", path=_order("waiting"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-confirmed", endpoint="freight.order", path=_order("confirmed"),
        role=_MERCHANT, act=unfold,
    ),
    SitePage(
        name="freight-order-refused-proof", endpoint="freight.order", path=_order("refused"),
        role=_MERCHANT, act=_send_no_picture, statuses=REFUSED, every_look=True,
    ),
    SitePage(
        name="freight-order-paid", endpoint="freight.order", path=_order("paid"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-order-at-sea", endpoint="freight.order", path=_order("at sea"),
        role=_MERCHANT, every_look=True,
    ),
    SitePage(
        name="freight-payment", endpoint="freight.payment", path=_asked_payment,
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-containers", endpoint="freight.containers", path=_freight("conteneurs"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-wallet", endpoint="freight.wallet", path=_orders_of("portefeuille"),
        role=_MERCHANT,
    ),
    SitePage(
        name="freight-suppliers", endpoint="freight.suppliers", path=_freight("fournisseurs"),
        role=_MERCHANT,
    ),
)  # fmt: skip
"""Each page in the state a person meets it in and in those that look different."""
