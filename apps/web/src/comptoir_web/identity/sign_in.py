"""Signing in: the password, the second factor, the session; and what a cookie or a token opens.

The answer to a wrong address, a wrong password, a disabled account and an account without password
is one and the same, after the same work. The attempt is counted and committed before the password
is looked at; the password is verified outside any transaction, so a slow hash holds no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NoReturn

from attrs import field, frozen
from sqlalchemy import Connection, Engine, RowMapping

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.errors import (
    CodeRefused,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
    UnknownUser,
)
from comptoir_web.identity.keys import token_hash
from comptoir_web.identity.limits import (
    ACCOUNT,
    ADDRESS,
    CODE,
    AttemptStore,
    Limit,
    address_subject,
)
from comptoir_web.identity.passwords import Passwords
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.sessions import SEEN_STEP, Session, SessionStore, Stage
from comptoir_web.identity.users import User, UserStore, checked_email
from shared_kernel import FaultList
from shared_kernel.engine import reading, transaction
from shared_kernel.errors import DatabaseBusy, DiskFull

__all__ = ["Opened", "Proof", "SignInService", "account_subject"]

CODES_A_SIGN_IN = Limit(
    scope="sign_in",
    free=CODE.free,
    first_wait=CODE.longest_wait,
    longest_wait=CODE.longest_wait,
)
"""Wrong codes that end one pending sign-in: the person types the password again."""

KEEP_ATTEMPTS = timedelta(days=7)


def account_subject(email: str) -> str:
    """What a typed address is counted as."""
    return token_hash(checked_email(email, FaultList()))


@frozen(kw_only=True)
class Opened:
    """A session just opened: its token (for the cookie), and whether a code is still awaited."""

    token: str
    session: Session
    user: User

    @property
    def awaits_code(self) -> bool:
        """Whether the second factor comes next."""
        return self.session.stage is Stage.CODE

    def __repr__(self) -> str:
        return f"Opened(user={self.user.id!r}, stage={self.session.stage.value!r})"


@frozen(kw_only=True)
class Proof:
    """The account that a password opened, and the hash which said so."""

    user: User
    password_hash: str = field(repr=False)


@frozen(kw_only=True)
class SignInService:
    """Opens, finds and ends sessions."""

    engine: Engine
    clock: Callable[[], datetime]
    passwords: Passwords
    second_factor: SecondFactorService

    def sign_in(
        self, email: str, password: str, *, address: str, agent: str, replaces: str | None = None
    ) -> Opened:
        """Open a session for the right password; pending when the account has a second factor.

        Args:
            email: as typed.
            password: as typed.
            address: where the request comes from.
            agent: what the browser says it is.
            replaces: the token of a session that this one replaces, which ends.

        Raises:
            SignInRefused: for every reason that depends on the account.
            TooManyAttempts: the account or the address is locked; the password was not looked at.
        """
        proof = self.prove(email, password, address=address)
        now = self.clock()
        with transaction(self.engine) as connection:
            user = self.still(connection, proof)
            return self.open(
                connection, user, at=now, address=address, agent=agent, replaces=replaces
            )

    def open(
        self,
        connection: Connection,
        user: User,
        *,
        at: datetime,
        address: str,
        agent: str,
        replaces: str | None,
    ) -> Opened:
        """Open a session for an account that proved itself, in the caller's transaction.

        It is pending when the account has a second factor. ``replaces`` is the token of a session
        that this one replaces, which ends.
        """
        sessions = SessionStore(connection)
        self._end_replaced(sessions, replaces, at)
        # Signing in is rare and writes anyway: a good moment to delete what is over.
        sessions.purge(at=at)
        AttemptStore(connection).purge(before=at - KEEP_ATTEMPTS)
        stage = Stage.CODE if user.second_factor else Stage.OPEN
        token, session = sessions.open(user.id, stage, at=at, address=address, agent=agent)
        if stage is Stage.OPEN:
            AuditLog(connection).add(
                Action.SIGNED_IN, at=at, actor=user.id, subject=user.id, address=address
            )
        return Opened(token=token, session=session, user=user)

    def second_step(self, token: str, code: str, *, address: str, agent: str) -> Opened:
        """Finish a pending sign-in with a code: the pending session ends, a full one opens.

        Raises:
            SignInExpired: there is no such pending sign-in, or it met too many wrong codes.
            CodeRefused: the code is wrong, late, or was used before.
            TooManyAttempts: the account met too many wrong codes.
        """
        now = self.clock()
        pending = self._pending(token, now)
        try:
            with transaction(self.engine) as connection:
                AttemptStore(connection).take(CODES_A_SIGN_IN, pending.id, at=now)
        except TooManyAttempts:
            self._end_pending(pending)
            raise SignInExpired from None
        self.take_code_attempt(pending.user_id, address=address)
        try:
            with transaction(self.engine) as connection:
                sessions = SessionStore(connection)
                # Ending the pending row first makes this the only request that goes on with it;
                # a wrong code rolls that back.
                if not sessions.end(pending.id, user_id=pending.user_id):
                    raise SignInExpired
                user = self._usable(connection, pending.user_id)
                action = self.second_factor.accept(connection, user.id, code, at=now)
                self._code_accepted(connection, user, action, pending.id, now, address)
                opened, session = sessions.open(
                    user.id, Stage.OPEN, at=now, address=address, agent=agent
                )
        except CodeRefused:
            self._refuse_code(pending.user_id, address)
        return Opened(token=opened, session=session, user=user)

    def check_password(self, email: str, password: str, *, address: str) -> User:
        """The account this password opens; counts the attempt, opens nothing.

        Raises:
            SignInRefused, TooManyAttempts: as `prove`.
        """
        return self.prove(email, password, address=address).user

    def still(self, connection: Connection, proof: Proof) -> User:
        """The account of a proof, locked until the commit, in the transaction that opens something.

        A password changed after it was verified ends what is open at that moment; what is opened
        afterwards by the old one would escape.

        Raises:
            SignInRefused: the password was changed, or the account disabled, in between.
        """
        return self._usable(connection, proof.user.id, password_hash=proof.password_hash)

    def prove(self, email: str, password: str, *, address: str) -> Proof:
        """Verify a password, and keep what it was verified against; counts the attempt.

        Raises:
            SignInRefused: for every reason that depends on the account.
            TooManyAttempts: the account or the address is locked.
        """
        now = self.clock()
        stored = checked_email(email, FaultList())
        self._take_attempts(stored, address, now)
        with reading(self.engine) as connection:
            row = UserStore(connection).row_by_email(stored)
        right = self.passwords.verify(row["password_hash"] if row else None, password)
        if row is None or not right or row["disabled_at"] is not None:
            self._refuse(row, address, now)
        with transaction(self.engine) as connection:
            hashed = row["password_hash"]
            user = self._usable(connection, row["id"], password_hash=hashed)
            attempts = AttemptStore(connection)
            attempts.clear(ACCOUNT, token_hash(stored))
            attempts.give_back(ADDRESS, address_subject(address), at=now)
            if self.passwords.outdated(hashed):
                hashed = self.passwords.hash(password)
                UserStore(connection).update(user.id, at=now, password_hash=hashed)
        return Proof(user=user, password_hash=hashed)

    def take_code_attempt(self, user_id: str, *, address: str) -> None:
        """Count an attempt at the second factor, before the code is looked at."""
        now = self.clock()
        try:
            with transaction(self.engine) as connection:
                AttemptStore(connection).take(CODE, user_id, at=now)
        except TooManyAttempts:
            self._audit(Action.SIGN_IN_LOCKED, user_id, address, now, limit=CODE.scope)
            raise

    def check_code(self, user: User, code: str, *, address: str) -> None:
        """Use a code up outside a pending sign-in (the API, a dangerous change).

        Raises:
            CodeRefused: the code is wrong, late, or was used before.
            TooManyAttempts: the account met too many wrong codes.
        """
        now = self.clock()
        self.take_code_attempt(user.id, address=address)
        try:
            with transaction(self.engine) as connection:
                action = self.second_factor.accept(connection, user.id, code, at=now)
                AttemptStore(connection).clear(CODE, user.id)
                if action is Action.RECOVERY_CODE_USED:
                    AuditLog(connection).add(
                        action, at=now, actor=user.id, subject=user.id, address=address
                    )
        except CodeRefused:
            self._refuse_code(user.id, address)

    def pending(self, token: str) -> Session | None:
        """The pending sign-in of this token, or None."""
        with reading(self.engine) as connection:
            session = SessionStore(connection).find(token, at=self.clock())
        return session if session is not None and session.stage is Stage.CODE else None

    def visitor(self, token: str) -> tuple[User, Session] | None:
        """Who holds the open session of this token; None when it opens nothing."""
        now = self.clock()
        with reading(self.engine) as connection:
            session = SessionStore(connection).find(token, at=now)
            if session is None or session.stage is not Stage.OPEN:
                return None
            try:
                user = UserStore(connection).get(session.user_id)
            except UnknownUser:
                return None
        if not user.active:
            return None
        if now - session.seen_at >= SEEN_STEP:
            # A page that only reads is shown though nothing can be written just now; the session
            # then ends an hour after the last request that could be noted.
            with suppress(DatabaseBusy, DiskFull), transaction(self.engine) as connection:
                SessionStore(connection).seen(session, at=now)
        return user, session

    def sign_out(self, token: str, *, address: str) -> None:
        """End the session of this token; nothing happens when there is none."""
        now = self.clock()
        with transaction(self.engine) as connection:
            sessions = SessionStore(connection)
            session = sessions.find(token, at=now)
            if session is None:
                return
            sessions.end(session.id, user_id=session.user_id)
            AuditLog(connection).add(
                Action.SIGNED_OUT,
                at=now,
                actor=session.user_id,
                subject=session.user_id,
                address=address,
            )

    def rotate(self, token: str, *, address: str, agent: str) -> Opened:
        """Replace an open session by a new one, and end the account's others: its rights grew.

        Raises:
            SignInExpired: the session is over.
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            sessions = SessionStore(connection)
            old = sessions.find(token, at=now)
            if old is None or old.stage is not Stage.OPEN:
                raise SignInExpired
            user = self._usable(connection, old.user_id)
            sessions.end_all(user.id)
            opened, session = sessions.open(
                user.id, Stage.OPEN, at=now, address=address, agent=agent
            )
        return Opened(token=opened, session=session, user=user)

    def sessions(self, user_id: str) -> tuple[Session, ...]:
        """The open sessions of an account, the latest seen first."""
        with reading(self.engine) as connection:
            return SessionStore(connection).of_user(user_id, at=self.clock())

    def end_session(self, session_id: str, *, user_id: str, address: str) -> bool:
        """End one of the account's sessions; says whether there was one."""
        now = self.clock()
        with transaction(self.engine) as connection:
            ended = SessionStore(connection).end(session_id, user_id=user_id)
            if ended:
                AuditLog(connection).add(
                    Action.SESSION_ENDED, at=now, actor=user_id, subject=user_id, address=address
                )
        return ended

    def end_other_sessions(self, user_id: str, *, but: str, address: str) -> int:
        """End the account's other sessions; give how many."""
        now = self.clock()
        with transaction(self.engine) as connection:
            ended = SessionStore(connection).end_all(user_id, but=but)
            AuditLog(connection).add(
                Action.SESSION_ENDED,
                at=now,
                actor=user_id,
                subject=user_id,
                address=address,
                count=ended,
            )
        return ended

    def _take_attempts(self, email: str, address: str, now: datetime) -> None:
        locked: TooManyAttempts | None = None
        scope = ADDRESS.scope
        try:
            with transaction(self.engine) as connection:
                attempts = AttemptStore(connection)
                attempts.take(ADDRESS, address_subject(address), at=now)
                scope = ACCOUNT.scope
                attempts.take(ACCOUNT, token_hash(email), at=now)
        except TooManyAttempts as error:
            locked = error
        if locked is not None:
            self._audit(Action.SIGN_IN_LOCKED, None, address, now, limit=scope)
            raise locked

    def _refuse(self, row: RowMapping | None, address: str, now: datetime) -> NoReturn:
        subject = row["id"] if row is not None else None
        self._audit(Action.SIGN_IN_FAILED, subject, address, now)
        raise SignInRefused

    def _refuse_code(self, user_id: str, address: str) -> NoReturn:
        self._audit(Action.CODE_FAILED, user_id, address, self.clock())
        raise CodeRefused

    def _audit(
        self, action: Action, subject: str | None, address: str, at: datetime, **detail: str
    ) -> None:
        with transaction(self.engine) as connection:
            AuditLog(connection).add(action, at=at, subject=subject, address=address, **detail)

    def _usable(
        self, connection: Connection, user_id: str, *, password_hash: str | None = None
    ) -> User:
        """The account, locked and read again: it may have changed while the hash was computed."""
        users = UserStore(connection)
        try:
            row = users.row(user_id, lock=True)
        except UnknownUser:
            raise SignInRefused from None
        changed = password_hash is not None and row["password_hash"] != password_hash
        if changed or row["disabled_at"] is not None:
            raise SignInRefused
        return users.get(user_id)

    def _pending(self, token: str, now: datetime) -> Session:
        with reading(self.engine) as connection:
            session = SessionStore(connection).find(token, at=now)
        if session is None or session.stage is not Stage.CODE:
            raise SignInExpired
        return session

    def _end_pending(self, pending: Session) -> None:
        with transaction(self.engine) as connection:
            SessionStore(connection).end(pending.id, user_id=pending.user_id)
            AttemptStore(connection).clear(CODES_A_SIGN_IN, pending.id)

    def _code_accepted(
        self,
        connection: Connection,
        user: User,
        action: Action,
        pending_id: str,
        now: datetime,
        address: str,
    ) -> None:
        attempts = AttemptStore(connection)
        attempts.clear(CODE, user.id)
        attempts.clear(CODES_A_SIGN_IN, pending_id)
        audit = AuditLog(connection)
        if action is Action.RECOVERY_CODE_USED:
            audit.add(action, at=now, actor=user.id, subject=user.id, address=address)
        audit.add(Action.SIGNED_IN, at=now, actor=user.id, subject=user.id, address=address)

    def _end_replaced(self, sessions: SessionStore, token: str | None, now: datetime) -> None:
        if token is None:
            return
        old = sessions.find(token, at=now)
        if old is not None:
            sessions.end(old.id, user_id=old.user_id)
