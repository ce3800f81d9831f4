"""Where the provider of mobile money tells that something became of a payment.

It is public, for the provider signs nothing in; it believes nothing. A notification that carries
the token of its payment makes the platform ask the provider, and what the provider answers is what
counts. Whatever is sent, for whatever reference, the answer is the same.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from spectree import Tag

from comptoir_web.api.auth import api_reached_by
from comptoir_web.api.openapi import Answer, operation
from comptoir_web.api.problems import answer_with_problems
from comptoir_web.freight.payments import NOTIFICATIONS, FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.wiring import services
from shared_kernel import Faults, parse_json

__all__ = ["MAX_NOTIFICATION_BYTES", "blueprint"]

TAG = Tag(name="freight notifications", description="For the provider of mobile money alone.")

MAX_NOTIFICATION_BYTES: Final = 10_000
_LONGEST: Final = 500
_LONGEST_REFERENCE: Final = 64

blueprint = Blueprint("api_freight_notifications", __name__)
blueprint.before_request(
    api_reached_by(*Role, public=frozenset({"api_freight_notifications.notify"}))
)
answer_with_problems(blueprint)


@blueprint.post(f"{NOTIFICATIONS}<reference>")
@operation(
    "notifyFreightPayment",
    tag=TAG,
    answer=None,
    status=204,
    signed_in=False,
    reads=("*/*",),
)
def notify(reference: str) -> Answer:
    """Hear that something became of a payment; the answer is always the same.

    Of the document only `notif_token` is read: the provider is asked for the rest.
    """
    request.max_content_length = MAX_NOTIFICATION_BYTES
    token = _token(request.get_data(cache=False))
    if token and len(reference) <= _LONGEST_REFERENCE:
        payments: FreightPayments = services().get(FreightPayments)
        payments.notification(reference, token)
    return Answer(status=204)


def _token(data: bytes) -> str:
    """The token that a notification carries; the provider may add what it likes beside it."""
    try:
        document = parse_json(data, max_bytes=MAX_NOTIFICATION_BYTES)
    except Faults:
        return ""
    token = document.get("notif_token") if isinstance(document, dict) else None
    return token if isinstance(token, str) and len(token) <= _LONGEST else ""
