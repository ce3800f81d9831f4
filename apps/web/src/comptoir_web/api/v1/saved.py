"""The loans an account keeps: listed, saved once, changed from a version that was read, deleted.

A saved loan is its owner's alone: to anyone else it does not exist. A change names the version it
was made from (``If-Match``), so that no change is overwritten unseen (RFC 9110, section 13.1.1).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import attrs
from flask import Blueprint, url_for
from spectree import Tag
from sqlalchemy import Engine

from comptoir_web.api.auth import api_reached_by, signed_in_user
from comptoir_web.api.loan_documents import LOAN_EXAMPLE, MOST_MONTHS
from comptoir_web.api.openapi import OPAQUE_ID, SCHEMAS, Answer, operation
from comptoir_web.api.problems import (
    CHANGED_MEANWHILE,
    CONFLICT,
    NOT_FOUND,
    ApiProblem,
    answer_with_problems,
)
from comptoir_web.api.versions import ChangeHeaders, etag
from comptoir_web.identity.roles import Role
from comptoir_web.wiring import Clock, services
from shared_kernel import FaultKind, FaultList, Faults
from shared_kernel.engine import reading, transaction
from wealth_core.errors import SavedLoanMissing, StaleVersion
from wealth_core.loans import CENT, Loan, LoanPlan, Repayment, Rounding
from wealth_core.storage import LoanStore, SavedLoan
from wealth_core.storage.tables import LABEL_CHARACTERS

__all__ = ["blueprint"]

TAG = Tag(name="saved loans", description="The loans that the account keeps.")

blueprint = Blueprint("api_saved_loans", __name__, url_prefix="/api/v1/loans")
blueprint.before_request(api_reached_by(Role.CLIENT, Role.ADMIN))
answer_with_problems(blueprint)

MAX_LIMIT: Final = 100
MAX_OFFSET: Final = 1_000_000
MAX_KEY: Final = 200
_KEY: Final = re.compile(rf"[!-~]{{1,{MAX_KEY}}}", re.ASCII)

BAD_KEY = FaultKind("api.bad_key", "this is no key: write 1 to {most} visible ASCII characters")
OUT_OF_RANGE = FaultKind("api.out_of_range", "{given} is not between {least} and {most}")


@attrs.frozen(kw_only=True)
class Page:
    """Which of the loans, the newest first.

    Attributes:
        limit: At most how many, 1 to 100.
        offset: How many of the newest to leave out.
    """

    limit: int = attrs.field(
        default=20, metadata={"schema": {"minimum": 1, "maximum": MAX_LIMIT, "default": 20}}
    )
    offset: int = attrs.field(
        default=0, metadata={"schema": {"minimum": 0, "maximum": MAX_OFFSET, "default": 0}}
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        for name, given, least, most in (
            ("limit", self.limit, 1, MAX_LIMIT),
            ("offset", self.offset, 0, MAX_OFFSET),
        ):
            ok = least <= given <= most
            faults.check(ok, OUT_OF_RANGE, name, given=given, least=least, most=most)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class AddHeaders:
    """The headers of a request that saves.

    Attributes:
        idempotency_key: What the sender calls this request, 1 to 200 visible characters. The same
            document sent again under the same key is saved once, and answered the same.
    """

    idempotency_key: str | None = attrs.field(
        default=None,
        metadata={
            "name": "Idempotency-Key",
            "type": str,
            "schema": {"pattern": "^[!-~]{1,200}$", "examples": ["0a4a8f86-9d6c-4f6f"]},
        },
    )

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        given = self.idempotency_key
        ok = given is None or _KEY.fullmatch(given) is not None
        faults.check(ok, BAD_KEY, "Idempotency-Key", most=MAX_KEY)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class LoanToSave:
    """A loan to keep.

    Attributes:
        label: What its owner calls it, 1 to 120 characters on one line.
        loan: Its terms.
        repayments: Early repayments, on due dates; kept with it.
        rounding: `cent` (the table of a bank), `exact` or `level`; kept with it.
    """

    label: str = attrs.field(metadata={"schema": {"minLength": 1, "maxLength": LABEL_CHARACTERS}})
    loan: Loan
    repayments: tuple[Repayment, ...] = attrs.field(
        default=(), metadata={"schema": {"maxItems": MOST_MONTHS, "default": []}}
    )
    rounding: Rounding = attrs.field(default=CENT, metadata={"schema": {"default": CENT.value}})

    def __attrs_post_init__(self) -> None:
        # What the loan does not allow is told with the other faults of the request.
        self.plan()

    def plan(self) -> LoanPlan:
        """Give what is kept.

        Raises:
            LoanFaults: The loan does not allow a repayment, or can't be computed.
        """
        return LoanPlan(self.loan, repayments=self.repayments, rounding=self.rounding)


@attrs.frozen(kw_only=True)
class KeptLoan:
    """A loan that the account keeps.

    Attributes:
        id: Its identifier.
        label: What its owner calls it.
        loan: Its terms.
        repayments: The early repayments kept with it.
        rounding: The rounding kept with it.
        version: 1, and 1 more with each change.
        created_at: When it was first saved, in UTC.
        updated_at: When it was last changed, in UTC.
    """

    id: str
    label: str
    loan: Loan
    repayments: tuple[Repayment, ...]
    rounding: Rounding
    version: int
    created_at: datetime
    updated_at: datetime


@attrs.frozen(kw_only=True)
class KeptLoans:
    """One page of the loans that the account keeps, the newest first.

    Attributes:
        items: The loans of the page.
        total: How many there are in all.
        next_offset: The offset of the next page; null on the last one.
    """

    items: tuple[KeptLoan, ...]
    total: int
    next_offset: int | None


SCHEMAS.example(
    LoanToSave,
    {
        "label": "Our flat",
        "loan": LOAN_EXAMPLE,
        "repayments": [
            {
                "on": "2030-09-01",
                "amount": {"amount": "50000.00", "currency": "EUR"},
                "keep": "instalment",
            }
        ],
        "rounding": "cent",
    },
)


@blueprint.get("")
@operation("listLoans", tag=TAG, answer=KeptLoans, query=Page)
def list_loans(query: Page) -> KeptLoans:
    """List the saved loans, the newest first."""
    with reading(services().get(Engine)) as connection:
        store = LoanStore(connection)
        owner = signed_in_user().id
        found = store.list(owner, limit=query.limit, offset=query.offset)
        total = store.count(owner)
    end = query.offset + len(found)
    return KeptLoans(
        items=tuple(_kept(saved) for saved in found),
        total=total,
        next_offset=end if found and end < total else None,
    )


@blueprint.post("")
@operation(
    "saveLoan",
    tag=TAG,
    answer=KeptLoan,
    status=201,
    body=LoanToSave,
    headers=AddHeaders,
    problems=(409, 507),
    answer_headers=("ETag", "Location"),
)
def save_loan(headers: AddHeaders, body: LoanToSave) -> Answer:
    """Save a loan.

    Sent again with the same `Idempotency-Key` and the same document, it is saved once.
    """
    with transaction(services().get(Engine)) as connection:
        saved = LoanStore(connection).add(
            signed_in_user().id,
            body.label,
            body.plan(),
            at=services().get(Clock)(),
            request_id=headers.idempotency_key,
        )
    if saved.deleted_at is not None:
        # The very request that saved it came again after it was deleted: deleting wins.
        raise ApiProblem(CONFLICT)
    location = url_for("api_saved_loans.get_loan", loan_id=saved.id)
    return Answer(_kept(saved), 201, headers={"Location": location, "ETag": etag(saved.version)})


@blueprint.get(f"/<{OPAQUE_ID}:loan_id>")
@operation("getLoan", tag=TAG, answer=KeptLoan, problems=(404,), answer_headers=("ETag",))
def get_loan(loan_id: str) -> Answer:
    """Give one saved loan."""
    with reading(services().get(Engine)) as connection:
        try:
            saved = LoanStore(connection).get(signed_in_user().id, loan_id)
        except SavedLoanMissing:
            raise ApiProblem(NOT_FOUND) from None
    return Answer(_kept(saved), headers={"ETag": etag(saved.version)})


@blueprint.put(f"/<{OPAQUE_ID}:loan_id>")
@operation(
    "replaceLoan",
    tag=TAG,
    answer=KeptLoan,
    body=LoanToSave,
    headers=ChangeHeaders,
    problems=(404, 412, 428, 507),
    answer_headers=("ETag",),
)
def replace_loan(loan_id: str, headers: ChangeHeaders, body: LoanToSave) -> Answer:
    """Change a saved loan, from the version that `If-Match` names."""
    version = headers.version()
    with transaction(services().get(Engine)) as connection:
        try:
            saved = LoanStore(connection).replace(
                signed_in_user().id,
                loan_id,
                body.plan(),
                label=body.label,
                version=version,
                at=services().get(Clock)(),
            )
        except SavedLoanMissing:
            raise ApiProblem(NOT_FOUND) from None
        except StaleVersion:
            raise ApiProblem(CHANGED_MEANWHILE) from None
    return Answer(_kept(saved), headers={"ETag": etag(saved.version)})


@blueprint.delete(f"/<{OPAQUE_ID}:loan_id>")
@operation("deleteLoan", tag=TAG, answer=None, status=204, problems=(404, 507))
def delete_loan(loan_id: str) -> Answer:
    """Delete a saved loan; the site can bring it back."""
    owner = signed_in_user().id
    with transaction(services().get(Engine)) as connection:
        store = LoanStore(connection)
        try:
            store.get(owner, loan_id)
            store.remove(owner, loan_id, at=services().get(Clock)())
        except SavedLoanMissing:
            raise ApiProblem(NOT_FOUND) from None
    return Answer(status=204)


def _kept(saved: SavedLoan) -> KeptLoan:
    return KeptLoan(
        id=saved.id,
        label=saved.label,
        loan=saved.loan,
        repayments=saved.plan.repayments,
        rounding=saved.plan.rounding,
        version=saved.version,
        created_at=saved.created_at,
        updated_at=saved.updated_at,
    )
