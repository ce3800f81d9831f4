"""Links that choose a password: signed, single use, short-lived.

The text of a link is signed with a key of its own, so a forged one is refused without looking in
the database; what it names is one row, whose random part is kept as a hash and whose use is one
conditional update: of two people who open it, one wins.

A reset lives thirty minutes; the first password of a new account, three days: it is read when its
owner next reads mail, and the account is empty until then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, insert, select, update

from comptoir_web.identity.errors import LinkProblem, LinkRefused
from comptoir_web.identity.keys import Keys, new_id, new_token, token_hash
from comptoir_web.storage.tables import web_links

__all__ = ["LIFETIMES", "Link", "LinkPurpose", "LinkStore"]


class LinkPurpose(StrEnum):
    """What a link is for."""

    RESET = "reset"
    WELCOME = "welcome"


LIFETIMES = {LinkPurpose.RESET: timedelta(minutes=30), LinkPurpose.WELCOME: timedelta(days=3)}


@frozen(kw_only=True)
class Link:
    """A link that is good: what it is for, and whose password it chooses."""

    id: str
    user_id: str
    purpose: LinkPurpose
    expires_at: datetime


@frozen
class LinkStore:
    """The links; the caller commits."""

    connection: Connection
    keys: Keys

    def make(self, user_id: str, purpose: LinkPurpose, *, at: datetime) -> str:
        """Make a link and give its text; earlier links of the account stop working."""
        self.use_all(user_id, at=at)
        link_id, token = new_id(), new_token()
        self.connection.execute(
            insert(web_links).values(
                id=link_id,
                user_id=user_id,
                purpose=purpose.value,
                token_hash=token_hash(token),
                created_at=at,
                expires_at=at + LIFETIMES[purpose],
            )
        )
        return self._serializer().dumps([link_id, token])

    def read(self, text: str, *, at: datetime) -> Link:
        """The link of this text, not used by that; `LinkRefused` says why not."""
        link_id, token = self._parts(text)
        row = (
            self.connection.execute(
                select(web_links).where(
                    web_links.c.id == link_id, web_links.c.token_hash == token_hash(token)
                )
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise LinkRefused(LinkProblem.FORGED)
        if row["used_at"] is not None:
            raise LinkRefused(LinkProblem.USED)
        if row["expires_at"] <= at:
            raise LinkRefused(LinkProblem.EXPIRED)
        return Link(
            id=row["id"],
            user_id=row["user_id"],
            purpose=LinkPurpose(row["purpose"]),
            expires_at=row["expires_at"],
        )

    def use(self, link: Link, *, at: datetime) -> None:
        """Use the link up; of two that try at once, the second is refused."""
        done = self.connection.execute(
            update(web_links)
            .where(web_links.c.id == link.id, web_links.c.used_at.is_(None))
            .values(used_at=at)
        )
        if done.rowcount != 1:
            raise LinkRefused(LinkProblem.USED)

    def use_all(self, user_id: str, *, at: datetime) -> None:
        """Stop every link of an account: its password was changed, or a newer link made."""
        self.connection.execute(
            update(web_links)
            .where(web_links.c.user_id == user_id, web_links.c.used_at.is_(None))
            .values(used_at=at)
        )

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.keys.derive("links"), salt="link")

    def _parts(self, text: str) -> tuple[str, str]:
        try:
            parts = self._serializer().loads(text)
        except BadSignature:
            raise LinkRefused(LinkProblem.FORGED) from None
        match parts:
            case [str(link_id), str(token)]:
                return link_id, token
            case _:
                raise LinkRefused(LinkProblem.FORGED)
