"""Mail through a port: the console in development, SMTP elsewhere, memory in tests.

Outside development nothing is sent without a mail server, and the console, which a service manager
keeps, is told of the mail without its text: that may hold a link that chooses a password.
"""

from __future__ import annotations

import smtplib
import ssl
import sys
from email.message import EmailMessage
from typing import Protocol, TextIO

from attrs import define, field, frozen

from comptoir_web.errors import WebError
from comptoir_web.settings import Settings

__all__ = [
    "ConsoleMailer",
    "Mail",
    "MailError",
    "Mailer",
    "MemoryMailer",
    "SmtpMailer",
    "mailer_for",
]

TIMEOUT_S = 10


class MailError(WebError):
    """The mail could not be handed to the server; its text never goes into the message."""


@frozen(kw_only=True)
class Mail:
    """One message in plain text; a line break in a header is refused."""

    to: str = field()
    subject: str = field()
    text: str = field(repr=False)  # it may hold a link that signs in

    @to.validator
    def _one_address(self, _: object, value: str) -> None:
        if value.count("@") != 1 or any(c.isspace() or c in ",;<>" for c in value):
            raise ValueError("a mail goes to exactly one address")

    @subject.validator
    def _one_line(self, _: object, value: str) -> None:
        if "\n" in value or "\r" in value:
            raise ValueError("a subject is one line")


class Mailer(Protocol):
    """Something that sends a mail."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over; raise `MailError` when that is not possible."""
        ...


@frozen
class ConsoleMailer:
    """Writes the mails on a stream: what development needs.

    Attributes:
        stream: where to.
        with_text: whether the text is written, or that it was not sent.
    """

    stream: TextIO = field(factory=lambda: sys.stderr)
    with_text: bool = field(default=True, kw_only=True)

    def send(self, mail: Mail) -> None:
        """Write the mail between two lines."""
        rule = "-" * 72
        text = mail.text if self.with_text else "(not sent: COMPTOIR_SMTP_HOST is not set)"
        self.stream.write(f"{rule}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{text}\n{rule}\n")
        self.stream.flush()


@define
class MemoryMailer:
    """Keeps the mails in a list: what tests need."""

    sent: list[Mail] = field(factory=list)

    def send(self, mail: Mail) -> None:
        """Keep the mail."""
        self.sent.append(mail)


@frozen
class SmtpMailer:
    """Sends through an SMTP server, by STARTTLS unless the settings say otherwise."""

    settings: Settings

    def send(self, mail: Mail) -> None:
        """Send the mail within ten seconds a step, or raise `MailError`."""
        settings = self.settings
        message = EmailMessage()
        message["From"] = settings.mail_from
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message.set_content(mail.text)
        try:
            with self._connect() as server:
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password.value)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            kind = type(error).__name__
            raise MailError(f"the mail server {settings.smtp_host} refused: {kind}") from error

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        host, port = settings.smtp_host, settings.smtp_port
        if settings.smtp_security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        if settings.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def mailer_for(settings: Settings) -> Mailer:
    """The mailer the settings ask for: SMTP when a server is set, the console otherwise."""
    if settings.smtp_host:
        return SmtpMailer(settings)
    return ConsoleMailer(with_text=settings.development)
