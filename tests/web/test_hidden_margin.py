"""The hidden margin: nothing that a merchant can get tells a cost or what the platform earns.

One installation with a little of everything, whose costs stand nowhere else, is visited by a
merchant, by another one and by nobody: every address with every method, every link and form, every
operation of the API, every kind of error. Whatever is answered, sent, stored or logged meanwhile is
searched for every cost and every margin of the database. The same search among an administrator's
pages finds them all, and a view made to leak them is caught: the search is not blind.
"""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import logging
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
import svcs
from flask import Flask, Response, make_response, session
from flask.testing import FlaskClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import Engine, update
from testkit.crawl import Crawler, Form, Visits
from testkit.freight import (
    PretendProvider,
    a_purchase,
    a_tariff,
    give_confirmed,
    give_container,
    give_money,
    give_order,
    give_paid,
    give_supplier,
    picture,
    with_provider,
)
from testkit.merchants import give_orders
from testkit.pages import FrozenClock, csrf_token
from testkit.phones import last_code
from testkit.sentinels import KINDS, Secrets, Watch, other_tables, read_secrets
from werkzeug.routing import Rule

import comptoir_web
from comptoir_web.app import PUBLIC_ENDPOINTS
from comptoir_web.files import LocalFiles
from comptoir_web.freight import desk as desk_module
from comptoir_web.freight.desk import FreightDesk
from comptoir_web.freight.office import FreightOffice
from comptoir_web.freight.payments import FreightPayments
from comptoir_web.identity.roles import Guard, Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.logs import init_logs
from comptoir_web.mail import MemoryMailer
from comptoir_web.settings import Mode, Settings
from comptoir_web.sms import MemorySms
from logistics_core.errors import ProviderDown
from logistics_core.merchants import MerchantTerms
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.tariff_tables import logistics_tariffs
from shared_kernel import money
from shared_kernel.engine import reading, transaction
from shared_kernel.pdf import render_pdf

HOME: Final = "/plateforme/groupage/"
API: Final = "/api/v1/freight"
ASKED: Final = "?goods=12345&category=TEXTILE&volume=2,345&note=essai"
PHONES: Final = {"me": "+224620000001", "other": "+224620000002"}
REAL_COSTS: Final = {"ELECTRONIQUE": 5_179_547, "TEXTILE": 4_180_187, "DIVERS": 3_679_513}
"""Primes, so that no product and no sum of them is a round number."""
REAL_RATE: Final = Decimal("1171.7173")
NOTES: Final = ("L’armateur baisse ses prix de moitié.", "Rapporte peu : à surveiller.")
"""What administrators write to one another."""
NOTHING: Final = "0" * 32
HOSTILE: Final = "'\"><script>{{7*7}}</script>%00\u202e../../etc/passwd; DROP TABLE x --"

ENDS: Final = ("account.end_other_sessions", "auth.sign_out")
"""What ends a visit."""

NOTHING_TO_HAVE: Final = {
    ("api_session.token", "POST"): "the account has no password",
    ("auth.link", "GET"): "its address came by mail to somebody else",
    ("auth.link", "POST"): "its address came by mail to somebody else",
    ("auth.sign_in", "POST"): "the account has no password",
}
"""What a merchant reaches and is always refused by, and why."""


# -- the installation -----------------------------------------------------------------------------


@attrs.frozen
class Scene:
    """The installation, and the people who visit it.

    Attributes:
        app: The application.
        engine: Its database.
        services: Its services, with mobile money.
        provider: Of mobile money.
        clock: Of the application.
        run_jobs: Runs the jobs that wait.
        sms: The messages sent.
        people: The ids of the two merchants.
        orders: The orders of the first one, by what they are.
        ids: What the variables of addresses are filled with: one's own, another's, nothing.
    """

    app: Flask
    engine: Engine
    services: svcs.Container
    provider: PretendProvider
    clock: FrozenClock
    run_jobs: Callable[[], None]
    sms: MemorySms
    people: dict[str, str]
    orders: dict[str, str] = attrs.field(factory=dict)
    ids: dict[str, Sequence[object]] = attrs.field(factory=dict)

    def secrets(self) -> Secrets:
        """Every cost and margin there is now."""
        return read_secrets(self.engine, texts=NOTES)


@pytest.fixture
def scene(
    app: Flask,
    web_engine: Engine,
    container: svcs.Container,
    clock: FrozenClock,
    sms: MemorySms,
    run_jobs: Callable[[], None],
    identity: IdentityService,
) -> Iterator[Scene]:
    """Two merchants known by their phones, prices, and mobile money."""
    registry = svcs.flask.get_registry(app)
    provider = with_provider(registry, container)
    people = {
        name: identity.create_user(email=None, phone=phone, name=name, role="merchant").id
        for name, phone in PHONES.items()
    }
    with svcs.Container(registry) as services:
        office: FreightOffice = services.get(FreightOffice)
        tariff = a_tariff(services, worked=True)
        costs = tuple(
            attrs.evolve(each, real_cost=money(REAL_COSTS[each.code], "GNF"))
            for each in tariff.categories
        )
        tariff = attrs.evolve(tariff, real_rate=REAL_RATE, categories=costs)
        office.publish(tariff, actor=None, note=NOTES[0])
        terms = MerchantTerms(owner=people["me"], commission=Decimal("0.043"), note=NOTES[1])
        office.save_terms(terms, version=0, actor=None)
        yield Scene(app, web_engine, services, provider, clock, run_jobs, sms, people)


def fill(scene: Scene) -> None:
    """Orders in every state, containers at every stage, proofs, payments, refunds, a split."""
    services, me, other = scene.services, scene.people["me"], scene.people["other"]
    office: FreightOffice = services.get(FreightOffice)
    desk: FreightDesk = services.get(FreightDesk)
    payments: FreightPayments = services.get(FreightPayments)
    scene.orders.update({name: order.id for name, order in give_orders(services, me).items()})
    at_stage = {}
    for name, stages in (("at port", ("port",)), ("received", ("port", "douane", "livre"))):
        held = at_stage[name] = give_container(services)
        order = give_paid(services, me, held.id, goods="8123.45", volume="2.717")
        give_confirmed(services, me, held.id, volume="1.313", category="DIVERS")
        give_paid(services, other, held.id, volume="4.177", category="ELECTRONIQUE")
        office.close_container(held.id, actor=None)
        for stage in stages:
            office.advance(held.id, stage, actor=None)
        scene.orders[name] = order.id
    dropped = give_container(services)
    scene.orders["refunded"] = give_paid(services, me, dropped.id, volume="3.331").id
    office.cancel_container(dropped.id, actor=None)
    tight = [give_container(services) for _each in range(2)]
    for held in tight:
        give_confirmed(services, other, held.id, volume="71.003")
    split = give_order(services, me, volume="7.519")
    parts = {held.id: litres for held, litres in zip(tight, (3000, 2500), strict=True)}
    desk.confirm_split(me, split.id, parts, rest_waits=True, agreed=True)
    large = desk.save_quote(me, a_purchase(7_000, "75.991", "DIVERS"), request_id="large")
    mobile = give_confirmed(services, me, tight[0].id, goods=777, volume="0.501")
    paying = payments.start(me, mobile.id, key="paying").payment
    failed = payments.start(me, scene.orders["confirmed"], key="failed").payment
    theirs = give_confirmed(services, other, tight[1].id, volume="0.733")
    give_supplier(services, "Atelier du Sud")
    proofs = payments.proofs(me, scene.orders["checked"])
    their_proof = payments.add_proof(
        other, theirs.id, money("1234567", "GNF"), picture(), request_id="theirs"
    )
    scene.orders.update({"split": split.id, "no room": large.id, "mobile": mobile.id})
    their_payment = payments.start(other, theirs.id, key="theirs").payment
    scene.ids.update(
        {
            "order_id": (scene.orders["quote"], theirs.id, NOTHING, HOSTILE),
            "payment_id": (paying.id, their_payment.id, failed.id, HOSTILE),
            "proof_id": (proofs[0].id, their_proof.id, NOTHING, HOSTILE),
            "container_id": (tight[0].id, at_stage["received"].id, NOTHING),
            "reference": (paying.reference, their_payment.reference, "GP0", HOSTILE),
            "owner": (me, other),
            "merchant_id": (me, other),
            "user_id": (me, other),
            "version": (1, 0),
            "code": ("fr", "en"),
            "slug": ("immobilier",),
            "served_name": ("nothing.js",),
            "text": ("abc.def", HOSTILE),
        }
    )


# -- the visitors ---------------------------------------------------------------------------------


def sign_in(scene: Scene, crawler: Crawler, who: str) -> None:
    """By the phone and the code of the message, as a merchant does."""
    scene.run_jobs()  # what is told of orders goes first
    for path, field in (("/plateforme/telephone", "phone"), ("/plateforme/telephone/code", "code")):
        token = csrf_token(crawler.client, path)
        given = PHONES[who] if field == "phone" else last_code(scene.sms, PHONES[who])
        answer = crawler.ask("POST", path, data={"csrf_token": token, field: given})
        assert answer.status_code == 303, answer.text
        scene.run_jobs()
    assert crawler.ask("GET", HOME).status_code == 200


def take_token(scene: Scene, crawler: Crawler, who: str) -> dict[str, Any]:
    """By the phone and the code, as a program does; every later request carries the token."""
    scene.run_jobs()
    asked = crawler.ask("POST", "/api/v1/auth/code", json={"phone": PHONES[who]}).get_json()
    scene.run_jobs()
    given = {"request": asked["request"], "code": last_code(scene.sms, PHONES[who])}
    answer = crawler.ask("POST", "/api/v1/auth/code/verify", json=given)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.get_json()
    crawler.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['access_token']}"
    return tokens


def is_api(rule: Rule) -> bool:
    """Whether an address is the API's."""
    return rule.rule.startswith("/api/")


def rules(app: Flask) -> list[Rule]:
    """Every address, those that end the visit last."""
    return sorted(app.url_map.iter_rules(), key=lambda each: (each.endpoint in ENDS, each.rule))


def may_reach(app: Flask) -> set[tuple[str, str]]:
    """The endpoints whose guard lets a merchant through, with their methods."""
    found = set()
    for rule in app.url_map.iter_rules():
        open_to_all = rule.endpoint in PUBLIC_ENDPOINTS
        for guard in app.before_request_funcs.get(rule.endpoint.rpartition(".")[0], []):
            if isinstance(guard, Guard):
                free = not guard.roles or rule.endpoint in guard.public
                open_to_all = free or Role.MERCHANT in guard.roles
        if open_to_all:
            found |= {(rule.endpoint, one) for one in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return found


def of_ids(scene: Scene) -> Mapping[str, Sequence[object]]:
    """What variables are filled with; what nobody has stands for the others."""
    names = {name for rule in scene.app.url_map.iter_rules() for name in rule.arguments}
    return {name: scene.ids.get(name, (NOTHING, HOSTILE)) for name in names}


# -- what they do ---------------------------------------------------------------------------------


def read_pages(scene: Scene, merchant: Crawler) -> dict[tuple[str, str], Form]:
    """Every page and whatever it leads to, in both languages."""
    orders = [f"{HOME}commandes/{each}" for each in scene.orders.values()]
    payments = [f"{HOME}paiements/{each}" for each in scene.ids["payment_id"]]
    starts = [HOME, f"{HOME}{ASKED}", *orders, *payments, "/plateforme/compte/", "/", "/api/docs"]
    forms = merchant.follow(starts)
    for language in ("en", "fr"):
        merchant.ask("GET", f"/plateforme/langue/{language}?next={HOME}")
        for path in (HOME, f"{HOME}{ASKED}", *orders):
            merchant.ask("GET", path)
        merchant.ask("GET", f"{HOME}devis/total{ASKED}")
    return forms


def send_forms(merchant: Crawler, forms: Mapping[tuple[str, str], Form]) -> None:
    """Each form: without its token, with a wrong one, hostile, as it stands, and again."""
    last = ("annulation", "attente", "partage", "deconnexion", "fermer")
    for (_, action), form in sorted(
        forms.items(), key=lambda each: (any(word in each[0][1] for word in last), each[0])
    ):
        if "deconnexion" in action or "/fermer" in action:
            continue
        to = form.action or action
        if form.method == "post":
            assert merchant.send(form, to=to, csrf_token=None).status_code == 400
            assert (
                merchant.send(form, to=to, csrf_token="forged").status_code == 400
            )  # a wrong token
        names = [name for name in form.fields if name not in {"csrf_token", "request_id"}]
        if names:
            merchant.send(form, to=to, **dict.fromkeys(names, HOSTILE))
        more: dict[str, bytes] = {"file": picture()} if "preuves" in action else {}
        for _twice in range(2):
            merchant.send(form, to=to, **more)


def try_every_address(scene: Scene, crawler: Crawler, *, api: bool) -> None:
    """Every address with every method; the first merchant also with those that it has not."""
    values = of_ids(scene)
    first = crawler.who in {"merchant", "program"}
    token = csrf_token(crawler.client, "/plateforme/connexion" if crawler.who == "nobody" else HOME)
    given = {"request_id": HOSTILE, "amount": HOSTILE, "phone": HOSTILE, "name": HOSTILE}
    forms = ({"data": {"csrf_token": token, **given}}, {"data": given})
    bodies = ({"json": {"unknown": HOSTILE}}, {"data": b"{", "content_type": "application/json"})
    mine = {name for name, _ in may_reach(scene.app)}
    for rule in rules(scene.app):
        if is_api(rule) is api:
            tried = first and rule.endpoint in mine
            sent: Sequence[Mapping[str, Any]] = bodies if api else forms
            crawler.try_rule(
                rule,
                values,
                sent[:1] if rule.endpoint in ENDS or not tried else sent,
                most=4 if tried else 1,
                every_method=first,
            )


GOODS: Final = {"amount": "9876.54", "currency": "CNY"}
PURCHASE: Final = {"goods": GOODS, "category": "TEXTILE", "volume_cbm": "1.717"}
BROKEN: Final[tuple[dict[str, Any], ...]] = (
    {"json": {**PURCHASE, "real_cost": "1", "margin": "1"}},
    {"json": {**PURCHASE, "goods": {"amount": 1.5, "currency": "CNY"}, "category": HOSTILE}},
    {"data": json.dumps(PURCHASE), "content_type": "text/plain"},
    {"data": b'{"goods": NaN}', "content_type": "application/json"},
)


def valid_bodies(held: str, tokens: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What the operations that a merchant has are sent, by their names."""
    own = {"container_id": held}
    cartons = [{"length_cm": "60", "width_cm": "40", "height_cm": "50", "count": 20}]
    return {
        "quoteFreight": [{"json": PURCHASE}, {"json": {**PURCHASE, "volume_cbm": "900"}}],
        "saveFreightOrder": [
            {"json": PURCHASE, "headers": {"Idempotency-Key": "once"}},
            {"json": PURCHASE, "headers": {"Idempotency-Key": "once"}},
            {"json": {"goods": GOODS, "category": "DIVERS", "cartons": cartons}},
        ],
        "confirmFreightOrder": [
            {"json": own},
            {"json": {"parts": [{**own, "litres": 1}], "rest_waits": True, "agreed": True}},
            {"json": {"wait": True}},
        ],
        "payFreightOrder": [
            {"json": {"by": "wallet", "amount": {"amount": "1000", "currency": "GNF"}}},
            {"json": {"by": "mobile_money"}},
            {"json": {"by": "wallet"}},
            {"json": {"by": "gold"}},
        ],
        "addFreightProof": [
            {"data": picture(), "content_type": "image/png", "query_string": {"amount": "1000"}},
            {"data": b"%PDF-1.7", "content_type": "image/png", "query_string": {"amount": "1"}},
        ],
        "cancelFreightOrder": [{}],
        "refreshToken": [{"json": {"refresh_token": tokens["refresh_token"]}}],
        "revokeToken": [{"json": {"token": tokens["refresh_token"]}}],
    }


def call_every_operation(scene: Scene, program: Crawler, tokens: Mapping[str, Any]) -> None:
    """Every operation of the document: valid, broken, with one's own things and with another's."""
    document = program.ask("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": ""})
    held, me = str(scene.ids["container_id"][0]), scene.people["me"]
    give_money(scene.services, me, 50_000_000)
    scene.orders["fresh"] = give_order(scene.services, me, volume="0.613").id
    scene.orders["unpaid"] = give_confirmed(scene.services, me, held, volume="0.591").id
    valid = valid_bodies(held, tokens)
    done = set()
    paths = document.get_json()["paths"]
    for path, methods in sorted(paths.items(), key=lambda each: _late(each[0])):
        for method, operation in methods.items():
            name = operation["operationId"]
            done.add(name)
            ours = "/admin/" not in path and not path.startswith(("/api/v1/wealth", "/api/v1/loan"))
            ids = _of_path(path, scene)[: None if ours else 1]
            bodies = [*valid.get(name, []), *(BROKEN if "requestBody" in operation else [{}])]
            for each in ids:
                for body in bodies if ours else bodies[:2]:
                    address = re.sub(r"\{[^}]+\}", each, path)
                    program.ask(method.upper(), address, **body)
            if ours:
                program.ask(method.upper(), f"{address}?unknown=1&page=0&per_page=x&badge=y")
    assert set(valid) <= done


def _late(path: str) -> tuple[bool, bool, bool, str]:
    """Tokens are given back last, orders are cancelled before that, and paid before that."""
    return "/auth/" in path, "cancellation" in path, "payment" in path, path


def _of_path(path: str, scene: Scene) -> list[str]:
    found = re.search(r"\{([^}]+)\}", path)
    if found is None:
        return [""]
    whole = [str(each) for each in of_ids(scene)[found[1]] if each != HOSTILE]
    if found[1] == "order_id":
        whole += [scene.orders[name] for name in ("at sea", "split", "fresh", "unpaid")]
    return whole


def meet_errors(
    scene: Scene, merchant: Crawler, program: Crawler, patch: pytest.MonkeyPatch
) -> None:
    """What goes wrong on purpose: forged, too large, too often, in the wrong form, and failures."""
    merchant.ask("GET", HOME, headers={"Host": "evil.example.com"})
    merchant.ask("POST", f"{HOME}devis", data={}, headers={"Origin": "http://evil.example.com"})
    merchant.ask("POST", f"{HOME}devis", data=b"x" * 3_000_000)
    merchant.ask("GET", f"{HOME}?{'x' * 9_000}=1")
    program.ask("POST", f"{API}/quotes", data=b" " * 1_100_000, content_type="application/json")
    program.ask("GET", f"{API}/wallet", headers={"Authorization": "Bearer nothing"})
    asked = [program.ask("POST", "/api/v1/auth/code", json={"phone": "+224620000009"})]
    asked += [program.ask("POST", "/api/v1/auth/code", json={"phone": "620000009"})] * 4
    while asked[-1].status_code == 202:
        asked.append(program.ask("POST", "/api/v1/auth/code", json={"phone": "620000009"}))
    assert asked[-1].status_code == 429
    # Nothing offers mobile money any more, for a moment.
    scene.provider.down = ProviderDown("no answer")
    order = f"{HOME}commandes/{scene.orders['mobile']}"
    _press(merchant, order, "/orange")
    scene.provider.down = None
    _fail_everywhere(scene, merchant, program, patch)


def _press(merchant: Crawler, page: str, after: str, **more: str) -> int:
    token = csrf_token(merchant.client, HOME)
    data = {"csrf_token": token, "request_id": secrets.token_hex(4), **more}
    return merchant.ask("POST", f"{page}{after}", data=data).status_code


def _fail_everywhere(
    scene: Scene, merchant: Crawler, program: Crawler, patch: pytest.MonkeyPatch
) -> None:
    """The margin cannot be written; the tariff cannot be read; the engine fails with it in hand."""
    terms = {"goods": "4321", "category": "TEXTILE", "measured": "volume", "volume": "1,237"}

    def each_way() -> list[int]:
        answers = [_press(merchant, f"{HOME}devis", "", **terms)]
        answers.append(program.ask("POST", f"{API}/orders", json=PURCHASE).status_code)
        return [*answers, merchant.ask("GET", f"{HOME}devis/total{ASKED}").status_code]

    assert each_way() == [303, 201, 200]
    with scene.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refused BEFORE INSERT ON logistics_order_margins "
            "BEGIN SELECT RAISE(ABORT, 'it cannot be written'); END"
        )
    assert each_way() == [500, 500, 200]
    with scene.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refused")
    real = desk_module.quote

    def failing(*given: Any, **named: Any) -> None:
        made = real(*given, **named)
        raise RuntimeError(f"{made!r} {made.internal} {given!r}")

    with patch.context() as patched:
        patched.setattr(desk_module, "quote", failing)
        assert each_way() == [500, 500, 500]
    table = logistics_tariffs
    with transaction(scene.engine) as connection:
        kept = connection.execute(table.select()).mappings().one()["document"]
        damaged = kept.replace(str(REAL_COSTS["DIVERS"]), f"{REAL_COSTS['DIVERS']}.5")
        assert damaged != kept
        connection.execute(update(table).values(document=damaged))
    assert each_way() == [503, 503, 503]
    with transaction(scene.engine) as connection:
        connection.execute(update(table).values(document=kept))


def everything_beside(
    scene: Scene, watch: Watch, mailer: MemoryMailer, files: LocalFiles, logs: Sequence[io.StringIO]
) -> None:
    """What was not answered: messages, mails, files, rows of every other table, logs."""
    for message in scene.sms.sent:
        watch.add(f"a message to {message.phone}", message.text)
    for mail in mailer.sent:
        watch.add("a mail", f"{mail}\n{mail.subject}\n{mail.text}")
    for path in Path(files.root).rglob("*"):
        if path.is_file():
            watch.add(f"the file {path.name}", path.read_bytes())
    for table, value in other_tables(scene.engine):
        watch.add(f"the table {table}", value)
    for log in logs:
        watch.add("a log", log.getvalue())


@contextmanager
def listening(
    patch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What production writes to its log, and the same without anything taken out of it."""
    root = logging.getLogger()
    written, raw = io.StringIO(), io.StringIO()
    with patch.context() as patched:
        patched.setattr(root, "handlers", [])
        level = root.level
        init_logs(attrs.evolve(settings, mode=Mode.PRODUCTION), level=logging.DEBUG)
        (handler,) = root.handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
        root.addHandler(logging.StreamHandler(raw))
        try:
            yield written, raw
        finally:
            root.setLevel(level)


# -- the tests ------------------------------------------------------------------------------------


def test_nothing_that_a_merchant_can_get_tells_a_cost_or_a_margin(
    scene: Scene,
    settings: Settings,
    mailer: MemoryMailer,
    files: LocalFiles,
    signed_in_client: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No body, header, cookie, file, message, log or error; an administrator is told them all."""
    app, watch, visits = scene.app, Watch(), Visits()
    fill(scene)
    with listening(monkeypatch, settings) as logs:
        crawlers = {
            who: Crawler(app, who, app.test_client(), watch, visits)
            for who in ("merchant", "program", "other", "other's program", "nobody")
        }
        merchant, program = crawlers["merchant"], crawlers["program"]
        for name, who in (("merchant", "me"), ("other", "other")):
            sign_in(scene, crawlers[name], who)
        scene.clock.forward(minutes=10)
        tokens = {
            name: take_token(scene, crawlers[name], who)
            for name, who in (("program", "me"), ("other's program", "other"))
        }
        forms = read_pages(scene, merchant)
        assert visits.failures == []
        meet_errors(scene, merchant, program, monkeypatch)
        visits.failures.clear()
        send_forms(merchant, forms)
        read_pages(scene, merchant)
        call_every_operation(scene, program, tokens["program"])
        program.client.environ_base.pop("HTTP_AUTHORIZATION")
        take_token(scene, program, "me")
        for name in ("merchant", "other", "nobody"):
            try_every_address(scene, crawlers[name], api=False)
        for name in ("program", "other's program", "nobody"):
            try_every_address(scene, crawlers[name], api=True)
        scene.run_jobs()
    everything_beside(scene, watch, mailer, files, logs)
    out = capsys.readouterr()
    watch.add("the console", out.out + out.err)

    # It went everywhere a merchant may go, and met every kind of answer.
    reached = visits.of("merchant").keys() | visits.of("program").keys()
    assert reached >= may_reach(app)
    done = {
        name
        for who in crawlers
        for name, statuses in visits.of(who).items()
        if any(status < 400 for status in statuses)
    }
    assert may_reach(app) - done == set(NOTHING_TO_HAVE)
    assert visits.all_statuses() >= {
        200, 201, 204, 303, 400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 500, 503,
    }  # fmt: skip
    assert visits.failures == []  # but for those of `meet_errors`
    refused = {name: got for name, got in visits.of("merchant").items() if "_admin." in name[0]}
    assert len(refused) > 50
    assert {status for got in refused.values() for status in got} == {403}

    known = scene.secrets()
    assert known.kinds == set(KINDS)
    assert len(known.figures) > 400
    assert "it cannot be written" in logs[0].getvalue()
    assert "RuntimeError" in logs[1].getvalue()
    assert scene.sms.sent
    assert len(watch.lines) > 5_000
    assert watch.find(known) == []

    # An administrator is told all of it, so the search sees what it looks for.
    told = Watch()
    admin = Crawler(app, "admin", signed_in_client(Role.ADMIN), told, Visits())
    visit_as_admin(scene, admin)
    assert {each.kind for each in told.find(scene.secrets())} >= {*KINDS, *NOTES}


def visit_as_admin(scene: Scene, admin: Crawler) -> None:
    """Every page of freight that an administrator reads, of everything there is."""
    values = of_ids(scene)
    for rule in rules(scene.app):
        if rule.endpoint.startswith("freight_admin.") and "GET" in (rule.methods or ()):
            for name in rule.arguments or {""}:
                for value in values.get(name, ("",)):
                    with scene.app.test_request_context():
                        given = {name: value} if name else {}
                        path = scene.app.url_for(rule.endpoint, **given)
                    admin.ask("GET", path)


# -- the search itself ----------------------------------------------------------------------------


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
        for rule in rules(scene.app):
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
    "api/freight_documents.py",
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
