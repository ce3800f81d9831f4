"""The loans that people keep: one store, every change counted.

The store takes a connection and never commits: the caller decides what belongs to one transaction.
It asks for no clock either: each change is told its moment (`at`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, delete, func, select, update

from shared_kernel import FaultKind, FaultList, shown
from shared_kernel.engine import inserting
from shared_kernel.texts import is_one_line
from wealth_core.errors import LoanFaults, SavedLoanMissing, StaleVersion
from wealth_core.loans.documents import plan_from_document, plan_to_document
from wealth_core.storage.tables import LABEL_CHARACTERS, wealth_loans

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

    from wealth_core.loans import Loan, LoanPlan

__all__ = ["LoanStore", "SavedLoan"]

MOST_LISTED: Final = 500

LABEL_EMPTY = FaultKind("saved_loan.label_empty", "the name is empty: write at least one character")
LABEL_TOO_LONG = FaultKind(
    "saved_loan.label_too_long", "the name has {given} characters: write at most {most}"
)
LABEL_NOT_TEXT = FaultKind(
    "saved_loan.label_not_text", "{given} is not a name: write letters, figures and signs, one line"
)
OUT_OF_RANGE = FaultKind("saved_loan.out_of_range", "{given} is not between {least} and {most}")


@attrs.frozen(kw_only=True)
class SavedLoan:
    """A loan as it is kept.

    Args:
        id: its identifier, given by the store.
        owner: whose it is: an identifier that means nothing here.
        label: what its owner calls it, 1 to 120 characters.
        plan: its terms, its early repayments and its rounding.
        created_at: when it was first saved (UTC).
        updated_at: when it was last changed (UTC).
        version: 1, and 1 more with each change; a change states the version it was made from.
        deleted_at: when it was removed; None for one that was not.
    """

    id: str
    owner: str
    label: str
    plan: LoanPlan
    created_at: datetime
    updated_at: datetime
    version: int
    deleted_at: datetime | None = None

    @property
    def loan(self) -> Loan:
        """The terms alone."""
        return self.plan.loan


class LoanStore:
    """Keeps loans, each for its owner; an owner never sees another's.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.

    A change of a loan that another change overtook raises `StaleVersion`, whether the other one was
    committed before or at the same moment in another process; nothing is overwritten unseen.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, owner: str, label: str, plan: LoanPlan, *, at: datetime, request_id: str | None = None
    ) -> SavedLoan:
        """Saves a loan, once however often the same request comes.

        Args:
            owner: whose it is.
            label: what its owner calls it; blanks at the ends are dropped.
            plan: its terms, with the early repayments and the rounding to keep.
            at: the moment, an aware datetime.
            request_id: what the sender calls this request, a form's own number for example. When
                the owner already saved the same label and plan under it, that loan is given as it
                is now, and nothing is added. Another plan under the same id is another request:
                someone went back in the browser, and what they typed is not lost.

        Raises:
            LoanFaults: the label is empty, too long or not on one line.
            ColumnRefused: the owner is not an identifier, or `at` has no time zone.
        """
        document = plan_to_document(plan)
        name = _label(label)
        key = None if request_id is None else _request_key(request_id, name, document)
        values = {
            "id": uuid4().hex,
            "owner": owner,
            "label": name,
            "document": document,
            "created_at": at,
            "updated_at": at,
            "version": 1,
            "request_key": key,
        }
        statement = (
            inserting(self._connection, wealth_loans)
            .values(**values)
            .on_conflict_do_nothing(index_elements=["owner", "request_key"])
            .returning(*wealth_loans.c)
        )
        added = self._connection.execute(statement).mappings().one_or_none()
        if added is None:  # the same request came before, or at this moment and first
            mine = (wealth_loans.c.owner == owner) & (wealth_loans.c.request_key == key)
            added = self._connection.execute(select(wealth_loans).where(mine)).mappings().one()
        return _saved(added)

    def get(self, owner: str, loan_id: str) -> SavedLoan:
        """Gives one loan of this owner.

        Raises:
            SavedLoanMissing: the owner has no such loan, or has removed it.
        """
        found = self._find(owner, loan_id)
        if found is None or found.deleted_at is not None:
            raise _missing(loan_id)
        return found

    def list(self, owner: str, *, limit: int = 50, offset: int = 0) -> tuple[SavedLoan, ...]:
        """Gives the owner's loans, the newest first, those removed left out.

        Args:
            owner: whose.
            limit: at most how many, 1 to 500.
            offset: how many of the newest to leave out.

        Raises:
            LoanFaults: `limit` or `offset` is out of its range.
        """
        faults = FaultList()
        bounds = {"limit": (limit, 1, MOST_LISTED), "offset": (offset, 0, 2**31)}
        for path, (given, least, most) in bounds.items():
            ok = least <= given <= most
            faults.check(ok, OUT_OF_RANGE, path, given=given, least=least, most=most)
        faults.raise_if_any(LoanFaults)
        statement = (
            select(wealth_loans)
            .where(wealth_loans.c.owner == owner, wealth_loans.c.deleted_at.is_(None))
            .order_by(wealth_loans.c.created_at.desc(), wealth_loans.c.id)
            .limit(limit)
            .offset(offset)
        )
        return tuple(_saved(row) for row in self._connection.execute(statement).mappings())

    def count(self, owner: str) -> int:
        """Gives how many loans `list` would give without limits."""
        mine = (wealth_loans.c.owner == owner) & wealth_loans.c.deleted_at.is_(None)
        counted = select(func.count()).select_from(wealth_loans).where(mine)
        return self._connection.execute(counted).scalar_one()

    def rename(
        self, owner: str, loan_id: str, label: str, *, version: int, at: datetime
    ) -> SavedLoan:
        """Gives a loan another name.

        Raises:
            LoanFaults: the label is empty, too long or not on one line.
            SavedLoanMissing: the owner has no such loan, or has removed it.
            StaleVersion: the loan was changed since `version` was read.
        """
        return self._change(owner, loan_id, {"label": _label(label)}, version=version, at=at)

    def replace(
        self,
        owner: str,
        loan_id: str,
        plan: LoanPlan,
        *,
        version: int,
        at: datetime,
        label: str | None = None,
    ) -> SavedLoan:
        """Gives a loan another plan, and another name when `label` is given.

        Raises:
            LoanFaults: the label is empty, too long or not on one line.
            SavedLoanMissing: the owner has no such loan, or has removed it.
            StaleVersion: the loan was changed since `version` was read.
        """
        values: dict[str, object] = {"document": plan_to_document(plan)}
        if label is not None:
            values["label"] = _label(label)
        return self._change(owner, loan_id, values, version=version, at=at)

    def remove(self, owner: str, loan_id: str, *, at: datetime) -> SavedLoan:
        """Takes a loan out of sight; `restore` brings it back. Removing it twice changes nothing.

        Raises:
            SavedLoanMissing: the owner has no such loan.
        """
        return self._show(owner, loan_id, at=at, deleted_at=at)

    def restore(self, owner: str, loan_id: str, *, at: datetime) -> SavedLoan:
        """Brings a removed loan back; one that is in sight stays as it is.

        Raises:
            SavedLoanMissing: the owner has no such loan.
        """
        return self._show(owner, loan_id, at=at, deleted_at=None)

    def erase(self, owner: str) -> int:
        """Deletes all kept of this owner, removed loans too; gives how many loans it was."""
        erased = delete(wealth_loans).where(wealth_loans.c.owner == owner)
        return self._connection.execute(erased).rowcount

    def export(self, owner: str) -> tuple[dict[str, object], ...]:
        """Gives all that is kept of this owner, removed loans too, ready for JSON, oldest first."""
        statement = (
            select(wealth_loans)
            .where(wealth_loans.c.owner == owner)
            .order_by(wealth_loans.c.created_at, wealth_loans.c.id)
        )
        return tuple(
            {
                "id": row["id"],
                "label": row["label"],
                "plan": row["document"],
                "created_at": row["created_at"].isoformat(),
                "updated_at": row["updated_at"].isoformat(),
                "version": row["version"],
                "deleted_at": row["deleted_at"] and row["deleted_at"].isoformat(),
            }
            for row in self._connection.execute(statement).mappings()
        )

    def _find(self, owner: str, loan_id: str) -> SavedLoan | None:
        statement = select(wealth_loans).where(_one(owner, loan_id))
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _saved(row)

    def _change(
        self, owner: str, loan_id: str, values: dict[str, object], *, version: int, at: datetime
    ) -> SavedLoan:
        # The version stands in the statement itself: of two writers that read the same one, the
        # second finds no row, whichever way their transactions overlap.
        statement = (
            update(wealth_loans)
            .where(
                _one(owner, loan_id),
                wealth_loans.c.version == version,
                wealth_loans.c.deleted_at.is_(None),
            )
            .values(**values, version=version + 1, updated_at=at)
            .returning(*wealth_loans.c)
        )
        changed = self._connection.execute(statement).mappings().one_or_none()
        if changed is not None:
            return _saved(changed)
        now = self.get(owner, loan_id).version
        raise StaleVersion(
            "the loan {id} was changed meanwhile: version {given} is not the last one, {now}",
            id=loan_id,
            given=str(version),
            now=str(now),
        )

    def _show(
        self, owner: str, loan_id: str, *, at: datetime, deleted_at: datetime | None
    ) -> SavedLoan:
        column = wealth_loans.c.deleted_at
        differs = column.is_not(None) if deleted_at is None else column.is_(None)
        statement = (
            update(wealth_loans)
            .where(_one(owner, loan_id), differs)
            .values(deleted_at=deleted_at, updated_at=at, version=wealth_loans.c.version + 1)
            .returning(*wealth_loans.c)
        )
        changed = self._connection.execute(statement).mappings().one_or_none()
        found = self._find(owner, loan_id) if changed is None else _saved(changed)
        if found is None:
            raise _missing(loan_id)
        return found


def _one(owner: str, loan_id: str) -> ColumnElement[bool]:
    return (wealth_loans.c.owner == owner) & (wealth_loans.c.id == loan_id)


def _missing(loan_id: str) -> SavedLoanMissing:
    return SavedLoanMissing("there is no loan {id} here: it was removed, or never was", id=loan_id)


def _saved(row: RowMapping) -> SavedLoan:
    return SavedLoan(
        id=row["id"],
        owner=row["owner"],
        label=row["label"],
        plan=plan_from_document(row["document"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        deleted_at=row["deleted_at"],
    )


def _label(given: object) -> str:
    if not isinstance(given, str):
        raise LoanFaults.of(LABEL_NOT_TEXT, "label", given=shown(given))
    faults = FaultList()
    label = given.strip()
    if faults.check(bool(label), LABEL_EMPTY, "label"):
        long = len(label) > LABEL_CHARACTERS
        faults.check(not long, LABEL_TOO_LONG, "label", given=len(label), most=LABEL_CHARACTERS)
        faults.check(is_one_line(label), LABEL_NOT_TEXT, "label", given=shown(label))
    faults.raise_if_any(LoanFaults)
    return label


def _request_key(request_id: str, label: str, document: Mapping[str, Any]) -> str:
    """Gives one text of 64 characters for a request and what it carried."""
    carried = json.dumps([request_id, label, document], sort_keys=True)
    return hashlib.sha256(carried.encode()).hexdigest()
