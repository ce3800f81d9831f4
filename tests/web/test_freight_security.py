"""Group freight against those who mean harm: what is another's, forged forms, replays, too much.

What can be is asked of every address there is, from the map of addresses and the API's document, so
that a new one is held to the same.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine, func, select
from testkit.freight import (
    PretendProvider,
    francs,
    give_confirmed,
    give_container,
    give_money,
    give_order,
    give_proof,
    give_tariff,
    picture,
    with_provider,
)
from testkit.pages import csrf_token
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule
from werkzeug.test import TestResponse, encode_multipart

from comptoir_web.app import close_app, create_app
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.payments import NOTIFICATIONS, FreightPayments
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.security import rates
from comptoir_web.security.headers import SANDBOX
from comptoir_web.security.sizes import LARGER
from comptoir_web.settings import Settings
from logistics_core.payments import PaymentStatus
from logistics_core.pooling import OrderState
from logistics_core.storage.metadata import metadata
from logistics_core.storage.money_tables import logistics_movements
from logistics_core.storage.pooling_tables import logistics_orders
from logistics_core.storage.wallets import WalletStore
from shared_kernel.engine import reading

HOME: Final = "/plateforme/groupage/"
API: Final = "/api/v1/freight"
SignIn = Callable[..., FlaskClient]
PURCHASE: Final = {
    "goods": {"amount": "10000", "currency": "CNY"},
    "category": "TEXTILE",
    "volume_cbm": "3",
}
QUOTED: Final = {"goods": "10000", "category": "TEXTILE", "measured": "volume", "volume": "3"}
CONFIRMED: Final = 28_125_000
BODIES: Final[dict[str, dict[str, Any]]] = {
    "api_freight.confirm_order": {"json": {"wait": True}},
    "api_freight.pay_order": {"json": {"by": "wallet"}},
    "api_freight.add_proof": {
        "data": picture(),
        "content_type": "image/png",
        "query_string": {"amount": "1000"},
    },
}
"""What the API's addresses of one order are rightly sent."""


@attrs.frozen
class Owned:
    """What a merchant has, by the names of the variables of addresses."""

    merchant: str
    order_id: str
    payment_id: str
    proof_id: str
    reference: str

    def address(self, rule: Rule, **other: str) -> str:
        """The address of one of these things; what is of no merchant is nothing at all."""

        def value(found: re.Match[str]) -> str:
            name = found[1].rpartition(":")[2]
            return other.get(name) or str(getattr(self, name, "0" * 32))

        return re.sub(r"<([^>]+)>", value, rule.rule)


@pytest.fixture
def provider(app: Flask, container: svcs.Container) -> PretendProvider:
    """Mobile money is offered."""
    return with_provider(svcs.flask.get_registry(app), container)


@pytest.fixture
def services(app: Flask, provider: PretendProvider) -> Iterator[svcs.Container]:
    """The services, mobile money among them."""
    assert provider.name == "orange"
    with svcs.Container(svcs.flask.get_registry(app)) as made:
        yield made


@pytest.fixture
def merchant(signed_in_client: SignIn) -> FlaskClient:
    """A merchant's browser."""
    return signed_in_client(Role.MERCHANT)


@pytest.fixture
def me(merchant: FlaskClient, identity: IdentityService) -> str:
    """That merchant."""
    found = identity.user_by_email("merchant@example.com")
    assert found is not None
    return found.id


@pytest.fixture
def owned(services: svcs.Container, me: str) -> Owned:
    """An order that is booked and not paid, a payment asked for, a proof, money."""
    order = give_confirmed(services, me, give_container(services).id)
    give_money(services, me, 40_000_000)
    payments: FreightPayments = services.get(FreightPayments)
    payment = payments.start(me, order.id, key="form").payment
    proof = give_proof(services, me, order.id)
    return Owned(me, order.id, payment.id, proof.id, payment.reference)


def state_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that freight keeps."""
    with reading(engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def rules_of(app: Flask, *blueprints: str) -> list[Rule]:
    """The addresses of some blueprints."""
    found = [r for r in app.url_map.iter_rules() if r.endpoint.rpartition(".")[0] in blueprints]
    return sorted(found, key=lambda rule: rule.rule)


def methods_of(rule: Rule) -> list[str]:
    """The methods that an address takes by itself."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def said(answer: TestResponse) -> tuple[int, str]:
    """What an answer tells: its status and its text, without what is new each time."""
    text = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", answer.text)
    return answer.status_code, re.sub(r"[0-9a-f]{32}", "", text)


def file_of(data: bytes) -> FileStorage:
    """A file of a form."""
    return FileStorage(io.BytesIO(data), filename="recu.png")


def multipart(**fields: object) -> dict[str, Any]:
    """A form with files, as the client sends it without a file of its own."""
    boundary, body = encode_multipart(fields)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


# -- who reaches what -----------------------------------------------------------------------------


def test_what_is_anothers_is_answered_as_what_was_never_made(
    app: Flask,
    web_engine: Engine,
    owned: Owned,
    signed_in_client: SignIn,
    api: SignIn,
) -> None:
    """Every address of an order, a payment or a proof, as a page and in the API; nothing moves."""
    page = signed_in_client(Role.MERCHANT, email="other@example.com")
    program = api(Role.MERCHANT, email="other@example.com")
    token = csrf_token(page, HOME)
    before = state_of(web_engine)
    asked = 0
    for rule in rules_of(app, "freight", "api_freight"):
        if not rule.arguments:
            continue
        for method in methods_of(rule):
            if rule.endpoint.startswith("api_"):
                visitor, body = program, BODIES.get(rule.endpoint, {})
            else:
                form = {"csrf_token": token, "request_id": "x", "amount": "1000", "agreed": "yes"}
                visitor, body = page, {"data": form} if method == "POST" else {}
            nothing = dict.fromkeys(rule.arguments, "0" * 32)
            theirs = visitor.open(owned.address(rule), method=method, **body)
            none = visitor.open(owned.address(rule, **nothing), method=method, **body)
            assert theirs.status_code == 404, (method, rule)
            assert said(theirs) == said(none), (method, rule)
            asked += 1
    assert asked >= 19
    assert state_of(web_engine) == before


def test_the_pages_of_administrators_refuse_before_they_read(
    app: Flask, web_engine: Engine, owned: Owned, merchant: FlaskClient, client: FlaskClient
) -> None:
    """403 to a merchant whatever is asked and sent; somebody unknown is led to the sign-in page."""
    tokens = {merchant: csrf_token(merchant, HOME), client: csrf_token(client)}
    before = state_of(web_engine)
    found = rules_of(app, "freight_admin")
    assert len(found) > 30
    for rule in found:
        for method in methods_of(rule):
            address = owned.address(rule, owner=owned.merchant, version="1")
            for visitor, status in ((merchant, 403), (client, 303)):
                form = {"csrf_token": tokens[visitor], "confirmed": "yes", "version": "1"}
                answer = visitor.open(address, method=method, data=form)
                assert answer.status_code == status, (method, address)
    assert state_of(web_engine) == before
    for rule in rules_of(app, "freight"):
        for method in methods_of(rule):
            form = {"csrf_token": tokens[client]}
            answer = client.open(owned.address(rule), method=method, data=form)
            assert answer.status_code == 303, rule
            assert answer.location.startswith("/plateforme/connexion?"), rule
    for rule in rules_of(app, "api_freight", "api_freight_admin"):
        for method in methods_of(rule):
            # The cookie of a page opens nothing of the API, which needs no token of forms for it.
            answer = merchant.open(owned.address(rule), method=method, json={})
            assert answer.status_code == 401, rule
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), rule
    assert state_of(web_engine) == before


def test_a_form_of_another_site_changes_nothing(
    app: Flask,
    web_engine: Engine,
    owned: Owned,
    merchant: FlaskClient,
    signed_in_client: SignIn,
) -> None:
    """Each form without its token, with somebody else's, or from elsewhere with the right one."""
    token = csrf_token(merchant, HOME)
    stolen = csrf_token(signed_in_client(Role.MERCHANT, email="other@example.com"), HOME)
    before = state_of(web_engine)
    fields = {**QUOTED, "request_id": "forged", "amount": "1000"}
    forged: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {}),
        ({"csrf_token": ""}, {}),
        ({"csrf_token": stolen}, {}),
        ({"csrf_token": token}, {"Origin": "https://evil.example.com"}),
        ({"csrf_token": token}, {"Origin": "null"}),
        ({"csrf_token": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf_token": token}, {"Sec-Fetch-Site": "same-site"}),
    )
    sent = [rule for rule in rules_of(app, "freight") if "POST" in (rule.methods or ())]
    assert len(sent) >= 10
    for rule in sent:
        for more, headers in forged:
            answer = merchant.post(owned.address(rule), data={**fields, **more}, headers=headers)
            assert answer.status_code == 400, (rule, more, headers)
    assert state_of(web_engine) == before


# -- what is sent ---------------------------------------------------------------------------------


def test_every_schema_of_a_merchant_is_closed_and_has_no_place_for_a_margin(
    app: Flask, api: SignIn, owned: Owned
) -> None:
    """An unknown key or parameter is refused by its name; no answer has a field for a cost."""
    program = api(Role.MERCHANT)
    document = program.get("/api/v1/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    seen: set[str] = set()

    def names(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            reference = node.get("$ref", "").rpartition("/")[2]
            if reference and reference not in seen:
                seen.add(reference)
                yield from names(schemas[reference])
            for key, value in node.items():
                if key == "properties":  # names of any kind, "properties" too
                    yield from value
                    yield from names(list(value.values()))
                elif key not in {"example", "examples"}:
                    yield from names(value)
        elif isinstance(node, list):
            for value in node:
                yield from names(value)

    asked = 0
    secret = re.compile("real|cost|margin|gain|internal|profit|earn|priority|owner")
    for path, operations in document["paths"].items():
        if not path.startswith(API) or "notifications" in path:
            continue
        address = path.replace("{order_id}", owned.order_id)
        for method, operation in operations.items():
            assert [name for name in names(operation) if secret.search(name)] == [], path
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                body = {"margin": "1", "commission": "0"}
                answer = program.open(address, method=method.upper(), json=body)
                assert answer.status_code == 422, path
                faults = {fault["path"] for fault in answer.get_json()["faults"]}
                assert faults >= set(body), path
                asked += 1
            elif any(each["in"] == "query" for each in operation["parameters"]):
                more = BODIES["api_freight.add_proof"] if content else {}
                query = {**more.get("query_string", {}), "owner": "x"}
                answer = program.open(
                    address, method=method.upper(), **{**more, "query_string": query}
                )
                assert answer.status_code == 422, path
                assert [fault["path"] for fault in answer.get_json()["faults"]] == ["owner"]
                asked += 1
    assert asked >= 9
    assert "ClientQuote" in seen
    admin = {name for name in names(document["paths"]) if secret.search(name)}
    assert admin >= {"real_cost", "real_rate", "margin", "priority"}  # elsewhere it finds them


def test_a_form_says_nothing_that_it_is_not_asked(
    services: svcs.Container, merchant: FlaskClient, me: str
) -> None:
    """A commission, a total, an owner, a state sent along with a purchase change nothing of it."""
    give_tariff(services)
    more = {
        "commission": "0", "total": "1", "rate": "1", "price": "1", "priority": "0",
        "owner": "0" * 32, "state": "paye", "tariff_version": "0", "valid_until": "2099-01-01",
    }  # fmt: skip
    token = csrf_token(merchant, HOME)
    answer = merchant.post(f"{HOME}devis", data={"csrf_token": token, **QUOTED, **more})
    assert answer.status_code == 303
    desk: FreightDesk = services.get(FreightDesk)
    (order,) = desk.orders(me).orders
    assert (order.state, order.priority, order.owner) == (OrderState.QUOTE, 1, me)
    assert order.quote.total == francs(CONFIRMED)


def test_amounts_and_volumes_that_would_turn_a_movement_round(
    services: svcs.Container, web_engine: Engine, api: SignIn, owned: Owned
) -> None:
    """Nothing negative, nothing in another currency, no more than is due or than there is."""
    program = api(Role.MERCHANT)
    address = f"{API}/orders/{owned.order_id}"
    quote = give_order(services, owned.merchant, volume="3")
    first, second = (give_container(services).id for _each in range(2))
    before = state_of(web_engine)
    for way in ("wallet", "mobile_money"):
        for amount, currency in (
            ("-1000", "GNF"),
            ("0", "GNF"),
            ("1", "EUR"),
            (f"{CONFIRMED + 1}", "GNF"),
            ("99999999999999999999", "GNF"),
        ):
            body = {"by": way, "amount": {"amount": amount, "currency": currency}}
            answer = program.post(f"{address}/payment", json=body)
            assert 400 < answer.status_code < 500, (way, amount, currency)
    for amount in ("-1000", "0", "NaN", "1e3", "99999999999999999999"):
        answer = program.post(
            f"{address}/proofs?amount={amount}", data=picture(), content_type="image/png"
        )
        assert answer.status_code == 422, amount
    for litres in ((-1000, 4000), (3001, -1), (0, 3000), (3000, 3000), (10**12, 1)):
        parts = [
            {"container_id": held, "litres": each}
            for held, each in zip((first, second), litres, strict=True)
        ]
        for rest in (True, False):
            split = {"parts": parts, "agreed": True, "rest_waits": rest}
            answer = program.post(f"{API}/orders/{quote.id}/confirmation", json=split)
            assert answer.status_code == 422, litres
    assert state_of(web_engine) == before


# -- once, however often --------------------------------------------------------------------------


def test_a_double_click_does_it_once(
    services: svcs.Container, web_engine: Engine, merchant: FlaskClient, api: SignIn, me: str
) -> None:
    """Each form and each request sent three times; another merchant's key is another one."""
    give_tariff(services)
    give_money(services, me, 2 * CONFIRMED)
    held = give_container(services).id
    program = api(Role.MERCHANT)
    token, desk = csrf_token(merchant, HOME), services.get(FreightDesk)

    def count() -> int:
        with reading(web_engine) as connection:
            return connection.execute(
                select(func.count()).select_from(logistics_orders)
            ).scalar_one()

    def thrice(send: Callable[[], TestResponse]) -> TestResponse:
        answers = [send() for _again in range(3)]
        assert {answer.status_code for answer in answers} <= {200, 201, 303}
        assert len({answer.location for answer in answers}) == 1
        return answers[0]

    def form(path: str, **fields: Any) -> Callable[[], TestResponse]:
        def send() -> TestResponse:
            data = {"csrf_token": token, "request_id": "form", **fields}
            if "file" in data:
                data["file"] = file_of(picture())
            return merchant.post(f"{HOME}{path}", data=data)

        return send

    def call(path: str, body: dict[str, Any]) -> Callable[[], TestResponse]:
        headers = {"Idempotency-Key": "one"}
        return lambda: program.post(f"{API}{path}", json=body, headers=headers)

    page = thrice(form("devis", **QUOTED)).location.rpartition("/")[2]
    called = thrice(call("/orders", PURCHASE)).get_json()["id"]
    assert count() == 2
    other = api(Role.MERCHANT, email="other@example.com")
    theirs = other.post(f"{API}/orders", json=PURCHASE, headers={"Idempotency-Key": "one"})
    assert (theirs.status_code, count()) == (201, 3)
    assert theirs.get_json()["id"] != called

    thrice(form(f"commandes/{page}/confirmation", container=held))
    thrice(call(f"/orders/{called}/confirmation", {"container_id": held}))
    (gauge,) = desk.containers_open()
    assert gauge.booked_litres == 6_000
    thrice(form(f"commandes/{page}/preuves", amount="1000", file="a picture"))
    assert len(services.get(FreightPayments).proofs(me, page)) == 1
    started = thrice(form(f"commandes/{page}/orange"))
    assert "/paiements/" in started.location
    assert len(desk.order(me, page).payments) == 1
    # The same name of a request on another order is another request.
    thrice(form(f"commandes/{page}/paiement"))
    thrice(call(f"/orders/{called}/payment", {"by": "wallet"}))
    assert desk.wallet(me).balance == francs(0)
    for one in (page, called):
        assert desk.order(me, one).order.state is OrderState.PAID
    thrice(form(f"commandes/{page}/annulation"))
    thrice(call(f"/orders/{called}/cancellation", {}))
    assert desk.wallet(me).balance == francs(2 * CONFIRMED)
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()
        movements = connection.execute(select(logistics_movements.c.kind)).scalars().all()
    assert sorted(movements) == ["deposit"] + ["participation"] * 2 + ["refund"] * 2


def test_a_notification_credits_nothing_by_itself(
    services: svcs.Container,
    provider: PretendProvider,
    web_engine: Engine,
    client: FlaskClient,
    owned: Owned,
    api: SignIn,
    identity: IdentityService,
) -> None:
    """Forged, another's, with another amount, replayed: what the provider says counts, once."""
    api(Role.MERCHANT, email="other@example.com")
    other = identity.user_by_email("other@example.com")
    assert other is not None
    theirs = give_confirmed(services, other.id, give_container(services).id)
    payments: FreightPayments = services.get(FreightPayments)
    cheap = payments.start(other.id, theirs.id, key="k", amount=francs(1)).payment
    before = state_of(web_engine)
    address, right = f"{NOTIFICATIONS}{owned.reference}", f"notify-{owned.reference}"
    provider.statuses[cheap.reference] = PaymentStatus.SUCCESS

    def tell(reference: str, **body: object) -> None:
        answer = client.post(f"{NOTIFICATIONS}{reference}", json={"status": "SUCCESS", **body})
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Set-Cookie" not in answer.headers

    asked = provider.calls
    for forged in (
        "",
        "forged",
        right[:-1],
        f"{right}x",
        right.upper(),
        f"notify-{cheap.reference}",
    ):
        tell(owned.reference, notif_token=forged)
    for wrong in (None, 0, True, [right], {"": right}):
        tell(owned.reference, notif_token=wrong)
    tell(owned.reference, token=right, notify_token=right, pay_token=f"pay-{owned.reference}")
    tell(f"{owned.reference}%00", notif_token=right)
    tell(owned.payment_id, notif_token=right)
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert client.open(address, method=method).status_code == 405
    assert client.post(address, data={"notif_token": right}).status_code == 204
    assert client.post(f"{address}?notif_token={right}").status_code == 204
    assert provider.calls == asked
    # With the right token the provider is asked, whatever the notification says beside.
    for status in (PaymentStatus.PENDING, PaymentStatus.INITIATED):
        provider.statuses[owned.reference] = status
        tell(owned.reference, notif_token=right, amount=99_000_000, order_id=theirs.id)
    assert provider.calls == asked + 2
    after = state_of(web_engine)
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert changed <= {"logistics_payments"}  # it is waited for
    provider.statuses[owned.reference] = PaymentStatus.SUCCESS
    for _again in range(10):
        tell(owned.reference, notif_token=right, amount=99_000_000, currency="USD")
    desk: FreightDesk = services.get(FreightDesk)
    mine = desk.order(owned.merchant, owned.order_id)
    assert (mine.order.state, mine.paid) == (OrderState.PAID, francs(CONFIRMED))
    assert desk.wallet(owned.merchant).balance == francs(40_000_000)
    assert desk.order(other.id, theirs.id).paid == desk.wallet(other.id).balance == francs(0)
    # A failure told later takes nothing back.
    provider.statuses[owned.reference] = PaymentStatus.FAILED
    tell(owned.reference, notif_token=right, status="FAILED")
    assert desk.order(owned.merchant, owned.order_id).paid == francs(CONFIRMED)
    with reading(web_engine) as connection:
        assert WalletStore(connection).check()


# -- how much, how often --------------------------------------------------------------------------


def test_bodies_addresses_and_requests_have_their_limits(
    settings: Settings,
    web_engine: Engine,
    owned: Owned,
    merchant: FlaskClient,
    api: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A picture may be five megabytes and nothing else may; too many requests are answered 429."""
    program = api(Role.MERCHANT)
    token = csrf_token(merchant, HOME)
    most = LARGER["freight.add_proof"]
    assert set(LARGER) == {"freight.add_proof", "api_freight.add_proof"}
    before = state_of(web_engine)
    page, order = f"{HOME}commandes/{owned.order_id}", f"{API}/orders/{owned.order_id}"
    large = b" " * (most + 1)
    for answer in (
        merchant.post(f"{page}/preuves", **multipart(csrf_token=token, file=file_of(large))),
        merchant.post(f"{page}/annulation", data={"csrf_token": token, "x": "x" * 2_000_000}),
        merchant.post(f"{HOME}devis", data={"csrf_token": token, "note": "x" * 2_000_000}),
        program.post(f"{order}/proofs?amount=1", data=large, content_type="image/png"),
        program.post(f"{order}/payment", data=b" " * 1_000_001, content_type="application/json"),
        program.post(f"{API}/orders", data=b" " * 1_000_001, content_type="application/json"),
    ):
        assert answer.status_code == 413
    many = multipart(csrf_token=token, **{f"part-{number}": "1" for number in range(600)})
    assert merchant.post(f"{page}/partage", **many).status_code == 413
    assert merchant.get(f"{HOME}?note={'x' * 8_000}").status_code == 414
    assert program.get(f"{API}/suppliers?search={'x' * 8_000}").status_code == 414
    assert state_of(web_engine) == before
    monkeypatch.setattr(rates, "LIVE_LIMIT", "3 per minute")
    limited = create_app(
        attrs.evolve(settings, rate_limit="3 per minute"), engine=web_engine, testing=True
    )
    try:
        for address in (f"{HOME}devis/total", f"{API}/wallet", f"{NOTIFICATIONS}x"):
            visitor = limited.test_client()
            visitor.environ_base["REMOTE_ADDR"] = f"192.0.2.{len(address)}"
            method = "POST" if address.startswith(NOTIFICATIONS) else "GET"
            got = [visitor.open(address, method=method).status_code for _each in range(5)]
            assert got.count(429) == 2, address
            assert got[-1] == 429, address
    finally:
        close_app(limited)


def test_the_picture_of_a_proof_can_only_be_a_file(
    services: svcs.Container,
    merchant: FlaskClient,
    signed_in_client: SignIn,
    api: SignIn,
    app: Flask,
    owned: Owned,
) -> None:
    """For its owner and administrators: an attachment, not sniffed, in a sandbox, kept nowhere."""
    page = Image.new("RGB", (8, 8), (200, 30, 30))
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    page.save(data, "JPEG", exif=exif, comment=b"<script>alert(2)</script>")
    polyglot = data.getvalue() + b"<html><script>alert(3)</script>%PDF-1.7"
    payments: FreightPayments = services.get(FreightPayments)
    proof = payments.add_proof(
        owned.merchant, owned.order_id, francs(1000), polyglot, request_id=secrets.token_hex(4)
    )
    admin, program = signed_in_client(Role.ADMIN), api(Role.ADMIN, email="root@example.com")
    answers = [
        merchant.get(f"{HOME}preuves/{proof.id}"),
        admin.get(f"/plateforme/admin/groupage/preuves/{proof.id}/image"),
        program.get(f"/api/v1/admin/freight/proofs/{proof.id}/picture"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        disposition = answer.headers["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="?[0-9a-f-]+\.jpg"?', disposition)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == SANDBOX
        assert "sandbox" in SANDBOX.split("; ")
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert b"script" not in answer.data
        assert b"%PDF" not in answer.data
    assert app.test_client().get(f"{HOME}preuves/{proof.id}").status_code == 303
