"""Bearer tokens of the API: opaque, hashed at rest, in families.

An access token lives fifteen minutes; a refresh token thirty days, and is used once: using it
gives a new pair of the same family. A refresh token that comes a second time was stolen, by
whoever sent it first or by whoever sends it now: the whole family is revoked (RFC 9700, section
4.14.2). Signing in through the API meets the same limits as the page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import field, frozen
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.errors import CodeRequired, TokenRefused, UnknownUser
from comptoir_web.identity.keys import new_id, new_token, token_hash
from comptoir_web.identity.sign_in import SignInService
from comptoir_web.identity.users import User, UserStore
from comptoir_web.storage.sweeping import sweep
from comptoir_web.storage.tables import web_tokens
from shared_kernel.engine import reading, transaction

__all__ = ["ACCESS", "REFRESH", "TokenPair", "TokenService", "TokenStore"]

ACCESS = timedelta(minutes=15)
REFRESH = timedelta(days=30)


@frozen(kw_only=True)
class TokenPair:
    """An access token and the refresh token that follows it; times are aware, UTC."""

    access: str = field(repr=False)
    access_expires_at: datetime
    refresh: str = field(repr=False)
    refresh_expires_at: datetime


@frozen
class TokenStore:
    """The tokens; the caller commits."""

    connection: Connection

    def add(self, user_id: str, family_id: str, *, at: datetime) -> TokenPair:
        """A new pair of a family."""
        access, refresh = new_token(), new_token()
        pair = TokenPair(
            access=access,
            access_expires_at=at + ACCESS,
            refresh=refresh,
            refresh_expires_at=at + REFRESH,
        )
        kinds = (
            ("access", access, pair.access_expires_at),
            ("refresh", refresh, pair.refresh_expires_at),
        )
        self.connection.execute(
            insert(web_tokens),
            [
                {
                    "id": new_id(),
                    "family_id": family_id,
                    "user_id": user_id,
                    "kind": kind,
                    "token_hash": token_hash(token),
                    "created_at": at,
                    "expires_at": expires_at,
                }
                for kind, token, expires_at in kinds
            ],
        )
        return pair

    def begin(self, user_id: str, *, at: datetime, address: str) -> TokenPair:
        """The first pair of a new family, for an account that proved itself; recorded."""
        self.purge(at=at)
        pair = self.add(user_id, new_id(), at=at)
        AuditLog(self.connection).add(
            Action.TOKEN_ISSUED, at=at, actor=user_id, subject=user_id, address=address
        )
        return pair

    def row(self, token: str) -> RowMapping | None:
        """The row of a token, whatever its state."""
        query = select(web_tokens).where(web_tokens.c.token_hash == token_hash(token))
        return self.connection.execute(query).mappings().one_or_none()

    def use(self, token_id: str, *, at: datetime) -> bool:
        """Use a refresh token up; says whether this call did."""
        done = self.connection.execute(
            update(web_tokens)
            .where(
                web_tokens.c.id == token_id,
                web_tokens.c.used_at.is_(None),
                web_tokens.c.revoked_at.is_(None),
            )
            .values(used_at=at)
        )
        return done.rowcount == 1

    def revoke_family(self, family_id: str, *, at: datetime) -> int:
        """Revoke every token of a family; give how many were not yet."""
        done = self.connection.execute(
            update(web_tokens)
            .where(web_tokens.c.family_id == family_id, web_tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount

    def revoke_user(self, user_id: str, *, at: datetime) -> int:
        """Revoke every token of an account; give how many were not yet."""
        done = self.connection.execute(
            update(web_tokens)
            .where(web_tokens.c.user_id == user_id, web_tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount

    def purge(self, *, at: datetime) -> int:
        """Delete the tokens that expired; give how many."""
        return sweep(self.connection, web_tokens, web_tokens.c.expires_at <= at)


@frozen(kw_only=True)
class TokenService:
    """Gives, renews, revokes and reads bearer tokens."""

    engine: Engine
    clock: Callable[[], datetime]
    sign_in: SignInService

    def issue(self, email: str, password: str, *, code: str | None, address: str) -> TokenPair:
        """A first pair, for the right password and, where there is one, the second factor.

        Raises:
            SignInRefused, TooManyAttempts: as on the sign-in page.
            CodeRequired: the account has a second factor and no code was given.
            CodeRefused: the code is wrong, late, or was used before.
        """
        proof = self.sign_in.prove(email, password, address=address)
        user = proof.user
        if user.second_factor:
            if not code:
                raise CodeRequired
            self.sign_in.check_code(user, code, address=address)
        now = self.clock()
        with transaction(self.engine) as connection:
            self.sign_in.still(connection, proof)
            return TokenStore(connection).begin(user.id, at=now, address=address)

    def refresh(self, token: str, *, address: str) -> TokenPair:
        """Use a refresh token up and give the next pair; `TokenRefused` revokes a reused family."""
        now = self.clock()
        reused = False
        with transaction(self.engine) as connection:
            tokens = TokenStore(connection)
            row = tokens.row(token)
            if row is None or row["kind"] != "refresh" or row["expires_at"] <= now:
                raise TokenRefused
            self._lock(connection, row["user_id"])
            if tokens.use(row["id"], at=now):
                self._active(connection, row["user_id"])
                return tokens.add(row["user_id"], row["family_id"], at=now)
            # Used before, or revoked meanwhile. The revocation must stay, so no exception here.
            reused = tokens.revoke_family(row["family_id"], at=now) > 0
            if reused:
                AuditLog(connection).add(
                    Action.TOKEN_REUSED, at=now, subject=row["user_id"], address=address
                )
        raise TokenRefused

    def revoke(self, token: str, *, address: str) -> None:
        """Revoke the family of a token, access or refresh; an unknown token changes nothing."""
        now = self.clock()
        with transaction(self.engine) as connection:
            tokens = TokenStore(connection)
            row = tokens.row(token)
            if row is None:
                return
            self._lock(connection, row["user_id"])
            if tokens.revoke_family(row["family_id"], at=now):
                AuditLog(connection).add(
                    Action.TOKEN_REVOKED,
                    at=now,
                    actor=row["user_id"],
                    subject=row["user_id"],
                    address=address,
                )

    def authenticate(self, token: str) -> User:
        """The account an access token stands for.

        Raises:
            TokenRefused: it is unknown, expired, revoked, a refresh token, or its account is
                disabled.
        """
        now = self.clock()
        with reading(self.engine) as connection:
            row = TokenStore(connection).row(token)
            if (
                row is None
                or row["kind"] != "access"
                or row["revoked_at"] is not None
                or row["expires_at"] <= now
            ):
                raise TokenRefused
            return self._active(connection, row["user_id"])

    def _lock(self, connection: Connection, user_id: str) -> None:
        """Let the changes to the tokens of an account come one after the other.

        Two that go through the same family would lock its rows in different orders, and PostgreSQL
        would end one of them as a deadlock.
        """
        try:
            UserStore(connection).row(user_id, lock=True)
        except UnknownUser:
            raise TokenRefused from None

    def _active(self, connection: Connection, user_id: str) -> User:
        try:
            user = UserStore(connection).get(user_id)
        except UnknownUser:
            raise TokenRefused from None
        if not user.active:
            raise TokenRefused
        return user
