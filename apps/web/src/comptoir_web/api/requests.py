"""Requests read once into attrs values, with every fault of body, query and headers at once.

Nothing is guessed: a repeated or unknown key, a repeated query parameter, a number where an amount
is meant and a body that is not JSON are refused, each with its path and the fix.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import attrs
from flask import request

from comptoir_web.api.loan_documents import CONVERTER
from comptoir_web.api.problems import MALFORMED, NOT_JSON, ApiProblem
from comptoir_web.security.sizes import LARGER
from shared_kernel import FaultKind, FaultList, Faults, parse_json, structure
from shared_kernel.json_text import BAD_CHARACTER

__all__ = ["MAX_BODY_BYTES", "limit_body", "read_body", "read_headers", "read_query"]

MAX_BODY_BYTES: Final = 1_000_000
"""The largest body the API reads, whatever the site accepts elsewhere."""

REPEATED = FaultKind("api.repeated_parameter", "the parameter is given {count} times: give it once")

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
T = TypeVar("T")


def limit_body() -> None:
    """Set the API's own limit on the body; a larger one is answered 413 without being read."""
    request.max_content_length = LARGER.get(request.endpoint or "", MAX_BODY_BYTES)


def read_body(cls: type[T]) -> T:
    """Read the JSON body into a value.

    Raises:
        ApiProblem: The body is not JSON by its type (415), or cannot be read at all (400).
        Faults: The document is refused: every fault with its path (422).
    """
    charset = request.mimetype_params.get("charset", "utf-8")
    if request.mimetype != "application/json" or charset.lower() not in {"utf-8", "utf8"}:
        raise ApiProblem(NOT_JSON)
    try:
        document = parse_json(request.get_data(cache=False), max_bytes=MAX_BODY_BYTES)
    except Faults as refused:
        if all(fault.code == BAD_CHARACTER.code for fault in refused.faults):
            raise  # JSON all the same, whose texts are refused as any other value
        raise ApiProblem(MALFORMED, faults=refused.faults) from None
    return structure(document, cls, converter=CONVERTER)


def read_query(cls: type[T]) -> T:
    """Read the query parameters into a value; whole numbers are recognised by the field's type.

    Raises:
        Faults: A parameter is repeated, unknown, missing or refused.
    """
    faults = FaultList()
    given: dict[str, object] = {}
    whole = {field.name for field in _fields(cls) if field.type is int}
    for name, values in request.args.lists():
        faults.check(len(values) == 1, REPEATED, name, count=len(values))
        text = values[0]
        given[name] = int(text) if name in whole and _WHOLE.fullmatch(text) else text
    if faults:
        with faults.collect():
            structure(given, cls, converter=CONVERTER)
        faults.raise_if_any()
    return structure(given, cls, converter=CONVERTER)


def read_headers(cls: type[T]) -> T:
    """Read the headers that a class names (``metadata["name"]``) and checks.

    Raises:
        Faults: A header is refused by the class; its path is the header's name.
    """
    names = {field.name: field.metadata["name"] for field in _fields(cls)}
    present = {name: request.headers.get(header) for name, header in names.items()}
    return cls(**{name: value for name, value in present.items() if value is not None})


def _fields(cls: type[Any]) -> tuple[attrs.Attribute[Any], ...]:
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(attrs.resolve_types(cls))
    return fields
