"""A vendor's server, asked over HTTP: bounded in time, in size and in where it goes.

httpx limits each read, not the whole: a vendor that sends a byte now and then would be listened to
for ever. So the connection is shut when the time for the whole is over.

>>> import httpx
>>> def answers(request: httpx.Request) -> httpx.Response:
...     return httpx.Response(200, content=request.content[::-1])
>>> vendor = Vendor(
...     "mirror",
...     "https://mirror.example",
...     distribution="comptoir-shared-kernel",
...     transport=httpx.MockTransport(answers),
... )
>>> vendor.post("/words", max_bytes=100, form={"word": "abc"}).body
b'cba=drow'

Nothing that was sent (a password among the headers, a key in the body) is told in an error. Needs
the extra `vendors`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import attrs

from shared_kernel.errors import (
    ExtraMissing,
    VendorAnswerPacked,
    VendorAnswerTooLarge,
    VendorRedirected,
    VendorTimedOut,
    VendorUnreachable,
)
from shared_kernel.faults import shown

try:
    import httpx
    import stamina
except ModuleNotFoundError as error:
    raise ExtraMissing("comptoir-shared-kernel", "vendors") from error

__all__ = ["LONGEST_WAIT", "Answer", "Limits", "Vendor", "retry_after"]

LONGEST_WAIT: Final = timedelta(days=3)
"""The longest that a vendor is left alone because it asks for it."""
MOST_REDIRECTIONS: Final = 3

_REDIRECTIONS: Final = frozenset({301, 302, 303, 307, 308})


@attrs.frozen(kw_only=True)
class Limits:
    """How long a vendor may take.

    Args:
        connect_s: to accept a connection.
        read_s: between two pieces of its answer.
        total_s: for one try, all included.
        attempts: how many times a connection that is refused is tried. What was sent and answered,
            late or badly, is never sent again: that is for the caller to decide.
        first_wait_s: how long to wait before the second try, and about twice that before the third.
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    attempts: int = 3
    first_wait_s: float = 0.2


@attrs.frozen
class Answer:
    """What a vendor answered; its body is not shown, for it may hold a secret."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


class Vendor:
    """A vendor's server.

    Args:
        name: what it is called in what is said of it.
        base_url: where it is; only this host is ever asked.
        distribution: who asks: the distribution whose name and version are told to the vendor.
        limits: how long it may take.
        transport: what stands for the network in a test.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        distribution: str,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._name = name
        self._base_url = httpx.URL(base_url)
        self._agent = f"{distribution}/{_version(distribution)}"
        self._limits = Limits() if limits is None else limits
        self._transport = transport

    def get(
        self,
        path: str,
        *,
        max_bytes: int,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Asks once, and once more when nobody takes the connection.

        A redirection is followed on the same host only, three times at most.

        Args:
            path: what is asked for.
            max_bytes: the largest answer that is read.
            params: the query.
            headers: more of them.

        Raises:
            VendorUnreachable: nobody took the connection, or it broke off.
            VendorTimedOut: it did not answer in time.
            VendorRedirected: the answer leads to another host, or in circles.
            VendorAnswerTooLarge: the answer is larger than `max_bytes`.
            VendorAnswerPacked: the answer is compressed.
        """
        self._check(headers)
        with self._client() as client:
            request = client.build_request("GET", path, params=params, headers=headers)
            return self._asked(client, request, max_bytes, most_redirections=MOST_REDIRECTIONS)

    def post(
        self,
        path: str,
        *,
        max_bytes: int,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends once, and once more when nobody takes the connection; follows no redirection.

        Args:
            path: where to.
            max_bytes: the largest answer that is read.
            json: the body, as JSON.
            form: or the body, as a form.
            headers: more of them.

        Raises:
            VendorFailed: as `get`; a redirection of any kind is `VendorRedirected`, for what was
                sent may be a secret.
        """
        self._check(headers)
        with self._client() as client:
            request = client.build_request("POST", path, json=json, data=form, headers=headers)
            return self._asked(client, request, max_bytes, most_redirections=0)

    def _check(self, headers: Mapping[str, str] | None) -> None:
        """Refuses a header that cannot be sent: httpx would tell it, in a log and in an error."""
        values = (headers or {}).values()
        if not all(value.isascii() and value.isprintable() for value in values):
            raise self._unreachable("a header of the request cannot be sent")

    def _client(self) -> httpx.Client:
        limits = self._limits
        return httpx.Client(
            base_url=self._base_url,
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            # Compressed, a small answer could unfold into a huge one.
            headers={"User-Agent": self._agent, "Accept-Encoding": "identity"},
            transport=self._transport,
            follow_redirects=False,
        )

    def _asked(
        self,
        client: httpx.Client,
        request: httpx.Request,
        max_bytes: int,
        *,
        most_redirections: int,
    ) -> Answer:
        limits = self._limits
        try:
            for attempt in stamina.retry_context(
                on=httpx.ConnectError,
                attempts=limits.attempts,
                timeout=limits.total_s,
                wait_initial=limits.first_wait_s,
                wait_jitter=limits.first_wait_s,
            ):
                with attempt:
                    return self._followed(client, request, max_bytes, most_redirections)
        except (_TimeIsOver, httpx.TimeoutException):
            pass
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise self._unreachable(str(failure) or type(failure).__name__) from failure
        raise VendorTimedOut(
            "{vendor} did not answer within {seconds} seconds",
            vendor=self._name,
            seconds=f"{limits.total_s:g}",
        )

    def _followed(
        self,
        client: httpx.Client,
        request: httpx.Request,
        max_bytes: int,
        most_redirections: int,
    ) -> Answer:
        left = most_redirections
        while True:
            answer = self._answered(client, request, max_bytes)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTIONS or location is None:
                return answer
            place = request.url.join(location)
            if left <= 0 or _origin(place) != _origin(request.url):
                raise VendorRedirected(
                    "{vendor} sends to another place, {place}: it was not followed",
                    vendor=self._name,
                    place=shown(place.host or location),
                )
            left -= 1
            request = client.build_request("GET", place, headers=request.headers)

    def _answered(self, client: httpx.Client, request: httpx.Request, max_bytes: int) -> Answer:
        with _within(self._limits.total_s, request) as deadline:
            response = client.send(request, stream=True)
            try:
                body = bytearray()
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise VendorAnswerPacked(
                        "the answer of {vendor} is compressed, though that was not asked for",
                        vendor=self._name,
                    )
                for chunk in response.iter_bytes():
                    body += chunk
                    deadline.check()
                    if len(body) > max_bytes:
                        raise VendorAnswerTooLarge(
                            "the answer of {vendor} has more than {limit} bytes",
                            vendor=self._name,
                            limit=str(max_bytes),
                        )
            finally:
                response.close()
        return Answer(response.status_code, response.headers, bytes(body))

    def _unreachable(self, why: str) -> VendorUnreachable:
        return VendorUnreachable(
            "{vendor} could not be reached: {why}", vendor=self._name, why=shown(why)
        )


class _TimeIsOver(Exception):
    """The time for the whole answer is over."""


class _Deadline:
    """Shuts a connection when its time is over, whatever it is waiting for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False

    def watch(self, name: str, info: Mapping[str, object]) -> None:
        """Follows what httpcore says it does: the socket of a connection just made is kept."""
        if name != "connection.connect_tcp.complete":
            return
        stream = info.get("return_value")
        found = getattr(stream, "get_extra_info", lambda _: None)("socket")
        if isinstance(found, socket.socket):
            with self._lock:
                self._forget()
                # A copy of the descriptor: TLS takes the original one over.
                self._socket = found.dup()

    def expire(self) -> None:
        """The time is over: whoever reads or writes there is woken."""
        with self._lock:
            self._over = True
            if self._socket is not None:
                with suppress(OSError):  # the other side may have closed it first
                    self._socket.shutdown(socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises when the time is over."""
        if self._over:
            raise _TimeIsOver

    def close(self) -> None:
        """Lets the socket go."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@contextmanager
def _within(seconds: float, request: httpx.Request) -> Iterator[_Deadline]:
    deadline = _Deadline()
    request.extensions = {**request.extensions, "trace": deadline.watch}
    timer = threading.Timer(seconds, deadline.expire)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
        deadline.check()  # an answer cut short by the deadline may look like a whole one
    except httpx.HTTPError:
        deadline.check()
        raise
    finally:
        timer.cancel()
        deadline.close()


def retry_after(headers: Mapping[str, str], *, at: datetime) -> timedelta | None:
    """Gives how long a vendor asks to be left alone: seconds, or a date (RFC 9110, 10.2.3).

    What cannot be read is None; what is longer than three days is three days.

    >>> retry_after({"retry-after": "37"}, at=datetime(2025, 12, 9, tzinfo=UTC))
    datetime.timedelta(seconds=37)
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - at, timedelta()), LONGEST_WAIT)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "0"
