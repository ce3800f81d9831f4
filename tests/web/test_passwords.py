"""Passwords: what is refused, how they are kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from comptoir_web.identity.passwords import Passwords, check_password
from shared_kernel import FaultList


def refused(password: str, *, email: str = "", name: str = "") -> str | None:
    """The code of the fault, or None."""
    faults = FaultList()
    check_password(password, faults, email=email, name=name)
    return faults.faults[0].code if faults else None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "identity.password_short"),
        ("elevenchars", "identity.password_short"),
        ("x" * 129, "identity.password_long"),
        ("aaaaaaaaaaaa", "identity.password_common"),
        ("abababababab", "identity.password_common"),
        ("123456789012", "identity.password_common"),
        ("210987654321", "identity.password_common"),
        ("azertyuiop123", "identity.password_common"),
        ("Motdepasse2026!", "identity.password_common"),
        ("PasswordPassword", "identity.password_common"),
        ("abcdefghijklm", "identity.password_common"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    """Short, endless and well-known passwords are refused, whatever decorates them."""
    assert refused(password) == code


@pytest.mark.parametrize(
    "password",
    [
        "client@example.com",
        "clientexample",
        "ClientMartin2026",
        "martin-client-1",
    ],
)
def test_a_password_made_of_the_account_is_refused(password: str) -> None:
    """The address and the name, alone or nearly, do not make a password."""
    code = refused(password, email="client@example.com", name="Client Martin")
    assert code == "identity.password_personal"


@pytest.mark.parametrize(
    "password",
    [
        "cheval correct agrafe pile",
        "onze plus un font douze",
        "toutenminuscules",
        "éàü ñ 漢字 phrase",
        "my client keeps nine grey cats",
    ],
)
def test_nothing_is_said_about_characters(password: str) -> None:
    """Length is what counts: no digit, capital or sign is asked for."""
    assert refused(password, email="client@example.com", name="Client Martin") is None


def test_a_password_is_kept_as_argon2id() -> None:
    """The hash is argon2id with 19 MiB, two passes, one lane, and a salt of its own."""
    passwords = Passwords()
    first, second = passwords.hash("a long enough phrase"), passwords.hash("a long enough phrase")
    parameters = extract_parameters(first)
    assert parameters.type is Type.ID
    assert parameters.memory_cost == 19 * 1024
    assert (parameters.time_cost, parameters.parallelism) == (2, 1)
    assert first != second


def test_only_the_right_password_is_accepted() -> None:
    """Another password, an empty one, a missing or broken hash: all refused."""
    passwords = Passwords()
    hashed = passwords.hash("a long enough phrase")
    assert passwords.verify(hashed, "a long enough phrase")
    assert not passwords.verify(hashed, "a long enough phrasf")
    assert not passwords.verify(hashed, "")
    assert not passwords.verify("not a hash", "a long enough phrase")
    assert not passwords.verify(None, "the password of nobody")


def test_the_same_text_typed_differently_is_the_same_password() -> None:
    """An accent typed as one character or two opens the same account (NFKC)."""
    passwords = Passwords()
    hashed = passwords.hash("phrase secr\u00e8te longue")
    assert passwords.verify(hashed, "phrase secre\u0300te longue")


def test_old_parameters_are_seen() -> None:
    """A hash made with other parameters is to be made again."""
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("whatever")
    passwords = Passwords()
    assert passwords.outdated(old)
    assert not passwords.outdated(passwords.hash("whatever"))
