"""A vendor's server for tests: it answers as its documentation says, until told to do otherwise.

A fake stands for the network (``Vendor(..., transport=fake.transport())``) or is a real server on
the loopback (``with fake.serving() as url: ...``). It reads no clock.

>>> class Echo(FakeVendor):
...     def _good(self, request):
...         return FakeAnswer(200, request.path.encode())
>>> fake = Echo()
>>> fake.answer("/hello", {"to": "you"}).body, fake.requests
(b'/hello', ['/hello?to=you'])
>>> fake.say("closed", status=503)
>>> fake.answer("/hello").status
503
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import attrs

if TYPE_CHECKING:
    import httpx

__all__ = ["HANG", "FakeAnswer", "FakeRequest", "FakeVendor"]

HANG: Final = -1
"""The status of an answer that never comes."""


@attrs.frozen
class FakeRequest:
    """What a fake was asked; the names of headers are in small letters."""

    method: str
    path: str
    params: Mapping[str, str] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: bytes = b""


@attrs.frozen
class FakeAnswer:
    """What a fake answers; `drip_s` is how long it waits before each byte of its body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    drip_s: float = 0.0


class FakeVendor:
    """What the fakes share: they answer well, until they are told to answer otherwise."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        """What was asked, in order: the path with its query; before it the method, but for GET."""
        self.heard: list[FakeRequest] = []
        """The same, whole."""
        self._instead: FakeAnswer | None = None

    def say(
        self,
        body: bytes | str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        drip_s: float = 0.0,
    ) -> None:
        """Answers this from now on, whatever is asked."""
        data = body.encode() if isinstance(body, str) else body
        self._instead = FakeAnswer(status, data, dict(headers or {}), drip_s)

    def hang(self) -> None:
        """Takes requests from now on and answers nothing."""
        self._instead = FakeAnswer(HANG)

    def behave(self) -> None:
        """Answers well again."""
        self._instead = None

    def answer(self, path: str, params: Mapping[str, str] | None = None) -> FakeAnswer:
        """Gives the answer to a GET."""
        return self.hear(FakeRequest("GET", path, dict(params or {})))

    def hear(self, request: FakeRequest) -> FakeAnswer:
        """Gives the answer to any request."""
        self.heard.append(request)
        asked = "?".join([request.path, *[f"{k}={v}" for k, v in request.params.items()]])
        self.requests.append(asked if request.method == "GET" else f"{request.method} {asked}")
        return self._good(request) if self._instead is None else self._instead

    def transport(self) -> httpx.MockTransport:
        """Gives what stands for the network."""
        import httpx

        def handle(request: httpx.Request) -> httpx.Response:
            path = request.url.raw_path.partition(b"?")[0].decode("ascii")
            given = self.hear(
                FakeRequest(
                    request.method,
                    path,
                    dict(request.url.params),
                    dict(request.headers),
                    request.read(),
                )
            )
            if given.status == HANG:
                raise httpx.ReadTimeout("timed out", request=request)
            return httpx.Response(given.status, headers=dict(given.headers), content=given.body)

        return httpx.MockTransport(handle)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serves on the loopback; gives the base address."""
        closing = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                params = dict(parse_qsl(asked.query))
                body = self.rfile.read(length)
                given = fake.hear(FakeRequest(self.command, asked.path, params, headers, body))
                if given.status == HANG:
                    closing.wait()
                    return
                self.send_response(given.status)
                for name, value in {
                    "Content-Length": str(len(given.body)),
                    **given.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self._write(given)

            do_POST = do_GET  # noqa: N815  # the name that the base class looks for

            def _write(self, given: FakeAnswer) -> None:
                pieces = [given.body] if not given.drip_s else [bytes([b]) for b in given.body]
                try:
                    for piece in pieces:
                        self.wfile.write(piece)
                        if given.drip_s and closing.wait(given.drip_s):
                            return
                except OSError:
                    return  # whoever asked has gone

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
                """Writes nothing to the screen of a test."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            closing.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def _good(self, request: FakeRequest) -> FakeAnswer:
        raise NotImplementedError
