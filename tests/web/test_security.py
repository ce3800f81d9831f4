"""What protects every request: hosts, TLS, proxies, sizes, rates, forged forms, headers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
import svcs
from attrs import evolve
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.pages import PASSWORD, FrozenClock, csrf_token, post

from comptoir_web.app import close_app, create_app
from comptoir_web.settings import Mode, Secret, Settings
from comptoir_web.storage import MIGRATIONS
from comptoir_web.storage.readiness import RECHECK_S, Readiness
from shared_kernel.errors import DatabaseNewer, DatabaseUnreachable

HTTPS = "https://shop.example.com"


@contextmanager
def running(settings: Settings, engine: Engine, clock: FrozenClock) -> Iterator[Flask]:
    """An application with these settings, that also has a page telling how it sees the request."""
    app = create_app(settings, engine=engine, clock=clock, testing=True)

    @app.get("/seen")
    def seen() -> dict[str, object]:
        return {"address": request.remote_addr, "secure": request.is_secure, "host": request.host}

    try:
        yield app
    finally:
        close_app(app)


@pytest.fixture
def production(settings: Settings) -> Settings:
    """The same installation outside development, behind a proxy at 10.0.0.0/8."""
    return evolve(
        settings,
        mode=Mode.PRODUCTION,
        secret_key=Secret("4fJp2Lq9Xw7Zt1Vb8Nc3Rk6Ys0Hd5Gm2"),
        allowed_hosts=("shop.example.com", ".example.org"),
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32")),
        public_url=HTTPS,
    )


@pytest.fixture
def live(production: Settings, web_engine: Engine, clock: FrozenClock) -> Iterator[Flask]:
    """That installation, running."""
    with running(production, web_engine, clock) as app:
        yield app


# -- hosts and TLS --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "shop.example.com.evil.net",
        "example.com",
        "shop.example.com@evil.net",
        "a b",
        "",
        "[::1",
    ],
)
def test_another_host_is_refused(live: Flask, host: str) -> None:
    """A Host header that is not one of ours gets 400, and appears nowhere in the answer."""
    answer = live.test_client().get("/site/", base_url=HTTPS, headers={"Host": host})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert not host or f"{host}" not in answer.text


@pytest.mark.parametrize("host", ["shop.example.com", "SHOP.example.com:443", "a.example.org"])
def test_our_hosts_are_served(live: Flask, host: str) -> None:
    """The hosts of the settings, with a port or in capitals, sub-domains where a dot says so."""
    answer = live.test_client().get("/site/", base_url=HTTPS, headers={"Host": host})
    assert answer.status_code == 200


def test_a_plain_request_is_sent_to_tls(live: Flask) -> None:
    """Outside development http leads to https, on the same address, and carries no HSTS."""
    answer = live.test_client().get("/site/?a=1&b=é", base_url="http://shop.example.com")
    assert answer.status_code == 308
    assert answer.headers["Location"].startswith("https://shop.example.com/site/?a=1&b=")
    assert "Strict-Transport-Security" not in answer.headers


def test_probes_answer_by_address_and_without_tls(live: Flask) -> None:
    """A load balancer asks by address, in clear; it learns only whether the site answers."""
    answer = live.test_client().get("/livez", base_url="http://10.1.2.3:8000")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_cookies_are_bound_to_tls_and_to_the_host(
    live: Flask, make_user: Callable[..., object]
) -> None:
    """Outside development every cookie is Secure and carries the __Host- prefix."""
    make_user()
    client = live.test_client()
    answer = post(
        client,
        "/plateforme/connexion",
        {"email": "client@example.com", "password": PASSWORD},
        base_url=HTTPS,
        headers={"Origin": HTTPS},
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("__Host-comptoir_session=") for c in cookies)
    for cookie in cookies:
        assert "Secure" in cookie, cookie
        assert cookie.startswith("__Host-"), cookie


# -- proxies --------------------------------------------------------------------------------------

FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example.com",
}


def seen(app: Flask, peer: str, headers: dict[str, str], host: str = "shop.example.com") -> object:
    """How the application sees a request that comes from ``peer``."""
    answer = app.test_client().get(
        "/seen",
        base_url=f"http://{host}",
        headers=headers,
        environ_base={"REMOTE_ADDR": peer},
    )
    return answer.get_json(silent=True) or answer.status_code


def test_a_known_proxy_is_believed(live: Flask) -> None:
    """Address, scheme and host are the visitor's when the peer is one of our proxies."""
    assert seen(live, "10.0.0.1", FORWARDED, "backend") == {
        "address": "203.0.113.9",
        "secure": True,
        "host": "shop.example.com",
    }


@pytest.mark.parametrize("peer", ["203.0.113.66", "192.0.2.8", "", "unix:", "2001:db8::1"])
def test_an_unknown_peer_is_not_believed(live: Flask, peer: str) -> None:
    """From anybody else the headers change nothing: the request stays in clear."""
    assert seen(live, peer, FORWARDED) == 308
    assert seen(live, peer, {**FORWARDED, "X-Forwarded-Host": "evil.net"}, "evil.net") == 400


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.2.2.2", "203.0.113.9"),
        ("203.0.113.9, 192.0.2.7, 10.2.2.2", "203.0.113.9"),
        ("nonsense, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
        ("2001:db8::9", "2001:db8::9"),
        ("", "10.0.0.1"),
    ],
)
def test_what_the_visitor_wrote_is_never_reached(live: Flask, chain: str, address: str) -> None:
    """The chain is read from the right, past our proxies, to the first address we do not know."""
    found = seen(live, "10.0.0.1", {**FORWARDED, "X-Forwarded-For": chain})
    assert isinstance(found, dict)
    assert found["address"] == address


def test_a_known_proxy_is_known_in_either_writing(live: Flask) -> None:
    """A socket of both families writes an IPv4 address inside an IPv6 one."""
    found = seen(live, "::ffff:10.0.0.1", FORWARDED)
    assert isinstance(found, dict)
    assert found["address"] == "203.0.113.9"


def test_a_proxy_that_speaks_http_is_believed_too(live: Flask) -> None:
    """The last value of X-Forwarded-Proto is the proxy's own; a visitor's before it is not used."""
    assert seen(live, "10.0.0.1", {**FORWARDED, "X-Forwarded-Proto": "https, http"}) == 308


def test_hsts_goes_out_behind_a_proxy(live: Flask) -> None:
    """TLS ends at the proxy and the visitor still gets HSTS."""
    answer = live.test_client().get(
        "/site/",
        base_url="http://backend",
        headers=FORWARDED,
        environ_base={"REMOTE_ADDR": "10.0.0.1"},
    )
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


# -- headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/site/", "/plateforme/connexion", "/nowhere", "/livez", "/api/v1/me"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    """Pages, errors, probes and the API: the same protections."""
    headers = client.get(path).headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_pages_are_not_kept_by_caches(signed_in_client: Callable[..., FlaskClient]) -> None:
    """What belongs to one person stays out of caches, and of the browser's after signing out."""
    assert signed_in_client().get("/plateforme/compte/").headers["Cache-Control"] == "no-store"


def test_pages_hold_nothing_inline(
    client: FlaskClient, signed_in_client: Callable[..., FlaskClient]
) -> None:
    """No inline script, style or handler, which the policy would block."""
    import re

    inside = signed_in_client()
    pages = [client.get(p).text for p in ("/site/", "/plateforme/connexion", "/nowhere")]
    pages += [
        inside.get(p).text for p in ("/plateforme/compte/", "/plateforme/compte/second-facteur/")
    ]
    for page in pages:
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert "<style" not in page
        assert not re.search(r"\s(style|on[a-z]+)=", page)
        assert "javascript:" not in page


# -- forged forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/plateforme/connexion",
        "/plateforme/deconnexion",
        "/plateforme/mot-de-passe-oublie",
        "/plateforme/compte/mot-de-passe",
        "/plateforme/compte/sessions/fermer",
        "/plateforme/compte/second-facteur/",
    ],
)
def test_a_form_without_its_token_is_refused(
    signed_in_client: Callable[..., FlaskClient], path: str
) -> None:
    """A missing token, another's or a forged one gives 400; the page says what was kept."""
    client = signed_in_client()
    other = csrf_token(
        signed_in_client(email="other@example.com"), "/plateforme/compte/mot-de-passe"
    )
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x.y.z"}, {"csrf_token": other}):
        answer = client.post(path, data=token)
        assert answer.status_code == 400
        assert "Ce formulaire est trop ancien" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.net"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.net"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(
    client: FlaskClient, make_user: Callable[..., object], headers: dict[str, str]
) -> None:
    """The browser's word that a form comes from elsewhere is enough, even with a good token."""
    make_user()
    form = {"email": "client@example.com", "password": PASSWORD}
    assert post(client, "/plateforme/connexion", form, headers=headers).status_code == 400
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert post(client, "/plateforme/connexion", form, headers=own).status_code == 303


def test_a_form_left_open_still_works(
    signed_in_client: Callable[..., FlaskClient],
) -> None:
    """A token lives as long as a session may: a form filled slowly is not lost."""
    client = signed_in_client()
    app: Flask = client.application
    assert app.config["WTF_CSRF_TIME_LIMIT"] == 12 * 3600


# -- sizes and rates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/plateforme/connexion", "/site/", "/api/v1/loans/schedule", "/api/v1/auth/token"]
)
def test_ten_megabytes_are_refused(client: FlaskClient, path: str) -> None:
    """A body of 10 MB gets 413 (or never reaches a page that takes none), without being read."""
    answer = client.post(
        path,
        data=b"[" * 10_000_000,
        content_type="application/json",
        headers={"Origin": "http://localhost"},
    )
    assert answer.status_code in {413, 401}


def test_a_body_of_unknown_length_is_cut_off(client: FlaskClient) -> None:
    """Without Content-Length, as in a chunked request, reading stops at the limit."""
    import io

    answer = client.post(
        "/plateforme/connexion",
        input_stream=io.BytesIO(b"a=" + b"x" * 2_000_000),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code in {400, 413}


def test_an_endless_address_is_refused(client: FlaskClient) -> None:
    """An address of more than 8,000 characters gets 414."""
    assert client.get("/site/?q=" + "x" * 8_000).status_code == 414


def test_many_requests_of_one_address_are_refused(
    settings: Settings, web_engine: Engine, clock: FrozenClock
) -> None:
    """Past the limit an address gets 429 and when to come back; another address is served."""
    with running(evolve(settings, rate_limit="5 per minute"), web_engine, clock) as app:
        client = app.test_client()
        statuses = [client.get("/site/").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        refused = client.get("/site/")
        assert refused.headers["Retry-After"] == "60"
        assert "Trop de demandes" in refused.text
        assert client.get("/livez").status_code == 200
        other = client.get("/site/", environ_base={"REMOTE_ADDR": "198.51.100.4"})
        assert other.status_code == 200
        addresses = [f"2001:db8::{number}" for number in range(7)]
        many = [client.get("/site/", environ_base={"REMOTE_ADDR": one}) for one in addresses]
        assert many[-1].status_code == 429


def test_a_counter_that_is_silent_holds_nobody_back(
    settings: Settings, web_engine: Engine, clock: FrozenClock
) -> None:
    """A Redis that takes the connection and never answers costs seconds, and the page is served."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Secret(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with running(evolve(settings, rate_storage=address), web_engine, clock) as app:
            started = time.monotonic()
            assert app.test_client().get("/site/").status_code == 200
            assert time.monotonic() - started < 10


# -- the state of the database --------------------------------------------------------------------


def with_revision(engine: Engine, revision: str) -> None:
    """Pretend that the tables were made by another version."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE web_schema_version SET version_num = '{revision}'")


def test_a_missing_database_is_one_clear_page(
    settings: Settings, clock: FrozenClock, tmp_path: Path
) -> None:
    """Without tables every page is a 503 that names the command; probes of life still answer."""
    empty = evolve(settings, database_url=Secret(f"sqlite:///{tmp_path / 'none.sqlite3'}"))
    app = create_app(empty, clock=clock, testing=True)
    try:
        client = app.test_client()
        for path in ("/site/", "/plateforme/connexion"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "comptoir db upgrade" in answer.text
            assert 'lang="fr"' in answer.text
        assert client.get("/livez").status_code == 200
        assert client.get("/nowhere").status_code == 404
        problem = client.get("/api/v1/me")
        assert problem.status_code == 503
        assert problem.mimetype == "application/problem+json"
        assert not (tmp_path / "none.sqlite3").exists()
    finally:
        close_app(app)


def test_an_older_and_a_newer_database_are_clear_pages(
    settings: Settings, web_engine: Engine, clock: FrozenClock
) -> None:
    """Older says to upgrade the database, newer the program; both recover without a restart."""
    with running(settings, web_engine, clock) as app:
        client = app.test_client()
        with_revision(web_engine, "0001")
        older = client.get("/site/")
        assert older.status_code == 503
        assert "plus ancienne" in older.text
        with_revision(web_engine, "9999")
        newer = client.get("/site/")
        assert newer.status_code == 503
        assert "plus récente" in newer.text
        assert newer.headers["Retry-After"]
        with_revision(web_engine, MIGRATIONS.head)
        assert client.get("/site/").status_code == 200


def test_a_database_that_changes_while_serving_is_noticed(
    settings: Settings, web_engine: Engine, clock: FrozenClock, tmp_path: Path
) -> None:
    """A file that is taken away is told at once, nothing is written to it, and it may come back."""
    with running(settings, web_engine, clock) as app:
        client = app.test_client()
        assert client.get("/site/").status_code == 200
        web_engine.dispose()  # its log is emptied into the file
        (tmp_path / "web.sqlite3").rename(tmp_path / "away.sqlite3")
        for path in ("/site/", "/api/v1/me"):
            assert client.get(path).status_code == 503
        assert not (tmp_path / "web.sqlite3").exists()
        (tmp_path / "away.sqlite3").rename(tmp_path / "web.sqlite3")
        assert client.get("/site/").status_code == 200


def test_an_error_page_needs_no_database(
    app: Flask, signed_in_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed in, one who meets an error while the database is away reads its page all the same."""
    from comptoir_web.identity.sign_in import SignInService

    client = signed_in_client()

    def away(self: SignInService, token: str) -> None:
        raise DatabaseUnreachable("the database does not answer")

    monkeypatch.setattr(SignInService, "visitor", away)
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Il n’y a rien à cette adresse" in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_tables_upgraded_while_serving_are_noticed(web_engine: Engine) -> None:
    """What another process did to the tables counts within seconds, not at the next start."""
    now = 0.0
    readiness = Readiness(web_engine, clock_s=lambda: now)
    readiness.require()
    with_revision(web_engine, "9999")
    readiness.require()
    now = RECHECK_S
    with pytest.raises(DatabaseNewer):
        readiness.require()
    with_revision(web_engine, MIGRATIONS.head)
    readiness.require()


def test_a_full_disk_is_told(
    signed_in_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that could not be written answers 507, in French, and nothing of it was kept."""
    from comptoir_web.identity.service import IdentityService
    from shared_kernel import DiskFull

    client = signed_in_client()

    def full(self: IdentityService, user_id: str, locale: str) -> None:
        raise DiskFull("the disk is full")

    monkeypatch.setattr(IdentityService, "set_locale", full)
    answer = client.get("/plateforme/langue/en")
    assert answer.status_code == 507
    assert "Le disque du serveur est plein" in answer.text


# -- errors ---------------------------------------------------------------------------------------


def test_an_unforeseen_error_tells_nothing_of_itself(
    settings: Settings, web_engine: Engine, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The page shows a reference that the log has; the message stays in the log."""
    import re

    with running(settings, web_engine, clock) as app:
        app.testing = False

        @app.get("/broken")
        def broken() -> str:
            raise RuntimeError("something internal")

        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "something internal" not in answer.text
    reference = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert reference is not None
    assert reference[1] in caplog.text


def test_errors_are_pages_in_the_language_of_the_reader(client: FlaskClient) -> None:
    """French first; English once chosen. The API answers with a problem document."""
    assert "Il n’y a rien à cette adresse" in client.get("/nowhere").text
    client.get("/plateforme/langue/en")
    assert "There is nothing at this address" in client.get("/nowhere").text
    assert client.get("/api/nowhere").mimetype == "application/problem+json"


def test_the_services_of_a_request_are_the_applications(app: Flask, settings: Settings) -> None:
    """What a page asks for is what the application was made with."""
    from comptoir_web.wiring import services

    with app.test_request_context():
        assert services().get(Settings) is settings
        assert isinstance(services(), svcs.Container)
