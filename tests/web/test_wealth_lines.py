"""The lines of net worth: added, shown, changed, overtaken, removed and brought back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import attrs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from svcs import Container
from testkit.pages import FrozenClock, post
from testkit.wealth import get_text, give_worked, plain, sent_fields, writes
from werkzeug.test import TestResponse

from comptoir_web.blueprints.wealth.kinds import kind_of
from comptoir_web.blueprints.wealth.lines import read_line, typed_of
from comptoir_web.wealth.service import WealthService
from shared_kernel import money
from wealth_core.loans import Fee, Insurance, InterestOnly, Loan, RateChange, Repayment
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    Line,
    OtherGood,
    Property,
)
from wealth_core.testing.holdings import (
    cash_accounts,
    credit_lines,
    crypto_holdings,
    investments,
    other_goods,
    properties,
)

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/patrimoine/avoirs"
TODAY = date(2026, 1, 5)
LOAN = {
    "principal": "215 000", "annual_rate": "3,35", "months": "300", "first_due": "01/10/2025",
}  # fmt: skip
PROPERTY = {"label": "Appartement", "value": "250 000", "as_of": "09/12/2025", "ownership": "100"}


@pytest.fixture
def service(container: Container) -> WealthService:
    """The service the pages use."""
    return container.get(WealthService)


@pytest.fixture
def worked(service: WealthService, owner: str, clock: FrozenClock) -> str:
    """The worked profile, at its first version; its owner's id."""
    give_worked(service, owner, at=clock.now)
    return owner


def new(slug: str) -> str:
    """The page that adds a line of a kind."""
    return f"{HOME}/{slug}/nouveau"


def add(browser: FlaskClient, slug: str, typed: Mapping[str, str]) -> TestResponse:
    """Fill the form of a new line and send it."""
    fields = sent_fields(browser.get(new(slug)).text, "/nouveau")
    fields.update(typed)
    return browser.post(new(slug), data=fields)


def change(browser: FlaskClient, line_id: str, typed: Mapping[str, str]) -> TestResponse:
    """Open a line, type over some of its fields and send it."""
    fields = sent_fields(browser.get(f"{HOME}/{line_id}").text, line_id)
    fields.update(typed)
    return browser.post(f"{HOME}/{line_id}", data=fields)


def kept(service: WealthService, owner: str) -> list[Line]:
    """The lines that are saved."""
    saved = service.holdings(owner)
    return [] if saved is None else [line for _category, line in saved.holdings.lines()]


ADDED: list[tuple[str, dict[str, str], type, dict[str, object]]] = [
    ("liquidites", {"kind": "ldds", "balance": "1 234,50"},
     CashAccount, {"label": "LDDS", "kind": CashKind.LDDS, "balance": money("1234.50", "EUR")}),
    ("liquidites", {"kind": "current", "label": "Joint", "balance": "-350.20"},
     CashAccount, {"label": "Joint", "balance": money("-350.20", "EUR"),
                   "as_of": date(2025, 12, 9)}),
    ("placements", {"envelope": "life_insurance", "value": "9500", "currency": "XOF"},
     Investment, {"label": "Assurance-vie", "envelope": Envelope.LIFE_INSURANCE,
                  "value": money("9500", "XOF")}),
    ("crypto", {"symbol": "btc", "quantity": "0,123456789012345678"},
     CryptoHolding, {"label": "BTC", "symbol": "BTC", "quantity": Decimal("0.123456789012345678")}),
    ("autres-biens", {"label": "=SOMME(A1) <b>Voiture</b>", "value": "8000"},
     OtherGood, {"label": "=SOMME(A1) <b>Voiture</b>", "value": money("8000", "EUR")}),
    ("credits", {"type": "balance", "label": "Crédit auto", "balance": "1759,50"},
     CreditBalance, {"balance": money("1759.50", "EUR"), "as_of": date(2025, 12, 9)}),
    ("credits", {"type": "loan", "label": "Travaux", **{f"loan-{k}": v for k, v in LOAN.items()}},
     CreditLoan, {"loan": Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))}),
    ("immobilier", {**PROPERTY, "ownership": "33,5", "sold_on": "01/12/2025"},
     Property, {"ownership": Decimal("0.335"), "sold_on": date(2025, 12, 1), "loans": ()}),
]  # fmt: skip


def test_each_kind_is_added_by_its_form(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Comma and point are both understood; a name left empty is that of the kind."""
    for slug, typed, cls, expected in ADDED:
        before = {line.id for line in kept(service, owner)}
        answer = add(browser, slug, {"as_of": "09/12/2025", **typed})
        assert (answer.status_code, answer.location) == (303, HOME), plain(answer.text)
        (line,) = (line for line in kept(service, owner) if line.id not in before)
        assert isinstance(line, cls)
        assert {name: getattr(line, name) for name in expected} == expected
    page = browser.get(HOME).text
    assert "&lt;b&gt;Voiture&lt;/b&gt;" in page
    assert "<b>Voiture" not in page
    assert "1 234,50 €" in plain(page)
    assert "33,50 % vous appartiennent" in plain(page)
    assert "0,123456789012345678 BTC" in plain(page)


def test_a_property_is_added_with_its_loans(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Each loan has the terms of any loan; a row in which nothing is typed is none."""
    loans = {f"loans-0-{name}": text for name, text in LOAN.items()}
    second = {
        "loans-1-principal": "20000", "loans-1-annual_rate": "0", "loans-1-months": "40",
        "loans-1-first_due": "05/01/2026", "loans-1-share": "50", "loans-1-label": "Travaux",
        "loans-1-kind": "interest_only", "loans-1-insurance-0-annual_rate": "0,36",
        "loans-1-fees-0-amount": "900", "loans-1-repayments-0-on": "05/06/2026",
        "loans-1-repayments-0-amount": "1000", "loans-2-currency": "EUR", "loans-2-id": "",
    }  # fmt: skip
    answer = add(browser, "immobilier", {**PROPERTY, **loans, **second})
    assert answer.status_code == 303, plain(answer.text)
    (flat,) = kept(service, owner)
    assert isinstance(flat, Property)
    first, other = flat.loans
    assert (first.label, first.share, first.loan.months) == ("Prêt 1", None, 300)
    assert (other.label, other.share) == ("Travaux", Decimal("0.5"))
    assert other.loan.insurance[0].annual_rate == Decimal("0.0036")
    assert other.repayments[0].amount == money("1000", "EUR")
    assert "215 000,00 € à 3,35 % sur 300 mois" in get_text(browser, HOME)


def test_a_form_sent_twice_adds_one_line(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """The id of a new line is in its form, so that the second sending finds it there."""
    fields = sent_fields(browser.get(new("autres-biens")).text, "/nouveau")
    fields.update({"label": "Voiture", "value": "8000"})
    for _ in range(2):
        assert browser.post(new("autres-biens"), data=fields).status_code == 303
    assert len(kept(service, owner)) == 1


REFUSED: list[tuple[str, dict[str, str], list[str]]] = [
    ("liquidites", {"kind": "livret_a", "balance": "-5", "as_of": "31/02/2025"},
     ["-5,00 € est négatif", "31/02/2025 n’est pas un jour du calendrier"]),
    ("liquidites", {"balance": "12,345", "as_of": ""},
     ["12,345", "Écrivez une date, par exemple 01/10/2025."]),
    ("liquidites", {"kind": "livret_z", "balance": ""}, ["Écrivez un montant, par exemple 4700."]),
    ("placements", {"value": "abc", "currency": "ZZZ"}, ["abc n’est pas un nombre"]),
    ("crypto", {"symbol": "B T C", "quantity": "-1"},
     ["B T C n’est pas le symbole", "-1 est négatif"]),
    ("crypto", {}, ["Écrivez le symbole, par exemple BTC.", "Écrivez une quantité"]),
    ("autres-biens", {"label": "  ", "value": "1.234"}, ["Écrivez un nom", "1.234 peut se lire"]),
    ("immobilier", {**PROPERTY, "ownership": "150"}, ["Écrivez une part supérieure à 0"]),
    ("immobilier", {**PROPERTY, "sold_on": "01/12/2025",
                    **{f"loans-0-{k}": v for k, v in LOAN.items()}},
     ["un bien vendu le 01/12/2025 ne porte plus de prêt"]),
    ("immobilier", {**PROPERTY, "value": "-1", "loans-0-principal": "1000", "loans-0-share": "0",
                    "loans-0-annual_rate": "335", "loans-0-months": "0"},
     ["-1,00 € est négatif", "Écrivez une part supérieure à 0", "Écrivez le taux en pour cent",
      "0 n’est pas compris entre 1 et 600", "Écrivez une date, par exemple 01/10/2025."]),
    ("immobilier", {**PROPERTY, **{f"loans-0-{k}": v for k, v in LOAN.items()},
                    "loans-0-repayments-0-on": "02/10/2030"},
     ["02/10/2030 n’est pas une date d’échéance"]),
    ("credits", {"type": "loan", "label": "Auto", "loan-principal": "1000"},
     ["Écrivez le taux en pour cent", "Écrivez la durée en mois"]),
]  # fmt: skip


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Every fault at once, in the reader's language; what was typed is still in the form."""
    for slug, typed, messages in REFUSED:
        answer = add(browser, slug, typed)
        text = plain(answer.text).lower()
        assert answer.status_code == 422, (slug, typed)
        for message in messages:
            assert message.lower() in text, (message, text)
        again = sent_fields(answer.text, "/nouveau")
        for name, text_typed in typed.items():
            if name not in {"kind", "currency"}:  # a choice that is none of the list is not shown
                assert bare(again[name]).startswith(bare(text_typed)), (name, again[name])
        assert 'class="field-error"' in answer.text
    assert kept(service, owner) == []


def bare(text: str) -> str:
    """A text as it was typed or as the reader's language writes it, which are not told apart."""
    return re.sub(r"[\s\u202f\u00a0]", "", text).replace(".", ",")


LINES = st.one_of(
    cash_accounts(), investments(), properties(), crypto_holdings(), other_goods(), credit_lines()
)


def by_days(line: Line) -> Line:
    """The line with its early repayments on days, where they were on numbers of instalments."""
    if isinstance(line, Property):
        loans = tuple(
            attrs.evolve(debt, repayments=_by_days(debt.loan, debt.repayments))
            for debt in line.loans
        )
        return attrs.evolve(line, loans=loans)
    if isinstance(line, CreditLoan):
        return attrs.evolve(line, repayments=_by_days(line.loan, line.repayments))
    return line


def _by_days(loan: Loan, repayments: tuple[Repayment, ...]) -> tuple[Repayment, ...]:
    return tuple(
        attrs.evolve(each, on=loan.due(each.on)) if isinstance(each.on, int) else each
        for each in repayments
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=LINES, language=st.sampled_from(["fr", "en"]))
def test_a_form_sent_back_as_it_was_shown_is_the_same_line(
    app: Flask, line: Line, language: str
) -> None:
    """Whatever a line is, the fields of its form describe it whole, in both languages."""
    headers = {"Cookie": f"comptoir_language={language}"}
    with app.test_request_context("/", headers=headers):
        form = kind_of(line).form(typed_of(line))
        again = read_line(form)
        assert again is not None, form.errors
        # What is typed is kept without the spaces around it.
        names = [line.label, *(debt.label for debt in getattr(line, "loans", ()))]
        if all(name == name.strip() for name in names):
            assert again == by_days(line)


def test_a_line_with_every_option_survives_its_page(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Opened and saved as it is, a property keeps every term of its loans and writes nothing."""
    full = Loan(
        money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1),
        insurance=(Insurance(Decimal("0.0034"), share=Decimal("0.6")),
                   Insurance(Decimal("0.0028"), share=Decimal("0.5"))),
        fees=(Fee(money("900", "EUR"), label="Dossier"),),
        rate_changes=(RateChange(61, Decimal("0.031")),), first_period_days=40,
    )  # fmt: skip
    plain_loan = Loan(
        money("30000", "XOF"), Decimal("0.02"), 24, date(2026, 1, 31), kind=InterestOnly()
    )
    flat = Property(
        "flat", "Appartement", money("250000", "EUR"), date(2025, 12, 9), ownership=Decimal("0.5"),
        loans=(
            Debt("a", "Prêt", full, repayments=(Repayment(date(2030, 6, 1)),), share=Decimal(1)),
            Debt("b", "Relais", plain_loan),
        ),
    )  # fmt: skip
    saved = service.save_holdings(owner, Holdings(properties=[flat]), version=0, actor=owner)
    assert change(browser, "flat", {}).status_code == 303
    now = service.holdings(owner)
    assert now is not None
    assert now.holdings.line("flat") == flat
    assert now.version == saved.version


def test_rows_are_added_and_removed_without_a_script(browser: FlaskClient) -> None:
    """The buttons of a page without scripts add a loan, a row to it, and take them away."""
    path = new("immobilier")

    def send(fields: dict[str, str], **button: str) -> str:
        answer = browser.post(path, data={**fields, **button})
        assert answer.status_code == 200
        assert "field-error" not in answer.text
        return answer.text

    page = send(sent_fields(browser.get(path).text, "/nouveau"), add="loans", value="abc")
    fields = sent_fields(page, "/nouveau")
    assert "loans-0-principal" in fields
    assert fields["value"] == "abc"
    page = send(fields, add="loans-0-insurance")
    fields = sent_fields(page, "/nouveau")
    assert "loans-0-insurance-0-annual_rate" in fields
    page = send(fields, remove="loans-0-insurance-0")
    assert "loans-0-insurance-0-annual_rate" not in sent_fields(page, "/nouveau")
    page = send(fields, remove="loans-0")
    assert "loans-0-principal" not in sent_fields(page, "/nouveau")
    send(fields, add="no-such-group")
    page = browser.post(
        new("credits"),
        data={**sent_fields(browser.get(new("credits")).text, "/nouveau"),
              "type": "loan", "add": "loan-fees"},
    ).text  # fmt: skip
    assert "loan-fees-0-amount" in sent_fields(page, "/nouveau")


def test_two_edits_of_one_line_show_both(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """The second window is told what changed and what it typed; sending again is its choice."""
    opened = sent_fields(browser.get(f"{HOME}/cash-1").text, "cash-1")
    assert change(browser, "cash-1", {"balance": "3600"}).status_code == 303
    opened["balance"], opened["as_of"] = "4000", "10/12/2025"
    answer = browser.post(f"{HOME}/cash-1", data=opened)
    assert answer.status_code == 409
    text = plain(answer.text)
    assert "rien de ce que vous avez tapé n’est perdu" in text
    assert "Solde 4 000,00 € 3 600,00 €" in text
    again = sent_fields(answer.text, "cash-1")
    assert again["balance"].replace("\u202f", "") == "4000"
    (kept_meanwhile, *_others) = kept(service, worked)
    assert isinstance(kept_meanwhile, CashAccount)
    assert kept_meanwhile.balance == money("3600", "EUR")
    assert browser.post(f"{HOME}/cash-1", data=again).status_code == 303
    first = kept(service, worked)[0]
    assert isinstance(first, CashAccount)
    assert (first.balance, first.as_of) == (money("4000", "EUR"), date(2025, 12, 10))


def test_two_edits_of_two_lines_are_both_kept(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """A change of another line is no reason to refuse this one."""
    opened = sent_fields(browser.get(f"{HOME}/cash-1").text, "cash-1")
    assert change(browser, "cash-2", {"balance": "777"}).status_code == 303
    opened["balance"] = "4000"
    assert browser.post(f"{HOME}/cash-1", data=opened).status_code == 303
    amounts = [line.balance for line in kept(service, worked) if isinstance(line, CashAccount)]
    assert amounts[:2] == [money("4000", "EUR"), money("777", "EUR")]


def test_a_line_removed_meanwhile_is_told_and_can_be_saved_again(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """What was typed stays in its form; saving it brings the line back."""
    opened = sent_fields(browser.get(f"{HOME}/cash-1").text, "cash-1")
    post(browser, f"{HOME}/cash-1/supprimer", page=f"{HOME}/cash-1")
    opened["balance"] = "4000"
    answer = browser.post(f"{HOME}/cash-1", data=opened)
    assert answer.status_code == 409
    assert "a été retirée depuis une autre fenêtre" in plain(answer.text)
    again = sent_fields(answer.text, "cash-1")
    assert browser.post(f"{HOME}/cash-1", data=again).status_code == 303
    assert "cash-1" in [line.id for line in kept(service, worked)]


def test_a_removed_line_is_brought_back_as_it_was(
    browser: FlaskClient, service: WealthService, worked: str
) -> None:
    """Undo saves the earlier line over what changed since; pressed twice it does it once."""
    before = {line.id: line for line in kept(service, worked)}
    answer = post(browser, f"{HOME}/property-1/supprimer", page=f"{HOME}/property-1")
    assert answer.status_code == 303
    assert "property-1" not in [line.id for line in kept(service, worked)]
    assert change(browser, "cash-2", {"balance": "777"}).status_code == 303
    undo = sent_fields(browser.get(answer.location).text, "property-1/remettre")
    for _ in range(2):
        assert browser.post(f"{HOME}/property-1/remettre", data=undo).status_code == 303
    after = {line.id: line for line in kept(service, worked)}
    assert after["property-1"] == before["property-1"]
    assert after["cash-2"] != before["cash-2"]
    assert len(after) == len(before)
    assert "Annuler" not in get_text(browser, answer.location)
    # What was never there, or is somebody else's, cannot be brought back.
    assert browser.post(f"{HOME}/nobody/remettre", data=undo).status_code == 404
    undo["version"] = "99"
    assert browser.post(f"{HOME}/cash-1/remettre", data=undo).status_code == 404
    undo["version"] = "x" * 20
    assert browser.post(f"{HOME}/cash-1/remettre", data=undo).status_code == 404
    assert browser.post(f"{HOME}/nobody/supprimer", data=undo).status_code == 303


def test_saving_moves_no_snapshot(
    browser: FlaskClient, service: WealthService, worked: str, app: Flask
) -> None:
    """A change writes the holdings and their version, and never a snapshot."""
    with writes(service.engine) as found:
        assert change(browser, "cash-1", {"balance": "1"}).status_code == 303
    tables = {name for statement in found for name in re.findall(r"wealth_\w+", statement)}
    assert tables == {"wealth_holdings", "wealth_holding_versions"}


def test_what_does_not_exist_is_not_found(browser: FlaskClient, worked: str) -> None:
    """A line or a kind that is none is a page that is not there."""
    assert browser.get(f"{HOME}/nobody").status_code == 404
    assert browser.get(f"{HOME}/bateaux/nouveau").status_code == 404
    assert browser.get(f"{HOME}/property-1-loan-1").status_code == 404
