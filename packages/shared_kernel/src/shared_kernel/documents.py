"""What versioned documents share: their versions, and every fault of theirs told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
from cattrs import Converter

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, shown
from shared_kernel.json_text import parse_json

__all__ = ["opened", "parsed", "tell_every_fault"]

NOT_A_DOCUMENT = FaultKind("document.not_a_document", "{given} is no document: give a JSON object")
VERSION_MISSING = FaultKind("document.version_missing", "the version is missing: write {accepted}")
UNKNOWN_VERSION = FaultKind(
    "document.unknown_version",
    "{given} is not a version of this document that is understood: write {accepted}",
)

T = TypeVar("T")


def tell_every_fault(converter: Converter, cls: type[T], error: type[Faults]) -> None:
    """Makes a converter tell the faults of the fields it could read, when it could not read others.

    Args:
        converter: one made by `shared_kernel.make_converter`.
        cls: an attrs class whose constructor raises `error`.
        error: what the converter raises for it.
    """
    plain: Callable[[object, type[T]], T] = converter.get_structure_hook(cls)

    def hook(data: object, _: type[T]) -> T:
        try:
            return plain(data, cls)
        except error:
            raise
        except Faults as refused:
            more = _faults_of_the_rest(converter, cls, data, refused)
            raise error([*refused.faults, *more]) from None

    converter.register_structure_hook(cls, hook)


def parsed(text: str | bytes, error: type[Faults], *, max_bytes: int = 1_000_000) -> object:
    """The JSON data of a text, whose faults are those of a document."""
    try:
        return parse_json(text, max_bytes=max_bytes)
    except Faults as refused:
        raise error(refused.faults) from None


def opened(document: object, error: type[Faults], *accepted: int) -> tuple[int, dict[Any, Any]]:
    """The version of a document, one of those accepted, and its other fields.

    ``Any`` because the values of a JSON object are of every kind.
    """
    if not isinstance(document, Mapping):
        raise error.of(NOT_A_DOCUMENT, given=shown(document))
    if "version" not in document:
        raise error.of(VERSION_MISSING, "version", accepted=accepted[0])
    version = document["version"]
    if type(version) is not int or version not in accepted:
        raise error.of(UNKNOWN_VERSION, "version", given=shown(version), accepted=accepted[0])
    return version, {key: value for key, value in document.items() if key != "version"}


def _faults_of_the_rest(
    converter: Converter, cls: type, data: object, error: Faults
) -> tuple[Any, ...]:
    """The faults of the fields that could be read, when others could not.

    The unreadable ones are left to the constructor as values of no use, which it refuses without
    comparing anything with them; those refusals are dropped, for `error` tells them better.
    """
    if not isinstance(data, Mapping):
        return ()
    unreadable = {_field_of(fault.path) for fault in error.faults}
    values: dict[str, Any] = {}
    for field in attrs.fields(cls):
        if field.name in unreadable:
            values[field.name] = () if field.converter else object()
        elif field.name in data:
            values[field.name] = converter.structure(data[field.name], field.type or object)
    try:
        cls(**values)
    except Faults as more:
        return tuple(fault for fault in more.faults if _field_of(fault.path) not in unreadable)
    return ()


def _field_of(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
