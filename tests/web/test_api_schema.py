"""The JSON Schema read from attrs classes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, NewType

import attrs
import pytest
from openapi_schema_validator import OAS31Validator

from comptoir_web.api.schema import AttrsModelAdapter, Schemas
from shared_kernel import Money

Label = NewType("Label", str)


class Colour(StrEnum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Round:
    """A round thing.

    Args:
        radius: from the middle to the edge,
            in metres.
    """

    radius: Decimal


@attrs.frozen
class Square:
    """A square thing."""

    side: Decimal


@attrs.frozen
class Drawing:
    """What is drawn, and where.

    More about it.

    Attributes:
        shape: What it looks like.

    Example:
        >>> 1 + 1
        2
    """

    shape: Round | Square
    price: Money
    colours: tuple[Colour, ...] = ()
    on: date | None = None
    where: date | int = 0
    mode: Literal["fast", "slow"] = "fast"
    label: Label = Label("")
    sizes: Mapping[str, int] = attrs.field(factory=dict)
    number: int = attrs.field(default=1, metadata={"schema": {"minimum": 1}, "name": "No"})


def drawing() -> dict[str, Any]:
    """The schema of a drawing, with its references resolved by hand."""
    schemas = Schemas()
    schemas.tag(Round, "type", "round")
    schemas.tag(Square, "type", "square")
    return schemas.of(Drawing, ref="#/$defs/{name}")


DRAWN = {
    "shape": {"type": "round", "radius": "1.5"},
    "price": {"amount": "12.00", "currency": "EUR"},
}


def faults(document: Mapping[str, object]) -> list[str]:
    """What a validator says of a document."""
    return [error.message for error in OAS31Validator(drawing()).iter_errors(document)]


def test_a_complete_document_is_accepted() -> None:
    """The schema takes what the converter takes."""
    whole = DRAWN | {
        "colours": ["red"],
        "on": "2025-10-01",
        "where": 3,
        "mode": "slow",
        "label": "x",
        "sizes": {"a": 1},
        "No": 2,
    }
    assert faults(DRAWN) == []
    assert faults(whole) == []
    assert faults(DRAWN | {"on": None, "where": "2025-10-01"}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"other": 1},
        {"shape": {"type": "round", "radius": "1.5", "side": "1"}},
        {"shape": {"radius": "1.5"}},
        {"shape": {"type": "round", "radius": 1.5}},
        {"price": {"amount": 12.5, "currency": "EUR"}},
        {"price": {"amount": "12.00", "currency": "EUR", "sign": "€"}},
        {"colours": ["green"]},
        {"mode": "medium"},
        {"No": 0},
    ],
)
def test_unknown_keys_and_wrong_values_are_refused(change: dict[str, object]) -> None:
    """Every object is closed, tags are needed, floats are no amounts, bounds hold."""
    assert faults(DRAWN | change)


def test_texts_come_from_the_docstrings() -> None:
    """The prose before the first section describes the class, its section describes the fields."""
    schema = drawing()
    assert schema["description"] == "What is drawn, and where.\n\nMore about it."
    assert schema["properties"]["shape"]["description"] == "What it looks like."
    radius = schema["$defs"]["Round"]["properties"]["radius"]
    assert radius["description"] == "from the middle to the edge, in metres."


def test_a_tagged_union_names_its_tag() -> None:
    """A client knows from the tag which of the shapes it reads."""
    shape = drawing()["properties"]["shape"]
    assert shape["discriminator"]["propertyName"] == "type"
    assert shape["discriminator"]["mapping"] == {
        "round": "#/$defs/Round",
        "square": "#/$defs/Square",
    }


def test_two_classes_of_one_name_are_refused() -> None:
    """A generated client could not tell them apart."""
    schemas = Schemas()
    schemas.of(Round)
    with pytest.raises(ValueError, match="two classes of the API are named Round"):
        schemas.of(attrs.make_class("Round", ["x"]))


@attrs.frozen
class Odd:
    """Holds what JSON has no form for."""

    odd: complex


@attrs.frozen
class Pair:
    """Holds a tuple of fixed length."""

    pair: tuple[int, str]


@pytest.mark.parametrize("cls", [Odd, Pair])
def test_an_unknown_type_is_refused_when_the_document_is_built(cls: type[Any]) -> None:
    """A type without a schema is an error of ours, found by the first build of the document."""
    with pytest.raises(TypeError):
        Schemas().of(cls)


def test_own_schemas_and_examples() -> None:
    """A schema written by hand wins, and a class shows its example."""
    schemas = Schemas()
    schemas.own(complex, {"type": "string"})
    schemas.example(Odd, {"odd": "1"})
    assert schemas.of(Odd)["properties"]["odd"] == {"type": "string"}
    assert schemas.of(Odd)["examples"] == [{"odd": "1"}]
    assert schemas.examples() == {Odd: {"odd": "1"}}


def test_the_adapter_leaves_other_models_to_spectree() -> None:
    """Spectree's own classes keep the schemas that msgspec writes."""
    adapter = AttrsModelAdapter(Schemas())
    template = "#/components/schemas/{model}"
    assert adapter.json_schema(list[int], ref_template=template)["type"] == "array"
    assert adapter.json_schema(Round, ref_template=template)["additionalProperties"] is False
    assert not adapter.is_partial_model_instance(Round(Decimal(1)))
