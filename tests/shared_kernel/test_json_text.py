"""JSON read strictly: size, depth, keys, numbers, characters."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel import Faults, JsonNumber, NotPlain, dump_json, parse_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inside: st.lists(inside) | st.dictionaries(TEXTS, inside),
    max_leaves=20,
)


def faults_of(data: bytes | str, **limits: int) -> list[tuple[str, str]]:
    """The path and the code of every fault of a text."""
    with pytest.raises(Faults) as refused:
        parse_json(data, **limits)
    assert len(str(refused.value)) < 2_000
    return [(fault.path, fault.code) for fault in refused.value.faults]


@given(PLAIN)
def test_plain_data_goes_both_ways(value: object) -> None:
    """What is written is read back the same, as text and as bytes; written again, it is equal."""
    text = dump_json(value)
    assert parse_json(text, max_depth=100) == value
    assert parse_json(text.encode(), max_depth=100) == value
    assert dump_json(json.loads(text)) == text


@pytest.mark.parametrize("value", [0.5, Decimal("1.10"), {"a": [1.0]}, float("nan"), 2**63, {1: 2}])
def test_what_is_not_plain_is_not_written(value: object) -> None:
    """A float, a Decimal, an int beyond 64 bits and a key that is no text are refused."""
    with pytest.raises(NotPlain):
        dump_json(value)


def test_ten_megabytes_are_refused_at_once() -> None:
    """A text beyond the limit is refused before it is parsed, whatever it holds."""
    for data in ("[" + "1," * 5_000_000 + "1]", b'{"a": "' + b"x" * 10_000_000 + b'"}'):
        assert faults_of(data) == [("", "json.too_large")]


def test_the_limit_counts_bytes() -> None:
    """The size is that of the UTF-8 text: an accent takes two bytes."""
    assert parse_json('"éé"', max_bytes=6) == "éé"
    assert faults_of('"éé"', max_bytes=5) == [("", "json.too_large")]


@pytest.mark.parametrize(
    "text",
    ["[" * 400_000, "[" * 400_000 + "]" * 400_000, '{"a":' * 150_000 + "1" + "}" * 150_000],
    ids=["open", "closed", "objects"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    """A hundred thousand levels are refused with a message, not a crash of the interpreter."""
    assert faults_of(text) == [("", "json.too_deep")]


def test_depth_counts_levels_and_not_brackets() -> None:
    """Brackets in texts and beside each other are no depth."""
    assert parse_json("[" * 32 + "]" * 32) is not None
    assert faults_of("[" * 33 + "]" * 33) == [("", "json.too_deep")]
    many = [["[[[[", '{"\\', {}, []]] * 100
    assert parse_json(json.dumps(many)) == many


def test_quotes_that_never_close_are_refused() -> None:
    """A megabyte of quotes, where a backtracking look would never end, is refused."""
    for text in ('"' + '\\"' * 400_000, "[" * 40 + '"' * 900_001, "[" * 33 + "\\" * 900_000):
        assert faults_of(text)[0][1] in ("json.not_json", "json.too_deep")


def test_repeated_keys_are_named_with_their_paths() -> None:
    """Every repeated key of every object is told, in the order of the text."""
    text = '{"a": 1, "b": [{"c": 1, "c": 2}, {"d.e": 1, "d.e": 1, "d.e": 1}], "a": 3}'
    assert faults_of(text) == [
        ("a", "json.repeated_key"),
        ("b[0].c", "json.repeated_key"),
        ('b[1]["d.e"]', "json.repeated_key"),
    ]


def test_nan_and_infinity_are_named_with_their_paths() -> None:
    """Python's parser takes them for numbers; JSON has no such number."""
    assert faults_of('{"a": NaN, "b": [Infinity, -Infinity]}') == [
        ("a", "json.not_a_number"),
        ("b[0]", "json.not_a_number"),
        ("b[1]", "json.not_a_number"),
    ]


@pytest.mark.parametrize("text", ["1.10", "-0.5", "1e3", "1E-2", "123456789.123456789123456789"])
def test_numbers_with_decimals_keep_their_spelling(text: str) -> None:
    """A number that is no plain integer is never a float: it keeps each of its digits."""
    assert parse_json(text) == JsonNumber(text)
    assert str(parse_json(text)) == text


def test_integers_of_any_length_are_read_safely() -> None:
    """An integer of a million digits is read, where int() would refuse it, and is no int."""
    digits = "9" * 900_000
    assert parse_json(f"[{digits}, {2**63}]") == [JsonNumber(digits), 2**63]


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", '{"a": }', "{'a': 1}", "[1,]", "nul", '"a\nb"', "[1] [2]", "\ufeff\ufeff1"],
)
def test_no_json_is_refused_with_the_place(text: str) -> None:
    """The message says at which line and column the reading stopped."""
    with pytest.raises(Faults, match=r"line 1, column \d+") as refused:
        parse_json(text)
    assert refused.value.faults[0].code == "json.not_json"


def test_the_encoding_is_utf_8() -> None:
    """A byte order mark is dropped; another encoding, or half a character, is refused."""
    assert parse_json(b'\xef\xbb\xbf{"a": "\xc3\xa9"}') == {"a": "é"}
    assert faults_of('"é"'.encode("latin-1")) == [("", "json.not_utf8")]
    assert faults_of('"a"'.encode("utf-16")) == [("", "json.not_utf8")]
    assert faults_of('"\ud800"') == [("", "json.not_utf8")]


def test_characters_that_no_database_keeps_are_refused() -> None:
    """A NUL and half a character written as escapes are told with their paths, in keys too."""
    text = r'{"a": "x\u0000", "b": ["\ud83d"], "c\u0000": 1, "ok": "\ud83d\ude00 \u00e9"}'
    assert faults_of(text) == [
        ("a", "json.bad_character"),
        ("b[0]", "json.bad_character"),
        ('["c\\\\x00"]', "json.bad_character"),
    ]


@given(st.text(max_size=30) | st.binary(max_size=30))
def test_reading_never_fails_otherwise(data: str | bytes) -> None:
    """Whatever the bytes, they are read or refused with faults."""
    try:
        parse_json(data)
    except Faults as refused:
        refused.prefixed("data")
