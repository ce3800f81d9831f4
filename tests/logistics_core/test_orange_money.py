"""Orange Money, played by a server that behaves as its documentation says, and by one that lies."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from logistics_core.adapters import Limits, OrangeMoney
from logistics_core.errors import PaymentFaults, ProviderDown, ProviderFailed, ProviderNonsense
from logistics_core.payments import Asked, PaymentProvider, PaymentStatus
from logistics_core.testing.orange import FakeOrange
from shared_kernel import Money, money

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PRICE = money(28_125_000, "GNF")
QUICK = Limits(connect_s=1, read_s=0.2, total_s=0.4, attempts=2, first_wait_s=0.01)
URLS = {
    "return_url": "https://shop.example/done",
    "cancel_url": "https://shop.example/given-up",
    "notify_url": "https://shop.example/told",
}
DEV = "/orange-money-webpay/dev/v1"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now


def orange(fake: FakeOrange, **options: object) -> OrangeMoney:
    """An adapter that asks a fake."""
    given = {**fake.credentials, "transport": fake.transport(), "limits": QUICK, **options}
    return OrangeMoney(**given)  # type: ignore[arg-type]  # whatever a test gives


def asked(provider: OrangeMoney, reference: str = "GP1", amount: Money = PRICE) -> Asked:
    """A payment that is asked for."""
    return provider.ask(reference=reference, amount=amount, language="fr", **URLS)


def test_a_payment_is_asked_for_paid_and_found_paid() -> None:
    """In the sandbox: what Orange is told, the page it gives, the status before and after."""
    fake = FakeOrange()
    provider = orange(fake)
    assert isinstance(provider, PaymentProvider)
    given = asked(provider)
    assert fake.requests == ["POST /oauth/v3/token", f"POST {DEV}/webpayment"]
    assert json.loads(fake.heard[1].body) == {
        "merchant_key": fake.credentials["merchant_key"],
        "currency": "OUV",
        "order_id": "GP1",
        "amount": 28_125_000,
        "return_url": URLS["return_url"],
        "cancel_url": URLS["cancel_url"],
        "notif_url": URLS["notify_url"],
        "lang": "fr",
        "reference": "GP1",
    }
    assert given.payment_url.endswith(given.pay_token)
    assert given.notify_token == fake.payments["GP1"].notif_token

    def status() -> PaymentStatus:
        return provider.status(reference="GP1", amount=PRICE, pay_token=given.pay_token)

    assert status() is PaymentStatus.INITIATED
    for end in PaymentStatus:
        fake.pay("GP1", end)
        assert status() is end
    assert fake.requests.count("POST /oauth/v3/token") == 1
    real = FakeOrange(country="gn", currency="GNF")
    assert asked(orange(real, country="gn")).pay_token
    assert real.payments["GP1"].currency == "GNF"


def test_the_token_is_kept_and_renewed_before_its_end() -> None:
    """One token for all; a new one a minute before it expires; after a 401, a new one once."""
    fake, clock = FakeOrange(token_seconds=3_600), Clock()
    provider = orange(fake, clock=clock)
    asked(provider, "GP1")
    clock.now += timedelta(seconds=3_539)
    asked(provider, "GP2")
    assert fake.requests.count("POST /oauth/v3/token") == 1
    clock.now += timedelta(seconds=1)
    asked(provider, "GP3")
    assert fake.requests.count("POST /oauth/v3/token") == 2
    fake.forget_tokens()
    asked(provider, "GP4")
    assert fake.requests.count("POST /oauth/v3/token") == 3
    again = [f"POST {DEV}/webpayment", "POST /oauth/v3/token", f"POST {DEV}/webpayment"]
    assert fake.requests[-3:] == again


def test_a_401_that_stays_is_a_refusal() -> None:
    """The token is renewed once, not for ever."""
    fake = FakeOrange()
    provider = orange(fake)
    asked(provider)
    fake.say('{"code":42}', status=401)
    with pytest.raises(ProviderDown):
        asked(provider, "GP2")
    assert fake.requests[2:] == [f"POST {DEV}/webpayment", "POST /oauth/v3/token"]
    fake.behave()
    assert asked(provider, "GP2").pay_token


def test_many_threads_share_one_token() -> None:
    """Those that come while it is asked for wait for it."""
    fake = FakeOrange()
    with fake.serving() as url:
        provider = OrangeMoney(base_url=url, **fake.credentials)
        threads = [threading.Thread(target=asked, args=(provider, f"GP{n}")) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(fake.payments) == 8
    assert fake.requests.count("POST /oauth/v3/token") == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"order_id": "GP2"},
        {"order_id": None},
        {"amount": 28_125_001},
        {"amount": "1"},
        {"amount": "NaN"},
        {"amount": None},
        {"amount": "9" * 1_000},
        {"currency": "GNF"},
        {"currency": "EUR"},
        {"status": "PAID"},
        {"status": "success"},
        {"status": None},
        {"status": ["SUCCESS"]},
    ],
)
def test_an_answer_about_something_else_is_never_believed(lie: dict[str, object]) -> None:
    """Another payment, amount or currency than what was asked, or no known status: no success."""
    fake = FakeOrange()
    provider = orange(fake)
    given = asked(provider)
    fake.pay("GP1")
    fake.lie = lie
    with pytest.raises(ProviderNonsense):
        provider.status(reference="GP1", amount=PRICE, pay_token=given.pay_token)
    if "status" not in lie:
        with pytest.raises(ProviderNonsense):
            asked(provider, "GP3")
    fake.say('{"status":"SUCCESS"}')
    with pytest.raises(ProviderNonsense, match="nobody's"):
        provider.status(reference="GP1", amount=PRICE, pay_token=given.pay_token)
    fake.behave()
    fake.lie = {"amount": "28125000.00", "currency": "OUV"}
    paid = provider.status(reference="GP1", amount=PRICE, pay_token=given.pay_token)
    assert paid is PaymentStatus.SUCCESS


@pytest.mark.parametrize(
    "lie",
    [
        {"pay_token": None},
        {"pay_token": ""},
        {"pay_token": "a b"},
        {"pay_token": "a" * 256},
        {"pay_token": 7},
        {"notif_token": None},
        {"notif_token": "\u00e9"},
        {"payment_url": None},
        {"payment_url": "javascript:alert(1)"},
        {"payment_url": "http://webpayment.example/pay"},
        {"payment_url": "http://127.0.0.1/pay"},
        {"payment_url": "https://orange@evil.example/pay"},
        {"payment_url": "//evil.example/pay"},
        {"payment_url": "https://evil.example/\r\nX: 1"},
        {"payment_url": "https://[::1"},
        {"payment_url": "https://pay.example/" + "a" * 3_000},
    ],
)
def test_a_payment_without_its_page_and_tokens_is_nonsense(lie: dict[str, object]) -> None:
    """A token that is none, a page where nobody should be sent."""
    fake = FakeOrange()
    fake.lie = lie
    with pytest.raises(ProviderNonsense):
        asked(orange(fake))


@pytest.mark.parametrize(
    ("status", "body", "headers", "failure", "wait"),
    [
        (200, "<html>maintenance</html>", {}, ProviderNonsense, None),
        (200, "", {}, ProviderNonsense, None),
        (200, "[]", {}, ProviderNonsense, None),
        (200, '{"a":1,"a":2}', {}, ProviderNonsense, None),
        (200, "[" * 50_000, {}, ProviderNonsense, None),
        (200, '{"token_type":"Bearer"}', {}, ProviderNonsense, None),
        (200, '{"token_type":"mac","access_token":"t","expires_in":9}', {}, ProviderNonsense, None),
        (
            200,
            '{"token_type":"Bearer","access_token":"a\\nb","expires_in":9}',
            {},
            ProviderNonsense,
            None,
        ),
        (
            200,
            '{"token_type":"Bearer","access_token":"t","expires_in":-1}',
            {},
            ProviderNonsense,
            None,
        ),
        (200, " " * 30_000, {}, ProviderNonsense, None),
        (204, "", {}, ProviderDown, None),
        (302, "", {"Location": "https://evil.example/token"}, ProviderDown, None),
        (307, "", {"Location": "/oauth/v4/token"}, ProviderDown, None),
        (400, '{"error":"invalid_client"}', {}, ProviderDown, None),
        (401, "{}", {}, ProviderDown, None),
        (429, "{}", {}, ProviderDown, timedelta(minutes=1)),
        (429, "{}", {"Retry-After": "37"}, ProviderDown, timedelta(seconds=37)),
        (503, "{}", {"Retry-After": "90"}, ProviderDown, timedelta(seconds=90)),
    ],
    ids=range(18),
)
def test_a_bad_answer_is_one_of_two_errors(
    status: int,
    body: str,
    headers: dict[str, str],
    failure: type[ProviderFailed],
    wait: timedelta | None,
) -> None:
    """Down or nonsense, with how long to wait where it is told; a POST is led nowhere else."""
    fake = FakeOrange()
    fake.say(body, status=status, headers=headers)
    with pytest.raises(ProviderFailed) as refused:
        asked(orange(fake))
    assert type(refused.value) is failure
    assert getattr(refused.value, "retry_after", None) == wait
    assert len(fake.requests) == 1


def test_a_vendor_that_hangs_trickles_or_floods_is_left() -> None:
    """On a real socket, within the limits; what was sent is not sent again."""
    fake = FakeOrange()
    with fake.serving() as url:
        provider = OrangeMoney(base_url=url, limits=QUICK, **fake.credentials)
        asked(provider)
        tellings: list[Callable[[], None]] = [
            fake.hang,
            lambda: fake.say("{" + " " * 500 + "}", drip_s=0.01),
            lambda: fake.say(b" " * 5_000_000),
            lambda: fake.say("{}", headers={"Content-Length": "900"}),
        ]
        for number, tell in enumerate(tellings, 2):
            tell()
            with pytest.raises(ProviderFailed):
                asked(provider, f"GP{number}")
        assert len(fake.requests) == 2 + 4
    with pytest.raises(ProviderDown, match="cannot be reached"):
        OrangeMoney(base_url=url, limits=QUICK, **fake.credentials).ask(
            reference="GP9", amount=PRICE, language="fr", **URLS
        )


def test_what_cannot_be_asked_is_not_sent() -> None:
    """Every fault at once: length, amount, currency, addresses, language; nothing leaves."""
    fake = FakeOrange()
    provider = orange(fake)
    with pytest.raises(PaymentFaults) as refused:
        provider.ask(
            reference="G" * 31,
            amount=money("1.00", "EUR"),
            return_url="/done",
            cancel_url="http://shop.example/cancel",
            notify_url="https://shop.example/" + "a" * 100,
            language="wo",
        )
    assert [fault.path for fault in refused.value.faults] == [
        "reference",
        "amount",
        "return_url",
        "cancel_url",
        "notify_url",
        "language",
    ]
    for amount in (money(0, "GNF"), money(-5, "GNF"), money(10**13, "GNF"), half(), nan()):
        with pytest.raises(PaymentFaults):
            asked(provider, amount=amount)
        with pytest.raises(PaymentFaults):
            provider.status(reference="GP1", amount=amount, pay_token="a")
    with pytest.raises(PaymentFaults):
        provider.status(reference="GP 1", amount=PRICE, pay_token="a b")
    assert fake.requests == []


def half() -> Money:
    """Half a franc, which nobody can pay."""
    return Money(Decimal("0.5"), "GNF")


def nan() -> Money:
    """No number at all."""
    return Money(Decimal("NaN"), "GNF")


def test_no_secret_is_ever_told(caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, an error or its causes, nor in a log of any level of what we do."""
    caplog.set_level(0)
    fake = FakeOrange()
    secrets = [str(secret) for secret in fake.credentials.values()]
    provider = orange(fake)
    given = asked(provider)
    secrets += [given.pay_token, str(given.notify_token), *fake.tokens]
    secrets.append(fake.heard[0].headers["authorization"])
    texts = [repr(provider), str(provider), repr(given)]
    for instead in ("<html>", '{"access_token": 5}'):
        fake.say(instead, status=500)
        with pytest.raises(ProviderFailed) as refused:
            provider.status(reference="GP1", amount=PRICE, pay_token=given.pay_token)
        error: BaseException | None = refused.value
        while error is not None:
            texts.append(f"{error!r} {error} {vars(error)}")
            error = error.__cause__ or error.__context__
    texts.append(caplog.text)
    assert [secret for secret in secrets for text in texts if secret in text] == []


@pytest.mark.parametrize(
    "setting",
    [
        {"client_id": ""},
        {"client_secret": "a b"},
        {"client_secret": "s3cr3t\r\nX: 1"},
        {"merchant_key": "\u00e9"},
        {"base_url": "http://api.orange.com"},
        {"base_url": "https://user:pass@api.orange.com"},
        {"base_url": "ftp://127.0.0.1"},
        {"base_url": ""},
        {"country": "../dev"},
        {"country": "gn", "currency": "OUV"},
        {"currency": "ouv"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(setting: dict[str, object]) -> None:
    """A secret over plain HTTP, a credential with a blank: refused with the setting's name."""
    with pytest.raises(PaymentFaults) as refused:
        orange(FakeOrange(), **setting)
    assert refused.value.faults[0].path in {*setting, "currency"}
    assert "s3cr3t" not in str(refused.value)


@contextmanager
def shop() -> Iterator[tuple[str, list[tuple[str, str, object]]]]:
    """A shop that is told and come back to; gives its address and what it heard."""
    heard: list[tuple[str, str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard.append((self.command, self.path, json.loads(body) if body else None))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # the name that the base class looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Writes nothing to the screen of a test."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("button", "status", "back"),
    [("pay", "SUCCESS", "/done"), ("cancel", "FAILED", "/given-up")],
)
def test_the_page_of_a_payment_tells_and_leads_back(button: str, status: str, back: str) -> None:
    """As a browser sees it: two buttons, a notification with its token, the way back; once."""
    fake = FakeOrange()
    with shop() as (shop_url, heard), fake.serving() as url:
        provider = OrangeMoney(base_url=url, **fake.credentials)
        given = provider.ask(
            reference="GP1",
            amount=PRICE,
            return_url=f"{shop_url}/done",
            cancel_url=f"{shop_url}/given-up",
            notify_url=f"{shop_url}/told",
            language="fr",
        )
        with httpx.Client(follow_redirects=True, trust_env=False) as browser:
            page = browser.get(given.payment_url)
            assert "28\u00a0125\u00a0000 OUV" in page.text
            assert "Payer" in page.text
            done = browser.post(f"{given.payment_url}/{button}")
            assert (done.status_code, str(done.url)) == (200, f"{shop_url}{back}")
            assert "disabled" in browser.post(f"{given.payment_url}/pay").text
            assert browser.get(f"{url}/payment/00").status_code == 404
        assert provider.status(
            reference="GP1", amount=PRICE, pay_token=given.pay_token
        ) == PaymentStatus(status)
    told = {"status": status, "notif_token": given.notify_token, "txnid": "MP250101.1200.A00000"}
    assert isinstance(heard[0][2], dict)
    assert heard[0][:2] == ("POST", "/told")
    assert {**heard[0][2], "txnid": told["txnid"]} == told
    assert heard[1:] == [("GET", back, None)]
    assert fake.notified == [(f"{shop_url}/told", 200)]
    assert fake.notify("GP1") == 0  # the shop is closed


def test_the_fake_refuses_what_orange_refuses() -> None:
    """Bad credentials, another merchant, the same order twice, a status of somebody else's."""
    fake = FakeOrange()
    with pytest.raises(ProviderDown, match="status 401"):
        asked(orange(fake, client_secret="wrong"))
    with pytest.raises(ProviderDown, match="status 400"):
        asked(orange(fake, merchant_key="wrong"))
    with pytest.raises(ProviderDown, match="status 404"):
        asked(orange(fake, country="gn"))
    provider = orange(fake)
    given = asked(provider)
    with pytest.raises(ProviderDown, match="status 400"):
        asked(provider)
    for reference, amount, token in (
        ("GP2", PRICE, given.pay_token),
        ("GP1", money(1, "GNF"), given.pay_token),
        ("GP1", PRICE, "other"),
    ):
        with pytest.raises(ProviderDown, match="status 404"):
            provider.status(reference=reference, amount=amount, pay_token=token)
    assert fake.answer("/elsewhere").status == 404
