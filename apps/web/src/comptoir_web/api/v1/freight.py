"""Group freight for merchants: prices, orders, payments, containers, wallet, suppliers.

An order is its merchant's alone: to anyone else it does not exist. Nothing here answers with a cost
or a margin; administrators have `freight_admin`.
"""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Final

import attrs
from flask import Blueprint, request, url_for
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.freight_catalogue_documents import (
    FreightContainer,
    FreightContainers,
    FreightSupplier,
    FreightSuppliers,
)
from comptoir_web.api.freight_documents import (
    ID_PARAMETER,
    Confirmation,
    FreightOrder,
    FreightOrders,
    FreightPage,
    FreightPurchase,
    FreightSearch,
    OrderOffer,
    check_id,
)
from comptoir_web.api.freight_money_documents import (
    FreightPayment,
    FreightProof,
    FreightProofs,
    PaymentToMake,
    WalletPage,
)
from comptoir_web.api.freight_problems import answer_freight_problems
from comptoir_web.api.openapi import OPAQUE_ID, SCHEMAS, Answer, operation
from comptoir_web.api.problems import NOT_IMAGE, ApiProblem, api_locale
from comptoir_web.api.v1.saved import AddHeaders
from comptoir_web.api.versions import etag
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.freight.values import ClientTariff
from comptoir_web.identity.roles import Role
from comptoir_web.wiring import services
from logistics_core.tariffs import ClientQuote
from shared_kernel import FaultKind, FaultList, Faults, Money, currency_codes, money

__all__ = ["blueprint", "idempotency_key"]

TAG = Tag(name="freight", description="Group freight, for merchants.")

blueprint = Blueprint("api_freight", __name__, url_prefix="/api/v1/freight")
blueprint.before_request(api_reached_by(Role.MERCHANT))
answer_freight_problems(blueprint)

PICTURES: Final = ("image/jpeg", "image/png")
NOT_A_WAY = FaultKind("api.not_a_way", "{given} is no way to pay: give {accepted}")
_ORDER: Final = f"/orders/<{OPAQUE_ID}:order_id>"

SCHEMAS.example(
    FreightPurchase,
    {
        "goods": {"amount": "10000.00", "currency": "CNY"},
        "category": "TEXTILE",
        "volume_cbm": "3",
    },
)


@attrs.frozen(kw_only=True)
class OfferQuestion:
    """Which container is asked about.

    Attributes:
        container_id: The container; the oldest one that takes bookings when left out.
    """

    container_id: str | None = attrs.field(default=None, metadata=ID_PARAMETER)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_id(faults, "container_id", self.container_id)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class ProofQuestion:
    """What a picture proves.

    Attributes:
        amount: What was paid.
        currency: ISO 4217.
    """

    amount: Decimal
    currency: str = attrs.field(
        default="GNF", metadata={"schema": {"enum": list(currency_codes()), "default": "GNF"}}
    )

    def __attrs_post_init__(self) -> None:
        self.money()

    def money(self) -> Money:
        """Give the amount."""
        return money(self.amount, self.currency)


@attrs.frozen(kw_only=True)
class SupplierQuestion(FreightSearch):
    """Which suppliers.

    Attributes:
        search: Words of their name, city or description.
        category: The code of a category.
        country: ISO 3166, two letters.
        badge: What was found out about them.
        page: The number of the page, from 1; the last one stands for those after it.
        per_page: How many a page, 1 to 100.
    """

    category: str | None = attrs.field(default=None, metadata={"type": str})
    country: str | None = attrs.field(default=None, metadata={"type": str})
    badge: str | None = attrs.field(default=None, metadata={"type": str})


def idempotency_key(headers: AddHeaders) -> str:
    """Give what the sender calls the request, or a name of its own to one that has none."""
    return headers.idempotency_key or secrets.token_hex(16)


def _desk() -> FreightDesk:
    desk: FreightDesk = services().get(FreightDesk)
    return desk


def _payments() -> FreightPayments:
    payments: FreightPayments = services().get(FreightPayments)
    return payments


def _order(order_id: str) -> FreightOrder:
    return FreightOrder.of(_desk().order(signed_in_user().id, order_id))


# -- prices ---------------------------------------------------------------------------------------


@blueprint.get("/tariff")
@operation("getFreightTariff", tag=TAG, answer=ClientTariff, problems=(404,))
def get_tariff() -> ClientTariff:
    """Give the prices in force; 404 when there are none."""
    return _desk().tariff(signed_in_user().id)


@blueprint.post("/quotes")
@operation("quoteFreight", tag=TAG, answer=ClientQuote, body=FreightPurchase, problems=(404,))
def quote(body: FreightPurchase) -> ClientQuote:
    """Quote a purchase; nothing is kept."""
    return _desk().quote(signed_in_user().id, body.purchase())


# -- orders ---------------------------------------------------------------------------------------


@blueprint.get("/orders")
@operation("listFreightOrders", tag=TAG, answer=FreightOrders, query=FreightPage)
def list_orders(query: FreightPage) -> FreightOrders:
    """List the account's orders, the newest first."""
    found = _desk().orders(signed_in_user().id, number=query.page, per_page=query.per_page)
    return FreightOrders.of(found)


@blueprint.post("/orders")
@operation(
    "saveFreightOrder",
    tag=TAG,
    answer=FreightOrder,
    status=201,
    body=FreightPurchase,
    headers=AddHeaders,
    problems=(404, 507),
    answer_headers=("ETag", "Location"),
)
def save_order(headers: AddHeaders, body: FreightPurchase) -> Answer:
    """Keep a quote as an order, to be confirmed while it is valid.

    Sent again with the same `Idempotency-Key`, it is kept once.
    """
    made = _desk().save_quote(
        signed_in_user().id, body.purchase(), request_id=idempotency_key(headers)
    )
    location = url_for("api_freight.get_order", order_id=made.id)
    answer_headers = {"Location": location, "ETag": etag(made.version)}
    return Answer(_order(made.id), 201, headers=answer_headers)


@blueprint.get(_ORDER)
@operation(
    "getFreightOrder", tag=TAG, answer=FreightOrder, problems=(404,), answer_headers=("ETag",)
)
def get_order(order_id: str) -> Answer:
    """Give one order, and what comes next."""
    order = _order(order_id)
    return Answer(order, headers={"ETag": etag(order.version)})


@blueprint.get(f"{_ORDER}/offer")
@operation("offerFreightOrder", tag=TAG, answer=OrderOffer, query=OfferQuestion, problems=(404,))
def offer(order_id: str, query: OfferQuestion) -> OrderOffer:
    """Tell what can be had for an order now: whole, in part, or later."""
    found = _desk().offers(signed_in_user().id, order_id, container_id=query.container_id)
    return OrderOffer(
        containers=found.next_containers, part_litres=found.part_litres, pool=found.pool
    )


@blueprint.post(f"{_ORDER}/confirmation")
@operation(
    "confirmFreightOrder",
    tag=TAG,
    answer=FreightOrder,
    body=Confirmation,
    problems=(404, 409, 412, 507),
)
def confirm_order(order_id: str, body: Confirmation) -> FreightOrder:
    """Confirm an order into a container, in parts, or into the waiting pool; once.

    409 when there is no room any more: `offer` tells what can be had instead.
    """
    desk, owner = _desk(), signed_in_user().id
    if body.wait:
        desk.wait(owner, order_id)
    elif body.parts:
        desk.confirm_split(
            owner,
            order_id,
            {part.container_id: part.litres for part in body.parts},
            rest_waits=body.rest_waits,
            agreed=body.agreed,
        )
    else:
        desk.confirm(owner, order_id, container_id=body.container_id)
    return _order(order_id)


@blueprint.post(f"{_ORDER}/cancellation")
@operation("cancelFreightOrder", tag=TAG, answer=FreightOrder, problems=(404, 409, 412, 507))
def cancel_order(order_id: str) -> FreightOrder:
    """Cancel an order that has not left; what was paid comes back to the wallet."""
    _desk().cancel(signed_in_user().id, order_id)
    return _order(order_id)


# -- money ----------------------------------------------------------------------------------------


@blueprint.post(f"{_ORDER}/payment")
@operation(
    "payFreightOrder",
    tag=TAG,
    answer=FreightPayment,
    body=PaymentToMake,
    headers=AddHeaders,
    problems=(404, 409, 507),
)
def pay_order(order_id: str, headers: AddHeaders, body: PaymentToMake) -> FreightPayment:
    """Pay an order from the wallet, or ask for a page of mobile money to pay on.

    Sent again with the same `Idempotency-Key`, it is paid once.
    """
    owner, key = signed_in_user().id, idempotency_key(headers)
    if body.by == "wallet":
        _desk().pay_from_wallet(owner, order_id, key=key, amount=body.amount)
        return FreightPayment.of(_desk().order(owner, order_id))
    if body.by != "mobile_money":
        raise Faults.of(NOT_A_WAY, "by", given=body.by, accepted="wallet, mobile_money")
    started = _payments().start(
        owner,
        order_id,
        key=key,
        amount=body.amount,
        language=api_locale(),
    )
    return FreightPayment.of(_desk().order(owner, order_id), started.payment)


@blueprint.get(f"{_ORDER}/proofs")
@operation("listFreightProofs", tag=TAG, answer=FreightProofs, problems=(404,))
def list_proofs(order_id: str) -> FreightProofs:
    """List the proofs of payment sent for an order, the newest first."""
    found = _payments().proofs(signed_in_user().id, order_id)
    return FreightProofs(items=tuple(FreightProof.of(each) for each in found))


@blueprint.post(f"{_ORDER}/proofs")
@operation(
    "addFreightProof",
    tag=TAG,
    answer=FreightProof,
    status=201,
    query=ProofQuestion,
    headers=AddHeaders,
    problems=(404, 409, 507),
    reads=PICTURES,
)
def add_proof(order_id: str, headers: AddHeaders, query: ProofQuestion) -> FreightProof:
    """Send a picture of a payment, JPG or PNG, 5 MB at most, as the body of the request.

    Sent again with the same `Idempotency-Key`, it is kept once.
    """
    if request.mimetype not in PICTURES:
        raise ApiProblem(NOT_IMAGE)
    proof = _payments().add_proof(
        signed_in_user().id,
        order_id,
        query.money(),
        request.get_data(cache=False),
        request_id=idempotency_key(headers),
    )
    return FreightProof.of(proof)


@blueprint.get("/wallet")
@operation("getFreightWallet", tag=TAG, answer=WalletPage, query=FreightPage)
def get_wallet(query: FreightPage) -> WalletPage:
    """Give what the wallet holds, and its movements."""
    found = _desk().wallet(signed_in_user().id, number=query.page, per_page=query.per_page)
    return WalletPage.of(found)


# -- what everybody sees --------------------------------------------------------------------------


@blueprint.get("/containers")
@operation("listFreightContainers", tag=TAG, answer=FreightContainers)
def list_containers() -> FreightContainers:
    """List the containers that take bookings, the oldest first."""
    found = _desk().containers_open()
    return FreightContainers(items=tuple(FreightContainer.of(each) for each in found))


@blueprint.get("/suppliers")
@operation("listFreightSuppliers", tag=TAG, answer=FreightSuppliers, query=SupplierQuestion)
def list_suppliers(query: SupplierQuestion) -> FreightSuppliers:
    """List the suppliers of the catalogue, by name."""
    found = _desk().suppliers(
        search=query.search,
        category=query.category,
        country=query.country,
        badge=query.badge,
        number=query.page,
        per_page=query.per_page,
    )
    items = tuple(FreightSupplier.of(each) for each in found.suppliers)
    return FreightSuppliers(items=items, page=found.number, total=found.total)
