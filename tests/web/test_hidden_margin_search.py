"""The search for the hidden margin is not blind, and what answers merchants names none.

`test_hidden_margin` visits the whole site with this search.
"""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from flask import Flask, Response, make_response, session
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from testkit.crawl import Crawler, Visits
from testkit.freight import give_order
from testkit.hidden import NOTES, REAL_COSTS, REAL_RATE, Scene, listening, made_scene
from testkit.pages import FrozenClock
from testkit.sentinels import Watch

import comptoir_web
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from logistics_core.storage.orders import OrderStore
from shared_kernel.engine import reading
from shared_kernel.pdf import render_pdf


def leaks(figures: Mapping[str, Decimal], folder: Path) -> Mapping[str, Callable[[], Response]]:
    """Views that tell a figure, each in another way."""
    margin, cost = f"{figures['margin']:.0f}", f"{figures['real_cost']:.0f}"
    rate, percent = f"{figures['real_rate']}", f"{figures['percent']}"
    grouped = f"{int(margin):,}"
    dotted = f"{figures['margin'] / 1000:f}"

    def text(
        body: str | bytes, mimetype: str = "text/html", **headers: str
    ) -> Callable[[], Response]:
        return lambda: Response(body, mimetype=mimetype, headers=headers)

    def cookie(value: str) -> Callable[[], Response]:
        def set_cookie() -> Response:
            answer = make_response("nothing")
            answer.set_cookie("last", value)
            return answer

        return set_cookie

    def page_cookie(more: str) -> Callable[[], Response]:
        def keep() -> Response:
            session["seen"] = {"margin": int(margin), "more": more}
            return make_response("nothing")

        return keep

    def log() -> Response:
        logging.getLogger("comptoir_web.leak").warning("sold", extra={"earned": margin})
        return make_response("nothing")

    def failure() -> Response:
        raise RuntimeError(f"cost {cost} is too much")

    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("orders.csv", f"a;{margin}\n")
    described = PngInfo()
    described.add_text("Comment", f"costs {cost}", zip=False)
    drawn = io.BytesIO()
    Image.new("RGB", (2, 2)).save(drawn, "PNG", pnginfo=described)
    template = folder / "leak.typ"
    template.write_text("#let data = json(bytes(sys.inputs.data))\nCost: #data.cost")
    return {
        "digits": text(f"<p>{margin}</p>"),
        "negative cents": text(f"<p>-{margin}.00</p>"),
        "hundredths": text(json.dumps({"minor": int(margin) * 100}), "application/json"),
        "commas": text(f"GNF {grouped}"),
        "points": text(grouped.replace(",", ".")),
        "spaces": text(grouped.replace(",", " ")),
        "narrow spaces": text(grouped.replace(",", "\u202f") + "\u00a0GNF"),
        "entities": text(grouped.replace(",", "&#8239;")),
        "named entities": text(grouped.replace(",", "&nbsp;")),
        "escapes": text(json.dumps({"a": grouped.replace(",", "\u202f")}), "application/json"),
        "apostrophes": text(grouped.replace(",", "’")),
        "thousands": text(f"{dotted.replace('.', ',')} k"),
        "rate": text(f"1 CNY = {rate.replace('.', ',')}"),
        "percent": text(f"{percent.replace('.', ',')} %"),
        "fraction": text(json.dumps(f"{figures['percent'] / 100:f}"), "application/json"),
        "csv": text(f"1;TEXTILE;{cost}\r\n".encode("utf-8-sig"), "text/csv"),
        "address": text("", Location=f"/x?back=%2Fy%3Fgain%3D{grouped.replace(',', '%E2%80%AF')}"),
        "header": text("", **{"X-Detail": f"m={margin}"}),
        "etag": text("", ETag=f'"{margin}"'),
        "cookie": cookie(margin),
        "cookie in base64": cookie(base64.b64encode(f"earned {margin}".encode()).decode()),
        "page cookie": page_cookie(""),
        "deflated page cookie": page_cookie("a" * 300),
        "digits in base64": text(base64.b64encode(margin.encode()).decode()),
        "gzip": text(gzip.compress(margin.encode()), **{"Content-Encoding": "gzip"}),
        "page of a size that is packed": text(f"<p>{'word ' * 300}{margin}</p>"),
        "zip": text(zipped.getvalue(), "application/zip"),
        "picture": text(drawn.getvalue(), "image/png"),
        "pdf": text(render_pdf(template, {"cost": cost}), "application/pdf"),
        "note": text(f"<p>{NOTES[1]}</p>"),
        "log": log,
        "failure": failure,
    }  # fmt: skip


@pytest.fixture
def scene(app: Flask, clock: FrozenClock, sms: MemorySms) -> Iterator[Scene]:
    """The installation, with its prices."""
    with made_scene(app, clock, sms, lambda: None) as made:
        yield made


def test_a_view_that_leaks_is_caught(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A figure told in any of thirty ways is found by the same visit and the same search."""
    order = give_order(scene.services, scene.people["me"], volume="2.717")
    with reading(scene.engine) as connection:
        internal = OrderStore(connection).internal(order.id)
    figures = {
        "margin": internal.margin.amount,
        "real_cost": Decimal(REAL_COSTS["TEXTILE"]),
        "real_rate": REAL_RATE,
        "percent": internal.margin_percent,
    }
    views = leaks(figures, tmp_path)
    for name, view in views.items():
        scene.app.add_url_rule(f"/leak/{name}", f"leak {name}", view)
    told, known = {}, scene.secrets()
    with listening(monkeypatch, settings) as logs:
        client = scene.app.test_client()
        for rule in scene.app.url_map.iter_rules():
            if rule.rule.startswith("/leak/"):
                for log in logs:
                    log.seek(0)
                    log.truncate()
                watch = Watch()
                Crawler(scene.app, "merchant", client, watch, Visits()).try_rule(rule, {}, [])
                watch.add("a log", logs[0].getvalue())
                told[rule.endpoint.removeprefix("leak ")] = watch.find(known)
    assert [name for name in views if not told[name]] == []
    # What merchants know is not looked for.
    watch = Watch()
    watch.add("a quote", f"{order.quote.total.amount} {order.quote.commission.amount} 1250")
    assert watch.find(known) == []


# -- the programs ---------------------------------------------------------------------------------

OF_MERCHANTS: Final = (
    "blueprints/freight/*.py",
    "templates/freight/*.html",
    "api/freight_catalogue_documents.py",
    "api/freight_documents.py",
    "api/freight_money_documents.py",
    "api/freight_problems.py",
    "api/v1/freight.py",
    "api/v1/freight_notifications.py",
    "freight/desk.py",
    "freight/jobs.py",
    "freight/letters.py",
    "freight/payments.py",
    "freight/providers.py",
    "freight/reading.py",
    "freight/rooms.py",
    "freight/values.py",
)
"""What answers merchants, in `comptoir_web`."""
_WORD: Final = re.compile(r"[a-z]+", re.IGNORECASE)


def names_in(path: Path) -> Iterator[str]:
    """Every name that a program uses; of a template, what stands between its braces."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        for inside in re.findall(r"\{[{%](.*?)[}%]\}", text, re.DOTALL):
            yield from re.findall(r"[A-Za-z_]\w*", re.sub(r"\"[^\"]*\"|'[^']*'", "", inside))
        return
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "attr", "arg", "name", "module"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name


def tells(name: str) -> bool:
    """Whether a name is that of a cost or of a margin."""
    words = {word.lower() for word in _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))}
    return bool(words & {"real", "cost", "costs", "margin", "margins", "internal", "internals"})


def test_what_answers_merchants_names_no_cost_and_no_margin() -> None:
    """No program or page of theirs uses the real rate, a cost, `InternalQuote` or the margins."""
    root = Path(comptoir_web.__file__).parent
    looked = {path for pattern in OF_MERCHANTS for path in root.glob(pattern)}
    assert len(looked) >= 25
    for path in sorted(looked):
        assert [name for name in names_in(path) if tells(name)] == [], path.name
    # The same look at what answers administrators finds them.
    for name in ("freight/statistics.py", "templates/freight_admin/order.html"):
        assert any(map(tells, names_in(root / name))), name
