"""Tariffs as an administrator writes them: what they would change, published, their rates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import svcs
from attrs import evolve
from flask.testing import FlaskClient
from testkit.freight import a_tariff, give_merchant, give_order, give_tariff
from testkit.pages import FrozenClock
from testkit.wealth import get_text, plain, sent_fields

from comptoir_web.freight.office import FreightOffice
from comptoir_web.identity.roles import Role
from logistics_core.errors import StaleVersion

SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/admin/groupage/"
NEW = f"{HOME}tarifs/nouveau"
RATES = f"{HOME}taux"
PREVIEW, PUBLISH = {"do": "preview"}, {"do": "publish"}
REFUSED = (
    ({"rate": ""}, "rate"),
    ({"rate": "0"}, "rate"),
    ({"rate": "beaucoup"}, "rate"),
    ({"commission": "101"}, "commission"),
    ({"commission": ""}, "commission"),
    ({"validity": "0"}, "validity"),
    ({"currency": "ZZZ"}, "currency"),
    ({"volume_rounding": "sideways"}, "volume_rounding"),
    ({"volume_places": "9"}, "volume_places"),
    ({"kg_per_cbm": "0"}, "kg_per_cbm"),
    ({"minimum_freight": "0,5"}, "minimum_freight"),
    ({"effective_from": "04/01/2026"}, "effective_from"),
    ({"effective_from": "31/02/2026"}, "effective_from"),
    ({"effective_until": "05/01/2026"}, "effective_until"),
    ({"categories-1-price": "0"}, "categories-1-price"),
    ({"categories-1-price": ""}, "categories-1-price"),
    ({"categories-1-real_cost": "-5"}, "categories-1-real_cost"),
    ({"categories-1-code": "<b>"}, "categories-1-code"),
    ({"categories-1-code": "DIVERS"}, "categories-2-code"),
    ({"categories-1-label_fr": ""}, "categories-1-label_fr"),
)
"""What someone types, and the field beside which it is refused."""


@pytest.fixture
def admin(signed_in_client: SignIn) -> FlaskClient:
    """Someone signed in as an administrator, with the second factor."""
    return signed_in_client(Role.ADMIN)


@pytest.fixture
def office(container: svcs.Container) -> FreightOffice:
    """What the pages ask."""
    found: FreightOffice = container.get(FreightOffice)
    return found


def typed(admin: FlaskClient, **changes: str) -> dict[str, str]:
    """The form of a new tariff as it opens, and what someone changes in it."""
    return {**sent_fields(admin.get(NEW).text, "nouveau"), **changes}


def test_the_first_tariff_is_written_seen_and_published(
    admin: FlaskClient, office: FreightOffice
) -> None:
    """The usual figures are proposed; nothing is published before it was shown; once."""
    assert "Aucun tarif pour l’instant" in get_text(admin, f"{HOME}tarifs")
    assert "Aucun tarif n’est en vigueur" in get_text(admin, f"{HOME}devis")
    assert "Aucun tarif n’est en vigueur" in get_text(admin, RATES)
    form = typed(admin, real_rate="", kg_per_cbm="1.000", note="Ouverture")
    assert form["categories-1-price"].replace("\u202f", "") == "5000000"
    shown = admin.post(NEW, data={**form, **PREVIEW})
    assert shown.status_code == 200
    assert "Aucun devis n’est ouvert" in plain(shown.text)
    assert office.tariffs() == ()
    sent = sent_fields(shown.text, "nouveau")
    for _time in range(2):
        answer = admin.post(NEW, data={**sent, **PUBLISH})
        assert answer.location == f"{HOME}tarifs/1"
    (kept,) = office.tariffs()
    assert kept.tariff.kg_per_cbm == 1
    assert kept.tariff.real_rate == kept.tariff.rate == 1250
    assert kept.note == "Ouverture"
    said = get_text(admin, f"{HOME}tarifs/1")
    assert "1 CNY = 1 250 GNF en vigueur à partir du 05/01/2026" in said
    assert "Textile TEXTILE 5 000 000 GNF 4 200 000 GNF 800 000 GNF" in said
    assert admin.get(f"{HOME}tarifs/2").status_code == 404


def test_what_it_would_change_is_shown_quote_by_quote(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice, clock: FrozenClock
) -> None:
    """Totals and margins before and after, a quote it cannot make, and what differs in it."""
    give_tariff(container, worked=True)
    who = give_merchant(container).id
    order = give_order(container, who)
    give_order(container, who, volume="1", category="DIVERS")
    clock.forward(minutes=5)
    form = typed(admin, rate="1300", **{"categories-2-code": "AUTRES"})
    page = admin.post(NEW, data={**form, **PREVIEW}).text
    said = plain(page)
    # 10,000 CNY at 1,300, 5 %, and 15,000,000 of freight: 28,650,000 in place of 28,125,000.
    assert f"N° {order.number} 28 125 000 GNF 28 650 000 GNF +525 000 GNF" in said
    assert "DIVERS" in said
    assert "Taux facturé 1 250 1 300" in said
    assert "devis ouverts, s’ils étaient refaits" in said
    # One more change, without losing any.
    again = admin.post(NEW, data={**sent_fields(page, "nouveau"), "again": "yes"})
    assert sent_fields(again.text, "nouveau")["rate"].replace("\u202f", "") == "1300"
    assert len(office.tariffs()) == 1
    assert admin.post(NEW, data={**form, **PUBLISH}).status_code == 303
    assert office.order(order.id).line.order.quote.total.amount == 28_125_000
    assert "Taux facturé 1 250 1 300" in get_text(admin, f"{HOME}tarifs/2")


def test_what_is_refused_says_why_beside_its_field(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """Nothing typed is lost, nothing is published, and nothing typed becomes markup."""
    give_tariff(container)
    opened = typed(admin)
    for changes, field in REFUSED:
        for do in (PREVIEW, PUBLISH):
            answer = admin.post(NEW, data={**opened, **changes, **do})
            assert answer.status_code == 422, changes
            assert f'id="{field}-error"' in answer.text, changes
            assert "<b>" not in answer.text.partition("<main")[2]
    assert len(office.tariffs()) == 1


def test_a_tariff_without_categories_and_one_more(
    admin: FlaskClient, container: svcs.Container
) -> None:
    """Without scripts rows come and go by buttons; none at all is refused."""
    give_tariff(container)
    form = typed(admin)
    added = admin.post(NEW, data={**form, "add": "categories"}).text
    assert 'id="categories-3-code"' in added
    removed = admin.post(NEW, data={**form, "remove": "categories-0"}).text
    assert sent_fields(removed, "nouveau")["categories-0-code"] == "TEXTILE"
    bare = {name: text for name, text in form.items() if not name.startswith("categories")}
    answer = admin.post(NEW, data={**bare, **PREVIEW})
    assert answer.status_code == 422
    assert "Écrivez au moins une catégorie." in plain(answer.text)


def test_dates_that_meet_are_answered_clearly(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice
) -> None:
    """One to come is published; another over its dates is refused, naming it; beside it is not.

    One that names no end takes the place of what is left of it, and says until when.
    """
    give_tariff(container)
    later = typed(admin, effective_from="01/02/2026", effective_until="2026-03-01")
    assert admin.post(NEW, data={**later, **PUBLISH}).status_code == 303
    assert "Tarif 2 du 01/02/2026 au 01/03/2026" in get_text(admin, f"{HOME}tarifs")
    over = typed(admin, effective_from="15/02/2026", effective_until="20/02/2026")
    for do in (PREVIEW, PUBLISH):
        answer = admin.post(NEW, data={**over, **do})
        assert answer.status_code == 422
        met = "chevauchent celles d’un autre tarif (le tarif 2, du 01/02/2026 au 01/03/2026)"
        assert met in plain(answer.text)
    beside = typed(admin, effective_from="01/03/2026")
    assert admin.post(NEW, data={**beside, **PUBLISH}).status_code == 303
    assert [one.tariff.version for one in office.tariffs()] == [3, 2, 1]
    rest = typed(admin, effective_from="15/02/2026")
    shown = admin.post(NEW, data={**rest, **PREVIEW}).text
    assert "Sans date de fin de sa part, il prend fin le 1er mars 2026" in plain(shown)
    sent = sent_fields(shown, "nouveau")
    for _time in range(2):
        assert admin.post(NEW, data={**sent, **PUBLISH}).location == f"{HOME}tarifs/4"
    dates = [(one.tariff.effective_from, one.tariff.effective_until) for one in office.tariffs()]
    assert dates[0] == (dates[2][1], dates[1][0])


def test_two_who_publish_see_each_other(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice, clock: FrozenClock
) -> None:
    """The second is shown both, loses nothing typed, and decides again from there."""
    give_tariff(container)
    form = typed(admin, rate="1280")
    rates = sent_fields(admin.get(RATES).text, "taux")
    clock.forward(seconds=30)
    office.publish(evolve(a_tariff(container), rate=Decimal(1270)), actor=None)
    clock.forward(seconds=30)
    stale = admin.post(NEW, data={**form, **PUBLISH})
    assert stale.status_code == 409
    assert "Taux facturé 1 280 1 270" in plain(stale.text)
    assert len(office.tariffs()) == 2
    assert admin.post(RATES, data={**rates, "rate": "1290"}).status_code == 409
    again = sent_fields(stale.text, "nouveau")
    assert admin.post(NEW, data={**again, **PUBLISH}).status_code == 303
    assert office.tariffs()[0].tariff.rate == 1280


def test_other_rates_are_a_new_version(
    signed_in_client: SignIn,
    container: svcs.Container,
    office: FreightOffice,
    clock: FrozenClock,
) -> None:
    """Everything else stays; sent twice it is published once; the history is a line and a table."""
    before, admin = give_tariff(container, worked=True), signed_in_client(Role.ADMIN)
    assert "au prix coûtant" in get_text(admin, RATES)
    form = sent_fields(admin.get(RATES).text, "taux")
    for wrong, field in (({"rate": ""}, "rate"), ({"rate": "0"}, "rate"),
                         ({"real_rate": "x"}, "real_rate"),
                         ({"effective_from": "01/01/2026"}, "effective_from")):  # fmt: skip
        answer = admin.post(RATES, data={**form, **wrong})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
    clock.forward(days=20)
    admin = signed_in_client(Role.ADMIN)
    form = sent_fields(admin.get(RATES).text, "taux")
    good = {**form, "rate": "1300", "real_rate": "1250", "note": "Hausse"}
    asked = admin.post(RATES, data=good)
    assert "Publier ces taux" in plain(asked.text)
    assert len(office.tariffs()) == 1
    good = sent_fields(asked.text, "taux")
    for _time in range(2):
        assert admin.post(RATES, data=good).location == f"{HOME}tarifs/2"
    now = office.tariffs()[0].tariff
    assert (now.rate, now.real_rate) == (Decimal(1300), Decimal(1250))
    assert now.categories == before.categories
    page = admin.get(RATES).text
    said = plain(page)
    assert "4,00 % sont gagnés sur le change" in said
    assert "De 1 250 à 1 300 GNF pour un CNY depuis le 05/01/2026" in said
    assert "&#34;kind&#34;:&#34;steps&#34;" in page
    assert "Tarif 2 A admin" in said


def test_rates_changed_before_a_tariff_to_come(
    admin: FlaskClient, container: svcs.Container, office: FreightOffice, clock: FrozenClock
) -> None:
    """They hold until it begins; from a day after it, they are rates of that one."""
    give_tariff(container)
    start = datetime(2026, 2, 1, tzinfo=UTC)
    office.publish(evolve(a_tariff(container), effective_from=start), actor=None)
    form = sent_fields(admin.get(RATES).text, "taux")
    assert "prend fin le 1er février 2026" in get_text(admin, RATES)
    clock.forward(minutes=1)
    good = {**form, "rate": "1400", "real_rate": "1390", "confirmed": "yes"}
    assert admin.post(RATES, data=good).location == f"{HOME}tarifs/3"
    first, second, third = (one.tariff for one in reversed(office.tariffs()))
    assert (third.rate, third.effective_until) == (Decimal(1400), start)
    assert first.effective_until == third.effective_from == clock.now
    assert (second.effective_from, second.effective_until) == (start, None)
    form = sent_fields(admin.get(RATES).text, "taux")
    later = {**form, "rate": "1500", "effective_from": "10/02/2026", "confirmed": "yes"}
    assert admin.post(RATES, data=later).location == f"{HOME}tarifs/4"
    assert office.tariff(2).tariff.effective_until == office.tariff(4).tariff.effective_from
    clock.forward(minutes=1)
    with pytest.raises(StaleVersion):
        office.publish_rate(Decimal(9), real_rate=None, effective_from=None, actor=None, version=3)
    assert len(office.tariffs()) == 4
