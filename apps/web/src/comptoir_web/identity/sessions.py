"""Sessions: rows of the server, named by a token that only the browser holds.

A session ends one hour after its last request and twelve hours after it began, whichever comes
first. It rotates (a new token, a new row) when the password is accepted and again when the second
factor is: a token planted in a browser before is worth nothing after. Ten minutes are given to
type the code of the second factor.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from comptoir_web.identity.keys import new_id, new_token, token_hash
from comptoir_web.storage.sweeping import sweep
from comptoir_web.storage.tables import web_sessions

__all__ = ["ABSOLUTE", "IDLE", "PENDING", "Session", "SessionStore", "Stage"]

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
PENDING = timedelta(minutes=10)
SEEN_STEP = timedelta(minutes=1)
"""The last request is written at most once a minute: reading a page must not write."""


class Stage(StrEnum):
    """How far a sign-in is."""

    CODE = "code"
    OPEN = "open"


@frozen(kw_only=True)
class Session:
    """One session, without its token."""

    id: str
    user_id: str
    stage: Stage
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str

    def alive(self, at: datetime) -> bool:
        """Whether the session still opens something at that moment."""
        return at < self.expires_at and at < self.seen_at + IDLE


def _session(row: RowMapping) -> Session:
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        stage=Stage(row["stage"]),
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        address=row["address"],
        agent=row["agent"],
    )


@frozen
class SessionStore:
    """The sessions; the caller commits."""

    connection: Connection

    def open(
        self, user_id: str, stage: Stage, *, at: datetime, address: str, agent: str
    ) -> tuple[str, Session]:
        """Open a session and give its token, which is not kept."""
        token = new_token()
        session = Session(
            id=new_id(),
            user_id=user_id,
            stage=stage,
            created_at=at,
            seen_at=at,
            expires_at=at + (ABSOLUTE if stage is Stage.OPEN else PENDING),
            address=address[:45],
            agent=agent[:200],
        )
        self.connection.execute(
            insert(web_sessions).values(
                id=session.id,
                token_hash=token_hash(token),
                user_id=user_id,
                stage=stage.value,
                created_at=at,
                seen_at=at,
                expires_at=session.expires_at,
                address=session.address,
                agent=session.agent,
            )
        )
        return token, session

    def find(self, token: str, *, at: datetime) -> Session | None:
        """The living session of this token, or None."""
        row = (
            self.connection.execute(
                select(web_sessions).where(web_sessions.c.token_hash == token_hash(token))
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        session = _session(row)
        return session if session.alive(at) else None

    def seen(self, session: Session, *, at: datetime) -> None:
        """Write that a request came."""
        self.connection.execute(
            update(web_sessions).where(web_sessions.c.id == session.id).values(seen_at=at)
        )

    def of_user(self, user_id: str, *, at: datetime) -> tuple[Session, ...]:
        """The open sessions of an account, the latest seen first."""
        rows = self.connection.execute(
            select(web_sessions)
            .where(web_sessions.c.user_id == user_id, web_sessions.c.stage == Stage.OPEN.value)
            .order_by(web_sessions.c.seen_at.desc(), web_sessions.c.id)
        ).mappings()
        return tuple(s for s in map(_session, rows) if s.alive(at))

    def end(self, session_id: str, *, user_id: str) -> bool:
        """End one session of an account; says whether there was one."""
        done = self.connection.execute(
            delete(web_sessions).where(
                web_sessions.c.id == session_id, web_sessions.c.user_id == user_id
            )
        )
        return done.rowcount > 0

    def end_all(self, user_id: str, *, but: str | None = None) -> int:
        """End every session of an account, pending ones too, but one; give how many."""
        query = delete(web_sessions).where(web_sessions.c.user_id == user_id)
        if but is not None:
            query = query.where(web_sessions.c.id != but)
        return self.connection.execute(query).rowcount

    def purge(self, *, at: datetime) -> int:
        """Delete the sessions that are over; give how many."""
        over = (web_sessions.c.expires_at <= at) | (web_sessions.c.seen_at <= at - IDLE)
        return sweep(self.connection, web_sessions, over)
