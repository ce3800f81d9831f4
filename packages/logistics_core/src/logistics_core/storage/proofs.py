"""Proofs of payment: sent by a merchant, then validated or refused by whoever may.

A validated proof brings its amount into the merchant's wallet, once. The file itself is kept
elsewhere (`logistics_core.payments.ProofFiles`), under the key that is kept here.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, delete, func, select, update

from logistics_core._checks import check_amount
from logistics_core.errors import KeyReused, PaymentFaults, ProofMissing, StaleVersion
from logistics_core.payments.proofs import CleanImage, Proof, ProofState
from logistics_core.storage.money_tables import logistics_proofs
from logistics_core.storage.wallets import WalletStore
from logistics_core.wallets.movements import LONGEST_KEY, MOST_MINOR, check_text
from shared_kernel import FaultKind, FaultList, from_minor, to_minor
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

    from shared_kernel import Money

__all__ = ["LONGEST_REASON", "ProofStore"]

LONGEST_REASON: Final = 500

ALREADY = {
    ProofState.VALIDATED: FaultKind(
        "proof.already_validated", "this proof was validated already: it stays so"
    ),
    ProofState.REFUSED: FaultKind(
        "proof.already_refused", "this proof was refused already: ask for another one"
    ),
}


class ProofStore:
    """Keeps proofs, and what was decided of each.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        owner: str,
        order_id: str,
        amount: Money,
        image: CleanImage,
        *,
        key: str,
        at: datetime,
        request_id: str,
    ) -> Proof:
        """Keeps a proof that waits to be looked at.

        Args:
            owner: who sends it.
            order_id: the order that was paid.
            amount: what it proves, above 0.
            image: its picture, from `logistics_core.payments.clean_image`.
            key: what its file is kept under: made by the program, never from what was typed.
            at: the moment, an aware datetime.
            request_id: what makes it the same proof when a form is sent twice.

        Returns:
            The proof; the one kept already when the same was sent under that request (its
            `file_key` is then not `key`, and the file under `key` is not needed).

        Raises:
            PaymentFaults: the amount, a key or an identifier is refused.
            KeyReused: the owner sent another proof under that request.
        """
        found = FaultList()
        check_text(found, "owner", owner)
        check_text(found, "order_id", order_id)
        check_amount(found, "amount", amount, most=MOST_MINOR)
        check_text(found, "key", key, most=255)
        check_text(found, "request_id", request_id, most=LONGEST_KEY)
        found.raise_if_any(PaymentFaults)
        values = {
            "id": uuid4().hex,
            "owner": owner,
            "order_id": order_id,
            "amount_minor": to_minor(amount),
            "currency": amount.currency.code,
            "state": ProofState.PENDING.value,
            "reason": "",
            "request_key": request_id,
            "file_key": key,
            "format": image.format,
            "bytes": len(image.data),
            "width": image.width,
            "height": image.height,
            "sha256": image.sha256,
            "created_at": at,
            "version": 1,
        }
        table = logistics_proofs
        once = inserting(self._connection, table).values(values)
        once = once.on_conflict_do_nothing(index_elements=["owner", "request_key"])
        made = self._connection.execute(once).rowcount
        statement = select(table).where(table.c.owner == owner, table.c.request_key == request_id)
        kept = _proof(self._connection.execute(statement).mappings().one())
        sent = order_id, amount, image.sha256
        if not made and (kept.order_id, kept.amount, kept.sha256) != sent:
            raise KeyReused("this key was used already, for another proof: choose another one")
        return kept

    def get(self, proof_id: str, *, owner: str | None = None) -> Proof:
        """Gives a proof.

        Args:
            proof_id: which.
            owner: whose it must be; None for anybody's.

        Raises:
            ProofMissing: there is no such proof, or it is another's.
        """
        return self._one(proof_id, owner=owner)

    def validate(self, proof_id: str, *, version: int, at: datetime, actor: str) -> Proof:
        """Says that a proof is good: its amount goes into the owner's wallet, once.

        The same decision from the same version again (a form sent twice) changes nothing.

        Raises:
            ProofMissing: there is no such proof.
            PaymentFaults: it was refused already.
            StaleVersion: it was changed since `version` was read.
        """
        proof = self._decided(proof_id, ProofState.VALIDATED, "", version, at, actor)
        WalletStore(self._connection).deposit(
            proof.owner,
            proof.amount,
            key=f"proof:{proof.id}",
            at=at,
            actor=actor,
            reference=proof.id,
        )
        return proof

    def refuse(
        self, proof_id: str, reason: str, *, version: int, at: datetime, actor: str
    ) -> Proof:
        """Says that a proof is not good, and why; see `validate`.

        Raises:
            ProofMissing: there is no such proof.
            PaymentFaults: there is no reason, or it was decided otherwise already.
            StaleVersion: it was changed since `version` was read.
        """
        found = FaultList()
        check_text(found, "reason", reason, most=LONGEST_REASON)
        found.raise_if_any(PaymentFaults)
        return self._decided(proof_id, ProofState.REFUSED, reason, version, at, actor)

    def pending(self, *, limit: int = 1000) -> tuple[Proof, ...]:
        """Gives the proofs that wait to be looked at, the first sent first."""
        table = logistics_proofs
        here = table.c.state == ProofState.PENDING.value
        statement = select(table).where(here).order_by(table.c.created_at, table.c.id)
        return self._several(statement.limit(limit))

    def page(
        self,
        *,
        state: ProofState | None = None,
        owner: str | None = None,
        order_id: str | None = None,
        number: int = 1,
        per_page: int = 20,
    ) -> tuple[Proof, ...]:
        """Gives proofs, the last sent first, a page at a time.

        Args:
            state: only those that stand there.
            owner: only this merchant's.
            order_id: only those of this order.
            number: which page, from 1.
            per_page: how many a page.
        """
        table = logistics_proofs
        statement = select(table).where(*_where(state, owner, order_id))
        ordered = statement.order_by(table.c.created_at.desc(), table.c.id)
        return self._several(ordered.limit(per_page).offset((number - 1) * per_page))

    def count(
        self,
        *,
        state: ProofState | None = None,
        owner: str | None = None,
        order_id: str | None = None,
    ) -> int:
        """Gives how many proofs there are; see `page`."""
        here = _where(state, owner, order_id)
        statement = select(func.count()).select_from(logistics_proofs).where(*here)
        return self._connection.execute(statement).scalar_one()

    def same_picture(self, proof: Proof) -> tuple[Proof, ...]:
        """Gives the other proofs that show the very same picture: one receipt sent twice."""
        table = logistics_proofs
        others = (table.c.sha256 == proof.sha256) & (table.c.id != proof.id)
        return self._several(select(table).where(others).order_by(table.c.created_at, table.c.id))

    def file_keys(self, owner: str) -> tuple[str, ...]:
        """Gives what the files of an owner are kept under: delete them when the owner is erased."""
        table = logistics_proofs.c
        statement = select(table.file_key).where(table.owner == owner).order_by(table.file_key)
        return tuple(self._connection.execute(statement).scalars())

    def erase(self, owner: str) -> int:
        """Deletes the proofs of an owner; gives how many. See `file_keys` for their files."""
        table = logistics_proofs
        return self._connection.execute(delete(table).where(table.c.owner == owner)).rowcount

    def export(self, owner: str) -> tuple[dict[str, object], ...]:
        """Gives the proofs of an owner, ready for JSON, the first one first."""
        table = logistics_proofs
        statement = select(table).where(table.c.owner == owner)
        return tuple(
            {
                "id": each.id,
                "order": each.order_id,
                "amount": f"{each.amount.amount:f}",
                "currency": each.amount.currency.code,
                "state": each.state.value,
                "reason": each.reason,
                "file": each.file_key,
                "sha256": each.sha256,
                "created_at": each.created_at.isoformat(),
                "decided_at": each.decided_at and each.decided_at.isoformat(),
            }
            for each in self._several(statement.order_by(table.c.created_at, table.c.id))
        )

    def _decided(
        self, proof_id: str, state: ProofState, reason: str, version: int, at: datetime, actor: str
    ) -> Proof:
        proof = self._one(proof_id, locked=True)
        if proof.state is not ProofState.PENDING:
            same = (proof.state, proof.reason) == (state, reason)
            if same and version in (proof.version, proof.version - 1):
                return proof
            raise PaymentFaults.of(ALREADY[proof.state], "state")
        if proof.version != version:
            raise StaleVersion(
                "the proof was changed meanwhile: version {given} is not the last one, {now}",
                given=str(version),
                now=str(proof.version),
            )
        table = logistics_proofs
        statement = update(table).where(table.c.id == proof.id)
        changed = statement.values(
            state=state.value, reason=reason, decided_at=at, decided_by=actor, version=version + 1
        )
        returned = self._connection.execute(changed.returning(*table.c))
        return _proof(returned.mappings().one())

    def _one(self, proof_id: str, *, owner: str | None = None, locked: bool = False) -> Proof:
        table = logistics_proofs
        statement = select(table).where(table.c.id == proof_id)
        if owner is not None:
            statement = statement.where(table.c.owner == owner)
        if locked:
            statement = statement.with_for_update()
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise ProofMissing("there is no such proof here")
        return _proof(row)

    def _several(self, statement: Any) -> tuple[Proof, ...]:
        return tuple(_proof(row) for row in self._connection.execute(statement).mappings())


def _where(
    state: ProofState | None, owner: str | None, order_id: str | None
) -> list[ColumnElement[bool]]:
    table = logistics_proofs.c
    given = ((table.state, state and state.value), (table.owner, owner), (table.order_id, order_id))
    return [column == value for column, value in given if value is not None]


_COPIED: Final = tuple(
    field.name for field in attrs.fields(Proof) if field.name not in {"amount", "state"}
)


def _proof(row: RowMapping) -> Proof:
    return Proof(
        amount=from_minor(row["amount_minor"], row["currency"]),
        state=ProofState(row["state"]),
        **{name: row[name] for name in _COPIED},
    )
