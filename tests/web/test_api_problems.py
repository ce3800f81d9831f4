"""Problem documents (RFC 9457), and the languages they speak."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import (
    BadRequest,
    Gone,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
)

from comptoir_web.api.problems import (
    CHANGED_MEANWHILE,
    KINDS,
    MEDIA_TYPE,
    TOO_MANY,
    ApiProblem,
    is_api_request,
    problem_for,
)
from shared_kernel import Faults, MoneyError, money
from shared_kernel.errors import DatabaseUnreachable, DiskFull
from shared_kernel.translations import catalogue


def answered(
    error: Exception, *, language: str = "", path: str = "/api/v1/loans"
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """The status, the document and the headers that answer an error."""
    headers = {"Accept-Language": language} if language else {}
    with Flask(__name__).test_request_context(path, headers=headers):
        answer = problem_for(error)
    assert answer.mimetype == MEDIA_TYPE
    document = answer.get_json(force=True)
    assert document["status"] == answer.status_code
    return answer.status_code, document, dict(answer.headers)


def refused() -> Faults:
    """An error of the kernel with one fault."""
    with pytest.raises(MoneyError) as caught:
        money("1.234", "EUR")
    return caught.value.prefixed("loan.principal")


def test_every_fault_comes_with_its_path_code_and_message() -> None:
    """A refused input is 422 and lists its faults."""
    status, document, _ = answered(refused())
    assert status == 422
    assert document["type"] == "/api/problems#invalid-input"
    (fault,) = document["faults"]
    assert fault["path"].startswith("loan.principal")
    assert fault["code"].startswith("money.")
    assert "1.234" in fault["message"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en"),
        ("en", "en"),
        ("fr", "fr"),
        ("fr-CA, en;q=0.5", "fr"),
        ("en, fr;q=0.9", "en"),
        ("de", "en"),
        ("*", "en"),
    ],
)
def test_english_unless_french_is_preferred(asked: str, given: str) -> None:
    """Programs get English; a request that prefers French gets French, and caches are told."""
    _, document, headers = answered(refused(), language=asked)
    assert headers["Content-Language"] == given
    assert "Accept-Language" in headers["Vary"]
    assert (document["title"] == "The input is refused") is (given == "en")


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (NotFound(), 404, "not-found"),
        (MethodNotAllowed(["GET", "POST"]), 405, "method-not-allowed"),
        (MethodNotAllowed(), 405, "method-not-allowed"),
        (RequestEntityTooLarge(), 413, "too-large"),
        (TooManyRequests(), 429, "too-many-requests"),
        (BadRequest(), 400, "bad-request"),
        (Gone(), 410, "http-410"),
        (DatabaseUnreachable("nobody answers"), 503, "unavailable"),
        (DiskFull("no room"), 507, "disk-full"),
        (RuntimeError("a secret of ours"), 500, "internal-error"),
    ],
)
def test_every_error_has_its_problem(error: Exception, status: int, slug: str) -> None:
    """HTTP's errors, the storage's and the unforeseen ones answer with their status and type."""
    got, document, _ = answered(error)
    assert (got, document["type"]) == (status, f"/api/problems#{slug}")
    assert document["faults"] == []
    assert "secret" not in str(document)
    assert "{" not in document["detail"]


def test_headers_of_http_errors_are_kept() -> None:
    """405 says which methods are taken, in the header and in the text."""
    _, document, headers = answered(MethodNotAllowed(["GET", "POST"]))
    assert headers["Allow"] == "GET, POST"
    assert document["detail"] == "Use one of: GET, POST."


def test_a_problem_carries_its_own_headers() -> None:
    """An endpoint says how long to wait."""
    status, _, headers = answered(ApiProblem(TOO_MANY, headers={"Retry-After": "12"}))
    assert (status, headers["Retry-After"]) == (429, "12")
    assert headers["Cache-Control"] == "no-store"


def test_every_kind_is_said_in_french() -> None:
    """No title and no advice is left in English."""
    texts = catalogue("comptoir_web", "fr")
    missing = [
        text
        for kind in KINDS.values()
        for text in (kind.title, kind.advice)
        if texts.gettext(text) == text
    ]
    assert missing == []


def test_types_are_references_of_their_page() -> None:
    """The type of a problem leads to the place that explains it."""
    parts = urlsplit(CHANGED_MEANWHILE.type)
    assert (parts.path, parts.fragment) == ("/api/problems", "changed-meanwhile")


@pytest.mark.parametrize(
    ("path", "of_the_api"),
    [("/api", True), ("/api/v1/loans", True), ("/apiary", False), ("/plateforme", False)],
)
def test_only_the_api_speaks_in_problems(path: str, of_the_api: bool) -> None:
    """Pages keep their own error pages."""
    with Flask(__name__).test_request_context(path):
        assert is_api_request() is of_the_api
