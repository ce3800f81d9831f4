"""Plain data: what JSON gives back exactly as it took it, in every program that reads it.

Strings, ints of 64 bits, booleans, None, lists and objects with string keys. No float and no
Decimal: each reader rounds a JSON number in its own way, so that a number with decimals travels as
a string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from shared_kernel.errors import NotPlain

__all__ = ["plain", "plain_json"]

_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_DEPTH = 64


def plain(value: object) -> object:
    """Returns the value as plain dicts, lists, strings and ints, checked to the bottom.

    A mapping becomes a dict, a tuple a list, a ``StrEnum`` its text.

    Args:
        value: what to check.

    Raises:
        NotPlain: it holds anything else, an int beyond 64 bits, a text that not every program
            can keep (with a NUL or a lone surrogate), or more than 64 levels.

    >>> plain({"rates": ("0.0335", "0.04")})
    {'rates': ['0.0335', '0.04']}
    >>> plain({"rate": [0.04]})
    Traceback (most recent call last):
        ...
    shared_kernel.errors.NotPlain: rate[0]: a float cannot be kept exactly: write it as a string
    """
    return _checked(value, "", 0)


def plain_json(value: object) -> str:
    """Returns the one JSON text of plain data: sorted keys, no needless space.

    Raises:
        NotPlain: as for `plain`.

    >>> plain_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _checked(value: object, path: str, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        if not _INT64_MIN <= value <= _INT64_MAX:
            raise NotPlain("{path}an int beyond 64 bits cannot be kept exactly", path=_at(path))
        return int(value)
    if depth >= _DEPTH:
        raise NotPlain("{path}more than {limit} levels", path=_at(path), limit=str(_DEPTH))
    if isinstance(value, Mapping):
        return {
            _key(key, path): _checked(held, f"{path}.{key}" if path else str(key), depth + 1)
            for key, held in value.items()
        }
    if isinstance(value, list | tuple):
        return [_checked(held, f"{path}[{i}]", depth + 1) for i, held in enumerate(value)]
    raise NotPlain(
        "{path}a {kind} cannot be kept exactly: write it as a string",
        path=_at(path),
        kind=type(value).__name__,
    )


def _at(path: str) -> str:
    return f"{path}: " if path else ""


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise NotPlain(
            "{path}a key is a string, not a {kind}", path=_at(path), kind=type(key).__name__
        )
    return _text(key, path)


def _text(text: str, path: str) -> str:
    if "\0" in text:
        raise NotPlain("{path}a text holds the character NUL", path=_at(path))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlain(
            "{path}a text holds half a character (a lone surrogate)", path=_at(path)
        ) from None
    return str(text)
