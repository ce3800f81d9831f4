"""The hidden margin: nothing that a merchant can get tells a cost or what the platform earns.

One installation with a little of everything, whose costs stand nowhere else, is visited by a
merchant, by another one and by nobody: every address with every method, every link and form, every
operation of the API, every kind of error. Whatever is answered, sent, stored or logged meanwhile is
searched for every cost and every margin of the database. The same search among an administrator's
pages finds them all; `test_hidden_margin_search` proves that the search is not blind otherwise.
"""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from testkit.crawl import Crawler, Form, Visits, forms_of
from testkit.freight import give_confirmed, give_container, give_money, give_order, picture
from testkit.hidden import (
    HOSTILE,
    NOTES,
    NOTHING,
    PHONES,
    REAL_COSTS,
    Scene,
    fill,
    listening,
    made_scene,
)
from testkit.pages import FrozenClock, csrf_token
from testkit.phones import last_code
from testkit.sentinels import KINDS, Watch, other_tables
from werkzeug.routing import Rule

from comptoir_web.app import PUBLIC_ENDPOINTS
from comptoir_web.files import LocalFiles
from comptoir_web.identity.roles import Guard, Role
from comptoir_web.mail import MemoryMailer
from comptoir_web.settings import Settings
from comptoir_web.sms import MemorySms
from logistics_core.errors import ProviderDown
from logistics_core.storage.tariff_tables import logistics_tariffs
from logistics_core.tariffs import quote
from shared_kernel.engine import transaction

HOME: Final = "/plateforme/groupage/"
API: Final = "/api/v1/freight"
ASKED: Final = "?goods=12345&category=TEXTILE&volume=2,345&note=essai"

ENDS: Final = ("account.end_other_sessions", "auth.sign_out")
"""What ends a visit."""

NOTHING_TO_HAVE: Final = {
    ("api_session.token", "POST"): "the account has no password",
    ("auth.link", "GET"): "its address came by mail to somebody else",
    ("auth.link", "POST"): "its address came by mail to somebody else",
    ("auth.sign_in", "POST"): "the account has no password",
    ("enrolment.codes", "POST"): "the account has no second factor",
    ("enrolment.remove", "POST"): "the account has no second factor",
    ("enrolment.show", "POST"): "the code of a device that there is not",
}
"""What a merchant reaches and is always refused by, and why."""


@pytest.fixture
def scene(
    app: Flask, clock: FrozenClock, sms: MemorySms, run_jobs: Callable[[], None]
) -> Iterator[Scene]:
    """The installation, with its prices and two merchants."""
    with made_scene(app, clock, sms, run_jobs) as made:
        yield made


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
    turns = ("", "/partage", "/attente", "/annulation")  # what leaves less to do comes later

    def turn(each: tuple[tuple[str, str], Form]) -> tuple[int, tuple[str, str]]:
        return max(turns.index(word) for word in turns if each[0][1].endswith(word)), each[0]

    for (_, action), form in sorted(forms.items(), key=turn):
        if action.endswith(("/deconnexion", "/fermer")):
            continue
        if form.method == "post":
            for token in (None, "forged"):
                assert merchant.send(form, to=action, csrf_token=token).status_code == 400
        names = [name for name in form.fields if name not in {"csrf_token", "request_id"}]
        if names:
            merchant.send(form, to=action, **dict.fromkeys(names, HOSTILE))
        if action.endswith("/partage"):
            # The room that is left is another one by now.
            fresh = forms_of(merchant.text(action.removesuffix("/partage")))
            form = next((one for one in fresh if one.action == action), form)
        more: dict[str, bytes] = {"file": picture()} if "preuves" in action else {}
        for _twice in range(2):
            merchant.send(form, to=action, **more)


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
    held, me = give_container(scene.services).id, scene.people["me"]
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

    def failing(*given: Any, **named: Any) -> None:
        made = quote(*given, **named)
        raise RuntimeError(f"{made!r} {made.internal} {given!r}")

    with patch.context() as patched:
        patched.setattr("comptoir_web.freight.desk.quote", failing)
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
        later = give_order(scene.services, scene.people["me"], volume="1.901").id
        assert _press(merchant, f"{HOME}commandes/{later}", "/attente") == 303
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

    # It went everywhere a merchant may go, and met every kind of answer. An address that is new
    # and missing here wants something to be had from it: in `fill`, or in `valid_bodies`.
    reached = visits.of("merchant").keys() | visits.of("program").keys()
    assert reached >= may_reach(app)
    done = {
        name
        for who in set(crawlers) - {"nobody"}  # who is led to the sign-in page everywhere
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
        if rule.endpoint.startswith("freight_admin."):
            admin.try_rule(rule, values, [], every_method=False)
