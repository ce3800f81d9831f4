"""The calculator's page: the answer first, every kind of loan, nothing typed ever lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from comptoir_web.identity.roles import Role

SignIn = Callable[..., FlaskClient]
PAGE = "/plateforme/prets/calcul"
LOAN = {
    "principal": "215000",
    "annual_rate": "3,35",
    "months": "300",
    "first_due": "01/10/2025",
    "on": "09/12/2025",
}
NNBSP = "\u202f"


def text_of(page: str) -> str:
    """What a reader sees of a page, its narrow and no-break spaces as plain ones."""
    bare = re.sub(r"<template>.*?</template>", " ", page, flags=re.DOTALL)
    bare = re.sub(r"<[^>]+>", " ", bare)
    bare = html.unescape(bare).replace(NNBSP, " ").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", bare)


def asked(**changes: str) -> str:
    """The address of a question: the loan above, with some terms changed."""
    return f"{PAGE}?{urlencode({**LOAN, **changes})}"


@pytest.fixture
def browser(signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as a client."""
    return signed_in_client()


def value_of(page: str, name: str) -> str:
    """What a field of a page holds."""
    fields = [tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag]
    assert fields, f"no field {name}"
    found = re.search(r'value="([^"]*)"', fields[0])
    return html.unescape(found[1]) if found else ""


def test_the_answer_comes_first_in_one_sentence(browser: FlaskClient) -> None:
    """The page says what is owed on the day asked, the instalment, the APR, the cost, the end."""
    page = browser.get(asked())
    text = text_of(page.text)
    assert page.status_code == 200
    assert "213 619,42 € restent dus le 9 décembre 2025, après 3 mensualités sur 300." in text
    assert "Mensualité 1 059,12 €" in text
    assert "TAEG 3,40 %" in text
    assert "Coût total 102 736,92 €" in text
    assert "Dernière échéance 1er septembre 2050" in text


def test_amounts_hold_narrow_no_break_spaces(browser: FlaskClient) -> None:
    """A French reader's thousands are parted by narrow no-break spaces, never by plain ones."""
    assert f"213{NNBSP}619,42\u00a0€" in browser.get(asked()).text


@pytest.mark.parametrize(
    ("rounding", "balance"),
    [("cent", "213 619,42 €"), ("exact", "213 619,41 €"), ("level", "213 619,42 €")],
)
def test_the_reckoning_is_the_readers_choice(
    browser: FlaskClient, rounding: str, balance: str
) -> None:
    """The bank's table, the exact one and the level one each give their own balance."""
    assert f"{balance} restent dus" in text_of(browser.get(asked(rounding=rounding)).text)


@pytest.mark.parametrize("rate", ["3,35", "3.35", "3,35 %", " 3.350 "])
def test_a_decimal_comma_and_a_point_are_both_understood(browser: FlaskClient, rate: str) -> None:
    """A rate is written either way, with or without its sign, with a third decimal or not."""
    assert "213 619,42 €" in text_of(browser.get(asked(annual_rate=rate)).text)


@pytest.mark.parametrize("day", ["2025-10-01", "01/10/2025", "1/10/2025"])
def test_a_date_is_written_day_first_or_as_iso(browser: FlaskClient, day: str) -> None:
    """Both ways of writing a date give the same loan, shown again day first."""
    page = browser.get(asked(first_due=day)).text
    assert "213 619,42 €" in text_of(page)
    assert value_of(page, "first_due") == "01/10/2025"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"kind": "constant_principal"}, "Première mensualité 1 316,88 €"),
        ({"kind": "interest_only"}, "Mensualité (intérêts) 600,21 €"),
        ({"kind": "balloon", "balloon_amount": "40 000"}, "Mensualité 973,74 €"),
        ({"kind": "balloon", "amortised_over": "360"}, "Mensualité 947,53 €"),
        ({"deferral": "partial", "deferral_months": "12"}, "215 000,00 € restent dus"),
        ({"deferral": "total", "deferral_months": "12"}, "216 805,65 € restent dus"),
        ({"insurance-0-annual_rate": "0,36"}, "Assurance au début 64,50 €"),
        (
            {
                "insurance-0-annual_rate": "0,36",
                "insurance-0-share": "60",
                "insurance-1-annual_rate": "0,30",
                "insurance-1-share": "50",
                "insurance-1-base": "outstanding",
            },
            "Assurance au début 65,58 €",
        ),
        ({"fees-0-amount": "4000", "fees-0-when": "upfront"}, "Coût total 106 736,92 €"),
        ({"fees-0-amount": "100", "fees-0-when": "monthly"}, "Coût total 132 736,92 €"),
        (
            {"rate_changes-0-from_instalment": "3", "rate_changes-0-annual_rate": "4,1"},
            "restent dus le 9 décembre 2025",
        ),
        (
            {"repayments-0-on": "01/12/2025", "repayments-0-amount": "13619,42"},
            "200 000,00 € restent dus",
        ),
        ({"repayments-0-on": "01/12/2025"}, "0,00 € restent dus"),
        ({"first_period_days": "45"}, "restent dus le 9 décembre 2025"),
        ({"currency": "GNF", "principal": "2150000000"}, "2 136 194 "),
        ({"annual_rate": "0"}, "212 849,99 € restent dus"),
        ({"first_due": "31/01/2025", "on": "28/02/2025"}, "après 2 mensualités sur 300"),
        ({"on": "01/09/2025"}, "avant la première mensualité"),
        ({"on": "02/09/2050"}, "0,00 € restent dus le 2 septembre 2050 : le prêt est remboursé."),
    ],
)
def test_every_kind_of_loan_has_its_answer(
    browser: FlaskClient, terms: dict[str, str], said: str
) -> None:
    """Each kind, deferral, insurance, fee, change and repayment reaches the engine."""
    assert said in text_of(browser.get(asked(**terms)).text)


@pytest.mark.parametrize(
    ("terms", "field", "said"),
    [
        ({"principal": ""}, "principal", "Écrivez le montant emprunté"),
        ({"principal": "abc"}, "principal", "abc n"),
        ({"principal": "0"}, "principal", "0"),
        ({"principal": "-5"}, "principal", "-5"),
        ({"principal": "1,2,3"}, "principal", "1,2,3"),
        ({"principal": "10,123"}, "principal", "10,12"),
        ({"principal": "NaN"}, "principal", "NaN"),
        ({"principal": "9" * 41}, "principal", "C’est trop long"),
        ({"annual_rate": "335"}, "annual_rate", "Écrivez le taux en pour cent"),
        ({"annual_rate": "-1"}, "annual_rate", "Écrivez le taux en pour cent"),
        ({"months": "0"}, "months", "0"),
        ({"months": "12,5"}, "months", "Écrivez un nombre entier"),
        ({"months": "601"}, "months", "601"),
        ({"first_due": "31/02/2025"}, "first_due", "31/02/2025"),
        ({"on": "31/08/2025"}, "on", "31/08/2025"),
        ({"kind": "balloon"}, "kind", ""),
        ({"kind": "balloon", "balloon_amount": "300000"}, "balloon_amount", ""),
        ({"deferral": "partial"}, "deferral_months", "Écrivez un nombre entier"),
        ({"deferral": "partial", "deferral_months": "300"}, "deferral_months", "300"),
        ({"insurance-0-share": "50"}, "insurance-0-annual_rate", "0,36"),
        (
            {"insurance-0-share": "50", "insurance-0-annual_rate": "0,3"},
            "insurance-0-share",
            "",
        ),
        ({"fees-0-label": "Dossier"}, "fees-0-amount", "Écrivez un montant"),
        ({"repayments-0-amount": "10"}, "repayments-0-on", "Écrivez une date"),
        ({"repayments-0-on": "15/06/2030"}, "repayments-0-on", "15/06/2030"),
        ({"rate_changes-0-annual_rate": "3"}, "rate_changes-0-from_instalment", "61"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    browser: FlaskClient, terms: dict[str, str], field: str, said: str
) -> None:
    """The message stands beside the field and in the summary, which links to the field."""
    page = browser.get(asked(**terms)).text
    beside = re.search(rf'id="{field}-error">(.*?)</p>', page, flags=re.DOTALL)
    assert beside is not None, f"no message beside {field}"
    assert said in text_of(beside[1])
    assert f'<a href="#{field}">' in page
    assert 'role="alert" tabindex="-1" data-takes-focus' in page


def test_nothing_typed_is_lost_when_something_is_wrong(browser: FlaskClient) -> None:
    """Every text comes back in its field as it was typed, those that could not be read too."""
    typed = {
        "principal": "deux cents",
        "annual_rate": "trois",
        "insurance-0-annual_rate": "0,x",
        "fees-0-label": "Frais <b>de dossier</b>",
        "repayments-0-on": "32/13/2030",
    }
    page = browser.get(asked(**typed)).text
    for name, text in typed.items():
        assert value_of(page, name) == text
    assert "<b>de dossier" not in page


def test_all_that_is_wrong_is_said_at_once(browser: FlaskClient) -> None:
    """One sending names every fault: of the fields, and of the library behind them."""
    page = browser.get(
        asked(principal="abc", months="0", kind="balloon", **{"insurance-0-share": "50"})
    ).text
    for field in ("principal", "months", "kind", "insurance-0-annual_rate"):
        assert f'id="{field}-error"' in page
    assert "4 points demandent votre attention" in text_of(page)


def test_a_rate_typed_as_a_fraction_is_doubted(browser: FlaskClient) -> None:
    """0,0335 % is a rate, and rarely the one that was meant: the page says so and still answers."""
    text = text_of(browser.get(asked(annual_rate="0,0335")).text)
    assert "Si vous pensiez à 3,35 %" in text
    assert "restent dus" in text


def test_an_unknown_currency_is_refused(browser: FlaskClient) -> None:
    """A currency that ISO 4217 does not know has its message beside it."""
    page = browser.get(asked(currency="ABC")).text
    assert 'id="currency-error"' in page
    page = browser.get(asked(currency="<x>")).text
    assert "Choisissez une réponse de la liste." in text_of(page)


def test_rows_are_added_and_removed_without_scripts(browser: FlaskClient) -> None:
    """The buttons of a group send the form, which comes back with one row more, or one less."""
    page = browser.get(asked(add="insurance")).text
    assert value_of(page, "insurance-0-annual_rate") == ""
    assert value_of(page, "principal") == f"215{NNBSP}000"
    assert 'id="insurance-0-annual_rate-error"' not in page
    rows = {"fees-0-amount": "100", "fees-1-amount": "200", "remove": "fees-0"}
    page = browser.get(asked(**rows)).text
    assert 'value="200"' in page
    assert 'value="100"' not in page


def test_a_form_opens_with_dates_proposed(browser: FlaskClient) -> None:
    """The first page proposes the next first of a month and today, and says nothing is wrong."""
    page = browser.get(PAGE).text
    assert value_of(page, "first_due") == "01/02/2026"
    assert value_of(page, "on") == "05/01/2026"
    assert "data-takes-focus" not in page


def test_the_table_shows_the_year_of_the_day_asked(browser: FlaskClient) -> None:
    """Three instalments in 2025, the last one paid marked; the year is chosen in the address."""
    page = browser.get(asked()).text
    assert page.count('<tr class="here">') == 1
    assert "01/12/2025" in page
    assert "01/01/2026" not in page
    page = browser.get(asked(year="2026")).text
    assert text_of(page).count("/2026") == 12
    assert 'rel="prev"' in page
    assert 'rel="next"' in page


def test_the_whole_table_is_one_choice_away(browser: FlaskClient) -> None:
    """All three hundred instalments, with their totals."""
    text = text_of(browser.get(asked(year="all")).text)
    assert "01/09/2050 1 060,04" in text
    assert "Total 317 736,92 102 736,92 215 000,00" in text


@pytest.mark.parametrize("year", ["1999", "x", "20255", "²025", ""])
def test_a_year_that_is_not_in_the_table_shows_the_default(browser: FlaskClient, year: str) -> None:
    """An address can't break the table."""
    assert "01/12/2025" in browser.get(asked(year=year)).text


def test_the_chart_says_what_it_finds(browser: FlaskClient) -> None:
    """Its title is the finding; its data are exact decimals; the same figures stand in a table."""
    page = browser.get(asked()).text
    assert "À partir de 2030, chaque année rembourse plus de capital que d’intérêts" in page
    found = re.search(r'data-chart="([^"]+)"', page)
    assert found is not None
    chart = html.unescape(found[1])
    assert '"values":["1380.58",' in chart
    assert '"currency":"EUR"' in chart
    assert "Les mêmes chiffres en tableau" in page


@pytest.mark.parametrize(
    ("terms", "finding"),
    [
        ({"annual_rate": "0"}, "Sans intérêts"),
        ({"annual_rate": "1", "months": "60"}, "Chaque année rembourse plus de capital"),
        ({"kind": "interest_only"}, "Le capital est remboursé à la fin, en 2050"),
        ({"repayments-0-on": "01/01/2027", "repayments-0-amount": "20000"}, "Les intérêts coûtent"),
    ],
)
def test_the_finding_fits_the_loan(
    browser: FlaskClient, terms: dict[str, str], finding: str
) -> None:
    """Loans of other shapes have other titles."""
    assert finding in text_of(browser.get(asked(**terms)).text)


def test_the_csv_of_what_is_shown_and_of_the_whole(browser: FlaskClient) -> None:
    """A French spreadsheet opens it: semicolons, decimal commas, a mark of encoding, ISO dates."""
    address = asked().replace("/calcul?", "/calcul.csv?")
    answer = browser.get(f"{address}&year=2025")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert len(lines) == 4
    assert lines[3] == "3;2025-12-01;1059,12;597,64;461,48;213619,42"
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="pret-215000-eur-2025.csv"'
    )
    assert len(browser.get(address).data.decode().splitlines()) == 301


def test_the_csv_follows_the_language(browser: FlaskClient) -> None:
    """An English reader's file has commas between cells and decimal points."""
    browser.get("/plateforme/langue/en")
    lines = browser.get(asked().replace("/calcul?", "/calcul.csv?")).data.decode("utf-8-sig")
    assert "3,2025-12-01,1059.12,597.64,461.48,213619.42" in lines


def test_the_pdf_of_the_table(browser: FlaskClient) -> None:
    """The table comes as a PDF under a plain name."""
    answer = browser.get(asked().replace("/calcul?", "/calcul.pdf?"))
    assert answer.data.startswith(b"%PDF-")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pret-215000-eur.pdf"'


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_a_file_of_a_question_that_is_wrong_is_refused(browser: FlaskClient, kind: str) -> None:
    """Nothing is computed from terms that are not a loan's."""
    address = asked(months="0").replace("/calcul?", f"/calcul.{kind}?")
    assert browser.get(address).status_code == 400


def test_who_reaches_the_calculator(
    app: object, client: FlaskClient, signed_in_client: SignIn
) -> None:
    """Clients and advisers do; a merchant is refused; a stranger is sent to sign in and back."""
    assert signed_in_client(Role.ADMIN).get(asked()).status_code == 200
    assert signed_in_client(Role.MERCHANT).get(asked()).status_code == 403
    answer = client.get(asked())
    assert answer.status_code == 303
    assert "/plateforme/connexion?next=" in answer.location


def test_a_number_survives_a_change_of_language(browser: FlaskClient) -> None:
    """`1,125` typed as French stays one and an eighth in English, through the switch's address."""
    page = browser.get(asked(annual_rate="1,125", principal="1 234,50")).text
    switch = re.search(r'href="(/plateforme/langue/en[^"]+)"', page)
    assert switch is not None
    page = browser.get(html.unescape(switch[1]), follow_redirects=True).text
    assert value_of(page, "annual_rate") == "1.125"
    assert value_of(page, "principal") == "1,234.50"
    assert "are owed on 9 December 2025" in page
