"""The page of the alerts: what was raised, read by its owner alone; levels that are watched."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from flask.testing import FlaskClient
from svcs import Container
from testkit.pages import post
from testkit.plans import give_plan
from testkit.wealth import get_text, sent_fields
from werkzeug.test import TestResponse

from comptoir_web.wealth.service import WealthService

SignIn = Callable[..., FlaskClient]
PAGE = "/plateforme/plan/alertes"
ADD, READ = f"{PAGE}/seuils", f"{PAGE}/lues"


@pytest.fixture
def service(container: Container, owner: str) -> WealthService:
    """The service, once the client has stale prices, a late plan and a level."""
    return give_plan(container, owner)


def watch(browser: FlaskClient, **changes: str) -> TestResponse:
    """Send the form of a level."""
    fields = sent_fields(browser.get(PAGE).text, "/seuils")
    return post(browser, ADD, {**fields, **changes}, page=PAGE)


def test_alerts_are_read_one_by_one_or_all(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """Opening the page marks nothing; the buttons do, and only what is one's own."""
    for _time in range(2):
        said = get_text(browser, PAGE)
        assert "3 alertes à lire" in said
    assert "Le cours de BTC n’a pas changé depuis le 5 octobre 2025" in said
    assert "Actions de 12/2025 encore à faire : 2." in said
    first = service.alerts(owner)[0]
    assert post(browser, READ, {"alert": first.id}, page=PAGE).location == PAGE
    assert "2 alertes à lire" in get_text(browser, PAGE)
    assert "(2 nouvelles)" in get_text(browser, "/plateforme/plan/")
    post(browser, READ, page=PAGE)
    assert "Rien de nouveau à lire" in get_text(browser, PAGE)
    assert len(service.alerts(owner)) == 3


def test_somebody_elses_alerts_stay_as_they_are(
    signed_in_client: SignIn, service: WealthService, owner: str
) -> None:
    """Marking them, or removing their levels, changes nothing of theirs."""
    other = signed_in_client(email="other@example.com")
    assert "Rien n’a encore été signalé." in get_text(other, PAGE)
    for given in ({"alert": service.alerts(owner)[0].id}, {}):
        post(other, READ, given, page=PAGE)
    post(other, f"{ADD}/rich/retirer", page=PAGE)
    assert len(service.alerts(owner, unread=True)) == 3
    assert len(service.alert_rules(owner)) == 1


def test_a_level_is_watched_once_and_no_more(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """A form sent twice watches one level; a comma is understood; the button takes it away."""
    fields = sent_fields(browser.get(PAGE).text, "/seuils")
    fields.update({"subject": "crypto:BTC", "direction": "below", "level": "80 000,50"})
    for _time in range(2):
        assert post(browser, ADD, fields, page=PAGE).location == PAGE
    assert len(service.alert_rules(owner)) == 2
    said = get_text(browser, PAGE)
    assert "Cours de BTC descend à ou sous 80 000,50 €" in said
    assert "Votre patrimoine net atteint ou dépasse 100 000,00 €" in said
    made = next(one.rule for one in service.alert_rules(owner) if one.rule.id != "rich")
    for _time in range(2):
        assert post(browser, f"{ADD}/{made.id}/retirer", page=PAGE).status_code == 303
    assert [one.rule.id for one in service.alert_rules(owner)] == ["rich"]


def test_what_is_wrong_with_a_level_is_said(
    browser: FlaskClient, service: WealthService, owner: str
) -> None:
    """An amount that is none, an asset nobody holds, one level too many: nothing is watched."""
    for changes in (
        {"level": ""}, {"level": "beaucoup"}, {"level": "-5"}, {"subject": "gold"},
        {"direction": "sideways"}, {"currency": "ZZZ"}, {"seed": "<script>", "level": ""},
    ):  # fmt: skip
        answer = watch(browser, **{"level": "100", **changes})
        assert answer.status_code == 422, changes
        assert "error-summary" in answer.text
        assert "<script>" not in answer.text
    assert len(service.alert_rules(owner)) == 1
    known = service.alert_rules(owner)[0].rule
    for number in range(49):
        service.add_alert_rule(owner, attrs.evolve(known, id=str(number)))
    answer = watch(browser, level="1")
    assert answer.status_code == 422
    assert len(service.alert_rules(owner)) == 50
