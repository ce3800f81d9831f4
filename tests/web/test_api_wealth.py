"""Holdings, net worth, profile, plan and actions through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from shared_kernel.engine import transaction
from wealth_core.networth import holdings_to_document
from wealth_core.storage import QuoteStore
from wealth_core.testing.worked import worked_holdings, worked_prices

Api = Callable[..., FlaskClient]

WEALTH = "/api/v1/wealth"
WORKED = {"on": "2025-12-09", "loan_rounding": "exact"}
PLAN: dict[str, Any] = {
    "monthly_capacity": {"amount": "500.00", "currency": "EUR"},
    "starts_on": "2025-10-01",
    "lines": [{"id": "world", "percent": "60", "envelope": "pea", "reference": "ETF <World>"}],
}
PROFILE: dict[str, Any] = {
    "monthly_income": {"amount": "3200.00", "currency": "EUR"},
    "monthly_charges": {"amount": "2400.00", "currency": "EUR"},
}


@pytest.fixture
def priced(web_engine: Engine) -> None:
    """The prices of the worked profile, known on its day."""
    with transaction(web_engine) as connection:
        QuoteStore(connection).put(worked_prices(), at=datetime(2025, 12, 9, 13, tzinfo=UTC))


def slug(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.get_json()["type"].partition("#")[2]


def put(client: FlaskClient, path: str, document: object, version: int = 0) -> TestResponse:
    """Save a document from a version."""
    return client.put(WEALTH + path, json=document, headers={"If-Match": f'"{version}"'})


def save_holdings(client: FlaskClient, version: int = 0) -> TestResponse:
    """Save the worked holdings."""
    document = {"holdings": holdings_to_document(worked_holdings())}
    return put(client, "/holdings", document, version)


def test_the_worked_profile(api: Api, priced: None) -> None:
    """Saved, recomputed and read again, the worked profile has its figures to the cent."""
    client = api()
    assert slug(client.get(f"{WEALTH}/networth")) == (404, "not-found")
    assert save_holdings(client).status_code == 200
    assert slug(client.get(f"{WEALTH}/networth")) == (404, "not-found")
    found = client.post(f"{WEALTH}/networth/recompute", json=WORKED).get_json()
    assert found["complete"] is True
    totals = {one["category"]: one["total"]["amount"] for one in found["categories"]}
    assert totals["real_estate"] == "36380.59"
    assert found["total_assets"]["amount"] == "86704.78"
    assert found["credits"]["amount"] == "1759.50"
    assert found["net_worth"] == {"amount": "84945.28", "currency": "EUR"}
    assert sum(Decimal(one["percent"]) for one in found["categories"]) == 100
    assert client.get(f"{WEALTH}/networth").get_json() == found
    for day in ("0001-01-01", "2999-01-01"):
        refused = client.post(f"{WEALTH}/networth/recompute", json={"on": day})
        assert slug(refused) == (422, "invalid-input")
    (point,) = client.get(f"{WEALTH}/snapshots").get_json()["items"]
    assert (point["on"], point["net_worth"]["amount"]) == ("2025-12-09", "84945.28")
    later = client.get(f"{WEALTH}/snapshots?since=2025-12-10").get_json()
    assert later["items"] == []


def test_a_missing_price_never_takes_the_place_of_a_figure(
    api: Api, priced: None, web_engine: Engine
) -> None:
    """An incomplete valuation is told with its reasons, and the figure shown stays."""
    client = api()
    save_holdings(client)
    before = client.post(f"{WEALTH}/networth/recompute", json=WORKED).get_json()
    document = client.get(f"{WEALTH}/holdings").get_json()["holdings"]
    document["crypto"].append(
        {"label": "New", "symbol": "NEWCOIN", "quantity": "3", "as_of": "2025-12-09"}
    )
    assert put(client, "/holdings", {"holdings": document}, 1).status_code == 200
    found = client.post(f"{WEALTH}/networth/recompute", json=WORKED).get_json()
    assert found["complete"] is False
    (missing,) = [line for line in found["lines"] if line["id"] in found["unpriced"]]
    assert (missing["label"], missing["value"], missing["state"]) == ("New", None, "unpriced")
    assert "NEWCOIN" in missing["reason"]
    assert client.get(f"{WEALTH}/networth").get_json() == before


def test_holdings_are_changed_from_the_version_that_was_read(api: Api) -> None:
    """A stale change is refused with nothing written; without a version it is refused too."""
    client = api()
    first = save_holdings(client)
    assert first.headers["ETag"] == '"1"'
    assert slug(save_holdings(client)) == (412, "changed-meanwhile")
    nameless = client.put(f"{WEALTH}/holdings", json={"holdings": {}})
    assert slug(nameless) == (428, "etag-needed")
    assert client.get(f"{WEALTH}/holdings").get_json() == first.get_json()
    emptied = put(client, "/holdings", {"holdings": {}}, 1)
    assert (emptied.status_code, emptied.headers["ETag"]) == (200, '"2"')


def test_every_fault_of_holdings_is_told(api: Api) -> None:
    """Faults come together, each with its path in the request."""
    document = {
        "cash": [{"label": "", "kind": "sock", "balance": {"amount": 1.5, "currency": "EUR"}}],
        "crypto": [
            {"label": "B", "symbol": "BTC", "quantity": "-1", "as_of": "2025-12-09"},
        ],
    }
    answer = put(api(), "/holdings", {"holdings": document})
    assert slug(answer) == (422, "invalid-input")
    paths = {fault["path"] for fault in answer.get_json()["faults"]}
    assert {
        "holdings.cash[0].kind",
        "holdings.cash[0].as_of",
        "holdings.cash[0].balance.amount",
        "holdings.crypto[0].quantity",
    } <= paths


def test_each_account_sees_its_own(api: Api) -> None:
    """Holdings, plans and actions of one account do not exist for another."""
    mine, other = api(), api(email="other@example.com")
    save_holdings(mine)
    put(mine, "/plan", PLAN)
    (action,) = mine.get(f"{WEALTH}/actions").get_json()["items"]
    assert slug(other.get(f"{WEALTH}/holdings")) == (404, "not-found")
    assert slug(other.get(f"{WEALTH}/plan")) == (404, "not-found")
    decision = f"{WEALTH}/actions/{action['id']}/decision"
    refused = other.post(decision, json={"state": "done"}, headers={"If-Match": '"1"'})
    assert slug(refused) == (404, "not-found")
    assert slug(api(Role.MERCHANT).get(f"{WEALTH}/holdings")) == (403, "forbidden")


def test_a_month_through_the_api(api: Api) -> None:
    """Actions are made once; one is done, its money moves, and taking it back moves it back."""
    client = api()
    save_holdings(client)
    assert put(client, "/plan", PLAN).headers["ETag"] == '"1"'
    assert client.get(f"{WEALTH}/plan").get_json()["plan"]["lines"][0]["percent"] == "60"
    listed = client.get(f"{WEALTH}/actions").get_json()
    assert client.post(f"{WEALTH}/actions", json={"month": "2026-01"}).get_json() == listed
    far = client.post(f"{WEALTH}/actions", json={"month": "2026-03"})
    assert slug(far) == (422, "invalid-input")
    (action,) = listed["items"]
    assert (action["state"], action["expected"]["amount"]) == ("todo", "300.00")
    address = f"{WEALTH}/actions/{action['id']}"

    def pea() -> str:
        kept = client.get(f"{WEALTH}/holdings").get_json()["holdings"]["investments"]
        amount: str = next(line for line in kept if line["envelope"] == "pea")["value"]["amount"]
        return amount

    done = client.post(f"{address}/decision", json={"state": "done"}, headers={"If-Match": '"1"'})
    assert (done.get_json()["state"], pea()) == ("done", "12300.00")
    again = client.post(
        f"{address}/decision", json={"state": "skipped"}, headers={"If-Match": '"1"'}
    )
    assert slug(again) == (412, "changed-meanwhile")
    back = client.post(f"{address}/undo", headers={"If-Match": done.headers["ETag"]})
    assert (back.get_json()["state"], pea()) == ("todo", "12000.00")
    bad = client.get(f"{WEALTH}/actions?month=2026-13")
    assert (slug(bad), bad.get_json()["faults"][0]["path"]) == ((422, "invalid-input"), "month")
    wrong = client.post(
        f"{address}/decision",
        json={"state": "adjusted"},
        headers={"If-Match": back.headers["ETag"]},
    )
    assert slug(wrong) == (422, "invalid-input")


def test_a_plan_is_refused_over_a_hundred_percent(api: Api) -> None:
    """More than the whole capacity cannot be shared out."""
    lines = [{"percent": "60", "envelope": "pea"}, {"percent": "41", "envelope": "cto"}]
    answer = put(api(), "/plan", PLAN | {"lines": lines})
    assert slug(answer) == (422, "invalid-input")


def test_the_profile_is_kept(api: Api) -> None:
    """The profile is read as it was sent, with the answers of the questionnaire."""
    client = api()
    assert slug(client.get(f"{WEALTH}/profile")) == (404, "not-found")
    risk = {"drop": 3, "horizon": 4, "liquidity": 2, "experience": 3, "reaction": 3}
    kept = put(client, "/profile", PROFILE | {"risk": risk})
    assert kept.status_code == 200, kept.text
    found = client.get(f"{WEALTH}/profile").get_json()
    assert found["profile"]["risk"] == risk
    assert found["profile"]["monthly_income"] == PROFILE["monthly_income"]
    assert found["version"] == 1


def test_a_projection_says_what_it_assumes(api: Api, priced: None) -> None:
    """Paths lie in order, one point a month, and the assumptions stand beside them."""
    client = api()
    assert slug(client.post(f"{WEALTH}/projection", json={})) == (404, "not-found")
    save_holdings(client)
    found = client.post(f"{WEALTH}/projection", json={"until": "2027-01-05"}).get_json()
    assert len(found["months"]) == len(found["nominal"]["low"]) == 13
    for paths in (found["nominal"], found["real"]):
        assert paths["low"][-1] <= paths["middle"][-1] <= paths["high"][-1]
    assert {one["category"] for one in found["returns"]} >= {"cash", "crypto"}
    far = client.post(f"{WEALTH}/projection", json={"until": "2300-01-01"})
    assert slug(far) == (422, "invalid-input")


def test_the_addresses_are_there_with_the_section(app: Flask) -> None:
    """Each address of the section takes a token and nothing less."""
    client = app.test_client()
    for path in ("holdings", "networth", "snapshots", "profile", "plan", "actions"):
        assert slug(client.get(f"{WEALTH}/{path}")) == (401, "access-token-needed")
