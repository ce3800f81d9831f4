"""The bounded client of vendors: neither held, nor flooded, nor led elsewhere, nor telling."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from shared_kernel import (
    KernelError,
    VendorAnswerPacked,
    VendorAnswerTooLarge,
    VendorFailed,
    VendorRedirected,
    VendorTimedOut,
    VendorUnreachable,
)
from shared_kernel.vendors import Answer, Limits, Vendor

QUICK = Limits(connect_s=1, read_s=0.2, total_s=0.4, attempts=2, first_wait_s=0.01)
SECRET = "s3cr3t-token"
NAME = "the vendor"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def vendor(url: str = "https://vendor.example", **options: httpx.BaseTransport) -> Vendor:
    """A vendor that is soon given up."""
    return Vendor(NAME, url, distribution="comptoir-shared-kernel", limits=QUICK, **options)


def sent(to: Vendor) -> Answer:
    """A POST that carries a secret in its headers and another in its body."""
    headers = {"Authorization": f"Bearer {SECRET}"}
    return to.post("/pay", max_bytes=1_000, json={"key": SECRET}, headers=headers)


@contextmanager
def saying(*pieces: bytes, pause_s: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """A server that says these bytes whatever is asked, then waits; and what it was asked."""
    closing = threading.Event()
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(65_536))
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return
                    if pause_s and closing.wait(pause_s):
                        return
                if not pieces or pause_s:
                    closing.wait(5)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
        finally:
            closing.set()
            thread.join()


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Vendor:
    """A vendor that a function stands for."""
    return vendor(transport=httpx.MockTransport(answer))


def test_a_body_is_sent_as_json_or_as_a_form() -> None:
    """What is sent arrives, with our name, and no compression is asked for."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, content=b"made", headers={"X-Id": "7"})

    asked = answering(answer)
    got = asked.post("/a", max_bytes=10, json={"n": 1}, headers={"X-Key": "k"})
    assert (got.status, got.headers["x-id"], got.body) == (201, "7", b"made")
    asked.post("/b", max_bytes=10, form={"grant_type": "client_credentials"})
    asked.get("/c", max_bytes=10, params={"q": "1"})
    assert [(one.method, one.url.path, one.content) for one in seen] == [
        ("POST", "/a", b'{"n":1}'),
        ("POST", "/b", b"grant_type=client_credentials"),
        ("GET", "/c", b""),
    ]
    assert seen[0].headers["x-key"] == "k"
    assert {one.headers["accept-encoding"] for one in seen} == {"identity"}
    assert all(one.headers["user-agent"].startswith("comptoir-shared-kernel/") for one in seen)


@pytest.mark.parametrize(
    ("pieces", "pause_s", "failure"),
    [
        ((), 0.0, VendorTimedOut),
        ((b"HTTP/1.1 200 OK\r\nX-Filler: ", *[b"x"] * 200), 0.02, VendorTimedOut),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", *[b"x"] * 200), 0.02, VendorTimedOut),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}",), 0.0, VendorUnreachable),
        ((b"no HTTP at all\r\n\r\n",), 0.0, VendorUnreachable),
        ((b"",), 0.0, VendorUnreachable),
        ((b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000,), 0.0, VendorAnswerTooLarge),
        (
            (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",),
            0.0,
            VendorAnswerPacked,
        ),
        (
            (b"HTTP/1.1 307 Moved\r\nLocation: /pay2\r\nContent-Length: 0\r\n\r\n",),
            0.0,
            VendorRedirected,
        ),
        (
            (b"HTTP/1.1 302 Moved\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n",),
            0.0,
            VendorRedirected,
        ),
    ],
    ids=range(10),
)
def test_a_bad_vendor_is_left(
    pieces: tuple[bytes, ...], pause_s: float, failure: type[VendorFailed]
) -> None:
    """On a real socket: given up in time, asked once, and the error tells no secret."""
    with (
        saying(*pieces, pause_s=pause_s) as (url, heard),
        pytest.raises(VendorFailed) as refused,
    ):
        sent(vendor(url))
    assert type(refused.value) is failure
    assert len(heard) == 1
    assert SECRET.encode() in heard[0]
    assert NAME in str(refused.value)
    assert SECRET not in f"{refused.value!r} {refused.value} {refused.value.params}"
    assert isinstance(refused.value, KernelError)


def test_only_a_refused_connection_is_tried_again() -> None:
    """What nobody took is sent once more; what was answered badly never is."""
    tried: list[str] = []

    def absent_once(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.path)
        if len(tried) == 1:
            raise httpx.ConnectError("nobody", request=request)
        return httpx.Response(503)

    patient = Vendor(  # a machine that has much to do takes its time between two tries
        NAME,
        "https://vendor.example",
        distribution="comptoir-shared-kernel",
        limits=Limits(attempts=2, first_wait_s=0.01),
        transport=httpx.MockTransport(absent_once),
    )
    assert sent(patient).status == 503
    assert len(tried) == 2
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(VendorUnreachable):
        sent(vendor(f"http://127.0.0.1:{port}"))


def test_a_redirection_of_a_get_stays_on_its_host() -> None:
    """Within the host a GET follows three times; a fourth, and another host, end."""
    onward = {"/first": "/second", "/second": "/old", "/old": "/new"}

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path in onward:
            return httpx.Response(301, headers={"Location": onward[request.url.path]})
        if request.url.path == "/away":
            return httpx.Response(301, headers={"Location": "https://evil.example/new"})
        if request.url.path == "/round":
            return httpx.Response(301, headers={"Location": "/round"})
        return httpx.Response(200, content=b"here")

    asked = answering(moved)
    assert asked.get("/first", max_bytes=10).body == b"here"
    for path in ("/away", "/round"):
        with pytest.raises(VendorRedirected):
            asked.get(path, max_bytes=10)


def test_a_header_that_cannot_be_sent_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """A secret with a line break in it never leaves; no error and no log repeats it."""
    caplog.set_level(0)
    headers = {"Authorization": f"Bearer {SECRET}\r\nX: 1"}
    with pytest.raises(VendorUnreachable) as refused:
        vendor("http://127.0.0.1:9").post("/pay", max_bytes=10, headers=headers)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    assert SECRET not in caplog.text
    assert SECRET not in repr(Answer(200, {"Set-Cookie": SECRET}, SECRET.encode()))
