"""Limits that protect a secret, counted in the database.

An attempt is counted *before* the secret is looked at, under a lock on its row, and given back
when it succeeds: processes that try at the same moment never get more attempts than one after the
other. Locks grow: the first attempts are free, then each failure doubles the wait.

Subjects are digests: what was typed as an address may be a password typed in the wrong field.
Accounts that do not exist are counted like the others, so a lock says nothing about existence.

Whoever takes several of these rows in one transaction takes those of phones before the account's
row and in the order `PHONE_CODE_ADDRESS`, `PHONE_ASK_ADDRESS`, `PHONE_ASK`, `PHONE_CODE`: two that
meet then wait for each other, and never both.

Sources: NIST SP 800-63B section 5.2.2 (at most 100 failures in a row an account).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from attrs import frozen
from sqlalchemy import Connection, delete, select, update

from comptoir_web.identity.errors import TooManyAttempts
from comptoir_web.identity.keys import token_hash
from comptoir_web.storage.tables import web_attempts
from shared_kernel.engine import inserting

__all__ = [
    "ACCOUNT",
    "ADDRESS",
    "CODE",
    "FOREVER",
    "PHONE_ASK",
    "PHONE_ASK_ADDRESS",
    "PHONE_CODE",
    "PHONE_CODE_ADDRESS",
    "RESET",
    "RESET_ADDRESS",
    "AttemptStore",
    "Limit",
    "address_subject",
]

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a lock that only an administrator lifts, by taking the second factor away."""


@frozen(kw_only=True)
class Limit:
    """How many attempts are free, and how long the wait is after.

    Attributes:
        scope: names the limit in the table.
        free: attempts before the first wait.
        first_wait: the wait after the last free attempt fails; doubled at each failure after.
        longest_wait: where the doubling stops.
        forget: failures older than this no longer count; None counts them until a success.
        hard: failures in a row after which only an administrator helps.
    """

    scope: str
    free: int
    first_wait: timedelta
    longest_wait: timedelta
    forget: timedelta | None = None
    hard: int | None = None

    def locked_until(self, failures: int, now: datetime) -> datetime | None:
        """Until when nothing is checked after that many failures in a row.

        >>> now = datetime(2026, 1, 1, tzinfo=UTC)
        >>> ACCOUNT.locked_until(4, now) is None
        True
        >>> [(ACCOUNT.locked_until(n, now) - now).seconds // 60 for n in (5, 6, 7, 8, 9, 10)]
        [1, 2, 4, 8, 15, 15]
        """
        if self.hard is not None and failures >= self.hard:
            return FOREVER
        if failures < self.free:
            return None
        doublings = min(failures - self.free, 30)
        wait: timedelta = min(self.first_wait * (1 << doublings), self.longest_wait)
        return now + wait


ACCOUNT = Limit(
    scope="account",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    forget=timedelta(hours=24),
)
"""Passwords tried for one account, known or not."""

ADDRESS = Limit(
    scope="address",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    forget=timedelta(hours=24),
)
"""Passwords tried from one network address: many accounts, one attacker."""

CODE = Limit(
    scope="code",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    hard=100,
)
"""Codes of the second factor tried for one account."""

RESET = Limit(
    scope="reset",
    free=3,
    first_wait=timedelta(minutes=15),
    longest_wait=timedelta(hours=4),
    forget=timedelta(hours=24),
)
"""Mails asked for one account: nobody's mailbox is filled from the sign-in page."""

RESET_ADDRESS = Limit(
    scope="reset_address",
    free=20,
    first_wait=timedelta(minutes=15),
    longest_wait=timedelta(hours=4),
    forget=timedelta(hours=24),
)
"""Mails asked from one network address."""

PHONE_ASK = Limit(
    scope="phone_ask",
    free=3,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    forget=timedelta(hours=24),
)
"""Codes asked for one phone since its holder last signed in: a message costs, and it wakes."""

PHONE_ASK_ADDRESS = Limit(
    scope="phone_ask_addr",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    forget=timedelta(hours=24),
)
"""Codes asked from one network address that opened nothing: phones of one operator share one."""

PHONE_CODE = Limit(
    scope="phone_code",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    hard=100,
)
"""Wrong codes for one phone, whatever the sign-in that asked, known or not."""

PHONE_CODE_ADDRESS = Limit(
    scope="phone_code_addr",
    free=30,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=15),
    forget=timedelta(hours=24),
)
"""Wrong codes from one network address: many phones, one attacker."""

_KEPT = (CODE.scope, PHONE_CODE.scope)
"""Counted until a success, however long that takes."""


def address_subject(address: str) -> str:
    """What an address is counted as: an IPv6 subscriber owns a /64, so that is what counts.

    >>> address_subject("2001:db8::1") == address_subject("2001:db8::2")
    True
    >>> address_subject("192.0.2.1") == address_subject("192.0.2.2")
    False
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return token_hash(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return token_hash(str(parsed.ipv4_mapped))
        return token_hash(f"{int(parsed) >> 64:x}/64")
    return token_hash(str(parsed))


@frozen
class AttemptStore:
    """The counters; the caller commits, at once, before it looks at the secret."""

    connection: Connection

    def take(self, limit: Limit, subject: str, *, at: datetime) -> int:
        """Count an attempt as failed, and say how many in a row that makes.

        Raises:
            TooManyAttempts: the subject is locked; this attempt is not counted.
        """
        self._begin(limit.scope, subject, at)
        row = self.connection.execute(
            select(web_attempts.c.failures, web_attempts.c.last_at, web_attempts.c.locked_until)
            .where(web_attempts.c.scope == limit.scope, web_attempts.c.subject == subject)
            .with_for_update()
        ).one()
        if row.locked_until is not None and row.locked_until > at:
            raise TooManyAttempts(row.locked_until)
        old = limit.forget is not None and at - row.last_at > limit.forget
        failures = (0 if old else row.failures) + 1
        self._write(limit, subject, failures, limit.locked_until(failures, at), at)
        return failures

    def take_within(self, scope: str, subject: str, *, most: int, at: datetime) -> bool:
        """Count one more, up to ``most``; false when there were as many already.

        The row stays locked until the commit: processes together never count more.
        """
        self._begin(scope, subject, at)
        counted = self.connection.execute(
            update(web_attempts)
            .where(
                web_attempts.c.scope == scope,
                web_attempts.c.subject == subject,
                web_attempts.c.failures < most,
            )
            .values(failures=web_attempts.c.failures + 1, last_at=at)
        )
        return counted.rowcount == 1

    def _begin(self, scope: str, subject: str, at: datetime) -> None:
        """The row of a counter, at nought when there was none."""
        self.connection.execute(
            inserting(self.connection, web_attempts)
            .values(scope=scope, subject=subject, failures=0, last_at=at)
            .on_conflict_do_nothing()
        )

    def require_free(self, limit: Limit, subject: str, *, at: datetime) -> None:
        """Do nothing where an attempt would be let through; nothing is counted.

        Raises:
            TooManyAttempts: the subject is locked.
        """
        until = self.connection.execute(
            select(web_attempts.c.locked_until).where(
                web_attempts.c.scope == limit.scope, web_attempts.c.subject == subject
            )
        ).scalar_one_or_none()
        if until is not None and until > at:
            raise TooManyAttempts(until)

    def locked_until(self, limit: Limit, subject: str, *, at: datetime) -> datetime | None:
        """Until when the subject is locked; None when it is not."""
        try:
            self.require_free(limit, subject, at=at)
        except TooManyAttempts as error:
            return error.until
        return None

    def give_back(self, limit: Limit, subject: str, *, at: datetime) -> None:
        """Uncount the attempt just taken: it succeeded, the earlier ones still count."""
        row = self.connection.execute(
            select(web_attempts.c.failures, web_attempts.c.locked_until)
            .where(web_attempts.c.scope == limit.scope, web_attempts.c.subject == subject)
            .with_for_update()
        ).one_or_none()
        if row is not None and row.failures > 0:
            failures = row.failures - 1
            # A lock that others' failures earned stays.
            until = row.locked_until if failures >= limit.free else None
            self._write(limit, subject, failures, until, at)

    def clear(self, limit: Limit, subject: str) -> None:
        """Forget the failures: the right person came."""
        self.connection.execute(
            delete(web_attempts).where(
                web_attempts.c.scope == limit.scope, web_attempts.c.subject == subject
            )
        )

    def _write(
        self, limit: Limit, subject: str, failures: int, until: datetime | None, at: datetime
    ) -> None:
        self.connection.execute(
            update(web_attempts)
            .where(web_attempts.c.scope == limit.scope, web_attempts.c.subject == subject)
            .values(failures=failures, locked_until=until, last_at=at)
        )

    def purge(self, *, before: datetime) -> int:
        """Delete the counters nobody touched since, but those of `_KEPT`; give how many."""
        done = self.connection.execute(
            delete(web_attempts).where(
                web_attempts.c.scope.not_in(_KEPT),
                web_attempts.c.last_at < before,
            )
        )
        return done.rowcount
