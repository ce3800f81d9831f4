"""Group freight through the API, for administrators: costs and margins, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from testkit.freight import (
    francs,
    give_confirmed,
    give_container,
    give_merchant,
    give_money,
    give_order,
    give_proof,
    give_tariff,
)
from werkzeug.test import TestResponse

from comptoir_web.freight.desk import FreightDesk
from comptoir_web.identity.roles import Role

Api = Callable[..., FlaskClient]

ADMIN = "/api/v1/admin/freight"
ELECTRONICS: dict[str, Any] = {
    "goods": {"amount": "15000", "currency": "CNY"},
    "category": "ELECTRONIQUE",
    "volume_cbm": "3.0",
}
TARIFF: dict[str, Any] = {
    "rate": "1300",
    "real_rate": "1250",
    "commission": "0.05",
    "categories": [
        {
            "code": "TEXTILE",
            "label_fr": "Textile",
            "label_en": "Textiles",
            "price": {"amount": "5000000", "currency": "GNF"},
            "real_cost": {"amount": "4200000", "currency": "GNF"},
        }
    ],
}


def slug(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.get_json()["type"].partition("#")[2]


@pytest.fixture
def admin(api: Api) -> FlaskClient:
    """An administrator's program."""
    return api(Role.ADMIN)


def test_nobody_else_reaches_it(app: Flask, api: Api) -> None:
    """Every address answers 403 to a merchant, a client and the staff, and 401 without a token."""
    others = [api(role) for role in (Role.MERCHANT, Role.CLIENT, Role.STAFF)]
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(ADMIN)]
    assert len(rules) > 20
    for rule in rules:
        address = re.sub(r"<[^>]*>", "0" * 32, rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            for other in others:
                answer = other.open(address, method=method, json={})
                assert slug(answer) == (403, "forbidden"), (method, address)
            nobody = app.test_client().open(address, method=method, json={})
            assert slug(nobody) == (401, "access-token-needed"), (method, address)


def test_quotes_and_tariffs(admin: FlaskClient, container: svcs.Container) -> None:
    """The worked margin; a tariff previewed, published, refused when its dates meet another's."""
    assert slug(admin.post(f"{ADMIN}/quotes", json={"purchase": ELECTRONICS}))[0] == 404
    give_tariff(container, worked=True)
    asked = {"purchase": ELECTRONICS, "commission": "0.04"}
    quoted = admin.post(f"{ADMIN}/quotes", json=asked).get_json()
    assert quoted["client"]["total"]["amount"] == "37500000"
    assert quoted["internal"]["margin"]["amount"] == "3150000"

    order = give_order(container, give_merchant(container).id)
    shown = admin.post(f"{ADMIN}/tariffs/preview", json=TARIFF).get_json()
    (effect,) = shown["effects"]
    assert (effect["order_id"], effect["after"]["amount"]) == (order.id, "28650000")
    assert admin.get(f"{ADMIN}/tariffs").get_json()["items"][0]["version"] == 1
    begins = {"effective_from": "2026-01-06T00:00:00+00:00", "note": "le taux a changé"}
    for _ in range(2):
        published = admin.post(
            f"{ADMIN}/tariffs", json=TARIFF | begins, headers={"Idempotency-Key": "t1"}
        )
        assert (published.status_code, published.get_json()["version"]) == (201, 2)
    again = admin.post(f"{ADMIN}/tariffs", json=TARIFF | begins)
    assert slug(again) == (409, "not-possible-now")
    assert "tariff 2" in again.get_json()["detail"]
    wrong = {"rate": "0", "commission": "2", "volume_places": 4, "categories": []}
    refused = admin.post(f"{ADMIN}/tariffs", json=TARIFF | wrong)
    assert slug(refused) == (422, "invalid-input")
    assert {fault["path"] for fault in refused.get_json()["faults"]} == {
        "rate",
        "commission",
        "volume_places",
        "categories",
    }


def test_a_container_from_the_pool_to_the_port(
    admin: FlaskClient, container: svcs.Container
) -> None:
    """Opened once, filled from the pool, closed, moved stage by stage, cancelled with refunds."""
    headers = {"Idempotency-Key": "c1"}
    for _ in range(2):
        opened = admin.post(f"{ADMIN}/containers", json={"reference": "GN-7"}, headers=headers)
        assert opened.status_code == 201
    assert slug(admin.post(f"{ADMIN}/containers", json={"reference": "GN-7"}))[0] == 422
    address = opened.headers["Location"]
    me, desk = give_merchant(container).id, container.get(FreightDesk)
    order = desk.wait(me, give_order(container, me).id)
    pool = admin.get(f"{ADMIN}/pool").get_json()
    assert (pool["litres"], pool["proposals"][0]["orders"]) == (3000, [order.id])
    filled = admin.post(f"{address}/filling").get_json()
    assert (filled["litres"], filled["gain"]) == (3000, pool["proposals"][0]["gain"])
    give_money(container, me, 28_125_000)
    desk.pay_from_wallet(me, order.id, key="k")

    detail = admin.get(address).get_json()
    assert (detail["next_stage"], detail["container"]["orders"]) == ("mer", 1)
    assert detail["container"]["margins"]["total"] == filled["gain"]
    assert detail["orders"][0]["internal"]["margin"] == filled["gain"]
    assert slug(admin.post(f"{address}/stage", json={"stage": "port"}))[0] == 409
    read = {"If-Match": admin.get(address).headers["ETag"]}
    for after, body in (("close", None), ("stage", {"stage": "mer"}), ("cancellation", None)):
        stale = admin.post(
            f"{address}/{after}", json=body, headers={"If-Match": opened.headers["ETag"]}
        )
        assert slug(stale) == (412, "changed-meanwhile")
    for _ in range(2):
        closed = admin.post(f"{address}/close", headers=read)
        assert closed.get_json()["container"]["stage"] == "mer"
    assert closed.headers["ETag"] != read["If-Match"]
    assert slug(admin.post(f"{address}/filling")) == (409, "not-possible-now")
    moved = admin.post(f"{address}/stage", json={"stage": "port"}).get_json()
    assert (moved["next_stage"], moved["proposal"]) == ("douane", None)
    listed = admin.get(f"{ADMIN}/containers?stage=port").get_json()
    assert [each["reference"] for each in listed["items"]] == ["GN-7"]
    assert admin.post(f"{address}/cancellation").get_json()["container"]["cancelled"] is True
    assert desk.wallet(me).balance == francs(28_125_000)
    missing = f"{ADMIN}/containers/{'0' * 32}"
    for after in ("close", "cancellation", "filling"):
        assert slug(admin.post(f"{missing}/{after}")) == (404, "not-found")


def test_orders_and_figures(admin: FlaskClient, container: svcs.Container) -> None:
    """Orders are found with their margins, the figures add up, one is cancelled."""
    me, box = give_merchant(container).id, give_container(container)
    first = give_confirmed(container, me, box.id)
    give_order(container, me, category="DIVERS")
    query = f"?state=confirme&category=TEXTILE&container_id={box.id}&merchant_id={me}&sort=total"
    (line,) = admin.get(f"{ADMIN}/orders{query}").get_json()["items"]
    assert (line["order"]["id"], line["merchant_id"]) == (first.id, me)
    assert admin.get(f"{ADMIN}/orders/{first.id}").get_json() == line
    wrong = admin.get(f"{ADMIN}/orders?state=gone&sort=margin&page=0")
    assert {fault["path"] for fault in wrong.get_json()["faults"]} == {"state", "sort", "page"}
    (figures,) = admin.get(f"{ADMIN}/figures").get_json()["items"]
    assert (figures["orders"], figures["volume_cbm"]) == (1, "3.000")
    assert figures["margins"]["total"] == line["internal"]["margin"]
    assert figures["months"][-1]["revenue"] == line["order"]["quote"]["total"]
    done = admin.post(f"{ADMIN}/orders/{first.id}/cancellation").get_json()
    assert done["order"]["state"] == "annule"
    assert admin.get(f"{ADMIN}/figures").get_json()["items"] == []


def test_proofs_are_decided_on_once(admin: FlaskClient, container: svcs.Container) -> None:
    """The picture is an attachment; a decision names the version that was read."""
    me = give_merchant(container).id
    order = give_confirmed(container, me, give_container(container).id)
    good, bad = (give_proof(container, me, order.id, amount=amount) for amount in (28_125_000, 5))
    waiting = admin.get(f"{ADMIN}/proofs").get_json()["items"]
    assert {each["proof"]["id"] for each in waiting} == {good.id, bad.id}
    address = f"{ADMIN}/proofs/{good.id}"
    picture = admin.get(f"{address}/picture")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert picture.headers["Content-Disposition"].startswith("attachment; filename=")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert slug(admin.post(f"{address}/validation")) == (428, "etag-needed")
    stale = admin.post(f"{address}/validation", headers={"If-Match": '"9"'})
    assert slug(stale) == (412, "changed-meanwhile")
    current = {"If-Match": admin.get(address).headers["ETag"]}
    for _ in range(2):
        done = admin.post(f"{address}/validation", headers=current)
        assert (done.get_json()["state"], done.headers["ETag"]) == ("validated", '"2"')
    assert container.get(FreightDesk).order(me, order.id).order.state.value == "paye"
    refusal = f"{ADMIN}/proofs/{bad.id}/refusal"
    assert slug(admin.post(refusal, json={"reason": ""}, headers={"If-Match": '"1"'}))[0] == 422
    refused = admin.post(refusal, json={"reason": "illisible"}, headers={"If-Match": '"1"'})
    assert (refused.get_json()["state"], refused.get_json()["reason"]) == ("refused", "illisible")
    assert slug(admin.post(f"{address}/refusal", json={"reason": "x"}, headers=current))[0] == 422


def test_merchants_terms_and_withdrawals(admin: FlaskClient, container: svcs.Container) -> None:
    """Terms are changed from the version that was read, a withdrawal is made once a key."""
    me = give_merchant(container, name="Marchand de Kaloum").id
    give_money(container, me, 500)
    address = f"{ADMIN}/merchants/{me}"
    found = admin.get(f"{ADMIN}/merchants?search=kaloum").get_json()
    assert [each["id"] for each in found["items"]] == [me]
    terms = {"commission": "0.03", "priority": 0}
    saved = admin.put(f"{address}/terms", json=terms, headers={"If-Match": '"0"'})
    assert (saved.headers["ETag"], saved.get_json()["commission"]) == ('"1"', "0.03")
    assert slug(admin.put(f"{address}/terms", json=terms, headers={"If-Match": '"0"'}))[0] == 412
    wrong = admin.put(f"{address}/terms", json={"commission": "5"}, headers={"If-Match": '"1"'})
    assert slug(wrong) == (422, "invalid-input")

    paid = {"amount": {"amount": "200", "currency": "GNF"}, "reference": "virement"}
    headers = {"Idempotency-Key": "w1"}
    for _ in range(2):
        made = admin.post(f"{address}/withdrawals", json=paid, headers=headers)
        assert (made.status_code, made.get_json()["balance"]["amount"]) == (201, "300")
    more = {"amount": {"amount": "301", "currency": "GNF"}}
    assert slug(admin.post(f"{address}/withdrawals", json=more)) == (409, "not-possible-now")
    assert slug(admin.post(f"{address}/withdrawals", json=more, headers=headers))[0] == 409
    nobody = f"{ADMIN}/merchants/{'0' * 32}"
    assert slug(admin.get(nobody)) == (404, "not-found")
    assert slug(admin.post(f"{nobody}/withdrawals", json=paid)) == (404, "not-found")
