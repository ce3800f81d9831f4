"""Mails: one address, one line of subject, a server that fails in words without secrets."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator

import pytest
from attrs import evolve

from comptoir_web.mail import (
    ConsoleMailer,
    Mail,
    MailError,
    SmtpMailer,
    mailer_for,
)
from comptoir_web.settings import Mode, Secret, Settings

MAIL = Mail(to="client@example.com", subject="Votre mot de passe", text="Ouvrez https://x/é\n")


class Server:
    """A mail server on the loopback that speaks just enough SMTP, and keeps what it hears."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.refuse = refuse
        self.heard: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(10)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Wait for the end of the conversation."""
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection, connection.makefile("rwb") as file:

            def say(text: str) -> None:
                file.write(text.encode() + b"\r\n")
                file.flush()

            say("220 hello")
            reading = False
            for raw in file:
                line = raw.decode().rstrip("\r\n")
                self.heard.append(line)
                if reading:
                    reading = line != "."
                    if not reading:
                        say("250 kept")
                elif line.upper().startswith("RCPT") and self.refuse:
                    say("550 nobody here")
                elif line.upper() == "DATA":
                    reading = True
                    say("354 go on")
                elif line.upper() == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that accepts everything."""
    made = Server()
    yield made
    made.close()


def smtp(settings: Settings, port: int) -> Settings:
    """Settings that send to that port."""
    return evolve(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        mail_from="comptoir@example.com",
    )


def test_a_mail_arrives_whole(settings: Settings, server: Server) -> None:
    """Sender, recipient, subject and text reach the server, accents included."""
    mailer = mailer_for(smtp(settings, server.port))
    assert isinstance(mailer, SmtpMailer)
    mailer.send(MAIL)
    heard = "\n".join(server.heard)
    # Commands of SMTP may be written in either case, and Python changed its own.
    assert "mail from:<comptoir@example.com>" in heard.lower()
    assert "rcpt to:<client@example.com>" in heard.lower()
    assert "Subject: Votre mot de passe" in heard


def test_a_refusal_is_one_clear_error(settings: Settings) -> None:
    """A server that refuses, or is away, raises MailError, without the text of the mail."""
    refusing = Server(refuse=True)
    try:
        with pytest.raises(MailError) as caught:
            SmtpMailer(smtp(settings, refusing.port)).send(MAIL)
    finally:
        refusing.close()
    assert "127.0.0.1" in str(caught.value)
    assert "https://x" not in str(caught.value)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port: int = gone.getsockname()[1]
    with pytest.raises(MailError):
        SmtpMailer(smtp(settings, port)).send(MAIL)


def test_a_server_without_tls_gets_no_password(settings: Settings, server: Server) -> None:
    """When STARTTLS is asked for and not offered, nothing is sent, the password least of all."""
    strict = evolve(
        smtp(settings, server.port),
        smtp_security="starttls",
        smtp_user="shop",
        smtp_password=Secret("hunter2"),
    )
    with pytest.raises(MailError):
        SmtpMailer(strict).send(MAIL)
    heard = "\n".join(server.heard).upper()
    assert "AUTH" not in heard
    assert "MAIL" not in heard


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("client@example.com\r\nBcc: all@example.com", "x"),
        ("client@example.com, other@example.com", "x"),
        ("nobody", "x"),
        ("client@example.com", "x\r\nBcc: all@example.com"),
        ("client@example.com", "x\ny"),
    ],
)
def test_nothing_typed_adds_a_header(to: str, subject: str) -> None:
    """A line break or a second address is refused before anything is written."""
    with pytest.raises(ValueError, match="one"):
        Mail(to=to, subject=subject, text="")


def test_the_console_shows_mails_in_development(settings: Settings) -> None:
    """Without a mail server the mail is written where the developer looks."""
    stream = io.StringIO()
    assert isinstance(mailer_for(settings), ConsoleMailer)
    ConsoleMailer(stream).send(MAIL)
    assert "To: client@example.com" in stream.getvalue()
    assert "https://x" in stream.getvalue()
    assert "https://x" not in repr(MAIL)


def test_the_log_of_a_service_holds_no_link(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside development a mail without a server is told, its text (a link) kept out."""
    mailer_for(evolve(settings, mode=Mode.PRODUCTION)).send(MAIL)
    said = capsys.readouterr().err
    assert MAIL.to in said
    assert "COMPTOIR_SMTP_HOST" in said
    assert "https://" not in said
