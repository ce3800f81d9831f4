"""What a merchant must never learn, and the search for it in whatever a merchant can get.

`read_secrets` takes every cost and margin from the database, and what follows from them: sums by
container, by category and in all, percents. `Watch` keeps what was answered, sent and logged;
`Watch.find` searches it once the visit is over, so that the orders made on the way count as well.

A figure is found in plain digits, grouped by commas, points, apostrophes or any space, with a
decimal comma or point, in hundredths or thousandths, in percent or as a fraction, escaped for HTML,
JSON or an address, in base64 (signed cookies too, deflated or not), in gzip, PDF and zip.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

import attrs
from sqlalchemy import Engine, inspect, select, text

from logistics_core.storage.money_tables import logistics_accounts, logistics_movements
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_order_margins,
    logistics_orders,
)
from logistics_core.storage.tariff_tables import logistics_tariffs
from shared_kernel.engine import reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["KINDS", "Found", "Secrets", "Watch", "other_tables", "read_secrets"]

KINDS: Final = (
    "real cost",
    "real rate",
    "real goods",
    "real freight",
    "margin on exchange",
    "margin on freight",
    "margin",
    "percent",
    "sum of a container",
    "sum of a category",
    "sum of all",
)
"""What is looked for; what is earned by the commission is the commission, which merchants pay."""

_LEAST_DIGITS: Final = 5
"""A figure of fewer significant ones would be met by chance."""
_INTERNAL: Final = {
    "real_goods_value": "real goods",
    "real_freight": "real freight",
    "margin_exchange": "margin on exchange",
    "margin_freight": "margin on freight",
    "margin": "margin",
}
_SECRET_TABLES: Final = frozenset(
    # What was agreed with a merchant has a note among administrators.
    {"logistics_tariffs", "logistics_order_margins", "logistics_merchants"}
)


# -- what is secret -------------------------------------------------------------------------------


@attrs.frozen
class Secrets:
    """Figures and texts by what they are.

    Attributes:
        figures: The kind of each figure, by the figure as `_canonical` writes it.
        percents: The same for the short ones.
        texts: Words of administrators among themselves.
    """

    figures: Mapping[str, str]
    percents: Mapping[str, str]
    texts: tuple[str, ...]

    @property
    def kinds(self) -> set[str]:
        """The kinds that there are figures of."""
        return {*self.figures.values(), *self.percents.values()}


def read_secrets(engine: Engine, *, texts: Iterable[str] = ()) -> Secrets:
    """Every figure in the database that a merchant must not learn.

    What a merchant is told anyway (prices, totals, what was paid) is not one of them.
    """
    secret: dict[str, set[Decimal]] = defaultdict(set)
    percents: set[Decimal] = set()
    with reading(engine) as connection:
        public = _public(connection)
        for (document,) in connection.execute(select(logistics_tariffs.c.document)):
            tariff = json.loads(document)
            secret["real rate"].add(Decimal(tariff["real_rate"]))
            for category in tariff["categories"]:
                secret["real cost"].add(Decimal(category["real_cost"]["amount"]))
        for (internal,) in connection.execute(select(logistics_order_margins.c.internal)):
            quote = json.loads(internal)
            percents.add(Decimal(quote["margin_percent"]))
            for name, kind in _INTERNAL.items():
                secret[kind].add(Decimal(quote[name]["amount"]))
        for kind, sums in _sums(connection).items():
            secret[kind] |= sums
    known = {writing for figure in public for writing in _scaled(figure)}
    figures = {
        writing: kind
        for kind, values in secret.items()
        for value in values
        for writing in _scaled(value)
        if writing not in known
    }
    shorts = {
        _canonical(str(writing)): "percent"
        for value in percents
        for writing in (abs(value), abs(value) / 100)
        if len(value.normalize().as_tuple().digits) == _LEAST_DIGITS - 1
    }
    return Secrets(figures, shorts, tuple(texts))


def _public(connection: Connection) -> set[Decimal]:
    """What merchants are told: every amount of their quotes and wallets, and the prices."""
    known: set[Decimal] = set()
    for document, purchase in connection.execute(
        select(logistics_orders.c.client_quote, logistics_orders.c.purchase)
    ):
        known |= set(_numbers_in(json.loads(document))) | set(_numbers_in(json.loads(purchase)))
    for (document,) in connection.execute(select(logistics_tariffs.c.document)):
        tariff = json.loads(document)
        known |= {Decimal(tariff["rate"]), Decimal(tariff["commission"])}
        known |= {Decimal(each["price"]["amount"]) for each in tariff["categories"]}
    for column in (logistics_accounts.c.balance_minor, logistics_movements.c.amount_minor):
        known |= {Decimal(amount) for amount in connection.execute(select(column)).scalars()}
    return known


def _numbers_in(document: object) -> Iterator[Decimal]:
    if isinstance(document, Mapping):
        document = list(document.values())
    if isinstance(document, list):
        for value in document:
            yield from _numbers_in(value)
    elif isinstance(document, str) and re.fullmatch(r"-?\d+(\.\d+)?", document):
        yield Decimal(document)


def _sums(connection: Connection) -> Mapping[str, set[Decimal]]:
    """What the orders of a container, of a category, of a state and all of them earn together."""
    margins, orders = logistics_order_margins.c, logistics_orders.c
    inside: dict[str, list[tuple[str, int]]] = defaultdict(list)
    booked = logistics_bookings.c
    for order_id, container_id, litres in connection.execute(
        select(booked.order_id, booked.container_id, booked.litres)
    ):
        inside[order_id].append((container_id, litres))
    earned = (margins.margin_minor, margins.margin_exchange_minor, margins.margin_freight_minor)
    query = select(orders.id, orders.category, orders.state, orders.litres, *earned)
    sums: dict[tuple[str, object], list[Fraction]] = defaultdict(lambda: [Fraction()] * len(earned))
    for row in connection.execute(query.where(margins.order_id == orders.id)):
        sold = row.state not in {"devis", "annule"}
        keys: list[tuple[str, object, Fraction]] = [
            ("sum of a category", (row.category, sold), Fraction(1)),
            ("sum of a category", row.category, Fraction(1)),
            ("sum of all", sold, Fraction(1)),
            ("sum of all", row.state, Fraction(1)),
            ("sum of all", "whatever it is", Fraction(1)),
        ]
        for container_id, litres in inside[row.id]:
            share = Fraction(litres, row.litres)
            keys.append(("sum of a container", container_id, share))
            keys.append(("sum of a container", (container_id, row.category), share))
        for kind, key, share in keys:
            had = sums[kind, key]
            sums[kind, key] = [one + more * share for one, more in zip(had, row[4:], strict=True)]
    found: dict[str, set[Decimal]] = defaultdict(set)
    for (kind, _), amounts in sums.items():
        for amount in amounts:
            # The share of an order that is split is a franc more or less.
            near = (0,) if amount.denominator == 1 else (-1, 0, 1)
            found[kind] |= {Decimal(round(amount) + more) for more in near}
    return found


def _scaled(value: Decimal) -> Iterator[str]:
    """A figure, a hundred times it, and its hundredth, thousandth and millionth part."""
    if len(value.normalize().as_tuple().digits) >= _LEAST_DIGITS:
        for places in (2, 0, -2, -3, -6):
            yield _canonical(f"{abs(value).scaleb(places):f}")


def _canonical(number: str) -> str:
    """One writing for all those of a number."""
    whole, _, decimals = number.replace(",", ".").partition(".")
    decimals = decimals.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")


# -- the search -----------------------------------------------------------------------------------

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_GROUP: Final = re.compile(r"(?<=\d)[\s.,'’_\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORD: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_DRAWN: Final = re.compile(r'\s(?:d|points|viewBox)="[^"]*"')
"""The lines of a drawing: short decimals by the hundred."""
_PRINTED: Final = re.compile(r"[\x20-\x7e\s]{4,}")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_BINARY: Final = (b"\x89PNG", b"\xff\xd8\xff", b"wOF2", b"wOFF", b"GIF8", b"\x00\x01\x00\x00")


@attrs.frozen(order=True)
class Found:
    """A secret that was found.

    Attributes:
        kind: What it is.
        where: In what.
        line: The line it stands in.
    """

    kind: str
    where: str
    line: str


@attrs.define
class Watch:
    """What was looked at: each line once, with where it was met first."""

    lines: dict[str, str] = attrs.field(factory=dict)
    drawn: set[str] = attrs.field(factory=set)

    def add(
        self, where: str, data: bytes | str, *, encoding: str = "", drawn: bool = False
    ) -> None:
        """Keep something to be searched.

        Args:
            where: What it is, for the report.
            data: Its bytes, compressed or not, or a text.
            encoding: The ``Content-Encoding`` it came with.
            drawn: Whether it is a style sheet or a script, full of short decimals.
        """
        for part, piece in _opened(data, encoding):
            for line in piece.splitlines():
                if line not in self.lines:
                    self.lines[line] = f"{where}{part}"
                    if drawn or part == " (binary)":
                        self.drawn.add(line)

    def find(self, secrets: Secrets) -> list[Found]:
        """Everything secret in what was kept."""
        found = set()
        known: set[str] = set()
        for line, where in self.lines.items():
            for shown in _readings(line, known):
                for kind in _kinds(shown, secrets, short=line not in self.drawn):
                    found.add(Found(kind, where, line.strip()[:300]))
        return sorted(found)


def _opened(data: bytes | str, encoding: str) -> Iterator[tuple[str, str]]:
    """The texts in something, whatever they are packed in, with how each was found."""
    if isinstance(data, str):
        yield "", data
        return
    if encoding == "gzip" or data[:2] == b"\x1f\x8b":
        yield from _opened(gzip.decompress(data), "")
    elif encoding:
        raise AssertionError(f"an answer in {encoding} cannot be searched")
    elif data.startswith(b"%PDF"):
        yield from ((" (PDF)", each) for each in _texts_of_pdf(data))
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield f" ({name})", packed.read(name).decode("utf-8", "replace")
    elif data.startswith(_BINARY):
        yield " (binary)", "\n".join(_PRINTED.findall(data.decode("latin-1")))
    else:
        yield "", data.decode("utf-8", "replace")


def _texts_of_pdf(data: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    yield str(reader.metadata)
    for page in reader.pages:
        yield page.extract_text()
    for stream in _STREAM.findall(data):
        try:
            yield zlib.decompress(stream.strip(b"\r\n")).decode("latin-1")
        except zlib.error:
            yield stream.decode("latin-1")


def _readings(line: str, known: set[str]) -> Iterator[str]:
    """A line as it stands, as it is read once its escapes are undone, and what its words hold."""
    line = _DRAWN.sub(" ", line)
    yield line
    if "\\u" in line:
        line = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), line)
        yield line
    if "&" in line or "%" in line or "+" in line:
        yield unquote_plus(html.unescape(line))
        yield html.unescape(line)
    for word in _WORD.findall(line):
        if word not in known:
            known.add(word)
            inside = _decoded(word)
            if inside:
                yield inside


def _decoded(word: str) -> str:
    """What a word is in base64, deflated or not; nothing when it is no text."""
    bare = word.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1:
        return ""
    data = base64.b64decode(bare + "=" * (-len(bare) % 4))
    if data[:1] == b"\x78":
        try:
            data = zlib.decompress(data)
        except zlib.error:
            return ""
    return data.decode() if data.isascii() and data.decode().isprintable() else ""


def _kinds(shown: str, secrets: Secrets, *, short: bool) -> Iterator[str]:
    together = _GROUP.sub("", shown)
    for read in {shown, together}:
        for number in _NUMBER.findall(read):
            kind = secrets.figures.get(_canonical(number))
            if kind is not None:
                yield kind
    if short:
        for number in _NUMBER.findall(together):
            kind = secrets.percents.get(_canonical(number))
            if kind is not None:
                yield kind
    for words in secrets.texts:
        if words in shown:
            yield words


# -- where it may stand ---------------------------------------------------------------------------


def other_tables(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every row of every table but those of administrators alone, as text."""
    with reading(engine) as connection:
        for name in sorted(set(inspect(engine).get_table_names()) - _SECRET_TABLES):
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):  # the name of a table
                for value in row:
                    yield name, str(value)
