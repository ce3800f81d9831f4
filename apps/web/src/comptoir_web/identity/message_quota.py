"""How many codes are sent by text message in a day, whoever asks and whatever was proved.

The limits of asking forget what a success clears, so that someone who holds numbers, or an address
for each, could ask for ever: messages to some numbers earn their carrier money. These counts are of
a day (UTC), nothing clears them, and they also bound what many addresses together may guess: five
tries a code.

Phones without an account get half of the day's at most: strangers do not keep merchants out.

Sources: OWASP, "SMS pumping" (a cap on spending); NIST SP 800-63B section 5.2.2 (rate limiting).
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import frozen
from sqlalchemy import Connection

from comptoir_web.identity.errors import MessagesSpent
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.limits import AttemptStore

__all__ = ["A_PHONE_A_DAY", "MessageQuota"]

A_PHONE_A_DAY = 20
"""Codes sent to one phone in a day: more than a person signs in."""

_PHONE, _UNKNOWN, _ALL, _TOLD = "sms_phone", "sms_unknown", "sms", "sms_told"
_WHY = {
    _PHONE: f"{A_PHONE_A_DAY} codes were sent to one phone today",
    _UNKNOWN: "phones without an account had their half of today's codes",
    _ALL: "COMPTOIR_SMS_A_DAY codes were sent today",
}


@frozen
class MessageQuota:
    """The codes of a day; the caller commits.

    Attributes:
        connection: the counters are the rows of the attempts.
        keys: hide the phones.
        most: how many codes the installation sends in a day.
    """

    connection: Connection
    keys: Keys
    most: int

    def take(self, phone: str, *, known: bool, at: datetime) -> None:
        """Count a code about to be sent.

        Args:
            phone: where to, in E.164.
            known: whether it is an account's.
            at: now; its day counts.

        Raises:
            MessagesSpent: there were as many already; the caller's transaction must not commit.
        """
        day = _day(at)
        # The row that every message counts in is taken last: it is held the shortest.
        one = self.keys.digest("codes of a day", f"{day} {phone}")
        counts = [(_PHONE, one, A_PHONE_A_DAY)]
        if not known:
            counts.append((_UNKNOWN, day, (self.most + 1) // 2))
        counts.append((_ALL, day, self.most))
        attempts = AttemptStore(self.connection)
        for scope, subject, most in counts:
            if not attempts.take_within(scope, subject, most=most, at=at):
                raise MessagesSpent(scope, _WHY[scope])

    def first_refusal(self, limit: str, *, of: str | None, at: datetime) -> bool:
        """Whether a limit refuses for the first time today: of an account for the phones' limit."""
        subject = f"{_day(at)} {limit}"
        if limit == _PHONE:
            subject = f"{_day(at)} {of or 'unknown'}"
        return AttemptStore(self.connection).take_within(_TOLD, subject, most=1, at=at)


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
