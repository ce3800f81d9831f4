"""JSON data to attrs values and back, through cattrs, with every fault and its path.

cattrs finds what to do with each type; the hooks here are strict where its own are kind (``"300"``
is no int, ``1.5`` no Decimal) and they collect faults with their paths instead of raising the
first. The fields of an attrs class are its JSON keys, one to one.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn
from moneyed import Money

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, FaultList, join_path, shown
from shared_kernel.json_text import JsonNumber, dump_json, key_path, parse_json
from shared_kernel.scalars import (
    MOST_FAULTS,
    NOT_ACCEPTED,
    NOT_AN_OBJECT,
    SCALARS,
    checked_object,
    written_time,
)

__all__ = [
    "JsonNumber",
    "dump_json",
    "make_converter",
    "parse_json",
    "register_tagged_union",
    "structure",
    "unstructure",
]

T = TypeVar("T")

MISSING_TAG = FaultKind("convert.missing_tag", "{key} is missing: write one of {accepted}")
NOT_A_LIST = FaultKind("convert.not_a_list", "{given} is not a list: write [...]")
WRONG_LENGTH = FaultKind(
    "convert.wrong_length", "the list has {given} items: it must have {expected}"
)
MUST_BE_NULL = FaultKind("convert.must_be_null", "{given} is not accepted: write null")
REFUSED = FaultKind("convert.refused", "the value is refused: {reason}")


def structure(data: object, cls: type[T], *, converter: Converter | None = None) -> T:
    """Makes a value of ``cls`` from JSON data, or raises every fault with its path.

    The keys of an object and the types of its values are looked at first; when they are right, the
    constructor looks at the rest, and its faults are told from the root of the data.

    Args:
        data: what :func:`parse_json` gives.
        cls: an attrs class, or any type the converter knows.
        converter: one made by :func:`make_converter`; a plain one by default.

    Raises:
        Faults: the data is refused.

    >>> @attrs.frozen
    ... class Parcel:
    ...     weight_kg: Decimal
    ...     pieces: int = 1
    >>> structure({"weight_kg": "2.5"}, Parcel)
    Parcel(weight_kg=Decimal('2.5'), pieces=1)
    >>> structure({"weight_kg": 2.5, "peices": 3}, Parcel)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    shared_kernel.errors.Faults: peices: peices is not known here: the keys are weight_kg, pieces
    weight_kg: 2.5 is a number that computers round: write it as a text, "2.5"
    """
    return (converter or _plain_converter()).structure(data, cls)


def unstructure(value: object, *, converter: Converter | None = None) -> Any:
    """Makes JSON data of a value: the inverse of :func:`structure`; amounts become texts.

    Returns:
        Dicts, lists, strings, ints, booleans and None, ready for :func:`dump_json`. (``Any``,
        because what JSON data is depends on the value alone.)

    >>> unstructure({"rate": Decimal("0.0335"), "due": date(2025, 10, 1)})
    {'rate': '0.0335', 'due': '2025-10-01'}
    """
    return (converter or _plain_converter()).unstructure(value)


@cache
def _plain_converter() -> Converter:
    return make_converter()


def make_converter() -> Converter:
    """Returns a strict cattrs converter; add the hooks of your own types to it.

    =================  ===================================================================
    type               JSON
    =================  ===================================================================
    str, int, bool     itself, and nothing else
    Decimal            a text of plain digits, or an integer
    Fraction           a text ``"7/12"``, or an integer
    date, datetime     a text, ISO 8601; a time has its zone, and is in UTC when read
    Money              ``{"amount": "1.23", "currency": "EUR"}``
    Enum, Literal      one of its values
    attrs class        an object with its fields, no other key
    tuple, list, set   a list
    X | None           null, or X
    =================  ===================================================================
    """
    converter = Converter(
        forbid_extra_keys=True,
        unstruct_collection_overrides={Sequence: list, Set: sorted},
    )
    for hook, classes in SCALARS:
        for cls in classes:
            converter.register_structure_hook(cls, hook)
    converter.register_structure_hook_func(lambda t: t is object, lambda value, _: value)
    factories: tuple[tuple[Callable[[Any], bool], Callable[[Any, Converter], Any]], ...] = (
        (lambda t: isinstance(t, type) and attrs.has(t), _attrs_hook),
        (lambda t: (get_origin(t) or t) in _SEQUENCES, _sequence_hook),
        (lambda t: (get_origin(t) or t) in _MAPPINGS, _mapping_hook),
        (lambda t: get_origin(t) is Literal, _literal_hook),
        (lambda t: get_origin(t) in (Union, types.UnionType), _union_hook),
    )
    for fits, factory in factories:
        # Bound as defaults: cattrs calls a factory later, with the type alone.
        converter.register_structure_hook_factory(
            fits, lambda t, make=factory, using=converter: make(t, using)
        )
    converter.register_unstructure_hook(Decimal, lambda value: f"{value:f}")
    converter.register_unstructure_hook(Fraction, str)
    converter.register_unstructure_hook(StrEnum, lambda value: value.value)
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_unstructure_hook(datetime, written_time)
    converter.register_unstructure_hook(
        Money, lambda value: {"amount": f"{value.amount:f}", "currency": value.currency.code}
    )
    return converter


def register_tagged_union(
    converter: Converter, base: object, members: Mapping[str, type[Any]], *, tag: str = "type"
) -> None:
    """Makes a converter tell the classes of a union apart by a key: ``{"type": "balloon", ...}``.

    Args:
        converter: one made by :func:`make_converter`.
        base: what fields are annotated with: the common base class, or the union of the classes.
        members: the attrs classes, by the value of the key.
        tag: the key.

    >>> @attrs.frozen
    ... class Circle:
    ...     radius: int
    >>> @attrs.frozen
    ... class Square:
    ...     side: int
    >>> shapes = make_converter()
    >>> register_tagged_union(shapes, Circle | Square, {"circle": Circle, "square": Square})
    >>> unstructure(Square(3), converter=shapes)
    {'type': 'square', 'side': 3}
    >>> structure([{"type": "circle"}, {}], list[Circle | Square], converter=shapes)
    Traceback (most recent call last):
        ...
    shared_kernel.errors.Faults: [0].radius: radius is missing: it is needed
    [1].type: type is missing: write one of circle, square
    """
    names = {cls: name for name, cls in members.items()}
    hooks = {cls: _attrs_hook(cls, converter) for cls in names}

    def structured(data: Any, _: object) -> Any:
        if not isinstance(data, Mapping):
            raise Faults.of(NOT_AN_OBJECT, given=shown(data), accepted=tag)
        if tag not in data:
            raise Faults.of(MISSING_TAG, tag, key=tag, accepted=", ".join(members))
        name = data[tag]
        if not isinstance(name, str) or name not in members:
            raise Faults.of(NOT_ACCEPTED, tag, given=shown(name), accepted=", ".join(members))
        return member(data, members[name])

    def member(data: Any, cls: Any) -> Any:
        """Structures one class; the key may be there, as :func:`unstructure` writes it."""
        if isinstance(data, Mapping) and data.get(tag) == names[cls]:
            data = {key: value for key, value in data.items() if key != tag}
        return hooks[cls](data, cls)

    def unstructured(cls: Any) -> Callable[[Any], dict[str, Any]]:
        inner = make_dict_unstructure_fn(cls, converter)
        return lambda value: {tag: names[cls], **inner(value)}

    def is_member(t: Any) -> bool:
        return isinstance(t, type) and t in names

    converter.register_structure_hook_func(is_member, member)
    converter.register_structure_hook_func(lambda t: t == base, structured)
    converter.register_unstructure_hook_factory(is_member, unstructured)
    if isinstance(base, type) and base not in names:
        converter.register_unstructure_hook_func(
            lambda t: t is base, lambda value: converter.unstructure(value, type(value))
        )


_SEQUENCES: Final = (list, tuple, set, frozenset, Sequence, MutableSequence, Set)
_MAPPINGS: Final = (dict, Mapping, MutableMapping)


def _attrs_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    attrs.resolve_types(cls)
    fields = [field for field in attrs.fields(cls) if field.init]
    keys = [field.name for field in fields]
    required = [field.name for field in fields if field.default is attrs.NOTHING]

    def hook(value: object, _: object) -> Any:
        found = FaultList()
        data = checked_object(value, keys, required=required, found=found)
        arguments: dict[str, object] = {}
        for field in fields:
            if field.name in data:
                with found.collect(field.name):
                    kind: Any = field.type or object
                    arguments[field.alias] = converter.structure(data[field.name], kind)
        found.raise_if_any()
        try:
            return cls(**arguments)
        except Faults:
            raise
        except ValueError as error:  # a validator that knows nothing of faults
            raise Faults.of(REFUSED, reason=shown(error)) from error

    return hook


def _sequence_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    origin, inside = get_origin(cls) or cls, get_args(cls)
    fixed = origin is tuple and inside and inside[-1] is not Ellipsis
    build: Callable[[list[object]], object] = {
        list: list,
        MutableSequence: list,
        set: set,
        frozenset: frozenset,
        Set: frozenset,
    }.get(origin, tuple)

    def hook(value: object, _: object) -> Any:
        if not isinstance(value, list | tuple | set | frozenset):
            raise Faults.of(NOT_A_LIST, given=shown(value))
        kinds: Sequence[Any] = inside if fixed else (inside or (object,))[:1] * len(value)
        if len(kinds) != len(value):
            raise Faults.of(WRONG_LENGTH, given=len(value), expected=len(kinds))
        found = FaultList()
        made: list[object] = []
        for place, (item, kind) in enumerate(zip(value, kinds, strict=True)):
            with found.collect(join_path("", place)):
                made.append(converter.structure(item, kind))
            if len(found) >= MOST_FAULTS:
                break
        found.raise_if_any()
        return build(made)

    return hook


def _mapping_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    key_type, value_type = get_args(cls) or (object, object)

    def hook(value: object, _: object) -> Any:
        if not isinstance(value, Mapping):
            raise Faults.of(NOT_AN_OBJECT, given=shown(value), accepted="-")
        found = FaultList()
        made: dict[object, object] = {}
        for key, held in value.items():
            with found.collect(key_path(key)):
                made[converter.structure(key, key_type)] = converter.structure(held, value_type)
            if len(found) >= MOST_FAULTS:
                break
        found.raise_if_any()
        return made

    return hook


def _literal_hook(cls: Any, _: Converter) -> Callable[[Any, Any], Any]:
    members = get_args(cls)

    def hook(value: object, _: object) -> Any:
        for member in members:
            held = member.value if isinstance(member, Enum) else member
            if held == value and type(held) is type(value):
                return member
        accepted = ", ".join(shown(getattr(m, "value", m)) for m in members)
        raise Faults.of(NOT_ACCEPTED, given=shown(value), accepted=accepted)

    return hook


def _union_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """Chooses by what the JSON holds: the first member that takes it; the last one's faults."""
    members = [member for member in get_args(cls) if member is not types.NoneType]
    nullable = len(members) < len(get_args(cls))
    if nullable and len(members) > 1:
        members = [Union[tuple(members)]]  # noqa: UP007 - the members are only known here

    def hook(value: object, _: object) -> Any:
        if value is None and nullable:
            return None
        refused: Faults | None = None
        for member in members:
            try:
                return converter.structure(value, member)
            except Faults as error:
                # The member that went furthest into the data tells most about it.
                deeper = refused is None or len(error.faults[0].path) > len(refused.faults[0].path)
                refused = error if deeper else refused
        raise refused or Faults.of(MUST_BE_NULL, given=shown(value))

    return hook
