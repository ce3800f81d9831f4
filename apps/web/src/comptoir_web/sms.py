"""Text messages: the console in development, Orange elsewhere, memory in tests.

The port is `SmsSender`. A message may hold the code that opens an account: like a mail's, its text
is written on the console in development only, and neither its text nor its number goes into a log
or an error.
"""

from __future__ import annotations

import sys
from typing import TextIO

from attrs import define, field, frozen

from comptoir_web.settings import Settings
from logistics_core.payments.ports import SmsSender

__all__ = ["ConsoleSms", "MemorySms", "Sms", "SmsSender", "sms_for"]


@frozen(kw_only=True)
class Sms:
    """One message as it was sent; `repr` hides its text.

    Attributes:
        phone: where to, in international form: +224...
        text: what it says.
    """

    phone: str
    text: str = field(repr=False)  # it may hold a code that signs in


@frozen
class ConsoleSms:
    """Writes the messages on a stream: what development needs.

    Attributes:
        stream: where to.
        with_text: whether the number and the text are written, or that a message was not sent.
    """

    stream: TextIO = field(factory=lambda: sys.stderr)
    with_text: bool = field(default=True, kw_only=True)

    def send(self, phone_e164: str, text: str) -> None:
        """Write the message on two lines."""
        if self.with_text:
            self.stream.write(f"SMS to {phone_e164}\n{text}\n")
        else:
            self.stream.write("SMS not sent: COMPTOIR_SMS is not set\n")
        self.stream.flush()


@define
class MemorySms:
    """Keeps the messages in a list: what tests need."""

    sent: list[Sms] = field(factory=list)

    def send(self, phone_e164: str, text: str) -> None:
        """Keep the message."""
        self.sent.append(Sms(phone=phone_e164, text=text))


def sms_for(settings: Settings) -> SmsSender:
    """The sender that the settings ask for: Orange, or the console."""
    if settings.sms == "orange":
        from logistics_core.adapters.orange_sms import OrangeSms  # late: it needs httpx

        return OrangeSms(
            client_id=settings.orange_client_id,
            client_secret=settings.orange_client_secret.value,
            sender=settings.orange_sms_sender,
            base_url=settings.orange_base_url,
        )
    return ConsoleSms(with_text=settings.development)
