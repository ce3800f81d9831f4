"""What the account owns and owes: read with its version, changed from a version that was read.

Saving holdings moves no figure: the net worth shown changes by its own request (`networth`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs
from flask import Blueprint
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.openapi import SCHEMAS, Answer, operation
from comptoir_web.api.problems import (
    CHANGED_MEANWHILE,
    NOT_FOUND,
    ApiProblem,
    answer_with_problems,
)
from comptoir_web.api.versions import ChangeHeaders, etag
from comptoir_web.api.wealth_documents import HOLDINGS_EXAMPLE
from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import services
from shared_kernel import currency_codes
from wealth_core.errors import StaleVersion
from wealth_core.networth import Holdings
from wealth_core.storage import SavedHoldings

__all__ = ["blueprint"]

TAG = Tag(name="holdings", description="What the account owns and owes.")

blueprint = Blueprint("api_holdings", __name__, url_prefix="/api/v1/wealth/holdings")
blueprint.before_request(api_reached_by(Role.CLIENT))
answer_with_problems(blueprint)

CURRENCY: Final = {"enum": list(currency_codes())}


@attrs.frozen(kw_only=True)
class HoldingsToSave:
    """All that the account owns and owes, in place of what is saved.

    Attributes:
        holdings: Every line. An `id` that is left out is given by its place.
        base_currency: The currency of the totals.
    """

    holdings: Holdings
    base_currency: str = attrs.field(
        default="EUR", metadata={"schema": {**CURRENCY, "default": "EUR"}}
    )


@attrs.frozen(kw_only=True)
class KeptHoldings:
    """What the account owns and owes, as it is saved.

    Attributes:
        holdings: Every line.
        base_currency: The currency of the totals.
        version: 1, and 1 more with each change.
        created_at: When it was first saved, in UTC.
        updated_at: When it was last changed, in UTC.
    """

    holdings: Holdings
    base_currency: str
    version: int
    created_at: datetime
    updated_at: datetime


SCHEMAS.example(HoldingsToSave, {"holdings": HOLDINGS_EXAMPLE, "base_currency": "EUR"})


@blueprint.get("")
@operation("getHoldings", tag=TAG, answer=KeptHoldings, problems=(404,), answer_headers=("ETag",))
def get_holdings() -> Answer:
    """Give the holdings; 404 before they are first saved."""
    saved = services().get(WealthService).holdings(signed_in_user().id)
    if saved is None:
        raise ApiProblem(NOT_FOUND)
    return _answer(saved)


@blueprint.put("")
@operation(
    "saveHoldings",
    tag=TAG,
    answer=KeptHoldings,
    body=HoldingsToSave,
    headers=ChangeHeaders,
    problems=(412, 428, 507),
    answer_headers=("ETag",),
)
def save_holdings(headers: ChangeHeaders, body: HoldingsToSave) -> Answer:
    """Save the holdings, from the version that `If-Match` names; `"0"` the first time."""
    user = signed_in_user()
    try:
        saved = (
            services()
            .get(WealthService)
            .save_holdings(
                user.id,
                body.holdings,
                version=headers.version(),
                actor=user.id,
                base_currency=body.base_currency,
            )
        )
    except StaleVersion:
        raise ApiProblem(CHANGED_MEANWHILE) from None
    return _answer(saved)


def _answer(saved: SavedHoldings) -> Answer:
    kept = KeptHoldings(
        holdings=saved.holdings,
        base_currency=saved.base_currency,
        version=saved.version,
        created_at=saved.created_at,
        updated_at=saved.updated_at,
    )
    return Answer(kept, headers={"ETag": etag(saved.version)})
