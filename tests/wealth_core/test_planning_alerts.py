"""Alerts: a level passed, a price stale, a plan late; found by figures, each under its own key."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_kernel import catalogue, from_minor, money
from wealth_core.errors import PlanFaults
from wealth_core.networth import (
    CashAccount,
    CashKind,
    Category,
    CryptoHolding,
    Envelope,
    Holdings,
    NetWorth,
    net_worth,
)
from wealth_core.planning import (
    Action,
    AlertKind,
    AlertRule,
    Direction,
    Month,
    alert_words,
    crossings,
    figures,
    late_months,
    stale_prices,
    threshold_crossed,
)
from wealth_core.quotes import Quote, QuoteBook

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
DAY = NOON.date()
HELD = Holdings(
    cash=[CashAccount("l", "Livret A", CashKind.LIVRET_A, money("1000", "EUR"), DAY)],
    crypto=[CryptoHolding("b", "Bitcoin", "BTC", Decimal("0.5"), DAY)],
)


def quote(price: str, *, hours: int = 1, base: str = "crypto:BTC") -> Quote:
    """A price in euros that was told so many hours before noon."""
    return Quote(base, "EUR", Decimal(price), NOON - timedelta(hours=hours), "binance")


def book(*quotes: Quote) -> QuoteBook:
    """The prices at noon."""
    return QuoteBook(quotes, at=NOON)


def worth(*quotes: Quote) -> NetWorth:
    """What the holdings above are worth at noon."""
    return net_worth(HELD, on=DAY, quotes=book(*quotes))


def rule(
    subject: str = "net_worth",
    level: str = "50000",
    direction: Direction = Direction.ABOVE,
    currency: str = "EUR",
) -> AlertRule:
    """A rule called as what it watches."""
    name = subject.replace(":", "-")
    return AlertRule(id=name, subject=subject, direction=direction, level=money(level, currency))


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=30),
    st.integers(0, 20),
    st.sampled_from(Direction),
)
@settings(max_examples=80)
def test_a_level_is_crossed_once_until_the_figure_comes_back(
    course: list[int], level: int, direction: Direction
) -> None:
    """Of a course of figures, exactly the passages from the near side to the far one are told."""
    watched = attrs.evolve(rule(direction=direction), level=from_minor(level, "EUR"))
    found = []
    for before, after in pairwise(course):
        known = ({watched.id: from_minor(each, "EUR")} for each in (before, after))
        found.append(crossings([watched], *known) == (watched,))
    beyond = [each >= level if direction is Direction.ABOVE else each <= level for each in course]
    assert found == [not one and two for one, two in pairwise(beyond)]
    assert crossings([watched], {}, {watched.id: from_minor(course[0], "EUR")}) == ()


def test_figures_are_those_of_the_whole_a_category_or_a_price() -> None:
    """Each in the currency of its level, converted where the valuation counts in another."""
    rules = [rule(), rule("cash"), rule("crypto:BTC"), rule("USD", "1")]
    prices = (quote("90000"), quote("0.86", base="USD"))
    found = figures(rules, valuation=worth(*prices), book=book(*prices))
    assert {name: str(figure.amount) for name, figure in found.items()} == {
        "net_worth": "46000.00", "cash": "1000.00", "crypto-BTC": "90000.00", "USD": "0.86",
    }  # fmt: skip
    francs = rule("cash", "1", currency="XOF")
    assert figures([francs], valuation=worth(*prices), book=book(*prices)) == {
        "cash": money("655957", "XOF")
    }
    assert figures([francs], valuation=worth(*prices), book=None) == {}


def test_what_is_missing_or_stale_crosses_nothing() -> None:
    """An incomplete valuation has no figures; a price that is missing or old is none either."""
    rules = [rule(level="1"), rule("crypto", "1"), rule("crypto:BTC", "1")]
    incomplete = worth()
    assert not incomplete.complete
    assert figures(rules, valuation=incomplete, book=book()) == {}
    old = quote("90000", hours=48)
    assert set(figures(rules, valuation=worth(old), book=book(old))) == {"net_worth", "crypto"}
    assert figures(rules, valuation=None, book=None) == {}
    before = {rule_.id: money("0", "EUR") for rule_ in rules}
    assert crossings(rules, before, figures(rules, valuation=incomplete, book=book())) == ()


@pytest.mark.parametrize(
    ("subject", "level", "currency"),
    [
        ("gold", "1", "EUR"),
        ("", "1", "EUR"),
        ([], "1", "EUR"),
        ("EUR", "1", "EUR"),
        ("cash", "-1", "EUR"),
    ],
)
def test_what_cannot_be_watched_is_refused(subject: Any, level: str, currency: str) -> None:
    """Neither what is unknown, nor a currency in itself, nor a level below zero."""
    with pytest.raises(PlanFaults):
        AlertRule(id="a", subject=subject, direction=Direction.BELOW, level=money(level, currency))
    for known in ("net_worth", *Category, "USD", "crypto:SOL"):
        assert rule(str(known)).subject == known


def test_a_stale_price_is_one_alert_an_asset() -> None:
    """Its key is the asset and the moment of the price: looking again finds the same one."""
    old = quote("90000", hours=48)
    lines = worth(old).lines
    (found,) = stale_prices([line.conversion for line in (*lines, *lines)])
    assert found.kind is AlertKind.STALE_PRICE
    assert found.key == "stale_price:crypto:BTC:2025-12-07T12:00:00Z"
    assert found.details["sources"] == "binance"
    assert stale_prices(line.conversion for line in worth(quote("90000")).lines) == ()
    (newer,) = stale_prices(line.conversion for line in worth(quote("91000", hours=30)).lines)
    assert newer.key != found.key


def test_a_late_plan_is_one_alert_a_month() -> None:
    """However many actions of the month still wait."""
    actions = [
        Action(
            id=f"{line}-{month}",
            owner="ann",
            line_id=line,
            month=Month.parse(month),
            expected=money("1", "EUR"),
            envelope=Envelope.PEA,
        )
        for line in ("a", "b")
        for month in ("2025-10", "2025-11", "2025-12")
    ]
    found = late_months(actions, date(2025, 12, 9))
    assert [each.key for each in found] == ["plan_late:2025-10", "plan_late:2025-11"]
    assert found[0].details == {"month": "2025-10", "count": "2"}


def test_each_alert_has_its_sentence_in_both_languages() -> None:
    """The holes of the sentence are filled by the details, with nothing left over."""
    old = quote("90000", hours=48)
    found = [
        threshold_crossed(rule(), money("51000", "EUR"), 3),
        threshold_crossed(rule(direction=Direction.BELOW), money("49000", "EUR"), 1),
        *stale_prices(line.conversion for line in worth(old).lines),
        *late_months(
            [
                Action(
                    id="a", owner="ann", line_id="a", month=Month(2025, 10),
                    expected=money("1", "EUR"), envelope=Envelope.PEA,
                )
            ],
            DAY,
        ),
    ]  # fmt: skip
    assert found[0].key == "threshold:net_worth:3"
    said = [alert_words(each).format_map(each.details) for each in found]
    assert said[0] == "net_worth reached 51000.00: you asked to be told at 50000.00 or more"
    french = catalogue("wealth_core", "fr")
    for each in found:
        words = french.gettext(alert_words(each))
        assert words != alert_words(each)
        assert "{" not in words.format_map(each.details)
