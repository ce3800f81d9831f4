"""Logs: secrets are taken out, by name, by shape and inside exceptions."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from comptoir_web.logs import init_sentry, redacted
from comptoir_web.settings import Secret, Settings


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "smtp_password",
        "Passwd",
        "secret_key",
        "csrf_token",
        "access_token",
        "Authorization",
        "Cookie",
        "Set-Cookie",
        "code",
        "totp_secret",
        "sentry_dsn",
        "api_key",
    ],
)
def test_what_is_named_like_a_secret_is_hidden(name: str) -> None:
    """Whatever its value and however deep it stands."""
    assert redacted({"a": [{name: "hunter2"}]}) == {"a": [{name: "***"}]}


def test_what_looks_like_a_secret_is_hidden() -> None:
    """Links, bearer tokens and passwords in addresses, inside any text."""
    text = (
        "GET /plateforme/lien/abc.def-1 from postgresql://shop:hunter2@db/x "
        "with Authorization: Bearer hunter2"
    )
    assert "abc.def" not in str(redacted(text))
    assert "hunter2" not in str(redacted(text))


def test_what_is_no_secret_stays() -> None:
    """Paths, numbers and statuses are what logs are for."""
    event = {"path": "/plateforme/prets/", "status": 200, "status_code": 404, "seconds": 0.02}
    assert redacted(event) == event


_LOG = """
import logging
import structlog
from comptoir_web.logs import init_logs
from comptoir_web.settings import Mode, Settings

init_logs(Settings(mode=Mode.PRODUCTION))
log = structlog.get_logger("shop")
log.info("signed in", user="u1", password="hunter2", link="http://x/plateforme/lien/hunter2")
logging.getLogger("library").warning("connecting to %s", "redis://:hunter2@127.0.0.1/0")
try:
    raise ValueError("bad address postgresql://shop:hunter2@db/x")
except ValueError:
    log.exception("failed")
"""


def test_production_writes_one_json_a_line() -> None:
    """Ours and the libraries' events are JSON with time, level and logger, their secrets gone."""
    done = subprocess.run(
        [sys.executable, "-c", _LOG], capture_output=True, text=True, check=True, timeout=60
    )
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == [
        "signed in",
        "connecting to redis://:***@127.0.0.1/0",
        "failed",
    ]
    assert "hunter2" not in done.stderr
    assert all({"timestamp", "level", "logger"} <= event.keys() for event in events)
    assert "ValueError" in events[2]["exception"]


def test_sentry_is_left_alone_without_a_dsn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is imported nor sent; with a DSN and without the extra, the extra is named."""
    from shared_kernel import ExtraMissing

    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    init_sentry(Settings())
    with pytest.raises(ExtraMissing, match=r"comptoir-web\[sentry\]"):
        init_sentry(Settings(sentry_dsn=Secret("https://key@sentry.example.com/1")))
