"""Orange SMS: text messages.

Source: developer.orange.com, "SMS API 2.0": ``POST /smsmessaging/v1/outbound/{sender}/requests``,
the sender being ``tel:+`` and the number that Orange gives for the country (224 0000 for Guinea).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from logistics_core.adapters._orange import BASE_URL, OrangeApi, Reach, utc_now
from logistics_core.errors import PaymentFaults, ProviderFailed, SmsFailed
from shared_kernel import FaultKind, FaultList, shown

if TYPE_CHECKING:
    import httpx

    from shared_kernel.vendors import Limits

__all__ = ["OrangeSms"]

SHOWN_NAME: Final = "Orange SMS"
LONGEST_TEXT: Final = 1_000

_SENDER: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHOWN_AS: Final = re.compile(r"[A-Za-z0-9 ]{1,11}", re.ASCII)

BAD_SENDER = FaultKind(
    "orange.bad_sender",
    "{given} is not the number of a sender: write + and figures, as Orange gives it",
)
BAD_SENDER_NAME = FaultKind(
    "orange.bad_sender_name",
    "{given} is not the name of a sender: write at most 11 letters, figures and blanks",
)


class OrangeSms:
    """A `logistics_core.payments.SmsSender`: text messages by Orange.

    Args:
        client_id: the application's identifier.
        client_secret: its secret.
        sender: the number that Orange gives for the country, ``+2240000`` for Guinea.
        sender_name: what is shown as the sender; the number where there is none.
        base_url: where Orange is: ``https``, or the loopback.
        limits: how long it may take.
        transport: what stands for the network in a test.
        clock: tells when a token expires.

    Raises:
        PaymentFaults: a setting is refused; no credential is told.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        sender: str = "+2240000",
        sender_name: str = "",
        base_url: str = BASE_URL,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        found = FaultList()
        good = _SENDER.fullmatch(sender) is not None
        found.check(good, BAD_SENDER, "sender", given=shown(sender))
        named = not sender_name or _SHOWN_AS.fullmatch(sender_name) is not None
        found.check(named, BAD_SENDER_NAME, "sender_name", given=shown(sender_name))
        with found.collect():
            reach = Reach(base_url, limits, transport, clock)
            self._api = OrangeApi(SHOWN_NAME, client_id, client_secret, reach)
        found.raise_if_any(PaymentFaults)
        self._sender = f"tel:{sender}"
        self._sender_name = sender_name

    def __repr__(self) -> str:
        return f"OrangeSms(sender={self._sender!r})"

    def send(self, phone_e164: str, text: str) -> None:
        """Hands a message over; see `logistics_core.payments.SmsSender`.

        Raises:
            SmsFailed: it could not be handed over; the error tells neither the text nor the phone.
        """
        if not _PHONE.fullmatch(phone_e164) or not 1 <= len(text) <= LONGEST_TEXT:
            raise SmsFailed("this text message cannot be sent: its number or its text is not one")
        message: dict[str, object] = {
            "address": f"tel:{phone_e164}",
            "senderAddress": self._sender,
            "outboundSMSTextMessage": {"message": text},
        }
        if self._sender_name:
            message["senderName"] = self._sender_name
        path = f"/smsmessaging/v1/outbound/{quote(self._sender, safe='')}/requests"
        try:
            said = self._api.post(path, {"outboundSMSMessageRequest": message})
        except ProviderFailed as error:
            # The words of its cause are of our own making: what was sent is not among them.
            raise SmsFailed("the text message could not be handed over: try again later") from error
        if not isinstance(said.get("outboundSMSMessageRequest"), dict):
            raise SmsFailed("the text message could not be handed over: try again later")
