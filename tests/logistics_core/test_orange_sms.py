"""Text messages by Orange: handed over, or an error that tells neither the phone nor the text."""

from __future__ import annotations

import json

import pytest

from logistics_core.adapters import Limits, OrangeSms
from logistics_core.errors import PaymentFaults, SmsFailed
from logistics_core.payments import SmsSender
from logistics_core.testing.orange import FakeOrange

PHONE = "+224620000001"
TEXT = "Votre code : 493021"
QUICK = Limits(connect_s=1, read_s=0.2, total_s=0.4, attempts=2, first_wait_s=0.01)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def sender(fake: FakeOrange, url: str = "", **options: str) -> OrangeSms:
    """A sender that speaks to a fake: by a transport, or on the loopback."""
    return OrangeSms(
        client_id=fake.credentials["client_id"],
        client_secret=fake.credentials["client_secret"],
        sender=options.get("sender", "+2240000"),
        sender_name=options.get("sender_name", ""),
        base_url=url or "https://api.orange.com",
        limits=QUICK,
        transport=None if url else fake.transport(),
    )


def test_a_message_is_handed_over() -> None:
    """As the documentation writes it, the sender's number escaped in the path, on both ways."""
    fake = FakeOrange()
    by_name = sender(fake, sender_name="Comptoir")
    assert isinstance(by_name, SmsSender)
    by_name.send(PHONE, TEXT)
    with fake.serving() as url:
        sender(fake, url).send(PHONE, "again")
    assert fake.messages == [(PHONE, TEXT), (PHONE, "again")]
    assert set(fake.requests) == {
        "POST /oauth/v3/token",
        "POST /smsmessaging/v1/outbound/tel%3A%2B2240000/requests",
    }
    assert json.loads(fake.heard[1].body) == {
        "outboundSMSMessageRequest": {
            "address": f"tel:{PHONE}",
            "senderAddress": "tel:+2240000",
            "outboundSMSTextMessage": {"message": TEXT},
            "senderName": "Comptoir",
        }
    }


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "{}"), (403, "{}"), (201, "<html>"), (201, "{}"), (302, ""), (201, " " * 50_000)],
)
def test_a_failure_tells_neither_the_phone_nor_the_text(
    status: int, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever Orange answers, and whatever it repeats of what it was sent."""
    caplog.set_level(0)
    fake = FakeOrange()
    by = sender(fake)
    by.send(PHONE, "first")
    fake.say(body + TEXT, status=status)
    with pytest.raises(SmsFailed) as refused:
        by.send(PHONE, TEXT)
    error: BaseException | None = refused.value
    texts = [repr(by), caplog.text]
    while error is not None:
        texts.append(f"{error!r} {error} {vars(error)}")
        error = error.__cause__ or error.__context__
    for secret in (PHONE, "493021", *map(str, fake.credentials.values())):
        assert not [text for text in texts if secret in text]


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("224620000001", TEXT),
        ("+224 620 00 00 01", TEXT),
        ("", TEXT),
        ("+0", TEXT),
        (PHONE + "\r\n", TEXT),
        ("+22462000000\u0661", TEXT),
        (PHONE, ""),
        (PHONE, "a" * 1_001),
    ],
)
def test_what_is_no_phone_or_no_text_is_not_sent(phone: str, text: str) -> None:
    """A number in another writing, an endless text."""
    fake = FakeOrange()
    with pytest.raises(SmsFailed):
        sender(fake).send(phone, text)
    assert fake.requests == []


def test_a_message_that_orange_does_not_say_it_took_is_none() -> None:
    """A 201 about something else: the message may be lost, and that is said."""
    fake = FakeOrange()
    by = sender(fake)
    by.send(PHONE, "first")
    fake.say('{"outboundSMSMessageRequest":"?"}', status=201)
    with pytest.raises(SmsFailed):
        by.send(PHONE, TEXT)


def test_a_setting_that_cannot_be_is_refused() -> None:
    """The sender's number and name, as Orange takes them."""
    for options in ({"sender": "2240000"}, {"sender_name": "a" * 12}, {"sender_name": "<b>"}):
        with pytest.raises(PaymentFaults):
            sender(FakeOrange(), **options)
    with pytest.raises(PaymentFaults):
        sender(FakeOrange(), "http://api.orange.com")
