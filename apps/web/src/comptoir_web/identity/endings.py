"""What ends when a right is taken away: sessions, tokens, links and codes, at the same moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from comptoir_web.identity.keys import Keys
from comptoir_web.identity.links import LinkStore
from comptoir_web.identity.one_time_codes import OneTimeCodeStore
from comptoir_web.identity.sessions import SessionStore
from comptoir_web.identity.tokens import TokenStore
from comptoir_web.identity.users import User

__all__ = ["end_everything"]


def end_everything(
    connection: Connection,
    keys: Keys,
    user: User,
    *,
    at: datetime,
    keep_session: str | None = None,
) -> None:
    """End what an account has open, in the transaction of the change; one session may be kept."""
    SessionStore(connection).end_all(user.id, but=keep_session)
    TokenStore(connection).revoke_user(user.id, at=at)
    LinkStore(connection, keys).use_all(user.id, at=at)
    if user.phone is not None:
        OneTimeCodeStore(connection, keys).end_phone(user.phone)
