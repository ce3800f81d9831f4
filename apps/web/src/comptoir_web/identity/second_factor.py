"""The second factor: codes that change every thirty seconds, and recovery codes.

TOTP after RFC 6238 (SHA-1, six digits, thirty seconds: what every application reads). A code is
good for its own step and one on each side; the last step used is stored by a conditional update,
so each code is accepted once, whoever sends it and however often. The secret is encrypted at rest
by a key derived from the secret key. Ten recovery codes of 80 random bits replace a lost phone,
once each; the database keeps their SHA-256.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import pyotp
import segno
from attrs import frozen
from cryptography.fernet import InvalidToken
from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.errors import AlreadyEnrolled, CodeRefused
from comptoir_web.identity.keys import Keys, new_id, token_hash
from comptoir_web.identity.limits import CODE, AttemptStore
from comptoir_web.identity.users import UserStore
from comptoir_web.storage.tables import web_recovery_codes, web_users
from shared_kernel.engine import reading, transaction

__all__ = ["Enrolment", "SecondFactorService", "qr_svg"]

STEP_S = 30
WINDOW = 1
RECOVERY_CODES = 10


@frozen(kw_only=True)
class Enrolment:
    """What a person needs to add an account to an application: the secret and its address."""

    secret: str
    uri: str

    def __repr__(self) -> str:
        return "Enrolment(...)"


def qr_svg(uri: str) -> str:
    """The QR code of an address as an inline SVG, by attributes alone (no style, no data address).

    >>> picture = qr_svg("otpauth://totp/Comptoir:client@example.com?secret=AAAA")
    >>> picture.startswith("<svg"), "style=" in picture, "data:" in picture
    (True, False, False)
    """
    code = segno.make(uri, error="m", micro=False)
    # Modules stay dark on light in a dark page: not every camera reads the inverse.
    return code.svg_inline(
        border=4, dark="#000000", light="#ffffff", omitsize=True, svgclass="qr", lineclass=None
    )


@frozen(kw_only=True)
class SecondFactorService:
    """Enrols, checks, renews and removes the second factor of an account."""

    engine: Engine
    clock: Callable[[], datetime]
    keys: Keys
    issuer: str

    def begin(self, user_id: str) -> Enrolment:
        """Give the secret to enrol: the one already proposed, or a new one.

        It counts for nothing until `confirm`. Showing the page again shows the same secret, so
        that a code typed late is still right.

        Raises:
            AlreadyEnrolled: the account has a second factor.
        """
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            row = users.row(user_id, lock=True)
            if row["totp_secret"] is not None:
                raise AlreadyEnrolled
            secret = self._open(row["totp_pending"]) if row["totp_pending"] else None
            if secret is None:
                secret = pyotp.random_base32(length=32)
                users.update(user_id, at=self.clock(), totp_pending=self._close(secret))
        name = row["email"] or row["phone"]
        uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=self.issuer)
        return Enrolment(secret=secret, uri=uri)

    def confirm(self, user_id: str, code: str, *, address: str) -> tuple[str, ...]:
        """Enrol with a first code, and give the recovery codes, once.

        Raises:
            AlreadyEnrolled: the account has a second factor.
            CodeRefused: the code is not one of the proposed secret's.
            TooManyAttempts: too many wrong codes.
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            AttemptStore(connection).take(CODE, user_id, at=now)
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            row = users.row(user_id, lock=True)
            if row["totp_secret"] is not None:
                raise AlreadyEnrolled
            secret = self._open(row["totp_pending"]) if row["totp_pending"] else None
            step = None if secret is None else self._step(secret, code, now)
            if step is None:
                raise CodeRefused
            users.update(
                user_id,
                at=now,
                totp_secret=row["totp_pending"],
                totp_pending=None,
                totp_enrolled_at=now,
                totp_last_step=step,
            )
            AttemptStore(connection).clear(CODE, user_id)
            codes = self._new_codes(connection, user_id, now)
            AuditLog(connection).add(
                Action.SECOND_FACTOR_ADDED, at=now, actor=user_id, subject=user_id, address=address
            )
        return codes

    def renew_codes(self, user_id: str, *, address: str) -> tuple[str, ...]:
        """Replace the recovery codes by ten new ones."""
        now = self.clock()
        with transaction(self.engine) as connection:
            codes = self._new_codes(connection, user_id, now)
            AuditLog(connection).add(
                Action.RECOVERY_CODES_RENEWED,
                at=now,
                actor=user_id,
                subject=user_id,
                address=address,
            )
        return codes

    def remove(self, user_id: str, *, actor: str | None, address: str | None = None) -> None:
        """Take the second factor away: the owner changes phones, or an administrator helps."""
        now = self.clock()
        with transaction(self.engine) as connection:
            UserStore(connection).update(
                user_id,
                at=now,
                totp_secret=None,
                totp_pending=None,
                totp_enrolled_at=None,
                totp_last_step=None,
            )
            connection.execute(
                delete(web_recovery_codes).where(web_recovery_codes.c.user_id == user_id)
            )
            AttemptStore(connection).clear(CODE, user_id)
            AuditLog(connection).add(
                Action.SECOND_FACTOR_REMOVED, at=now, actor=actor, subject=user_id, address=address
            )

    def codes_left(self, user_id: str) -> int:
        """How many recovery codes are still good."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(func.count())
                .select_from(web_recovery_codes)
                .where(
                    web_recovery_codes.c.user_id == user_id, web_recovery_codes.c.used_at.is_(None)
                )
            ).scalar_one()

    def accept(self, connection: Connection, user_id: str, code: str, *, at: datetime) -> Action:
        """Use a code up, in the caller's transaction; says which kind it was.

        Raises:
            CodeRefused: the code is wrong, late, or was used before.
        """
        typed = "".join(c for c in code if c.isalnum())
        if len(typed) == 6 and typed.isascii() and typed.isdigit():
            self._accept_totp(connection, user_id, typed, at)
            return Action.SIGNED_IN
        done = connection.execute(
            update(web_recovery_codes)
            .where(
                web_recovery_codes.c.user_id == user_id,
                web_recovery_codes.c.code_hash == token_hash(typed.upper()),
                web_recovery_codes.c.used_at.is_(None),
            )
            .values(used_at=at)
        )
        if done.rowcount != 1:
            raise CodeRefused
        return Action.RECOVERY_CODE_USED

    def _accept_totp(self, connection: Connection, user_id: str, code: str, at: datetime) -> None:
        row = UserStore(connection).row(user_id)
        secret = self._open(row["totp_secret"]) if row["totp_secret"] else None
        step = None if secret is None else self._step(secret, code, at)
        if step is None:
            raise CodeRefused
        last = web_users.c.totp_last_step
        done = connection.execute(
            update(web_users)
            .where(web_users.c.id == user_id, or_(last.is_(None), last < step))
            .values(totp_last_step=step)
        )
        if done.rowcount != 1:
            raise CodeRefused

    def _step(self, secret: str, code: str, at: datetime) -> int | None:
        """The time step whose code this is, among the present one and its neighbours."""
        totp = pyotp.TOTP(secret, interval=STEP_S)
        typed = "".join(c for c in code if not c.isspace())
        now = int(at.timestamp()) // STEP_S
        found = None
        for step in range(now - WINDOW, now + WINDOW + 1):
            # Every step is compared, whatever the first ones say: the work stays the same.
            if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
                found = step
        return found

    def _new_codes(self, connection: Connection, user_id: str, at: datetime) -> tuple[str, ...]:
        connection.execute(
            delete(web_recovery_codes).where(web_recovery_codes.c.user_id == user_id)
        )
        codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
        connection.execute(
            insert(web_recovery_codes),
            [
                {
                    "id": new_id(),
                    "user_id": user_id,
                    "code_hash": token_hash(code),
                    "created_at": at,
                }
                for code in codes
            ],
        )
        return tuple("-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes)

    def _close(self, secret: str) -> str:
        return self.keys.fernet("second factor").encrypt(secret.encode()).decode()

    def _open(self, stored: str) -> str | None:
        try:
            return self.keys.fernet("second factor").decrypt(stored.encode()).decode()
        except InvalidToken:
            # Written under another secret key: recovery codes still open the account.
            return None
