"""One GET to a vendor: bounded in time, in size and in where it goes.

httpx limits each read, not the whole: a vendor that sends a byte now and then would be listened to
for ever. So the connection is shut when the time for the whole is over.
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
import httpx
import stamina

from shared_kernel import Fault, FaultKind
from shared_kernel.faults import shown
from wealth_core.errors import SourceDown, SourceNonsense
from wealth_core.quotes import _faults

__all__ = ["Answer", "Limits", "Vendor", "nonsense", "refusal", "retry_after"]

LONGEST_WAIT: Final = timedelta(days=3)
FIREWALL_WAIT: Final = timedelta(minutes=10)
BUSY_WAIT: Final = timedelta(minutes=1)
MOST_REDIRECTIONS: Final = 3

_REDIRECTIONS: Final = frozenset({301, 302, 303, 307, 308})


@attrs.frozen(kw_only=True)
class Limits:
    """How long a vendor may take.

    Args:
        connect_s: to accept a connection.
        read_s: between two pieces of its answer.
        total_s: for one try, all included.
        attempts: how many times a connection that is refused is tried. What was answered, late or
            badly, is never asked for again: that is for the next refresh.
        first_wait_s: how long to wait before the second try, and about twice that before the third.
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    attempts: int = 3
    first_wait_s: float = 0.2


@attrs.frozen
class Answer:
    """What a vendor answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Vendor:
    """A vendor's server.

    Args:
        source: the name of the source, for what is said of it.
        base_url: where it is; only this host is ever asked.
        limits: how long it may take.
        transport: what stands for the network in a test.
    """

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._source = source
        self._base_url = httpx.URL(base_url)
        self._limits = Limits() if limits is None else limits
        self._transport = transport

    def get(self, path: str, *, max_bytes: int, params: Mapping[str, str] | None = None) -> Answer:
        """Asks once, and once more when nobody takes the connection.

        Raises:
            SourceDown: nobody answered in time, or the answer leads to another host.
            SourceNonsense: the answer is larger than `max_bytes`.
        """
        limits = self._limits
        timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
        headers = {
            "User-Agent": f"comptoir-wealth/{_version()}",
            # Compressed, a small answer could unfold into a huge one.
            "Accept-Encoding": "identity",
        }
        try:
            with httpx.Client(
                base_url=self._base_url,
                timeout=timeout,
                headers=headers,
                transport=self._transport,
                follow_redirects=False,
            ) as client:
                for attempt in stamina.retry_context(
                    on=httpx.ConnectError,
                    attempts=limits.attempts,
                    timeout=limits.total_s,
                    wait_initial=limits.first_wait_s,
                    wait_jitter=limits.first_wait_s,
                ):
                    with attempt:
                        return self._followed(client, path, params, max_bytes)
        except _TimeIsOver:
            pass
        except httpx.TimeoutException:
            pass
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = shown(str(error) or type(error).__name__)
            raise SourceDown(self._fault(_faults.UNREACHABLE, why=why)) from error
        seconds = f"{limits.total_s:g}"
        raise SourceDown(self._fault(_faults.TIMED_OUT, seconds=seconds))

    def _followed(
        self,
        client: httpx.Client,
        path: str,
        params: Mapping[str, str] | None,
        max_bytes: int,
    ) -> Answer:
        request = client.build_request("GET", path, params=params)
        for _ in range(MOST_REDIRECTIONS):
            answer = self._answered(client, request, max_bytes)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTIONS or location is None:
                return answer
            place = request.url.join(location)
            if (place.scheme, place.host, place.port) != _origin(request.url):
                break
            request = client.build_request("GET", place)
        raise SourceDown(self._fault(_faults.REDIRECTED, place=shown(place.host or location)))

    def _answered(self, client: httpx.Client, request: httpx.Request, max_bytes: int) -> Answer:
        with _within(self._limits.total_s, request) as deadline:
            response = client.send(request, stream=True)
            try:
                body = bytearray()
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise nonsense(self._source, "compressed, though that was not asked for")
                for chunk in response.iter_bytes():
                    body += chunk
                    deadline.check()
                    if len(body) > max_bytes:
                        kind = _faults.ANSWER_TOO_LARGE
                        raise SourceNonsense(self._fault(kind, limit=str(max_bytes)))
            finally:
                response.close()
        return Answer(response.status_code, response.headers, bytes(body))

    def _fault(self, kind: FaultKind, **params: str) -> Fault:
        return Fault("", kind, {"source": self._source, **params})


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


def refusal(source: str, answer: Answer, *, at: datetime) -> SourceDown:
    """Gives the error for an answer that is not a 200."""
    wait = retry_after(answer.headers, at=at)
    if answer.status == 429:
        fault = Fault("", _faults.TOO_MANY_REQUESTS, {"source": source})
        return SourceDown(fault, BUSY_WAIT if wait is None else wait)
    if answer.status == 403:
        fault = Fault("", _faults.FIREWALL, {"source": source})
        return SourceDown(fault, FIREWALL_WAIT if wait is None else wait)
    params = {"source": source, "status": str(answer.status)}
    return SourceDown(Fault("", _faults.BAD_STATUS, params), wait)


def nonsense(source: str, why: str) -> SourceNonsense:
    """Gives the error for an answer that is not what the vendor's documentation says."""
    return SourceNonsense(Fault("", _faults.NOT_UNDERSTOOD, {"source": source, "why": shown(why)}))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _version() -> str:
    try:
        return version("comptoir-wealth")
    except PackageNotFoundError:
        return "0"
