"""The loan calculator of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from comptoir_web.api.requests import MAX_BODY_BYTES
from shared_kernel import money
from wealth_core.loans import loan_from_document, loan_to_json, schedule

LOAN: dict[str, Any] = {
    "principal": {"amount": "215000.00", "currency": "EUR"},
    "annual_rate": "0.0335",
    "months": 300,
    "first_due": "2025-10-01",
}


@pytest.fixture
def ask(api: Callable[..., FlaskClient]) -> Callable[..., TestResponse]:
    """Ask the calculator as a client: `ask("balance", loan=LOAN, on="2025-12-09")`."""
    client = api()

    def asked(question: str, **body: object) -> TestResponse:
        return client.post(f"/api/v1/loans/{question}", json=body)

    return asked


Ask = Callable[..., TestResponse]


def faults(answer: TestResponse) -> dict[str, str]:
    """The codes of a refused question, by path."""
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    return {fault["path"]: fault["code"] for fault in answer.get_json()["faults"]}


def test_the_reference_loan(ask: Ask) -> None:
    """215,000 EUR at 3.35 % over 300 months: instalments of 1,059.12 EUR."""
    answer = ask("schedule", loan=LOAN).get_json()
    assert answer["instalment"] == {"amount": "1059.12", "currency": "EUR"}
    assert answer["rounding"] == "cent"
    assert len(answer["rows"]) == 300
    assert answer["rows"][2]["due"] == "2025-12-01"
    assert answer["rows"][2]["balance"]["amount"] == "213619.42"
    assert answer["rows"][-1]["balance"]["amount"] == "0.00"
    assert answer["last_due"] == "2050-09-01"


@pytest.mark.parametrize(("rounding", "balance"), [("cent", "213619.42"), ("exact", "213619.41")])
def test_the_reference_balance(ask: Ask, rounding: str, balance: str) -> None:
    """On 9 December 2025, 213,619.42 EUR are owed; 213,619.41 when nothing is rounded."""
    answer = ask("balance", loan=LOAN, on="2025-12-09", rounding=rounding).get_json()
    assert answer == {
        "on": "2025-12-09",
        "rounding": rounding,
        "balance": {"amount": balance, "currency": "EUR"},
        "instalments_paid": 3,
    }


def test_the_annual_percentage_rate(ask: Ask) -> None:
    """Without any cost beside it, 3.35 % in twelfths is 3.4019 % a year."""
    answer = ask("apr", loan=LOAN).get_json()
    assert answer["apr"].startswith("0.0340")
    assert len(answer["apr"]) == 12
    assert answer["total_cost"]["currency"] == "EUR"


def test_every_option_of_a_loan(ask: Ask) -> None:
    """Kind, deferral, insurance, fees, rate changes and repayments are the library's."""
    loan = LOAN | {
        "version": 1,
        "kind": {"type": "balloon", "amount": {"amount": "20000", "currency": "EUR"}},
        "deferral": {"months": 12, "type": "total"},
        "insurance": [{"annual_rate": "0.0036", "base": "outstanding", "share": 1}],
        "fees": [{"amount": {"amount": 500, "currency": "EUR"}, "when": "upfront"}],
        "rate_changes": [{"from_instalment": 61, "annual_rate": "0.04"}],
        "first_period_days": 34,
    }
    answer = ask("schedule", loan=loan, repayments=[{"on": 24, "amount": None}]).get_json()
    terms = loan_from_document(loan)
    assert len(answer["rows"]) == 24
    assert answer["instalment"]["amount"] == str(schedule(terms).instalment.amount)
    assert answer["rows"][0]["principal"]["amount"].startswith("-")


def test_a_document_of_the_library_is_taken_as_it_is(
    ask: Ask, api: Callable[..., FlaskClient]
) -> None:
    """What the library or the command line wrote is a loan of the API."""
    document = loan_to_json(loan_from_document(LOAN | {"version": 1}))
    answer = api().post(
        "/api/v1/loans/schedule",
        data=f'{{"loan": {document}}}',
        content_type="application/json; charset=UTF-8",
    )
    assert answer.get_json() == ask("schedule", loan=LOAN).get_json()


def test_every_fault_comes_at_once(ask: Ask) -> None:
    """A question wrong everywhere is answered once, each fault with its path."""
    loan = {
        "principal": {"amount": 215000.5, "currency": "EUR"},
        "annual_rate": "3.35",
        "months": 0,
        "first_due": "2025-02-30",
        "insurances": [],
        "fees": [{"amount": {"amount": "1.999", "currency": "EUR"}}],
    }
    found = faults(ask("balance", loan=loan, on="soon", rounding="banker", colour="red"))
    assert set(found) == {
        "loan.principal.amount",
        "loan.annual_rate",
        "loan.months",
        "loan.first_due",
        "loan.insurances",
        "loan.fees[0].amount.amount",
        "on",
        "rounding",
        "colour",
    }


def test_a_float_is_refused_with_the_fix(ask: Ask) -> None:
    """An amount or a rate written as a JSON number with a fraction says how to write it."""
    answer = ask("schedule", loan=LOAN | {"annual_rate": 0.0335})
    assert faults(answer) == {"loan.annual_rate": "convert.decimal_as_float"}
    assert '"0.0335"' in answer.get_json()["faults"][0]["message"]


def test_a_percentage_is_refused_with_the_fix(ask: Ask) -> None:
    """3.35 where 0.0335 is meant is not a rate of 335 %."""
    answer = ask("schedule", loan=LOAN | {"annual_rate": "3.35"})
    (fault,) = answer.get_json()["faults"]
    assert fault["code"] == "loan.rate_is_a_percentage"
    assert "0.0335" in fault["message"]


def test_the_messages_are_french_when_asked(api: Callable[..., FlaskClient]) -> None:
    """`Accept-Language: fr` gives the problem and its faults in French."""
    answer = api().post(
        "/api/v1/loans/schedule",
        json={"loan": LOAN | {"months": 0}},
        headers={"Accept-Language": "fr"},
    )
    document = answer.get_json()
    assert answer.headers["Content-Language"] == "fr"
    assert document["title"] == "Les données sont refusées"
    assert document["faults"][0]["message"] != "0 is not between 1 and 600"


def test_a_day_before_the_loan_is_a_fault_of_the_question(ask: Ask) -> None:
    """Nothing is owed before the money is lent, and the answer says from when."""
    answer = ask("balance", loan=LOAN, on="2025-08-31")
    assert faults(answer) == {"on": "api.date_before_loan"}
    assert "2025-09-01" in answer.get_json()["faults"][0]["message"]


def test_a_loan_without_a_rate_is_a_fault_of_the_question(ask: Ask) -> None:
    """A loan whose fees eat all that is lent has no annual percentage rate."""
    fee = {"amount": {"amount": "215000", "currency": "EUR"}}
    answer = ask("apr", loan=LOAN | {"fees": [fee]})
    assert faults(answer) == {"loan": "api.apr_undefined"}


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ('{"loan": {"months": 300, "months": 200}}', "json.repeated_key", "loan.months"),
        ('{"loan": ', "json.not_json", ""),
        ("", "json.not_json", ""),
        ('{"on": NaN}', "json.not_a_number", "on"),
        ("[" * 100_000, "json.too_deep", ""),
        (b"\xff", "json.not_utf8", ""),
    ],
)
def test_what_cannot_be_read_is_400(
    api: Callable[..., FlaskClient], body: str | bytes, code: str, path: str
) -> None:
    """Repeated keys, broken JSON, NaN and endless nesting are told by code."""
    answer = api().post("/api/v1/loans/balance", data=body, content_type="application/json")
    assert answer.status_code == 400
    (fault,) = answer.get_json()["faults"]
    assert (fault["code"], fault["path"]) == (code, path)


@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"])
def test_characters_that_nothing_keeps_are_refused(
    api: Callable[..., FlaskClient], character: str
) -> None:
    """A NUL or half a character in a text is a fault of that text."""
    body = f'{{"loan": {{"fees": [{{"label": "{character}"}}]}}}}'
    answer = api().post("/api/v1/loans/balance", data=body, content_type="application/json")
    assert faults(answer) == {"loan.fees[0].label": "json.bad_character"}


@pytest.mark.parametrize("currency", [{}, [], None, 3, True, "EURO", "eur"])
def test_a_currency_is_a_code(ask: Ask, currency: object) -> None:
    """Anything but a code of ISO 4217 is a fault of the currency."""
    principal = {"amount": "215000", "currency": currency}
    found = faults(ask("schedule", loan=LOAN | {"principal": principal}))
    assert list(found) == ["loan.principal.currency"]


@pytest.mark.parametrize("body", ["[]", "null", '"loan"', "3"])
def test_only_an_object_is_a_question(api: Callable[..., FlaskClient], body: str) -> None:
    """JSON that is no object is refused as a whole."""
    answer = api().post("/api/v1/loans/balance", data=body, content_type="application/json")
    assert faults(answer) == {"": "convert.not_an_object"}


def test_ten_megabytes_are_too_large(api: Callable[..., FlaskClient]) -> None:
    """A body over the limit is 413, and the limit is told."""
    body = b'{"loan": "' + b"x" * 10_000_000 + b'"}'
    answer = api().post("/api/v1/loans/balance", data=body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"
    assert str(MAX_BODY_BYTES) in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/xml",
        "",
    ],
)
def test_only_json_is_read(api: Callable[..., FlaskClient], media_type: str) -> None:
    """Another media type is 415: a form of another site can never be taken for JSON."""
    answer = api().post("/api/v1/loans/balance", data=b"{}", content_type=media_type)
    assert answer.status_code == 415
    assert answer.get_json()["type"] == "/api/problems#not-json"


def test_answers_are_not_kept(ask: Ask) -> None:
    """No cache keeps what a client owes."""
    answer = ask("balance", loan=LOAN, on="2025-12-09")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/json"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("currency", ["XOF", "TND", "JPY"])
def test_currencies_keep_their_decimals(ask: Ask, currency: str) -> None:
    """Amounts have the decimals of their currency, none or three."""
    principal = {"amount": "1000000", "currency": currency}
    answer = ask("balance", loan=LOAN | {"principal": principal}, on="2025-12-09").get_json()
    decimals = str(money(0, currency).amount).partition(".")[2]
    assert len(answer["balance"]["amount"].partition(".")[2]) == len(decimals)
