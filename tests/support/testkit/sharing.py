"""What the applications of one test run share, since each test makes an application of its own."""

from __future__ import annotations

from functools import cache
from typing import Literal

from argon2 import PasswordHasher

__all__ = ["RememberingHasher"]


class RememberingHasher(PasswordHasher):
    """The argon2 of a site, which hashes a password once and proves it once.

    Parameters and results are those of the hasher it stands for; what is wrong is worked out and
    refused each time. The accounts of a run that have the same password have the same salt.
    """

    def __init__(self, given: PasswordHasher) -> None:
        super().__init__(
            time_cost=given.time_cost,
            memory_cost=given.memory_cost,
            parallelism=given.parallelism,
            hash_len=given.hash_len,
            salt_len=given.salt_len,
            encoding=given.encoding,
            type=given.type,
        )
        self._hash = cache(super().hash)
        self._proven: set[tuple[str | bytes, str | bytes]] = set()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """The hash made the first time."""
        return self._hash(password, salt=salt)

    def verify(
        self,
        hash: str | bytes,  # noqa: A002 -- the parent's word
        password: str | bytes,
    ) -> Literal[True]:
        """Like that of the parent, without its work where it was already done with success.

        Raises:
            VerificationError, InvalidHashError: This is not the password, or not a hash.
        """
        if (hash, password) not in self._proven:
            super().verify(hash, password)
            self._proven.add((hash, password))
        return True
