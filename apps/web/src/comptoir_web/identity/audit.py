"""Who did what: an append-only log.

There is no way to change a line from here, and triggers of the database refuse it to anybody. A
line names accounts by their opaque ids; its detail never holds a secret nor what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen
from sqlalchemy import Connection, func, insert, or_, select

from comptoir_web.storage.tables import web_audit

__all__ = ["Action", "AuditEntry", "AuditLog", "AuditPage"]


class Action(StrEnum):
    """What is recorded; some names look like passwords to a linter and are none."""

    SIGNED_IN = "sign_in.done"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_LOCKED = "sign_in.locked"
    CODE_FAILED = "sign_in.code_failed"
    CODE_ASKED = "sign_in.code_asked"
    CODE_SENT = "sign_in.code_sent"
    CODE_WITHHELD = "sign_in.code_withheld"
    PHONE_CODE_FAILED = "sign_in.phone_code_failed"
    RECOVERY_CODE_USED = "sign_in.recovery_code_used"
    SIGNED_OUT = "sign_in.signed_out"
    SESSION_ENDED = "session.ended"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 # nosec B105
    TOKEN_REUSED = "token.reused"  # noqa: S105 # nosec B105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 # nosec B105
    USER_CREATED = "user.created"
    ROLE_CHANGED = "user.role_changed"
    USER_RENAMED = "user.renamed"
    PHONE_CHANGED = "user.phone_changed"
    PHONE_UNLOCKED = "user.phone_unlocked"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 # nosec B105
    PASSWORD_SET = "password.set"  # noqa: S105 # nosec B105
    RESET_ASKED = "password.reset_asked"
    LINK_SENT = "link.sent"
    LINK_REFUSED = "link.refused"
    SECOND_FACTOR_ADDED = "second_factor.added"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    RECOVERY_CODES_RENEWED = "second_factor.codes_renewed"


@frozen(kw_only=True)
class AuditEntry:
    """One line: when, what, by whom, about whom, from which address."""

    id: int
    at: datetime
    action: str
    actor_id: str | None
    subject_id: str | None
    address: str | None
    detail: Mapping[str, object]


@frozen(kw_only=True)
class AuditPage:
    """One page of the log, the newest first; pages are numbered from 1."""

    entries: tuple[AuditEntry, ...]
    number: int
    per_page: int
    total: int


@frozen
class AuditLog:
    """The log on a connection: a line is kept or lost with the change it tells of."""

    connection: Connection = field()

    def add(
        self,
        action: Action,
        *,
        at: datetime,
        actor: str | None = None,
        subject: str | None = None,
        address: str | None = None,
        **detail: str | int | bool | None,
    ) -> None:
        """Append a line; ``detail`` holds neither a secret nor something typed."""
        self.connection.execute(
            insert(web_audit).values(
                at=at,
                action=action.value,
                actor_id=actor,
                subject_id=subject,
                address=address,
                detail=detail,
            )
        )

    def page(
        self,
        *,
        user_id: str | None = None,
        action: str | None = None,
        number: int = 1,
        per_page: int = 50,
    ) -> AuditPage:
        """A page of the lines, those by or about one account, of one action or family."""
        conditions = []
        if user_id:
            conditions.append(
                or_(web_audit.c.actor_id == user_id, web_audit.c.subject_id == user_id)
            )
        if action:
            conditions.append(web_audit.c.action == action)
        total = self.connection.execute(
            select(func.count()).select_from(web_audit).where(*conditions)
        ).scalar_one()
        number = max(1, min(number, -(-total // per_page) or 1))
        rows = self.connection.execute(
            select(web_audit)
            .where(*conditions)
            .order_by(web_audit.c.id.desc())
            .limit(per_page)
            .offset((number - 1) * per_page)
        ).mappings()
        entries = tuple(AuditEntry(**row) for row in rows)
        return AuditPage(entries=entries, number=number, per_page=per_page, total=total)
