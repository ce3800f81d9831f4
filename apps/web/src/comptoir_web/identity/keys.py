"""Keys derived from the secret key, one a purpose, and the random tokens of the shell.

One secret never serves two purposes: HKDF-SHA256 (RFC 5869) derives a key for each. Tokens are 256
random bits; the database keeps their SHA-256 only, which is enough for a value nobody can guess.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from attrs import frozen
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptoir_web.settings import Secret

__all__ = ["Keys", "new_id", "new_token", "token_hash"]


@frozen
class Keys:
    """The keys of an installation.

    >>> keys = Keys(Secret("a secret key of an example, forty chars.."))
    >>> keys.derive("links") == keys.derive("second factor")
    False
    >>> len(keys.derive("links"))
    32
    """

    secret: Secret

    def derive(self, purpose: str) -> bytes:
        """The 32 bytes of one purpose."""
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"comptoir {purpose}".encode())
        return hkdf.derive(self.secret.value.encode())

    def fernet(self, purpose: str) -> Fernet:
        """Authenticated encryption for one purpose."""
        return Fernet(base64.urlsafe_b64encode(self.derive(purpose)))

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest: names a text in the database without keeping the text."""
        return hmac.new(self.derive(purpose), text.encode(), hashlib.sha256).hexdigest()


def new_token() -> str:
    """256 random bits, safe in an address and a cookie."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """An opaque id of 128 random bits."""
    return secrets.token_hex(16)


def token_hash(token: str) -> str:
    """What the database keeps of a token.

    >>> token_hash("a") == token_hash("a"), len(token_hash("a"))
    (True, 64)
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
