"""Euro reference rates, from files as the European Central Bank writes them, and from others."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from wealth_core.adapters import Ecb, Limits
from wealth_core.adapters.ecb import published_at
from wealth_core.errors import SourceDown, SourceNonsense
from wealth_core.quotes import HistorySource
from wealth_core.testing.quotes import FakeEcb, ecb_document

TUESDAY = date(2025, 12, 9)
EVENING = datetime(2025, 12, 9, 20, tzinfo=UTC)
RATES = {"USD": "1.1650", "JPY": "181.88", "CNY": "8.2315"}
DAYS = {
    TUESDAY: RATES,
    date(2025, 12, 8): {"USD": "1.1640"},
    date(2025, 12, 5): {"USD": "1.1630"},  # no rates on a weekend
    date(2025, 9, 1): {"USD": "1.17"},
    date(2008, 1, 2): {"USD": "1.4688", "CYP": "0.585274", "MTL": "0.4293"},
    date(1999, 1, 4): {"USD": "1.1789"},
}


def asked(fake: FakeEcb) -> Ecb:
    """An adapter that asks a fake."""
    return Ecb(transport=fake.transport())


def test_the_rates_of_the_day_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """One euro in each currency, to the last digit, as of 16:00 in Frankfurt."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fake = FakeEcb(DAYS)
    with fake.serving() as url:
        fetched = Ecb(url).fetch(at=EVENING)
    assert fake.requests == ["/stats/eurofxref/eurofxref-daily.xml"]
    assert {one.quote: str(one.price) for one in fetched.quotes} == RATES
    assert {(one.base, one.source) for one in fetched.quotes} == {("EUR", "ecb")}
    assert {one.as_of for one in fetched.quotes} == {datetime(2025, 12, 9, 15, tzinfo=UTC)}
    early = datetime(2025, 12, 9, 14, 55, tzinfo=UTC)  # published some minutes before the hour
    assert {one.as_of for one in asked(fake).fetch(at=early).quotes} == {early}
    assert isinstance(asked(fake), HistorySource)


def test_the_history_is_read_from_a_day_on() -> None:
    """The small file for the last weeks, the large one before; currencies of old are left out."""
    fake = FakeEcb(DAYS)
    recent = asked(fake).history(since=date(2025, 12, 6), at=EVENING)
    assert [one.as_of.date() for one in recent.quotes if one.quote == "USD"] == [
        TUESDAY,
        date(2025, 12, 8),
    ]
    whole = asked(fake).history(since=date(1999, 1, 1), at=EVENING)
    assert (len(whole.quotes), whole.ignored) == (8, 2)
    assert min(one.as_of for one in whole.quotes) == datetime(1999, 1, 4, 15, tzinfo=UTC)
    assert [path.rpartition("-")[2] for path in fake.requests] == ["90d.xml", "hist.xml"]
    with pytest.raises(SourceNonsense, match="no usable price"):
        asked(fake).history(since=date(2025, 12, 10), at=EVENING)


def test_sixteen_oclock_in_frankfurt() -> None:
    """Our reckoning of summer time agrees with the time zone database for each day since 1999."""
    frankfurt = ZoneInfo("Europe/Berlin")
    day = date(1999, 1, 4)
    while day.year < 2031:
        expected = datetime.combine(day, time(16), frankfurt)
        assert published_at(day) == expected, day
        day += timedelta(days=1)


GOOD = ecb_document({TUESDAY: RATES}).decode()
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    "<Envelope><Cube>&b;</Cube></Envelope>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    "<Envelope><Cube>&x;</Cube></Envelope>"
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<html><body>Maintenance</body></html>", "source.not_understood"),
        ("<!doctype html><p>Maintenance", "source.not_understood"),
        ("", "source.not_understood"),
        (GOOD[: len(GOOD) // 2], "source.not_understood"),
        (LAUGHS, "source.not_understood"),
        (OUTSIDE, "source.not_understood"),
        ("<a>" * 60_000, "source.not_understood"),
        ("<Envelope/>", "source.not_understood"),
        ("<Envelope><Cube/></Envelope>", "source.nothing_usable"),
        ("<Envelope><Cube/><Cube/></Envelope>", "source.not_understood"),
        (GOOD.replace("1.1650", "0"), "source.not_understood"),
        (GOOD.replace("1.1650", "-1.1650"), "source.not_understood"),
        (GOOD.replace("1.1650", "NaN"), "source.not_understood"),
        (GOOD.replace("1.1650", "N/A"), "source.not_understood"),
        (GOOD.replace("1.1650", "1,1650"), "source.not_understood"),
        (GOOD.replace("USD", "usd"), "source.not_understood"),
        (GOOD.replace("USD", "JPY"), "source.not_understood"),
        (GOOD.replace("2025-12-09", "09/12/2025"), "source.not_understood"),
        (GOOD.replace("2025-12-09", "2025-02-30"), "source.not_understood"),
        (GOOD.replace("2025-12-09", "1998-12-31"), "source.not_understood"),
        (GOOD.replace("2025-12-09", "2025-12-10"), "source.dated_in_the_future"),
        (GOOD.replace("time=", "date="), "source.not_understood"),
        ("<?xml version='1.0' encoding='klingon'?><Envelope/>", "source.not_understood"),
        ("<Envelope>" + " " * 200_000 + "</Envelope>", "source.answer_too_large"),
    ],
    ids=range(24),
)
def test_nonsense_is_refused_whole(body: str, code: str) -> None:
    """One rate, one day, one element that is not as documented: nothing of the file is taken."""
    fake = FakeEcb()
    fake.say(body)
    with pytest.raises(SourceNonsense) as refused:
        asked(fake).fetch(at=EVENING)
    assert refused.value.reason.code == code


@pytest.mark.parametrize(
    ("status", "code", "wait_s"),
    [
        (404, "source.bad_status", None),
        (429, "source.too_many_requests", 60),
        (403, "source.firewall", 600),
        (503, "source.bad_status", None),
    ],
)
def test_a_refusal_says_why_and_for_how_long(status: int, code: str, wait_s: int | None) -> None:
    """The file is not there, or the server wants to be left alone for a while."""
    fake = FakeEcb()
    fake.say("<html/>", status=status)
    with pytest.raises(SourceDown) as refused:
        asked(fake).fetch(at=EVENING)
    wait = None if wait_s is None else timedelta(seconds=wait_s)
    assert (refused.value.reason.code, refused.value.retry_after) == (code, wait)


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a real socket, within the limit."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fake = FakeEcb()
    fake.hang()
    with fake.serving() as url, pytest.raises(SourceDown, match="did not answer"):
        Ecb(url, limits=Limits(read_s=0.1, total_s=0.3)).fetch(at=EVENING)
    assert FakeEcb().answer("/elsewhere.xml", {}).status == 404
