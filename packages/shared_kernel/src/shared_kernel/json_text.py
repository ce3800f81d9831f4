"""JSON read strictly, and written in one way.

Python's parser lets the last of two equal keys win, takes ``NaN``, and makes a float of ``1.10``
before anybody can object. Here a repeated key is refused, and a number with decimals arrives as a
:class:`JsonNumber`, which no amount accepts. What is too large or nested too deep is refused before
it is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import attrs

from shared_kernel.errors import Faults
from shared_kernel.faults import FaultKind, FaultList, join_path, shown
from shared_kernel.plain import plain_json

__all__ = ["JsonNumber", "dump_json", "key_path", "parse_json"]

TOO_LARGE = FaultKind("json.too_large", "the JSON is too large: send at most {limit} bytes")
TOO_DEEP = FaultKind(
    "json.too_deep", "the JSON is nested more than {limit} levels deep: flatten it"
)
NOT_UTF8 = FaultKind("json.not_utf8", "the JSON is not UTF-8 text: save it as UTF-8")
NOT_JSON = FaultKind("json.not_json", "this is not JSON: see line {line}, column {column}")
REPEATED_KEY = FaultKind("json.repeated_key", "{key} is given more than once: keep one of them")
NOT_A_NUMBER = FaultKind(
    "json.not_a_number", "{given} is not a number in JSON: write a number, or null"
)
BAD_CHARACTER = FaultKind(
    "json.bad_character",
    "the text has a character that no database keeps ({given}): leave it out",
)

_BRACKET_OR_STRING = re.compile(r'"(?:[^"\\]+|\\.)*"?|[\[\]{}]', re.DOTALL)
_SIMPLE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}", re.ASCII)
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_LONGEST_INTEGER: Final = 40


@attrs.frozen
class JsonNumber:
    """A JSON number that is no plain integer, as it was written: ``1.10``, ``1e3``.

    Fields that take a Decimal or an amount refuse it (write ``"1.10"``); a field that takes a float
    reads it.
    """

    text: str

    def __str__(self) -> str:
        return self.text


@attrs.frozen
class _Constant:
    """NaN or Infinity, which Python's parser takes for numbers."""

    text: str


class _Repeating(dict[str, object]):
    """An object in which keys come more than once."""

    repeated: tuple[str, ...] = ()


def parse_json(data: bytes | str, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> object:
    """Parses JSON text (RFC 8259, UTF-8) into dicts, lists, str, int, bool, None and JsonNumber.

    Args:
        data: the text; a byte order mark is dropped.
        max_bytes: the largest size taken.
        max_depth: how many lists and objects may stand inside each other.

    Raises:
        Faults: too large, too deep, not UTF-8 or not JSON; or else every repeated key, NaN,
            infinity and text with a NUL or half a character, each with its path.

    >>> parse_json('{"months": 300, "rate": "0.0335", "share": 0.5}')
    {'months': 300, 'rate': '0.0335', 'share': JsonNumber(text='0.5')}
    >>> parse_json('{"fees": [{"amount": "1", "amount": "2"}]}')
    Traceback (most recent call last):
        ...
    shared_kernel.errors.Faults: fees[0].amount: amount is given more than once: keep one of them
    """
    text = _decoded(data, max_bytes)
    _check_depth(text, max_depth)
    doubtful: list[object] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(items)
        if len(made) == len(items):
            return made
        keys = [key for key, _ in items]
        repeating = _Repeating(made)
        repeating.repeated = tuple(key for key in made if keys.count(key) > 1)
        doubtful.append(repeating)
        return repeating

    def constant(name: str) -> _Constant:
        doubtful.append(name)
        return _Constant(name)

    try:
        value: object = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_float=JsonNumber,
            parse_int=_integer,
            parse_constant=constant,
        )
    except json.JSONDecodeError as error:
        raise Faults.of(NOT_JSON, line=error.lineno, column=error.colno) from None
    if doubtful or "\\u" in text:
        found = FaultList()
        for path, kind, params in _doubts(value, ""):
            found.add(kind, path, **params)
        found.raise_if_any()
    return value


def dump_json(value: object) -> str:
    """Writes plain data as its one JSON text: sorted keys, no needless space.

    Args:
        value: strings, ints of 64 bits, booleans, None, and lists and dicts of them, as
            ``unstructure`` makes them.

    Raises:
        NotPlain: anything else, a float or a Decimal in particular; the message has its path.

    >>> dump_json({"months": 300, "annual_rate": "0.0335"})
    '{"annual_rate":"0.0335","months":300}'
    """
    return plain_json(value)


def key_path(key: object) -> str:
    """Returns a key as a step of a path; in brackets and quotes when it could be misread.

    >>> key_path("months"), key_path("a.b")
    ('months', '["a.b"]')
    """
    if isinstance(key, str) and _SIMPLE_KEY.fullmatch(key):
        return key
    return f"[{json.dumps(shown(key), ensure_ascii=False)}]"


def _decoded(data: bytes | str, max_bytes: int) -> str:
    size = len(data)  # of a str, at least as many bytes
    if size <= max_bytes:
        try:
            text = data if isinstance(data, str) else data.decode("utf-8")
            size = len(text.encode("utf-8"))
        except UnicodeError:
            raise Faults.of(NOT_UTF8) from None
    if size > max_bytes:
        raise Faults.of(TOO_LARGE, limit=max_bytes)
    return text.removeprefix("\ufeff")


def _check_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _BRACKET_OR_STRING.finditer(text):
        mark = match[0]
        if mark in ("[", "{"):
            depth += 1
            if depth > max_depth:
                raise Faults.of(TOO_DEEP, limit=max_depth)
        elif mark in ("]", "}"):
            depth -= 1


def _integer(text: str) -> int | JsonNumber:
    # Reading an integer takes the square of its length: nobody counts with so many digits.
    return int(text) if len(text) <= _LONGEST_INTEGER else JsonNumber(text)


def _doubts(value: object, path: str) -> Iterator[tuple[str, FaultKind, dict[str, str]]]:
    if isinstance(value, dict):
        for key in value.repeated if isinstance(value, _Repeating) else ():
            yield join_path(path, key_path(key)), REPEATED_KEY, {"key": shown(key)}
        for key, held in value.items():
            inside = join_path(path, key_path(key))
            yield from _doubts(key, inside)
            yield from _doubts(held, inside)
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from _doubts(held, join_path(path, place))
    elif isinstance(value, _Constant):
        yield path, NOT_A_NUMBER, {"given": value.text}
    elif isinstance(value, str) and (match := _UNKEPT.search(value)):
        yield path, BAD_CHARACTER, {"given": f"U+{ord(match[0]):04X}"}
