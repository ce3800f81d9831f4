"""Binance: the prices of cryptos, all of them in one call.

Source: github.com/binance/binance-spot-api-docs, rest-api.md ("Symbol price ticker", "IP Limits",
"HTTP Return Codes"), errors.md and faqs/market_data_only.md. All tickers weigh 4 of the 6,000 an
address may use a minute; a list fails whole when one of its symbols is unknown, so all are asked
for. There is no BTCUSD and no EURUSD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shared_kernel import Fault, Faults, parse_json
from shared_kernel.faults import shown
from wealth_core.adapters._http import Answer, Limits, Vendor, nonsense, refusal, retry_after
from wealth_core.errors import SourceDown, SourceNonsense
from wealth_core.quotes import _faults
from wealth_core.quotes.ports import Fetched
from wealth_core.quotes.values import Quote, crypto

if TYPE_CHECKING:
    import httpx

__all__ = ["Binance"]

NAME: Final = "binance"
BASE_URL: Final = "https://data-api.binance.vision"
MAX_BYTES: Final = 4_000_000
WEIGHT_LIMIT: Final = 6_000
WEIGHT_KEPT_FREE: Final = 600
"""What is left to others behind the same address: past that, a minute is waited."""
BAN: Final = timedelta(minutes=5)

_PATH: Final = "/api/v3/ticker/price"
_PRICE: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?", re.ASCII)
_BASE: Final = re.compile(r"[A-Z0-9]{1,20}", re.ASCII)
_UNKNOWN_SYMBOL: Final = -1121
_UNKNOWN_PARAMETER: Final = frozenset({-1100, -1101, -1104, -1106, -1130})


class Binance:
    """Prices of cryptos in euros, or else in USDT, with the price of the euro in USDT beside.

    Args:
        base_url: where it is asked.
        limits: how long it may take.
        transport: what stands for the network in a test.

    A price is the last one traded; its moment is that of the asking, for the vendor gives none.
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
        """Asks for the price of every symbol that is traded.

        Raises:
            SourceDown: no answer; too many requests (429), banned (418), stopped by the firewall
                (403), or refused (-1121 and the like): `.retry_after` says for how long.
            SourceNonsense: the answer is not a list of symbols and prices, or has no usable one.
        """
        # Without the status, symbols that are no longer traded come with the price of their last
        # day, which would look like today's.
        answer = self._vendor.get(_PATH, max_bytes=MAX_BYTES, params={"symbolStatus": "TRADING"})
        if answer.status == 400 and _error_code(answer)[0] in _UNKNOWN_PARAMETER:
            answer = self._vendor.get(_PATH, max_bytes=MAX_BYTES)
        if answer.status != 200:
            raise _refused(answer, at)
        prices, ignored = _prices(answer.body)
        quotes = tuple(_quotes(prices, at))
        if not quotes:
            raise SourceNonsense(Fault("", _faults.NOTHING_USABLE, {"source": NAME}))
        return Fetched(quotes, ignored=ignored, wait=_wait(answer.headers))


def _prices(body: bytes) -> tuple[dict[str, Decimal], int]:
    """Gives the prices by symbol, and how many entries are no price."""
    try:
        entries = parse_json(body, max_bytes=MAX_BYTES, max_depth=4)
    except Faults as error:
        raise nonsense(NAME, error.faults[0].message) from error
    if not isinstance(entries, list):
        raise nonsense(NAME, "no list of prices")
    prices: dict[str, Decimal] = {}
    ignored = 0
    for entry in entries:
        symbol = entry.get("symbol") if isinstance(entry, dict) else None
        price = entry.get("price") if isinstance(entry, dict) else None
        if not isinstance(symbol, str) or not isinstance(price, str):
            raise nonsense(NAME, f"no symbol with its price: {shown(entry)}")
        if symbol in prices:
            raise nonsense(NAME, f"{shown(symbol)} is given twice")
        found = Decimal(price) if _PRICE.fullmatch(price) else Decimal(0)
        if found > 0:
            prices[symbol] = found
        else:
            ignored += 1
    return prices, ignored


def _quotes(prices: Mapping[str, Decimal], at: datetime) -> Iterator[Quote]:
    usdt = crypto("USDT")
    for symbol, price in prices.items():
        if symbol == "EURUSDT":
            yield Quote("EUR", usdt, price, at, NAME)
        elif symbol.endswith("EUR") and _BASE.fullmatch(symbol, 0, len(symbol) - 3):
            yield Quote(crypto(symbol[:-3]), "EUR", price, at, NAME)
        elif symbol.endswith("USDT") and _BASE.fullmatch(symbol, 0, len(symbol) - 4):
            base = symbol[:-4]
            if f"{base}EUR" not in prices:
                yield Quote(crypto(base), usdt, price, at, NAME)


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """A minute, when the weight used in this one comes near the limit."""
    used = headers.get("x-mbx-used-weight-1m", "")
    near = used.isascii() and used.isdigit() and int(used[:9]) >= WEIGHT_LIMIT - WEIGHT_KEPT_FREE
    return timedelta(minutes=1) if near else None


def _refused(answer: Answer, at: datetime) -> SourceDown:
    if answer.status == 418:
        wait = retry_after(answer.headers, at=at)
        fault = Fault("", _faults.BANNED, {"source": NAME})
        return SourceDown(fault, BAN if wait is None else wait)
    code, said = _error_code(answer)
    if answer.status == 400 and code == _UNKNOWN_SYMBOL:
        return SourceDown(Fault("", _faults.UNKNOWN_SYMBOL, {"source": NAME}))
    if 400 <= answer.status < 500 and answer.status not in (403, 429) and code is not None:
        params = {"source": NAME, "code": str(code), "why": said, "status": str(answer.status)}
        return SourceDown(Fault("", _faults.VENDOR_REFUSED, params))
    return refusal(NAME, answer, at=at)


def _error_code(answer: Answer) -> tuple[int | None, str]:
    """Gives the code and the words of an error as Binance writes it: {"code": -1121, "msg": ""}."""
    try:
        said = parse_json(answer.body, max_bytes=10_000, max_depth=4)
    except Faults:
        return None, ""
    if not isinstance(said, dict) or not isinstance(said.get("code"), int):
        return None, ""
    return said["code"], shown(said.get("msg", ""))
