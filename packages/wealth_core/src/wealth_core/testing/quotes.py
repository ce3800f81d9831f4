"""Vendors of prices that behave as their public documentation says, and strategies for prices.

`FakeBinance` and `FakeEcb` stand for the network (``Binance(transport=fake.transport())``) or are
real servers on the loopback (``with fake.serving() as url: Binance(url)``). They read no clock:
`FakeBinance.new_minute` is what makes a minute pass.

>>> fake = FakeBinance({"BTCEUR": "81234.50", "EURUSDT": "1.16"})
>>> answer = fake.answer("/api/v3/ticker/price", {"symbol": "BTCEUR"})
>>> answer.status, answer.body
(200, b'{"symbol":"BTCEUR","price":"81234.50"}')
>>> fake.answer("/api/v3/ticker/price", {"symbol": "BTCUSD"}).body
b'{"code":-1121,"msg":"Invalid symbol."}'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from shared_kernel import currency_codes
from shared_kernel.testing import FakeAnswer, FakeRequest, FakeVendor
from wealth_core.quotes import WELL_KNOWN, Quote, QuoteBook

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FakeAnswer", "FakeBinance", "FakeEcb", "assets", "books", "quotes"]


class FakeBinance(FakeVendor):
    """``/api/v3/ticker/price`` as github.com/binance/binance-spot-api-docs describes it.

    Each call weighs (2 for one symbol, 4 for more) and the weight used this minute is told in
    ``X-MBX-USED-WEIGHT-1M``; past the limit it is 429 with ``Retry-After``, and for those who go on
    418. A list with one unknown symbol fails whole, with -1121.

    Args:
        prices: by symbol, ``{"BTCEUR": "81234.50"}``; change it as the market does.
        halted: symbols that are no longer traded: given with their last price, unless only those
            that are traded are asked for.
    """

    LIMIT: Final = 6_000

    def __init__(
        self, prices: Mapping[str, str] | None = None, *, halted: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        some = {"BTCEUR": "81234.50000000", "SOLUSDT": "130.10000000", "EURUSDT": "1.16400000"}
        self.prices = dict(some if prices is None else prices)
        self.halted = dict(halted or {})
        self.weight = 0
        self._warned = 0

    def new_minute(self) -> None:
        """Lets a minute pass: the weight starts again from nothing, and a ban is over."""
        self.weight = self._warned = 0

    def _good(self, request: FakeRequest) -> FakeAnswer:
        params = request.params
        if request.path != "/api/v3/ticker/price":
            return FakeAnswer(404, b"<html><body>Not found</body></html>")
        self.weight += 2 if "symbol" in params else 4
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "x-mbx-used-weight": str(self.weight),
            "x-mbx-used-weight-1m": str(self.weight),
        }
        if self.weight > self.LIMIT:
            return self._too_much(headers)
        known = {**({} if params.get("symbolStatus") == "TRADING" else self.halted), **self.prices}
        if "symbol" in params:
            asked = [params["symbol"]]
        elif "symbols" in params:
            asked = json.loads(params["symbols"])
        else:
            asked = list(known)
        if any(symbol not in known for symbol in asked):
            return FakeAnswer(400, _json({"code": -1121, "msg": "Invalid symbol."}), headers)
        entries = [{"symbol": symbol, "price": known[symbol]} for symbol in asked]
        return FakeAnswer(200, _json(entries[0] if "symbol" in params else entries), headers)

    def _too_much(self, headers: Mapping[str, str]) -> FakeAnswer:
        self._warned += 1
        banned = self._warned > 3
        said = {
            "code": -1003,
            "msg": "Way too much request weight used; IP banned until 1765281660000."
            if banned
            else "Too much request weight used; current limit is 6000 request weight per 1 MINUTE.",
        }
        told = {**headers, "Retry-After": "120" if banned else "37"}
        return FakeAnswer(418 if banned else 429, _json(said), told)


class FakeEcb(FakeVendor):
    """The three files of euro reference rates, as the European Central Bank publishes them.

    Args:
        days: the rates by day and currency, ``{date(2025, 12, 9): {"USD": "1.1650"}}``.
    """

    def __init__(self, days: Mapping[date, Mapping[str, str]] | None = None) -> None:
        super().__init__()
        some = {date(2025, 12, 9): {"USD": "1.1650", "JPY": "181.88", "CNY": "8.2315"}}
        self.days = dict(some if days is None else days)

    def _good(self, request: FakeRequest) -> FakeAnswer:
        path = request.path
        last = max(self.days)
        files = {
            "/stats/eurofxref/eurofxref-daily.xml": last,
            "/stats/eurofxref/eurofxref-hist-90d.xml": last - timedelta(days=90),
            "/stats/eurofxref/eurofxref-hist.xml": date(1999, 1, 4),
        }
        if path not in files:
            return FakeAnswer(404, b"<html><body>Not found</body></html>")
        since = files[path]
        days = {day: self.days[day] for day in sorted(self.days, reverse=True) if day >= since}
        return FakeAnswer(200, ecb_document(days), {"Content-Type": "text/xml"})


def ecb_document(days: Mapping[date, Mapping[str, str]]) -> bytes:
    """Writes rates as the European Central Bank does."""
    cubes = "".join(
        f'\t\t<Cube time="{day.isoformat()}">\n'
        + "".join(
            f'\t\t\t<Cube currency="{code}" rate="{rate}"/>\n' for code, rate in rates.items()
        )
        + "\t\t</Cube>\n"
        for day, rates in days.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
        "\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n"
        "\t</gesmes:Sender>\n"
        f"\t<Cube>\n{cubes}\t</Cube>\n</gesmes:Envelope>\n"
    ).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


_AT: Final = datetime(2025, 12, 9, 12, tzinfo=UTC)
_SOURCES: Final = ("binance", "ecb", "table", "manual")


def assets() -> SearchStrategy[str]:
    """Currencies and cryptos, those that chains go through among the first."""
    hubs = ["EUR", "USD", "crypto:USDT", "XOF", "crypto:BTC"]
    return st.sampled_from(hubs) | st.sampled_from([*currency_codes(), *sorted(WELL_KNOWN)])


@st.composite
def quotes(draw: st.DrawFn, *, at: datetime = _AT) -> Quote:
    """Prices of `at` or up to sixty days before, of any size that a market knows."""
    base, quote = draw(st.lists(assets(), min_size=2, max_size=2, unique=True))
    price = Decimal(draw(st.integers(1, 10**9))).scaleb(draw(st.integers(-12, 6)))
    age = timedelta(minutes=draw(st.integers(0, 60 * 24 * 60)))
    return Quote(base, quote, price, at - age, draw(st.sampled_from(_SOURCES)))


def books(*, at: datetime = _AT, max_size: int = 12) -> SearchStrategy[QuoteBook]:
    """Books of up to so many prices, at `at`."""
    several = st.lists(quotes(at=at), max_size=max_size)
    return several.map(lambda given: QuoteBook(given, at=at))
