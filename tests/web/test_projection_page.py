"""The page of the projection: the server's arithmetic, with or without scripts."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

import attrs
import pytest
from flask.testing import FlaskClient
from svcs import Container
from testkit.plans import give_plan, give_unpriced
from testkit.wealth import get_text, plain

from comptoir_web.security.rates import COSTLY_LIMIT
from comptoir_web.wealth.service import WealthService
from shared_kernel import add_months, money
from wealth_core.networth import DEFAULT_ASSUMPTIONS, Category, Return

PAGE = "/plateforme/plan/projection"
PART = f"{PAGE}/reponse"


def chart(text: str) -> dict[str, list[int]]:
    """The lines of the picture."""
    found = re.search(r'data-chart="([^"]+)"', text)
    assert found is not None
    data = json.loads(html.unescape(found[1]))
    return {one["line"]: one["values"] for one in data["series"]}


def test_the_page_says_what_the_library_estimates(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Moved sliders are the library's assumptions; the part for scripts holds the same figures."""
    service: WealthService = give_plan(container, owner)
    asked = "?years=2&monthly=1000.5&inflation=3&investments=7,5&crypto=-10"
    answer = browser.get(f"{PAGE}{asked}")
    saved = service.plan(owner)
    assert saved is not None
    plan = attrs.evolve(saved.plan, monthly_capacity=money("1000.50", "EUR"), yearly_goal=None)
    assumed = attrs.evolve(DEFAULT_ASSUMPTIONS, inflation=Decimal("0.03"))
    for category, mean in ((Category.INVESTMENTS, "0.075"), (Category.CRYPTO, "-0.1")):
        usual = assumed.returns[category]
        assumed = assumed.with_return(category, Return(Decimal(mean), usual.volatility))
    until = add_months(service.clock().date(), 24)
    known = service.project(owner, until=until, assumptions=assumed, plan=plan)
    assert chart(answer.text) == {
        "low": list(known.low), "middle": list(known.middle), "high": list(known.high),
    }  # fmt: skip
    said = plain(answer.text)
    for units in (known.middle[-1], known.low[-1], known.real_middle[-1], known.contributions[-1]):
        assert f"{units:,} €".replace(",", " ") in said
    assert "10 000 avenirs sont tirés au hasard" in said
    assert "inflation de 3,00 % par an" in said
    assert "100,05 € par mois, que votre plan ne répartit pas" in said
    part = browser.get(f"{PART}{asked}")
    assert "<html" not in part.text
    assert part.text.strip() in answer.text
    real = browser.get(f"{PART}{asked}&terms=real").text
    assert chart(real)["middle"] == list(known.real_middle)


def test_the_sliders_stand_where_the_plan_does(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Without a word in the address; at zero a month nothing is put in."""
    give_plan(container, owner)
    page = browser.get(PAGE).text
    for name, value in (("years", "10"), ("monthly", "800"), ("investments", "5"), ("cash", "1.7")):
        found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert found is not None
        assert f'value="{value}"' in found[0]
        assert f'data-default="{value}"' in found[0]
    assert "800,00 €" in plain(page)
    nothing = get_text(browser, f"{PAGE}?monthly=0&years=1")
    assert "Rien n’est mis de côté dans cette estimation." in nothing
    assert "Versé d’ici là 0 €" in nothing
    browser.get("/plateforme/langue/en")
    assert "one future in two ends higher" in get_text(browser, f"{PAGE}?years=1")


def test_without_a_plan_what_is_put_aside_is_cash(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """And the page says so."""
    service: WealthService = container.get(WealthService)
    give_unpriced(container, owner)
    saved = service.holdings(owner)
    assert saved is not None
    service.save_holdings(owner, saved.holdings.without("rare"), version=1, actor=owner)
    said = get_text(browser, f"{PAGE}?monthly=100&years=1&cash=0")
    assert "compté en épargne disponible" in said
    assert "1 200 € dans 1 an" in said


def test_an_incomplete_start_says_what_to_mend(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """The line without a price is named, and its page is one click away; no figure is shown."""
    assert "notez-le d’abord" in get_text(browser, PAGE)
    give_unpriced(container, owner)
    page = browser.get(PAGE).text
    assert "L’estimation ne peut pas encore partir" in page
    assert 'href="/plateforme/patrimoine/avoirs/rare"' in page
    assert "<i>rare" not in page
    assert "data-chart" not in page


@pytest.mark.parametrize(
    "asked",
    ["years=0", "years=41", "years=abc", "cash=60", "inflation=-9", "monthly=-1", "monthly=1e5",
     "monthly=9999999999999", "terms=gold", "crypto=0.12345678",
     "years=40&investments=50&monthly=999999999999"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused(
    browser: FlaskClient, container: Container, owner: str, asked: str
) -> None:
    """Beside its slider, by the page and by the part for scripts."""
    give_plan(container, owner)
    for path in (PAGE, PART):
        answer = browser.get(f"{path}?{asked}")
        assert answer.status_code == 422
        assert "error-summary" in answer.text
        assert "data-chart" not in answer.text


def test_an_amount_beyond_all_reason_is_refused_at_its_field(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Whatever the address says, the page answers, and the amount is refused where it stands."""
    give_plan(container, owner)
    answer = browser.get(f"{PAGE}?years=50&monthly=999999999999999999999")
    assert answer.status_code in {200, 422}
    assert "Écrivez un montant" in plain(answer.text)


def test_projections_are_counted_by_themselves(
    browser: FlaskClient, container: Container, owner: str
) -> None:
    """Estimates cost seconds of work: past the limit of a minute they wait, the rest does not."""
    give_plan(container, owner)
    most = int(COSTLY_LIMIT.split()[0])
    wrong = f"{PART}?years=0"  # refused before a path is drawn
    answers = {browser.get(wrong).status_code for _ in range(most)}
    assert 429 not in answers
    assert browser.get(wrong).status_code == 429
    assert browser.get("/plateforme/plan/").status_code == 200
