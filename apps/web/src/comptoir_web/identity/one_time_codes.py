"""Codes sent to a phone: six digits, five minutes, one use, bound to the sign-in that asked.

A sign-in that asks holds a token of 256 random bits, in a cookie or in the answer of the API; the
table keeps its SHA-256. The code is drawn when the message is about to leave, and the table keeps
its keyed digest, made with the id of its request: a code read in the table, or asked by another
browser, opens nothing. A million codes are few, so five wrong ones end the request, each counted by
one conditional update before it is compared; of two that bring the right one, one uses it.

Sources: NIST SP 800-63B section 5.1.3.2 (ten minutes at most, accepted once, six digits at least).
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from attrs import field, frozen
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from comptoir_web.identity.keys import Keys, new_id, new_token, token_hash
from comptoir_web.storage.sweeping import sweep
from comptoir_web.storage.tables import web_one_time_codes as CODES  # noqa: N812 (it reads as one)

__all__ = ["DIGITS", "LIFETIME", "TRIES", "CodeRequest", "OneTimeCodeStore", "typed_digits"]

DIGITS = 6
TRIES = 5
LIFETIME = timedelta(minutes=5)

_NONE_SENT = "-" * 64
"""Compared in place of a digest, and equal to none."""

_BETWEEN = frozenset({"Zs", "Pd", "Cf", "Cc"})


@frozen(kw_only=True)
class CodeRequest:
    """A sign-in by phone that waits for its code; times are aware, UTC.

    Attributes:
        id: its opaque id, which opens nothing.
        phone: where the code goes, in E.164.
        asked_from: the digest of the network address that asked.
        expires_at: when it is over.
        code_hash: what is kept of the code; None while none was sent.
    """

    id: str
    phone: str
    asked_from: str
    expires_at: datetime
    code_hash: str | None = field(repr=False)


def typed_digits(text: str) -> str:
    """The digits of a code as typed: spaces and dashes between them do not count.

    Digits of every script keep their value; empty when anything else was typed.

    >>> typed_digits("123 456"), typed_digits("\u0661\u0662\u0663-\u0664\u0665\u0666")
    ('123456', '123456')
    >>> typed_digits("12345a")
    ''
    """
    digits = []
    for c in unicodedata.normalize("NFKC", text[:40]):
        category = unicodedata.category(c)
        if category == "Nd":
            digits.append(str(unicodedata.digit(c)))
        elif category not in _BETWEEN:
            return ""
    return "".join(digits)


@frozen
class OneTimeCodeStore:
    """The requests and what is kept of their codes; the caller commits."""

    connection: Connection
    keys: Keys

    def add(self, phone: str, *, asked_from: str, at: datetime) -> tuple[str, CodeRequest]:
        """Begin a request and give its token, which is not kept."""
        token = new_token()
        request = CodeRequest(
            id=new_id(),
            phone=phone,
            asked_from=asked_from,
            expires_at=at + LIFETIME,
            code_hash=None,
        )
        self.connection.execute(
            insert(CODES).values(
                id=request.id,
                request_hash=token_hash(token),
                phone=phone,
                asked_from=asked_from,
                created_at=at,
                expires_at=request.expires_at,
                tries=0,
            )
        )
        return token, request

    def find(self, token: str, *, at: datetime) -> CodeRequest | None:
        """The request of this token while it is good, or None."""
        return self._one(CODES.c.request_hash == token_hash(token), at)

    def get(self, request_id: str, *, at: datetime) -> CodeRequest | None:
        """The request of this id while it is good, or None."""
        return self._one(CODES.c.id == request_id, at)

    def draw(self, request_id: str, *, at: datetime) -> str | None:
        """Draw the code of a request, keep its digest, and give it; None when it is over.

        Drawn again, the earlier code is worth nothing.
        """
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        kept = self._update(request_id, at, code_hash=self._digest(request_id, code))
        return code if kept else None

    def take_try(self, request_id: str, *, at: datetime) -> bool:
        """Count a try, before the code is compared; false when none is left."""
        return self._update(request_id, at, tries=CODES.c.tries + 1)

    def matches(self, request: CodeRequest, typed: str) -> bool:
        """Whether this is the code of the request; the same work when none was sent."""
        digest = self._digest(request.id, typed_digits(typed))
        return hmac.compare_digest(digest, request.code_hash or _NONE_SENT)

    def use(self, request_id: str, *, at: datetime) -> bool:
        """Use a request up; says whether this call did. Its tries were counted before."""
        done = self.connection.execute(
            update(CODES)
            .where(CODES.c.id == request_id, CODES.c.used_at.is_(None), CODES.c.expires_at > at)
            .values(used_at=at)
        )
        return done.rowcount == 1

    def end(self, token: str) -> None:
        """End the request of this token; nothing happens when there is none."""
        self.connection.execute(delete(CODES).where(CODES.c.request_hash == token_hash(token)))

    def end_phone(self, phone: str) -> None:
        """End every request of a phone: what it opened was taken away."""
        self.connection.execute(delete(CODES).where(CODES.c.phone == phone))

    def purge(self, *, at: datetime) -> int:
        """Delete the requests that are over; give how many."""
        return sweep(self.connection, CODES, CODES.c.expires_at <= at)

    def _one(self, condition: ColumnElement[bool], at: datetime) -> CodeRequest | None:
        row = self.connection.execute(
            select(
                CODES.c.id,
                CODES.c.phone,
                CODES.c.asked_from,
                CODES.c.expires_at,
                CODES.c.code_hash,
            ).where(condition, _good(at))
        ).one_or_none()
        return None if row is None else CodeRequest(**row._mapping)  # noqa: SLF001 -- the public name

    def _update(self, request_id: str, at: datetime, **values: object) -> bool:
        done = self.connection.execute(
            update(CODES).where(CODES.c.id == request_id, _good(at)).values(**values)
        )
        return done.rowcount == 1

    def _digest(self, request_id: str, code: str) -> str:
        return self.keys.digest("one-time code", f"{request_id} {code}")


def _good(at: datetime) -> ColumnElement[bool]:
    return and_(CODES.c.used_at.is_(None), CODES.c.expires_at > at, CODES.c.tries < TRIES)
