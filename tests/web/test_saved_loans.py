"""Saved loans: kept once, one's own, renamed, changed without overwriting, removed and back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from testkit.pages import FrozenClock, csrf_token, post
from werkzeug.test import TestResponse

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/prets/"
SAVE = "/plateforme/prets/enregistrer"
TERMS = {
    "principal": "215000",
    "annual_rate": "3,35",
    "months": "300",
    "first_due": "2025-10-01",
    "on": "2026-01-05",
}


@pytest.fixture
def browser(signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as a client."""
    return signed_in_client()


def send(
    browser: FlaskClient, path: str, data: dict[str, str], follow: bool = False
) -> TestResponse:
    """Send a form with its token."""
    token = csrf_token(browser, f"{SAVE}?{urlencode(TERMS)}")
    return browser.post(path, data={"csrf_token": token, **data}, follow_redirects=follow)


def saved(browser: FlaskClient, label: str = "Appartement", **changes: str) -> str:
    """Save a loan and give its page."""
    answer = send(browser, SAVE, {**TERMS, "label": label, **changes})
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


def cards(browser: FlaskClient) -> list[str]:
    """The names of the list."""
    return re.findall(r'<h2><a href="[^"]+">([^<]+)</a>', browser.get(HOME).text)


def plain(page: str) -> str:
    """A page's text with plain spaces."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r"\s+", " ", bare.replace("\u202f", " ").replace("\u00a0", " "))


def test_an_empty_list_is_one_sentence_and_one_button(browser: FlaskClient) -> None:
    """Who has no loan is told what the page is for, and where to start."""
    page = browser.get(HOME).text
    assert "Aucun prêt n’est encore enregistré" in page
    assert page.count('class="btn btn-primary"') == 1


def test_a_loan_is_saved_from_the_calculator(browser: FlaskClient) -> None:
    """The calculator leads to a page that asks for a name; the loan opens on what is owed."""
    page = browser.get(f"/plateforme/prets/calcul?{urlencode(TERMS)}").text
    link = re.search(r'class="btn btn-primary" href="([^"]+enregistrer[^"]+)"', page)
    assert link is not None
    address = html.unescape(link[1])
    assert "215 000,00 € à 3,35 % sur 300 mois" in plain(browser.get(address).text)
    opened = post(browser, address, {**TERMS, "label": "Appartement à Lyon"})
    page = browser.get(opened.location).text
    assert "« Appartement à Lyon » est enregistré." in plain(page)
    assert "213 156,65 € restent dus le 5 janvier 2026" in plain(page)


def test_a_form_sent_twice_saves_once(browser: FlaskClient) -> None:
    """Both sendings lead to the same loan."""
    form = {**TERMS, "label": "Appartement", "request_id": "once"}
    first, second = send(browser, SAVE, form), send(browser, SAVE, form)
    assert first.location == second.location
    assert cards(browser) == ["Appartement"]


def test_going_back_and_changing_the_terms_saves_another(browser: FlaskClient) -> None:
    """Other terms under the same request are another loan: nothing typed is lost."""
    form = {**TERMS, "label": "Appartement", "request_id": "once"}
    send(browser, SAVE, form)
    send(browser, SAVE, {**form, "months": "240"})
    assert len(cards(browser)) == 2


def test_a_name_that_is_missing_is_asked_for_again(browser: FlaskClient) -> None:
    """The message stands beside the field, and the terms are still in the form."""
    answer = send(browser, SAVE, {**TERMS, "label": "  "})
    assert answer.status_code == 422
    assert 'id="label-error"' in answer.text
    assert 'name="principal" value="215000"' in answer.text
    assert cards(browser) == []


def test_terms_that_are_wrong_go_back_to_the_calculator(browser: FlaskClient) -> None:
    """The calculator says what is wrong, with all that was typed."""
    answer = send(browser, SAVE, {**TERMS, "months": "0", "label": "x"}, follow=True)
    assert 'id="months-error"' in answer.text
    assert "csrf_token=" not in answer.request.url


def test_the_list_says_what_is_owed_and_what_comes_next(browser: FlaskClient) -> None:
    """A card has the balance of the day, the next instalment, the end, and a thin bar."""
    saved(browser, "Appartement")
    saved(browser, "Boutique", principal="48000", months="84", first_due="2021-03-05")
    page = browser.get(HOME).text
    text = plain(page)
    assert "213 156,65 € restant dû sur 215 000,00 €" in text
    assert "À venir 1 059,12 € le 01/02/2026" in text
    assert "Fin 1er septembre 2050" in text
    assert "sur l’ensemble de vos prêts" in text
    assert '<progress max="1000" value="8"' in page
    assert "style=" not in page


def test_each_currency_has_its_own_total(browser: FlaskClient, clock: FrozenClock) -> None:
    """Euros and francs are never added up: nothing is converted."""
    saved(browser)
    clock.forward(seconds=1)  # the newest comes first: two of one moment come in any order
    saved(browser, "Camion", currency="XOF", principal="18500000")
    saved(browser, "Four", currency="XOF", principal="1500000")
    text = plain(browser.get(HOME).text)
    assert "F CFA et 213 156,65 € restent dus le 5 janvier 2026" in text


def test_a_repaid_loan_and_one_not_lent_yet_have_their_card(browser: FlaskClient) -> None:
    """Neither breaks the list."""
    saved(browser, "Ancien", months="12", first_due="2020-01-01", on="2020-01-01")
    saved(browser, "Futur", first_due="2027-01-01", on="2027-01-01")
    text = plain(browser.get(HOME).text)
    assert "aucune : il est remboursé" in text
    assert "215 000,00 € restant dû sur 215 000,00 €" in text


def test_the_list_is_paged_by_the_server(browser: FlaskClient, clock: FrozenClock) -> None:
    """Twelve a page; the page is in the address, and one that does not exist gives the last."""
    for number in range(13):
        saved(browser, f"Prêt {number}")
        clock.forward(seconds=1)
    assert len(cards(browser)) == 12
    assert "1 à 12 sur 13" in plain(browser.get(HOME).text)
    assert "Prêt 0" in browser.get(f"{HOME}?page=99").text


def test_another_persons_loan_does_not_exist(
    browser: FlaskClient, signed_in_client: SignIn
) -> None:
    """Every page and every change of it answers 404, and nothing happens to it."""
    page = saved(browser)
    other = signed_in_client(email="other@example.com")
    for path in (page, f"{page}/tableau.csv", f"{page}/tableau.pdf", f"{page}/nom"):
        assert other.get(path).status_code == 404
    assert other.get(f"/plateforme/prets/calcul?saved={page.rpartition('/')[2]}").status_code == 404
    for path in (page, f"{page}/retirer", f"{page}/remettre", f"{page}/nom"):
        assert send(other, path, {**TERMS, "version": "1", "label": "x"}).status_code == 404
    assert cards(browser) == ["Appartement"]


def test_the_day_is_chosen_on_the_page(browser: FlaskClient) -> None:
    """What is owed on another day; a day before the loan is refused beside the field."""
    page = saved(browser)
    assert "213 619,42 € restent dus" in plain(browser.get(f"{page}?on=09/12/2025").text)
    refused = browser.get(f"{page}?on=01/01/2020").text
    assert 'id="on-error"' in refused
    assert 'value="01/01/2020"' in refused
    assert 'id="on-error"' in browser.get(f"{page}?on=demain").text


def test_the_files_of_a_saved_loan_carry_its_name(browser: FlaskClient) -> None:
    """CSV and PDF download under the loan's name, in letters any system takes."""
    page = saved(browser, "Résidence à Lyon")
    table = browser.get(f"{page}/tableau.csv")
    assert table.headers["Content-Disposition"].endswith('filename="residence-a-lyon.csv"')
    assert len(table.data.splitlines()) == 301
    assert browser.get(f"{page}/tableau.pdf").data.startswith(b"%PDF-")


#: 13,619.42 EUR repaid on the third instalment leave 200,000.00 EUR in the bank's table, and
#: 199,999.99 EUR in the exact one.
EARLY = {
    "repayments-0-on": "01/12/2025",
    "repayments-0-amount": "13619,42",
    "repayments-0-keep": "instalment",
    "repayments-0-indemnity": "no",
}


def figures(page: str) -> list[str]:
    """What a page answers: the balance, the figures that matter, the rows of its table."""
    found = re.findall(r'<data id="balance"[^>]*>[^<]+|<dd>[^<]+|<td[^>]*>[^<]+', page)
    return [re.sub(r"<[^>]+>", "", each) for each in found]


def test_early_repayments_and_the_rounding_are_kept(browser: FlaskClient) -> None:
    """What the calculator answered is what the saved loan answers, to the cent, in every file."""
    typed = {**TERMS, **EARLY, "on": "09/12/2025", "rounding": "exact"}
    before = browser.get(f"/plateforme/prets/calcul?{urlencode(typed)}").text
    page = saved(browser, **{key: value for key, value in typed.items() if key not in TERMS})
    after = browser.get(f"{page}?on=2025-12-09").text
    assert "199 999,99 € restent dus" in plain(after)
    assert set(figures(before)) <= set(figures(after))
    assert "Remboursement anticipé le 01/12/2025" in plain(after)
    assert "13 619,42 €, la mensualité reste, la durée diminue, sans indemnité" in plain(after)
    assert "exact, arrondi à l’affichage seulement" in plain(after)
    again = f"calcul.csv?{urlencode(typed)}"
    assert browser.get(f"{page}/tableau.csv").data == browser.get(f"/plateforme/prets/{again}").data
    assert browser.get(f"{page}/tableau.pdf").data.startswith(b"%PDF-")


def test_the_page_that_saves_says_what_it_keeps(browser: FlaskClient) -> None:
    """The early repayments stand under the terms, before the name is asked for."""
    text = plain(browser.get(f"{SAVE}?{urlencode(TERMS | EARLY)}").text)
    assert "Remboursement anticipé le 01/12/2025" in text


def test_the_card_of_a_loan_counts_its_early_repayments(browser: FlaskClient) -> None:
    """The capital left, the next instalment, the end and the progress are those of its table."""
    saved(browser, **EARLY)
    page = browser.get(HOME).text
    text = plain(page)
    assert "199 499,21 € restant dû sur 215 000,00 €" in text
    assert "À venir 1 059,12 € le 01/02/2026" in text
    assert "Fin 1er septembre 2050" not in text
    assert '<progress max="1000" value="72"' in page


def test_what_is_kept_opens_in_the_calculator_and_is_changed_there(browser: FlaskClient) -> None:
    """The calculator shows the early repayments and the rounding; a change of them is kept."""
    page = saved(browser, **EARLY, rounding="level")
    link = re.search(r'class="btn btn-primary" href="([^"]+)"', browser.get(page).text)
    assert link is not None
    form = browser.get(html.unescape(link[1])).text
    assert re.search(r'name="repayments-0-amount"[^>]* value="13619[.,]42"', form)
    assert re.search(r'value="level"[^>]* selected|selected value="level"', form)
    send(browser, page, {**TERMS, **EARLY, "repayments-0-amount": "3619,42", "version": "1"})
    text = plain(browser.get(f"{page}?on=2025-12-09").text)
    assert "210 000,00 € restent dus" in text
    assert "même mensualité jusqu’à la fin" not in text


def test_two_that_differ_by_an_early_repayment_are_told_apart(browser: FlaskClient) -> None:
    """Where a change was overtaken, each side says its own; what was typed is saved with it."""
    page = saved(browser, **EARLY)
    typed = {**TERMS, **EARLY, "repayments-0-amount": "619,42", "rounding": "exact"}
    answer = send(browser, page, {**typed, "version": "0"})
    assert answer.status_code == 409
    yours, theirs = plain(answer.text).split("Ce qui est enregistré")
    assert "619,42 €, la mensualité reste" in yours
    assert "exact, arrondi" in yours
    assert "13 619,42 €, la mensualité reste" in theirs
    assert "exact, arrondi" not in theirs
    assert 'name="repayments-0-amount" value="619.42"' in answer.text
    assert 'name="rounding" value="exact"' in answer.text


def test_a_loan_is_renamed(browser: FlaskClient) -> None:
    """The page proposes the present name and keeps the new one."""
    page = saved(browser)
    assert 'value="Appartement"' in browser.get(f"{page}/nom").text
    send(browser, f"{page}/nom", {"label": "Maison", "version": "1"})
    assert cards(browser) == ["Maison"]


def test_a_name_changed_meanwhile_is_not_overwritten_unseen(browser: FlaskClient) -> None:
    """The page says how the loan is called now and keeps what was typed; sent again, it renames."""
    page = saved(browser)
    send(browser, f"{page}/nom", {"label": "Maison", "version": "1"})
    answer = send(browser, f"{page}/nom", {"label": "Villa", "version": "1"})
    assert "s’appelle maintenant" in answer.text
    assert 'value="Villa"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert cards(browser) == ["Maison"]
    send(browser, f"{page}/nom", {"label": "Villa", "version": "2"})
    assert cards(browser) == ["Villa"]


@pytest.mark.parametrize("version", ["", "x", "0", "99999999999999999999", "-1"])
def test_a_version_that_is_none_changes_nothing(browser: FlaskClient, version: str) -> None:
    """A forged version is a stale one."""
    page = saved(browser)
    answer = send(browser, page, {**TERMS, "months": "240", "version": version})
    assert answer.status_code == 409


def test_the_terms_are_changed_in_the_calculator(browser: FlaskClient) -> None:
    """The loan's page leads to the calculator with its terms; saving keeps the new ones."""
    page = saved(browser)
    link = re.search(r'class="btn btn-primary" href="([^"]+)"', browser.get(page).text)
    assert link is not None
    edited = html.unescape(link[1]).replace("months=300", "months=240")
    form = browser.get(edited).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert fields["version"] == "1"
    assert f'action="{page}"' in form
    answer = send(browser, page, {**TERMS, "months": "240", "version": "1"}, follow=True)
    assert "Les modifications sont enregistrées." in answer.text
    assert "240 mois" in plain(answer.text)


def test_a_stale_change_is_refused_and_nothing_typed_is_lost(browser: FlaskClient) -> None:
    """Both terms are shown; one button saves what was typed, another keeps what is saved."""
    page = saved(browser)
    send(browser, page, {**TERMS, "months": "240", "version": "1"})
    answer = send(browser, page, {**TERMS, "months": "180", "version": "1"})
    assert answer.status_code == 409
    text = plain(answer.text)
    assert "sur 180 mois" in text
    assert "sur 240 mois" in text
    assert 'name="months" value="180"' in answer.text
    assert "240 mois" in plain(browser.get(page).text)
    send(browser, page, {**TERMS, "months": "180", "version": "2"})
    assert "180 mois" in plain(browser.get(page).text)


def test_a_removed_loan_comes_back(browser: FlaskClient) -> None:
    """Removing asks once and names the loan; the list then offers to undo it."""
    page = saved(browser)
    assert (
        'data-confirm="Retirer «\u202fAppartement\u202f» et son tableau' in browser.get(page).text
    )
    answer = send(browser, f"{page}/retirer", {})
    listed = browser.get(answer.location).text
    assert "Le prêt a été retiré." in listed
    assert f'action="{page}/remettre"' in listed
    assert browser.get(page).status_code == 404
    send(browser, f"{page}/remettre", {})
    assert cards(browser) == ["Appartement"]


def test_every_change_needs_the_token_of_a_form(browser: FlaskClient) -> None:
    """A form of another site changes nothing."""
    page = saved(browser)
    for path in (SAVE, page, f"{page}/retirer", f"{page}/remettre", f"{page}/nom"):
        assert browser.post(path, data={**TERMS, "label": "x", "version": "1"}).status_code == 400
    assert cards(browser) == ["Appartement"]


def test_all_tables_are_exported_from_the_list(browser: FlaskClient) -> None:
    """The button asks for the job that makes every table, and leads to its page."""
    saved(browser)
    page = browser.get(HOME).text
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found is not None
    answer = send(browser, "/plateforme/travaux/export-prets", {"request_id": found[1]})
    assert answer.status_code == 303
    assert answer.location.startswith("/plateforme/travaux/")
