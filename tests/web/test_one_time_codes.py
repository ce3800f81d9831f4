"""Codes sent to a phone, in the table: drawn, tried, used up; on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from comptoir_web.identity.keys import Keys
from comptoir_web.identity.one_time_codes import (
    DIGITS,
    LIFETIME,
    TRIES,
    OneTimeCodeStore,
    typed_digits,
)
from comptoir_web.settings import Secret
from comptoir_web.storage.tables import web_one_time_codes as CODES  # noqa: N812 (it reads as one)
from shared_kernel.engine import transaction

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PHONE = "+224620000001"
KEYS = Keys(Secret("a secret key for the tests, of forty chars"))


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction on a database with their table."""
    with transaction(engine) as made:
        CODES.create(made)
        yield made


def drawn(store: OneTimeCodeStore, at: datetime = AT) -> tuple[str, str, str]:
    """A request with its code: its token, its id, the code."""
    token, request = store.add(PHONE, asked_from="here", at=at)
    code = store.draw(request.id, at=at)
    assert code is not None
    return token, request.id, code


def test_a_code_is_six_digits_and_is_kept_as_a_keyed_digest(connection: Connection) -> None:
    """Neither the code nor the token is in the table; another key finds nothing of it."""
    store = OneTimeCodeStore(connection, KEYS)
    token, _, code = drawn(store)
    assert len(code) == DIGITS
    assert code.isascii()
    assert code.isdigit()
    kept = connection.execute(select(CODES)).mappings().one()
    assert all(code not in str(value) for name, value in kept.items() if name.endswith("hash"))
    assert token not in str(dict(kept))
    request = store.find(token, at=AT)
    assert request is not None
    assert store.matches(request, f" {code[:3]}-{code[3:]} ")
    other = OneTimeCodeStore(connection, Keys(Secret("another secret key, of forty characters..")))
    assert not other.matches(request, code)
    assert code not in repr(request)
    assert str(request.code_hash) not in repr(request)


def test_codes_are_drawn_evenly(connection: Connection) -> None:
    """Leading noughts included: each digit comes in each place."""
    store = OneTimeCodeStore(connection, KEYS)
    _, request = store.add(PHONE, asked_from="here", at=AT)
    places = [Counter[str]() for _ in range(DIGITS)]
    for _ in range(300):
        for place, digit in zip(places, str(store.draw(request.id, at=AT)), strict=True):
            place[digit] += 1
    assert all(len(place) == 10 for place in places)


def test_a_code_is_worth_nothing_in_another_request(connection: Connection) -> None:
    """Bound to the sign-in that asked: the same phone, the same minute, another request."""
    store = OneTimeCodeStore(connection, KEYS)
    _, _, code = drawn(store)
    other, _, _ = drawn(store)
    request = store.find(other, at=AT)
    assert request is not None
    if store.matches(request, code):  # one chance in a million
        pytest.skip("the two codes drawn are the same")


def test_the_code_drawn_last_is_the_good_one(connection: Connection) -> None:
    """A message sent again after a crash replaces the first."""
    store = OneTimeCodeStore(connection, KEYS)
    token, request_id, first = drawn(store)
    second = store.draw(request_id, at=AT)
    request = store.find(token, at=AT)
    assert request is not None
    assert store.matches(request, second or "")
    assert store.matches(request, first) is (first == second)


def test_nothing_matches_where_no_code_was_sent(connection: Connection) -> None:
    """A request whose message never left refuses everything."""
    store = OneTimeCodeStore(connection, KEYS)
    token, _ = store.add(PHONE, asked_from="here", at=AT)
    request = store.find(token, at=AT)
    assert request is not None
    for typed in ("", "-" * 64, "000000", "abcdef", "12345", "1234567", "\ud800"):
        assert not store.matches(request, typed)


def test_a_request_lives_five_minutes_and_five_tries_and_is_used_once(
    connection: Connection,
) -> None:
    """Over by time, by tries or by use: it is found no more, drawn no more, used no more."""
    store = OneTimeCodeStore(connection, KEYS)
    token, request_id, _ = drawn(store)
    assert timedelta(minutes=5) == LIFETIME
    last = AT + LIFETIME - timedelta(seconds=1)
    assert store.find(token, at=last) is not None
    assert store.find(token, at=AT + LIFETIME) is None
    assert store.draw(request_id, at=AT + LIFETIME) is None
    assert not store.use(request_id, at=AT + LIFETIME)
    assert [store.take_try(request_id, at=last) for _ in range(TRIES + 1)] == [True] * 5 + [False]
    assert store.find(token, at=last) is None
    assert store.get(request_id, at=last) is None
    # The last try may be the right one.
    assert [store.use(request_id, at=last) for _ in range(2)] == [True, False]


def test_requests_end_by_their_token_their_phone_and_their_age(connection: Connection) -> None:
    """Replaced, taken away with a right, or swept once they are over."""
    store = OneTimeCodeStore(connection, KEYS)
    (first, _, _), (second, _, _) = drawn(store), drawn(store)
    store.end(first)
    assert store.find(first, at=AT) is None
    assert store.find(second, at=AT) is not None
    store.end_phone(PHONE)
    assert store.find(second, at=AT) is None
    drawn(store)
    drawn(store, at=AT + timedelta(minutes=1))
    assert store.purge(at=AT + LIFETIME) == 1


def test_digits_are_read_however_they_are_spaced() -> None:
    """Spaces and dashes between digits do not count, nor does their script; letters do."""
    assert typed_digits("\u2068123\u00a0456\u2069\n") == "123456"
    assert typed_digits("\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6") == "123456"
    assert typed_digits("12 34 5O") == ""
    assert len(typed_digits("1" * 100_000)) == 40
