"""JSON Schema of the API's values, read from the attrs classes themselves.

The classes that the converter structures are the only description of what the API takes and gives:
this module reads their fields, types and docstrings, and writes JSON Schema 2020-12, the dialect of
OpenAPI 3.1. Every object is closed (``additionalProperties`` is false), because the converter
refuses unknown keys and because an answer that leaks a field must fail a check. Amounts and
fractions are strings: a JSON number with a fraction would become a float on the way.

`AttrsModelAdapter` hands the schemas to spectree, which assembles the document; it never validates
(requests are parsed by `shared_kernel.convert`, so that all faults come at once with their paths).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, TypeAlias, Union, get_args, get_origin

import attrs
from spectree.model_adapter.msgspec_adapter import MsgspecModelAdapter

from shared_kernel import Money, currency_codes

__all__ = ["AttrsModelAdapter", "JsonSchema", "Schemas"]

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema; its values are JSON, which Python's types cannot say in full."""

_REF = "#/components/schemas/{name}"
_DECIMAL = r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$"
_SECTION = re.compile(r"^(Attributes|Args):\s*$", re.MULTILINE)
_ENTRY = re.compile(r"^(?P<indent> +)(?P<name>\w+)(?: \([^)]*\))?: (?P<text>.*)$")

_SCALARS: Mapping[object, JsonSchema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    NoneType: {"type": "null"},
    Decimal: {
        "type": ["string", "integer"],
        "pattern": _DECIMAL,
        "description": (
            "An exact decimal: a string with a point, or a whole number; never a JSON float. "
            "Answers write strings."
        ),
        "examples": ["0.0335"],
    },
    date: {"type": "string", "format": "date", "examples": ["2025-10-01"]},
    datetime: {"type": "string", "format": "date-time", "examples": ["2025-10-01T08:00:00+00:00"]},
    Fraction: {
        "type": ["string", "integer"],
        "pattern": r"^-?[0-9]{1,40}(/[0-9]{1,40})?$",
        "examples": ["1/12"],
    },
}

_MONEY: JsonSchema = {
    "type": "object",
    "description": (
        "An exact amount and its currency. The amount is a string with a point and no more "
        "decimals than the currency has (none for XOF, XAF and GNF)."
    ),
    "properties": {
        "amount": {
            "type": ["string", "integer"],
            "pattern": _DECIMAL,
            "description": "A string with a point, or a whole number. Answers write strings.",
            "examples": ["215000.00"],
        },
        "currency": {
            "type": "string",
            "enum": list(currency_codes()),
            "description": "The code of a currency in use (ISO 4217).",
            "examples": ["EUR"],
        },
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "examples": [{"amount": "215000.00", "currency": "EUR"}],
}


def _text(doc: str | None) -> str:
    """The prose of a docstring before its first section, as one paragraph a blank line."""
    clean = inspect.cleandoc(doc or "")
    prose = re.split(r"^(?:\w+:\s*$|>>> )", clean, maxsplit=1, flags=re.MULTILINE)[0]
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", prose))
    return "\n\n".join(part for part in paragraphs if part)


def _field_texts(doc: str | None) -> dict[str, str]:
    """The texts of the ``Attributes:`` (or ``Args:``) section of a Google-style docstring."""
    clean = inspect.cleandoc(doc or "")
    found = _SECTION.search(clean)
    texts: dict[str, str] = {}
    if found is None:
        return texts
    indent = name = ""
    for line in clean[found.end() :].splitlines():
        if line and not line.startswith(" "):
            break
        entry = _ENTRY.match(line)
        if entry and (not indent or entry["indent"] == indent):
            indent, name = entry["indent"], entry["name"]
            texts[name] = entry["text"].strip()
        elif name and line.strip():
            texts[name] += " " + line.strip()
    return texts


class Schemas:
    """Builds the schemas of attrs classes, each as a named component that others refer to.

    Classes are named by their Python name; two classes of one name are refused, because a client
    generated from the document could not tell them apart.

    What a field's type does not say is told once, by `own`, `tag`, `beside`, `bound`, `leave_out`
    and `example`. A field's ``metadata`` may hold ``schema`` (keywords to add), ``type`` (the type
    to describe in place of its own) and ``name`` (its name on the wire, for headers).

    Example:
        >>> @attrs.frozen
        ... class Quoted:
        ...     "What is asked."
        ...     rate: Decimal
        >>> schema = Schemas().of(Quoted)
        >>> schema["required"], schema["additionalProperties"]
        (['rate'], False)
    """

    def __init__(self) -> None:
        self._own: dict[object, JsonSchema] = dict(_SCALARS)
        self._tags: dict[type, tuple[str, str]] = {}
        self._beside: dict[type, dict[str, JsonSchema]] = {}
        self._bounds: dict[tuple[type, str], JsonSchema] = {}
        self._left_out: set[tuple[type, str]] = set()
        self._examples: dict[type, object] = {}
        self._named: dict[str, object] = {}

    def own(self, kind: object, schema: JsonSchema) -> None:
        """Give the schema of a type whose JSON is not the sum of its fields."""
        self._own[kind] = schema

    def tag(self, cls: type[Any], name: str, value: str) -> None:
        """Say by which property, of which value, a member of a union is known."""
        self._tags[cls] = (name, value)

    def beside(self, cls: type[Any], name: str, schema: JsonSchema) -> None:
        """Describe a property that the wire has beside the fields of a class; it is optional."""
        self._beside.setdefault(cls, {})[name] = schema

    def bound(self, cls: type[Any], field: str, schema: JsonSchema) -> None:
        """Add what a class accepts in a field to what its type says."""
        self._bounds[cls, field] = schema

    def leave_out(self, cls: type[Any], field: str) -> None:
        """Say that the wire may leave out a field that the class needs: reading gives it one."""
        self._left_out.add((cls, field))

    def example(self, cls: type[Any], document: object) -> None:
        """Give an example, shown by the viewer; a test structures every one of them."""
        self._examples[cls] = document

    def examples(self) -> Mapping[type, object]:
        """Give every example, by class."""
        return dict(self._examples)

    def of(self, cls: type[Any], *, ref: str = _REF) -> JsonSchema:
        """Give the schema of one class, with those it refers to under ``$defs``."""
        definitions: dict[str, JsonSchema] = {}
        self._define(cls, definitions, ref)
        schema = definitions.pop(cls.__name__)
        return {**schema, "$defs": definitions} if definitions else schema

    def _define(self, cls: type[Any], definitions: dict[str, JsonSchema], ref: str) -> str:
        name = cls.__name__
        if self._named.setdefault(name, cls) is not cls:
            raise ValueError(f"two classes of the API are named {name}: rename one")
        if name not in definitions:
            definitions[name] = {}  # holds the place, so that a class may refer to itself
            definitions[name] = self._object(cls, definitions, ref)
        return ref.format(name=name)

    def _object(self, cls: type[Any], definitions: dict[str, JsonSchema], ref: str) -> JsonSchema:
        if issubclass(cls, StrEnum):
            return {
                "type": "string",
                "enum": [member.value for member in cls],
                "description": _text(cls.__doc__),
            }
        if cls is Money:
            return dict(_MONEY)
        texts = _field_texts(cls.__doc__)
        properties: dict[str, JsonSchema] = {}
        required: list[str] = []
        if cls in self._tags:
            tag, value = self._tags[cls]
            properties[tag] = {"type": "string", "const": value}
            required.append(tag)
        properties.update(self._beside.get(cls, {}))
        for field in attrs.fields(attrs.resolve_types(cls, include_extras=True)):
            name = field.metadata.get("name", field.name)
            schema = self._type(field.metadata.get("type", field.type), definitions, ref)
            if text := texts.get(field.name):
                schema = {**schema, "description": text}
            more = {**field.metadata.get("schema", {}), **self._bounds.get((cls, field.name), {})}
            properties[name] = {**schema, **more}
            if field.default is attrs.NOTHING and (cls, field.name) not in self._left_out:
                required.append(name)
        schema = {
            "type": "object",
            "description": _text(cls.__doc__),
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
        if cls in self._examples:
            schema["examples"] = [self._examples[cls]]
        return schema

    def _type(self, kind: object, definitions: dict[str, JsonSchema], ref: str) -> JsonSchema:
        if kind in self._own:
            return dict(self._own[kind])
        if isinstance(kind, NewType):
            return self._type(kind.__supertype__, definitions, ref)
        if isinstance(kind, type) and (
            kind is Money or attrs.has(kind) or issubclass(kind, StrEnum)
        ):
            return {"$ref": self._define(kind, definitions, ref)}
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._type(arguments[0], definitions, ref)
        if origin is Literal:
            return {"type": "string", "enum": list(arguments)}
        if origin in (Union, UnionType):
            return self._union(arguments, definitions, ref)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {
                "type": "object",
                "additionalProperties": self._type(arguments[1], definitions, ref),
            }
        if isinstance(origin, type) and issubclass(origin, Sequence):
            if origin is tuple and arguments[1:] != (...,):
                raise TypeError(f"the API has no tuple of fixed length: {kind!r}")
            return {"type": "array", "items": self._type(arguments[0], definitions, ref)}
        raise TypeError(f"no JSON schema is known for {kind!r}: give one to Schemas(own=...)")

    def _union(
        self, members: tuple[object, ...], definitions: dict[str, JsonSchema], ref: str
    ) -> JsonSchema:
        schemas = [self._type(member, definitions, ref) for member in members]
        tagged = [member for member in members if isinstance(member, type) and member in self._tags]
        if len(tagged) < len(members):
            return {"anyOf": schemas}
        mapping = {
            self._tags[member][1]: schema["$ref"]
            for member, schema in zip(tagged, schemas, strict=True)
        }
        name = self._tags[tagged[0]][0]
        return {"oneOf": schemas, "discriminator": {"propertyName": name, "mapping": mapping}}


class AttrsModelAdapter(MsgspecModelAdapter):
    """spectree's msgspec adapter, with the schemas of attrs classes written by `Schemas`."""

    def __init__(self, schemas: Schemas) -> None:
        super().__init__()
        self._schemas = schemas

    def json_schema(
        self,
        model: type[Any],
        *,
        ref_template: str,
        mode: Literal["validation", "serialization"] = "validation",
    ) -> JsonSchema:
        """Give the schema of an attrs class; spectree's own classes stay with msgspec."""
        if attrs.has(model):
            return self._schemas.of(model, ref=ref_template.replace("{model}", "{name}"))
        return super().json_schema(model, ref_template=ref_template, mode=mode)

    def is_partial_model_instance(self, value: Any) -> bool:
        """Say that nothing is spectree's to serialise: the endpoints answer with responses."""
        return False
