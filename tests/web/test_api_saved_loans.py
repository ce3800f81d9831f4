"""The loans that an account keeps, through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role

Api = Callable[..., FlaskClient]

LOAN: dict[str, Any] = {
    "principal": {"amount": "215000.00", "currency": "EUR"},
    "annual_rate": "0.0335",
    "months": 300,
    "first_due": "2025-10-01",
}
NOBODYS = "0" * 32


def save(client: FlaskClient, label: str = "Our flat", **headers: str) -> TestResponse:
    """Save the loan under a name."""
    return client.post("/api/v1/loans", json={"label": label, "loan": LOAN}, headers=headers)


def slug(answer: TestResponse) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.get_json()["type"].partition("#")[2]


def test_a_loan_is_saved_and_read_again(api: Api) -> None:
    """What was saved is read at the address that the answer gives, with its version."""
    client = api()
    answer = save(client)
    kept = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/v1/loans/{kept['id']}"
    assert (kept["label"], kept["version"]) == ("Our flat", 1)
    assert kept["created_at"] == kept["updated_at"] == "2026-01-05T09:00:00Z"
    assert LOAN.items() <= kept["loan"].items()
    again = client.get(answer.headers["Location"])
    assert again.get_json() == kept
    assert again.headers["ETag"] == '"1"'
    assert again.headers["Cache-Control"] == "no-store"


def test_what_is_read_is_a_question_again(api: Api) -> None:
    """The loan of an answer goes back into the calculator and into a change as it is."""
    client = api()
    kept = save(client).get_json()
    answer = client.post("/api/v1/loans/schedule", json={"loan": kept["loan"]})
    assert answer.get_json()["instalment"]["amount"] == "1059.12"


def keep(client: FlaskClient, **more: Any) -> TestResponse:
    """Save the loan with more than its terms."""
    return client.post("/api/v1/loans", json={"label": "Our flat", "loan": LOAN, **more})


def test_early_repayments_and_the_rounding_are_kept(api: Api) -> None:
    """They are read again as they were sent, and the questions about them have the same answer."""
    client = api()
    repayment = {
        "on": "2025-12-01",
        "amount": {"amount": "13619.42", "currency": "EUR"},
        "keep": "instalment",
        "indemnity": False,
    }
    answer = keep(client, repayments=[repayment, {"on": 60}], rounding="exact")
    assert answer.status_code == 201
    kept = client.get(answer.headers["Location"]).get_json()
    assert kept == answer.get_json()
    assert kept["rounding"] == "exact"
    assert kept["repayments"] == [
        repayment,
        {"on": 60, "amount": None, "keep": "term", "indemnity": True},
    ]
    assert client.get("/api/v1/loans").get_json()["items"] == [kept]
    question = {name: kept[name] for name in ("loan", "repayments", "rounding")}
    owed = client.post("/api/v1/loans/balance", json={**question, "on": "2025-12-09"})
    assert owed.get_json()["balance"]["amount"] == "199999.99"
    body = {"label": "Our flat", **question, "repayments": []}
    headers = {"If-Match": answer.headers["ETag"]}
    changed = client.put(answer.headers["Location"], json=body, headers=headers).get_json()
    assert (changed["repayments"], changed["rounding"]) == ([], "exact")


def test_a_loan_alone_has_none_and_is_the_banks_table(api: Api) -> None:
    """Left out, there is no early repayment and the rounding is `cent`; answers say so."""
    kept = save(api()).get_json()
    assert (kept["repayments"], kept["rounding"]) == ([], "cent")


def test_the_same_key_with_another_repayment_is_another_request(api: Api) -> None:
    """Nothing that was sent is lost: only the very same document is saved once."""
    client = api()
    for repayments in ([], [{"on": 12}], [{"on": 12}]):
        body = {"label": "Our flat", "loan": LOAN, "repayments": repayments}
        client.post("/api/v1/loans", json=body, headers={"Idempotency-Key": "once"})
    assert client.get("/api/v1/loans").get_json()["total"] == 2


@pytest.mark.parametrize(
    ("more", "paths"),
    [
        ({"rounding": "up"}, ["rounding"]),
        ({"repayments": [{"on": "2025-12-09"}, {"on": 301}]},
         ["repayments[0].on", "repayments[1].on"]),
        ({"repayments": [{"on": 1, "amount": {"amount": "215000", "currency": "EUR"}}]},
         ["repayments[0].amount"]),
        ({"repayments": [{"on": 1, "fee": "1"}], "round": "cent"}, ["repayments[0].fee", "round"]),
        ({"loan": LOAN | {"months": 600, "annual_rate": "0.99",
                          "deferral": {"months": 599, "type": "total"}}},
         ["loan.deferral.months"]),
    ],
)  # fmt: skip
def test_what_the_loan_does_not_allow_is_not_kept(
    api: Api, more: dict[str, Any], paths: list[str]
) -> None:
    """Every fault with its path, and nothing is saved that no page could compute."""
    client = api()
    answer = keep(client, **more)
    assert slug(answer) == (422, "invalid-input")
    assert sorted(fault["path"] for fault in answer.get_json()["faults"]) == sorted(paths)
    assert client.get("/api/v1/loans").get_json()["total"] == 0


def test_pages_of_the_list(api: Api) -> None:
    """The newest come first, a page says where the next one starts, the last one says null."""
    client = api()
    names = [f"loan {number}" for number in range(5)]
    for name in names:
        save(client, name)
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = client.get(f"/api/v1/loans?limit=2&offset={offset}").get_json()
        assert page["total"] == 5
        seen += [item["label"] for item in page["items"]]
        offset = page["next_offset"]
    assert sorted(seen) == names
    assert client.get("/api/v1/loans?offset=5").get_json()["items"] == []


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("limit=0", {"limit": "api.out_of_range"}),
        ("limit=101&offset=-1", {"limit": "api.out_of_range", "offset": "api.out_of_range"}),
        ("limit=ten", {"limit": "convert.not_whole"}),
        ("limit=１", {"limit": "convert.not_whole"}),
        ("limit=1.0", {"limit": "convert.not_whole"}),
        ("limit=1&limit=2", {"limit": "api.repeated_parameter"}),
        ("size=3", {"size": "convert.unknown_key"}),
        ("offset=9" + "9" * 17, {"offset": "api.out_of_range"}),
        ("offset=" + "9" * 5000, {"offset": "convert.not_whole"}),
    ],
)
def test_query_parameters_are_checked(api: Api, query: str, faults: dict[str, str]) -> None:
    """Out of range, no number, repeated or unknown: every fault with its name."""
    answer = api().get(f"/api/v1/loans?{query}")
    assert answer.status_code == 422
    found = {fault["path"]: fault["code"] for fault in answer.get_json()["faults"]}
    assert found == faults


def test_the_same_request_saves_once(api: Api) -> None:
    """Sent again under its key, a request is answered by the loan it saved."""
    client = api()
    key = {"Idempotency-Key": "0a4a8f86-9d6c-4f6f-8bb2"}
    first, second = save(client, **key), save(client, **key)
    assert first.status_code == second.status_code == 201
    assert first.get_json() == second.get_json()
    assert client.get("/api/v1/loans").get_json()["total"] == 1
    save(client)
    assert client.get("/api/v1/loans").get_json()["total"] == 2


def test_a_request_that_comes_back_does_not_undo_a_deletion(api: Api) -> None:
    """The request that saved a loan since deleted is 409, and the loan stays deleted."""
    client = api()
    key = {"Idempotency-Key": "once"}
    address = save(client, **key).headers["Location"]
    client.delete(address)
    assert slug(save(client, **key)) == (409, "conflict")
    assert slug(client.get(address)) == (404, "not-found")


@pytest.mark.parametrize("key", ["", " ", "é", "x" * 201])
def test_a_key_is_visible_and_short(api: Api, key: str) -> None:
    """An empty, endless or invisible key is refused, its header named."""
    answer = save(api(), **{"Idempotency-Key": key})
    assert slug(answer) == (422, "invalid-input")
    assert [fault["path"] for fault in answer.get_json()["faults"]] == ["Idempotency-Key"]


def test_a_change_names_the_version_it_was_made_from(api: Api) -> None:
    """A change of the version that was read is written; a second one from it is 412."""
    client = api()
    saved = save(client)
    address, etag = saved.headers["Location"], saved.headers["ETag"]
    body = {"label": "The flat", "loan": LOAN | {"months": 240}}
    answer = client.put(address, json=body, headers={"If-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.get_json()["loan"]["months"] == 240
    late = client.put(address, json=body, headers={"If-Match": etag})
    assert slug(late) == (412, "changed-meanwhile")
    assert client.get(address).get_json()["version"] == 2


@pytest.mark.parametrize(
    ("etag", "status"), [(None, 428), ("1", 422), ("*", 422), ('"1", "2"', 422), ('"9"', 412)]
)
def test_a_change_without_a_known_version_is_refused(
    api: Api, etag: str | None, status: int
) -> None:
    """No version is 428, no ETag of ours 422, another version 412; nothing is written."""
    client = api()
    address = save(client).headers["Location"]
    headers = {} if etag is None else {"If-Match": etag}
    answer = client.put(address, json={"label": "x", "loan": LOAN}, headers=headers)
    assert answer.status_code == status
    assert client.get(address).get_json()["label"] == "Our flat"


def test_a_deleted_loan_is_gone(api: Api) -> None:
    """Deleting answers 204 without a body; the loan is then not found, by any method."""
    client = api()
    address = save(client).headers["Location"]
    answer = client.delete(address)
    assert (answer.status_code, answer.data) == (204, b"")
    body = {"label": "x", "loan": LOAN}
    for late in (
        client.get(address),
        client.delete(address),
        client.put(address, json=body, headers={"If-Match": '"2"'}),
    ):
        assert slug(late) == (404, "not-found")
    assert client.get("/api/v1/loans").get_json()["total"] == 0


def test_the_loans_of_others_do_not_exist(api: Api) -> None:
    """Another account, an administrator too, cannot read, change, delete or list a loan."""
    address = save(api()).headers["Location"]
    body = {"label": "mine now", "loan": LOAN}
    for other in (api(email="other@example.com"), api(Role.ADMIN)):
        for answer in (
            other.get(address),
            other.delete(address),
            other.put(address, json=body, headers={"If-Match": '"1"'}),
        ):
            assert slug(answer) == (404, "not-found")
        assert other.get("/api/v1/loans").get_json()["total"] == 0
    assert api().get(address).get_json()["label"] == "Our flat"


@pytest.mark.parametrize("loan_id", [NOBODYS, "x", "schedule", "0" * 31, "%00" * 32, "É" * 32])
def test_an_unknown_loan_is_not_found(api: Api, loan_id: str) -> None:
    """An id that no store gave is 404 before any database is asked, or after."""
    answer = api().delete(f"/api/v1/loans/{loan_id}")
    assert answer.status_code in {404, 405}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("", "saved_loan.label_empty"),
        ("  ", "saved_loan.label_empty"),
        ("x" * 121, "saved_loan.label_too_long"),
        ("two\nlines", "saved_loan.label_not_text"),
    ],
)
def test_the_name_is_checked(api: Api, label: str, code: str) -> None:
    """A name is one line of 1 to 120 characters."""
    answer = save(api(), label)
    assert answer.status_code == 422
    (fault,) = answer.get_json()["faults"]
    assert (fault["path"], fault["code"]) == ("label", code)


def test_faults_of_headers_and_body_come_together(api: Api) -> None:
    """A wrong key and a wrong loan are told in one answer."""
    answer = api().post(
        "/api/v1/loans",
        json={"label": "x", "loan": LOAN | {"months": 0}},
        headers={"Idempotency-Key": "é"},
    )
    paths = [fault["path"] for fault in answer.get_json()["faults"]]
    assert paths == ["Idempotency-Key", "loan.months"]
