"""The OpenAPI document, its viewer and the page of problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from sqlalchemy import Engine

from comptoir_web.api.loan_documents import CONVERTER
from comptoir_web.api.openapi import SCHEMAS
from comptoir_web.api.problems import KINDS
from comptoir_web.app import close_app, create_app
from comptoir_web.settings import Settings
from shared_kernel import structure, unstructure
from wealth_core.networth import holdings_to_document
from wealth_core.testing.worked import worked_holdings

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=|<style|javascript:", re.IGNORECASE
)
ADDRESSES = re.compile(r'(?:src|href|data-document)="([^"]+)"')


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document as a program fetches it."""
    answer = client.get("/api/v1/openapi.json")
    assert answer.mimetype == "application/json"
    found: dict[str, Any] = answer.get_json()
    return found


def schemas(node: object) -> Iterator[dict[str, Any]]:
    """Every schema of type object, wherever it stands."""
    if isinstance(node, dict):
        if node.get("type") == "object" or "properties" in node:
            yield node
        for key, value in node.items():
            if key == "properties":  # names of any kind, "properties" too: only what they hold
                yield from schemas(list(value.values()))
            elif key not in {"example", "examples"}:
                yield from schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas(value)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation, with its path and its method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    """The document passes the validator of its specification."""
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_object_is_closed(document: dict[str, Any]) -> None:
    """No object takes or gives a property that is not described."""
    found = list(schemas(document))
    assert len(found) > 20
    assert [schema for schema in found if schema.get("additionalProperties") is not False] == []


def test_every_answer_has_a_closed_schema(document: dict[str, Any]) -> None:
    """An answer with a body refers to a closed object; problems have their media type."""
    components = document["components"]["schemas"]
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            where = f"{method} {path} {status}"
            if status == "204":
                assert "content" not in answer, where
                continue
            problem = int(status) >= 400
            if not problem and answer["content"].keys() == {"image/jpeg", "image/png"}:
                continue  # a picture, which no schema describes
            ((media_type, content),) = answer["content"].items()
            expected = "application/problem+json" if problem else "application/json"
            assert media_type == expected, where
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert components[name]["additionalProperties"] is False, where
            assert (name == "Problem") is problem, where


def test_no_number_is_a_float(document: dict[str, Any]) -> None:
    """Amounts and rates are texts or whole numbers: the type `number` stands nowhere."""

    def types(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            kind = node.get("type")
            yield from [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
            for value in node.values():
                yield from types(value)
        elif isinstance(node, list):
            for value in node:
                yield from types(value)

    assert set(types(document["components"]["schemas"])) == {
        "array",
        "boolean",
        "integer",
        "null",
        "object",
        "string",
    }


def test_every_endpoint_is_described(app: Flask, document: dict[str, Any]) -> None:
    """What the API answers and what the document says are the same addresses and methods."""
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api_docs.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(path, method) for path, method, _ in operations(document)}


def test_a_section_that_is_off_is_not_there(settings: Settings, web_engine: Engine) -> None:
    """Without the wealth section there are no loans, neither served nor described."""
    made = create_app(
        attrs.evolve(settings, sections=("freight",)), engine=web_engine, testing=True
    )
    try:
        client = made.test_client()
        assert client.get("/api/v1/loans").status_code == 404
        paths = client.get("/api/v1/openapi.json").get_json()["paths"]
        assert "/api/v1/me" in paths
        assert not any("loans" in path for path in paths)
    finally:
        close_app(made)


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    """Each has a name of its own, a summary, a section, and every parameter its text."""
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert operation["summary"].endswith("."), (path, method)
        assert operation["tags"], (path, method)
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, method, parameter["name"])


def test_only_signing_in_needs_no_token(document: dict[str, Any]) -> None:
    """Every operation but those of the tokens themselves names the bearer scheme."""
    without = {path for path, _, operation in operations(document) if not operation["security"]}
    names = ("token", "code", "code/verify", "refresh", "revoke")
    notified = {"/api/v1/freight/notifications/{reference}"}
    assert without == {f"/api/v1/auth/{name}" for name in names} | notified


def test_every_example_is_valid_and_is_taken(document: dict[str, Any]) -> None:
    """An example passes its own schema, and the converter makes the value of it and back."""
    registry: Registry[Any] = Registry().with_resource(
        "urn:document", DRAFT202012.create_resource(document)
    )
    examples = SCHEMAS.examples()
    assert len(examples) >= 5
    for cls, example in examples.items():
        schema = {"$ref": f"urn:document#/components/schemas/{cls.__name__}"}
        validator = OAS31Validator(schema, registry=registry)
        assert list(validator.iter_errors(example)) == []
        value: object = structure(example, cls, converter=CONVERTER)
        written = unstructure(value, converter=CONVERTER)
        assert list(validator.iter_errors(written)) == []
        assert structure(written, cls, converter=CONVERTER) == value


@pytest.mark.parametrize("path", ["/api/docs", "/api/problems"])
def test_the_pages_hold_nothing_inline(client: FlaskClient, path: str) -> None:
    """The strict policy holds as it is: every script and style is a file of this site."""
    answer = client.get(path)
    assert answer.mimetype == "text/html"
    assert INLINE.search(answer.text) is None
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    for address in ADDRESSES.findall(answer.text):
        assert address.startswith("/"), address
        assert client.get(address).status_code == 200, address


def test_the_schema_of_holdings_is_published(client: FlaskClient) -> None:
    """Whoever makes a file of holdings can check it before it is sent."""
    answer = client.get("/api/schemas/holdings.json")
    assert answer.content_type == "application/schema+json"
    Draft202012Validator(answer.get_json()).validate(holdings_to_document(worked_holdings()))


def test_the_files_of_the_viewer_are_kept_by_browsers(client: FlaskClient) -> None:
    """A file is named by its content, compressed, and never asked for twice."""
    page = client.get("/api/docs").text
    (address,) = [found for found in ADDRESSES.findall(page) if "swagger_bundle" in found]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/api/docs/swagger_bundle.js").status_code == 404
    assert client.get("/api/docs/url.json").status_code == 404


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_problem_is_explained_at_its_address(client: FlaskClient, language: str) -> None:
    """The type of each problem is a place in the page."""
    answer = client.get("/api/problems", headers={"Accept-Language": language})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    for kind in KINDS.values():
        assert f'id="{kind.slug}"' in answer.text
        assert (kind.title in answer.text) is (language == "en")
