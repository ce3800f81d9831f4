"""The European Central Bank: euro foreign exchange reference rates.

Source: www.ecb.europa.eu, "Euro foreign exchange reference rates": 1 euro in about thirty
currencies, set at 14:15 and published around 16:00 Central European Time on working days. Three
files of one shape, nested `Cube` elements: today's, the last 90 days', and all since 4 January
1999. XOF, XAF, GNF and DZD are not among the currencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from shared_kernel import Fault
from shared_kernel.faults import shown
from wealth_core.adapters._http import Limits, Vendor, nonsense, refusal
from wealth_core.errors import SourceNonsense
from wealth_core.quotes import _faults
from wealth_core.quotes.ports import Fetched
from wealth_core.quotes.values import Quote, is_asset

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # nosec B405 - the name of a type, for type checkers

    import httpx

__all__ = ["Ecb", "published_at"]

NAME: Final = "ecb"
BASE_URL: Final = "https://www.ecb.europa.eu"
FIRST_DAY: Final = date(1999, 1, 4)
RECENT: Final = timedelta(days=89)

_FOLDER: Final = "/stats/eurofxref/"
_DAILY: Final = _FOLDER + "eurofxref-daily.xml", 200_000
_HISTORY_90_DAYS: Final = _FOLDER + "eurofxref-hist-90d.xml", 2_000_000
_HISTORY: Final = _FOLDER + "eurofxref-hist.xml", 40_000_000
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RATE: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Ecb:
    """Euro reference rates: 1 EUR = so much of another currency.

    Args:
        base_url: where it is asked.
        limits: how long it may take; the file of all years is some megabytes.
        transport: what stands for the network in a test.
    """

    name = NAME

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._vendor = Vendor(NAME, base_url, limits=limits, transport=transport)

    def fetch(self, *, at: datetime) -> Fetched:
        """Asks for the last rates published.

        Raises:
            SourceDown: no answer, or refused.
            SourceNonsense: the answer is not rates of days that have been: nothing of it is taken.
        """
        return self._read(*_DAILY, since=FIRST_DAY, at=at)

    def history(self, *, since: date, at: datetime) -> Fetched:
        """Asks for the rates of every working day from `since` on; raises as `fetch`."""
        recent = (at - RECENT).date() <= since
        return self._read(*(_HISTORY_90_DAYS if recent else _HISTORY), since=since, at=at)

    def _read(self, path: str, max_bytes: int, *, since: date, at: datetime) -> Fetched:
        answer = self._vendor.get(path, max_bytes=max_bytes)
        if answer.status != 200:
            raise refusal(NAME, answer, at=at)
        quotes: dict[tuple[date, str], Quote] = {}
        ignored = 0
        for day, code, rate in _rates(answer.body, at):
            if not is_asset(code) or code == "EUR":
                ignored += 1  # a currency of former times, or one younger than this program
            elif (day, code) in quotes:
                raise nonsense(NAME, f"{code} is given twice for {day}")
            elif day >= since:
                moment = min(published_at(day), at)
                quotes[day, code] = Quote("EUR", code, rate, moment, NAME)
        if not quotes:
            raise SourceNonsense(Fault("", _faults.NOTHING_USABLE, {"source": NAME}))
        return Fetched(tuple(quotes.values()), ignored=ignored)


def published_at(day: date) -> datetime:
    """Gives when the rates of a day are published: 16:00 in Frankfurt, in UTC.

    Summer time is from the last Sunday of March to the last one of October (Directive 2000/84/EC),
    reckoned here so that no time zone database is needed.

    >>> published_at(date(2025, 12, 9)), published_at(date(2025, 7, 1))
    (datetime.datetime(2025, 12, 9, 15, 0, tzinfo=datetime.timezone.utc), \
datetime.datetime(2025, 7, 1, 14, 0, tzinfo=datetime.timezone.utc))
    """
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return datetime(day.year, day.month, day.day, 14 if summer else 15, tzinfo=UTC)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _rates(body: bytes, at: datetime) -> Iterator[tuple[date, str, Decimal]]:
    today = (at + timedelta(hours=2)).date()  # in Frankfurt, at the latest
    for dated in _cubes(_parsed(body)):
        day = _day(dated.get("time"))
        if day > today:
            params = {"source": NAME, "day": day.isoformat()}
            raise SourceNonsense(Fault("", _faults.DATED_IN_THE_FUTURE, params))
        for cube in _cubes(dated):
            code, rate = cube.get("currency", ""), cube.get("rate", "")
            if not _CODE.fullmatch(code) or not _RATE.fullmatch(rate) or not Decimal(rate):
                raise nonsense(NAME, f"no currency with its rate: {shown(code)} {shown(rate)}")
            yield day, code, Decimal(rate)


def _parsed(body: bytes) -> Element:
    """Gives the element that holds the days."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise nonsense(NAME, f"{type(error).__name__} {error}") from error
    holders = _cubes(root)
    if _local(root) != "Envelope" or len(holders) != 1:
        raise nonsense(NAME, f"the document is of another kind: {_local(root)}")
    return holders[0]


def _cubes(element: Element) -> list[Element]:
    return [child for child in element if _local(child) == "Cube"]


def _local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _day(text: str | None) -> date:
    try:
        day = date.fromisoformat(text) if text is not None and _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day < FIRST_DAY:
        raise nonsense(NAME, f"no day of rates: {shown(text)}")
    return day
