"""Group freight through the API, for merchants: their own things, and never a cost or a margin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from testkit.freight import (
    SENTINELS,
    francs,
    give_confirmed,
    give_container,
    give_money,
    give_paid,
    give_supplier,
    give_tariff,
    picture,
    with_provider,
)
from werkzeug.test import TestResponse

from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService

Api = Callable[..., FlaskClient]

FREIGHT = "/api/v1/freight"
PURCHASE: dict[str, Any] = {
    "goods": {"amount": "10000", "currency": "CNY"},
    "category": "TEXTILE",
    "volume_cbm": "3",
}
CARTON = {"length_cm": 60, "width_cm": 40, "height_cm": 50, "weight_kg": 5, "count": 20}


def slug(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.get_json()["type"].partition("#")[2]


def paths(answer: TestResponse) -> set[str]:
    """The paths of the faults of a refused input."""
    assert slug(answer) == (422, "invalid-input")
    return {fault["path"] for fault in answer.get_json()["faults"]}


@pytest.fixture
def merchant(api: Api) -> FlaskClient:
    """A merchant's program."""
    return api(Role.MERCHANT)


@pytest.fixture
def me(merchant: FlaskClient, identity: IdentityService) -> str:
    """The merchant's id."""
    found = identity.user_by_email("merchant@example.com")
    assert found is not None
    return found.id


def save(client: FlaskClient, key: str = "form-1", **more: object) -> TestResponse:
    """Keep the quote of the worked purchase."""
    document = PURCHASE | more
    return client.post(f"{FREIGHT}/orders", json=document, headers={"Idempotency-Key": key})


def test_from_a_quote_to_a_paid_order(
    merchant: FlaskClient, container: svcs.Container, me: str
) -> None:
    """Quoted, kept once, confirmed once, paid once, cancelled: each answer says what comes next."""
    assert slug(merchant.get(f"{FREIGHT}/tariff")) == (404, "not-found")
    give_tariff(container)
    tariff = merchant.get(f"{FREIGHT}/tariff").get_json()
    assert [each["code"] for each in tariff["categories"]] == ["ELECTRONIQUE", "TEXTILE", "DIVERS"]
    quoted = merchant.post(f"{FREIGHT}/quotes", json=PURCHASE).get_json()
    assert quoted["total"] == {"amount": "28125000", "currency": "GNF"}
    made = save(merchant)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert save(merchant).get_json() == made.get_json()
    order = made.headers["Location"]
    assert merchant.get(order).get_json()["expected"] == "confirm"

    refused = merchant.post(f"{order}/confirmation", json={})
    assert slug(refused) == (409, "not-possible-now")
    assert "no container has the room" in refused.get_json()["detail"]
    box = give_container(container).id
    offer = merchant.get(f"{order}/offer").get_json()
    assert offer == {"containers": [box], "part_litres": 2500, "pool": True}
    for _ in range(2):
        confirmed = merchant.post(f"{order}/confirmation", json={"container_id": box})
        assert confirmed.get_json()["places"][0]["litres"] == 3000
    (gauge,) = merchant.get(f"{FREIGHT}/containers").get_json()["items"]
    assert gauge["free_litres"] == 73_000

    pay = {"by": "wallet"}
    headers = {"Idempotency-Key": "pay-1"}
    assert slug(merchant.post(f"{order}/payment", json=pay, headers=headers))[0] == 409
    give_money(container, me, 30_000_000)
    for _ in range(2):
        paid = merchant.post(f"{order}/payment", json=pay, headers=headers).get_json()
        assert (paid["order"]["state"], paid["payment_url"]) == ("paye", None)
    wallet = merchant.get(f"{FREIGHT}/wallet").get_json()
    assert (wallet["balance"]["amount"], wallet["total"]) == ("1875000", 2)
    back = merchant.post(f"{order}/cancellation").get_json()
    assert (back["state"], back["due"]["amount"]) == ("annule", "0")
    listed = merchant.get(f"{FREIGHT}/orders").get_json()
    assert (listed["total"], listed["items"]) == (1, [back])


def test_bad_input_is_told_with_its_path(merchant: FlaskClient, container: svcs.Container) -> None:
    """Zero, NaN, floats, too many decimals, unknown codes and ways: each fault where it is."""
    give_tariff(container)

    def asked(**changed: object) -> set[str]:
        document = {**PURCHASE, **changed}
        kept = {name: value for name, value in document.items() if value is not None}
        return paths(merchant.post(f"{FREIGHT}/quotes", json=kept))

    for volume in ("0", "-1", "1001", "0.0000001"):
        assert asked(volume_cbm=volume) == {"volume_cbm"}
    assert asked(volume_cbm=1.5) == asked(volume_cbm="NaN") == {"volume_cbm"}
    assert asked(volume_cbm="80") == asked(volume_cbm=None) == {"volume_cbm"}
    assert asked(category="GOLD") == {"category"}
    assert asked(goods={"amount": "0", "currency": "CNY"}) == {"goods"}
    assert asked(goods={"amount": "1", "currency": "EUR"}) == {"goods"}
    assert asked(goods={"amount": "0.001", "currency": "CNY"}) == {"goods.amount"}
    assert asked(margin="1") == {"margin"}
    wrong = {**CARTON, "height_cm": -5}
    assert asked(volume_cbm=None, cartons=[CARTON, wrong]) == {"cartons[1].height_cm"}
    cartons = {**PURCHASE, "cartons": [CARTON]}
    del cartons["volume_cbm"]
    assert merchant.post(f"{FREIGHT}/quotes", json=cartons).get_json()["volume_cbm"] == "2.400"

    order = save(merchant).headers["Location"]
    ways = {"wait": True, "container_id": "0" * 32}
    assert paths(merchant.post(f"{order}/confirmation", json=ways)) == {""}
    none = {"container_id": "0" * 32}
    assert slug(merchant.post(f"{order}/confirmation", json=none)) == (404, "not-found")
    part = {"container_id": give_container(container).id, "litres": 1000}
    split = {"parts": [part], "agreed": False, "rest_waits": True}
    assert slug(merchant.post(f"{order}/confirmation", json=split))[0] == 422
    assert paths(merchant.post(f"{order}/payment", json={"by": "cheque"})) == {"by"}
    assert slug(merchant.post(f"{order}/payment", json={"by": "wallet"})) == (
        409,
        "not-possible-now",
    )
    assert paths(merchant.get(f"{FREIGHT}/orders?page=0&per_page=101")) == {"page", "per_page"}


def test_proofs_and_mobile_money(
    app: Flask, merchant: FlaskClient, container: svcs.Container, me: str
) -> None:
    """A picture is the body of a request, kept once; mobile money gives a page to pay on."""
    order = give_confirmed(container, me, give_container(container).id).id
    address = f"{FREIGHT}/orders/{order}"

    def send(data: bytes, kind: str = "image/png", query: str = "amount=28125000") -> TestResponse:
        return merchant.post(
            f"{address}/proofs?{query}",
            data=data,
            content_type=kind,
            headers={"Idempotency-Key": "p1"},
        )

    assert slug(send(picture(), "application/pdf")) == (415, "not-a-picture")
    assert slug(send(b"%PDF-1.7", "image/jpeg")) == (422, "invalid-input")
    assert paths(send(picture(), query="amount=-5&currency=GNF")) == {"amount"}
    large = send(b"\x89PNG\r\n\x1a\n" + b"x" * 1_200_000)
    assert slug(large) == (422, "invalid-input")  # read, and found to be no picture
    assert slug(send(b"x" * 5_300_000)) == (413, "too-large")
    first = send(picture()).get_json()
    assert send(picture()).get_json() == first
    assert (first["state"], first["amount"]["amount"]) == ("pending", "28125000")
    assert merchant.get(f"{address}/proofs").get_json()["items"] == [first]

    pay = {"by": "mobile_money"}
    assert slug(merchant.post(f"{address}/payment", json=pay)) == (422, "invalid-input")
    provider = with_provider(svcs.flask.get_registry(app), container)
    started = merchant.post(f"{address}/payment", json=pay).get_json()
    assert started["payment_url"].startswith("https://pay.example.com/GP")
    (reference,) = provider.asked
    assert (started["status"], reference in started["payment_url"]) == ("INITIATED", True)


def test_another_s_order_does_not_exist(
    merchant: FlaskClient, api: Api, container: svcs.Container, me: str
) -> None:
    """To another merchant it is answered as what was never made; other roles are sent away."""
    order = give_paid(container, me, give_container(container).id).id
    other = api(Role.MERCHANT, email="other@example.com")
    asked: tuple[tuple[str, str, object], ...] = (
        ("GET", "", None),
        ("GET", "/offer", None),
        ("GET", "/proofs", None),
        ("POST", "/confirmation", {}),
        ("POST", "/cancellation", None),
        ("POST", "/payment", {"by": "wallet"}),
    )
    for method, after, body in asked:
        for name in (order, "0" * 32):
            answer = other.open(f"{FREIGHT}/orders/{name}{after}", method=method, json=body)
            assert slug(answer) == (404, "not-found"), (method, after)
    sent = other.post(
        f"{FREIGHT}/orders/{order}/proofs?amount=1", data=picture(), content_type="image/png"
    )
    assert slug(sent) == (404, "not-found")
    for role in (Role.CLIENT, Role.ADMIN, Role.STAFF):
        assert slug(api(role).get(f"{FREIGHT}/orders")) == (403, "forbidden")
    assert merchant.get(f"{FREIGHT}/orders/{order}").get_json()["state"] == "paye"


def test_no_answer_tells_a_cost_or_a_margin(
    app: Flask, merchant: FlaskClient, container: svcs.Container, me: str
) -> None:
    """Whatever a merchant asks, of what exists and what does not, in either language."""
    give_tariff(container)
    give_supplier(container)
    box = give_container(container)
    paid = give_paid(container, me, box.id)
    order = give_confirmed(container, me, box.id, goods=15_000, category="ELECTRONIQUE")
    margins = [f"{quote.margin.amount:f}" for quote in _internal(container, (paid.id, order.id))]
    answers = []
    for language in ("fr", "en"):
        headers = {"Accept-Language": language}
        for rule in app.url_map.iter_rules():
            if not rule.rule.startswith("/api/v1/"):
                continue
            address = re.sub(r"<[^>]*order_id>", order.id, rule.rule)
            address = re.sub(r"<[^>]*container_id>", box.id, address)
            address = re.sub(r"<[^>]*>", "0" * 32, address)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for body in (None, PURCHASE, {"by": "wallet"}, {"wait": True}, {"x": 1}):
                    asked = merchant.open(address, method=method, json=body, headers=headers)
                    answers.append((f"{method} {address}", f"{asked.headers}{asked.text}"))
    assert len(answers) > 200
    for where, text in answers:
        for secret in (*SENTINELS, *margins):
            assert secret not in text, where
        if "/openapi.json" not in where:
            assert re.search(r"margin|real_|cost|internal\"", text) is None, (where, text)


def _internal(container: svcs.Container, ids: tuple[str, ...]) -> list[Any]:
    """What the platform knows of some orders."""
    office: FreightOffice = container.get(FreightOffice)
    found = [office.order(each).line.internal for each in ids]
    assert all(each.margin != francs(0) for each in found)
    return found


def test_what_names_nothing_is_not_found(
    merchant: FlaskClient, container: svcs.Container, signed_in_client: Callable[..., FlaskClient]
) -> None:
    """Identifiers that no store gave are told as such, on every way in: never an error of ours."""
    give_tariff(container)
    order = save(merchant).headers["Location"]
    for odd in ("\x84", " ", "x" * 65, "é" * 64):
        assert paths(merchant.post(f"{order}/confirmation", json={"container_id": odd})) == {
            "container_id"
        }
        parts = [{"container_id": odd, "litres": 1000}]
        asked = {"parts": parts, "agreed": True, "rest_waits": True}
        found = paths(merchant.post(f"{order}/confirmation", json=asked))
        assert found == {"parts[0].container_id"}
        assert slug(merchant.get(f"{FREIGHT}/orders/{odd}"))[0] == 404
    page = signed_in_client(Role.MERCHANT, email="pages@example.com")
    for odd in ("%C2%84", "%20", "x" * 65):
        assert page.get(f"/plateforme/groupage/commandes/{odd}").status_code == 404
