"""Passwords: argon2id, rules after NIST SP 800-63B, the same work for an unknown account.

Cost: 19 MiB of memory, two passes, one lane (OWASP's first choice), 15 ms a sign-in. A hash made
with other parameters is replaced at the next sign-in. NIST SP 800-63B section 5.1.1: length is
what counts, nothing is said about which characters, well-known passwords and those made of the
account's own name are refused, and the text is normalised (NFKC) before it is hashed.
"""

from __future__ import annotations

import unicodedata
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import define, field

from shared_kernel import FaultKind, FaultList

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "Passwords", "check_password"]

MIN_LENGTH = 12
MAX_LENGTH = 128

PASSWORD_SHORT = FaultKind(
    "identity.password_short",
    "the password has {length} characters: at least {minimum} are required, a few words will do",
)
PASSWORD_LONG = FaultKind(
    "identity.password_long", "the password has more than {maximum} characters"
)
PASSWORD_COMMON = FaultKind(
    "identity.password_common", "this password is among the first that are tried: choose another"
)
PASSWORD_PERSONAL = FaultKind(
    "identity.password_personal",
    "the password is little more than the name or the e-mail address: choose another",
)

# What remains of the most common passwords of twelve characters and more, once digits and signs
# around the word are taken away: "motdepasse2026!" is refused as "motdepasse".
_COMMON_WORDS = frozenset(
    [
        "password",
        "passwords",
        "passwordpassword",
        "passw0rd",
        "motdepasse",
        "motdepassemotdepasse",
        "lemotdepasse",
        "azerty",
        "azertyuiop",
        "azertyuiopqsdfghjklm",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopasdfghjkl",
        "qwertyqwerty",
        "azertyazerty",
        "qwertzuiop",
        "asdfghjkl",
        "qsdfghjklm",
        "iloveyou",
        "iloveyouiloveyou",
        "jetaime",
        "jetaimejetaime",
        "administrateur",
        "administrator",
        "admin",
        "welcome",
        "bienvenue",
        "bonjour",
        "bonjourbonjour",
        "soleil",
        "doudou",
        "changeme",
        "letmein",
        "trustno",
        "changemoi",
        "superman",
        "football",
        "princess",
        "princesse",
        "sunshine",
        "marseille",
        "loulou",
        "chouchou",
        "qazwsxedcrfv",
        "abcdefghijkl",
        "abcdefghijklm",
        "abcdefghijklmnop",
        "comptoir",
        "comptoircomptoir",
        "secretsecret",
        "secret",
        "q1w2e3r4t5y6",
        "1q2w3e4r5t6y",
        "a1b2c3d4e5f6",
        "azertyuiopqs",
    ]
)
_RUNS = (
    "0123456789012345678901234567890",
    "1234567890" * 4,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "azertyuiopqsdfghjklmwxcvbn" * 2,
    "qwertyuiopasdfghjklzxcvbnm" * 2,
)


def check_password(password: str, faults: FaultList, *, email: str = "", name: str = "") -> None:
    """Record what is wrong with a password, under the path ``password``.

    >>> faults = FaultList()
    >>> check_password("correct horse battery", faults)
    >>> check_password("motdepasse2026", faults)
    >>> [fault.code for fault in faults.faults]
    ['identity.password_common']
    """
    text = _normal(password)
    if len(text) < MIN_LENGTH:
        faults.add(PASSWORD_SHORT, "password", length=str(len(text)), minimum=str(MIN_LENGTH))
    elif len(text) > MAX_LENGTH:
        faults.add(PASSWORD_LONG, "password", maximum=str(MAX_LENGTH))
    elif _common(text.casefold()):
        faults.add(PASSWORD_COMMON, "password")
    elif _personal(text.casefold(), email, name):
        faults.add(PASSWORD_PERSONAL, "password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _common(text: str) -> bool:
    bare = "".join(c for c in text if c.isalnum())
    word = bare.strip("0123456789")
    return (
        len(set(text)) < 4
        or bare in _COMMON_WORDS
        or word in _COMMON_WORDS
        or any(bare in run or bare[::-1] in run for run in _RUNS)
    )


def _personal(text: str, email: str, name: str) -> bool:
    rest = text
    local, _, domain = email.casefold().partition("@")
    words = {email.casefold(), local, domain.partition(".")[0], name.casefold()}
    words |= set(name.casefold().split()) | set(local.replace("-", ".").split("."))
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 3:
            rest = rest.replace(word, "")
    return len(rest) < min(8, len(text))


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


@define(slots=False)
class Passwords:
    """Hashes and verifies; one is enough for an installation, and threads may share it."""

    hasher: PasswordHasher = field(factory=_hasher)

    @cached_property
    def _nobody(self) -> str:
        # Verified in place of the hash that an unknown account does not have.
        return self.hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """The argon2id hash, with its salt and parameters."""
        return self.hasher.hash(_normal(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password is the one; without a hash the same work is done, for nothing."""
        text = _normal(password[: 4 * MAX_LENGTH])
        try:
            self.hasher.verify(hashed or self._nobody, text)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(hashed)
