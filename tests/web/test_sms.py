"""Text messages: what the settings choose, and what the console is told."""

from __future__ import annotations

import io

from attrs import evolve

from comptoir_web.settings import Secret, Settings
from comptoir_web.sms import ConsoleSms, MemorySms, SmsSender, sms_for
from logistics_core.adapters.orange_sms import OrangeSms


def test_the_console_shows_a_message_in_development_alone() -> None:
    """Elsewhere neither the number nor the text is written: a service manager keeps them."""
    shown, hidden = io.StringIO(), io.StringIO()
    ConsoleSms(shown).send("+224620000001", "123456 is your code")
    assert "+224620000001\n123456 is your code" in shown.getvalue()
    ConsoleSms(hidden, with_text=False).send("+224620000001", "123456 is your code")
    assert hidden.getvalue() == "SMS not sent: COMPTOIR_SMS is not set\n"


def test_the_settings_choose_who_sends() -> None:
    """The console unless Orange is switched on; every sender fits the port."""
    assert isinstance(sms_for(Settings()), ConsoleSms)
    orange = evolve(
        Settings(),
        sms="orange",
        orange_client_id="an-application",
        orange_client_secret=Secret("hunter2"),
        orange_sms_sender="+2240000",
    )
    sender = sms_for(orange)
    assert isinstance(sender, OrangeSms)
    assert "hunter2" not in repr(sender)
    senders: tuple[SmsSender, ...] = (sender, ConsoleSms(), MemorySms())
    assert all(isinstance(one, SmsSender) for one in senders)
