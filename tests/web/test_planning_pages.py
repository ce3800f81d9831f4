"""The pages of the plan: what they say, decisions that move money once, forms that lose nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from svcs import Container
from testkit.pages import post
from testkit.plans import give_plan
from testkit.wealth import get_text, plain, sent_fields, writes
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from comptoir_web.wealth.service import WealthService
from shared_kernel import money
from wealth_core.networth import CashKind, Envelope, Holdings, Investment
from wealth_core.planning import Action, ActionState, Month, RiskLevel, risk_profile

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/plan/"
EDIT, PROFILE = f"{HOME}modifier", f"{HOME}profil"
JANUARY = Month(2026, 1)


@pytest.fixture
def service(container: Container, owner: str) -> WealthService:
    """The service, once the client has a plan that runs since October."""
    return give_plan(container, owner)


def waiting(service: WealthService, owner: str) -> Action:
    """The action of the present month that puts 180 € on the Livret A."""
    actions = service.actions(owner, month=JANUARY)
    return next(action for action in actions if action.cash is CashKind.LIVRET_A)


def held(service: WealthService, owner: str) -> Decimal:
    """What the Livret A holds."""
    saved = service.holdings(owner)
    assert saved is not None
    return saved.holdings.cash[0].balance.amount


def decide(browser: FlaskClient, action: Action, **fields: str) -> TestResponse:
    """Send one of the forms of an action."""
    given = {"version": str(action.version), "next": HOME, **fields}
    return post(browser, f"{HOME}actions/{action.id}", given, page=HOME)


def undo(browser: FlaskClient, action: Action, **fields: str) -> TestResponse:
    """Press the button that takes a decision back."""
    given = {"version": str(action.version), **fields}
    return post(browser, f"{HOME}actions/{action.id}/annuler", given, page=HOME)


def send(browser: FlaskClient, path: str, **changes: str | None) -> TestResponse:
    """Send the form of a page as it stands, some of its fields changed or left out."""
    fields = sent_fields(browser.get(path).text, path)
    given: Mapping[str, str] = {
        name: value for name, value in {**fields, **changes}.items() if value is not None
    }
    return post(browser, path, given)


def test_nothing_yet_is_one_sentence_and_one_button(browser: FlaskClient) -> None:
    """Who has no plan is told what it is for, in their language, and where to write it."""
    page = browser.get(HOME).text
    assert "Vous n’avez pas encore de plan" in page
    assert re.findall(r'class="btn btn-primary" href="([^"]+)"', page) == [EDIT]
    assert "Modifier le plan" not in page
    browser.get("/plateforme/langue/en")
    for path, words in (
        ("", "You have no plan yet"),
        ("modifier", "Write my plan"),
        ("profil", "five questions"),
        ("projection", "write it down first"),
        ("alertes", "No level is watched"),
    ):
        assert words in get_text(browser, f"{HOME}{path}")


def test_the_page_says_the_plan_the_goal_and_what_is_late(
    browser: FlaskClient, service: WealthService, web_engine: Engine
) -> None:
    """Capacity, shares, progress, actions and what waits; opening a page writes nothing."""
    with writes(web_engine) as found:
        said = get_text(browser, HOME)
        for path in ("?mois=2025-10", "actions.csv", "modifier", "profil", "projection", "alertes"):
            assert browser.get(f"{HOME}{path}").status_code == 200, path
    assert found == []
    for words in (
        "800,00 € par mois, répartis à 90,00 % : il reste 80,00 € sans affectation",
        # 660 in October, 590 in November, 480 in December, 480 in January; of three months due.
        "2 210,00 € mis de côté cette année du plan, sur 9 000,00 €",
        "2 250,00 € devraient être mis de côté à ce jour",
        "2 actions de mois passés attendent encore",
        "Livret A 22,50 % 180,00 €",
        "Total 90,00 % 720,00 €",
        "Fonds monde <b>IE00B4L5Y983</b>",
        "décembre 2025",
    ):
        assert words in said, words
    assert "<b>IE00" not in browser.get(HOME).text
    assert 'fold" id="history">' in browser.get(HOME).text


def test_an_action_done_moves_its_money_once_and_back(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """The form sent twice adds once; undoing, even twice, takes it back; both say where."""
    action = waiting(service, owner)
    before = held(service, owner)
    for _time in range(2):
        answer = decide(browser, action, state="done")
        assert (answer.status_code, answer.location) == (303, HOME)
        assert "180,00 € ajoutés à « Livret A »" in get_text(browser, HOME)
        assert held(service, owner) == before + 180
    done = waiting(service, owner)
    assert (done.state, done.amount) == (ActionState.DONE, money("180", "EUR"))
    for words in ("180,00 € repris de « Livret A »", "« Livret A » est de nouveau à faire."):
        assert undo(browser, done).status_code == 303
        assert words in get_text(browser, HOME)
        assert held(service, owner) == before
    assert waiting(service, owner).state is ActionState.TO_DO


def test_another_amount_is_typed_as_people_write_it(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A decimal comma is understood; what is no amount stays in its field and moves nothing."""
    action, before = waiting(service, owner), held(service, owner)
    for typed in ("", "beaucoup", "0", "-5", "1,2345", '"><script>'):
        answer = decide(browser, action, state="adjusted", amount=typed)
        assert answer.status_code == 422, typed
        assert f'id="amount-{action.id}-error"' in answer.text
        assert "<script>" not in answer.text.replace("<script src", "")
        assert held(service, owner) == before
    assert 'value="&#34;&gt;&lt;script&gt;"' in answer.text
    assert decide(browser, action, state="adjusted", amount="250,50").status_code == 303
    assert held(service, owner) == before + Decimal("250.50")


def test_a_skipped_action_moves_nothing(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """It is decided all the same, and says so."""
    before = held(service, owner)
    decide(browser, waiting(service, owner), state="skipped")
    assert "« Livret A » est passée : rien n’a été déplacé." in get_text(browser, HOME)
    assert held(service, owner) == before
    assert waiting(service, owner).state is ActionState.SKIPPED


def test_a_decision_from_an_old_page_is_told(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """What another window decided meanwhile stays, whatever version the old form carries."""
    action, before = waiting(service, owner), held(service, owner)
    service.decide(owner, action.id, ActionState.SKIPPED, version=action.version, actor=owner)
    for version in (str(action.version), "", "-1", "12" * 20, "x"):
        assert decide(browser, action, state="done", version=version).status_code == 303
        assert "modifiée entre-temps dans une autre fenêtre" in get_text(browser, HOME)
    undo(browser, action)
    assert "modifiée entre-temps" in get_text(browser, HOME)
    assert held(service, owner) == before
    assert waiting(service, owner).state is ActionState.SKIPPED


def test_money_that_went_further_cannot_be_taken_back(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Undoing is refused in a sentence when the line is gone; the decision stays."""
    decide(browser, waiting(service, owner), state="done")
    saved = service.holdings(owner)
    assert saved is not None
    service.save_holdings(owner, Holdings(), version=saved.version, actor=owner)
    undo(browser, waiting(service, owner))
    page = browser.get(HOME).text
    assert "notice-danger" in page
    assert waiting(service, owner).state is ActionState.DONE


def test_actions_belong_to_one_client(
    signed_in_client: SignIn, browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Someone else's action is not found, other roles have no plan, and a token is needed."""
    action, before = waiting(service, owner), held(service, owner)
    other = signed_in_client(email="other@example.com")
    for path in (f"actions/{action.id}", f"actions/{action.id}/annuler", "actions/unknown"):
        fields = {"state": "done", "version": "1"}
        assert post(other, f"{HOME}{path}", fields, page=EDIT).status_code == 404
    for path in ("actions/preparer", f"actions/{action.id}", "modifier", "profil", "alertes/lues"):
        assert browser.post(f"{HOME}{path}", data={"state": "done"}).status_code == 400, path
    assert decide(browser, action, state="gone").status_code == 400
    for role in (Role.MERCHANT, Role.ADMIN):
        assert signed_in_client(role).get(HOME).status_code == 403
    assert held(service, owner) == before


def test_a_decision_leads_back_within_the_site(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """To the page it was asked from, and never to another site."""
    action = waiting(service, owner)
    for asked, given in (
        ("/plateforme/patrimoine/", "/plateforme/patrimoine/"),
        ("https://example.com/", HOME),
        ("//example.com/", HOME),
    ):
        assert decide(browser, action, state="done", next=asked).location == given


def test_the_actions_of_the_month_are_made_by_a_button(
    browser: FlaskClient, service: WealthService, owner: str, web_engine: Engine
) -> None:
    """Where they are not made yet the page says so; the button makes them once."""
    with web_engine.begin() as connection:
        connection.execute(text("DELETE FROM wealth_actions WHERE month = '2026-01'"))
    assert "Préparer les actions du mois" in get_text(browser, HOME)
    assert service.actions(owner, month=JANUARY) == ()
    for _time in range(2):
        assert post(browser, f"{HOME}actions/preparer", page=EDIT).location == HOME
        assert len(service.actions(owner, month=JANUARY)) == 3
    assert "Préparer les actions du mois" not in get_text(browser, HOME)


def test_what_was_decided_is_filtered_and_taken_away(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """The month in the address is the month of the table and of the file; formulas stay texts."""
    page = browser.get(f"{HOME}?mois=2025-11").text
    table = plain(page[page.index('id="history"') :])
    assert "350,00 €" in table
    assert "août" not in table
    assert 'id="history" open' in page
    csv = browser.get(f"{HOME}actions.csv?mois=2025-11").data.decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("Mois;Destination;Référence;Devise;Prévu;")
    assert [line.split(";")[0] for line in csv.splitlines()[1:]] == ["2025-11"] * 3
    assert "480,00;Ajustée;350,00;" in csv
    assert len(browser.get(f"{HOME}actions.csv").data.splitlines()) == 1 + 8
    assert "Rien n’a été décidé pour ce mois." in get_text(browser, f"{HOME}?mois=2020-01")


# -- writing the plan ---------------------------------------------------------------------------

TYPED = {
    "monthly_capacity": "1 234,50",
    "starts_on": "01/01/2026",
    "lines-0-destination": "envelope:pea",
    "lines-0-percent": "66,67",
    "lines-0-reference": "=1+1 <i>fonds</i>",
    "lines-1-destination": "cash:livret_a",
    "lines-1-percent": "33.33",
}


def test_a_plan_is_written_and_its_actions_follow(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Sent twice it is one plan; the shares of the month add up to the capacity."""
    service: WealthService = container.get(WealthService)
    fields = {**sent_fields(browser.get(EDIT).text, EDIT), **TYPED}
    for _time in range(2):
        answer = post(browser, EDIT, fields)
        assert (answer.status_code, answer.location) == (303, HOME)
    saved = service.plan(owner)
    assert saved is not None
    assert saved.version == 1
    assert saved.plan.monthly_capacity == money("1234.50", "EUR")
    assert [line.envelope for line in saved.plan.lines] == [Envelope.PEA, None]
    assert len({line.id for line in saved.plan.lines}) == 2
    actions = service.actions(owner)
    assert sum(action.expected.amount for action in actions) == Decimal("1234.50")
    assert "=1+1 <i>fonds</i>" in get_text(browser, HOME)
    assert "<i>fonds" not in browser.get(HOME).text
    # Opened and saved as it stands, nothing of it changes but its version.
    assert send(browser, EDIT).status_code == 303
    again = service.plan(owner)
    assert again is not None
    assert (again.plan, again.version) == (saved.plan, 2)


def test_what_is_wrong_with_a_plan_is_said_beside_it(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Nothing is saved, nothing typed is lost, and a line without a share is not forgotten."""
    for changes, words in (
        ({"lines-0-percent": "99"}, "129,00 %"),
        ({"lines-0-percent": "0"}, "au-dessus de 0"),
        ({"lines-0-percent": ""}, "Écrivez une part en pourcentage"),
        ({"lines-0-destination": ""}, "Choisissez ce que cette part alimente."),
        ({"lines-0-destination": "envelope:gold"}, "Choisissez une réponse de la liste."),
        ({"monthly_capacity": "0"}, "0,00 €"),
        ({"monthly_capacity": "beaucoup"}, "beaucoup"),
        ({"starts_on": "31/02/2026"}, "31/02/2026"),
        ({"lines-0-reference": "x" * 200}, "120"),
        ({"yearly_goal": "-1"}, "-1,00"),
    ):
        answer = send(browser, EDIT, **changes)
        assert answer.status_code == 422, changes
        assert "error-summary" in answer.text
        assert words in plain(answer.text), changes
        (typed,) = changes.values()
        assert typed in plain(answer.text) + answer.text or typed == "envelope:gold"
        assert "Fonds monde" in answer.text or "lines-0-reference" in changes
    saved = service.plan(owner)
    assert saved is not None
    assert saved.version == 1


def test_rows_come_and_go_without_scripts(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Buttons of the form add and remove a line; saving then keeps the others' ids and actions."""
    answer = send(browser, EDIT, add="lines")
    assert (answer.status_code, 'name="lines-3-percent"' in answer.text) == (200, True)
    answer = send(browser, EDIT, remove="lines-2")
    assert 'name="lines-2-percent"' not in answer.text.partition("<template>")[0]
    removed = ("id", "destination", "percent", "reference", "target")
    changes = dict.fromkeys(f"lines-2-{name}" for name in removed)
    answer = send(browser, EDIT, **changes, **{"lines-0-target": "investment-1"})
    assert answer.status_code == 303
    saved = service.plan(owner)
    assert saved is not None
    assert [line.id for line in saved.plan.lines] == ["world", "safety"]
    assert saved.plan.lines[0].target == "investment-1"
    assert "vers «" in get_text(browser, HOME)
    assert [action.line_id for action in service.actions(owner, month=JANUARY)] == [
        "world",
        "safety",
    ]


def test_two_edits_of_a_plan_at_once(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """The second is shown what differs and keeps what it typed; sent again it is a choice."""
    fields = {**sent_fields(browser.get(EDIT).text, EDIT), "monthly_capacity": "900"}
    assert send(browser, EDIT, monthly_capacity="850").status_code == 303
    answer = post(browser, EDIT, fields)
    assert answer.status_code == 409
    assert "900,00 €" in plain(answer.text)
    assert "850,00 €" in plain(answer.text)
    assert sent_fields(answer.text, EDIT)["monthly_capacity"] == "900"
    saved = service.plan(owner)
    assert saved is not None
    assert saved.plan.monthly_capacity == money("850", "EUR")
    assert post(browser, EDIT, sent_fields(answer.text, EDIT)).status_code == 303
    saved = service.plan(owner)
    assert saved is not None
    assert saved.plan.monthly_capacity == money("900", "EUR")


def test_a_new_plan_proposes_what_the_profile_can_save(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Income less charges, in the currency of the profile."""
    send(browser, PROFILE, monthly_income="500000", monthly_charges="350000", currency="XOF")
    fields = sent_fields(browser.get(EDIT).text, EDIT)
    assert (fields["monthly_capacity"], fields["currency"]) == ("150\u202f000", "XOF")


def test_an_action_may_make_its_line(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A line that was made for the money is called in the reader's language."""
    per = next(one for one in service.actions(owner) if one.envelope is Envelope.PER)
    saved = service.holdings(owner)
    assert saved is not None
    fewer = saved.holdings
    for line in saved.holdings.investments:
        fewer = fewer.without(line.id)
    service.save_holdings(owner, fewer, version=saved.version, actor=owner)
    browser.get("/plateforme/langue/en")
    decide(browser, per, state="done")
    saved = service.holdings(owner)
    assert saved is not None
    (made,) = saved.holdings.investments
    assert isinstance(made, Investment)
    assert (made.label, made.value) == ("PER", money("60", "EUR"))
    assert "€60.00 added to “PER”" in get_text(browser, HOME)


# -- the profile --------------------------------------------------------------------------------


def test_the_profile_gives_a_rate_and_a_level(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Five answers make a score with its words; without them the page says what is missing."""
    service: WealthService = container.get(WealthService)
    typed = {"monthly_income": "3 200", "monthly_charges": "2350,00", "birth_year": "1984",
             "goals-0-label": "<u>Études</u>", "goals-0-target": "25 000",
             "goals-0-by": "01/09/2034"}  # fmt: skip
    assert send(browser, PROFILE, **typed).status_code == 303
    said = get_text(browser, PROFILE)
    assert "850,00 € peuvent être mis de côté chaque mois : 26,56 % des revenus." in said
    assert "n’ont pas encore de réponse" in said
    answers = {"drop": "2", "horizon": "3", "liquidity": "2", "experience": "2"}
    answer = send(browser, PROFILE, **answers)
    assert answer.status_code == 422
    assert answer.text.count("Choisissez une réponse : le profil".replace(" :", "\u00a0:")) == 2
    answer = send(browser, PROFILE, **answers, reaction="3")
    assert answer.status_code == 303
    said = get_text(browser, PROFILE)
    assert "Profil équilibré" in said
    assert "12 points sur 25" in said
    assert "<u>" not in browser.get(PROFILE).text
    saved = service.profile(owner)
    assert saved is not None
    assert saved.profile.risk is not None
    assert risk_profile(saved.profile.risk).level is RiskLevel.BALANCED
    assert saved.profile.goals[0].label == "<u>Études</u>"
    # Opened and saved as it stands, the answers included, nothing changes.
    assert send(browser, PROFILE).status_code == 303
    again = service.profile(owner)
    assert again is not None
    assert again.profile == saved.profile


def test_what_is_wrong_with_a_profile_is_said_beside_it(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Each fault beside its field, in the reader's language; a change elsewhere is shown."""
    for changes in (
        {"monthly_income": ""},
        {"monthly_charges": "-1"},
        {"savings_capacity": "99999"},
        {"dependants": "99"},
        {"birth_year": "84"},
        {"family": "elsewhere"},
        {"reaction": "2"},
        {"goals-0-target": "0"},
        {"goals-0-by": "demain"},
    ):
        answer = send(browser, PROFILE, **changes)
        assert answer.status_code == 422, changes
        (name,) = changes
        assert f'<a href="#{name}' in answer.text, changes
    fields = sent_fields(browser.get(PROFILE).text, PROFILE)
    fields.update({"drop": "1", "horizon": "1", "liquidity": "1", "experience": "1"})
    fields["reaction"] = "1"
    assert send(browser, PROFILE, profession="Sage-femme").status_code == 303
    answer = post(browser, PROFILE, fields)
    assert answer.status_code == 409
    assert "Sage-femme" in plain(answer.text)
    assert "J’attends qu’ils remontent" in plain(answer.text)
    saved = service.profile(owner)
    assert saved is not None
    assert saved.version == 2
