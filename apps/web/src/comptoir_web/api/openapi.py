"""The API's document (OpenAPI 3.1), and the decorator by which an endpoint enters it.

`operation` declares an endpoint once: what it reads and answers is what the document says, because
the same classes do both. spectree assembles the document; it stays out of the requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from threading import Lock
from typing import Any, Final, cast

import attrs
from flask import Flask, current_app
from flask import Response as FlaskResponse
from spectree import Response, SecurityScheme, SpecTree, Tag
from spectree.models import SecureType, SecuritySchemeData, Server
from werkzeug.routing import BaseConverter

from comptoir_web.api.loan_documents import CONVERTER, describe_loans
from comptoir_web.api.problems import MEDIA_TYPE, Problem
from comptoir_web.api.requests import read_body, read_headers, read_query
from comptoir_web.api.schema import AttrsModelAdapter, JsonSchema, Schemas
from comptoir_web.api.wealth_documents import describe_wealth
from shared_kernel import FaultList, dump_json, unstructure

__all__ = ["OPAQUE_ID", "SCHEMAS", "Answer", "OpaqueIdConverter", "document", "operation"]

SCHEMAS: Final = Schemas()
describe_loans(SCHEMAS)
describe_wealth(SCHEMAS)
_BEARER: Final = "bearer"
OPAQUE_ID: Final = "opaque_id"
"""The URL converter of an identifier that a store gave: 32 hexadecimal digits."""
_ANY_VARIABLE: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_LOCK: Final = Lock()

_SPEC: Final = SpecTree(
    "flask",
    # Its protocol asks that any exception be taken, which no adapter of spectree's own does.
    model_adapter=cast("Any", AttrsModelAdapter(SCHEMAS)),
    naming_strategy=lambda cls: cls.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    validation_error_model=Problem,
    mode="strict",
    annotations=False,
    title="Comptoir",
    version="1.0.0",
    description=(
        "Loans, net worth and group freight, to the cent. Amounts and rates are strings, so that "
        "no float comes between: "
        '`{"amount": "215000.00", "currency": "EUR"}`, `"0.0335"`. Unknown and repeated keys are '
        "refused. What is refused comes back as a problem document (RFC 9457) that lists every "
        "fault with its path, in English, or in French when `Accept-Language` asks for it."
    ),
    servers=[Server(url="/")],
    security_schemes=[
        SecurityScheme(
            name=_BEARER,
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="An access token of `POST /api/v1/auth/token` (RFC 6750).",
            ),
        )
    ],
)

_ANSWER_HEADERS: Final[Mapping[str, JsonSchema]] = {
    "ETag": {
        "description": "The version, to send back in If-Match.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    "Location": {
        "description": "The address of what was saved.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "The seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate (RFC 6750).",
        "required": True,
        "schema": {"type": "string"},
    },
    "Allow": {
        "description": "The methods that the address takes.",
        "required": True,
        "schema": {"type": "string"},
    },
}
_FILES: Final[dict[str, tuple[Sequence[str], Sequence[str], bool]]] = {}
"""The media types that an operation reads and answers in place of JSON, and whether what it reads
must be there, by its name."""
_PROBLEM_HEADERS: Final = {401: "WWW-Authenticate", 403: None, 405: "Allow", 429: "Retry-After"}


class OpaqueIdConverter(BaseConverter):
    """Matches the identifiers that stores give, and nothing else: the rest is not found."""

    regex = "[0-9a-f]{32}"


_OPAQUE_PATTERN: Final = f"^{OpaqueIdConverter.regex}$"


@attrs.frozen
class Answer:
    """What an endpoint answers when the value alone does not say it.

    Attributes:
        value: The body, an attrs value; None for an empty one.
        status: The HTTP status.
        headers: Headers of the answer.
    """

    value: object = None
    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)


class _Answers(Response):
    """spectree's answers, with problems under their own media type and headers described."""

    def __init__(self, headers: Mapping[int, Sequence[str]], **models: Any) -> None:
        super().__init__(**models)
        self._headers = headers
        # spectree adds the status of its own validation, which never runs, to every endpoint.
        self._codes = {name.removeprefix("HTTP_") for name in models}

    def generate_spec(self, naming_strategy: Callable[[type[Any]], str]) -> JsonSchema:  # type: ignore[override]  # its default names by a hash
        answers: JsonSchema = super().generate_spec(naming_strategy)
        for code, answer in sorted(answers.items()):
            status = int(code)
            if status >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
            if names := self._headers.get(status):
                answer["headers"] = {name: _ANSWER_HEADERS[name] for name in names}
        return {code: answer for code, answer in sorted(answers.items()) if code in self._codes}


def operation(
    name: str,
    *,
    tag: Tag,
    answer: type[Any] | None,
    status: int = 200,
    body: type[Any] | None = None,
    query: type[Any] | None = None,
    headers: type[Any] | None = None,
    problems: Sequence[int] = (),
    answer_headers: Sequence[str] = (),
    signed_in: bool = True,
    reads: Sequence[str] = (),
    gives: Sequence[str] = (),
) -> Callable[[Callable[..., object]], Callable[..., FlaskResponse]]:
    """Declare an endpoint: its name, what it reads, what it answers.

    The endpoint is called with its path's values and, for those that are declared, ``body``,
    ``query`` and ``headers`` as values of their classes; all their faults are raised together. It
    returns an attrs value, or an `Answer`. The first paragraph of its docstring is its summary.

    Args:
        name: The operation's name in the document, for generated clients.
        tag: The section it stands under.
        answer: The class of the body it answers with; None for an empty one.
        status: The status of that answer.
        body: The class of the JSON body it reads.
        query: The class of the query parameters it reads.
        headers: The class of the headers it reads.
        problems: Statuses of problems beyond those that every endpoint of its kind has.
        answer_headers: The headers of its answer, among those described here.
        signed_in: Whether it needs an access token.
        reads: The media types of the file it reads in place of JSON; it reads it by itself. Of a
            public operation it may be missing: whatever is sent, the answer is the same.
        gives: The media types of the file it answers in place of JSON, as a response of Flask.
    """
    statuses = {400, 429, 503, *problems}
    if signed_in:
        statuses |= {401, 403}
    if body is not None or reads:
        statuses |= {413, 415}
    if body is not None or reads or query is not None or headers is not None:
        statuses.add(422)
    described: dict[int, Sequence[str]] = {
        code: (header,) for code, header in _PROBLEM_HEADERS.items() if header
    }
    described[status] = answer_headers
    models: dict[str, Any] = {f"HTTP_{code}": Problem for code in statuses}
    models[f"HTTP_{status}"] = answer
    _FILES[name] = (reads, gives, signed_in)

    def declare(view: Callable[..., object]) -> Callable[..., FlaskResponse]:
        documented = _SPEC.validate(
            json=body,
            query=query,
            headers=headers,
            resp=_Answers(described, **models),
            tags=(tag,),
            security=[{_BEARER: []}] if signed_in else [],
            skip_validation=True,
            operation_id=name,
        )(view)

        @wraps(view)
        def endpoint(**path: object) -> FlaskResponse:
            values: dict[str, object] = dict(path)
            faults = FaultList()
            for part, cls, read in (
                ("headers", headers, read_headers),
                ("query", query, read_query),
                ("body", body, read_body),
            ):
                if cls is not None:
                    with faults.collect():
                        values[part] = read(cls)
            faults.raise_if_any()
            return _written(view(**values), status)

        # spectree finds its record through the chain of wrapped functions, and is never called.
        endpoint.__wrapped__ = documented
        return endpoint

    return declare


def _written(result: object, status: int) -> FlaskResponse:
    if isinstance(result, FlaskResponse):
        return result
    given = result if isinstance(result, Answer) else Answer(result, status)
    answer = FlaskResponse(status=given.status, mimetype="application/json")
    if given.value is None:
        del answer.headers["Content-Type"]
    else:
        answer.data = dump_json(unstructure(given.value, converter=CONVERTER))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.extend(given.headers)
    return answer


@cache
def _assembled() -> JsonSchema:
    """Assemble the document of every endpoint, from an application that has them all."""
    from comptoir_web.api.v1 import BLUEPRINTS

    whole = Flask(__name__)
    whole.url_map.converters[OPAQUE_ID] = OpaqueIdConverter
    for blueprint in BLUEPRINTS:
        whole.register_blueprint(blueprint)
    with whole.app_context():
        spec: JsonSchema = _SPEC.spec
    for operations in spec["paths"].values():
        for described in operations.values():
            _describe_files(described)
            for parameter in described["parameters"]:
                if parameter["in"] != "path":
                    continue
                if parameter["name"].endswith("_id"):
                    # spectree knows werkzeug's own converters alone.
                    parameter["schema"] = {"type": "string", "pattern": _OPAQUE_PATTERN}
                parameter["description"] = "An identifier that an answer gave."
    return spec


def _describe_files(described: JsonSchema) -> None:
    """Say which files an operation reads and gives: spectree knows JSON alone."""
    reads, gives, required = _FILES[described["operationId"]]
    if reads:
        described["requestBody"] = {"required": required, "content": _file_content(reads)}
    if gives:
        described["responses"]["200"]["content"] = _file_content(gives)


def _file_content(media_types: Sequence[str]) -> JsonSchema:
    binary = {"type": "string", "format": "binary"}
    return {media_type: {"schema": binary} for media_type in media_types}


def document() -> JsonSchema:
    """Give the OpenAPI document of the running application: of the sections it has switched on."""
    with _LOCK:
        whole = _assembled()
    served = {_ANY_VARIABLE.sub(r"{\1}", rule.rule) for rule in current_app.url_map.iter_rules()}
    paths = {path: described for path, described in whole["paths"].items() if path in served}
    return {**whole, "paths": paths}
