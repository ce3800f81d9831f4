"""Group freight for administrators: tariffs, containers, orders, proofs, merchants, figures.

Everything here tells costs and margins: a merchant is answered 403 before anything is read.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, url_for
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.freight_figures_documents import (
    FiguresQuestion,
    OfficeFigures,
    OfficeFiguresList,
)
from comptoir_web.api.freight_money_documents import FreightProof
from comptoir_web.api.freight_office_documents import (
    ContainersQuestion,
    ContainerToOpen,
    OfficeContainerDetail,
    OfficeContainers,
    OfficeOrderLine,
    OfficeOrders,
    OfficeOrdersQuestion,
    OfficePool,
    OfficeProposal,
    StageToReach,
)
from comptoir_web.api.freight_people_documents import (
    MerchantsQuestion,
    OfficeMerchant,
    OfficeMerchants,
    OfficeProofLine,
    OfficeProofs,
    OfficeWithdrawal,
    RefusalReason,
    TermsToSave,
    WithdrawalToMake,
)
from comptoir_web.api.freight_problems import answer_freight_problems
from comptoir_web.api.freight_tariff_documents import (
    OfficePreview,
    OfficeQuestion,
    OfficeQuote,
    OfficeTariff,
    OfficeTariffs,
    TariffToPublish,
)
from comptoir_web.api.openapi import OPAQUE_ID, Answer, operation
from comptoir_web.api.v1.freight import PICTURES, idempotency_key
from comptoir_web.api.v1.saved import AddHeaders
from comptoir_web.api.versions import ChangeHeaders, etag
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.security.headers import SANDBOX
from comptoir_web.wiring import Clock, services
from logistics_core.merchants import MerchantTerms

__all__ = ["blueprint"]

TAG = Tag(name="freight administration", description="Group freight, with costs and margins.")

blueprint = Blueprint("api_freight_admin", __name__, url_prefix="/api/v1/admin/freight")
blueprint.before_request(api_reached_by(Role.ADMIN))
answer_freight_problems(blueprint)

_CONTAINER: Final = f"/containers/<{OPAQUE_ID}:container_id>"
_ORDER: Final = f"/orders/<{OPAQUE_ID}:order_id>"
_PROOF: Final = f"/proofs/<{OPAQUE_ID}:proof_id>"
_MERCHANT: Final = f"/merchants/<{OPAQUE_ID}:merchant_id>"


def _office() -> FreightOffice:
    office: FreightOffice = services().get(FreightOffice)
    return office


def _payments() -> FreightPayments:
    payments: FreightPayments = services().get(FreightPayments)
    return payments


def _me() -> str:
    return signed_in_user().id


def _container(container_id: str, status: int = 200, **headers: str) -> Answer:
    found = _office().container(container_id)
    headers["ETag"] = etag(found.figures.container.version)
    detail = OfficeContainerDetail.of(found, at=services().get(Clock)())
    return Answer(detail, status, headers=headers)


def _order(order_id: str) -> OfficeOrderLine:
    at = services().get(Clock)()
    return OfficeOrderLine.of(_office().order(order_id).line, at=at)


def _merchant(merchant_id: str) -> Answer:
    found = OfficeMerchant.of(_office().merchant(merchant_id))
    return Answer(found, headers={"ETag": etag(found.terms_version)})


# -- tariffs and quotes ---------------------------------------------------------------------------


@blueprint.get("/tariffs")
@operation("listFreightTariffs", tag=TAG, answer=OfficeTariffs)
def list_tariffs() -> OfficeTariffs:
    """List every tariff that was published, the newest first."""
    return OfficeTariffs(items=tuple(OfficeTariff.of(each) for each in _office().tariffs()))


@blueprint.post("/tariffs")
@operation(
    "publishFreightTariff",
    tag=TAG,
    answer=OfficeTariff,
    status=201,
    body=TariffToPublish,
    headers=AddHeaders,
    problems=(409, 507),
)
def publish_tariff(headers: AddHeaders, body: TariffToPublish) -> Answer:
    """Publish a tariff: quotes that were made stay as they are.

    Sent again with the same `Idempotency-Key`, it is published once.
    """
    at = services().get(Clock)()
    office = _office()
    published = office.publish(
        body.tariff(at=at), actor=_me(), note=body.note, request_id=headers.idempotency_key
    )
    return Answer(OfficeTariff.of(office.tariff(published.version)), 201)


@blueprint.post("/tariffs/preview")
@operation("previewFreightTariff", tag=TAG, answer=OfficePreview, body=TariffToPublish)
def preview_tariff(body: TariffToPublish) -> OfficePreview:
    """Tell what a tariff would change to the quotes that are open; nothing is published."""
    at = services().get(Clock)()
    return OfficePreview.of(_office().preview(body.tariff(at=at)))


@blueprint.post("/quotes")
@operation(
    "quoteFreightInternally", tag=TAG, answer=OfficeQuote, body=OfficeQuestion, problems=(404,)
)
def quote(body: OfficeQuestion) -> OfficeQuote:
    """Quote a purchase, with its costs and margins; nothing is kept."""
    found = _office().quote_internal(
        body.purchase.purchase(), owner=body.merchant_id, commission=body.commission
    )
    return OfficeQuote(client=found.client, internal=found.internal)


# -- containers and the pool ----------------------------------------------------------------------


@blueprint.get("/containers")
@operation("listOfficeContainers", tag=TAG, answer=OfficeContainers, query=ContainersQuestion)
def list_containers(query: ContainersQuestion) -> OfficeContainers:
    """List the containers with what they earn, the newest first."""
    found = _office().containers(stage=query.stage, number=query.page, per_page=query.per_page)
    return OfficeContainers.of(found)


@blueprint.post("/containers")
@operation(
    "openFreightContainer",
    tag=TAG,
    answer=OfficeContainerDetail,
    status=201,
    body=ContainerToOpen,
    headers=AddHeaders,
    problems=(507,),
    answer_headers=("Location", "ETag"),
)
def open_container(headers: AddHeaders, body: ContainerToOpen) -> Answer:
    """Open a container for bookings, under a reference that no other has.

    Sent again with the same `Idempotency-Key`, it is opened once.
    """
    made = _office().add_container(
        body.reference,
        capacity=body.capacity(),
        actor=_me(),
        request_id=headers.idempotency_key,
    )
    location = url_for("api_freight_admin.get_container", container_id=made.id)
    return _container(made.id, 201, Location=location)


@blueprint.get(_CONTAINER)
@operation(
    "getOfficeContainer",
    tag=TAG,
    answer=OfficeContainerDetail,
    problems=(404,),
    answer_headers=("ETag",),
)
def get_container(container_id: str) -> Answer:
    """Give a container with its orders and what the pool would fill it with."""
    return _container(container_id)


@blueprint.post(f"{_CONTAINER}/close")
@operation(
    "closeFreightContainer",
    tag=TAG,
    answer=OfficeContainerDetail,
    headers=ChangeHeaders,
    problems=(404, 409, 412, 507),
    answer_headers=("ETag",),
)
def close_container(container_id: str, headers: ChangeHeaders) -> Answer:
    """Close a container: it goes to sea.

    With `If-Match`, only while it is as it was read. Closed before, it stays as it is.
    """
    _office().close_container(container_id, actor=_me(), version=headers.named())
    return _container(container_id)


@blueprint.post(f"{_CONTAINER}/stage")
@operation(
    "moveFreightContainer",
    tag=TAG,
    answer=OfficeContainerDetail,
    headers=ChangeHeaders,
    body=StageToReach,
    problems=(404, 409, 412, 507),
    answer_headers=("ETag",),
)
def move_container(container_id: str, headers: ChangeHeaders, body: StageToReach) -> Answer:
    """Move a container to its next stage; `If-Match` as for closing it."""
    _office().advance(container_id, body.stage, actor=_me(), version=headers.named())
    return _container(container_id)


@blueprint.post(f"{_CONTAINER}/cancellation")
@operation(
    "cancelFreightContainer",
    tag=TAG,
    answer=OfficeContainerDetail,
    headers=ChangeHeaders,
    problems=(404, 409, 412, 507),
    answer_headers=("ETag",),
)
def cancel_container(container_id: str, headers: ChangeHeaders) -> Answer:
    """Cancel a container: its orders are cancelled, what was paid goes back to the wallets.

    `If-Match` as for closing it.
    """
    _office().cancel_container(container_id, actor=_me(), version=headers.named())
    return _container(container_id)


@blueprint.post(f"{_CONTAINER}/filling")
@operation(
    "fillFreightContainer",
    tag=TAG,
    answer=OfficeProposal,
    headers=ChangeHeaders,
    problems=(404, 409, 412, 507),
)
def fill_container(container_id: str, headers: ChangeHeaders) -> OfficeProposal:
    """Book what the pool fills a container with best; `If-Match` as for closing it."""
    found = _office().fill(container_id, actor=_me(), version=headers.named())
    return OfficeProposal.of(found)


@blueprint.get("/pool")
@operation("getFreightPool", tag=TAG, answer=OfficePool)
def get_pool() -> OfficePool:
    """Give the orders that wait for room, and what is proposed for each container."""
    return OfficePool.of(_office().pool(), at=services().get(Clock)())


# -- orders ---------------------------------------------------------------------------------------


@blueprint.get("/orders")
@operation("listOfficeOrders", tag=TAG, answer=OfficeOrders, query=OfficeOrdersQuestion)
def list_orders(query: OfficeOrdersQuestion) -> OfficeOrders:
    """List everybody's orders, with their costs and margins."""
    found = _office().orders(
        state=query.state,
        category=query.category,
        container_id=query.container_id,
        owner=query.merchant_id,
        search=query.search,
        sort=query.sort.removeprefix("-"),
        descending=query.sort.startswith("-"),
        number=query.page,
        per_page=query.per_page,
    )
    return OfficeOrders.of(found, at=services().get(Clock)())


@blueprint.get(_ORDER)
@operation("getOfficeOrder", tag=TAG, answer=OfficeOrderLine, problems=(404,))
def get_order(order_id: str) -> OfficeOrderLine:
    """Give an order, with its costs and margins."""
    return _order(order_id)


@blueprint.post(f"{_ORDER}/cancellation")
@operation("cancelOfficeOrder", tag=TAG, answer=OfficeOrderLine, problems=(404, 409, 412, 507))
def cancel_order(order_id: str) -> OfficeOrderLine:
    """Cancel an order that has not left; what was paid goes back to its merchant's wallet."""
    _office().cancel_order(order_id, actor=_me())
    return _order(order_id)


# -- proofs ---------------------------------------------------------------------------------------


@blueprint.get("/proofs")
@operation("listOfficeProofs", tag=TAG, answer=OfficeProofs)
def list_proofs() -> OfficeProofs:
    """List the proofs that wait for a decision, the oldest first."""
    return OfficeProofs(items=tuple(OfficeProofLine.of(each) for each in _payments().pending()))


@blueprint.get(_PROOF)
@operation(
    "getOfficeProof", tag=TAG, answer=OfficeProofLine, problems=(404,), answer_headers=("ETag",)
)
def get_proof(proof_id: str) -> Answer:
    """Give a proof, with the order it is for."""
    found = _payments().proof(proof_id)
    line = OfficeProofLine.of(found)
    return Answer(line, headers={"ETag": etag(line.proof.version)})


@blueprint.get(f"{_PROOF}/picture")
@operation("getProofPicture", tag=TAG, answer=None, problems=(404,), gives=PICTURES)
def get_picture(proof_id: str) -> Response:
    """Give the picture of a proof, as an attachment."""
    file = _payments().proof_file(proof_id)
    answer = Response(file.data, mimetype=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@blueprint.post(f"{_PROOF}/validation")
@operation(
    "validateFreightProof",
    tag=TAG,
    answer=FreightProof,
    headers=ChangeHeaders,
    problems=(404, 409, 412, 428, 507),
    answer_headers=("ETag",),
)
def validate_proof(proof_id: str, headers: ChangeHeaders) -> Answer:
    """Credit what a proof shows, and pay its order with it; once."""
    proof = _payments().validate(proof_id, version=headers.version(), actor=_me())
    return Answer(FreightProof.of(proof), headers={"ETag": etag(proof.version)})


@blueprint.post(f"{_PROOF}/refusal")
@operation(
    "refuseFreightProof",
    tag=TAG,
    answer=FreightProof,
    headers=ChangeHeaders,
    body=RefusalReason,
    problems=(404, 409, 412, 428, 507),
    answer_headers=("ETag",),
)
def refuse_proof(proof_id: str, headers: ChangeHeaders, body: RefusalReason) -> Answer:
    """Refuse a proof, for a reason that its merchant reads."""
    proof = _payments().refuse(proof_id, reason=body.reason, version=headers.version(), actor=_me())
    return Answer(FreightProof.of(proof), headers={"ETag": etag(proof.version)})


# -- merchants ------------------------------------------------------------------------------------


@blueprint.get("/merchants")
@operation("listMerchants", tag=TAG, answer=OfficeMerchants, query=MerchantsQuestion)
def list_merchants(query: MerchantsQuestion) -> OfficeMerchants:
    """List the merchants, by name."""
    found = _office().merchants(search=query.search, number=query.page, per_page=query.per_page)
    return OfficeMerchants.of(found)


@blueprint.get(_MERCHANT)
@operation("getMerchant", tag=TAG, answer=OfficeMerchant, problems=(404,), answer_headers=("ETag",))
def get_merchant(merchant_id: str) -> Answer:
    """Give a merchant; the ETag is of what was agreed."""
    return _merchant(merchant_id)


@blueprint.put(f"{_MERCHANT}/terms")
@operation(
    "saveMerchantTerms",
    tag=TAG,
    answer=OfficeMerchant,
    body=TermsToSave,
    headers=ChangeHeaders,
    problems=(404, 412, 428, 507),
    answer_headers=("ETag",),
)
def save_terms(merchant_id: str, headers: ChangeHeaders, body: TermsToSave) -> Answer:
    """Keep what was agreed with a merchant, from the version that `If-Match` names."""
    terms = MerchantTerms(
        owner=merchant_id, commission=body.commission, priority=body.priority, note=body.note
    )
    _office().save_terms(terms, version=headers.version(), actor=_me())
    return _merchant(merchant_id)


@blueprint.post(f"{_MERCHANT}/withdrawals")
@operation(
    "payMerchantOut",
    tag=TAG,
    answer=OfficeWithdrawal,
    status=201,
    body=WithdrawalToMake,
    headers=AddHeaders,
    problems=(404, 409, 507),
)
def withdraw(merchant_id: str, headers: AddHeaders, body: WithdrawalToMake) -> Answer:
    """Pay a merchant out of the wallet; once for the same `Idempotency-Key`."""
    office = _office()
    moved = office.withdraw(
        merchant_id,
        body.amount,
        key=idempotency_key(headers),
        actor=_me(),
        reference=body.reference,
    )
    return Answer(OfficeWithdrawal.of(moved, office.merchant(merchant_id).balance), 201)


# -- figures --------------------------------------------------------------------------------------


@blueprint.get("/figures")
@operation("getFreightFigures", tag=TAG, answer=OfficeFiguresList, query=FiguresQuestion)
def get_figures(query: FiguresQuestion) -> OfficeFiguresList:
    """Give what was sold, by category and by month, one a currency."""
    found = _office().figures(since=query.since, until=query.until)
    return OfficeFiguresList(items=tuple(OfficeFigures.of(each) for each in found))
