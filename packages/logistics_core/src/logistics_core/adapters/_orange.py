"""What Orange's interfaces have in common: one token for all, JSON that is believed when checked.

Source: developer.orange.com, "Authentication, 2-legged": ``POST /oauth/v3/token`` with the client's
identifier and secret (Basic) gives a token, which every other call bears until it expires.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from logistics_core.errors import PaymentFaults, ProviderDown, ProviderNonsense
from shared_kernel import (
    FaultKind,
    FaultList,
    Faults,
    VendorAnswerPacked,
    VendorAnswerTooLarge,
    VendorFailed,
    parse_json,
)
from shared_kernel.vendors import Answer, Limits, Vendor, retry_after

if TYPE_CHECKING:
    import httpx

__all__ = [
    "BASE_URL",
    "NOT_A_CREDENTIAL",
    "OrangeApi",
    "Reach",
    "check_credential",
    "is_secure",
    "nonsense",
    "utc_now",
]

BASE_URL: Final = "https://api.orange.com"
MAX_BYTES: Final = 20_000
LONGEST_TOKEN: Final = 4_096
LONGEST_VALIDITY: Final = timedelta(days=90)
BUSY_WAIT: Final = timedelta(minutes=1)
QUICK: Final = Limits(connect_s=5.0, read_s=10.0, total_s=20.0, attempts=2)
"""A merchant waits for the answer: less patience than with a vendor of prices."""

_TOKEN_PATH: Final = "/oauth/v3/token"  # noqa: S105 - a path, not a password
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

NOT_SECURE = FaultKind(
    "orange.not_secure", "the address of Orange must begin with https:// (or be on this machine)"
)
NOT_A_CREDENTIAL = FaultKind(
    "orange.not_a_credential",
    "this is empty, or not as Orange gives it: copy it again, without a blank",
)


def utc_now() -> datetime:
    """Gives the moment: an adapter, unlike an engine, has a clock."""
    return datetime.now(UTC)


@attrs.frozen
class _Token:
    text: str = attrs.field(repr=False)
    until: datetime


@attrs.frozen
class Reach:
    """Where Orange is, and how it is asked.

    Args:
        base_url: ``https``, or the loopback.
        limits: how long it may take.
        transport: what stands for the network in a test.
        clock: tells when a token expires.
    """

    base_url: str
    limits: Limits | None
    transport: httpx.BaseTransport | None
    clock: Callable[[], datetime]


class OrangeApi:
    """Orange's server, and the token it gave us.

    Args:
        name: what it is called in what is said of it.
        client_id: the application's identifier.
        client_secret: its secret.
        reach: where it is, and how it is asked.

    Raises:
        PaymentFaults: the address or a credential is refused; none of them is told.
    """

    def __init__(self, name: str, client_id: str, client_secret: str, reach: Reach) -> None:
        found = FaultList()
        check_credential(found, "client_id", client_id)
        check_credential(found, "client_secret", client_secret)
        found.check(is_secure(reach.base_url), NOT_SECURE, "base_url")
        found.raise_if_any(PaymentFaults)
        self.name = name
        credentials = f"{client_id}:{client_secret}".encode("ascii")
        self._authorization = f"Basic {base64.b64encode(credentials).decode('ascii')}"
        self._vendor = Vendor(
            name,
            reach.base_url,
            distribution="comptoir-logistics",
            limits=QUICK if reach.limits is None else reach.limits,
            transport=reach.transport,
        )
        self._clock = reach.clock
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """Sends JSON with our token, and gives the object that was answered with a 200 or a 201.

        A token that Orange no longer knows (401) is renewed once.

        Raises:
            ProviderDown: no answer, or a refusal.
            ProviderNonsense: the answer is no JSON object.
        """
        token = self._known()
        answer = self._sent(path, body, token)
        if answer.status == 401:
            answer = self._sent(path, body, self._known(instead_of=token))
        if answer.status not in (200, 201):
            raise _refused(self.name, answer, at=self._clock())
        return self._object(answer)

    def _sent(self, path: str, body: Mapping[str, object], token: _Token) -> Answer:
        headers = {"Authorization": f"Bearer {token.text}", "Accept": "application/json"}
        with _told(self.name):
            return self._vendor.post(path, max_bytes=MAX_BYTES, json=dict(body), headers=headers)

    def _known(self, *, instead_of: _Token | None = None) -> _Token:
        """Gives the token; asks for one where there is none, it expires, or it was refused."""
        # Whoever comes while it is asked for waits for it: one token serves all.
        with self._lock:
            token = self._token
            if token is None or token is instead_of or token.until <= self._clock():
                token = self._token = self._fresh()
            return token

    def _fresh(self) -> _Token:
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        form = {"grant_type": "client_credentials"}
        asked_at = self._clock()
        with _told(self.name):
            answer = self._vendor.post(_TOKEN_PATH, max_bytes=MAX_BYTES, form=form, headers=headers)
        if answer.status != 200:
            raise _refused(self.name, answer, at=asked_at)
        said = self._object(answer)
        text, kind = said.get("access_token"), said.get("token_type")
        if not _is_printable(text, LONGEST_TOKEN) or str(kind).lower() != "bearer":
            raise nonsense(self.name, "no token that can be used")
        seconds = str(said.get("expires_in"))
        if not (seconds.isascii() and seconds.isdigit() and int(seconds[:12])):
            raise nonsense(self.name, "a token without an end")
        valid = min(timedelta(seconds=min(int(seconds[:12]), 10**8)), LONGEST_VALIDITY)
        # Renewed a little early: it must still be good when it arrives.
        return _Token(str(text), asked_at + valid - min(valid / 10, timedelta(minutes=1)))

    def _object(self, answer: Answer) -> dict[str, object]:
        said: object = None
        # Not raised from the fault: the one under it keeps the whole answer, secrets and all.
        with suppress(Faults):
            said = parse_json(answer.body, max_bytes=MAX_BYTES, max_depth=8)
        if not isinstance(said, dict):
            raise nonsense(self.name, "no JSON object")
        return said


class _told:  # noqa: N801  # read as a verb at its only use: `with _told(name):`
    """Turns the kernel's errors of a vendor into this library's."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, VendorAnswerTooLarge | VendorAnswerPacked):
            raise nonsense(self._name, "larger than any answer, or compressed") from error
        if isinstance(error, VendorFailed):
            raise ProviderDown(
                "{provider} cannot be reached for now: try again in a moment", provider=self._name
            ) from error


def _refused(name: str, answer: Answer, *, at: datetime) -> ProviderDown:
    """Gives the error for an answer that is not a success; nothing of its text is told."""
    wait = retry_after(answer.headers, at=at)
    return ProviderDown(
        "{provider} refused what was asked (status {status}): try again later",
        retry_after=BUSY_WAIT if wait is None and answer.status == 429 else wait,
        provider=name,
        status=str(answer.status),
    )


def nonsense(name: str, why: str) -> ProviderNonsense:
    """Gives the error for an answer that is not what Orange's documentation says."""
    return ProviderNonsense(
        "the answer of {provider} cannot be believed: {why}", provider=name, why=why
    )


def check_credential(found: FaultList, path: str, value: object) -> None:
    """Records a credential that no header could carry; it is never told."""
    found.check(_is_printable(value, 512), NOT_A_CREDENTIAL, path)


def is_secure(url: str) -> bool:
    """Whether an address is https, or leads to this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.username is not None or not host or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def _is_printable(value: object, most: int) -> bool:
    return (
        isinstance(value, str)
        and 1 <= len(value) <= most
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )
