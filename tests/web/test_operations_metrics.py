"""Metrics: what Prometheus reads, and who may."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from comptoir_web.app import close_app, create_app
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.operations.metrics import FOLDER_VARIABLE, prepare_folder
from comptoir_web.settings import Secret, Settings
from shared_kernel.engine import transaction

STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a token of the tests"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def client_with_token(settings: Settings, web_engine: Engine) -> Iterator[FlaskClient]:
    """A client of an application whose metrics have a token."""
    app = create_app(evolve(settings, metrics_token=Secret(TOKEN)), engine=web_engine, testing=True)
    yield app.test_client()
    close_app(app)


def read(client: FlaskClient) -> Samples:
    """Every figure, as Prometheus reads it."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_page(client: FlaskClient) -> None:
    """A page counts under its name, an address without a page under one name for all."""
    for path in ("/livez", "/livez", "/nothing/here", "/nothing/there"):
        client.get(path)
    client.open("/livez", method="BREW")
    figures = read(client)
    labels = (("method", "GET"), ("page", "operations.livez"), ("status", "200"))
    assert figures["comptoir_http_requests_total", labels] == 2
    lost = (("method", "GET"), ("page", "unknown"), ("status", "404"))
    assert figures["comptoir_http_requests_total", lost] == 2
    page = (("method", "GET"), ("page", "operations.livez"))
    assert figures["comptoir_http_request_duration_seconds_count", page] == 2
    assert figures["comptoir_http_request_duration_seconds_sum", page] > 0
    pages = {dict(labels)["page"] for _, labels in figures if "page" in dict(labels)}
    assert not any("/" in page for page in pages)
    methods = {dict(labels)["method"] for _, labels in figures if "method" in dict(labels)}
    assert methods == {"GET", "OTHER"}


def test_jobs_and_connections_are_told(client: FlaskClient, web_engine: Engine) -> None:
    """Jobs by state, zero included, whether the database answers, and connections in use."""
    queue = JobQueue(web_engine, lambda: datetime.now(UTC))
    queue.submit("loans.export", {}, owner="ann", request_id="r1")
    figures = read(client)
    assert figures["comptoir_jobs", (("state", "queued"),)] == 1
    assert figures["comptoir_jobs", (("state", "failed"),)] == 0
    assert figures["comptoir_database_up", ()] == 1
    assert figures["comptoir_database_connections", (("state", "in_use"),)] == 0
    assert figures["comptoir_database_connections", (("state", "idle"),)] >= 1


def test_a_database_that_is_away_is_a_figure(client: FlaskClient, web_engine: Engine) -> None:
    """The page answers all the same: the figure says that the database does not."""
    with transaction(web_engine) as connection:
        connection.execute(text("ALTER TABLE web_jobs RENAME TO away"))
    figures = read(client)
    assert figures["comptoir_database_up", ()] == 0
    assert not any(name == "comptoir_jobs" for name, _ in figures)


def test_strangers_find_no_page(client: FlaskClient) -> None:
    """From elsewhere, and through a proxy of this machine, there is nothing here."""
    assert client.get("/metrics", environ_base=STRANGER).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "::1"}).status_code == 404


def test_a_collector_shows_its_token(client_with_token: FlaskClient) -> None:
    """With the token from anywhere; with another, nothing."""
    for given, status in ((TOKEN, 200), (TOKEN[:-1], 404), ("", 404)):
        answer = client_with_token.get(
            "/metrics", environ_base=STRANGER, headers={"Authorization": f"Bearer {given}"}
        )
        assert answer.status_code == status


def test_two_applications_count_apart(client: FlaskClient, app: Flask, settings: Settings) -> None:
    """The figures belong to an application, not to the process."""
    other = create_app(settings, testing=True)
    try:
        other.test_client().get("/livez")
        assert not any(dict(labels).get("page") == "operations.livez" for _, labels in read(client))
    finally:
        close_app(other)


def test_serving_processes_count_together(settings: Settings, tmp_path: Path) -> None:
    """Two processes that share a folder: either answers for both; a former run is forgotten."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"a former run")
    code = (
        "import sys\n"
        "from comptoir_web.app import create_app\n"
        "from comptoir_web.settings import Secret, Settings\n"
        "settings = Settings(database_url=Secret(sys.argv[1]))\n"
        "client = create_app(settings, testing=True).test_client()\n"
        "client.get('/livez')\n"
        "print(client.get('/metrics').text)\n"
    )
    before = os.environ.get(FOLDER_VARIABLE)
    try:
        prepare_folder(folder)
        assert list(folder.iterdir()) == []
        told = [
            subprocess.run(
                [sys.executable, "-c", code, settings.database_url.value],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for _ in range(2)
        ]
    finally:
        os.environ.pop(FOLDER_VARIABLE, None)
        if before is not None:
            os.environ[FOLDER_VARIABLE] = before
    line = 'comptoir_http_requests_total{method="GET",page="operations.livez",status="200"}'
    assert f"{line} 1.0" in told[0]
    assert f"{line} 2.0" in told[1]
