"""Binance, played by a server that behaves as its documentation says, and by one that does not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from wealth_core.adapters import Binance, Limits
from wealth_core.errors import SourceDown, SourceFailed, SourceNonsense
from wealth_core.quotes import QuoteBook
from wealth_core.testing.quotes import FakeBinance

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
QUICK = Limits(connect_s=1, read_s=0.2, total_s=0.5, attempts=2, first_wait_s=0.01)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def asked(fake: FakeBinance) -> Binance:
    """An adapter that asks a fake."""
    return Binance(transport=fake.transport())


def test_all_prices_come_in_one_call() -> None:
    """The euro pair where there is one, else USDT, and the euro in USDT to chain them."""
    fake = FakeBinance(
        {
            "BTCEUR": "81234.50000000",
            "BTCUSDT": "94000.00000000",
            "SOLUSDT": "130.10000000",
            "ETHBTC": "0.03400000",
            "USDTTRY": "42.50",
            "EURUSDT": "1.16400000",
            "EURIUSDT": "1.1650",
            "1000SATSUSDT": "0.00017",
            "币安人生USDT": "0.1",
            "USDT": "1",
            "TINYUSDT": "0.00000000000000000001",
            "HUGEUSDT": "99999999999999999999.99999999999999999999",
        }
    )
    with fake.serving() as url:
        fetched = Binance(url).fetch(at=NOON)
    assert fake.requests == ["/api/v3/ticker/price?symbolStatus=TRADING"]
    assert {(one.base, one.quote, str(one.price)) for one in fetched.quotes} == {
        ("crypto:BTC", "EUR", "81234.50000000"),
        ("crypto:SOL", "crypto:USDT", "130.10000000"),
        ("EUR", "crypto:USDT", "1.16400000"),
        ("crypto:EURI", "crypto:USDT", "1.1650"),
        ("crypto:1000SATS", "crypto:USDT", "0.00017"),
        ("crypto:TINY", "crypto:USDT", "1E-20"),
        ("crypto:HUGE", "crypto:USDT", "99999999999999999999.99999999999999999999"),
    }
    assert {(one.source, one.as_of) for one in fetched.quotes} == {("binance", NOON)}
    assert (fetched.ignored, fetched.wait) == (0, None)
    rate = QuoteBook(fetched.quotes, at=NOON).convert("crypto:SOL", "EUR").rate
    assert round(Decimal(rate.numerator) / rate.denominator, 4) == Decimal("111.7698")


def test_a_symbol_that_is_no_longer_traded_is_left_out() -> None:
    """Its last price would look like today's; where the vendor cannot tell, all are taken."""
    fake = FakeBinance({"SOLUSDT": "130", "EURUSDT": "1.16"}, halted={"SOLEUR": "260"})
    assert {one.pair for one in asked(fake).fetch(at=NOON).quotes} == {
        ("crypto:SOL", "crypto:USDT"),
        ("EUR", "crypto:USDT"),
    }

    def older(request: httpx.Request) -> httpx.Response:
        if "symbolStatus" in request.url.params:
            said = {"code": -1104, "msg": "Not all sent parameters were read."}
            return httpx.Response(400, json=said)
        return httpx.Response(200, json=[{"symbol": "SOLEUR", "price": "260"}])

    fetched = Binance(transport=httpx.MockTransport(older)).fetch(at=NOON)
    assert [one.pair for one in fetched.quotes] == [("crypto:SOL", "EUR")]


@pytest.mark.parametrize(
    "price",
    [
        "0.00000000",
        "-1.5",
        "NaN",
        "Infinity",
        "1e5",
        "1,5",
        "",
        "٣",
        "9" * 21,
        "1_000",
        "0." + "1" * 21,
    ],
)
def test_what_is_no_price_is_left_out(price: str) -> None:
    """One entry that is no price is counted and left out: the others are taken."""
    fake = FakeBinance({"BTCEUR": price, "BTCUSDT": "94000", "EURUSDT": "1.164"})
    fetched = asked(fake).fetch(at=NOON)
    assert (len(fetched.quotes), fetched.ignored) == (2, 1)


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>Maintenance</body></html>",
        '[{"symbol":"BTCEUR","price":"81',
        "",
        "{}",
        '{"symbol":"BTCEUR","price":"1"}',
        "[]",
        "[3]",
        '[{"symbol":"BTCEUR"}]',
        '[{"symbol":"BTCEUR","price":81234.5}]',
        '[{"symbol":"BTCEUR","price":NaN}]',
        '[{"symbol":"BTCEUR","price":"1"},{"symbol":"BTCEUR","price":"2"}]',
        '[{"symbol":"BTCEUR","price":"0"}]',
        '[{"symbol":"ETHBTC","price":"0.03"}]',
        "[" * 100_000,
        b"\xff\xfe",
    ],
    ids=range(15),
)
def test_nonsense_is_refused_whole(body: str | bytes) -> None:
    """What is not a list of symbols and prices, or has none we can use, gives no price at all."""
    fake = FakeBinance()
    fake.say(body)
    with pytest.raises(SourceNonsense) as refused:
        asked(fake).fetch(at=NOON)
    assert refused.value.reason.params["source"] == "binance"


def test_the_weight_used_is_obeyed_before_the_limit() -> None:
    """Near the limit the vendor is left alone for a minute; past it, for as long as it says."""
    fake = FakeBinance()
    source = asked(fake)
    fake.weight = 5_000
    assert source.fetch(at=NOON).wait is None
    fake.weight = 5_396
    assert source.fetch(at=NOON).wait == timedelta(minutes=1)
    fake.weight = 6_000
    with pytest.raises(SourceDown) as refused:
        source.fetch(at=NOON)
    assert refused.value.reason.code == "source.too_many_requests"
    assert refused.value.retry_after == timedelta(seconds=37)
    for _ in range(3):  # who goes on all the same is banned
        with pytest.raises(SourceDown) as refused:
            source.fetch(at=NOON)
    assert refused.value.reason.code == "source.banned"
    assert refused.value.retry_after == timedelta(minutes=2)
    fake.new_minute()
    assert source.fetch(at=NOON).quotes


@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "wait_s"),
    [
        (429, {}, "", "source.too_many_requests", 60),
        (429, {"Retry-After": "soon"}, "", "source.too_many_requests", 60),
        (429, {"Retry-After": "-5"}, "", "source.too_many_requests", 60),
        (
            429,
            {"Retry-After": "Tue, 09 Dec 2025 12:05:00 GMT"},
            "",
            "source.too_many_requests",
            300,
        ),
        (503, {"Retry-After": "Tue, 09 Dec 2025 12:05:00 -0000"}, "", "source.bad_status", 300),
        (418, {}, "", "source.banned", 300),
        (418, {"Retry-After": "9" * 30}, "", "source.banned", 3 * 86_400),
        (403, {}, "<html>WAF</html>", "source.firewall", 600),
        (400, {}, '{"code":-1121,"msg":"Invalid symbol."}', "source.unknown_symbol", None),
        (400, {}, '{"code":-1000,"msg":"?"}', "source.refused", None),
        (451, {}, '{"code":0,"msg":"restricted location"}', "source.refused", None),
        (400, {}, "<html>", "source.bad_status", None),
        (500, {}, "[]", "source.bad_status", None),
        (503, {"Retry-After": "90"}, "", "source.bad_status", 90),
        (204, {}, "", "source.bad_status", None),
        (302, {"Location": "https://example.com/api"}, "", "source.redirected", None),
        (302, {"Location": "http://[::1"}, "", "source.unreachable", None),
    ],
)
def test_a_refusal_says_why_and_for_how_long(
    status: int, headers: dict[str, str], body: str, code: str, wait_s: int | None
) -> None:
    """Each status has its reason; a delay that is missing or absurd has a sane one in its place."""
    fake = FakeBinance()
    fake.say(body, status=status, headers=headers)
    with pytest.raises(SourceDown) as refused:
        asked(fake).fetch(at=NOON)
    wait = None if wait_s is None else timedelta(seconds=wait_s)
    assert (refused.value.reason.code, refused.value.retry_after) == (code, wait)


def test_one_symbol_or_a_list_fails_as_documented() -> None:
    """The fake knows -1121 as the vendor does: a list fails whole for one unknown symbol."""
    fake = FakeBinance()
    path = "/api/v3/ticker/price"
    assert fake.answer(path, {"symbols": '["BTCEUR","EURUSDT"]'}).status == 200
    refused = fake.answer(path, {"symbols": '["BTCEUR","BTCUSD"]'})
    assert (refused.status, json.loads(refused.body)["code"]) == (400, -1121)
    assert fake.answer("/api/v3/other", {}).status == 404
    assert fake.weight == 8


def test_a_vendor_that_takes_the_call_and_says_nothing_is_left() -> None:
    """Against a real socket: the limit between two pieces of an answer holds."""
    fake = FakeBinance()
    fake.hang()
    with fake.serving() as url, pytest.raises(SourceDown) as refused:
        Binance(url, limits=QUICK).fetch(at=NOON)
    assert refused.value.reason.code == "source.timed_out"
    assert len(fake.requests) == 1  # what was asked once is not asked again
    with pytest.raises(SourceDown, match="did not answer"):
        asked(fake).fetch(at=NOON)


def test_a_vendor_that_says_a_byte_now_and_then_is_left() -> None:
    """The limit of the whole holds, for the body and for the headers, though each read is quick."""
    fake = FakeBinance()
    fake.say("[" + " " * 1_000 + "]", drip_s=0.02)
    with fake.serving() as url, pytest.raises(SourceDown) as refused:
        Binance(url, limits=QUICK).fetch(at=NOON)
    assert refused.value.reason.code == "source.timed_out"
    endless = trickling(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 10_000)
    with endless as url, pytest.raises(SourceDown) as refused:
        Binance(url, limits=QUICK).fetch(at=NOON)
    assert refused.value.reason.code == "source.timed_out"


def test_an_answer_cut_short_is_refused() -> None:
    """Half of what was announced is no answer, even where it reads as one."""
    fake = FakeBinance()
    fake.say("[]", headers={"Content-Length": "1000"})
    with fake.serving() as url, pytest.raises(SourceDown) as refused:
        Binance(url, limits=QUICK).fetch(at=NOON)
    assert refused.value.reason.code == "source.unreachable"


def test_an_answer_is_read_up_to_a_limit() -> None:
    """Five million bytes are not read to the end, and a compressed answer is not unfolded."""
    fake = FakeBinance()
    fake.say(b" " * 5_000_000)
    with fake.serving() as url, pytest.raises(SourceNonsense) as refused:
        Binance(url).fetch(at=NOON)
    assert refused.value.reason.code == "source.answer_too_large"
    fake.say(b"\x1f\x8b\x08\x00" + bytes(100), headers={"Content-Encoding": "gzip"})
    with fake.serving() as url, pytest.raises(SourceNonsense):
        Binance(url).fetch(at=NOON)


def test_a_move_on_the_same_host_is_followed_and_a_round_is_not() -> None:
    """A redirection within the host is taken; one that leads in circles ends."""
    good = FakeBinance()

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v3/ticker/price":
            return httpx.Response(307, headers={"Location": "/v3/price"})
        return httpx.Response(200, content=good.answer("/api/v3/ticker/price", {}).body)

    assert Binance(transport=httpx.MockTransport(moved)).fetch(at=NOON).quotes
    circle = FakeBinance()
    circle.say("", status=301, headers={"Location": "/api/v3/ticker/price"})
    with pytest.raises(SourceDown, match="not followed"):
        asked(circle).fetch(at=NOON)
    assert len(circle.requests) == 4, "the page, then three redirections"


def test_only_a_refused_connection_is_tried_again() -> None:
    """A second try, and no third, when nobody listens; none when the answer is bad."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(SourceFailed) as refused:
        Binance(f"http://127.0.0.1:{port}", limits=QUICK).fetch(at=NOON)
    assert refused.value.reason.code == "source.unreachable"
    tried = []

    def absent(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.path)
        if len(tried) == 1:
            raise httpx.ConnectError("nobody", request=request)
        return httpx.Response(200, json=[{"symbol": "BTCEUR", "price": "1"}])

    assert Binance(transport=httpx.MockTransport(absent), limits=QUICK).fetch(at=NOON).quotes
    assert len(tried) == 2


@contextmanager
def trickling(data: bytes) -> Iterator[str]:
    """A server that sends one byte every few hundredths of a second, and never an answer."""
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                for byte in data:
                    try:
                        connection.send(bytes([byte]))
                    except OSError:
                        return
                    if closing.wait(0.02):
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            closing.set()
            thread.join()
